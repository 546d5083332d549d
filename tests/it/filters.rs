//! Files that are stored in another form than they are worked with: clean and smudge filters (Git
//! LFS is one), line ends, and merge drivers.

use crate::support::{FIXED_LOGIN, Shop, require};

/// A shop whose `*.asset` files are stored in capitals and worked with in small letters.
fn filtered_shop() -> Shop {
    let shop = Shop::new();
    let script = |name: &str, from: &str, to: &str| {
        let path = shop.world.root.join("home").join(name);
        shop.world.write_program(&path, &format!("#!/bin/sh\nexec tr '{from}' '{to}'\n"));
        path.display().to_string()
    };
    let (clean, smudge) = (script("clean", "a-z", "A-Z"), script("smudge", "A-Z", "a-z"));
    shop.git(["config", "filter.shout.clean", &clean]);
    shop.git(["config", "filter.shout.smudge", &smudge]);
    shop.git(["config", "filter.shout.required", "true"]);
    for branch in ["develop", "main"] {
        shop.git(["switch", "-q", branch]);
        shop.commit(".gitattributes", "*.asset filter=shout\n");
        shop.commit("logo.asset", "one\ntwo\nthree\n");
    }
    shop.git(["push", "-q", "origin", "main", "develop"]);
    shop
}

#[test]
fn what_a_filter_stores_is_what_is_released() {
    let shop = filtered_shop();
    let hotfix = shop.start("fix-logo").fix("logo.asset", "one\ntwo\nfixed\n").answer_all();
    hotfix.finish().ok();
    for branch in ["refs/heads/main", "refs/heads/develop"] {
        assert_eq!(shop.remote().show(branch, "logo.asset"), "ONE\nTWO\nFIXED");
    }
    assert_eq!(shop.read("logo.asset"), "one\ntwo\nfixed\n", "the working tree has it as one works with it");
    assert_eq!(shop.git(["status", "--porcelain"]), "");
}

#[test]
fn a_worktree_is_made_with_the_filter() {
    let shop = filtered_shop();
    let place = shop.world.root.join("mine");
    let hotfix = shop.start_with("fix-logo", &[&format!("--worktree={}", place.display())]);
    assert_eq!(hotfix.read("logo.asset"), "one\ntwo\nthree\n");
    let hotfix = hotfix.fix("logo.asset", "one\ntwo\nfixed\n").answer_all();
    hotfix.finish().ok();
    assert_eq!(shop.remote().show("refs/heads/main", "logo.asset"), "ONE\nTWO\nFIXED");
    assert!(!place.exists());
}

#[test]
fn a_conflict_is_resolved_in_the_form_one_works_with() {
    let shop = filtered_shop();
    shop.git(["switch", "-q", "develop"]);
    shop.commit("logo.asset", "one\nother\nthree\n");
    shop.git(["push", "-q", "origin", "develop"]);
    shop.git(["switch", "-q", "main"]);
    let hotfix = shop.start("fix-logo").fix("logo.asset", "one\nfixed\nthree\n").answer_all();
    hotfix.finish().exits(5).says("logo.asset");
    let merge = shop.worktree_in_a_merge().expect("no merge in progress");
    merge.write("logo.asset", "one\nboth\nthree\n");
    merge.git(["add", "logo.asset"]);
    hotfix.finish().ok();
    assert_eq!(shop.remote().show("refs/heads/develop", "logo.asset"), "ONE\nBOTH\nTHREE");
}

#[test]
fn a_required_filter_that_is_missing_does_not_stop_the_release() {
    let shop = filtered_shop();
    let hotfix = shop.start("fix-logo").fix("logo.asset", "one\ntwo\nfixed\n").answer_all();
    shop.git(["config", "filter.shout.smudge", "/nowhere/at/all"]);
    let ran = hotfix.finish();
    ran.ok();
    for branch in ["refs/heads/main", "refs/heads/develop"] {
        assert_eq!(shop.remote().show(branch, "logo.asset"), "ONE\nTWO\nFIXED");
    }
}

