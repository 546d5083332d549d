//! Every field of every kind of event is set to something hostile, alone and with all others, by a
//! colleague on top of the log. Whatever the log says then, refs, index, worktrees and files stay, no command panics, and
//! nothing a terminal acts upon is printed.

use crate::support::{Repo, Shop};
use hotfix::model::event::{Kind, Pointer};
use hotfix::model::{event_data, incident, intent};
use serde_json::{Value, json};
use std::collections::BTreeMap;

const NAME: &str = "fix-login-crash";

/// The kinds of the program, so that a new one is tried as well.
fn kinds() -> Vec<String> {
    Kind::WORDS.iter().map(|word| (*word).to_owned()).collect()
}

/// What the program reads in `data`.
fn fields() -> Vec<String> {
    let all = [event_data::FIELDS, intent::FIELDS, incident::FIELDS].concat().concat();
    all.into_iter().map(str::to_owned).collect::<std::collections::BTreeSet<_>>().into_iter().collect()
}

/// What the program reads in `refs`. With another `log` there the whole log is refused, as a copy of that one.
fn pointers() -> Vec<String> {
    let all = Pointer::ALL.into_iter().filter(|pointer| *pointer != Pointer::Log);
    all.map(|pointer| pointer.as_str().to_owned()).collect()
}

struct Stage {
    shop: Shop,
    private: Repo,
    values: Vec<Value>,
}

/// A shop with what must not be touched: private work, branches, tags.
fn stage() -> Stage {
    let (shop, _) = Shop::shared(NAME);
    shop.started(NAME).answer_all();
    let path = shop.world.root.join("private");
    shop.git(["branch", "-q", "-f", "develop", "origin/develop"]);
    shop.git(["worktree", "add", "-q", "--detach", &path.display().to_string(), "develop"]);
    let private = Repo::at(&shop.world, &path);
    let secret = private.commit("src/private.rs", "// not ready\n");
    private.write("src/private.rs", "// hours of work\n");
    let values = vec![
        json!(private.dir.display().to_string()),
        json!("develop"),
        json!("v1.2.0"),
        json!(secret),
        json!("\u{1b}]0;title\u{7}\u{9b}2J\u{202e}\nline $(touch PWNED) `touch PWNED` --force"),
        json!("../../../../etc/passwd"),
        json!(-1e308),
        json!([["develop", secret], { "branch": "main" }]),
        json!({ "tip": secret, "tag": "v1.2.0", "tag_object": shop.rev("refs/tags/v1.2.0"), "release": secret,
            "branches": [{ "branch": "develop", "old": shop.rev("v1.2.0~0"), "new": secret }], "held": true }),
    ];
    Stage { shop, private, values }
}

/// An event of a kind with these pointers and this data, and `text` for everything else.
fn event(
    id: usize,
    kind: &str,
    refs: &BTreeMap<String, String>,
    data: &BTreeMap<String, Value>,
    text: &str,
) -> Value {
    json!({
        "v": 1, "id": format!("f{id}"), "kind": kind, "at": "2026-11-22T14:00:00Z",
        "recorded_at": "2026-11-22T14:00:00Z", "lamport": u64::MAX, "source": text,
        "actor": { "name": text, "email": text }, "role": text, "text": text, "pinned": true,
        "refs": refs, "data": data, "amends": text,
    })
}

/// The events of each kind with one key set to this value, and no other.
fn single(kinds: &[String], value: &Value) -> Vec<Value> {
    let (refs, data) = (pointers(), fields());
    let text = value.as_str().unwrap_or("x");
    let mut events = Vec::new();
    let none = (BTreeMap::new(), BTreeMap::new());
    for kind in kinds {
        for key in &refs {
            let refs = BTreeMap::from([(key.clone(), text.to_owned())]);
            events.push(event(events.len(), kind, &refs, &none.1, "x"));
        }
        for key in &data {
            let data = BTreeMap::from([(key.clone(), value.clone())]);
            events.push(event(events.len(), kind, &none.0, &data, "x"));
        }
        events.push(event(events.len(), kind, &none.0, &none.1, text));
    }
    events
}

