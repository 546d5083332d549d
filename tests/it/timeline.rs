//! `timeline`: what happened when, and what was known then.

use crate::support::Shop;

const NAME: &str = "fix-login-crash";

#[test]
fn what_did_we_know_then() {
    let shop = Shop::new();
    shop.world.set_clock("2026-11-22T14:00:00Z");
    shop.start(NAME);
    shop.world.set_clock("2026-11-22T14:10:00Z");
    shop.hotfix(["note", "the cache looks odd"]).ok();
    let id = shop.event(NAME, "the cache looks odd")["id"].as_str().unwrap().to_owned();
    shop.world.set_clock("2026-11-22T14:30:00Z");
    shop.hotfix(["note", "--at", "14:05", "added later about 14:05"]).ok();
    shop.hotfix(["amend", &id, "it was not the cache"]).ok();
    shop.world.set_clock("2026-11-22T15:00:00Z");
    let then = shop.hotfix(["timeline", "--as-of", "14:20"]);
    then.ok().says("the cache looks odd").does_not_say("added later").does_not_say("it was not the cache");
    then.says("As known at 2026-11-22 14:20 UTC").says("2 events came later");
    let now = shop.hotfix(["timeline"]);
    now.ok().says("added later").says("it was not the cache").does_not_say("the cache looks odd");
    let document = shop.hotfix(["timeline", "--as-of", "14:20", "--json"]).json();
    assert!(!document.to_string().contains("added later"), "{document}");
    shop.hotfix(["timeline", "--as-of", "13:00"]).exits(2).says("the log starts at");
    shop.hotfix(["timeline", "--as-of", "soon"]).exits(2);
}

#[test]
fn local_time_stands_beside_utc() {
    let shop = Shop::new();
    shop.start(NAME);
    shop.hotfix(["note", "--at", "2026-11-22T09:30:00Z", "in winter"]).ok();
    let ran = shop.call(["timeline"]).env("TZ", "Europe/Berlin").run();
    ran.ok().says("09:30* (10:30)  note").says("local (+01:00)");
    let ran = shop.call(["timeline"]).env("TZ", "UTC").run();
    ran.ok().says("09:30* note").says("Times are UTC.");
}

#[test]
fn the_date_is_in_every_row_once_midnight_is_crossed() {
    let shop = Shop::new();
    shop.start(NAME);
    let dated = |stdout: &str| stdout.lines().filter(|l| l.starts_with("2026-11-2")).count();
    assert_eq!(dated(&shop.hotfix(["timeline"]).ok().stdout), 1);
    shop.hotfix(["note", "--at", "yesterday 23:50", "the first alarm"]).ok();
    let ran = shop.hotfix(["timeline"]);
    assert_eq!(dated(&ran.ok().stdout), ran.stdout.lines().count(), "{ran}");
}

#[test]
fn late_lines_are_marked_and_the_full_log_says_how_late() {
    let shop = Shop::new();
    shop.world.set_clock("2026-11-22T14:00:00Z");
    shop.start(NAME);
    shop.world.set_clock("2026-11-22T14:46:00Z");
    shop.hotfix(["note", "--at", "14:00", "47 minutes ago"]).ok();
    shop.hotfix(["timeline"]).ok().says("14:00*").says("* written down more than 2 minutes");
    shop.hotfix(["timeline", "--all"]).ok().says("47 minutes ago (recorded 47 min later)");
}

#[test]
fn a_clock_that_is_behind_is_named_and_the_order_kept() {
    let shop = Shop::new();
    shop.world.set_clock("2026-11-22T09:10:00Z");
    shop.start(NAME);
    shop.world.set_clock("2026-11-22T09:00:00Z");
    let grace = [("GIT_COMMITTER_NAME", "Grace"), ("GIT_COMMITTER_EMAIL", "grace@example.com")];
    let mut call = shop.call(["note", "from another machine"]);
    for (key, value) in grace {
        call = call.env(key, value);
    }
    call.run().ok();
    let log = shop.logs().pop().unwrap();
    assert!(shop.git(["log", "-1", "--format=%s", &log]).contains("another machine"), "the order is kept");
    shop.hotfix(["timeline", "--all"])
        .ok()
        .says("by a clock at least")
        .says("the order does not depend on it");
}

