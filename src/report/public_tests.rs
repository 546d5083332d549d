use super::answers::Answers;
use super::*;
use crate::model::event::{Draft, Pointer};
use crate::model::incident::fixture::incident;
use crate::model::restricted::RESTRICTED;
use crate::report::lint::names::Names;
use crate::report::postmortem::{self, Facts, PUBLIC};
use proptest::prelude::*;

/// What must not be found outside, in any place it was put into.
const POISON: [&str; 12] = [
    "Ada",
    "Lovelace",
    "ada@example.com",
    "db-7",
    "shop.internal",
    "10.0.3.17",
    "./ops/deploy",
    "--force",
    "kubectl",
    "Acme",
    "hunter2hunter2",
    "/srv/app",
];

fn names() -> Names {
    Names::new([("Ada Lovelace", "ada@example.com"), ("Grace Hopper", "grace@example.com")])
}

fn clean(line: &str) -> String {
    line.replace("hunter2hunter2", "[redacted]")
}

/// Every form of the public document, in one text.
fn published(whole: &Incident, inside: impl FnOnce(&str) -> String) -> (String, Answers) {
    let names = names();
    let tellable = whole.tellable().unwrap();
    let outside = Outside::new(&names, whole, &tellable, &clean);
    let public = of(&tellable, &outside).unwrap();
    let fresh = postmortem::render(&Facts::bare(&tellable)).unwrap();
    let answers = answers::of(&inside(&fresh), &fresh, &outside);
    let facts = Facts::bare(&public);
    let markdown = postmortem::render_public(PUBLIC, &facts, &answers).unwrap();
    let look =
        crate::report::html::Look { page: crate::report::html::PAGE, style: crate::report::html::STYLE };
    let page = crate::report::html::render(look, &facts, &markdown, &[]).unwrap().html;
    let json = postmortem::json_public(&facts, &answers).to_string();
    (format!("{markdown}\n=====\n{page}\n=====\n{json}"), answers)
}

#[test]
fn an_update_that_no_service_took_was_not_said_outside() {
    let update = |words: &str| {
        Draft::new(Kind::CommsSent, words)
            .with("audience", "users")
            .with("channel", crate::model::update::SENT)
    };
    let mut night =
        incident(vec![("14:20", update("We are working on it.")), ("14:30", update("It works again."))]);
    let id = night.log.iter().find(|e| e.text == "It works again.").unwrap().id.clone();
    let delivered = Draft::new(Kind::CommsDelivered, "sent to slack").with("of", id).with("outcome", "sent");
    let mut log = night.log.clone();
    log.extend(
        incident(vec![("14:31", delivered)]).log.into_iter().filter(|e| e.kind == Kind::CommsDelivered),
    );
    night = Incident::fold(&night.id, log).unwrap();
    let (text, _) = published(&night, str::to_owned);
    assert!(text.contains("It works again."), "{text}");
    assert!(!text.contains("We are working on it."), "{text}");
}

#[test]
fn milestones_releases_and_what_was_said_outside_are_told() {
    let night = incident(vec![
        ("14:02", Draft::new(Kind::ImpactStarted, "since the deploy of Ada")),
        ("14:10", Draft::new(Kind::Detected, "pager").with("detected_by", "alert")),
        ("14:20", Draft::new(Kind::CommsSent, "db-7 is full").with("audience", "technical")),
        (
            "14:21",
            Draft::new(Kind::CommsSent, "We are on it. Ada looks at db-7. More soon.")
                .with("audience", "users"),
        ),
        ("14:22", Draft::new(Kind::Decision, "no rollback")),
        ("14:40", Draft::new(Kind::Mitigated, "")),
        ("14:41", Draft::new(Kind::Tagged, "v1.2.1").refer(Pointer::Tag, "v1.2.1")),
    ]);
    let (text, _) = published(&night, str::to_owned);
    for told in ["14:02", "by an alert", "We are on it. […] More soon.", "v1.2.1", "38 min"] {
        assert!(text.contains(told), "{told}: {text}");
    }
    for inside in ["no rollback", "Ada", "db-7", "pager", "is full", "hotfix mark", "hotfix note"] {
        assert!(!text.contains(inside), "{inside}: {text}");
    }
}

