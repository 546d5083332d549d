//! Where the time went between declaring a hotfix and deleting its branch.

use super::metrics::{Endpoint, Metric};
use crate::model::checklist::Verdict;
use crate::model::event::Kind;
use crate::model::incident::Incident;
use chrono::{DateTime, FixedOffset};
use std::collections::BTreeMap;

type Moment = Option<DateTime<FixedOffset>>;

/// The legs of the git work, in order. A point that was not recorded gives a leg without a number,
/// and the next leg starts at the last point that was. A deployment that never took place thus
/// hides nothing.
pub fn of(incident: &Incident) -> Vec<Metric> {
    let first = |kind: Kind| incident.of_kind(&kind).map(|e| e.at).min();
    let last = |kind: Kind| incident.of_kind(&kind).map(|e| e.at).max();
    // Work that follows the release belongs to the next one.
    let merged = first(Kind::Merged);
    let before = |at: DateTime<FixedOffset>| merged.is_none_or(|m| at <= m);
    let last_commit = incident.of_kind(&Kind::Commit).map(|e| e.at).filter(|at| before(*at)).max();
    let points: [(&'static str, Endpoint); 11] = [
        ("branch", Endpoint::new("fix_started", first(Kind::FixStarted))),
        ("first commit", Endpoint::new("first_commit", first(Kind::Commit).filter(|at| before(*at)))),
        ("last commit", Endpoint::new("last_commit", last_commit)),
        ("checklist green", Endpoint::new("checklist_green", checklist_green(incident, merged))),
        ("merged", Endpoint::new("merged", merged)),
        ("tagged", Endpoint::new("tagged", first(Kind::Tagged))),
        ("pushed", Endpoint::new("pushed", first(Kind::Pushed))),
        ("deployed", Endpoint::new("deployed", first(Kind::DeploySucceeded))),
        ("verified", Endpoint::new("verified", first(Kind::Verified))),
        ("merged back", Endpoint::new("merged_back", last(Kind::MergedBack))),
        ("branch deleted", Endpoint::new("branch_deleted", last(Kind::BranchDeleted))),
    ];
    let mut from = Endpoint::declared(incident);
    points
        .into_iter()
        .map(|(label, to)| {
            let leg = Metric::between(label, from.clone(), to.clone());
            if to.at.is_some() {
                from = to;
            }
            leg
        })
        .collect()
}

/// When the last answer that the release went out with was given; none while one says no.
fn checklist_green(incident: &Incident, merged: Moment) -> Moment {
    let mut latest = BTreeMap::new();
    for answer in incident.answers.iter().filter(|a| merged.is_none_or(|m| a.at <= m)) {
        latest.insert(answer.id.as_str(), (answer.verdict, answer.at));
    }
    if latest.values().any(|(verdict, _)| *verdict == Verdict::Fail) {
        return None;
    }
    latest.values().map(|(_, at)| *at).max()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::event::Draft;
    use crate::model::incident::fixture::incident;

    fn answer(item: &str, verdict: &str) -> Draft {
        Draft::new(Kind::ChecklistItem, "").with("item", item).with("verdict", verdict)
    }

    fn minutes(more: Vec<(&str, Draft)>) -> Vec<(&'static str, Option<i64>)> {
        of(&incident(more)).iter().map(|m| (m.label, m.seconds.map(|s| s / 60))).collect()
    }

    #[test]
    fn the_waterfall() {
        let step = |kind| Draft::new(kind, "");
        let legs = minutes(vec![
            ("14:13", step(Kind::FixStarted)),
            ("14:20", step(Kind::Commit)),
            ("14:24", step(Kind::Commit)),
            ("14:30", answer("tests", "pass")),
            ("14:32", answer("staging", "waived")),
            ("14:33", step(Kind::Merged)),
            ("14:33", step(Kind::Tagged)),
            ("14:34", step(Kind::Pushed)),
            ("14:38", step(Kind::DeploySucceeded)),
            ("14:48", step(Kind::Verified)),
            ("14:49", step(Kind::MergedBack)),
            ("14:50", step(Kind::BranchDeleted)),
        ]);
        let values: Vec<i64> = legs.iter().filter_map(|l| l.1).collect();
        assert_eq!(values, [1, 7, 4, 8, 1, 0, 1, 4, 10, 1, 1]);
    }

    #[test]
    fn a_missing_point_is_unknown_and_bridged() {
        let step = |kind| Draft::new(kind, "");
        let all = incident(vec![("14:34", step(Kind::Pushed)), ("14:40", step(Kind::MergedBack))]);
        let legs = of(&all);
        let deployed = legs.iter().find(|l| l.label == "deployed").unwrap();
        assert_eq!((deployed.seconds, deployed.note.as_deref()), (None, Some("deployed was not recorded")));
        let back = legs.iter().find(|l| l.label == "merged back").unwrap();
        assert_eq!((back.from.name.as_str(), back.seconds), ("pushed", Some(360)));
    }

    #[test]
    fn a_checklist_that_says_no_is_not_green() {
        let legs = minutes(vec![("14:30", answer("tests", "fail")), ("14:31", answer("staging", "pass"))]);
        assert!(legs.contains(&("checklist green", None)));
        let legs = minutes(vec![("14:30", answer("tests", "fail")), ("14:31", answer("tests", "pass"))]);
        assert!(legs.contains(&("checklist green", Some(19))));
    }
}
