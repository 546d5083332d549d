use super::*;
use crate::model::event::{Draft, Pointer};
use crate::model::incident::fixture::{event, incident};

fn step(kind: Kind) -> Draft {
    Draft::new(kind, "")
}

fn answer(item: &str, verdict: &str) -> Draft {
    step(Kind::ChecklistItem).with("item", item).with("verdict", verdict)
}

fn busy() -> Incident {
    incident(vec![
        ("14:02", step(Kind::ImpactStarted)),
        ("14:13", step(Kind::FixStarted).refer(Pointer::Branch, "hotfix/fix-login-crash")),
        ("14:14", step(Kind::RoleAssumed).with("role", "fixer")),
        ("14:20", step(Kind::Commit)),
        ("14:21", Draft::new(Kind::Hypothesis, "the session cache").by_person().with("state", "ruled-out")),
        ("14:25", answer("tests", "fail")),
        ("14:26", answer("tests", "pass")),
        ("14:30", answer("tests", "pass")),
        ("14:31", answer("resolves", "pass")),
        ("14:32", answer("staging", "waived").with("reason", "staging is down")),
        ("14:33", step(Kind::Publishing)),
        ("14:34", step(Kind::Merged).refer(Pointer::Branch, "main")),
        ("14:34", step(Kind::Tagged).refer(Pointer::Tag, "v1.2.1").refer(Pointer::Commit, "a1".repeat(20))),
        ("14:35", step(Kind::Pushed).refer(Pointer::Tag, "v1.2.1")),
        ("14:36", step(Kind::DeployStarted)),
        ("14:39", step(Kind::DeploySucceeded)),
        ("14:40", step(Kind::Mitigated)),
        ("14:41", step(Kind::Mitigated)),
        ("14:42", step(Kind::PostmortemWritten)),
    ])
}

#[test]
fn the_curated_timeline_leaves_out_the_noise() {
    let incident = busy();
    let rows: Vec<(String, String)> =
        rows(&incident, Scope::Curated).into_iter().map(|r| (r.kind, r.text)).collect();
    let kinds: Vec<&str> = rows.iter().map(|r| r.0.as_str()).collect();
    assert_eq!(
        kinds,
        [
            "impact started",
            "declared",
            "branched",
            "hypothesis",
            "checked",
            "checked",
            "checked",
            "merged",
            "tagged",
            "pushed",
            "deployed",
            "mitigated"
        ]
    );
    assert_eq!(rows[4].1, "tests failed");
    assert_eq!(rows[5].1, "tests and resolves passed", "answers in a row are one line");
    assert_eq!(rows[6].1, "staging waived: staging is down");
    assert_eq!(curated(&incident).len(), 13);
    assert_eq!(all(&incident).len(), incident.log.len());
}

#[test]
fn each_release_keeps_its_answers_and_its_verification() {
    let verified = |tag: &str| step(Kind::Verified).with("name", "errors").refer(Pointer::Tag, tag);
    let tagged = |tag: &str| step(Kind::Tagged).refer(Pointer::Tag, tag);
    let night = incident(vec![
        ("14:10", answer("tests", "pass")),
        ("14:11", answer("tests", "pass")),
        ("14:12", tagged("v1.2.1")),
        ("14:13", verified("v1.2.1")),
        ("14:20", answer("tests", "pass")),
        ("14:21", tagged("v1.2.3")),
        ("14:22", verified("v1.2.3")),
        ("14:30", answer("tests", "pass")),
    ]);
    let rows = rows(&night, Scope::Curated);
    let times: Vec<&str> = rows.iter().filter(|r| r.kind != "declared").map(|r| r.time.as_str()).collect();
    assert_eq!(times, ["14:11", "14:12", "14:13", "14:20", "14:21", "14:22", "14:30"]);
}

#[test]
fn a_second_impact_is_news_again() {
    let i = incident(vec![
        ("14:00", step(Kind::ImpactStarted)),
        ("14:30", step(Kind::Mitigated)),
        ("15:00", step(Kind::ImpactStarted)),
        ("15:10", step(Kind::Reopened)),
        ("15:30", step(Kind::Mitigated)),
    ]);
    assert_eq!(curated(&i).len(), 6);
}

#[test]
fn terminal_lines_are_aligned_and_clean() {
    let mut log = busy().log;
    let at = "2026-11-23T00:10:00Z";
    log.push(event(50, at, Draft::new(Kind::Note, "done\u{1b}[2J\nfor now").by_person()));
    let earlier = chrono::DateTime::parse_from_rfc3339("2026-11-22T23:23:00Z").ok();
    log.push(event(51, at, Draft::new(Kind::Observation, "error rate falls").by_person().at(earlier)));
    let i = Incident::fold("x", log).unwrap();
    let utc = |at: DateTime<FixedOffset>| at.to_utc().fixed_offset();
    let all = lines(&i, Scope::All, None, utc);
    assert_eq!(all[0], "2026-11-22  14:02  e002  impact started");
    assert_eq!(all[1], "2026-11-22  14:12  e001  declared            Users get a 500 on /login");
    assert!(all.contains(
        &"2026-11-22  23:23* e051  observation         error rate falls (recorded 47 min later)".to_owned()
    ));
    assert_eq!(all.last().unwrap(), "2026-11-23  00:10  e050  note                done for now");
    let curated = lines(&i, Scope::Curated, None, utc);
    assert!(!curated.iter().any(|l| l.contains("recorded")));
    assert!(curated.iter().any(|l| l.starts_with("2026-11-22  23:23* observation")), "{curated:#?}");

    let table = markdown(&i, Scope::Curated, None);
    assert!(table.contains("| 2026-11-22 23:23\\* | observation"), "{table}");
    assert!(table.ends_with("after it happened."), "{table}");
    let lines: Vec<&str> = table.lines().take_while(|l| l.starts_with('|')).collect();
    assert!(lines.iter().all(|l| l.matches('|').count() == 6), "{table}");
}

