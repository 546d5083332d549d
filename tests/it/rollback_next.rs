//! What comes after a rollback: every line that is offered can be typed, and leads on.

use crate::support::{Ran, Shop};

const VERSION: &str = "1.2.0\n";
const PACKAGE: &str = "{\n  \"name\": \"shop\",\n  \"version\": \"1.2.0\"\n}\n";
const CHANGES: &str =
    "# Changelog\n\n## [Unreleased]\n\n## [1.2.0] - 2026-11-01\n\n### Added\n\n- The shop.\n";

fn shop_with_versions() -> Shop {
    Shop::build()
        .file("VERSION", VERSION)
        .file("package.json", PACKAGE)
        .file("Cargo.toml", "[package]\nname = \"shop\"\nversion = \"1.2.0\"\n")
        .file("CHANGELOG.md", CHANGES)
        .go()
}

/// `v1.2.1`, and `v1.2.2` that took it back.
fn rolled_back(shop: &Shop) {
    shop.ready("fix-login-crash").finish().ok();
    shop.hotfix(["rollback", "--confirm", "v1.2.1"]).ok();
}

#[track_caller]
fn says_its_own_version(shop: &Shop, number: &str, kept: &[&str]) {
    let on = |path: &str| shop.remote().show(&format!("refs/tags/v{number}"), path);
    for path in ["VERSION", "package.json", "Cargo.toml"] {
        assert!(on(path).contains(number), "{path} of v{number}: {}", on(path));
    }
    let changes = on("CHANGELOG.md");
    for number in kept.iter().chain([&number]) {
        assert_eq!(changes.matches(&format!("## [{number}]")).count(), 1, "{number} in {changes}");
    }
}

/// The last word of the line that begins so.
fn offered(ran: &Ran, start: &str) -> Vec<String> {
    let text = format!("{}{}", ran.stdout, ran.stderr);
    let line = text.lines().find_map(|line| line.trim().trim_start_matches("hint: ").strip_prefix(start));
    let line = line.unwrap_or_else(|| panic!("nothing offers `{start}`: {text}"));
    line.split('#').next().unwrap_or_default().split_whitespace().map(str::to_owned).collect()
}

#[test]
fn a_revert_of_the_rollback_ships_its_own_version() {
    let shop = shop_with_versions();
    rolled_back(&shop);
    let ran = shop.hotfix(["finish", "fix-login-crash"]);
    let commit = offered(ran.exits(3), "git revert --no-edit").pop().unwrap();
    let hotfix = shop.start("better");
    hotfix.git(["revert", "--no-edit", &commit]);
    hotfix.commit("src/better.rs", "// better\n");
    let hotfix = hotfix.answer_all();
    hotfix.finish().ok().does_not_say("left unchanged");
    says_its_own_version(&shop, "1.2.3", &["1.2.2", "1.2.1", "1.2.0"]);
    let develop = shop.remote().show("refs/heads/develop", "CHANGELOG.md");
    assert!(develop.contains("## [1.2.2]") && develop.contains("## [1.2.3]"), "{develop}");
}

#[test]
fn the_lines_that_the_branch_itself_adds_to_the_changelog_are_kept_beside_what_it_took_back() {
    let shop = shop_with_versions();
    rolled_back(&shop);
    let hotfix = shop.start("better");
    hotfix.git(["revert", "--no-edit", "refs/tags/v1.2.2^{commit}"]);
    let text = hotfix.read("CHANGELOG.md");
    let text =
        text.replace("## [Unreleased]\n", "## [Unreleased]\n\n### Fixed\n\n- Logging in, now for good.\n");
    hotfix.commit("CHANGELOG.md", &text);
    let hotfix = hotfix.answer_all();
    hotfix.finish().ok();
    says_its_own_version(&shop, "1.2.3", &["1.2.2", "1.2.1"]);
    let changes = shop.remote().show("refs/tags/v1.2.3", "CHANGELOG.md");
    let section = changes.split("## [1.2.2]").next().unwrap();
    assert!(section.contains("- Logging in, now for good."), "{changes}");
}

