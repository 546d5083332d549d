//! How long users were affected: the stretches of impact, added up.

use super::metric::{Basis, Endpoint, Metric};
use crate::model::event::Kind;
use crate::model::incident::Incident;
use crate::model::milestone::Milestone;
use chrono::{DateTime, FixedOffset};

/// One stretch of impact that has an end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Interval {
    pub from: DateTime<FixedOffset>,
    pub to: DateTime<FixedOffset>,
}

/// The total impact and the intervals it is made of.
pub fn measure(incident: &Incident) -> (Metric, Vec<Interval>) {
    let label = "impact";
    let all = &incident.course.intervals;
    let closed: Vec<Interval> =
        all.iter().filter_map(|i| Some(Interval { from: i.from, to: i.to? })).collect();
    let from = Endpoint::new(Kind::ImpactStarted.as_str(), all.first().map(|i| i.from));
    let end = |at| Endpoint::new(Kind::ImpactEnded.as_str(), at);
    if from.at.is_none() {
        return (Metric::between(label, from, end(None)), closed);
    }
    if let Some(open) = all.iter().find(|i| i.to.is_none()) {
        // An end that precedes the beginning is called invalid, with both times.
        let ends = [Milestone::ImpactEnded, Milestone::Mitigated, Milestone::Resolved];
        let before =
            ends.iter().find_map(|m| Some((*m, incident.course.milestone(*m).filter(|at| *at < open.from)?)));
        let metric = match before {
            Some((end, at)) if closed.is_empty() => {
                Metric::between(label, from, Endpoint::new(end.kind().as_str(), Some(at)))
            }
            _ => {
                let since = open.from.to_utc().format("%H:%M");
                let note = format!(
                    "the impact since {since} has no recorded end: hotfix mark impact-ended --at TIME"
                );
                Metric::unknown(label, from, end(None), note)
            }
        };
        return (metric, closed);
    }
    let seconds = closed.iter().map(|i| (i.to - i.from).num_seconds()).sum();
    let last = all.last().and_then(|i| Some((i.end?, i.to?)));
    let to = last.map_or_else(|| end(None), |(m, at)| Endpoint::new(m.kind().as_str(), Some(at)));
    let several = closed.len() > 1;
    let note = several.then(|| format!("{} intervals, without the time between them", closed.len()));
    let metric =
        Metric { label, short: None, from, to, seconds: Some(seconds), basis: Basis::Recorded, note };
    (metric, closed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::incident::fixture::marks;

    fn total(list: &[(&'static str, Kind)]) -> Metric {
        measure(&marks(list)).0
    }

    #[test]
    fn overlapping_impacts_count_once() {
        let starts = [("14:00", Kind::ImpactStarted), ("14:20", Kind::ImpactStarted)];
        let ends = [("14:30", Kind::ImpactEnded), ("14:50", Kind::ImpactEnded)];
        let [a, b] = starts.clone();
        let [c, d] = ends.clone();
        assert_eq!(total(&[a.clone(), b.clone(), c.clone(), d.clone()]).seconds, Some(50 * 60));
        assert_eq!(total(&[a, c, b, d]).seconds, Some(50 * 60), "in whatever order they were written");
    }

    #[test]
    fn a_start_noted_twice_is_one_impact() {
        let m = total(&[
            ("14:05", Kind::ImpactStarted),
            ("14:02", Kind::ImpactStarted),
            ("14:40", Kind::ImpactEnded),
            ("15:00", Kind::Resolved),
        ]);
        assert_eq!((m.seconds, m.to.name.as_str()), (Some(38 * 60), "impact_ended"));
    }

    #[test]
    fn the_explicit_end_counts_and_mitigation_where_there_is_none() {
        let m = total(&[
            ("14:00", Kind::ImpactStarted),
            ("14:25", Kind::Mitigated),
            ("14:40", Kind::ImpactEnded),
            ("15:00", Kind::Resolved),
        ]);
        assert_eq!((m.seconds, m.to.name.as_str()), (Some(40 * 60), "impact_ended"));
        let m =
            total(&[("14:00", Kind::ImpactStarted), ("14:25", Kind::Mitigated), ("15:00", Kind::Resolved)]);
        assert_eq!((m.seconds, m.to.name.as_str()), (Some(25 * 60), "mitigated"));
    }

    #[test]
    fn reopening_without_a_new_start_begins_there() {
        let m = total(&[
            ("14:00", Kind::ImpactStarted),
            ("15:00", Kind::Resolved),
            ("15:30", Kind::Reopened),
            ("16:00", Kind::Resolved),
        ]);
        assert_eq!(m.seconds, Some(90 * 60));
        assert!(m.note.unwrap().starts_with("2 intervals"));
    }

    #[test]
    fn an_impact_without_an_end_is_unknown() {
        let m = total(&[("14:00", Kind::ImpactStarted)]);
        assert_eq!((m.seconds, m.basis), (None, Basis::Unknown));
        assert!(m.note.unwrap().contains("hotfix mark impact-ended"));
        assert_eq!(total(&[("14:20", Kind::Mitigated)]).seconds, None, "no start, no number");
    }
}
