//! The durations of an incident, each with both of its ends named.
//!
//! What was not recorded stays unknown: never zero, never "until now". What contradicts itself is
//! called invalid and has no number.

pub use super::metric::{Basis, Endpoint, Metric};
use super::{impact, phases};
use crate::model::incident::Incident;
use crate::model::incident::course::Round;
use crate::model::milestone::Milestone;
use std::collections::BTreeSet;

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
