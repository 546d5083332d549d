//! A tree of git as the bump of versions sees it.

use crate::config;
use crate::git::access::Access;
use crate::git::object::{Listed, Listing};
use crate::git::promised;
use crate::git::repo::Repo;
use crate::git::search::{self, Wanted};
use crate::model::oid::Oid;
use crate::model::path::file_name;
use crate::plan::bump::{self, File, Tree};
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

    /// The path of a file with this content, where it is the only one of its name, or the file at `path`.
    pub fn path_of<'p>(&'p self, content: &Oid, path: &'p str) -> Option<&'p str> {
        let is_it = |path: &str| self.listed(path).and_then(|listed| listed.blob()).as_ref() == Some(content);
        if is_it(path) {
            return Some(path);
        }
        let named = |known: &&String| file_name(known) == file_name(path) && is_it(known);
        let mut found = self.paths().iter().filter(named);
        found.next().filter(|_| found.next().is_none()).map(String::as_str)
    }

    /// What kind of file is at a path, as git has it.
    pub fn mode(&self, path: &str) -> Option<u32> {
        self.listed(path).map(|listed| listed.mode)
    }

    /// Reads ahead what the bump of a package from this version will ask for, while another process is
    /// waited for.
    ///
    /// # Errors
    /// When git cannot read the tree.
    pub fn foresee(
        repo: &'a Repo,
        tree: &Oid,
        config: &config::Version,
        (dir, version): (&str, &str),
    ) -> anyhow::Result<()> {
        let tree = Self::new(repo, tree.clone())?;
        if !bump::owner(&tree, config, dir).is_some_and(|owner| owner.bumps()) {
            tree.holding(version);
        }
        tree.checked(())
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

    fn listed(&self, path: &str) -> Option<Listed> {
        match &self.files {
            Some(files) => files.get(path).copied(),
            None => self.keep(self.repo.tree_file(&self.tree, path))?,
        }
    }

    fn look(&self, path: &str) -> Option<File> {
        let listed = self.listed(path)?;
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
