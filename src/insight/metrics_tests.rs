use super::*;
use crate::model::event::{Draft, Kind};
use crate::model::incident::fixture::{self, event, incident};
use chrono::DateTime;

fn marks(list: &[(&'static str, Kind)]) -> Metrics {
    Metrics::of(&fixture::marks(list))
}

fn minutes(metric: &Metric) -> Option<i64> {
    metric.seconds.map(|s| s / 60)
}

#[test]
fn a_complete_incident() {
    let m = marks(&[
        ("14:00", Kind::ImpactStarted),
        ("14:10", Kind::Detected),
        ("14:15", Kind::Acknowledged),
        ("14:40", Kind::Mitigated),
        ("15:00", Kind::Resolved),
    ]);
    let all = [&m.ttd, &m.tta, &m.ttm, &m.ttr, &m.ttr_declared, &m.repair, &m.impact];
    assert_eq!(all.map(minutes), [10, 5, 40, 60, 48, 30, 40].map(Some));
    assert_eq!(m.ttm.say(), "40 min (impact started 14:00 → mitigated 14:40 UTC)");
    assert!(m.ttr_final.is_none());
    assert_eq!(
        serde_json::to_value(&m.ttd).unwrap(),
        serde_json::json!({"seconds": 600, "from": "impact_started", "to": "detected", "note": null})
    );
}

#[test]
fn milestones_that_can_still_be_recorded() {
    let missing = marks(&[("14:40", Kind::Mitigated)]).missing();
    assert!(missing.contains(&Milestone::Detected) && missing.contains(&Milestone::Resolved));
    assert!(!missing.contains(&Milestone::ImpactEnded), "mitigated ends the impact");
    assert!(!missing.contains(&Milestone::Declared), "start writes that");
}

#[test]
fn what_is_missing_is_what_the_numbers_lack() {
    use Milestone::{Acknowledged, Detected, Identified, ImpactEnded, ImpactStarted, Mitigated, Resolved};
    let missing = |list: &[(&'static str, Kind)]| marks(list).missing().into_iter().collect::<Vec<_>>();
    let round = [
        ("14:00", Kind::ImpactStarted),
        ("14:10", Kind::Detected),
        ("14:12", Kind::Acknowledged),
        ("14:15", Kind::Identified),
        ("14:40", Kind::Mitigated),
        ("15:00", Kind::Resolved),
    ];
    assert_eq!(missing(&round), []);
    // It broke again: the numbers up to the first end are there, the end is not.
    let again = [&round[..], &[("18:00", Kind::ImpactStarted)]].concat();
    assert_eq!(missing(&again), [ImpactEnded, Resolved]);
    // Each of the two was recorded, of different rounds: no number comes of it.
    let apart = [("14:00", Kind::ImpactStarted), ("14:40", Kind::Resolved), ("18:00", Kind::ImpactStarted)];
    let apart = [&apart[..], &[("18:05", Kind::Acknowledged), ("18:30", Kind::ImpactEnded)]].concat();
    assert_eq!(missing(&apart), [Detected, Acknowledged, Identified, Mitigated, Resolved]);
    assert_eq!(
        missing(&[]),
        [ImpactStarted, Detected, Acknowledged, Identified, Mitigated, ImpactEnded, Resolved]
    );
}

#[test]
fn what_is_missing_is_unknown_and_names_the_command() {
    let m = marks(&[("15:00", Kind::Resolved)]);
    assert_eq!(m.ttd.seconds, None);
    assert!(m.ttd.note.as_deref().unwrap().contains("hotfix mark detected --at TIME"));
    assert_eq!((minutes(&m.ttm), m.ttm.basis), (Some(48), Basis::Estimated));
    assert_eq!((m.ttm.from.name.as_str(), m.ttm.to.name.as_str()), ("declared", "resolved"));
    assert!(m.ttm.say().starts_with("≈ 48 min (declared 14:12 → resolved 15:00 UTC; "), "{}", m.ttm.say());
    assert!(m.ttm.note.as_deref().unwrap().starts_with('≈'));
    assert_eq!((m.ttr.seconds, minutes(&m.ttr_declared)), (None, Some(48)));
    assert_eq!(m.impact.seconds, None);

    let nothing = marks(&[]);
    assert!(nothing.main().iter().all(|m| m.seconds.is_none() && m.note.is_some()));
    let note = nothing.ttm.note.unwrap();
    assert!(note.contains("mitigated was not recorded: hotfix mark mitigated --at TIME"), "{note}");
}

#[test]
fn reopening_adds_an_interval_and_a_final_resolve() {
    let m = marks(&[
        ("14:00", Kind::ImpactStarted),
        ("14:50", Kind::ImpactEnded),
        ("15:00", Kind::Resolved),
        ("15:20", Kind::ImpactStarted),
        ("15:30", Kind::Reopened),
        ("15:55", Kind::ImpactEnded),
        ("16:00", Kind::Resolved),
    ]);
    assert_eq!(minutes(&m.impact), Some(85));
    assert_eq!(m.intervals.len(), 2);
    assert_eq!((minutes(&m.ttr), minutes(m.ttr_final.as_ref().unwrap())), (Some(60), Some(120)));

    let open = marks(&[("14:00", Kind::ImpactStarted), ("15:00", Kind::Resolved), ("15:30", Kind::Reopened)]);
    assert_eq!(open.ttr_final.unwrap().basis, Basis::Unknown);
    assert_eq!(open.impact.seconds, None, "nobody recorded that it ended again");
}

#[test]
fn offsets_are_respected() {
    let mut log = incident(vec![("13:00", Draft::new(Kind::Resolved, ""))]).log;
    log.push(event(3, "2026-11-22T14:30:00+02:00", Draft::new(Kind::ImpactStarted, "")));
    let m = Metrics::of(&Incident::fold("x", log).unwrap());
    assert_eq!(minutes(&m.ttr), Some(30));
}

#[test]
fn found_before_impact() {
    let m = marks(&[("13:50", Kind::Detected), ("14:00", Kind::ImpactStarted)]);
    assert_eq!(m.ttd.say(), "found before impact");
    assert_eq!((m.ttd.seconds, m.ttd.basis), (None, Basis::BeforeImpact));
}

#[test]
fn contradictions_are_invalid_never_negative() {
    let m = marks(&[("12:27", Kind::Resolved), ("13:00", Kind::ImpactStarted)]);
    assert_eq!(m.ttr_declared.say(), "invalid: resolved 12:27 precedes declared 14:12");
    assert_eq!(m.ttr.note.as_deref(), Some("invalid: resolved 12:27 precedes impact started 13:00"));
    assert_eq!(m.impact.basis, Basis::Invalid);
    assert!(m.main().iter().all(|m| m.seconds.is_none_or(|s| s >= 0)));
}

#[test]
fn a_span_over_midnight_says_the_days() {
    let mut log = incident(vec![]).log;
    log.push(event(2, "2026-11-23T00:12:00Z", Draft::new(Kind::Resolved, "")));
    let m = Metrics::of(&Incident::fold("x", log).unwrap());
    assert_eq!(m.ttr_declared.say(), "10 h (declared 2026-11-22 14:12 → resolved 2026-11-23 00:12 UTC)");
}

#[test]
fn the_earliest_acknowledgement_counts() {
    let m = marks(&[("14:10", Kind::Detected), ("14:20", Kind::Acknowledged), ("14:15", Kind::Acknowledged)]);
    assert_eq!(minutes(&m.tta), Some(5));
}

#[test]
fn an_amended_time_counts_and_a_retracted_one_does_not() {
    let mut log = incident(vec![
        ("14:00", Draft::new(Kind::ImpactStarted, "")),
        ("14:30", Draft::new(Kind::Mitigated, "")),
        ("14:40", Draft::new(Kind::Mitigated, "")),
    ])
    .log;
    let about = |id: &str, mut draft: Draft| {
        draft.amends = Some(id.to_owned());
        draft
    };
    let amendment = Draft::new(Kind::Amendment, "").with("at", "2026-11-22T14:20:00Z");
    log.push(event(5, "2026-11-22T15:00:00Z", about("e003", amendment)));
    assert_eq!(minutes(&Metrics::of(&Incident::fold("x", log.clone()).unwrap()).ttm), Some(20));
    log.push(event(6, "2026-11-22T15:01:00Z", about("e003", Draft::new(Kind::Retraction, ""))));
    assert_eq!(minutes(&Metrics::of(&Incident::fold("x", log).unwrap()).ttm), Some(40));
}

#[test]
fn what_goes_on_has_no_length() {
    let m = marks(&[("14:00", Kind::ImpactStarted), ("14:10", Kind::Detected)]);
    assert_eq!((m.ttm.seconds, m.ttr.seconds, m.impact.seconds), (None, None, None));
    assert!(m.impact.note.unwrap().contains("hotfix mark impact-ended"));
}

#[test]
fn a_near_miss_has_no_times_from_impact() {
    let m = marks(&[("14:10", Kind::Detected), ("15:00", Kind::Resolved)]);
    for metric in [&m.ttd, &m.ttr, &m.impact] {
        assert_eq!((metric.seconds, metric.basis), (None, Basis::Unknown), "{}", metric.label);
    }
    assert_eq!(minutes(&m.ttr_declared), Some(48));
}

#[test]
fn a_back_dated_event_counts_when_it_happened() {
    let at = DateTime::parse_from_rfc3339("2026-11-22T14:05:00Z").ok();
    let i = incident(vec![
        ("15:00", Draft::new(Kind::Detected, "").at(at)),
        ("14:00", Draft::new(Kind::ImpactStarted, "")),
    ]);
    assert_eq!(minutes(&Metrics::of(&i).ttd), Some(5));
}

#[test]
fn of_several_ends_of_impact_the_first_counts() {
    let m = marks(&[
        ("14:00", Kind::ImpactStarted),
        ("14:10", Kind::Detected),
        ("14:30", Kind::ImpactEnded),
        ("14:40", Kind::Mitigated),
    ]);
    assert_eq!((minutes(&m.repair), minutes(&m.impact)), (Some(20), Some(30)));
    assert_eq!(minutes(&m.ttm), Some(40), "what was recorded as mitigated is mitigated");
}

#[test]
fn milestones_of_different_rounds_are_never_paired() {
    let m = marks(&[
        ("14:00", Kind::ImpactStarted),
        ("14:10", Kind::Detected),
        ("14:30", Kind::Mitigated),
        ("14:40", Kind::Resolved),
        ("18:00", Kind::ImpactStarted),
        ("18:05", Kind::Acknowledged),
        ("18:20", Kind::Resolved),
    ]);
    assert_eq!(m.tta.seconds, None, "{}", m.tta.say());
    assert_eq!((minutes(&m.ttm), minutes(&m.repair), minutes(&m.impact)), (Some(30), Some(20), Some(50)));
}

#[test]
fn every_number_is_of_one_round() {
    // Nobody said when the first impact began, and the second was not resolved.
    let m = marks(&[("14:40", Kind::Resolved), ("18:00", Kind::ImpactStarted), ("18:30", Kind::Mitigated)]);
    assert_eq!((m.ttr.seconds, minutes(&m.ttm)), (None, Some(30)), "{}", m.ttr.say());
    assert_eq!(minutes(&m.ttr_declared), Some(28));
    // Declared while it was broken again; what was before was written down later.
    let m = marks(&[
        ("10:00", Kind::ImpactStarted),
        ("11:00", Kind::Resolved),
        ("14:00", Kind::ImpactStarted),
        ("14:40", Kind::Resolved),
    ]);
    assert_eq!((minutes(&m.ttr), minutes(&m.ttr_declared)), (Some(60), Some(28)));
    assert_eq!(m.ttr_final.unwrap().seconds, Some(280 * 60));
}
