//! A merge-back that needs a human: production is out already, and the rest is ordinary git.

use crate::support::{Hotfix, Repo, Shop};

const RESOLVED: &str = "// rewritten, and the fix is in\n";

/// Develop has rewritten what the hotfix changes.
pub fn conflicting_shop() -> (Shop, Hotfix) {
    let shop = Shop::new();
    shop.colleague_pushes("develop", "src/login.rs", "// rewritten\n");
    let hotfix = shop.ready("fix-login-crash");
    (shop, hotfix)
}

/// Finishes as far as possible and returns the worktree in which the merge waits.
pub fn stopped(shop: &Shop, hotfix: &Hotfix) -> Repo {
    let ran = hotfix.finish();
    ran.exits(5).says("develop").says("src/login.rs").says("hotfix finish");
    let merge = shop.worktree_in_a_merge().expect("no worktree has a merge in progress");
    assert!(ran.said(&merge.dir.display().to_string()) || ran.said(&name_of(&merge)), "it says where\n{ran}");
    merge
}

fn name_of(repo: &Repo) -> String {
    repo.dir.file_name().unwrap().to_string_lossy().into_owned()
}

fn is_done(shop: &Shop, merge: &Repo, released: &str, theirs: &str) {
    shop.has_exactly(&["main", "develop"], &["v1.2.0", "v1.2.1"]);
    assert_eq!(shop.tip("main"), released, "production is released once");
    shop.got_the_fix("develop", theirs);
    assert_eq!(format!("{}\n", shop.remote().show("refs/heads/develop", "src/login.rs")), RESOLVED);
    assert!(!merge.dir.exists(), "the worktree of the merge should be gone");
    assert_eq!(shop.git(["worktree", "list"]).lines().count(), 1);
    shop.local_follows_the_remote();
}

#[test]
fn production_is_released_and_the_merge_waits_in_a_worktree_of_its_own() {
    let (shop, hotfix) = conflicting_shop();
    let (old_main, old_develop, fix) = (shop.tip("main"), shop.tip("develop"), hotfix.tip());
    let merge = stopped(&shop, &hotfix);
    shop.is_released("v1.2.1", &old_main, &fix);
    assert_eq!(shop.tip("develop"), old_develop, "develop waits for a human");
    assert_ne!(merge.dir, shop.dir, "not in the user's own worktree");
    assert!(merge.git(["status", "--porcelain"]).contains("UU src/login.rs"));
    assert_eq!(merge.rev("MERGE_HEAD"), shop.tip("main"), "what is merged back is the released commit");
    assert_eq!(merge.rev("HEAD"), old_develop);
    assert!(hotfix.has_branch());
}

#[test]
fn resolved_with_git_add_the_next_finish_completes_it() {
    let (shop, hotfix) = conflicting_shop();
    let theirs = shop.tip("develop");
    let merge = stopped(&shop, &hotfix);
    let released = shop.tip("main");
    merge.write("src/login.rs", RESOLVED);
    merge.git(["add", "src/login.rs"]);
    hotfix.finish_with(&["--dry-run"]).ok().says("develop is resolved in ").says("will be committed there");
    // Nothing is committed, and no hook runs, before somebody agrees.
    let ran = shop.world.root.join("ran");
    shop.hook("commit-msg", &format!("#!/bin/sh\necho ran >>{}\n", ran.display()));
    shop.hotfix(["finish", "fix-login-crash"]).exits(3).says("finish fix-login-crash -y");
    assert_eq!(merge.rev("MERGE_HEAD"), released);
    assert_eq!(merge.rev("HEAD"), theirs);
    assert!(!ran.exists(), "the hook ran before the yes");
    hotfix.finish().ok();
    assert!(ran.exists());
    is_done(&shop, &merge, &released, &theirs);
}

