//! The record: one commit an event, on a ref of its own, readable without this program.

use crate::support::{Call, Shop};
use hotfix::model::event::{Kind, Pointer};
use hotfix::model::{event_data, incident, intent};
use std::collections::BTreeSet;

#[test]
fn every_event_is_one_commit_with_both_times() {
    let shop = Shop::new();
    shop.start("fix-login-crash");
    let log = shop.logs().pop().expect("no log");
    let before: usize = shop.git(["rev-list", "--count", &log]).parse().unwrap();
    shop.hotfix(["note", "--at", "13:30", "the first alarm"]).ok();
    let recorded = shop.world.seconds();
    let after: usize = shop.git(["rev-list", "--count", &log]).parse().unwrap();
    assert_eq!(after, before + 1, "one event, one commit");
    let times = shop.git(["log", "-1", "--format=%aI %ct", &log]);
    let (happened, written) = times.split_once(' ').unwrap();
    assert!(happened.starts_with("2026-11-22T13:30:00"), "the author date is when it happened: {happened}");
    assert_eq!(written, recorded.to_string(), "the committer date is when it was written down");
    assert!(shop.git(["log", "-1", "--format=%s", &log]).contains("the first alarm"));
}

#[test]
fn the_documented_commands_read_it_without_this_program() {
    let shop = Shop::new();
    shop.start("fix-login-crash").hotfix(["note", "for whoever comes later"]).ok();
    shop.hotfix(["run", "--", "echo", "printed"]).ok();
    // What follows has no output: the recipe finds the event that does.
    shop.hotfix(["note", "after it"]).ok();
    let log = shop.logs().pop().unwrap();
    let id = log.split('/').nth(2).unwrap();
    let document = include_str!("../../docs/record.md");
    let blocks: Vec<&str> = document.split("```sh\n").skip(1).filter_map(|b| b.split("```").next()).collect();
    let run = |block: &str| {
        let script = block.replace("ID", id);
        Call::new(&shop.world, "sh".as_ref(), ["-ec", &script], &shop.dir).run()
    };
    let [list, events, check] = blocks.as_slice() else { panic!("{blocks:#?}") };
    run(list).ok().says(&log).says("Ada Lovelace: note: for whoever comes later");
    let ran = run(events);
    let read = serde_json::Deserializer::from_str(&ran.ok().stdout).into_iter::<serde_json::Value>();
    let read: Vec<serde_json::Value> = read.map(|e| e.expect("one document after the other")).collect();
    let told = shop.events("fix-login-crash");
    assert_eq!(read.len(), told.len());
    for event in &read {
        let kind = event["kind"].as_str().unwrap();
        assert!(document.contains(&format!("`{kind}`")), "{kind} is not documented");
        for field in event.as_object().unwrap().keys() {
            assert!(document.contains(&format!("| `{field}`")), "{field} is not documented");
        }
    }
    let commit = run(check).ok().stdout.trim().to_owned();
    assert_eq!(shop.show(&commit, "output.txt"), "printed");
}

#[test]
fn every_kind_and_every_field_is_documented() {
    let document = include_str!("../../docs/record.md");
    let pointers = Pointer::ALL.map(Pointer::as_str);
    let fields = [event_data::FIELDS, intent::FIELDS, incident::FIELDS].concat().concat();
    assert!(Kind::WORDS.len() > 40 && fields.len() > 60, "{fields:?}");
    let words = Kind::WORDS.iter().chain(&pointers).chain(&fields);
    let missing: BTreeSet<&&str> = words.filter(|word| !document.contains(&format!("`{word}`"))).collect();
    assert!(missing.is_empty(), "{missing:?}");
}

#[test]
fn the_record_is_a_chain_without_code_in_it() {
    let shop = Shop::new();
    shop.ready("fix-login-crash").finish().ok();
    let log = shop.logs().pop().expect("no log");
    assert_eq!(shop.git(["rev-list", "--min-parents=2", "--count", &log]), "0");
    assert_eq!(shop.git(["rev-list", "--max-parents=0", "--count", &log]), "1");
    assert!(!shop.contains(&log, "refs/heads/main~1"), "the log must not drag the code along");
    let files = shop.git(["ls-tree", "-r", "--name-only", &log]);
    assert!(!files.contains("src/"), "{files}");
}

