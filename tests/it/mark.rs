//! `mark`: the points between which the durations are measured.

use crate::support::Shop;

#[test]
fn a_milestone_is_recorded_with_its_time() {
    let shop = Shop::new();
    shop.start("fix-login-crash");
    for (milestone, kind) in [
        ("impact-started", "impact_started"),
        ("detected", "detected"),
        ("acknowledged", "acknowledged"),
        ("identified", "identified"),
        ("mitigated", "mitigated"),
        ("impact-ended", "impact_ended"),
        ("resolved", "resolved"),
    ] {
        shop.hotfix(["mark", milestone, "--at", "13:45", "so", "it", "was"]).ok();
        let events = shop.events("fix-login-crash");
        let event = events.iter().find(|event| event["kind"] == kind).expect(kind);
        assert!(event["at"].as_str().unwrap().starts_with("2026-11-22T13:45:00"), "{event}");
        assert_eq!(event["text"], "so it was");
    }
}

#[test]
fn an_earlier_time_can_be_added_later() {
    let shop = Shop::new();
    shop.start("fix-login-crash");
    shop.hotfix(["mark", "mitigated"]).ok();
    shop.hotfix(["mark", "mitigated", "--at", "13:50", "it was earlier"]).ok();
    let found = shop.kinds("fix-login-crash").iter().filter(|kind| *kind == "mitigated").count();
    assert_eq!(found, 2, "nothing is overwritten");
}

#[test]
fn it_never_needs_the_order_to_be_right() {
    let shop = Shop::new();
    shop.start("fix-login-crash");
    shop.hotfix(["mark", "resolved", "--at", "13:00"]).ok();
    shop.hotfix(["mark", "impact-started", "--at", "13:30"]).ok();
    shop.hotfix(["status"]).ok();
    shop.hotfix(["timeline"]).ok();
    shop.hotfix(["postmortem", "--output", "-"]).ok();
}

#[test]
fn what_is_no_milestone_is_refused() {
    let shop = Shop::new();
    shop.start("fix-login-crash");
    let before = shop.snapshot();
    shop.hotfix(["mark", "panicked"]).exits(2);
    shop.hotfix(["mark"]).exits(2);
    shop.hotfix(["mark", "mitigated", "--at", "2031-01-01 00:00"]).exits(2);
    before.still_holds();
}

#[test]
fn another_hotfix_can_be_named() {
    let shop = Shop::new();
    shop.start("fix-login-crash");
    shop.start("fix-cart");
    shop.hotfix(["mark", "mitigated", "--hotfix", "fix-login-crash"]).ok();
    assert!(shop.kinds("fix-login-crash").contains(&"mitigated".to_owned()));
    assert!(!shop.kinds("fix-cart").contains(&"mitigated".to_owned()));
}

/// What `status --json`, the timeline and the users' text make of one incident.
fn told(shop: &Shop) -> (String, String) {
    let status = shop.hotfix(["status", "fix-login-crash", "--json"]).json();
    let users = shop.hotfix(["update", "users", "fix-login-crash", "--dry-run"]);
    (status["hotfix"]["status"].as_str().unwrap().to_owned(), users.ok().stdout.clone())
}

#[test]
fn back_filled_impact_reopens_as_marked_impact_does() {
    for back_filled in [false, true] {
        let shop = Shop::new();
        shop.world.set_clock("2026-11-22T14:00:00Z");
        shop.start("fix-login-crash");
        shop.call(["note", "-F", "-"])
            .stdin("10:02 impact-started\n10:24 mitigated flag off\n11:00 resolved\n")
            .run()
            .ok();
        assert_eq!(told(&shop).0, "resolved");
        if back_filled {
            shop.call(["note", "-F", "-"]).stdin("12:20 impact-started again\n").run().ok().says("reopened");
        } else {
            shop.hotfix(["mark", "impact-started", "--at", "12:20", "again"]).ok().says("reopened");
        }
        let (status, users) = told(&shop);
        assert_eq!(status, "investigating", "back-filled: {back_filled}");
        assert!(users.contains("came back at about 12:20 UTC"), "{users}");
        assert!(
            !users.contains("Resolved") && !users.contains("10:24") && !users.contains("10:02"),
            "{users}"
        );
        assert_eq!(shop.kinds("fix-login-crash").iter().filter(|k| *k == "reopened").count(), 1);
    }
}

#[test]
fn both_ends_in_one_back_fill_leave_it_resolved() {
    let shop = Shop::new();
    shop.world.set_clock("2026-11-22T14:00:00Z");
    shop.start("fix-login-crash");
    let lines = "12:20 impact-started\n13:00 resolved\n10:02 impact-started\n11:00 resolved\n";
    shop.call(["note", "-F", "-"]).stdin(lines).run().ok();
    let (status, users) = told(&shop);
    assert_eq!(status, "resolved");
    assert!(
        users.contains("It lasted 1 hour 38 minutes"),
        "two intervals, without the time between them: {users}"
    );
}

