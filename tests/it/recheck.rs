//! Production moved since the tests: what differs is named, and what can be tested again is.

use crate::support::{Except, Hotfix, Repo, Shop};

/// A shop whose tests pass until a file called `broken` is in the tree; every run leaves a line.
fn shop(recheck: bool) -> (Shop, Repo) {
    let shop = Shop::new();
    let root = Repo::at(&shop.world, &shop.world.root);
    let log = root.dir.join("ran");
    let config = format!(
        "[[check]]\nid = \"tests\"\nquestion = \"Have automated tests passed?\"\nrecheck = {recheck}\n\
         command = \"git rev-parse HEAD^{{tree}} >>'{0}'; pwd >>'{0}.where'; test ! -e broken\"\n",
        log.display()
    );
    shop.commit("hotfix.toml", &config);
    shop.git(["push", "-q", "origin", "HEAD:main"]);
    shop.git(["tag", "-a", "-m", "v1.2.1", "v1.2.1"]);
    shop.git(["push", "-q", "origin", "v1.2.1"]);
    (shop, root)
}

fn trees(root: &Repo) -> Vec<String> {
    root.read("ran").lines().map(str::to_owned).collect()
}

fn tested(shop: &Shop) -> Hotfix {
    let hotfix = shop.start("fix-login-crash").fix_login();
    hotfix.hotfix(["check", "--only", "tests", "--trust"]).ok();
    hotfix.answer(&["resolves=yes", "critical-paths=yes", "reviewed=grace@example.com", "staging=yes"])
}

#[test]
fn what_differs_from_what_was_tested_is_named_and_recorded() {
    let shop = Shop::new();
    let hotfix = shop.ready("fix-login-crash");
    shop.colleague_pushes("main", "src/basket.rs", "pub fn basket() {}\n");
    let plan = hotfix.plan();
    assert_eq!(plan["untested_files"], serde_json::json!(["src/basket.rs"]));
    hotfix.finish().ok().says("1 file differs from what was tested").says("src/basket.rs");
    let printed = shop.hotfix(["postmortem", "fix-login-crash", "--output", "-"]);
    printed.ok().says("The tree that was tagged is not the tree that was tested").says("src/basket.rs");
}

#[test]
fn tests_run_again_on_the_merged_tree_and_only_there() {
    let (shop, root) = shop(true);
    let hotfix = tested(&shop);
    shop.colleague_pushes("main", "src/basket.rs", "pub fn basket() {}\n");
    let plan = hotfix.finish_with(&["--dry-run", "--trust"]);
    plan.ok().says("tests again, on what will be tagged");
    assert_eq!(trees(&root).len(), 1, "a rehearsal runs nothing");
    hotfix.finish_with(&["--trust"]).ok();
    let trees = trees(&root);
    assert_eq!(trees.len(), 2, "{trees:?}");
    assert_eq!(trees[1], shop.remote().rev("v1.2.2^{tree}"), "what is tagged was tested");
    assert_ne!(trees[0], trees[1]);
    let places = root.read("ran.where");
    let place = std::path::Path::new(places.lines().last().unwrap());
    assert!(!place.exists() && !place.parent().unwrap().exists(), "{places}");
    assert_eq!(shop.worktrees().len(), 1);
}

#[test]
fn what_is_tested_again_has_the_new_version() {
    let (shop, root) = shop(true);
    shop.commit("VERSION", "1.2.1\n");
    shop.git(["tag", "-f", "-a", "-m", "v1.2.1", "v1.2.1"]);
    shop.git(["push", "-q", "-f", "origin", "main", "v1.2.1"]);
    let hotfix = tested(&shop);
    shop.colleague_pushes("main", "src/basket.rs", "pub fn basket() {}\n");
    hotfix.finish_with(&["--trust"]).ok();
    assert_eq!(trees(&root)[1], shop.remote().rev("v1.2.2^{tree}"));
    assert_eq!(shop.remote().show("refs/tags/v1.2.2", "VERSION"), "1.2.2");
}

#[test]
fn nothing_runs_again_where_production_stood_still() {
    let (shop, root) = shop(true);
    tested(&shop).finish().ok();
    assert_eq!(trees(&root).len(), 1);
}

#[test]
fn without_recheck_nothing_runs_again() {
    let (shop, root) = shop(false);
    let hotfix = tested(&shop);
    shop.colleague_pushes("main", "src/basket.rs", "pub fn basket() {}\n");
    hotfix.finish().ok().says("src/basket.rs");
    assert_eq!(trees(&root).len(), 1);
}

