//! One duration, with both of its ends named.

use crate::model::incident::Incident;
use crate::model::milestone::Milestone;
use crate::model::time::{say_between, say_duration};
use chrono::{DateTime, Duration, FixedOffset};
use serde::ser::SerializeStruct;
use serde::{Serialize, Serializer};

/// How much a metric's number is worth.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Basis {
    /// Both ends were recorded.
    Recorded,
    /// An end is missing and the one that stands in for it is named in the note.
    Estimated,
    /// An end is missing.
    Unknown,
    /// The ends contradict each other.
    Invalid,
    /// Noticed before anybody was affected.
    BeforeImpact,
}

/// One end of a duration: what happened, and when if that was recorded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoint {
    /// The kind of event (`impact_started`) or the point of the git work (`last_commit`).
    pub name: String,
    /// `None` when it was not recorded.
    pub at: Option<DateTime<FixedOffset>>,
}

impl Endpoint {
    /// A named point in time.
    pub fn new(name: &str, at: Option<DateTime<FixedOffset>>) -> Self {
        Self { name: name.to_owned(), at }
    }

    /// When the incident was declared. A record that was declined at once has no such event, but it
    /// does have a beginning.
    pub fn declared(incident: &Incident) -> Self {
        Self::new(Milestone::Declared.kind().as_str(), Some(incident.started_at))
    }

    /// The name in running text: `impact started`.
    pub fn words(&self) -> String {
        self.name.replace('_', " ")
    }

    /// The milestone of this name, when a person can record it with `hotfix mark`.
    pub fn markable(&self) -> Option<Milestone> {
        Milestone::from_flag(&self.name)
    }
}

/// A duration between two named points.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Metric {
    /// `time to detect`, `impact`, `declared → branch`.
    pub label: &'static str,
    /// `TTD`, for those that have a name of their own in the trade.
    pub short: Option<&'static str>,
    /// Where it begins.
    pub from: Endpoint,
    /// Where it ends.
    pub to: Endpoint,
    /// Whole seconds; `None` when unknown or invalid. Never negative.
    pub seconds: Option<i64>,
    /// How much the number is worth.
    pub basis: Basis,
    /// Why there is no number, or why it is an estimate.
    pub note: Option<String>,
}

impl Metric {
    /// The duration between two points, or why there is none.
    pub fn between(label: &'static str, from: Endpoint, to: Endpoint) -> Self {
        let (Some(start), Some(end)) = (from.at, to.at) else {
            let missing: Vec<String> =
                [&from, &to].into_iter().filter(|e| e.at.is_none()).map(missing).collect();
            return Self::unknown(label, from, to, missing.join("; "));
        };
        let seconds = (end - start).num_seconds();
        if seconds < 0 {
            let note = format!(
                "invalid: {} {} precedes {} {}",
                to.words(),
                say_at(end, start),
                from.words(),
                say_at(start, end)
            );
            return Self {
                label,
                short: None,
                from,
                to,
                seconds: None,
                basis: Basis::Invalid,
                note: Some(note),
            };
        }
        Self { label, short: None, from, to, seconds: Some(seconds), basis: Basis::Recorded, note: None }
    }

    /// A duration nobody can know from this record.
    pub fn unknown(label: &'static str, from: Endpoint, to: Endpoint, note: String) -> Self {
        Self { label, short: None, from, to, seconds: None, basis: Basis::Unknown, note: Some(note) }
    }

    pub(super) fn called(self, short: &'static str) -> Self {
        Self { short: Some(short), ..self }
    }

    /// The length as people say it, `≈` in front of an estimate. `None` without a number.
    pub fn length(&self) -> Option<String> {
        let took = Duration::try_seconds(self.seconds?)?;
        let said = match (self.from.at, self.to.at) {
            (Some(from), Some(to)) if to - from == took => say_between(from, to),
            _ => say_duration(took),
        };
        Some(if self.basis == Basis::Estimated { format!("≈ {said}") } else { said })
    }

    /// Both ends with their times: `impact started 14:02 → mitigated 14:25 UTC`.
    pub fn span(&self) -> String {
        match (self.from.at, self.to.at) {
            (Some(start), Some(end)) => format!(
                "{} {} → {} {} UTC",
                self.from.words(),
                say_at(start, end),
                self.to.words(),
                say_at(end, start)
            ),
            _ => format!("{} → {}", self.from.words(), self.to.words()),
        }
    }

    /// Everything in one line: `23 min (impact started 14:02 → mitigated 14:25 UTC)`.
    pub fn say(&self) -> String {
        let note = self.note.as_deref().unwrap_or_default();
        match (self.length(), self.basis) {
            (Some(length), Basis::Estimated) => {
                format!("{length} ({}; {})", self.span(), note.trim_start_matches("≈ "))
            }
            (Some(length), _) if note.is_empty() => format!("{length} ({})", self.span()),
            (Some(length), _) => format!("{length} ({}; {note})", self.span()),
            (None, Basis::Unknown) => format!("unknown: {note}"),
            (None, _) => note.to_owned(),
        }
    }
}

impl Serialize for Metric {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut out = serializer.serialize_struct("Metric", 4)?;
        out.serialize_field("seconds", &self.seconds)?;
        out.serialize_field("from", &self.from.name)?;
        out.serialize_field("to", &self.to.name)?;
        out.serialize_field("note", &self.note)?;
        out.end()
    }
}

/// A time in UTC beside another: with its day when the two are not on the same one.
fn say_at(at: DateTime<FixedOffset>, other: DateTime<FixedOffset>) -> String {
    let (at, other) = (at.to_utc(), other.to_utc());
    let same_day = at.date_naive() == other.date_naive();
    at.format(if same_day { "%H:%M" } else { "%Y-%m-%d %H:%M" }).to_string()
}

fn missing(end: &Endpoint) -> String {
    let words = end.words();
    match end.markable() {
        Some(milestone) => format!("{words} was not recorded: hotfix mark {} --at TIME", milestone.flag()),
        None => format!("{words} was not recorded"),
    }
}