#[test]
fn it_starts_from_the_answers_of_the_internal_one() {
    let night = incident(vec![("14:02", Draft::new(Kind::ImpactStarted, ""))]);
    let (text, answers) = published(&night, |fresh| {
        fresh
            .replace(
                "> TODO(human): Say what happened in one paragraph that a stranger understands.",
                "Logging in *failed* for an hour. Ada saw it on `db-7`. Nothing else was affected.",
            )
            .replace(
                "> TODO(human): What kept working?",
                "Carts kept working.\n\n- orders: fine\n- search: fine",
            )
            .replace(
                "> TODO(human): What surprised us, and what had we believed until then?",
                "It looked like a cache.\n\n```\n./ops/deploy --force\n```",
            )
            .replace(
                "|        |                                           |       |        |     |           |",
                "| Test old accounts | prevent | Ada Lovelace | P-1 | 2026-12-01 | green |",
            )
    });
    assert_eq!(
        answers.summary.lines().next(),
        Some("Logging in failed for an hour. Nothing else was affected.")
    );
    assert!(
        answers.summary.contains("> TODO(human): 1 sentence was left out here (a host name)."),
        "{answers:?}"
    );
    assert_eq!(answers.impact, "Carts kept working.\n\n- orders: fine\n- search: fine");
    assert!(
        answers.causes.starts_with("It looked like a cache.\n\n> TODO(human): 1 sentence"),
        "{answers:?}"
    );
    assert_eq!(answers.actions, "- Test old accounts");
    for inside in ["Ada", "P-1", "ops/deploy", "Answer what applies"] {
        assert!(!text.contains(inside), "{inside}: {text}");
    }
}

fn poisoned() -> impl Strategy<Value = String> {
    let poison = prop::sample::select(vec![
        "Ada fixed it on db-7.",
        "Lovelace's script ran.",
        "Mail ada@example.com now.",
        "The host shop.internal fell over.",
        "Packets to 10.0.3.17 were lost.",
        "We ran ./ops/deploy --force twice.",
        "kubectl get pods, said ADA LOVELACE.",
        "Acme Bank lost its key today.",
        "It is hunter2hunter2 now.",
        "The disk under /srv/app was full.",
        "(db-7, shop.internal): 10.0.3.17!",
        "**db-7** and `kubectl get pods`",
        "[db-7](https://shop.internal/x)",
        "<b>db-7</b>",
        "db-7|Ada|x",
        "Ada:\n./ops/deploy\n--force",
    ]);
    prop::collection::vec(prop_oneof![3 => poison.prop_map(str::to_owned), 1 => "[a-z ]{0,12}[.\n]"], 0..4)
        .prop_map(|parts| parts.join(" "))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    /// Events of every kind with poison in every field, and poison in every answer.
    #[test]
    fn nothing_of_the_inside_is_found_outside(
        events in prop::collection::vec((0..52_usize, poisoned(), poisoned(), any::<bool>()), 0..14),
        answered in prop::collection::vec(poisoned(), 26),
    ) {
        let words = [
            "impact_started", "detected", "acknowledged", "identified", "mitigated", "impact_ended", "resolved",
            "reopened", "note", "observation", "hypothesis", "action", "decision", "followup", "triaged",
            "severity_changed", "role_assumed", "role_renounced", "fix_started", "commit", "checklist_item",
            "review_requested", "review", "publishing", "merged", "tagged", "pushed", "push_refused", "push_torn",
            "deploy_started", "deploy_succeeded", "deploy_failed", "monitoring_started", "verified",
            "verify_failed", "rolled_back", "merge_conflict", "merged_back", "target_skipped", "branch_deleted",
            "comms_sent", "comms_sent", "finished", "cancelled", "declined", "postmortem_written",
            "review_status_changed", "amendment", "retraction", "redaction", "something_new", "kubectl",
        ];
        let keys = ["title", "symptom", "impact", "workaround", "command", "reason", "by", "name", "item", "role",
            "detected_by", "state", "next", "link", "unit", "where", "ticket", "owner"];
        let mut all = vec![(
            "14:01",
            Draft::new(Kind::Note, "Acme Bank lost its key today").with("audience", RESTRICTED),
        ), ("14:01", Draft::new(Kind::Action, "").with("command", "./ops/deploy --force"))];
        for (kind, text, other, for_users) in events {
            let mut draft = Draft::new(Kind::parse(words[kind]), text.clone());
            for (n, key) in keys.iter().enumerate() {
                draft = draft.with(key, if n % 2 == 0 { text.clone() } else { other.clone() });
            }
            draft = draft.refer(Pointer::Tag, text.clone()).refer(Pointer::Branch, other.clone()).refer(Pointer::Commit, other);
            all.push(("14:30", if for_users { draft.with("audience", "users") } else { draft }));
        }
        let mut night = incident(all);
        for event in &mut night.log {
            event.role = Some("Ada on db-7".into());
        }
        let night = Incident::fold(&night.id, night.log).unwrap();
        let (text, _) = published(&night, |fresh| {
            let mut answers = answered.iter();
            let lines: Vec<String> = fresh
                .lines()
                .map(|l| if l.starts_with("> TODO(human)") { answers.next().cloned().unwrap_or_default() } else { l.to_owned() })
                .collect();
            format!("{}\n", lines.join("\n"))
        });
        // The hash of a block may spell a name.
        let lines = text.lines().filter(|l| !l.starts_with("<!-- hotfix:auto "));
        let lower = lines.collect::<Vec<_>>().join("\n").to_lowercase();
        for poison in POISON {
            prop_assert!(!lower.contains(&poison.to_lowercase()), "{poison} in {text}");
        }
    }
}
