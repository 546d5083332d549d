use super::*;
use crate::model::event::Draft;
use crate::model::incident::fixture::incident;

fn course(list: &[(&'static str, Kind)]) -> Course {
    incident(list.iter().map(|(t, k)| (*t, Draft::new(k.clone(), ""))).collect()).course
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