#[test]
fn one_day_is_said_once_and_local_time_stands_beside_utc() {
    let told = lines(&incident(vec![("14:20", step(Kind::Mitigated))]), Scope::Curated, None, |at| {
        at.with_timezone(&FixedOffset::east_opt(3600).unwrap())
    });
    assert_eq!(told[0], "2026-11-22  14:12  (15:12)  declared   Users get a 500 on /login");
    assert_eq!(told[1], "            14:20  (15:20)  mitigated");
}

#[test]
fn ids_are_as_short_as_they_can_be() {
    let mut i = incident(vec![("14:20", step(Kind::Mitigated)), ("14:21", step(Kind::Resolved))]);
    for (event, id) in i.log.iter_mut().zip(["a1b2c3d4e5f6", "a1b2c3ffffff", "0123456789ab"]) {
        event.id = id.into();
    }
    let short = short_ids(&i);
    let told: Vec<&str> = short.values().copied().collect();
    assert_eq!(told, ["0123", "a1b2c3d", "a1b2c3f"]);
}

#[test]
fn amendments_that_cross_are_flagged() {
    let mut log = incident(vec![("14:40", Draft::new(Kind::Mitigated, "flag off"))]).log;
    for (n, text) in [(3, "by Ada"), (4, "by Grace")] {
        let mut amend = Draft::new(Kind::Amendment, text);
        amend.amends = Some("e002".into());
        log.push(event(n, "2026-11-22T15:00:00Z", amend));
    }
    let i = Incident::fold("x", log).unwrap();
    let all = lines(&i, Scope::All, None, |at| at).join("\n");
    assert!(all.contains("by Grace (amended, amended by two people at once, the newest is used)"), "{all}");
    assert!(all.contains("amendment  of e002  by Ada"), "both are kept: {all}");
    assert_eq!(json(&i)["events"][1]["contested"], true);
}

#[test]
fn corrections_are_visible_in_the_full_log_and_in_json() {
    let mut log = incident(vec![("14:40", Draft::new(Kind::Mitigated, "flag off"))]).log;
    let mut amend = Draft::new(Kind::Amendment, "").with("at", "2026-11-22T14:20:00Z");
    amend.amends = Some("e002".into());
    log.push(event(3, "2026-11-22T15:00:00Z", amend));
    log.push(event(4, "2026-11-22T15:00:00Z", Draft::new(Kind::Note, "wrong")));
    let mut retract = step(Kind::Retraction);
    retract.amends = Some("e004".into());
    log.push(event(5, "2026-11-22T15:01:00Z", retract));
    let i = Incident::fold("x", log).unwrap();

    let all = lines(&i, Scope::All, None, |at| at).join("\n");
    assert!(all.contains("flag off (recorded 20 min later, amended, was 2026-11-22 14:40)"), "{all}");
    assert!(all.contains("wrong (retracted)"), "{all}");

    let doc = json(&i);
    assert_eq!((&doc["schema"], &doc["id"]), (&json!(1), &json!("x")));
    let events = doc["events"].as_array().unwrap();
    assert_eq!(events.len(), 5);
    let mitigated = events.iter().find(|e| e["id"] == "e002").unwrap();
    assert_eq!(mitigated["at"], "2026-11-22T14:20:00Z");
    assert_eq!(mitigated["original"]["at"], "2026-11-22T14:40:00Z");
    assert_eq!((&mitigated["amends"], &mitigated["retracted"]), (&Value::Null, &json!(false)));
    assert_eq!(mitigated["actor"]["email"], "ada@example.com");
    let wrong = events.iter().find(|e| e["id"] == "e004").unwrap();
    assert_eq!(wrong["retracted"], true);
    assert_eq!(events.last().unwrap()["amends"], "e004");
    let keys: Vec<&String> = mitigated.as_object().unwrap().keys().collect();
    let promised =
        ["id", "kind", "at", "recorded_at", "actor", "role", "text", "refs", "data", "pinned", "amends"];
    assert!(promised.iter().all(|k| keys.iter().any(|key| key == k)), "{keys:?}");
}

#[test]
fn text_wraps_in_its_own_column() {
    let words = "the session cache was full and every third login was refused by it for a while";
    let long = format!("{words} {}", "x".repeat(120));
    let i = incident(vec![("14:20", Draft::new(Kind::Note, long.clone()).by_person())]);
    let told = lines(&i, Scope::Curated, Some(80), |at| at);
    assert!(told.iter().all(|l| l.chars().count() <= 80), "{told:#?}");
    let column = told.iter().find(|l| l.contains("the session")).unwrap().find("the session").unwrap();
    let rest: Vec<&String> = told.iter().skip_while(|l| !l.contains("the session")).skip(1).collect();
    assert!(rest.len() >= 3 && rest.iter().all(|l| l.starts_with(&" ".repeat(column))), "{told:#?}");
    let joined: String =
        told.iter().map(|l| l.get(column..).unwrap_or_default()).collect::<Vec<_>>().join(" ");
    assert!(joined.contains(words), "nothing is lost: {joined}");
    assert_eq!(lines(&i, Scope::Curated, None, |at| at).len(), 2, "a script gets one line an event");
}
