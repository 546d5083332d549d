//! Where the log is shared, a release is deployed by one clone: the first one claims it on the remote.

use crate::support::{Repo, Shop};

const NAME: &str = "fix-login-crash";

/// A hotfix that is released and not deployed, in a clone and in a colleague's. The command says who ran
/// it, and fails while there is a file that says so.
fn released() -> (Shop, Repo, Repo) {
    let config =
        "[deploy]\ncommand = \"echo $(git config user.email) >>../../did; test ! -e ../../broken\"\n";
    let shop = Shop::build().file("hotfix.toml", config).go();
    // The checkout of a release lies beside the clone, or below the git directory: the path is said in full.
    let root = shop.world.root.display().to_string();
    let config = config.replace("../..", &root);
    shop.colleague_pushes("main", "hotfix.toml", &config);
    shop.git(["pull", "-q"]);
    shop.start(NAME).fix_login().answer_all();
    shop.hotfix(["sync", "-y"]).ok();
    shop.hotfix(["finish", NAME, "-y", "--no-deploy"]).ok();
    shop.hotfix(["sync"]).ok();
    let bob = shop.clone_of("bob");
    bob.git(["config", "user.email", "bob@example.org"]);
    bob.hotfix(["sync", "-y"]).ok();
    let root = Repo::at(&shop.world, &shop.world.root);
    (shop, bob, root)
}

fn deployments(root: &Repo) -> usize {
    if root.has_file("did") { root.read("did").lines().count() } else { 0 }
}

fn claims(shop: &Shop) -> usize {
    shop.remote_refs().keys().filter(|name| name.contains("/deploy/")).count()
}

#[test]
fn the_second_clone_is_told_who_deploys_and_runs_nothing() {
    let (shop, bob, root) = released();
    shop.hotfix(["deploy", NAME, "--trust"]).ok();
    // What the first one recorded has not come here.
    bob.hotfix(["deploy", NAME, "--trust"])
        .exits(8)
        .says("claimed the deployment of v1.2.1")
        .says("--deployed no");
    assert_eq!(deployments(&root), 1);
    bob.hotfix(["deploy", NAME, "--trust", "--deployed", "yes"]).ok();
    assert_eq!(deployments(&root), 1);
    // The first clone deploys again when it wants to: the claim is its own.
    shop.hotfix(["deploy", NAME, "--trust"]).ok();
    assert_eq!(deployments(&root), 2);
}

#[test]
fn whoever_looked_takes_it_over() {
    let (shop, bob, root) = released();
    shop.hotfix(["deploy", NAME, "--trust"]).ok();
    bob.hotfix(["deploy", NAME, "--trust", "--deployed", "no"]).ok();
    assert_eq!(root.read("did").lines().last(), Some("bob@example.org"));
    shop.hotfix(["deploy", NAME, "--trust"]).exits(8).says("bob@example.org");
}

#[test]
fn a_deployment_that_failed_is_anybodys() {
    let (shop, bob, root) = released();
    root.write("broken", "");
    shop.hotfix(["deploy", NAME, "--trust"]).exits(1);
    assert_eq!(claims(&shop), 0);
    std::fs::remove_file(root.dir.join("broken")).unwrap();
    bob.hotfix(["deploy", NAME, "--trust"]).ok();
    assert_eq!(claims(&shop), 1);
}

#[test]
fn of_two_at_once_one_deploys() {
    let (shop, bob, root) = released();
    let both = [shop.repo.clone(), bob].map(|clone| clone.call(["deploy", NAME, "--trust"]).spawn());
    let mut ends: Vec<i32> = both.into_iter().map(|run| run.wait().status).collect();
    ends.sort_unstable();
    assert_eq!((ends.as_slice(), deployments(&root)), ([0, 8].as_slice(), 1));
}

#[test]
fn a_log_that_is_shared_with_nobody_asks_nobody() {
    let config = "[deploy]\ncommand = \"true\"\n";
    let shop = Shop::build().file("hotfix.toml", config).go();
    shop.ready(NAME).finish_with(&["--trust"]).ok();
    assert_eq!(claims(&shop), 0);
}

#[test]
fn a_remote_that_takes_no_claims_holds_nobody_up() {
    let (shop, _, root) = released();
    let script = "#!/bin/sh\ncase $1 in refs/incidents/deploy/*) exit 1 ;; esac\nexit 0\n";
    shop.world.write_program(&shop.remote().dir.join("hooks/update"), script);
    shop.hotfix(["deploy", NAME, "--trust"]).ok().says("make sure that nobody else does");
    assert_eq!(deployments(&root), 1);
}

#[test]
fn a_log_below_a_claim_keeps_no_clone_from_the_logs() {
    let (shop, bob, root) = released();
    shop.hotfix(["deploy", NAME, "--trust"]).ok();
    bob.hotfix(["deploy", NAME, "--trust"]).exits(8);
    let remote = shop.remote();
    let log = shop.logs()[0].clone();
    let id = log.split('/').nth(2).unwrap().to_owned();
    for below in ["v1.2.1/log", "v1.2.1/x/log"] {
        for claim in remote.refs().keys().filter(|name| name.contains("/deploy/")) {
            remote.git(["update-ref", "-d", claim]);
        }
        remote.git([
            "update-ref",
            &format!("refs/incidents/deploy/tags/{below}"),
            &remote.rev("refs/heads/main"),
        ]);
        shop.hotfix(["note", "--hotfix", NAME, below]).ok();
        shop.hotfix(["sync", "-y"]).ok();
        bob.hotfix(["sync", "-y"]).ok();
        bob.hotfix(["timeline", &id]).ok().says(below);
        assert!(!bob.refs().keys().any(|name| name.ends_with(&format!("deploy/tags/{below}"))));
    }
    assert_eq!(deployments(&root), 1);
}
