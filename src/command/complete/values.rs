//! The values of options and arguments: what only the repository knows. All of it may come from a
//! colleague, so that nothing is offered which a shell could act upon.

use super::Candidate;
use crate::command::Session;
use crate::config::keys::KEYS;
use crate::facts::{Hotfix, Workspace, hotfix_names};
use crate::git::access::Access;
use crate::model::checklist::Item;
use crate::model::incident::Incident;
use crate::model::role::Role;
use crate::model::severity::Severity;
use crate::model::text::safe;
use crate::model::version::split_tag;
use clap::{Arg, Command};
use std::collections::BTreeSet;

/// How many of a kind are offered at most, newest first.
const MOST: usize = 200;

/// What is typed most where anything of its kind can be.
const TIMES: [(&str, &str); 4] = [
    ("-5m", "5 minutes ago"),
    ("-15m", "15 minutes ago"),
    ("-30m", "30 minutes ago"),
    ("-1h", "an hour ago"),
];
const LENGTHS: [(&str, &str); 3] = [("10m", "10 minutes"), ("30m", "30 minutes"), ("1h", "an hour")];
const AGES: [(&str, &str); 3] = [("30d", "30 days ago"), ("90d", "90 days ago"), ("365d", "a year ago")];
const DAYS: [(&str, &str); 3] = [("7d", "in a week"), ("14d", "in two weeks"), ("30d", "in 30 days")];
const UNITS: [(&str, &str); 4] = [("customers", ""), ("users", ""), ("requests", ""), ("orders", "")];

/// Whether a word can be offered: nothing in it means anything to a shell, quoted or not.
fn is_plain(word: &str) -> bool {
    let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-' | '/' | '@' | '+');
    !word.is_empty() && !word.starts_with(['-', '@', '+']) && word.chars().all(fits)
}

/// What an argument can be. `word` is what was typed of it.
pub(super) fn of(
    session: &Session,
    command: &Command,
    arg: &Arg,
    word: &str,
    before: &[String],
) -> Vec<Candidate> {
    let fixed = arg.get_possible_values();
    if !fixed.is_empty() {
        let shown = fixed.iter().filter(|v| !v.is_hide_set());
        return shown
            .map(|v| Candidate::new(v.get_name(), v.get_help().map(ToString::to_string).unwrap_or_default()))
            .collect();
    }
    let (id, command) = (arg.get_id().as_str(), command.get_name());
    match (command, id) {
        ("help", "topic") => return topics(),
        ("severity", "severity") | (_, "severity") => {
            return Severity::ALL.iter().map(|s| Candidate::new(s.to_string(), s.meaning())).collect();
        }
        ("take" | "drop", "role") => {
            return Role::ALL.iter().map(|r| Candidate::new(r.to_string(), "")).collect();
        }
        (_, "at" | "impact_started" | "detected" | "as_of") => return examples(&TIMES),
        (_, "wait" | "window" | "every") => return examples(&LENGTHS),
        (_, "eta") => return examples(&[&LENGTHS[..], &[("unknown", "not known yet")]].concat()),
        (_, "since" | "until") => return examples(&AGES),
        ("impact", "unit") => return examples(&UNITS),
        ("note", "due") => return examples(&DAYS),
        ("config", "key") => return KEYS.iter().map(|k| Candidate::new(k.name, k.meaning)).collect(),
        _ => {}
    }
    let Ok((workspace, _)) = Workspace::open_for_log(session.env.clone()) else { return Vec::new() };
    let found = in_repository(&workspace, command, id, word, before);
    let plain = |c: &Candidate| is_plain(c.text.strip_suffix('=').unwrap_or(&c.text));
    found
        .unwrap_or_default()
        .into_iter()
        .filter(|c| plain(c) || c.text.split_once('=').is_some_and(|(id, v)| is_plain(id) && is_plain(v)))
        .take(MOST)
        .collect()
}

