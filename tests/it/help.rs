//! Help, completions, manual, and the program's two names.

use crate::support::{Call, Repo, Shop, World};
use std::path::Path;

const COMMANDS: [&str; 26] = [
    "affected",
    "start",
    "note",
    "mark",
    "run",
    "severity",
    "role",
    "amend",
    "retract",
    "redact",
    "followups",
    "check",
    "review",
    "sync",
    "bundle",
    "finish",
    "abort",
    "status",
    "list",
    "update",
    "timeline",
    "postmortem",
    "audit",
    "stats",
    "init",
    "drill",
];

fn anywhere() -> Repo {
    let world = World::new();
    Repo::at(&world, world.root.clone())
}

#[test]
fn the_overview_has_every_command() {
    let ran = anywhere().hotfix(["--help"]);
    ran.ok();
    for command in COMMANDS {
        assert!(ran.stdout.contains(command), "{command} is missing\n{ran}");
    }
    assert!(ran.stderr.is_empty(), "{ran}");
}

#[test]
fn the_overview_starts_with_what_an_emergency_needs() {
    let ran = anywhere().hotfix(["help"]);
    ran.ok();
    let place = |word: &str| ran.stdout.find(word).unwrap_or_else(|| panic!("{word} is missing\n{ran}"));
    assert!(place("start") < place("completions"));
    assert!(place("finish") < place("completions"));
}

#[test]
fn every_command_explains_itself() {
    let here = anywhere();
    for command in COMMANDS {
        let (long, short) = (here.hotfix(["help", command]), here.hotfix([command, "-h"]));
        assert!(long.ok().stdout.contains("Usage"), "{long}");
        assert!(short.ok().stdout.contains("Usage"), "{short}");
    }
}

#[test]
fn help_fits_a_terminal_of_eighty_columns() {
    let here = anywhere();
    for command in COMMANDS {
        let ran = here.call(["help", command]).env("COLUMNS", "80").run();
        for line in ran.ok().stdout.lines() {
            assert!(line.chars().count() <= 100, "{command}: a line is too long: {line}");
        }
    }
}

#[test]
fn every_exit_code_is_explained() {
    let ran = anywhere().hotfix(["help", "exit-codes"]);
    ran.ok();
    for code in ["0", "1", "2", "3", "4", "5", "8", "130", "143"] {
        let explained = ran.stdout.lines().any(|line| {
            let mut words = line.split_whitespace();
            words.next() == Some(code) && words.next().is_some()
        });
        assert!(explained, "no line explains {code}\n{ran}");
    }
}

#[test]
fn what_is_no_command_is_a_usage_error() {
    let here = anywhere();
    here.hotfix(["strat"]).exits(2).says("start");
    here.hotfix(["start", "x", "--no-such-flag"]).exits(2);
    here.hotfix(["finish", "--waive"]).exits(2);
}

#[test]
fn the_version_is_printed() {
    let ran = anywhere().hotfix(["--version"]);
    ran.ok();
    assert!(ran.stdout.contains(env!("CARGO_PKG_VERSION")), "{ran}");
}

#[test]
fn git_runs_it_under_its_own_name() {
    let shop = Shop::new();
    shop.start("fix-login-crash");
    let programs = Path::new(env!("CARGO_BIN_EXE_git-hotfix")).parent().unwrap().to_path_buf();
    let path = crate::support::search_path_with(&programs);
    let run = |args: &[&str]| shop.git_call(args).env("PATH", &path).run();
    run(&["hotfix", "status"]).ok().says("fix-login-crash");
    run(&["hotfix", "note", "from git"]).ok();
    assert_eq!(shop.event("fix-login-crash", "from git")["kind"], "note");
    run(&["hotfix", "status", "no-such-hotfix"]).exits(2);
}

#[test]
fn both_names_are_the_same_program() {
    let here = anywhere();
    let other =
        Call::new(&here.world, env!("CARGO_BIN_EXE_git-hotfix").as_ref(), ["--version"], &here.dir).run();
    assert!(other.ok().stdout.contains(env!("CARGO_PKG_VERSION")), "{other}");
}

#[test]
fn completions_are_printed_for_every_shell() {
    let here = anywhere();
    for shell in ["bash", "zsh", "fish"] {
        let ran = here.hotfix(["completions", shell]);
        assert!(ran.ok().stdout.contains("hotfix"), "{ran}");
        assert!(ran.stderr.is_empty(), "{ran}");
    }
    here.hotfix(["completions", "tcsh-from-1983"]).exits(2);
}