/// One event of each kind with every key set.
fn whole(kinds: &[String], value: &Value) -> Vec<Value> {
    let text = value.as_str().unwrap_or("x");
    let refs = pointers().into_iter().map(|k| (k, text.to_owned())).collect();
    let data = fields().into_iter().map(|k| (k, value.clone())).collect();
    kinds.iter().enumerate().map(|(n, kind)| event(n, kind, &refs, &data, text)).collect()
}

/// Writes the events on top of the remote's log, in one go.
fn forge(stage: &Stage, events: &[Value]) {
    let (shop, remote) = (&stage.shop, stage.shop.remote());
    let log = shop.logs()[0].clone();
    let mut stream = String::new();
    let tip = remote.rev(&log);
    for (n, event) in events.iter().enumerate() {
        let body = event.to_string();
        let from = if n == 0 { format!("from {tip}\n") } else { String::new() };
        stream.push_str(&format!(
            "commit {log}\ncommitter M <m@example.org> 1795356000 +0000\ndata 1\nx\n{from}deleteall\nM 100644 inline event.json\ndata {}\n{body}\n",
            body.len()
        ));
    }
    remote.git_call(["fast-import", "--quiet", "--force"]).stdin(stream).run().ok();
}

/// What must be as it was: everything but the log, what is fetched, and the hotfix's own branch.
fn state(stage: &Stage) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    for (place, repo) in [("here", &stage.shop.repo), ("there", stage.shop.remote())] {
        for (name, value) in repo.refs() {
            if !name.starts_with("refs/incidents") {
                found.insert(format!("{place} {name}"), value);
            }
        }
    }
    for (place, repo) in [("main", &stage.shop.repo), ("private", &stage.private)] {
        found.insert(format!("{place} status"), repo.git(["status", "--porcelain", "--ignored"]));
        found.insert(format!("{place} HEAD"), repo.rev("HEAD"));
        found.insert(format!("{place} index"), repo.git(["ls-files", "--stage"]));
    }
    found.insert("work".to_owned(), stage.private.read("src/private.rs"));
    found.insert("worktrees".to_owned(), stage.shop.git(["worktree", "list", "--porcelain"]));
    found
}

const READING: [&[&str]; 14] = [
    &["status", NAME],
    &["status", NAME, "--json"],
    &["list", "--all"],
    &["timeline", NAME, "--all"],
    &["timeline", NAME, "--json"],
    &["finish", NAME, "--dry-run"],
    &["abort", NAME, "--dry-run"],
    &["undo", NAME, "--dry-run"],
    &["postmortem", NAME, "--output", "-"],
    &["followups", NAME],
    &["stats"],
    &["update", NAME, "--dry-run"],
    &["audit"],
    &["path", NAME],
];

/// What a terminal acts upon, and what changes how a line is read.
const ACTED_UPON: [char; 4] = ['\u{1b}', '\u{9b}', '\u{7}', '\u{202e}'];

fn nothing_is_steered(what: &str, stage: &Stage, events: &[Value]) {
    forge(stage, events);
    let before = state(stage);
    stage.shop.hotfix(["sync", "-y"]).exits_with_one_of(&[0, 1]);
    assert!(stage.shop.events_recorded() > events.len(), "the forged events did not come here");
    for args in READING {
        let ran = stage.shop.hotfix(args);
        assert!(ran.status < 100 && !ran.said("panicked"), "{what} {args:?}: {}", ran.stderr);
        for c in ACTED_UPON {
            assert!(!ran.said(&c.to_string()), "{what} {args:?} printed {c:?}");
        }
        assert_eq!(state(stage), before, "{what}: {args:?} changed something");
    }
    for args in [&["undo", NAME, "-y"][..], &["check", "--hotfix", NAME], &["deploy", NAME, "--trust"]] {
        let ran = stage.shop.hotfix(args);
        assert!(ran.status < 100 && !ran.said("panicked"), "{what} {args:?}: {}", ran.stderr);
        assert_eq!(state(stage), before, "{what}: {args:?} changed something");
    }
    on_a_terminal(what, stage, &before);
    // A finish changes what it says; private work and what is older stay whatever the log says.
    let ran = stage.shop.hotfix(["finish", NAME, "-y"]);
    assert!(ran.status < 100 && !ran.said("panicked"), "{what}: {}", ran.stderr);
    let secret = stage.private.rev("HEAD");
    for branch in ["main", "develop"] {
        assert!(!stage.shop.has(branch, &secret), "{what}: private work is on {branch}\n{}", ran.stderr);
    }
    assert_eq!(stage.private.read("src/private.rs"), "// hours of work\n", "{what}");
    let after = state(stage);
    for kept in ["there refs/tags/v1.2.0", "here refs/tags/v1.2.0", "private HEAD", "private index"] {
        assert_eq!(after.get(kept), before.get(kept), "{what}: {kept}");
    }
    assert!(!stage.shop.has_file("PWNED") && !stage.private.has_file("PWNED"), "{what} ran words");
}

