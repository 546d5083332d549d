//! Which version a hotfix gets, learnt from the tags there are.

use crate::support::{Builder, Shop};

/// Releases one hotfix and demands this tag.
#[track_caller]
fn becomes(builder: Builder, tag: &str, version: &str) {
    let shop = builder.go();
    let old = shop.tip("main");
    let hotfix = shop.ready("fix-login-crash");
    let plan = hotfix.plan();
    assert_eq!((plan["tag"].as_str(), plan["version"].as_str()), (Some(tag), Some(version)));
    let fix = hotfix.tip();
    hotfix.finish().ok();
    shop.is_released(tag, &old, &fix);
}

#[test]
fn the_patch_after_the_last_release() {
    becomes(Shop::build().tags(&["v1.2.9"]), "v1.2.10", "1.2.10");
}

#[test]
fn the_highest_release_counts_and_not_the_newest_name() {
    becomes(Shop::build().tags(&["v1.9.0", "v1.10.0", "v1.2.0"]), "v1.10.1", "1.10.1");
}

#[test]
fn without_a_prefix() {
    becomes(Shop::build().tags(&["1.2.0"]), "1.2.1", "1.2.1");
}

#[test]
fn with_a_package_before_a_slash() {
    becomes(Shop::build().tags(&["app/v1.2.0"]), "app/v1.2.1", "1.2.1");
}

#[test]
fn with_a_package_before_an_at_sign() {
    becomes(Shop::build().tags(&["app@1.2.0"]), "app@1.2.1", "1.2.1");
}

#[test]
fn pre_releases_and_other_tags_do_not_count() {
    let others = ["v1.2.0", "v1.3.0-rc.1", "v2", "v2.0", "v02.0.0", "2.0.0.1", "nightly-20261122", "vNext"];
    becomes(Shop::build().tags(&others), "v1.2.1", "1.2.1");
}

#[test]
fn the_very_first_release_is_said_to_be_one() {
    let shop = Shop::build().tags(&[]).go();
    let hotfix = shop.ready("fix-login-crash");
    hotfix.finish().ok().says("v0.0.1");
    shop.has_exactly(&["main", "develop"], &["v0.0.1"]);
}

#[test]
fn lightweight_release_tags_count_too() {
    let shop = Shop::build().tags(&[]).go();
    shop.git(["tag", "v1.2.0", "main"]);
    shop.git(["push", "-q", "origin", "refs/tags/v1.2.0"]);
    shop.ready("fix-login-crash").finish().ok();
    shop.has_exactly(&["main", "develop"], &["v1.2.0", "v1.2.1"]);
}

#[test]
fn a_tag_on_the_remote_only_is_taken() {
    let shop = Shop::new();
    let colleague = shop.colleague();
    colleague.git(["tag", "-a", "-m", "theirs", "v1.2.1", "origin/develop"]);
    colleague.git(["push", "-q", "origin", "refs/tags/v1.2.1"]);
    let theirs = colleague.rev("refs/tags/v1.2.1");
    shop.ready("fix-login-crash").finish().ok();
    shop.has_exactly(&["main", "develop"], &["v1.2.0", "v1.2.1", "v1.2.2"]);
    assert_eq!(shop.remote().rev("refs/tags/v1.2.1"), theirs);
}

/// Production moves to another line while the fix is made, and the next version of that line is
/// taken by a tag on a branch that nobody fetches.
#[test]
fn a_tag_on_the_remote_only_is_taken_in_a_line_that_is_new_here_too() {
    let shop = Shop::new();
    let hotfix = shop.ready("fix-login-crash");
    let colleague = shop.colleague();
    colleague.git(["switch", "-q", "main"]);
    colleague.commit("src/feature.rs", "new\n");
    colleague.git(["tag", "-a", "-m", "release", "v1.3.0"]);
    colleague.git(["switch", "-q", "-c", "elsewhere"]);
    colleague.commit("src/odd.rs", "odd\n");
    colleague.git(["tag", "-a", "-m", "odd", "v1.3.1"]);
    colleague.git(["push", "-q", "origin", "main", "refs/tags/v1.3.0", "refs/tags/v1.3.1"]);
    assert_eq!(hotfix.plan()["tag"], "v1.3.2");
    hotfix.finish().ok();
    shop.has_exactly(&["main", "develop"], &["v1.2.0", "v1.3.0", "v1.3.1", "v1.3.2"]);
}

/// Whoever keeps git from following tags still gets the version that is free.
#[test]
fn a_clone_that_follows_no_tags_learns_of_them_all_the_same() {
    let shop = Shop::new();
    shop.git(["config", "remote.origin.tagOpt", "--no-tags"]);
    let colleague = shop.colleague();
    colleague.git(["tag", "-a", "-m", "release", "v1.3.0", "origin/main"]);
    colleague.git(["push", "-q", "origin", "refs/tags/v1.3.0"]);
    shop.ready("fix-login-crash").finish().ok();
    shop.has_exactly(&["main", "develop"], &["v1.2.0", "v1.3.0", "v1.3.1"]);
}

#[test]
fn a_tag_here_only_is_taken_too_and_stays_here() {
    let shop = Shop::new();
    shop.git(["tag", "v1.2.1", "develop"]);
    let mine = shop.rev("refs/tags/v1.2.1");
    shop.ready("fix-login-crash").finish().ok();
    shop.has_exactly(&["main", "develop"], &["v1.2.0", "v1.2.2"]);
    assert_eq!(shop.rev("refs/tags/v1.2.1"), mine);
}

#[test]
fn a_tag_that_only_ends_like_ours_is_not_taken() {
    let shop = Shop::new();
    shop.git(["tag", "app/v1.2.1", "develop"]);
    shop.ready("fix-login-crash").finish().ok();
    shop.has_exactly(&["main", "develop"], &["v1.2.0", "v1.2.1"]);
}

#[test]
fn a_release_that_is_only_on_develop_does_not_count() {
    let shop = Shop::new();
    let colleague = shop.colleague();
    colleague.git(["tag", "-a", "-m", "next", "v2.0.0", "origin/develop"]);
    colleague.git(["push", "-q", "origin", "refs/tags/v2.0.0"]);
    shop.ready("fix-login-crash").finish().ok();
    shop.has_exactly(&["main", "develop"], &["v1.2.0", "v1.2.1", "v2.0.0"]);
}

#[test]
fn a_version_can_be_given() {
    let shop = Shop::new();
    shop.ready("fix-login-crash").finish_with(&["--version", "1.3.0"]).ok();
    shop.has_exactly(&["main", "develop"], &["v1.2.0", "v1.3.0"]);
}

#[test]
fn the_form_of_the_tag_can_be_configured() {
    let config = "[version]\ntag = \"shop-{version}\"\n";
    let builder = Shop::build().file("hotfix.toml", config).tags(&["shop-1.2.0", "v9.9.9"]);
    becomes(builder, "shop-1.2.1", "1.2.1");
}

#[test]
fn many_tags_are_no_trouble() {
    let tags: Vec<String> = (0..150).map(|n| format!("v1.{n}.0")).collect();
    let names: Vec<&str> = tags.iter().map(String::as_str).collect();
    becomes(Shop::build().tags(&names), "v1.149.1", "1.149.1");
}
