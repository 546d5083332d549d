//! Between publishing production and merging back: deploy, then look whether it works.

use crate::support::{Except, Hotfix, Ran, Repo, Shop};
use rustix::process::Signal;

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

/// How often the deploy command ran.
fn deployments(root: &Repo) -> usize {
    did(root).iter().filter(|l| l.starts_with("deploy")).count()
}

/// The remote, local branches, tags and worktrees are as they were; nothing was run.
#[track_caller]
fn asks_first(shop: &Shop, root: &Repo, hotfix: &Hotfix, flags: &[&str]) {
    let (before, ran) = (shop.snapshot(), did(root));
    let refused = hotfix.finish_with(flags);
    refused.exits(3).says("--deployed yes").says("--deployed no").does_not_say("Finish ");
    before.still_holds_except(&[Except::Tracking, Except::Record]);
    assert_eq!(did(root), ran);
}

#[test]
fn an_interrupted_deployment_is_unknown_until_somebody_says() {
    // The checks are green: they are green for the old release, too.
    for verify in ["true", "false"] {
        let (shop, root) = shop_with("test -e ../works || kill -9 $PPID", verify);
        let hotfix = shop.ready("fix-login-crash");
        let _ = hotfix.finish_with(&["--trust"]);
        asks_first(&shop, &root, &hotfix, &["--trust"]);
        asks_first(&shop, &root, &hotfix, &["--trust"]);
        hotfix.finish_with(&["--dry-run", "--trust"]).says("--deployed yes|no");
        shop.hotfix(["deploy", "fix-login-crash", "--trust"]).exits(3).says("--deployed yes");
        assert_eq!(did(&root).len(), 1, "no check was run to find out");
    }
}

#[test]
fn said_not_to_be_deployed_it_is_deployed_again() {
    let (shop, root) = shop_with("test -e ../works || kill -9 $PPID", "true");
    let hotfix = shop.ready("fix-login-crash");
    let _ = hotfix.finish_with(&["--trust"]);
    root.write("works", "");
    hotfix.finish_with(&["--trust", "--deployed", "no"]).ok();
    assert_eq!(did(&root), ["deploy v1.2.1 1.2.1 v1.2.0", "deploy v1.2.1 1.2.1 v1.2.0", "verify v1.2.1"]);
    assert_eq!(shop.worktrees().len(), 1, "the checkout of the killed run is gone as well");
}

#[test]
fn said_to_be_deployed_it_is_verified_and_goes_on() {
    let (shop, root) = shop_with("kill -9 $PPID", "true");
    let develop = shop.tip("develop");
    let hotfix = shop.ready("fix-login-crash");
    let _ = hotfix.finish_with(&["--trust"]);
    hotfix.finish_with(&["--trust", "--deployed", "yes"]).ok().does_not_say("1. run");
    assert_eq!(did(&root), ["deploy v1.2.1 1.2.1 v1.2.0", "verify v1.2.1"]);
    shop.got_the_fix("develop", &develop);
}

#[test]
fn on_a_terminal_it_is_asked_before_the_plan() {
    let (shop, root) = shop_with("test -e ../works || kill -9 $PPID", "true");
    let hotfix = shop.ready("fix-login-crash");
    let _ = hotfix.finish_with(&["--trust"]);
    let mut terminal = shop.terminal(&["finish", "fix-login-crash", "--trust"]);
    terminal.waits_for("Is v1.2.1 in production?").types("\r");
    terminal.exits(3);
    root.write("works", "");
    let mut terminal = shop.terminal(&["finish", "fix-login-crash", "--trust"]);
    terminal.waits_for("Is v1.2.1 in production?").types("\u{1b}[B\u{1b}[B\r");
    terminal.waits_for("Complete fix-login-crash? v1.2.1 is public already.").types("y");
    terminal.exits(0);
    assert_eq!(deployments(&root), 2);
}

