//! `start`: where the branch comes from, and what is written down.

use crate::support::Shop;
use std::path::Path;

#[test]
fn it_branches_from_the_remotes_production_and_not_from_unpushed_commits() {
    let shop = Shop::new();
    let unpushed = shop.commit("src/half-done.rs", "// not for production\n");
    let public = shop.tip("main");
    shop.start("fix-login-crash");
    assert_eq!(shop.rev("refs/heads/hotfix/fix-login-crash"), public);
    assert_eq!(shop.rev("refs/heads/main"), unpushed, "the local branch stays");

    shop.started("fix-login-crash").fix_login().answer_all().finish().ok();
    assert!(!shop.has("main", &unpushed), "an unpushed commit got into production");
    assert!(shop.contains("refs/heads/main", &unpushed), "an unpushed commit got lost");
}

#[test]
fn it_branches_from_the_remotes_production_although_the_tracking_ref_is_stale() {
    let shop = Shop::new();
    let news = shop.colleague_pushes("main", "src/news.rs", "// released meanwhile\n");
    assert_ne!(shop.rev("refs/remotes/origin/main"), news, "the clone should not know yet");
    shop.start("fix-login-crash");
    assert_eq!(shop.rev("refs/heads/hotfix/fix-login-crash"), news);
}

#[test]
fn on_a_clean_tree_it_switches_in_place() {
    let shop = Shop::new();
    shop.git(["switch", "-q", "develop"]);
    shop.start("fix-login-crash");
    assert_eq!(shop.current_branch().as_deref(), Some("hotfix/fix-login-crash"));
    assert_eq!(shop.git(["status", "--porcelain"]), "");
    assert_eq!(shop.worktrees().len(), 1);
}

#[test]
fn a_release_is_as_old_as_its_tag_and_not_as_its_commit() {
    let shop = Shop::new();
    shop.world.set_clock("2026-12-02T12:00:00Z");
    shop.git(["tag", "-a", "v1.3.0", "-m", "v1.3.0", "origin/main"]);
    shop.git(["push", "-q", "origin", "v1.3.0"]);
    shop.world.set_clock("2026-12-05T12:00:00Z");
    let ran = shop.hotfix(["start", "fix-login-crash"]);
    ran.ok().says("released as v1.3.0 (3 d ago)");
    // A lightweight tag has no time of its own.
    shop.git(["tag", "v1.4.0", &shop.commit("src/login.rs", "// news\n")]);
    shop.git(["push", "-q", "origin", "HEAD:main", "v1.4.0"]);
    shop.world.set_clock("2026-12-05T18:00:00Z");
    let ran = shop.hotfix(["start", "fix-cart", "--incident", "new"]);
    assert!(
        ran.ok().stderr.contains("released as v1.4.0 (5 h 5")
            || ran.stderr.contains("released as v1.4.0 (6 h"),
        "{ran}"
    );
}

#[test]
fn it_publishes_nothing() {
    let shop = Shop::new();
    let before = shop.remote_refs();
    shop.start("fix-login-crash").fix_login();
    assert_eq!(shop.remote_refs(), before);
}

#[test]
fn it_publishes_the_branch_when_asked() {
    let shop = Shop::new();
    let hotfix = shop.start_with("fix-login-crash", &["--push"]);
    shop.has_exactly(&["main", "develop", "hotfix/fix-login-crash"], &["v1.2.0"]);
    assert_eq!(shop.tip("hotfix/fix-login-crash"), hotfix.tip());
    let upstream = hotfix.git(["rev-parse", "--abbrev-ref", "@{upstream}"]);
    assert_eq!(upstream, "origin/hotfix/fix-login-crash");
}

#[test]
fn a_dry_run_changes_nothing() {
    let shop = Shop::new();
    let before = shop.snapshot();
    shop.hotfix(["start", "fix-login-crash", "--dry-run"]).ok().says("hotfix/fix-login-crash");
    before.still_holds_except(&[crate::support::Except::Tracking]);
}

