//! A log of another clone chooses no line, takes no hotfix's place and ends none: whoever can push a log can push a
//! branch of any name as well.

use crate::support::{Repo, Shop, Terminal};
use serde_json::{Value, json};

const NAME: &str = "fix-login-crash";
const LINE: &str = "release/1.2.x";
const LOG: &str = "refs/incidents/20261122-fix-login-crash-ffff/log";

/// A line that a stranger made, with code that nobody released.
fn strange_line(shop: &Shop) -> String {
    let mallory = shop.clone_of("mallory");
    mallory.git(["switch", "-q", "-c", LINE, "v1.2.0^{commit}"]);
    mallory.commit("evil", "evil\n");
    mallory.git(["push", "-q", "origin", LINE]);
    mallory.rev("HEAD")
}

fn declared(at: &str) -> Value {
    json!({
        "kind": "declared", "id": "theirs", "at": at, "recorded_at": at, "text": NAME,
        "refs": { "branch": format!("hotfix/{NAME}"), "log": "20261122-fix-login-crash-ffff" },
        "data": { "name": NAME, "title": NAME, "branch": format!("hotfix/{NAME}"), "production": LINE },
    })
}

/// A colleague's clone of a hotfix on production, and of a log in which a stranger says that it is for a line.
fn told_of_a_line() -> (Shop, Repo, String) {
    let shop = Shop::new();
    shop.start(NAME).fix_login().published();
    shop.colleague_pushes("main", "src/feature.rs", "feature\n");
    shop.git(["fetch", "-q"]);
    shop.git(["tag", "-a", "-m", "v1.2.1", "v1.2.1", "origin/main"]);
    shop.git(["push", "-q", "origin", "v1.2.1"]);
    let evil = strange_line(&shop);
    shop.stranger_writes(LOG, &declared("2026-11-22T14:00:00Z"), &[]);
    let grace = shop.clone_of("grace");
    grace.git(["fetch", "-q"]);
    grace.hotfix(["sync", "-y"]).exits_with_one_of(&[0, 1]);
    grace.git(["switch", "-q", &format!("hotfix/{NAME}")]);
    let waived =
        ["critical-paths", "tests", "staging", "reviewed"].map(|item| format!("{item}=it is the night"));
    let waivers = waived.iter().flat_map(|item| ["--waive", item.as_str()]);
    let answers = ["check", "--hotfix", NAME, "--answer", "resolves=yes"];
    grace.hotfix(answers.into_iter().chain(waivers).collect::<Vec<_>>()).ok();
    (shop, grace, evil)
}

#[test]
fn no_log_of_another_clone_chooses_the_line() {
    let (shop, grace, evil) = told_of_a_line();
    let before = shop.remote_refs();
    let said =
        "only the shared log says, in an event of Mallory, that fix-login-crash is a fix for release/1.2.x";
    let ran = grace.hotfix(["finish", NAME, "-y", "--trust"]);
    ran.exits(3).says(said).says("hotfix finish fix-login-crash --line main");
    grace.hotfix(["finish", NAME, "--dry-run"]).says(said);
    let mut before_push = before;
    let after = shop.remote_refs();
    before_push.retain(|name, _| name.starts_with("refs/heads/") || name.starts_with("refs/tags/"));
    assert!(before_push.iter().all(|(name, tip)| after.get(name) == Some(tip)), "{after:?}");
    let ran = grace.hotfix(["finish", NAME, "-y", "--line", "main"]);
    ran.ok().says("v1.2.2");
    assert!(!shop.has("main", &evil) && !shop.has("v1.2.2", &evil), "{ran}");
}

#[test]
fn a_person_is_asked_for_the_line_once() {
    let (_, grace, _) = told_of_a_line();
    let mut terminal = Terminal::open(&grace, &["finish", NAME], &[]);
    terminal.waits_for("Release it on release/1.2.x?").types("\r").waits_for("declined").exits(3);
    let mut terminal = Terminal::open(&grace, &["finish", NAME], &[]);
    terminal.waits_for("Release it on release/1.2.x?").types("y").waits_for("Finish").types("n").exits(3);
    let mut terminal = Terminal::open(&grace, &["finish", NAME], &[]);
    terminal.waits_for("Finish").loses("Release it on").types("n").exits(3);
    grace.hotfix(["finish", NAME, "--line", "release/9.x", "-y"]).exits(2).says("release/1.2.x");
}

