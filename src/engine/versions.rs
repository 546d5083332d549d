//! The version files of a release, between git's trees and the pure bump.

use crate::config;
use crate::git::access::Access;
use crate::git::object::TreeFile;
use crate::git::promised;
use crate::git::repo::Repo;
use crate::git::search::{self, Wanted};
use crate::model::oid::Oid;
use crate::plan::bump::{self, Edits, File, Places, Release, Tree};
use std::cell::RefCell;
use std::collections::BTreeMap;

/// In a tree of more files than this only those are searched that are likely to say a version:
/// reading every file of a very large repository takes longer than the rest of a finish.
const MANY: usize = 10_000;

/// Where versions are said: at the top, in documents, settings and build files, and by name.
const NAMES_VERSIONS: [&str; 17] = [
    ":(glob)*",
    "*.md",
    "*.rst",
    "*.adoc",
    "*.txt",
    "*.toml",
    "*.json",
    "*.yaml",
    "*.yml",
    "*.xml",
    "*.cfg",
    "*.ini",
    "*.properties",
    "*.gradle*",
    ":(icase)*version*",
    "*__init__.py",
    "*Dockerfile*",
];

/// A commit's tree whose files are read when they are asked for.
pub(super) struct LazyTree<'a> {
    repo: &'a Repo,
    tree: Oid,
    /// `None` for a tree that was not listed.
    files: Option<Vec<TreeFile>>,
    paths: Vec<String>,
    read: RefCell<BTreeMap<String, Option<File>>>,
    /// The first thing that could not be read.
    error: RefCell<Option<anyhow::Error>>,
}

impl<'a> LazyTree<'a> {
    /// The tree of a commit.
    ///
    /// # Errors
    /// When git cannot read it.
    pub(super) fn of_commit(repo: &'a Repo, commit: &Oid) -> anyhow::Result<Self> {
        Self::new(repo, repo.commit(commit)?.tree)
    }

    fn new(repo: &'a Repo, tree: Oid) -> anyhow::Result<Self> {
        let files = repo.list_tree(&tree)?;
        let paths = files.iter().map(|file| file.path.clone()).collect();
        Ok(Self {
            repo,
            tree,
            files: Some(files),
            paths,
            read: RefCell::default(),
            error: RefCell::default(),
        })
    }

    /// A tree of which single files are read.
    fn unlisted(repo: &'a Repo, tree: Oid) -> Self {
        let (files, paths) = (None, Vec::new());
        Self { repo, tree, files, paths, read: RefCell::default(), error: RefCell::default() }
    }

    /// What went wrong while it was read, if anything.
    fn checked<T>(&self, value: T) -> anyhow::Result<T> {
        self.error.borrow_mut().take().map_or(Ok(value), Err)
    }

    fn keep<T>(&self, read: crate::git::Result<T>) -> Option<T> {
        read.map_err(|error| self.error.borrow_mut().get_or_insert(error.into()).to_string()).ok()
    }

    fn look(&self, path: &str) -> Option<File> {
        let Some(files) = &self.files else {
            return self.keep(self.repo.tree_blob(&self.tree, path))?.map(File::of_bytes);
        };
        let at = files.binary_search_by(|file| file.path.as_str().cmp(path)).ok()?;
        let file = files.get(at)?;
        if file.is_link {
            return Some(File::link());
        }
        let blob = self.keep(self.repo.read_blobs(std::slice::from_ref(&file.blob)))?;
        blob.into_iter().next()?.map(File::of_bytes)
    }
}

impl Tree for LazyTree<'_> {
    fn paths(&self) -> &[String] {
        &self.paths
    }

    fn read(&self, path: &str) -> Option<File> {
        if let Some(known) = self.read.borrow().get(path) {
            return known.clone();
        }
        let file = self.look(path);
        self.read.borrow_mut().insert(path.to_owned(), file.clone());
        file
    }

    fn unsearched(&self) -> Option<&'static str> {
        if promised::remote(self.repo).is_some() {
            return Some("this clone is partial, and its files were not searched");
        }
        (self.paths.len() > MANY).then_some(
            "there are more than 10,000 files, and only documents, settings, build files and files named after \
             the version were searched",
        )
    }

    fn holding(&self, characters: &str) -> Vec<String> {
        let paths: &[&str] = if self.paths.len() > MANY { &NAMES_VERSIONS } else { &[] };
        let wanted = Wanted { text: characters, paths, ..Wanted::default() };
        self.keep(search::holding(self.repo, &self.tree, wanted)).unwrap_or_default()
    }
}

