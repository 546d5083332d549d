//! What a commit has at a path.

use super::oid::Oid;

/// What kind of thing is at a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    File,
    /// A file that can be run.
    Program,
    /// A symbolic link.
    Link,
    /// A submodule: the id is a commit of another repository.
    Module,
}

impl Mode {
    /// Reads git's six digits; `None` for a path that is not there.
    pub fn parse(digits: &str) -> Option<Self> {
        match digits {
            "100755" => Some(Self::Program),
            "120000" => Some(Self::Link),
            "160000" => Some(Self::Module),
            file if file.starts_with("100") => Some(Self::File),
            _ => None,
        }
    }

    /// Whether it is an ordinary file.
    pub const fn is_file(self) -> bool {
        matches!(self, Self::File | Self::Program)
    }
}

/// What is at a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    pub mode: Mode,
    pub id: Oid,
}

impl Entry {
    /// The content of an ordinary file.
    pub fn file(&self) -> Option<&Oid> {
        self.mode.is_file().then_some(&self.id)
    }
}
