//! Anybody who can push can make release branches that conflict: a person resolves a few at a time.

use crate::support::Shop;

#[test]
fn so_many_merges_are_left_as_a_person_can_look_at() {
    let shop = Shop::new();
    let mallory = shop.clone_of("mallory");
    mallory.git(["switch", "-q", "-c", "theirs", "origin/develop"]);
    mallory.commit("src/login.rs", "// rewritten\n");
    let branches: Vec<String> = (10..21).map(|n| format!("HEAD:refs/heads/release/1.{n}.0")).collect();
    mallory.git(["push", "-q", "origin"].into_iter().chain(branches.iter().map(String::as_str)));
    let hotfix = shop.ready("fix-login-crash");
    let ran = hotfix.finish();
    ran.exits(5).says("also in conflict: ").says("those merges begin after these");
    assert_eq!(shop.worktrees().len(), 1 + 8, "{ran}");
    let merges = || shop.worktrees().into_iter().filter(|w| w.has_file("src/login.rs") && w.dir != shop.dir);
    for merge in merges() {
        merge.write("src/login.rs", "// rewritten, and mended\n");
        merge.git(["add", "src/login.rs"]);
    }
    hotfix.finish().exits(5).does_not_say("also in conflict");
    for merge in merges() {
        merge.write("src/login.rs", "// rewritten, and mended\n");
        merge.git(["add", "src/login.rs"]);
    }
    hotfix.finish().ok();
    assert_eq!(shop.worktrees().len(), 1, "nothing is left behind");
}