#[test]
fn forty_writers_at_once_lose_nothing() {
    let shop = Shop::new();
    shop.start("fix-login-crash");
    let texts: Vec<String> = (0..40).map(|n| format!("note number {n}")).collect();
    let running: Vec<_> = texts.iter().map(|text| shop.call(["note", text.as_str()]).spawn()).collect();
    for process in running {
        process.wait().ok();
    }
    let found = shop.texts("fix-login-crash");
    for text in &texts {
        assert_eq!(found.iter().filter(|t| *t == text).count(), 1, "{text:?} in {found:?}");
    }
}

#[test]
fn every_event_has_an_id_of_its_own_and_all_fields() {
    let shop = Shop::new();
    shop.ready("fix-login-crash").finish().ok();
    let events = shop.events("fix-login-crash");
    let ids: BTreeSet<&str> = events.iter().filter_map(|event| event["id"].as_str()).collect();
    assert_eq!(ids.len(), events.len(), "two events share an id");
    for event in &events {
        for key in ["kind", "at", "recorded_at"] {
            assert!(event[key].is_string(), "{key} is missing: {event}");
        }
        assert!(event["actor"]["name"].is_string() && event["actor"]["email"].is_string(), "{event}");
        for key in ["role", "text", "refs", "data", "pinned", "amends"] {
            assert!(event.get(key).is_some(), "{key} is missing: {event}");
        }
        for key in ["at", "recorded_at"] {
            chrono::DateTime::parse_from_rfc3339(event[key].as_str().unwrap()).expect("RFC 3339");
        }
    }
}

#[test]
fn all_worktrees_write_to_the_same_log() {
    let shop = Shop::new();
    let place = shop.world.root.join("beside");
    let hotfix = shop.start_with("fix-login-crash", &[&format!("--worktree={}", place.display())]);
    hotfix.hotfix(["note", "from the worktree"]).ok();
    shop.hotfix(["note", "from the clone"]).ok();
    let texts = shop.texts("fix-login-crash");
    assert!(texts.contains(&"from the worktree".to_owned()) && texts.contains(&"from the clone".to_owned()));
    assert_eq!(shop.logs().len(), 1);
}

#[test]
fn the_log_survives_everything_git_does_around_it() {
    let shop = Shop::new();
    shop.start("fix-login-crash").hotfix(["note", "keep me"]).ok();
    shop.git(["fetch", "-q", "--prune", "origin"]);
    shop.git(["pack-refs", "--all", "--prune"]);
    shop.git(["gc", "-q", "--prune=now"]);
    shop.git(["switch", "-q", "main"]);
    shop.git(["branch", "-q", "-D", "hotfix/fix-login-crash"]);
    assert!(shop.texts("fix-login-crash").contains(&"keep me".to_owned()));
    assert!(!shop.git(["branch", "-a"]).contains("incidents"), "the log is no branch");
}

#[test]
fn two_clones_do_not_share_a_log_unless_asked() {
    let shop = Shop::new();
    shop.start("fix-login-crash").published().hotfix(["note", "private"]).ok();
    assert!(!shop.remote_refs().keys().any(|name| name.starts_with("refs/incidents")));
    let colleague = shop.colleague();
    colleague.git(["fetch", "-q", "origin"]);
    assert!(colleague.logs().is_empty());
}

#[test]
fn a_log_that_cannot_be_written_never_fails_the_hotfix() {
    let shop = Shop::new();
    let hotfix = shop.ready("fix-login-crash");
    let log = shop.logs().pop().expect("no log");
    // A lock that somebody left behind: this ref cannot be moved.
    shop.write(&format!(".git/{log}.lock"), "");
    hotfix.finish().ok();
    shop.has_exactly(&["main", "develop"], &["v1.2.0", "v1.2.1"]);
}