#[test]
fn what_a_hook_makes_of_the_resolution_is_shown_again_and_not_published_unseen() {
    let (shop, hotfix) = conflicting_shop();
    let merge = stopped(&shop, &hotfix);
    merge.write("src/login.rs", RESOLVED);
    merge.git(["add", "src/login.rs"]);
    shop.hook("pre-commit", "#!/bin/sh\necho tidy >>src/login.rs; git add src/login.rs\n");
    hotfix.finish().ok().says("the merge into develop");
    assert_eq!(shop.remote().show("refs/heads/develop", "src/login.rs"), format!("{RESOLVED}tidy"));
}

#[test]
fn resolved_with_git_commit_the_next_finish_completes_it() {
    let (shop, hotfix) = conflicting_shop();
    let theirs = shop.tip("develop");
    let merge = stopped(&shop, &hotfix);
    let released = shop.tip("main");
    merge.write("src/login.rs", RESOLVED);
    merge.git(["commit", "-q", "-a", "--no-edit"]);
    hotfix.finish().ok();
    is_done(&shop, &merge, &released, &theirs);
}

#[test]
fn finished_from_within_the_merge_it_completes_too() {
    let (shop, hotfix) = conflicting_shop();
    let merge = stopped(&shop, &hotfix);
    let released = shop.tip("main");
    merge.write("src/login.rs", RESOLVED);
    merge.git(["add", "src/login.rs"]);
    merge.hotfix(["finish", "-y"]).ok();
    shop.has_exactly(&["main", "develop"], &["v1.2.0", "v1.2.1"]);
    assert!(shop.has("develop", &released));
}

#[test]
fn asked_again_before_anything_is_resolved_it_says_the_same_again() {
    let (shop, hotfix) = conflicting_shop();
    let merge = stopped(&shop, &hotfix);
    merge.write("src/login.rs", "<<<<<<< half an idea\n");
    let before = shop.snapshot();
    let ran = hotfix.finish_with(&["--json"]);
    ran.exits(5);
    assert_eq!(ran.json()["state"], "conflict");
    before.still_holds_except(&[crate::support::Except::Tracking, crate::support::Except::Record]);
    assert_eq!(shop.worktrees().len(), 2, "no second worktree for the same merge");
}

#[test]
fn conflict_markers_that_were_added_by_mistake_do_not_get_out() {
    let (shop, hotfix) = conflicting_shop();
    let theirs = shop.tip("develop");
    let merge = stopped(&shop, &hotfix);
    merge.git(["add", "src/login.rs"]);
    hotfix.finish().exits(5).says("src/login.rs");
    assert_eq!(shop.tip("develop"), theirs);
}

#[test]
fn develop_moving_on_during_the_resolution_is_no_trap() {
    let (shop, hotfix) = conflicting_shop();
    let merge = stopped(&shop, &hotfix);
    let released = shop.tip("main");
    let news = shop.colleague_pushes("develop", "src/news.rs", "// meanwhile\n");
    merge.write("src/login.rs", RESOLVED);
    merge.git(["add", "src/login.rs"]);
    hotfix.finish().ok();
    assert!(shop.has("develop", &released) && shop.has("develop", &news));
    assert_eq!(format!("{}\n", shop.remote().show("refs/heads/develop", "src/login.rs")), RESOLVED);
}

#[test]
fn one_conflicting_release_branch_does_not_hold_up_the_others() {
    let shop = Shop::build().release("release/1.3.0").release("release/1.4.0").go();
    shop.colleague_pushes("release/1.3.0", "src/login.rs", "// rewritten\n");
    let hotfix = shop.ready("fix-login-crash");
    hotfix.finish().exits(5).says("release/1.3.0");
    let released = shop.tip("main");
    assert!(shop.has("develop", &released) && shop.has("release/1.4.0", &released));
    assert!(!shop.has("release/1.3.0", &released));
    let merge = shop.worktree_in_a_merge().expect("no merge in progress");
    merge.write("src/login.rs", RESOLVED);
    merge.git(["add", "src/login.rs"]);
    hotfix.finish().ok();
    assert!(shop.has("release/1.3.0", &released));
    assert!(!hotfix.has_branch());
}