/// Who makes the tag of a release of this commit, when it is not this program: the name of the tool,
/// and what it needs for this version, which may be nothing.
///
/// # Errors
/// When git cannot read the commit.
pub fn tagged_by(
    repo: &Repo,
    config: &config::Version,
    commit: &Oid,
    (dir, version): (&str, &str),
) -> anyhow::Result<Option<(String, String)>> {
    if config.tag_by == config::TagBy::Own {
        return Ok(None);
    }
    let tree = LazyTree::of_commit(repo, commit)?;
    let owner = tree.checked(bump::owner(&tree, dir))?.filter(|owner| owner.tags);
    Ok(match owner {
        Some(owner) => Some((owner.tool.to_owned(), owner.needs(version))),
        None => (config.tag_by == config::TagBy::Other).then(|| ("another tool".to_owned(), String::new())),
    })
}

/// A commit's tree with the version files and the changelog of a release.
pub struct Bumped {
    /// The new tree; `None` where nothing changes.
    pub tree: Option<Oid>,
    /// What changed, and what is to be said.
    pub edits: Edits,
}

/// Makes the tree of a release: `content` with its version files and its changelog. What was added
/// to the changelog under "Unreleased" since `before` becomes the release's section. `finish` and
/// `rollback` both release this way; a rollback says "Reverted" for the kind, and gives production
/// as it is for `before`.
///
/// # Errors
/// When git cannot read the trees or write the new one.
pub fn bump(
    repo: &Repo,
    config: &config::Version,
    (content, before): (&Oid, &Oid),
    release: &Release<'_>,
) -> anyhow::Result<Bumped> {
    let tree = LazyTree::new(repo, content.clone())?;
    // One file of it is read; listing a large tree for that would cost more than all the rest.
    let before = LazyTree::unlisted(repo, before.clone());
    let edits = bump::edits(&tree, &before, config, release);
    let edits = before.checked(tree.checked(edits)?)?;
    if edits.edits.is_empty() {
        return Ok(Bumped { tree: None, edits });
    }
    let changed: Vec<(&str, &[u8])> =
        edits.edits.iter().map(|edit| (edit.path.as_str(), edit.new.as_bytes())).collect();
    Ok(Bumped { tree: Some(repo.edit_tree(content, &changed)?), edits })
}

/// A tree with the version and the changelog of another one, so that the two differ in what a release
/// brought and in nothing that a release writes itself.
///
/// # Errors
/// When git cannot read the trees or write the new one.
pub(super) fn as_in(
    repo: &Repo,
    config: &config::Version,
    (content, other): (&Oid, &Oid),
    release: &Release<'_>,
) -> anyhow::Result<Oid> {
    let without = config::Version { changelog: config::Changelog::Never, ..config.clone() };
    let moved = bump(repo, &without, (content, content), release)?.tree.unwrap_or_else(|| content.clone());
    let there = LazyTree::new(repo, other.clone())?;
    let Some(path) = there.checked(bump::changelog(&there, config, release.dir))? else {
        return Ok(moved);
    };
    Ok(match repo.tree_blob(other, &path)? {
        Some(text) => repo.edit_tree(&moved, &[(path.as_str(), text.as_slice())])?,
        None => moved,
    })
}

/// A merge of a release into a target that conflicts, or one of its commits that is picked there.
pub struct Conflict<'a> {
    /// What both began with; `None` for what their history has in common.
    pub base: Option<&'a Oid>,
    /// The target's commit.
    pub ours: &'a Oid,
    /// The released commit.
    pub theirs: &'a Oid,
    pub paths: &'a [String],
}

/// The files of a conflict that are about nothing but versions and the changelog, resolved: the
/// target keeps its own version, and the changelog has the releases of both. What is not among them
/// needs a human.
///
/// # Errors
/// When git cannot read the commits.
pub fn resolve(
    repo: &Repo,
    config: &config::Version,
    (dir, version): (&str, &str),
    conflict: &Conflict<'_>,
) -> anyhow::Result<BTreeMap<String, String>> {
    let mut resolved = BTreeMap::new();
    let common = match conflict.base {
        Some(base) => Some(base.clone()),
        None => repo.merge_base(conflict.ours, conflict.theirs)?,
    };
    let Some(base) = common else { return Ok(resolved) };
    let released = LazyTree::of_commit(repo, conflict.theirs)?;
    let places: Places = released.checked(bump::places(&released, config, dir, version))?;
    let text = |commit: &Oid, path: &str| -> anyhow::Result<Option<String>> {
        Ok(repo.blob(commit, path)?.and_then(|bytes| String::from_utf8(bytes).ok()))
    };
    for path in conflict.paths {
        let (Some(base), Some(ours), Some(theirs)) =
            (text(&base, path)?, text(conflict.ours, path)?, text(conflict.theirs, path)?)
        else {
            continue;
        };
        if let Some(text) = bump::resolve(path, &base, &ours, &theirs, &places) {
            resolved.insert(path.clone(), text);
        }
    }
    Ok(resolved)
}
