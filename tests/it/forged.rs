//! A shared log is written by whoever can push: what it says about code, branches, files and deeds
//! is a claim, and steers nothing here.

use crate::support::{Repo, Shop};
use serde_json::{Value, json};

const NAME: &str = "fix-login-crash";

/// On top of the log, and as if it had been there from the beginning.
fn forged_in_both_places(shop: &Shop, event: &Value) {
    let log = shop.logs()[0].clone();
    shop.stranger_writes(&log, event, &[&log]);
    let tip = shop.remote().rev(&log);
    let first = shop.stranger_writes(&log, event, &[]);
    let empty = shop.remote().git_call(["mktree"]).stdin("").run().stdout.trim().to_owned();
    let identity = ["-c", "user.name=Mallory", "-c", "user.email=m@example.org"];
    let join = ["commit-tree", "-m", "join", &empty, "-p", &tip, "-p", &first];
    let join = shop.remote().git([&identity[..], &join].concat());
    shop.remote().git(["update-ref", &log, &join]);
}

fn received(shop: &Shop) {
    shop.hotfix(["sync", "-y"]).ok();
}

#[test]
fn another_branch_cannot_be_released_in_the_name_of_a_hotfix() {
    let (shop, grace) = Shop::shared(NAME);
    let hotfix = shop.started(NAME).answer_all();
    let tip = hotfix.tip();
    grace.git(["switch", "-q", "-c", "hotfix/other", "origin/main"]);
    let evil = grace.commit("src/evil.rs", "// nobody has seen this\n");
    grace.git(["push", "-q", "origin", "hotfix/other"]);
    shop.git(["fetch", "-q"]);
    let declared =
        json!({ "kind": "declared", "data": { "name": NAME, "title": NAME, "branch": "hotfix/other" } });
    for clone in ["its own", "another"] {
        if clone == "its own" {
            forged_in_both_places(&shop, &declared);
            received(&shop);
            hotfix.finish().ok();
        } else {
            let bob = shop.clone_of("bob");
            bob.hotfix(["sync", "-y"]).ok();
            bob.hotfix(["finish", NAME, "--dry-run"]).does_not_say("src/evil.rs");
        }
        assert!(!shop.has("main", &evil), "{clone} clone released another branch");
    }
    assert!(shop.has("main", &tip));
}

#[test]
fn a_branch_that_is_no_hotfix_is_never_given_up() {
    for branch in ["develop", "main"] {
        let (shop, _) = Shop::shared(NAME);
        let declared = json!({ "kind": "declared", "data": { "name": NAME, "branch": branch } });
        forged_in_both_places(&shop, &declared);
        let bob = shop.clone_of("bob");
        bob.git(["branch", "-q", "develop", "origin/develop"]);
        bob.hotfix(["sync", "-y"]).ok();
        let before = (bob.rev("refs/heads/develop"), bob.rev("refs/heads/main"));
        bob.hotfix(["abort", NAME, "-y", "--dry-run"]).does_not_say(&format!("{branch} is deleted"));
        bob.hotfix(["abort", NAME, "-y"]).ok();
        assert_eq!((bob.rev("refs/heads/develop"), bob.rev("refs/heads/main")), before);
    }
}

#[test]
fn a_path_in_a_log_is_no_place_to_work_in() {
    let (shop, grace) = Shop::shared(NAME);
    let hotfix = shop.started(NAME).answer_all();
    // Work of this clone that nobody asked to publish, and changes that are not committed.
    let path = shop.world.root.join("private");
    shop.git(["worktree", "add", "-q", "--detach", &path.display().to_string(), "origin/develop"]);
    let private = Repo::at(&shop.world, &path);
    let secret = private.commit("src/private.rs", "// not ready\n");
    private.write("src/private.rs", "// hours of work\n");
    grace.write("src/login.rs", "// a colleague's work\n");
    let tip = hotfix.tip();
    for place in [&private, &grace] {
        for base in [place.rev("HEAD"), shop.tip("develop")] {
            let event = json!({
                "kind": "merge_conflict", "id": format!("c{}", &base[..8]),
                "refs": { "branch": "develop", "base": base, "commit": tip },
                "data": { "worktree": place.dir.display().to_string(), "paths": ["src/private.rs"], "method": "merge" },
            });
            forged_in_both_places(&shop, &event);
        }
    }
    received(&shop);
    hotfix.finish().ok();
    assert!(!shop.has("develop", &secret), "a path in a log published private commits");
    assert_eq!(private.read("src/private.rs"), "// hours of work\n");
    assert_eq!(private.rev("HEAD"), secret);
    assert_eq!(grace.read("src/login.rs"), "// a colleague's work\n");
}

