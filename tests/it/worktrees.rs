//! Other worktrees stand where they stand: no branch is moved under anybody's feet.

use crate::support::{Repo, Shop};

/// A second worktree of the shop on `branch`.
fn beside(shop: &Shop, branch: &str) -> Repo {
    let place = shop.world.root.join(format!("on-{branch}"));
    shop.git(["worktree", "add", "-q", &place.to_string_lossy(), branch]);
    Repo::at(&shop.world, place)
}

#[test]
fn develop_checked_out_elsewhere_is_not_moved_there() {
    let shop = Shop::new();
    let other = beside(&shop, "develop");
    other.write("src/search.rs", "// half an idea\n");
    let work = other.work();
    let old_develop = shop.tip("develop");
    let ran = shop.ready("fix-login-crash").finish();
    ran.ok();
    work.still_holds();
    assert_eq!(other.rev("HEAD"), old_develop);
    shop.got_the_fix("develop", &old_develop);
    assert!(ran.said("on-develop"), "it should print the line that brings that worktree up to date\n{ran}");
}

#[test]
fn production_checked_out_elsewhere_is_not_moved_there() {
    let shop = Shop::new();
    let old = shop.tip("main");
    let hotfix = shop.ready("fix-login-crash");
    let fix = hotfix.tip();
    let other = beside(&shop, "main");
    let work = other.work();
    hotfix.finish().ok();
    work.still_holds();
    assert_eq!(other.rev("HEAD"), old);
    shop.is_released("v1.2.1", &old, &fix);
    assert_eq!(shop.current_branch(), None, "this worktree detaches, main being taken elsewhere");
    assert_eq!(shop.rev("HEAD"), shop.tip("main"));
    assert!(!hotfix.has_branch());
}

#[test]
fn a_release_branch_checked_out_elsewhere_is_not_moved_there() {
    let shop = Shop::build().release("release/1.3.0").go();
    let place = shop.world.root.join("on-release");
    shop.git([
        "worktree",
        "add",
        "-q",
        "-b",
        "release/1.3.0",
        &place.to_string_lossy(),
        "origin/release/1.3.0",
    ]);
    let work = Repo::at(&shop.world, &place).work();
    let old = shop.tip("release/1.3.0");
    shop.ready("fix-login-crash").finish().ok();
    work.still_holds();
    shop.got_the_fix("release/1.3.0", &old);
}

#[test]
fn the_hotfix_branch_checked_out_twice_over_is_respected() {
    let shop = Shop::new();
    let place = shop.world.root.join("mine");
    let hotfix = shop.start_with("fix-login-crash", &[&format!("--worktree={}", place.display())]);
    let hotfix = hotfix.fix_login().answer_all();
    hotfix.write("src/cart.rs", "// not committed\n");
    let work = hotfix.work();
    hotfix.finish().exits(3).says("src/cart.rs");
    work.still_holds();
}

#[test]
fn a_worktree_with_untracked_files_is_not_removed() {
    let shop = Shop::new();
    let place = shop.world.root.join("mine");
    let hotfix = shop.start_with("fix-login-crash", &[&format!("--worktree={}", place.display())]);
    let hotfix = hotfix.fix_login().answer_all();
    hotfix.write("core.dump", "evidence\n");
    hotfix.finish().ok().says("core.dump");
    assert_eq!(hotfix.read("core.dump"), "evidence\n");
}

#[test]
fn the_current_directory_is_not_pulled_away() {
    let shop = Shop::new();
    let place = shop.world.root.join("mine");
    let hotfix = shop.start_with("fix-login-crash", &[&format!("--worktree={}", place.display())]);
    let hotfix = hotfix.fix_login().answer_all();
    hotfix.hotfix(["finish", "-y"]).ok().says("git worktree remove");
    assert!(place.is_dir());
    assert!(!hotfix.has_branch());
    assert_eq!(hotfix.git(["status", "--porcelain"]), "");
}

#[test]
fn finishing_from_elsewhere_leaves_that_place_alone() {
    let shop = Shop::new();
    let place = shop.world.root.join("mine");
    let hotfix = shop.start_with("fix-login-crash", &[&format!("--worktree={}", place.display())]);
    let hotfix = hotfix.fix_login().answer_all();
    shop.git(["switch", "-q", "-c", "feature/cart", "develop"]);
    shop.write("src/search.rs", "// half an idea\n");
    let work = shop.work();
    hotfix.finish().ok();
    work.still_holds();
    assert!(!place.exists());
}

