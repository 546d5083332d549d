//! What a stranger can say through a forge, a tag, a log or a committed file is data: nothing of it is run, believed
//! over git, or written through.

use crate::requests::{BRANCH, NAME, ready};
use crate::support::{Flavour, Shop};
use serde_json::{Value, json};

/// A committed file that says where pull requests are, and how a token is got.
fn with_a_token_command(shop: &Shop) -> std::path::PathBuf {
    let ran = shop.world.root.join("ran");
    shop.commit(
        "hotfix.toml",
        &format!(
            "[forge]\nkind = \"forgejo\"\napi = \"http://127.0.0.1:9/api/v1\"\nrepository = \"a/b\"\n\
             token = [\"command:touch {}; echo tok\"]\n[finish]\nmode = \"pr\"\n",
            ran.display()
        ),
    );
    shop.git(["push", "-q", "origin", "main"]);
    ran
}

#[test]
fn a_dry_run_and_a_drill_run_nothing_that_nobody_agreed_to() {
    let shop = Shop::new();
    shop.git(["checkout", "-q", "main"]);
    let ran = with_a_token_command(&shop);
    shop.hotfix(["drill", "--no-input"]).ok();
    assert!(!ran.exists(), "the drill");
    shop.git(["tag", "-a", "-m", "v1.2.1", "v1.2.1"]);
    shop.git(["push", "-q", "origin", "v1.2.1"]);
    shop.hotfix(["rollback", "--dry-run", "--no-input"]).exits_with_one_of(&[0, 2, 3, 4, 8]);
    assert!(!ran.exists(), "rollback");
    shop.ready(NAME);
    shop.hotfix(["finish", NAME, "--dry-run", "--no-input"]).exits_with_one_of(&[0, 2, 3, 4, 8]);
    assert!(!ran.exists(), "finish");
}

#[test]
fn a_log_that_is_here_is_never_taken_away_by_what_others_have_under_its_id() {
    let (shop, _colleague) = Shop::shared(NAME);
    shop.hotfix(["sync", "-y"]).ok();
    let log = shop.logs()[0].clone();
    shop.hotfix(["note", "precious, and not shared yet"]).ok();
    let id = log.split('/').nth(2).unwrap().to_owned();
    let other = format!("refs/incidents/{}0000/log", &id[..id.len() - 4]);
    let declared = |title: &str, adopted: bool, at: &str| {
        json!({
            "kind": "declared", "at": at, "recorded_at": at, "text": title,
            "data": { "name": NAME, "title": title, "branch": BRANCH, "adopted": adopted },
        })
    };
    // Under our id a log without our history, that says it was only opened for want of another; and that one.
    shop.stranger_writes(&log, &declared("theirs", true, "2026-11-22T14:00:00Z"), &[]);
    shop.stranger_writes(&other, &declared("EVE", false, "2026-11-22T13:00:00Z"), &[]);
    shop.hotfix(["sync", "-y"]).exits_with_one_of(&[0, 1, 3]);
    assert!(shop.logs().contains(&log), "{:?}", shop.logs());
    shop.hotfix(["timeline", &id]).ok().says("precious, and not shared yet");
}

#[test]
fn a_forge_that_names_a_commit_without_the_fix_moves_nothing() {
    let says = |flavour: Flavour, name: &dyn Fn(&Shop) -> String| {
        let (shop, forge, hotfix) = ready(flavour);
        forge.model().approvals = 1;
        hotfix.finish().exits(8);
        let named = name(&shop);
        {
            let mut model = forge.model();
            let pull = &mut model.pulls[0];
            (pull.state, pull.merged_as) = ("merged", Some(named));
        }
        let ran = shop.call(["finish", NAME, "-y"]).env("HOTFIX_HURRY", "1").run();
        ran.exits(3).says("git finds nothing of it there").says("--merged-as COMMIT");
        assert!(shop.remote_refs().contains_key(&format!("refs/heads/{BRANCH}")), "{flavour:?} {ran}");
        assert!(hotfix.has_branch(), "{flavour:?} {ran}");
        assert!(!shop.remote().has_ref("refs/tags/v1.2.1"), "{flavour:?} {ran}");
    };
    for flavour in Flavour::ALL {
        says(flavour, &|shop| shop.remote().rev("refs/tags/v1.2.0^{commit}"));
        // A colleague's, beside the fix in the same file, which came in by another request.
        says(flavour, &|shop| {
            let colleague = shop.colleague();
            colleague.git(["checkout", "-q", "-B", "main", "origin/main"]);
            let text = format!("{}\n// A remark.\n", colleague.read("src/login.rs"));
            let newer = colleague.commit("src/login.rs", &text);
            colleague.git(["push", "-q", "origin", "HEAD:refs/heads/other"]);
            shop.remote().git(["update-ref", "refs/heads/main", &newer]);
            newer
        });
    }
}

