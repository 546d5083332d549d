use super::evidence::fixture::{shipped, suspicion};
use super::*;
use crate::model::checklist::{Item, standing};
use crate::model::event::{Draft, Pointer};
use crate::model::incident::fixture::{event, incident};
use crate::model::oid::Oid;
use serde_json::json;

pub(super) const HEADINGS: [&str; 17] = [
    "# Post-mortem: ",
    "## 1. Summary",
    "## 2. Impact",
    "## 3. Key numbers",
    "## 4. Timeline",
    "## 5. Detection",
    "## 6. Contributing factors",
    "## 7. Response and decisions",
    "## 8. The fix",
    "## 9. Testing checklist",
    "## 10. Deployment and verification",
    "## 11. Communication",
    "## 12. What went well, what did not, where we were lucky",
    "## 13. Action items",
    "## 14. Recurrence",
    "## 15. Roles",
    "## 16. Appendix: the full log",
];

fn oid(two: &str) -> Oid {
    Oid::parse(&two.repeat(20)).unwrap()
}

fn step(kind: Kind) -> Draft {
    Draft::new(kind, "")
}

pub(super) fn said(kind: Kind, text: &str) -> Draft {
    Draft::new(kind, text).by_person()
}

fn answer(item: &str, verdict: &str, tree: &Oid) -> Draft {
    step(Kind::ChecklistItem).with("item", item).with("verdict", verdict).refer(Pointer::Tree, tree)
}

/// A night's work from the first alert to the deleted branch.
pub(super) fn night() -> Incident {
    let (tested, earlier) = (oid("4f"), oid("0a"));
    let reviewed = answer("reviewed", "pass", &tested).with("by", "Grace Hopper");
    let role = step(Kind::RoleAssumed).with("role", "commander");
    let update = |text: &str, next: &str| {
        said(Kind::CommsSent, text).with("audience", "users").with("next", format!("2026-11-22T{next}:00Z"))
    };
    let deploy = |kind| step(kind).with("command", "./ops/deploy production").refer(Pointer::Tag, "v1.2.1");
    let mut log = incident(vec![
        ("14:02", step(Kind::ImpactStarted)),
        ("14:10", said(Kind::Detected, "error rate page").with("detected_by", "alert")),
        (
            "14:12",
            step(Kind::Triaged)
                .with("severity", "sev2")
                .with("reasons", serde_json::json!(["outage"]))
                .with("symptom", "Users get a 500 on /login")
                .with("can_wait", false),
        ),
        (
            "14:13",
            step(Kind::FixStarted)
                .refer(Pointer::Branch, "hotfix/fix-login-crash")
                .refer(Pointer::Base, oid("1f")),
        ),
        ("14:14", role),
        ("14:15", step(Kind::Acknowledged)),
        ("14:20", said(Kind::Hypothesis, "the session cache").with("state", "ruled-out")),
        ("14:22", said(Kind::Identified, "login reads a column that the release dropped")),
        ("14:23", said(Kind::Decision, "no rollback, the migration is forward only")),
        ("14:26", step(Kind::Commit).refer(Pointer::Commit, oid("3f"))),
        ("14:27", answer("resolves", "pass", &earlier)),
        ("14:28", answer("critical-paths", "pass", &tested)),
        ("14:29", answer("tests", "pass", &tested).with("command", "cargo test")),
        ("14:30", reviewed),
        ("14:31", answer("staging", "waived", &tested).with("reason", "staging is down")),
        ("14:33", step(Kind::Merged).refer(Pointer::Branch, "main")),
        ("14:33", step(Kind::Tagged).refer(Pointer::Tag, "v1.2.1").refer(Pointer::Commit, oid("9c"))),
        ("14:34", step(Kind::Pushed).refer(Pointer::Tag, "v1.2.1")),
        ("14:35", deploy(Kind::DeployStarted)),
        ("14:38", deploy(Kind::DeploySucceeded).with("exit", 0).with("seconds", 180)),
        ("14:39", update("We are on it.\nNext update soon.", "14:45")),
        ("14:40", said(Kind::Mitigated, "logins work again")),
        ("14:48", step(Kind::Verified).with("name", "error rate").with("command", "./ops/error-rate")),
        ("14:49", step(Kind::MergedBack).refer(Pointer::Branch, "develop")),
        ("14:50", step(Kind::BranchDeleted).refer(Pointer::Branch, "hotfix/fix-login-crash")),
        ("14:52", update("Logins work again.", "15:10")),
        ("14:55", said(Kind::Followup, "add an alert on the login rate")),
        ("15:00", step(Kind::Resolved)),
        ("15:01", step(Kind::Finished)),
    ])
    .log;
    log[0].refs.insert("base".into(), oid("1f").to_string());
    log[0].data.insert("production".into(), "main".into());
    Incident::fold("20261122-fix-login-crash-7c1e", log).unwrap()
}