#[test]
fn edits_on_production_that_do_not_collide_stay_and_those_that_do_are_safe() {
    for (path, text) in [("README.md", "# My own title\n"), ("src/login.rs", "// my own idea\n")] {
        let shop = Shop::new();
        let place = shop.world.root.join("mine");
        let hotfix = shop.start_with("fix-login-crash", &[&format!("--worktree={}", place.display())]);
        let hotfix = hotfix.fix_login().answer_all();
        shop.write(path, text);
        hotfix.finish().ok();
        assert_eq!(shop.read(path), text, "an edit nobody committed was lost");
        shop.has_exactly(&["main", "develop"], &["v1.2.0", "v1.2.1"]);
    }
}

/// Where production has the very files of the fix, HEAD is moved without a checkout: nobody may
/// notice, the reflog included. A hook that wants to know of checkouts is told.
#[test]
fn leaving_the_branch_looks_like_a_checkout() {
    for hook in [false, true] {
        let shop = Shop::new();
        let hotfix = shop.ready("fix-login-crash");
        if hook {
            shop.hook("post-checkout", "echo \"$1 $2 $3\" >>\"$(git rev-parse --git-dir)/told\"");
        }
        let tip = hotfix.tip();
        hotfix.finish().ok();
        assert_eq!(shop.current_branch().as_deref(), Some("main"));
        assert_eq!(shop.git(["status", "--porcelain"]), "");
        assert_eq!(shop.rev("HEAD@{1}"), tip);
        assert_eq!(shop.common_dir().join("told").exists(), hook);
        let told = shop.git(["log", "-g", "-1", "--format=%gs", "HEAD"]);
        assert_eq!(told, "checkout: moving from hotfix/fix-login-crash to main");
    }
}

#[test]
fn hooks_that_a_worktree_does_not_get_are_named() {
    for hooks in [".husky/_", "tools/hooks"] {
        let shop = Shop::new();
        shop.write(".git/info/exclude", &format!("{hooks}\n"));
        shop.world.write_program(&shop.dir.join(hooks).join("pre-commit"), "#!/bin/sh\nexit 0\n");
        shop.git(["config", "core.hooksPath", hooks]);
        shop.write("README.md", "# dirty\n");
        shop.hotfix(["start", "fix-login-crash"]).ok().says(hooks).says("core.hooksPath");
    }
    let shop = Shop::build().file("hooks/pre-commit", "#!/bin/sh\nexit 0\n").go();
    shop.git(["config", "core.hooksPath", "hooks"]);
    shop.write("README.md", "# dirty\n");
    shop.hotfix(["start", "fix-login-crash"]).ok().does_not_say("core.hooksPath");
}

#[test]
fn worktrees_are_not_duplicated() {
    let shop = Shop::new();
    let count = || shop.git(["worktree", "list", "--porcelain"]).matches("worktree ").count();
    shop.colleague_pushes("develop", "src/login.rs", "// rewritten\n");
    let hotfix = shop.start_with("fix-login-crash", &["--worktree"]).fix_login().answer_all();
    assert_eq!(count(), 2);
    for flags in [&[][..], &["--worktree"], &["--worktree=../another"], &["--no-input"]] {
        let ran = shop.hotfix([&["start", "fix-login-crash"], flags].concat());
        ran.exits_with_one_of(&[0, 2, 3]).says(&hotfix.dir.display().to_string());
        assert_eq!(count(), 2, "{flags:?}");
    }
    for _ in 0..3 {
        shop.finish("fix-login-crash").exits(5).says("src/login.rs");
        assert_eq!(count(), 3, "one for the merge, however often it is tried");
    }
}

#[test]
fn a_merge_that_was_given_up_is_left_in_the_same_worktree_again() {
    let shop = Shop::new();
    shop.colleague_pushes("develop", "src/login.rs", "// rewritten\n");
    let hotfix = shop.ready("fix-login-crash");
    hotfix.finish().exits(5);
    let merge = shop.worktree_in_a_merge().unwrap();
    merge.git(["merge", "--abort"]);
    hotfix.finish().exits(5);
    let again = shop.worktree_in_a_merge().unwrap();
    assert_eq!(again.dir, merge.dir);
    assert_eq!(shop.worktrees().len(), 2, "the shop and this one");
    again.write("src/login.rs", "// rewritten, and the fix is in\n");
    again.git(["add", "src/login.rs"]);
    hotfix.finish().ok();
    assert_eq!(shop.worktrees().len(), 1);
}
