//! A change, line by line, without context.

/// What a change does to its files.
pub type Patch = Vec<FilePatch>;

/// One file of a change.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FilePatch {
    /// Its path before; `None` for a new file.
    pub old: Option<String>,
    /// Its path after; `None` for a deleted file.
    pub new: Option<String>,
    /// Without lines: binary files and submodules.
    pub opaque: bool,
    pub hunks: Vec<Hunk>,
}

/// Lines that follow each other and are replaced by others.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Hunk {
    /// The first line before, counted from 1; where nothing is removed, the line in front.
    pub at: usize,
    pub removed: Vec<String>,
    pub added: Vec<String>,
}

impl FilePatch {
    /// The path a person knows it by.
    pub fn path(&self) -> &str {
        self.new.as_deref().or(self.old.as_deref()).unwrap_or_default()
    }
}
