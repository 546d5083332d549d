//! Sharing logs with hosts that refuse, remotes that are gone, and refs that are not what they seem.

use crate::support::{Repo, Shop};

const NAME: &str = "fix-login-crash";

#[test]
fn a_host_that_takes_branches_and_tags_only() {
    let shop = Shop::new();
    shop.start(NAME);
    let hook =
        "case $1 in refs/heads/*|refs/tags/*) exit 0 ;; esac\necho 'only branches and tags' >&2\nexit 1";
    shop.world.write_program(&shop.remote().dir.join("hooks/update"), &format!("#!/bin/sh\n{hook}\n"));
    let before = shop.logs();
    let ran = shop.hotfix(["sync", "-y"]);
    ran.exits(1).says("rejected the incident log").says("only branches and tags");
    ran.says("hotfix.incident.remote").says("hotfix bundle");
    assert_eq!(shop.logs(), before);
    assert!(shop.remote().records().is_empty());
    shop.hotfix(["doctor", "--offline"]).ok().says("rejected incident logs last time");
    std::fs::remove_file(shop.remote().dir.join("hooks/update")).unwrap();
    shop.hotfix(["sync"]).ok();
    shop.hotfix(["doctor", "--offline"]).ok().does_not_say("rejected incident logs");
}

#[test]
fn a_hidden_ref_is_refused_as_well() {
    let shop = Shop::new();
    shop.start(NAME);
    shop.remote().git(["config", "receive.hideRefs", "refs/incidents"]);
    shop.hotfix(["sync", "-y"]).exits(1).says("rejected the incident log").says("hotfix bundle");
}

#[test]
fn a_remote_out_of_reach_loses_nothing() {
    let shop = Shop::new();
    shop.start(NAME);
    shop.git(["remote", "set-url", "origin", "/nowhere/at/all"]);
    let before = shop.refs();
    shop.hotfix(["sync", "-y"]).exits(1).says("cannot be read").says("hotfix bundle");
    assert_eq!(shop.refs(), before);
    let error = shop.hotfix(["sync", "-y", "--json"]);
    error.exits(1);
    assert_eq!(error.json_error()["kind"], "failed");
}

#[test]
fn missing_credentials_are_exit_4() {
    let shop = Shop::new();
    shop.start(NAME);
    let ssh = shop.world.root.join("ssh");
    shop.world
        .write_program(&ssh, "#!/bin/sh\necho 'git@host: Permission denied (publickey).' >&2\nexit 255\n");
    shop.git(["remote", "set-url", "origin", "git@example.invalid:shop.git"]);
    shop.call(["sync", "-y"]).env("GIT_SSH_COMMAND", &ssh).run().exits(4).says("credentials");
}

#[test]
fn what_is_no_log_is_left_alone() {
    let (shop, grace) = Shop::shared(NAME);
    let remote = shop.remote();
    remote.git(["update-ref", "refs/incidents/20261122-code-aaaa/log", "refs/heads/main"]);
    let blob = remote.git(["rev-parse", "refs/heads/main:src/login.rs"]);
    remote.git(["update-ref", "refs/incidents/20261122-blob-bbbb/log", &blob]);
    remote.git(["update-ref", "refs/incidents/odd", "refs/heads/main"]);
    remote.git(["update-ref", "refs/incidents/20261122-x-cccc/keep/tip", "refs/heads/main"]);
    let before = grace.logs();
    let ran = grace.hotfix(["sync"]);
    ran.ok().says("20261122-code-aaaa").says("20261122-blob-bbbb").says("skipped");
    assert_eq!(grace.logs(), before);
    grace.hotfix(["list", "--all"]).ok().does_not_say("damaged");
}

