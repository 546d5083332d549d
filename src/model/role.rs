//! Who does what in an incident: roles are held for a while, and handed on.

use super::event::{Actor, Event, Kind};
use super::event_data::InRole;
use chrono::{DateTime, FixedOffset};
use std::fmt;
use std::str::FromStr;

/// What somebody does in an incident. One person may do several.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    Commander,
    Fixer,
    Reviewer,
    Scribe,
    Comms,
}

impl Role {
    /// In the order they are listed.
    pub const ALL: [Self; 5] = [Self::Commander, Self::Fixer, Self::Reviewer, Self::Scribe, Self::Comms];

    /// What whoever starts a hotfix does until somebody else takes it.
    pub const STARTER: [Self; 3] = [Self::Commander, Self::Fixer, Self::Scribe];

    /// The word that is typed and stored.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Commander => "commander",
            Self::Fixer => "fixer",
            Self::Reviewer => "reviewer",
            Self::Scribe => "scribe",
            Self::Comms => "comms",
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Role {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let lower = text.to_ascii_lowercase();
        Self::ALL
            .into_iter()
            .find(|r| r.as_str() == lower)
            .ok_or_else(|| format!("a role is commander, fixer, reviewer, scribe or comms, not '{text}'"))
    }
}

/// A stretch of time in which somebody held a role.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tenure {
    /// As recorded; a newer version may know more roles than [`Role`].
    pub role: String,
    pub who: Actor,
    pub from: DateTime<FixedOffset>,
    /// `None` while it lasts.
    pub to: Option<DateTime<FixedOffset>>,
    /// Whether it was taken in so many words, or only follows from having started the hotfix.
    pub taken: bool,
}

impl Tenure {
    /// Whether `who` is its holder: people are told apart by their address.
    pub fn is_by(&self, who: &Actor) -> bool {
        self.who.email == who.email
    }

    fn covers(&self, at: DateTime<FixedOffset>) -> bool {
        self.from <= at && self.to.is_none_or(|to| at < to)
    }
}

/// More changes of roles than any incident has; what comes after them is not read.
const MOST: usize = 300;

/// The tenures that events tell of, `starter` holding [`Role::STARTER`] since `since` until somebody
/// else takes them. There is one commander at a time.
pub fn tenures(events: &[&Event], starter: &Actor, since: DateTime<FixedOffset>) -> Vec<Tenure> {
    let begun = |role: Role| Tenure {
        role: role.as_str().to_owned(),
        who: starter.clone(),
        from: since,
        to: None,
        taken: false,
    };
    let mut tenures: Vec<Tenure> = Role::STARTER.into_iter().map(begun).collect();
    for event in events {
        let said: InRole = event.read();
        let Some(role) = said.role.clone() else { continue };
        if tenures.len() >= MOST {
            break;
        }
        let who = person(event, said);
        let mut held = tenures.iter_mut().filter(|t| t.role == role && t.to.is_none());
        match event.kind {
            Kind::RoleAssumed => {
                let alone = role == Role::Commander.as_str();
                let mut holds_it = false;
                for tenure in held {
                    if tenure.is_by(&who) && tenure.taken {
                        holds_it = true;
                    } else if tenure.is_by(&who) || !tenure.taken || alone {
                        tenure.to = Some(event.at);
                    }
                }
                if !holds_it {
                    tenures.push(Tenure { role, who, from: event.at, to: None, taken: true });
                }
            }
            Kind::RoleRenounced => {
                if let Some(tenure) = held.find(|t| t.is_by(&who)) {
                    tenure.to = Some(event.at);
                }
            }
            _ => {}
        }
    }
    // A default that somebody took over in the same moment was never exercised.
    tenures.retain(|t| t.taken || t.to.is_none_or(|to| to > t.from));
    tenures
}