#[test]
fn a_bump_to_an_older_version_on_the_branch_is_not_released() {
    let shop = shop_with_versions();
    rolled_back(&shop);
    let hotfix = shop.start("better");
    for (path, old) in [("VERSION", VERSION), ("package.json", PACKAGE)] {
        hotfix.commit(path, &old.replace("1.2.0", "1.2.1"));
    }
    hotfix.commit("Cargo.toml", "[package]\nname = \"shop\"\nversion = \"1.2.0\"\n");
    hotfix.commit("src/better.rs", "// better\n");
    let hotfix = hotfix.answer_all();
    hotfix.finish().ok();
    says_its_own_version(&shop, "1.2.3", &["1.2.2", "1.2.1"]);
}

#[test]
fn a_branch_from_an_older_release_that_took_its_own_side_is_not_released_as_that() {
    let shop = shop_with_versions();
    let hotfix = shop.start("better").fix_login();
    hotfix.git(["commit", "-q", "--allow-empty", "-m", "Nothing"]);
    let other = shop.start_with("other", &["--incident", "new"]);
    other.commit("src/other.rs", "// other\n");
    other.answer_all().finish().ok();
    // Every conflict is settled with what the branch had.
    hotfix.git(["switch", "-q", "hotfix/better"]);
    hotfix.git(["fetch", "-q"]);
    hotfix.git(["merge", "-q", "--no-commit", "--no-ff", "origin/main"]);
    hotfix.git(["checkout", "HEAD", "--", "VERSION", "package.json", "Cargo.toml", "CHANGELOG.md"]);
    hotfix.git(["commit", "-q", "-m", "Merge main"]);
    let hotfix = hotfix.answer_all();
    hotfix.finish().ok();
    says_its_own_version(&shop, "1.2.2", &["1.2.1", "1.2.0"]);
}

fn shop_that(deploy: &str, verify: &str) -> Shop {
    let config = format!(
        "[deploy]\ncommand = \"{deploy}\"\n[[verify]]\nname = \"errors\"\ncommand = \"{verify}\"\nevery = \"1s\"\nfor = \"0s\"\n"
    );
    Shop::build().file("hotfix.toml", &config).go()
}

#[test]
fn a_verification_that_failed_is_called_that_and_going_back_is_offered() {
    let shop = shop_that("true", "false");
    shop.ready("fix-login-crash").finish_with(&["--trust"]).exits(1);
    shop.hotfix(["status", "fix-login-crash"])
        .ok()
        .says("its verification failed; this watches it again")
        .says("hotfix finish fix-login-crash")
        .says("hotfix rollback v1.2.1 --dry-run    # what going back would undo");
    shop.hotfix(["abort", "fix-login-crash", "-y"]).exits(3).says("hotfix rollback v1.2.1 --dry-run");
    shop.hotfix(["rollback", "v1.2.1", "--dry-run"]).ok();
}

#[test]
fn a_deployment_that_failed_offers_going_back_too() {
    let shop = shop_that("false", "true");
    shop.ready("fix-login-crash").finish_with(&["--trust"]).exits(1);
    shop.hotfix(["status", "fix-login-crash"])
        .ok()
        .says("the deployment failed; this retries it")
        .says("hotfix rollback v1.2.1 --dry-run");
}

/// The rollback is released, and it does not help either.
#[test]
fn a_rollback_whose_verification_failed_is_what_the_hotfix_waits_for() {
    let shop = shop_that("true", "test $HOTFIX_TAG != v1.2.2");
    shop.ready("fix-login-crash").finish_with(&["--trust"]).ok();
    let ran = shop.hotfix(["rollback", "--confirm", "v1.2.1", "--trust"]);
    // Going back from it would release what was bad: no line says so.
    ran.exits(1).says("hotfix start NAME").does_not_say("hotfix rollback v1.2.2");
    let status = shop.hotfix(["status", "fix-login-crash"]);
    status
        .ok()
        .says("rollback-v1.2.1 is not finished")
        .says("going back is not finished: it is deployed, and its verification failed")
        .says("hotfix rollback v1.2.1");
    let porcelain = shop.hotfix(["status", "fix-login-crash", "--porcelain"]);
    porcelain.ok().says("\tdeploy\thotfix rollback v1.2.1");
    shop.hotfix(["status", "rollback-v1.2.1"])
        .ok()
        .says("its verification failed")
        .does_not_say("hotfix rollback v1.2.2");
}