#[test]
fn the_explicit_end_wins_and_time_stops() {
    let shop = Shop::new();
    shop.world.set_clock("2026-11-22T14:00:00Z");
    shop.start("fix-login-crash");
    shop.hotfix(["mark", "impact-started", "--at", "12:00"]).ok();
    shop.hotfix(["mark", "partly-mitigated", "EU only", "--at", "12:30"]).ok();
    assert_eq!(told(&shop).0, "investigating", "part of it goes on");
    shop.hotfix(["status"]).ok().says("partly mitigated");
    shop.hotfix(["mark", "mitigated", "--at", "13:00"]).ok();
    shop.hotfix(["mark", "impact-ended", "--at", "13:20"]).ok();
    shop.world.set_clock("2026-11-22T18:00:00Z");
    let (status, users) = told(&shop);
    assert_eq!(status, "monitoring");
    assert!(users.contains("since 13:20 UTC") && !users.contains("13:00"), "{users}");
    shop.hotfix(["status"]).ok().says("over since 13:20 after 1 h 20 min");
}

#[test]
fn an_end_before_the_beginning_is_kept_and_named() {
    let shop = Shop::new();
    shop.world.set_clock("2026-11-22T14:00:00Z");
    shop.start("fix-login-crash");
    shop.hotfix(["mark", "impact-started", "--at", "13:30"]).ok();
    shop.hotfix(["mark", "impact-ended", "--at", "13:00"])
        .ok()
        .says("impact ended 13:00 is before impact started 13:30 (UTC); both are kept");
    shop.call(["note", "-F", "-"])
        .stdin("12:00 resolved\n")
        .run()
        .ok()
        .says("resolved 12:00 is before impact started 13:30");
    assert!(shop.kinds("fix-login-crash").contains(&"impact-ended".to_owned()));
}

#[test]
fn a_deployment_done_elsewhere_is_marked() {
    let shop = Shop::new();
    let hotfix = shop.start("fix-login-crash").fix_login().answer_all();
    shop.hotfix(["mark", "deployed", "--hotfix", "fix-login-crash"]).ok().says("nothing was published");
    shop.hotfix(["retract", "last"]).ok();
    hotfix.finish().ok();
    shop.hotfix(["status", "fix-login-crash"]).ok().says("not deployed by hotfix");
    let (status, users) = told(&shop);
    assert_eq!(status, "fixing");
    assert!(users.contains("A fix is ready"), "{users}");
    shop.hotfix(["mark", "deployed", "--hotfix", "fix-login-crash"]).ok();
    let (status, users) = told(&shop);
    assert_eq!(status, "monitoring");
    assert!(users.contains("A fix has been in place since"), "{users}");
    let events = shop.events("fix-login-crash");
    let deployed = events.iter().rfind(|e| e["kind"] == "deploy_succeeded").unwrap();
    assert_eq!(deployed["refs"]["tag"], "v1.2.1");
}

#[test]
fn impact_that_began_before_the_hotfix_was_finished_is_open_when_it_is_reported_later() {
    for (resolves, back_filled) in [(false, false), (false, true), (true, false)] {
        let shop = Shop::new();
        shop.world.set_clock("2026-11-22T14:00:00Z");
        let hotfix = shop.start("fix-login-crash").fix_login().answer_all();
        shop.hotfix(["mark", "impact-started", "--at", "13:50"]).ok();
        shop.world.set_clock("2026-11-22T14:10:00Z");
        shop.hotfix(["mark", "mitigated"]).ok();
        shop.world.set_clock("2026-11-22T14:30:00Z");
        hotfix.finish().ok();
        if resolves {
            shop.hotfix(["mark", "resolved", "--hotfix", "fix-login-crash"]).ok();
        }
        shop.hotfix(["status"]).ok().says("No hotfix is open");
        shop.world.set_clock("2026-11-22T15:00:00Z");
        if back_filled {
            let args = ["note", "-F", "-", "--hotfix", "fix-login-crash"];
            shop.call(args).stdin("14:20 impact-started again\n").run().ok().says("reopened");
        } else {
            let args = ["mark", "impact-started", "again", "--at", "14:20", "--hotfix", "fix-login-crash"];
            shop.hotfix(args).ok().says("reopened");
        }
        let status = shop.hotfix(["status"]);
        status.ok();
        assert!(!status.stdout.contains("No hotfix is open"), "{}", status.stdout);
        status.says("min so far").says("14:20 impact started");
        let (_, users) = told(&shop);
        assert!(users.contains("14:20 UTC") && !users.contains("13:50"), "{users}");
        // Its end closes it again.
        shop.hotfix(["mark", "resolved", "--hotfix", "fix-login-crash"]).ok();
        assert_eq!(told(&shop).0, "resolved");
        shop.hotfix(["status"]).ok().says("No hotfix is open");
    }
}

/// 23:59 that has not come yet is yesterday's, which may be no part of the incident.
#[test]
fn a_time_of_day_before_the_incident_is_questioned() {
    let shop = Shop::new();
    shop.start("fix-cart");
    shop.hotfix(["mark", "mitigated", "--at", "23:59"]).ok().says("before anything that is known");
    for clear in ["-5m", "yesterday 23:50"] {
        shop.hotfix(["mark", "mitigated", "--at", clear]).ok().does_not_say("before anything");
    }
}
