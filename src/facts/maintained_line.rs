//! A hotfix for an old release: which branch maintains that line.

use super::named_release;
use super::release::around;
use super::start::Production;
use super::targets::{is_called_a_line, line_of};
use super::workspace::Workspace;
use crate::git::access::Access;
use crate::git::fetch::View;
use crate::model::failure::Failure;
use crate::model::oid::Oid;
use crate::model::plan::{head, tag_ref};
use crate::model::text::{safe, shell_word};
use crate::model::version::split_tag;

/// Where `--from` leads.
pub enum From {
    /// Production itself after all, from this commit.
    Production(Oid),
    /// The line's branch, looked at like a production of its own.
    Line(Box<Production>),
}

/// Resolves `--from REV`.
///
/// # Errors
/// When there is no such release, or no branch that maintains its line.
pub fn resolve(
    workspace: &Workspace,
    view: &View,
    production: &Production,
    rev: &str,
    force_line: bool,
) -> anyhow::Result<From> {
    let rev = release_named(workspace, view, rev)?;
    let rev = rev.as_str();
    let at = commit_of(workspace, view, rev)?;
    let is_newest = production.around.newest.as_ref().is_some_and(|newest| newest.commit == at);
    if at == production.tip || (is_newest && !force_line) {
        return Ok(From::Production(at));
    }
    let version = split_tag(rev).map(|(_, v)| v).ok_or_else(|| {
        Failure::usage(format!("not a release tag, so its line is unknown: {}", safe(rev)))
            .hint("hotfix start NAME --from v1.4.2")
    })?;
    let Some(branch) = line_of(workspace, view, &at, &version)? else {
        let line = format!("support/{}.{}", version.major, version.minor);
        let make = match workspace.remote() {
            Some(remote) => format!("git push {} {at}:{}", shell_word(remote), head(&line)),
            None => format!("git branch {line} {at}"),
        };
        return Err(Failure::refused(format!(
            "no branch maintains the line of {}; nothing was changed. Make one, then run the same command \
             again:",
            safe(rev)
        ))
        .hint(make)
        .into());
    };
    let tip = view.heads.get(&branch).cloned().unwrap_or_else(|| at.clone());
    let around = around(workspace, view, &[&tip])?;
    if let Some(newest) = &around.newest
        && newest.commit != at
        && newest.version > version
        && !force_line
    {
        return Err(Failure::refused(format!(
            "{} is newer on {branch} than {}; nothing was changed",
            newest.name,
            safe(rev)
        ))
        .hint(format!("hotfix start NAME --from {}", shell_word(&newest.name)))
        .into());
    }
    Ok(From::Line(Box::new(super::start::about(workspace, branch, tip, around)?)))
}

fn commit_of(workspace: &Workspace, view: &View, rev: &str) -> anyhow::Result<Oid> {
    let named = match view.tags.get(rev) {
        Some(oid) => Some(oid.clone()),
        None => workspace.repo.find_ref(&tag_ref(rev))?,
    };
    let named = match named {
        Some(oid) => Some(oid),
        None => Oid::parse(rev),
    };
    let commit = named
        .filter(|oid| workspace.repo.has(oid).unwrap_or(false))
        .map(|oid| workspace.repo.peel(&oid))
        .transpose()?;
    match commit.flatten() {
        Some(commit) => Ok(commit),
        None => Err(named_release::unknown(&named_release::releases(workspace, view)?, rev)
            .hint("git tag --list    # the releases there are")
            .into()),
    }
}

/// The tag that was meant: by its number, or as the newest release of the branch that maintains its line.
fn release_named(workspace: &Workspace, view: &View, typed: &str) -> anyhow::Result<String> {
    let releases = named_release::releases(workspace, view)?;
    if let Some(tag) = releases.called(typed) {
        return Ok(tag.to_owned());
    }
    let remote = workspace.remote().map(|remote| format!("{remote}/"));
    let branch = remote.and_then(|remote| typed.strip_prefix(&remote)).unwrap_or(typed).to_owned();
    let Some(tip) = view.heads.get(&branch).filter(|_| is_called_a_line(workspace, &branch)) else {
        return Ok(typed.to_owned());
    };
    let newest = around(workspace, view, &[tip])?.newest;
    Ok(newest.map_or_else(|| typed.to_owned(), |newest| newest.name))
}
