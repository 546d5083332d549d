//! Which layer wins, and how each is read.

use super::fixture::Repo;
use super::*;
use crate::model::checklist::Item;
use crate::model::severity::Severity;
use chrono::Duration;

#[test]
fn every_layer_beats_the_one_below() {
    let wait = |repo: &Repo| {
        let config = repo.load();
        let origin = config.origin("finish.wait").unwrap().to_string();
        (config.finish.wait.num_minutes(), origin)
    };
    let repo = Repo::default();
    assert_eq!(wait(&repo), (0, "built in".into()));
    let repo = repo.toml("[finish]\nwait = \"1m\"");
    assert_eq!(wait(&repo), (1, "hotfix.toml:2".into()));
    let repo = repo.git_in("global", "/home/ada/.gitconfig", "hotfix.finish.wait", "2m");
    assert_eq!(wait(&repo), (2, "git config (global, /home/ada/.gitconfig)".into()));
    let repo = repo.git("hotfix.finish.wait", "3m");
    assert_eq!(wait(&repo), (3, "git config (local, .git/config)".into()));
    let repo = repo.env("HOTFIX_CONFIG_FINISH_WAIT", " 4m ");
    assert_eq!(wait(&repo), (4, "environment HOTFIX_CONFIG_FINISH_WAIT".into()));

    let detected = Repo::cloned("origin", &["main", "live"]);
    assert_eq!(detected.load().branches.production, "live");
    let file = detected.toml("[branches]\nproduction = \"main\"");
    assert_eq!(file.load().branches.production, "main");
    let back = file.env("HOTFIX_CONFIG_BRANCHES_PRODUCTION", "auto");
    assert_eq!(back.load().branches.production, "live", "auto is a value like any other");
}

#[test]
fn the_defaults() {
    let config = Repo::default().load();
    assert_eq!(config.checks, Item::defaults());
    assert_eq!(config.start.when_dirty, WhenDirty::Worktree);
    assert_eq!(config.start.copy, [".env", ".envrc"]);
    assert_eq!(config.version.tag, None);
    assert_eq!(config.version.files, VersionFiles { known: true, listed: Vec::new() });
    assert_eq!(config.version.changelog, Changelog::Auto);
    assert_eq!(config.guard.warn, Limit { lines: 100, files: 5 });
    assert_eq!(config.guard.block, Limit { lines: 400, files: 15 });
    assert_eq!(config.finish.merge, MergeStyle::Merge);
    assert!(config.finish.delete_branch && config.deploy.command.is_empty());
    assert_eq!(config.deploy.timeout, Duration::minutes(30));
    assert!(config.verify.is_empty() && !config.incident.share && config.incident.remote.is_none());
    assert_eq!(config.updates.keys().collect::<Vec<_>>(), ["management", "technical", "users"]);
    assert_eq!(config.updates["users"][&Severity::Sev2], Duration::minutes(30));
    assert_eq!(config.postmortem.template, None);
    assert!(config.explain().iter().all(|e| !e.meaning.is_empty() && !e.value.is_empty()));
}

