//! Which version a hotfix gets, learnt from the tags there are.

use crate::support::{Builder, Shop, Terminal};

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

/// Production does not have its content: nobody but a person can say what that means.
#[test]
fn a_higher_release_that_production_does_not_contain_is_asked_about() {
    let shop = Shop::new();
    let colleague = shop.colleague();
    colleague.git(["tag", "-a", "-m", "next", "v2.0.0", "origin/develop"]);
    colleague.git(["push", "-q", "origin", "refs/tags/v2.0.0"]);
    let hotfix = shop.ready("fix-login-crash");
    let before = shop.remote_refs();
    hotfix.finish().exits(3).says("v2.0.0").says("--version 2.0.1");
    shop.hotfix(["doctor"]).ok().says("v2.0.0");
    assert_eq!(shop.remote_refs(), before);
    hotfix.finish_with(&["--version", "1.2.1"]).ok();
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

/// A release branch whose tag is v1.3.0, brought to production in one commit without that tag.
fn squashed(edit: impl Fn(&Shop)) -> Shop {
    let shop = Shop::build().release("release/1.3.0").go();
    shop.git(["switch", "-q", "-c", "rel", "origin/main"]);
    shop.commit("src/new.rs", "new\n");
    shop.commit("src/newer.rs", "newer\n");
    shop.git(["tag", "-a", "-m", "v1.3.0", "v1.3.0"]);
    shop.git(["switch", "-q", "main"]);
    edit(&shop);
    shop.git(["merge", "-q", "--squash", "rel"]);
    shop.git(["commit", "-q", "-m", "Release 1.3.0 (#7)"]);
    shop.git(["push", "-q", "origin", "main", "refs/tags/v1.3.0"]);
    shop.git(["branch", "-q", "-D", "rel"]);
    shop
}

#[test]
fn a_release_that_was_squash_merged_is_the_base() {
    for shop in [squashed(|_| {}), squashed(|shop| drop(shop.commit("docs/other.md", "other\n")))] {
        shop.hotfix(["doctor"]).ok().says("v1.3.0 is the newest; the next hotfix is v1.3.1");
        shop.ready("fix-login-crash").finish().ok();
        assert!(shop.remote_refs().contains_key("refs/tags/v1.3.1"), "{:?}", shop.remote_refs());
        assert!(!shop.remote_refs().contains_key("refs/tags/v1.2.1"));
    }
}

#[test]
fn a_release_that_was_squash_merged_is_what_a_rollback_takes_back() {
    let shop = squashed(|_| {});
    let ran = shop.hotfix(["rollback", "--dry-run"]);
    ran.says("v1.3.0");
}

#[test]
fn a_first_release_that_was_squash_merged_is_the_base() {
    let shop = Shop::build().tags(&[]).go();
    shop.git(["switch", "-q", "-c", "rel", "origin/main"]);
    shop.commit("src/new.rs", "new\n");
    shop.git(["tag", "-a", "-m", "v1.0.0", "v1.0.0"]);
    shop.git(["switch", "-q", "main"]);
    shop.git(["merge", "-q", "--squash", "rel"]);
    shop.git(["commit", "-q", "-m", "Release 1.0.0 (#1)"]);
    shop.git(["push", "-q", "origin", "main", "refs/tags/v1.0.0"]);
    shop.ready("fix-login-crash").finish().ok();
    assert!(shop.remote_refs().contains_key("refs/tags/v1.0.1"), "{:?}", shop.remote_refs());
}

#[test]
fn tags_of_other_forms_are_continued() {
    for (tags, next, number) in [
        (&["1.2.3.4"][..], "1.2.3.5", "1.2.3.5"),
        (&["v1.1", "v1.2"], "v1.2.1", "1.2.1"),
        (&["24.04"], "24.04.1", "24.04.1"),
        (&["V1.2.3"], "V1.2.4", "1.2.4"),
        (&["REL_1_2_3"], "REL_1_2_4", "1.2.4"),
        (&["curl-8_20_0", "curl-8_21_0"], "curl-8_21_1", "8.21.1"),
        (&["1.24", "1.24.1", "1.25"], "1.25.1", "1.25.1"),
        (&["release-01.02.09"], "release-01.02.10", "01.02.10"),
    ] {
        becomes(Shop::build().tags(tags), next, number);
    }
}

#[test]
fn tags_that_look_like_releases_are_never_followed_by_the_very_first_one() {
    for tag in ["1.2.0-jre", "20261122", "v5", "release-20261122"] {
        let shop = Shop::build().tags(&[tag]).go();
        let hotfix = shop.ready("fix-login-crash");
        let before = shop.remote_refs();
        hotfix.finish().exits(3).says(tag).says("--version");
        assert_eq!(shop.remote_refs(), before, "{tag}");
    }
}

#[test]
fn a_form_that_is_new_is_asked_about() {
    let shop = Shop::build().tags(&["v1.2.0"]).go();
    shop.git(["commit", "-q", "--allow-empty", "-m", "later"]);
    shop.git(["tag", "-a", "-m", "v1.3", "v1.3"]);
    shop.git(["push", "-q", "origin", "main", "refs/tags/v1.3"]);
    shop.ready("fix-login-crash").finish().exits(3).says("v1.3");
}

/// `core` and `web`, each with releases of its own.
fn packages() -> Builder {
    Shop::build()
        .file("packages/core/package.json", "{\n  \"name\": \"@s/core\",\n  \"version\": \"2.1.0\"\n}\n")
        .file("packages/web/package.json", "{\n  \"name\": \"@s/web\",\n  \"version\": \"3.1.0\"\n}\n")
        .file("packages/web/login.js", "login\n")
        .tags(&["@s/core@2.1.0", "@s/web@3.1.0"])
}

#[test]
fn of_several_packages_the_changed_one_is_released() {
    let shop = packages().go();
    let hotfix = shop.start("fix-web").fix("packages/web/login.js", "fixed\n").answer_all();
    hotfix.finish().ok();
    assert!(shop.remote_refs().contains_key("refs/tags/@s/web@3.1.1"), "{:?}", shop.remote_refs());
    assert!(shop.show("refs/tags/@s/web@3.1.1", "packages/web/package.json").contains("3.1.1"));
    assert!(shop.show("refs/tags/@s/web@3.1.1", "packages/core/package.json").contains("2.1.0"));
}

#[test]
fn on_a_terminal_it_is_asked_which_package_is_released() {
    let shop = packages().go();
    let hotfix = shop.ready("fix-login-crash");
    let mut terminal = Terminal::open(&shop.repo, &["finish", &hotfix.name], &[]);
    terminal.waits_for("Which package is released?").types("\x1b[B\r");
    terminal.waits_for("[y/N]").types("y").exits(0);
    let tags: Vec<String> = shop.remote_refs().into_keys().filter(|r| r.starts_with("refs/tags/")).collect();
    assert!(tags.contains(&"refs/tags/@s/web@3.1.1".to_owned()), "{tags:?}");
    assert_eq!(tags.len(), 3, "{tags:?}");
    let manifest =
        |package: &str| shop.show("refs/tags/@s/web@3.1.1", &format!("packages/{package}/package.json"));
    assert!(manifest("web").contains("\"3.1.1\""), "nothing of it was changed, and it is what is released");
    assert!(manifest("core").contains("\"2.1.0\""));
    // The way back is a release of that package, too.
    shop.repo.hotfix(["rollback", "-y", "--confirm", "@s/web@3.1.1"]).ok();
    assert!(shop.show("refs/tags/@s/web@3.1.2", "packages/web/package.json").contains("\"3.1.2\""));
}

#[test]
fn a_rollback_is_the_next_release_of_the_package_that_it_undoes() {
    let shop = packages().go();
    shop.start("fix-core")
        .fix(
            "packages/core/package.json",
            "{\n  \"name\": \"@s/core\",\n  \"version\": \"2.1.0\",\n  \"main\": \"a\"\n}\n",
        )
        .answer_all();
    shop.repo.hotfix(["finish", "fix-core", "-y"]).ok();
    shop.start("fix-web").fix("packages/web/login.js", "fixed\n").answer_all();
    shop.repo.hotfix(["finish", "fix-web", "-y"]).ok();
    // Not the newest release, and another package than the newest release's.
    let plan = shop.repo.hotfix(["rollback", "@s/core@2.1.1", "--dry-run", "--json"]).ok().json();
    assert_eq!(plan["tag"], "@s/core@2.1.2", "{plan:#}");
    shop.repo.hotfix(["rollback", "@s/core@2.1.1", "-y", "--confirm", "@s/core@2.1.1"]).ok();
    let manifest =
        |package: &str| shop.show("refs/tags/@s/core@2.1.2", &format!("packages/{package}/package.json"));
    assert!(
        manifest("core").contains("\"2.1.2\"") && !manifest("core").contains("main"),
        "{}",
        manifest("core")
    );
    assert!(manifest("web").contains("\"3.1.1\""));
    assert_eq!(shop.show("refs/tags/@s/core@2.1.2", "packages/web/login.js"), "fixed");
}

#[test]
fn a_package_is_found_by_the_name_in_its_manifest() {
    let manifest =
        |name: &str, version: &str| format!("[package]\nname = \"{name}\"\nversion = \"{version}\"\n");
    let shop = Shop::build()
        .file("crates/core/Cargo.toml", &manifest("shop-core", "2.1.0"))
        .file("crates/core/src/a.rs", "fn a() {}\n")
        .file("crates/cli/Cargo.toml", &manifest("shop-cli", "3.1.0"))
        .file("docs/shop-cli/guide.md", "guide\n")
        .tags(&["shop-core-v2.1.0", "shop-cli-v3.1.0"])
        .go();
    shop.repo.hotfix(["start", "fix-core"]).ok().says("what a hotfix changes, or --package");
    shop.repo
        .hotfix(["doctor"])
        .says("what a hotfix changes, or --package")
        .does_not_say("finish NAME --package");
    let learnt = shop.repo.hotfix(["config", "--explain", "version.tag"]);
    learnt.ok().says("what a hotfix changes, or --package").does_not_say("the change does not say");
    let hotfix = shop.started("fix-core").fix("crates/core/src/a.rs", "fn a() { }\n").answer_all();
    hotfix.finish().ok();
    let tag = "refs/tags/shop-core-v2.1.1";
    assert!(shop.show(tag, "crates/core/Cargo.toml").contains("2.1.1"));
    assert!(shop.show(tag, "crates/cli/Cargo.toml").contains("3.1.0"));
}

#[test]
fn a_change_outside_of_one_package_needs_its_name() {
    let shop = packages().go();
    let hotfix = shop.ready("fix-login-crash");
    let before = shop.remote_refs();
    hotfix.finish().exits(3).says("--package core").says("--package web");
    hotfix.finish_with(&["--version", "9.9.9"]).exits(3).says("--package web");
    hotfix.finish_with(&["--package", "wob"]).exits(3).says("wob");
    assert_eq!(shop.remote_refs(), before);
    hotfix.finish_with(&["--package", "core"]).ok();
    assert!(shop.remote_refs().contains_key("refs/tags/@s/core@2.1.1"), "{:?}", shop.remote_refs());
    // The same command without it goes on with what it made.
    hotfix.finish().ok();
    assert_eq!(shop.remote_refs().keys().filter(|r| r.starts_with("refs/tags/")).count(), 3);
}

#[test]
fn what_was_learnt_is_explained() {
    let shop = Shop::build().tags(&["curl-8_20_0", "curl-8_21_0"]).go();
    let ran = shop.hotfix(["config", "--explain", "version.tag"]);
    ran.ok().says("curl-{version}").says("curl-8_21_0, curl-8_20_0").says("curl-8_21_1");
}

#[test]
fn a_version_file_above_the_newest_release_is_asked_about() {
    for (path, text) in [
        ("Cargo.toml", "[package]\nname = \"shop\"\nversion = \"1.3.0\"\nedition = \"2021\"\n"),
        ("package.json", "{\n  \"name\": \"shop\",\n  \"version\": \"2.0.0\"\n}\n"),
    ] {
        let shop = Shop::build().file(path, text).go();
        let hotfix = shop.ready("fix-login-crash");
        let before = shop.remote_refs();
        hotfix.finish().exits(3).says(path).says("--version");
        assert_eq!(shop.remote_refs(), before);
        hotfix.finish_with(&["--version", "1.2.1"]).ok();
    }
}

#[test]
fn a_word_behind_the_numbers_stays_there() {
    becomes(Shop::build().tags(&["1.1.0.Final", "1.2.0.Final"]), "1.2.1.Final", "1.2.1");
    becomes(Shop::build().tags(&["v1.2.0-release"]), "v1.2.1-release", "1.2.1");
}

#[test]
fn where_anything_looks_like_a_release_nothing_starts_at_the_beginning() {
    for (tag, number) in [
        ("r123", "123.0.1"),
        ("2024.w05", "2024.5.1"),
        ("1.2.0-jre", "1.2.1"),
        ("v1.0.0-rc.1", "1.0.1"),
        ("stable-5", "5.0.1"),
        ("prod/eu-12", "12.0.1"),
    ] {
        let shop = Shop::build().tags(&[tag]).go();
        let hotfix = shop.ready("fix-login-crash");
        let before = shop.remote_refs();
        hotfix.finish().exits(3).says(tag).says(&format!("--version {number}")).does_not_say("v0.0.1");
        assert_eq!(shop.remote_refs(), before);
        shop.hotfix(["config", "--explain", "version.tag"]).ok().says(tag).does_not_say("v0.0.1");
        hotfix.finish_with(&["--version", "1.2.1"]).ok();
        assert!(shop.remote_refs().contains_key("refs/tags/v1.2.1"), "{tag}");
    }
}
