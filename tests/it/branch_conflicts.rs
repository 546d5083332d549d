//! A conflict on the hotfix branch itself, before anything is released.

use crate::support::{Hotfix, Shop};

/// Production moves under the branch, and merging it here conflicts.
fn conflicting_with_production() -> (Shop, Hotfix) {
    let shop = Shop::new();
    let hotfix = shop.ready("fix-login-crash");
    shop.colleague_pushes("main", "src/login.rs", "pub fn login() { theirs() }\n");
    hotfix.finish().exits(5).says("git merge origin/main");
    assert!(!hotfix.git_agrees(["merge", "origin/main"]));
    (shop, hotfix)
}

#[test]
fn a_conflict_on_the_branch_itself_is_named_until_it_is_resolved() {
    let (_shop, hotfix) = conflicting_with_production();
    let conflicts = "a merge is in progress: src/login.rs conflicts";
    hotfix.hotfix(["status"]).ok().says(conflicts).says("git add src/login.rs").does_not_say("git commit -a");
    hotfix.finish().exits(3).says(conflicts).says("git add src/login.rs");
    hotfix.git(["add", "src/login.rs"]);
    hotfix.hotfix(["status"]).ok().says("a merge is in progress").says("git commit");
}

#[test]
fn conflict_markers_on_the_branch_are_never_released() {
    let (shop, hotfix) = conflicting_with_production();
    hotfix.git(["commit", "-a", "-m", "merge"]);
    let said = "src/login.rs was committed with conflict markers";
    hotfix.hotfix(["check", "resolves", "tests"]).exits(3).says(said).says("git commit src/login.rs");
    let before = shop.remote().refs();
    hotfix.finish().exits(3).says(said).says("conflict-marker-size");
    assert_eq!(shop.remote().refs(), before);
    // Half of one is one, too.
    let hotfix = hotfix.fix("src/login.rs", "pub fn login() { both() }\n>>>>>>> origin/main\n");
    hotfix.finish().exits(3).says(said);
    let hotfix = hotfix.fix("src/login.rs", "pub fn login() { both() }\n").answer_all();
    hotfix.finish().ok();
    assert_eq!(shop.remote().show("main", "src/login.rs"), "pub fn login() { both() }");
}

#[test]
fn markers_that_a_file_shows_on_purpose_are_none() {
    let example = "<<<<<<< HEAD\nours\n=======\ntheirs\n>>>>>>> topic\n";
    let shop = Shop::build().file("docs/conflicts.md", example).go();
    let hotfix = shop.start("fix-login-crash").fix_login();
    let hotfix = hotfix.fix("docs/conflicts.md", &format!("Summary\n=======\n{example}"));
    let hotfix =
        hotfix.fix("docs/more.md", example).fix(".gitattributes", "docs/*.md conflict-marker-size=32\n");
    hotfix.answer_all().finish().ok();
}

#[test]
fn no_name_of_a_file_hides_markers_or_runs_in_the_line_to_type() {
    let shop = Shop::new();
    let hotfix = shop.start("fix-login-crash").fix_login();
    let marked = "<<<<<<< HEAD\nours\n>>>>>>> topic\n";
    let hotfix = hotfix.fix(":odd.md", marked).fix("x'; touch ran; '.md", marked);
    let ran = hotfix.finish();
    ran.exits(3).says(":odd.md was committed with conflict markers");
    let line = ran.stderr.lines().find(|line| line.contains("echo") && line.contains("touch ran")).unwrap();
    let line = line.trim().trim_start_matches("hint: ");
    hotfix.program("sh", ["-c", line]).ok();
    assert!(!hotfix.has_file("ran"), "{line}");
    assert_eq!(hotfix.read(".gitattributes"), "x'; touch ran; '.md conflict-marker-size=99\n");
}
