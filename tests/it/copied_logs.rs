//! A log that is a copy of another one, whole or shortened, is not a second hotfix: it is not taken, and an
//! event is this clone's own only in the log that it was written for.

use crate::support::{Repo, Shop};
use serde_json::json;

const NAME: &str = "fix-login-crash";
const COPY: &str = "refs/incidents/29991231-fix-login-crash-ffff/log";

/// The newest event of the log on the remote with this subject.
fn event_there(shop: &Shop, subject: &str) -> String {
    let log = shop.remote().git(["log", "--format=%H %s", &shop.logs()[0]]);
    let line = log.lines().find(|line| line.contains(subject)).unwrap_or_else(|| panic!("{subject}: {log}"));
    line.split(' ').next().unwrap().to_owned()
}

/// A hotfix that was deployed once, and whose log is shared. The command writes a line each time.
fn deployed() -> (Shop, Repo) {
    let shop = Shop::build().file("hotfix.toml", "[deploy]\ncommand = \"true\"\n").go();
    let did = shop.world.root.join("did").display().to_string();
    let config = format!("[incident]\nshare = true\n[deploy]\ncommand = \"echo $HOTFIX_TAG >>{did}\"\n");
    shop.colleague_pushes("main", "hotfix.toml", &config);
    shop.git(["pull", "-q"]);
    let hotfix = shop.start(NAME).fix_login().answer_all();
    shop.hotfix(["sync", "-y"]).ok();
    hotfix.finish_with(&["--trust"]).ok();
    shop.hotfix(["sync"]).ok();
    let root = Repo::at(&shop.world, &shop.world.root);
    assert_eq!(root.read("did"), "v1.2.1\n");
    (shop, root)
}

#[test]
fn a_copy_that_forgot_the_deployment_does_not_deploy_again() {
    let (shop, root) = deployed();
    let started = event_there(&shop, "deploy started");
    shop.remote().git(["update-ref", COPY, &format!("{started}^")]);
    for here in [false, true] {
        if here {
            // As an older version took it.
            shop.git(["fetch", "-q", "origin", &format!("+{COPY}:{COPY}")]);
            shop.hotfix(["list"]).says("is left out");
        } else {
            shop.hotfix(["sync"]).says("is a copy of the log");
        }
        for command in [&["finish", NAME, "-y", "--trust"][..], &["finish", "-y", "--trust"]] {
            shop.hotfix(command.to_vec()).exits_with_one_of(&[0, 1, 2, 3, 8]);
            assert_eq!(root.read("did"), "v1.2.1\n", "deployed twice, by {command:?}");
        }
    }
}

#[test]
fn a_copy_that_forgot_a_no_does_not_bring_the_yes_back() {
    let shop = Shop::new();
    let hotfix = shop.start(NAME).fix_login().published().answer_all();
    shop.hotfix(["sync", "-y"]).ok();
    let yes = shop.rev(&shop.logs()[0]);
    shop.hotfix(["check", "--hotfix", NAME, "--answer", "tests=no"]).ok();
    shop.hotfix(["sync"]).ok();
    shop.remote().git(["update-ref", COPY, &yes]);
    shop.hotfix(["sync"]).says("is a copy of the log");
    assert_eq!(hotfix.check_state("tests"), "fail");
    hotfix.finish().exits(3);
    // A colleague gets the whole log, and not the copy.
    let bob = shop.clone_of("bob");
    bob.hotfix(["sync", "-y"]).says("is a copy of the log");
    assert_eq!(bob.logs(), shop.logs());
    bob.hotfix(["finish", NAME, "-y"]).exits(3).says("tests");
}

