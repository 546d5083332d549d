//! Where the fix is worked on, and what is not committed there.

use super::hotfix::Hotfix;
use super::workspace::Workspace;
use crate::git::state::{self, Changes, Look, Reading};
use crate::git::worktree::{self, Worktree};
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
    pub fn read(
        &mut self,
        workspace: &Workspace,
        hotfix: &Hotfix,
    ) -> anyhow::Result<(Changes, Option<&'static str>)> {
        let Some(found) = of(hotfix, &self.worktrees) else { return Ok((Changes::default(), None)) };
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
        Ok((changes, state::operation(&git_dir)))
    }
}

fn of<'a>(hotfix: &Hotfix, worktrees: &'a [Worktree]) -> Option<&'a Worktree> {
    worktrees.iter().find(|w| w.branch.as_deref() == Some(hotfix.branch.as_str()) && w.path.exists())
}