pub(super) struct Owned {
    pub(super) incident: Incident,
    checks: Vec<Standing>,
    commits: Vec<CommitLine>,
    diffstat: String,
    targets: Vec<(String, String)>,
    earlier: Vec<(String, String)>,
    outputs: BTreeMap<String, String>,
    tags: (String, String),
    affected: Affected,
    tested: Vec<Tested>,
}

impl Owned {
    pub(super) fn of(incident: Incident) -> Self {
        let checks = standing(&Item::defaults(), &incident.answers, Some(&oid("4f")));
        let outputs = incident.events.iter().filter(|e| {
            e.read::<crate::model::event_data::RanCommand>().command.as_deref() == Some("cargo test")
        });
        Self {
            outputs: outputs.map(|e| (e.id.clone(), "24 passed\n".to_owned())).collect(),
            incident,
            checks,
            commits: vec![CommitLine {
                commit: oid("3f"),
                subject: "login: read the new column".into(),
                author: "Grace Hopper".into(),
            }],
            diffstat: " src/login.rs | 2 +-\n 1 file changed, 1 insertion(+), 1 deletion(-)\n".into(),
            targets: vec![
                ("main".into(), "released as v1.2.1".into()),
                ("develop".into(), "has the fix".into()),
            ],
            earlier: vec![("20260301-login-500-aa01".into(), "Login fails after upgrade".into())],
            tags: ("v1.2.0".into(), "v1.2.0".into()),
            affected: suspicion("Read the session first", "v1.1.0"),
            tested: shipped("db/a.sql"),
        }
    }

    pub(super) fn facts(&self) -> Facts<'_> {
        Facts {
            incident: &self.incident,
            own: &self.incident,
            parts: &[],
            outputs: &self.outputs,
            checks: &self.checks,
            commits: &self.commits,
            stat: DiffStat { files: 1, added: 1, removed: 1 },
            affected: Some(&self.affected),
            tested: &self.tested,
            diffstat: &self.diffstat,
            previous_tag: Some(&self.tags.0),
            base_tag: Some(&self.tags.1),
            targets: &self.targets,
            followups: Facts::bare(&self.incident).followups,
            earlier: &self.earlier,
            tool_version: "0.1.0",
            zone: FixedOffset::east_opt(3600),
        }
    }
}

fn headings(text: &str) -> Vec<&str> {
    text.lines().filter(|l| l.starts_with('#')).collect()
}

pub(super) fn section<'a>(text: &'a str, heading: &str) -> &'a str {
    let (_, rest) = text.split_once(heading).unwrap();
    rest.split("\n## ").next().unwrap()
}

#[test]
fn the_seventeen_sections_in_order() {
    let owned = Owned::of(night());
    let text = render(&owned.facts()).unwrap();
    let found = headings(&text);
    assert_eq!(found.len(), HEADINGS.len(), "{found:#?}");
    for (found, wanted) in found.iter().zip(HEADINGS) {
        assert!(found.starts_with(wanted), "{found} is not {wanted}");
    }
}

