use super::*;
use crate::model::event::{Draft, Kind};
use crate::model::incident::fixture::incident;

fn at(text: &str) -> DateTime<FixedOffset> {
    DateTime::parse_from_rfc3339(text).unwrap()
}

fn release(tag: &str, day: &str, is_hotfix: bool) -> Release {
    Release { tag: tag.into(), at: at(&format!("{day}T12:00:00Z")), is_hotfix }
}

fn stats(releases: Vec<Release>, incidents: Vec<Incident>, touched: &[(&str, &[&str])]) -> Stats {
    let files = |paths: &[&str]| paths.iter().map(|p| (*p).to_owned()).collect();
    Stats::of(&Facts {
        found: None,
        since: at("2026-01-01T00:00:00Z"),
        until: at("2026-11-22T15:00:00Z"),
        releases,
        incidents,
        touched: touched.iter().map(|(id, paths)| ((*id).to_owned(), files(paths))).collect(),
    })
}

fn mitigated(id: &str, time: &'static str) -> Incident {
    let mut found = incident(vec![
        ("14:00", Draft::new(Kind::ImpactStarted, "")),
        (time, Draft::new(Kind::Mitigated, "")),
    ]);
    found.id = id.to_owned();
    found.name = format!("fix-{id}");
    found
}

#[test]
fn nothing_is_nothing() {
    let none = stats(vec![], vec![], &[]);
    assert!(none.is_empty() && !none.too_many && none.months.is_empty() && none.durations.is_empty());
    assert_eq!(none.rework_rate, None, "no share of no releases");
}

#[test]
fn the_rate_and_the_months_between() {
    let found = stats(
        vec![
            release("v1.0.0", "2026-08-02", false),
            release("v1.0.1", "2026-08-03", true),
            release("v1.1.0", "2026-10-01", false),
        ],
        vec![],
        &[],
    );
    assert_eq!((found.hotfixes, found.releases, found.rework_rate), (1, 3, Some(0.3333)));
    assert!(!found.too_many, "three releases say nothing yet");
    let months: Vec<(&str, usize, usize)> =
        found.months.iter().map(|m| (m.month.as_str(), m.hotfixes, m.releases)).collect();
    assert_eq!(months, [("2026-08", 1, 2), ("2026-09", 0, 0), ("2026-10", 0, 1), ("2026-11", 0, 0)]);
}

#[test]
fn too_often_is_more_than_one_release_in_four_of_at_least_four() {
    let run = |hotfixes: usize, others: usize| {
        let all = (0..hotfixes + others).map(|n| release(&format!("v1.0.{n}"), "2026-10-01", n < hotfixes));
        stats(all.collect(), vec![], &[]).too_many
    };
    assert!(!run(3, 0) && !run(1, 3) && !run(2, 6));
    assert!(run(2, 2) && run(2, 5) && run(4, 0));
}

#[test]
fn a_median_and_a_range_of_what_was_recorded() {
    let found = stats(
        vec![],
        vec![mitigated("a", "14:40"), mitigated("b", "14:20"), mitigated("c", "14:21"), incident(vec![])],
        &[],
    );
    let ttm = found.durations.iter().find(|s| s.to == "mitigated").unwrap();
    assert_eq!(ttm.from, "impact started");
    assert_eq!((ttm.n, ttm.without), (3, 1));
    assert_eq!((ttm.median, ttm.min, ttm.max), (Some(21 * 60), Some(20 * 60), Some(40 * 60)));
    assert_eq!(ttm.values, [20 * 60, 21 * 60, 40 * 60]);
    assert_eq!(median(&[10, 20]), Some(15));
}

#[test]
fn estimates_and_contradictions_stay_out() {
    let estimated = incident(vec![
        ("14:00", Draft::new(Kind::ImpactStarted, "")),
        ("15:00", Draft::new(Kind::Resolved, "")),
    ]);
    let backwards = mitigated("b", "13:50");
    let found = stats(vec![], vec![estimated, backwards], &[]);
    let ttm = found.durations.iter().find(|s| s.to == "mitigated").unwrap();
    assert_eq!((ttm.from.as_str(), ttm.n, ttm.without, ttm.median), ("impact started", 0, 2, None));
}

#[test]
fn a_leg_that_bridges_a_gap_is_not_mixed_with_whole_ones() {
    let step = |kind| Draft::new(kind, "");
    let whole = incident(vec![("14:33", step(Kind::Merged)), ("14:34", step(Kind::Tagged))]);
    let bridged = incident(vec![("14:50", step(Kind::Tagged))]);
    let found = stats(vec![], vec![whole, bridged], &[]);
    let tagged: Vec<(&str, &[i64], usize)> = found
        .legs
        .iter()
        .filter(|s| s.to == "tagged")
        .map(|s| (s.from.as_str(), s.values.as_slice(), s.without))
        .collect();
    assert_eq!(tagged, [("declared", &[38 * 60][..], 1), ("merged", &[60][..], 1)]);
}

#[test]
fn files_that_come_back() {
    let found = stats(
        vec![],
        vec![mitigated("a", "14:40"), mitigated("b", "14:20")],
        &[("a", &["login.rs", "cart.rs"]), ("b", &["login.rs"])],
    );
    let names = vec!["fix-a".to_owned(), "fix-b".to_owned()];
    assert_eq!(found.files, [Recurring { path: "login.rs".into(), hotfixes: names }]);
}

#[test]
fn what_was_declined_or_given_up_took_no_time() {
    let declined = incident(vec![("14:30", Draft::new(Kind::Declined, ""))]);
    assert_eq!(stats(vec![], vec![declined], &[]).incidents, 0);
}