fn in_repository(
    workspace: &Workspace,
    command: &str,
    id: &str,
    word: &str,
    before: &[String],
) -> anyhow::Result<Vec<Candidate>> {
    Ok(match (command, id) {
        (_, "hotfix") => names(workspace, Which::All)?,
        ("start", "incident") => {
            let mut found = names(workspace, Which::Open)?;
            found.push(Candidate::new("new", "an incident of its own"));
            found
        }
        ("start", "name") => Vec::new(),
        ("finish" | "abort" | "path", "name") => names(workspace, Which::Open)?,
        ("deploy" | "verify", "name") => names(workspace, Which::Released)?,
        ("review", "name") => {
            let mut found = names(workspace, Which::Open)?;
            found.extend(remote_names(workspace)?);
            found
        }
        ("affected", "what") | ("audit", "name") => {
            let mut found = names(workspace, Which::All)?;
            found.extend(tags(workspace)?);
            found
        }
        (_, "name") => names(workspace, Which::All)?,
        ("rollback", "tag" | "to" | "confirm") | ("start", "from") => tags(workspace)?,
        ("finish", "skip") => branches(workspace)?.into_iter().map(|b| with_equals(b.text)).collect(),
        ("rollback", "keep_fix_in") | ("audit", "target") => branches(workspace)?,
        ("check", "ids" | "only") => {
            let given = |item: &&Item| !before.contains(&item.id);
            workspace.config.checks.iter().filter(given).map(|i| Candidate::new(&i.id, &i.question)).collect()
        }
        ("check", "answer") => match word.split_once('=') {
            Some((item, _)) => ["yes", "no"].map(|v| Candidate::new(format!("{item}={v}"), "")).to_vec(),
            None => workspace.config.checks.iter().map(|i| with_equals(i.id.clone())).collect(),
        },
        ("check" | "finish", "waive") => {
            workspace.config.checks.iter().map(|i| with_equals(i.id.clone())).collect()
        }
        ("audit", "accept") => {
            names(workspace, Which::All)?.into_iter().map(|n| with_equals(n.text)).collect()
        }
        ("finish", "merged_as") => on_production(workspace)?,
        ("finish", "package") => packages(workspace)?,
        ("amend" | "retract" | "redact", "event") | ("followups", "done" | "reopen") => events(workspace)?,
        ("sync", "remote") => {
            let remotes = workspace.repo.config().map(|c| c.remotes().to_vec()).unwrap_or_default();
            remotes.into_iter().map(|r| Candidate::new(r, "a remote")).collect()
        }
        _ => Vec::new(),
    })
}

fn with_equals(mut text: String) -> Candidate {
    text.push('=');
    Candidate::new(text, "")
}

fn topics() -> Vec<Candidate> {
    use clap::CommandFactory;
    let cli = crate::cli::Cli::command();
    let shown = cli.get_subcommands().filter(|c| !c.is_hide_set());
    let mut found: Vec<Candidate> = shown
        .map(|c| Candidate::new(c.get_name(), c.get_about().map(ToString::to_string).unwrap_or_default()))
        .collect();
    found.extend(crate::command::help::TOPICS.map(|(topic, about)| Candidate::new(topic, about)));
    found
}

/// Which hotfixes are offered.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Which {
    Open,
    Released,
    All,
}

/// Hotfixes, open ones first, then the newest.
fn names(workspace: &Workspace, which: Which) -> anyhow::Result<Vec<Candidate>> {
    let mut incidents = workspace.record().incidents()?;
    incidents.reverse();
    incidents.sort_by_key(|i| !i.is_open());
    let fits = |i: &&Incident| match which {
        Which::Open => i.is_open(),
        Which::Released => i.tag.is_some(),
        Which::All => true,
    };
    let mut found: Vec<Candidate> =
        incidents.iter().filter(fits).map(|i| Candidate::new(&i.name, safe(&i.title))).collect();
    if which != Which::Released {
        let known: BTreeSet<&str> = incidents.iter().map(|i| i.name.as_str()).collect();
        let open = hotfix_names::open_names(workspace)?;
        found.extend(open.iter().filter(|n| !known.contains(n.as_str())).map(|n| Candidate::new(n, "")));
    }
    Ok(found)
}