#[test]
fn after_going_back_a_better_fix_is_offered_with_all_that_it_takes() {
    let shop = shop_that("true", "test $HOTFIX_TAG != v1.2.1");
    let hotfix = shop.ready("fix-login-crash");
    hotfix.finish_with(&["--trust"]).exits(1);
    hotfix.commit("src/more.rs", "// more\n");
    let made = hotfix.tip();
    shop.hotfix(["rollback", "--confirm", "v1.2.1", "--trust"]).ok();
    shop.hotfix(["mark", "mitigated", "--hotfix", "fix-login-crash"]).ok();
    shop.hotfix(["status", "fix-login-crash"])
        .ok()
        .says("hotfix mark resolved")
        .says("hotfix start NAME")
        .says("git revert --no-edit")
        .says("git cherry-pick");
    // The old branch asks nothing, and does not send to what refuses.
    let check = shop.hotfix(["check", "--hotfix", "fix-login-crash"]);
    check.exits(3).says("v1.2.1 was rolled back").does_not_say("hotfix finish");
    let revert = offered(&check, "git revert --no-edit").pop().unwrap();
    let pick = offered(&check, "git cherry-pick").pop().unwrap();
    assert!(made.starts_with(&pick), "{pick} is {made}");
    let better = shop.start("better");
    better.git(["revert", "--no-edit", &revert]);
    better.git(["cherry-pick", &pick]);
    assert!(better.has_file("src/more.rs"));
    // Another one is under way: nothing sends there any more.
    shop.hotfix(["status", "fix-login-crash"]).ok().does_not_say("hotfix start NAME");
}

#[test]
fn a_rollback_is_undone_by_a_hotfix_that_reverts_it_and_every_place_says_so() {
    let shop = Shop::new();
    rolled_back(&shop);
    let commit = shop.remote().rev("refs/tags/v1.2.2^{commit}");
    for line in [
        &["undo", "rollback-v1.2.1"][..],
        &["undo", "fix-login-crash"],
        &["rollback", "--dry-run"],
        &["rollback", "v1.2.1", "--dry-run"],
        &["rollback", "v1.2.2", "--to", "v1.2.1", "--dry-run"],
    ] {
        let ran = shop.hotfix(line);
        let named = offered(ran.exits(3).says("hotfix start NAME"), "git revert --no-edit").pop().unwrap();
        assert!(commit.starts_with(&named), "{line:?}: {named} is not {commit}");
        ran.does_not_say("hotfix rollback --dry-run").does_not_say("hotfix rollback v1.2.2 --dry-run");
    }
}

#[test]
fn an_old_release_that_conflicts_names_the_work_and_not_the_bump() {
    let shop = Shop::build().file("VERSION", VERSION).no_develop().go();
    let work = shop.commit_as("Rewrite the cart", "src/cart.rs", "pub fn cart() -> u8 {\n    1\n}\n");
    shop.commit_as("Version 1.3.0", "VERSION", "1.3.0\n");
    let bump = shop.rev("HEAD");
    shop.git(["tag", "-a", "v1.3.0", "-m", "v1.3.0"]);
    shop.commit_as("Rewrite it again", "src/cart.rs", "pub fn cart() -> u8 {\n    2\n}\n");
    shop.commit_as("Version 1.4.0", "VERSION", "1.4.0\n");
    shop.git(["tag", "-a", "v1.4.0", "-m", "v1.4.0"]);
    shop.git(["push", "-q", "--tags", "origin", "main"]);
    let ran = shop.hotfix(["rollback", "v1.3.0", "--confirm", "v1.3.0"]);
    let named = offered(ran.exits(5), "git revert").pop().unwrap();
    assert!(!bump.starts_with(&named), "the bump {bump} is named");
    let work = if work.is_empty() { shop.rev("refs/tags/v1.3.0~1") } else { work };
    assert!(work.starts_with(&named), "{named} is not {work}");
}

