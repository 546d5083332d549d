//! What a push left behind is found out by looking: it may land after its client is dead, the
//! server may die between two refs, and its report may get lost.

use crate::support::{Except, Hotfix, Promises, Ran, Shop};
use std::process::Command;

const NAME: &str = "fix-login-crash";

struct Release {
    shop: Shop,
    hotfix: Hotfix,
    promises: Promises,
    old_main: String,
    old_develop: String,
}

fn about_to_finish() -> Release {
    let shop = Shop::new();
    let hotfix = shop.ready(NAME);
    let promises = Promises::about(&shop, &hotfix.branch, &["develop".to_owned()], "v1.2.1");
    let (old_main, old_develop) = (shop.tip("main"), shop.tip("develop"));
    Release { shop, hotfix, promises, old_main, old_develop }
}

impl Release {
    #[track_caller]
    fn is_complete(&self) {
        let fix = self.promises.fix.clone();
        self.promises.hold(&self.shop);
        self.shop.has_exactly(&["main", "develop"], &["v1.2.0", "v1.2.1"]);
        self.shop.is_released("v1.2.1", &self.old_main, &fix);
        self.shop.got_the_fix("develop", &self.old_develop);
        self.shop.local_follows_the_remote();
        assert!(!self.hotfix.has_branch());
        let kinds = self.shop.kinds(NAME);
        for kind in ["merged", "tagged", "pushed", "merged-back", "finished"] {
            assert_eq!(kinds.iter().filter(|k| *k == kind).count(), 1, "{kind} in {kinds:?}");
        }
        self.shop.is_tidy();
        self.shop.remote().is_tidy();
    }

    fn server_hook(&self, name: &str, script: &str) {
        let remote = self.shop.remote();
        let path = remote.dir.join("hooks").join(name);
        self.shop
            .world
            .write_program(&path, &format!("#!/bin/sh\ncd '{}'\n{script}\n", remote.dir.display()));
    }

    fn no_server_hook(&self, name: &str) {
        std::fs::remove_file(self.shop.remote().dir.join("hooks").join(name)).unwrap();
    }

    /// The next push waits inside the server, which goes on when its client is dead.
    fn server_that_takes_its_time(&self) {
        let remote = self.shop.remote();
        for fifo in ["reached", "go-on", "landed"] {
            let status = Command::new("mkfifo").arg(remote.dir.join(fifo)).status().unwrap();
            assert!(status.success());
        }
        self.shop.git(["config", "remote.origin.receivepack", "setsid git-receive-pack"]);
        self.server_hook("pre-receive", "mkdir slow 2>/dev/null || exit 0\n: >reached\ncat go-on >/dev/null");
        let landed = "[ \"$1\" = committed ] && [ -d slow ] && mkdir told 2>/dev/null && : >landed\nexit 0";
        self.server_hook("reference-transaction", landed);
    }

    /// Waits until somebody has written into the fifo.
    #[track_caller]
    fn wait_for(&self, fifo: &str) {
        let path = self.shop.remote().dir.join(fifo);
        let status = Command::new("timeout").args(["60", "cat"]).arg(path).status().unwrap();
        assert!(status.success(), "the push never came to \"{fifo}\"");
    }

    fn let_it_go_on(&self) {
        std::fs::write(self.shop.remote().dir.join("go-on"), "").unwrap();
    }

    /// Starts a finish and kills it while its push is inside the server.
    fn kill_while_the_server_takes_its_time(&self) {
        self.server_that_takes_its_time();
        let running = self.shop.call(["finish", NAME, "-y"]).in_a_group_of_its_own().spawn();
        self.wait_for("reached");
        let killed = running.kill_the_whole_group();
        assert_eq!(killed.status, 128 + 9, "{killed}");
        assert_eq!(self.shop.tip("main"), self.old_main, "nothing has landed yet");
    }
}

#[test]
fn a_push_that_lands_after_its_client_was_killed_is_recognised() {
    let release = about_to_finish();
    release.kill_while_the_server_takes_its_time();
    release.let_it_go_on();
    release.wait_for("landed");
    let (main, tag) = (release.shop.tip("main"), release.shop.remote().rev("refs/tags/v1.2.1"));
    release.promises.hold(&release.shop);
    release.hotfix.finish().ok().says("v1.2.1").does_not_say("v1.2.2");
    assert_eq!(release.shop.tip("main"), main, "no second release");
    assert_eq!(release.shop.remote().rev("refs/tags/v1.2.1"), tag);
    release.is_complete();
}