#[test]
fn two_incidents_with_one_id_are_not_mixed() {
    let (shop, grace) = Shop::shared(NAME);
    let log = shop.logs()[0].clone();
    // Somebody else's incident, by accident under the same id.
    grace.hotfix(["start", "fix-cart", "-y"]).ok();
    let other = grace.logs().into_iter().find(|name| *name != log).unwrap();
    grace.git(["push", "-q", "--force", "origin", &format!("+{other}:{log}")]);
    let before = shop.rev(&log);
    shop.hotfix(["note", "mine", "--hotfix", NAME]).ok();
    shop.hotfix(["sync"]).exits(1).says("is a copy of the log");
    assert!(shop.texts(NAME).contains(&"mine".to_owned()));
    assert!(shop.contains(&log, &before));
    assert_eq!(shop.remote().rev(&log), grace.rev(&other), "theirs stays theirs");
}

#[test]
fn a_rewritten_log_on_the_remote_takes_nothing_away() {
    let (shop, grace) = Shop::shared(NAME);
    let log = shop.logs()[0].clone();
    shop.hotfix(["note", "keep me"]).ok();
    shop.hotfix(["sync"]).ok();
    let cut = shop.git(["rev-parse", &format!("{log}~2")]);
    grace.git(["push", "-q", "--force", "origin", &format!("+{cut}:{log}")]);
    shop.hotfix(["sync"]).ok();
    assert!(shop.texts(NAME).contains(&"keep me".to_owned()));
    assert_eq!(shop.remote().rev(&log), shop.rev(&log));
}

#[test]
fn events_of_a_newer_version_travel_unharmed() {
    let (shop, grace) = Shop::shared(NAME);
    let log = shop.logs()[0].clone();
    let event = "{\"v\": 9, \"id\": \"new1\", \"kind\": \"telepathy\", \"shape\": [\"unknown\"]}\n";
    let commit = append_by_hand(&shop, &log, event);
    shop.hotfix(["note", "after it", "--hotfix", NAME]).ok();
    shop.hotfix(["sync"]).ok();
    grace.hotfix(["note", "meanwhile", "--hotfix", NAME]).ok();
    grace.hotfix(["sync", "-y"]).ok();
    assert!(grace.contains(&log, &commit), "the event is there, though nobody understands it");
    assert!(grace.texts(NAME).contains(&"after it".to_owned()));
}

#[test]
fn git_around_it_destroys_nothing() {
    let (shop, grace) = Shop::shared(NAME);
    grace.hotfix(["note", "keep me", "--hotfix", NAME]).ok();
    shop.remote().git(["update-ref", "-d", &shop.logs()[0]]);
    grace.git(["fetch", "-q", "--prune", "origin"]);
    grace.git(["remote", "prune", "origin"]);
    grace.git(["gc", "-q", "--prune=now"]);
    assert!(grace.texts(NAME).contains(&"keep me".to_owned()));
    assert!(!grace.git(["branch", "-a"]).contains("incidents"));
    // A clone that mirrors everything is fetched by our refspec alone.
    grace.git(["config", "--add", "remote.origin.fetch", "+refs/*:refs/*"]);
    grace.hotfix(["sync", "-y"]).ok();
    assert!(grace.texts(NAME).contains(&"keep me".to_owned()));
}

#[test]
fn an_unreachable_remote_only_warns_after_a_command() {
    let shop = Shop::new();
    shop.start(NAME).fix_login();
    shop.hotfix(["sync", "-y"]).ok();
    shop.git(["config", "hotfix.incident.share", "true"]);
    shop.write(".git/HEAD.unused", "");
    std::fs::rename(&shop.remote().dir, shop.world.root.join("away.git")).unwrap();
    shop.hotfix(["check", "resolves"]).ok().says("warning: the incident log was not shared");
}

#[test]
fn a_partial_clone_reads_logs_offline() {
    let (shop, _) = Shop::shared(NAME);
    shop.remote().git(["config", "uploadpack.allowFilter", "true"]);
    let dir = shop.world.root.join("partial");
    let url = format!("file://{}", shop.remote().dir.display());
    Repo::at(&shop.world, &shop.world.root).git([
        "clone",
        "-q",
        "--filter=blob:none",
        &url,
        &dir.display().to_string(),
    ]);
    let partial = Repo::at(&shop.world, dir);
    partial.hotfix(["sync"]).ok();
    partial.git(["remote", "set-url", "origin", "/nowhere/at/all"]);
    assert_eq!(partial.event_ids(NAME), shop.event_ids(NAME));
}

