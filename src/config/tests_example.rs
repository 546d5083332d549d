//! `hotfix.toml.example` and the file that `hotfix init` writes tell the truth.

use super::fixture::Repo;
use super::keys::KEYS;
use super::{Origin, init};
use std::collections::BTreeSet;

const EXAMPLE: &str = include_str!("../../hotfix.toml.example");

/// The line as TOML, when it is TOML or would be without its `# `.
fn setting(line: &str) -> Option<&str> {
    let bare = line.strip_prefix("# ").unwrap_or(line);
    let key = bare.split_once(" = ").map_or("", |(key, _)| key);
    let is_key = !key.is_empty() && key.chars().all(|c| c.is_ascii_lowercase() || c == '_');
    (is_key || (bare.starts_with('[') && bare.ends_with(']'))).then_some(bare)
}

#[test]
fn it_shows_every_key_and_no_other() {
    let mut table = String::new();
    let mut found = BTreeSet::new();
    for line in EXAMPLE.lines().filter_map(setting) {
        match line.split_once(" = ") {
            Some((key, _)) if table.is_empty() => assert!(found.insert(key.to_owned()), "{key} twice"),
            Some((key, _)) => assert!(found.insert(format!("{table}.{key}")), "{table}.{key} twice"),
            None => table = line.trim_matches(['[', ']']).to_owned(),
        }
    }
    let known: BTreeSet<String> = KEYS.iter().map(|k| k.name.to_owned()).collect();
    assert_eq!(found, known);
}

#[test]
fn it_changes_nothing_as_it_stands() {
    let plain = || Repo::cloned("origin", &["main", "develop"]);
    let (with, without) = (plain().toml(EXAMPLE).load(), plain().load());
    let rows = |config: &super::Config| -> Vec<(String, String)> {
        config.explain().iter().map(|e| (e.key.clone(), e.value.clone())).collect()
    };
    assert_eq!(rows(&with), rows(&without));
    assert_eq!(with.checks, without.checks);
    let active = with.explain().iter().filter(|e| matches!(e.origin, Origin::File(_))).count();
    assert!(active >= 20, "its values were read: {active}");
}

#[test]
fn its_commented_entries_work_and_show_the_defaults() {
    let text: Vec<&str> = EXAMPLE.lines().filter_map(setting).collect();
    // What belongs to other kinds of [[notify]] does not go together with the one that is shown.
    let other = ["command = \"./ops/tell\"", "sign = ", "endpoint = "];
    let text: Vec<&str> = text.into_iter().filter(|l| !other.iter().any(|k| l.starts_with(k))).collect();
    let config = Repo::default().toml(&text.join("\n")).load();
    assert_eq!(config.checks[2].command.as_deref(), Some("cargo test"));
    assert_eq!(config.verify.len(), 1);
    assert_eq!(config.notify.len(), 1);
    let less = text.iter().filter(|l| {
        let defaults = ["required", "recheck", "timeout = \"10m\"", "every", "for =", "on =", "audiences ="];
        !defaults.iter().any(|k| l.starts_with(k))
    });
    let less: Vec<&str> = less.copied().collect();
    let defaults = Repo::default().toml(&less.join("\n")).load();
    assert_eq!((defaults.checks, defaults.verify), (config.checks, config.verify));
    let told = |c: &super::Config| (c.notify[0].on.clone(), c.notify[0].audiences.clone());
    assert_eq!(
        told(&Repo::default().toml(&less.join("\n")).load()),
        (config.notify[0].on.clone(), config.notify[0].audiences.clone())
    );
}

#[test]
fn init_writes_what_was_found_without_fixing_it() {
    let repo = Repo::cloned("origin", &["develop", "main"]).git("gitflow.prefix.hotfix", "fix/");
    let config = repo.load();
    let text = init::minimal(&config, "make test");
    assert!(text.contains("# [branches]\n# production = \"main\"  # the branch main on origin\n"), "{text}");
    assert!(text.contains("# prefix = \"fix/\"  # gitflow.prefix.hotfix\n"), "{text}");
    let active: Vec<&str> = text.lines().filter(|l| !l.is_empty() && !l.starts_with('#')).collect();
    assert_eq!(active, ["schema = 1"]);
    assert_eq!(repo.toml(&text).load(), config);
}

#[test]
fn inits_comments_work_when_they_are_taken_away() {
    let config = Repo::cloned("origin", &["develop", "main"]).load();
    let text = init::minimal(&config, "make test");
    let active: Vec<&str> = text
        .lines()
        .filter_map(|l| {
            let bare = l.strip_prefix("# ").unwrap_or(l);
            (bare.starts_with('[') || bare.contains(" = ")).then_some(bare)
        })
        .collect();
    let fixed = Repo::default().toml(&active.join("\n")).load();
    assert_eq!(fixed.branches.production, "main");
    assert_eq!(fixed.branches.merge_back, config.branches.merge_back);
}
