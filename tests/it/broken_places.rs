//! Disks that are full, directories that cannot be written, remotes that hang, refuse or hang up,
//! locks that somebody left, damaged objects, hooks that fail. Whatever it is: nothing half-done is
//! public, what is said is true, and the same command ends it once the place is whole again.

use crate::support::{Call, Except, HOTFIX, Hotfix, Promises, Shop, require};
use std::path::Path;

const NAME: &str = "fix-login-crash";

fn ready_shop() -> (Shop, Hotfix, Promises) {
    let shop = Shop::new();
    let hotfix = shop.ready(NAME);
    let promises = Promises::about(&shop, &hotfix.branch, &["develop".to_owned()], "v1.2.1");
    (shop, hotfix, promises)
}

#[track_caller]
fn is_complete(shop: &Shop, promises: &Promises) {
    promises.hold(shop);
    shop.has_exactly(&["main", "develop"], &["v1.2.0", "v1.2.1"]);
    assert!(shop.has("develop", &promises.fix));
    shop.local_follows_the_remote();
    let kinds = shop.kinds(NAME);
    for kind in ["merged", "tagged", "pushed", "finished"] {
        assert_eq!(kinds.iter().filter(|k| *k == kind).count(), 1, "{kind} in {kinds:?}");
    }
}

/// Runs a script in a mount namespace of its own, as far as this machine permits one.
fn in_a_namespace(shop: &Shop, script: &str) -> Option<Vec<i32>> {
    let root = &shop.world.root;
    if !require("mount-namespace") {
        return None;
    }
    let args = ["-rm", "sh", "-c", script, "sh", HOTFIX];
    let ran = Call::new(&shop.world, "unshare".as_ref(), args, root).run();
    ran.ok();
    let statuses = ran.stdout.lines().filter_map(|line| line.strip_prefix("exit ")?.parse().ok());
    Some(statuses.collect())
}

#[test]
fn a_full_disk_publishes_nothing_half_and_is_no_trap() {
    // From nothing free to enough for everything, in pages.
    for free in [0, 1, 2, 4, 8, 16, 32, 48, 64, 96] {
        let (shop, _, promises) = ready_shop();
        // The program finds the same paths, on a small file system of its own.
        let script = format!(
            "set -e; cp -a shop original; mount -t tmpfs -o size=4m tmpfs shop; cp -a original/. shop; cd shop\n\
             dd if=/dev/zero of=.git/filler bs=4k 2>/dev/null || true\n\
             truncate -s -$(({free} * 4096)) .git/filler\n\
             set +e; \"$1\" finish {NAME} -y >../out 2>&1; echo \"exit $?\"; cat ../out >&2\n\
             git -C ../origin.git for-each-ref >../public-refs; rm .git/filler\n\
             \"$1\" finish {NAME} -y >../out 2>&1; echo \"exit $?\"; cat ../out >&2\n\
             cd ..; cp -a shop whole; umount shop; rm -rf shop; mv whole shop"
        );
        let Some(statuses) = in_a_namespace(&shop, &script) else { return };
        assert!([0, 1].contains(&statuses[0]), "with {free} pages free it ended with {}", statuses[0]);
        assert_eq!(statuses[1], 0, "with {free} pages free, then enough");
        let then = std::fs::read_to_string(shop.world.root.join("public-refs")).unwrap();
        let tagged = then.contains("refs/tags/v1.2.1");
        let moved = !then.contains(&format!("{} commit\trefs/heads/main", shop.rev("v1.2.0^{commit}")));
        assert_eq!(tagged, moved, "half a release was public with {free} pages free:\n{then}");
        is_complete(&shop, &promises);
    }
}

#[test]
fn a_git_directory_that_cannot_be_written_changes_nothing() {
    let (shop, _, promises) = ready_shop();
    let before = shop.snapshot();
    let script = format!(
        "set -e; mount --bind shop/.git shop/.git; mount -o remount,bind,ro shop/.git; cd shop; set +e\n\
         \"$1\" finish {NAME} -y >../tmp/finish 2>&1; echo \"exit $?\"\n\
         \"$1\" start other >../tmp/start 2>&1; echo \"exit $?\"\n\
         \"$1\" abort {NAME} -y >../tmp/abort 2>&1; echo \"exit $?\"\n\
         \"$1\" note hello >../tmp/note 2>&1; echo \"exit $?\"\n\
         \"$1\" status >../tmp/status 2>&1; echo \"exit $?\""
    );
    let Some(statuses) = in_a_namespace(&shop, &script) else { return };
    let read = |name: &str| std::fs::read_to_string(shop.world.root.join("tmp").join(name)).unwrap();
    assert_eq!(
        statuses,
        [1, 1, 1, 1, 0],
        "{}{}{}{}",
        read("finish"),
        read("start"),
        read("abort"),
        read("note")
    );
    assert!(read("finish").contains("nothing was changed"), "{}", read("finish"));
    before.still_holds_except(&[Except::Tracking]);
    shop.finish(NAME).ok();
    is_complete(&shop, &promises);
}

