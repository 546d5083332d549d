//! Submodule commits that a fix points at and nobody else can get.

use super::workspace::Workspace;
use crate::git::submodule;
use crate::git::worktree::Worktree;
use crate::model::oid::Oid;
use crate::plan::finish::Stray;

/// The commits of submodules that come with a change and that no copy of the submodule, in any
/// worktree, knows to be on a remote. git's own check looks at the copy in one worktree only. A
/// commit that is in no copy is not judged: its remote would have to be asked.
///
/// # Errors
/// When git cannot compare.
pub fn strays(
    workspace: &Workspace,
    worktrees: &[Worktree],
    old: &Oid,
    new: &Oid,
) -> anyhow::Result<Vec<Stray>> {
    let repo = &workspace.repo;
    let own = repo.config()?.checks_submodules();
    if own == Some(false) || workspace.remote().is_none() {
        return Ok(Vec::new());
    }
    // Where git is set to check, its push does so with the copy in the worktree we stand in.
    let is_gits = |w: &Worktree| own == Some(true) && repo.worktree().is_some_and(|root| w.is_at(root));
    let stray = |(path, commit): (String, Oid)| {
        let mut only_in = None;
        for worktree in worktrees {
            let copy = worktree.path.join(&path);
            match submodule::is_published(repo, &copy, &commit) {
                None => {}
                Some(false) if !is_gits(worktree) => only_in = Some(copy),
                Some(_) => return None,
            }
        }
        Some(Stray { copy: only_in?.display().to_string(), path, commit })
    };
    Ok(submodule::moved(repo, old, new)?.into_iter().filter_map(stray).collect())
}
