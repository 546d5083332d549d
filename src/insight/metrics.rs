//! The durations of an incident, each with both of its ends named.
//!
//! What was not recorded stays unknown: never zero, never "until now". What contradicts itself is
//! called invalid and has no number.

use super::{impact, phases};
use crate::model::incident::Incident;
use crate::model::incident::course::Round;
use crate::model::milestone::Milestone;
use crate::model::time::{say_between, say_duration};
use chrono::{DateTime, Duration, FixedOffset};
use serde::ser::SerializeStruct;
use serde::{Serialize, Serializer};
use std::collections::BTreeSet;

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

    fn called(self, short: &'static str) -> Self {
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

/// Every duration of one incident.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Metrics {
    /// Impact started → detected.
    pub ttd: Metric,
    /// Detected → acknowledged.
    pub tta: Metric,
    /// Detected → identified.
    pub tti: Metric,
    /// Impact started → mitigated.
    pub ttm: Metric,
    /// Impact started → resolved, of the first round that has both.
    pub ttr: Metric,
    /// Impact started → last resolved, when the incident was reopened.
    pub ttr_final: Option<Metric>,
    /// Declared → resolved, of the round it was declared in where that was resolved.
    pub ttr_declared: Metric,
    /// Detected → end of the impact.
    pub repair: Metric,
    /// How long somebody was affected: the union of the intervals.
    pub impact: Metric,
    /// Those intervals, oldest first, none overlapping another.
    pub intervals: Vec<impact::Interval>,
    /// Where the time went, from declared to the deleted branch.
    pub legs: Vec<Metric>,
}

impl Metrics {
    /// Measures an incident.
    pub fn of(incident: &Incident) -> Self {
        let between = |label, from, to| {
            let (from, to) = pair(incident, from, to);
            Metric::between(label, from, to)
        };
        let (impact, intervals) = impact::measure(incident);
        Self {
            ttd: time_to_detect(incident).called("TTD"),
            tta: between("time to acknowledge", Milestone::Detected, Milestone::Acknowledged).called("TTA"),
            tti: between("time to identify", Milestone::Detected, Milestone::Identified).called("TTI"),
            ttm: time_to_mitigate(incident).called("TTM"),
            ttr: between("time to resolve", Milestone::ImpactStarted, Milestone::Resolved).called("TTR"),
            ttr_final: final_resolve(incident),
            ttr_declared: between("time to resolve, from declared", Milestone::Declared, Milestone::Resolved),
            repair: time_to_repair(incident),
            impact,
            intervals,
            legs: phases::of(incident),
        }
    }

    /// The milestones without which a number is missing or estimated, and which a person can still
    /// record.
    pub fn missing(&self) -> BTreeSet<Milestone> {
        let open = |m: &Metric| {
            // What stands in for a milestone was recorded; the milestone was not.
            let wanted = [(&m.from, Milestone::ImpactStarted), (&m.to, Milestone::Mitigated)];
            let wanted = wanted.into_iter().filter(|(end, milestone)| end.name != milestone.kind().as_str());
            let stood_in = wanted.filter(|_| m.basis == Basis::Estimated).map(|(_, milestone)| milestone);
            let absent = [&m.from, &m.to].into_iter().filter(|end| end.at.is_none());
            stood_in.chain(absent.filter_map(Endpoint::markable)).collect::<Vec<_>>()
        };
        // Without a beginning, the end of the impact is no question yet.
        let asked = |m: &&Metric| m.label != self.impact.label || m.from.at.is_some();
        let mut missing: BTreeSet<Milestone> = self.main().into_iter().filter(asked).flat_map(open).collect();
        missing.extend(self.impact.from.at.is_none().then_some(Milestone::ImpactStarted));
        missing
    }

    /// The durations between milestones, in the order they are printed.
    pub fn main(&self) -> Vec<&Metric> {
        let head = [&self.ttd, &self.tta, &self.tti, &self.ttm, &self.ttr];
        let tail = [&self.ttr_declared, &self.repair, &self.impact];
        head.into_iter().chain(&self.ttr_final).chain(tail).collect()
    }
}

