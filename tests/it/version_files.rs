//! The files that name the version, and the changelog, change with the release.

use crate::support::Shop;

const CARGO: &str = "[package]\nname = \"shop\" # the shop\nversion = \"1.2.0\"\n";
const CHANGES: &str =
    "# Changelog\n\n## [Unreleased]\n\n## [1.2.0] - 2026-11-01\n\n### Added\n\n- The shop.\n";

fn shop_with_files() -> Shop {
    Shop::build().file("Cargo.toml", CARGO).file("CHANGELOG.md", CHANGES).go()
}

fn on(shop: &Shop, rev: &str, path: &str) -> String {
    shop.remote().show(rev, path)
}

#[test]
fn the_release_names_itself_in_its_files() {
    let shop = shop_with_files();
    let hotfix = shop.ready("fix-login-crash");
    hotfix.finish().ok();
    let cargo = on(&shop, "refs/tags/v1.2.1", "Cargo.toml");
    assert_eq!(cargo.trim(), CARGO.replace("1.2.0", "1.2.1").trim(), "nothing else changes");
    let changes = on(&shop, "refs/tags/v1.2.1", "CHANGELOG.md");
    assert!(changes.contains("## [1.2.1] - 2026-11-22") && changes.contains("### Fixed"), "{changes}");
    assert!(on(&shop, "refs/heads/develop", "Cargo.toml").contains("1.2.1"));
}

#[test]
fn the_version_in_the_files_is_no_reason_to_test_again() {
    let shop = shop_with_files();
    let hotfix = shop.ready("fix-login-crash");
    let plan = hotfix.plan();
    assert_eq!(plan["untested_files"].as_array().unwrap().len(), 0, "{plan:#}");
    assert_eq!(plan["version_files"].as_array().unwrap().len(), 2, "{plan:#}");
    hotfix.finish().ok();
}

#[test]
fn a_target_that_is_further_keeps_its_own_version() {
    let shop = shop_with_files();
    shop.colleague_pushes("develop", "Cargo.toml", &CARGO.replace("1.2.0", "1.3.0-dev"));
    let theirs = CHANGES.replace("## [Unreleased]\n", "## [Unreleased]\n\n### Added\n\n- A search.\n");
    shop.colleague_pushes("develop", "CHANGELOG.md", &theirs);
    shop.ready("fix-login-crash").finish().ok();
    assert!(on(&shop, "refs/heads/develop", "Cargo.toml").contains("1.3.0-dev"));
    assert!(on(&shop, "refs/tags/v1.2.1", "Cargo.toml").contains("1.2.1"));
    let changes = on(&shop, "refs/heads/develop", "CHANGELOG.md");
    assert!(changes.contains("A search.") && changes.contains("## [1.2.1]"), "{changes}");
}

#[test]
fn a_conflict_in_the_code_is_still_a_conflict() {
    let shop = shop_with_files();
    shop.colleague_pushes("develop", "Cargo.toml", &CARGO.replace("1.2.0", "1.3.0-dev"));
    shop.colleague_pushes("develop", "src/login.rs", "// rewritten\n");
    shop.ready("fix-login-crash").finish().exits(5).says("src/login.rs");
}

#[test]
fn a_file_with_another_version_is_left_alone_and_said() {
    let shop = Shop::build().file("Cargo.toml", &CARGO.replace("1.2.0", "7.0.0")).go();
    shop.ready("fix-login-crash").finish().ok().says("7.0.0");
    assert!(on(&shop, "refs/tags/v1.2.1", "Cargo.toml").contains("7.0.0"));
}

#[test]
fn it_can_be_turned_off() {
    let shop = shop_with_files();
    shop.git(["config", "hotfix.version.files", "none"]);
    shop.git(["config", "hotfix.version.changelog", "none"]);
    shop.ready("fix-login-crash").finish().ok();
    assert_eq!(on(&shop, "refs/tags/v1.2.1", "Cargo.toml").trim(), CARGO.trim());
}

#[test]
fn other_kinds_of_repositories_can_do_it_too() {
    for shop in [
        Shop::build().object_format("sha256").file("Cargo.toml", CARGO).go_if_git_can(),
        Shop::build().ref_format("reftable").file("Cargo.toml", CARGO).go_if_git_can(),
    ]
    .into_iter()
    .flatten()
    {
        shop.ready("fix-login-crash").finish().ok();
        assert!(on(&shop, "refs/tags/v1.2.1", "Cargo.toml").contains("1.2.1"));
    }
}
