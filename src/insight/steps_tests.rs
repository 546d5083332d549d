use super::*;
use crate::insight::next::next;
use crate::model::checklist::{Item, standing};
use crate::model::event::Draft;
use crate::model::incident::fixture::incident;

fn states(incident: Option<&Incident>, commits: usize) -> Vec<StepState> {
    let standings = standing(&Item::defaults(), &[], None);
    steps(&seen(incident, commits, &standings)).into_iter().map(|l| l.state).collect()
}

fn seen<'a>(incident: Option<&'a Incident>, commits: usize, standings: &'a [Standing]) -> Seen<'a> {
    Seen {
        told_as: "x",
        incident,
        name: "x",
        branch: "hotfix/x",
        branch_exists: true,
        commits,
        stat: DiffStat::default(),
        standings,
        tag: Some("v1.2.1"),
        production: "main",
        merge_backs: &[],
        size: None,
        due: &[],
        landed: None,
        deploys: false,
        verifies: 0,
        failed_merged: None,
        candidates_since: None,
        stand: Some(CheckedOut::Here),
        astray: None,
        absent: None,
        unfinished: Unfinished::default(),
        flag: String::new(),
        going_back: None,
        kept: &[],
        again: &[],
        lacking: &[],
    }
}

#[test]
fn one_step_is_current_and_there_are_seven() {
    use StepState::{Current, Done, Skipped, Todo};
    let i = incident(vec![]);
    assert_eq!(states(Some(&i), 0), [Skipped, Skipped, Done, Current, Todo, Todo, Todo]);
    assert_eq!(states(Some(&i), 1), [Skipped, Skipped, Done, Done, Current, Todo, Todo]);
}

#[test]
fn a_released_hotfix_waits_for_its_merge_backs() {
    let i = incident(vec![
        ("14:30", Draft::new(Kind::Tagged, "v1.2.1").refer(Pointer::Tag, "v1.2.1")),
        ("14:31", Draft::new(Kind::MergeConflict, "").refer(Pointer::Branch, "develop")),
    ]);
    let standings = [];
    let lines = steps(&seen(Some(&i), 0, &standings));
    assert_eq!(lines[6].state, StepState::Current);
    assert!(lines[6].detail.contains("develop"));
    assert_eq!(next(&seen(Some(&i), 0, &standings)).command, "hotfix finish x");
}

#[test]
fn a_verification_that_was_left_is_not_called_done() {
    let told = |more: Vec<(&'static str, Draft)>| {
        let tagged = Draft::new(Kind::Tagged, "v1.2.1").refer(Pointer::Tag, "v1.2.1");
        let begun = [
            ("14:30", tagged),
            ("14:31", Draft::new(Kind::DeploySucceeded, "")),
            ("14:32", Draft::new(Kind::MonitoringStarted, "")),
        ];
        incident(begun.into_iter().chain(more).collect())
    };
    let of = |i: &Incident| {
        let seen = Seen { deploys: true, verifies: 2, ..seen(Some(i), 0, &[]) };
        (steps(&seen)[5].state, next(&seen).why)
    };
    let verified = |name: &str| Draft::new(Kind::Verified, "").with("name", name);
    let (state, why) = of(&told(vec![("14:33", verified("errors"))]));
    assert!(state == StepState::Current && why.contains("watches it again"), "{state:?} {why}");
    let all = vec![("14:33", verified("errors")), ("14:34", verified("orders"))];
    assert_eq!(of(&told(all)).0, StepState::Done);
    assert_eq!(of(&told(vec![("14:33", Draft::new(Kind::Verified, ""))])).0, StepState::Done);
}

#[test]
fn a_release_that_was_rolled_back_says_by_what_and_what_is_next() {
    let tagged = Draft::new(Kind::Tagged, "").refer(Pointer::Tag, "v1.2.1");
    let back = Draft::new(Kind::RolledBack, "").refer(Pointer::Tag, "v1.2.1").with("by", "v1.2.2");
    let finished = Draft::new(Kind::Finished, "");
    let log = vec![("14:10", tagged), ("14:11", finished), ("14:20", back)];
    let told = incident(log.clone());
    let standings = standing(&Item::defaults(), &[], None);
    let seen_of = |i| seen(Some(i), 1, &standings);
    let lines = steps(&seen_of(&told));
    let of = |step| lines.iter().find(|l| l.step == step).map(|l| (l.state, l.detail.clone())).unwrap();
    assert_eq!(of(Step::Merge), (StepState::Skipped, "taken back by v1.2.2".to_owned()));
    assert_eq!(of(Step::Deploy).0, StepState::Skipped);
    assert!(of(Step::Deploy).1.ends_with("v1.2.1   taken back by v1.2.2"), "{lines:?}");
    assert!(next(&seen_of(&told)).command.starts_with("hotfix mark mitigated"));
    let helped = [log, vec![("14:25", Draft::new(Kind::Mitigated, ""))]].concat();
    assert!(next(&seen_of(&incident(helped))).command.starts_with("hotfix mark resolved"));
}
