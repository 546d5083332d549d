//! One push and what came of it. The remote is the commit point: a report of `ok` for every ref is
//! believed, anything else is settled by reading the remote.

use super::advice::{Against, in_the_way};
use crate::facts::Workspace;
use crate::git::access::Access;
use crate::git::fetch;
use crate::git::git_command::{LONGEST, NetworkPolicy};
use crate::git::push::{Push, Report, Said, push};
use crate::git::refs;
use crate::model::failure::{Failure, Kind};
use crate::model::oid::Oid;
use crate::model::plan::{Update, short_ref};
use crate::model::text::{safe, shell_word};
use crate::system::fault::{fault, hurried};
use std::fs::File;
use std::time::Duration;

/// The longest a push may show no sign of life: hooks on either side may take their time.
pub const SILENCE: Duration = Duration::from_secs(10 * 60);
/// The longest the remote is read after that.
const READING: Duration = Duration::from_secs(60);

/// What came of a push, settled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Settled {
    /// Every ref is where it was meant to be.
    Published,
    /// A ref was not where we saw it: look again and plan again.
    Stale(String),
    /// The remote has some of the refs and not the others: it died in between.
    Torn { has: Vec<String>, lacks: Vec<String> },
    /// The remote said no and changed nothing.
    Refused(Refusal),
}

/// The remote's no.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// The ref it is about.
    pub name: String,
    /// Other refs with the same reason, where nothing tells which of them it is about.
    pub beside: Vec<String>,
    /// The reason it gave for that ref.
    pub reason: String,
    /// What the server wrote besides.
    pub words: Vec<String>,
    /// It never came to the server: a hook here, ssh, or git itself stopped it.
    pub local: bool,
    /// Whatever it is about: we may not push to this repository at all.
    pub forbidden: bool,
}

impl Refusal {
    /// All refs that it may be about.
    pub fn names(&self) -> Vec<&str> {
        [&self.name].into_iter().chain(&self.beside).map(String::as_str).collect()
    }

    /// Whether a rule of the server says no, rather than a lock or a disk in its way.
    pub fn is_by_rule(&self) -> bool {
        let failed =
            |text: &str| text.contains(".lock") || text.contains("failed to") || text.contains("unable to");
        self.forbidden || !self.local && !failed(&self.reason) && !self.words.iter().any(|line| failed(line))
    }

    /// What is to be said where a branch or a tag of the remote is in the way of the name, and what removes it: of
    /// `a` and `a/b` git keeps one.
    pub fn in_the_way(&self, remote: &str) -> Option<(String, String)> {
        let other = self.words.iter().chain([&self.reason]).find_map(|words| in_the_way(words))?;
        let short = short_ref(other);
        // Servers repeat what others have written: the two names themselves have to clash.
        let below = |a: &str, b: &str| a.strip_prefix(b).is_some_and(|rest| rest.starts_with('/'));
        let name = self.names().into_iter().find(|name| below(short, name) || below(name, short))?;
        let (name, short) = (safe(name), safe(short));
        let line = format!("{remote} has {short}, and git keeps no {name} beside it.");
        let delete = safe(&shell_word(&format!(":{other}")));
        Some((
            line,
            format!("git push {} {delete}    # deletes it, where nobody needs it", shell_word(remote)),
        ))
    }

    /// `protected branch hook declined (GH006)`: the reason with the server's own first line.
    pub fn sentence(&self) -> String {
        let said = self.words.iter().find(|w| !w.is_empty());
        match said {
            Some(said) if !self.reason.contains(said.as_str()) => format!("{}: {said}", self.reason),
            _ => self.reason.clone(),
        }
    }
}

/// Publishes updates together or not at all.
///
/// # Errors
/// When git cannot be run, credentials are missing, or the outcome cannot be found out.
pub fn publish(
    workspace: &Workspace,
    remote: &str,
    updates: &[Update],
    unchanged: &[(String, Oid)],
    lock: Option<File>,
) -> anyhow::Result<Settled> {
    publish_saying(workspace, remote, updates, unchanged, lock, &[])
}