fn remote_names(workspace: &Workspace) -> anyhow::Result<Vec<Candidate>> {
    let place = workspace.remote().unwrap_or_default().to_owned();
    let names = hotfix_names::remote_names(workspace)?;
    Ok(names.into_iter().map(|name| Candidate::new(name, format!("on {place}"))).collect())
}

/// Release tags, the highest version first.
fn tags(workspace: &Workspace) -> anyhow::Result<Vec<Candidate>> {
    let refs = workspace.repo.refs("refs/tags/")?;
    let names = refs.iter().filter_map(|r| r.name.strip_prefix("refs/tags/"));
    let mut found: Vec<_> = names.filter_map(|name| Some((split_tag(name)?.1, name))).collect();
    found.sort_by(|a, b| b.cmp(a));
    Ok(found.into_iter().map(|(_, name)| Candidate::new(name, "")).collect())
}

/// Branches here and on the remote, hotfixes left out.
fn branches(workspace: &Workspace) -> anyhow::Result<Vec<Candidate>> {
    let mut found = BTreeSet::new();
    let mut prefixes = vec!["refs/heads/".to_owned()];
    prefixes.extend(workspace.remote().map(|remote| format!("refs/remotes/{remote}/")));
    for prefix in prefixes {
        let refs = workspace.repo.refs(&prefix)?;
        found.extend(refs.iter().filter_map(|r| r.name.strip_prefix(&prefix)).map(str::to_owned));
    }
    let prefix = &workspace.config.branches.prefix;
    let production = &workspace.config.branches.production;
    let is_target = |b: &String| b != "HEAD" && b != production && !b.starts_with(prefix.as_str());
    Ok(found.into_iter().filter(is_target).map(|b| Candidate::new(b, "")).collect())
}

/// The newest commits of production, as it is known here.
fn on_production(workspace: &Workspace) -> anyhow::Result<Vec<Candidate>> {
    let Some(tip) = workspace.last_known(&workspace.config.branches.production)? else {
        return Ok(Vec::new());
    };
    let commits = workspace.repo.log(&tip, &[], 10)?;
    Ok(commits.iter().map(|c| Candidate::new(c.oid.short(), safe(c.subject()))).collect())
}

fn examples(all: &[(&str, &str)]) -> Vec<Candidate> {
    all.iter().map(|(text, about)| Candidate::new(*text, *about)).collect()
}

/// Packages that have release tags of their own.
fn packages(workspace: &Workspace) -> anyhow::Result<Vec<Candidate>> {
    let refs = workspace.repo.refs("refs/tags/")?;
    let schemes = refs.iter().filter_map(|r| split_tag(r.name.strip_prefix("refs/tags/")?));
    let found: BTreeSet<String> =
        schemes.filter_map(|(scheme, _)| scheme.package().map(str::to_owned)).collect();
    Ok(found.into_iter().map(|p| Candidate::new(p, "")).collect())
}

/// Lines of the log that a person wrote, newest first.
fn events(workspace: &Workspace) -> anyhow::Result<Vec<Candidate>> {
    let mut found = vec![Candidate::new("last", "the last line you wrote")];
    let Ok(hotfix) = Hotfix::find_to_tell(workspace, None) else { return Ok(found) };
    let Some(incident) = hotfix.incident else { return Ok(found) };
    let lines = incident.events.iter().rev().filter(|e| e.is_correctable()).take(20);
    found.extend(lines.map(|e| Candidate::new(&e.id, format!("{} {}", e.kind.words(), safe(&e.text)))));
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_words_that_mean_nothing_to_a_shell_are_offered() {
        for word in ["fix-login_2.1", "team/fix", "v1.2.0", "app@1.2.0", "1.0+2"] {
            assert!(is_plain(word), "{word}");
        }
        for no in [
            "", "-x", "x$(id)", "x`id`", "x;id", "x y", "x\ny", "x'", "x\"", "xé", "~x", "x*", "{a,b}", "a=b",
        ] {
            assert!(!is_plain(no), "{no}");
        }
    }
}
