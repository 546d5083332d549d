//! Servers that say no. What is refused stays as it was, everywhere.

use crate::support::{Except, Shop};

#[test]
fn a_protected_production_publishes_nothing_at_all() {
    let shop = Shop::build().release("release/1.3.0").go();
    let old = shop.tip("main");
    let hotfix = shop.ready("fix-login-crash");
    let fix = hotfix.tip();
    shop.refuse_updates_of("refs/heads/main");
    let before = shop.snapshot();
    hotfix.finish().exits(1).says("main").says("hint:");
    before.still_holds_except(&[Except::Tracking, Except::Record]);

    shop.accept_everything_again();
    hotfix.finish().ok();
    shop.is_released("v1.2.1", &old, &fix);
    shop.has_exactly(&["main", "develop", "release/1.3.0"], &["v1.2.0", "v1.2.1"]);
}

#[test]
fn protected_tags_publish_nothing_at_all() {
    let shop = Shop::new();
    let hotfix = shop.ready("fix-login-crash").published();
    shop.refuse_updates_of("refs/tags/v1.2.1");
    let before = shop.snapshot();
    hotfix.finish().exits(1);
    before.still_holds_except(&[Except::Tracking, Except::Record]);
}

#[test]
fn a_hook_that_refuses_the_whole_push_publishes_nothing() {
    let shop = Shop::new();
    let hotfix = shop.ready("fix-login-crash");
    let hook = shop.remote().dir.join("hooks/pre-receive");
    shop.world.write_program(&hook, "#!/bin/sh\necho 'the freeze is on' >&2\nexit 1\n");
    let before = shop.snapshot();
    hotfix.finish().exits(1).says("the freeze is on");
    before.still_holds_except(&[Except::Tracking, Except::Record]);
    std::fs::remove_file(hook).unwrap();
    hotfix.finish().ok();
}

#[test]
fn a_protected_develop_does_not_hold_up_production() {
    let shop = Shop::new();
    let (old_main, old_develop) = (shop.tip("main"), shop.tip("develop"));
    let hotfix = shop.ready("fix-login-crash").published();
    let fix = hotfix.tip();
    shop.refuse_updates_of("refs/heads/develop");
    hotfix.finish().exits(8).says("develop");
    shop.is_released("v1.2.1", &old_main, &fix);
    assert_eq!(shop.tip("develop"), old_develop);
    shop.has_exactly(&["main", "develop", "hotfix/fix-login-crash"], &["v1.2.0", "v1.2.1"]);
    assert!(hotfix.has_branch(), "the branch is kept until develop has the fix");
    assert_eq!(shop.rev("refs/heads/develop"), old_develop, "develop here follows the remote");
    assert_ne!(hotfix.step_state("merge"), "done");

    hotfix.finish().exits(8);
    shop.accept_everything_again();
    let released = shop.tip("main");
    hotfix.finish().ok();
    assert_eq!(shop.tip("main"), released, "production is released once");
    shop.has_exactly(&["main", "develop"], &["v1.2.0", "v1.2.1"]);
    shop.got_the_fix("develop", &old_develop);
    assert!(!hotfix.has_branch());
    shop.local_follows_the_remote();
}

#[test]
fn one_protected_release_branch_does_not_hold_up_the_others() {
    let shop = Shop::build().release("release/1.3.0").release("release/1.4.0").go();
    let old = shop.tip("release/1.3.0");
    let hotfix = shop.ready("fix-login-crash");
    shop.refuse_updates_of("refs/heads/release/1.3.0");
    let ran = hotfix.finish_with(&["--json"]);
    ran.exits(8);
    assert_eq!(ran.json()["state"], "waiting");
    let released = shop.tip("main");
    assert!(shop.has("develop", &released) && shop.has("release/1.4.0", &released));
    assert_eq!(shop.tip("release/1.3.0"), old);
    hotfix.finish_with(&["--skip", "release/1.3.0=cancelled"]).ok();
    assert_eq!(shop.tip("release/1.3.0"), old);
    assert!(!hotfix.has_branch());
}