#[test]
fn what_is_not_released_cannot_be_said_to_be_deployed() {
    let (shop, root) = shop_with("true", "true");
    let hotfix = shop.ready("fix-login-crash");
    let before = shop.snapshot();
    hotfix.finish_with(&["--trust", "--deployed", "yes"]).exits(2);
    before.still_holds_except(&[Except::Tracking, Except::Record]);
    assert!(did(&root).is_empty());
    hotfix.finish_with(&["--trust", "--deployed", "no"]).ok();
    assert_eq!(deployments(&root), 1);
}

#[test]
fn what_a_killed_run_knew_is_kept_and_nothing_else_is_concluded() {
    // Killed before the command began, while its end was not recorded, and after that.
    for (point, asks) in [
        ("deploy: the checkout is about to be made", false),
        ("deploy: the release is checked out", false),
        ("deploy: it is about to begin", true),
        ("deploy: it ended, and is not recorded", true),
        ("deploy: its end is recorded", false),
    ] {
        let (shop, root) = shop_with("true", "true");
        let develop = shop.tip("develop");
        let hotfix = shop.ready("fix-login-crash");
        let killed = shop
            .call(["finish", "fix-login-crash", "-y", "--trust"])
            .env("HOTFIX_FAULT", format!("{point}:1"))
            .run();
        assert_eq!(killed.status, 128 + 9, "{point}: {killed}");
        assert_eq!(shop.tip("develop"), develop, "{point}");
        if asks {
            asks_first(&shop, &root, &hotfix, &["--trust"]);
            hotfix.finish_with(&["--trust", "--deployed", "yes"]).ok();
        } else {
            hotfix.finish_with(&["--trust"]).ok();
            assert_eq!(deployments(&root), 1, "{point}");
        }
        shop.got_the_fix("develop", &develop);
        assert_eq!(shop.worktrees().len(), 1, "{point}: {}", shop.git(["worktree", "list"]));
        assert!(!root.has_file("shop.deploy-v1.2.1"), "{point}");
    }
}

#[test]
fn a_rollback_asks_too() {
    let (shop, root) = shop_with("test $HOTFIX_TAG = v1.2.1 || test -e ../works || kill -9 $PPID", "true");
    shop.ready("fix-login-crash").finish_with(&["--trust"]).ok();
    let rollback = ["rollback", "v1.2.1", "--to", "v1.2.0", "--confirm", "v1.2.1", "--trust", "-y"];
    let _ = shop.hotfix(rollback);
    shop.hotfix(rollback).exits(3).says("--deployed yes");
    root.write("works", "");
    shop.hotfix([&rollback[..], &["--deployed", "no"]].concat()).ok();
    assert_eq!(deployments(&root), 3, "{:?}", did(&root));
}

#[test]
fn what_another_clone_says_about_a_deployment_is_asked_and_not_believed() {
    let (shop, root) = shop_with("true", "true");
    let develop = shop.tip("develop");
    let hotfix = shop.start("fix-login-crash").fix_login().published().answer_all();
    shop.hotfix(["sync", "-y"]).ok();
    // The release is out, and nothing is deployed yet.
    let killed = shop
        .call(["finish", "fix-login-crash", "-y", "--trust"])
        .env("HOTFIX_FAULT", "deploy: the checkout is about to be made:1")
        .run();
    assert_eq!(killed.status, 128 + 9, "{killed}");
    shop.hotfix(["sync"]).ok();
    let grace = shop.clone_of("grace");
    grace.hotfix(["sync"]).ok();
    grace.hotfix(["mark", "deployed", "--hotfix", "fix-login-crash"]).ok();
    grace.hotfix(["sync", "-y"]).ok();
    shop.hotfix(["sync"]).ok();
    asks_first(&shop, &root, &hotfix, &["--trust"]);
    assert!(did(&root).is_empty());
    hotfix.finish_with(&["--trust"]).exits(3).says("grace deployed it");
    hotfix.finish_with(&["--trust", "--deployed", "no"]).ok();
    assert_eq!(did(&root), ["deploy v1.2.1 1.2.1 v1.2.0", "verify v1.2.1"]);
    shop.got_the_fix("develop", &develop);
}

