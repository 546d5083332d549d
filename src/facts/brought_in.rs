//! Production that was merged into a hotfix branch because a forge asks for it before it merges. Who made
//! the merge, and what it says, counts for nothing: git makes the same one here, or it is a change.

use super::version_commit;
use super::workspace::Workspace;
use crate::git::access::Access;
use crate::git::merge::{Merged, merge};
use crate::model::incident::Incident;
use crate::model::oid::Oid;

/// Such a merge.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BroughtIn {
    /// The commit of the hotfix below it.
    pub parent: Oid,
    /// The commit of production that was brought in.
    pub base: Oid,
}

/// Whether this commit merges something that `base` has into its first parent, without a conflict and
/// without anything else.
///
/// # Errors
/// When objects cannot be read.
pub fn of(workspace: &Workspace, oid: &Oid, base: &Oid) -> anyhow::Result<Option<BroughtIn>> {
    let repo = &workspace.repo;
    let commit = repo.commit(oid)?;
    let [parent, brought] = commit.parents.as_slice() else { return Ok(None) };
    let is_there = repo.has(parent)? && repo.has(brought)? && repo.has(base)?;
    if !is_there || !repo.is_ancestor(brought, base)? {
        return Ok(None);
    }
    let is_ours = merge(repo, parent, brought)? == Merged::Clean(commit.tree);
    Ok(is_ours.then(|| BroughtIn { parent: parent.clone(), base: brought.clone() }))
}

/// Whether `tip` is `from` with nothing on top but versions and what `base` has.
///
/// # Errors
/// When objects cannot be read.
pub fn grew_from(workspace: &Workspace, tip: &Oid, from: &Oid, base: &Oid) -> anyhow::Result<bool> {
    let mut at = tip.clone();
    while at != *from {
        let Some((parent, _)) = beneath(workspace, &at, base)? else { return Ok(false) };
        at = parent;
    }
    Ok(true)
}

/// The commit below one that brings nothing of the hotfix, a version or what `base` has, and the files in
/// which it changed nothing but a version.
fn beneath(workspace: &Workspace, at: &Oid, base: &Oid) -> anyhow::Result<Option<(Oid, Vec<String>)>> {
    if let Some(version) = version_commit::of(workspace, at)? {
        return Ok(Some((version.parent, version.files)));
    }
    Ok(of(workspace, at, base)?.map(|merge| (merge.parent, Vec::new())))
}

/// The commit whose tree was there to be tested: the one below any version commits, and below what was
/// brought in since it was answered for.
///
/// # Errors
/// When objects cannot be read.
pub fn tested(
    workspace: &Workspace,
    tip: &Oid,
    incident: Option<&Incident>,
    production: Option<&Oid>,
) -> anyhow::Result<Oid> {
    let top = version_commit::below(workspace, tip)?;
    let answers = incident.map(|i| i.answers.as_slice()).unwrap_or_default();
    let mut at = top.clone();
    loop {
        let commit = workspace.repo.commit(&at)?;
        if answers.iter().any(|a| a.tree.as_ref() == Some(&commit.tree)) {
            return Ok(at);
        }
        if commit.parents.len() != 2 {
            return Ok(top);
        }
        let known = match production {
            Some(production) => Some(production.clone()),
            None => workspace.last_known(workspace.production_of(incident))?,
        };
        match known.map(|base| of(workspace, &at, &base)).transpose()?.flatten() {
            Some(merge) => at = version_commit::below(workspace, &merge.parent)?,
            None => return Ok(top),
        }
    }
}

/// The commit that what ships is compared with, to see what of it was not tested, and the files in which
/// versions on top of that one changed nothing else.
///
/// # Errors
/// When objects cannot be read.
pub fn compared(
    workspace: &Workspace,
    tip: &Oid,
    incident: Option<&Incident>,
    production: &Oid,
) -> anyhow::Result<(Oid, Vec<String>)> {
    let tested = tested(workspace, tip, incident, Some(production))?;
    if tested == version_commit::below(workspace, tip)? {
        return Ok((tip.clone(), Vec::new()));
    }
    let (mut at, mut files) = (tip.clone(), Vec::new());
    while at != tested
        && let Some((parent, versions)) = beneath(workspace, &at, production)?
    {
        files.extend(versions);
        at = parent;
    }
    Ok((tested, files))
}

/// The tree of [`tested`].
///
/// # Errors
/// When objects cannot be read.
pub fn tested_tree(
    workspace: &Workspace,
    tip: &Oid,
    incident: Option<&Incident>,
    production: Option<&Oid>,
) -> anyhow::Result<Oid> {
    Ok(workspace.repo.commit(&tested(workspace, tip, incident, production)?)?.tree)
}