#[test]
fn what_the_server_says_reaches_the_person_without_its_escape_sequences() {
    let shop = Shop::new();
    let hotfix = shop.ready("fix-login-crash");
    let hook = shop.remote().dir.join("hooks/pre-receive");
    shop.world.write_program(&hook, "#!/bin/sh\nprintf '\\033[31mno\\033[0m way\\007\\n' >&2\nexit 1\n");
    hotfix.finish().exits(1).says("no");
}

#[test]
fn it_can_be_finished_by_somebody_else() {
    let shop = Shop::new();
    let old_develop = shop.tip("develop");
    let hotfix = shop.ready("fix-login-crash").published();
    shop.refuse_updates_of("refs/heads/develop");
    hotfix.finish().exits(8);
    shop.accept_everything_again();
    let released = shop.tip("main");
    let colleague = shop.colleague();
    colleague.hotfix(["finish", "fix-login-crash", "-y"]).ok();
    assert_eq!(shop.tip("main"), released, "production is released once");
    shop.has_exactly(&["main", "develop"], &["v1.2.0", "v1.2.1"]);
    shop.got_the_fix("develop", &old_develop);
}

/// A server that refuses develop this many times.
fn refuses_develop(shop: &Shop, times: usize) {
    let remote = shop.remote();
    let script = format!(
        "#!/bin/sh\n[ \"$1\" = refs/heads/develop ] || exit 0\ncd '{}'\n\
         [ \"$(cat refusals 2>/dev/null | wc -l)\" -ge {times} ] && exit 0\n\
         echo no >>refusals\necho 'the build is red' >&2\nexit 1\n",
        remote.dir.display()
    );
    shop.world.write_program(&remote.dir.join("hooks/update"), &script);
}

#[test]
fn a_merge_back_that_is_refused_for_a_while_can_be_waited_for() {
    let shop = Shop::new();
    let hotfix = shop.ready("fix-login-crash");
    // With production, alone, and once more after a pause.
    refuses_develop(&shop, 3);
    let ran = hotfix.finish_with(&["--wait=1m", "--mode", "direct"]);
    ran.ok().says("the build is red").says("retrying for");
    shop.has_exactly(&["main", "develop"], &["v1.2.0", "v1.2.1"]);
    assert!(shop.has("develop", &shop.tip("main")));
}

#[test]
fn waiting_for_a_merge_back_has_an_end_and_production_never_waits() {
    let shop = Shop::new();
    shop.git(["config", "hotfix.finish.wait", "1s"]);
    let hotfix = shop.ready("fix-login-crash");
    refuses_develop(&shop, 100);
    hotfix.finish().exits(8).says("develop is still owed");
    shop.refuse_updates_of("refs/heads/main");
    let other = shop.start("another").fix("src/other.rs", "pub fn other() {}\n").answer_all();
    other.finish().exits(1).does_not_say("retrying for");
}

#[test]
fn a_request_where_no_forge_is_known_is_refused_with_what_to_say() {
    let shop = Shop::new();
    let hotfix = shop.ready("fix-login-crash");
    let before = shop.snapshot();
    let ran = hotfix.finish_with(&["--mode", "pr"]);
    ran.exits(2).says("git config hotfix.forge.kind").fails_with_a_hint();
    hotfix.finish_with(&["--wait=soon"]).exits(2).says("10m");
    before.still_holds_except(&[Except::Tracking, Except::Record]);
    // Each line brings it nearer, and a push that production has refused is not offered.
    ran.says("--mode direct").says("git config hotfix.forge.api").says("git config hotfix.forge.repository");
    shop.git(["config", "hotfix.forge.kind", "github"]);
    shop.refuse_updates_of("refs/heads/main");
    hotfix.finish_with(&["--mode", "direct"]).exits(1);
    hotfix
        .finish_with(&["--mode", "pr"])
        .exits(2)
        .does_not_say("hotfix.forge.kind")
        .says("git config hotfix.forge.repository")
        .does_not_say("--mode direct");
    shop.accept_everything_again();
    hotfix.finish_with(&["--mode", "auto"]).ok();
}