#[test]
fn the_checkout_of_a_failed_deployment_is_kept_and_used_again() {
    let (shop, root) = shop_with("touch left.log; test -e ../works", "true");
    let hotfix = shop.ready("fix-login-crash");
    hotfix.finish_with(&["--trust"]).exits(1).says("shop.deploy-v1.2.1, which is kept");
    let checkout = Repo::at(&shop.world, root.dir.join("shop.deploy-v1.2.1"));
    assert!(checkout.has_file("left.log"));
    checkout.write("src/login.rs", "// tried something\n");
    root.write("works", "");
    hotfix.finish_with(&["--trust"]).ok().says("git worktree remove --force");
    assert_eq!(
        checkout.git(["status", "--porcelain"]).trim(),
        "?? left.log",
        "files that a command left stay"
    );
    checkout.git(["clean", "-q", "-f"]);
    shop.hotfix(["deploy", "fix-login-crash", "--trust"]).ok();
}

#[test]
fn a_worktree_of_the_users_is_not_taken_for_a_checkout() {
    let (shop, root) = shop_with("true", "true");
    let theirs = root.dir.join("shop.deploy-v1.2.1");
    shop.git(["worktree", "add", "-q", "--detach", &theirs.display().to_string(), "develop"]);
    let theirs = Repo::at(&shop.world, &theirs);
    theirs.write("notes.txt", "mine\n");
    let before = theirs.rev("HEAD");
    shop.ready("fix-login-crash").finish_with(&["--trust"]).ok();
    assert_eq!((theirs.rev("HEAD"), theirs.read("notes.txt")), (before, "mine\n".to_owned()));
    assert_eq!(shop.worktrees().len(), 2);
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
    for (command, kind) in [("deploy", "deploy"), ("verify", "verify")] {
        let planned = shop.hotfix([command, "--dry-run", "--json"]).ok().json();
        assert_eq!(planned["steps"][0]["kind"], "run");
        assert_eq!(planned["steps"][0]["stage"], kind);
        assert_eq!(planned["steps"][0]["state"], "todo");
    }
    assert!(did(&root).is_empty(), "a rehearsal runs nothing");
    let done = shop.hotfix(["deploy", "--trust", "--json"]).ok().json();
    assert_eq!(done["steps"][0]["state"], "done");
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
    let deploy = "[deploy]\ncommand = \"true\"\n";
    let config = format!("schema = 1\n{deploy}{}{}", check("errors"), check("orders"));
    let shop = Shop::build().file("hotfix.toml", &config).go();
    shop.ready("fix-login-crash");
    shop
}

#[test]
fn watching_can_be_left_and_what_nobody_watched_does_not_count() {
    let shop = watched_shop();
    let develop = shop.tip("develop");
    let command = ["finish", "fix-login-crash", "-y", "--trust"];
    for _ in 0..2 {
        let mut terminal = shop.terminal(&command);
        terminal
            .waits_for("errors: passing for 0 s of 5 min")
            .waits_for("waiting for the next check")
            .types("\u{3}");
        terminal.exits(8);
        let screen = terminal.screen();
        assert!(screen.contains("v1.2.1 is public; errors has not been watched long enough"), "{screen}");
        assert!(screen.contains("hint: hotfix finish fix-login-crash"), "{screen}");
        assert!(terminal.cursor_is_visible());
        assert_eq!(shop.tip("develop"), develop, "merging back waits for the end of the watching");
        for _ in 0..6 {
            shop.world.tick();
        }
    }
    let root = Repo::at(&shop.world, &shop.world.root);
    assert_eq!(did(&root), ["errors", "orders", "errors", "orders"], "all of them are watched together");
    let begun = shop.kinds("fix-login-crash").into_iter().filter(|k| k == "monitoring-started").count();
    assert_eq!(begun, 1, "one beginning, however often somebody looked away");
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
    terminal.waits_for("orders: passing for 0 s of 5 min").types("\u{3}");
    terminal.exits(8);
    let mut terminal = shop.terminal(&command);
    terminal.waits_for("orders: passing for 0 s of 5 min").types("\u{3}");
    terminal.exits(8);
    let root = Repo::at(&shop.world, &shop.world.root);
    assert_eq!(did(&root), ["errors", "orders", "orders"], "what has passed is not run again");
}

