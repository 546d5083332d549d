//! A fix for an old release: its line, its tag, and the way forward to production.

use crate::support::{Except, Shop};

/// v1.2.0 is old; production is at v2.0.0.
fn shop_with_an_old_line() -> Shop {
    let shop = Shop::new();
    shop.git(["push", "-q", "origin", "v1.2.0^{commit}:refs/heads/support/1.2"]);
    shop.commit("src/two.rs", "// two\n");
    shop.git(["tag", "-a", "-m", "v2.0.0", "v2.0.0"]);
    shop.git(["push", "-q", "origin", "main", "v2.0.0"]);
    shop
}

#[test]
fn an_old_release_is_fixed_on_its_own_line_and_ported_forward() {
    let shop = shop_with_an_old_line();
    let (line, main, develop) = (shop.tip("support/1.2"), shop.tip("main"), shop.tip("develop"));
    let hotfix = shop.start_with("fix-login-crash", &["--from", "v1.2.0"]).fix_login().answer_all();
    let fix = hotfix.tip();
    assert_eq!(hotfix.status()["steps"][6]["detail"], "main, develop");
    hotfix.finish().ok();
    shop.has_exactly(&["main", "develop", "support/1.2"], &["v1.2.0", "v1.2.1", "v2.0.0"]);
    let remote = shop.remote();
    assert_eq!(remote.rev("refs/tags/v1.2.1^{commit}"), shop.tip("support/1.2"));
    assert_eq!(remote.parents("refs/heads/support/1.2")[0], line);
    for (branch, old) in [("main", main), ("develop", develop)] {
        let tip = format!("refs/heads/{branch}");
        assert_eq!(remote.parents(&tip), [old], "one commit on top, no merge of the old line");
        assert!(
            remote
                .git(["log", "-1", "--format=%B", &tip])
                .contains(&format!("cherry picked from commit {fix}"))
        );
        assert_eq!(remote.show(&tip, "src/login.rs"), remote.show("refs/tags/v1.2.1", "src/login.rs"));
    }
    assert!(!remote.git(["ls-tree", "-r", "--name-only", "refs/tags/v1.2.1"]).contains("src/two.rs"));
}

#[test]
fn production_can_be_left_out_and_the_line_cannot() {
    let shop = shop_with_an_old_line();
    let (main, develop) = (shop.tip("main"), shop.tip("develop"));
    shop.start_with("fix-login-crash", &["--from", "v1.2.0"]).fix_login().answer_all();
    shop.hotfix(["finish", "--skip", "support/1.2=no"])
        .exits(2)
        .says("support/1.2 is the line of this hotfix");
    assert!(!shop.remote_refs().contains_key("refs/tags/v1.2.1"));
    let skips = ["--skip", "main=v2 has no login", "--skip", "develop=v2 has no login"];
    shop.hotfix([&["finish", "-y"][..], &skips].concat()).ok();
    assert!(shop.remote_refs().contains_key("refs/tags/v1.2.1"));
    assert_eq!((shop.tip("main"), shop.tip("develop")), (main, develop));
}

#[test]
fn a_dry_run_names_the_line_as_the_run_does() {
    let shop = shop_with_an_old_line();
    let args = ["start", "fix-login-crash", "--from", "v1.2.0", "--dry-run"];
    shop.hotfix(args).ok().says("hotfix/fix-login-crash from support/1.2 at");
    shop.hotfix(&args[..4]).ok().says("from support/1.2 at");
}

#[test]
fn a_line_that_nobody_maintains_is_offered() {
    let shop = shop_with_an_old_line();
    shop.git(["push", "-q", "origin", ":refs/heads/support/1.2"]);
    let before = shop.snapshot();
    shop.hotfix(["start", "x", "--from", "v1.2.0"]).exits(3).says("refs/heads/support/1.2");
    before.still_holds_except(&[Except::Tracking]);
}

#[test]
fn the_newest_release_of_the_line_is_the_one_to_start_from() {
    let shop = shop_with_an_old_line();
    shop.start_with("first", &["--from", "v1.2.0"]).fix_login().answer_all().finish().ok();
    shop.hotfix(["start", "second", "--from", "v1.2.0"]).exits(3).says("--from v1.2.1");
    // What going back would undo is about the line, not about production's newest release.
    shop.hotfix(["start", "second", "--from", "v1.2.1"])
        .ok()
        .says("hotfix rollback v1.2.1 --to v1.2.0 --dry-run");
    shop.hotfix(["rollback", "v1.2.1", "--to", "v1.2.0", "--dry-run"]).ok();
}

#[test]
fn productions_own_release_is_no_line() {
    let shop = shop_with_an_old_line();
    let hotfix = shop.start_with("fix-login-crash", &["--from", "v2.0.0"]).fix_login().answer_all();
    hotfix.finish().ok();
    shop.has_exactly(&["main", "develop", "support/1.2"], &["v1.2.0", "v2.0.0", "v2.0.1"]);
}

