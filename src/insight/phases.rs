//! Where the time went between declaring a hotfix and deleting its branch.

use super::metric::{Endpoint, Metric};
use crate::model::checklist::{Answer, Verdict};
use crate::model::event::Kind;
use crate::model::incident::Incident;
use chrono::{DateTime, FixedOffset};
use std::collections::BTreeMap;

/// The legs of the git work, in order, of each round on its own. A point that was not recorded gives a leg
/// without a number, and the next leg starts at the last point that was. A deployment that never took
/// place thus hides nothing. A round after the one of the declaration has the legs that it had alone.
pub fn of(incident: &Incident) -> Vec<Metric> {
    let rounds = &incident.course.rounds;
    let mut legs = Vec::new();
    let mut declared = false;
    for (n, round) in rounds.iter().enumerate() {
        let end = rounds.get(n + 1).and_then(|next| next.reopened);
        let within = |at: DateTime<FixedOffset>| {
            round.reopened.is_none_or(|start| at >= start) && end.is_none_or(|end| at < end)
        };
        let is_first = !declared && end.is_none_or(|end| incident.started_at < end);
        declared |= is_first;
        let again = Endpoint::new(Kind::Reopened.as_str(), round.reopened);
        let begin = if is_first { Endpoint::declared(incident) } else { again };
        // Before the declaration there was no hotfix.
        let own = chain(begin, points(incident, within)).into_iter();
        legs.extend(own.filter(|leg| is_first || declared && leg.seconds.is_some()));
    }
    legs
}

/// The points of the work within a stretch of time.
fn points(
    incident: &Incident,
    within: impl Fn(DateTime<FixedOffset>) -> bool,
) -> [(&'static str, Endpoint); 11] {
    let times = |kind: Kind| -> Vec<DateTime<FixedOffset>> {
        incident.of_kind(&kind).map(|e| e.at).filter(|at| within(*at)).collect()
    };
    let first = |kind: Kind| times(kind).into_iter().min();
    let last = |kind: Kind| times(kind).into_iter().max();
    // Work that follows the release belongs to the next one.
    let merged = first(Kind::Merged);
    let commits: Vec<_> =
        times(Kind::Commit).into_iter().filter(|at| merged.is_none_or(|m| *at <= m)).collect();
    let answers = incident.answers.iter().filter(|a| within(a.at) && merged.is_none_or(|m| a.at <= m));
    [
        ("branch", Endpoint::new("fix_started", first(Kind::FixStarted))),
        ("first commit", Endpoint::new("first_commit", commits.iter().min().copied())),
        ("last commit", Endpoint::new("last_commit", commits.iter().max().copied())),
        ("checklist green", Endpoint::new("checklist_green", checklist_green(answers))),
        ("merged", Endpoint::new("merged", merged)),
        ("tagged", Endpoint::new("tagged", first(Kind::Tagged))),
        ("pushed", Endpoint::new("pushed", first(Kind::Pushed))),
        ("deployed", Endpoint::new("deployed", first(Kind::DeploySucceeded))),
        ("verified", Endpoint::new("verified", first(Kind::Verified))),
        ("merged back", Endpoint::new("merged_back", last(Kind::MergedBack))),
        ("branch deleted", Endpoint::new("branch_deleted", last(Kind::BranchDeleted))),
    ]
}

fn chain(mut from: Endpoint, points: [(&'static str, Endpoint); 11]) -> Vec<Metric> {
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
fn checklist_green<'a>(answers: impl Iterator<Item = &'a Answer>) -> Option<DateTime<FixedOffset>> {
    let mut latest = BTreeMap::new();
    for answer in answers {
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
    #[test]
    fn a_release_before_the_reopening_is_none_of_the_next_round() {
        let step = |kind| Draft::new(kind, "");
        let all = incident(vec![
            ("14:33", step(Kind::Merged)),
            ("14:34", step(Kind::Tagged)),
            ("14:50", step(Kind::Resolved)),
            ("18:00", step(Kind::ImpactStarted)),
            ("18:20", step(Kind::Commit)),
            ("18:30", step(Kind::Merged)),
            ("18:31", step(Kind::Tagged)),
            ("18:40", step(Kind::MergedBack)),
        ]);
        let said: Vec<(String, &str, i64)> = of(&all)
            .into_iter()
            .filter_map(|l| Some((l.from.name.clone(), l.label, l.seconds? / 60)))
            .collect();
        let said: Vec<(&str, &str, i64)> = said.iter().map(|(f, l, n)| (f.as_str(), *l, *n)).collect();
        assert_eq!(
            said,
            [
                ("declared", "merged", 21),
                ("merged", "tagged", 1),
                ("reopened", "first commit", 20),
                ("first_commit", "last commit", 0),
                ("last_commit", "merged", 10),
                ("merged", "tagged", 1),
                ("tagged", "merged back", 9),
            ]
        );
        // The first round has every leg, the others what they had.
        assert_eq!(of(&all).iter().filter(|l| l.seconds.is_none()).count(), 9);
    }

    #[test]
    fn what_was_written_down_of_before_the_declaration_has_no_legs() {
        let step = |kind| Draft::new(kind, "");
        let all = incident(vec![
            ("10:00", step(Kind::ImpactStarted)),
            ("11:00", step(Kind::Resolved)),
            ("14:00", step(Kind::ImpactStarted)),
            ("14:33", step(Kind::Merged)),
        ]);
        let legs = of(&all);
        assert_eq!((legs.len(), legs[4].label, legs[4].seconds), (11, "merged", Some(21 * 60)));
    }
}
