//! `note`: the log's pencil. Always works, never asks, loses nothing.

use crate::support::{Shop, kinds};
use chrono::DateTime;

/// The moment of an event, in seconds since 1970.
fn at(event: &serde_json::Value) -> i64 {
    DateTime::parse_from_rfc3339(event["at"].as_str().unwrap()).unwrap().timestamp()
}

fn seconds(time: &str) -> i64 {
    DateTime::parse_from_rfc3339(time).unwrap().timestamp()
}

#[test]
fn a_note_is_kept_word_for_word() {
    let shop = Shop::new();
    shop.start("fix-login-crash");
    shop.hotfix(["note", "the", "session", "store", "is", "empty"]).ok();
    let now = shop.world.seconds();
    let event = shop.event("fix-login-crash", "the session store is empty");
    assert_eq!(event["kind"], "note");
    assert_eq!(event["actor"]["name"], "Ada Lovelace");
    assert_eq!(event["actor"]["email"], "ada@example.com");
    assert_eq!(at(&event), now);
    shop.hotfix(["timeline"]).ok().says("the session store is empty");
}

#[test]
fn a_note_has_a_kind_and_can_be_pinned() {
    let shop = Shop::new();
    shop.start("fix-login-crash");
    for kind in ["observation", "hypothesis", "action", "decision", "followup"] {
        shop.hotfix(["note", "--kind", kind, &format!("a {kind}")]).ok();
        assert_eq!(shop.event("fix-login-crash", &format!("a {kind}"))["kind"], kind);
    }
    shop.hotfix(["note", "--pin", "look here"]).ok();
    assert_eq!(shop.event("fix-login-crash", "look here")["pinned"], true);
    shop.hotfix(["note", "--kind", "hypothesis", "--state", "ruled-out", "the cache"]).ok();
    shop.hotfix(["note", "--kind", "poem", "roses are red"]).exits(2);
}

#[test]
fn times_are_read_as_people_type_them() {
    let shop = Shop::new();
    shop.start("fix-login-crash");
    shop.world.set_clock("2026-11-22T14:30:00Z");
    for (typed, meant) in [
        ("13:30", "2026-11-22T13:30:00Z"),
        ("23:50", "2026-11-21T23:50:00Z"),
        ("yesterday 23:50", "2026-11-21T23:50:00Z"),
        ("2026-11-22 09:05", "2026-11-22T09:05:00Z"),
        ("2026-11-22T10:00:00+01:00", "2026-11-22T09:00:00Z"),
    ] {
        shop.hotfix(["note", "--at", typed, &format!("at {typed}")]).ok();
        assert_eq!(at(&shop.event("fix-login-crash", &format!("at {typed}"))), seconds(meant), "{typed}");
    }
    for typed in ["-15m", "15m ago"] {
        shop.hotfix(["note", &format!("--at={typed}"), &format!("at {typed}")]).ok();
        let wanted = shop.world.seconds() - 15 * 60;
        assert_eq!(at(&shop.event("fix-login-crash", &format!("at {typed}"))), wanted, "{typed}");
    }
}

#[test]
fn the_offset_that_was_typed_survives() {
    let shop = Shop::new();
    shop.start("fix-login-crash");
    shop.hotfix(["note", "--at", "2026-11-22T15:00:00+02:00", "in Helsinki"]).ok();
    assert_eq!(shop.event("fix-login-crash", "in Helsinki")["at"], "2026-11-22T15:00:00+02:00");
}

#[test]
fn times_that_make_no_sense_are_refused() {
    let shop = Shop::new();
    shop.start("fix-login-crash");
    let before = shop.snapshot();
    for typed in [
        "",
        "soon",
        "25:00",
        "14:61",
        "2026-11-22",
        "2026-13-01 10:00",
        "2026-02-30 10:00",
        "2026-11-23 10:00",
        "2027-01-01T00:00:00Z",
        "1969-12-31 23:59",
        "20260-11-22 10:00",
        "2026-11-22T10:00:00+25:00",
        "2026-11-22T10:00:00+99:99",
        "99999999999999999h ago",
        "14:02\u{1b}[31m",
    ] {
        let ran = shop.hotfix(["note", &format!("--at={typed}"), "never"]);
        assert_eq!(ran.status, 2, "{typed:?} should be refused\n{ran}");
    }
    before.still_holds();
}