/// The role that somebody had taken when they did something.
pub fn role_at<'a>(tenures: &'a [Tenure], who: &Actor, at: DateTime<FixedOffset>) -> Option<&'a str> {
    tenures.iter().find(|t| t.taken && t.is_by(who) && t.covers(at)).map(|t| t.role.as_str())
}

/// Whom a role event is about: its author, unless it names somebody.
fn person(event: &Event, said: InRole) -> Actor {
    match said.name {
        Some(name) if name != event.actor.name => {
            Actor { email: said.email.unwrap_or_else(|| name.clone()), name }
        }
        _ => event.actor.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::event::Draft;
    use crate::model::incident::fixture::event;

    fn by(n: u64, time: &str, kind: Kind, role: &str, who: &str) -> Event {
        let mut e = event(n, &format!("2026-11-22T{time}:00Z"), Draft::new(kind, "").with("role", role));
        e.actor = Actor { name: who.into(), email: format!("{who}@example.com") };
        e
    }

    fn told(events: &[Event]) -> Vec<String> {
        let ada = Actor { name: "ada".into(), email: "ada@example.com".into() };
        let since = DateTime::parse_from_rfc3339("2026-11-22T14:00:00Z").unwrap();
        tenures(&events.iter().collect::<Vec<_>>(), &ada, since)
            .iter()
            .map(|t| {
                let to = t.to.map_or_else(String::new, |to| to.format("%H:%M").to_string());
                format!("{} {} {}-{to}", t.role, t.who.name, t.from.format("%H:%M"))
            })
            .collect()
    }

    #[test]
    fn the_starter_does_everything_until_others_come() {
        assert_eq!(told(&[]), ["commander ada 14:00-", "fixer ada 14:00-", "scribe ada 14:00-"]);
        let grace = by(2, "14:10", Kind::RoleAssumed, "scribe", "grace");
        assert_eq!(told(&[grace])[2..], ["scribe ada 14:00-14:10", "scribe grace 14:10-"]);
    }

    #[test]
    fn there_is_one_commander_and_there_may_be_two_fixers() {
        let told = told(&[
            by(2, "14:10", Kind::RoleAssumed, "commander", "grace"),
            by(3, "14:20", Kind::RoleAssumed, "fixer", "ada"),
            by(4, "14:21", Kind::RoleAssumed, "fixer", "linus"),
            by(5, "14:30", Kind::RoleAssumed, "commander", "linus"),
            by(6, "14:40", Kind::RoleRenounced, "fixer", "linus"),
            by(7, "14:41", Kind::RoleRenounced, "comms", "linus"),
        ]);
        assert!(told.contains(&"commander grace 14:10-14:30".into()), "{told:?}");
        assert!(told.contains(&"commander linus 14:30-".into()), "{told:?}");
        assert!(told.contains(&"fixer ada 14:20-".into()), "{told:?}");
        assert!(told.contains(&"fixer linus 14:21-14:40".into()), "{told:?}");
    }

    #[test]
    fn taking_a_role_twice_is_taking_it_once() {
        let told = told(&[
            by(2, "14:10", Kind::RoleAssumed, "comms", "grace"),
            by(3, "14:20", Kind::RoleAssumed, "comms", "grace"),
        ]);
        assert_eq!(told[3..], ["comms grace 14:10-"]);
    }

    #[test]
    fn only_a_role_that_was_taken_stands_beside_what_somebody_says() {
        let taken = by(2, "14:10", Kind::RoleAssumed, "comms", "grace");
        let (grace, ada) =
            (taken.actor.clone(), Actor { name: "ada".into(), email: "ada@example.com".into() });
        let since = DateTime::parse_from_rfc3339("2026-11-22T14:00:00Z").unwrap();
        let all = tenures(&[&taken], &ada, since);
        assert_eq!(role_at(&all, &grace, taken.at), Some("comms"));
        assert_eq!(role_at(&all, &grace, since), None);
        assert_eq!(role_at(&all, &ada, taken.at), None);
    }
}
