//! The files of a commit, as the bump sees them.

use std::collections::BTreeMap;
use std::rc::Rc;

/// What a path holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum File {
    /// UTF-8 text, the byte order mark included.
    Text(Rc<str>),
    /// Something that is not edited, and why, as the end of a sentence: "is a symbolic link".
    Closed(&'static str),
}

impl File {
    /// A file's bytes as text, where they are text.
    pub fn of_bytes(bytes: Vec<u8>) -> Self {
        if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) {
            return Self::Closed("is encoded as UTF-16");
        }
        String::from_utf8(bytes).map_or(Self::Closed("is not UTF-8"), |text| Self::Text(text.into()))
    }

    /// A symbolic link.
    pub const fn link() -> Self {
        Self::Closed("is a symbolic link")
    }
}

/// The tracked files of one commit. Reading is lazy: most files are never asked for.
pub trait Tree {
    /// Every tracked path from the top of the repository, sorted.
    fn paths(&self) -> &[String];

    /// What a path holds; `None` where nothing is tracked.
    fn read(&self, path: &str) -> Option<File>;

    /// Why [`Tree::holding`] does not look at every file, where it does not: the end of "only … were searched".
    fn unsearched(&self) -> Option<&'static str> {
        None
    }

    /// The paths of the text files that hold these characters.
    fn holding(&self, characters: &str) -> Vec<String> {
        let holds =
            |path: &&String| matches!(self.read(path), Some(File::Text(text)) if text.contains(characters));
        self.paths().iter().filter(holds).cloned().collect()
    }
}

/// A tree with some files' text replaced.
pub(super) struct Changed<'a> {
    below: &'a dyn Tree,
    changes: BTreeMap<String, Rc<str>>,
}

impl<'a> Changed<'a> {
    pub(super) const fn new(below: &'a dyn Tree, changes: BTreeMap<String, Rc<str>>) -> Self {
        Self { below, changes }
    }
}

impl Tree for Changed<'_> {
    fn paths(&self) -> &[String] {
        self.below.paths()
    }

    fn read(&self, path: &str) -> Option<File> {
        self.changes.get(path).map_or_else(|| self.below.read(path), |text| Some(File::Text(text.clone())))
    }

    fn unsearched(&self) -> Option<&'static str> {
        self.below.unsearched()
    }

    fn holding(&self, characters: &str) -> Vec<String> {
        // What the changes added is looked at by nobody; what they took away is sorted out when read.
        self.below.holding(characters)
    }
}
