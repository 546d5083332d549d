//! In a real terminal: it asks, every question can be skipped, and it leaves the terminal as it was.

use crate::support::{Except, Shop, Terminal};

const QUESTIONS: [&str; 5] = [
    "Does the fix resolve the original issue?",
    "Do existing critical paths still work?",
    "Have automated tests passed?",
    "Has another developer reviewed the change?",
    "Does the fix work in a staging environment?",
];

#[test]
fn start_asks_and_takes_enter_for_an_answer() {
    let shop = Shop::new();
    let mut terminal = shop.terminal(&["start", "fix-login-crash"]);
    terminal.waits_for("?");
    assert_eq!(terminal.enter_to_the_end(), 0, "{}", terminal.screen());
    assert!(terminal.cursor_is_visible());
    let hotfix = shop.started("fix-login-crash");
    assert_eq!(hotfix.tip(), shop.tip("main"));
    let kinds = shop.kinds("fix-login-crash");
    assert!(kinds.contains(&"declared".to_owned()), "{kinds:?}");
    assert!(
        !kinds.contains(&"acknowledged".to_owned()) && !kinds.contains(&"detected".to_owned()),
        "{kinds:?}"
    );
}

#[test]
fn start_asks_nothing_when_told_so() {
    for (flags, variables) in [
        (&["start", "fix-login-crash", "--no-input"][..], &[][..]),
        (&["start", "fix-login-crash"], &[("CI", "true")]),
    ] {
        let shop = Shop::new();
        Terminal::open(&shop, flags, variables).exits(0);
        shop.started("fix-login-crash");
    }
}

#[test]
fn ctrl_c_in_a_question_leaves_a_terminal_that_can_be_used() {
    let shop = Shop::new();
    let mut terminal = shop.terminal(&["start", "fix-login-crash"]);
    terminal.waits_for("?").types("\u{3}").exits(130);
    assert!(terminal.cursor_is_visible(), "the cursor was left hidden");
    shop.hotfix(["status"]).ok();
    shop.hotfix(["list", "--all"]).ok();
}

#[test]
fn check_asks_what_is_open() {
    let shop = Shop::new();
    let hotfix = shop.start("fix-login-crash").fix_login().answer(&["reviewed=grace@example.com"]);
    let mut terminal = shop.terminal(&["check"]);
    terminal.waits_for(QUESTIONS[0]);
    terminal.answers("y", QUESTIONS[1]).answers("y", QUESTIONS[2]).answers("y", QUESTIONS[4]);
    terminal.types("y");
    assert_eq!(terminal.enter_to_the_end(), 0, "{}", terminal.screen());
    for id in ["resolves", "critical-paths", "tests", "staging"] {
        assert_eq!(hotfix.check_state(id), "pass", "{id}");
    }
    assert!(terminal.cursor_is_visible());
}

#[test]
fn finish_asks_the_open_questions_and_then_once_whether_to_go() {
    let shop = Shop::new();
    let hotfix = shop.start("fix-login-crash").fix_login();
    let hotfix =
        hotfix.answer(&["resolves=yes", "critical-paths=yes", "tests=yes", "reviewed=g@example.com"]);
    let mut terminal = shop.terminal(&["finish"]);
    terminal.waits_for(QUESTIONS[4]);
    terminal.answers("y", "v1.2.1?").types("y");
    assert_eq!(terminal.enter_to_the_end(), 0, "{}", terminal.screen());
    shop.has_exactly(&["main", "develop"], &["v1.2.0", "v1.2.1"]);
    assert!(!hotfix.has_branch());
}

#[test]
fn an_answer_that_is_none_is_asked_again() {
    let shop = Shop::new();
    let hotfix = shop.start("fix-login-crash").fix_login();
    let hotfix =
        hotfix.answer(&["resolves=yes", "critical-paths=yes", "tests=yes", "reviewed=g@example.com"]);
    let mut terminal = shop.terminal(&["check"]);
    terminal.waits_for(QUESTIONS[4]);
    terminal.answers("clear; ls", "Type y, n or w").types("y");
    assert_eq!(terminal.enter_to_the_end(), 0, "{}", terminal.screen());
    assert_eq!(hotfix.check_state("staging"), "pass");
}

#[test]
fn a_key_with_enter_answers_one_question_and_not_the_next() {
    let shop = Shop::new();
    let hotfix = shop.start("fix-login-crash").fix_login().answer(&["reviewed=grace@example.com"]);
    let mut terminal = shop.terminal(&["finish"]);
    terminal.waits_for(QUESTIONS[0]).types("y\r").waits_for(QUESTIONS[1]).types("Y\r");
    terminal.waits_for(QUESTIONS[2]).types("yes\r").waits_for(QUESTIONS[4]).types("y\r");
    terminal.waits_for("v1.2.1?").types("y\r").exits(0);
    for id in ["resolves", "critical-paths", "tests", "staging"] {
        assert_eq!(hotfix.check_state(id), "pass", "{id}");
    }
}

