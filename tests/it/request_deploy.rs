//! Something else deploys, and the forge knows how far it is: `[deploy] watch = "forge"`.

use crate::requests::{NAME, is_done, versioned};
use crate::support::{Flavour, Forge, Hotfix, Shop};

fn watched(flavour: Flavour, watch: &str) -> (Shop, Forge, Hotfix) {
    let shop = versioned().file("hotfix.toml", &format!("[deploy]\nwatch = \"{watch}\"\n")).go();
    let forge = Forge::of(&shop, flavour);
    let hotfix = shop.ready(NAME);
    (shop, forge, hotfix)
}

#[test]
fn the_deployment_is_waited_for_and_recorded_with_its_link() {
    for flavour in Flavour::ALL {
        eprintln!("{flavour:?}");
        let (shop, forge, hotfix) = watched(flavour, "forge");
        hotfix.finish().exits(8).says("no deployment of v1.2.1 has appeared").says("--wait=30m");
        assert_eq!(shop.remote().rev("refs/tags/v1.2.1^{commit}"), shop.tip("main"), "it is public");
        forge.model().rollouts = vec![("production", "running")];
        hotfix.finish().exits(8).says("production is not over").says("/deploy/production");
        forge.model().rollouts = vec![("production", "failure")];
        hotfix.finish().exits(1).says("the deployment failed").says("hotfix rollback v1.2.1 --dry-run");
        shop.hotfix(["status"]).ok().does_not_say("deployed by the forge");
        forge.model().rollouts = vec![("production", "success"), ("production", "failure")];
        hotfix.finish().ok().says("production is done");
        is_done(&shop, &forge, &hotfix);
        let log = shop.hotfix(["timeline", NAME, "--json"]).json().to_string();
        assert!(log.contains("/deploy/production") && log.contains("deploy_succeeded"), "{log}");
        hotfix.finish().ok();
    }
}

#[test]
fn what_was_skipped_deployed_nothing() {
    for flavour in [Flavour::GitLab, Flavour::Forgejo] {
        eprintln!("{flavour:?}");
        let (shop, forge, hotfix) = watched(flavour, "forge");
        forge.model().rollouts = vec![("production", "skipped")];
        hotfix.finish().exits(8).says("production was skipped: nothing was deployed by it");
        assert!(!shop.kinds(NAME).iter().any(|kind| kind == "deploy_succeeded"));
        forge.model().rollouts = vec![("production", "success")];
        hotfix.finish().ok();
        is_done(&shop, &forge, &hotfix);
    }
}

#[test]
fn only_the_environment_that_is_named_counts() {
    let (shop, forge, hotfix) = watched(Flavour::GitHub, "forge:eu-west");
    forge.model().rollouts = vec![("production", "success")];
    hotfix.finish().exits(8).says("no deployment of v1.2.1 has appeared in eu-west");
    forge.model().rollouts = vec![("eu-west", "success"), ("staging", "failure")];
    shop.hotfix(["deploy", NAME]).ok().says("v1.2.1 is deployed");
    hotfix.finish().ok();
    is_done(&shop, &forge, &hotfix);
}

#[test]
fn without_a_token_a_person_says_it() {
    let (shop, forge, hotfix) = watched(Flavour::GitHub, "forge");
    forge.count_from_now();
    shop.git(["config", "--unset-all", "hotfix.forge.token"]);
    shop.git(["config", "hotfix.finish.mode", "direct"]);
    std::fs::write(shop.remote().dir.join("protected"), "").unwrap();
    hotfix.finish().exits(8).says("hotfix mark deployed --hotfix fix-login-crash");
    shop.hotfix(["mark", "deployed", "--hotfix", NAME]).ok();
    hotfix.finish().ok();
    assert!(forge.calls().is_empty(), "{:?}", forge.calls());
    assert!(shop.remote().show("develop", "src/login.rs").contains("unwrap_or(false)"));
}