#[test]
fn a_later_log_of_the_name_ends_nothing_that_was_begun_here() {
    for end in ["cancelled", "declined"] {
        let (shop, _) = Shop::shared(NAME);
        let hotfix = shop.started(NAME).answer_all();
        let evil = strange_line(&shop);
        shop.stranger_adds(&[json!({ "kind": end, "refs": {} })]);
        shop.stranger_writes(LOG, &declared("2026-11-22T23:00:00Z"), &[]);
        shop.hotfix(["sync", "-y"]).exits_with_one_of(&[0, 1]);
        let list = shop.hotfix(["list"]);
        list.ok().does_not_say(end).says(NAME);
        let tip = hotfix.tip();
        hotfix.finish().ok().says("v1.2.1");
        assert!(shop.has("main", &tip) && !shop.has("v1.2.1", &evil));
    }
}

#[test]
fn an_abort_leaves_the_published_branch_of_a_colleague() {
    for looks in [
        &["note", "--hotfix", NAME, "looked at it"][..],
        &["check", "--hotfix", NAME, "--answer", "resolves=yes"],
    ] {
        let shop = Shop::new();
        let tip = shop.start(NAME).fix_login().published().tip();
        let grace = shop.clone_of("grace");
        grace.git(["switch", "-q", &format!("hotfix/{NAME}")]);
        grace.hotfix(looks).ok();
        grace.hotfix(["abort", NAME, "-y"]).ok().says("stays on origin");
        assert_eq!(shop.remote_refs().get(&format!("refs/heads/hotfix/{NAME}")), Some(&tip), "{looks:?}");
    }
}

#[test]
fn a_start_does_not_continue_what_another_clone_declared() {
    let shop = Shop::new();
    shop.start("fix-cart");
    shop.hotfix(["sync", "-y"]).ok();
    let told = json!({
        "kind": "declared", "id": "theirs", "text": "theirs", "refs": { "log": "20261122-fix-login-crash-ffff" },
        "data": { "name": NAME, "title": "their title", "branch": format!("hotfix/{NAME}") },
    });
    shop.stranger_writes(LOG, &told, &[]);
    shop.hotfix(["sync", "-y"]).ok();
    shop.git(["switch", "-q", "main"]);
    shop.hotfix(["start", NAME, "--title", "our title", "--no-input"]).ok();
    let status = shop.hotfix(["status", NAME, "--json"]).ok().json();
    assert_eq!(status["hotfix"]["title"], "our title");
    assert_ne!(status["hotfix"]["id"], "20261122-fix-login-crash-ffff");
}

#[test]
fn no_commit_that_another_clone_names_makes_a_release_of_a_reviewed_branch() {
    for gone in [false, true] {
        let shop = Shop::new();
        shop.start(NAME).fix_login().published();
        let grace = shop.clone_of("grace");
        grace.git(["switch", "-q", &format!("hotfix/{NAME}")]);
        grace.hotfix(["note", "--hotfix", NAME, "looked at it"]).ok();
        grace.hotfix(["sync", "-y"]).ok();
        shop.colleague_pushes("main", "src/feature.rs", "feature\n");
        let mallory = shop.clone_of("mallory");
        let feature = mallory.rev("origin/main");
        mallory.git(["tag", "-a", "-m", "v1.3.0", "v1.3.0", "origin/main"]);
        mallory.git(["push", "-q", "origin", "v1.3.0"]);
        let log = grace.logs()[0].clone();
        let review = json!({ "kind": "review", "id": "theirs", "refs": { "commit": feature }, "data": {} });
        shop.stranger_writes(&log, &review, &[&log]);
        if gone {
            mallory.git(["push", "-q", "origin", &format!(":hotfix/{NAME}")]);
        }
        grace.git(["fetch", "-q", "--prune"]);
        grace.hotfix(["sync", "-y"]).exits_with_one_of(&[0, 1]);
        let status = grace.hotfix(["status", NAME]);
        status.does_not_say("is public").does_not_say("v1.3.0 ");
        grace.hotfix(["list", "--all"]).ok().does_not_say("finished");
    }
}

