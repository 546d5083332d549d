//! The worktrees that a finish has to do with.

use super::hotfix::Hotfix;
use super::workspace::Workspace;
use crate::git::worktree::Worktree;
use crate::git::{GitError, own_files};
use crate::model::incident::Incident;
use crate::model::oid::Oid;
use std::path::{Path, PathBuf};

/// The worktrees that have the hotfix branch checked out, and whether each goes with it.
pub(super) fn of_branch(
    workspace: &Workspace,
    hotfix: &Hotfix,
    all: &[Worktree],
    is_clean: bool,
) -> Vec<(PathBuf, bool)> {
    let incident = hotfix.incident.as_ref();
    let made = hotfix.incident.as_ref().and_then(|i| i.worktree.as_ref()).map(PathBuf::from);
    let goes = |at: &Worktree| {
        let ours = made.as_ref().is_some_and(|path| at.is_at(path));
        let here = workspace.repo.worktree().is_some_and(|root| at.is_at(root));
        ours && is_clean && !here && own_files(workspace, incident, &at.path).is_ok_and(|own| own.is_empty())
    };
    let on = all.iter().filter(|w| w.branch.as_deref() == Some(hotfix.branch.as_str()));
    on.map(|at| (at.path.clone(), goes(at))).collect()
}

/// What a worktree holds that is in no commit and that git would let go with it, though production does not
/// call it expendable: what only the branch ignores, and copies of ignored files that were changed there.
///
/// # Errors
/// When git cannot be run, or what production ignores is not known.
pub fn own_files(
    workspace: &Workspace,
    incident: Option<&Incident>,
    path: &Path,
) -> Result<Vec<String>, GitError> {
    let ignored = own_files::ignored(&workspace.repo, path)?;
    let mut found = match rules(workspace, incident) {
        Some(rules) => own_files::beyond(&workspace.repo, &ignored, &rules)?,
        None => ignored.clone(),
    };
    let is_ignored =
        |name: &str| ignored.iter().any(|i| i == name || (i.ends_with('/') && name.starts_with(i.as_str())));
    let root = workspace.root();
    let is_changed = |name: &&String| {
        let copy = std::fs::read(path.join(name)).ok();
        is_ignored(name) && copy.is_some() && copy != std::fs::read(root.join(name)).ok()
    };
    found.extend(workspace.config.start.copy.iter().filter(is_changed).cloned());
    Ok(found)
}

/// The commit whose `.gitignore` files say what is expendable: production's, as it was when the hotfix began.
fn rules(workspace: &Workspace, incident: Option<&Incident>) -> Option<Oid> {
    let base = incident.filter(|i| i.is_own_base).and_then(|i| i.base.clone());
    base.or_else(|| workspace.last_known(workspace.production_of(incident)).ok().flatten())
}

/// Without a remote the local branches are what is published, so none may be checked out in
/// another worktree.
pub(super) fn occupied(
    workspace: &Workspace,
    worktrees: &[Worktree],
    production: &str,
    targets: &[(String, Oid)],
) -> Vec<(String, String)> {
    if workspace.remote().is_some() {
        return Vec::new();
    }
    let moves = |b: &str| b == production || targets.iter().any(|(t, _)| t == b);
    worktrees
        .iter()
        .filter(|w| workspace.repo.worktree().is_none_or(|root| !w.is_at(root)))
        .filter_map(|w| Some((w.branch.clone()?, w.path.display().to_string())))
        .filter(|(branch, _)| moves(branch))
        .collect()
}
