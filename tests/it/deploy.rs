//! Between publishing production and merging back: deploy, then look whether it works.

use crate::support::{Except, Repo, Shop};

/// A shop whose production names a deploy command and a verify check; both say so in a file.
fn shop_with(deploy: &str, verify: &str) -> (Shop, Repo) {
    let config = format!(
        "schema = 1\n[deploy]\ncommand = \"echo deploy $HOTFIX_TAG $HOTFIX_VERSION $HOTFIX_PREVIOUS_TAG >>../did; {deploy}\"\n\
         [[verify]]\nname = \"error rate\"\ncommand = \"echo verify $HOTFIX_TAG >>../did; {verify}\"\nevery = \"1s\"\nfor = \"0s\"\n"
    );
    let shop = Shop::build().file("hotfix.toml", &config).go();
    let root = Repo::at(&shop.world, &shop.world.root);
    (shop, root)
}

fn did(root: &Repo) -> Vec<String> {
    if !root.has_file("did") {
        return Vec::new();
    }
    root.read("did").lines().map(str::to_owned).collect()
}

#[test]
fn production_is_public_before_it_is_deployed_and_merged_back_after() {
    let (shop, root) = shop_with("git -C ../origin.git rev-parse refs/tags/$HOTFIX_TAG >/dev/null", "true");
    let old_develop = shop.tip("develop");
    let hotfix = shop.ready("fix-login-crash");
    hotfix.finish_with(&["--trust"]).ok();
    assert_eq!(did(&root), ["deploy v1.2.1 1.2.1 v1.2.0", "verify v1.2.1"]);
    shop.got_the_fix("develop", &old_develop);
    let kinds = shop.kinds("fix-login-crash");
    let at =
        |kind: &str| kinds.iter().position(|k| k == kind).unwrap_or_else(|| panic!("{kind} in {kinds:?}"));
    assert!(at("tagged") < at("deploy-started") && at("deploy-started") < at("deploy-succeeded"));
    assert!(at("deploy-succeeded") < at("verified") && at("verified") < at("merged-back"));
}

#[test]
fn a_command_that_nobody_allowed_stops_the_run_before_anything_is_published() {
    let (shop, root) = shop_with("true", "true");
    let hotfix = shop.ready("fix-login-crash");
    let before = shop.snapshot();
    hotfix.finish().exits(3).says("--trust");
    before.still_holds_except(&[Except::Tracking, Except::Record]);
    assert!(did(&root).is_empty());
    let plan = hotfix.plan();
    assert_eq!(plan["commands"].as_array().unwrap().len(), 2, "{plan:#}");
}

#[test]
fn a_failing_deployment_stops_before_the_merge_backs_and_the_same_command_goes_on() {
    let (shop, root) = shop_with("test -e ../works", "true");
    let develop = shop.tip("develop");
    let hotfix = shop.ready("fix-login-crash");
    hotfix.finish_with(&["--trust"]).exits(1).says("hotfix rollback").says("v1.2.1 is public");
    assert_eq!(shop.tip("develop"), develop);
    assert!(hotfix.has_branch());
    root.write("works", "");
    hotfix.finish_with(&["--trust"]).ok();
    assert_eq!(did(&root).iter().filter(|l| l.starts_with("deploy")).count(), 2);
    shop.got_the_fix("develop", &develop);
    shop.has_exactly(&["main", "develop"], &["v1.2.0", "v1.2.1"]);
}

#[test]
fn a_failing_verification_stops_too_and_does_not_deploy_again() {
    let (shop, root) = shop_with("true", "test -e ../works");
    let hotfix = shop.ready("fix-login-crash");
    hotfix.finish_with(&["--trust"]).exits(1);
    root.write("works", "");
    hotfix.finish_with(&["--trust"]).ok();
    assert_eq!(did(&root).iter().filter(|l| l.starts_with("deploy")).count(), 1, "{:?}", did(&root));
}

