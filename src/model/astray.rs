//! Commits that were made on another branch than the one they were meant for.

use super::checked_out::{self, CheckedOut};
use super::plan::CommitLine;
use super::text::{count, safe};

/// Commits made since a hotfix began, on the branch that somebody stands on in its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Astray {
    /// The branch that holds them; without `refs/heads/`.
    pub branch: String,
    /// Newest first; never empty.
    pub commits: Vec<CommitLine>,
}

impl Astray {
    /// `main here has 1 commit since the start: ef75e99 fix total`.
    pub fn words(&self) -> String {
        let newest = self.commits.first().map(|c| format!("{} {}", c.commit.short(), safe(&c.subject)));
        let (branch, n) = (safe(&self.branch), count(self.commits.len(), "commit"));
        format!("{branch} here has {n} since the start: {}", newest.unwrap_or_default())
    }

    /// What brings them to the branch they were meant for. `stand` is where that is checked out.
    pub fn command(&self, stand: Option<&CheckedOut>, meant_for: &str) -> String {
        let oldest_first: Vec<&str> = self.commits.iter().rev().map(|c| c.commit.short()).collect();
        checked_out::git(stand, meant_for, &format!("cherry-pick {}", oldest_first.join(" ")))
    }
}
