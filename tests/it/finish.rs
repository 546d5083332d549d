//! `finish`: its answer and its flags, when nothing stands in the way.

use crate::support::{Except, FIXED_LOGIN, Shop};

#[test]
fn the_document_says_what_became_of_every_branch() {
    let shop = Shop::build().release("release/1.3.0").go();
    let ran = shop.ready("fix-login-crash").finish_with(&["--json"]);
    ran.ok();
    let document = ran.json();
    assert_eq!(document["state"], "done");
    assert_eq!(document["tag"], "v1.2.1");
    assert_eq!(document["version"], "1.2.1");
    let targets = document["targets"].as_array().unwrap();
    let branches: Vec<&str> = targets.iter().map(|target| target["branch"].as_str().unwrap()).collect();
    assert_eq!(branches[0], "main", "production comes first");
    for branch in ["main", "develop", "release/1.3.0"] {
        let target = targets.iter().find(|target| target["branch"] == branch).expect(branch);
        assert_eq!(target["new"], shop.tip(branch), "{target}");
    }
    assert!(document.get("next").is_some());
}

#[test]
fn it_finds_its_name_on_the_branch_and_when_it_is_the_only_one() {
    let shop = Shop::new();
    shop.ready("fix-login-crash");
    shop.hotfix(["finish", "-y"]).ok();
    shop.start("fix-cart").fix("src/cart.rs", "pub fn cart() -> u8 { 0 }\n").answer_all();
    shop.git(["switch", "-q", "develop"]);
    shop.hotfix(["finish", "-y"]).ok();
    shop.has_exactly(&["main", "develop"], &["v1.2.0", "v1.2.1", "v1.2.2"]);
    assert_eq!(shop.current_branch().as_deref(), Some("develop"), "nobody asked to leave develop");
}

#[test]
fn several_commits_all_arrive() {
    let shop = Shop::new();
    let hotfix = shop
        .start("fix-login-crash")
        .fix("src/login.rs", "// first\n")
        .fix("src/login.rs", FIXED_LOGIN)
        .fix("tests/login.rs", "// a test\n")
        .answer_all();
    let tip = hotfix.tip();
    hotfix.finish().ok();
    assert!(shop.has("main", &tip) && shop.has("develop", &tip));
    assert_eq!(
        shop.remote().git(["rev-list", "--count", "--first-parent", "refs/tags/v1.2.0..refs/heads/main"]),
        "1"
    );
}

#[test]
fn a_message_given_by_hand_is_kept_as_it_was_typed() {
    let shop = Shop::new();
    let message = "Fix \"login\" for 'everyone'\n\n#42: $(touch pwned) `touch pwned`\n\nSecond paragraph.";
    shop.ready("fix-login-crash").finish_with(&["-m", message]).ok();
    let merge = shop.remote().git(["log", "-1", "--format=%B", "refs/heads/main"]);
    let tag = shop.remote().git(["cat-file", "tag", "v1.2.1"]);
    for line in ["Fix \"login\" for 'everyone'", "#42: $(touch pwned) `touch pwned`", "Second paragraph."] {
        assert!(merge.contains(line) || tag.contains(line), "{line:?} is in neither\n{merge}\n{tag}");
    }
    assert!(!shop.has_file("pwned"));
}

#[test]
fn the_merge_is_made_by_the_responder_at_this_time() {
    let shop = Shop::new();
    shop.ready("fix-login-crash").finish().ok();
    let made = shop.remote().git(["log", "-1", "--format=%an <%ae> %cn", "refs/heads/main"]);
    assert_eq!(made, "Ada Lovelace <ada@example.com> Ada Lovelace");
    let time: i64 = shop.remote().git(["log", "-1", "--format=%ct", "refs/heads/main"]).parse().unwrap();
    assert_eq!(time, shop.world.seconds());
}

#[test]
fn a_branch_can_be_kept() {
    let shop = Shop::new();
    let hotfix = shop.ready("fix-login-crash");
    hotfix.finish_with(&["--keep-branch"]).ok();
    assert!(hotfix.has_branch());
    shop.has_exactly(&["main", "develop"], &["v1.2.0", "v1.2.1"]);
}

#[test]
fn a_target_can_be_taken_off_the_list_with_a_reason() {
    let shop = Shop::new();
    let old_develop = shop.tip("develop");
    let hotfix = shop.ready("fix-login-crash");
    hotfix.finish_with(&["--skip", "develop"]).exits(2);
    hotfix.finish_with(&["--skip", "develop=rewritten there"]).ok();
    assert_eq!(shop.tip("develop"), old_develop);
    shop.has_exactly(&["main", "develop"], &["v1.2.0", "v1.2.1"]);
    let printed = shop.hotfix(["postmortem", "fix-login-crash", "--output", "-"]);
    printed.ok().says("rewritten there");
}

