//! A log that is damaged, strange or from the future: what can be read is shown, the rest is named,
//! and nobody is kept from writing.

use crate::support::{Repo, Shop};

const NAME: &str = "fix-login-crash";

/// A hotfix with three notes.
fn with_notes() -> (Shop, String) {
    let shop = Shop::new();
    shop.start(NAME);
    for text in ["the first", "the second", "the third"] {
        shop.hotfix(["note", text]).ok();
    }
    let log = shop.logs().pop().unwrap();
    (shop, log)
}

/// Deletes an object as a broken disk would.
fn lose(shop: &Repo, object: &str) {
    let oid = shop.rev(object);
    std::fs::remove_file(shop.common_dir().join("objects").join(&oid[..2]).join(&oid[2..])).unwrap();
}

/// Puts a commit on top of the log whose `event.json` is this.
fn put_on_top(shop: &Repo, log: &str, json: &str) {
    let file = shop.world.root.join("event.json");
    std::fs::write(&file, json).unwrap();
    let blob = shop.git(["hash-object", "-w", &file.to_string_lossy()]);
    let listing = format!("100644 blob {blob}\tevent.json\n");
    let tree = shop.git_call(["mktree"]).stdin(listing).run().ok().stdout.trim().to_owned();
    let commit = shop.git(["commit-tree", &tree, "-p", log, "-m", "note: as git has it"]);
    shop.git(["update-ref", log, &commit]);
}

#[test]
fn a_gap_is_named_and_what_came_after_it_is_shown() {
    let (shop, log) = with_notes();
    lose(&shop, &format!("{log}~2"));
    let ran = shop.hotfix(["timeline", "--all"]);
    ran.ok().says("has a gap").says("2 events after it can be read").says("the second").says("the third");
    ran.does_not_say("the first");
    shop.hotfix(["status"]).ok().says(NAME);
    shop.hotfix(["list"]).ok().says(NAME);
    shop.hotfix(["note", "the fourth"]).ok();
    shop.hotfix(["timeline"]).ok().says("the fourth");
}

#[test]
fn appending_reads_only_the_newest_event() {
    let (shop, log) = with_notes();
    // Whoever looks further down than the tip would find this, and say so.
    lose(&shop, &format!("{log}~1"));
    let ran = shop.hotfix(["note", "the fourth"]);
    assert!(ran.ok().stderr.is_empty(), "{ran}");
    let ran = shop.hotfix(["-q", "run", "--", "true"]);
    assert!(ran.ok().stderr.is_empty(), "{ran}");
    assert_eq!(shop.git(["log", "-1", "--format=%s", &log]), "action: true");
}

#[test]
fn an_event_that_is_lost_is_told_by_its_commit() {
    let (shop, log) = with_notes();
    lose(&shop, &format!("{log}~1:event.json"));
    let ran = shop.hotfix(["timeline", "--all"]);
    ran.ok()
        .says("1 event of")
        .says("cannot be read")
        .says("the first")
        .says("note: the second")
        .says("the third");
}

#[test]
fn files_that_are_no_event_are_told_by_their_commit() {
    let deep = format!("{}1{}", "[".repeat(100_000), "]".repeat(100_000));
    let wrong_types = r#"{"v": "two", "id": 7, "kind": [], "at": "yesterday"}"#;
    for json in ["", "{}", "null", "no json at all", &deep, wrong_types] {
        let (shop, log) = with_notes();
        put_on_top(&shop, &log, json);
        let ran = shop.hotfix(["timeline", "--all"]);
        ran.ok().says("as git has it").says("the first");
        shop.hotfix(["note", "after it"]).ok();
        let events = shop.events(NAME);
        assert_eq!(events.last().unwrap()["text"], "after it", "the order is kept");
        assert_eq!(events[events.len() - 2]["kind"], "unreadable");
    }
}

#[test]
fn what_a_newer_version_wrote_is_shown_and_kept() {
    let (shop, log) = with_notes();
    let newer = r#"{"v": 2, "id": "fedcba987654", "kind": "teleported", "at": "2026-11-22T12:00:00+01:00",
        "recorded_at": "2026-11-22T11:00:00Z", "lamport": 99, "text": "to the moon", "mood": ["new", 1]}"#;
    put_on_top(&shop, &log, newer);
    shop.hotfix(["timeline"]).ok().says("teleported").says("to the moon");
    shop.hotfix(["note", "after it"]).ok();
    assert_eq!(shop.event(NAME, "to the moon")["kind"], "teleported");
    assert!(shop.show(&format!("{log}~1"), "event.json").contains("mood"), "nothing is rewritten");
}

#[test]
fn refs_that_are_not_ours_are_left_alone() {
    let (shop, _) = with_notes();
    let blob = shop.git(["hash-object", "-w", ".git/HEAD"]);
    for (name, value) in [
        ("refs/incidents/20260101-code-aaaa/log", "refs/heads/main"),
        ("refs/incidents/20260101-tag-bbbb/log", "refs/tags/v1.2.0"),
        ("refs/incidents/20260101-blob-cccc/log", blob.as_str()),
        ("refs/incidents/strange", "refs/heads/main"),
        ("refs/incidents/a/b/c", "refs/heads/main"),
    ] {
        shop.git(["update-ref", name, value]);
    }
    let refs = shop.refs();
    let ran = shop.hotfix(["list", "--all"]);
    ran.ok().says(NAME).does_not_say("\ncode").says("left out");
    shop.hotfix(["status"]).ok().says(NAME);
    shop.hotfix(["note", "undisturbed"]).ok().does_not_say("warning");
    let now = shop.refs();
    assert!(refs.iter().all(|(name, oid)| name.ends_with("/log") || now.get(name) == Some(oid)));
}

