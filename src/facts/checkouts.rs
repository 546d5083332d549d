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
    let goes = |at: &Worktree| is_removed(workspace, hotfix.incident.as_ref(), at, || is_clean);
    let on = all.iter().filter(|w| w.branch.as_deref() == Some(hotfix.branch.as_str()));
    on.map(|at| (at.path.clone(), goes(at))).collect()
}

/// Whether a worktree is removed rather than switched: `start` made it, it is not the current one, it is clean by
/// what git knows (`is_clean`, asked last but one), and it holds no files of its own.
pub fn is_removed(
    workspace: &Workspace,
    incident: Option<&Incident>,
    at: &Worktree,
    is_clean: impl FnOnce() -> bool,
) -> bool {
    let here = workspace.repo.worktree().is_some_and(|root| at.is_at(root));
    is_made_by_start(incident, at)
        && !here
        && is_clean()
        && own_files(workspace, incident, &at.path).is_ok_and(|own| own.is_empty())
}

/// Whether it is the worktree that `start` made for a hotfix.
pub fn is_made_by_start(incident: Option<&Incident>, at: &Worktree) -> bool {
    incident.and_then(|i| i.worktree.as_ref()).is_some_and(|path| at.is_at(Path::new(path)))
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
