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
