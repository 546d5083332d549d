//! Submodule commits that a fix points at and nobody else can get.

use super::site::Site;
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
pub fn strays(site: &Site, worktrees: &[Worktree], old: &Oid, new: &Oid) -> anyhow::Result<Vec<Stray>> {
    let repo = &site.repo;
    let own = repo.config()?.checks_submodules();
    if own == Some(false) || site.remote().is_none() {
        return Ok(Vec::new());
    }
    let mut strays = Vec::new();
    for (path, commit) in submodule::moved(repo, old, new)? {
        let mut stray = None;
        for worktree in worktrees {
            let copy = worktree.path.join(&path);
            let here = repo.worktree().is_some_and(|root| worktree.is_at(root));
            match submodule::is_published(repo, &copy, &commit) {
                None => {}
                // Where git is set to check, its push does so with this copy.
                Some(false) if !(here && own == Some(true)) => {
                    let copy = copy.display().to_string();
                    stray = Some(Stray { path: path.clone(), commit: commit.clone(), copy });
                }
                Some(_) => {
                    stray = None;
                    break;
                }
            }
        }
        strays.extend(stray);
    }
    Ok(strays)
}