#[test]
fn without_pushing_the_clone_has_it_all_and_a_later_finish_pushes_the_same() {
    let shop = Shop::new();
    let remote = shop.remote_refs();
    let (old_main, old_develop) = (shop.tip("main"), shop.tip("develop"));
    let hotfix = shop.ready("fix-login-crash");
    let fix = hotfix.tip();
    hotfix.finish_with(&["--no-push"]).exits(8);
    assert_eq!(shop.remote_refs(), remote, "nothing may be published");
    let status = shop.hotfix(["status"]);
    status.ok().says("v1.2.1").says("made here, not pushed").does_not_say("v1.2.2").does_not_say("warning:");
    assert_eq!(hotfix.status()["next"]["command"], "hotfix finish fix-login-crash");
    let (main, tag) = (shop.rev("refs/heads/main"), shop.rev("refs/tags/v1.2.1"));
    assert!(shop.contains(&main, &fix));

    hotfix.finish().ok();
    assert_eq!(shop.tip("main"), main, "the same commit is published");
    assert_eq!(shop.remote().rev("refs/tags/v1.2.1"), tag, "the same tag is published");
    shop.is_released("v1.2.1", &old_main, &fix);
    shop.got_the_fix("develop", &old_develop);
}

#[test]
fn resolving_can_be_said_on_the_way() {
    let shop = Shop::new();
    shop.ready("fix-login-crash").finish_with(&["--resolved"]).ok();
    assert!(shop.kinds("fix-login-crash").contains(&"resolved".to_owned()));
}

#[test]
fn resolving_can_be_said_when_it_is_finished_already() {
    let shop = Shop::new();
    let hotfix = shop.ready("fix-login-crash");
    hotfix.finish().ok();
    let resolved = || shop.kinds("fix-login-crash").iter().filter(|k| *k == "resolved").count();
    hotfix.finish_with(&["--resolved", "--dry-run"]).ok();
    assert_eq!(resolved(), 0);
    hotfix.finish_with(&["--resolved"]).ok().says("It is resolved now");
    hotfix.finish_with(&["--resolved"]).ok().says("Nothing was changed");
    assert_eq!(resolved(), 1);
}

#[test]
fn untracked_files_are_named_and_left_alone() {
    let shop = Shop::new();
    let hotfix = shop.ready("fix-login-crash");
    // develop tracks a file of this name; only in the worktree it is somebody's scratch paper.
    shop.write("src/search.rs", "my own notes\n");
    shop.write("notes.txt", "more notes\n");
    hotfix.finish().ok().says("notes.txt");
    assert_eq!(shop.read("src/search.rs"), "my own notes\n");
    assert_eq!(shop.read("notes.txt"), "more notes\n");
}

#[test]
fn a_branch_that_the_remote_will_not_delete_is_no_failure() {
    let shop = Shop::new();
    let hotfix = shop.ready("fix-login-crash").published();
    shop.refuse_deletion_of("refs/heads/hotfix/fix-login-crash");
    hotfix.finish().ok().says("hotfix/fix-login-crash");
    shop.has_exactly(&["main", "develop", "hotfix/fix-login-crash"], &["v1.2.0", "v1.2.1"]);
}

#[test]
fn a_branch_that_somebody_deleted_on_the_remote_already_is_fine() {
    let shop = Shop::new();
    let hotfix = shop.ready("fix-login-crash").published();
    shop.remote().git(["update-ref", "-d", "refs/heads/hotfix/fix-login-crash"]);
    hotfix.finish().ok();
    shop.has_exactly(&["main", "develop"], &["v1.2.0", "v1.2.1"]);
}

#[test]
fn private_tags_stay_private() {
    let shop = Shop::new();
    shop.git(["config", "push.followTags", "true"]);
    let hotfix = shop.ready("fix-login-crash");
    shop.git(["tag", "-a", "-m", "mine", "private", "refs/heads/hotfix/fix-login-crash"]);
    shop.git(["tag", "also-private"]);
    hotfix.finish().ok();
    shop.has_exactly(&["main", "develop"], &["v1.2.0", "v1.2.1"]);
    assert!(shop.has_ref("refs/tags/private") && shop.has_ref("refs/tags/also-private"));
}

#[test]
fn an_index_that_is_locked_is_in_nobodys_way_for_long() {
    let shop = Shop::new();
    let old = shop.tip("main");
    let hotfix = shop.ready("fix-login-crash");
    let fix = hotfix.tip();
    shop.write(".git/index.lock", "");
    let _ = hotfix.finish();
    std::fs::remove_file(shop.dir.join(".git/index.lock")).unwrap();
    hotfix.finish().ok();
    shop.is_released("v1.2.1", &old, &fix);
    shop.has_exactly(&["main", "develop"], &["v1.2.0", "v1.2.1"]);
    assert_eq!(shop.git(["status", "--porcelain"]), "");
}

#[test]
fn what_came_after_the_release_ships_as_the_next_patch() {
    let shop = Shop::new();
    let hotfix = shop.ready("fix-login-crash");
    hotfix.finish_with(&["--keep-branch"]).ok();
    shop.git(["switch", "-q", "hotfix/fix-login-crash"]);
    shop.commit("src/login.rs", "// one more thing\n");
    let before = shop.snapshot();
    hotfix.finish().exits(3).says("--next");
    before.still_holds_except(&[Except::Tracking, Except::Record]);
    hotfix.answer_all().finish_with(&["--next"]).ok();
    shop.has_exactly(&["main", "develop"], &["v1.2.0", "v1.2.1", "v1.2.2"]);
}