#[test]
fn git_lfs_pointers_are_released_and_merged_back() {
    if !require("git-lfs") {
        return;
    }
    let shop = Shop::new();
    shop.git(["lfs", "install", "--local"]);
    for branch in ["develop", "main"] {
        shop.git(["switch", "-q", branch]);
        shop.git(["lfs", "track", "*.bin"]);
        shop.git(["add", ".gitattributes"]);
        shop.commit("model.bin", "weights\n");
    }
    shop.git(["push", "-q", "origin", "main", "develop"]);
    let hotfix = shop.start("fix-model").fix("model.bin", "better weights\n").answer_all();
    hotfix.finish().ok();
    for branch in ["refs/heads/main", "refs/heads/develop"] {
        let pointer = shop.remote().show(branch, "model.bin");
        assert!(pointer.starts_with("version https://git-lfs"), "{pointer}");
    }
    assert_eq!(shop.read("model.bin"), "better weights\n");
    assert_eq!(shop.git(["status", "--porcelain"]), "");
    // The pre-push hook of LFS has brought the content to the remote: a fresh clone gets it.
    let colleague = shop.colleague();
    colleague.git(["lfs", "install", "--local"]);
    colleague.git(["lfs", "pull"]);
    assert_eq!(colleague.read("model.bin"), "better weights\n");
}

#[test]
fn line_ends_are_stored_as_git_stores_them() {
    let shop = Shop::new();
    shop.git(["config", "core.autocrlf", "true"]);
    shop.git(["config", "core.safecrlf", "false"]);
    shop.git(["rm", "-q", "--cached", "-r", "."]);
    shop.git(["reset", "-q", "--hard"]);
    assert!(shop.read("src/login.rs").contains("\r\n"));
    let (old, old_develop) = (shop.tip("main"), shop.tip("develop"));
    let hotfix = shop.start("fix-login-crash");
    let hotfix = hotfix.fix("src/login.rs", &FIXED_LOGIN.replace('\n', "\r\n")).answer_all();
    let fix = hotfix.tip();
    hotfix.finish().ok();
    shop.is_released("v1.2.1", &old, &fix);
    shop.got_the_fix("develop", &old_develop);
    let stored = shop.remote().git_call(["show", "refs/heads/develop:src/login.rs"]).run().stdout;
    assert_eq!(stored, FIXED_LOGIN);
    assert_eq!(shop.read("src/login.rs"), FIXED_LOGIN.replace('\n', "\r\n"));
    assert_eq!(shop.git(["status", "--porcelain"]), "");
}

#[test]
fn a_conflict_with_other_line_ends_is_completed() {
    let shop = Shop::new();
    shop.git(["config", "core.autocrlf", "true"]);
    shop.colleague_pushes("develop", "src/login.rs", "// rewritten\n");
    let hotfix = shop.ready("fix-login-crash");
    hotfix.finish().exits(5);
    let merge = shop.worktree_in_a_merge().expect("no merge in progress");
    merge.write("src/login.rs", "// rewritten, and fixed\r\n");
    merge.git(["add", "src/login.rs"]);
    hotfix.finish().ok();
    let stored = shop.remote().git_call(["show", "refs/heads/develop:src/login.rs"]).run().stdout;
    assert_eq!(stored, "// rewritten, and fixed\n");
}

#[test]
fn a_merge_driver_decides_as_it_does_in_git_merge() {
    let shop = Shop::new();
    for branch in ["develop", "main"] {
        shop.git(["switch", "-q", branch]);
        shop.commit(".gitattributes", "*.list merge=both\n");
        shop.commit("words.list", "a\n");
    }
    shop.git(["switch", "-q", "develop"]);
    shop.commit("words.list", "a\ndevelop\n");
    shop.git(["push", "-q", "origin", "main", "develop"]);
    shop.git(["switch", "-q", "main"]);
    let driver = shop.world.root.join("home/driver");
    shop.world
        .write_program(&driver, "#!/bin/sh\nsort -u \"$1\" \"$2\" >\"$1.new\" && mv \"$1.new\" \"$1\"\n");
    shop.git(["config", "merge.both.driver", &format!("{} %A %B", driver.display())]);
    let hotfix = shop.start("fix-words").fix("words.list", "a\nhotfix\n").answer_all();
    hotfix.finish().ok();
    assert_eq!(shop.remote().show("refs/heads/develop", "words.list"), "a\ndevelop\nhotfix");
    assert_eq!(shop.remote().show("refs/heads/main", "words.list"), "a\nhotfix");
}