#[test]
fn two_conflicts_wait_side_by_side() {
    let shop = Shop::build().release("release/1.3.0").go();
    for branch in ["develop", "release/1.3.0"] {
        shop.colleague_pushes(branch, "src/login.rs", &format!("// rewritten for {branch}\n"));
    }
    let hotfix = shop.ready("fix-login-crash");
    let mut runs = 0;
    while hotfix.finish().exits_with_one_of(&[0, 5]).status == 5 {
        runs += 1;
        assert!(runs <= 3, "it never ends");
        while let Some(merge) = shop
            .worktrees()
            .into_iter()
            .find(|w| w.git_call(["ls-files", "--unmerged"]).run().stdout.contains("src/login.rs"))
        {
            merge.write("src/login.rs", RESOLVED);
            merge.git(["add", "src/login.rs"]);
        }
    }
    let released = shop.tip("main");
    assert!(shop.has("develop", &released) && shop.has("release/1.3.0", &released));
    assert_eq!(shop.worktrees().len(), 1);
}

#[test]
fn a_conflict_can_be_given_up() {
    let (shop, hotfix) = conflicting_shop();
    let theirs = shop.tip("develop");
    let merge = stopped(&shop, &hotfix);
    hotfix.finish_with(&["--skip", "develop=rewritten there, not affected"]).ok();
    assert_eq!(shop.tip("develop"), theirs);
    assert!(!hotfix.has_branch());
    assert!(!merge.dir.exists() || merge.git(["status", "--porcelain"]).contains("UU"), "nothing is lost");
}

#[test]
fn a_conflict_with_production_publishes_nothing() {
    let shop = Shop::new();
    let hotfix = shop.ready("fix-login-crash");
    shop.colleague_pushes("main", "src/login.rs", "// another emergency\n");
    let remote = shop.remote_refs();
    hotfix.finish().exits(5).says("src/login.rs");
    assert_eq!(shop.remote_refs(), remote);
    hotfix.finish_with(&["--dry-run"]).exits(5);
}

#[test]
fn a_worktree_that_git_has_forgotten_is_no_trap() {
    let (shop, hotfix) = conflicting_shop();
    let merge = stopped(&shop, &hotfix);
    std::fs::remove_dir_all(shop.dir.join(".git/worktrees")).unwrap();
    hotfix.finish().exits(5).says("src/login.rs");
    assert_ne!(shop.worktree_in_a_merge().expect("no merge in progress").dir, merge.dir);
}

#[test]
fn a_worktree_that_was_removed_by_hand_is_made_again() {
    let (shop, hotfix) = conflicting_shop();
    let merge = stopped(&shop, &hotfix);
    std::fs::remove_dir_all(&merge.dir).unwrap();
    hotfix.finish().exits(5).says("src/login.rs");
    assert_eq!(shop.worktree_in_a_merge().expect("no merge in progress").dir, merge.dir);
}

#[test]
fn a_resolution_of_one_release_does_not_swallow_the_next_one() {
    let (shop, hotfix) = conflicting_shop();
    let merge = stopped(&shop, &hotfix);
    shop.commit("src/cart.rs", "// the second half of the fix\n");
    let hotfix = hotfix.answer_all();
    let second = hotfix.tip();
    merge.write("src/login.rs", RESOLVED);
    merge.git(["add", "src/login.rs"]);
    hotfix.finish_with(&["--next"]).ok();
    shop.has_exactly(&["main", "develop"], &["v1.2.0", "v1.2.1", "v1.2.2"]);
    assert!(shop.has("main", &second) && shop.has("develop", &second), "develop has all of it");
    assert_eq!(format!("{}\n", shop.remote().show("refs/heads/develop", "src/login.rs")), RESOLVED);
    assert!(!merge.dir.exists() && !hotfix.has_branch());
}

