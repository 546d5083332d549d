//! `finish` refused: everything that stands in the way at once, and nothing changed.

use crate::support::{Except, Hotfix, Ran, Shop};
use std::fmt::Write;

/// Runs finish, demands exit 3 and that nothing but the log and what a fetch updates differs.
#[track_caller]
fn refused(shop: &Shop, hotfix: &Hotfix, flags: &[&str]) -> Ran {
    let before = shop.snapshot();
    let ran = hotfix.finish_with(flags);
    ran.exits(3);
    before.still_holds_except(&[Except::Tracking, Except::Record]);
    ran
}

#[test]
fn an_empty_hotfix() {
    let shop = Shop::new();
    let hotfix = shop.start("fix-login-crash");
    refused(&shop, &hotfix, &[]).says("fix-login-crash");
}

#[test]
fn a_hotfix_whose_commits_change_nothing() {
    let shop = Shop::new();
    let hotfix = shop.start("fix-login-crash");
    hotfix.git(["commit", "-q", "--allow-empty", "-m", "I will think of something"]);
    refused(&shop, &hotfix, &[]).says("fix-login-crash");
}

#[test]
fn an_incomplete_checklist() {
    let shop = Shop::new();
    let hotfix = shop.start("fix-login-crash").fix_login().answer(&["resolves=yes", "tests=yes"]);
    let ran = refused(&shop, &hotfix, &[]);
    ran.says("critical-paths").says("reviewed").says("staging").says("hotfix check");
}

#[test]
fn tracked_files_that_are_changed() {
    let shop = Shop::new();
    let hotfix = shop.ready("fix-login-crash");
    hotfix.write("src/cart.rs", "// not committed\n");
    refused(&shop, &hotfix, &[]).says("src/cart.rs");
    hotfix.git(["add", "."]);
    refused(&shop, &hotfix, &[]).says("src/cart.rs");
}

#[test]
fn commits_from_develop() {
    let shop = Shop::new();
    let hotfix = shop.start("fix-login-crash").fix_login();
    hotfix.git(["merge", "-q", "--no-edit", "develop"]);
    let hotfix = hotfix.answer_all();
    refused(&shop, &hotfix, &[]).says("develop");
    hotfix.finish_with(&["--allow-unreleased", "the search is wanted too"]).ok();
}

#[test]
fn a_branch_made_from_develop_by_mistake() {
    let shop = Shop::new();
    shop.start("fix-login-crash");
    shop.git(["reset", "-q", "--hard", "develop"]);
    let hotfix = shop.started("fix-login-crash").fix_login().answer_all();
    refused(&shop, &hotfix, &[]).says("develop");
}

#[test]
fn everything_at_once() {
    let shop = Shop::new();
    let hotfix = shop.start("fix-login-crash").fix_login();
    hotfix.git(["merge", "-q", "--no-edit", "develop"]);
    hotfix.write("src/cart.rs", "// not committed\n");
    let ran = refused(&shop, &hotfix, &["--json"]);
    let error = ran.json_error();
    assert_eq!(error["kind"], "refused");
    let problems = error["problems"].as_array().unwrap();
    assert!(problems.len() >= 3, "three things stand in the way: {problems:#?}");
    let all = error["problems"].to_string();
    for word in ["develop", "src/cart.rs", "staging"] {
        assert!(all.contains(word), "{word} is not among the problems: {all}");
    }
    let ran = refused(&shop, &hotfix, &[]);
    ran.says("develop").says("src/cart.rs").says("hotfix check");
}

#[test]
fn more_than_a_hotfix_should_be() {
    let shop = Shop::new();
    let lines = (0..450).fold(String::new(), |mut text, n| {
        let _ = writeln!(text, "// line {n}");
        text
    });
    let hotfix = shop.start("fix-login-crash").fix("src/refactor.rs", &lines).answer_all();
    refused(&shop, &hotfix, &[]).says("src/refactor.rs").says("--allow-large");
    hotfix.finish_with(&["--allow-large", "generated tables"]).ok();
}

