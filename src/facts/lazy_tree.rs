//! A tree of git as the bump of versions sees it.

use crate::git::access::Access;
use crate::git::object::Listing;
use crate::git::promised;
use crate::git::repo::Repo;
use crate::git::search::{self, Wanted};
use crate::model::oid::Oid;
use crate::plan::bump::{File, Tree};
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

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
pub struct LazyTree<'a> {
    repo: &'a Repo,
    tree: Oid,
    /// `None` for a tree that was not listed.
    files: Option<Rc<Listing>>,
    read: RefCell<BTreeMap<String, Option<File>>>,
    /// The first thing that could not be read.
    error: RefCell<Option<anyhow::Error>>,
}

impl<'a> LazyTree<'a> {
    /// The tree of a commit.
    ///
    /// # Errors
    /// When git cannot read it.
    pub fn of_commit(repo: &'a Repo, commit: &Oid) -> anyhow::Result<Self> {
        Self::new(repo, repo.commit(commit)?.tree)
    }

    /// A tree of which every path is known.
    ///
    /// # Errors
    /// When git cannot read it.
    pub fn new(repo: &'a Repo, tree: Oid) -> anyhow::Result<Self> {
        let files = Some(repo.listing(&tree)?);
        Ok(Self { repo, tree, files, read: RefCell::default(), error: RefCell::default() })
    }

    /// A tree of which single files are read.
    pub fn unlisted(repo: &'a Repo, tree: Oid) -> Self {
        Self { repo, tree, files: None, read: RefCell::default(), error: RefCell::default() }
    }

    /// What kind of file is at a path, as git has it.
    pub fn mode(&self, path: &str) -> Option<u32> {
        self.files.as_ref()?.get(path).map(|listed| listed.mode)
    }

    /// Reads ahead what the bump from this version will ask for, while another process is waited for.
    ///
    /// # Errors
    /// When git cannot read the tree.
    pub fn foresee(repo: &'a Repo, tree: &Oid, version: &str) -> anyhow::Result<()> {
        let tree = Self::new(repo, tree.clone())?;
        let found = tree.holding(version);
        tree.checked(found).map(drop)
    }

    /// What went wrong while it was read, if anything.
    ///
    /// # Errors
    /// That.
    pub fn checked<T>(&self, value: T) -> anyhow::Result<T> {
        self.error.borrow_mut().take().map_or(Ok(value), Err)
    }

    fn keep<T>(&self, read: crate::git::Result<T>) -> Option<T> {
        read.map_err(|error| self.error.borrow_mut().get_or_insert(error.into()).to_string()).ok()
    }

    fn look(&self, path: &str) -> Option<File> {
        let Some(files) = &self.files else {
            return self.keep(self.repo.tree_blob(&self.tree, path))?.map(File::of_bytes);
        };
        let listed = files.get(path)?;
        if listed.is_link() {
            return Some(File::link());
        }
        let read = self.keep(self.repo.read_blobs(&[listed.blob()?]))?;
        read.into_iter().next()?.map(File::of_bytes)
    }
}

impl Tree for LazyTree<'_> {
    fn paths(&self) -> &[String] {
        self.files.as_ref().map_or(&[], |files| &files.paths)
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
        (self.paths().len() > MANY).then_some(
            "there are more than 10,000 files, and only documents, settings, build files and files named after \
             the version were searched",
        )
    }

    fn holding(&self, characters: &str) -> Vec<String> {
        let paths: &[&str] = if self.paths().len() > MANY { &NAMES_VERSIONS } else { &[] };
        let wanted = Wanted { text: characters, paths, ..Wanted::default() };
        self.keep(search::holding_once(self.repo, &self.tree, wanted)).unwrap_or_default()
    }
}