#[test]
fn a_next_release_that_conflicts_again_is_left_to_a_human_again() {
    let (shop, hotfix) = conflicting_shop();
    let merge = stopped(&shop, &hotfix);
    shop.commit("src/login.rs", "// repaired in another way\n");
    let hotfix = hotfix.answer_all();
    let second = hotfix.tip();
    merge.write("src/login.rs", RESOLVED);
    merge.git(["add", "src/login.rs"]);
    hotfix.finish_with(&["--next"]).exits(5).says("src/login.rs");
    assert!(hotfix.has_branch() && !shop.has("develop", &second));
    let again = shop.worktree_in_a_merge().expect("no merge in progress");
    again.write("src/login.rs", RESOLVED);
    again.git(["add", "src/login.rs"]);
    hotfix.finish().ok();
    assert!(shop.has("develop", &second) && !hotfix.has_branch());
    assert_eq!(shop.worktrees().len(), 1, "no worktree is left over");
}

#[test]
fn develop_conflicting_with_the_resolution_itself_is_no_trap() {
    let (shop, hotfix) = conflicting_shop();
    let merge = stopped(&shop, &hotfix);
    let released = shop.tip("main");
    let news = shop.colleague_pushes("develop", "src/login.rs", "// rewritten once more\n");
    merge.write("src/login.rs", "// resolved too early\n");
    merge.git(["add", "src/login.rs"]);
    hotfix.finish().exits(5).says("src/login.rs");
    let again = shop.worktree_in_a_merge().expect("no merge in progress");
    again.write("src/login.rs", RESOLVED);
    again.git(["add", "src/login.rs"]);
    hotfix.finish().ok();
    is_done(&shop, &again, &released, &news);
}

#[test]
fn a_colleague_without_the_record_meets_the_same_conflict() {
    let shop = Shop::new();
    shop.colleague_pushes("develop", "src/login.rs", "// rewritten\n");
    let develop = shop.tip("develop");
    let hotfix = shop.ready("fix-login-crash").published();
    hotfix.finish().exits(5);
    let colleague = shop.colleague();
    colleague.hotfix(["finish", "fix-login-crash", "-y"]).exits(5).says("src/login.rs");
    assert_eq!(shop.tip("develop"), develop);
    assert!(shop.remote_refs().contains_key("refs/heads/hotfix/fix-login-crash"), "the branch is kept");
}

#[test]
fn a_run_that_was_killed_in_the_merges_worktree_leaves_it_to_the_next_one() {
    let (shop, hotfix) = conflicting_shop();
    let theirs = shop.tip("develop");
    let merge = stopped(&shop, &hotfix);
    let released = shop.tip("main");
    merge.write("src/login.rs", RESOLVED);
    merge.git(["add", "src/login.rs"]);
    let fault = "finish: the end is in the record:1";
    let killed = merge.call(["finish", "-y"]).env("HOTFIX_FAULT", fault).run();
    assert_eq!(killed.status, 128 + 9, "{killed}");
    assert!(merge.dir.exists());
    merge.hotfix(["note", "still in there", "--hotfix", "fix-login-crash"]).ok();
    assert!(merge.dir.exists(), "not from under somebody's feet");
    hotfix.finish().ok().says("Removed");
    is_done(&shop, &merge, &released, &theirs);
}

#[test]
fn what_was_changed_in_the_merges_worktree_since_stays() {
    let (shop, hotfix) = conflicting_shop();
    let merge = stopped(&shop, &hotfix);
    merge.write("src/login.rs", RESOLVED);
    merge.git(["add", "src/login.rs"]);
    let fault = "finish: the end is in the record:1";
    let killed = merge.call(["finish", "-y"]).env("HOTFIX_FAULT", fault).run();
    assert_eq!(killed.status, 128 + 9, "{killed}");
    merge.write("src/login.rs", "// a second thought\n");
    hotfix.finish().ok().does_not_say("Removed");
    assert_eq!(merge.read("src/login.rs"), "// a second thought\n");
}

/// Nothing of a merge that is not resolved gets out: not on the first run, nor on the second.
#[track_caller]
fn does_not_get_out(shop: &Shop, hotfix: &Hotfix, theirs: &str, says: &[&str]) {
    for _ in 0..2 {
        let ran = hotfix.finish();
        ran.exits(5);
        for words in says {
            ran.says(words);
        }
        assert_eq!(shop.tip("develop"), theirs, "{ran}");
    }
}

