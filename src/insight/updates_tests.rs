use super::*;
use crate::model::event::Draft;
use crate::model::incident::fixture::incident;

fn minutes(n: i64) -> Duration {
    Duration::minutes(n)
}

/// The built-in cadence.
fn cadence() -> Cadence {
    let of = |pairs: &[(Severity, i64)]| pairs.iter().map(|(s, n)| (*s, minutes(*n))).collect();
    let (one, two, three) = (Severity::Sev1, Severity::Sev2, Severity::Sev3);
    BTreeMap::from([
        ("technical".to_owned(), of(&[(one, 20), (two, 30)])),
        ("management".to_owned(), of(&[(one, 30), (two, 30)])),
        ("users".to_owned(), of(&[(one, 20), (two, 30), (three, 60)])),
    ])
}

fn severity(word: &str) -> (&'static str, Draft) {
    ("14:12", Draft::new(Kind::SeverityChanged, "").with("severity", word))
}

fn told(time: &'static str, who: &str, state: &str, next: Option<&str>) -> (&'static str, Draft) {
    let draft = Draft::new(Kind::CommsSent, "words").with("audience", who).with("state", state);
    let next = next.map(|t| format!("2026-11-22T{t}:00Z"));
    (time, draft.with("next", next))
}

/// Who is due when, and whether that is over at `now`.
fn dues(events: Vec<(&str, Draft)>, now: &str) -> Vec<(Audience, String, bool)> {
    let now: DateTime<Utc> = format!("2026-11-22T{now}:00Z").parse().unwrap();
    due(&incident(events), &cadence(), now)
        .into_iter()
        .map(|d| (d.audience, d.due.format("%H:%M").to_string(), d.overdue))
        .collect()
}

use Audience::{Management, Support, Technical, Users};

fn at(who: Audience, time: &str, overdue: bool) -> (Audience, String, bool) {
    (who, time.to_owned(), overdue)
}

#[test]
fn the_first_update_is_due_soon_after_the_declaration() {
    assert_eq!(
        dues(vec![severity("sev1")], "14:20"),
        [at(Users, "14:17", true), at(Technical, "14:22", false), at(Management, "14:27", false)]
    );
    let sev2 = [at(Technical, "14:27", false), at(Management, "14:27", false), at(Users, "14:27", false)];
    assert_eq!(dues(vec![severity("sev2")], "14:20"), sev2);
    assert_eq!(dues(vec![severity("sev3")], "18:00"), [], "nobody has to hear of a small one");
    assert_eq!(dues(vec![], "18:00"), [], "without a severity there is no cadence");
}

#[test]
fn the_promise_that_was_made_counts() {
    let events = vec![severity("sev2"), told("14:20", "users", "investigating", Some("14:45"))];
    let found = dues(events, "14:46");
    assert!(found.contains(&at(Users, "14:45", true)), "{found:?}");
    assert!(found.contains(&at(Support, "14:20", true)), "support hears what users hear: {found:?}");
    let events = vec![severity("sev2"), told("14:20", "users", "investigating", None)];
    assert!(dues(events, "14:46").contains(&at(Users, "14:50", false)), "else the cadence does");
}

#[test]
fn who_was_told_another_state_waits_since_it_changed() {
    let events = vec![
        severity("sev2"),
        told("14:20", "support", "investigating", None),
        ("14:31", Draft::new(Kind::Identified, "")),
    ];
    assert!(dues(events.clone(), "14:32").contains(&at(Support, "14:31", true)));
    let mut answered = events;
    answered.push(told("14:33", "support", "identified", None));
    assert!(!dues(answered, "15:30").iter().any(|(who, ..)| *who == Support));
}

#[test]
fn when_it_is_over_only_those_who_heard_of_it_wait() {
    let over = ("15:00", Draft::new(Kind::Resolved, ""));
    assert_eq!(dues(vec![severity("sev1"), over.clone()], "15:30"), []);
    let events = vec![severity("sev1"), told("14:20", "users", "monitoring", Some("14:50")), over.clone()];
    let found = dues(events, "15:30");
    assert_eq!(found, [at(Users, "15:00", true)], "not since the promise that the end overtook");
    let events = vec![severity("sev1"), over, told("15:01", "users", "resolved", None)];
    assert_eq!(dues(events, "19:00"), []);
}

#[test]
fn users_hear_less_often_while_it_is_watched() {
    let config = cadence();
    let every = |who, severity| every(&config, who, Some(severity), State::Monitoring);
    assert_eq!(every(Users, Severity::Sev1), Some(minutes(30)));
    assert_eq!(every(Users, Severity::Sev2), Some(minutes(60)));
    assert_eq!(every(Management, Severity::Sev1), None);
}

#[test]
fn one_that_was_given_up_is_told_to_nobody() {
    let events = vec![severity("sev1"), ("14:30", Draft::new(Kind::Cancelled, "false alarm"))];
    assert_eq!(dues(events, "19:00"), []);
}
