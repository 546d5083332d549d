//! What a change is made of: its files, and how much they are together.

use super::plan::DiffStat;

/// One file that differs between two trees.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileChange {
    pub path: String,
    pub added: usize,
    pub removed: usize,
    pub binary: bool,
}

impl FileChange {
    /// Lines added and removed.
    pub const fn lines(&self) -> u64 {
        (self.added + self.removed) as u64
    }
}

impl DiffStat {
    /// How much the changes are together.
    pub fn of(changes: &[FileChange]) -> Self {
        Self {
            files: changes.len(),
            added: changes.iter().map(|c| c.added).sum(),
            removed: changes.iter().map(|c| c.removed).sum(),
        }
    }
}