#[test]
fn verify_alone_can_be_left_and_goes_on_too() {
    let shop = watched_shop();
    shop.hotfix(["finish", "fix-login-crash", "-y", "--no-deploy"]).ok();
    let command = ["verify", "fix-login-crash", "--trust"];
    let mut terminal = shop.terminal(&command);
    terminal.waits_for("errors: passing for 0 s of 5 min").types("\u{3}");
    terminal.exits(8);
    assert!(terminal.screen().contains("hint: hotfix verify fix-login-crash"), "{}", terminal.screen());
    shop.hotfix([&command[..], &["--for", "0s"]].concat()).ok();
    // What has come to its end is watched anew.
    let mut terminal = shop.terminal(&command);
    terminal.waits_for("errors: passing for 0 s of 5 min").types("\u{3}");
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
        .says("v1.2.1 is public. It ran in ")
        .says("    # retries\n")
        .does_not_say("merge-backs");
}

#[test]
fn a_failed_deployment_is_why_finish_comes_next() {
    let (shop, _) = shop_with("false", "true");
    let hotfix = shop.ready("fix-login-crash");
    hotfix.finish_with(&["--trust"]).exits(1);
    let next = hotfix.status()["next"].clone();
    assert_eq!(next["command"], "hotfix finish fix-login-crash");
    assert!(next["why"].as_str().unwrap().contains("retries"), "{next}");
}

/// Runs finish and sends it a signal once its command has begun.
fn signalled(shop: &Shop, root: &Repo, signal: Signal) -> Ran {
    let finish = shop.call(["finish", "fix-login-crash", "-y", "--trust"]).spawn();
    finish.gets(signal, &root.dir.join("begun")).wait()
}

/// Waits for a signal as a program does that has to clean up first.
const CLEANS_UP: &str =
    "trap 'echo cleaned >>../did; exit 3' INT TERM HUP; touch ../begun; while :; do sleep 0.05; done";

#[test]
fn a_signal_reaches_the_deployment_which_is_waited_for() {
    for (signal, status) in [(Signal::INT, 130), (Signal::TERM, 143), (Signal::HUP, 143)] {
        let (shop, root) = shop_with(CLEANS_UP, "true");
        let develop = shop.tip("develop");
        let hotfix = shop.ready("fix-login-crash");
        let ended = signalled(&shop, &root, signal);
        ended.exits(status).says("v1.2.1 is public, it is unknown whether v1.2.1 is deployed");
        ended.says("hint: hotfix finish fix-login-crash");
        assert_eq!(did(&root), ["deploy v1.2.1 1.2.1 v1.2.0", "cleaned"], "{ended}");
        assert_eq!(shop.tip("develop"), develop);
        asks_first(&shop, &root, &hotfix, &["--trust"]);
    }
}

#[test]
fn a_deployment_that_completes_all_the_same_is_known() {
    let (shop, root) = shop_with("trap 'exit 0' TERM; touch ../begun; while :; do sleep 0.05; done", "true");
    let hotfix = shop.ready("fix-login-crash");
    signalled(&shop, &root, Signal::TERM).exits(143).says("v1.2.1 is deployed");
    hotfix.finish_with(&["--trust"]).ok();
    assert_eq!(did(&root), ["deploy v1.2.1 1.2.1 v1.2.0", "verify v1.2.1"]);
}

#[test]
fn a_signal_reaches_a_verify_check_and_proves_nothing() {
    let (shop, root) = shop_with("true", &format!("test -e ../works || {{ {CLEANS_UP}; }}"));
    let hotfix = shop.ready("fix-login-crash");
    signalled(&shop, &root, Signal::TERM).exits(143).says("error rate has not been watched long enough");
    assert!(!shop.kinds("fix-login-crash").contains(&"verify-failed".to_owned()));
    root.write("works", "");
    hotfix.finish_with(&["--trust"]).ok();
    assert_eq!(deployments(&root), 1);
}