#[test]
fn a_time_that_daylight_saving_skipped_or_repeated_is_refused() {
    let shop = Shop::new();
    shop.start("fix-login-crash");
    for typed in ["2026-03-29 02:30", "2026-10-25 02:30"] {
        let ran = shop.call(["note", "--at", typed, "when?"]).env("TZ", "Europe/Berlin").run();
        ran.exits(2).says("the clocks went");
    }
    let ran = shop.call(["note", "--at", "2026-10-25 03:30", "then"]).env("TZ", "Europe/Berlin").run();
    ran.ok();
    assert_eq!(at(&shop.event("fix-login-crash", "then")), seconds("2026-10-25T03:30:00+01:00"));
}

#[test]
fn a_few_minutes_ahead_is_only_another_clock() {
    let shop = Shop::new();
    shop.start("fix-login-crash");
    shop.world.set_clock("2026-11-22T14:30:00Z");
    shop.hotfix(["note", "--at", "2026-11-22 14:33", "their clock"]).ok();
    shop.hotfix(["note", "--at", "2026-11-22 14:50", "tomorrow's news"]).exits(2);
}

#[test]
fn a_file_fills_in_what_happened_before_anybody_typed() {
    let shop = Shop::new();
    shop.start("fix-login-crash");
    let lines = "13:31 impact-started errors rise\n13:40 observation 1 in 3 logins fails\n\
                 13:55 mitigated flag off\n";
    shop.write("log.txt", lines);
    shop.hotfix(["note", "-F", "log.txt"]).ok();
    let events = shop.events("fix-login-crash");
    for (kind, text, time) in [
        ("impact_started", "errors rise", "2026-11-22T13:31:00Z"),
        ("observation", "1 in 3 logins fails", "2026-11-22T13:40:00Z"),
        ("mitigated", "flag off", "2026-11-22T13:55:00Z"),
    ] {
        let event = events.iter().find(|event| event["text"] == text).expect(text);
        assert_eq!((event["kind"].as_str().unwrap(), at(event)), (kind, seconds(time)));
    }
}

#[test]
fn the_lines_can_come_from_standard_input() {
    let shop = Shop::new();
    shop.start("fix-login-crash");
    shop.call(["note", "-F", "-"]).stdin("13:31 note from a pipe\n").run().ok();
    assert_eq!(shop.event("fix-login-crash", "from a pipe")["kind"], "note");
}

#[test]
fn one_line_that_cannot_be_read_keeps_all_of_them_out() {
    let shop = Shop::new();
    shop.start("fix-login-crash");
    let before = shop.events_recorded();
    let lines = "13:31 note fine\nhalf past one somebody said something\n";
    shop.call(["note", "-F", "-"]).stdin(lines).run().exits(2);
    assert_eq!(shop.events_recorded(), before);
}

#[test]
fn without_a_text_the_editor_is_asked() {
    let shop = Shop::new();
    shop.start("fix-login-crash");
    let editor = shop.world.root.join("editor");
    shop.world.write_program(&editor, "#!/bin/sh\nprintf 'typed in an editor\\n' >\"$1\"\n");
    shop.call(["note"]).env("GIT_EDITOR", editor.as_os_str()).run().ok();
    assert_eq!(shop.event("fix-login-crash", "typed in an editor")["kind"], "note");
    // What it opens with can be the repository's own: hints, and a beginning to write on.
    let keeps = shop.world.root.join("keeps");
    shop.world.write_program(&keeps, "#!/bin/sh\ngrep -q 'our hint' \"$1\"\n");
    shop.write(".hotfix/templates/edit-note.txt", "Seen by:\n# our hint\n");
    shop.call(["note"]).env("GIT_EDITOR", keeps.as_os_str()).run().ok();
    assert_eq!(shop.event("fix-login-crash", "Seen by:")["kind"], "note");
    shop.write(".hotfix/templates/edit-note.txt", "# {{ title }}\n");
    shop.call(["note"]).env("GIT_EDITOR", keeps.as_os_str()).run().exits(2).says("edit-note.txt:1: 'title'");
}