#[test]
fn an_interrupted_deployment_is_unknown_until_somebody_knows() {
    let (shop, root) = shop_with("test -e ../works || kill -9 $PPID", "test -e ../works");
    let hotfix = shop.ready("fix-login-crash");
    let _ = hotfix.finish_with(&["--trust"]);
    // What was running is not known to have ended: neither repeated nor believed.
    hotfix.finish_with(&["--trust"]).exits(3).says("--deployed yes").says("--deployed no");
    assert_eq!(did(&root).iter().filter(|l| l.starts_with("deploy")).count(), 1);
    root.write("works", "");
    hotfix.finish_with(&["--trust", "--deployed", "no"]).ok();
    assert_eq!(did(&root).iter().filter(|l| l.starts_with("deploy")).count(), 2);
}

#[test]
fn an_interrupted_deployment_whose_checks_are_green_has_happened() {
    let (shop, root) = shop_with("touch ../works; kill -9 $PPID", "test -e ../works");
    let hotfix = shop.ready("fix-login-crash");
    let _ = hotfix.finish_with(&["--trust"]);
    hotfix.finish_with(&["--trust"]).ok();
    assert_eq!(did(&root).iter().filter(|l| l.starts_with("deploy")).count(), 1);
}

#[test]
fn a_branch_cannot_change_its_own_deployment() {
    let (shop, root) = shop_with("true", "true");
    let hotfix = shop.start("fix-login-crash").fix_login();
    hotfix.commit("hotfix.toml", "schema = 1\n[deploy]\ncommand = \"echo stolen >>../did\"\n");
    let hotfix = hotfix.answer_all();
    hotfix.finish_with(&["--trust"]).ok();
    assert!(!did(&root).contains(&"stolen".to_owned()), "{:?}", did(&root));
    assert!(did(&root).contains(&"deploy v1.2.1 1.2.1 v1.2.0".to_owned()));
}

#[test]
fn a_deployment_that_only_the_branch_has_is_named_and_not_run() {
    let shop = Shop::new();
    let hotfix = shop.start("fix-login-crash").fix_login();
    hotfix.commit("hotfix.toml", "schema = 1\n[deploy]\ncommand = \"touch ../did\"\n");
    let hotfix = hotfix.answer_all();
    hotfix.finish_with(&["--trust"]).ok().says("will not run");
    assert!(!Repo::at(&shop.world, &shop.world.root).has_file("did"));
}

#[test]
fn deploying_can_be_left_to_others() {
    let (shop, root) = shop_with("true", "true");
    shop.ready("fix-login-crash").finish_with(&["--no-deploy"]).ok();
    assert!(did(&root).is_empty());
}

#[test]
fn both_parts_can_be_run_alone_afterwards() {
    let (shop, root) = shop_with("true", "true");
    shop.ready("fix-login-crash").finish_with(&["--no-deploy"]).ok();
    shop.hotfix(["deploy"]).exits(3).says("--trust");
    shop.hotfix(["deploy", "--trust"]).ok();
    shop.hotfix(["verify", "--trust", "--for", "0s"]).ok();
    shop.hotfix(["verify", "--trust", "--for", "soon"]).exits(2);
    assert_eq!(did(&root), ["deploy v1.2.1 1.2.1 v1.2.0", "verify v1.2.1"]);
}

#[test]
fn before_the_release_there_is_nothing_to_deploy() {
    let (shop, _) = shop_with("true", "true");
    shop.ready("fix-login-crash");
    shop.hotfix(["deploy", "--trust"]).exits(3).says("hotfix finish");
}

/// A released hotfix whose production is to be watched by two checks for five minutes.
fn watched_shop() -> Shop {
    let check = |name: &str| {
        format!(
            "[[verify]]\nname = \"{name}\"\ncommand = \"echo {name} >>../did\"\nevery = \"30s\"\nfor = \"5m\"\n"
        )
    };
    let config = format!("schema = 1\n{}{}", check("errors"), check("orders"));
    let shop = Shop::build().file("hotfix.toml", &config).go();
    shop.ready("fix-login-crash");
    shop
}

