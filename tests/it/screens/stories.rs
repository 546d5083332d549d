//! The sessions of the README and the book.

use super::documents::{is, shows};
use super::picture::picture;
use super::session::{Session, shop};
use crate::support::FIXED_LOGIN;

const START: [&str; 10] = [
    "start",
    "fix-login-crash",
    "--title",
    "Users get a 500 on /login",
    "--severity",
    "sev2",
    "--reason",
    "outage",
    "--impact-started",
    "-31m",
];

const CHECK: [&str; 8] = [
    "check",
    "resolves",
    "critical-paths",
    "tests",
    "--answer",
    "reviewed=grace@example.com",
    "--waive",
    "staging=staging is down",
];

#[test]
fn the_first_hotfix() {
    let shop = shop();
    let mut night = Session::new(&shop.world);
    night.hotfix(&shop, &START, 0);
    shows("docs/first-hotfix.md", "start", &night.last(1));

    shop.commit_as("login: handle an unknown user", "src/login.rs", FIXED_LOGIN);
    night.typed("git commit -am \"login: handle an unknown user\"");
    night.hotfix(&shop, &["status"], 0);
    shows("docs/first-hotfix.md", "status", &night.last(2));

    night.hotfix(&shop, &CHECK, 0);
    shows("docs/first-hotfix.md", "check", &night.last(1));

    night.hotfix(&shop, &["finish", "-y"], 0);
    shows("docs/first-hotfix.md", "finish", &night.last(1));
    shows("README.md", "finish", &night.last(1));
    is("docs/hotfix.svg", &picture(&night.screens));

    for args in
        [&["mark", "deployed"][..], &["mark", "resolved"], &["update", "users", "-y"], &["postmortem"]]
    {
        night.hotfix(&shop, args, 0);
    }
    shows("docs/first-hotfix.md", "close", &night.last(4));
}

#[test]
fn trouble() {
    let shop = shop();
    shop.start("fix-login-crash").fix_login();
    let mut session = Session::new(&shop.world);
    session.hotfix(&shop, &["finish", "-y"], 3);
    shows("docs/trouble.md", "refused", &session.last(1));

    let conflicting = FIXED_LOGIN.replace("unwrap_or(false)", "expect(\"a session\")");
    shop.colleague_pushes("develop", "src/login.rs", &conflicting);
    let hotfix = shop.started("fix-login-crash").answer_all();
    let mut session = Session::new(&shop.world);
    session.hotfix(&hotfix, &["finish", "-y"], 5);
    shows("docs/trouble.md", "conflict", &session.last(1));

    let shop = super::session::shop();
    shop.ready("fix-login-crash").finish().ok();
    let mut session = Session::new(&shop.world);
    session.hotfix(&shop, &["rollback", "--dry-run"], 0);
    shows("docs/trouble.md", "rollback", &session.last(1));
}

#[test]
fn sharing_the_log() {
    let shop = shop();
    shop.start("fix-login-crash").fix_login();
    let mut session = Session::new(&shop.world);
    session.hotfix(&shop, &["sync"], 3);
    session.hotfix(&shop, &["sync", "--yes"], 0);
    shows("docs/log.md", "sync", &session.last(9));
}

#[test]
fn affected_releases() {
    let shop = shop();
    shop.start("fix-login-crash").fix_login();
    let mut session = Session::new(&shop.world);
    session.hotfix(&shop, &["affected"], 0);
    shows("docs/affected.md", "affected", &session.last(9));
}

#[test]
fn a_lost_hotfix() {
    let shop = shop();
    shop.hotfix_by_hand("login", "v1.2.1");
    shop.git(["push", "-q", "origin", "main", "v1.2.1"]);
    let mut session = Session::new(&shop.world);
    session.hotfix(&shop, &["audit"], 1);
    shows("docs/audit.md", "audit", &session.last(1));
}

#[test]
fn where_settings_come_from() {
    let shop = shop();
    let mut session = Session::new(&shop.world);
    session.hotfix(&shop, &["config", "--explain", "branches"], 0);
    shows("docs/configuration.md", "config", &session.last(9));
}

#[test]
fn an_error_in_json() {
    let shop = shop();
    let mut session = Session::new(&shop.world);
    session.hotfix(&shop, &["finish", "nope", "--json"], 2);
    shows("docs/scripts.md", "json", &session.last(9));
}
