//! The lesson, end to end: production is broken, and afterwards it is not.

use crate::support::{FIXED_LOGIN, Shop};

#[test]
fn the_whole_story_leaves_exactly_production_the_tag_and_develop() {
    let shop = Shop::new();
    let (old_main, old_develop) = (shop.tip("main"), shop.tip("develop"));

    shop.hotfix(["start", "fix-login-crash"]).ok();
    assert_eq!(shop.current_branch().as_deref(), Some("hotfix/fix-login-crash"));
    shop.commit_as("Do not crash without a session", "src/login.rs", FIXED_LOGIN);
    let fix = shop.rev("HEAD");
    let answers = [
        "--answer",
        "resolves=yes",
        "--answer",
        "critical-paths=yes",
        "--answer",
        "tests=yes",
        "--answer",
        "reviewed=grace@example.com",
        "--answer",
        "staging=yes",
    ];
    shop.hotfix([&["check"], &answers[..]].concat()).ok();
    shop.hotfix(["finish", "-y"]).ok().says("v1.2.1");
    shop.hotfix(["postmortem", "fix-login-crash"]).ok();

    shop.has_exactly(&["main", "develop"], &["v1.2.0", "v1.2.1"]);
    shop.is_released("v1.2.1", &old_main, &fix);
    shop.got_the_fix("develop", &old_develop);
    assert_eq!(format!("{}\n", shop.remote().show("refs/heads/main", "src/login.rs")), FIXED_LOGIN);
    assert_eq!(format!("{}\n", shop.remote().show("refs/heads/develop", "src/login.rs")), FIXED_LOGIN);
    assert_eq!(shop.remote().show("refs/heads/develop", "src/search.rs"), "pub fn search() {}");
}

#[test]
fn the_clone_follows_what_the_remote_accepted() {
    let shop = Shop::new();
    shop.ready("fix-login-crash").finish().ok();
    shop.local_follows_the_remote();
    assert!(!shop.has_ref("refs/heads/hotfix/fix-login-crash"));
    assert!(!shop.has_ref("refs/remotes/origin/hotfix/fix-login-crash"));
    assert_eq!(shop.current_branch().as_deref(), Some("main"));
    assert_eq!(shop.read("src/login.rs"), FIXED_LOGIN);
    assert_eq!(shop.git(["status", "--porcelain"]), "", "the worktree should be clean");
    assert!(shop.git_agrees(["fsck", "--strict", "--no-dangling"]));
}

#[test]
fn git_describe_knows_the_release_on_every_branch_that_has_it() {
    let shop = Shop::new();
    shop.ready("fix-login-crash").finish().ok();
    for branch in ["main", "develop"] {
        let described = shop.remote().git(["describe", &format!("refs/heads/{branch}")]);
        assert!(described.starts_with("v1.2.1"), "{branch} is described as {described}");
    }
}

#[test]
fn a_published_hotfix_branch_is_deleted_on_the_remote_too() {
    let shop = Shop::new();
    let hotfix = shop.ready("fix-login-crash").published();
    shop.has_exactly(&["main", "develop", "hotfix/fix-login-crash"], &["v1.2.0"]);
    hotfix.finish().ok();
    shop.has_exactly(&["main", "develop"], &["v1.2.0", "v1.2.1"]);
    shop.local_follows_the_remote();
}

#[test]
fn an_open_release_branch_gets_the_fix() {
    let shop = Shop::build().release("release/1.3.0").go();
    let (old_develop, old_release) = (shop.tip("develop"), shop.tip("release/1.3.0"));
    shop.ready("fix-login-crash").finish().ok();
    shop.has_exactly(&["main", "develop", "release/1.3.0"], &["v1.2.0", "v1.2.1"]);
    shop.got_the_fix("develop", &old_develop);
    shop.got_the_fix("release/1.3.0", &old_release);
}

