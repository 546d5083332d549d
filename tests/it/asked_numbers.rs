//! Versions that a person has to say: whichever way the release takes, none is made without.

use crate::support::{Hotfix, Shop};

/// The server refuses `main` to everybody but the forge.
fn protected(shop: &Shop) {
    shop.remote().hook("update", "[ \"$1\" != refs/heads/main ]\n");
}

/// The forge merges the published branch.
fn merged(shop: &Shop) {
    let merge =
        ["commit-tree", "hotfix/fix-login-crash^{tree}", "-p", "main", "-p", "hotfix/fix-login-crash"];
    let commit = shop.remote().git([&merge[..], &["-m", "Merge pull request #8"]].concat());
    shop.remote().git(["update-ref", "refs/heads/main", &commit]);
}

fn refused(hotfix: &Hotfix, shop: &Shop, words: &str) {
    let before = shop.remote_refs();
    hotfix.finish().exits(3).says(words).says("--version").does_not_say("v0.0.1");
    assert_eq!(shop.remote_refs(), before);
}

#[test]
fn a_date_is_proposed_as_today_and_needs_a_yes() {
    for (tag, next, typed) in [
        ("2024.11.01", "2026.11.22", "2026.11.22"),
        ("release-2026-11-21", "release-2026-11-22", "2026.11.22"),
        ("v2026.9.30", "v2026.11.22", "2026.11.22"),
        ("2026.11.20.3", "2026.11.22.1", "2026.11.22.1"),
        // Released today, and dated ahead: a count is behind the date.
        ("2026.11.22", "2026.11.22.1", "2026.11.22.1"),
        ("2026-11-22-3", "2026-11-22-4", "2026.11.22.4"),
        ("2026.11.30", "2026.11.30.1", "2026.11.30.1"),
    ] {
        let shop = Shop::build().tags(&[tag]).go();
        let hotfix = shop.ready("fix-login-crash");
        refused(&hotfix, &shop, &format!("--version {typed}"));
        shop.hotfix(["doctor"]).says(next);
        hotfix.finish_with(&["--version", typed]).ok();
        assert!(shop.remote_refs().contains_key(&format!("refs/tags/{next}")), "{:?}", shop.remote_refs());
    }
}

#[test]
fn what_others_merged_gets_no_number_that_nobody_said() {
    for tag in ["2026.11.20", "r123", "v1.0.0-rc.1", "1.2.0-jre"] {
        let shop = Shop::build().tags(&[tag]).go();
        let hotfix = shop.ready("fix-login-crash").published();
        merged(&shop);
        refused(&hotfix, &shop, tag);
        hotfix.finish_with(&["--version", "2026.11.22"]).ok();
    }
}

#[test]
fn what_others_merged_is_not_released_as_another_package() {
    let shop = Shop::build().tags(&["core-1.2.0", "web-3.1.0"]).go();
    let hotfix = shop.ready("fix-login-crash").published();
    merged(&shop);
    let before = shop.remote_refs();
    hotfix.finish().exits(3).says("--package core").says("--package web");
    assert_eq!(shop.remote_refs(), before);
    hotfix.finish_with(&["--package", "web"]).ok();
    assert!(shop.remote_refs().contains_key("refs/tags/web-3.1.1"), "{:?}", shop.remote_refs());
}

#[test]
fn what_others_merged_gets_no_number_that_is_taken() {
    let shop = Shop::new();
    let hotfix = shop.ready("fix-login-crash").published();
    merged(&shop);
    let before = shop.remote_refs();
    hotfix.finish_with(&["--version", "1.2.0"]).exits(3).says("already exists");
    hotfix.finish_with(&["--version", "1.1.9"]).exits(3).says("not higher");
    assert_eq!(shop.remote_refs(), before);
}

#[test]
fn the_number_that_was_agreed_on_is_kept() {
    for (tag, version, next) in [("v1.2.0", "1.3.0", "v1.3.0"), ("2026.11.20", "2026.11.21", "2026.11.21")] {
        let shop = Shop::build().tags(&[tag]).go();
        protected(&shop);
        let hotfix = shop.ready("fix-login-crash").published();
        hotfix.finish_with(&["--version", version]).exits(1);
        merged(&shop);
        hotfix.finish().ok();
        assert!(shop.remote_refs().contains_key(&format!("refs/tags/{next}")), "{:?}", shop.remote_refs());
    }
}

#[test]
fn the_number_that_was_agreed_on_is_not_asked_for_after_a_refusal() {
    let shop = Shop::build().tags(&["2026.11.20"]).go();
    protected(&shop);
    let hotfix = shop.ready("fix-login-crash");
    hotfix.finish_with(&["--version", "2026.11.21"]).exits(1).says("hotfix finish fix-login-crash");
    shop.remote().hook("update", "exit 0\n");
    hotfix.finish().ok();
    assert!(shop.remote_refs().contains_key("refs/tags/2026.11.21"), "{:?}", shop.remote_refs());
}

#[test]
fn a_rollback_gets_no_number_that_nobody_said_either() {
    let shop = Shop::build().tags(&["2026.11.20"]).go();
    shop.ready("fix-login-crash").finish_with(&["--version", "2026.11.21"]).ok();
    let before = shop.remote_refs();
    let line = ["rollback", "2026.11.21", "--confirm", "2026.11.21"];
    shop.hotfix(line).exits(3).says("--version 2026.11.22");
    shop.hotfix([&line[..], &["--version", "2026.11.20"]].concat()).exits(3).says("already exists");
    shop.hotfix([&line[..], &["--version", "soon"]].concat()).exits(2).says("'soon'");
    assert_eq!(shop.remote_refs(), before);
    let with_version = [&line[..], &["--version", "2026.11.22"]].concat();
    // A server that refuses first: neither the printed line nor the short one asks again.
    protected(&shop);
    shop.hotfix(with_version.clone()).exits(1);
    shop.remote().hook("update", "exit 0\n");
    shop.hotfix(line).ok();
    assert!(shop.remote_refs().contains_key("refs/tags/2026.11.22"), "{:?}", shop.remote_refs());
}

#[test]
fn a_rollback_can_be_given_its_version() {
    let shop = Shop::new();
    shop.ready("fix-login-crash").finish().ok();
    shop.hotfix(["rollback", "--version", "1.3.0", "--confirm", "v1.2.1"]).ok();
    assert!(shop.remote_refs().contains_key("refs/tags/v1.3.0"), "{:?}", shop.remote_refs());
}

#[test]
fn dates_count_up_where_that_is_configured() {
    let config = "[version]\nscheme = \"numbers\"\n";
    let shop = Shop::build().file("hotfix.toml", config).tags(&["2024.11.01"]).go();
    shop.ready("fix-login-crash").finish().ok();
    assert!(shop.remote_refs().contains_key("refs/tags/2024.11.02"));
}
