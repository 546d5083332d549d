//! A conflict that is resolved in another place than the worktree that was left for it.

use crate::conflicts::{conflicting_shop, stopped};
use crate::support::{Hotfix, Repo, Shop};

/// Somebody merges main into develop in the main worktree, as far as the conflict.
fn merging(shop: &Shop) {
    shop.git(["switch", "-q", "develop"]);
    shop.git(["merge", "-q", "--ff-only", "origin/develop"]);
    assert!(!shop.git_agrees(["merge", "-q", "main"]), "it conflicts");
}

fn resolved_in_develop() -> (Shop, Hotfix, Repo) {
    let (shop, hotfix) = conflicting_shop();
    let merge = stopped(&shop, &hotfix);
    merging(&shop);
    shop.write("src/login.rs", "// both\n");
    shop.git(["commit", "-q", "-a", "--no-edit"]);
    (shop, hotfix, merge)
}

#[test]
fn a_merge_in_progress_on_the_branch_itself_is_seen() {
    let (shop, hotfix) = conflicting_shop();
    let merge = stopped(&shop, &hotfix);
    merging(&shop);
    let place = merge.dir.display().to_string();
    let status = shop.hotfix(["status", &hotfix.name]);
    status.ok().says("develop is being merged by hand: a merge is in progress: src/login.rs conflicts");
    status.says("git add src/login.rs").says("git push origin develop").does_not_say(&place);
    hotfix.finish().exits(5).says("is being merged by hand").does_not_say(&place);
}

#[test]
fn a_conflict_that_is_resolved_in_local_develop_only_waits_for_the_push() {
    let (shop, hotfix, merge) = resolved_in_develop();
    let words = "develop has the fix in the local branch, which is not on origin yet";
    let status = shop.hotfix(["status", &hotfix.name]);
    status.ok().says(words).says("git push origin develop").does_not_say("not resolved");
    hotfix.finish().exits(5).says(words).says("git push origin develop").does_not_say("not resolved");
    shop.git(["push", "-q", "origin", "develop"]);
    // Nobody has worked in the worktree that was left, so it goes.
    hotfix.finish().ok().says("was left over from the merge into develop and is removed");
    assert!(!merge.dir.exists());
}

#[test]
fn what_somebody_worked_on_in_a_worktree_that_is_left_over_stays_and_the_line_works() {
    let (shop, hotfix, merge) = resolved_in_develop();
    std::thread::sleep(std::time::Duration::from_millis(20));
    merge.write("src/login.rs", "// half of it\n");
    shop.git(["push", "-q", "origin", "develop"]);
    let ran = hotfix.finish();
    ran.ok().says("left over (what is changed in it goes with it: src/login.rs)");
    assert!(merge.dir.exists());
    // In it the same is said, also while another hotfix is open.
    for names in [&["another"][..], &[]] {
        let status = merge.hotfix(["status"]);
        status.ok().says("left over").says(&format!("git worktree remove --force {}", merge.dir.display()));
        for name in names {
            shop.git(["switch", "-q", "main"]);
            shop.hotfix(["start", name]).ok();
        }
    }
    let dir = merge.dir.display().to_string();
    shop.git(["worktree", "remove", "--force", &dir]);
    assert!(!merge.dir.exists());
}

#[test]
fn a_worktree_that_is_left_over_after_a_skip_goes() {
    let (shop, hotfix) = conflicting_shop();
    let merge = stopped(&shop, &hotfix);
    hotfix.finish_with(&["--skip", "develop=rewritten there"]).ok().says("was left over");
    assert!(!merge.dir.exists());
    assert_eq!(shop.git(["worktree", "list"]).lines().count(), 1);
}

#[test]
fn the_markers_name_the_branch_and_what_is_resolved_is_called_so() {
    let (shop, hotfix) = conflicting_shop();
    let merge = stopped(&shop, &hotfix);
    let text = merge.read("src/login.rs");
    assert!(text.contains(">>>>>>> refs/remotes/origin/main"), "{text}");
    assert_eq!(merge.rev("MERGE_HEAD"), shop.tip("main"));
    merge.write("src/login.rs", "// both\n");
    merge.git(["add", "src/login.rs"]);
    let status = shop.hotfix(["status", "fix-login-crash"]);
    status.ok().says("develop is resolved in its worktree and not committed").does_not_say("Resolve it");
    status.says("commits what is resolved for develop, and pushes it");
}

#[test]
fn a_commit_that_is_nowhere_else_stays() {
    let (shop, hotfix) = conflicting_shop();
    let merge = stopped(&shop, &hotfix);
    merge.write("src/login.rs", "// mine\n");
    merge.git(["commit", "-q", "-a", "--no-edit"]);
    let commit = merge.rev("HEAD");
    hotfix.finish_with(&["--skip", "develop=rewritten there"]).ok().says("left over").says(&commit[..7]);
    assert!(merge.dir.exists());
    drop(shop);
}
