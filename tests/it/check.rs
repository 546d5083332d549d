//! `check`: five questions, each answered for one tree.

use crate::support::{ALL_CHECKS, Shop};

#[test]
fn every_question_starts_open_and_has_its_words() {
    let shop = Shop::new();
    let status = shop.start("fix-login-crash").fix_login().status();
    let checks = status["checks"].as_array().unwrap();
    let found: Vec<(&str, &str, &str)> = checks
        .iter()
        .map(|c| (c["id"].as_str().unwrap(), c["question"].as_str().unwrap(), c["state"].as_str().unwrap()))
        .collect();
    assert_eq!(
        found,
        [
            ("resolves", "Does the fix resolve the original issue?", "open"),
            ("critical-paths", "Do existing critical paths still work?", "open"),
            ("tests", "Have automated tests passed?", "open"),
            ("reviewed", "Has another developer reviewed the change?", "open"),
            ("staging", "Does the fix work in a staging environment?", "open"),
        ]
    );
}

#[test]
fn an_answer_is_bound_to_the_tree_and_the_person() {
    let shop = Shop::new();
    let hotfix = shop.start("fix-login-crash").fix_login().answer(&["tests=yes"]);
    let status = hotfix.status();
    let tests = status["checks"].as_array().unwrap().iter().find(|c| c["id"] == "tests").unwrap();
    assert_eq!(tests["state"], "pass");
    assert_eq!(tests["tree"], hotfix.tree("HEAD"));
    assert!(tests["by"].as_str().is_some_and(|by| !by.is_empty()), "{tests}");
    assert_eq!(hotfix.check_state("staging"), "open");
}

#[test]
fn naming_ids_answers_yes_to_each() {
    let shop = Shop::new();
    let hotfix = shop.start("fix-login-crash").fix_login();
    hotfix.hotfix(["check", "resolves", "staging"]).ok();
    assert_eq!(hotfix.check_state("resolves"), "pass");
    assert_eq!(hotfix.check_state("staging"), "pass");
    assert_eq!(hotfix.check_state("tests"), "open");
}

#[test]
fn no_is_an_answer_too() {
    let shop = Shop::new();
    let hotfix = shop.start("fix-login-crash").fix_login().answer_all();
    let _ = hotfix.hotfix(["check", "--answer", "staging=no"]);
    assert_eq!(hotfix.check_state("staging"), "fail");
    let before = shop.snapshot();
    hotfix.finish().exits(3).says("staging");
    before.still_holds_except(&[crate::support::Except::Tracking, crate::support::Except::Record]);
}

#[test]
fn a_reviewer_can_be_named() {
    let shop = Shop::new();
    let hotfix = shop.start("fix-login-crash").fix_login().answer(&["reviewed=grace@example.com"]);
    let status = hotfix.status();
    let review = status["checks"].as_array().unwrap().iter().find(|c| c["id"] == "reviewed").unwrap();
    assert_eq!(review["state"], "pass");
    assert!(review["by"].as_str().unwrap().contains("grace@example.com"), "{review}");
}

#[test]
fn a_new_commit_makes_every_answer_stale() {
    let shop = Shop::new();
    let hotfix = shop.start("fix-login-crash").fix_login().answer_all();
    for id in ALL_CHECKS {
        assert_eq!(hotfix.check_state(id), "pass", "{id}");
    }
    let hotfix = hotfix.fix("src/login.rs", "// one more thought\n");
    for id in ALL_CHECKS {
        assert_eq!(hotfix.check_state(id), "stale", "{id}");
    }
    let before = shop.snapshot();
    hotfix.finish().exits(3);
    before.still_holds_except(&[crate::support::Except::Tracking, crate::support::Except::Record]);
    hotfix.answer_all().finish().ok();
}

#[test]
fn a_new_message_for_the_same_tree_keeps_the_answers() {
    let shop = Shop::new();
    let hotfix = shop.start("fix-login-crash").fix_login().answer_all();
    hotfix.git(["commit", "-q", "--amend", "-m", "Do not crash without a session"]);
    for id in ALL_CHECKS {
        assert_eq!(hotfix.check_state(id), "pass", "{id}");
    }
    hotfix.finish().ok();
}

