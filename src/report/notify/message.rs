//! What is told, before it has the form of any service: short, the incident's name first, and no more
//! than may be told.

use super::escape::{is_address, one_line};
use crate::model::event::{Event, Kind, Pointer};
use crate::model::event_data::{Assessed, Deployed, Requested, UpdateSent};
use crate::model::incident::Incident;
use crate::model::notice::{News, undone};
use crate::model::text::safe_lines;
use crate::model::time::say_moment;
use crate::model::update::{Audience, State};
use chrono::{DateTime, FixedOffset, Utc};
use serde_json::{Value, json};

/// How much is repeated of a title, and of what somebody said.
const TITLE: usize = 140;
const SAID: usize = 300;

/// A page to look at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    pub label: String,
    pub url: String,
}

/// One thing that is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// The event's id: the same however often it is sent.
    pub id: String,
    pub incident: String,
    pub name: String,
    /// `released`, `update`, `test`.
    pub what: &'static str,
    /// `v1.2.1 is released`.
    pub headline: String,
    pub title: String,
    pub severity: Option<String>,
    pub tag: Option<String>,
    /// The text of an update, with its audience and state.
    pub update: Option<Update>,
    pub link: Option<Link>,
    pub at: DateTime<FixedOffset>,
    /// The time as people read it.
    pub time: String,
}

/// An update as it is sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Update {
    pub audience: Audience,
    pub state: Option<State>,
    pub text: String,
}

impl Message {
    /// What an event tells, if there is something in it that may be told: `incident` is the incident
    /// as it may be told.
    pub fn of(incident: &Incident, event: &str, now: DateTime<Utc>) -> Option<Self> {
        let event = incident.events.iter().find(|e| e.id == event)?;
        if event.kind == Kind::CommsSent {
            return Self::of_update(incident, event, now);
        }
        let fact = News::of(incident, event)?;
        Some(Self {
            headline: headline(incident, event, fact),
            ..Self::plain(incident, event, fact.as_str(), now)
        })
    }

    fn of_update(incident: &Incident, event: &Event, now: DateTime<Utc>) -> Option<Self> {
        let audience = Audience::parse(&event.read::<UpdateSent>().audience?)?;
        let state = State::said(event);
        let headline = match state {
            Some(State::Investigating) => "we are investigating",
            Some(State::Identified) => "the cause is known",
            Some(State::Monitoring) => "the fix is being watched",
            Some(State::Resolved) => "resolved",
            None => "update",
        };
        let text = safe_lines(&event.text).trim().to_owned();
        let update = Some(Update { audience, state, text });
        Some(Self { headline: headline.to_owned(), update, ..Self::plain(incident, event, "update", now) })
    }

    fn plain(incident: &Incident, event: &Event, what: &'static str, now: DateTime<Utc>) -> Self {
        let name = one_line(&incident.name, 60);
        let title = one_line(incident.title.trim_end_matches('.'), TITLE);
        Self {
            id: event.id.clone(),
            incident: incident.id.clone(),
            title: if title == name { String::new() } else { title },
            name,
            what,
            headline: String::new(),
            severity: incident.severity.map(|s| s.to_string()),
            tag: incident.tag.as_deref().map(|t| one_line(t, 60)),
            update: None,
            link: link(incident, event),
            at: event.at,
            time: say_moment(event.at.to_utc(), now),
        }
    }

    /// What `hotfix notify --test` sends.
    pub fn test(id: &str, from: &str, now: DateTime<Utc>) -> Self {
        Self {
            id: id.to_owned(),
            incident: "test".to_owned(),
            name: "hotfix".to_owned(),
            what: "test",
            headline: "a test; nothing is broken".to_owned(),
            title: format!("Sent by hotfix notify --test in {}", one_line(from, 60)),
            severity: None,
            tag: None,
            update: None,
            link: None,
            at: now.fixed_offset(),
            time: say_moment(now, now),
        }
    }

    /// `fix-login-crash: v1.2.1 is released`, as it is.
    pub fn line(&self) -> String {
        format!("{}: {}", self.name, self.headline)
    }

    /// `sev2 · Users get a 500 on /login · 02:14 UTC`, as it is.
    pub fn around(&self) -> String {
        let parts = [self.severity.as_deref().unwrap_or_default(), &self.title, &self.time];
        parts.into_iter().filter(|p| !p.is_empty()).collect::<Vec<_>>().join(" · ")
    }