#[test]
fn watching_can_be_left_and_goes_on_where_it_was() {
    let shop = watched_shop();
    let develop = shop.tip("develop");
    let command = ["finish", "fix-login-crash", "-y", "--trust"];
    let mut first = shop.terminal(&command);
    first.waits_for("errors: well for 0 s of 5 min").waits_for("waiting for the next look").types("\u{3}");
    first.exits(8);
    let screen = first.screen();
    assert!(screen.contains("v1.2.1 is public and deployed; errors is still to be watched"), "{screen}");
    assert!(screen.contains("hint: hotfix finish fix-login-crash"), "{screen}");
    assert!(first.cursor_is_visible());
    assert_eq!(shop.tip("develop"), develop, "merging back waits for the end of the watching");
    let mut second = shop.terminal(&command);
    second.waits_for("errors: well for 1 min of 5 min").waits_for("waiting for the next look").types("\u{3}");
    second.exits(8);
    // The first check has had its five minutes, and is not run again; the second one has, too.
    for _ in 0..4 {
        shop.world.tick();
    }
    shop.hotfix(command).ok();
    shop.got_the_fix("develop", &develop);
    let root = Repo::at(&shop.world, &shop.world.root);
    assert_eq!(did(&root), ["errors", "errors", "errors", "orders"]);
    let begun = shop.kinds("fix-login-crash").into_iter().filter(|k| k == "monitoring-started").count();
    assert_eq!(begun, 1, "one window, however often somebody looked away");
}

#[test]
fn every_check_is_watched_even_when_the_watching_is_left_between_two() {
    let shop = watched_shop();
    let config = shop.read("hotfix.toml").replacen("for = \"5m\"", "for = \"0s\"", 1);
    shop.git(["switch", "-q", "main"]);
    shop.commit("hotfix.toml", &config);
    shop.git(["push", "-q", "origin", "main"]);
    let command = ["finish", "fix-login-crash", "-y", "--trust"];
    let mut terminal = shop.terminal(&command);
    terminal.waits_for("orders: well for 0 s of 5 min").types("\u{3}");
    terminal.exits(8);
    for _ in 0..6 {
        shop.world.tick();
    }
    shop.hotfix(command).ok();
    let root = Repo::at(&shop.world, &shop.world.root);
    assert_eq!(did(&root), ["errors", "orders", "orders"]);
}

#[test]
fn verify_alone_can_be_left_and_goes_on_too() {
    let shop = watched_shop();
    shop.hotfix(["finish", "fix-login-crash", "-y", "--no-deploy"]).ok();
    let command = ["verify", "fix-login-crash", "--trust"];
    let mut terminal = shop.terminal(&command);
    terminal.waits_for("errors: well for 0 s of 5 min").types("\u{3}");
    terminal.exits(8);
    assert!(terminal.screen().contains("hint: hotfix verify fix-login-crash"), "{}", terminal.screen());
    let mut terminal = shop.terminal(&command);
    terminal.waits_for("errors: well for 1 min of 5 min").types("\u{3}");
    terminal.exits(8);
    for _ in 0..4 {
        shop.world.tick();
    }
    shop.hotfix(command).ok();
    // What has come to its end is watched anew.
    let mut terminal = shop.terminal(&command);
    terminal.waits_for("errors: well for 0 s of 5 min").types("\u{3}");
    terminal.exits(8);
}

#[test]
fn deployed_again_after_the_merge_backs_it_does_not_speak_of_them() {
    let (shop, root) = shop_with("test ! -e ../broken", "true");
    let hotfix = shop.ready("fix-login-crash");
    hotfix.finish_with(&["--trust"]).ok();
    root.write("broken", "");
    shop.hotfix(["deploy", "fix-login-crash", "--trust"])
        .exits(1)
        .says("v1.2.1 is public. Both ways on:")
        .says("    # tries again\n")
        .does_not_say("merge-backs");
}

#[test]
fn a_failed_deployment_is_why_finish_comes_next() {
    let (shop, _) = shop_with("false", "true");
    let hotfix = shop.ready("fix-login-crash");
    hotfix.finish_with(&["--trust"]).exits(1);
    let next = hotfix.status()["next"].clone();
    assert_eq!(next["command"], "hotfix finish fix-login-crash");
    assert!(next["why"].as_str().unwrap().contains("tries again"), "{next}");
}
