//! Reading the tree for one package: its directory, the version it has and the one it gets.

use super::leaf::{Leaf, swapped};
use super::read::read;
use super::tree::{File, Tree};
use crate::config::glob;
use crate::model::path::{file_name, is_below, join, parent, resolve};
use crate::model::text::{safe, shorten};
use std::cell::{OnceCell, RefCell};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::rc::Rc;

/// A file that was read.
pub(super) struct Parsed {
    pub(super) text: Rc<str>,
    pub(super) leaves: Vec<Leaf>,
}

/// A version that moves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Spot {
    pub(super) path: String,
    /// As in [`Leaf`].
    pub(super) key: Vec<String>,
    pub(super) range: Range<usize>,
    pub(super) old: String,
    pub(super) new: String,
}

/// What moves together, or not at all.
#[derive(Debug, Default)]
pub(super) struct Unit {
    pub(super) spots: Vec<Spot>,
    /// What is worth saying, each a sentence without its full stop.
    pub(super) notes: Vec<String>,
}

/// A unit, or why nothing in it moves, as a sentence without its full stop.
pub(super) type Found = Result<Unit, String>;

/// A rule of a format that a tree breaks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Fault {
    /// The same before and after a bump, if it is the same fault.
    pub(super) id: String,
    /// A sentence without its full stop.
    pub(super) says: String,
}

/// Directories whose files are somebody else's, or made up.
const FOREIGN: [&str; 12] = [
    "node_modules",
    "vendor",
    "third_party",
    "third-party",
    "target",
    "dist",
    ".venv",
    "venv",
    "testdata",
    "fixtures",
    "__fixtures__",
    "Pods",
];

/// Words in the names of directories whose projects are there to be looked at, copied or tested with: a
/// number that is the release's is so by coincidence.
const SAMPLES: [&str; 12] = [
    "example",
    "examples",
    "sample",
    "samples",
    "template",
    "templates",
    "demo",
    "demos",
    "skeleton",
    "playground",
    "dummy",
    "mocks",
];
/// Directories of tests, below which the same holds for what is data.
const TESTS: [&str; 4] = ["test", "tests", "spec", "it"];
const DATA: [&str; 6] = ["resources", "data", "projects", "support", "files", "assets"];

/// Whether a path is in a directory of somebody else's files.
pub(super) fn is_foreign(path: &str) -> bool {
    path.rsplit_once('/').is_some_and(|(dir, _)| dir.split('/').any(|part| FOREIGN.contains(&part)))
}

/// Whether a path is in a directory of samples or of data for tests.
pub(super) fn is_made_up(path: &str) -> bool {
    let parts: Vec<String> = parent(path).split('/').map(str::to_lowercase).collect();
    let is_sample =
        |part: &String| part.split(['-', '_', '.']).next().is_some_and(|word| SAMPLES.contains(&word));
    let is_data = |pair: &[String]| match pair {
        [a, b] => TESTS.contains(&a.as_str()) && DATA.contains(&b.as_str()),
        _ => false,
    };
    parts.iter().any(is_sample) || parts.windows(2).any(is_data)
}

/// The tree as one package sees it.
pub(super) struct Look<'a> {
    pub(super) tree: &'a dyn Tree,
    /// The package's directory without a slash at the end; empty for the top.
    pub(super) dir: &'a str,
    pub(super) from: &'a str,
    pub(super) to: &'a str,
    /// Where in the tree's paths those are that were asked for, by how they end.
    found: RefCell<BTreeMap<String, Vec<usize>>>,
    /// The directories that manifests declare as their own.
    pub(super) declared: OnceCell<BTreeSet<String>>,
    read: RefCell<BTreeMap<String, Rc<Parsed>>>,
    /// Files that say another version, and which.
    others: RefCell<Vec<(String, String)>>,
}

impl<'a> Look<'a> {
    pub(super) fn new(tree: &'a dyn Tree, dir: &'a str, from: &'a str, to: &'a str) -> Self {
        let (found, read, others) = (RefCell::default(), RefCell::default(), RefCell::default());
        Self { tree, dir, from, to, found, declared: OnceCell::new(), read, others }
    }

    /// The path of a file in the package's directory.
    pub(super) fn at(&self, name: &str) -> String {
        join(self.dir, name)
    }

    pub(super) fn has(&self, path: &str) -> bool {
        self.tree.paths().binary_search_by(|known| known.as_str().cmp(path)).is_ok()
    }

    /// Every tracked file of this name that is the repository's own.
    pub(super) fn named(&self, name: &str) -> impl Iterator<Item = &'a str> + use<'a> {
        let mut found = self.ending(name);
        found.retain(|path| file_name(path) == name);
        found.into_iter()
    }