#[test]
fn a_large_lock_file_does_not_count() {
    let shop = Shop::new();
    let lines = "name = \"a\"\n".repeat(1000);
    let hotfix = shop.start("fix-login-crash").fix_login().fix("Gemfile.lock", &lines).answer_all();
    hotfix.finish().ok();
}

#[test]
fn a_version_that_is_taken() {
    let shop = Shop::new();
    let hotfix = shop.ready("fix-login-crash");
    refused(&shop, &hotfix, &["--version", "1.2.0"]).says("1.2.0");
}

#[test]
fn a_version_that_is_no_version() {
    let shop = Shop::new();
    let hotfix = shop.ready("fix-login-crash");
    let before = shop.snapshot();
    hotfix.finish_with(&["--version", "banana"]).exits(2);
    before.still_holds_except(&[Except::Tracking]);
}

#[test]
fn a_merge_in_progress_on_the_branch() {
    let shop = Shop::new();
    let hotfix = shop.ready("fix-login-crash");
    shop.git(["branch", "theirs", "main~1"]);
    shop.git(["worktree", "add", "-q", "../theirs", "theirs"]);
    crate::support::Repo::at(&shop.world, shop.world.root.join("theirs")).commit("src/login.rs", "// no\n");
    assert!(!shop.git_agrees(["merge", "-q", "theirs"]), "this merge should conflict");
    refused(&shop, &hotfix, &[]).says("fix-login-crash");
}

#[test]
fn nobody_to_commit_as() {
    let shop = Shop::new();
    let hotfix = shop.ready("fix-login-crash");
    let config = shop.world.root.join("home/nobody");
    std::fs::write(&config, "[user]\n\tuseConfigOnly = true\n").unwrap();
    let before = shop.snapshot();
    let ran = hotfix.call(["finish", "fix-login-crash", "-y"]).env("GIT_CONFIG_GLOBAL", &config).run();
    ran.exits(3).says("user.");
    before.still_holds_except(&[Except::Tracking, Except::Record]);
    hotfix.finish().ok();
}

#[test]
fn a_signature_that_cannot_be_made() {
    let shop = Shop::new();
    let hotfix = shop.ready("fix-login-crash");
    shop.git(["config", "commit.gpgSign", "true"]);
    shop.git(["config", "tag.gpgSign", "true"]);
    shop.git(["config", "gpg.program", "/nowhere/at/all"]);
    let before = shop.snapshot();
    hotfix.finish().exits_with_one_of(&[1, 3]);
    before.still_holds_except(&[Except::Tracking, Except::Record]);
}

#[test]
fn a_remote_out_of_reach() {
    let shop = Shop::new();
    let hotfix = shop.ready("fix-login-crash");
    let url = shop.git(["config", "remote.origin.url"]);
    shop.git(["remote", "set-url", "origin", "/nowhere/at/all.git"]);
    let before = shop.snapshot();
    hotfix.finish().exits(1).says("origin");
    before.still_holds_except(&[Except::Tracking, Except::Record]);
    shop.git(["remote", "set-url", "origin", &url]);
    hotfix.finish().ok();
}

#[test]
fn as_a_document_every_refusal_is_one_too() {
    let shop = Shop::new();
    shop.start("fix-login-crash");
    for args in [
        &["finish", "--json", "-y"][..],
        &["start", "a..b", "--json"],
        &["status", "no-such-hotfix", "--json"],
        &["note", "--json", "--at", "25:00", "x"],
        &["check", "--json", "no-such-check"],
        &["start", "x", "--severity", "banana", "--json"],
        &["--json", "no-such-command"],
    ] {
        let ran = shop.hotfix(args);
        assert!(ran.status == 2 || ran.status == 3, "{ran}");
        let kind = ran.json_error()["kind"].clone();
        assert_eq!(kind, if ran.status == 2 { "usage" } else { "refused" }, "{ran}");
    }
}
