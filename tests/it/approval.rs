//! Nothing is published that was not in an approved plan, and nothing runs before the yes.

use crate::support::{Except, Repo, Shop};
use serde_json::Value;

const NAME: &str = "fix-login-crash";

/// A colleague's clone with a commit on `branch` that is not pushed yet.
fn colleague(shop: &Shop, branch: &str, path: &str) -> Repo {
    let dir = shop.world.root.join("colleague/shop");
    let url = shop.remote().dir.display().to_string();
    Repo::at(&shop.world, &shop.world.root).git(["clone", "-q", &url, &dir.display().to_string()]);
    let clone = Repo::at(&shop.world, &dir);
    clone.git(["config", "user.name", "Grace"]);
    clone.git(["config", "user.email", "grace@example.com"]);
    clone.git(["switch", "-q", branch]);
    clone.commit_as("A colleague's change", path, "// of a colleague\n");
    clone
}

/// While the first push is under way the colleague pushes.
fn moves_during_the_push(shop: &Shop, colleague: &Repo, branch: &str) {
    let done = shop.world.root.join("colleague-pushed");
    shop.hook(
        "pre-push",
        &format!(
            "[ -e '{0}' ] && exit 0\ntouch '{0}'\nunset $(git rev-parse --local-env-vars)\ngit -C '{1}' push -q origin {branch}",
            done.display(),
            colleague.dir.display()
        ),
    );
}

fn kinds(steps: &Value) -> Vec<String> {
    let steps = steps.as_array().expect("there are steps");
    steps.iter().map(|step| step["kind"].as_str().unwrap_or_default().to_owned()).collect()
}

#[test]
fn untested_files_that_arrive_during_the_push_are_not_published_on_an_earlier_yes() {
    let shop = Shop::new();
    let hotfix = shop.ready(NAME);
    let grace = colleague(&shop, "main", "src/cart.rs");
    moves_during_the_push(&shop, &grace, "main");
    hotfix.finish().exits(3).says("src/cart.rs").says("hotfix finish fix-login-crash -y");
    shop.has_exactly(&["main", "develop"], &["v1.2.0"]);
    assert_eq!(shop.tip("main"), grace.rev("HEAD"), "production is the colleague's alone");
    // Seen and agreed to, it goes out.
    let done = hotfix.finish_with(&["--json"]);
    let done = done.ok().json();
    assert_eq!(done["untested_files"], serde_json::json!(["src/cart.rs"]));
}

#[test]
fn a_plan_that_was_made_again_without_untested_files_goes_on_and_says_so() {
    let shop = Shop::new();
    let hotfix = shop.ready(NAME);
    let grace = colleague(&shop, "develop", "src/cart.rs");
    moves_during_the_push(&shop, &grace, "develop");
    let done = hotfix.finish_with(&["--json"]);
    let done = done.ok().json();
    assert_eq!(done["replanned"], true);
    assert_eq!(done["untested_files"], serde_json::json!([]));
    assert!(done["steps"].as_array().unwrap().iter().all(|step| step["state"] == "done"), "{done}");
}

#[test]
fn without_a_terminal_publishing_takes_a_yes() {
    let shop = Shop::new();
    let hotfix = shop.ready(NAME);
    let before = shop.snapshot();
    shop.hotfix(["finish", NAME]).exits(3).says("hotfix finish fix-login-crash -y");
    shop.hotfix(["--no-input", "finish", NAME]).exits(3);
    before.still_holds_except(&[Except::Tracking, Except::Record]);
    shop.hotfix(["abort", NAME]).exits(3).says("hotfix abort fix-login-crash -y");
    assert!(hotfix.has_branch());
}

#[test]
fn no_hook_runs_before_the_yes() {
    let shop = Shop::new();
    let hotfix = shop.ready(NAME);
    let ran = shop.world.root.join("hook-ran");
    for hook in ["pre-merge-commit", "prepare-commit-msg", "commit-msg", "pre-push"] {
        shop.hook(hook, &format!("echo {hook} >>'{}'", ran.display()));
    }
    shop.hotfix(["finish", NAME]).exits(3);
    hotfix.plan();
    assert!(!ran.exists(), "{}", std::fs::read_to_string(&ran).unwrap_or_default());
    hotfix.finish().ok();
    let ran = std::fs::read_to_string(&ran).unwrap();
    assert!(ran.contains("pre-merge-commit") && ran.contains("commit-msg") && ran.contains("pre-push"));
}

