//! `finish --dry-run`: changes nothing, and the real run does what it said.

use crate::support::{Except, Hotfix, Shop};
use serde_json::Value;

/// What a dry run and a real run must agree on, apart from the commits' names.
fn essence(document: &Value) -> Vec<String> {
    let mut lines = vec![format!("{} {}", document["version"], document["tag"])];
    for target in document["targets"].as_array().unwrap() {
        let facts = ["branch", "role", "method", "outcome", "old", "conflicts"];
        lines.push(facts.iter().map(|key| target[key].to_string()).collect::<Vec<_>>().join(" "));
    }
    lines
}

/// The trees of the planned commits, where the plan left them in the object database.
fn planned_trees(shop: &Shop, plan: &Value) -> Vec<(String, String)> {
    let targets = plan["targets"].as_array().unwrap().iter();
    let planned = targets.filter_map(|target| Some((target["branch"].as_str()?, target["new"].as_str()?)));
    planned
        .filter(|(_, new)| shop.git_agrees(["cat-file", "-e", &format!("{new}^{{tree}}")]))
        .map(|(branch, new)| (branch.to_owned(), shop.tree(new)))
        .collect()
}

fn the_real_run_does_what_the_dry_run_said(shop: &Shop, hotfix: &Hotfix, status: i32) {
    let before = shop.snapshot();
    let dry = hotfix.finish_with(&["--dry-run", "--json"]);
    dry.exits(status);
    before.still_holds_except(&[Except::Tracking]);
    let plan = dry.json();
    let trees = planned_trees(shop, &plan);

    let real = hotfix.finish_with(&["--json"]);
    real.exits(status);
    assert_eq!(essence(&plan), essence(&real.json()), "the real run differs from the plan");
    for (branch, tree) in trees {
        assert_eq!(
            shop.public().tree(&format!("refs/heads/{branch}")),
            tree,
            "{branch} was planned otherwise"
        );
    }
    let tag = plan["tag"].as_str().unwrap();
    assert!(shop.public().has_ref(&format!("refs/tags/{tag}")));
}

#[test]
fn with_develop_and_a_release_branch() {
    let shop = Shop::build().release("release/1.3.0").go();
    let hotfix = shop.ready("fix-login-crash");
    the_real_run_does_what_the_dry_run_said(&shop, &hotfix, 0);
}

#[test]
fn without_a_remote() {
    let shop = Shop::build().no_remote().go();
    let hotfix = shop.ready("fix-login-crash");
    the_real_run_does_what_the_dry_run_said(&shop, &hotfix, 0);
}

#[test]
fn with_a_conflict_in_develop() {
    let shop = Shop::new();
    shop.colleague_pushes("develop", "src/login.rs", "// rewritten\n");
    let hotfix = shop.ready("fix-login-crash");
    the_real_run_does_what_the_dry_run_said(&shop, &hotfix, 5);
}

#[test]
fn with_production_moved_meanwhile() {
    let shop = Shop::new();
    let hotfix = shop.ready("fix-login-crash");
    shop.colleague_pushes("main", "src/news.rs", "// news\n");
    the_real_run_does_what_the_dry_run_said(&shop, &hotfix, 0);
}

#[test]
fn the_document_has_every_field() {
    let shop = Shop::build().release("release/1.3.0").go();
    let hotfix = shop.ready("fix-login-crash").published();
    let plan = hotfix.plan();
    for key in ["version", "tag", "mode", "also_ships", "targets", "pushes", "commands", "problems"] {
        assert!(plan.get(key).is_some(), "{key} is missing: {plan}");
    }
    assert_eq!((&plan["version"], &plan["tag"]), (&"1.2.1".into(), &"v1.2.1".into()));
    assert_eq!(plan["problems"], Value::Array(Vec::new()));
    let targets = plan["targets"].as_array().unwrap();
    assert_eq!(targets.len(), 3);
    for target in targets {
        let production = target["branch"] == "main";
        assert_eq!(target["role"], if production { "production" } else { "merge-back" });
        assert_eq!((&target["method"], &target["outcome"]), (&"merge".into(), &"clean".into()));
        assert_eq!(target["old"], shop.tip(target["branch"].as_str().unwrap()));
        assert!(target["new"].is_string() && target["new"] != target["old"], "{target}");
        assert_eq!(target["conflicts"], Value::Array(Vec::new()));
    }
    let pushed = plan["pushes"].to_string();
    for word in ["main", "v1.2.1", "develop", "release/1.3.0", "hotfix/fix-login-crash"] {
        assert!(pushed.contains(word), "{word} is not in {pushed}");
    }
}