/// From now on the remote is reached through this script, which gets the command as its last word.
fn reached_by_ssh(shop: &Shop, script: &str) {
    let path = shop.world.root.join("ssh/connect");
    shop.world.write_program(&path, &format!("#!/bin/sh\nfor command; do :; done\n{script}\n"));
    let url = format!("ssh://server.invalid{}", shop.remote().dir.display());
    shop.git(["remote", "set-url", "origin", &url]);
    shop.git(["config", "core.sshCommand", &path.display().to_string()]);
    shop.git(["config", "ssh.variant", "ssh"]);
}

fn reached_directly(shop: &Shop) {
    shop.git(["remote", "set-url", "origin", &shop.remote().dir.display().to_string()]);
}

#[test]
fn a_remote_that_never_answers_does_not_keep_anybody_from_starting() {
    let shop = Shop::new();
    let pid = shop.world.root.join("pid");
    reached_by_ssh(&shop, &format!("echo $$ >'{}'\nexec tail -f /dev/null", pid.display()));
    // This waits as long as the program does, which is a few seconds.
    shop.hotfix(["start", NAME]).ok().says("did not answer").says("finish will read it again");
    assert_eq!(shop.current_branch().as_deref(), Some("hotfix/fix-login-crash"));
    let pid = std::fs::read_to_string(pid).unwrap();
    let alive = Path::new("/proc").join(pid.trim()).join("cwd").read_link();
    assert!(alive.is_err(), "the connection is still waiting");
    shop.is_tidy();
}

#[test]
fn a_remote_that_refuses_is_said_to_refuse() {
    let (shop, hotfix, promises) = ready_shop();
    reached_by_ssh(&shop, "echo 'git@server.invalid: Permission denied (publickey).' >&2\nexit 255");
    let before = shop.snapshot();
    hotfix.finish().exits(4).says("Nothing was changed");
    before.still_holds();
    reached_directly(&shop);
    hotfix.finish().ok();
    is_complete(&shop, &promises);
    reached_by_ssh(&shop, "echo 'git@server.invalid: Permission denied (publickey).' >&2\nexit 255");
    shop.hotfix(["start", "another"]).ok().says("could not be read");
}

#[test]
fn a_connection_that_breaks_during_the_push_is_settled_by_looking() {
    // Either side of the line is cut after so many bytes.
    for cut in [0, 400, 700, 1500] {
        let from_us = format!("dd bs=1 count={cut} 2>/dev/null | timeout 60 sh -c \"$command\"");
        let from_the_server = format!(
            "exec 3<&0 4>&1\ntimeout 60 sh -c \"$command\" <&3 3<&- 4>&- | dd bs=1 count={cut} 2>/dev/null >&4 3<&- 4>&- &\n\
             exec 3<&- 4>&- >&-\nwait"
        );
        for line in [from_us, from_the_server] {
            let (shop, hotfix, promises) = ready_shop();
            let script =
                format!("case $command in *receive-pack*) {line} ;; *) exec sh -c \"$command\" ;; esac");
            reached_by_ssh(&shop, &script);
            let ran = hotfix.finish();
            ran.exits_with_one_of(&[0, 1]);
            promises.hold(&shop);
            if ran.status == 0 {
                assert!(shop.remote().has_ref("refs/tags/v1.2.1"), "cut after {cut} bytes\n{ran}");
            }
            reached_directly(&shop);
            hotfix.finish().ok();
            is_complete(&shop, &promises);
        }
    }
}

#[test]
fn a_lock_that_somebody_else_left_is_named_and_stays() {
    for lock in
        ["refs/heads/main.lock", "refs/heads/develop.lock", "refs/tags/v1.2.1.lock", "packed-refs.lock"]
    {
        let (shop, hotfix, promises) = ready_shop();
        let path = shop.dir.join(".git").join(lock);
        std::fs::write(&path, "").unwrap();
        let ran = hotfix.finish();
        if ran.status != 0 {
            ran.exits(1).says("lock").says("hotfix finish");
            if shop.remote().has_ref("refs/tags/v1.2.1") {
                ran.says("v1.2.1 is public");
            }
        }
        assert!(path.exists(), "{lock} is not ours");
        promises.hold(&shop);
        std::fs::remove_file(&path).unwrap();
        hotfix.finish().ok();
        is_complete(&shop, &promises);
    }
}

#[test]
fn an_index_that_somebody_else_has_locked_stays_locked() {
    let shop = Shop::new();
    let lock = shop.dir.join(".git/index.lock");
    std::fs::write(&lock, "").unwrap();
    shop.hotfix(["start", NAME]).exits(1).says("index.lock");
    assert!(lock.exists() && shop.current_branch().as_deref() == Some("main"));
    std::fs::remove_file(&lock).unwrap();
    let hotfix = shop.ready(NAME);
    std::fs::write(&lock, "").unwrap();
    hotfix.finish().ok().says("could not leave");
    assert!(lock.exists() && hotfix.has_branch());
    std::fs::remove_file(&lock).unwrap();
    hotfix.finish().ok();
    assert!(!hotfix.has_branch());
    shop.has_exactly(&["main", "develop"], &["v1.2.0", "v1.2.1"]);
    assert_eq!(shop.current_branch().as_deref(), Some("main"));
}