#[test]
fn what_is_no_release_is_a_usage_error() {
    let shop = shop_with_an_old_line();
    let before = shop.snapshot();
    shop.hotfix(["start", "x", "--from", "v9.9.9"]).exits(2);
    shop.hotfix(["start", "x", "--line"]).exits(2);
    before.still_holds_except(&[Except::Tracking]);
}

#[test]
fn a_port_that_conflicts_waits_for_a_human_and_holds_up_nobody() {
    let shop = shop_with_an_old_line();
    shop.colleague_pushes("develop", "src/login.rs", "// rewritten\n");
    let hotfix = shop.start_with("fix-login-crash", &["--from", "v1.2.0"]).fix_login().answer_all();
    let ran = hotfix.finish();
    ran.exits(5).says("develop");
    assert!(shop.remote_refs().contains_key("refs/tags/v1.2.1"));
    let place = shop.world.root.join("shop.merge-back-develop");
    let place = crate::support::Repo::at(&shop.world, &place);
    place.write("src/login.rs", "// rewritten, and fixed\n");
    place.git(["add", "src/login.rs"]);
    shop.hotfix(["finish", "fix-login-crash", "-y"]).ok();
    assert_eq!(shop.remote().show("refs/heads/develop", "src/login.rs").trim(), "// rewritten, and fixed");
}

#[test]
fn a_target_without_common_history_gets_the_commits_one_by_one() {
    let shop = Shop::new();
    // develop was imported: same files, no history in common.
    shop.git(["checkout", "-q", "--orphan", "imported"]);
    shop.git(["commit", "-q", "-m", "import"]);
    shop.git(["push", "-q", "-f", "origin", "imported:refs/heads/develop"]);
    shop.git(["checkout", "-q", "main"]);
    let develop = shop.tip("develop");
    let hotfix = shop.ready("fix-login-crash");
    let plan = hotfix.plan();
    let back = plan["targets"].as_array().unwrap().iter().find(|t| t["branch"] == "develop").unwrap();
    assert_eq!(back["method"], "cherry-pick", "{plan:#}");
    hotfix.finish().ok();
    assert_eq!(shop.remote().parents("refs/heads/develop"), [develop]);
}

/// `release/1.2` is no pattern of `branches.lines`; once v1.2.0 is out, it is what maintains it.
#[test]
fn a_branch_that_is_called_like_the_line_and_has_it_is_the_line() {
    let shop = shop_with_an_old_line();
    shop.git(["push", "-q", "origin", ":refs/heads/support/1.2", "v1.2.0^{commit}:refs/heads/release/1.2"]);
    shop.hotfix(["start", "x", "--from", "v1.2.0", "-n"]).ok().says("from release/1.2 at");
    shop.start_with("fix-login-crash", &["--from", "1.2.0"]).fix_login().answer_all().finish().ok();
    assert_eq!(shop.remote().rev("refs/tags/v1.2.1^{commit}"), shop.tip("release/1.2"));
    assert!(!shop.remote_refs().contains_key("refs/heads/support/1.2"));
}

/// One that goes on to another version, or does not have the release, is none.
#[test]
fn a_branch_of_another_number_is_not_the_line() {
    let shop = shop_with_an_old_line();
    shop.git(["push", "-q", "origin", ":refs/heads/support/1.2", "v1.2.0^{commit}:refs/heads/release/1.20"]);
    shop.hotfix(["start", "x", "--from", "v1.2.0"]).exits(3).says("no branch maintains the line");
}

#[test]
fn a_line_can_be_named_by_its_branch() {
    for branch in ["support/1.2", "release/1.2"] {
        let shop = shop_with_an_old_line();
        shop.git(["push", "-q", "origin", ":refs/heads/support/1.2"]);
        shop.git(["push", "-q", "origin", &format!("v1.2.0^{{commit}}:refs/heads/{branch}")]);
        for typed in [branch.to_owned(), format!("origin/{branch}")] {
            let ran = shop.hotfix(["start", "x", "--from", &typed, "-n"]);
            ran.ok().says(&format!("from {branch} at"));
        }
    }
}

#[test]
fn a_line_that_was_found_by_its_name_is_the_same_in_another_clone() {
    let shop = shop_with_an_old_line();
    shop.git(["push", "-q", "origin", "v1.2.0^{commit}:refs/heads/release/1.2", ":refs/heads/support/1.2"]);
    let hotfix = shop.start_with("fix-login-crash", &["--from", "v1.2.0"]).fix_login();
    hotfix.answer_all().published();
    shop.hotfix(["sync", "-y"]).ok();
    let grace = shop.clone_of("grace");
    let synced = grace.hotfix(["sync", "-y"]);
    assert!(!synced.ok().stderr.contains("contradicts"), "{synced}");
    grace.hotfix(["finish", "fix-login-crash", "--dry-run"]).says("release/1.2").does_not_say("contradicts");
}
