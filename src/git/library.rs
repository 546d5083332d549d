//! [`Access`] in process, with libgit2.

mod diff;

use super::access::Access;
use super::convert::{commit_of, id, missing, oid, signature_of};
use super::object::{Commit, FileChange, Head, Link, Listed, Listing, NewCommit, Ref, moment};
use super::{GitError, Result, apart, moves};
use crate::model::oid::Oid;
use crate::model::plan::{Deletion, Update, head};
use crate::system::files;
use chrono::{DateTime, FixedOffset};
use git2::{DiffOptions, ErrorClass, ErrorCode, Index, ObjectType, Repository, Sort, TreeEntry};
use std::cell::RefCell;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// The version of libgit2, and how it came into this program.
pub fn version() -> String {
    let version = git2::Version::get();
    let (major, minor, revision) = version.libgit2_version();
    let origin = if version.vendored() { "built along" } else { "of the system" };
    let network = if version.https() || version.ssh() { "with network" } else { "without network" };
    format!("{major}.{minor}.{revision}, {origin}, {network}")
}

/// A repository opened by libgit2.
pub struct Library {
    repo: Repository,
    /// libgit2 syncs nothing by itself: what has to survive a power cut is noted here and synced
    /// together, because a sync costs more than a write.
    unsynced: RefCell<BTreeSet<PathBuf>>,
}

impl Library {
    /// Takes an opened repository.
    pub fn new(repo: Repository) -> Self {
        // libgit2 looks for attributes in the index, too, and reads all of it for that. Whoever has
        // all files has them in the work tree.
        let sparse = repo.config().and_then(|c| c.get_bool("core.sparseCheckout")).unwrap_or_default();
        if !sparse && !repo.is_bare() {
            let empty = Index::new().and_then(|mut index| repo.set_index(&mut index));
            if let Err(error) = empty {
                log::debug!("the index could not be updated: {error}");
            }
        }
        Self { repo, unsynced: RefCell::new(BTreeSet::new()) }
    }

    fn newest_first(&self, tip: &Oid, hide: &[Oid]) -> Result<git2::Revwalk<'_>> {
        let mut walk = self.repo.revwalk()?;
        walk.set_sorting(Sort::TOPOLOGICAL | Sort::TIME)?;
        walk.push(id(tip)?)?;
        for hidden in hide {
            walk.hide(id(hidden)?)?;
        }
        Ok(walk)
    }

    /// The tree that has the changes of both, where nothing of theirs meets and they have one base;
    /// `None` where git's own merge has to look.
    ///
    /// # Errors
    /// When the repository cannot be read or written.
    pub fn merge_apart(&self, ours: &Oid, theirs: &Oid) -> Result<Option<Oid>> {
        let (ours, theirs) = (self.repo.find_commit(id(ours)?)?, self.repo.find_commit(id(theirs)?)?);
        let bases = self.repo.merge_bases(ours.id(), theirs.id())?;
        let [base] = *bases else { return Ok(None) };
        let base = self.repo.find_commit(base)?.tree()?;
        let merged = apart::merge(&self.repo, &base, &ours.tree()?, &theirs.tree()?)?;
        let Some((tree, written)) = merged else { return Ok(None) };
        written.into_iter().for_each(|tree| self.sync_object(tree));
        oid(tree).map(Some)
    }

    /// The files of one tree that another has not, or not so.
    ///
    /// # Errors
    /// When a tree cannot be read.
    pub fn only_in(&self, tree: &Oid, other: &Oid) -> Result<Vec<String>> {
        let (tree, other) = (self.repo.find_tree(id(tree)?)?, self.repo.find_tree(id(other)?)?);
        let mut found = Vec::new();
        apart::only_in(&self.repo, &tree, Some(&other), "", &mut found)?;
        Ok(found)
    }

    /// What a ref's reflog remembers, newest first.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn reflog(&self, name: &str) -> Result<Vec<Oid>> {
        let log = self.repo.reflog(name)?;
        // The oldest entry tells what was before it, as well.
        let first = log.iter().next_back().map(|entry| entry.id_old());
        let values = log.iter().map(|entry| entry.id_new()).chain(first);
        values.filter(|id| !id.is_zero()).map(oid).collect()
    }

    fn sync_object(&self, oid: git2::Oid) {
        let hex = oid.to_string();
        let (dir, rest) = hex.split_at(2);
        // As git does it: syncing a new file takes its names to disk along, and syncing the
        // directories as well would double what an event costs.
        self.unsynced.borrow_mut().insert(self.repo.commondir().join("objects").join(dir).join(rest));
    }

    fn sync_ref(&self, name: &str, is_new: bool) {
        let common = self.repo.commondir();
        let path = common.join(name);
        // The directories of a ref that is new may be so, too.
        let levels = if is_new { usize::MAX } else { 2 };
        let new = path.ancestors().take_while(|p| p.starts_with(common)).take(levels);
        self.unsynced.borrow_mut().extend(new.map(Path::to_owned));
    }

    fn blob_in(&self, tree: &git2::Tree<'_>, path: &str) -> Result<Option<Vec<u8>>> {
        let Some(entry) = missing(tree.get_path(std::path::Path::new(path)))? else { return Ok(None) };
        if entry.kind() != Some(ObjectType::Blob) {
            return Ok(None);
        }
        match entry.to_object(&self.repo)?.as_blob() {
            Some(blob) => Ok(Some(blob.content().to_vec())),
            None => Ok(None),
        }
    }

    fn moved(name: &str, error: git2::Error) -> GitError {
        match error.code() {
            ErrorCode::Modified | ErrorCode::Exists | ErrorCode::Locked | ErrorCode::NotFound => {
                GitError::Moved(name.to_owned())
            }
            _ if error.class() == ErrorClass::Reference && error.message().contains("lock") => {
                GitError::Moved(name.to_owned())
            }
            _ => error.into(),
        }
    }
}