    /// Every word of it, for services that want plain text beside the form.
    pub fn text(&self) -> String {
        let mut out = format!("{} ({})", self.line(), self.around());
        if let Some(update) = &self.update {
            out = format!("{out}\n{}", update.text);
        }
        match &self.link {
            Some(link) => format!("{out}\n{}", link.url),
            None => out,
        }
    }

    /// The fields for programs.
    pub fn data(&self) -> Value {
        json!({
            "incident": self.incident,
            "name": self.name,
            "what": self.what,
            "headline": self.headline,
            "title": self.title,
            "severity": self.severity,
            "tag": self.tag,
            "audience": self.update.as_ref().map(|u| u.audience),
            "state": self.update.as_ref().and_then(|u| u.state),
            "text": self.text(),
            "link": self.link.as_ref().map(|l| &l.url),
            "at": self.at.to_rfc3339(),
        })
    }

    /// The same with every text passed through `clean`.
    #[must_use]
    pub fn cleaned(mut self, clean: impl Fn(&str) -> String) -> Self {
        for text in [&mut self.name, &mut self.headline, &mut self.title] {
            *text = clean(text);
        }
        if let Some(update) = &mut self.update {
            update.text = clean(&update.text);
        }
        // An address with a secret in it leads nowhere without it.
        self.link = self.link.filter(|link| clean(&link.url) == link.url);
        self
    }
}

fn headline(incident: &Incident, event: &Event, fact: News) -> String {
    let reference = |pointer| event.reference(pointer).map(|text| one_line(text, 80));
    let tag = || reference(Pointer::Tag).or_else(|| incident.tag.as_deref().map(|t| one_line(t, 80)));
    let release = || tag().unwrap_or_else(|| "the fix".to_owned());
    let with = |what: String, said: &str| match said_by_somebody(said) {
        Some(said) => format!("{what}: {said}"),
        None => what,
    };
    match fact {
        News::Started => "a hotfix was started".to_owned(),
        News::Severity => {
            let severity = event.read::<Assessed>().severity.map(|s| s.to_string()).unwrap_or_default();
            with(format!("severity is now {severity}"), &event.text)
        }
        News::Requested => {
            let into = reference(Pointer::Branch).map(|b| format!(" into {b}")).unwrap_or_default();
            let what = said_by_somebody(&event.text).unwrap_or_else(|| "a pull request".to_owned());
            format!("{what} was opened{into}")
        }
        News::Released => format!("{} is released", release()),
        News::Deployed => format!("{} is deployed", release()),
        News::Verified => match event.read::<Deployed>().name.map(|n| one_line(&n, 80)) {
            Some(name) => format!("{} is verified in production: {name}", release()),
            None => format!("{} is verified in production", release()),
        },
        News::Owed => match (reference(Pointer::Branch), &event.kind) {
            (Some(branch), Kind::MergeConflict) => {
                format!("{branch} does not have the fix yet: the merge-back has conflicts")
            }
            (Some(branch), _) => format!("{branch} does not have the fix yet: the push was rejected"),
            (None, _) => format!("{} is not tagged yet: the push was rejected", release()),
        },
        News::Finished => format!("finished: {} is released and merged back", release()),
        News::RolledBack => {
            let undone = undone(incident).map(|t| one_line(t, 80)).unwrap_or_default();
            format!("{undone} is rolled back by {}", release())
        }
        News::Resolved => with("resolved".to_owned(), &event.text),
        News::Aborted => with("the hotfix was given up".to_owned(), &event.text),
    }
}

/// The first line of what somebody said; nothing of it where words were taken out.
fn said_by_somebody(text: &str) -> Option<String> {
    let first = text.lines().next().unwrap_or_default();
    let said = one_line(first, SAID);
    (!said.is_empty() && !said.contains("[redacted")).then_some(said)
}

/// The page of the pull request that an event is about, or else of the newest one before it.
fn link(incident: &Incident, event: &Event) -> Option<Link> {
    let opened = incident.of_kind(&Kind::RequestOpened).rfind(|e| e.lamport <= event.lamport)?;
    let url = opened.read::<Requested>().url.filter(|url| is_address(url) && url.len() <= 500)?;
    let label = said_by_somebody(&opened.text).unwrap_or_else(|| "pull request".to_owned());
    Some(Link { label, url })
}
