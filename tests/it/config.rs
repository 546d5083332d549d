//! Configuration: none is needed, each value knows where it came from, mistakes are named.

use crate::support::{Builder, Except, Shop};
use std::path::Path;

fn shop_with(config: &str) -> Shop {
    Shop::build().file("hotfix.toml", config).go()
}

/// Starts and finishes one hotfix; the shop's production must be what is released.
fn the_story_works(shop: &Shop) {
    let old = shop.production_tip();
    let hotfix = shop.ready("fix-login-crash");
    let fix = hotfix.tip();
    hotfix.finish().ok();
    shop.is_released("v1.2.1", &old, &fix);
}

#[test]
fn every_value_is_explained() {
    let shop = shop_with("[start]\nwhen_dirty = \"stash\"\n");
    shop.git(["config", "hotfix.branches.prefix", "fix/"]);
    let ran = shop.hotfix(["config", "--explain"]);
    ran.ok();
    for word in [
        "production",
        "main",
        "merge_back",
        "develop",
        "when_dirty",
        "stash",
        "hotfix.toml",
        "prefix",
        "fix/",
    ] {
        ran.says(word);
    }
}

#[test]
fn an_unknown_key_is_named_with_the_nearest_one() {
    for (config, wrong, near) in [
        ("[branches]\nprodution = \"main\"\n", "prodution", "production"),
        ("[branches]\nmergeback = \"develop\"\n", "mergeback", "merge_back"),
        ("[finsh]\nmode = \"direct\"\n", "finsh", "finish"),
        ("[guard]\nwarn = { line = 1 }\n", "line", "lines"),
        ("[[check]]\nid = \"x\"\nquestion = \"y\"\ncomand = \"z\"\n", "comand", "command"),
    ] {
        let shop = shop_with(config);
        let before = shop.snapshot();
        shop.hotfix(["start", "fix-login-crash"]).exits(2).says(wrong).says(near).says("hotfix.toml");
        before.still_holds_except(&[Except::Tracking]);
    }
}

#[test]
fn what_makes_no_sense_is_refused_before_anything_happens() {
    for config in [
        "this is not TOML",
        "[branches]\nproduction = 7\n",
        "[start]\nwhen_dirty = \"pray\"\n",
        "[finish]\nmerge = \"octopus\"\n",
        "schema = 2\n",
        "[[check]]\nid = \"tests\"\nquestion = \"a\"\n[[check]]\nid = \"tests\"\nquestion = \"b\"\n",
        "[[check]]\nquestion = \"without an id\"\n",
        "[version]\ntag = \"release\"\n",
    ] {
        let shop = shop_with(config);
        let before = shop.snapshot();
        let ran = shop.hotfix(["start", "fix-login-crash"]);
        assert_eq!(ran.status, 2, "{config:?} should be refused\n{ran}");
        before.still_holds_except(&[Except::Tracking]);
    }
}

#[test]
fn a_log_can_be_written_although_the_configuration_is_broken() {
    let shop = Shop::new();
    shop.start("fix-login-crash");
    shop.write("hotfix.toml", "this is not TOML");
    shop.hotfix(["note", "somebody broke hotfix.toml"]).ok().says("going on without hotfix.toml");
    shop.hotfix(["mark", "mitigated"]).ok();
    shop.hotfix(["status"]).ok();
    shop.hotfix(["finish", "-y"]).exits_with_one_of(&[2, 3]);
    shop.hotfix(["init", "--force"]).ok();
    shop.hotfix(["config"]).ok();
}

#[test]
fn flag_beats_environment_beats_git_beats_file() {
    let shop = shop_with("[branches]\nprefix = \"file/\"\n");
    let named = |ran: crate::support::Ran, branch: &str| {
        ran.ok().says(branch);
    };
    named(shop.hotfix(["start", "a", "--dry-run"]), "file/a");
    shop.git(["config", "hotfix.branches.prefix", "git/"]);
    named(shop.hotfix(["start", "a", "--dry-run"]), "git/a");
    let ran = shop.call(["start", "a", "--dry-run"]).env("HOTFIX_CONFIG_BRANCHES_PREFIX", "env/").run();
    named(ran, "env/a");
}

#[test]
fn variables_meant_for_commands_are_not_read_as_configuration() {
    let shop = Shop::new();
    shop.start("fix-login-crash");
    let call = shop.call(["status", "--json"]).env("HOTFIX_NAME", "other").env("HOTFIX_BRANCH", "other");
    let ran = call.env("HOTFIX_TAG", "v9").env("HOTFIX_INCIDENT", "x").run();
    ran.ok();
    assert_eq!(ran.json()["hotfix"]["name"], "fix-login-crash");
}

