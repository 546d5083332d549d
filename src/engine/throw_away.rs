//! Worktrees that are only needed for a moment: a place to test what is about to be tagged, and the
//! places of merges that a human has resolved. What a killed run leaves of them is swept.

use super::left_worktree::{LEFT, in_worktree};
use crate::facts::{Workspace, checkouts};
use crate::git::access::Access;
use crate::git::worktree::{self, Worktree};
use crate::model::event::{Event, Kind, Pointer};
use crate::model::event_data::MergeBack;
use crate::model::incident::End;
use crate::model::oid::Oid;
use crate::model::plan::head;
use crate::system::fault::fault;
use crate::system::files;
use std::path::{Path, PathBuf};

/// What the directory of a worktree for tests starts with.
const PREFIX: &str = "hotfix-recheck-";

/// A checkout of a commit, gone when dropped.
pub struct ThrowAway<'a> {
    workspace: &'a Workspace,
    /// Holds the worktree; its name nobody else has.
    _room: tempfile::TempDir,
    pub path: PathBuf,
}

impl<'a> ThrowAway<'a> {
    /// Checks a commit out in a place of its own, with the ignored files that a new worktree gets.
    ///
    /// # Errors
    /// When git cannot make a worktree.
    pub fn of(workspace: &'a Workspace, commit: &Oid) -> anyhow::Result<Self> {
        let room = tempfile::Builder::new().prefix(PREFIX).tempdir()?;
        let path = files::canonical(room.path()).join(workspace.repo_name());
        worktree::add_detached(&workspace.repo, &path, commit)?;
        fault!("recheck: the merged tree is checked out");
        if let Some(root) = workspace.repo.worktree() {
            for name in &workspace.config.start.copy {
                drop(files::copy_file(root, &path, name));
            }
        }
        Ok(Self { workspace, _room: room, path })
    }
}

impl Drop for ThrowAway<'_> {
    fn drop(&mut self) {
        if let Err(error) = worktree::discard(&self.workspace.repo, &self.path) {
            log::warn!("{} could not be removed: {}", self.path.display(), error.detail());
        }
    }
}

/// Removes what a killed run has left, and returns it: checkouts for tests, and worktrees of merges
/// that are published, where nothing was changed since. Only while no finish is under way.
pub fn sweep(workspace: &Workspace, worktrees: &[Worktree]) -> Vec<PathBuf> {
    let here = std::env::current_dir().map(|dir| files::canonical(&dir)).unwrap_or_default();
    let mut removed = Vec::new();
    for found in worktrees.iter().filter(|w| w.branch.is_none()) {
        if is_for_tests(&found.path) {
            if worktree::discard(&workspace.repo, &found.path).is_ok() {
                removed.extend(found.path.parent().map(Path::to_owned));
                drop(found.path.parent().map(files::remove_dir));
            }
        } else if is_of_a_finished_merge(workspace, &found.path)
            && !here.starts_with(files::canonical(&found.path))
            && worktree::remove(&workspace.repo, &found.path).is_ok()
        {
            removed.push(found.path.clone());
        }
    }
    removed
}

fn is_for_tests(path: &Path) -> bool {
    let room = path.parent().and_then(Path::file_name).map(|name| name.to_string_lossy().into_owned());
    room.is_some_and(|name| name.starts_with(PREFIX))
}

fn is_of_a_finished_merge(workspace: &Workspace, path: &Path) -> bool {
    // Every command comes by here: a file is read, git is not asked.
    let link = files::read_optional(&path.join(".git")).ok().flatten().unwrap_or_default();
    let git_dir = link.strip_prefix("gitdir: ").map(|dir| Path::new(dir.trim_end_matches('\n')));
    if !git_dir.is_some_and(|dir| path.join(dir).join(LEFT).exists()) {
        return false;
    }
    let incidents = workspace.record().incidents().unwrap_or_default();
    let finished = incidents.iter().filter(|i| i.end == Some(End::Finished));
    let at_path = |e: &&Event| e.read::<MergeBack>().worktree.is_some_and(|w| Path::new(&w) == path);
    let mut of_path = finished.flat_map(|i| {
        let here = i.own(&Kind::MergeConflict).filter(at_path);
        here.filter_map(move |e| Some((i, e.reference(Pointer::Branch)?)))
    });
    of_path.next().is_some_and(|(incident, branch)| {
        is_kept_elsewhere(workspace, path, branch).unwrap_or(false)
            && checkouts::own_files(workspace, Some(incident), path).is_ok_and(|own| own.is_empty())
    })
}

/// Whether the branch has what was committed in there: the worktree's HEAD is the one name of it.
fn is_kept_elsewhere(workspace: &Workspace, path: &Path, branch: &str) -> anyhow::Result<bool> {
    let text =
        workspace.repo.git().text(in_worktree(workspace, "rev-parse", path).args(["--verify", "HEAD"]))?;
    let Some(commit) = Oid::parse(&text) else { return Ok(false) };
    let there = workspace.remote().map(|remote| format!("refs/remotes/{remote}/{branch}"));
    for name in there.into_iter().chain([head(branch)]) {
        if let Some(tip) = workspace.repo.find_ref(&name)?
            && workspace.repo.is_ancestor(&commit, &tip)?
        {
            return Ok(true);
        }
    }
    Ok(false)
}