#[test]
fn the_facts_stand_where_they_belong() {
    let owned = Owned::of(night());
    let text = render(&owned.facts()).unwrap();
    for (heading, facts) in [
        (HEADINGS[0], vec!["`v1.2.0` → `v1.2.1`", "sev2: many users", "2026-11-27 (5 working days"]),
        (
            HEADINGS[1],
            vec![
                "`v1.2.1`, sev2, impact 38 min, detected by an alert.",
                "Users get a 500 on /login. It lasted 38 min on 22 November 2026, from 14:02 to 14:40 UTC.",
                "It was noticed by an alert at 14:10 UTC, 8 min after it began.",
            ],
        ),
        (
            HEADINGS[2],
            vec![
                "`v1.1.0` (1 release with a candidate",
                "38 min (impact started 14:02 → mitigated 14:40 UTC)",
            ],
        ),
        (HEADINGS[3], vec!["| Time to detect (TTD)", "Time to resolve (TTR)", "8 min", "| merged back"]),
        (
            HEADINGS[4],
            vec!["Time on 2026-11-22 UTC (+01:00)", "| 14:33 (15:33)", "staging waived: staging is down"],
        ),
        (HEADINGS[5], vec!["Detected 14:10 UTC by an alert. Time to detect: 8 min"]),
        (
            HEADINGS[6],
            vec![
                "`main` at `1f1f1f1`, release `v1.2.0`",
                "14:22 UTC: login reads a column that the release dropped",
                "| `5c5c5c5` | 2026-11-01 | 2 ",
                "Latent time of the earliest candidate: 24 h from `v1.1.0` to the impact.",
            ],
        ),
        (HEADINGS[7], vec!["complete feature failure", "no rollback", "ruled out: the session cache"]),
        (
            HEADINGS[8],
            vec![
                "1 commit, 1 file, +1 −1",
                "`git diff v1.2.0 v1.2.1`",
                "login: read the new column",
                "```text",
            ],
        ),
        (
            HEADINGS[9],
            vec!["**waived**", "“staging is down”", "**stale**", "`db/a.sql`", "24 passed", "1 file differs"],
        ),
        (HEADINGS[10], vec!["exit 0, 3 min", "error rate `./ops/error-rate`"]),
        (
            HEADINGS[11],
            vec![
                "First update: users 27 min after declaring.",
                "7 min late",
                "> We are on it.\\\n> Next update soon.",
            ],
        ),
        (HEADINGS[13], vec!["add an alert on the login rate", "`develop`", "has the fix"]),
        (HEADINGS[14], vec!["`20260301-login-500-aa01`"]),
        (HEADINGS[15], vec!["commander", "Grace Hopper"]),
        (HEADINGS[16], vec!["30 events from the record", "written by hotfix `0.1.0`", "+01:00"]),
    ] {
        let part = section(&text, heading);
        for fact in facts {
            assert!(part.contains(fact), "{heading} lacks {fact}:\n{part}");
        }
    }
    for prompt in ["Tests:", "Feature flag:", "Canary:", "Monitoring:", "Review:", "Staging:"] {
        assert!(text.contains(&format!("> TODO(human): {prompt}")), "{prompt}");
    }
}

#[test]
fn names_stand_in_section_fifteen_alone() {
    let owned = Owned::of(night());
    let text = render(&owned.facts()).unwrap();
    let roles = section(&text, HEADINGS[15]);
    assert!(roles.contains("Ada") && roles.contains("Grace Hopper"));
    let rest = text.replace(roles, "");
    assert!(!rest.contains("Ada") && !rest.contains("Grace"), "{rest}");
}

#[test]
fn a_reviewer_named_by_mail_stays_readable() {
    let i = incident(vec![(
        "14:30",
        answer("reviewed", "pass", &oid("4f")).with("by", "grace@example.com").with("told", true),
    )]);
    let text = render(&Owned::of(i).facts()).unwrap();
    let roles = section(&text, HEADINGS[15]);
    assert!(roles.contains("| reviewer ") && roles.contains("`grace@example.com`"), "{roles}");
}

#[test]
fn who_answers_for_a_review_is_not_made_its_reviewer() {
    let i = incident(vec![("14:30", answer("reviewed", "pass", &oid("4f")))]);
    let text = render(&Owned::of(i).facts()).unwrap();
    let roles = section(&text, HEADINGS[15]);
    assert!(roles.contains("Ada") && !roles.contains("| reviewer "), "{roles}");
}

