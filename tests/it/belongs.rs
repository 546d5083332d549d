//! A second hotfix for the same fire belongs to the open incident.

use crate::support::Shop;

fn incident_of(shop: &Shop, name: &str) -> String {
    shop.events(name)[0]["refs"]["incident"].as_str().unwrap_or_default().to_owned()
}

#[test]
fn a_second_hotfix_belongs_to_the_open_incident_and_is_told_with_it() {
    let shop = Shop::new();
    shop.start_with("fix-login-crash", &["--symptom", "Logging in fails"]);
    shop.hotfix(["mark", "impact-started", "--at", "-20m"]).ok();
    let ran = shop.hotfix(["start", "fix-login-again", "--incident", "fix-login-crash", "--no-input"]);
    ran.ok().says("part of fix-login-crash").does_not_say("-fix-login-again-");
    assert!(incident_of(&shop, "fix-login-again").contains("-fix-login-crash-"));
    shop.hotfix(["note", "on the second branch"]).ok().says("fix-login-again");
    shop.hotfix(["mark", "mitigated", "flag off"]).ok().says("fix-login-crash");
    assert!(shop.kinds("fix-login-crash").contains(&"mitigated".to_owned()));
    assert!(!shop.kinds("fix-login-again").contains(&"mitigated".to_owned()));
    shop.hotfix(["timeline", "fix-login-crash"]).ok().says("on the second branch").says("flag off");
    shop.hotfix(["timeline", "fix-login-again"]).ok().says("Part of fix-login-crash");
    for name in ["fix-login-crash", "fix-login-again"] {
        shop.hotfix(["update", "users", name, "-y"]).ok().says("Logging in fails").says("contained since");
        shop.hotfix(["status", name]).ok().says("mitigated since");
    }
    shop.hotfix(["mark", "resolved"]).ok();
    for name in ["fix-login-crash", "fix-login-again"] {
        shop.hotfix(["status", name]).ok().says("resolved, impact lasted");
    }
    shop.hotfix(["start", "fix-cart", "--no-input"]).ok().does_not_say("belongs to");
    assert_eq!(incident_of(&shop, "fix-cart"), "");
}

#[test]
fn it_can_be_named_or_be_another_fire() {
    let shop = Shop::new();
    shop.start("fix-login-crash");
    shop.hotfix(["start", "fix-cart", "--incident", "new", "--no-input"]).ok().does_not_say("belongs to");
    assert_eq!(incident_of(&shop, "fix-cart"), "");
    shop.hotfix(["start", "fix-tax", "--no-input"]).ok().does_not_say("belongs to");
    assert_eq!(incident_of(&shop, "fix-tax"), "", "with two open nothing is guessed");
    shop.hotfix(["start", "fix-cart-more", "--incident", "fix-cart", "--no-input"]).ok();
    assert!(incident_of(&shop, "fix-cart-more").contains("-fix-cart-"));
    shop.hotfix(["mark", "resolved", "--hotfix", "fix-cart"]).ok();
    let before = shop.snapshot();
    shop.hotfix(["start", "fix-late", "--incident", "fix-cart", "--no-input"]).exits(3).says("is over");
    shop.hotfix(["start", "fix-late", "--incident", "nothing", "--no-input"]).exits(2);
    before.still_holds();
}

/// Asked before anything else, since what is known of the incident need not be asked again.
#[test]
fn on_a_terminal_it_is_asked_whether_it_is_for_the_open_incident() {
    let shop = Shop::new();
    shop.start_with("fix-login-crash", &["--title", "Users get a 500"]);
    let mut same = shop.terminal(&["start", "fix-login-again"]);
    same.waits_for("An incident is open: fix-login-crash (Users get a 500).");
    same.waits_for("another fix for it?").types("y\r").exits(0);
    assert!(!same.screen().contains("How bad is it?"), "that is known\n{}", same.screen());
    assert!(incident_of(&shop, "fix-login-again").contains("-fix-login-crash-"));
    let mut other = shop.terminal(&["start", "fix-cart"]);
    other.waits_for("another fix for it?").types("n\r").waits_for("What is broken?");
    assert_eq!(other.enter_to_the_end(), 0, "{}", other.screen());
    assert_eq!(incident_of(&shop, "fix-cart"), "");
    let mut third = shop.terminal(&["start", "fix-cart-more"]);
    third.waits_for("Which open incident is it for?").types("fix-cart\r").exits(0);
    assert!(incident_of(&shop, "fix-cart-more").contains("-fix-cart-"));
    let mut fourth = shop.terminal(&["start", "fix-tax"]);
    fourth.waits_for("Which open incident is it for?").types("\r").waits_for("What is broken?");
    assert_eq!(fourth.enter_to_the_end(), 0, "{}", fourth.screen());
    assert_eq!(incident_of(&shop, "fix-tax"), "", "Enter makes it one of its own");
}