#[test]
fn a_second_event_of_an_id_takes_no_correction() {
    let shop = Shop::new();
    shop.start(NAME).fix_login().published();
    shop.hotfix(["note", "--restricted", "first words"]).ok();
    shop.hotfix(["note", "plain words that were wrong"]).ok();
    let events = shop.hotfix(["timeline", "--all", "--json"]).ok().json();
    let id_of = |text: &str| {
        let events = events["events"].as_array().unwrap().iter();
        let found =
            events.clone().find(|e| e["text"] == text).unwrap_or_else(|| panic!("{text}: {events:?}"));
        found["id"].as_str().unwrap().to_owned()
    };
    let (restricted, wrong) = (id_of("first words"), id_of("plain words that were wrong"));
    shop.hotfix(["amend", &restricted, "Acme lost its key"]).ok();
    shop.hotfix(["retract", &wrong, "not so"]).ok();
    shop.hotfix(["sync", "-y"]).ok();
    let log = shop.logs()[0].clone();
    let tip = shop.remote().rev(&log);
    // Roots beside the log, which come before everything in it.
    let mut tips = vec![tip];
    for (n, id) in [&restricted, &wrong].into_iter().enumerate() {
        let twin = json!({ "kind": "note", "id": id, "text": format!("twin {n}"), "source": "cli", "refs": {}, "data": {} });
        tips.push(shop.stranger_writes(&format!("refs/heads/twin{n}"), &twin, &[]));
    }
    shop.stranger_joins(&log, &tips);
    let grace = shop.clone_of("grace");
    grace.hotfix(["sync", "-y"]).exits_with_one_of(&[0, 1]);
    let document = grace.hotfix(["postmortem", NAME, "--output", "-", "--full"]);
    document.ok().does_not_say("Acme lost its key").says("plain words that were wrong (retracted)");
}

#[test]
fn an_abort_waits_for_the_finish_that_runs_and_looks_again() {
    let shop = Shop::new();
    let hotfix = shop.ready(NAME);
    let (reached, go_on) = (shop.world.root.join("reached"), shop.world.root.join("go-on"));
    for fifo in [&reached, &go_on] {
        assert!(std::process::Command::new("mkfifo").arg(fifo).status().unwrap().success());
    }
    shop.before_git("push", &format!(": >'{}'; cat '{}' >/dev/null", reached.display(), go_on.display()));
    let finish = hotfix.call(["finish", NAME, "-y"]).spawn();
    assert_eq!(std::fs::read(&reached).unwrap(), b"");
    let mut abort = Terminal::open(&shop, &["abort", NAME, "-y"], &[]);
    abort.waits_for("waiting for it");
    std::fs::write(&go_on, "").unwrap();
    finish.wait().ok();
    abort.waits_for("Nothing was changed").exits(3);
    shop.hotfix(["list", "--all"]).ok().says("finished");
}

#[test]
fn large_logs_of_other_clones_are_read_up_to_a_limit() {
    let shop = Shop::new();
    shop.start(NAME).fix_login();
    shop.hotfix(["sync", "-y"]).ok();
    let words = "x".repeat(200 * 1024);
    let body = json!({
        "v": 1, "id": "big", "kind": "declared", "at": "2026-11-22T14:00:00Z", "recorded_at": "2026-11-22T14:00:00Z",
        "lamport": 1, "source": "cli", "actor": { "name": "M", "email": "m@example.org" }, "text": words, "refs": {}, "data": {},
    })
    .to_string();
    let mut stream = format!("blob\nmark :1\ndata {}\n{body}\n", body.len());
    let log = "refs/incidents/20261122-big-ffff/log";
    let commit = format!(
        "commit {log}\ncommitter M <m@example.org> 1795356000 +0000\ndata 1\nx\nM 100644 :1 event.json\n\n"
    );
    stream.push_str(&commit.repeat(120));
    shop.remote().git_call(["fast-import", "--quiet", "--force"]).stdin(stream).run().ok();
    shop.hotfix(["sync", "-y"]).exits_with_one_of(&[0, 1]);
    let list = shop.hotfix(["list"]);
    list.ok().says(NAME);
    assert!(list.stderr.contains("20261122-big-ffff is of another clone and too large"), "{list}");
}

#[test]
fn what_was_given_up_comes_back_where_nothing_says_what_it_was_begun_from() {
    let shop = Shop::new();
    let tip = shop.start(NAME).fix_login().published().tip();
    let grace = shop.clone_of("grace");
    grace.git(["switch", "-q", &format!("hotfix/{NAME}")]);
    grace.hotfix(["abort", NAME, "-y"]).ok();
    assert!(!grace.refs().contains_key(&format!("refs/heads/hotfix/{NAME}")));
    grace.hotfix(["undo"]).ok();
    assert_eq!(grace.rev(&format!("refs/heads/hotfix/{NAME}")), tip);
}
