//! Client hooks are policy: they run, and what they refuse is not published.

use crate::support::{Except, Shop};

#[test]
fn a_pre_push_hook_that_refuses_is_obeyed() {
    let shop = Shop::new();
    let hotfix = shop.ready("fix-login-crash");
    shop.hook("pre-push", "echo 'not on a Friday' >&2; exit 1");
    let before = shop.snapshot();
    hotfix.finish().exits_with_one_of(&[1, 3]).says("not on a Friday");
    before.still_holds_except(&[Except::Tracking, Except::Record]);
    shop.hook("pre-push", "exit 0");
    hotfix.finish().ok();
}

#[test]
fn a_pre_push_hook_sees_what_is_pushed() {
    let shop = Shop::new();
    let hotfix = shop.ready("fix-login-crash");
    let seen = shop.world.root.join("seen");
    shop.hook("pre-push", &format!("cat >>'{}'", seen.display()));
    hotfix.finish().ok();
    let seen = std::fs::read_to_string(seen).unwrap();
    assert!(seen.contains("refs/heads/main") && seen.contains("refs/tags/v1.2.1"), "{seen}");
}

#[test]
fn a_commit_message_hook_that_refuses_is_obeyed() {
    let shop = Shop::new();
    let hotfix = shop.ready("fix-login-crash");
    shop.hook("commit-msg", "echo 'no ticket in the message' >&2; exit 1");
    let before = shop.snapshot();
    hotfix.finish().exits_with_one_of(&[1, 3]).says("no ticket in the message");
    before.still_holds_except(&[Except::Tracking, Except::Record]);
}

#[test]
fn a_commit_message_hook_may_add_to_the_message() {
    let shop = Shop::new();
    let hotfix = shop.ready("fix-login-crash");
    shop.hook("commit-msg", "echo 'Change-Id: I0123456789' >>\"$1\"");
    hotfix.finish().ok();
    let message = shop.remote().git(["log", "-1", "--format=%B", "refs/heads/main"]);
    assert!(message.contains("Change-Id: I0123456789"), "{message}");
}

#[test]
fn a_pre_merge_commit_hook_that_refuses_is_obeyed() {
    let shop = Shop::new();
    let hotfix = shop.ready("fix-login-crash");
    shop.hook("pre-merge-commit", "echo 'merging is closed' >&2; exit 1");
    let before = shop.snapshot();
    hotfix.finish().exits_with_one_of(&[1, 3]).says("merging is closed");
    before.still_holds_except(&[Except::Tracking, Except::Record]);
}

#[test]
fn a_pre_commit_hook_of_the_developer_is_not_asked_about_merges() {
    let shop = Shop::new();
    let hotfix = shop.ready("fix-login-crash");
    shop.hook("pre-commit", "echo 'lint failed' >&2; exit 1");
    hotfix.finish().ok();
}

#[test]
fn the_log_runs_no_hooks() {
    let shop = Shop::new();
    for hook in ["pre-commit", "commit-msg", "prepare-commit-msg", "post-commit", "pre-push"] {
        shop.hook(hook, "echo 'a hook ran' >&2; exit 1");
    }
    shop.hotfix(["start", "fix-login-crash"]).ok().does_not_say("a hook ran");
    shop.hotfix(["note", "the session store is empty"]).ok().does_not_say("a hook ran");
    shop.hotfix(["status"]).ok().does_not_say("a hook ran");
}