#[test]
fn generated_text_names_no_cause_and_no_fault() {
    for owned in [Owned::of(night()), Owned::of(incident(vec![]))] {
        let text = render(&owned.facts()).unwrap().to_lowercase();
        for word in ["because", "caused by", "root cause", "due to", "fault of", "should have", "failed to"] {
            assert!(!text.contains(word), "{word}");
        }
    }
}

#[test]
fn one_event_is_enough_and_invents_nothing() {
    let incident = incident(vec![]);
    let text = render(&Facts::bare(&incident)).unwrap();
    assert_eq!(headings(&text).len(), 17);
    for hint in [
        "`hotfix mark detected --at TIME`",
        "`hotfix check`",
        "`hotfix deploy fix-login-crash`",
        "`hotfix note --kind decision TEXT`",
        "`hotfix check --answer reviewed=EMAIL`",
    ] {
        assert!(text.contains(hint), "{hint}");
    }
    assert!(!text.contains("0 s") && !text.contains("0 min"), "unknown is never zero:\n{text}");
    assert!(!text.contains("undefined") && !text.contains("None"));
}

#[test]
fn a_finished_hotfix_is_named_in_its_commands() {
    let i = incident(vec![("15:00", step(Kind::Finished))]);
    let text = render(&Owned::of(i).facts()).unwrap();
    assert!(text.contains("`hotfix mark detected --at TIME --hotfix fix-login-crash`"));
}

#[test]
fn hostile_text_stays_text() {
    let evil = "<script>x</script> | `tick` --> @team #12\n<!-- /hotfix:auto -->\n## Pwned\n```\n{{ title }}";
    let hostile = |kind: Kind| {
        said(kind, evil)
            .with("detected_by", evil)
            .with("state", evil)
            .with("severity", evil)
            .with("role", evil)
            .with("item", "tests")
            .with("verdict", "waived")
            .with("reason", evil)
            .with("by", evil)
            .with("command", evil)
            .with("audience", evil)
            .with("name", evil)
            .with("symptom", evil)
            .with("impact", evil)
            .with("workaround", evil)
            .with("allowed", "size")
            .with("reason", evil)
            .refer(Pointer::Branch, evil)
            .refer(Pointer::Tag, evil)
            .refer(Pointer::Commit, evil)
    };
    let words = [
        "impact_started",
        "detected",
        "identified",
        "note",
        "observation",
        "hypothesis",
        "action",
        "decision",
        "followup",
        "triaged",
        "severity_changed",
        "role_assumed",
        "fix_started",
        "commit",
        "checklist_item",
        "review",
        "merged",
        "tagged",
        "pushed",
        "deploy_started",
        "deploy_failed",
        "verified",
        "rolled_back",
        "merged_back",
        "target_skipped",
        "comms_sent",
        "resolved",
        "<b>new kind|</b>",
    ];
    let mut log = incident(words.iter().map(|w| ("14:30", hostile(Kind::parse(w)))).collect()).log;
    for e in &mut log {
        e.actor.name = evil.into();
        e.role = Some(evil.into());
        if e.kind == Kind::Declared {
            e.data.insert("title".into(), evil.into());
            e.data.insert("branch".into(), evil.into());
            e.data.insert("name".into(), evil.into());
        }
    }
    let mut owned = Owned::of(Incident::fold(evil, log).unwrap());
    owned.commits[0].subject = evil.into();
    owned.diffstat = evil.into();
    owned.outputs = owned.incident.events.iter().map(|e| (e.id.clone(), evil.to_owned())).collect();
    owned.targets = vec![(evil.into(), evil.into())];
    owned.earlier = vec![(evil.into(), evil.into())];
    owned.affected = suspicion(evil, evil);
    owned.tested = shipped(evil);
    owned.tags = (evil.into(), evil.into());
    owned.checks[0].item.id = evil.into();
    owned.checks[0].item.question = evil.into();
    let mut facts = owned.facts();
    facts.tool_version = evil;
    let text = render(&facts).unwrap();

    assert_eq!(headings(&text).len(), 17, "{:#?}", headings(&text));
    let closing = text.lines().filter(|l| l.starts_with("<!-- /hotfix:auto")).count();
    let opening = text.lines().filter(|l| l.starts_with("<!-- hotfix:auto")).count();
    assert_eq!((opening, closing), (17, 17));
    let mut fence: Option<&str> = None;
    for line in text.lines() {
        let (ticks, _) = line.split_at(line.chars().take_while(|c| *c == '`').count());
        match fence {
            None if ticks.len() >= 3 => fence = Some(ticks),
            Some(open) if line.trim_end() == open => fence = None,
            Some(_) => {}
            None => {
                assert!(!line.contains("<script") && !line.contains("<b>"), "{line}");
                assert!(!line.contains("@team"), "{line}");
                assert!(!line.contains("`tick`"), "{line}");
                assert!(!line.contains("-->") || line.starts_with("<!-- "), "{line}");
            }
        }
    }
    assert_eq!(fence, None, "every fence is closed");
    for table in text.split("\n\n").filter(|p| p.starts_with("| ")) {
        let bars = |l: &str| l.replace("\\|", "").matches('|').count();
        let head = bars(table.lines().next().unwrap());
        assert!(table.lines().all(|l| bars(l) == head), "{table}");
    }
    let same = refresh(&text, &text);
    assert_eq!((same.text == text, same.kept.len(), same.broken), (true, 0, vec![]));
}