#[test]
fn a_push_that_lands_while_it_is_tried_again_is_the_same_release() {
    let release = about_to_finish();
    release.kill_while_the_server_takes_its_time();
    let (remote, meant) = (release.shop.remote().dir.display().to_string(), release.hotfix.tip());
    // Right before the second push: the first one lands.
    let script = format!(": >'{remote}/go-on'; timeout 60 cat '{remote}/landed'");
    release.shop.before_git("push", &script);
    release.hotfix.finish().ok();
    assert!(release.shop.it_happened(), "there was no second push");
    assert!(release.shop.has("main", &meant));
    release.is_complete();
}

const UNLOCK: &str = "find . -name '*.lock' -exec rm {} +";

/// A crash of the server: the refs named here have moved, the others have not.
fn server_that_dies_after_moving(release: &Release, branches: &str, then: &str) {
    let script = format!(
        "[ \"$1\" = prepared ] || exit 0\nmkdir died 2>/dev/null || exit 0\n\
         while read -r old new ref; do case \" {branches} \" in *\" $ref \"*) echo \"$new\" >\"$ref\" ;; \
         esac; done\n\
         {then}\nkill -KILL \"$PPID\""
    );
    release.server_hook("reference-transaction", &script);
}

#[test]
fn a_server_that_died_between_the_refs_is_rolled_forward() {
    for moved in ["refs/heads/main", "refs/heads/develop refs/heads/main", "refs/tags/v1.2.1"] {
        let release = about_to_finish();
        server_that_dies_after_moving(&release, moved, UNLOCK);
        let ran = release.hotfix.finish();
        assert!(release.shop.remote().dir.join("died").is_dir(), "the server never died");
        ran.ok();
        release.is_complete();
    }
}

#[test]
fn a_server_that_died_and_cannot_be_read_is_rolled_forward_when_it_can() {
    for moved in ["refs/heads/main", "refs/tags/v1.2.1", "refs/heads/develop", "nothing"] {
        let release = about_to_finish();
        server_that_dies_after_moving(&release, moved, &format!("{UNLOCK}\nmv HEAD HEAD.gone"));
        let here = release.shop.refs();
        let ran = release.hotfix.finish();
        ran.exits(1).says("unknown").fails_with_a_hint();
        let logs_aside = |mut refs: std::collections::BTreeMap<String, String>| {
            refs.retain(|name, _| !name.starts_with("refs/incidents/"));
            refs
        };
        assert_eq!(logs_aside(release.shop.refs()), logs_aside(here), "nothing local was changed");
        let remote = &release.shop.remote().dir;
        std::fs::rename(remote.join("HEAD.gone"), remote.join("HEAD")).unwrap();
        release.hotfix.finish().ok();
        release.is_complete();
    }
}

/// What the next commands say of a release that is published only in part.
#[track_caller]
fn says_so_first(release: &Release, what: &str) {
    let warnings = |ran: &Ran| ran.stderr.lines().filter(|l| l.starts_with("warning:")).count();
    for args in [&["status"][..], &["note", "still here"], &["list"], &["timeline"]] {
        let ran = release.shop.hotfix(args);
        ran.ok().says("to complete it: hotfix finish fix-login-crash");
        assert!(ran.stderr.starts_with("warning: ") && warnings(&ran) == 1, "{ran}");
        assert!(ran.stderr.contains(what), "expected to read {what:?} first\n{ran}");
    }
    let porcelain = release.shop.hotfix(["status", "--porcelain"]);
    assert_eq!(porcelain.stdout, "fix-login-crash\tdeploy\thotfix finish fix-login-crash\n");
    assert_eq!(release.hotfix.step_state("fix"), "done");
    assert_eq!(release.hotfix.step_state("test"), "done");
    assert_eq!(release.hotfix.step_state("deploy"), "failed");
    let status = release.hotfix.status();
    assert_eq!(status["next"]["command"], "hotfix finish fix-login-crash");
    assert_eq!(status["hotfix"]["next_tag"], "v1.2.1");
}