fn listed(entry: &TreeEntry<'_>) -> Listed {
    Listed::new(entry.id().as_bytes(), entry.filemode().cast_unsigned())
}

impl Drop for Library {
    fn drop(&mut self) {
        if let Err(error) = self.flush() {
            log::warn!("what was written may not survive a power cut: {error}");
        }
    }
}

impl Access for Library {
    fn head(&self) -> Result<Head> {
        let mut name = "HEAD".to_owned();
        let mut oid_there = None;
        // A branch may be another name for a branch; git goes five steps at most.
        for _ in 0..5 {
            let Some(reference) = missing(self.repo.find_reference(&name))? else { break };
            oid_there = reference.target().map(oid).transpose()?;
            match reference.symbolic_target().ok().flatten() {
                Some(target) => name = target.to_owned(),
                None => break,
            }
        }
        Ok(Head { branch: name.strip_prefix("refs/heads/").map(str::to_owned), oid: oid_there })
    }

    fn refs(&self, prefix: &str) -> Result<Vec<Ref>> {
        let mut refs = Vec::new();
        for reference in self.repo.references_glob(&format!("{prefix}*"))? {
            let reference = reference?;
            // A symbolic ref (origin/HEAD) is no branch of its own.
            if let (Ok(name), Some(target)) = (reference.name(), reference.target()) {
                refs.push(Ref { name: name.to_owned(), oid: oid(target)? });
            }
        }
        refs.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(refs)
    }

    fn find_ref(&self, name: &str) -> Result<Option<Oid>> {
        missing(self.repo.refname_to_id(name))?.map(oid).transpose()
    }

    fn commit(&self, wanted: &Oid) -> Result<Commit> {
        commit_of(&self.repo.find_commit(id(wanted)?)?)
    }

    fn tagged_at(&self, name: &str) -> Result<Option<DateTime<FixedOffset>>> {
        let found = match self.repo.find_reference(name) {
            Ok(found) => found.resolve()?.target(),
            Err(error) if error.code() == git2::ErrorCode::NotFound => None,
            Err(error) => return Err(error.into()),
        };
        let Some(target) = found else { return Ok(None) };
        let when = match self.repo.find_tag(target) {
            Ok(tag) => tag.tagger().map(|t| t.when()),
            Err(_) => self.repo.find_commit(target).ok().map(|c| c.committer().when()),
        };
        Ok(when.map(|at| moment(at.seconds(), at.offset_minutes())))
    }

    fn peel(&self, wanted: &Oid) -> Result<Option<Oid>> {
        let object = self.repo.find_object(id(wanted)?, None)?;
        match object.peel(ObjectType::Commit) {
            Ok(commit) => oid(commit.id()).map(Some),
            Err(_) => Ok(None),
        }
    }

    fn peel_all(&self, oids: &[Oid]) -> Result<Vec<Option<Oid>>> {
        let odb = self.repo.odb()?;
        let mut commits = Vec::with_capacity(oids.len());
        for wanted in oids {
            commits.push(if odb.exists(id(wanted)?) { self.peel(wanted)? } else { None });
        }
        Ok(commits)
    }

    fn has(&self, wanted: &Oid) -> Result<bool> {
        Ok(self.repo.odb()?.exists(id(wanted)?))
    }

    fn is_ancestor(&self, old: &Oid, new: &Oid) -> Result<bool> {
        Ok(old == new || self.repo.graph_descendant_of(id(new)?, id(old)?)?)
    }

