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

#[test]
fn a_start_without_a_name_asks_for_it() {
    let shop = Shop::new();
    shop.hotfix(["start", "--no-input"]).exits(2).says("needs a name").says("hotfix start fix-login-crash");
    let mut terminal = shop.terminal(&["start"]);
    terminal.waits_for("or a name for the fix").types("fix..login\r").waits_for("git refuses");
    terminal.types("Login is broken\r").waits_for("What do users see?");
    terminal.types("a blank page\r").waits_for("Why can it not wait");
    assert_eq!(terminal.enter_to_the_end(), 0, "{}", terminal.screen());
    assert!(!terminal.screen().contains("What is broken? "), "the title is known\n{}", terminal.screen());
    shop.started("login-is-broken");
    shop.hotfix(["update", "users", "login-is-broken", "-y"]).ok().says("a blank page");
    let mut none = shop.terminal(&["start"]);
    none.waits_for("or a name for the fix").types("\u{1b}").exits(2);
}

#[test]
fn text_is_never_taken_for_a_choice() {
    let shop = Shop::new();
    let mut terminal = shop.terminal(&["start", "fix-login-crash", "--reason", "outage"]);
    terminal.waits_for("What is broken?").types("Login\r").waits_for("What do users see?");
    terminal.types("\r").waits_for("How bad is it?");
    // The letters j and k moved in the menu once, and Enter took what they had moved to.
    terminal.types("users cannot log in, jjjk\r").waits_for("is not one of these");
    terminal.types("2").waits_for("When did it start");
    assert!(terminal.screen().contains("How bad is it?") && terminal.screen().contains("sev2"));
    terminal.types("\r").waits_for("Who noticed it?").types("cust\r").waits_for("workaround");
    terminal.types("no\r").exits(0);
    let incident = shop.hotfix(["status", "fix-login-crash", "--json"]).json();
    assert_eq!(incident["hotfix"]["severity"], "sev2", "{incident}");
    shop.hotfix(["workaround"]).ok().does_not_say("users cannot");
}

#[test]
fn several_reasons_are_typed_by_number_or_word() {
    for typed in ["1 3\r", "data corr, complete\r"] {
        let shop = Shop::new();
        let mut terminal = shop.terminal(&["start", "fix-login-crash", "--title", "x"]);
        terminal.waits_for("What do users see?").types("\r");
        terminal.waits_for("such as 1 3").types(typed).waits_for("How bad");
        assert_eq!(terminal.enter_to_the_end(), 0, "{}", terminal.screen());
        let status = shop.hotfix(["status", "fix-login-crash"]);
        status.says("complete feature failure").says("data corruption");
    }
}

#[test]
fn esc_skips_a_question_and_empties_a_line() {
    let shop = Shop::new();
    let hotfix = shop.start("fix-login-crash").fix_login();
    let mut terminal = shop.terminal(&["check"]);
    terminal.waits_for(QUESTIONS[0]).types("\u{1b}").waits_for(QUESTIONS[1]);
    terminal.types("no, wait").waits_for("no, wait").types("\u{1b}").loses("no, wait").types("y");
    terminal.waits_for(QUESTIONS[2]);
    terminal.types("\u{1b}").waits_for(QUESTIONS[3]).types("\u{1b}").waits_for(QUESTIONS[4]).types("\u{1b}");
    terminal.exits(0);
    assert_eq!(hotfix.check_state("resolves"), "open");
    assert_eq!(hotfix.check_state("critical-paths"), "pass");
    let hotfix = hotfix.answer_all();
    let mut finish = shop.terminal(&["finish"]);
    finish.waits_for("v1.2.1? [y/N]").types("\u{1b}");
    assert_ne!(finish.exit_status(), 0);
    assert!(hotfix.has_branch());
}

#[test]
fn ctrl_c_says_where_things_are_in_one_line() {
    let shop = Shop::new();
    shop.start("fix-login-crash").fix_login();
    let line =
        |screen: &str| screen.lines().find(|l| l.contains("interrupted")).unwrap_or_default().to_owned();
    let mut check = shop.terminal(&["check"]);
    check.waits_for(QUESTIONS[0]).types("y").waits_for(QUESTIONS[1]).types("\u{3}").exits(130);
    assert!(line(&check.screen()).contains("the answers so far are recorded"), "{}", check.screen());
    shop.hotfix(["check", "resolves", "critical-paths", "tests", "staging", "--waive", "reviewed=none"]).ok();
    let mut finish = shop.terminal(&["finish"]);
    finish.waits_for("v1.2.1?").types("\u{3}").exits(130);
    let said = line(&finish.screen());
    assert!(said.contains("published nothing") && said.contains("hotfix finish fix-login-crash"), "{said}");
}

#[test]
fn a_line_can_be_edited() {
    let shop = Shop::new();
    let mut terminal = shop.terminal(&["start", "fix-login-crash", "--reason", "outage"]);
    terminal.waits_for("What is broken?");
    // Left twice, a letter, Home, a letter, a word taken back at the end.
    terminal.types("Lgin\u{1b}[D\u{1b}[D\u{1b}[Do\u{1b}[H> \u{1b}[F is gone\u{17}broken \u{e4}\u{7f}");
    terminal.waits_for("> Login is broken").types("\r").waits_for("What do users see?");
    assert_eq!(terminal.enter_to_the_end(), 0, "{}", terminal.screen());
    shop.hotfix(["title"]).ok().says("> Login is broken");
}

