//! Nobody works alone: what others push meanwhile is never overwritten, deleted or left out.

use crate::support::{Except, FIXED_LOGIN, Shop};

#[test]
fn production_moved_since_the_start() {
    let shop = Shop::new();
    let hotfix = shop.ready("fix-login-crash");
    let fix = hotfix.tip();
    let theirs = shop.colleague_pushes("main", "src/news.rs", "// released meanwhile\n");
    hotfix.finish().ok();
    shop.is_released("v1.2.1", &theirs, &fix);
    assert_eq!(shop.remote().show("refs/heads/main", "src/news.rs"), "// released meanwhile");
    assert_eq!(format!("{}\n", shop.remote().show("refs/heads/main", "src/login.rs")), FIXED_LOGIN);
}

#[test]
fn what_was_not_tested_is_named() {
    let shop = Shop::new();
    let hotfix = shop.ready("fix-login-crash");
    shop.colleague_pushes("main", "src/news.rs", "// released meanwhile\n");
    hotfix.finish().ok().says("src/news.rs");
}

#[test]
fn develop_moved_since_the_start() {
    let shop = Shop::new();
    let hotfix = shop.ready("fix-login-crash");
    let theirs = shop.colleague_pushes("develop", "src/news.rs", "// merged meanwhile\n");
    hotfix.finish().ok();
    shop.got_the_fix("develop", &theirs);
    shop.local_follows_the_remote();
}

#[test]
fn production_moves_between_the_plan_and_the_push() {
    let shop = Shop::new();
    let hotfix = shop.ready("fix-login-crash");
    let fix = hotfix.tip();
    let colleague = shop.colleague();
    let theirs = colleague.commit("src/news.rs", "// just now\n");
    let push = format!("git -C '{}' push -q origin HEAD:refs/heads/main", colleague.dir.display());
    shop.before_git("push", &push);
    // What the colleague added was not in the plan that was agreed to.
    hotfix.finish().exits(3).says("src/news.rs");
    assert!(shop.it_happened(), "the colleague never pushed");
    hotfix.finish().ok();
    shop.is_released("v1.2.1", &theirs, &fix);
    shop.has_exactly(&["main", "develop"], &["v1.2.0", "v1.2.1"]);
    assert!(shop.has("develop", &theirs));
}

#[test]
fn develop_moves_between_the_plan_and_the_push() {
    let shop = Shop::new();
    let hotfix = shop.ready("fix-login-crash");
    let colleague = shop.colleague();
    colleague.git(["switch", "-q", "develop"]);
    let theirs = colleague.commit("src/news.rs", "// just now\n");
    shop.before_git("push", &format!("git -C '{}' push -q origin develop", colleague.dir.display()));
    hotfix.finish().ok();
    assert!(shop.it_happened(), "the colleague never pushed");
    shop.has_exactly(&["main", "develop"], &["v1.2.0", "v1.2.1"]);
    shop.got_the_fix("develop", &theirs);
}

#[test]
fn the_tag_is_taken_between_the_plan_and_the_push() {
    let shop = Shop::new();
    let hotfix = shop.ready("fix-login-crash");
    let colleague = shop.colleague();
    colleague.git(["tag", "-a", "-m", "theirs", "v1.2.1", "origin/develop"]);
    let theirs = colleague.rev("refs/tags/v1.2.1");
    shop.before_git("push", &format!("git -C '{}' push -q origin refs/tags/v1.2.1", colleague.dir.display()));
    hotfix.finish().ok();
    shop.has_exactly(&["main", "develop"], &["v1.2.0", "v1.2.1", "v1.2.2"]);
    assert_eq!(shop.remote().rev("refs/tags/v1.2.1"), theirs, "their tag is theirs");
    assert_eq!(shop.remote().rev("refs/tags/v1.2.2^{commit}"), shop.tip("main"));
}

