//! `start NAME`: what may name a hotfix, and what becomes of it.

use crate::support::{Except, Shop};

#[test]
fn names_that_hurt_later_are_refused_now() {
    let shop = Shop::new();
    let before = shop.snapshot();
    let long = "a".repeat(300);
    for name in [
        "",
        " ",
        "a..b",
        "a~1",
        "a^",
        "a:b",
        "a?b",
        "a*b",
        "a[b",
        "a\\b",
        "x.lock",
        "a/",
        "/a",
        "a//b",
        ".a",
        "a/.b",
        "a.",
        "@",
        "a@{1}",
        "a\u{7}b",
        "a\nb",
        "a\tb",
        "a\u{1b}[31mb",
        "a\u{202e}b",
        "a\u{200b}b",
        "a\u{feff}b",
        "hotfix/",
        "hotfix/-x",
        long.as_str(),
    ] {
        let ran = shop.hotfix(["start", name]);
        assert_eq!(ran.status, 2, "{name:?} should be refused\n{ran}");
        assert!(!ran.stderr.is_empty(), "{name:?} should be explained");
    }
    for name in ["-x", "--no-such-flag", "-"] {
        let ran = shop.hotfix(["start", "--", name]);
        assert_eq!(ran.status, 2, "{name:?} should be refused\n{ran}");
    }
    before.still_holds();
}

#[test]
fn a_missing_name_without_a_terminal_is_a_usage_error_with_the_line_to_type() {
    let shop = Shop::new();
    let before = shop.snapshot();
    shop.hotfix(["start"]).exits(2).says("hotfix start");
    before.still_holds();
}

#[test]
fn a_title_becomes_a_slug() {
    let shop = Shop::new();
    shop.hotfix(["start", "Users get a 500 on /login"]).ok();
    let hotfix = shop.started("users-get-a-500-on-login");
    assert_eq!(hotfix.branch, "hotfix/users-get-a-500-on-login");
    assert_eq!(hotfix.status()["hotfix"]["title"], "Users get a 500 on /login");
}

#[test]
fn a_long_title_is_cut_at_sixty() {
    let shop = Shop::new();
    shop.hotfix(["start", &"word ".repeat(40)]).ok();
    let slug = shop.current_branch().unwrap().replace("hotfix/", "");
    assert!(slug.len() <= 60 && slug.starts_with("word-word") && !slug.ends_with('-'), "{slug}");
}

#[test]
fn the_full_branch_name_is_accepted_too() {
    let shop = Shop::new();
    shop.hotfix(["start", "hotfix/fix-login-crash"]).ok();
    assert_eq!(shop.current_branch().as_deref(), Some("hotfix/fix-login-crash"));
}

#[test]
fn shell_metacharacters_that_git_accepts_stay_mere_characters() {
    let shop = Shop::new();
    let name = "x$(touch${IFS}pwned)`touch${IFS}pwned`;touch&&'\"";
    let ran = shop.hotfix(["start", name]);
    ran.exits_with_one_of(&[0, 2]);
    if ran.status == 0 {
        shop.started(name).fix_login().answer_all().finish().ok();
        shop.has_exactly(&["main", "develop"], &["v1.2.0", "v1.2.1"]);
    }
    assert!(!shop.has_file("pwned"));
}

#[test]
fn a_version_as_the_name_fixes_the_version() {
    let shop = Shop::new();
    let hotfix = shop.start("1.2.7").fix_login().answer_all();
    assert_eq!(hotfix.branch, "hotfix/1.2.7");
    assert_eq!(hotfix.plan()["version"], "1.2.7");
    hotfix.finish().ok();
    shop.has_exactly(&["main", "develop"], &["v1.2.0", "v1.2.7"]);
}