#[test]
fn an_unknown_configuration_variable_is_named_too() {
    let shop = Shop::new();
    let ran = shop.call(["start", "x"]).env("HOTFIX_CONFIG_BRANCHES_PRODUTION", "main").run();
    ran.exits(2).says("HOTFIX_CONFIG_BRANCHES_PROD");
}

fn unusual_names() -> Builder {
    Shop::build().production("live").develop("next").default_branch("next")
}

#[test]
fn git_flow_is_understood() {
    let shop = unusual_names().go();
    for (key, value) in [
        ("gitflow.branch.master", "live"),
        ("gitflow.branch.develop", "next"),
        ("gitflow.prefix.hotfix", "hot/"),
        ("gitflow.prefix.versiontag", "v"),
    ] {
        shop.git(["config", key, value]);
    }
    the_story_works(&shop);
    shop.has_exactly(&["live", "next"], &["v1.2.0", "v1.2.1"]);
    shop.hotfix(["start", "again", "--dry-run"]).ok().says("hot/again");
}

#[test]
fn git_flow_next_is_understood() {
    let shop = unusual_names().go();
    for (key, value) in [
        ("gitflow.branch.live.type", "base"),
        ("gitflow.branch.next.type", "base"),
        ("gitflow.branch.next.parent", "live"),
        ("gitflow.branch.hotfix.type", "topic"),
        ("gitflow.branch.hotfix.parent", "live"),
        ("gitflow.branch.hotfix.prefix", "hot/"),
    ] {
        shop.git(["config", key, value]);
    }
    the_story_works(&shop);
    shop.has_exactly(&["live", "next"], &["v1.2.0", "v1.2.1"]);
    shop.hotfix(["start", "again", "--dry-run"]).ok().says("hot/again");
}

#[test]
fn a_file_says_what_cannot_be_guessed() {
    let config = "[branches]\nproduction = \"live\"\nmerge_back = [\"next\"]\nprefix = \"fix/\"\n";
    let shop = unusual_names().file("hotfix.toml", config).go();
    the_story_works(&shop);
    shop.has_exactly(&["live", "next"], &["v1.2.0", "v1.2.1"]);
}

#[test]
fn merging_back_can_be_turned_off() {
    let shop = shop_with("[branches]\nmerge_back = []\n");
    let develop = shop.tip("develop");
    the_story_works(&shop);
    assert_eq!(shop.tip("develop"), develop);
}

#[test]
fn merging_back_can_follow_a_pattern() {
    let config = "[branches]\nmerge_back = [\"release/*\"]\n";
    let shop = Shop::build().file("hotfix.toml", config).release("release/1.3.0").go();
    let develop = shop.tip("develop");
    the_story_works(&shop);
    assert_eq!(shop.tip("develop"), develop);
    assert!(shop.has("release/1.3.0", &shop.tip("main")));
}

#[test]
fn a_production_that_does_not_exist_is_named() {
    let shop = shop_with("[branches]\nproduction = \"prod\"\n");
    let before = shop.snapshot();
    shop.hotfix(["start", "fix-login-crash"]).fails_with_a_hint().says("prod");
    before.still_holds_except(&[Except::Tracking]);
}

#[test]
fn init_writes_a_file_that_the_program_reads() {
    let shop = unusual_names().go();
    shop.git(["config", "gitflow.branch.master", "live"]);
    shop.git(["config", "gitflow.branch.develop", "next"]);
    shop.hotfix(["init", "-y"]).ok();
    shop.hotfix(["status"]).ok();
    let explained = shop.hotfix(["config", "--explain"]);
    explained.ok().says("live").says("next");
}

#[test]
fn init_never_overwrites() {
    let shop = shop_with("[branches]\nprefix = \"fix/\"\n# ours\n");
    let _ = shop.hotfix(["init", "-y"]);
    assert_eq!(shop.read("hotfix.toml"), "[branches]\nprefix = \"fix/\"\n# ours\n");
}

#[test]
fn the_example_is_a_configuration_that_works() {
    let example = Path::new(env!("CARGO_MANIFEST_DIR")).join("hotfix.toml.example");
    let text = std::fs::read_to_string(example).unwrap();
    let shop = shop_with(&text);
    shop.hotfix(["config", "--explain"]).ok();
    shop.hotfix(["start", "fix-login-crash"]).ok();
    let everything: String = text
        .lines()
        .map(|line| {
            // A key that is only shown, `# key = value`, must be a real one as well.
            let shown = line.strip_prefix("# ").filter(|rest| {
                rest.split_once(" = ")
                    .is_some_and(|(key, _)| key.trim().chars().all(|c| c.is_ascii_lowercase() || c == '_'))
            });
            format!("{}\n", shown.unwrap_or(line))
        })
        .collect();
    let shop = shop_with(&everything);
    let ran = shop.hotfix(["config", "--explain"]);
    assert!(!ran.said("unknown"), "the example shows a key that does not exist\n{ran}");
}