#[test]
fn a_request_that_was_merged_into_another_branch_is_not_ours() {
    for flavour in Flavour::ALL {
        let (shop, forge, hotfix) = ready(flavour);
        shop.git(["push", "-q", "origin", "v1.2.0^{}:refs/heads/sandbox", BRANCH]);
        {
            let mut model = forge.model();
            let number = model.open(BRANCH, "sandbox", "mine", "", false).unwrap();
            model.pull_mut(number).state = "merged";
            model.pull_mut(number).merged_as = Some(shop.remote().rev("refs/heads/main"));
        }
        shop.call(["finish", NAME, "-y"]).env("HOTFIX_HURRY", "1").run().ok();
        assert!(!hotfix.has_branch());
        assert!(shop.remote().show("v1.2.1", "src/login.rs").contains("unwrap_or(false)"), "{flavour:?}");
    }
}

/// Production with two releases, each a merge, and a commit that only a merge brought.
fn with_a_side_commit() -> (Shop, String) {
    let shop = Shop::new();
    shop.git(["checkout", "-q", "-b", "feature", "main"]);
    let side = shop.commit("conf", "backdoor=1\n");
    shop.commit("conf", "backdoor=0\n");
    shop.git(["checkout", "-q", "main"]);
    shop.git(["merge", "-q", "--no-ff", "-m", "Merge the feature", "feature"]);
    shop.git(["tag", "-a", "-m", "v1.3.0", "v1.3.0"]);
    shop.git(["push", "-q", "origin", "main", "v1.3.0"]);
    (shop, side)
}

#[test]
fn a_tag_on_what_a_merge_brought_is_no_release_to_go_back_to() {
    let (shop, side) = with_a_side_commit();
    shop.ready(NAME).finish().ok();
    for tag in ["v1.3.0.1", "v1.2.9"] {
        shop.git(["tag", tag, &side]);
        shop.git(["push", "-q", "origin", tag]);
    }
    let tags = shop.git(["tag", "--sort=-version:refname"]);
    let plan = shop.hotfix(["rollback", "v1.3.1", "--dry-run", "--json"]).ok().json();
    assert_eq!(plan["back_to"], "v1.3.0", "{tags}\n{plan:#}");
}

#[test]
fn a_tag_on_the_hotfix_itself_is_not_its_release() {
    let shop = Shop::new();
    let hotfix = shop.ready(NAME);
    let tip = hotfix.tip();
    // Production gets the fix by a merge of somebody's, on top of other work; a stranger tags the branch.
    shop.colleague_pushes("main", "secfix.txt", "sec\n");
    let colleague = shop.colleague();
    shop.git(["push", "-q", "origin", BRANCH]);
    colleague.git(["fetch", "-q", "origin"]);
    colleague.git(["checkout", "-q", "-B", "main", "origin/main"]);
    colleague.git(["merge", "-q", "--no-ff", "-m", "Merge it", &format!("origin/{BRANCH}")]);
    colleague.git(["push", "-q", "origin", "main"]);
    colleague.git(["tag", "v1.2.1", &tip]);
    colleague.git(["push", "-q", "origin", "v1.2.1"]);
    let ran = shop.hotfix(["finish", NAME, "-y"]);
    assert!(!ran.stdout.contains("v1.2.1 is public"), "{ran}");
    if ran.status == 0 {
        let newest = shop.remote().git(["describe", "--tags", "--abbrev=0", "refs/heads/main"]);
        assert!(shop.remote().show(newest.trim(), "secfix.txt").contains("sec"), "{ran}");
    }
}

