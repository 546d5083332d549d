//! What was tested is what was shipped, or the difference is named, file by file.

use crate::support::Shop;

#[test]
fn the_same_tree_is_said_to_be_the_same() {
    let shop = Shop::new();
    let hotfix = shop.ready("fix-login-crash");
    let tree = shop.tree(&hotfix.tip());
    hotfix.finish().ok();
    let status = hotfix.status();
    assert_eq!(status["tested"][0]["tree"], tree.as_str());
    assert_eq!(status["tested"][0]["checks"].as_array().unwrap().len(), 5);
    assert_eq!(status["tested"][0]["differs"].as_array().unwrap().len(), 0);
    shop.hotfix(["status", "fix-login-crash"]).ok().does_not_say("differs");
    shop.hotfix(["postmortem", "fix-login-crash", "--output", "-"])
        .ok()
        .says("The tree that was tested is the tree that was tagged.");
}

#[test]
fn what_came_into_production_meanwhile_is_named() {
    let shop = Shop::new();
    let hotfix = shop.ready("fix-login-crash");
    shop.colleague_pushes("main", "src/news.rs", "// news\n");
    hotfix.finish_with(&["--dry-run"]).ok().says("src/news.rs");
    hotfix.finish().ok().says("src/news.rs");
    let status = hotfix.status();
    assert_eq!(status["tested"][0]["differs"], serde_json::json!(["src/news.rs"]));
    shop.hotfix(["status", "fix-login-crash"]).ok().says("v1.2.1 differs in 1 file: src/news.rs");
    shop.hotfix(["postmortem", "fix-login-crash", "--output", "-"])
        .ok()
        .says("The tree that was tagged is not the tree that was tested.")
        .says("1 file differs in `v1.2.1`")
        .says("- `src/news.rs`");
}

#[test]
fn the_releases_own_number_and_notes_are_no_difference() {
    let manifest = "[package]\nname = \"shop\"\nversion = \"1.2.0\"\n";
    let notes = "# Changelog\n\n## [Unreleased]\n\n## [1.2.0] - 2026-11-01\n\n### Added\n\n- The cart.\n";
    let shop = Shop::build().file("Cargo.toml", manifest).file("CHANGELOG.md", notes).go();
    let hotfix = shop.ready("fix-login-crash");
    hotfix.finish().ok();
    assert!(shop.remote().show("refs/heads/main", "Cargo.toml").contains("1.2.1"));
    let tested = hotfix.status()["tested"].clone();
    assert_eq!(tested[0]["differs"].as_array().unwrap().len(), 0, "{tested}");
    shop.hotfix(["postmortem", "fix-login-crash", "--output", "-"])
        .ok()
        .says("What was tested is what was tagged, but for the release's own number and notes in");
}