#[test]
fn a_release_that_was_published_in_part_is_said_first_by_every_command() {
    let parts = [
        ("refs/heads/main", "but not the tag"),
        ("refs/tags/v1.2.1", "but not main with it"),
        ("", "unknown"),
    ];
    for (moved, what) in parts {
        let release = about_to_finish();
        server_that_dies_after_moving(&release, moved, &format!("{UNLOCK}\nmv HEAD HEAD.gone"));
        release.hotfix.finish().exits(1);
        says_so_first(&release, "the outcome of publishing v1.2.1 is unknown");
        let remote = &release.shop.remote().dir;
        std::fs::rename(remote.join("HEAD.gone"), remote.join("HEAD")).unwrap();
        // Somebody looks at the remote, by any means.
        release.shop.git(["fetch", "-q", "--tags", "origin"]);
        says_so_first(&release, what);
        release.hotfix.finish().ok();
        release.is_complete();
        release.shop.hotfix(["status"]).ok().does_not_say("warning:");
    }
}

/// The client was killed when the push had landed: the remote has it all, and nobody has looked.
#[test]
fn of_a_push_that_landed_nothing_is_claimed_that_was_not_looked_at() {
    let release = about_to_finish();
    release.shop.before_git("push", "git \"$@\"; kill -KILL $PPID; kill -KILL $$");
    let _ = release.hotfix.finish();
    assert!(release.shop.it_happened() && release.shop.remote().has_ref("refs/tags/v1.2.1"));
    let ran = release.shop.hotfix([""; 0]);
    ran.ok()
        .does_not_say("not the tag")
        .says("it was not asked for the tag")
        .says("hotfix finish fix-login-crash");
    release.hotfix.finish().ok();
    release.is_complete();
}

/// The tag v1.2.1 is public, and production moved before its commit could follow.
fn with_a_stranded_tag() -> Release {
    let release = about_to_finish();
    server_that_dies_after_moving(&release, "refs/tags/v1.2.1", &format!("{UNLOCK}\nmv HEAD HEAD.gone"));
    release.hotfix.finish().exits(1);
    let remote = &release.shop.remote().dir;
    std::fs::rename(remote.join("HEAD.gone"), remote.join("HEAD")).unwrap();
    assert_eq!(release.shop.tip("main"), release.old_main);
    release.shop.colleague_pushes("main", "docs/readme.txt", "moved\n");
    release
}

#[test]
fn a_tag_that_was_stranded_is_merged_and_the_next_patch_takes_its_place() {
    let release = with_a_stranded_tag();
    let (shop, moved) = (&release.shop, release.shop.tip("main"));
    let (object, stranded) = (shop.remote().rev("refs/tags/v1.2.1"), shop.remote().rev("v1.2.1^{commit}"));
    let plan = release.hotfix.finish_with(&["--dry-run"]);
    plan.ok().says("v1.2.1 was published without main").says("released as v1.2.2");
    release.hotfix.finish().ok().says("v1.2.1 stays on").says("v1.2.2");
    assert_eq!(shop.remote().rev("refs/tags/v1.2.1"), object, "a public tag never moves");
    assert!(shop.has("main", &stranded), "it is in production now");
    shop.is_released("v1.2.2", &moved, &release.promises.fix);
    shop.got_the_fix("develop", &release.old_develop);
    shop.has_exactly(&["main", "develop"], &["v1.2.0", "v1.2.1", "v1.2.2"]);
    shop.local_follows_the_remote();
    let log = shop.hotfix(["timeline", NAME]);
    log.ok().says("v1.2.1 stays on");
    release.hotfix.finish().ok().says("v1.2.2");
}

#[test]
fn what_took_the_place_of_a_stranded_tag_is_continued() {
    let release = with_a_stranded_tag();
    let shop = &release.shop;
    shop.refuse_updates_of("refs/heads/develop");
    release.hotfix.finish().exits(8).says("v1.2.2");
    shop.accept_everything_again();
    release.hotfix.finish().ok().says("v1.2.2");
    assert!(shop.has("develop", &shop.remote().rev("v1.2.2^{commit}")));
    shop.has_exactly(&["main", "develop"], &["v1.2.0", "v1.2.1", "v1.2.2"]);
}

#[test]
fn a_stranded_tag_that_lacks_a_later_commit_is_named_and_left() {
    let release = with_a_stranded_tag();
    let hotfix = release.shop.started(NAME).fix("src/more.rs", "pub fn more() {}\n").answer_all();
    let ran = hotfix.finish();
    ran.ok().says("do not deploy v1.2.1, v1.2.2 takes its place");
    assert!(!release.shop.has("main", &release.shop.remote().rev("v1.2.1^{commit}")));
    assert!(release.shop.has("main", &release.shop.remote().rev("v1.2.2^{commit}")));
}

