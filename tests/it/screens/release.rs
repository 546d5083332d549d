//! The commands that release and take back: the ordinary, the refused and the empty case.

use super::screen;
use super::session::{Session, shop};
use crate::support::FIXED_LOGIN;

#[test]
fn finish() {
    let shop = shop();
    screen!("finish-empty", Session::of(&shop, &["finish"]));
    shop.start("fix-login-crash");
    screen!("finish-no-commit", Session::of(&shop, &["finish", "-y"]));
    shop.commit_as("Handle an unknown user", "src/login.rs", FIXED_LOGIN);
    screen!("finish-refused", Session::of(&shop, &["finish", "-y"]));
    shop.started("fix-login-crash").answer_all();
    screen!("finish-dry-run", Session::of(&shop, &["finish", "--dry-run"]));
    screen!("finish-no-yes", Session::of(&shop, &["finish"]));
    screen!("finish", Session::of(&shop, &["finish", "-y"]));
    screen!("finish-again", Session::of(&shop, &["finish", "fix-login-crash", "-y"]));
    screen!("status-released", Session::of(&shop, &["status"]));
}

#[test]
fn finish_with_a_protected_production() {
    let shop = shop();
    shop.ready("fix-login-crash");
    shop.refuse_updates_of("refs/heads/main");
    screen!("finish-protected", Session::of(&shop, &["finish", "-y"]));
}

#[test]
fn finish_with_a_conflict() {
    let shop = shop();
    shop.ready("fix-login-crash");
    shop.colleague_pushes("develop", "src/login.rs", "pub fn login() {}\n");
    screen!("finish-conflict", Session::of(&shop, &["finish", "-y"]));
    screen!("status-conflict", Session::of(&shop, &["status"]));
}

#[test]
fn finish_with_a_deployment_that_fails() {
    let shop = crate::support::Shop::build()
        .at_a_short_path()
        .file("hotfix.toml", "[deploy]\ncommand = \"echo no route to host; exit 7\"\n")
        .go();
    shop.ready("fix-login-crash");
    screen!("finish-untrusted", Session::of(&shop, &["finish", "-y"]));
    screen!("finish-deploy-failed", Session::of(&shop, &["finish", "-y", "--trust"]));
    screen!("deploy-failed", Session::of(&shop, &["deploy", "-y", "--trust"]));
}

#[test]
fn rollback() {
    let shop = shop();
    screen!("rollback-empty", Session::of(&shop, &["rollback", "-y"]));
    shop.ready("fix-login-crash").finish().ok();
    screen!("rollback-dry-run", Session::of(&shop, &["rollback", "--dry-run"]));
    let rollback = ["rollback", "-y", "--confirm", "v1.2.1", "--keep-fix-in", "develop"];
    screen!("rollback", Session::of(&shop, &rollback));
    screen!("rollback-unknown", Session::of(&shop, &["rollback", "--to", "v9.9.9", "-y"]));
}

#[test]
fn abort() {
    let shop = shop();
    screen!("abort-empty", Session::of(&shop, &["abort", "-y"]));
    shop.start("fix-login-crash").fix_login();
    screen!("abort-no-yes", Session::of(&shop, &["abort"]));
    screen!("abort", Session::of(&shop, &["abort", "-y"]));
    screen!("undo-empty", Session::of(&super::session::shop(), &["undo", "-y"]));
}

#[test]
fn deploy_and_verify() {
    let shop = shop();
    screen!("deploy-empty", Session::of(&shop, &["deploy", "-y"]));
    screen!("verify-empty", Session::of(&shop, &["verify"]));
}