    /// Every tracked file of the repository's own whose name ends like this.
    pub(super) fn ending(&self, end: &str) -> Vec<&'a str> {
        let mut found = self.every(end);
        found.retain(|path| !self.is_foreign(path));
        found
    }

    /// Every tracked file whose name ends like this, whoever it belongs to.
    pub(super) fn every(&self, end: &str) -> Vec<&'a str> {
        let paths = self.tree.paths();
        if !self.found.borrow().contains_key(end) {
            let ends = paths.iter().enumerate().filter(|(_, path)| path.ends_with(end));
            let found = ends.map(|(at, _)| at).collect();
            self.found.borrow_mut().insert(end.to_owned(), found);
        }
        let found = self.found.borrow();
        let at = found.get(end).into_iter().flatten();
        at.filter_map(|at| paths.get(*at)).map(String::as_str).collect()
    }

    pub(super) fn is_inside(&self, path: &str) -> bool {
        is_below(path, self.dir)
    }

    /// A file's text and values.
    pub(super) fn file(&self, path: &str) -> Result<Option<Rc<Parsed>>, String> {
        if let Some(known) = self.read.borrow().get(path) {
            return Ok(Some(known.clone()));
        }
        if !self.has(path) {
            return Ok(None);
        }
        let text = match self.tree.read(path) {
            Some(File::Text(text)) => text,
            Some(File::Closed(why)) => return Err(format!("{} {why}", safe(path))),
            None => return Ok(None),
        };
        let leaves = read(path, &text).map_err(|why| format!("{} {why}", safe(path)))?;
        let parsed = Rc::new(Parsed { text, leaves });
        self.read.borrow_mut().insert(path.to_owned(), parsed.clone());
        Ok(Some(parsed))
    }

    /// As [`Look::file`] for a file that is not the package's own: what cannot be read is passed over.
    pub(super) fn other(&self, path: &str) -> Option<Rc<Parsed>> {
        self.file(path).ok().flatten()
    }

    /// The version the hotfix starts from, or already the one it gets.
    pub(super) fn is_due(&self, says: &str) -> bool {
        self.is_from(says) || says == self.to
    }

    /// The version the hotfix starts from. A file may have to say three numbers where the tag has two.
    pub(super) fn is_from(&self, says: &str) -> bool {
        says == self.from || self.full().is_some_and(|full| says == full)
    }

    /// Two numbers as three.
    fn full(&self) -> Option<String> {
        let is_number = |part: &str| !part.is_empty() && part.chars().all(|c| c.is_ascii_digit());
        let (major, minor) = self.from.split_once('.')?;
        (is_number(major) && is_number(minor)).then(|| format!("{}.0", self.from))
    }

    /// The move of a value that holds the old version once.
    pub(super) fn spot(&self, path: &str, leaf: &Leaf) -> Option<Spot> {
        let full = self.full().and_then(|full| swapped(&leaf.says, &full, self.to));
        self.to_be(path, leaf, full.or_else(|| swapped(&leaf.says, self.from, self.to))?)
    }

    /// The move of a value that is the old version and nothing else.
    pub(super) fn whole(&self, path: &str, leaf: &Leaf) -> Option<Spot> {
        self.is_from(&leaf.says).then(|| self.to_be(path, leaf, self.to.to_owned())).flatten()
    }

    /// A value that becomes another one; `None` where it is that already.
    pub(super) fn to_be(&self, path: &str, leaf: &Leaf, new: String) -> Option<Spot> {
        let (key, range, old) = (leaf.key.clone(), leaf.range.clone(), leaf.says.clone());
        (old != new).then(|| Spot { path: path.to_owned(), key, range, old, new })
    }

    /// `package.json says 2.0.0, not 1.2.0: left alone`.
    pub(super) fn says(&self, path: &str, what: &str) -> String {
        self.others.borrow_mut().push((path.to_owned(), what.to_owned()));
        format!("{} says {}, not {}: left unchanged", safe(path), shorten(&safe(what), 40), self.from)
    }

    /// The files that were met saying another version.
    pub(super) fn others(&self) -> Vec<(String, String)> {
        self.others.borrow().clone()
    }
}

/// Whether a pattern of members, relative to `root`, names the directory.
pub(super) fn is_member(pattern: &str, root: &str, dir: &str) -> bool {
    let Some(pattern) = resolve(root, pattern) else { return false };
    let depth = |path: &str| path.split('/').count();
    (pattern.contains("**") || depth(&pattern) == depth(dir)) && glob::path(&format!("/{pattern}"), dir)
}