#[test]
fn nothing_but_a_merge_left_to_a_person_needs_no_yes() {
    let shop = Shop::new();
    let hotfix = shop.ready("fix-login-crash");
    shop.colleague_pushes("develop", "src/login.rs", "// quite another login\n");
    hotfix.finish().exits(5);
    let mut terminal = shop.terminal(&["finish", "fix-login-crash"]);
    terminal.exits(5);
    let screen = terminal.screen();
    assert!(!screen.contains("[y/N]") && screen.contains("git add src/login.rs"), "{screen}");
    let status = shop.hotfix(["status", "fix-login-crash"]);
    status.ok().says("develop is not resolved: src/login.rs").says("shop.merge-back-develop").says("git add");
    let conflicts = shop.hotfix(["status", "fix-login-crash", "--json"]).json()["conflicts"].clone();
    assert_eq!(conflicts[0]["paths"][0], "src/login.rs", "{conflicts}");
}

#[test]
fn a_long_answer_goes_through_the_pager() {
    let shop = Shop::new();
    shop.start("fix-login-crash");
    for n in 0..70 {
        shop.hotfix(["note", &format!("line {n}")]).ok();
    }
    let pager = [("GIT_PAGER", "sed -n '1p;$p;s/^/PAGED /;40p'")];
    for args in [&["timeline"][..], &["help", "all"], &["help", "finish"], &["finish", "--help"]] {
        let mut terminal = Terminal::open(&shop, args, &pager);
        terminal.exits(0);
        let is_long = args[0] != "timeline" || terminal.screen().contains("PAGED");
        assert!(is_long, "{}", terminal.screen());
    }
    let mut short = Terminal::open(&shop, &["help"], &pager);
    short.exits(0);
    assert!(!short.screen().contains("PAGED") && short.screen().contains("In an emergency"));
}

#[test]
fn the_first_screen_of_help_fits_a_small_terminal() {
    let shop = Shop::new();
    let ran = shop.hotfix(["help"]);
    ran.ok();
    assert!(ran.stdout.lines().count() <= 23, "{ran}");
    assert!(ran.stdout.lines().all(|line| line.chars().count() <= 80), "{ran}");
    for command in ["start", "note", "check", "finish", "status"] {
        assert!(ran.stdout.contains(&format!("\n  {command} ")), "{command}\n{ran}");
    }
    shop.hotfix(["help", "all"]).ok().says("--dry-run");
}

#[test]
fn a_remote_that_does_not_answer_is_waited_for_aloud() {
    let shop = Shop::new();
    shop.ready("fix-login-crash");
    let silent = shop.world.root.join("silent");
    shop.world.write_program(&silent, "#!/bin/sh\nexec cat >/dev/null\n");
    for (key, says) in [("uploadpack", "Reading origin"), ("receivepack", "Pushing to origin")] {
        shop.git(["config", &format!("remote.origin.{key}"), &silent.display().to_string()]);
        let mut terminal =
            Terminal::open(&shop, &["finish", "fix-login-crash", "-y"], &[("HOTFIX_HURRY", "1")]);
        terminal.waits_for(says).waits_for("origin has not answered yet; at most").types("\u{3}").exits(130);
        shop.git(["config", "--unset", &format!("remote.origin.{key}")]);
    }
    shop.finish("fix-login-crash").ok();
}

#[test]
fn a_bad_time_at_a_question_of_start_comes_with_what_to_type() {
    let shop = Shop::new();
    let mut terminal = shop.terminal(&[
        "start",
        "fix-login-crash",
        "--title",
        "x",
        "--reason",
        "outage",
        "--severity",
        "sev2",
    ]);
    terminal.waits_for("What do users see?").types("\r");
    terminal.waits_for("When did it start").types("soon\r").waits_for("hotfix mark impact-started --at -15m");
    assert_eq!(terminal.enter_to_the_end(), 0, "{}", terminal.screen());
    assert!(!shop.kinds("fix-login-crash").contains(&"impact-started".to_owned()));
}

#[test]
fn start_refuses_what_it_knows_before_it_asks() {
    let shop = Shop::new();
    shop.git(["branch", "hotfix/local"]);
    // Every line to type is one of its own.
    let lines = "hint: git switch hotfix/local\nhint: hotfix start local-2";
    shop.hotfix(["start", "local"]).exits(3).says(lines);
    for (name, why) in [("local", "hotfix/local already exists"), ("v1.2.0", "v1.2.0 already exists")] {
        let before = shop.snapshot();
        let mut terminal = shop.terminal(&["start", name]);
        terminal.exits(3);
        let screen = terminal.screen();
        assert!(screen.contains(why) && !screen.contains("A few questions"), "{screen}");
        before.still_holds();
    }
}

#[test]
fn what_is_public_is_completed_and_a_waiver_without_a_reason_is_none() {
    let shop = Shop::new();
    let hotfix = shop.start("fix-login-crash").fix_login();
    let mut terminal = shop.terminal(&["check"]);
    terminal.waits_for(QUESTIONS[0]).types("w").waits_for("Why waive it?").types("\r");
    terminal.waits_for("Waiving needs a reason; nothing was recorded.").types("\u{3}").exits(130);
    let hotfix = hotfix.answer_all();
    shop.refuse_updates_of("refs/heads/develop");
    hotfix.finish().exits(8);
    shop.accept_everything_again();
    let mut terminal = shop.terminal(&["finish", "fix-login-crash"]);
    terminal.waits_for("Complete fix-login-crash? v1.2.1 is public already.").types("y").exits(0);
}
