//! What others are told, and where: the facts of an incident that are news to them.

use super::event::{Event, Kind, Pointer};
use super::event_data::UpdateSent;
use super::incident::{Incident, is_adopted};
use super::update::Audience;
use serde::{Deserialize, Serialize};
use std::fmt;

macro_rules! words {
    ($(#[$about:meta])* $name:ident { $($(#[$each:meta])* $variant:ident = $word:literal),+ $(,)? }) => {
        $(#[$about])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum $name {
            $($(#[$each])* #[serde(rename = $word)] $variant,)+
        }

        impl $name {
            /// Every one of them, in order.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The words of all of them.
            pub const WORDS: &'static [&'static str] = &[$($word),+];

            /// The word in `hotfix.toml` and in JSON.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word),+ }
            }

            /// Reads that word.
            pub fn parse(word: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|it| it.as_str() == word)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }
    };
}

words! {
    /// A kind of service that is told.
    Channel {
        Slack = "slack",
        Teams = "teams",
        Discord = "discord",
        Mattermost = "mattermost",
        /// Change events, which trigger no alert.
        PagerDuty = "pagerduty-change",
        CloudEvents = "cloudevents",
        Command = "command",
    }
}

words! {
    /// Something that happened and that is told as it happens.
    News {
        Started = "started",
        Severity = "severity",
        Requested = "requested",
        Released = "released",
        Deployed = "deployed",
        Verified = "verified",
        Owed = "owed",
        Finished = "finished",
        RolledBack = "rolled-back",
        Resolved = "resolved",
        /// Given up with `hotfix abort`.
        Aborted = "aborted",
    }
}

impl Channel {
    /// Whether the receiver knows a message that it has had before, by its id: only then may one whose
    /// arrival is unknown be sent again.
    pub const fn knows_doubles(self) -> bool {
        matches!(self, Self::CloudEvents)
    }
}

/// The words of every [`Audience`].
pub const AUDIENCES: [&str; 4] = ["technical", "support", "management", "users"];

impl News {
    /// The fact that an event of this kind may be. What it is, [`News::of`] says, which knows the
    /// incident as well.
    const fn of_kind(kind: &Kind) -> Option<Self> {
        Some(match kind {
            Kind::Declared => Self::Started,
            Kind::SeverityChanged => Self::Severity,
            Kind::RequestOpened => Self::Requested,
            Kind::Tagged => Self::Released,
            Kind::DeploySucceeded => Self::Deployed,
            Kind::Verified => Self::Verified,
            Kind::PushRefused | Kind::MergeConflict => Self::Owed,
            Kind::Finished => Self::Finished,
            Kind::Resolved => Self::Resolved,
            Kind::Cancelled => Self::Aborted,
            _ => return None,
        })
    }

    /// The news in an event. Nothing where others have heard it, or where it is about nothing that
    /// they were told.
    pub fn of(incident: &Incident, event: &Event) -> Option<Self> {
        let fact = Self::of_kind(&event.kind)?;
        let takes_back = undone(incident).is_some();
        match fact {
            // A record that was opened for a branch of somebody else; a rollback is told once it is out.
            Self::Started if takes_back || is_adopted(event) => None,
            Self::Released if takes_back => Some(Self::RolledBack),
            // Without a tag nothing was released, and nothing is owed.
            Self::Owed if event.kind == Kind::PushRefused && event.reference(Pointer::Tag).is_none() => None,
            Self::Owed if is_said_before(incident, event) => None,
            fact => Some(fact),
        }
    }
}

/// The release that a rollback takes back.
pub fn undone(incident: &Incident) -> Option<&str> {
    incident.of_kind(&Kind::Declared).find_map(|e| e.reference(Pointer::Undone))
}

/// Every try to push a branch that is owed is in the log; it is news once.
fn is_said_before(incident: &Incident, event: &Event) -> bool {
    let branch = |e: &Event| e.reference(Pointer::Branch).map(str::to_owned);
    let owed = |e: &&Event| matches!(e.kind, Kind::PushRefused | Kind::MergeConflict);
    let before = incident.events.iter().filter(owed).take_while(|e| e.id != event.id);
    before
        .filter(|e| e.reference(Pointer::Tag).is_some() || e.kind == Kind::MergeConflict)
        .any(|e| branch(e) == branch(event))
}

/// What one place wants to hear.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wish {
    /// Its name: the service and where its secret is found.
    pub place: String,
    pub on: Vec<News>,
}