    fn merge_base(&self, a: &Oid, b: &Oid) -> Result<Option<Oid>> {
        missing(self.repo.merge_base(id(a)?, id(b)?))?.map(oid).transpose()
    }

    fn log(&self, tip: &Oid, hide: &[Oid], limit: usize) -> Result<Vec<Commit>> {
        let walk = self.newest_first(tip, hide)?;
        walk.take(limit).map(|next| commit_of(&self.repo.find_commit(next?)?)).collect()
    }

    fn links(&self, tip: &Oid, hide: &[Oid], limit: usize) -> Result<Vec<Link>> {
        let database = self.repo.odb()?;
        let link = |next: std::result::Result<git2::Oid, git2::Error>| {
            let commit = self.repo.find_commit(next?)?;
            Ok(Link {
                oid: oid(commit.id())?,
                tree: oid(commit.tree_id())?,
                parents: commit.parent_ids().map(oid).collect::<Result<_>>()?,
                size: database.read_header(commit.id())?.0,
            })
        };
        self.newest_first(tip, hide)?.take(limit).map(link).collect()
    }

    fn changes(&self, old: &Oid, new: &Oid) -> Result<Vec<FileChange>> {
        self.diff(old, new, DiffOptions::new().context_lines(0))
    }

    fn substance(&self, old: &Oid, new: &Oid) -> Result<Vec<FileChange>> {
        let mut options = DiffOptions::new();
        self.diff(old, new, options.context_lines(0).ignore_whitespace(true).ignore_blank_lines(true))
    }

    fn patch_id(&self, old: &Oid, new: &Oid) -> Result<String> {
        let old = self.repo.find_commit(id(old)?)?.tree()?;
        let new = self.repo.find_commit(id(new)?)?.tree()?;
        let diff = self.between(&old, &new, &mut DiffOptions::new())?;
        Ok(diff.patchid(None)?.to_string())
    }

    fn blob(&self, commit: &Oid, path: &str) -> Result<Option<Vec<u8>>> {
        let tree = self.repo.find_commit(id(commit)?)?.tree()?;
        self.blob_in(&tree, path)
    }

    fn blobs(&self, commits: &[Oid], path: &str, most: usize) -> Result<Vec<Option<Vec<u8>>>> {
        let database = self.repo.odb()?;
        let mut found = Vec::with_capacity(commits.len());
        for commit in commits {
            let tree = self.repo.find_commit(id(commit)?)?.tree()?;
            let entry = missing(tree.get_path(std::path::Path::new(path)))?;
            let blob = entry.filter(|e| e.kind() == Some(ObjectType::Blob));
            found.push(match blob {
                Some(entry) if database.read_header(entry.id())?.0 <= most => {
                    Some(self.repo.find_blob(entry.id())?.content().to_vec())
                }
                _ => None,
            });
        }
        Ok(found)
    }

    fn find_blobs(&self, places: &[(Oid, String)]) -> Result<Vec<Option<Oid>>> {
        let mut found = Vec::with_capacity(places.len());
        for (commit, path) in places {
            let tree = self.repo.find_commit(id(commit)?)?.tree()?;
            let entry = missing(tree.get_path(std::path::Path::new(path)))?;
            let blob = entry.filter(|e| e.kind() == Some(ObjectType::Blob));
            found.push(blob.map(|e| oid(e.id())).transpose()?);
        }
        Ok(found)
    }

    fn read_blobs(&self, blobs: &[Oid]) -> Result<Vec<Option<Vec<u8>>>> {
        // One that is not here is git's to find: a partial clone fetches it.
        blobs.iter().map(|blob| Ok(Some(self.repo.find_blob(id(blob)?)?.content().to_vec()))).collect()
    }

    fn write_tree(&self, files: &[(&str, &[u8])]) -> Result<Oid> {
        let mut builder = self.repo.treebuilder(None)?;
        for (name, content) in files {
            let blob = self.repo.blob(content)?;
            self.sync_object(blob);
            builder.insert(name, blob, 0o100_644)?;
        }
        let tree = builder.write()?;
        self.sync_object(tree);
        oid(tree)
    }