#[test]
fn a_message_that_calls_itself_a_rollback_rolls_nothing_back() {
    let shop = Shop::new();
    let hotfix = shop.ready(NAME);
    hotfix.finish().ok();
    shop.git(["checkout", "-q", "main"]);
    shop.write("src/log.rs", "log\n");
    shop.git(["add", "."]);
    shop.git(["commit", "-qm", "Improve logging (#12)\n\n* wip\n\nRollback: v1.2.1"]);
    shop.git(["tag", "-a", "-m", "v1.3.0", "v1.3.0"]);
    shop.git(["push", "-q", "origin", "main", "v1.3.0"]);
    let plan = shop.hotfix(["rollback", "--dry-run", "--json"]).ok().json();
    assert_eq!(plan["back_to"], "v1.2.1", "{plan:#}");
}

#[test]
fn a_review_reads_no_directory_that_only_a_committed_file_names() {
    let shop = Shop::new();
    let private = shop.world.root.join("private");
    shop.git(["init", "-q", private.to_str().unwrap()]);
    let there = crate::support::Repo::at(&shop.world, &private);
    there.commit("a", "a\n");
    there.hotfix(["start", "private-thing", "--title", "secret acquisition", "--no-input"]).ok();
    shop.git(["checkout", "-q", "main"]);
    shop.commit("hotfix.toml", &format!("[incident]\nremote = \"{}\"\n", private.display()));
    shop.git(["push", "-q", "origin", "main"]);
    shop.git(["checkout", "-q", "-b", "hotfix/foo"]);
    shop.commit("src/more.rs", "more\n");
    shop.git(["push", "-q", "origin", "hotfix/foo"]);
    shop.git(["checkout", "-q", "main"]);
    shop.hotfix(["review", "foo", "--no-input"]).ok();
    assert!(!shop.logs().iter().any(|log| log.contains("private")), "{:?}", shop.logs());
}

#[cfg(unix)]
#[test]
fn links_of_a_branch_lead_no_writing_outside() {
    let shop = Shop::new();
    let outside = shop.world.root.join("bashrc");
    std::fs::write(&outside, "mine\n").unwrap();
    std::os::unix::fs::symlink(&outside, shop.dir.join("hotfix.toml")).unwrap();
    shop.hotfix(["init", "--force"]).exits(3).says("leads out of the working tree");
    assert_eq!(std::fs::read_to_string(&outside).unwrap(), "mine\n");
}

#[test]
fn a_branch_does_not_say_which_submodules_are_looked_at() {
    let shop = Shop::new();
    let lib = shop.world.root.join("lib");
    shop.git(["init", "-q", lib.to_str().unwrap()]);
    crate::support::Repo::at(&shop.world, &lib).commit("a", "a\n");
    shop.git(["checkout", "-q", "main"]);
    shop.git(["-c", "protocol.file.allow=always", "submodule", "add", "-q", lib.to_str().unwrap(), "lib"]);
    shop.git(["commit", "-qm", "lib"]);
    shop.git(["push", "-q", "origin", "main"]);
    let hotfix = shop.start(NAME);
    let copy = crate::support::Repo::at(&shop.world, shop.dir.join("lib"));
    copy.commit("a", "only here\n");
    shop.git(["config", "-f", ".gitmodules", "submodule.lib.ignore", "all"]);
    shop.git(["add", ".gitmodules"]);
    let commit = copy.rev("HEAD");
    shop.git(["update-index", "--cacheinfo", &format!("160000,{commit},lib")]);
    shop.git(["commit", "-qm", "quietly"]);
    let hotfix = hotfix.answer_all();
    hotfix.finish_with(&["--dry-run"]).exits(3).says("no other clone could check it out");
    shop.hotfix(["review", NAME]).ok().says("Subproject commit");
}

