//! The same story in every kind of repository people have.

use crate::support::{Builder, FIXED_LOGIN, Shop};

/// Start, fix, check, finish; then looks at what became public and what followed here.
fn the_story_works_in(shop: Shop) {
    let (old, old_develop) = (shop.production_tip(), shop.develop.as_ref().map(|develop| shop.tip(develop)));
    let hotfix = shop.ready("fix-login-crash");
    let fix = hotfix.tip();
    hotfix.finish().ok();

    let branches: Vec<&str> =
        std::iter::once(shop.production.as_str()).chain(shop.develop.as_deref()).collect();
    shop.has_exactly(&branches, &["v1.2.0", "v1.2.1"]);
    shop.is_released("v1.2.1", &old, &fix);
    if let (Some(develop), Some(old)) = (&shop.develop, &old_develop) {
        shop.got_the_fix(develop, old);
    }
    if shop.remote.is_some() {
        shop.local_follows_the_remote();
    }
    assert!(!hotfix.has_branch());
    assert_eq!(shop.current_branch().as_deref(), Some(shop.production.as_str()));
    assert_eq!(shop.read("src/login.rs"), FIXED_LOGIN);
    assert_eq!(shop.git(["status", "--porcelain"]), "");
    shop.hotfix(["postmortem", "fix-login-crash", "--output", "-"]).ok().says("v1.2.1");
}

fn unless_git_cannot(builder: Builder) {
    if let Some(shop) = builder.go_if_git_can() {
        the_story_works_in(shop);
    }
}

#[test]
fn with_main_only() {
    the_story_works_in(Shop::build().no_develop().go());
}

#[test]
fn with_a_production_called_master() {
    the_story_works_in(Shop::build().production("master").go());
}

#[test]
fn with_master_only() {
    the_story_works_in(Shop::build().production("master").no_develop().go());
}

#[test]
fn without_a_remote() {
    the_story_works_in(Shop::build().no_remote().go());
}

#[test]
fn without_a_remote_and_without_develop() {
    the_story_works_in(Shop::build().no_remote().no_develop().go());
}

#[test]
fn with_a_remote_not_called_origin() {
    the_story_works_in(Shop::build().remote_name("upstream").go());
}

#[test]
fn with_sha256_object_names() {
    the_story_works_in(Shop::build().object_format("sha256").go());
}

#[test]
fn with_reftable() {
    unless_git_cannot(Shop::build().ref_format("reftable"));
}

#[test]
fn with_reftable_and_sha256() {
    unless_git_cannot(Shop::build().ref_format("reftable").object_format("sha256"));
}

#[test]
fn with_sha256_and_no_remote() {
    the_story_works_in(Shop::build().object_format("sha256").no_remote().go());
}

#[test]
fn with_develop_as_the_default_branch() {
    the_story_works_in(Shop::build().default_branch("develop").go());
}

#[test]
fn with_packed_refs() {
    let shop = Shop::new();
    shop.git(["pack-refs", "--all"]);
    shop.remote().git(["pack-refs", "--all"]);
    the_story_works_in(shop);
}

#[test]
fn with_a_local_develop_that_is_behind() {
    let shop = Shop::new();
    shop.colleague_pushes("develop", "src/news.rs", "// news\n");
    the_story_works_in(shop);
}

#[test]
fn with_tags_named_like_the_branches() {
    let shop = Shop::new();
    let elsewhere = shop.rev("refs/heads/main~1");
    for name in ["main", "develop", "hotfix/fix-login-crash"] {
        shop.git(["tag", name, &elsewhere]);
    }
    let (old, old_develop) = (shop.tip("main"), shop.tip("develop"));
    let hotfix = shop.ready("fix-login-crash");
    let fix = hotfix.tip();
    hotfix.finish().ok();
    shop.has_exactly(&["main", "develop"], &["v1.2.0", "v1.2.1"]);
    shop.is_released("v1.2.1", &old, &fix);
    shop.got_the_fix("develop", &old_develop);
}

#[test]
fn with_directories_named_like_the_branches() {
    let shop = Shop::build().file("main/readme", "x\n").file("hotfix/fix-login-crash/readme", "x\n").go();
    the_story_works_in(shop);
}

#[test]
fn from_a_directory_deep_inside() {
    let shop = Shop::new();
    let inside = crate::support::Repo::at(&shop.world, shop.dir.join("src"));
    let old = shop.tip("main");
    inside.hotfix(["start", "fix-login-crash"]).ok();
    let hotfix = shop.started("fix-login-crash").fix_login().answer_all();
    let fix = hotfix.tip();
    inside.hotfix(["finish", "-y"]).ok();
    shop.is_released("v1.2.1", &old, &fix);
}

#[test]
fn where_git_speaks_with_another_configuration() {
    let shop = Shop::new();
    for (key, value) in [
        ("push.followTags", "true"),
        ("push.default", "matching"),
        ("merge.ff", "only"),
        ("pull.rebase", "true"),
        ("color.ui", "always"),
        ("core.quotePath", "false"),
        ("status.short", "true"),
        ("log.showSignature", "true"),
        ("branch.autoSetupRebase", "always"),
        ("fetch.prune", "true"),
        ("diff.noprefix", "true"),
        ("tag.sort", "-version:refname"),
    ] {
        shop.git(["config", key, value]);
    }
    the_story_works_in(shop);
}