#[test]
fn gits_configuration_by_the_keys_kind() {
    let config = Repo::default()
        .git("hotfix.branches.mergeback", "develop, next")
        .git("hotfix.branches.lines", "old/*")
        .git("hotfix.branches.lines", "older/*")
        .git("hotfix.start.when-dirty", "stash")
        .git("hotfix.finish.delete-branch", "off")
        .git("hotfix.finish.mergebackby", "cherry-pick")
        .git("hotfix.guard.warn", "{ lines = 7 }")
        .git("hotfix.guard.ignore", "[\"a,b\"]")
        .git("hotfix.deploy.command", " make deploy ")
        .git("hotfix.check", r#"[{ id = "tests", command = "make test" }]"#)
        .load();
    assert_eq!(config.branches.merge_back, ["develop", "next"]);
    assert_eq!(config.branches.lines, ["old/*", "older/*"]);
    assert_eq!(config.start.when_dirty, WhenDirty::Stash);
    assert!(!config.finish.delete_branch);
    assert_eq!(config.finish.merge_back_by, MergeBackBy::CherryPick);
    assert_eq!(config.guard.warn, Limit { lines: 7, files: 5 }, "what is not named stays");
    assert_eq!(config.guard.ignore, ["a,b"]);
    assert_eq!(config.deploy.command, " make deploy ", "a command is taken as it is");
    assert_eq!(config.checks[2].command.as_deref(), Some("make test"));
    let over = Repo::default()
        .git_in("global", "g", "hotfix.branches.lines", "a")
        .git("hotfix.branches.lines", "b")
        .load();
    assert_eq!(over.branches.lines, ["b"], "a nearer file takes the place of the list");
}

#[test]
fn the_environment_by_the_keys_kind() {
    let config = Repo::default()
        .env("HOTFIX_CONFIG_BRANCHES_MERGE_BACK", "")
        .env("HOTFIX_CONFIG_FINISH_MERGE_BACK_BY", "merge")
        .env("HOTFIX_CONFIG_INCIDENT_SHARE", "YES")
        .env("HOTFIX_CONFIG_INCIDENT_TIMEZONE", "-03:30")
        .env("HOTFIX_CONFIG_GUARD_BLOCK", "{ lines = 1, files = 2 }")
        .env("HOTFIX_CONFIG_UPDATES_USERS", "{ sev1 = \"5m\", sev2 = \"0s\" }")
        .env("HOTFIX_CONFIG_VERSION_FILES", r#"[{ path = "a.py", search = "v={current}" }]"#)
        .env("HOTFIX_CONFIG_VERSION_CHANGELOG", "none")
        .env("HOTFIX_CONFIG_VERIFY", r#"[{ name = "up", command = "true", for = "0s" }]"#)
        .load();
    assert!(config.branches.merge_back.is_empty());
    assert!(config.incident.share);
    assert_eq!(config.incident.timezone, Timezone::Fixed(-(3 * 3600 + 1800)));
    assert_eq!(config.guard.block, Limit { lines: 1, files: 2 });
    let users: Vec<_> =
        config.updates["users"].iter().map(|(s, d)| (s.to_string(), d.num_minutes())).collect();
    assert_eq!(users, [("sev1".into(), 5), ("sev3".into(), 60)]);
    let file = VersionFile { path: "a.py".into(), search: "v={current}".into() };
    assert_eq!(config.version.files, VersionFiles { known: true, listed: vec![file] });
    assert_eq!(config.version.changelog, Changelog::Never);
    assert_eq!((config.verify[0].every, config.verify[0].for_), (Duration::seconds(30), Duration::zero()));
}

#[test]
fn what_commands_are_given_is_never_configuration() {
    let mut repo = Repo::default();
    for name in ["NAME", "TAG", "VERSION", "PREVIOUS_TAG", "COMMIT", "BRANCH", "INCIDENT"] {
        repo = repo.env(&format!("HOTFIX_{name}"), "whatever");
    }
    assert_eq!(repo.load(), Repo::default().load());
}

#[test]
fn checks_are_replaced_by_id_and_added_to() {
    let text = r#"
[[check]]
id = "tests"
command = "cargo test"
recheck = true
[[check]]
id = "lint"
question = "Is it clean?"
required = false
timeout = "90s"
[[check]]
id = "staging"
required = false
"#;
    let repo = Repo::default().toml(text);
    let config = repo.load();
    let ids: Vec<&str> = config.checks.iter().map(|c| c.id.as_str()).collect();
    assert_eq!(ids, ["resolves", "critical-paths", "tests", "reviewed", "staging", "lint"]);
    let tests = &config.checks[2];
    assert_eq!(tests.question, "Have automated tests passed?");
    assert_eq!(tests.command.as_deref(), Some("cargo test"));
    assert!(tests.required && tests.recheck);
    assert_eq!(tests.timeout, Some(Duration::minutes(10)), "a command has an end");
    assert!(!config.checks[4].required && !config.checks[5].required);
    assert_eq!(config.checks[5].timeout, Some(Duration::seconds(90)));
    assert_eq!(config.origin("check.tests"), Some(&Origin::File("hotfix.toml:2".into())));
    assert_eq!(config.origin("check.reviewed"), Some(&Origin::BuiltIn));

    // A personal timeout does not turn the file's command into a personal one.
    let config = repo.env("HOTFIX_CONFIG_CHECK", r#"[{ id = "tests", timeout = "1m" }]"#).load();
    assert_eq!(config.checks[2].timeout, Some(Duration::minutes(1)));
    assert_eq!(config.origin("check.tests"), Some(&Origin::File("hotfix.toml:2".into())));
}

#[test]
fn windows_line_ends_and_a_byte_order_mark() {
    let text =
        "\u{feff}schema = 1\r\n[deploy]\r\ncommand = \"\"\"\r\na\r\nb\"\"\"\r\n[finish]\r\nwait = \"5m\"\r\n";
    let config = Repo::default().toml(text).load();
    assert_eq!(config.deploy.command, "a\nb");
    assert_eq!(config.finish.wait, Duration::minutes(5));
    assert_eq!(config.origin("finish.wait"), Some(&Origin::File("hotfix.toml:7".into())));
    assert!(config.explain().iter().all(|e| !e.value.contains('\n')));
}