#[test]
fn no_signature_is_made_before_the_yes() {
    let shop = Shop::new();
    shop.ready(NAME);
    let asked = shop.world.root.join("gpg-asked");
    let gpg = shop.world.root.join("gpg.sh");
    std::fs::write(&gpg, format!("#!/bin/sh\ntouch '{}'\nexit 1\n", asked.display())).unwrap();
    shop.git(["config", "gpg.program", &format!("sh {}", gpg.display())]);
    shop.git(["config", "commit.gpgSign", "true"]);
    shop.hotfix(["finish", NAME]).exits(3).says("-y");
    assert!(!asked.exists());
}

#[test]
fn a_hook_that_refuses_the_push_is_not_run_twice() {
    let shop = Shop::new();
    let hotfix = shop.ready(NAME);
    let count = shop.world.root.join("count");
    shop.hook("pre-push", &format!("echo run >>'{}'; echo 'not on a Friday' >&2; exit 1", count.display()));
    hotfix.finish().exits(1).says("not on a Friday");
    assert_eq!(std::fs::read_to_string(count).unwrap().lines().count(), 1);
}

#[test]
fn one_list_of_steps_with_a_conflict_keeps_the_branch() {
    let shop = Shop::new();
    let hotfix = shop.ready(NAME).published();
    shop.colleague_pushes("develop", "src/login.rs", "// rewritten\n");
    let plan = hotfix.plan();
    let steps = kinds(&plan["steps"]);
    assert!(steps.contains(&"leave".to_owned()), "{steps:?}");
    assert!(!steps.iter().any(|kind| kind == "delete" || kind == "unpublish"), "{steps:?}");
    let git = plan["git"].to_string();
    assert!(!git.contains(" :refs/heads/") && !git.contains("branch -D"), "{git}");
    assert!(!plan["pushes"].to_string().contains("\":refs"), "{}", plan["pushes"]);
    hotfix.finish().exits(5);
    assert!(hotfix.has_branch());
}

#[test]
fn what_is_kept_here_names_only_what_moves_here() {
    let shop = Shop::new();
    let hotfix = shop.ready(NAME);
    shop.colleague_pushes("develop", "src/login.rs", "// rewritten\n");
    shop.git(["fetch", "-q"]);
    let plan = hotfix.finish_with(&["--dry-run", "--json", "--no-push"]).json();
    assert_eq!(kinds(&plan["steps"]), ["follow"]);
    assert_eq!(plan["steps"][0]["branches"], serde_json::json!(["main"]), "develop does not move");
}

#[test]
fn the_steps_of_a_real_run_are_those_of_its_rehearsal() {
    let shop = Shop::new();
    let hotfix = shop.ready(NAME).published();
    let rehearsed = kinds(&hotfix.plan()["steps"]);
    let done = hotfix.finish_with(&["--json"]);
    assert_eq!(kinds(&done.ok().json()["steps"]), rehearsed);
    assert!(rehearsed.contains(&"unpublish".to_owned()) && rehearsed.contains(&"delete".to_owned()));
}

#[test]
fn giving_up_names_the_worktree_that_it_removes() {
    let shop = Shop::new();
    let beside = shop.world.root.join("beside");
    shop.hotfix(["start", NAME, &format!("--worktree={}", beside.display())]).ok();
    let plan = shop.hotfix(["abort", NAME, "--dry-run", "--json"]);
    let steps = plan.ok().json()["steps"].clone();
    assert_eq!(kinds(&steps), ["keep", "vacate", "delete", "record"]);
    assert_eq!(steps[1]["remove"], true);
    shop.hotfix(["abort", NAME, "--dry-run"]).ok().says("beside");
    assert!(beside.exists());
    shop.hotfix(["abort", NAME, "-y"]).ok();
    assert!(!beside.exists());
    let plan = shop.hotfix(["undo", NAME, "--dry-run", "--json"]);
    assert_eq!(kinds(&plan.ok().json()["steps"]), ["local", "record"]);
}