#[test]
fn a_waiver_needs_a_reason_and_stays_visible() {
    let shop = Shop::new();
    let hotfix = shop.start("fix-login-crash").fix_login();
    for without in ["staging", "staging=", "staging= "] {
        hotfix.hotfix(["check", "--waive", without]).exits(2);
    }
    assert_eq!(hotfix.check_state("staging"), "open");
    hotfix.hotfix(["check", "--waive", "staging=staging is down as well"]).ok();
    assert_eq!(hotfix.check_state("staging"), "waived");
    let hotfix =
        hotfix.answer(&["resolves=yes", "critical-paths=yes", "tests=yes", "reviewed=g@example.com"]);
    hotfix.finish().ok();
    let printed = shop.hotfix(["postmortem", "fix-login-crash", "--output", "-"]);
    printed.ok().says("staging is down as well");
}

#[test]
fn waiving_everything_is_refused() {
    let shop = Shop::new();
    let hotfix = shop.start("fix-login-crash").fix_login();
    let mut args = vec!["check".to_owned()];
    args.extend(ALL_CHECKS.iter().flat_map(|id| ["--waive".to_owned(), format!("{id}=no time")]));
    hotfix.hotfix(&args).exits(3);
    for id in ALL_CHECKS {
        assert_eq!(hotfix.check_state(id), "open", "{id}");
    }
    hotfix.hotfix(&args[..args.len() - 2]).ok();
    hotfix.hotfix(["check", "--waive", "staging=no time"]).exits(3);
    assert_eq!(hotfix.check_state("staging"), "open");
}

#[test]
fn waiving_the_rest_on_finish_is_refused_as_well() {
    let shop = Shop::new();
    let hotfix = shop.start("fix-login-crash").fix_login();
    let waivers: Vec<String> = ALL_CHECKS.iter().map(|id| format!("--waive={id}=no time")).collect();
    let flags: Vec<&str> = waivers.iter().map(String::as_str).collect();
    let before = shop.snapshot();
    hotfix.finish_with(&flags).exits(3);
    before.still_holds_except(&[crate::support::Except::Tracking, crate::support::Except::Record]);
}

#[test]
fn finish_can_waive_what_is_left() {
    let shop = Shop::new();
    let hotfix = shop.start("fix-login-crash").fix_login();
    let hotfix = hotfix.answer(&["resolves=yes", "critical-paths=yes", "tests=yes", "staging=yes"]);
    hotfix.finish_with(&["--waive", "reviewed=no reviewer available"]).ok();
    shop.has_exactly(&["main", "develop"], &["v1.2.0", "v1.2.1"]);
    let printed = shop.hotfix(["postmortem", "fix-login-crash", "--output", "-"]);
    printed.ok().says("no reviewer available");
}

#[test]
fn a_named_answer_without_its_option_is_refused_with_the_line_to_type() {
    let shop = Shop::new();
    let hotfix = shop.start("fix-login-crash").fix_login();
    let ran = hotfix.hotfix(["check", "staging", "reviewed=grace@example.com"]);
    ran.exits(2).says("hint: hotfix check --answer reviewed=grace@example.com\n");
    hotfix.hotfix(["check", "--answer", "reviewed=grace@example.com"]).says("said grace@example.com");
}

#[test]
fn a_question_that_does_not_exist_is_a_usage_error() {
    let shop = Shop::new();
    let hotfix = shop.start("fix-login-crash").fix_login();
    let before = shop.snapshot();
    for args in [
        ["check", "stagging", "", ""],
        ["check", "--answer", "stagging=yes", ""],
        ["check", "--answer", "staging=perhaps", ""],
        ["check", "--answer", "staging", ""],
        ["check", "--waive", "stagging=why", ""],
        ["check", "--only", "stagging", ""],
    ] {
        let args: Vec<&str> = args.into_iter().filter(|arg| !arg.is_empty()).collect();
        hotfix.hotfix(&args).exits(2).says("staging");
    }
    before.still_holds();
}

#[test]
fn a_team_has_questions_of_its_own() {
    let config = "[[check]]\nid = \"runbook\"\nquestion = \"Is the runbook up to date?\"\n\
                  [[check]]\nid = \"staging\"\nquestion = \"Did it run on staging for an hour?\"\n\
                  required = false\n";
    let shop = Shop::build().file("hotfix.toml", config).go();
    let hotfix = shop.start("fix-login-crash").fix_login();
    let status = hotfix.status();
    let ids: Vec<&str> =
        status["checks"].as_array().unwrap().iter().map(|check| check["id"].as_str().unwrap()).collect();
    assert_eq!(ids.len(), 6, "{ids:?}");
    assert!(ids.contains(&"runbook"));
    let hotfix =
        hotfix.answer(&["resolves=yes", "critical-paths=yes", "tests=yes", "reviewed=g@example.com"]);
    hotfix.finish().exits(3).says("runbook");
    hotfix.answer(&["runbook=yes"]).finish().ok();
}

