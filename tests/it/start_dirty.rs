//! `start` in the middle of something else: nobody's work is touched.

use crate::support::{Except, Repo, Shop};

/// A shop in the middle of a feature, with every kind of unfinished work.
fn busy_shop() -> Shop {
    let shop = Shop::build().file(".gitignore", "target/\n").go();
    shop.git(["switch", "-q", "-c", "feature/search", "develop"]);
    shop.write("src/search.rs", "// staged\n");
    shop.git(["add", "src/search.rs"]);
    shop.write("src/search.rs", "// staged, then changed again\n");
    shop.write("README.md", "# Changed\n");
    shop.write("src/new.rs", "// untracked\n");
    shop.write("target/built", "ignored\n");
    shop
}

#[test]
fn a_dirty_tree_stays_and_the_work_happens_in_a_worktree_beside() {
    let shop = busy_shop();
    let work = shop.work();
    let hotfix = shop.start("fix-login-crash");
    work.still_holds();
    assert_eq!(hotfix.dir, shop.world.root.join("shop.hotfix-fix-login-crash"));
    assert_eq!(hotfix.git(["status", "--porcelain"]), "");
    assert_eq!(hotfix.tip(), shop.tip("main"));

    let hotfix = hotfix.fix_login().answer_all();
    work.still_holds();
    hotfix.finish().ok();
    work.still_holds();
    shop.has_exactly(&["main", "develop"], &["v1.2.0", "v1.2.1"]);
    assert!(!hotfix.dir.exists(), "the worktree that start made should be gone");
}

#[test]
fn the_worktree_and_what_it_lacks_are_said() {
    let shop = busy_shop();
    let ran = shop.hotfix(["start", "fix-login-crash"]);
    ran.ok().says("shop.hotfix-fix-login-crash").says("target");
}

#[test]
fn a_merge_in_progress_stays_in_progress() {
    let shop = Shop::new();
    shop.git(["switch", "-q", "-c", "feature/cart", "main~1"]);
    shop.commit("src/login.rs", "// theirs\n");
    shop.git(["switch", "-q", "-c", "feature/other", "main"]);
    shop.commit("src/login.rs", "// ours\n");
    assert!(!shop.git_agrees(["merge", "-q", "feature/cart"]), "this merge should conflict");
    let work = shop.work();
    let hotfix = shop.start("fix-login-crash");
    assert_ne!(hotfix.dir, shop.dir);
    work.still_holds();
    hotfix.fix_login().answer_all().finish().ok();
    work.still_holds();
}

#[test]
fn a_rebase_in_progress_stays_in_progress() {
    let shop = Shop::new();
    shop.git(["switch", "-q", "-c", "feature/cart", "main~1"]);
    shop.commit("src/login.rs", "// theirs\n");
    shop.git(["switch", "-q", "-c", "feature/other", "main"]);
    shop.commit("src/login.rs", "// ours\n");
    assert!(!shop.git_agrees(["rebase", "-q", "feature/cart"]), "this rebase should conflict");
    let work = shop.work();
    let hotfix = shop.start("fix-login-crash");
    assert_ne!(hotfix.dir, shop.dir);
    work.still_holds();
}

#[test]
fn untracked_files_alone_are_left_where_they_are() {
    let shop = Shop::new();
    shop.write("notes.txt", "mine\n");
    let hotfix = shop.start("fix-login-crash").fix_login().answer_all();
    assert_eq!(shop.read("notes.txt"), "mine\n");
    hotfix.finish().ok();
    assert_eq!(shop.read("notes.txt"), "mine\n");
    assert!(!shop.remote().git_agrees(["cat-file", "-e", "refs/heads/main:notes.txt"]));
}

#[test]
fn a_worktree_can_be_asked_for_and_placed() {
    let shop = Shop::new();
    let place = shop.world.root.join("elsewhere");
    let hotfix = shop.start_with("fix-login-crash", &[&format!("--worktree={}", place.display())]);
    assert_eq!(hotfix.dir, place);
    assert_eq!(shop.current_branch().as_deref(), Some("main"));
}

#[test]
fn carrying_takes_the_changes_along() {
    let shop = Shop::new();
    shop.write("README.md", "# Changed\n");
    let hotfix = shop.start_with("fix-login-crash", &["--carry"]);
    assert_eq!(hotfix.dir, shop.dir);
    assert_eq!(shop.read("README.md"), "# Changed\n");
}

