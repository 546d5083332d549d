//! Each rule on the sentences that real reports are made of: what it finds, and what it leaves.

use super::*;
use crate::model::event::{Draft, Kind, Pointer};
use crate::model::incident::fixture::incident;

fn rules(section: &str, text: &str, record: Option<&Incident>) -> Vec<&'static str> {
    let source = format!("# T\n\n## {section}\n\n{text}\n");
    let names = Names::new([("Ada Lovelace", "ada@example.com")]);
    let clean = |line: &str| line.replace("hunter2hunter2", "[redacted]");
    let against = Against { names: &names, record, size: None, fresh: None, clean: &clean };
    check(&source, &against).findings.into_iter().map(|f| f.rule).collect()
}

#[track_caller]
fn only(rule: &'static str, section: &str, found: &[&str], left: &[&str]) {
    for text in found {
        assert_eq!(rules(section, text, None), [rule], "{text:?} should be found");
    }
    for text in left {
        assert_eq!(rules(section, text, None), [""; 0], "{text:?} should be left alone");
    }
}

#[test]
fn counterfactuals_in_lessons_as_well() {
    only(
        "counterfactual",
        "Lessons learned",
        &[
            "A canary would have caught this.",
            "We should have rolled back at once.",
            "The alert should have been tested.",
            "An earlier page could have prevented most of it.",
        ],
        &[
            "This could have been much worse.",
            "Rolling back would have lost the new orders.",
            "It took longer than it should have taken.",
            "Had the load been higher, more users would have been affected.",
            "Every service should have an owner.",
        ],
    );
}

#[test]
fn names_are_found_where_they_blame() {
    only(
        "name",
        "Response",
        &[
            "Ada broke the build.",
            "The table was dropped by mistake by Ada Lovelace.",
            "@linus-t did not look at it.",
        ],
        &[
            "Owner: @linus-t.",
            "Ada saw the alert and called the provider.",
            "@deploy-helper: v1.2.1 is live (by Ada).",
        ],
    );
}

#[test]
fn human_error_is_found_as_a_verdict() {
    only(
        "human-error",
        "Contributing factors",
        &[
            "The root cause was human error.",
            "Human error caused the loss.",
            "It was due to an operator error.",
        ],
        &[
            "Operator error is never a root cause.",
            "“Human error” is not an explanation.",
            "The tool makes this step prone to human error.",
            "A guard reduces the risk of human error.",
            "We do not stop at human error; we ask why it was possible.",
        ],
    );
}

#[test]
fn vague_actions_are_found_and_bounded_ones_left() {
    let by = "(payments team, 2026-12-24)";
    let found = [
        "Figure out why the queue grew",
        "Discuss the timeout",
        "Assess if we need a cache",
        "Review the runbook",
        "We should look into retries",
        "Improve alerting",
        "Explore other providers",
        "Better monitoring",
        "Be more careful with flags",
        "Revisit the limits",
        "[ ] Think about quotas",
    ];
    let found: Vec<String> = found.iter().map(|t| format!("- {t} {by}")).collect();
    let left = [
        "Alert when the queue is older than 5 minutes",
        "Review all 14 alerts that name the old metric",
        "Improve the deploy time to under 10 minutes",
        "Ensure that the build fails when the lock is stale, so that no one can merge it",
        "Add a review step to the template",
        "Delete the retry",
    ];
    let left: Vec<String> = left.iter().map(|t| format!("- {t} {by}")).collect();
    let refs = |list: &[String]| list.iter().map(String::as_str).map(str::to_owned).collect::<Vec<_>>();
    let (found, left) = (refs(&found), refs(&left));
    let (found, left): (Vec<&str>, Vec<&str>) =
        (found.iter().map(String::as_str).collect(), left.iter().map(String::as_str).collect());
    only("vague-action", "Action items", &found, &left);
}

#[test]
fn actions_need_an_owner_and_a_date() {
    only(
        "action",
        "Action items",
        &[
            "- Alert on the age of the queue",
            "- Alert on the age of the queue (payments team)",
            "- Alert on the age of the queue by 2026-12-01",
            "1. Add a test. Owner: @ada-l",
        ],
        &[
            "- Alert on the age of the queue (payments team, 2026-12-01)",
            "- Alert on the age of the queue. Owner: @ada-l, due Friday",
            "- Alert on the age of the queue — payments, 1 December",
            "- [x] Alert on the age of the queue",
            "- ~~Alert on the age of the queue~~ dropped",
            "- Done: alert on the age of the queue",
            "- We added an alert on the age of the queue.",
        ],
    );
    assert_eq!(rules("Lessons", "- The runbook was right", None), [""; 0], "only among the actions");
}

#[test]
fn leftovers_and_secrets_are_found() {
    only(
        "leftover",
        "Summary",
        &["TODO: write this.", "Owner: TBD.", "It took ??? to see it.", "Written by [name].", "FIXME later."],
        &[
            "Our TODOs are in the tracker.",
            "The code is `TODO`.",
            "> TODO by the author.",
            "The TBD_FLAG was on.",
        ],
    );
    let names = Names::default();
    let clean = |line: &str| line.replace("hunter2hunter2", "[redacted]");
    let against = Against { names: &names, record: None, size: None, fresh: None, clean: &clean };
    let found = check("# T\n\nIt is hunter2hunter2 now.\n", &against).findings;
    assert_eq!((found[0].rule, found[0].line, found[0].column), ("secret", 3, 7));
    assert!(!format!("{found:?}").contains("hunter2"), "it is not repeated");
}