#[test]
fn the_checklist_never_touches_the_worktree() {
    let shop = Shop::new();
    let hotfix = shop.start("fix-login-crash").fix_login();
    hotfix.write("src/login.rs", "// not committed yet\n");
    let work = hotfix.work();
    hotfix.answer_all();
    work.still_holds();
}

#[test]
fn a_dry_run_shows_the_checklist_and_records_nothing() {
    let shop = Shop::new();
    let hotfix = shop.start("fix-login-crash").fix_login();
    shop.git(["branch", "hotfix/by-hand", "hotfix/fix-login-crash"]);
    let before = shop.snapshot();
    hotfix.hotfix(["check", "tests", "--dry-run"]).ok().says("Have automated tests passed");
    for name in ["fix-login-crash", "by-hand"] {
        let answer = hotfix.hotfix(["check", "--hotfix", name, "--dry-run", "--json"]).ok().json();
        assert_eq!(answer["dry_run"], true);
        assert_eq!(answer["checks"][2]["state"], "open");
    }
    before.still_holds();
}

#[test]
fn before_the_first_commit_there_is_nothing_to_answer_for() {
    let shop = Shop::new();
    let hotfix = shop.start("fix-login-crash");
    for flags in [
        &["check", "tests"][..],
        &["check", "--answer", "tests=no"],
        &["check", "--waive", "staging=none here"],
    ] {
        hotfix.hotfix(flags).exits(3).says("has no change yet").says("git commit");
    }
    hotfix.hotfix(["check"]).ok();
    let mut terminal = shop.terminal(&["check"]);
    terminal.exits(3);
    for id in ALL_CHECKS {
        assert_eq!(hotfix.check_state(id), "open", "{id}");
    }
    let hotfix = hotfix.fix_login().answer(&["tests=yes"]);
    assert_eq!(hotfix.check_state("tests"), "pass");
}

#[test]
fn what_is_not_committed_is_said_before_it_is_asked() {
    let shop = Shop::new();
    let hotfix = shop.start("fix-login-crash").fix_login();
    hotfix.write("src/login.rs", "// half an idea\n");
    let short = hotfix.tip().get(..7).unwrap().to_owned();
    let mut terminal = shop.terminal(&["check"]);
    terminal.waits_for("Does the fix resolve");
    let screen = terminal.screen();
    assert!(
        screen.contains("1 change is not committed (src/login.rs)") && screen.contains(&short),
        "{screen}"
    );
    terminal.types("\u{3}").exits(130);
}

#[test]
fn after_a_no_it_is_repaired_or_waived() {
    let shop = Shop::new();
    let hotfix = shop.start("fix-login-crash").fix_login().answer_all();
    let ran = hotfix.hotfix(["check", "--answer", "staging=no"]);
    ran.says("git commit -a").says("--waive staging=\"why\"");
    ran.says("--answer staging=yes    # if the no was a mistake");
    hotfix
        .finish()
        .exits(3)
        .says("git commit -a")
        .says("--waive staging=\"why\"")
        .does_not_say("staging=yes");
    let next = hotfix.status()["next"].clone();
    assert_eq!(next["command"], "git commit -a", "{next}");
    assert!(next["why"].as_str().unwrap().contains("--waive staging"), "{next}");
}

#[test]
fn a_signal_reaches_the_command_of_a_check_and_answers_nothing() {
    let command = "trap 'touch ../cleaned; exit 0' TERM; touch ../begun; while :; do sleep 0.05; done";
    let config = format!("schema = 1\n[[check]]\nid = \"tests\"\ncommand = \"{command}\"\n");
    let shop = Shop::build().file("hotfix.toml", &config).go();
    let hotfix = shop.start("fix-login-crash").fix_login();
    let root = crate::support::Repo::at(&shop.world, &shop.world.root);
    let check = shop.call(["check", "--trust"]).spawn();
    let ended = check.gets(rustix::process::Signal::TERM, &root.dir.join("begun")).wait();
    ended.exits(143).says("no answer was recorded");
    assert!(root.has_file("cleaned"), "it was waited for");
    assert_eq!(hotfix.check_state("tests"), "open");
}

