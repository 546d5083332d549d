//! `followups`: what is left to do, and the facts that say when it is done.

use crate::support::Shop;
use serde_json::Value;

const NAME: &str = "fix-login-crash";

/// A started hotfix with one follow-up.
fn with_followup(words: &str) -> Shop {
    let shop = Shop::new();
    shop.start(NAME);
    shop.hotfix(["note", "--kind", "followup", words]).ok();
    shop.git(["switch", "-q", "main"]);
    shop
}

/// The state of the only follow-up, and what was found.
fn state(shop: &Shop) -> (String, String) {
    let found = shop.hotfix(["followups", "--json"]).ok().json()["followups"][0].clone();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    (text(&found["state"]), text(&found["evidence"]))
}

/// Commits on production and publishes it.
fn in_production(shop: &Shop, message: &str, path: &str, text: &str) {
    shop.commit_as(message, path, text);
    shop.git(["push", "-q", "origin", "main"]);
}

#[test]
fn a_path_in_production() {
    let shop = with_followup("add a test; done when: tests/login.rs exists");
    assert_eq!(state(&shop).0, "open");
    let ran = shop.hotfix(["followups"]);
    ran.ok().says("add a test").says("done when tests/login.rs exists: not on main at");
    // Here alone it is not in production.
    shop.commit("tests/login.rs", "#[test] fn login_times_out() {}\n");
    assert_eq!(state(&shop).0, "open");
    shop.git(["push", "-q", "origin", "main"]);
    let (found, evidence) = state(&shop);
    assert_eq!(found, "done");
    assert!(evidence.starts_with("on main at "), "{evidence}");
    shop.hotfix(["followups"]).ok().says("No open follow-ups; 1 follow-up done").says("according to git");
    shop.hotfix(["followups", "--all"]).ok().says("add a test").says("tests/login.rs exists: on main");
}

#[test]
fn the_name_of_a_test_but_not_in_a_document() {
    let shop = with_followup("cover it; done when: test login_times_out exists");
    in_production(&shop, "Write it up", "docs/pm.md", "done when: test login_times_out exists\n");
    in_production(&shop, "A longer name", "tests/other.rs", "fn login_times_out_never() {}\n");
    assert_eq!(state(&shop).0, "open");
    in_production(&shop, "Test it", "tests/login.rs", "fn login_times_out() {}\n");
    let (found, evidence) = state(&shop);
    assert_eq!(
        (found.as_str(), evidence.contains("in tests/login.rs on main")),
        ("done", true),
        "{evidence}"
    );
}

#[test]
fn a_commit_of_the_incident_that_touches_the_tests() {
    let shop = with_followup("cover it; done when: a commit touches tests/");
    let id = shop.hotfix(["followups", "--json"]).json()["followups"][0]["incident"].clone();
    let trailer = format!("Incident: {}", id.as_str().unwrap());
    in_production(&shop, "Tests of something else", "tests/cart.rs", "1\n");
    in_production(&shop, &format!("Beside it\n\n{trailer}"), "src/other.rs", "1\n");
    in_production(&shop, &format!("Tell of it\n\n{trailer}\n\nin passing"), "tests/search.rs", "1\n");
    assert_eq!(state(&shop).0, "open");
    in_production(&shop, &format!("Test it\n\n{trailer}"), "tests/login.rs", "1\n");
    assert_eq!(state(&shop).0, "done");
}

#[test]
fn a_release_or_a_later_one() {
    let shop = with_followup("drop the old column; done when: v1.3.0 is released");
    shop.git(["tag", "v1.2.9"]);
    shop.git(["tag", "app/v2.0.0"]);
    assert_eq!(state(&shop).0, "open");
    shop.git(["tag", "v1.3.1"]);
    assert_eq!(state(&shop), ("done".into(), "v1.3.1 is later".into()));
}

#[test]
fn what_is_no_fact_is_unknown_and_said_when_it_is_noted() {
    let shop = Shop::new();
    shop.start(NAME);
    let ran = shop.hotfix(["note", "--kind", "followup", "ask; done when: everybody is happy"]);
    ran.ok().says("not a fact that git can check").says("hotfix help followups");
    assert_eq!(state(&shop).0, "unknown");
    shop.hotfix(["followups"]).ok().says("not a fact that git can check");
    shop.hotfix(["help", "followups"]).ok().says("done when: tests/login.rs exists");
    // Words elsewhere are words.
    shop.hotfix(["note", "done when: everybody is happy"]).ok().does_not_say("not a fact");
}