#[test]
fn a_command_that_the_release_does_not_have_is_found_before_anything_is_public() {
    let config = "[deploy]\ncommand = \"./ops/deploy.sh --all\"\n";
    let shop = Shop::build().file("hotfix.toml", config).go();
    let before = shop.remote_refs();
    let hotfix = shop.ready("fix-login-crash");
    hotfix
        .finish_with(&["--trust"])
        .exits(3)
        .says("deploy runs ops/deploy.sh, which the released tree does not have")
        .says("--no-deploy");
    assert_eq!(shop.remote_refs(), before);
    shop.hotfix(["doctor"]).says("deploy runs ops/deploy.sh, which production does not have");
    hotfix.finish_with(&["--no-deploy"]).ok();
    shop.hotfix(["rollback", "--confirm", "v1.2.1", "--trust"])
        .exits(3)
        .says("deploy runs ops/deploy.sh, which the released tree does not have")
        .says("hotfix rollback v1.2.1 --confirm v1.2.1 --no-deploy");
    shop.hotfix(["rollback", "v1.2.1", "--confirm", "v1.2.1", "--no-deploy"]).ok();
}

#[test]
fn a_command_that_start_copies_is_there() {
    let config = "[start]\ncopy = [\"ops/deploy.sh\"]\n[deploy]\ncommand = \"./ops/deploy.sh\"\n";
    let shop = Shop::build()
        .file("hotfix.toml", config)
        .file("ops/README", "How it is deployed.\n")
        .file(".gitignore", "ops/deploy.sh\n")
        .go();
    shop.world.write_program(&shop.dir.join("ops/deploy.sh"), "#!/bin/sh\ntrue\n");
    shop.ready("fix-login-crash").finish_with(&["--trust"]).ok();
}

#[test]
fn every_audience_hears_that_the_fix_was_taken_back() {
    let shop = Shop::new();
    rolled_back(&shop);
    for audience in ["management", "support", "technical"] {
        shop.hotfix(["update", audience, "fix-login-crash", "-n"])
            .ok()
            .does_not_say("preparing a fix, v1.2.1")
            .does_not_say("5 of 5")
            .does_not_say("Last release");
    }
    let management = || shop.hotfix(["update", "management", "fix-login-crash", "-n"]);
    management().ok().says("has been taken back");
    shop.hotfix(["mark", "mitigated", "--hotfix", "fix-login-crash"]).ok();
    for audience in ["management", "users"] {
        shop.hotfix(["update", audience, "fix-login-crash", "-n"]).ok().says("has been taken back");
    }
    shop.hotfix(["mark", "resolved", "--hotfix", "fix-login-crash"]).ok();
    management().ok().says("has been taken back").does_not_say("No fix has been released");
}

/// Without a terminal the next hotfix joins the incident that waits for another fix, as help has it.
#[test]
fn the_next_hotfix_joins_the_incident_and_hears_that_the_earlier_fix_was_taken_back() {
    let shop = Shop::new();
    rolled_back(&shop);
    shop.hotfix(["start", "fix-login-again", "--no-input"])
        .ok()
        .says("It belongs to the open incident fix-login-crash")
        .says("Earlier: fix-login-crash (v1.2.1, taken back");
    shop.hotfix(["start", "--help"]).ok().says("waits for another fix");
}

/// Nothing is merged back: no line speaks of it.
#[test]
fn without_a_merge_back_none_is_called_missing() {
    let config = "[deploy]\ncommand = \"false\"\n";
    let shop = Shop::build().file("hotfix.toml", config).no_develop().go();
    shop.ready("fix-login-crash").finish_with(&["--trust"]).exits(1).does_not_say("merge-back");
    shop.hotfix(["abort", "fix-login-crash", "-y"]).exits(3).says("hotfix rollback v1.2.1 --dry-run");
}

/// What the release does not have is not run by `deploy` either, and what is said of production is so.
#[test]
fn deploy_says_what_a_release_lacks() {
    let config = "[deploy]\ncommand = \"./ops/deploy.sh\"\n";
    let shop = Shop::build().file("hotfix.toml", config).go();
    shop.ready("fix-login-crash").finish_with(&["--no-deploy"]).ok();
    shop.hotfix(["deploy", "fix-login-crash", "--trust"])
        .exits(3)
        .says("deploy runs ops/deploy.sh, which v1.2.1 does not have. Nothing was run.")
        .says("hotfix mark deployed --hotfix fix-login-crash");
    let shop = Shop::new();
    shop.ready("fix-login-crash").finish().ok();
    shop.hotfix(["deploy", "fix-login-crash"]).exits(2).says("no deploy command is configured");
    shop.colleague_pushes("main", "hotfix.toml", "[deploy]\ncommand = \"true\"\n");
    shop.git(["fetch", "-q"]);
    shop.hotfix(["deploy", "fix-login-crash"])
        .exits(3)
        .says("the one that it has now runs from the next release on")
        .does_not_say("no deploy command is configured");
}

