//! Where the fix is worked on, and what is not committed there.

use super::hotfix::Hotfix;
use super::site::Site;
use crate::git::state::{self, Changes, Look, Reading};
use crate::git::worktree::{self, Worktree};
use std::path::PathBuf;

/// The worktree of a hotfix, which may be read already while the remote is asked.
#[derive(Debug, Default)]
pub struct Work(Option<(PathBuf, Reading)>);

impl Work {
    /// Begins to read it. Whatever goes wrong is met again at the end.
    pub fn begin(site: &Site, hotfix: &Hotfix) -> Self {
        let worktrees = worktree::list(&site.repo).unwrap_or_default();
        Self(
            of(hotfix, &worktrees)
                .map(|found| (found.path.clone(), Reading::begin(&site.repo, &found.path, Look::All))),
        )
    }

    /// What is not committed there, and what it is in the middle of.
    ///
    /// # Errors
    /// When git cannot read it.
    pub fn read(
        self,
        site: &Site,
        hotfix: &Hotfix,
        worktrees: &[Worktree],
    ) -> anyhow::Result<(Changes, Option<&'static str>)> {
        let Some(found) = of(hotfix, worktrees) else { return Ok((Changes::default(), None)) };
        let changes = match self.0 {
            Some((path, reading)) if path == found.path => reading.end()?,
            _ => state::changes(&site.repo, &found.path)?,
        };
        let here = site.repo.worktree().is_some_and(|root| found.is_at(root));
        let git_dir = if here {
            site.repo.git_dir().to_owned()
        } else {
            worktree::git_dir_of(&site.repo, &found.path)?
        };
        Ok((changes, state::operation(&git_dir)))
    }
}

fn of<'a>(hotfix: &Hotfix, worktrees: &'a [Worktree]) -> Option<&'a Worktree> {
    worktrees.iter().find(|w| w.branch.as_deref() == Some(hotfix.branch.as_str()) && w.path.exists())
}