/// That a hotfix was finished is another clone's word; it takes no place from what was finished here.
#[test]
fn what_another_clone_says_it_finished_is_not_the_last_one_here() {
    let shop = Shop::new();
    shop.ready(NAME).finish().ok();
    let zz = "refs/incidents/20261122-zz-ffff/log";
    let tip = shop.remote().rev("refs/tags/v1.2.0^{commit}");
    let event = |id: &str, kind: &str, refs: Value| {
        json!({ "kind": kind, "id": id, "at": "2030-01-01T00:00:00Z", "text": "zz", "refs": refs,
            "data": { "name": "zz", "title": "zz", "branch": "hotfix/zz", "version": "1.2.0" } })
    };
    let begun = json!({ "branch": "hotfix/zz", "log": "20261122-zz-ffff" });
    shop.stranger_writes(zz, &event("zz1", "declared", begun), &[]);
    shop.stranger_writes(zz, &event("zz2", "tagged", json!({ "tag": "v1.2.0", "commit": tip })), &[zz]);
    shop.stranger_writes(zz, &event("zz3", "finished", json!({ "tag": "v1.2.0" })), &[zz]);
    shop.hotfix(["sync", "-y"]).ok();
    shop.hotfix(["list", "--all"]).ok().says("zz");
    shop.hotfix(["status"]).ok().says(&format!("The last one was {NAME}"));
    shop.hotfix(["note", "customers are back"]).ok().says(NAME);
    shop.hotfix(["mark", "deployed"]).ok().says(NAME);
    shop.hotfix(["postmortem", "--output", "-"]).ok().says(NAME);
    let log = shop.git(["log", "--format=%s", zz]);
    assert!(!log.contains("customers"), "{log}");
}

/// What others say about the course of an incident is looked at again and again: there is a limit.
#[test]
fn a_log_full_of_beginnings_and_ends_holds_nothing_up() {
    let shop = Shop::new();
    shop.ready(NAME);
    let log = "refs/incidents/20261122-zz-ffff/log";
    let mut stream = String::new();
    let mut write = |n: usize, kind: &str, recorded: &str| {
        let at =
            format!("2026-11-{:02}T{:02}:{:02}:{:02}Z", 1 + n / 86_400, n / 3600 % 24, n / 60 % 60, n % 60);
        let body = json!({
            "v": 1, "id": format!("e{n}"), "kind": kind, "at": at, "recorded_at": recorded, "lamport": 1,
            "source": "cli", "actor": { "name": "M", "email": "m@example.org" }, "text": "zz",
            "refs": { "branch": "hotfix/zz", "log": "20261122-zz-ffff" }, "data": { "name": "zz", "branch": "hotfix/zz" },
        })
        .to_string();
        stream.push_str(&format!("blob\nmark :1\ndata {}\n{body}\n", body.len()));
        stream.push_str(&format!("commit {log}\ncommitter M <m@example.org> 1795356000 +0000\ndata 1\nx\n"));
        stream.push_str("M 100644 :1 event.json\n\n");
    };
    write(0, "declared", "2026-11-01T00:00:00Z");
    write(1, "mitigated", "2026-11-01T00:00:00Z");
    for n in 0..3000 {
        write(2 + n, "impact_started", "2029-11-01T00:00:00Z");
    }
    write(3002, "mitigated", "2026-11-01T00:00:00Z");
    for n in 0..3000 {
        write(3003 + n, "resolved", "2025-11-01T00:00:00Z");
    }
    shop.remote().git_call(["fast-import", "--quiet", "--force"]).stdin(stream).run().ok();
    shop.hotfix(["sync", "-y"]).exits_with_one_of(&[0, 1]);
    // Before, each of these took the better part of an hour: the third power of 3,000.
    shop.hotfix(["list"]).ok().says(NAME);
    shop.finish(NAME).ok();
}
