//! `status`, `list`, `path`, `timeline`: looking, without touching anything.

use crate::support::{FIXED_LOGIN, Shop};
use serde_json::Value;

const STEPS: [&str; 7] = ["detect", "assess", "branch", "fix", "test", "deploy", "merge"];

fn steps(status: &Value) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    status["steps"].as_array().unwrap().iter().map(|s| (text(&s["id"]), text(&s["state"]))).collect()
}

#[test]
fn the_seven_steps_are_there_even_without_a_hotfix() {
    let shop = Shop::new();
    let before = shop.snapshot();
    let ran = shop.hotfix(["status", "--json"]);
    ran.ok();
    let status = ran.json();
    assert!(status["hotfix"].is_null());
    let found = steps(&status);
    assert_eq!(found.iter().map(|(id, _)| id.as_str()).collect::<Vec<_>>(), STEPS);
    assert!(found.iter().all(|(_, state)| state == "todo" || state == "current"), "{found:?}");
    assert!(status["next"]["command"].as_str().unwrap().contains("hotfix start"), "{status}");
    assert!(status["next"]["why"].is_string());
    before.still_holds();
}

#[test]
fn the_document_has_every_field() {
    let shop = Shop::new();
    let hotfix = shop.start_with("fix-login-crash", &["--severity", "sev2"]).fix_login();
    let status = hotfix.status();
    for key in
        ["id", "name", "title", "branch", "severity", "status", "tag", "base", "worktree", "started_at"]
    {
        assert!(status["hotfix"].get(key).is_some(), "hotfix.{key} is missing: {status}");
    }
    assert_eq!(status["hotfix"]["base"], shop.tip("main"));
    chrono::DateTime::parse_from_rfc3339(status["hotfix"]["started_at"].as_str().unwrap()).unwrap();
    for check in status["checks"].as_array().unwrap() {
        for key in ["id", "question", "state", "by", "tree"] {
            assert!(check.get(key).is_some(), "checks[].{key} is missing: {check}");
        }
    }
    assert!(status["next"]["command"].as_str().unwrap().starts_with("hotfix "), "{status}");
}

#[test]
fn the_steps_move_with_the_work() {
    let shop = Shop::new();
    let hotfix = shop.start("fix-login-crash");
    assert_eq!(hotfix.step_state("branch"), "done");
    assert_ne!(hotfix.step_state("fix"), "done");
    let hotfix = hotfix.fix_login();
    assert_eq!(hotfix.step_state("fix"), "done");
    assert_ne!(hotfix.step_state("test"), "done");
    let hotfix = hotfix.answer_all();
    assert_eq!(hotfix.step_state("test"), "done");
    assert_ne!(hotfix.step_state("merge"), "done");
    assert!(hotfix.status()["next"]["command"].as_str().unwrap().contains("hotfix finish"));
    hotfix.finish().ok();
    assert_eq!(hotfix.step_state("merge"), "done");
    assert_eq!(hotfix.status()["hotfix"]["tag"], "v1.2.1");
}

#[test]
fn the_program_alone_is_status() {
    let shop = Shop::new();
    shop.start("fix-login-crash");
    let (alone, status) = (shop.hotfix(["--json"]), shop.hotfix(["status", "--json"]));
    alone.ok();
    status.ok();
    assert_eq!(steps(&alone.json()), steps(&status.json()));
    let empty: [&str; 0] = [];
    let ran = shop.hotfix(empty);
    ran.ok().says("fix-login-crash");
    for step in STEPS {
        ran.says(step);
    }
}

#[test]
fn shell_prompts_get_one_line() {
    let shop = Shop::new();
    shop.start("fix-login-crash");
    let ran = shop.hotfix(["status", "--porcelain"]);
    ran.ok();
    let lines: Vec<&str> = ran.stdout.lines().collect();
    assert_eq!(lines.len(), 1, "{ran}");
    let fields: Vec<&str> = lines[0].split('\t').collect();
    assert_eq!(fields.len(), 3, "{ran}");
    assert_eq!(fields[0], "fix-login-crash");
    assert!(STEPS.contains(&fields[1]), "{ran}");
    assert!(fields[2].starts_with("hotfix ") || fields[2].starts_with("git "), "{ran}");
}

#[test]
fn it_works_without_the_remote() {
    let shop = Shop::new();
    shop.start("fix-login-crash");
    shop.git(["remote", "set-url", "origin", "/nowhere/at/all.git"]);
    for args in [&["status"][..], &["list"], &["timeline"], &["path"]] {
        shop.hotfix(args).ok();
    }
}

#[test]
fn looking_changes_nothing_at_all() {
    let shop = Shop::new();
    shop.start("fix-login-crash").fix_login();
    shop.write("README.md", "# Changed\n");
    let before = shop.snapshot();
    for args in [
        &["status"][..],
        &["status", "--json"],
        &["status", "--porcelain"],
        &["list"],
        &["list", "--all"],
        &["timeline"],
        &["timeline", "--all"],
        &["timeline", "--markdown"],
        &["path"],
        &["config", "--explain"],
    ] {
        shop.hotfix(args).ok();
    }
    before.still_holds();
}

#[test]
fn a_name_that_nobody_knows_is_a_usage_error() {
    let shop = Shop::new();
    shop.start("fix-login-crash");
    for args in
        [["status", "fix-lgoin"], ["timeline", "fix-lgoin"], ["path", "fix-lgoin"], ["finish", "fix-lgoin"]]
    {
        shop.hotfix(args).exits(2).says("fix-lgoin");
    }
}

