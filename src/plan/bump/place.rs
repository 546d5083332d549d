//! Where a file has its version.

use super::{helm, json, pom, search, toml_files};
use std::ops::Range;

/// One version in a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Place {
    /// What the version belongs to, the same in every revision of the file.
    pub(super) key: String,
    /// The bytes of the version, without quotes.
    pub(super) range: Range<usize>,
    /// What is there.
    pub(super) says: String,
    /// In a lock with many packages: the one the version is of.
    pub(super) package: Option<String>,
    /// Another version there is nothing to talk about.
    pub(super) optional: bool,
}

impl Place {
    pub(super) fn new(key: &str, start: usize, says: &str) -> Self {
        let range = start..start + says.len();
        Self { key: key.to_owned(), range, says: says.to_owned(), package: None, optional: false }
    }
}

/// How a file holds its version.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    CargoManifest,
    CargoLock,
    Npm,
    NpmLock,
    Python,
    UvLock,
    Maven,
    Helm,
    /// Nothing else is in the file.
    Bare,
}

/// A file that is known to hold a version.
pub(super) struct Known {
    pub(super) path: &'static str,
    pub(super) kind: Kind,
    /// The manifest this lock repeats: without a change there, none here.
    pub(super) follows: Option<&'static str>,
}

const fn known(path: &'static str, kind: Kind, follows: Option<&'static str>) -> Known {
    Known { path, kind, follows }
}

/// Every known file, a lock after its manifest.
pub(super) const KNOWN: &[Known] = &[
    known("Cargo.toml", Kind::CargoManifest, None),
    known("Cargo.lock", Kind::CargoLock, Some("Cargo.toml")),
    known("package.json", Kind::Npm, None),
    known("package-lock.json", Kind::NpmLock, Some("package.json")),
    known("npm-shrinkwrap.json", Kind::NpmLock, Some("package.json")),
    known("pyproject.toml", Kind::Python, None),
    known("uv.lock", Kind::UvLock, Some("pyproject.toml")),
    known("pom.xml", Kind::Maven, None),
    known("Chart.yaml", Kind::Helm, None),
    known("VERSION", Kind::Bare, None),
    known("version.txt", Kind::Bare, None),
];

/// The places of a file, or what is wrong with it as the end of a sentence.
pub(super) type Found = Result<Vec<Place>, &'static str>;

impl Kind {
    /// Finds the versions in a file of this kind.
    pub(super) fn read(self, text: &str) -> Found {
        match self {
            Self::CargoManifest => toml_files::cargo_manifest(text),
            Self::CargoLock => toml_files::cargo_lock(text),
            Self::Python => toml_files::python(text),
            Self::UvLock => toml_files::uv_lock(text),
            Self::Npm => json::read(text, &[&["version"]]),
            Self::NpmLock => json::read(text, &[&["version"], &["packages", "", "version"]]),
            Self::Maven => pom::read(text),
            Self::Helm => Ok(helm::read(text)),
            Self::Bare => Ok(search::bare(text)),
        }
    }
}

/// The text with some byte ranges replaced; `None` when they overlap.
pub(super) fn replace(text: &str, mut changes: Vec<(Range<usize>, &str)>) -> Option<String> {
    changes.sort_by_key(|(range, _)| range.start);
    let mut out = String::with_capacity(text.len() + changes.len() * 8);
    let mut at = 0;
    for (range, new) in changes {
        out.push_str(text.get(at..range.start)?);
        out.push_str(new);
        at = range.end;
    }
    out.push_str(text.get(at..)?);
    Some(out)
}
