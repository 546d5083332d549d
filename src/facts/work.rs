//! Where the fix is worked on, and what is not committed there.

use super::hotfix::Hotfix;
use super::workspace::Workspace;
use crate::git::Repo;
use crate::git::state::{self, Changes, Look, Reading};
use crate::git::worktree::{self, Worktree};
use crate::model::checked_out::{CheckedOut, Unfinished};
use std::path::PathBuf;

/// The worktrees, and that of a hotfix being read while the remote is asked.
#[derive(Debug)]
pub struct Work {
    pub worktrees: Vec<Worktree>,
    reading: Option<(PathBuf, Reading)>,
}

impl Work {
    /// Lists them, and begins to read the one of a hotfix.
    ///
    /// # Errors
    /// When git cannot list them.
    pub fn begin(workspace: &Workspace, hotfix: &Hotfix) -> anyhow::Result<Self> {
        let worktrees = worktree::list(&workspace.repo)?;
        let reading = of(hotfix, &worktrees)
            .map(|found| (found.path.clone(), Reading::begin(&workspace.repo, &found.path, Look::All)));
        Ok(Self { worktrees, reading })
    }

    /// What is not committed where the hotfix is worked on, and what that is in the middle of.
    ///
    /// # Errors
    /// When git cannot read it.
    pub fn read(&mut self, workspace: &Workspace, hotfix: &Hotfix) -> anyhow::Result<(Changes, Unfinished)> {
        let Some(found) = of(hotfix, &self.worktrees) else { return Ok(Default::default()) };
        let changes = match self.reading.take() {
            Some((path, reading)) if path == found.path => reading.end()?,
            _ => state::changes(&workspace.repo, &found.path)?,
        };
        let here = workspace.repo.worktree().is_some_and(|root| found.is_at(root));
        let git_dir = if here {
            workspace.repo.git_dir().to_owned()
        } else {
            worktree::git_dir_of(&workspace.repo, &found.path)?
        };
        let unfinished = unfinished(&changes, state::operation(&git_dir));
        Ok((changes, unfinished))
    }
}

/// What a worktree holds that no commit has.
fn unfinished(changes: &Changes, operation: Option<&'static str>) -> Unfinished {
    Unfinished {
        operation,
        unmerged: changes.unmerged.iter().map(|u| u.path.clone()).collect(),
        changed: changes.tracked.clone(),
    }
}

/// What is not committed where a branch is checked out; nothing where it is checked out nowhere.
///
/// # Errors
/// When git cannot read it.
pub fn unfinished_at(repo: &Repo, stand: Option<&CheckedOut>) -> anyhow::Result<Unfinished> {
    let (dir, git_dir) = match stand {
        Some(CheckedOut::Here) => (repo.dir().to_owned(), repo.git_dir().to_owned()),
        Some(CheckedOut::At(path)) => (path.into(), worktree::git_dir_of(repo, path.as_ref())?),
        None => return Ok(Unfinished::default()),
    };
    Ok(unfinished(&state::tracked_changes(repo, &dir)?, state::operation(&git_dir)))
}

fn of<'a>(hotfix: &Hotfix, worktrees: &'a [Worktree]) -> Option<&'a Worktree> {
    worktrees.iter().find(|w| w.branch.as_deref() == Some(hotfix.branch.as_str()) && w.path.exists())
}