/// Writes an event of any content on top of a log.
fn append_by_hand(clone: &Repo, log: &str, json: &str) -> String {
    let file = clone.world.root.join("event.json");
    std::fs::write(&file, json).unwrap();
    let blob = clone.git(["hash-object", "-w", &file.display().to_string()]);
    let tree = clone.git_call(["mktree"]).stdin(format!("100644 blob {blob}\tevent.json\n")).run();
    let commit = clone.git(["commit-tree", "-p", log, "-m", "by hand", tree.ok().stdout.trim()]);
    clone.git(["update-ref", log, &commit]);
    commit
}

#[test]
fn a_shared_log_cannot_name_what_is_released() {
    let (shop, grace) = Shop::shared(NAME);
    let hotfix = shop.started(NAME).answer_all();
    let (tip, old) = (hotfix.tip(), shop.tip("main"));
    // Somebody pushes a branch, and a line into the log that says it was about to be released.
    grace.git(["switch", "-q", "--detach", "origin/main"]);
    let evil = grace.commit("src/evil.rs", "// nobody has seen this\n");
    grace.git(["push", "-q", "origin", "HEAD:refs/heads/feature/evil"]);
    let log = shop.logs()[0].clone();
    let mut event = grace.events(NAME).pop().unwrap();
    event["v"] = 1.into();
    event["lamport"] = 99.into();
    event["id"] = "evil".into();
    event["kind"] = "publishing".into();
    event["data"] = serde_json::json!({ "intent": {
        "tip": tip, "tag": "v1.2.1", "release": evil,
        "branches": [{ "branch": "main", "old": old, "new": evil }],
    }});
    append_by_hand(&grace, &log, &event.to_string());
    grace.hotfix(["sync", "-y"]).ok();
    shop.git(["fetch", "-q"]);
    shop.hotfix(["sync"]).ok();
    assert!(shop.kinds(NAME).contains(&"publishing".to_owned()));
    hotfix.finish().ok();
    assert!(!shop.has("main", &evil), "a line in the log released code that nobody has seen");
    assert!(shop.has("main", &tip));
}

/// A line in the log, by somebody else, that says what was about to be published; sync brings it here.
fn claims(shop: &Shop, grace: &Repo, intent: &serde_json::Value) {
    let mut event = grace.events(NAME).pop().unwrap();
    event["v"] = 1.into();
    event["lamport"] = 99.into();
    event["id"] = "evil".into();
    event["kind"] = "publishing".into();
    event["data"] = serde_json::json!({ "intent": intent });
    append_by_hand(grace, &shop.logs()[0], &event.to_string());
    grace.hotfix(["sync", "-y"]).ok();
    shop.hotfix(["sync", "-y"]).ok();
    assert!(shop.kinds(NAME).contains(&"publishing".to_owned()));
}

/// Pushes a commit to a branch that is fetched here and gone from the remote again.
fn leaves_behind(shop: &Shop, grace: &Repo, commit: &str) {
    grace.git(["push", "-q", "origin", &format!("{commit}:refs/heads/feature/evil")]);
    shop.git(["fetch", "-q"]);
    grace.git(["push", "-q", "origin", ":refs/heads/feature/evil"]);
    shop.git(["fetch", "-q", "--prune"]);
    assert!(shop.git_agrees(["cat-file", "-e", commit]) && !shop.has_ref("refs/remotes/origin/feature/evil"));
}

