//! What is told of an incident whose fix was taken back, and of the rollback.

use crate::conflicts::{conflicting_shop, stopped};
use crate::support::{Shop, Terminal};

/// `v1.2.1`, and `v1.2.2` that took it back.
fn rolled_back(flags: &[&str]) -> Shop {
    let shop = Shop::new();
    shop.start_with("fix-login-crash", &["--severity", "sev1"]).fix_login().answer_all().finish().ok();
    shop.hotfix([&["rollback", "--confirm", "v1.2.1"], flags].concat()).ok();
    shop
}

#[test]
fn the_list_says_what_each_waits_for() {
    for (deploy, verify, state) in
        [("false", "true", "deployment failed"), ("true", "false", "verification failed")]
    {
        let config = format!(
            "[deploy]\ncommand = \"{deploy}\"\n[[verify]]\nname = \"errors\"\ncommand = \"{verify}\"\nfor = \"0s\"\n"
        );
        let shop = Shop::build().file("hotfix.toml", &config).go();
        shop.ready("fix-login-crash").finish_with(&["--trust"]).exits(1);
        shop.hotfix(["list"]).ok().says(state);
    }
    let (shop, hotfix) = conflicting_shop();
    stopped(&shop, &hotfix);
    shop.hotfix(["mark", "deployed", "--hotfix", "fix-login-crash"]).ok();
    shop.hotfix(["list"]).ok().says("merge-back waits");
}

#[test]
fn the_list_names_the_incident_that_is_open_without_a_hotfix() {
    let shop = rolled_back(&[]);
    shop.hotfix(["list"]).ok().says("hotfix status fix-login-crash");
    shop.hotfix(["mark", "resolved", "--hotfix", "fix-login-crash"]).ok();
    shop.hotfix(["list"]).ok().does_not_say("hotfix status");
}

#[test]
fn the_next_hotfix_has_the_severity_of_its_incident_and_what_has_helped() {
    let shop = rolled_back(&[]);
    shop.start_with("better", &["--incident", "fix-login-crash"]);
    shop.hotfix(["status", "better"]).ok().says("sev1").does_not_say("no severity");
    shop.hotfix(["list"]).ok().says("sev1");
    shop.hotfix(["mark", "mitigated", "--hotfix", "fix-login-crash"]).ok();
    shop.hotfix(["list"]).ok().says("mitigated");
}

#[test]
fn what_keeps_the_change_is_named() {
    let shop = rolled_back(&["--keep-fix-in", "develop"]);
    shop.hotfix(["status", "fix-login-crash"]).ok().says("taken back by v1.2.2; kept in develop");
}

#[test]
fn the_last_change_is_undone_where_it_was_written() {
    let shop = rolled_back(&[]);
    shop.hotfix(["mark", "mitigated"]).ok();
    shop.hotfix(["undo"]).ok().says("undone: mitigated");
    shop.hotfix(["undo"]).exits(3).says("the last change is public");
}

#[test]
fn where_there_is_nothing_to_go_back_to_the_way_is_a_fix() {
    Shop::new().hotfix(["rollback", "--confirm", "v1.2.0"]).exits(3).says("hotfix start NAME");
    let shop = Shop::build().tags(&[]).go();
    shop.hotfix(["rollback", "--dry-run"]).exits(3).says("hotfix start NAME");
}

#[test]
fn the_document_of_a_rollback_asks_for_nothing_that_it_never_had() {
    let shop = rolled_back(&[]);
    shop.hotfix(["postmortem", "rollback-v1.2.1", "--output", "-"])
        .ok()
        .does_not_say("reviewed=EMAIL")
        .does_not_say("| Branch | `rollback-v1.2.1`");
}