#[test]
fn what_does_not_pass_on_the_merged_tree_is_not_published() {
    let (shop, root) = shop(true);
    let hotfix = tested(&shop);
    shop.colleague_pushes("main", "broken", "yes\n");
    let before = shop.snapshot();
    let ran = hotfix.finish_with(&["--trust"]);
    ran.exits(3).says("main moved since the tests").says("Nothing was published").fails_with_a_hint();
    before.still_holds_except(&[Except::Tracking, Except::Record]);
    assert_eq!(shop.worktrees().len(), 1);
    assert_eq!(hotfix.check_state("tests"), "pass", "what was said of the branch still holds");
    let events = shop.hotfix(["timeline", "fix-login-crash", "--json"]).json();
    let answers: Vec<_> =
        events["events"].as_array().unwrap().iter().filter(|e| e["kind"] == "checklist_item").collect();
    let last = answers.iter().rfind(|e| e["data"]["recheck"] == true).expect("it is recorded");
    assert_eq!(last["refs"]["tree"], trees(&root)[1].as_str());
    assert_eq!(last["data"]["verdict"], "fail");
    // Somebody repairs production; what passes now is released.
    let colleague = shop.colleague();
    colleague.git(["fetch", "-q", "origin"]);
    colleague.git(["switch", "-q", "--detach", "origin/main"]);
    colleague.git(["rm", "-q", "broken"]);
    colleague.git(["commit", "-q", "-m", "Mend"]);
    colleague.git(["push", "-q", "origin", "HEAD:main"]);
    hotfix.finish_with(&["--trust"]).ok();
    shop.has_exactly(&["main", "develop"], &["v1.2.0", "v1.2.1", "v1.2.2"]);
}

#[test]
fn a_command_that_is_not_trusted_stops_before_it_runs() {
    let (shop, root) = shop(true);
    let hotfix = tested(&shop);
    shop.colleague_pushes("main", "src/basket.rs", "pub fn basket() {}\n");
    let before = shop.snapshot();
    hotfix.finish().exits(3).says("is not trusted here yet").says("--trust");
    before.still_holds_except(&[Except::Tracking, Except::Record]);
    assert_eq!(trees(&root).len(), 1);
}

#[test]
fn a_waiver_runs_nothing_again() {
    let (shop, root) = shop(true);
    let hotfix = tested(&shop);
    shop.colleague_pushes("main", "broken", "yes\n");
    hotfix.finish_with(&["--waive", "tests=the failing part is switched off"]).ok();
    assert_eq!(trees(&root).len(), 1);
}

#[test]
fn a_run_that_was_killed_while_testing_leaves_nothing_behind_in_the_end() {
    let (shop, root) = shop(true);
    let hotfix = tested(&shop);
    shop.colleague_pushes("main", "src/basket.rs", "pub fn basket() {}\n");
    let killed = shop
        .call(["finish", "fix-login-crash", "-y", "--trust"])
        .env("HOTFIX_FAULT", "recheck: the merged tree is checked out:1")
        .run();
    assert_eq!(killed.status, 128 + 9, "{killed}");
    let left = shop.worktrees();
    assert_eq!(left.len(), 2, "it should leave its checkout");
    let ran = hotfix.finish_with(&["--trust"]);
    ran.ok().says("Removed").says("left by a run that was killed");
    assert_eq!(shop.worktrees().len(), 1);
    assert!(!left[1].dir.parent().unwrap().exists());
    assert_eq!(trees(&root).len(), 2);
}

#[test]
fn status_says_what_failed_on_the_merged_tree_and_what_shows_it() {
    let (shop, _) = shop(true);
    let hotfix = tested(&shop);
    let first = shop.colleague_pushes("main", "broken", "yes\n");
    hotfix.finish_with(&["--trust"]).exits(3);
    assert_eq!(hotfix.step_state("test"), "failed");
    let status = hotfix.hotfix(["status"]);
    status.ok().says("tests failed on the merged tree").says("Next: tests failed on the merged tree");
    let next = hotfix.status()["next"]["command"].as_str().unwrap().to_owned();
    assert_eq!(next, "git merge origin/main");
    // Production moved on: what failed is not what would be tagged now.
    shop.colleague_pushes("main", "src/basket.rs", "pub fn basket() {}\n");
    shop.git(["fetch", "-q"]);
    assert_eq!(hotfix.step_state("test"), "done");
    assert_eq!(hotfix.status()["next"]["command"], "hotfix finish fix-login-crash");
    hotfix.finish_with(&["--trust"]).exits(3);
    assert_eq!(hotfix.step_state("test"), "failed");
    // What is printed works, and what has to be done about it there is what status says next.
    hotfix.git(["merge", "-q", "--no-edit", "origin/main"]);
    assert!(shop.contains(&hotfix.tip(), &first));
    hotfix.git(["rm", "-q", "broken"]);
    hotfix.git(["commit", "-q", "-m", "Mend"]);
    hotfix.hotfix(["check", "--only", "tests", "--trust"]).ok();
    let hotfix =
        hotfix.answer(&["resolves=yes", "critical-paths=yes", "reviewed=grace@example.com", "staging=yes"]);
    assert_eq!(hotfix.step_state("test"), "done");
    hotfix.finish_with(&["--trust"]).ok();
}

#[test]
fn status_forgets_what_failed_on_the_merged_tree_once_it_is_waived() {
    let (shop, _) = shop(true);
    let hotfix = tested(&shop);
    shop.colleague_pushes("main", "broken", "yes\n");
    hotfix.finish_with(&["--trust"]).exits(3);
    hotfix.hotfix(["check", "--waive", "tests=the failing part is switched off"]).ok();
    assert_eq!(hotfix.step_state("test"), "done");
    hotfix.finish().ok();
}