impl Wish {
    /// What an event may be for it: the word of a fact, or `update`. An update is sent to the places
    /// that it names.
    pub fn may_want(&self, event: &Event) -> Option<&'static str> {
        if event.is_restricted() {
            return None;
        }
        if event.kind == Kind::CommsSent {
            let to = event.read::<UpdateSent>().places.unwrap_or_default();
            return to.contains(&self.place).then_some("update");
        }
        let fact = News::of_kind(&event.kind)?;
        let wanted = self.wants(fact) || (fact == News::Released && self.wants(News::RolledBack));
        wanted.then_some(fact.as_str())
    }

    /// Whether it is told such a fact.
    pub fn wants(&self, fact: News) -> bool {
        self.on.contains(&fact)
    }
}

impl Audience {
    /// Reads the word that is typed.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|it| it.as_str() == word)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::event::Draft;
    use crate::model::incident::fixture::{event, incident};

    #[test]
    fn the_lists_of_words_are_complete() {
        assert_eq!(Channel::WORDS.to_vec(), Channel::ALL.iter().map(|c| c.as_str()).collect::<Vec<_>>());
        assert_eq!(News::WORDS.to_vec(), News::ALL.iter().map(|f| f.as_str()).collect::<Vec<_>>());
        assert_eq!(AUDIENCES.to_vec(), Audience::ALL.iter().map(|a| a.as_str()).collect::<Vec<_>>());
    }

    #[test]
    fn a_branch_that_is_owed_is_news_once() {
        let refused = || {
            Draft::new(Kind::PushRefused, "develop: no")
                .refer(Pointer::Branch, "develop")
                .refer(Pointer::Tag, "v1")
        };
        let told = incident(vec![
            ("14:20", refused()),
            ("14:21", refused()),
            ("14:22", refused().refer(Pointer::Branch, "release/1.3")),
            ("14:23", Draft::new(Kind::PushRefused, "main: no").refer(Pointer::Branch, "main")),
        ]);
        let news: Vec<bool> = told
            .events
            .iter()
            .filter(|e| e.kind == Kind::PushRefused)
            .map(|e| News::of(&told, e).is_some())
            .collect();
        assert_eq!(news, [true, false, true, false], "main is production: nothing was released");
    }

    #[test]
    fn a_rollback_is_told_once_it_is_out() {
        let mut log =
            incident(vec![("14:20", Draft::new(Kind::Tagged, "v1.2.2").refer(Pointer::Tag, "v1.2.2"))]).log;
        log[0].refs.insert("undone".into(), "v1.2.1".into());
        let told = Incident::fold("x", log).unwrap();
        let facts: Vec<_> = told.events.iter().map(|e| News::of(&told, e)).collect();
        assert!(
            !facts.contains(&Some(News::Started)) && facts.contains(&Some(News::RolledBack)),
            "{facts:?}"
        );
    }

    #[test]
    fn what_is_restricted_is_nobodys_news() {
        let wish = Wish { place: "slack env:X".into(), on: vec![News::Resolved, News::RolledBack] };
        let plain = event(1, "2026-11-22T14:00:00Z", Draft::new(Kind::Resolved, ""));
        assert_eq!(wish.may_want(&plain), Some("resolved"));
        let draft = Draft::new(Kind::Resolved, "").with("audience", "restricted");
        assert_eq!(wish.may_want(&event(1, "2026-11-22T14:00:00Z", draft)), None);
        let of = |draft| wish.may_want(&event(1, "2026-11-22T14:00:00Z", draft));
        assert_eq!(of(Draft::new(Kind::Tagged, "v1")), Some("released"));
        assert_eq!(of(Draft::new(Kind::Note, "x")), None);
        let update = |place: &str| {
            Draft::new(Kind::CommsSent, "x").with("places", vec![place]).with("audience", "users")
        };
        assert_eq!((of(update("slack env:X")), of(update("slack env:Y"))), (Some("update"), None));
    }
}