#[test]
fn severity_and_release_are_those_of_the_record() {
    let night = incident(vec![
        ("14:15", Draft::new(Kind::SeverityChanged, "").with("severity", "sev3")),
        ("14:20", Draft::new(Kind::SeverityChanged, "").with("severity", "sev2")),
        ("14:30", Draft::new(Kind::Described, "").with("count", 1200).with("unit", "customers")),
        ("14:41", Draft::new(Kind::Tagged, "").refer(Pointer::Tag, "v1.2.1")),
    ]);
    let of = |text| rules("Summary", text, Some(&night));
    assert_eq!(of("This was a sev1."), ["severity"]);
    assert_eq!(of("This was a SEV-1, then severity 4."), ["severity"]);
    assert_eq!(of("First a sev3, then a SEV 2."), [""; 0]);
    assert_eq!(of("It was fixed in v1.2.2."), ["tag"]);
    assert_eq!(of("We released the hotfix as 1.2.3."), ["tag"]);
    assert_eq!(of("It was released as v1.2.1. A refactoring will be released as v1.3.0."), [""; 0]);
    assert_eq!(of("The library was at v4.0.1."), [""; 0]);
    assert_eq!(of("In all, 1,500 customers were affected."), ["number"]);
    assert_eq!(of("In all, 1,200 customers were affected; 61 customers wrote."), [""; 0]);
    assert_eq!(of("About 1300 customers were affected."), [""; 0]);
    let names = Names::default();
    let against =
        Against { names: &names, record: Some(&night), size: None, fresh: None, clean: &str::to_owned };
    let front = check("---\nseverity: sev1\ntag: v1.2.0\n---\n# T\n", &against).findings;
    assert_eq!(front.iter().map(|f| (f.rule, f.line)).collect::<Vec<_>>(), [("severity", 2), ("tag", 3)]);
}

#[test]
fn a_document_without_a_record_is_held_against_its_own_timeline() {
    let timeline = "# T\n\n## Timeline (UTC)\n\n\
        - 14:02 – The outage started\n- 14:10 Detected by an alert\n- 14:40 Mitigated\n\n\
        ## Summary\n\n";
    let table = "# T\n\n## Timeline\n\n| Time | What |\n| --- | --- |\n| 2026-11-22 23:50 | Impact started |\n\
        | 2026-11-23 00:10 | Mitigated by the flag |\n\n## Summary\n\n";
    let names = Names::default();
    let against = Against { names: &names, record: None, size: None, fresh: None, clean: &str::to_owned };
    let says =
        |source: String| check(&source, &against).findings.into_iter().map(|f| f.message).collect::<Vec<_>>();
    for (start, text, wrong) in [
        (timeline, "The outage lasted 38 minutes.", false),
        (timeline, "The outage lasted 2 hours.", true),
        (timeline, "The incident was detected at 14:10.", false),
        (timeline, "The incident was detected at 14:20.", true),
        (timeline, "Time to detect: 8 minutes.", false),
        (timeline, "Time to detect: 30 minutes.", true),
        (table, "The outage lasted 20 minutes.", false),
        (table, "The outage lasted 50 minutes.", true),
    ] {
        let found = says(format!("{start}{text}\n"));
        assert_eq!(
            found.iter().any(|m| m.starts_with("contradicts its own timeline")),
            wrong,
            "{text}: {found:?}"
        );
    }
}

#[test]
fn generated_blocks_are_held_against_their_hash_and_the_record() {
    let night = incident(vec![("14:02", Draft::new(Kind::ImpactStarted, ""))]);
    let later = incident(vec![
        ("14:02", Draft::new(Kind::ImpactStarted, "")),
        ("14:32", Draft::new(Kind::Mitigated, "")),
    ]);
    let write = |i: &Incident| postmortem::render(&postmortem::Facts::bare(i)).unwrap();
    let (old, new) = (write(&night), write(&later));
    let names = Names::default();
    let found = |source: &str, fresh: Option<&str>| {
        let against = Against { names: &names, record: None, size: None, fresh, clean: &str::to_owned };
        let all = check(source, &against).findings.into_iter().filter(|f| f.rule == "generated");
        all.map(|f| (f.text, f.message)).collect::<Vec<_>>()
    };
    assert_eq!(found(&old, Some(&old)), []);
    assert_eq!(found(&old, None), []);
    let stale = found(&old, Some(&new));
    assert!(
        stale.iter().any(|(name, what)| name == "numbers" && what.starts_with("is out of date")),
        "{stale:?}"
    );
    let edited = new.replace("30 min", "5 min");
    let said = found(&edited, Some(&new));
    assert!(
        said.iter()
            .any(|(n, what)| n == "numbers" && what.starts_with("was edited") && what.contains("30 min")),
        "{said:?}"
    );
    assert!(found(&edited, None).iter().any(|(n, what)| n == "numbers" && what.starts_with("was edited")));
    let damaged = new.replacen("<!-- /hotfix:auto -->", "", 1);
    assert!(found(&damaged, Some(&new)).iter().any(|(n, what)| n == "facts" && what.contains("damaged")));
    let other_version = new.replace("written by hotfix `", "written by hotfix `9.");
    assert!(found(&other_version, Some(&new)).iter().all(|(_, what)| !what.contains("out of date")));
}