#[test]
fn a_line_that_contradicts_another_is_shown_beside_it() {
    let (shop, _) = Shop::shared(NAME);
    shop.hotfix(["note", "--hotfix", NAME, "500s began at 14:02"]).ok();
    received(&shop);
    let id = shop.event(NAME, "500s began at 14:02")["id"].clone();
    forged_in_both_places(&shop, &json!({ "kind": "note", "id": id, "text": "all was well" }));
    received(&shop);
    for clone in [shop.repo.clone(), {
        let bob = shop.clone_of("bob");
        bob.hotfix(["sync", "-y"]).ok();
        bob
    }] {
        clone.hotfix(["timeline", NAME, "--all"]).ok().says("500s began at 14:02").says("all was well");
        let ids = clone.event_ids(NAME);
        let unique: std::collections::BTreeSet<_> = ids.iter().collect();
        assert_eq!(ids.len(), unique.len(), "{ids:?}");
    }
}

#[test]
fn what_cannot_be_corrected_is_not_taken_back_by_a_line() {
    let (shop, _) = Shop::shared(NAME);
    let declared = shop.events(NAME)[0]["id"].clone();
    for kind in ["retraction", "amendment"] {
        forged_in_both_places(
            &shop,
            &json!({ "kind": kind, "id": kind, "amends": declared, "text": "never" }),
        );
    }
    received(&shop);
    assert!(shop.kinds(NAME).contains(&"declared".to_owned()));
    shop.hotfix(["timeline", NAME]).ok().does_not_say("never");
}

#[test]
fn undo_takes_back_what_was_done_here_alone() {
    let (shop, _) = Shop::shared(NAME);
    let (old, new) = (shop.rev("v1.2.0~0"), shop.tip("develop"));
    shop.git(["branch", "-q", "-f", "develop", "origin/develop"]);
    let intent = json!({
        "tip": shop.rev("hotfix/fix-login-crash"), "tag": "v1.2.0", "tag_object": shop.rev("refs/tags/v1.2.0"),
        "release": old, "branches": [{ "branch": "develop", "old": old, "new": new }], "held": true,
    });
    forged_in_both_places(&shop, &json!({ "kind": "publishing", "data": { "intent": intent } }));
    forged_in_both_places(
        &shop,
        &json!({ "kind": "note", "id": "n", "text": "somebody else's", "source": "cli" }),
    );
    received(&shop);
    let before = shop.refs();
    for _ in 0..3 {
        shop.hotfix(["undo", NAME]).does_not_say("v1.2.0").does_not_say("somebody else's");
    }
    for name in ["refs/tags/v1.2.0", "refs/heads/develop", "refs/heads/main"] {
        assert_eq!(shop.refs().get(name), before.get(name), "{name}");
    }
}

#[test]
fn a_target_is_not_left_out_on_another_clones_word() {
    let (shop, _) = Shop::shared(NAME);
    let hotfix = shop.started(NAME).answer_all();
    let skip =
        json!({ "kind": "target_skipped", "refs": { "branch": "develop" }, "data": { "reason": "later" } });
    forged_in_both_places(&shop, &skip);
    received(&shop);
    let tip = hotfix.tip();
    hotfix.finish().ok();
    assert!(shop.has("develop", &tip), "the fix was left out of develop on another clone's word");
}

#[test]
fn an_event_that_is_too_large_is_not_taken() {
    let (shop, grace) = Shop::shared(NAME);
    let log = shop.logs()[0].clone();
    shop.stranger_writes(&log, &json!({ "kind": "note", "text": "x".repeat(300 * 1024) }), &[&log]);
    shop.hotfix(["sync", "-y"]).says("more than 256 KiB");
    grace.hotfix(["timeline", NAME, "--json"]).ok().does_not_say("xxxxxxxx");
}

#[test]
fn another_record_of_the_name_does_not_take_the_place_of_this_clones_own() {
    let (shop, _) = Shop::shared(NAME);
    let hotfix = shop.started(NAME).answer_all();
    let log = format!("refs/incidents/29991231-{NAME}-0000/log");
    let declared = json!({
        "kind": "declared", "data": { "name": NAME, "branch": format!("hotfix/{NAME}"), "title": "evil", "version": "9.9.9" },
    });
    shop.stranger_writes(&log, &declared, &[]);
    received(&shop);
    shop.hotfix(["note", "--hotfix", NAME, "what we saw"]).ok();
    let own = shop.logs().into_iter().find(|name| *name != log).unwrap();
    assert!(shop.git(["log", "--format=%s", &own]).contains("what we saw"));
    shop.hotfix(["status", NAME]).ok().does_not_say("evil").does_not_say("9.9.9");
    hotfix.finish().ok();
    assert!(!shop.remote_refs().contains_key("refs/tags/v9.9.9"));
    assert!(shop.git(["log", "--format=%s", &own]).contains("finished: v1.2.1"));
}