#[test]
fn a_word_that_begins_like_an_answer_is_none() {
    let shop = Shop::new();
    let hotfix = shop.start("fix-login-crash").fix_login();
    let hotfix = hotfix.answer(&["resolves=yes", "critical-paths=yes", "tests=yes", "staging=yes"]);
    let mut terminal = shop.terminal(&["check"]);
    terminal.waits_for(QUESTIONS[3]).types("not sure\r").waits_for("Type y, n or w");
    assert_eq!(hotfix.check_state("reviewed"), "open");
    terminal.types("nobody@exampel.com").types(&"\u{7f}".repeat(18)).types("nina@example.com\r").exits(0);
    assert_eq!(hotfix.check_state("reviewed"), "pass");
}

#[test]
fn no_means_no() {
    let shop = Shop::new();
    shop.ready("fix-login-crash");
    let before = shop.snapshot();
    let mut terminal = shop.terminal(&["finish"]);
    terminal.waits_for("v1.2.1?").types("n");
    let status = terminal.enter_to_the_end();
    assert_ne!(status, 0, "nothing was done, so it must not say done\n{}", terminal.screen());
    before.still_holds_except(&[Except::Tracking, Except::Record]);
}

#[test]
fn enter_alone_does_not_release() {
    let shop = Shop::new();
    shop.ready("fix-login-crash");
    let before = shop.snapshot();
    let mut terminal = shop.terminal(&["finish"]);
    terminal.waits_for("v1.2.1?");
    let status = terminal.enter_to_the_end();
    assert_ne!(status, 0, "{}", terminal.screen());
    before.still_holds_except(&[Except::Tracking, Except::Record]);
}

#[test]
fn ctrl_c_before_the_release_changes_nothing() {
    let shop = Shop::new();
    let hotfix = shop.ready("fix-login-crash");
    let before = shop.snapshot();
    let mut terminal = shop.terminal(&["finish"]);
    terminal.waits_for("v1.2.1?").types("\u{3}").exits(130);
    assert!(terminal.cursor_is_visible());
    assert!(terminal.screen().contains("\nerror: interrupted"), "{}", terminal.screen());
    before.still_holds_except(&[Except::Tracking, Except::Record]);
    hotfix.finish().ok();
}

#[test]
fn with_yes_it_does_not_ask() {
    let shop = Shop::new();
    shop.ready("fix-login-crash");
    shop.terminal(&["finish", "-y"]).exits(0);
    shop.has_exactly(&["main", "develop"], &["v1.2.0", "v1.2.1"]);
}

#[test]
fn colours_are_for_terminals_that_want_them() {
    let shop = Shop::new();
    shop.start("fix-login-crash");
    let coloured = |args: &[&str], variables: &[(&str, &str)]| {
        let mut terminal = Terminal::open(&shop, args, variables);
        terminal.exits(0);
        terminal.raw().contains("\u{1b}[")
    };
    assert!(coloured(&["status"], &[]));
    assert!(!coloured(&["status"], &[("NO_COLOR", "1")]));
    assert!(!coloured(&["status"], &[("TERM", "dumb")]));
    assert!(!coloured(&["status", "--color", "never"], &[]));
}

#[test]
fn text_from_outside_cannot_paint_the_terminal() {
    let shop = Shop::new();
    shop.start_with("fix-login-crash", &["--title", "a \u{1b}]0;pwned\u{7}\u{1b}[2J title"]);
    shop.hotfix(["note", "--pin", "\u{1b}]52;c;cHduZWQ=\u{7} copied \u{9b}2J"]).ok();
    for args in [&["status"][..], &["timeline", "--all"], &["list"]] {
        let mut terminal = shop.terminal(args);
        terminal.exits(0);
        let raw = terminal.raw();
        for sequence in ["\u{1b}]", "\u{1b}[2J", "\u{9b}", "\u{7}"] {
            assert!(!raw.contains(sequence), "{args:?} printed {sequence:?}: {raw:?}");
        }
    }
}

#[test]
fn json_is_json_in_a_terminal_too() {
    let shop = Shop::new();
    shop.start("fix-login-crash");
    let mut terminal = shop.terminal(&["status", "--json"]);
    terminal.exits(0);
    let document: serde_json::Value = serde_json::from_str(&terminal.raw()).unwrap();
    assert_eq!(document["hotfix"]["name"], "fix-login-crash");
}