#[test]
fn a_shared_log_cannot_name_what_is_released_from_a_branch_that_is_gone() {
    for shape in ["on production", "on the hotfix", "a merge of both"] {
        let (shop, grace) = Shop::shared(NAME);
        let hotfix = shop.started(NAME).answer_all().published();
        let (tip, old) = (hotfix.tip(), shop.tip("main"));
        grace.git(["fetch", "-q"]);
        let base = if shape == "on production" { &old } else { &tip };
        grace.git(["switch", "-q", "--detach", base]);
        let mut evil = grace.commit("src/evil.rs", "// nobody has seen this\n");
        if shape == "a merge of both" {
            let tree = grace.tree(&evil);
            evil = grace.git(["commit-tree", "-p", &old, "-p", &tip, "-m", "Merge", &tree]);
        }
        leaves_behind(&shop, &grace, &evil);
        let moved = serde_json::json!([{ "branch": "main", "old": old, "new": evil }]);
        let intent = serde_json::json!({ "tip": tip, "tag": "v1.2.1", "release": evil, "branches": moved });
        claims(&shop, &grace, &intent);
        hotfix.finish().ok();
        assert!(!shop.has("main", &evil), "{shape}: a line in the log released code that nobody has seen");
        assert!(shop.has("main", &tip));
    }
}

#[test]
fn a_shared_log_cannot_name_what_a_tag_stands_on_that_somebody_pushed() {
    let (shop, grace) = Shop::shared(NAME);
    let hotfix = shop.started(NAME).answer_all();
    let (tip, old) = (hotfix.tip(), shop.tip("main"));
    grace.git(["fetch", "-q"]);
    grace.git(["switch", "-q", "--detach", &tip]);
    let evil = grace.commit("src/evil.rs", "// nobody has seen this\n");
    grace.git(["tag", "-a", "-m", "v1.2.1", "v1.2.1"]);
    grace.git(["push", "-q", "origin", "v1.2.1"]);
    let intent = serde_json::json!({
        "tip": tip, "tag": "v1.2.1", "tag_object": grace.rev("refs/tags/v1.2.1"), "release": evil,
        "branches": [{ "branch": "main", "old": grace.rev("v1.2.0~0"), "new": evil }],
    });
    shop.colleague_pushes("main", "src/basket.rs", "pub fn basket() {}\n");
    claims(&shop, &grace, &intent);
    shop.git(["fetch", "-q", "--tags"]);
    hotfix.finish().ok().says("do not deploy v1.2.1");
    assert!(shop.has("main", &tip) && shop.has("main", &old));
    assert!(!shop.has("main", &evil), "a tag and a line in the log released code that nobody has seen");
}

#[test]
fn a_shared_log_cannot_name_what_is_merged_back() {
    let (shop, grace) = Shop::shared(NAME);
    let hotfix = shop.started(NAME).answer_all();
    let tip = hotfix.tip();
    shop.refuse_updates_of("refs/heads/develop");
    hotfix.finish().exits(8);
    shop.accept_everything_again();
    shop.hotfix(["sync", "-y"]).ok();
    grace.hotfix(["sync", "-y"]).ok();
    grace.git(["fetch", "-q"]);
    let (release, old) = (shop.tip("main"), shop.tip("develop"));
    grace.git(["switch", "-q", "--detach", &release]);
    let evil = grace.commit("src/evil.rs", "// nobody has seen this\n");
    let evil = grace.git(["commit-tree", "-p", &old, "-p", &release, "-m", "Merge", &grace.tree(&evil)]);
    leaves_behind(&shop, &grace, &evil);
    let moved = serde_json::json!([{ "branch": "develop", "old": old, "new": evil }]);
    let intent = serde_json::json!({ "tip": tip, "tag": "v1.2.1", "release": release, "branches": moved });
    claims(&shop, &grace, &intent);
    hotfix.finish().ok();
    assert!(shop.has("develop", &release));
    assert!(!shop.has("develop", &evil), "a line in the log merged code that nobody has seen");
}