#[test]
fn every_open_release_branch_gets_the_fix() {
    let shop = Shop::build().release("release/1.3.0").release("release/1.4.0").go();
    shop.ready("fix-login-crash").finish().ok();
    let released = shop.tip("main");
    for branch in ["develop", "release/1.3.0", "release/1.4.0"] {
        assert!(shop.has(branch, &released), "{branch} should have the release");
    }
}

#[test]
fn two_hotfixes_at_once_get_two_versions() {
    let shop = Shop::new();
    let first = shop.ready("fix-login-crash");
    let second = shop.start("fix-cart").fix("src/cart.rs", "pub fn cart() -> u8 { 0 }\n").answer_all();
    let (first_tip, second_tip) = (first.tip(), second.tip());
    first.finish().ok().says("v1.2.1");
    second.finish().ok().says("v1.2.2");
    shop.has_exactly(&["main", "develop"], &["v1.2.0", "v1.2.1", "v1.2.2"]);
    for branch in ["main", "develop"] {
        assert!(shop.has(branch, &first_tip) && shop.has(branch, &second_tip), "{branch} should have both");
    }
}

#[test]
fn two_hotfixes_at_once_write_two_versions_into_the_files() {
    const CHANGELOG: &str = "# Changelog\n\n## [Unreleased]\n\n## [1.2.0] - 2026-11-01\n\n- Search\n";
    for style in ["merge", "squash", "fast-forward"] {
        for changelog in [false, true] {
            eprintln!("{style} {changelog}");
            let mut shop = Shop::build().file("VERSION", "1.2.0\n");
            if changelog {
                shop = shop.file("CHANGELOG.md", CHANGELOG);
            }
            let shop = shop.go();
            shop.git(["config", "hotfix.finish.merge", style]);
            let first = shop.ready("fix-login-crash");
            let second =
                shop.start("fix-cart").fix("src/cart.rs", "pub fn cart() -> u8 { 0 }\n").answer_all();
            first.finish().ok().says("v1.2.1");
            second.finish().ok().says("v1.2.2").says("src/login.rs").does_not_say("left unchanged");
            for rev in ["v1.2.2", "main", "develop"] {
                assert_eq!(shop.public().show(rev, "VERSION").trim(), "1.2.2", "{rev}");
                assert!(shop.public().show(rev, "src/login.rs").contains("unwrap_or(false)"));
                assert!(shop.public().show(rev, "src/cart.rs").contains("u8"));
            }
            if changelog {
                let text = shop.public().show("v1.2.2", "CHANGELOG.md");
                let at = |number: &str| text.find(number).unwrap_or_else(|| panic!("{number}\n{text}"));
                assert!(at("[1.2.2]") < at("[1.2.1]") && at("[1.2.1]") < at("[1.2.0]"), "{text}");
            }
            shop.has_exactly(&["main", "develop"], &["v1.2.0", "v1.2.1", "v1.2.2"]);
        }
    }
}

#[test]
fn the_log_wrote_itself_on_the_way() {
    let shop = Shop::new();
    let hotfix = shop.ready("fix-login-crash");
    hotfix.finish().ok();
    let kinds = shop.kinds("fix-login-crash");
    for kind in ["declared", "checklist-item", "merged", "tagged", "pushed", "merged-back"] {
        assert!(kinds.iter().any(|k| k == kind), "no event says {kind}: {kinds:?}");
    }
    for kind in ["acknowledged", "detected"] {
        assert!(!kinds.iter().any(|k| k == kind), "nobody said {kind}, so the log must not");
    }
    let is_incident = |name: &String| name.starts_with("refs/incidents");
    assert!(!shop.remote_refs().keys().any(is_incident), "the log is shared only when asked");
}

#[test]
fn a_hotfix_that_is_finished_can_be_finished_again() {
    let shop = Shop::new();
    let hotfix = shop.ready("fix-login-crash");
    hotfix.finish().ok();
    let before = shop.snapshot();
    hotfix.finish().ok();
    hotfix.finish().ok();
    before.still_holds_except(&[crate::support::Except::Tracking]);
}