/// As [`publish`], with words for the server (`git push -o`).
///
/// # Errors
/// As [`publish`].
pub fn publish_saying(
    workspace: &Workspace,
    remote: &str,
    updates: &[Update],
    unchanged: &[(String, Oid)],
    lock: Option<File>,
    options: &[String],
) -> anyhow::Result<Settled> {
    let policy = pushing();
    let what = Push { updates, unchanged, lock, options, ..Push::default() };
    let report = push(&workspace.repo, remote, what, policy)?;
    fault!("publish: the push has returned");
    let config = workspace.repo.config()?;
    let confirmed = report.confirms(updates.iter().map(|u| u.name.as_str()));
    let elsewhere = config.pushed_elsewhere(remote);
    if confirmed && elsewhere.is_none() {
        if config.deciding_address(remote).is_some() {
            // git moves them only for the remote by its name.
            remember(workspace, remote, updates);
        }
        return Ok(Settled::Published);
    }
    let mut names: Vec<String> = updates.iter().map(|u| u.name.clone()).collect();
    names.extend(unchanged.iter().map(|(name, _)| name.clone()));
    let limit = report.timed_out.then_some(READING);
    let view =
        fetch::list(&workspace.repo, remote, &names, NetworkPolicy { limit, ..policy }).map_err(|error| {
            if report.authentication {
                authentication(remote)
            } else {
                Failure::failed(format!(
                "the connection to {remote} was lost and it cannot be read: {}\nIt is unknown whether the \
                 push arrived; nothing was changed here.",
                error.detail()
            ))
            .hint("hotfix finish")
            }
        })?;
    let (has, lacks): (Vec<&Update>, Vec<&Update>) =
        updates.iter().partition(|u| view.get(&u.name) == Some(&u.new));
    if lacks.is_empty() {
        remember(workspace, remote, updates);
        return Ok(Settled::Published);
    }
    if let (true, Some(to)) = (confirmed, elsewhere) {
        return Err(apart(workspace, remote, &to, (&has, &lacks)).into());
    }
    if !has.is_empty() {
        let names = |list: &[&Update]| list.iter().map(|u| short_ref(&u.name).to_owned()).collect();
        return Ok(Settled::Torn { has: names(&has), lacks: names(&lacks) });
    }
    let moved = updates.iter().find(|u| view.get(&u.name) != u.expect.as_ref()).map(|u| u.name.as_str());
    let moved = moved.or_else(|| {
        unchanged.iter().find(|(name, value)| view.get(name) != Some(value)).map(|(name, _)| name.as_str())
    });
    if let Some(name) = moved {
        return Ok(Settled::Stale(short_ref(name).to_owned()));
    }
    if let Some(reason) = report.forbidden() {
        let name = updates.first().map(|u| short_ref(&u.name).to_owned()).unwrap_or_default();
        return Ok(Settled::Refused(Refusal {
            name,
            beside: Vec::new(),
            reason,
            words: Vec::new(),
            local: false,
            forbidden: true,
        }));
    }
    if report.authentication {
        return Err(authentication(remote).into());
    }
    if report.timed_out {
        return Err(stopped(remote, report.took).into());
    }
    Ok(Settled::Refused(refusal(&report, updates)))
}

/// What is pushed to one repository does not arrive in the one that is read.
fn apart(workspace: &Workspace, remote: &str, to: &str, (has, lacks): (&[&Update], &[&Update])) -> Failure {
    let names = |list: &[&Update]| -> String {
        let names: Vec<&str> = list.iter().map(|u| short_ref(&u.name)).collect();
        if names.is_empty() { "nothing of it".to_owned() } else { crate::model::text::list(&names) }
    };
    let from = workspace.address().unwrap_or_else(|| remote.to_owned());
    let all: Vec<&Update> = has.iter().chain(lacks).copied().collect();
    Failure::failed(format!(
        "the addresses of {remote} disagree:\n  {to} (pushed to) has {}\n  {from} (read from, which \
         decides) has {}\nNothing was changed here.",
        names(&all),
        names(has)
    ))
    .hint("hotfix finish    # continues once both have it")
    .hint(format!("git remote set-url --push {} ADDRESS", crate::model::text::shell_word(remote)))
}

/// How a push may behave: it asks on a terminal, and has an end where nobody sits.
pub fn pushing() -> NetworkPolicy {
    NetworkPolicy { may_ask: true, limit: Some(LONGEST), silence: Some(hurried(SILENCE)) }
}

/// A push that we ended, by which of our two limits.
fn stopped(remote: &str, took: Duration) -> Failure {
    let words = |limit: Duration| {
        crate::model::time::say_duration(chrono::Duration::from_std(limit).unwrap_or_default())
    };
    let why = if took >= LONGEST {
        format!("the push to {remote} was not done after {}", words(LONGEST))
    } else {
        format!("{remote} did not respond for {}", words(SILENCE))
    };
    Failure::failed(format!(
        "{why}, so the push was stopped.\nNothing has arrived there; if it still does, the same command \
         recognises it. Nothing was changed here."
    ))
    .hint("hotfix finish")
}