#[test]
fn a_conflict_is_named_with_its_paths() {
    let shop = Shop::new();
    shop.colleague_pushes("develop", "src/login.rs", "// rewritten\n");
    let hotfix = shop.ready("fix-login-crash");
    let plan = hotfix.plan();
    let develop = plan["targets"].as_array().unwrap().iter().find(|t| t["branch"] == "develop").unwrap();
    assert_eq!(develop["outcome"], "conflict");
    assert_eq!(develop["conflicts"], serde_json::json!(["src/login.rs"]));
    hotfix.finish_with(&["--dry-run"]).exits(5).says("src/login.rs");
}

#[test]
fn what_else_ships_is_named() {
    let shop = Shop::new();
    let news = shop.colleague_pushes("main", "src/news.rs", "// merged, never released\n");
    let plan = shop.ready("fix-login-crash").plan();
    assert_eq!(plan["also_ships"].as_array().unwrap().len(), 1, "{plan}");
    assert!(plan["also_ships"].to_string().contains(&news), "{plan}");
}

#[test]
fn a_target_that_has_the_fix_already_is_left_as_it_is() {
    let shop = Shop::new();
    let hotfix = shop.ready("fix-login-crash").published();
    let colleague = shop.colleague();
    colleague.git(["fetch", "-q"]);
    colleague.git(["switch", "-q", "--detach", "origin/develop"]);
    colleague.git(["merge", "-q", "--no-edit", "origin/hotfix/fix-login-crash"]);
    colleague.git(["push", "-q", "origin", "HEAD:refs/heads/develop"]);
    let plan = hotfix.plan();
    let develop = plan["targets"].as_array().unwrap().iter().find(|t| t["branch"] == "develop").unwrap();
    assert!(["contained", "clean"].contains(&develop["outcome"].as_str().unwrap()), "{develop}");
    let theirs = shop.tip("develop");
    hotfix.finish_with(&["--allow-unreleased", "develop got it first"]).ok();
    shop.has_exactly(&["main", "develop"], &["v1.2.0", "v1.2.1"]);
    assert!(shop.has("develop", &theirs));
}

#[test]
fn problems_are_in_the_document_too() {
    let shop = Shop::new();
    let hotfix = shop.start("fix-login-crash");
    let before = shop.snapshot();
    let ran = hotfix.finish_with(&["--dry-run", "--json"]);
    ran.exits(3);
    before.still_holds_except(&[Except::Tracking]);
    let problems = ran.json()["problems"].as_array().cloned().unwrap_or_default();
    assert!(problems.len() >= 2, "it is empty, and nothing was checked: {problems:?}");
    for problem in problems {
        for key in ["id", "message", "hint"] {
            assert!(problem[key].is_string(), "{key} is missing: {problem}");
        }
    }
}

#[test]
fn people_can_read_it_too() {
    let shop = Shop::new();
    let hotfix = shop.ready("fix-login-crash");
    let ran = hotfix.finish_with(&["--dry-run"]);
    ran.ok().says("main").says("develop").says("v1.2.1").says("git push");
}

#[test]
fn the_graph_is_small_and_ascii_where_nothing_else_is_drawn() {
    let shop = Shop::new();
    let ran = shop.ready("fix-login-crash").finish_with(&["--dry-run"]);
    ran.ok().says("  ----o-------------*------   main");
    ran.says("\\           / \\").says("o---------o   \\       hotfix/fix-login-crash");
    ran.says("  --o------------------*---   develop");
    let ran = shop
        .call(["finish", "fix-login-crash", "--dry-run"])
        .env("LC_ALL", "C.UTF-8")
        .env("TERM", "xterm")
        .run();
    ran.ok().says("────●─────────────◆──────   main");
    // Nothing is merged where the branch is put in front of production as it is.
    shop.git(["config", "hotfix.finish.merge", "fast-forward"]);
    shop.hotfix(["finish", "fix-login-crash", "--dry-run"]).ok().does_not_say("o-------------*");
}