#[test]
fn a_dry_run_lists_the_steps_and_the_git_commands_that_the_real_run_takes() {
    let shop = Shop::new();
    shop.write("README.md", "edited\n");
    let args = ["start", "fix-login-crash", "--stash", "--push", "--dry-run"];
    let planned = shop.hotfix([&args[..], &["--json"]].concat()).ok().json();
    let kinds: Vec<&str> =
        planned["steps"].as_array().unwrap().iter().map(|s| s["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["record", "stash", "create", "record", "push"]);
    shop.hotfix(args).ok().says("1. stash   your changes").says("3. push    hotfix/fix-login-crash");
    // The commands do what they say.
    for line in planned["git"].as_array().unwrap() {
        let line = line.as_str().unwrap();
        crate::support::Call::new(&shop.world, "sh".as_ref(), ["-ec", line], &shop.dir).run().ok();
    }
    assert_eq!(shop.git(["branch", "--show-current"]), "hotfix/fix-login-crash");
    assert_eq!(shop.git(["stash", "list", "--format=%gs"]), "On main: before hotfix/fix-login-crash");
    shop.has_exactly(&["main", "develop", "hotfix/fix-login-crash"], &["v1.2.0"]);
}

#[test]
fn what_can_wait_is_declined_and_remembered() {
    let shop = Shop::new();
    let before = shop.snapshot();
    shop.hotfix(["start", "fix-typo", "--can-wait"]).exits(3);
    before.still_holds_except(&[crate::support::Except::Tracking, crate::support::Except::Record]);
    assert_eq!(shop.logs().len(), 1, "the decision is kept");
    shop.hotfix(["list", "--all"]).ok().says("fix-typo").says("declined");
    assert!(shop.kinds("fix-typo").contains(&"declined".to_owned()));
}

#[test]
fn what_can_wait_is_done_all_the_same_with_force() {
    let shop = Shop::new();
    shop.start_with("fix-typo", &["--can-wait", "--force"]);
    assert!(shop.has_ref("refs/heads/hotfix/fix-typo"));
}

#[test]
fn a_remote_out_of_reach_is_one_line_and_no_obstacle() {
    let shop = Shop::new();
    let known = shop.rev("refs/remotes/origin/main");
    shop.git(["remote", "set-url", "origin", "/nowhere/at/all.git"]);
    let ran = shop.hotfix(["start", "fix-login-crash"]);
    let about = ran.stderr.lines().filter(|line| line.contains("origin")).count();
    ran.ok();
    assert!(about >= 1, "it should say that origin was not read\n{ran}");
    assert!(!ran.stderr.contains("fatal:"), "git's own words are not for people\n{ran}");
    assert_eq!(shop.rev("refs/heads/hotfix/fix-login-crash"), known);
}

#[test]
fn without_fetching_it_takes_what_is_known() {
    let shop = Shop::new();
    let known = shop.rev("refs/remotes/origin/main");
    shop.colleague_pushes("main", "src/news.rs", "// news\n");
    shop.start_with("fix-login-crash", &["--no-fetch"]);
    assert_eq!(shop.rev("refs/heads/hotfix/fix-login-crash"), known);
}

#[test]
fn a_local_tag_is_not_clobbered_by_the_remotes() {
    let shop = Shop::new();
    shop.git(["tag", "-f", "v1.2.0", "develop"]);
    let mine = shop.rev("refs/tags/v1.2.0");
    shop.start("fix-login-crash");
    assert_eq!(shop.rev("refs/tags/v1.2.0"), mine);
}

#[test]
fn a_detached_head_is_no_obstacle() {
    let shop = Shop::new();
    shop.git(["switch", "-q", "--detach", "develop"]);
    let hotfix = shop.start("fix-login-crash");
    assert_eq!(hotfix.tip(), shop.tip("main"));
}

#[test]
fn other_open_hotfixes_are_named() {
    let shop = Shop::new();
    shop.start("fix-login-crash");
    let colleague = shop.colleague();
    colleague.git(["push", "-q", "origin", "origin/main:refs/heads/hotfix/fix-search"]);
    shop.hotfix(["start", "fix-cart"]).ok().says("fix-login-crash").says("fix-search");
    assert_eq!(shop.rev("refs/heads/hotfix/fix-cart"), shop.tip("main"));
}

#[test]
fn unreleased_commits_on_production_are_said_to_ship_too() {
    let shop = Shop::new();
    shop.colleague_pushes("main", "src/news.rs", "// merged, never released\n");
    shop.hotfix(["start", "fix-login-crash"]).ok().says("also ships");
}

#[test]
fn the_answers_to_the_triage_are_kept() {
    let shop = Shop::new();
    let hotfix = shop.start_with(
        "fix-login-crash",
        &[
            "--title",
            "Users get a 500 on /login",
            "--severity",
            "2",
            "--reason",
            "outage",
            "--reason",
            "revenue",
            "--symptom",
            "an empty session is unwrapped",
            "--impact",
            "one user in three",
            "--workaround",
            "clear the cookies",
            "--reproduced",
            "yes",
            "--impact-started",
            "13:31",
            "--detected",
            "13:40",
            "--detected-by",
            "customer",
        ],
    );
    let status = hotfix.status();
    assert_eq!(status["hotfix"]["name"], "fix-login-crash");
    assert_eq!(status["hotfix"]["title"], "Users get a 500 on /login");
    assert_eq!(status["hotfix"]["severity"], "sev2");
    assert_eq!(status["hotfix"]["branch"], "hotfix/fix-login-crash");
    assert_eq!(hotfix.step_state("detect"), "done");
    assert_eq!(hotfix.step_state("assess"), "done");
    assert_eq!(hotfix.step_state("branch"), "done");
    let events = shop.events("fix-login-crash");
    for (kind, time) in [("impact_started", "13:31"), ("detected", "13:40")] {
        let event = events.iter().find(|event| event["kind"] == kind).expect(kind);
        assert!(event["at"].as_str().unwrap().starts_with(&format!("2026-11-22T{time}:00")), "{event}");
    }
}

#[test]
fn answers_that_make_no_sense_are_usage_errors() {
    let shop = Shop::new();
    let before = shop.snapshot();
    for flags in [
        ["--severity", "banana"],
        ["--severity", "sev6"],
        ["--reason", "boredom"],
        ["--reproduced", "perhaps"],
        ["--detected-by", "horoscope"],
        ["--detected", "25:00"],
        ["--impact-started", "2026-11-22 16:00"],
    ] {
        shop.hotfix([&["start", "fix-login-crash"], &flags[..]].concat()).exits(2);
    }
    before.still_holds();
}

#[test]
fn it_makes_an_incident_with_a_name_of_its_own() {
    let shop = Shop::new();
    let hotfix = shop.start("fix-login-crash");
    let id = hotfix.status()["hotfix"]["id"].as_str().unwrap().to_owned();
    let suffix = id.strip_prefix("20261122-fix-login-crash-").expect(&id);
    assert!(suffix.len() == 4 && suffix.chars().all(|c| c.is_ascii_hexdigit()), "{id}");
    assert_eq!(shop.logs(), [format!("refs/incidents/{id}/log")]);
}

#[test]
fn the_path_of_the_work_is_printed() {
    let shop = Shop::new();
    let hotfix = shop.start("fix-login-crash");
    let ran = shop.hotfix(["path", "fix-login-crash"]);
    ran.ok();
    assert_eq!(Path::new(ran.stdout.trim_end()), hotfix.dir);
}

#[test]
fn a_start_that_was_killed_before_it_published_the_branch_publishes_it_when_typed_again() {
    // Declared, made, recorded.
    let points = ["start: between two steps:1", "start: between two steps:2", "start: between two steps:3"];
    for (point, flags) in points.into_iter().flat_map(|p| [(p, "--push"), (p, "--worktree")]) {
        let shop = Shop::new();
        let args = ["start", "fix-login-crash", "--push", flags];
        let args = if flags == "--push" { &args[..3] } else { &args[..] };
        let killed = shop.call(args).env("HOTFIX_FAULT", point).run();
        assert_eq!(killed.status, 128 + 9, "{killed}");
        shop.has_exactly(&["main", "develop"], &["v1.2.0"]);
        shop.hotfix(args).ok().says("hotfix/fix-login-crash is on origin");
        shop.has_exactly(&["main", "develop", "hotfix/fix-login-crash"], &["v1.2.0"]);
        let hotfix = shop.started("fix-login-crash");
        let upstream = hotfix.git(["rev-parse", "--abbrev-ref", "@{upstream}"]);
        assert_eq!(upstream, "origin/hotfix/fix-login-crash", "{point} {flags}");
        let started = shop.kinds("fix-login-crash").into_iter().filter(|kind| kind == "fix-started");
        assert_eq!(started.count(), 1, "{point} {flags}");
        shop.hotfix(args).exits(3).says("already exists");
    }
}

#[test]
fn a_branch_that_is_published_already_is_only_tracked_when_the_start_is_typed_again() {
    let shop = Shop::new();
    shop.start("fix-login-crash");
    shop.git(["push", "-q", "origin", "hotfix/fix-login-crash"]);
    shop.hotfix(["start", "fix-login-crash", "--push"]).ok().says("is on origin");
    let upstream = shop.git(["rev-parse", "--abbrev-ref", "@{upstream}"]);
    assert_eq!(upstream, "origin/hotfix/fix-login-crash");
}

#[test]
fn a_branch_with_work_on_it_is_not_published_by_another_start() {
    let shop = Shop::new();
    shop.start("fix-login-crash").fix_login();
    let before = shop.remote_refs();
    shop.hotfix(["start", "fix-login-crash", "--push"]).exits(3).says("already exists");
    assert_eq!(shop.remote_refs(), before);
}
