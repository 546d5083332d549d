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
    let ran = shop.hotfix(["start", "fix-login-again", "--no-input"]);
    ran.ok().says("belongs to the open incident fix-login-crash").says("--incident new");
    assert!(incident_of(&shop, "fix-login-again").contains("-fix-login-crash-"));
    shop.hotfix(["note", "on the second branch"]).ok().says("fix-login-again");
    shop.hotfix(["mark", "mitigated", "flag off"]).ok().says("fix-login-crash");
    assert!(shop.kinds("fix-login-crash").contains(&"mitigated".to_owned()));
    assert!(!shop.kinds("fix-login-again").contains(&"mitigated".to_owned()));
    shop.hotfix(["timeline", "fix-login-crash"]).ok().says("on the second branch").says("flag off");
    shop.hotfix(["timeline", "fix-login-again"]).ok().says("Part of fix-login-crash");
    for name in ["fix-login-crash", "fix-login-again"] {
        shop.hotfix(["update", "users", name]).ok().says("Logging in fails").says("contained since");
        shop.hotfix(["status", name]).ok().says("mitigated since");
    }
    shop.hotfix(["mark", "resolved"]).ok();
    for name in ["fix-login-crash", "fix-login-again"] {
        shop.hotfix(["status", name]).ok().says("resolved, took");
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