#[test]
fn before_a_commit_it_says_what_is_missing() {
    let shop = Shop::new();
    let hotfix = shop.start("fix-login-crash");
    let asks = |words: &str| {
        let mut terminal = shop.terminal(&["check"]);
        terminal.exits(3);
        let screen = terminal.screen().replace('\n', " ");
        assert!(screen.contains(words) && !screen.contains("Does the fix resolve"), "{screen}");
    };
    asks("nothing to check");
    hotfix.write("src/new.rs", "// a new file\n");
    asks("src/new.rs is not added");
    shop.hotfix(["check", "tests"]).exits(3).says("git add src/new.rs && git commit");
    hotfix.write("src/login.rs", "// half an idea\n");
    asks("the change is not committed (src/login.rs)");
    shop.hotfix(["check", "tests"]).exits(3).says("git commit -a");
}

#[test]
fn every_no_is_named() {
    let shop = Shop::new();
    shop.start("fix-login-crash").fix_login();
    let both = "--waive resolves=\"why\" --waive staging=\"why\"";
    let ran = shop.hotfix(["check", "--answer", "resolves=no", "--answer", "staging=no"]);
    ran.ok().says("fix what resolves and staging found").says(both);
    shop.hotfix(["status"]).ok().says("resolves and staging");
    assert_eq!(
        shop.hotfix(["status", "--json"]).ok().json()["next"]["why"],
        format!("repair what resolves and staging found, or: hotfix check {both}")
    );
}

#[test]
fn a_yes_by_hand_repairs_no_command_that_failed() {
    let config = "schema = 1\n[[check]]\nid = \"tests\"\ncommand = \"test -e passes\"\n";
    let shop = Shop::build().file("hotfix.toml", config).go();
    let hotfix = shop.start("fix-login-crash").fix_login();
    hotfix.hotfix(["check", "--trust"]).exits(1).says("fix what tests found").says("--waive tests=\"why\"");
    for again in [["check", "tests"].as_slice(), &["check", "--answer", "tests=yes"]] {
        hotfix
            .hotfix(again)
            .exits(3)
            .says("tests was run on this commit and failed (exit 1")
            .says("--only tests");
        assert_eq!(hotfix.check_state("tests"), "fail");
    }
    // Another commit is another tree, for which nothing failed yet.
    let hotfix = hotfix.fix("passes", "");
    hotfix.hotfix(["check", "--only", "tests", "--trust"]).ok();
    assert_eq!(hotfix.check_state("tests"), "pass");
}

#[test]
fn an_author_who_names_themselves_is_told_that_it_stays_open() {
    let shop = Shop::new();
    let hotfix = shop.start("fix-login-crash").fix_login();
    for own in ["reviewed=ada@example.com", "reviewed=ADA@Example.com"] {
        hotfix.hotfix(["check", "--answer", own]).ok().says("self-review, and reviewed stays open");
        assert_eq!(hotfix.check_state("reviewed"), "open", "{own}");
    }
}

#[test]
fn a_commit_comes_before_the_release() {
    let shop = Shop::new();
    let hotfix = shop.start("fix-login-crash");
    hotfix.write("src/login.rs", "// an idea\n");
    hotfix
        .hotfix(["status"])
        .ok()
        .says("Next: 1 change is not committed (src/login.rs)")
        .says("git commit -a");
    let hotfix = hotfix.fix_login().answer_all();
    hotfix.write("src/login.rs", "// a second thought\n");
    let mut terminal = shop.terminal(&["check", "tests"]);
    terminal.exits(0);
    assert!(
        terminal.screen().contains("Next: 1 change is not committed (src/login.rs)"),
        "{}",
        terminal.screen()
    );
    hotfix.hotfix(["status"]).ok().says("Next: 1 change is not committed (src/login.rs)");
    hotfix.git(["stash"]);
    hotfix.hotfix(["status"]).ok().says("everything is checked");
}

#[test]
fn a_branch_without_a_record_and_without_a_commit_is_asked_nothing() {
    let shop = Shop::new();
    shop.git(["switch", "-q", "-c", "hotfix/by-hand", "main"]);
    shop.hotfix(["check", "--answer", "resolves=yes"]).exits(3).says("has no change yet");
}