#[test]
fn impact_after_the_end_reopens_and_an_earlier_start_only_corrects() {
    let shop = Shop::new();
    shop.world.set_clock("2026-11-22T14:00:00Z");
    shop.start_with(NAME, &["--impact-started", "14:00"]);
    let status = || shop.hotfix(["status", NAME, "--json"]).json()["hotfix"]["status"].clone();
    let reopened = || shop.kinds(NAME).iter().filter(|k| *k == "reopened").count();
    shop.world.set_clock("2026-11-22T14:59:00Z");
    shop.hotfix(["mark", "resolved"]).ok();
    assert_eq!(status(), "resolved");
    shop.hotfix(["mark", "impact-started", "--at", "13:50"]).ok();
    assert_eq!((status(), reopened()), ("resolved".into(), 0));
    shop.world.set_clock("2026-11-22T15:29:00Z");
    shop.hotfix(["mark", "impact-started", "it is back"]).ok();
    assert_eq!((status(), reopened()), ("investigating".into(), 1));
    shop.hotfix(["mark", "resolved", "--at", "15:30"]).ok();
    shop.world.set_clock("2026-11-22T16:00:00Z");
    shop.hotfix(["mark", "resolved"]).ok();
    let metrics = shop.hotfix(["postmortem", NAME, "--format", "json"]).json()["metrics"].clone();
    assert_eq!(metrics["ttr"]["seconds"], (60 + 10) * 60, "to the first resolve: {metrics}");
}

#[test]
fn the_review_has_a_status_of_its_own() {
    let shop = Shop::new();
    shop.ready(NAME).finish().ok();
    let status = || shop.hotfix(["status", NAME, "--json"]).json()["hotfix"]["review_status"].clone();
    assert_eq!(status(), "none");
    shop.hotfix(["postmortem", NAME, "--output", "pm.md"]).ok();
    assert_eq!(status(), "draft");
}

#[test]
fn a_line_to_scale_on_a_terminal_and_none_in_a_pipe() {
    let shop = Shop::new();
    shop.start_with(NAME, &["--impact-started", "-30m", "--detected", "-15m"]);
    assert!(shop.hotfix(["timeline"]).ok().stdout.starts_with("2026-"), "scripts read lines with a date");
    let mut terminal = shop.terminal(&["timeline"]);
    terminal.waits_for("Times are UTC").exits(0);
    let screen = terminal.screen();
    assert!(screen.contains("impact started") && screen.contains("---o"), "{screen}");
}

#[test]
fn the_teams_time_stands_beside_utc() {
    let shop = Shop::new();
    shop.start("fix-login-crash");
    shop.hotfix(["note", "--at", "2026-11-22T13:31:00Z", "the first complaint"]).ok();
    let told = |zone: &str, args: &[&str]| {
        shop.git(["config", "hotfix.incident.timezone", zone]);
        let ran = shop.hotfix(args);
        ran.ok();
        ran
    };
    let timeline = ["timeline", "fix-login-crash"];
    told("+05:30", &timeline).says("13:31* (19:01)").says("Times are UTC, in brackets +05:30.");
    told("UTC", &timeline).does_not_say("(19:01)").says("Times are UTC.");
    let document = ["postmortem", "fix-login-crash", "--output", "-"];
    let with_zone = told("+05:30", &document);
    with_zone
        .says("Time on 2026-11-22 UTC (+05:30)")
        .says("| 13:31 (19:01)\\*")
        .says("Times are UTC; in the");
    told("+05:30", &["timeline", "fix-login-crash", "--markdown"]).says("| 13:31 (19:01)\\*");
    for zone in ["UTC", "local"] {
        told(zone, &document).does_not_say("(19:01)").says("All times are UTC.");
    }
}