#[test]
fn changes_that_cannot_be_carried_stop_the_start_before_anything_is_recorded() {
    let shop = Shop::new();
    shop.git(["switch", "-q", "develop"]);
    shop.commit("src/login.rs", "// rewritten\n");
    shop.write("src/login.rs", "// half an idea\n");
    let before = shop.snapshot();
    let ran = shop.hotfix(["start", "fix-cart", "--carry", "--no-input"]);
    ran.exits(3).says("nothing was changed").says("src/login.rs").says("--worktree").says("--stash");
    before.still_holds_except(&[crate::support::Except::Tracking]);
    shop.hotfix(["list"]).ok().says("No hotfix is open.");
    shop.hotfix(["start", "fix-cart", "--worktree", "--no-input"]).ok().does_not_say("Not recorded yet");
}

/// What git finds only when it switches ends the same way: no hotfix is left open.
#[test]
fn a_branch_that_git_does_not_make_leaves_no_open_hotfix() {
    let shop = Shop::new();
    shop.git(["switch", "-q", "develop"]);
    shop.git(["rm", "-q", "src/login.rs"]);
    shop.git(["commit", "-qm", "away"]);
    shop.write("src/login.rs", "// untracked\n");
    let ran = shop.hotfix(["start", "fix-cart", "--no-input"]);
    ran.exits(1).says("nothing was changed").says("--worktree");
    assert_eq!(shop.current_branch().as_deref(), Some("develop"));
    shop.hotfix(["list"]).ok().says("No hotfix is open.");
}

#[test]
fn stashing_keeps_the_changes_in_the_stash() {
    let shop = Shop::new();
    shop.write("README.md", "# Changed\n");
    let hotfix = shop.start_with("fix-login-crash", &["--stash"]);
    assert_eq!(hotfix.dir, shop.dir);
    assert_eq!(shop.git(["status", "--porcelain"]), "");
    assert_eq!(shop.show("stash@{0}", "README.md"), "# Changed");
}

#[test]
fn a_team_can_choose_to_refuse() {
    let shop = Shop::build().file("hotfix.toml", "[start]\nwhen_dirty = \"refuse\"\n").go();
    shop.write("README.md", "# Changed\n");
    let before = shop.snapshot();
    shop.hotfix(["start", "fix-login-crash"]).exits(3);
    before.still_holds_except(&[crate::support::Except::Tracking, crate::support::Except::Record]);
}

#[test]
fn a_directory_in_the_way_of_the_worktree_is_not_touched() {
    let shop = busy_shop();
    let beside = crate::support::Repo::at(&shop.world, shop.world.root.join("shop.hotfix-fix-login-crash"));
    beside.write("precious", "mine\n");
    let ran = shop.hotfix(["start", "fix-login-crash"]);
    ran.exits_with_one_of(&[0, 1, 3]);
    assert_eq!(beside.read("precious"), "mine\n");
    if ran.status != 0 {
        assert!(!shop.has_ref("refs/heads/hotfix/fix-login-crash"), "half-started\n{ran}");
    }
}

#[test]
fn changes_that_a_killed_start_stashed_are_not_forgotten() {
    for fault in ["start: between two steps:2", "start: between two steps:3"] {
        let shop = Shop::new();
        shop.write("README.md", "# Changed\n");
        let args = ["start", "fix-login-crash", "--stash"];
        let killed = shop.call(args).env("HOTFIX_FAULT", fault).run();
        assert_eq!(killed.status, 128 + 9, "{fault}: {killed}");
        assert_eq!(shop.show("stash@{0}", "README.md"), "# Changed");
        shop.hotfix(args).ok().says("git stash pop");
        assert_eq!(shop.current_branch().as_deref(), Some("hotfix/fix-login-crash"));
    }
}

#[test]
fn a_path_that_was_asked_for_and_is_taken_is_refused_before_anything_is_recorded() {
    let shop = Shop::new();
    let root = shop.world.root.clone();
    std::fs::create_dir_all(root.join("taken")).unwrap();
    std::fs::write(root.join("taken/file"), "mine").unwrap();
    std::fs::create_dir_all(root.join("empty")).unwrap();
    let at = |dir: &str| format!("--worktree={}", root.join(dir).display());
    let before = shop.snapshot();
    for args in [&["start", "fix-login-crash", &at("taken")][..], &["start", "x", &at("taken"), "-n"]] {
        shop.hotfix(args).exits(3).says("already exists").says("nothing was changed");
        before.still_holds_except(&[Except::Tracking]);
    }
    shop.hotfix(["start", "fix-login-crash", &at("empty")]).ok();
}

#[test]
fn a_relative_path_is_meant_from_where_one_stands() {
    let shop = Shop::new();
    let below = Repo::at(&shop.world, shop.repo.dir.join("src"));
    below.hotfix(["start", "fix-login-crash", "--worktree=../../beside"]).ok().says("/beside\n");
    let path = below.hotfix(["path", "fix-login-crash"]).ok().stdout.clone();
    assert_eq!(std::path::Path::new(path.trim()), shop.world.root.join("beside").canonicalize().unwrap());
}
