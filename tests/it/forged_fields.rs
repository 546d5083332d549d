//! For every kind of event, every field is set to something hostile, once by a colleague on top of the
//! log. Whatever the log says then, refs, index, worktrees and files stay, no command panics, and
//! nothing a terminal acts upon is printed.

use crate::support::{Repo, Shop};
use serde_json::{Value, json};
use std::collections::BTreeMap;

const NAME: &str = "fix-login-crash";

/// The words of `model/event.rs`, so that a new kind is tried as well.
fn kinds() -> Vec<String> {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/model/event.rs");
    let text = std::fs::read_to_string(path).unwrap();
    let (_, table) = text.split_once("kinds! {").unwrap();
    let (table, _) = table.split_once("\n}").unwrap();
    let kinds: Vec<String> =
        table.lines().filter_map(|l| Some(l.split_once("=> \"")?.1.split_once('"')?.0.to_owned())).collect();
    assert!(kinds.len() > 40, "{kinds:?}");
    kinds
}

/// The keys that the program reads out of events, wherever it does.
fn keys(of: &str) -> Vec<String> {
    fn files(dir: &std::path::Path, found: &mut Vec<std::path::PathBuf>) {
        for entry in std::fs::read_dir(dir).unwrap().flatten() {
            let path = entry.path();
            if path.is_dir() { files(&path, found) } else { found.push(path) }
        }
    }
    let mut sources = Vec::new();
    files(&std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut sources);
    let mut keys = std::collections::BTreeSet::new();
    for path in sources {
        let text = std::fs::read_to_string(path).unwrap();
        for part in text.split(of).skip(1) {
            let key = part.split_once('"').map(|(key, _)| key).unwrap_or_default();
            if !key.is_empty() && key.chars().all(|c| c.is_ascii_lowercase() || c == '_') {
                keys.insert(key.to_owned());
            }
        }
    }
    keys.into_iter().collect()
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

/// Writes one log with an event for each combination on top of what there is, in one go.
fn forge(stage: &Stage, kinds: &[String]) {
    let (shop, remote) = (&stage.shop, stage.shop.remote());
    let log = shop.logs()[0].clone();
    let (refs, data) = (keys("reference(\""), keys("data_str(\""));
    assert!(refs.len() >= 5 && data.len() > 15, "{refs:?} {data:?}");
    let mut stream = String::new();
    let mut n = 0;
    let tip = remote.rev(&log);
    for kind in kinds {
        for value in &stage.values {
            let text = value.as_str().unwrap_or("x");
            let of = |keys: &[String]| -> BTreeMap<String, Value> {
                keys.iter().map(|k| (k.clone(), value.clone())).collect()
            };
            let words: BTreeMap<String, String> = refs.iter().map(|k| (k.clone(), text.to_owned())).collect();
            let mut all = of(&data);
            all.insert("intent".to_owned(), value.clone());
            let event = json!({
                "v": 1, "id": format!("f{n}"), "kind": kind, "at": "2026-11-22T14:00:00Z",
                "recorded_at": "2026-11-22T14:00:00Z", "lamport": u64::MAX, "source": text,
                "actor": { "name": text, "email": text }, "role": text, "text": text, "pinned": true,
                "refs": words, "data": all, "amends": text,
            });
            let body = event.to_string();
            let from = if n == 0 { format!("from {tip}\n") } else { String::new() };
            n += 1;
            stream.push_str(&format!(
                "commit {log}\ncommitter M <m@example.org> 1795356000 +0000\ndata 1\nx\n{from}deleteall\nM 100644 inline event.json\ndata {}\n{body}\n",
                body.len()
            ));
        }
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

fn nothing_is_steered(kinds: &[String]) {
    let stage = stage();
    forge(&stage, kinds);
    let before = state(&stage);
    stage.shop.hotfix(["sync", "-y"]).exits_with_one_of(&[0, 1]);
    let forged = kinds.len() * stage.values.len();
    assert!(stage.shop.events_recorded() > forged, "the forged events did not come here");
    for args in READING {
        let ran = stage.shop.hotfix(args);
        assert!(ran.status < 100 && !ran.said("panicked"), "{kinds:?} {args:?}: {}", ran.stderr);
        for c in ['\u{1b}', '\u{9b}', '\u{7}', '\u{202e}'] {
            assert!(!ran.said(&c.to_string()), "{kinds:?} {args:?} printed {c:?}");
        }
        let now = state(&stage);
        assert_eq!(now, before, "{kinds:?}: {args:?} changed something");
    }
    for args in [&["undo", NAME, "-y"][..], &["check", "--hotfix", NAME], &["deploy", NAME, "--trust"]] {
        let ran = stage.shop.hotfix(args);
        assert!(ran.status < 100 && !ran.said("panicked"), "{kinds:?} {args:?}: {}", ran.stderr);
        assert_eq!(state(&stage), before, "{kinds:?}: {args:?} changed something");
    }
    // A finish changes what it says; private work and what is older stay whatever the log says.
    let ran = stage.shop.hotfix(["finish", NAME, "-y"]);
    assert!(ran.status < 100 && !ran.said("panicked"), "{kinds:?}: {}", ran.stderr);
    let secret = stage.private.rev("HEAD");
    for branch in ["main", "develop"] {
        assert!(!stage.shop.has(branch, &secret), "{kinds:?}: private work is on {branch}\n{}", ran.stderr);
    }
    assert_eq!(stage.private.read("src/private.rs"), "// hours of work\n", "{kinds:?}");
    let after = state(&stage);
    for kept in ["there refs/tags/v1.2.0", "here refs/tags/v1.2.0", "private HEAD", "private index"] {
        assert_eq!(after.get(kept), before.get(kept), "{kinds:?}: {kept}");
    }
    assert!(!stage.shop.has_file("PWNED") && !stage.private.has_file("PWNED"), "{kinds:?} ran words");
}

#[test]
fn no_field_of_any_event_steers_another_clone() {
    let kinds = kinds();
    // All at once, and those that a command acts upon each alone: one must not hide the other.
    nothing_is_steered(&kinds);
    let acted_upon = [
        "declared",
        "fix_started",
        "publishing",
        "merge_conflict",
        "deploy_succeeded",
        "tagged",
        "finished",
        "cancelled",
        "target_skipped",
        "checklist_item",
    ];
    for kind in acted_upon {
        assert!(kinds.iter().any(|k| k == kind), "{kind}");
        nothing_is_steered(&[kind.to_owned()]);
    }
}
