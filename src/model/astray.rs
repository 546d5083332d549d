//! Work that was done on another branch than the one it was meant for.

use super::checked_out::{self, CheckedOut};
use super::plan::CommitLine;
use super::text::{count, list_first, path_word, safe, shell_word};

/// What was done since a hotfix began, on the branch that somebody stands on in its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Astray {
    /// That branch; without `refs/heads/`.
    pub branch: String,
    /// Newest first.
    pub commits: Vec<CommitLine>,
    /// Paths that were edited there and are in no commit; empty where there are commits.
    pub changed: Vec<String>,
    /// Whether other files are edited there, too: changes from before the start.
    pub beside: bool,
}

impl Astray {
    /// `main here has 1 commit since the start: ef75e99 fix total`.
    pub fn words(&self) -> String {
        if self.commits.is_empty() {
            let paths: Vec<String> = self.changed.iter().map(|path| safe(path)).collect();
            return format!(
                "{} here has {} since the start that {} not committed ({})",
                safe(&self.branch),
                count(paths.len(), "change"),
                if paths.len() == 1 { "is" } else { "are" },
                list_first(&paths, 3)
            );
        }
        let newest = self.commits.first().map(|c| format!("{} {}", c.commit.short(), safe(&c.subject)));
        let (branch, n) = (safe(&self.branch), count(self.commits.len(), "commit"));
        format!("{branch} here has {n} since the start: {}", newest.unwrap_or_default())
    }

    /// What brings it to the branch it was meant for. `stand` is where that is checked out.
    pub fn command(&self, stand: Option<&CheckedOut>, meant_for: &str) -> String {
        if self.commits.is_empty() {
            let pop = match stand {
                Some(CheckedOut::At(path)) => format!("git -C {} stash pop", shell_word(path)),
                _ => format!("git switch {} && git stash pop", shell_word(meant_for)),
            };
            let paths: Vec<String> = self
                .changed
                .iter()
                .map(|path| path_word(path).trim_start_matches("-- ").to_owned())
                .collect();
            return match self.beside {
                true => format!("git stash push -- {} && {pop}", paths.join(" ")),
                false => format!("git stash && {pop}"),
            };
        }
        let oldest_first: Vec<&str> = self.commits.iter().rev().map(|c| c.commit.short()).collect();
        checked_out::git(stand, meant_for, &format!("cherry-pick {}", oldest_first.join(" ")))
    }
}