#[test]
fn a_name_that_is_taken_is_refused() {
    let shop = Shop::new();
    shop.start("fix-login-crash").fix_login();
    shop.git(["switch", "-q", "main"]);
    let before = shop.snapshot();
    shop.hotfix(["start", "fix-login-crash"]).exits_with_one_of(&[2, 3]).says("fix-login-crash");
    before.still_holds_except(&[Except::Tracking]);
}

#[test]
fn a_branch_that_makes_the_name_impossible_is_named() {
    let shop = Shop::new();
    shop.git(["branch", "hotfix"]);
    let before = shop.snapshot();
    shop.hotfix(["start", "fix-login-crash"]).exits_with_one_of(&[2, 3]).says("branch").says("hint:");
    before.still_holds_except(&[Except::Tracking]);
}

#[test]
fn a_version_that_is_taken_is_refused_before_anybody_works_on_it() {
    let shop = Shop::build().tags(&["v1.2.0", "v1.2.1"]).go();
    let before = shop.snapshot();
    for taken in ["1.2.0", "1.2.1", "1.1.9"] {
        shop.hotfix(["start", taken]).exits(3).says("hotfix start 1.2.2");
    }
    before.still_holds_except(&[Except::Tracking]);
    shop.hotfix(["start", "1.2.2"]).ok();
}

#[test]
fn a_title_in_another_script_has_a_name_that_stays() {
    for title in ["登录 崩溃", "вход падает", "σφάλμα εισόδου"] {
        let shop = Shop::new();
        shop.hotfix(["start", title]).ok().says("hotfix/fix-");
        let branch = shop.current_branch().unwrap();
        assert!(branch.bytes().all(|b| b.is_ascii()), "{branch}");
        let log = shop.hotfix(["status", "--json"]).json();
        assert_eq!(log["hotfix"]["title"], title);
    }
    Shop::new().hotfix(["start", "! ?"]).exits(2);
}

#[test]
fn a_long_title_becomes_a_short_name_of_whole_words_which_is_asked_on_a_terminal() {
    let title = "Customers who pay by invoice are charged the wrong amount of tax";
    let short = "customers-who-pay-by-invoice-are-charged";
    let shop = Shop::new();
    shop.hotfix(["start", title, "--no-input"]).ok().says(&format!("hotfix/{short} "));
    let shop = Shop::new();
    let mut terminal = shop.terminal(&["start", title]);
    terminal.waits_for("A short name for the branch?").waits_for(short).types("tax\r");
    terminal.waits_for("What do users see?");
    assert_eq!(terminal.enter_to_the_end(), 0, "{}", terminal.screen());
    assert_eq!(shop.current_branch().as_deref(), Some("hotfix/tax"));
    assert_eq!(shop.events("tax")[0]["data"]["title"], title);
}

#[test]
fn a_start_that_was_left_half_way_is_found_again_by_nearly_its_name() {
    let shop = Shop::new();
    let mut left = shop.terminal(&["start"]);
    left.waits_for("What is broken").types("checkout totals wrong\r").waits_for("What do users see?");
    left.types("\u{3}").exits(130);
    let mut bare = shop.terminal(&["start"]);
    bare.waits_for("Interrupted: checkout-totals-wrong").types("\u{3}").exits(130);
    let mut again = shop.terminal(&["start", "checkout-total-wrong"]);
    again.waits_for("Did you mean checkout-totals-wrong?").types("\r").exits(0);
    assert_eq!(shop.current_branch().as_deref(), Some("hotfix/checkout-totals-wrong"));
    let all = shop.hotfix(["list", "--all", "--json"]).json();
    assert_eq!(all["hotfixes"].as_array().unwrap().len(), 1, "{all}");
}

#[test]
fn a_start_that_is_left_before_the_first_answer_keeps_nothing() {
    let shop = Shop::new();
    let before = shop.snapshot();
    let mut left = shop.terminal(&["start", "fix-cart", "--severity", "2"]);
    left.waits_for("What is broken?").types("\u{3}").waits_for("nothing was changed").exits(130);
    before.still_holds_except(&[Except::Tracking]);
}