#[test]
fn with_two_open_the_candidates_are_named() {
    let shop = Shop::new();
    shop.start("fix-login-crash");
    shop.start("fix-cart");
    shop.git(["switch", "-q", "main"]);
    for args in [&["finish", "-y"][..], &["path"], &["check", "tests"]] {
        shop.hotfix(args).exits(2).says("fix-login-crash").says("fix-cart");
    }
    shop.hotfix(["status"]).exits_with_one_of(&[0, 2]).says("fix-login-crash").says("fix-cart");
    shop.git(["switch", "-q", "hotfix/fix-cart"]);
    assert_eq!(shop.hotfix(["status", "--json"]).json()["hotfix"]["name"], "fix-cart");
}

#[test]
fn the_candidates_are_named_with_the_command_that_was_typed() {
    let shop = Shop::new();
    shop.start("fix-login-crash");
    shop.start("fix-cart");
    shop.git(["switch", "-q", "main"]);
    let hints = |args: &[&str]| shop.hotfix([args, &["--json"]].concat()).json_error()["hints"].clone();
    assert_eq!(
        hints(&["finish", "-y"]),
        serde_json::json!(["hotfix finish -y --json fix-cart", "hotfix finish -y --json fix-login-crash"])
    );
    let note = hints(&["note", "it's the cache"]);
    assert_eq!(note[0], "hotfix note 'it'\\''s the cache' --json --hotfix fix-cart");
    shop.hotfix(["path"]).exits(2).says("hint: hotfix path fix-cart\n");
    shop.hotfix(["timeline", "--markdown"]).exits(2).says("hint: hotfix timeline --markdown fix-cart\n");
    shop.hotfix(["timeline", "--markdown", "fix-cart"]).ok();
}

#[test]
fn a_fresh_clone_shows_what_is_only_on_the_remote() {
    let shop = Shop::new();
    shop.start("fix-login-crash").fix_login().published();
    let colleague = shop.colleague();
    let ran = colleague.hotfix(["status"]);
    ran.ok().says("Not here, but on origin: fix-login-crash").says("hotfix status fix-login-crash");
    colleague.hotfix(["status", "fix-login-crash"]).ok();
    assert_eq!(colleague.hotfix(["--json"]).json()["elsewhere"], serde_json::json!(["fix-login-crash"]));
}

#[test]
fn optional_questions_do_not_count_until_somebody_answers_them() {
    let config = "[[check]]\nid = \"docs\"\nquestion = \"Is it written down?\"\nrequired = false\n";
    let shop = Shop::build().file("hotfix.toml", config).go();
    let hotfix = shop.start("fix-login-crash").fix_login().answer_all();
    shop.hotfix(["status"]).ok().says("5 of 5").does_not_say("6 of 6");
    shop.hotfix(["check"]).ok().says("Is it written down? (optional)");
    let hotfix = hotfix.answer(&["docs=yes"]);
    shop.hotfix(["status"]).ok().says("6 of 6");
    hotfix.finish().ok();
}

#[test]
fn the_list_shows_what_is_open_and_with_all_the_rest() {
    let shop = Shop::new();
    shop.ready("fix-login-crash").finish().ok();
    shop.start("fix-cart");
    shop.hotfix(["list"]).ok().says("fix-cart");
    shop.hotfix(["list", "--all"]).ok().says("fix-cart").says("fix-login-crash");
    let document = shop.hotfix(["list", "--all", "--json"]).json().to_string();
    assert!(document.contains("fix-cart") && document.contains("fix-login-crash"), "{document}");
}

#[test]
fn a_colleagues_branch_can_be_named_and_finished() {
    let shop = Shop::new();
    let old = shop.tip("main");
    let colleague = shop.colleague();
    colleague.git(["switch", "-q", "-c", "hotfix/fix-login-crash", "origin/main"]);
    let fix = colleague.commit("src/login.rs", FIXED_LOGIN);
    colleague.git(["push", "-q", "-u", "origin", "HEAD"]);
    shop.git(["fetch", "-q", "origin"]);
    shop.hotfix(["status", "fix-login-crash"]).ok().says("fix-login-crash");
    let mut args = vec!["check", "--hotfix", "fix-login-crash"];
    for id in ["resolves", "critical-paths", "tests", "staging"] {
        args.push(id);
    }
    args.extend(["--answer", "reviewed=ada@example.com"]);
    shop.hotfix(args).ok();
    shop.finish("fix-login-crash").ok();
    shop.is_released("v1.2.1", &old, &fix);
    shop.has_exactly(&["main", "develop"], &["v1.2.0", "v1.2.1"]);
}

#[test]
fn the_timeline_shows_what_people_wrote() {
    let shop = Shop::new();
    let hotfix = shop.start("fix-login-crash");
    shop.hotfix(["note", "the session store is empty"]).ok();
    shop.hotfix(["mark", "mitigated", "flag off"]).ok();
    hotfix.fix_login().answer_all().finish().ok();
    for flags in [&["timeline", "fix-login-crash"][..], &["timeline", "fix-login-crash", "--markdown"]] {
        shop.hotfix(flags).ok().says("the session store is empty").says("flag off").says("v1.2.1");
    }
    let document = shop.hotfix(["timeline", "fix-login-crash", "--json"]).json();
    assert!(document["id"].as_str().unwrap().contains("fix-login-crash"));
}
