//! The commands for afterwards and for daylight: the ordinary, the refused and the empty case.

use super::screen;
use super::session::{Session, shop};
use crate::support::Shop;

fn released() -> Shop {
    let shop = shop();
    shop.ready("fix-login-crash").finish().ok();
    shop
}

#[test]
fn postmortem() {
    let shop = shop();
    screen!("postmortem-empty", Session::of(&shop, &["postmortem"]));
    let shop = released();
    screen!("postmortem", Session::of(&shop, &["postmortem"]));
    let file = "docs/postmortems/2026-11-22-fix-login-crash.md";
    screen!("postmortem-check", Session::of(&shop, &["postmortem", "check", file]));
    screen!("postmortem-check-missing", Session::of(&shop, &["postmortem", "check", "nope.md"]));
    screen!("followups-empty", Session::of(&shop, &["followups"]));
    shop.hotfix([
        "note",
        "--kind",
        "followup",
        "--owner",
        "grace",
        "--due",
        "14d",
        "alert on failing logins",
    ])
    .ok();
    let found = shop.hotfix(["followups", "--json"]).json();
    let id = found["followups"][0]["id"].as_str().unwrap()[..4].to_owned();
    let mut session = Session::new(&shop.world).hide(&id, "4f1c");
    screen!("followups", session.hotfix(&shop, &["followups"], 0));
}

#[test]
fn audit() {
    let shop = shop();
    screen!("audit-empty", Session::of(&shop, &["audit"]));
    let shop = super::session::shop();
    shop.hotfix_by_hand("login", "v1.2.1");
    shop.git(["push", "-q", "origin", "main", "v1.2.1"]);
    screen!("audit-lost", Session::of(&shop, &["audit"]));
    screen!("audit", Session::of(&released(), &["audit"]));
}

#[test]
fn affected() {
    let shop = shop();
    screen!("affected-empty", Session::of(&shop, &["affected"]));
    screen!("affected-unknown", Session::of(&shop, &["affected", "v9.9.9"]));
    screen!("affected", Session::of(&released(), &["affected", "v1.2.1"]));
}

#[test]
fn stats() {
    screen!("stats-empty", Session::of(&shop(), &["stats"]));
    screen!("stats", Session::of(&released(), &["stats"]));
}

#[test]
fn doctor_and_settings() {
    let shop = shop();
    screen!("doctor", Session::of(&shop, &["doctor"]));
    screen!("config-explain", Session::of(&shop, &["config", "--explain", "branches"]));
    screen!("config-unknown", Session::of(&shop, &["config", "--explain", "branchs"]));
    screen!("init", Session::of(&shop, &["init", "-y"]));
    screen!("init-again", Session::of(&shop, &["init", "-y"]));
}

#[test]
fn help() {
    let shop = shop();
    screen!("help", Session::of(&shop, &["help"]));
    screen!("help-exit-codes", Session::of(&shop, &["help", "exit-codes"]));
    screen!("help-start", Session::of(&shop, &["start", "-h"]));
    screen!("help-finish", Session::of(&shop, &["finish", "-h"]));
    screen!("help-check", Session::of(&shop, &["check", "-h"]));
    screen!("unknown-command", Session::of(&shop, &["strat"]));
}