#[test]
fn what_is_pushed_is_what_is_added_and_not_the_file_beside_it() {
    let (shop, hotfix) = conflicting_shop();
    let theirs = shop.tip("develop");
    let merge = stopped(&shop, &hotfix);
    merge.git(["add", "src/login.rs"]);
    let says = ["src/login.rs was added with conflict markers", "git add src/login.rs"];
    does_not_get_out(&shop, &hotfix, &theirs, &says);
    // The file is right now; what is added is not.
    merge.write("src/login.rs", RESOLVED);
    let says = ["src/login.rs is changed but not added", "git add src/login.rs"];
    does_not_get_out(&shop, &hotfix, &theirs, &says);
    let released = shop.tip("main");
    merge.git(["add", "src/login.rs"]);
    hotfix.finish().ok();
    is_done(&shop, &merge, &released, &theirs);
}

#[test]
fn conflict_markers_that_were_committed_by_hand_do_not_get_out() {
    let (shop, hotfix) = conflicting_shop();
    let theirs = shop.tip("develop");
    let merge = stopped(&shop, &hotfix);
    merge.git(["commit", "-q", "-a", "--no-edit"]);
    let says = ["src/login.rs was committed with conflict markers", "git commit --amend --no-edit"];
    does_not_get_out(&shop, &hotfix, &theirs, &says);
    // A commit on top that moves them elsewhere does not help.
    merge.git(["mv", "src/login.rs", "src/sign_in.rs"]);
    merge.git(["commit", "-q", "-m", "moved"]);
    does_not_get_out(&shop, &hotfix, &theirs, &["src/sign_in.rs was committed with conflict markers"]);
    merge.git(["mv", "src/sign_in.rs", "src/login.rs"]);
    merge.write("src/login.rs", RESOLVED);
    does_not_get_out(&shop, &hotfix, &theirs, &["src/login.rs is changed but not committed"]);
    let released = shop.tip("main");
    merge.git(["commit", "-q", "-a", "--amend", "--no-edit"]);
    hotfix.finish().ok();
    is_done(&shop, &merge, &released, &theirs);
}

#[test]
fn half_a_marker_counts_too() {
    let (shop, hotfix) = conflicting_shop();
    let theirs = shop.tip("develop");
    let merge = stopped(&shop, &hotfix);
    for left in ["=======\n", "<<<<<<< HEAD\r\n", ">>>>>>> 1234567\n", "||||||| base\n"] {
        merge.write("src/login.rs", &format!("// one side\n{left}"));
        merge.git(["add", "src/login.rs"]);
        hotfix.finish().exits(5).says("src/login.rs was added with conflict markers");
    }
    assert_eq!(shop.tip("develop"), theirs);
}

#[test]
fn a_file_that_shows_conflict_markers_as_an_example_is_no_conflict() {
    let example = "How git shows it:\n<<<<<<< HEAD\nours\n=======\ntheirs\n>>>>>>> 1234567\n";
    let shop = Shop::build().file("merging.md", example).go();
    shop.colleague_pushes("develop", "merging.md", &format!("{example}as develop has it\n"));
    let hotfix = shop.start("fix-login-crash").fix_login();
    hotfix.commit("merging.md", &format!("{example}as the hotfix has it\n"));
    let hotfix = hotfix.answer_all();
    hotfix.finish().exits(5).says("merging.md");
    let merge = shop.worktree_in_a_merge().expect("no merge in progress");
    merge.write("merging.md", &format!("{example}as both have it\n"));
    merge.git(["add", "merging.md"]);
    hotfix.finish().ok();
    assert!(shop.remote().show("refs/heads/develop", "merging.md").contains("as both have it"));
}

#[test]
fn another_file_that_was_changed_and_not_added_is_named() {
    let (shop, hotfix) = conflicting_shop();
    let theirs = shop.tip("develop");
    let merge = stopped(&shop, &hotfix);
    merge.write("src/login.rs", RESOLVED);
    merge.git(["add", "src/login.rs"]);
    merge.write("README.md", "what else the resolution needs\n");
    does_not_get_out(&shop, &hotfix, &theirs, &["README.md is changed but not added", "git add README.md"]);
    merge.git(["add", "README.md"]);
    hotfix.finish().ok();
    assert!(shop.remote().show("refs/heads/develop", "README.md").contains("what else"));
}