#[test]
fn a_copy_below_a_declaration_of_its_own_is_a_copy() {
    let (shop, _) = Shop::shared(NAME);
    let declared =
        json!({ "kind": "declared", "data": { "name": NAME, "branch": format!("hotfix/{NAME}") } });
    let first = shop.stranger_writes(COPY, &declared, &[]);
    let copied = shop.remote().rev(&shop.logs()[0]);
    let note = json!({ "kind": "note", "id": "n", "text": "both" });
    shop.stranger_writes(COPY, &note, &[&first, &copied]);
    shop.hotfix(["sync"]).says("is a copy of the log");
    assert_eq!(shop.logs().len(), 1);
    let bob = shop.clone_of("bob");
    bob.hotfix(["sync", "-y"]).says("is a copy of the log");
    assert_eq!(bob.logs(), shop.logs());
}

#[test]
fn a_release_is_deployed_once_whatever_log_speaks_of_it() {
    let (shop, root) = deployed();
    let commit = shop.remote().rev("refs/tags/v1.2.1^{commit}");
    let at = json!("2099-01-01T00:00:00Z");
    let declared = json!({
        "kind": "declared", "at": at, "recorded_at": at,
        "data": { "name": NAME, "branch": format!("hotfix/{NAME}"), "title": "again" },
    });
    shop.stranger_writes(COPY, &declared, &[]);
    let tagged = json!({ "kind": "tagged", "id": "t", "refs": { "tag": "v1.2.1", "commit": commit } });
    shop.stranger_writes(COPY, &tagged, &[COPY]);
    shop.hotfix(["sync"]).ok();
    let by_id = COPY.split('/').nth(2).unwrap();
    for name in [NAME, by_id] {
        for command in ["finish", "deploy"] {
            shop.hotfix([command, name, "-y", "--trust"]).exits_with_one_of(&[0, 1, 2, 3, 8]);
        }
    }
    // Deploying by the hotfix's own log again is what this clone may do.
    assert!(root.read("did").lines().count() <= 2, "{}", root.read("did"));
}

#[test]
fn what_was_written_before_the_responders_log_came_stays_this_clones_own() {
    let shop = Shop::new();
    shop.start(NAME).fix_login().published();
    let grace = shop.clone_of("grace");
    grace.hotfix(["check", "tests", "resolves", "--hotfix", NAME]).exits_with_one_of(&[0, 3]);
    shop.hotfix(["sync", "-y"]).ok();
    grace.hotfix(["sync", "-y"]).ok();
    assert_eq!(grace.logs(), shop.logs(), "one incident, one log");
    grace.hotfix(["finish", NAME, "--dry-run"]).does_not_say("Answered in another clone");
    shop.hotfix(["sync"]).ok();
    shop.hotfix(["finish", NAME, "--dry-run"]).says("Answered in another clone");
    // By mail as well.
    let file = shop.world.root.join("b.bundle").display().to_string();
    grace.hotfix(["bundle", &file]).ok();
    grace.hotfix(["sync", &file]).ok();
    grace.hotfix(["finish", NAME, "--dry-run"]).does_not_say("Answered in another clone");
}

#[test]
fn the_line_of_an_old_release_is_not_chosen_by_a_log_that_takes_ours_in() {
    let shop = Shop::new();
    shop.git(["switch", "-q", "-c", "hotfix/fix-login-crash", "origin/main"]);
    let hotfix = shop.started(NAME).fix_login().published().answer_all();
    shop.hotfix(["sync", "-y"]).ok();
    let declared = json!({
        "kind": "declared", "refs": { "base": shop.tip("main") },
        "data": { "name": NAME, "branch": "hotfix/fix-login-crash", "title": "evil",
            "production": "support/1.0", "version": "9.9.9", "base_tag": "v0.0.1" },
    });
    shop.stranger_writes(&format!("refs/incidents/20260101-{NAME}-0000/log"), &declared, &[]);
    shop.git(["push", "-q", "origin", "origin/main:refs/heads/support/1.0"]);
    shop.hotfix(["sync"]).ok();
    shop.git(["fetch", "-q"]);
    let (line, tip) = (shop.tip("support/1.0"), hotfix.tip());
    hotfix.finish().ok();
    assert_eq!(shop.tip("support/1.0"), line, "a stranger's log chose the line");
    assert!(shop.has("main", &tip));
}
