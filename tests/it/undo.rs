//! Taking back the last local change; what is public is named and left.

use crate::support::{Except, Shop};

#[test]
fn a_note_is_taken_back_without_being_erased() {
    let shop = Shop::new();
    shop.hotfix(["start", "fix-login-crash"]).ok();
    shop.hotfix(["note", "wrong window"]).ok();
    shop.hotfix(["undo", "--dry-run"]).ok().says("wrong window");
    shop.hotfix(["undo"]).ok();
    shop.hotfix(["timeline"]).ok().does_not_say("wrong window");
    assert!(shop.texts("fix-login-crash").contains(&"wrong window".to_owned()), "the log keeps it");
}

#[test]
fn a_milestone_and_an_answer_can_be_taken_back() {
    let shop = Shop::new();
    let hotfix = shop.start("fix-login-crash").fix_login();
    shop.hotfix(["check", "tests"]).ok();
    shop.hotfix(["undo"]).ok();
    assert_eq!(hotfix.check_state("tests"), "open");
}

#[test]
fn a_start_on_which_nothing_happened_leaves_no_branch() {
    let shop = Shop::new();
    let refs = shop.refs();
    shop.hotfix(["start", "fix-login-crash"]).ok();
    shop.hotfix(["undo"]).ok();
    assert_eq!(shop.current_branch().as_deref(), Some("main"));
    let left: Vec<_> =
        shop.refs().into_iter().filter(|(name, _)| !name.starts_with("refs/incidents/")).collect();
    let before: Vec<_> = refs.into_iter().collect();
    assert_eq!(left, before);
}

#[test]
fn giving_up_can_be_undone() {
    let shop = Shop::new();
    let hotfix = shop.start("fix-login-crash").fix_login();
    let tip = hotfix.tip();
    shop.hotfix(["abort", "-y"]).ok();
    shop.hotfix(["undo"]).ok();
    assert_eq!(shop.rev("refs/heads/hotfix/fix-login-crash"), tip);
    shop.hotfix(["list"]).ok().says("fix-login-crash");
}

#[test]
fn a_release_that_was_not_pushed_goes_back() {
    let shop = Shop::new();
    let hotfix = shop.ready("fix-login-crash");
    let main = shop.rev("refs/heads/main");
    let _ = hotfix.finish_with(&["--no-push"]);
    assert_ne!(shop.rev("refs/heads/main"), main);
    shop.hotfix(["undo"]).ok();
    assert_eq!(shop.rev("refs/heads/main"), main);
    assert!(!shop.has_ref("refs/tags/v1.2.1"));
    hotfix.finish().ok();
    shop.has_exactly(&["main", "develop"], &["v1.2.0", "v1.2.1"]);
}

#[test]
fn what_is_public_is_named_and_left() {
    let shop = Shop::new();
    shop.ready("fix-login-crash").finish().ok();
    let before = shop.snapshot();
    shop.hotfix(["undo"]).exits(3).says("hotfix rollback v1.2.1");
    before.still_holds_except(&[Except::Tracking]);
}

#[test]
fn undoing_a_start_goes_back_to_the_branch_one_came_from() {
    let shop = Shop::new();
    shop.git(["switch", "-q", "-c", "feature/cart"]);
    shop.hotfix(["start", "fix-login-crash"]).ok();
    shop.hotfix(["undo", "-n"]).ok().says("feature/cart");
    shop.hotfix(["undo"]).ok();
    assert_eq!(shop.current_branch().as_deref(), Some("feature/cart"));
    // One that is deleted meanwhile is not made again.
    shop.hotfix(["start", "fix-cart"]).ok();
    shop.git(["branch", "-q", "-D", "feature/cart"]);
    shop.hotfix(["undo"]).ok();
    assert_eq!(shop.current_branch().as_deref(), Some("main"));
}

/// The last change was giving up, whatever was finished before and is still open beside it.
#[test]
fn giving_up_is_undone_before_anything_else() {
    let shop = Shop::new();
    shop.ready("fix-login-crash").finish().ok();
    shop.hotfix(["start", "second", "--incident", "new"]).ok();
    shop.hotfix(["abort", "-y"]).ok();
    shop.hotfix(["undo", "-n"]).ok().says("giving up second").does_not_say("rollback");
    shop.hotfix(["start", "third", "--incident", "new"]).ok();
    shop.hotfix(["abort", "second", "-y"]).exits_with_one_of(&[0, 3]);
    shop.hotfix(["abort", "third", "-y"]).ok();
    shop.hotfix(["undo"]).ok().says("giving up third");
    assert!(shop.has_ref("refs/heads/hotfix/third"));
    // What was written since comes first.
    shop.hotfix(["abort", "third", "-y"]).ok();
    shop.hotfix(["note", "seen again", "--hotfix", "fix-login-crash"]).ok();
    shop.hotfix(["undo", "-n"]).ok().says("seen again");
}