#[test]
fn somebodys_word_counts() {
    let shop = with_followup("add a test; done when: src/login.rs exists");
    assert_eq!(state(&shop).0, "done", "it is there already");
    let id = shop.hotfix(["followups", "--json"]).json()["followups"][0]["id"].as_str().unwrap().to_owned();
    shop.hotfix(["followups", "--done", &id]).ok();
    shop.hotfix(["followups", "--reopen", &id]).ok();
    assert_eq!(state(&shop).0, "open", "that fact was not what was meant");
    let other = with_followup("add a test; done when: tests/none.rs exists");
    let id = other.hotfix(["followups", "--json"]).json()["followups"][0]["id"].as_str().unwrap().to_owned();
    other.hotfix(["followups", "--done", &id]).ok();
    assert_eq!(state(&other).0, "done");
}

#[test]
fn hostile_conditions_change_nothing() {
    for words in
        ["--output=x exists", "test --open-files-in-pager=touch exists", "../../etc exists", ":/x exists"]
    {
        let shop = with_followup(&format!("x; done when: {words}"));
        let before = shop.snapshot();
        assert_ne!(state(&shop).0, "done", "{words}");
        before.still_holds();
    }
}

#[test]
fn the_post_mortem_says_whether_the_fact_is_there() {
    let shop = with_followup("add a test; done when: tests/login.rs exists");
    shop.hotfix(["note", "--hotfix", NAME, "--kind", "followup", "tell support"]).ok();
    shop.hotfix(["note", "--hotfix", NAME, "--kind", "followup", "rest; done when: everybody is happy"]).ok();
    let document = |shop: &Shop| shop.hotfix(["postmortem", NAME, "--output", "-"]).ok().stdout.clone();
    let cells = |first: &str, text: &str| -> Vec<String> {
        let rows = text.lines().map(|l| l.split('|').map(|c| c.trim().to_owned()).collect::<Vec<_>>());
        let row = rows.into_iter().find(|cells| cells.get(2).is_some_and(|c| c == first));
        row.expect(text)[3..5].to_vec()
    };
    let text = document(&shop);
    assert_eq!(cells("Follow-up", &text), ["Done when", "Met"]);
    assert_eq!(cells("add a test", &text), ["tests/login.rs exists", "no"]);
    assert_eq!(cells("tell support", &text), ["", ""]);
    assert_eq!(cells("rest", &text)[1], "not a fact that git can check");
    in_production(&shop, "Test it", "tests/login.rs", "fn login_times_out() {}\n");
    assert_eq!(cells("add a test", &document(&shop)), ["tests/login.rs exists", "yes"]);
    let json = shop.hotfix(["postmortem", NAME, "--format", "json"]).json();
    assert_eq!(json["followups"][0]["state"], "done");
    assert_eq!(json["followups"][1]["state"], Value::Null);
}

#[test]
fn the_post_mortem_says_who_does_it_by_when_and_where_it_is_tracked() {
    let shop = with_followup("tell support");
    let said = ["--owner", "grace", "--due", "2026-12-01", "--ticket", "#6834", "add an alert"];
    shop.hotfix(["note", "--hotfix", NAME].into_iter().chain(said).collect::<Vec<_>>()).ok();
    let address = "https://tracker.example/browse/OPS-7?x=1";
    shop.hotfix(["note", "--hotfix", NAME, "--kind", "followup", "--ticket", address, "drop it"]).ok();
    let text = shop.hotfix(["postmortem", NAME, "--output", "-"]).ok().stdout.clone();
    let row = |what: &str| -> Vec<String> {
        let noted = text.split("Noted on the way:").nth(1).expect(&text);
        let row = noted.lines().find(|l| l.contains(&format!("| {what} "))).expect(&text);
        row.split('|').skip(2).map(|c| c.trim().to_owned()).filter(|c| !c.is_empty()).collect()
    };
    assert_eq!(row("Follow-up"), ["Follow-up", "Owner", "Due", "Ticket"]);
    assert_eq!(row("add an alert"), ["add an alert", "grace", "2026-12-01", "#6834"]);
    assert_eq!(row("drop it"), ["drop it".to_owned(), format!("<{address}>")]);
    assert_eq!(row("tell support"), ["tell support"]);
    let json = shop.hotfix(["postmortem", NAME, "--format", "json"]).json();
    let one = &json["followups"][1];
    assert_eq!(
        (&one["owner"], &one["due"], &one["ticket"]),
        (&"grace".into(), &"2026-12-01".into(), &"#6834".into())
    );
    assert_eq!(json["followups"][2]["ticket"], address);
    assert_eq!(json["followups"][0]["owner"], Value::Null);
}
