//! `abort`: giving up loses nothing.

use crate::support::{Except, Shop};

#[test]
fn the_tip_stays_reachable_and_the_log_is_closed() {
    let shop = Shop::new();
    let remote = shop.remote_refs();
    let hotfix = shop.start("fix-login-crash").fix_login();
    let (tip, id) = (hotfix.tip(), hotfix.status()["hotfix"]["id"].as_str().unwrap().to_owned());
    shop.hotfix(["abort", "-y", "-m", "a flag was faster"]).ok();
    let kept = format!("refs/incidents/{id}/keep/");
    let refs = shop.refs();
    let found = refs.iter().any(|(name, oid)| name.starts_with(&kept) && *oid == tip);
    assert!(found, "nothing under {kept} holds the branch's tip: {refs:?}");
    assert!(!hotfix.has_branch());
    assert_eq!(shop.remote_refs(), remote);
    let events = shop.events("fix-login-crash");
    let cancelled =
        events.iter().find(|event| event["kind"] == "cancelled").expect("no event says cancelled");
    assert!(cancelled["text"].as_str().unwrap().contains("a flag was faster"), "{cancelled}");
    assert_eq!(shop.git(["status", "--porcelain"]), "");
}

#[test]
fn it_is_not_open_any_more_but_still_listed_with_all() {
    let shop = Shop::new();
    shop.start("fix-login-crash").fix_login();
    shop.hotfix(["abort", "fix-login-crash", "-y"]).ok();
    shop.hotfix(["list"]).ok().does_not_say("fix-login-crash");
    shop.hotfix(["list", "--all"]).ok().says("fix-login-crash").says("cancelled");
    assert!(shop.hotfix(["status", "--json"]).json()["hotfix"].is_null());
    shop.hotfix(["postmortem", "fix-login-crash", "--output", "-"]).ok();
}

#[test]
fn the_name_is_free_again() {
    let shop = Shop::new();
    shop.start("fix-login-crash").fix_login();
    shop.hotfix(["abort", "-y"]).ok();
    let hotfix = shop.start("fix-login-crash");
    assert_eq!(hotfix.tip(), shop.tip("main"));
    assert_eq!(shop.logs().len(), 2, "a second incident, a second log");
}

#[test]
fn uncommitted_work_is_not_lost() {
    let shop = Shop::new();
    let hotfix = shop.start("fix-login-crash").fix_login();
    hotfix.write("src/cart.rs", "// half an idea\n");
    hotfix.write("notes.txt", "mine\n");
    let ran = shop.hotfix(["abort", "-y"]);
    ran.exits_with_one_of(&[0, 3]);
    let stashed = shop.git_call(["stash", "show", "-p", "--include-untracked"]).run().stdout;
    let carried = hotfix.has_file("src/cart.rs") && hotfix.read("src/cart.rs").contains("half an idea");
    assert!(carried || stashed.contains("half an idea"), "an edit was lost\n{ran}");
    assert!(hotfix.has_file("notes.txt") || stashed.contains("mine"), "a file was lost\n{ran}");
}

#[test]
fn the_worktree_that_start_made_is_removed_when_clean() {
    let shop = Shop::new();
    shop.write("README.md", "# Changed\n");
    let work = shop.work();
    let hotfix = shop.start("fix-login-crash").fix_login();
    let place = hotfix.dir.clone();
    shop.hotfix(["abort", "fix-login-crash", "-y"]).ok();
    assert!(!place.exists());
    work.still_holds();
}

#[test]
fn a_dry_run_changes_nothing() {
    let shop = Shop::new();
    shop.start("fix-login-crash").fix_login();
    let before = shop.snapshot();
    shop.hotfix(["abort", "--dry-run"]).ok().says("hotfix/fix-login-crash");
    before.still_holds_except(&[Except::Tracking]);
}

#[test]
fn what_is_released_cannot_be_given_up() {
    let shop = Shop::new();
    let hotfix = shop.ready("fix-login-crash");
    shop.refuse_updates_of("refs/heads/develop");
    hotfix.finish().exits(8);
    let before = shop.snapshot();
    shop.hotfix(["abort", "fix-login-crash", "-y"]).exits(3).says("hotfix ");
    before.still_holds_except(&[Except::Tracking, Except::Record]);
}

#[test]
fn without_a_hotfix_there_is_nothing_to_give_up() {
    let shop = Shop::new();
    let before = shop.snapshot();
    shop.hotfix(["abort", "-y"]).exits(2);
    shop.hotfix(["abort", "fix-login-crash", "-y"]).exits(2);
    before.still_holds();
}