/// Two milestones of the first round in which both were recorded: a time of one round says nothing
/// about another. Where no round has both, what the first round has.
fn pair(incident: &Incident, from: Milestone, to: Milestone) -> (Endpoint, Endpoint) {
    let rounds = &incident.course.rounds;
    let has = |r: &&Round| r.milestones.contains_key(&from) && r.milestones.contains_key(&to);
    in_round(incident, rounds.iter().find(has).or_else(|| rounds.first()), from, to)
}

fn in_round(
    incident: &Incident,
    round: Option<&Round>,
    from: Milestone,
    to: Milestone,
) -> (Endpoint, Endpoint) {
    let point = |m: Milestone| {
        let at = round.and_then(|r| r.milestones.get(&m).copied());
        let declared = (m == Milestone::Declared).then_some(incident.started_at);
        Endpoint::new(m.kind().as_str(), at.or(declared))
    };
    (point(from), point(to))
}

fn time_to_detect(incident: &Incident) -> Metric {
    let (from, to) = pair(incident, Milestone::ImpactStarted, Milestone::Detected);
    let label = "time to detect";
    match (from.at, to.at) {
        (Some(impact), Some(detected)) if detected < impact => Metric {
            label,
            short: None,
            from,
            to,
            seconds: None,
            basis: Basis::BeforeImpact,
            note: Some("found before impact".to_owned()),
        },
        _ => Metric::between(label, from, to),
    }
}

/// Impact started → mitigated, or the nearest thing to it that was recorded, labelled as such.
fn time_to_mitigate(incident: &Incident) -> Metric {
    let label = "time to mitigate";
    let (wanted, mitigated) = pair(incident, Milestone::ImpactStarted, Milestone::Mitigated);
    let mut stand_ins = Vec::new();
    let to = if mitigated.at.is_some() {
        mitigated
    } else {
        let end = impact_end(incident, incident.course.rounds.first());
        if end.at.is_none() {
            return Metric::between(label, wanted, mitigated);
        }
        stand_ins.push(format!("mitigated was not recorded, {} is used instead", end.words()));
        end
    };
    let from = if wanted.at.is_some() {
        wanted
    } else {
        stand_ins.push("impact started was not recorded, declared is used instead".to_owned());
        Endpoint::declared(incident)
    };
    let mut metric = Metric::between(label, from, to);
    if metric.basis == Basis::Recorded && !stand_ins.is_empty() {
        metric.basis = Basis::Estimated;
        metric.note = Some(format!("≈ {}", stand_ins.join("; ")));
    }
    metric
}

/// Detected → end of the impact, in the first round that has both.
fn time_to_repair(incident: &Incident) -> Metric {
    let rounds = &incident.course.rounds;
    let has = |r: &&Round| {
        r.milestones.contains_key(&Milestone::Detected) && impact_end(incident, Some(*r)).at.is_some()
    };
    let round = rounds.iter().find(has).or_else(|| rounds.first());
    let (detected, _) = in_round(incident, round, Milestone::Detected, Milestone::Resolved);
    Metric::between("time to repair", detected, impact_end(incident, round))
}

/// When the impact of a round ended: what was said to be its end, else mitigated, else resolved.
fn impact_end(incident: &Incident, round: Option<&Round>) -> Endpoint {
    let ends = [Milestone::ImpactEnded, Milestone::Mitigated, Milestone::Resolved];
    let (_, none) = in_round(incident, None, Milestone::Declared, Milestone::ImpactEnded);
    ends.into_iter()
        .map(|m| in_round(incident, round, Milestone::Declared, m).1)
        .find(|e| e.at.is_some())
        .unwrap_or(none)
}

fn final_resolve(incident: &Incident) -> Option<Metric> {
    incident.course.round()?.reopened?;
    let label = "time to resolve, final";
    let began = incident.course.first(Milestone::ImpactStarted);
    let from = Endpoint::new(Milestone::ImpactStarted.kind().as_str(), began);
    match incident.course.resolved {
        Some(at) => Some(Metric::between(label, from, Endpoint::new("resolved", Some(at)))),
        None => {
            let note = "reopened and not resolved since: hotfix mark resolved --at TIME".to_owned();
            Some(Metric::unknown(label, from, Endpoint::new("resolved", None), note))
        }
    }
}

#[cfg(test)]
#[path = "metrics_tests.rs"]
mod tests;
