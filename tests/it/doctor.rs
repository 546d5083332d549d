//! What would go wrong, told before it does.

use crate::support::Shop;

fn states(shop: &Shop, id: &str) -> Vec<String> {
    let report = shop.hotfix(["doctor", "--json"]);
    let report = report.json();
    let found = report["findings"].as_array().unwrap();
    found.iter().filter(|f| f["id"] == id).map(|f| f["state"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn a_healthy_repository_is_ready() {
    let shop = Shop::new();
    let before = shop.snapshot();
    shop.hotfix(["doctor"]).ok().says("Ready");
    before.still_holds();
}

#[test]
fn a_remote_out_of_reach_would_stop_a_hotfix() {
    let shop = Shop::new();
    shop.git(["remote", "set-url", "origin", "/nowhere/at/all"]);
    shop.hotfix(["doctor"]).exits(1).says("git ls-remote");
    shop.hotfix(["doctor", "--offline"]).ok();
}

#[test]
fn a_mirror_a_missing_key_and_a_stale_lock_are_found() {
    let shop = Shop::new();
    shop.git(["config", "remote.origin.mirror", "true"]);
    shop.git(["config", "commit.gpgSign", "true"]);
    shop.git(["config", "gpg.program", "/nowhere/at/all"]);
    assert!(states(&shop, "remote").contains(&"bad".to_owned()));
    assert!(states(&shop, "signing").contains(&"bad".to_owned()));
    shop.write(".git/index.lock", "");
    assert!(states(&shop, "clone").contains(&"bad".to_owned()));
}

#[test]
fn unpublished_commits_on_production_are_pointed_out() {
    let shop = Shop::new();
    shop.commit("src/private.rs", "// mine\n");
    assert!(states(&shop, "branches").contains(&"warn".to_owned()));
}

#[test]
fn nobody_in_particular_is_told_what_to_type() {
    let shop = Shop::new();
    let config = shop.world.root.join("home/nobody");
    std::fs::write(&config, "[user]\n\tuseConfigOnly = true\n").unwrap();
    shop.call(["doctor"]).env("GIT_CONFIG_GLOBAL", &config).run().exits(1).says("git config user.name");
}

#[test]
fn init_and_doctor_agree_on_what_is_merged_back_to() {
    for (shop, to) in [(Shop::new(), "develop"), (Shop::build().no_develop().go(), "nowhere else")] {
        let words = format!("fixes are merged back to {to}");
        shop.hotfix(["doctor", "--offline"]).says(&words);
        shop.hotfix(["init"]).ok().says(&words);
    }
}

#[test]
fn init_proposes_the_tests_that_are_there() {
    let package = "{ \"scripts\": { \"test\": \"node --test\" } }\n";
    let shop = Shop::build().file("package.json", package).go();
    shop.hotfix(["init", "--dry-run"]).ok().says("npm test").does_not_say("hotfix.toml.example");
}

#[test]
fn a_command_that_verifies_is_called_so() {
    let verify = "[deploy]\ncommand = \"true\"\n[[verify]]\nname = \"health\"\ncommand = \"curl -f x\"\n";
    let shop = Shop::build().file("hotfix.toml", verify).go();
    shop.hotfix(["doctor"])
        .says("deploy    this command is not trusted here yet: true")
        .says("verify    this command is not trusted here yet: curl -f x");
}