#[test]
fn the_branch_on_the_remote_is_left_to_its_owners_or_deleted_with_a_lease() {
    let shop = Shop::new();
    shop.start("fix-login-crash").fix_login().published();
    let theirs = shop.colleague_pushes("hotfix/fix-login-crash", "tests/login.rs", "// their test\n");
    let _ = shop.hotfix(["abort", "fix-login-crash", "-y"]);
    assert_eq!(shop.tip("hotfix/fix-login-crash"), theirs, "a colleague's commit was deleted");
}

#[test]
fn a_published_branch_of_our_own_goes_with_the_hotfix_and_colleagues_see_it_closed() {
    let (shop, colleague) = Shop::shared("fix-login-crash");
    let tip = shop.tip("hotfix/fix-login-crash");
    shop.hotfix(["abort", "fix-login-crash", "--dry-run"]).ok().says("hotfix/fix-login-crash on origin");
    assert_eq!(shop.tip("hotfix/fix-login-crash"), tip);
    shop.hotfix(["abort", "fix-login-crash", "-y"]).ok();
    assert!(!shop.remote_refs().contains_key("refs/heads/hotfix/fix-login-crash"));
    shop.hotfix(["sync", "-y"]).ok();
    let synced = colleague.hotfix(["sync", "-y"]);
    synced.ok();
    assert!(!synced.stderr.contains("given up"), "{synced}");
    colleague.hotfix(["list"]).ok().says("No hotfix is open");
    colleague.hotfix(["list", "--all"]).ok().says("cancelled");
    // Nothing is lost.
    let kept = shop.git(["for-each-ref", "--format=%(objectname) %(refname)", "refs/incidents"]);
    assert!(kept.lines().any(|line| line.starts_with(&tip) && line.ends_with("keep/aborted")), "{kept}");
}

#[test]
fn a_colleague_who_gives_it_up_leaves_the_branch_to_its_owner() {
    let (shop, colleague) = Shop::shared("fix-login-crash");
    let tip = shop.tip("hotfix/fix-login-crash");
    colleague.git(["checkout", "-q", "hotfix/fix-login-crash"]);
    colleague.hotfix(["abort", "fix-login-crash", "-y"]).ok().says("stays on origin");
    assert_eq!(shop.tip("hotfix/fix-login-crash"), tip);
}

#[test]
fn a_remote_that_keeps_the_branch_does_not_stop_it() {
    let shop = Shop::new();
    shop.start("fix-login-crash").fix_login().published();
    shop.remote().git(["config", "receive.denyDeletes", "true"]);
    shop.hotfix(["abort", "fix-login-crash", "-y"]).ok().says("git push --force-with-lease");
    shop.hotfix(["list", "--all"]).ok().says("cancelled");
}

#[test]
fn it_goes_back_to_where_one_came_from_and_names_the_stash() {
    let shop = Shop::new();
    shop.git(["switch", "-q", "develop"]);
    shop.write("README.md", "# Changed\n");
    shop.hotfix(["start", "fix-cart", "--stash", "--no-input"]).ok();
    shop.hotfix(["abort", "fix-cart", "-y"]).ok().says("git stash pop --index");
    assert_eq!(shop.current_branch().as_deref(), Some("develop"));
}

#[test]
fn of_a_start_without_a_branch_no_commit_is_spoken_of_and_nothing_is_to_be_continued() {
    let shop = Shop::new();
    let mut left = shop.terminal(&["start", "fix-cart"]);
    left.waits_for("What is broken?")
        .types("carts\r")
        .waits_for("What do users see?")
        .types("\u{3}")
        .exits(130);
    let mut terminal = shop.terminal(&["abort", "fix-cart"]);
    terminal
        .waits_for("Give up fix-cart?")
        .types("\u{3}")
        .waits_for("interrupted; nothing was changed")
        .exits(130);
    assert!(!terminal.screen().contains("stay reachable"), "{}", terminal.screen());
}

#[test]
fn every_place_names_the_command_that_takes_it_up_again() {
    let shop = Shop::new();
    let hotfix = shop.start("fix-login-crash").fix_login();
    let (tip, line) = (hotfix.tip(), "hotfix undo fix-login-crash");
    shop.hotfix(["abort", "-y"]).ok().says(line).does_not_say("git switch -c");
    shop.hotfix(["finish", "fix-login-crash", "-y"]).exits(3).says("was given up").says(line);
    shop.hotfix(["status", "fix-login-crash"]).ok().says(line);
    shop.hotfix(["undo", "fix-login-crash"]).ok();
    assert_eq!(hotfix.tip(), tip);
}

#[test]
fn what_is_released_is_answered_with_the_way_back() {
    let shop = Shop::new();
    shop.ready("fix-login-crash").finish().ok();
    shop.hotfix(["abort", "fix-login-crash", "-y"]).exits(3).says("is public").says("hotfix rollback v1.2.1");
}