#[test]
fn bash_accepts_its_completions() {
    let here = anywhere();
    let script = here.hotfix(["completions", "bash"]).ok().stdout.clone();
    here.write("completions.bash", &script);
    Call::new(&here.world, "bash".as_ref(), ["-n", "completions.bash"], &here.dir).run().ok();
    let load = "source completions.bash && complete -p hotfix";
    Call::new(&here.world, "bash".as_ref(), ["-c", load], &here.dir).run().ok();
}

#[test]
fn the_manual_is_a_manual() {
    let ran = anywhere().hotfix(["man"]);
    ran.ok();
    assert!(ran.stdout.contains(".TH"), "{ran}");
    assert!(ran.stdout.contains("finish"), "{ran}");
}

#[test]
fn quiet_says_nothing_but_the_answer() {
    let shop = Shop::new();
    let ran = shop.hotfix(["-q", "start", "fix-login-crash"]);
    ran.ok();
    assert!(ran.stderr.is_empty(), "{ran}");
}

#[test]
fn verbose_shows_the_git_commands() {
    let shop = Shop::new();
    let ran = shop.hotfix(["-v", "start", "fix-login-crash"]);
    ran.ok();
    assert!(ran.stderr.contains("git") && ran.stderr.contains("fetch"), "{ran}");
}

#[test]
fn colours_are_a_matter_of_taste_and_terminals() {
    let shop = Shop::new();
    shop.start("fix-login-crash");
    let coloured = |flags: &[&str], variables: &[(&str, &str)]| {
        let mut call = Call::new(&shop.world, env!("CARGO_BIN_EXE_hotfix").as_ref(), flags, &shop.dir);
        for (key, value) in variables {
            call = call.env(key, value);
        }
        call.run().ok().said("\u{1b}[")
    };
    assert!(!coloured(&["status"], &[]));
    assert!(coloured(&["status", "--color", "always"], &[]));
    assert!(!coloured(&["status", "--color", "never"], &[("CLICOLOR_FORCE", "1")]));
    assert!(!coloured(&["status"], &[("NO_COLOR", "1"), ("CLICOLOR_FORCE", "1")]));
}

#[test]
fn usage_errors_say_all_that_is_known_in_words_and_in_json() {
    let repo = anywhere();
    for (args, what, usage) in [
        (&["severity"][..], "<SEV>", "hotfix severity [OPTIONS] <SEV>"),
        (
            &["finish", "--mode", "later"],
            "[possible values: auto, direct, pr]",
            "hotfix finish [OPTIONS] [NAME]",
        ),
        (&["mark", "healed"], "mitigated", "hotfix mark [OPTIONS] <MILESTONE>"),
        (&["postmortem", "check"], "<FILE>", "hotfix postmortem check [OPTIONS] <FILE>..."),
    ] {
        let command = usage.split(" [").next().unwrap();
        repo.hotfix(args).exits(2).says(what).says(usage).says(&format!("hint: {command} --help"));
        let error = repo.hotfix([args, &["--json"]].concat()).json_error();
        let message = error["message"].as_str().unwrap();
        assert!(message.contains(what) && message.contains(usage), "{message}");
        assert_eq!(error["hints"][0], format!("{command} --help"));
    }
    repo.hotfix(["frobnicate", "--json"]).exits(2);
}

#[test]
fn what_has_a_form_of_its_own_is_not_given_as_json() {
    let shop = Shop::new();
    for args in [&["help"][..], &["man"], &["completions", "bash"], &["status", "--porcelain"]] {
        let ran = shop.hotfix([args, &["--json"]].concat());
        ran.exits(2);
        assert_eq!(ran.json_error()["kind"], "usage");
        shop.hotfix(args).ok();
    }
}

#[test]
fn installing_the_manual_says_what_man_still_needs() {
    let repo = anywhere();
    repo.hotfix(["man", "--install"]).ok().says("export MANPATH=").says("/man:$MANPATH");
}

/// What every command takes is said once, in one place.
#[test]
fn the_help_of_a_small_command_is_small() {
    let shop = Shop::new();
    for args in [&["help", "undo"][..], &["undo", "--help"]] {
        let ran = shop.hotfix(args.iter().copied());
        ran.ok().says("hotfix help all").does_not_say("--no-input");
        assert!(ran.stdout.lines().count() < 20, "{ran}");
    }
}

#[test]
fn the_help_of_severity_says_what_each_one_means() {
    let shop = crate::support::Shop::new();
    shop.hotfix(["severity", "--help"]).ok().says("sev1: down").says("sev5: cosmetic");
}
