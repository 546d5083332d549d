//! A worktree in which a merge was left to a human.

use crate::facts::Workspace;
use crate::git::{state, worktree};
use crate::model::oid::Oid;
use crate::system::process::Run;
use std::path::Path;

/// The file in a worktree's git directory that says that its merge was left to a human. It names
/// the paths, each ended by a NUL, that git called changed before anyone had changed them.
pub(super) const LEFT: &str = "HOTFIX_LEFT_TO_A_HUMAN";

/// Whether the run that made this worktree was killed before its merge was ready for a human.
pub(super) fn was_never_left(workspace: &Workspace, path: &Path, old: &Oid) -> anyhow::Result<bool> {
    let git_dir = worktree::git_dir_of(&workspace.repo, path)?;
    if state::operation(&git_dir).is_some() || git_dir.join(LEFT).exists() {
        return Ok(false);
    }
    let head =
        workspace.repo.git().text(in_worktree(workspace, "rev-parse", path).args(["--verify", "HEAD"]))?;
    Ok(Oid::parse(&head).as_ref() == Some(old))
}

/// A git command in the worktree of a merge.
pub(super) fn in_worktree(workspace: &Workspace, subcommand: &str, path: &Path) -> Run {
    workspace
        .repo
        .git()
        .call(subcommand)
        .dir(path)
        .without_env("GIT_DIR")
        .without_env("GIT_WORK_TREE")
        .without_env("GIT_INDEX_FILE")
}