/// On a terminal there are questions: Enter everywhere, and nothing is published. What reaches it is
/// text and the program's own colours.
fn on_a_terminal(what: &str, stage: &Stage, before: &BTreeMap<String, String>) {
    for args in [&["status", NAME][..], &["finish", NAME], &["abort", NAME]] {
        let mut terminal = stage.shop.terminal(args);
        let status = terminal.enter_to_the_end();
        assert!(status < 100, "{what} {args:?}\n{}", terminal.screen());
        let raw = terminal.raw();
        for hostile in ["\u{1b}]0;", "\u{9b}", "\u{202e}", "line $(touch PWNED)\r"] {
            assert!(!raw.contains(hostile), "{what} {args:?} printed {hostile:?}");
        }
        let now = state(stage);
        assert_eq!(now, *before, "{what}: {args:?} changed something with nothing but Enter");
    }
}

/// Kinds that a command acts upon.
const ACTED: [&str; 12] = [
    "declared",
    "fix_started",
    "publishing",
    "merge_conflict",
    "deploy_started",
    "deploy_succeeded",
    "tagged",
    "finished",
    "cancelled",
    "target_skipped",
    "checklist_item",
    "review",
];

/// Each key alone with one value: one key does not hide another.
fn one_value_in_each_field(n: usize) {
    let kinds = kinds();
    let acted: Vec<String> = ACTED.iter().map(|k| (*k).to_owned()).collect();
    assert!(acted.iter().all(|k| kinds.contains(k)));
    let stage = stage();
    let value = stage.values[n].clone();
    nothing_is_steered(&format!("{value}"), &stage, &single(&acted, &value));
}

/// Every key of every kind, the values in the order given.
#[test]
fn no_event_with_every_field_forged_steers_another_clone() {
    let stage = stage();
    let kinds = kinds();
    // A path, words a terminal or a shell acts upon, an intent.
    let values = [0, 4, 8].map(|n| stage.values[n].clone());
    let events: Vec<Value> = values.iter().flat_map(|value| whole(&kinds, value)).collect();
    let events: Vec<Value> = events
        .into_iter()
        .enumerate()
        .map(|(n, mut event)| {
            event["id"] = json!(format!("w{n}"));
            event
        })
        .collect();
    nothing_is_steered("all", &stage, &events);
}

macro_rules! each_value {
    ($($name:ident => $n:literal),+ $(,)?) => {
        $(
            #[test]
            fn $name() {
                one_value_in_each_field($n);
            }
        )+

        #[test]
        fn every_value_has_a_test() {
            assert_eq!(stage().values.len(), [$($n),+].len());
        }
    };
}

each_value! {
    no_field_holds_the_path_of_private_work => 0,
    no_field_names_a_target => 1,
    no_field_names_an_older_tag => 2,
    no_field_names_a_private_commit => 3,
    no_field_holds_escapes_or_shell_words => 4,
    no_field_leads_out_of_the_repository => 5,
    no_field_is_a_number_instead => 6,
    no_field_is_a_list_instead => 7,
    no_field_is_an_intent => 8,
}
