use super::*;
use crate::model::event::Draft;
use crate::model::incident::Incident;
use crate::model::incident::fixture::{incident, marks};

fn course(list: &[(&'static str, Kind)]) -> Course {
    marks(list).course
}

fn spans(course: &Course) -> Vec<(String, Option<String>)> {
    let time = |at: Moment| at.format("%H:%M").to_string();
    course.intervals.iter().map(|i| (time(i.from), i.to.map(time))).collect()
}

fn span(from: &str, to: &str) -> (String, Option<String>) {
    (from.to_owned(), (!to.is_empty()).then(|| to.to_owned()))
}

use Kind::{Detected, Finished, ImpactEnded, ImpactStarted, Mitigated, PartlyMitigated, Reopened, Resolved};

#[test]
fn the_explicit_end_of_impact_wins_over_mitigation() {
    let c = course(&[("14:00", ImpactStarted), ("14:25", Mitigated), ("14:40", ImpactEnded)]);
    assert_eq!(spans(&c), [span("14:00", "14:40")]);
    assert!(matches!(c.impact, Impact::Ended { .. }));
    let c = course(&[("14:00", ImpactStarted), ("14:25", Mitigated), ("15:00", Resolved)]);
    assert_eq!(spans(&c), [span("14:00", "14:25")]);
    let c = course(&[("14:00", ImpactStarted), ("14:50", ImpactEnded), ("14:45", Resolved)]);
    assert_eq!(spans(&c), [span("14:00", "14:50")]);
    assert_eq!(c.contradictions[0].say(), "resolved 14:45 is before impact ended 14:50");
}

#[test]
fn a_partial_mitigation_ends_nothing() {
    let c = course(&[("14:00", ImpactStarted), ("14:25", PartlyMitigated)]);
    assert_eq!(spans(&c), [span("14:00", "")]);
    assert!(matches!(c.impact, Impact::Running { partly: Some(_), .. }), "{:?}", c.impact);
    let c = course(&[("14:00", ImpactStarted), ("14:25", PartlyMitigated), ("14:40", Mitigated)]);
    assert!(matches!(c.impact, Impact::Mitigated { .. }), "{:?}", c.impact);
}

#[test]
fn impact_after_the_end_reopens_however_it_was_written_down() {
    let live = course(&[
        ("14:00", ImpactStarted),
        ("14:24", Mitigated),
        ("15:00", Resolved),
        ("15:20", Reopened),
        ("15:20", ImpactStarted),
    ]);
    let back_filled = course(&[
        ("15:20", ImpactStarted),
        ("14:00", ImpactStarted),
        ("14:24", Mitigated),
        ("15:00", Resolved),
    ]);
    for c in [live, back_filled] {
        assert_eq!(spans(&c), [span("14:00", "14:24"), span("15:20", "")]);
        assert_eq!((c.rounds.len(), c.resolved), (2, None));
        assert!(matches!(c.impact, Impact::Running { .. }));
        assert_eq!(c.milestone(Milestone::Mitigated), None, "that was before it broke again");
    }
}

#[test]
fn impact_that_returns_before_it_was_resolved_is_a_second_interval_of_the_same_round() {
    let c = course(&[("14:00", ImpactStarted), ("14:25", Mitigated), ("14:50", ImpactStarted)]);
    assert_eq!((c.rounds.len(), spans(&c)), (1, vec![span("14:00", "14:25"), span("14:50", "")]));
    assert!(matches!(c.impact, Impact::Running { .. }));
    let c = course(&[("14:00", ImpactStarted), ("14:30", Finished), ("14:50", ImpactStarted)]);
    assert_eq!(c.rounds.len(), 2, "the hotfix was done, and did not help");
}

#[test]
fn milestones_belong_to_the_round_they_fall_into() {
    let c = course(&[
        ("14:00", ImpactStarted),
        ("14:10", Detected),
        ("15:00", Resolved),
        ("16:00", ImpactStarted),
        ("16:10", Kind::Acknowledged),
    ]);
    assert_eq!(c.rounds[0].milestones.get(&Milestone::Acknowledged), None);
    assert_eq!(c.rounds[1].milestones.get(&Milestone::Detected), None);
}

#[test]
fn overlapping_impacts_are_one_stretch() {
    let c = course(&[
        ("14:00", ImpactStarted),
        ("14:20", ImpactStarted),
        ("14:30", ImpactEnded),
        ("14:50", ImpactEnded),
    ]);
    assert_eq!(spans(&c), [span("14:00", "14:50")]);
    let c = course(&[("14:05", ImpactStarted), ("14:02", ImpactStarted), ("14:40", ImpactEnded)]);
    assert_eq!(spans(&c), [span("14:02", "14:40")]);
    let c = course(&[("14:00", ImpactStarted), ("14:40", ImpactEnded), ("14:45", ImpactEnded)]);
    assert_eq!(spans(&c), [span("14:00", "14:40")], "the first of two ends of one impact");
}

#[test]
fn a_deployment_is_known_only_when_it_was_recorded() {
    let c = |kinds: &[Kind]| {
        let list: Vec<(&'static str, Kind)> = kinds.iter().map(|k| ("14:30", k.clone())).collect();
        course(&list).repair
    };
    assert!(c(&[Kind::Merged, Kind::Tagged]).in_production().is_none());
    assert!(matches!(c(&[Kind::Merged, Kind::Tagged]), Repair::Released { .. }));
    assert!(c(&[Kind::Merged, Kind::DeploySucceeded]).in_production().is_some());
    assert_eq!(c(&[Kind::Merged, Kind::DeploySucceeded, Kind::VerifyFailed]), Repair::VerifyFailed);
    assert_eq!(c(&[Kind::Merged, Kind::DeploySucceeded, Kind::RolledBack]), Repair::TakenBack);
    let old = course(&[("14:30", Kind::Merged), ("14:40", Resolved), ("15:00", ImpactStarted)]);
    assert_eq!(old.repair, Repair::None, "what did not help is no repair of this round");
}

#[test]
fn an_end_before_the_beginning_is_named_and_ends_nothing() {
    let c = course(&[("14:02", ImpactStarted), ("13:45", ImpactEnded)]);
    assert_eq!(c.contradictions.len(), 1);
    assert_eq!(c.contradictions[0].say(), "impact ended 13:45 is before impact started 14:02");
    assert_eq!(spans(&c), [span("14:02", "")]);
}

/// As [`course`], with when each was recorded, and when it happened if that was earlier.
fn told(list: &[(&'static str, Kind, &str)]) -> Incident {
    let at = |t: &str| DateTime::parse_from_rfc3339(&format!("2026-11-22T{t}:00Z")).ok();
    incident(list.iter().map(|(t, k, h)| (*t, Draft::new(k.clone(), "").at(at(h)))).collect())
}

#[test]
fn a_beginning_that_was_recorded_after_the_end_is_news_to_it() {
    for (end, recorded) in [(Finished, "14:50"), (Resolved, "14:50")] {
        let mut list = vec![
            ("14:05", ImpactStarted, "14:00"),
            ("14:25", Mitigated, ""),
            (recorded, end.clone(), ""),
            ("15:10", ImpactStarted, "14:40"),
        ];
        let i = told(&list);
        assert_eq!(spans(&i.course), [span("14:00", "14:25"), span("14:40", "")], "{end:?}");
        assert_eq!((i.course.rounds.len(), i.course.resolved, i.is_open()), (2, None, true), "{end:?}");
        assert!(matches!(i.course.impact, Impact::Running { .. }));
        // Recorded again, it does not begin a third round.
        list.push(("15:11", ImpactStarted, "14:55"));
        let i = told(&list);
        assert_eq!((i.course.rounds.len(), spans(&i.course).len()), (2, 2), "{end:?}");
        list.push(("15:30", Resolved, ""));
        let i = told(&list);
        assert_eq!(spans(&i.course), [span("14:00", "14:25"), span("14:40", "15:30")], "{end:?}");
        assert!(i.is_resolved() && !i.is_reopened());
    }
}

#[test]
fn it_broke_between_resolving_and_finishing() {
    let i = told(&[
        ("14:05", ImpactStarted, "14:00"),
        ("15:00", Resolved, ""),
        ("15:05", Finished, ""),
        ("15:20", ImpactStarted, "15:02"),
    ]);
    assert_eq!((i.course.rounds.len(), i.is_open(), i.is_reopened()), (2, true, true));
    assert_eq!(spans(&i.course), [span("14:00", "15:00"), span("15:02", "")]);
    assert_eq!(i.course.rounds[0].finished.map(|t| t.format("%H:%M").to_string()), Some("15:05".into()));
    // The other way round: called resolved while it was broken again.
    let i = told(&[
        ("14:05", ImpactStarted, "14:00"),
        ("14:25", Mitigated, ""),
        ("15:00", Finished, ""),
        ("15:30", Resolved, ""),
        ("15:40", ImpactStarted, "15:10"),
    ]);
    assert_eq!(spans(&i.course), [span("14:00", "14:25"), span("15:10", "")]);
    assert!(!i.is_resolved() && i.is_open());
}

#[test]
fn the_first_beginning_is_often_written_down_last() {
    for start in ["14:02", "14:20"] {
        let i = told(&[("14:50", Finished, ""), ("15:00", Resolved, ""), ("15:10", ImpactStarted, start)]);
        assert_eq!((i.course.rounds.len(), i.is_open()), (1, false));
        assert_eq!(spans(&i.course), [span(start, "15:00")]);
    }
    // Known before, and given an earlier time.
    let i = told(&[
        ("14:05", ImpactStarted, ""),
        ("14:25", Mitigated, ""),
        ("14:50", Finished, ""),
        ("15:10", ImpactStarted, "14:02"),
    ]);
    assert_eq!((spans(&i.course), i.is_open()), (vec![span("14:02", "14:25")], false));
}

#[test]
fn a_stretch_with_both_ends_written_down_later_reopens_nothing() {
    for list in [
        [("15:10", ImpactStarted, "14:30"), ("15:11", ImpactEnded, "14:40")],
        [("15:10", ImpactEnded, "14:40"), ("15:11", ImpactStarted, "14:30")],
        // A file of notes, read in one go, newest first.
        [("14:50", ImpactEnded, "14:40"), ("14:50", ImpactStarted, "14:30")],
    ] {
        let mut all = vec![
            ("14:05", ImpactStarted, "14:00"),
            ("14:25", Mitigated, ""),
            ("14:50", Resolved, ""),
            ("14:50", Finished, ""),
        ];
        all.extend(list);
        let i = told(&all);
        assert_eq!((i.course.rounds.len(), i.is_open(), i.is_resolved()), (1, false, true));
        assert_eq!(spans(&i.course), [span("14:00", "14:25"), span("14:30", "14:40")]);
    }
}

#[test]
fn times_within_a_minute_are_told_apart_by_their_seconds() {
    let at = |text: &str| DateTime::parse_from_rfc3339(text).unwrap();
    let one = Contradiction {
        early: (Milestone::Resolved, at("2026-11-22T16:00:10Z")),
        late: (Milestone::Mitigated, at("2026-11-22T16:00:40Z")),
    };
    assert_eq!(one.say(), "resolved 16:00:10 is before mitigated 16:00:40");
}
