//! Tests of the tests: a harness that sees nothing would make every refusal test pass.

use crate::support::{Except, Repo, Shop, World};
use std::collections::BTreeSet;
use std::path::Path;

#[test]
fn every_file_of_this_suite_is_part_of_it() {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it");
    let main = std::fs::read_to_string(dir.join("main.rs")).unwrap();
    let listed: BTreeSet<&str> =
        main.lines().filter_map(|line| line.strip_prefix("mod ")?.strip_suffix(';')).collect();
    let mut forgotten = Vec::new();
    for entry in std::fs::read_dir(&dir).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        let module = name.strip_suffix(".rs").unwrap_or(&name);
        if module != "main" && !listed.contains(module) {
            forgotten.push(name);
        }
    }
    assert!(forgotten.is_empty(), "not listed in tests/it/main.rs, so never run: {forgotten:?}");
}

#[test]
fn the_shop_is_what_the_stories_assume() {
    let shop = Shop::new();
    shop.has_exactly(&["main", "develop"], &["v1.2.0"]);
    assert_eq!(shop.remote().rev("refs/tags/v1.2.0^{commit}"), shop.tip("main"));
    assert_eq!(shop.remote().git(["cat-file", "-t", "refs/tags/v1.2.0"]), "tag");
    assert_eq!(shop.remote().git(["rev-list", "--count", "refs/heads/main..refs/heads/develop"]), "1");
    assert_eq!(shop.current_branch().as_deref(), Some("main"));
    assert_eq!(shop.git(["status", "--porcelain"]), "");
    assert_eq!(shop.git(["config", "branch.main.remote"]), "origin");
    assert_eq!(shop.rev("refs/remotes/origin/HEAD"), shop.tip("main"));
    shop.local_follows_the_remote();
}

#[test]
fn every_kind_of_shop_can_be_built() {
    Shop::build()
        .production("master")
        .no_develop()
        .remote_name("upstream")
        .go()
        .has_exactly(&["master"], &["v1.2.0"]);
    Shop::build().no_remote().tags(&[]).go().has_exactly(&["main", "develop"], &[]);
    let release = Shop::build().release("release/1.3.0").go();
    release.has_exactly(&["main", "develop", "release/1.3.0"], &["v1.2.0"]);
    assert!(!release.has_ref("refs/heads/release/1.3.0"), "only the remote has the release branch");
    let sha256 = Shop::build().object_format("sha256").go();
    assert_eq!(sha256.tip("main").len(), 64);
    if let Some(reftable) = Shop::build().ref_format("reftable").go_if_git_can() {
        assert!(reftable.dir.join(".git/reftable").is_dir());
    }
}

/// What is done to a shop, and what it is called.
type Change = (&'static str, fn(&Shop));

#[test]
fn a_snapshot_sees_every_kind_of_change() {
    let changes: [Change; 12] = [
        ("a commit", |shop| drop(shop.commit("a", "b"))),
        ("a tag", |shop| drop(shop.git(["tag", "x"]))),
        ("a branch", |shop| drop(shop.git(["branch", "x"]))),
        ("HEAD", |shop| drop(shop.git(["switch", "-q", "develop"]))),
        ("an untracked file", |shop| shop.write("x", "")),
        ("a tracked file", |shop| shop.write("README.md", "other")),
        ("the index", |shop| drop(shop.git(["update-index", "--assume-unchanged", "README.md"]))),
        ("the configuration", |shop| drop(shop.git(["config", "a.b", "c"]))),
        ("a lock file", |shop| shop.write(".git/refs/heads/main.lock", "")),
        ("a worktree", |shop| drop(shop.git(["worktree", "add", "-q", "--detach", "../beside"]))),
        ("a stash", |shop| {
            shop.write("README.md", "other");
            shop.git(["stash", "-q"]);
        }),
        ("the remote", |shop| drop(shop.remote().git(["branch", "x", "main"]))),
    ];
    for (what, change) in changes {
        let shop = Shop::new();
        let before = shop.snapshot();
        before.still_holds();
        change(&shop);
        let sees = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| before.still_holds()));
        assert!(sees.is_err(), "the snapshot did not see {what}");
    }
}

#[test]
fn a_snapshot_allows_only_what_it_was_told() {
    let shop = Shop::new();
    let before = shop.snapshot();
    shop.colleague_pushes("develop", "a", "b");
    let before_fetch = shop.snapshot();
    shop.git(["fetch", "-q"]);
    before_fetch.still_holds_except(&[Except::Tracking]);
    shop.git(["update-ref", "refs/incidents/x/log", "HEAD"]);
    before_fetch.still_holds_except(&[Except::Tracking, Except::Record]);
    let strict = || before.still_holds_except(&[Except::Tracking, Except::Record]);
    assert!(
        std::panic::catch_unwind(std::panic::AssertUnwindSafe(strict)).is_err(),
        "the colleague's push is no exception"
    );
}

#[test]
fn the_remote_refuses_what_it_was_told_to_refuse() {
    let shop = Shop::new();
    shop.refuse_updates_of("refs/heads/main");
    shop.refuse_deletion_of("refs/heads/develop");
    shop.commit("a", "b");
    assert!(!shop.git_agrees(["push", "-q", "origin", "main"]));
    assert!(!shop.git_agrees(["push", "-q", "origin", ":develop"]));
    assert!(shop.git_agrees(["push", "-q", "origin", "main:other"]));
    shop.accept_everything_again();
    assert!(shop.git_agrees(["push", "-q", "origin", "main"]));
}

#[test]
fn the_shim_sees_calls_and_lets_things_happen_once() {
    let shop = Shop::new();
    shop.before_git("push", "git branch happened");
    let run = |args: &[&str]| {
        let git = shop.world.root.join("shim/git");
        let call = crate::support::Call::new(&shop.world, git.as_os_str(), args, &shop.dir);
        call.run().ok();
    };
    run(&["status"]);
    assert!(!shop.it_happened());
    run(&["push", "-q", "origin", "main"]);
    assert!(shop.it_happened() && shop.has_ref("refs/heads/happened"));
    run(&["push", "-q", "origin", "main"]);
    assert_eq!(shop.git_calls(), ["status", "push -q origin main", "push -q origin main"]);
}

#[test]
fn nothing_of_this_machine_leaks_into_a_test() {
    let world = World::new();
    let repo = Repo::at(&world, &world.root);
    let listed = repo.git(["config", "--list", "--show-origin"]);
    let home = world.root.join("home/gitconfig");
    for line in listed.lines() {
        let ours = line.starts_with(&format!("file:{}", home.display()));
        assert!(ours, "git reads configuration from elsewhere: {line}");
    }
}
