//! Telling people how it stands: to whom, and in which of four states.

use super::event::{Event, Kind};
use super::event_data::{Delivered, UpdateSent};
use super::incident::{Incident, Status};
use chrono::{DateTime, FixedOffset};
use serde::{Deserialize, Serialize};
use std::fmt;

/// Who an update is for.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, clap::ValueEnum,
)]
#[serde(rename_all = "lowercase")]
pub enum Audience {
    /// Engineers who help or wait: condition, actions, needs.
    Technical,
    /// Who answers customers: what to look for and what to say.
    Support,
    /// Who decides and answers for it: impact, course, estimate.
    Management,
    /// Customers: no internals, no promises.
    Users,
}

impl Audience {
    pub const ALL: [Self; 4] = [Self::Technical, Self::Support, Self::Management, Self::Users];

    /// The word that is typed.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Technical => "technical",
            Self::Support => "support",
            Self::Management => "management",
            Self::Users => "users",
        }
    }

    /// Who they are, in running text.
    pub const fn people(self) -> &'static str {
        match self {
            Self::Technical => "engineers",
            other => other.as_str(),
        }
    }

    /// Whether an estimate of the end may be given. Outside it would be taken for a promise.
    pub const fn hears_estimates(self) -> bool {
        matches!(self, Self::Support | Self::Management)
    }
}

impl fmt::Display for Audience {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The state in the words of status pages.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, clap::ValueEnum,
)]
#[serde(rename_all = "lowercase")]
pub enum State {
    Investigating,
    Identified,
    Monitoring,
    Resolved,
}

impl State {
    /// The word that is typed.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Investigating => "investigating",
            Self::Identified => "identified",
            Self::Monitoring => "monitoring",
            Self::Resolved => "resolved",
        }
    }

    /// The state that an update was sent with.
    pub fn said(event: &Event) -> Option<Self> {
        serde_json::from_value(event.read::<UpdateSent>().state?.into()).ok()
    }

    /// What the record says. `None` where there is nothing to tell: it could wait, or was given up.
    pub fn of(incident: &Incident) -> Option<Self> {
        match incident.status() {
            Status::Investigating => Some(Self::Investigating),
            Status::Identified | Status::Fixing => Some(Self::Identified),
            Status::Monitoring => Some(Self::Monitoring),
            Status::Resolved => Some(Self::Resolved),
            Status::Cancelled | Status::Declined => None,
        }
    }
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What an update's `channel` says that the program itself sends.
pub const SENT: &str = "sent";

/// An update as the record has it.
#[derive(Clone, Copy, Debug)]
pub struct Told<'a> {
    pub at: DateTime<FixedOffset>,
    pub state: Option<State>,
    /// When the next one was promised for.
    pub next: Option<DateTime<FixedOffset>>,
    /// The words that went out.
    pub text: &'a str,
}

impl<'a> Told<'a> {
    fn of(event: &'a Event) -> Self {
        Self { at: event.at, state: State::said(event), next: promised(event), text: event.text.trim() }
    }

    /// The updates an audience was given, in the order they were made.
    pub fn all(incident: &'a Incident, audience: Audience) -> Vec<Self> {
        let mut told: Vec<Self> = incident
            .of_kind(&Kind::CommsSent)
            .filter(|e| e.read::<UpdateSent>().is_for(audience.as_str()))
            .filter(|e| has_left(incident, e))
            .map(Self::of)
            .collect();
        told.sort_by_key(|t| t.at);
        told
    }

    /// The newest of them.
    pub fn last(incident: &'a Incident, audience: Audience) -> Option<Self> {
        Self::all(incident, audience).pop()
    }
}

/// Whether an update is out: what is printed or copied is a person's to send and counts as sent, what the
/// program sends counts once a service has it, or may have it.
pub fn has_left(incident: &Incident, update: &Event) -> bool {
    if update.read::<UpdateSent>().channel.as_deref() != Some(SENT) {
        return true;
    }
    incident.of_kind(&Kind::CommsDelivered).any(|e| {
        let said: Delivered = e.read();
        said.of.as_ref() == Some(&update.id) && matches!(said.outcome.as_deref(), Some("sent" | "maybe"))
    })
}

/// When an update promised the next one for.
pub fn promised(event: &Event) -> Option<DateTime<FixedOffset>> {
    DateTime::parse_from_rfc3339(&event.read::<UpdateSent>().next?).ok()
}
