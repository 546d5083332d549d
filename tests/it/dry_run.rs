//! `--dry-run`, whichever command it is: nothing is changed, and `--json` gets its one document.

use crate::support::{Except, Shop};

const COMMANDS: &[&[&str]] = &[
    &["start", "another"],
    &["note", "the cache is empty"],
    &["note", "--kind", "followup", "add a test"],
    &["mark", "detected"],
    &["mark", "resolved"],
    &["severity", "2", "half of the users"],
    &["role", "take", "commander"],
    &["run", "true"],
    &["check"],
    &["check", "resolves", "--waive", "staging=it is down"],
    &["review", "--approve"],
    &["review", "--request"],
    &["finish"],
    &["rollback", "--to", "v1.1.9"],
    &["abort"],
    &["sync"],
    &["init"],
];

#[test]
fn a_branch_without_a_record_gets_none() {
    let shop = Shop::build().tags(&["v1.1.9", "v1.2.0"]).go();
    shop.git(["switch", "-q", "-c", "hotfix/made-by-hand"]);
    shop.repo.commit("src/login.rs", "pub fn login() {}\n");
    for command in COMMANDS {
        let before = shop.snapshot();
        let args: Vec<&str> = ["--json", "--dry-run"].iter().chain(*command).copied().collect();
        let ran = shop.hotfix(&args);
        before.still_holds_except(&[Except::Tracking]);
        assert_eq!(ran.json()["schema"], 1, "{command:?}");
    }
}

#[test]
fn a_recorded_hotfix_gets_no_line() {
    let shop = Shop::build().tags(&["v1.1.9", "v1.2.0"]).go();
    let hotfix = shop.start("fix-login-crash").fix_login();
    shop.hotfix(["note", "a secret slipped in"]).ok();
    let event = shop.event("fix-login-crash", "a secret slipped in")["id"].as_str().unwrap().to_owned();
    let bundle = shop.world.root.join("incident.bundle").display().to_string();
    let more: &[&[&str]] = &[
        &["amend", &event, "nothing slipped in"],
        &["retract", &event],
        &["redact", &event],
        &["update", "users"],
        &["bundle", &bundle],
        &["postmortem"],
        &["postmortem", "--format", "markdown"],
        &["postmortem", "--format", "html"],
        &["postmortem", "--format", "json", "--output", "facts.json"],
        &["undo"],
    ];
    for command in COMMANDS.iter().chain(more) {
        let before = shop.snapshot();
        let args: Vec<&str> = ["--json", "--dry-run"].iter().chain(*command).copied().collect();
        let ran = shop.hotfix(&args);
        before.still_holds_except(&[Except::Tracking]);
        assert_eq!(ran.json()["schema"], 1, "{command:?}");
    }
    assert!(hotfix.has_branch());
}

#[test]
fn check_says_what_it_would_record() {
    let shop = Shop::new();
    shop.start("fix-login-crash").fix_login();
    let before = shop.snapshot();
    shop.hotfix(["check", "resolves", "--waive", "staging=it is down", "--dry-run"])
        .ok()
        .says("Would record resolves: yes.")
        .says("Would record staging: waived: it is down.");
    before.still_holds();
}

#[test]
fn finish_counts_the_waivers_that_the_real_run_would_record() {
    let shop = Shop::new();
    let hotfix = shop.start("fix-login-crash").fix_login();
    shop.hotfix(["check", "resolves", "critical-paths", "tests", "reviewed"]).ok();
    let before = shop.snapshot();
    let waive = ["finish", "fix-login-crash", "--waive", "staging=it is down"];
    shop.hotfix(waive.iter().chain(&["--dry-run"])).ok();
    shop.hotfix(["finish", "fix-login-crash", "--skip", "develp=a slip", "--dry-run"])
        .exits(2)
        .says("develp");
    before.still_holds_except(&[Except::Tracking]);
    shop.hotfix(waive.iter().chain(&["-y"])).ok();
    assert!(!hotfix.has_branch());
}