#[test]
fn without_a_terminal_it_is_what_enter_would_make_it_and_says_so() {
    let shop = Shop::new();
    shop.start("fix-login-crash");
    let ran = shop.hotfix(["start", "fix-cart", "--severity", "4", "--no-input"]);
    ran.ok().says("A new incident; fix-login-crash is open, too").says("--incident fix-login-crash");
    assert_eq!(incident_of(&shop, "fix-cart"), "");
}

/// Mitigated is not resolved: the night after a rollback is still the same incident.
#[test]
fn an_incident_that_is_mitigated_and_not_resolved_is_open() {
    let shop = Shop::new();
    shop.ready("fix-cart").finish().ok();
    shop.hotfix(["rollback", "-y", "--confirm", "v1.2.1"]).ok();
    shop.hotfix(["mark", "deployed", "--hotfix", "rollback-v1.2.1"]).ok();
    shop.hotfix(["mark", "mitigated", "--hotfix", "fix-cart"]).ok();
    let mut terminal = shop.terminal(&["start", "cart-forward"]);
    terminal.waits_for("An incident is open: fix-cart.").waits_for("another fix for it?");
    // What was taken back waits for another fix, so that is what Enter means.
    terminal.types("\r").exits(0);
    assert!(incident_of(&shop, "cart-forward").contains("-fix-cart-"));
    assert!(terminal.screen().contains("part of fix-cart"), "{}", terminal.screen());
}

#[test]
fn a_start_that_was_given_up_does_not_hide_the_hotfix_of_its_name() {
    let shop = Shop::new();
    shop.ready("fix-cart").finish().ok();
    shop.hotfix(["rollback", "-y", "--confirm", "v1.2.1"]).ok();
    let mut again = shop.terminal(&["start", "fix-cart", "--incident", "new"]);
    again
        .waits_for("What is broken?")
        .types("carts\r")
        .waits_for("What do users see?")
        .types("\u{3}")
        .exits(130);
    shop.hotfix(["abort", "fix-cart", "-y"]).ok();
    shop.hotfix(["status", "fix-cart"]).ok().says("v1.2.1");
    let ids = shop.hotfix(["list", "--all", "--json"]).json();
    let root = ids["hotfixes"].as_array().unwrap().iter().find(|h| h["tag"] == "v1.2.1").unwrap();
    let id = root["id"].as_str().unwrap().to_owned();
    shop.hotfix(["timeline", &id]).ok().says("v1.2.1");
    shop.hotfix(["start", "x", "--incident", "fix-cart", "--no-input"]).ok().says("part of fix-cart");
    assert_eq!(incident_of(&shop, "x"), id);
    let day = id.rsplit_once('-').unwrap().0;
    for (name, typed) in [("y", id.as_str()), ("z", day)] {
        shop.hotfix(["start", name, "--incident", typed, "--no-input"]).ok();
        assert_eq!(incident_of(&shop, name), id);
    }
}

#[test]
fn without_a_terminal_nothing_is_joined_that_only_another_clone_tells_of() {
    let shop = Shop::new();
    shop.start("fix-cart");
    shop.hotfix(["sync", "-y"]).ok();
    shop.hotfix(["abort", "fix-cart", "-y"]).ok();
    let log = "refs/incidents/20261122-fix-tax-beef/log";
    let mut parents: Vec<&str> = Vec::new();
    for (n, (kind, at)) in
        [("declared", "14:00"), ("mitigated", "14:10"), ("resolved", "14:20"), ("impact_started", "14:30")]
            .into_iter()
            .enumerate()
    {
        let at = format!("2026-11-22T{at}:00Z");
        let event = serde_json::json!({
            "kind": kind, "at": at, "recorded_at": at, "id": format!("forged{n}"), "lamport": n, "text": kind,
            "data": { "name": "fix-tax", "title": "fix-tax", "branch": "hotfix/fix-tax" },
        });
        shop.stranger_writes(log, &event, &parents);
        parents = vec![log];
    }
    shop.hotfix(["sync", "-y"]).ok();
    let ran = shop.hotfix(["start", "fix-login-crash", "--no-input"]);
    ran.ok().says("fix-tax is open, too").does_not_say("belongs to");
    assert_eq!(incident_of(&shop, "fix-login-crash"), "");
}
