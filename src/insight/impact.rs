//! How long somebody was affected: the union of intervals, not their sum.

use super::metrics::{Basis, Endpoint, Metric};
use crate::model::event::{Event, Kind};
use crate::model::incident::Incident;
use crate::model::milestone::Milestone;
use chrono::{DateTime, FixedOffset};

/// One stretch of impact.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Interval {
    pub from: DateTime<FixedOffset>,
    pub to: DateTime<FixedOffset>,
}

/// The total impact and the intervals it is made of.
pub fn measure(incident: &Incident) -> (Metric, Vec<Interval>) {
    let label = "impact";
    let from = Endpoint::milestone(incident, Milestone::ImpactStarted);
    let sweep = Sweep::over(&incident.by_time());
    let end = |at| Endpoint::new(Kind::ImpactEnded.as_str(), at);
    if from.at.is_none() {
        let to = end(sweep.closed.last().map(|i| i.to));
        return (Metric::between(label, from, to), sweep.closed);
    }
    if let Some(open) = sweep.open {
        let ended_before = Endpoint::new(sweep.ignored_end.as_str(), sweep.ignored_at);
        let metric = if sweep.closed.is_empty() && ended_before.at.is_some() {
            Metric::between(label, from, ended_before)
        } else {
            let since = open.to_utc().format("%H:%M");
            let note =
                format!("the impact since {since} has no recorded end: hotfix mark impact-ended --at TIME");
            Metric::unknown(label, from, end(None), note)
        };
        return (metric, sweep.closed);
    }
    let seconds = sweep.closed.iter().map(|i| (i.to - i.from).num_seconds()).sum();
    let to = Endpoint::new(sweep.last_end.as_str(), sweep.closed.last().map(|i| i.to));
    let several = sweep.closed.len() > 1;
    let note = several.then(|| format!("{} intervals, without the time between them", sweep.closed.len()));
    (
        Metric { label, short: None, from, to, seconds: Some(seconds), basis: Basis::Recorded, note },
        sweep.closed,
    )
}

/// Walks the events by time and pairs beginnings with ends.
struct Sweep {
    closed: Vec<Interval>,
    open: Option<DateTime<FixedOffset>>,
    /// What ended the last closed interval.
    last_end: Kind,
    /// An end that came while nothing was open.
    ignored_end: Kind,
    ignored_at: Option<DateTime<FixedOffset>>,
}

impl Sweep {
    fn over(events: &[&Event]) -> Self {
        let mut sweep = Self {
            closed: Vec::new(),
            open: None,
            last_end: Kind::ImpactEnded,
            ignored_end: Kind::ImpactEnded,
            ignored_at: None,
        };
        let mut starts = 0_usize;
        let mut ends = 0_usize;
        let mut begun = false;
        for (n, event) in events.iter().enumerate() {
            match event.kind {
                // Reopening before any impact was recorded says nothing about when it began.
                Kind::Reopened if !begun => {}
                Kind::Reopened if sweep.open.is_some() => {}
                Kind::ImpactStarted | Kind::Reopened => {
                    if sweep.open.is_none() {
                        sweep.open = Some(event.at);
                        (starts, ends) = (0, 0);
                    }
                    begun = true;
                    starts += 1;
                }
                Kind::ImpactEnded => {
                    ends += 1;
                    // Overlapping impacts end one by one. An impact whose start was merely noted
                    // twice has one end only, and that end counts.
                    let overlapping = ends < starts && more_ends_follow(events.iter().skip(n + 1));
                    if !overlapping {
                        sweep.close(event);
                    }
                }
                Kind::Mitigated | Kind::Resolved => sweep.close(event),
                _ => {}
            }
        }
        sweep
    }

    fn close(&mut self, event: &Event) {
        match self.open.take() {
            Some(from) => {
                self.closed.push(Interval { from, to: event.at });
                self.last_end = event.kind.clone();
            }
            None => {
                self.ignored_end = event.kind.clone();
                self.ignored_at = Some(event.at);
            }
        }
    }
}

/// Whether another end of impact comes before anything that ends all of it.
fn more_ends_follow<'a>(events: impl Iterator<Item = &'a &'a Event>) -> bool {
    events
        .map(|e| &e.kind)
        .find(|k| matches!(k, Kind::ImpactEnded | Kind::Mitigated | Kind::Resolved | Kind::Reopened))
        .is_some_and(|k| *k == Kind::ImpactEnded)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::event::Draft;
    use crate::model::incident::fixture::incident;

    fn total(list: &[(&'static str, Kind)]) -> Metric {
        measure(&incident(list.iter().map(|(t, k)| (*t, Draft::new(k.clone(), ""))).collect())).0
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
    fn the_first_of_ended_mitigated_and_resolved_ends_it() {
        let m = total(&[
            ("14:00", Kind::ImpactStarted),
            ("14:25", Kind::Mitigated),
            ("14:40", Kind::ImpactEnded),
            ("15:00", Kind::Resolved),
        ]);
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
