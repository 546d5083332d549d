//! What is read from and written to the object database.

pub use crate::model::change::FileChange;
use crate::model::oid::Oid;
use chrono::{DateTime, FixedOffset};

/// A name, an address and a moment, as commits and tags carry them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signature {
    pub name: String,
    pub email: String,
    pub when: DateTime<FixedOffset>,
}

impl Signature {
    /// `Name <email>`, without the characters git does not allow inside.
    pub fn clean(&self) -> (String, String) {
        let clean = |s: &str| s.replace(['<', '>', '\n', '\0'], "").trim().to_owned();
        (clean(&self.name), clean(&self.email))
    }

    /// Seconds since 1970 and the offset, as `git` reads them in `GIT_COMMITTER_DATE`.
    pub fn raw_date(&self) -> String {
        format!("@{} {}", self.when.timestamp(), self.when.format("%z"))
    }
}

/// A moment as commits hold it: seconds since 1970, and minutes east of Greenwich. A zone that
/// cannot be is taken for UTC.
pub fn moment(seconds: i64, minutes: i32) -> DateTime<FixedOffset> {
    let utc = DateTime::from_timestamp(seconds, 0).unwrap_or_default();
    let zone = if minutes.abs() > 14 * 60 { 0 } else { minutes };
    match FixedOffset::east_opt(zone * 60) {
        Some(zone) => utc.with_timezone(&zone),
        None => utc.fixed_offset(),
    }
}

/// Whether content is no text, as git tells it: by a NUL near its beginning.
pub fn is_binary(content: &[u8]) -> bool {
    content.iter().take(8000).any(|byte| *byte == 0)
}

/// A message without blank lines around it, with one line end.
pub fn whole(message: &str) -> String {
    format!("{}\n", message.trim_matches('\n'))
}

/// A commit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Commit {
    pub oid: Oid,
    pub tree: Oid,
    pub parents: Vec<Oid>,
    pub author: Signature,
    pub committer: Signature,
    pub message: String,
}

impl Commit {
    /// The first line of the message.
    pub fn subject(&self) -> &str {
        self.message.lines().next().unwrap_or_default()
    }
}

/// A commit, as far as it hangs together with others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    pub oid: Oid,
    pub tree: Oid,
    pub parents: Vec<Oid>,
    /// Of the commit object, in bytes.
    pub size: usize,
}

/// A commit to be written.
#[derive(Clone, Debug)]
pub struct NewCommit {
    pub tree: Oid,
    pub parents: Vec<Oid>,
    pub author: Signature,
    pub committer: Signature,
    pub message: String,
}

/// A ref and what it points at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ref {
    /// Fully qualified.
    pub name: String,
    /// The object it names: a commit, or an annotated tag.
    pub oid: Oid,
}

/// Where HEAD is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Head {
    /// The branch, without `refs/heads/`; `None` when detached.
    pub branch: Option<String>,
    /// The commit; `None` on a branch without commits.
    pub oid: Option<Oid>,
}

/// The files of a tree.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Listing {
    /// From the top of the tree, sorted.
    pub paths: Vec<String>,
    blobs: Vec<Listed>,
}

/// What a tree has at a path. Most are never asked for, and a large tree has very many: the id stays as
/// it is in the tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Listed {
    id: [u8; 32],
    /// How many bytes of that there are.
    size: usize,
    /// As git has it: an ordinary file, a program, or a symbolic link.
    pub mode: u32,
}

impl Listed {
    /// From the bytes of an id, 20 or 32.
    pub fn new(bytes: &[u8], mode: u32) -> Self {
        let mut id = [0; 32];
        id.iter_mut().zip(bytes).for_each(|(to, from)| *to = *from);
        Self { id, size: bytes.len(), mode }
    }

    /// Whether it is a symbolic link, and the blob its target.
    pub const fn is_link(&self) -> bool {
        self.mode == 0o120_000
    }

    /// The blob.
    pub fn blob(&self) -> Option<Oid> {
        let hex: String = self.id.iter().take(self.size).map(|byte| format!("{byte:02x}")).collect();
        Oid::parse(&hex)
    }
}

impl Listing {
    /// What is at a path.
    pub fn get(&self, path: &str) -> Option<&Listed> {
        let at = self.paths.binary_search_by(|known| known.as_str().cmp(path)).ok()?;
        self.blobs.get(at)
    }
}

impl FromIterator<(String, Listed)> for Listing {
    fn from_iter<T: IntoIterator<Item = (String, Listed)>>(files: T) -> Self {
        let mut files: Vec<_> = files.into_iter().collect();
        // A tree is in the order of its names as if each directory ended in a slash.
        files.sort_by(|a, b| a.0.cmp(&b.0));
        let (paths, blobs) = files.into_iter().unzip();
        Self { paths, blobs }
    }
}