/// A shop whose develop has deleted what the hotfix changes.
fn shop_without_login() -> (Shop, Hotfix, String) {
    shop_without_login_in(Shop::new())
}

fn shop_without_login_in(shop: Shop) -> (Shop, Hotfix, String) {
    let colleague = shop.colleague();
    colleague.git(["switch", "-q", "-c", "cleaning", "origin/develop"]);
    colleague.git(["rm", "-q", "src/login.rs"]);
    colleague.git(["commit", "-q", "-m", "no more login"]);
    colleague.git(["push", "-q", "origin", "HEAD:refs/heads/develop"]);
    let hotfix = shop.ready("fix-login-crash");
    let theirs = shop.tip("develop");
    (shop, hotfix, theirs)
}

#[test]
fn a_file_that_the_target_deleted_may_stay_deleted_or_come_back() {
    for (way, is_back) in [(&["rm", "-q"][..], false), (&["add"], true)] {
        let (shop, hotfix, theirs) = shop_without_login();
        let ran = hotfix.finish();
        ran.exits(5).says("src/login.rs is not in develop; the hotfix changes it");
        ran.says("git rm src/login.rs").says("git add src/login.rs");
        let merge = shop.worktree_in_a_merge().expect("no merge in progress");
        merge.git([way, &["src/login.rs"]].concat());
        hotfix.finish().ok();
        shop.got_the_fix("develop", &theirs);
        let there = shop.remote().git_agrees(["cat-file", "-e", "refs/heads/develop:src/login.rs"]);
        assert_eq!(there, is_back);
        assert!(!hotfix.has_branch());
    }
}

#[test]
fn a_pick_that_comes_to_nothing_is_a_decision_for_good() {
    let shop = Shop::build().release("release/1.3.0").go();
    let shop = shop_without_login_in(shop).0;
    let hotfix = shop.started("fix-login-crash");
    shop.git(["config", "hotfix.finish.mergeBackBy", "cherry-pick"]);
    shop.refuse_updates_of("refs/heads/release/1.3.0");
    hotfix.finish().exits(5).says("git rm src/login.rs");
    let merge = shop.worktree_with("CHERRY_PICK_HEAD").expect("no pick in progress");
    merge.git(["rm", "-q", "src/login.rs"]);
    hotfix.finish().exits(8);
    let decided = shop.tip("develop");
    hotfix.finish().exits(8).does_not_say("git rm");
    shop.accept_everything_again();
    hotfix.finish().ok();
    assert_eq!(shop.tip("develop"), decided);
    assert!(!shop.remote().git_agrees(["cat-file", "-e", "refs/heads/develop:src/login.rs"]));
    assert!(!hotfix.has_branch());
}

#[test]
fn no_commit_is_made_in_the_worktree_of_another_clone() {
    let (shop, hotfix) = conflicting_shop();
    let hotfix = hotfix.published();
    shop.hotfix(["sync", "-y"]).ok();
    let merge = stopped(&shop, &hotfix);
    shop.hotfix(["sync"]).ok();
    merge.write("src/login.rs", RESOLVED);
    merge.git(["add", "src/login.rs"]);
    let before = (merge.rev("HEAD"), merge.git(["status", "--porcelain"]));
    let develop = shop.tip("develop");
    let grace = shop.clone_of("grace");
    grace.hotfix(["sync"]).ok();
    grace.hotfix(["finish", "fix-login-crash", "-y"]).exits(5).says("src/login.rs");
    assert_eq!((merge.rev("HEAD"), merge.git(["status", "--porcelain"])), before);
    assert_eq!(shop.tip("develop"), develop);
    // Each clone has a merge of its own, and the first to be done is the one that counts.
    hotfix.finish().ok();
    grace.hotfix(["finish", "fix-login-crash", "-y"]).ok();
}