#[test]
fn a_commit_on_the_published_branch_is_noticed() {
    let shop = Shop::new();
    let hotfix = shop.ready("fix-login-crash").published();
    let theirs = shop.colleague_pushes("hotfix/fix-login-crash", "tests/login.rs", "// their test\n");
    let before = shop.snapshot();
    hotfix.finish().exits(3).says("hotfix/fix-login-crash");
    before.still_holds_except(&[Except::Tracking, Except::Record]);

    hotfix.git(["pull", "-q", "--ff-only"]);
    hotfix.answer_all().finish().ok();
    assert!(shop.has("main", &theirs) && shop.has("develop", &theirs));
    shop.has_exactly(&["main", "develop"], &["v1.2.0", "v1.2.1"]);
}

#[test]
fn a_commit_pushed_to_the_branch_in_the_last_moment_stops_the_release() {
    let shop = Shop::new();
    let hotfix = shop.ready("fix-login-crash").published();
    let colleague = shop.colleague();
    colleague.git(["switch", "-q", "hotfix/fix-login-crash"]);
    let theirs = colleague.commit("tests/login.rs", "// their test\n");
    let remote = shop.remote_refs();
    shop.before_git("push", &format!("git -C '{}' push -q origin HEAD", colleague.dir.display()));
    let ran = hotfix.finish();
    assert!(shop.it_happened(), "the colleague never pushed");
    ran.exits(3);
    let now = shop.remote_refs();
    for name in ["refs/heads/main", "refs/heads/develop"] {
        assert_eq!(now[name], remote[name], "{name} was published without the colleague's commit");
    }
    assert!(!now.contains_key("refs/tags/v1.2.1"));
    assert_eq!(now["refs/heads/hotfix/fix-login-crash"], theirs);
}

#[test]
fn a_branch_merged_through_a_pull_request_is_tagged_where_it_was_merged() {
    let shop = Shop::new();
    let old_develop = shop.tip("develop");
    let hotfix = shop.ready("fix-login-crash").published();
    let colleague = shop.colleague();
    colleague.git(["merge", "-q", "--no-ff", "-m", "Merge pull request #7", "origin/hotfix/fix-login-crash"]);
    let merged = colleague.rev("HEAD");
    colleague.git(["push", "-q", "origin", "HEAD:refs/heads/main"]);
    shop.colleague_pushes("main", "src/news.rs", "// something after it\n");
    hotfix.finish().ok();
    shop.has_exactly(&["main", "develop"], &["v1.2.0", "v1.2.1"]);
    assert_eq!(shop.remote().rev("refs/tags/v1.2.1^{commit}"), merged);
    assert!(shop.has("develop", &merged) && shop.has("develop", &old_develop));
}

#[test]
fn a_branch_squashed_through_a_pull_request_is_tagged_where_it_was_squashed() {
    let shop = Shop::new();
    let hotfix = shop.ready("fix-login-crash").published();
    let colleague = shop.colleague();
    colleague.git(["merge", "-q", "--squash", "origin/hotfix/fix-login-crash"]);
    colleague.git(["commit", "-q", "-m", "Fix login (#7)"]);
    let squashed = colleague.rev("HEAD");
    colleague.git(["push", "-q", "origin", "HEAD:refs/heads/main"]);
    hotfix.finish().ok();
    shop.has_exactly(&["main", "develop"], &["v1.2.0", "v1.2.1"]);
    assert_eq!(shop.remote().rev("refs/tags/v1.2.1^{commit}"), squashed);
    assert_eq!(format!("{}\n", shop.remote().show("refs/heads/develop", "src/login.rs")), FIXED_LOGIN);
}

#[test]
fn two_people_finish_two_hotfixes_at_the_same_time() {
    let shop = Shop::new();
    let mine = shop.ready("fix-login-crash");
    let colleague = shop.colleague();
    colleague.hotfix(["start", "fix-cart"]).ok();
    let theirs = colleague.commit("src/cart.rs", "pub fn cart() -> u8 { 0 }\n");
    let answers =
        ["resolves=yes", "critical-paths=yes", "tests=yes", "reviewed=ada@example.com", "staging=yes"];
    let flags = answers.iter().flat_map(|answer| ["--answer", answer]);
    colleague.hotfix(["check"].into_iter().chain(flags)).ok();
    let tip = mine.tip();
    let running = [
        shop.call(["finish", "fix-login-crash", "-y"]).spawn(),
        colleague.call(["finish", "fix-cart", "-y"]).spawn(),
    ];
    // Who comes second is told what the first one has added, and agrees to it or not.
    for (process, again) in running.into_iter().zip([(&*shop, "fix-login-crash"), (&colleague, "fix-cart")]) {
        let ran = process.wait();
        ran.exits_with_one_of(&[0, 3]);
        if ran.status == 3 {
            again.0.hotfix(["finish", again.1, "-y"]).ok();
        }
    }
    shop.has_exactly(&["main", "develop"], &["v1.2.0", "v1.2.1", "v1.2.2"]);
    for branch in ["main", "develop"] {
        assert!(shop.has(branch, &tip) && shop.has(branch, &theirs), "{branch} lost somebody's fix");
    }
}