#[test]
fn a_server_that_falls_silent_is_not_waited_for_for_ever() {
    let release = about_to_finish();
    release.server_that_takes_its_time();
    let here = release.shop.snapshot();
    let ran = release.shop.call(["finish", NAME, "-y"]).env("HOTFIX_HURRY", "1").run();
    ran.exits(1).says("did not respond").says("Nothing was changed here").fails_with_a_hint();
    here.still_holds_except(&[Except::Tracking, Except::Record]);
    release.shop.hotfix(["status"]).ok().says("the outcome of publishing is unknown");
    // It arrives after all.
    release.wait_for("reached");
    release.let_it_go_on();
    release.wait_for("landed");
    let main = release.shop.tip("main");
    assert_ne!(main, release.old_main);
    release.hotfix.finish().ok();
    assert_eq!(release.shop.tip("main"), main, "no second release");
    release.is_complete();
}

#[test]
fn a_refused_push_is_no_release_in_part() {
    let release = about_to_finish();
    release.shop.refuse_updates_of("refs/heads/main");
    release.hotfix.finish().exits(1);
    release.shop.hotfix(["status"]).ok().does_not_say("warning:").says("rejected by the server");
}

#[test]
fn a_run_that_is_still_publishing_is_not_said_to_have_stopped() {
    let release = about_to_finish();
    release.server_that_takes_its_time();
    let running = release.shop.call(["finish", NAME, "-y"]).in_a_group_of_its_own().spawn();
    release.wait_for("reached");
    release.shop.hotfix(["status"]).ok().does_not_say("warning:");
    release.let_it_go_on();
    release.wait_for("landed");
    running.wait().ok();
    release.is_complete();
}

#[test]
fn a_server_that_died_and_left_its_locks_is_named_and_rolled_forward_later() {
    let release = about_to_finish();
    server_that_dies_after_moving(&release, "refs/heads/develop refs/heads/main", ":");
    let ran = release.hotfix.finish();
    ran.exits(1).says("lock");
    let (main, remote) = (release.shop.tip("main"), release.shop.remote());
    assert!(release.shop.has("main", &release.promises.fix), "production has moved");
    assert!(!remote.has_ref("refs/tags/v1.2.1"), "its tag has not");
    assert!(release.hotfix.has_branch());
    ran.does_not_say("Nothing was published").says("already has the fix").says("hotfix finish");
    says_so_first(&release, "but not the tag");
    for lock in ["HEAD.lock", "refs/heads/main.lock", "refs/heads/develop.lock", "refs/tags/v1.2.1.lock"] {
        let _ = std::fs::remove_file(remote.dir.join(lock));
    }
    release.hotfix.finish().ok();
    assert_eq!(release.shop.tip("main"), main, "no second merge");
    release.is_complete();
}

#[test]
fn a_push_whose_report_is_lost_counts_as_done() {
    let release = about_to_finish();
    release.server_hook("post-receive", "mkdir died 2>/dev/null && kill -KILL \"$PPID\"");
    release.hotfix.finish().ok();
    assert!(release.shop.remote().dir.join("died").is_dir(), "the server never died");
    release.is_complete();
}

#[test]
fn a_server_that_dies_before_anything_moved_publishes_nothing() {
    for hook in ["pre-receive", "update"] {
        let release = about_to_finish();
        release.server_hook(hook, "kill -KILL \"$PPID\"");
        let before = release.shop.remote_refs();
        let ran = release.hotfix.finish();
        ran.exits(1).fails_with_a_hint();
        assert_eq!(release.shop.remote_refs(), before);
        release.promises.hold(&release.shop);
        release.no_server_hook(hook);
        release.hotfix.finish().ok();
        release.is_complete();
    }
}

#[test]
fn a_deletion_whose_report_is_lost_counts_as_done() {
    let shop = Shop::new();
    let hotfix = shop.ready(NAME).published();
    let script = format!(
        "#!/bin/sh\nwhile read -r old new ref; do\n\
         if [ \"$ref\" = 'refs/heads/{}' ]; then kill -KILL \"$PPID\"; fi\ndone\n",
        hotfix.branch
    );
    // The branch rides along in the release, unchanged; only its deletion reaches this hook.
    shop.world.write_program(&shop.remote().dir.join("hooks/post-receive"), &script);
    hotfix.finish().ok();
    shop.has_exactly(&["main", "develop"], &["v1.2.0", "v1.2.1"]);
    assert!(shop.kinds(NAME).contains(&"branch-deleted".to_owned()));
}