#[test]
fn the_worktree_of_a_merge_that_nobody_needs_goes_with_the_rollback() {
    let (shop, hotfix) = conflicting_shop();
    let merge = stopped(&shop, &hotfix);
    shop.hotfix(["rollback", "v1.2.1", "--confirm", "v1.2.1"]).ok().says("was left over from the merge");
    assert!(!merge.dir.exists());
}

#[test]
fn a_resumed_rollback_asks_before_it_pushes_the_rest() {
    let config = "[deploy]\ncommand = \"test $HOTFIX_TAG = v1.2.1\"\n";
    let shop = Shop::build().file("hotfix.toml", config).go();
    shop.ready("fix-login-crash").finish_with(&["--trust"]).ok();
    shop.hotfix(["rollback", "--confirm", "v1.2.1", "--trust"]).exits(1);
    shop.hotfix(["mark", "deployed", "--hotfix", "rollback-v1.2.1"]).ok();
    let before = shop.remote_refs();
    let mut terminal = shop.terminal(&["rollback", "v1.2.1"]);
    terminal.waits_for("Roll back v1.2.1 to v1.2.0?").types("n");
    terminal.exits(3);
    assert!(!terminal.screen().contains("v1.2.2 is newer"), "{}", terminal.screen());
    assert_eq!(shop.remote_refs(), before);
    shop.hotfix(["rollback", "v1.2.1"]).ok();
}

#[test]
fn the_impact_is_as_long_in_status_as_in_the_document() {
    let shop = Shop::new();
    let at = |time: &str| format!("2026-11-22T{time}Z");
    let hotfix = shop.start_with("fix-login-crash", &["--impact-started", &at("13:00:50")]);
    hotfix.fix_login().answer_all().finish().ok();
    shop.hotfix(["mark", "mitigated", "--at", &at("13:11:10")]).ok();
    shop.hotfix(["status", "fix-login-crash"]).ok().says("after 11 min");
    shop.hotfix(["mark", "resolved", "--at", &at("13:12:30")]).ok();
    shop.hotfix(["status", "fix-login-crash"]).ok().says("resolved, impact lasted 11 min");
    shop.hotfix(["postmortem", "fix-login-crash", "--output", "-"]).ok().says("11 min");
}

#[test]
fn a_rollback_is_no_hotfix_in_the_numbers() {
    let shop = rolled_back(&[]);
    let hotfixes = |ran: crate::support::Ran| ran.ok().json()["hotfixes"].clone();
    assert_eq!(hotfixes(shop.hotfix(["stats", "--json"])), 1);
    // Another clone has only the tags.
    assert_eq!(hotfixes(shop.clone_of("grace").hotfix(["stats", "--json"])), 1);
}

#[test]
fn all_of_it_is_seen_beside_the_question() {
    let shop = Shop::new();
    for n in 0..6 {
        shop.colleague_pushes("main", &format!("docs/{n}"), "more\n");
    }
    shop.git(["fetch", "-q"]);
    shop.ready("fix-login-crash").finish_with(&["--allow-unreleased", "they are wanted"]).ok();
    let mut terminal = Terminal::sized(&shop, &["rollback", "v1.2.1"], &[], 24, 80);
    terminal.waits_for("Roll back v1.2.1 to v1.2.0?");
    let screen = terminal.screen();
    assert!(screen.contains("Going back from v1.2.1 to v1.2.0 undoes"), "{screen}");
    terminal.types("n").exits(3);
}

#[test]
fn every_change_of_the_severity_is_in_the_timeline() {
    let shop = Shop::new();
    shop.start_with("fix-login-crash", &["--severity", "sev2"]);
    shop.hotfix(["severity", "sev1"]).ok();
    shop.hotfix(["severity", "sev2"]).ok();
    shop.hotfix(["severity", "sev2", "not so bad"]).ok();
    let timeline = shop.hotfix(["timeline"]);
    let set: Vec<&str> = timeline.ok().stdout.lines().filter(|line| line.contains("severity set")).collect();
    assert_eq!(set.len(), 3, "{timeline}");
}
