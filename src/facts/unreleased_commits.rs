//! Commits that a release would ship beside the fix: production's own that no release has, and those that belong
//! to a branch that is not released.

use super::commit_lines::lines;
use super::release::Around;
use super::workspace::Workspace;
use crate::git::Repo;
use crate::git::access::Access;
use crate::model::oid::Oid;
use crate::model::plan::CommitLine;
use std::collections::{BTreeMap, BTreeSet};

/// What production has that no release has, newest first.
///
/// # Errors
/// When history cannot be read.
pub fn unreleased(
    workspace: &Workspace,
    around: &Around,
    production_tip: &Oid,
) -> anyhow::Result<Vec<CommitLine>> {
    let newest = around.releases.newest_below(&workspace.repo, &around.scheme, &[production_tip])?;
    // A release that was squash-merged is above what is found by its tag.
    match around
        .newest
        .clone()
        .filter(|n| newest.as_ref().is_none_or(|old| n.version > old.version))
        .or(newest)
    {
        Some(tag) if workspace.repo.is_ancestor(&tag.commit, production_tip)? => {
            lines(&workspace.repo, production_tip, std::slice::from_ref(&tag.commit))
        }
        _ => Ok(Vec::new()),
    }
}

/// Commits that would ship though they belong to a branch that is not released: reachable from a
/// merge-back target, not from production, and made there or merged in from there.
///
/// # Errors
/// When history cannot be read.
pub fn foreign(
    workspace: &Workspace,
    tip: &Oid,
    production: &Oid,
    base: Option<&Oid>,
    targets: &[(String, Oid)],
) -> anyhow::Result<Vec<CommitLine>> {
    let repo = &workspace.repo;
    let shipping = lines(repo, tip, std::slice::from_ref(production))?;
    if shipping.is_empty() || targets.is_empty() {
        return Ok(Vec::new());
    }
    let mut hide = vec![production.clone()];
    hide.extend(targets.iter().map(|(_, tip)| tip.clone()));
    let own: BTreeSet<Oid> = lines(repo, tip, &hide)?.into_iter().map(|c| c.commit).collect();
    let shared: Vec<CommitLine> = shipping.into_iter().filter(|c| !own.contains(&c.commit)).collect();
    if shared.is_empty() {
        return Ok(shared);
    }
    // Somebody may have merged the hotfix into develop already: its commits are then reachable
    // from there and still its own, unlike commits that were made on develop.
    let ours = match base {
        Some(base) => first_parents(workspace, tip, base)?,
        None => BTreeSet::new(),
    };
    let mut theirs = BTreeSet::new();
    for (_, target) in targets {
        theirs.extend(made_on(workspace, target, production)?);
    }
    Ok(shared.into_iter().filter(|c| theirs.contains(&c.commit) || !ours.contains(&c.commit)).collect())
}

/// The commits that were made on a branch since it left production: its first-parent line.
fn made_on(workspace: &Workspace, tip: &Oid, production: &Oid) -> anyhow::Result<BTreeSet<Oid>> {
    let beyond = workspace.repo.log(tip, std::slice::from_ref(production), 10_000)?;
    let parents: BTreeMap<&Oid, Option<&Oid>> = beyond.iter().map(|c| (&c.oid, c.parents.first())).collect();
    let mut line = BTreeSet::new();
    let mut at = Some(tip);
    while let Some((oid, parent)) = at.and_then(|oid| parents.get_key_value(oid)) {
        line.insert((*oid).clone());
        at = *parent;
    }
    Ok(line)
}

/// The first-parent commits from a tip down to, and without, a commit below it. Empty when that
/// commit is not on the line.
fn first_parents(workspace: &Workspace, tip: &Oid, until: &Oid) -> anyhow::Result<BTreeSet<Oid>> {
    let mut line = BTreeSet::new();
    let mut at = tip.clone();
    while at != *until {
        line.insert(at.clone());
        match workspace.repo.commit(&at)?.parents.first() {
            Some(parent) if line.len() < 10_000 => at = parent.clone(),
            _ => return Ok(BTreeSet::new()),
        }
    }
    Ok(line)
}

/// The targets that such commits came from.
///
/// # Errors
/// When history cannot be read.
pub fn branches_with(
    repo: &Repo,
    foreign: &[CommitLine],
    targets: &[(String, Oid)],
) -> anyhow::Result<Vec<String>> {
    let Some(first) = foreign.first() else { return Ok(Vec::new()) };
    let mut branches = Vec::new();
    for (branch, target) in targets {
        if repo.is_ancestor(&first.commit, target)? {
            branches.push(branch.clone());
        }
    }
    Ok(branches)
}