/// The remote-tracking branches after a push whose report was lost: git has not moved them.
fn remember(workspace: &Workspace, remote: &str, updates: &[Update]) {
    let tracking = |update: &Update| {
        let name = format!("refs/remotes/{remote}/{}", update.name.strip_prefix("refs/heads/")?);
        let expect = workspace.repo.find_ref(&name).ok()?;
        (expect.as_ref() != Some(&update.new)).then(|| Update { name, expect, new: update.new.clone() })
    };
    let moves: Vec<Update> = updates.iter().filter_map(tracking).collect();
    if let Err(error) = refs::transaction(&workspace.repo, &moves, &[], "hotfix finish: update by push") {
        log::debug!("remote-tracking branches could not follow: {error}");
    }
}

fn authentication(remote: &str) -> Failure {
    Failure::new(
        Kind::Authentication,
        format!(
            "authentication required for {remote}; no credentials found\nNothing was published and \
                 nothing was changed here."
        ),
    )
    .hint(format!("git push --dry-run {remote}    # sign in, then run the same command again"))
}

/// The ref that the remote itself refused, in preference to those that fell with it.
fn refusal(report: &Report, updates: &[Update]) -> Refusal {
    let refused = || {
        updates.iter().filter_map(|u| match report.refs.get(&u.name) {
            Some(Said::Refused(reason)) => Some((u.name.clone(), reason.clone())),
            _ => None,
        })
    };
    let fell = |reason: &str| reason.contains("atomic");
    let mut words = report.server_words();
    if words.is_empty() {
        words = report.own_words();
    }
    // A server that refuses the whole push names the ref that it is about in its words.
    let is_named = |name: &str| {
        let short = short_ref(name);
        let about_tags = name.starts_with("refs/tags/");
        words.iter().any(|line| {
            line.contains(name)
                || line
                    .split(|c: char| c.is_whitespace() || matches!(c, '\'' | '"' | ',' | ':'))
                    .any(|w| w.trim_end_matches('.') == short)
                || (about_tags && Against::read(line) == Some(Against::Tag))
        })
    };
    let of_itself = || refused().filter(|(_, reason)| !fell(reason));
    let named = of_itself().find(|(name, _)| is_named(name));
    let is_told = named.is_some();
    let chosen = named.or_else(|| of_itself().next()).or_else(|| refused().next());
    match chosen {
        Some((name, reason)) => {
            let others = of_itself().filter(|(other, why)| !is_told && *other != name && *why == reason);
            let beside = others.map(|(other, _)| short_ref(&other).to_owned()).collect();
            Refusal {
                name: short_ref(&name).to_owned(),
                beside,
                reason,
                words,
                local: false,
                forbidden: false,
            }
        }
        None => Refusal {
            name: updates.first().map(|u| short_ref(&u.name).to_owned()).unwrap_or_default(),
            beside: Vec::new(),
            reason: words.last().cloned().unwrap_or_else(|| "the push failed without a reason".to_owned()),
            words,
            local: true,
            forbidden: false,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_name_that_clashes_is_to_be_deleted() {
        let says = |other: &str| Refusal {
            name: "hotfix/login".into(),
            beside: Vec::new(),
            reason: "failed to update ref".into(),
            words: vec![format!(
                "cannot lock ref: '{other}' exists; cannot create 'refs/heads/hotfix/login'"
            )],
            local: false,
            forbidden: false,
        };
        let line = |other: &str| says(other).in_the_way("origin").map(|(_, line)| line);
        for other in ["refs/heads/hotfix/login/sub", "refs/heads/hotfix"] {
            assert!(line(other).is_some_and(|line| line.starts_with(&format!("git push origin :{other} "))));
        }
        for other in ["refs/heads/main", "refs/heads/hotfix/login2", "refs/heads/hot", "hotfix/login/sub"] {
            assert_eq!(line(other), None, "{other}");
        }
    }

    #[test]
    fn the_limit_that_ended_a_push_is_the_one_that_is_told() {
        assert!(stopped("origin", SILENCE).message.contains("did not respond for 10 min,"));
        let slow = stopped("origin", LONGEST).message;
        assert!(slow.contains("was not done after 1 h,") && !slow.contains("10 min"), "{slow}");
    }
}
