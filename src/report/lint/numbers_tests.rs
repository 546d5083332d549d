use super::super::words::sentences;
use super::*;
use crate::model::incident::Incident;
use crate::model::incident::fixture::marks;

/// Impact 14:02, detected 14:10, declared 14:12, identified 14:22, mitigated 14:41, resolved 15:00.
fn night() -> Incident {
    marks(&[
        ("14:02", Kind::ImpactStarted),
        ("14:10", Kind::Detected),
        ("14:15", Kind::Acknowledged),
        ("14:22", Kind::Identified),
        ("14:41", Kind::Mitigated),
        ("15:00", Kind::Resolved),
    ])
}

fn found(text: &str) -> Vec<String> {
    let incident = night();
    let known = Known::of(&incident);
    sentences(text).iter().flat_map(|s| known.contradictions(s)).map(|(_, says)| says).collect()
}

#[test]
fn what_the_record_contradicts_is_found() {
    for (text, says) in [
        ("It took 45 minutes to detect the crash.", "8 min (impact started 14:02 → detected 14:10 UTC)"),
        ("Time to detect: 20 min.", "8 min (impact started 14:02 → detected 14:10 UTC)"),
        ("The TTM was 30 minutes.", "39 min"),
        ("The outage lasted two days.", "39 min"),
        ("Login was down for 3 hours.", "39 min"),
        ("There were 10 minutes of downtime.", "39 min"),
        ("This was a 90-minute outage.", "39 min"),
        ("The incident was resolved within 20 minutes.", "58 min"),
        ("It was mitigated after about 10 minutes.", "39 min"),
        ("The incident was detected at 14:20 UTC.", "detected 14:10 UTC"),
        ("Impact started at 13:02.", "impact started 14:02 UTC"),
        ("At 15:41 the incident was mitigated.", "mitigated 14:41 UTC"),
        ("We resolved the incident at 16:00.", "resolved 15:00 UTC"),
    ] {
        let all = found(text);
        assert_eq!(all.len(), 1, "{text}: {all:?}");
        assert!(all[0].contains(says), "{text}: {all:?}");
    }
}

#[test]
fn what_agrees_with_the_record_is_left_alone() {
    for text in [
        "It took 8 minutes to detect the crash.",
        "It took about ten minutes to detect it.",
        "Time to mitigate was 39 min; time to resolve was 58 minutes, 48 from the declaration.",
        "The outage lasted 39 minutes.",
        "The incident lasted almost an hour.",
        "It was resolved within an hour.",
        "It was mitigated after 26 minutes of acknowledged work.",
        "The incident was detected by an alert at 14:10 UTC and mitigated at 14:41.",
        "Impact started at 14:02, and the incident was declared at 14:12.",
        "At 15:00 it was resolved.",
    ] {
        assert_eq!(found(text), [""; 0], "{text}");
    }
}

#[test]
fn numbers_about_something_else_are_left_alone() {
    for text in [
        "The deployment took 12 minutes.",
        "We waited 30 minutes before we called it resolved.",
        "The cache keeps entries for 45 minutes.",
        "The health check detected the loop at 14:07 and restarted the pod.",
        "The incident was not detected at 14:05, when the first request failed.",
        "At 14:33 v1.2.1 was tagged.",
        "The next alert was acknowledged by the pager at 14:11 CET.",
        "A review takes 20 minutes to read.",
        "The migration started at 13:50 and lasted 5 minutes.",
        "Within 10 minutes, support had 40 tickets.",
        "The alert fired at 14:09.",
        "Retries were identified in 3 minutes of logs.",
        "The job ran for 2 hours.",
    ] {
        assert_eq!(found(text), [""; 0], "{text}");
    }
}

#[test]
fn what_the_record_does_not_have_contradicts_nothing() {
    let empty = marks(&[]);
    let known = Known::of(&empty);
    for text in [
        "It took 45 minutes to detect the crash.",
        "The incident was resolved at 14:20.",
        "The outage lasted 9 hours.",
    ] {
        assert!(sentences(text).iter().all(|s| known.contradictions(s).is_empty()), "{text}");
    }
}

#[test]
fn times_of_different_rounds_are_not_paired() {
    let incident = marks(&[
        ("14:02", Kind::ImpactStarted),
        ("14:41", Kind::Mitigated),
        ("15:00", Kind::Resolved),
        ("18:00", Kind::ImpactStarted),
        ("18:20", Kind::Mitigated),
        ("18:30", Kind::Resolved),
    ]);
    let known = Known::of(&incident);
    let found = |text: &str| sentences(text).iter().flat_map(|s| known.contradictions(s)).count();
    assert_eq!(found("It was mitigated after 39 minutes, and after 20 minutes."), 0);
    assert_eq!(found("It was mitigated after 258 minutes."), 1, "from the first impact to the second end");
    assert_eq!(found("It was resolved after 268 minutes."), 0, "from the first impact to the last end");
}
