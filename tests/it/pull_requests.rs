//! A fix that reached a branch by other commits than ours is found there, and not shipped twice.

use crate::support::{Hotfix, Shop};

const NAME: &str = "fix-login-crash";
const BRANCH: &str = "origin/hotfix/fix-login-crash";
/// The lines of the fix, rewritten by somebody since.
const LATER: &str = "pub fn login(user: &str) -> bool {\n    sessions().any(|s| s.user == user)\n}\n";

fn ready(shop: &Shop) -> Hotfix {
    let hotfix = shop.start(NAME).fix("src/guard.rs", "pub fn guard() {}\n").fix_login();
    hotfix.answer_all().published()
}

/// What a colleague does on top of a branch, and pushes there.
fn on(shop: &Shop, branch: &str, steps: &[&[&str]]) -> String {
    let colleague = shop.colleague();
    colleague.git(["fetch", "-q", "origin"]);
    colleague.git(["switch", "-q", "--detach", &format!("origin/{branch}")]);
    for step in steps {
        colleague.git(step.iter().copied());
    }
    colleague.git(["push", "-q", "origin", &format!("HEAD:refs/heads/{branch}")]);
    colleague.rev("HEAD")
}

fn squashed(shop: &Shop, branch: &str) -> String {
    on(shop, branch, &[&["merge", "-q", "--squash", BRANCH], &["commit", "-q", "-m", "Fix login (#7)"]])
}

fn picked(shop: &Shop, branch: &str) -> String {
    on(shop, branch, &[&["cherry-pick", &format!("{BRANCH}~2..{BRANCH}")]])
}

#[track_caller]
fn is_tagged_at(shop: &Shop, hotfix: &Hotfix, commit: &str) {
    hotfix.finish().ok();
    shop.has_exactly(&["main", "develop"], &["v1.2.0", "v1.2.1"]);
    assert_eq!(shop.remote().rev("refs/tags/v1.2.1^{commit}"), commit);
    assert!(shop.has("develop", commit));
    hotfix.finish().ok().says("v1.2.1");
}

#[test]
fn squashed_and_rewritten_since_it_is_tagged_where_it_was_squashed() {
    let shop = Shop::new();
    let hotfix = ready(&shop);
    shop.colleague_pushes("main", "src/news.rs", "// before it\n");
    let commit = squashed(&shop, "main");
    shop.colleague_pushes("main", "src/login.rs", LATER);
    is_tagged_at(&shop, &hotfix, &commit);
}

#[test]
fn rebased_and_rewritten_since_it_is_tagged_where_all_of_it_was_there() {
    let shop = Shop::new();
    let hotfix = ready(&shop);
    shop.colleague_pushes("main", "src/news.rs", "// before it\n");
    let commit = picked(&shop, "main");
    shop.colleague_pushes("main", "src/login.rs", LATER);
    is_tagged_at(&shop, &hotfix, &commit);
}

#[test]
fn git_alone_finds_it_as_well() {
    let shop = Shop::build().object_format("sha256").go();
    let hotfix = ready(&shop);
    shop.colleague_pushes("main", "src/news.rs", "// before it\n");
    let commit = picked(&shop, "main");
    shop.colleague_pushes("main", "src/login.rs", LATER);
    is_tagged_at(&shop, &hotfix, &commit);
}

#[test]
fn what_came_through_a_branch_that_was_merged_is_tagged_at_the_merge() {
    let shop = Shop::new();
    let hotfix = ready(&shop);
    let merge = [
        &["cherry-pick", "origin/hotfix/fix-login-crash~2..origin/hotfix/fix-login-crash"][..],
        &["branch", "-f", "theirs", "HEAD"],
        &["switch", "-q", "--detach", "origin/main"],
        &["merge", "-q", "--no-ff", "-m", "Merge theirs", "theirs"],
    ];
    shop.colleague_pushes("main", "src/news.rs", "// before it\n");
    let commit = on(&shop, "main", &merge);
    shop.colleague_pushes("main", "src/login.rs", LATER);
    is_tagged_at(&shop, &hotfix, &commit);
}

#[test]
fn half_of_it_is_not_all_of_it() {
    let shop = Shop::new();
    let hotfix = ready(&shop);
    shop.colleague_pushes("main", "src/news.rs", "// before it\n");
    on(&shop, "main", &[&["cherry-pick", &format!("{BRANCH}~1")]]);
    let old = shop.tip("main");
    hotfix.finish().ok();
    shop.is_released("v1.2.1", &old, &shop.remote().rev("v1.2.1^2"));
    assert!(shop.remote().show("v1.2.1", "src/login.rs").contains("unwrap_or(false)"));
}

#[test]
fn what_was_taken_back_since_is_not_there() {
    let shop = Shop::new();
    let hotfix = ready(&shop);
    shop.colleague_pushes("main", "src/news.rs", "// before it\n");
    squashed(&shop, "main");
    on(&shop, "main", &[&["revert", "--no-edit", "HEAD"]]);
    hotfix.finish().exits(3).says("took it back");
    on(&shop, "main", &[&["revert", "--no-edit", "HEAD"]]);
    hotfix.finish().ok();
    assert_eq!(shop.rev("v1.2.1^{commit}"), shop.tip("main"));
}

#[test]
fn a_target_that_has_it_already_needs_no_human() {
    for way in [squashed, picked] {
        let shop = Shop::new();
        let hotfix = ready(&shop);
        way(&shop, "develop");
        let rewritten = shop.colleague_pushes("develop", "src/login.rs", LATER);
        hotfix.finish().ok().says("develop: it has the fix since");
        assert_eq!(shop.tip("develop"), rewritten, "nothing is missing there");
        shop.has_exactly(&["main", "develop"], &["v1.2.0", "v1.2.1"]);
        assert!(!hotfix.has_branch());
    }
}