#[test]
fn writing_it_again_changes_nothing() {
    let first = render(&Owned::of(night()).facts()).unwrap();
    // Having written it is recorded, and must not make it different.
    let mut log = night().log;
    log.push(event(99, "2026-11-23T09:00:00Z", step(Kind::PostmortemWritten)));
    let again = Owned::of(Incident::fold("20261122-fix-login-crash-7c1e", log).unwrap());
    let fresh = render(&again.facts()).unwrap();
    assert_eq!(refresh(&first, &fresh).text, first);
}

#[test]
fn a_refresh_brings_news_and_keeps_what_people_wrote() {
    let mut log = night().log;
    log.retain(|e| e.kind != Kind::Finished && e.kind != Kind::Resolved);
    let before = Owned::of(Incident::fold("20261122-fix-login-crash-7c1e", log).unwrap());
    let old = render(&before.facts())
        .unwrap()
        .replace("> TODO(human): What went well?", "The runbook was right.")
        .replace("Users get a 500 on /login. It lasted", "Nobody could log in. It lasted");
    let fresh = render(&Owned::of(night()).facts()).unwrap();
    let new = refresh(&old, &fresh);
    assert!(new.text.contains("The runbook was right.") && new.text.contains("Nobody could log in."));
    assert!(new.text.contains("resolved 15:00"), "the numbers are up to date");
    assert_eq!(new.kept.iter().map(|k| k.name.as_str()).collect::<Vec<_>>(), ["summary"]);
    assert!(new.broken.is_empty());
}

#[test]
fn other_templates_are_strict() {
    let owned = Owned::of(night());
    let with = |text| render_with(Template { name: "mine.md", text }, &owned.facts());
    assert_eq!(with("{{ title }}").unwrap(), "Users get a 500 on /login\n");
    assert!(with("{{ titel }}").unwrap_err().message.starts_with("mine.md:1: 'titel'"));
}

#[test]
fn the_same_as_json() {
    let owned = Owned::of(night());
    let doc = json(&owned.facts());
    assert_eq!((&doc["schema"], &doc["metrics"]["ttm"]["seconds"]), (&json!(1), &json!(38 * 60)));
    assert_eq!(doc["metrics"]["ttr"]["from"], "impact_started");
    let staging = doc["checks"].as_array().unwrap().iter().find(|c| c["id"] == "staging").unwrap();
    assert_eq!((&staging["state"], &staging["reason"]), (&json!("waived"), &json!("staging is down")));
    assert_eq!(
        (&doc["tag"], &doc["severity"], &doc["status"]),
        (&json!("v1.2.1"), &json!("sev2"), &json!("resolved"))
    );
    assert_eq!(doc["timeline"].as_array().unwrap().len(), owned.incident.log.len());
}