#[test]
fn what_cannot_be_written_waits_and_enters_once() {
    let (shop, log) = with_notes();
    let lock = format!(".git/{log}.lock");
    shop.write(&lock, "");
    shop.hotfix(["note", "while locked"]).ok().says("spool");
    shop.hotfix(["timeline"]).ok().says("while locked");
    // A crash in the middle of a line: it was never acknowledged, and must not swallow the next one.
    let spool = ".git/hotfix/spool.jsonl";
    shop.write(spool, &format!("{}\n{{\"incident\": \"torn", shop.read(spool).trim_end()));
    shop.hotfix(["note", "still locked"]).ok().says("spool");
    std::fs::remove_file(shop.dir.join(&lock)).unwrap();
    shop.hotfix(["note", "free again"]).ok().does_not_say("spool");
    assert_eq!(shop.read(spool), "");
    let texts = shop.texts(NAME);
    for text in ["while locked", "still locked", "free again"] {
        assert_eq!(texts.iter().filter(|t| *t == text).count(), 1, "{text} in {texts:?}");
        assert!(shop.git(["log", "--format=%s", &log]).contains(text));
    }
}

#[test]
fn a_log_whose_tip_is_lost_still_takes_notes() {
    let (shop, log) = with_notes();
    lose(&shop, &log);
    shop.hotfix(["timeline"]).ok().says("git lost").says("the second").does_not_say("the third");
    shop.hotfix(["note", "the fourth"]).ok().says("git lost");
    let ran = shop.hotfix(["timeline"]);
    ran.ok().says("the second").says("the fourth").does_not_say("git lost");
    assert_eq!(shop.git(["log", "--format=%s", "-2", &log]), "note: the fourth\nnote: the second");
}

#[test]
fn a_log_of_which_nothing_is_left_still_takes_notes() {
    let (shop, log) = with_notes();
    lose(&shop, &log);
    std::fs::remove_file(shop.dir.join(".git/logs").join(&log)).unwrap();
    shop.hotfix(["note", "in the spool"]).ok().says("spool");
    shop.hotfix(["timeline"]).ok().says("in the spool");
}

#[test]
fn a_line_that_is_too_long_is_refused_and_kept() {
    let (shop, _) = with_notes();
    let before = shop.events_recorded();
    let long = format!("13:31 note {}\n", "x".repeat(1024 * 1024));
    shop.write("long.txt", &long);
    let ran = shop.hotfix(["note", "-F", "long.txt"]);
    ran.exits(2).says("at most 64 KiB, this one has 1024").says("nothing was written");
    assert_eq!(shop.events_recorded(), before);
    let saved = std::fs::read_dir(shop.dir.join(".git/hotfix")).unwrap().flatten();
    let saved: Vec<u64> = saved
        .filter(|e| e.file_name().to_string_lossy().starts_with("note-"))
        .map(|e| e.metadata().unwrap().len())
        .collect();
    assert_eq!(saved, [1024 * 1024]);
}

#[test]
fn a_back_fill_is_one_step() {
    let (shop, log) = with_notes();
    let before = shop.rev(&log);
    let lines: String = (0..30).map(|n| format!("13:{n:02} note line {n}\n")).collect();
    shop.call(["note", "-F", "-"]).stdin(lines).run().ok();
    assert_eq!(shop.git(["rev-list", "--count", &format!("{before}..{log}")]), "30");
    assert_eq!(shop.rev(&format!("{log}@{{1}}")), before, "the log moved once");
    let wrong = "13:01 note fine\nno time\n25:00 note x\n13:02 poem roses\n";
    let ran = shop.call(["note", "-F", "-"]).stdin(wrong).run();
    ran.exits(2).says("2 of 4 lines").says("line 2").says("line 3").says("nothing was written");
    assert_eq!(shop.git(["rev-list", "--count", &format!("{before}..{log}")]), "30");
    shop.write("binary", "");
    std::fs::write(shop.dir.join("binary"), [0xff, 0xfe, 0]).unwrap();
    shop.hotfix(["note", "-F", "binary"]).exits(2).says("cannot read binary");
    shop.hotfix(["note", "-F", "missing"]).exits(2).says("there is no file");
}

#[test]
fn a_ref_that_a_power_cut_emptied_is_put_back() {
    for content in [
        "",
        "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0",
        "half a li",
    ] {
        let (shop, log) = with_notes();
        let hotfix = shop.started(NAME).fix_login().answer_all();
        let tip = shop.rev(&log);
        std::fs::write(shop.common_dir().join(&log), content).unwrap();
        shop.hotfix(["note", "after the cut"]).ok().says("is back at");
        assert_eq!(shop.logs(), std::slice::from_ref(&log), "{content:?}: another record was opened");
        assert_eq!(shop.rev(&format!("{log}~1")), tip, "{content:?}");
        hotfix.finish().ok();
    }
}
