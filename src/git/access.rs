//! The questions that are asked of a repository in process where libgit2 can, and of `git` where
//! it cannot. `tests/it/two_answers.rs` holds their answers against each other; a new question is
//! asked there, too.

use super::Result;
use super::object::{Commit, FileChange, Head, Link, Listed, Listing, NewCommit, Ref};
use crate::model::oid::Oid;
use crate::model::plan::{Deletion, Update};
use chrono::{DateTime, FixedOffset};

/// Reading and writing a repository's objects and refs.
pub trait Access {
    /// Where HEAD is.
    ///
    /// # Errors
    /// As every question here: when the repository cannot be read.
    fn head(&self) -> Result<Head>;

    /// The refs under a prefix that ends in `/`, in name order.
    fn refs(&self, prefix: &str) -> Result<Vec<Ref>>;

    /// One ref by its full name.
    fn find_ref(&self, name: &str) -> Result<Option<Oid>>;

    /// A commit.
    fn commit(&self, oid: &Oid) -> Result<Commit>;

    /// When the tag of this ref (`refs/tags/…`) was made; of a lightweight one, when its commit was.
    /// `None` when there is no such ref, or it has no date.
    fn tagged_at(&self, name: &str) -> Result<Option<DateTime<FixedOffset>>>;

    /// The commit that a tag or commit names; `None` when it names something else.
    fn peel(&self, oid: &Oid) -> Result<Option<Oid>>;

    /// As [`Access::peel`] for many; `None` also for what is not here.
    fn peel_all(&self, oids: &[Oid]) -> Result<Vec<Option<Oid>>>;

    /// Whether the object is here.
    fn has(&self, oid: &Oid) -> Result<bool>;

    /// Whether `old` is `new` or one of its ancestors.
    fn is_ancestor(&self, old: &Oid, new: &Oid) -> Result<bool>;

    /// A best common ancestor, when there is one.
    fn merge_base(&self, a: &Oid, b: &Oid) -> Result<Option<Oid>>;

    /// The commits reachable from `tip` and from none of `hide`, newest first, at most `limit`.
    fn log(&self, tip: &Oid, hide: &[Oid], limit: usize) -> Result<Vec<Commit>>;

    /// As [`Access::log`], what hangs together alone: nothing in a commit makes a long log large.
    fn links(&self, tip: &Oid, hide: &[Oid], limit: usize) -> Result<Vec<Link>>;

    /// The files that differ between two commits or trees, with line counts.
    fn changes(&self, old: &Oid, new: &Oid) -> Result<Vec<FileChange>>;

    /// The fingerprint of what changes between two commits, without line numbers and white space:
    /// equal for a commit and its cherry-pick. Only comparable with others of the same repository.
    fn patch_id(&self, old: &Oid, new: &Oid) -> Result<String>;
    /// As [`Access::changes`], without counting lines that differ in white space only.
    fn substance(&self, old: &Oid, new: &Oid) -> Result<Vec<FileChange>>;

    /// A file's content in a commit.
    fn blob(&self, commit: &Oid, path: &str) -> Result<Option<Vec<u8>>>;

    /// One file's content in each of many commits; `None` for one that is not there or has more
    /// than `most` bytes. What is too large is not read.
    fn blobs(&self, commits: &[Oid], path: &str, most: usize) -> Result<Vec<Option<Vec<u8>>>>;

    /// Which content a path has in a commit, for many; `None` where there is no such file.
    fn find_blobs(&self, places: &[(Oid, String)]) -> Result<Vec<Option<Oid>>>;

    /// The content of many blobs; `None` for one that is not here.
    fn read_blobs(&self, blobs: &[Oid]) -> Result<Vec<Option<Vec<u8>>>>;

    /// Writes a flat tree of files.
    fn write_tree(&self, files: &[(&str, &[u8])]) -> Result<Oid>;

    /// Writes a commit's tree with some files' content replaced, or without them where there is none; modes stay
    /// as they are.
    fn edit_tree(&self, tree: &Oid, files: &[(&str, Option<&[u8]>)]) -> Result<Oid>;

    /// Every file of a commit's tree, sorted by path; without submodules, and without paths that are
    /// not UTF-8.
    fn list_tree(&self, tree: &Oid) -> Result<Listing>;

    /// What a tree has at a path, if that is a file or a link.
    fn tree_file(&self, tree: &Oid, path: &str) -> Result<Option<Listed>>;

    /// A file's content in a tree.
    fn tree_blob(&self, tree: &Oid, path: &str) -> Result<Option<Vec<u8>>>;

    /// Writes a commit, unsigned.
    fn write_commit(&self, commit: &NewCommit) -> Result<Oid>;

    /// Writes a raw annotated tag object.
    fn write_tag(&self, content: &str) -> Result<Oid>;

    /// Moves one ref if it still has the expected value (`None`: must not exist), with a reflog
    /// entry. It survives a power cut after [`Access::flush`]. [`super::GitError::Moved`] when it changed.
    fn move_ref(&self, name: &str, expect: Option<&Oid>, new: &Oid, why: &str) -> Result<()>;

    /// Deletes one ref if it still has the expected value.
    fn delete_ref(&self, deletion: &Deletion) -> Result<()>;

    /// Moves and deletes refs, all or none, each from the value it is expected to have, with an entry
    /// in the reflogs that there are. Moves come in the order given.
    /// [`super::GitError::Moved`] when one of them changed.
    fn move_all(&self, updates: &[&Update], deletions: &[Deletion], why: &str) -> Result<()>;

    /// Makes a branch that is there the one that HEAD names. No file is touched.
    fn point_head(&self, branch: &str, from: &str) -> Result<()>;

    /// Returns once everything that was written survives a power cut.
    fn flush(&self) -> Result<()>;
}
