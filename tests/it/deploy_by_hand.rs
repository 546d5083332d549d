//! What a person deploys, or says of a deployment.

use crate::support::{Except, Shop};

/// A shop whose production is only looked at: a check, and no deploy command.
fn looked_at() -> Shop {
    let config = "[[verify]]\nname = \"errors\"\ncommand = \"echo $HOTFIX_TAG >>../did\"\nfor = \"0s\"\n";
    Shop::build().file("hotfix.toml", config).go()
}

fn did(shop: &Shop) -> String {
    std::fs::read_to_string(shop.world.root.join("did")).unwrap_or_default()
}

#[test]
fn nothing_is_verified_before_somebody_has_deployed_it() {
    let shop = looked_at();
    let hotfix = shop.ready("fix-login-crash");
    hotfix
        .finish_with(&["--trust"])
        .ok()
        .says("deploy it yourself, then run hotfix mark deployed and hotfix verify")
        .says("hotfix mark deployed --hotfix fix-login-crash")
        .says("hotfix verify fix-login-crash")
        .does_not_say("public and deployed");
    assert_eq!(did(&shop), "", "the old release was looked at");
    let status = |text: &str| _ = shop.hotfix(["status", "fix-login-crash"]).ok().says(text);
    status("not deployed by hotfix");
    shop.hotfix(["mark", "deployed", "--hotfix", "fix-login-crash"]).ok();
    status("hotfix verify fix-login-crash");
    shop.hotfix(["status"]).ok().says("hotfix verify fix-login-crash");
    shop.hotfix(["verify", "fix-login-crash", "--trust"]).ok();
    assert_eq!(did(&shop), "v1.2.1\n");
    status("hotfix mark resolved");
}

#[test]
fn what_was_said_to_be_deployed_is_verified_by_the_finish_that_goes_on() {
    let shop = looked_at();
    shop.refuse_updates_of("refs/heads/develop");
    let hotfix = shop.ready("fix-login-crash");
    hotfix.finish_with(&["--trust"]).exits(8);
    assert_eq!(did(&shop), "");
    shop.hotfix(["mark", "deployed", "--hotfix", "fix-login-crash"]).ok();
    shop.accept_everything_again();
    hotfix.finish_with(&["--trust"]).ok();
    assert_eq!(did(&shop), "v1.2.1\n");
}

#[test]
fn a_rollback_verifies_nothing_before_it_is_deployed_either() {
    let shop = looked_at();
    shop.ready("fix-login-crash").finish_with(&["--trust"]).ok();
    shop.hotfix(["rollback", "--confirm", "v1.2.1", "--trust"])
        .ok()
        .says("hotfix mark deployed --hotfix rollback-v1.2.1")
        .says("hotfix verify rollback-v1.2.1");
    assert_eq!(did(&shop), "");
    shop.hotfix(["mark", "deployed", "--hotfix", "rollback-v1.2.1"]).ok();
    shop.hotfix(["verify", "rollback-v1.2.1", "--trust"]).ok();
    assert_eq!(did(&shop), "v1.2.2\n");
}

/// `v1.2.2` took `v1.2.1` back, and its deployment failed.
fn half_rolled_back() -> Shop {
    let config = "[deploy]\ncommand = \"test $HOTFIX_TAG = v1.2.1\"\n[[verify]]\nname = \"errors\"\n\
                  command = \"true\"\nfor = \"0s\"\n";
    let shop = Shop::build().file("hotfix.toml", config).go();
    shop.ready("fix-login-crash").finish_with(&["--trust"]).ok();
    shop.hotfix(["rollback", "--confirm", "v1.2.1", "--trust"]).exits(1);
    shop
}

#[test]
fn what_is_deployed_by_hand_after_a_rollback_is_the_rollback() {
    for name in [&[][..], &["--hotfix", "fix-login-crash"]] {
        let shop = half_rolled_back();
        shop.hotfix([&["mark", "deployed"][..], name].concat()).ok().says("v1.2.2");
        let kinds = shop.kinds("rollback-v1.2.1");
        assert!(kinds.contains(&"deploy-succeeded".to_owned()), "{name:?}: {kinds:?}");
        shop.hotfix(["status", "rollback-v1.2.1"]).ok().does_not_say("the deployment failed");
        shop.hotfix(["rollback", "v1.2.1", "--confirm", "v1.2.1", "--trust"]).ok();
    }
}

/// What was deployed before it was taken back is still said of the hotfix.
#[test]
fn an_earlier_deployment_stays_the_hotfixs_own() {
    let shop = Shop::new();
    shop.ready("fix-login-crash").finish().ok();
    let at = shop.world.tick();
    shop.hotfix(["rollback", "--confirm", "v1.2.1"]).ok();
    shop.hotfix(["mark", "deployed", "--at", &at, "--hotfix", "fix-login-crash"]).ok().says("v1.2.1");
}

#[test]
fn what_was_taken_back_is_not_deployed_or_verified_again() {
    let shop = half_rolled_back();
    let before = shop.snapshot();
    for command in ["deploy", "verify"] {
        shop.hotfix([command, "fix-login-crash", "--trust"]).exits(3).says("v1.2.1 was rolled back");
    }
    before.still_holds_except(&[Except::Tracking, Except::Record]);
}

#[test]
fn after_what_was_said_was_recorded_nothing_else_was_changed() {
    // The deployment is interrupted, and the check was never agreed to.
    let config = "[deploy]\ncommand = \"kill -9 $PPID\"\n[[verify]]\nname = \"errors\"\ncommand = \"true\"\n\
                  for = \"0s\"\n";
    let shop = Shop::build().file("hotfix.toml", config).go();
    let _ = shop.ready("fix-login-crash").finish_with(&["--trust"]);
    shop.hotfix(["finish", "fix-login-crash", "-y", "--deployed", "yes"])
        .exits(3)
        .says("v1.2.1 is recorded as deployed.")
        .says("(nothing else was changed)");
    shop.hotfix(["finish", "fix-login-crash", "-y", "--trust"]).ok();
    let _ = shop.hotfix(["rollback", "--confirm", "v1.2.1", "--trust"]);
    shop.hotfix(["rollback", "v1.2.1", "--confirm", "v1.2.1", "--deployed", "yes"])
        .exits(3)
        .says("v1.2.2 is recorded as deployed.")
        .says("Nothing else was changed");
}

#[test]
fn what_was_said_on_a_terminal_is_not_called_nothing() {
    let config = "[deploy]\ncommand = \"kill -9 $PPID\"\n[[verify]]\nname = \"errors\"\ncommand = \"true\"\n\
                  for = \"0s\"\n";
    let shop = Shop::build().file("hotfix.toml", config).go();
    let _ = shop.ready("fix-login-crash").finish_with(&["--trust"]);
    let mut terminal = shop.terminal(&["finish", "fix-login-crash"]);
    terminal.waits_for("Is v1.2.1 in production?").types("\u{1b}[B\r");
    terminal.waits_for("Run it, now and whenever its text is the same?").types("n");
    terminal.waits_for("nothing else was changed").exits(3);
}
