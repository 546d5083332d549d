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

/// The number alone is no reason to say that something else was tested.
#[test]
fn status_knows_the_version_in_what_was_released() {
    let shop = shop_with_files();
    shop.colleague_pushes("develop", "src/login.rs", "// rewritten\n");
    shop.ready("fix-login-crash").finish().exits(5);
    shop.hotfix(["status"]).ok().says("v1.2.1").does_not_say("answered for");
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
    let hotfix = shop.ready("fix-login-crash");
    hotfix.finish().exits(3).says("7.0.0");
    hotfix.finish_with(&["--version", "1.2.1"]).ok().says("7.0.0");
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

/// Both sides changed the version files and the code: only the code needs a human.
#[test]
fn versions_and_the_changelog_resolve_themselves_beside_a_conflict_in_the_code() {
    let lock = "version = 4\n\n[[package]]\nname = \"shop\"\nversion = \"1.2.0\"\n";
    let shop =
        Shop::build().file("Cargo.toml", CARGO).file("Cargo.lock", lock).file("CHANGELOG.md", CHANGES).go();
    for (path, text) in [("Cargo.toml", CARGO), ("Cargo.lock", lock)] {
        shop.colleague_pushes("develop", path, &text.replace("1.2.0", "1.3.0-dev"));
    }
    shop.colleague_pushes(
        "develop",
        "CHANGELOG.md",
        &CHANGES.replace("## [Unreleased]\n", "## [Unreleased]\n\n### Added\n\n- A search.\n"),
    );
    shop.colleague_pushes("develop", "src/login.rs", "// rewritten\n");
    let hotfix = shop.ready("fix-login-crash");
    let plan = hotfix.plan();
    assert_eq!(plan["targets"][1]["conflicts"], serde_json::json!(["src/login.rs"]), "{plan:#}");
    hotfix.finish().exits(5).says("src/login.rs").does_not_say("Cargo.toml is not");
    let merge = shop.worktree_in_a_merge().unwrap();
    let status = merge.git(["status", "--porcelain"]);
    assert!(status.contains("UU src/login.rs") && status.matches("UU").count() == 1, "{status}");
    assert_eq!(merge.read("Cargo.toml"), CARGO.replace("1.2.0", "1.3.0-dev"));
    assert_eq!(merge.read("Cargo.lock"), lock.replace("1.2.0", "1.3.0-dev"));
    let changes = merge.read("CHANGELOG.md");
    assert!(changes.contains("A search.") && changes.contains("## [1.2.1]"), "{changes}");
    merge.write("src/login.rs", "// rewritten, and the fix is in\n");
    merge.git(["add", "src/login.rs"]);
    hotfix.finish().ok();
    assert_eq!(
        format!("{}\n", on(&shop, "refs/heads/develop", "Cargo.toml")),
        CARGO.replace("1.2.0", "1.3.0-dev")
    );
}

#[test]
fn a_bump_made_by_hand_resolves_as_well() {
    let shop = shop_with_files();
    shop.colleague_pushes("develop", "Cargo.toml", &CARGO.replace("1.2.0", "1.3.0-dev"));
    let hotfix = shop.start("fix-login-crash").fix_login();
    hotfix.commit("Cargo.toml", &CARGO.replace("1.2.0", "1.2.1"));
    let hotfix = hotfix.answer_all();
    hotfix.finish().ok();
    assert!(on(&shop, "refs/tags/v1.2.1", "Cargo.toml").contains("\"1.2.1\""));
    assert!(on(&shop, "refs/heads/develop", "Cargo.toml").contains("1.3.0-dev"));
}

#[test]
fn a_bump_made_by_hand_resolves_where_it_is_picked_too() {
    let shop = shop_with_files();
    shop.git(["push", "-q", "origin", "v1.2.0^{commit}:refs/heads/support/1.2"]);
    shop.commit("Cargo.toml", &CARGO.replace("1.2.0", "2.0.0"));
    shop.git(["tag", "-a", "-m", "v2.0.0", "v2.0.0"]);
    shop.git(["push", "-q", "origin", "main", "v2.0.0"]);
    let hotfix = shop.start_with("fix-login-crash", &["--from", "v1.2.0"]).fix_login();
    hotfix.commit("Cargo.toml", &CARGO.replace("1.2.0", "1.2.1"));
    hotfix.answer_all().finish().ok();
    assert!(on(&shop, "refs/tags/v1.2.1", "Cargo.toml").contains("\"1.2.1\""));
    assert!(on(&shop, "refs/heads/main", "Cargo.toml").contains("\"2.0.0\""));
    let fixed = on(&shop, "refs/tags/v1.2.1", "src/login.rs");
    assert_eq!(on(&shop, "refs/heads/main", "src/login.rs"), fixed);
}

#[test]
fn what_the_engineer_wrote_is_the_release_and_not_a_second_entry() {
    let shop = shop_with_files();
    let hotfix = shop.start("fix-login-crash").fix_login();
    let own =
        CHANGES.replace("## [Unreleased]\n", "## [Unreleased]\n\n### Fixed\n\n- Login works again (#7).\n");
    hotfix.commit("CHANGELOG.md", &own);
    hotfix.answer_all().finish().ok();
    for rev in ["refs/tags/v1.2.1", "refs/heads/develop"] {
        let changes = on(&shop, rev, "CHANGELOG.md");
        let expected = CHANGES.replace(
            "## [1.2.0]",
            "## [1.2.1] - 2026-11-22\n\n### Fixed\n\n- Login works again (#7).\n\n## [1.2.0]",
        );
        assert_eq!(changes.trim(), expected.trim());
    }
}

#[test]
fn the_title_is_filed_under_the_reason_for_the_hotfix() {
    for (reasons, kind) in [
        (["--reason", "outage", "--reason", "security"].as_slice(), "Security"),
        (&["--reason", "outage"], "Fixed"),
    ] {
        let shop = shop_with_files();
        shop.start_with("fix-login-crash", reasons).fix_login().answer_all().finish().ok();
        let changes = on(&shop, "refs/tags/v1.2.1", "CHANGELOG.md");
        assert!(changes.contains(&format!("## [1.2.1] - 2026-11-22\n\n### {kind}\n\n- ")), "{changes}");
    }
}

#[test]
fn what_still_names_the_old_version_is_said_and_the_line_moves_it() {
    let header = "#define SHOP_VERSION \"1.2.0\"\n";
    let shop = Shop::build().file("Cargo.toml", CARGO).file("include/shop.h", header).go();
    let hotfix = shop.ready("fix-login-crash");
    let ran = hotfix.finish_with(&["--dry-run"]);
    ran.ok().says("include/shop.h:1 still says 1.2.0");
    let line = ran
        .stdout
        .lines()
        .chain(ran.stderr.lines())
        .find_map(|l| l.split_once("version.files = "))
        .unwrap()
        .1;
    shop.git(["config", "hotfix.version.files", line.trim()]);
    hotfix.finish().ok();
    for (path, text) in [("include/shop.h", header), ("Cargo.toml", CARGO)] {
        assert_eq!(on(&shop, "refs/tags/v1.2.1", path).trim(), text.replace("1.2.0", "1.2.1").trim());
    }
}

#[test]
fn many_lines_are_counted_on_a_terminal_and_all_are_in_json() {
    let shop = (0..8)
        .fold(Shop::build().file("Cargo.toml", CARGO), |shop, n| {
            shop.file(&format!("s{n}.yaml"), "version: 1.2.0\n")
        })
        .go();
    let hotfix = shop.ready("fix-login-crash");
    let named = |args: &[&str]| {
        let ran = hotfix.finish_with(args);
        let all = format!("{}{}", ran.ok().stdout, ran.stderr);
        (all.matches("still says 1.2.0").count(), all.contains("3 more lines with the old version"))
    };
    assert_eq!(named(&["--dry-run"]), (5, true));
    assert_eq!(named(&["--dry-run", "-v"]), (8, false));
    assert_eq!(named(&["--dry-run", "--json"]), (8, false));
}

#[test]
fn a_tree_that_would_not_build_is_not_released() {
    let fuzz = "[package]\nname = \"fuzz\"\nversion = \"0.1.0\"\n[dependencies]\nshop = { path = \"..\", version = \"<1.2.1\" }\n";
    let shop = Shop::build().file("Cargo.toml", CARGO).file("fuzz/Cargo.toml", fuzz).go();
    let hotfix = shop.ready("fix-login-crash");
    let before = shop.snapshot();
    let ran = hotfix.finish();
    ran.exits(3)
        .says("fuzz/Cargo.toml asks for shop <1.2.1, which is 1.2.1")
        .says("HOTFIX_CONFIG_VERSION_FILES=none hotfix finish");
    before.still_holds_except(&[crate::support::Except::Tracking, crate::support::Except::Record]);
    shop.call(["finish", "fix-login-crash", "-y"]).env("HOTFIX_CONFIG_VERSION_FILES", "none").run().ok();
    assert_eq!(on(&shop, "refs/tags/v1.2.1", "Cargo.toml").trim(), CARGO.trim());
}

/// A bot makes the tags of this shop.
#[test]
fn the_tag_of_another_tool_is_waited_for() {
    let shop = Shop::build()
        .file("release-please-config.json", "{}\n")
        .file("Cargo.toml", CARGO)
        .file("CHANGELOG.md", CHANGES)
        .go();
    let hotfix = shop.ready("fix-login-crash");
    let fix = hotfix.tip();
    hotfix.finish_with(&["--dry-run"]).ok().says("release-please creates the tag");
    let ran = hotfix.finish();
    ran.exits(8).says("release-please owns the version here").says("once release-please has created the tag");
    shop.has_exactly(&["main", "develop"], &["v1.2.0"]);
    let main = shop.tip("main");
    assert!(shop.remote().git(["log", "-1", "--format=%B", &main]).contains("Release-As: 1.2.1"));
    assert_eq!(
        on(&shop, "refs/heads/main", "Cargo.toml").trim(),
        CARGO.trim(),
        "nothing is bumped behind its back"
    );
    assert_eq!(on(&shop, "refs/heads/main", "CHANGELOG.md").trim(), CHANGES.trim());
    // Again before the tag is there: nothing changes.
    let refs = shop.remote_refs();
    hotfix.finish().exits(8);
    assert_eq!(shop.remote_refs(), refs);
    // The bot bumps and tags.
    let bot = shop.colleague();
    bot.git(["fetch", "-q", "origin"]);
    bot.git(["switch", "-q", "--detach", "origin/main"]);
    bot.commit("Cargo.toml", &CARGO.replace("1.2.0", "1.2.1"));
    bot.git(["tag", "-a", "-m", "v1.2.1", "v1.2.1"]);
    bot.git(["push", "-q", "origin", "HEAD:main", "v1.2.1"]);
    hotfix.finish().ok();
    shop.has_exactly(&["main", "develop"], &["v1.2.0", "v1.2.1"]);
    assert!(shop.contains(&shop.tip("develop"), &fix));
    assert!(on(&shop, "refs/heads/develop", "Cargo.toml").contains("1.2.1"));
}

#[test]
fn who_makes_the_tag_can_be_configured() {
    let shop = Shop::new();
    shop.git(["config", "hotfix.version.tag-by", "other"]);
    shop.ready("fix-login-crash").finish().exits(8).says("another tool creates the tag");
    shop.has_exactly(&["main", "develop"], &["v1.2.0"]);
    let own = Shop::build().file("release-plz.toml", "").go();
    own.git(["config", "hotfix.version.tag-by", "self"]);
    own.ready("fix-login-crash").finish().ok();
    own.has_exactly(&["main", "develop"], &["v1.2.0", "v1.2.1"]);
}

/// A rollback is a release: it bumps the files, adds its own section and takes no public one away.
#[test]
fn a_rollback_bumps_and_keeps_the_public_changelog() {
    let shop = shop_with_files();
    shop.colleague_pushes("develop", "Cargo.toml", &CARGO.replace("1.2.0", "1.3.0-dev"));
    shop.ready("fix-login-crash").finish().ok();
    shop.git(["fetch", "-q"]);
    let rollback = || shop.hotfix(["rollback", "v1.2.1", "--confirm", "v1.2.1"]);
    rollback().ok();
    let tag = "refs/tags/v1.2.2";
    assert_eq!(on(&shop, tag, "Cargo.toml").trim(), CARGO.replace("1.2.0", "1.2.2").trim());
    let changes = on(&shop, tag, "CHANGELOG.md");
    let order: Vec<usize> = ["## [1.2.2]", "Rolled back 1.2.1", "## [1.2.1]", "## [1.2.0]"]
        .iter()
        .map(|what| changes.find(what).expect(what))
        .collect();
    assert!(order.is_sorted(), "{changes}");
    assert!(on(&shop, "refs/heads/develop", "Cargo.toml").contains("1.3.0-dev"));
    assert!(on(&shop, "refs/heads/develop", "CHANGELOG.md").contains("## [1.2.2]"));
    assert!(!on(&shop, tag, "src/login.rs").contains("fixed"), "the content is that of v1.2.0");
    // The next hotfix bumps again.
    shop.git(["switch", "-q", "main"]);
    shop.git(["pull", "-q"]);
    let again = shop.start("second").fix_login().answer_all();
    again.finish().ok();
    assert_eq!(on(&shop, "refs/tags/v1.2.3", "Cargo.toml").trim(), CARGO.replace("1.2.0", "1.2.3").trim());
}