/// What going back means is shown before any question, and no hint agrees in a person's name.
#[test]
fn on_a_terminal_it_is_shown_first_and_a_hint_agrees_to_nothing() {
    let shop = shop_that("true", "true");
    shop.ready("fix-login-crash").finish_with(&["--no-deploy"]).ok();
    let before = shop.remote_refs();
    let mut terminal = shop.terminal(&["rollback", "v1.2.1"]);
    terminal.waits_for("Going back from v1.2.1 to v1.2.0 undoes");
    terminal.waits_for("Roll back v1.2.1 to v1.2.0?").types("y");
    terminal.waits_for("Run it, now and whenever its text is the same?").types("n");
    terminal.waits_for("hint: hotfix rollback v1.2.1 --trust").exits(3);
    assert_eq!(shop.remote_refs(), before);
    // Where nobody can be asked, the line says all that it takes.
    shop.hotfix(["rollback", "v1.2.1"]).exits(3).says("hotfix rollback v1.2.1 --confirm v1.2.1 --trust");
}

/// The release of an incident's fix was taken back: the fault is back, and a better fix comes first.
#[test]
fn after_the_fix_was_taken_back_a_better_one_comes_first_everywhere() {
    let shop = Shop::new();
    shop.ready("fix-login-crash").finish().ok();
    let better = "start a better fix (the fault may be in production again)";
    shop.hotfix(["rollback", "--confirm", "v1.2.1"]).ok().says(better).says("  hotfix start NAME");
    let comes_first = || {
        let next = shop.hotfix(["status", "fix-login-crash", "--json"]).ok().json()["next"].clone();
        assert_eq!(next["command"], "hotfix start NAME", "{next}");
        assert_eq!(next["why"], better);
        shop.hotfix(["status", "fix-login-crash", "--porcelain"]).ok().says("\thotfix start NAME");
        shop.hotfix(["status"]).ok().says(better).says("hotfix start NAME");
        next["also"].to_string()
    };
    assert!(
        comes_first().contains("hotfix mark mitigated --hotfix fix-login-crash    # if going back helped")
    );
    shop.hotfix(["mark", "mitigated", "--hotfix", "fix-login-crash"]).ok();
    assert!(
        comes_first().contains("hotfix mark resolved --hotfix fix-login-crash    # if going back helped")
    );
    shop.start("better");
    shop.hotfix(["status", "fix-login-crash"]).ok().does_not_say(better);
}

/// A rollback of what no hotfix released repairs the fault itself.
#[test]
fn after_a_release_that_was_no_fix_was_taken_back_no_better_fix_is_asked_for() {
    let shop = Shop::build().no_develop().go();
    shop.commit_as("Version 1.3.0", "VERSION", "1.3.0\n");
    shop.git(["tag", "-a", "v1.3.0", "-m", "v1.3.0"]);
    shop.git(["push", "-q", "--tags", "origin", "main"]);
    shop.hotfix(["rollback", "--confirm", "v1.3.0"]).ok().does_not_say("better fix");
}

/// Nobody is led to take back a rollback.
#[test]
fn a_start_after_a_rollback_does_not_speak_of_going_back() {
    let shop = Shop::new();
    shop.ready("fix-login-crash").finish().ok();
    shop.hotfix(["start", "other", "--incident", "new"]).ok().says("Rolling back to v1.2.0 would undo");
    shop.hotfix(["abort", "other", "-y"]).ok();
    shop.git(["switch", "-q", "main"]);
    shop.hotfix(["rollback", "--confirm", "v1.2.1"]).ok();
    shop.hotfix(["start", "better"]).ok().does_not_say("Rolling back to");
    for to in [&["rollback", "--to", "v1.2.0", "-n"][..], &["rollback", "v1.2.2", "--to", "v1.2.0", "-n"]] {
        shop.hotfix(to).exits(3).says("v1.2.2 went back to v1.2.0 already").says("hotfix start NAME");
    }
}
