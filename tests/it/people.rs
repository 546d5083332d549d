//! `severity` and `role`: how bad it is, and who does what.

use crate::support::{Repo, Shop};
use serde_json::Value;

/// Another person in the same clone.
fn grace(shop: &Repo, args: &[&str]) -> crate::support::Ran {
    shop.call(args)
        .env("GIT_AUTHOR_NAME", "Grace Hopper")
        .env("GIT_AUTHOR_EMAIL", "grace@example.com")
        .env("GIT_COMMITTER_NAME", "Grace Hopper")
        .env("GIT_COMMITTER_EMAIL", "grace@example.com")
        .run()
}

fn roles(shop: &Repo) -> Vec<(String, String, bool)> {
    let roles = shop.hotfix(["role", "--json"]).json()["roles"].clone();
    let text = |v: &Value, key: &str| v[key].as_str().unwrap_or_default().to_owned();
    let of = |v: &Value| (text(v, "role"), text(v, "name"), v["to"].is_null());
    roles.as_array().unwrap().iter().map(of).collect()
}

#[test]
fn the_severity_changes_in_one_word() {
    let shop = Shop::new();
    shop.start_with("fix-login-crash", &["--severity", "3"]);
    for (typed, stored) in [("2", "sev2"), ("sev1", "sev1"), ("SEV4", "sev4")] {
        shop.hotfix(["severity", typed]).ok().says(stored);
        let status = shop.hotfix(["status", "--json"]).json();
        assert_eq!(status["hotfix"]["severity"], stored);
    }
    shop.hotfix(["severity", "1", "all", "users", "in", "the", "EU"]).ok();
    let event = shop.event("fix-login-crash", "all users in the EU");
    assert_eq!((&event["data"]["severity"], &event["data"]["was"]), (&"sev1".into(), &"sev4".into()));
    shop.hotfix(["timeline"]).ok().says("sev1: all users in the EU");
}

#[test]
fn what_is_no_severity_or_no_news_is_not_recorded() {
    let shop = Shop::new();
    shop.start_with("fix-login-crash", &["--severity", "2"]);
    let before = shop.snapshot();
    for typed in ["0", "6", "bad", "", "sev"] {
        shop.hotfix(["severity", typed]).exits(2);
    }
    shop.hotfix(["severity", "2"]).ok().says("already");
    shop.hotfix(["-n", "severity", "1"]).ok();
    before.still_holds();
}

#[test]
fn whoever_starts_has_the_roles_until_others_take_them() {
    let shop = Shop::new();
    shop.start("fix-login-crash");
    let held = |role: &str, name: &str| (role.to_owned(), name.to_owned(), true);
    let ada = "Ada Lovelace";
    assert_eq!(roles(&shop), [held("commander", ada), held("fixer", ada), held("scribe", ada)]);
    assert!(!shop.kinds("fix-login-crash").contains(&"role-assumed".to_owned()), "nobody said so");

    grace(&shop, &["role", "take", "commander"]).ok().says("Ada Lovelace was commander until now");
    assert!(roles(&shop).contains(&held("commander", "Grace Hopper")));
    assert!(!roles(&shop).contains(&held("commander", ada)));
    shop.hotfix(["role"]).ok().says("Grace Hopper").says("not assigned");
    grace(&shop, &["role", "drop", "commander"]).ok();
    assert!(!roles(&shop).iter().any(|(role, _, now)| role == "commander" && *now));
    grace(&shop, &["role", "drop", "commander"]).exits(2).says("hint: hotfix role");
}

#[test]
fn a_second_responder_acknowledges_and_the_starter_does_not() {
    let shop = Shop::new();
    shop.start("fix-login-crash");
    shop.hotfix(["role", "take", "comms"]).ok();
    assert!(!shop.kinds("fix-login-crash").contains(&"acknowledged".to_owned()));
    grace(&shop, &["role", "take", "reviewer", "--at", "13:45"]).ok();
    let events = shop.events("fix-login-crash");
    let acknowledged: Vec<&Value> = events.iter().filter(|e| e["kind"] == "acknowledged").collect();
    assert_eq!(acknowledged.len(), 1);
    assert!(acknowledged[0]["at"].as_str().unwrap().starts_with("2026-11-22T"), "{acknowledged:?}");
    grace(&shop, &["role", "take", "comms"]).ok();
    let count = shop.kinds("fix-login-crash").iter().filter(|k| *k == "acknowledged").count();
    assert_eq!(count, 1, "once");
}

#[test]
fn what_somebody_says_carries_the_role_they_took() {
    let shop = Shop::new();
    shop.start("fix-login-crash");
    shop.hotfix(["note", "before"]).ok();
    grace(&shop, &["role", "take", "comms"]).ok();
    grace(&shop, &["note", "told support"]).ok();
    shop.hotfix(["note", "after"]).ok();
    assert_eq!(shop.event("fix-login-crash", "told support")["role"], "comms");
    assert_eq!(shop.event("fix-login-crash", "before")["role"], Value::Null);
    assert_eq!(shop.event("fix-login-crash", "after")["role"], Value::Null);
}

#[test]
fn taking_what_one_has_and_nonsense_change_nothing() {
    let shop = Shop::new();
    shop.start("fix-login-crash");
    shop.hotfix(["role", "take", "fixer"]).ok();
    let before = shop.snapshot();
    shop.hotfix(["role", "take", "fixer"]).ok().says("already");
    shop.hotfix(["role", "take", "hero"]).exits(2).says("commander");
    shop.hotfix(["role", "grab", "fixer"]).exits(2);
    shop.hotfix(["role", "take"]).exits(2);
    shop.hotfix(["role", "drop", "reviewer"]).exits(2);
    before.still_holds();
}