#[test]
fn a_commit_pushed_to_the_branch_during_a_slow_hook_is_kept_and_ships_next() {
    let shop = Shop::new();
    let hotfix = shop.ready("fix-login-crash").published();
    let colleague = shop.colleague();
    colleague.git(["switch", "-q", "hotfix/fix-login-crash"]);
    let theirs = colleague.commit("tests/login.rs", "// their test\n");
    // git has compared its leases before this hook runs.
    let once = shop.common_dir().join("pushed");
    let script = format!(
        "mkdir '{}' 2>/dev/null || exit 0\nenv -u GIT_DIR git -C '{}' push -q origin HEAD",
        once.display(),
        colleague.dir.display()
    );
    shop.hook("pre-push", &script);
    let ran = hotfix.finish();
    assert!(once.exists(), "the colleague never pushed");
    ran.exits(8).says("hotfix finish fix-login-crash --next").does_not_say("mark resolved");
    assert_eq!(shop.tip("hotfix/fix-login-crash"), theirs, "nothing of theirs is lost");
    assert!(hotfix.has_branch());

    let behind = hotfix.finish_with(&["--next"]);
    behind.exits(3).says("git pull --ff-only origin hotfix/fix-login-crash");
    shop.git(["switch", "-q", "main"]);
    let elsewhere = hotfix.finish_with(&["--next"]);
    let command = "git fetch origin hotfix/fix-login-crash:hotfix/fix-login-crash";
    elsewhere.exits(3).says(command);
    shop.git(command.split(' ').skip(1));
    hotfix.answer_all().finish_with(&["--next"]).ok();
    assert!(shop.has("main", &theirs) && shop.has("develop", &theirs));
    shop.has_exactly(&["main", "develop"], &["v1.2.0", "v1.2.1", "v1.2.2"]);
}

/// The branch is gone, and the log is not shared: production and its tag tell what became of it.
#[test]
fn a_reviewers_clone_sees_that_the_hotfix_is_released() {
    let shop = Shop::new();
    let hotfix = shop.start("fix-login-crash").fix_login().published().answer_all();
    let bob = shop.clone_of("bob");
    bob.hotfix(["review", "fix-login-crash", "--approve"]).ok();
    hotfix.finish().ok();
    bob.git(["fetch", "-q", "--prune", "--tags"]);
    bob.hotfix(["list"]).ok().says("No hotfix is open.");
    bob.hotfix(["list", "--all"]).ok().says("v1.2.1");
    bob.hotfix(["status", "fix-login-crash"]).ok().says("v1.2.1").does_not_say("the branch is not here");
    bob.hotfix([""; 0]).ok().does_not_say("fetch it");
    bob.hotfix(["abort", "fix-login-crash", "-y"]).exits(3).says("v1.2.1");
}

#[test]
fn the_rollback_of_a_colleague_is_no_contradiction() {
    let shop = Shop::new();
    shop.ready("fix-login-crash").finish().ok();
    shop.hotfix(["rollback", "-y", "--confirm", "v1.2.1"]).ok();
    shop.hotfix(["sync", "-y"]).ok();
    let bob = shop.clone_of("bob");
    bob.hotfix(["sync", "-y"]).ok();
    for args in [&["list", "--all"][..], &["status"], &["timeline", "rollback-v1.2.1"]] {
        bob.hotfix(args.iter().copied()).ok().does_not_say("warning:");
    }
}
