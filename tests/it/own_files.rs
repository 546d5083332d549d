//! What is in no commit stays: git counts ignored files as expendable, and whoever writes a branch writes what it
//! ignores, and what it brings.

use crate::support::{Repo, Shop};

const NAME: &str = "fix-login-crash";
const MINE: &str = "two hours of work\n";

/// A shop whose production ignores `local.cfg`.
fn shop_that_ignores(rules: &str) -> Shop {
    let shop = Shop::new();
    shop.colleague_pushes("main", ".gitignore", rules);
    shop.git(["pull", "-q", "--ff-only", "origin", "main"]);
    shop
}

/// The worktree that `start` made beside the clone.
fn worktree(shop: &Shop) -> Repo {
    Repo::at(&shop.world, shop.world.root.join(format!("shop.hotfix-{NAME}")))
}

/// The hotfix in a worktree of its own, with this in its only commit.
fn in_a_worktree(shop: &Shop, more: impl Fn(&Repo)) -> Repo {
    let hotfix = shop.start_with(NAME, &["--worktree"]);
    let at = worktree(shop);
    more(&at);
    hotfix.fix_login().answer_all();
    at
}

#[test]
fn a_branch_that_brings_an_ignored_file_does_not_overwrite_it() {
    for remote in [true, false] {
        let shop = shop_that_ignores("local.cfg\n");
        shop.write("local.cfg", MINE);
        if !remote {
            shop.git(["remote", "remove", "origin"]);
        }
        in_a_worktree(&shop, |at| {
            at.write("local.cfg", "theirs\n");
            at.git(["add", "-f", "local.cfg"]);
            at.git(["commit", "-q", "-m", "Settings"]);
        });
        let ran = shop.finish(NAME);
        assert_eq!(shop.read("local.cfg"), MINE, "{ran}");
        if remote {
            ran.ok().says("was not moved (local.cfg there is in no commit: move it away first)");
        } else {
            ran.exits(1).says("local.cfg here is in no commit");
            assert!(!shop.refs().contains_key("refs/tags/v1.2.1"), "{ran}");
        }
    }
}

#[test]
fn a_target_that_brings_an_ignored_file_does_not_overwrite_it() {
    let shop = shop_that_ignores("local.cfg\n");
    in_a_worktree(&shop, |_| {});
    shop.git(["switch", "-q", "develop"]);
    shop.git(["merge", "-q", "--no-edit", "main"]);
    shop.git(["push", "-q", "origin", "develop"]);
    shop.write("local.cfg", MINE);
    let colleague = shop.clone_of("mallory");
    colleague.git(["switch", "-q", "develop"]);
    colleague.write("local.cfg", "theirs\n");
    colleague.git(["add", "-f", "local.cfg"]);
    colleague.git(["commit", "-q", "-m", "Settings"]);
    colleague.git(["push", "-q", "origin", "develop"]);
    let ran = shop.finish(NAME);
    ran.ok().says("develop is checked out in").says("local.cfg there is in no commit");
    assert_eq!(shop.read("local.cfg"), MINE, "{ran}");
}

#[test]
fn a_worktree_goes_only_without_files_that_the_branch_alone_ignores() {
    for (args, code) in [(vec!["finish", NAME, "-y"], 0), (vec!["abort", NAME, "-y"], 0)] {
        let shop = Shop::new();
        let at = in_a_worktree(&shop, |at| {
            at.write(".gitignore", "*.md\n");
            at.git(["add", ".gitignore"]);
            at.git(["commit", "-q", "-m", "Housekeeping"]);
        });
        at.write("notes/a.md", MINE);
        let ran = shop.hotfix(&args);
        ran.exits(code).says("it has files that are in no commit: notes/");
        assert_eq!(at.read("notes/a.md"), MINE, "{ran}");
    }
    // What production ignores can be made again.
    let shop = shop_that_ignores("target/\n*.log\n");
    let at = in_a_worktree(&shop, |_| {});
    at.write("target/x", "built\n");
    at.write("deep/er/test.log", "built\n");
    shop.finish(NAME).ok();
    assert!(!at.has_file("src"), "it stays");
}

#[test]
fn a_copy_that_was_changed_keeps_its_worktree() {
    for changed in [true, false] {
        let shop = shop_that_ignores(".env\n");
        shop.colleague_pushes("main", "hotfix.toml", "[start]\ncopy = [\".env\"]\n");
        shop.git(["pull", "-q", "--ff-only", "origin", "main"]);
        shop.write(".env", "KEY=1\n");
        let at = in_a_worktree(&shop, |_| {});
        assert_eq!(at.read(".env"), "KEY=1\n");
        if changed {
            at.write(".env", "KEY=1\nFLAG=2\n");
        }
        shop.finish(NAME).ok();
        assert_eq!(at.has_file(".env"), changed);
    }
}

#[test]
fn the_worktree_of_a_merge_goes_only_without_them_as_well() {
    let shop = Shop::new();
    shop.colleague_pushes("develop", "src/login.rs", "// rewritten\n");
    shop.colleague_pushes("develop", ".gitignore", "*.md\n");
    shop.ready(NAME).finish().exits(5);
    let merge = shop.worktree_in_a_merge().expect("no merge in progress");
    merge.write("notes.md", MINE);
    merge.write("src/login.rs", "// rewritten, and the fix is in\n");
    merge.git(["add", "src/login.rs"]);
    let ran = shop.finish(NAME);
    ran.says("it has files that are in no commit: notes.md");
    assert_eq!(merge.read("notes.md"), MINE, "{ran}");
}

#[test]
fn leaving_a_branch_that_untracks_a_file_does_not_overwrite_it() {
    for args in [vec!["abort", NAME, "-y"], vec!["finish", NAME, "-y"]] {
        let shop = Shop::new();
        shop.colleague_pushes("main", "settings.cfg", "base\n");
        let hotfix = shop.start(NAME);
        shop.git(["rm", "-q", "--cached", "settings.cfg"]);
        shop.write(".gitignore", "settings.cfg\n");
        shop.git(["add", ".gitignore"]);
        shop.git(["commit", "-q", "-m", "Untrack"]);
        hotfix.fix_login().answer_all();
        shop.write("settings.cfg", MINE);
        let ran = shop.hotfix(&args);
        assert_eq!(shop.read("settings.cfg"), MINE, "{ran}");
    }
}

#[test]
fn a_branch_that_changes_the_hooks_of_this_clone_is_not_followed() {
    let shop = Shop::new();
    shop.git(["switch", "-q", "develop"]);
    shop.git(["config", "core.hooksPath", ".githooks"]);
    in_a_worktree(&shop, |_| {});
    let colleague = shop.clone_of("mallory");
    colleague.git(["switch", "-q", "develop"]);
    colleague.write(".githooks/post-merge", "#!/bin/sh\ntouch \"$HOME/ran\"\n");
    colleague.git(["add", ".githooks"]);
    colleague.git(["update-index", "--chmod=+x", ".githooks/post-merge"]);
    colleague.git(["commit", "-q", "-m", "Hooks"]);
    colleague.git(["push", "-q", "origin", "develop"]);
    let ran = shop.finish(NAME);
    ran.ok().says("it would change the hooks of this clone, .githooks/post-merge: look at them first");
    assert!(!shop.has_file(".githooks/post-merge"), "{ran}");
}
