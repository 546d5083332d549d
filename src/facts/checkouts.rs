//! The worktrees that a finish has to do with.

use super::hotfix::Hotfix;
use super::workspace::Workspace;
use crate::git::worktree::Worktree;
use crate::model::oid::Oid;
use std::path::PathBuf;

/// The worktrees that have the hotfix branch checked out, and whether each goes with it.
pub(super) fn of_branch(
    workspace: &Workspace,
    hotfix: &Hotfix,
    all: &[Worktree],
    is_clean: bool,
) -> Vec<(PathBuf, bool)> {
    let made = hotfix.incident.as_ref().and_then(|i| i.worktree.as_ref()).map(PathBuf::from);
    let goes = |at: &Worktree| {
        let ours = made.as_ref().is_some_and(|path| at.is_at(path));
        ours && is_clean && workspace.repo.worktree().is_none_or(|root| !at.is_at(root))
    };
    let on = all.iter().filter(|w| w.branch.as_deref() == Some(hotfix.branch.as_str()));
    on.map(|at| (at.path.clone(), goes(at))).collect()
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