    fn edit_tree(&self, tree: &Oid, files: &[(&str, Option<&[u8]>)]) -> Result<Oid> {
        let tree = self.repo.find_tree(id(tree)?)?;
        let mut update = git2::build::TreeUpdateBuilder::new();
        for (path, content) in files {
            let Some(content) = content else {
                update.remove(*path);
                continue;
            };
            let mode = tree.get_path(std::path::Path::new(path))?.filemode();
            let blob = self.repo.blob(content)?;
            self.sync_object(blob);
            let mode = if mode == 0o100_755 { git2::FileMode::BlobExecutable } else { git2::FileMode::Blob };
            update.upsert(*path, blob, mode);
        }
        let written = update.create_updated(&self.repo, &tree)?;
        self.sync_object(written);
        // The directories on the way to a file are new as well.
        let new = self.repo.find_tree(written)?;
        for (path, _) in files {
            for dir in
                std::path::Path::new(path).ancestors().skip(1).filter(|dir| !dir.as_os_str().is_empty())
            {
                // Without its last file a directory is gone.
                if let Ok(dir) = new.get_path(dir) {
                    self.sync_object(dir.id());
                }
            }
        }
        oid(written)
    }

    fn list_tree(&self, tree: &Oid) -> Result<Listing> {
        let tree = self.repo.find_tree(id(tree)?)?;
        let mut files = Vec::new();
        tree.walk(git2::TreeWalkMode::PreOrder, |dir, entry| {
            let Ok(name) = entry.name() else { return git2::TreeWalkResult::Ok };
            if entry.kind() == Some(ObjectType::Blob) {
                files.push(([dir, name].concat(), listed(entry)));
            }
            git2::TreeWalkResult::Ok
        })?;
        Ok(files.into_iter().collect())
    }

    fn tree_file(&self, tree: &Oid, path: &str) -> Result<Option<Listed>> {
        let entry = missing(self.repo.find_tree(id(tree)?)?.get_path(Path::new(path)))?;
        let file = entry.filter(|entry| entry.kind() == Some(ObjectType::Blob));
        Ok(file.map(|file| listed(&file)))
    }

    fn tree_blob(&self, tree: &Oid, path: &str) -> Result<Option<Vec<u8>>> {
        let tree = self.repo.find_tree(id(tree)?)?;
        self.blob_in(&tree, path)
    }

    fn write_commit(&self, new: &NewCommit) -> Result<Oid> {
        let tree = self.repo.find_tree(id(&new.tree)?)?;
        let parents =
            new.parents.iter().map(|p| Ok(self.repo.find_commit(id(p)?)?)).collect::<Result<Vec<_>>>()?;
        let parents: Vec<&git2::Commit<'_>> = parents.iter().collect();
        let (author, committer) = (signature_of(&new.author)?, signature_of(&new.committer)?);
        let written = self.repo.commit(None, &author, &committer, &new.message, &tree, &parents)?;
        self.sync_object(written);
        oid(written)
    }

    fn write_tag(&self, content: &str) -> Result<Oid> {
        let written = self.repo.odb()?.write(ObjectType::Tag, content.as_bytes())?;
        self.sync_object(written);
        oid(written)
    }

    fn move_ref(&self, name: &str, expect: Option<&Oid>, new: &Oid, why: &str) -> Result<()> {
        self.repo.reference_ensure_log(name)?;
        let result = match expect {
            Some(old) => self.repo.reference_matching(name, id(new)?, true, id(old)?, why),
            None => self.repo.reference(name, id(new)?, false, why),
        };
        result.map_err(|e| Self::moved(name, e))?;
        self.sync_ref(name, expect.is_none());
        Ok(())
    }

    fn delete_ref(&self, deletion: &Deletion) -> Result<()> {
        let moved = || GitError::Moved(deletion.name.clone());
        let mut reference = missing(self.repo.find_reference(&deletion.name))?.ok_or_else(moved)?;
        // libgit2 deletes only what it has just read, so a ref that moves in between stays.
        if reference.target().map(oid).transpose()?.as_ref() != Some(&deletion.expect) {
            return Err(moved());
        }
        reference.delete().map_err(|e| Self::moved(&deletion.name, e))
    }

    fn move_all(&self, updates: &[&Update], deletions: &[Deletion], why: &str) -> Result<()> {
        moves::all(&self.repo, updates, deletions, why)?;
        updates.iter().for_each(|u| self.sync_ref(&u.name, u.expect.is_none()));
        Ok(())
    }

    fn point_head(&self, branch: &str, _from: &str) -> Result<()> {
        // libgit2 writes what git writes into the reflog.
        Ok(self.repo.set_head(&head(branch))?)
    }

    fn flush(&self) -> Result<()> {
        let paths = std::mem::take(&mut *self.unsynced.borrow_mut());
        let objects = self.repo.commondir().join("objects");
        // All objects before the refs to them, and what is in a directory before the directory.
        let (objects, refs): (Vec<_>, Vec<_>) = paths.iter().rev().partition(|p| p.starts_with(&objects));
        for path in objects.into_iter().chain(refs) {
            files::sync(path).map_err(|e| GitError::File(path.display().to_string(), e))?;
        }
        Ok(())
    }
}