#[test]
fn a_lock_on_the_log_that_somebody_left_loses_no_event() {
    let (shop, hotfix, promises) = ready_shop();
    let log = shop.logs().remove(0);
    let lock = shop.dir.join(".git").join(format!("{log}.lock"));
    std::fs::write(&lock, "").unwrap();
    shop.hotfix(["note", "written while the log was locked"]).ok();
    shop.event(NAME, "written while the log was locked");
    std::fs::remove_file(&lock).unwrap();
    hotfix.finish().ok();
    shop.event(NAME, "written while the log was locked");
    is_complete(&shop, &promises);
}

/// Overwrites a loose object with something that is none.
fn damage(shop: &Shop, oid: &str) {
    let path = shop.dir.join(".git/objects").join(&oid[..2]).join(&oid[2..]);
    std::fs::remove_file(&path).unwrap();
    std::fs::write(&path, "not an object").unwrap();
}

#[test]
fn a_damaged_event_is_left_out_and_the_hotfix_goes_on() {
    let (shop, hotfix, promises) = ready_shop();
    shop.hotfix(["note", "this one gets damaged"]).ok();
    shop.hotfix(["note", "this one stays"]).ok();
    let log = shop.logs().remove(0);
    damage(&shop, &shop.rev(&format!("{log}~1:event.json")));
    shop.hotfix(["timeline", NAME, "--all"]).ok().says("this one stays").says("damaged");
    hotfix.finish().ok();
    is_complete(&shop, &promises);
}

#[test]
fn a_log_that_cannot_be_read_does_not_keep_anybody_from_releasing() {
    let (shop, hotfix, _) = ready_shop();
    let log = shop.logs().remove(0);
    let old = shop.rev(&log);
    damage(&shop, &shop.rev(&format!("{log}~1")));
    shop.hotfix(["status"]).exits_with_one_of(&[0, 1]).says("cannot be read");
    let before = shop.remote_refs();
    let ran = hotfix.finish();
    ran.exits_with_one_of(&[1, 3]);
    assert_eq!(shop.remote_refs(), before, "the answers are unknown, so nothing is released");
    let hotfix = hotfix.answer_all();
    hotfix.finish().ok();
    // The log goes on above what is left of it; git itself stops right above the gap.
    let above = shop.git_call(["rev-list", &log]).run().stdout;
    let lowest = above.lines().last().expect("nothing was written");
    assert!(shop.git(["cat-file", "-p", lowest]).contains(&format!("parent {old}")), "{above}");
    shop.has_exactly(&["main", "develop"], &["v1.2.0", "v1.2.1"]);
}

#[test]
fn hooks_of_a_checkout_that_fail_do_not_undo_the_checkout() {
    let shop = Shop::new();
    shop.hook("post-checkout", "echo 'the post-checkout hook is broken' >&2\nexit 1");
    shop.hook("post-merge", "exit 1");
    let hotfix = shop.ready(NAME);
    assert_eq!(shop.current_branch().as_deref(), Some("hotfix/fix-login-crash"));
    hotfix.finish().ok();
    assert!(!hotfix.has_branch());
    assert_eq!(shop.current_branch().as_deref(), Some("main"));
    shop.has_exactly(&["main", "develop"], &["v1.2.0", "v1.2.1"]);
}

#[test]
fn a_hook_that_forbids_moving_local_refs_does_not_hide_that_the_release_is_public() {
    let (shop, hotfix, promises) = ready_shop();
    let forbid = "[ \"$1\" = prepared ] || exit 0\ngrep -q ' refs/heads/main$' && exit 1\nexit 0";
    shop.hook("reference-transaction", forbid);
    hotfix.finish().exits(1).says("v1.2.1 is public").says("hotfix finish");
    promises.hold(&shop);
    std::fs::remove_file(shop.dir.join(".git/hooks/reference-transaction")).unwrap();
    hotfix.finish().ok();
    is_complete(&shop, &promises);
}

#[test]
fn a_lock_that_is_taken_away_is_on_the_timeline() {
    let shop = Shop::new();
    shop.start(NAME).fix_login();
    let fault = "record: the event is written, the log has not moved:1";
    let killed = shop.call(["note", "what I was saying"]).env("HOTFIX_FAULT", fault).run();
    assert_eq!(killed.status, 128 + 9, "{killed}");
    shop.write(".git/packed-refs.lock", "");
    shop.hotfix(["note", "once more"]).ok().says("Removed").says("packed-refs.lock");
    assert!(!shop.has_file(".git/packed-refs.lock"));
    let ran = shop.hotfix(["timeline", NAME, "--json"]);
    let events = ran.json()["events"].as_array().unwrap().clone();
    let says = |e: &&serde_json::Value| e["text"].as_str().unwrap().contains("packed-refs.lock");
    let event = events.iter().find(says).unwrap_or_else(|| panic!("it is not on the timeline\n{ran}"));
    assert_eq!(event["kind"], "note");
}