#[test]
fn one_ref_that_cannot_be_read_keeps_no_log_of_a_bundle_out() {
    let (shop, _) = Shop::shared(NAME);
    shop.hotfix(["bundle", "good.bundle"]).ok();
    let bytes = std::fs::read(shop.dir.join("good.bundle")).unwrap();
    let end = bytes.windows(2).position(|two| two == b"\n\n").unwrap();
    let (head, rest) = bytes.split_at(end);
    let tip = shop.rev(&shop.logs()[0]);
    let nowhere = "1".repeat(40);
    let long = "A".repeat(5000);
    for (oid, id) in [
        (&tip, "x\u{1b}"),
        (&tip, ".."),
        (&tip, "x y"),
        (&tip, &long),
        (&nowhere, "20260101-x-0000"),
        (&tip, "a.lock"),
    ] {
        let more = format!("\n{oid} refs/incidents/{id}/log");
        std::fs::write(shop.dir.join("odd.bundle"), [head, more.as_bytes(), rest].concat()).unwrap();
        let clone = shop.clone_of(&format!("reader-{}", id.len() + id.matches('x').count() * 100));
        let file = shop.dir.join("odd.bundle").display().to_string();
        clone.hotfix(["sync", &file]).says("new event");
        assert_eq!(clone.logs(), shop.logs(), "{id:?}");
    }
}

#[test]
fn a_remote_that_is_read_from_one_place_and_pushed_to_another() {
    let shop = Shop::new();
    shop.start(NAME);
    let mirror = shop.world.root.join("mirror.git").display().to_string();
    shop.git(["init", "-q", "--bare", &mirror]);
    shop.git(["remote", "set-url", "--push", "origin", &mirror]);
    shop.hotfix(["sync", "-y"]).ok();
    shop.hotfix(["note", "and more"]).ok();
    let ran = shop.hotfix(["sync"]);
    ran.exits(1).says("is read from").says(&format!("pushed to {mirror}")).does_not_say("some hosts");
    let command = format!("git config hotfix.incident.remote {mirror}");
    ran.says(&format!("hint: {command}"));
    shop.git(command.split_whitespace().skip(1));
    shop.hotfix(["sync"]).ok().says("1 event sent");
}

#[test]
fn code_does_not_travel_as_a_join() {
    let (shop, grace) = Shop::shared(NAME);
    let log = shop.logs()[0].clone();
    let tree = grace.git(["rev-parse", "refs/remotes/origin/main^{tree}"]);
    let merge = grace.git(["commit-tree", "-p", &log, "-p", "refs/remotes/origin/main", "-m", "join", &tree]);
    grace.git(["push", "-q", "origin", &format!("+{merge}:{log}")]);
    let before = shop.rev(&log);
    shop.hotfix(["sync"]).exits(1).says("holds no event");
    assert_eq!(shop.rev(&log), before);
}

fn tells_the_same_story(shop: &Shop) {
    shop.remote().git(["config", "receive.fsckObjects", "true"]);
    shop.start(NAME).fix_login().published();
    shop.hotfix(["sync", "-y"]).ok();
    let grace = shop.clone_of("grace");
    grace.git(["config", "fetch.fsckObjects", "true"]);
    grace.hotfix(["sync"]).ok();
    shop.hotfix(["note", "ada"]).ok();
    grace.hotfix(["note", "grace"]).ok();
    grace.hotfix(["sync", "-y"]).ok();
    shop.hotfix(["sync"]).ok();
    shop.hotfix(["note", "after the join"]).ok();
    shop.hotfix(["sync"]).ok();
    grace.hotfix(["sync"]).ok();
    assert_eq!(grace.event_ids(NAME), shop.event_ids(NAME));
    grace.hotfix(["review", NAME, "--approve"]).ok();
    shop.hotfix(["bundle", "incident.bundle"]).ok();
    shop.git(["fsck", "--strict"]);
}

#[test]
fn in_a_sha256_repository() {
    tells_the_same_story(&Shop::build().object_format("sha256").go());
}

#[test]
fn in_a_reftable_repository() {
    if let Some(shop) = Shop::build().ref_format("reftable").go_if_git_can() {
        tells_the_same_story(&shop);
    }
}

#[test]
fn with_strict_servers() {
    tells_the_same_story(&Shop::new());
}