#[test]
fn it_needs_no_remote_no_clean_tree_and_no_branch() {
    let shop = Shop::new();
    shop.start("fix-login-crash");
    shop.git(["remote", "set-url", "origin", "/nowhere/at/all.git"]);
    shop.write("src/login.rs", "// half an idea\n");
    let work = shop.work();
    shop.hotfix(["note", "on the branch, dirty"]).ok();
    work.still_holds();
    shop.git(["stash", "-q"]);
    shop.git(["switch", "-q", "--detach", "main"]);
    shop.hotfix(["note", "detached"]).ok();
    shop.git(["switch", "-q", "main"]);
    shop.hotfix(["note", "on main, the only open one is meant"]).ok();
    assert_eq!(kinds(&shop.events("fix-login-crash")).iter().filter(|kind| *kind == "note").count(), 3);
}

#[test]
fn it_works_inside_hooks() {
    let shop = Shop::new();
    let hotfix = shop.start("fix-login-crash");
    let program = env!("CARGO_BIN_EXE_hotfix");
    shop.hook("pre-commit", &format!("'{program}' note 'about to commit' || exit 1"));
    shop.hook("post-commit", &format!("'{program}' note 'committed'"));
    let hotfix = hotfix.fix_login();
    let texts = shop.texts("fix-login-crash");
    for text in ["about to commit", "committed"] {
        assert!(texts.iter().any(|t| t == text), "{text:?} is missing: {texts:?}");
    }
    assert_eq!(hotfix.git(["diff", "--name-only", "HEAD~1", "HEAD"]), "src/login.rs");
    assert_eq!(hotfix.git(["status", "--porcelain"]), "");
}

#[test]
fn it_works_inside_hooks_of_a_linked_worktree() {
    let shop = Shop::new();
    let place = shop.world.root.join("beside");
    let hotfix = shop.start_with("fix-login-crash", &[&format!("--worktree={}", place.display())]);
    shop.hook("pre-commit", &format!("'{}' note 'about to commit' || exit 1", env!("CARGO_BIN_EXE_hotfix")));
    hotfix.fix_login();
    assert_eq!(shop.event("fix-login-crash", "about to commit")["kind"], "note");
}

#[test]
fn with_two_open_it_asks_which_one() {
    let shop = Shop::new();
    shop.start("fix-login-crash");
    shop.start("fix-cart");
    shop.git(["switch", "-q", "main"]);
    let before = shop.snapshot();
    shop.hotfix(["note", "which?"]).exits(2).says("fix-login-crash").says("fix-cart");
    before.still_holds();
    shop.hotfix(["note", "--hotfix", "fix-cart", "this one"]).ok();
    assert_eq!(shop.event("fix-cart", "this one")["kind"], "note");
}

#[test]
fn without_a_hotfix_it_says_so() {
    let shop = Shop::new();
    let before = shop.snapshot();
    shop.hotfix(["note", "to whom?"]).exits(2).says("hotfix start");
    before.still_holds();
}

#[test]
fn a_text_that_looks_like_an_option_is_a_text() {
    let shop = Shop::new();
    shop.start("fix-login-crash");
    shop.hotfix(["note", "--", "--force", "was", "typed"]).ok();
    assert_eq!(shop.event("fix-login-crash", "--force was typed")["kind"], "note");
}

#[test]
fn a_time_of_another_year_is_said_with_its_year() {
    let shop = Shop::new();
    shop.start("fix-login-crash");
    shop.hotfix(["note", "--at", "2025-12-31 23:50", "it began then"]).ok().says("31 Dec 2025 23:50");
    shop.hotfix(["note", "--at", "yesterday 23:50", "or then"]).ok().does_not_say("2026");
}
