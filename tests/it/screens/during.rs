//! The commands of the incident: the ordinary, the refused and the empty case.

use super::screen;
use super::session::{Session, shop};
use crate::support::{FIXED_LOGIN, Repo, Shop};

/// A shop with an open hotfix.
fn started() -> Shop {
    let shop = shop();
    shop.start_with("fix-login-crash", &["--title", "Users get a 500 on /login", "--severity", "sev2"]);
    shop
}

fn nowhere(shop: &Shop) -> Repo {
    Repo::at(&shop.world, shop.world.root.join("home"))
}

#[test]
fn start() {
    let shop = shop();
    screen!("start", Session::of(&shop, &["start", "fix-login-crash"]));
    screen!("start-taken", Session::of(&shop, &["start", "fix-login-crash"]));
    screen!("start-second", Session::of(&shop, &["start", "The cart is empty"]));
    screen!("start-bad-name", Session::of(&shop, &["start", "fix..login"]));
    screen!("start-no-name", Session::of(&shop, &["start"]));
    screen!("start-no-repository", Session::of(&nowhere(&shop), &["start", "x"]));
}

#[test]
fn start_beside_other_work() {
    let shop = shop();
    shop.git(["switch", "-q", "develop"]);
    shop.write("src/search.rs", "pub fn search() { half() }\n");
    screen!("start-dirty", Session::of(&shop, &["start", "fix-login-crash"]));
}

#[test]
fn status() {
    let shop = shop();
    screen!("status-empty", Session::of(&shop, &["status"]));
    screen!("status-unknown", Session::of(&shop, &["status", "fix-cart"]));
    shop.start_with("fix-login-crash", &["--title", "Users get a 500 on /login", "--severity", "sev2"]);
    screen!("status", Session::of(&shop, &["status"]));
    shop.start("fix-cart");
    screen!("list", Session::of(&shop, &["list"]));
}

#[test]
fn list_empty() {
    screen!("list-empty", Session::of(&shop(), &["list"]));
}

#[test]
fn note_and_mark() {
    let shop = shop();
    screen!("note-empty", Session::of(&shop, &["note", "looks like the cache"]));
    screen!("mark-empty", Session::of(&shop, &["mark", "mitigated"]));
    let shop = started();
    screen!("note", Session::of(&shop, &["note", "looks like the cache"]));
    screen!("note-bad-time", Session::of(&shop, &["note", "--at", "yesterdayish", "x"]));
    screen!("mark", Session::of(&shop, &["mark", "mitigated", "--at", "-5m"]));
    screen!("mark-unknown", Session::of(&shop, &["mark", "healed"]));
    screen!("run", Session::of(&shop, &["run", "--", "echo", "42 errors"]));
    screen!("severity", Session::of(&shop, &["severity", "1"]));
    screen!("severity-unknown", Session::of(&shop, &["severity", "9"]));
    screen!("role", Session::of(&shop, &["role", "take", "commander"]));
    screen!("timeline", Session::of(&shop, &["timeline"]));
    screen!("symptom", Session::of(&shop, &["symptom", "Logging in fails"]));
    screen!("undo", Session::of(&shop, &["undo", "-y"]));
    screen!("amend-unknown", Session::of(&shop, &["amend", "0000", "x"]));
    screen!("retract", Session::of(&shop, &["retract", "last", "typed twice"]));
}

#[test]
fn check() {
    let shop = shop();
    screen!("check-empty", Session::of(&shop, &["check"]));
    let shop = started();
    screen!("check-no-commit", Session::of(&shop, &["check", "tests"]));
    shop.commit_as("Handle an unknown user", "src/login.rs", FIXED_LOGIN);
    screen!("check", Session::of(&shop, &["check", "resolves", "tests"]));
    screen!("check-open", Session::of(&shop, &["check"]));
    screen!("check-unknown", Session::of(&shop, &["check", "test"]));
    screen!("check-waiver-without-reason", Session::of(&shop, &["check", "--waive", "staging"]));
}

#[test]
fn review() {
    let shop = shop();
    screen!("review-empty", Session::of(&shop, &["review"]));
    let shop = started();
    shop.commit_as("Handle an unknown user", "src/login.rs", FIXED_LOGIN);
    screen!("review-request", Session::of(&shop, &["review", "--request"]));
    screen!("review-self", Session::of(&shop, &["review", "--approve"]));
}

#[test]
fn update() {
    let shop = shop();
    screen!("update-empty", Session::of(&shop, &["update", "users", "-y"]));
    let shop = started();
    screen!("update", Session::of(&shop, &["update", "users", "-y"]));
    shop.write("update.txt", "Ada fixes db-1.internal by 15:00.\n");
    let promise = ["update", "users", "-F", "update.txt"];
    screen!("update-refused", Session::of(&shop, &promise));
    screen!("update-unknown", Session::of(&shop, &["update", "everyone"]));
}

#[test]
fn sync() {
    let shop = shop();
    screen!("sync-empty", Session::of(&shop, &["sync"]));
    let shop = started();
    screen!("sync-refused", Session::of(&shop, &["sync"]));
    screen!("sync", Session::of(&shop, &["sync", "-y"]));
    screen!("sync-nothing-new", Session::of(&shop, &["sync"]));
}
