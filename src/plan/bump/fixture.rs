//! What the tests start from.

use super::{Edits, File, Release, Tree, edits};
use crate::config::{Changelog, TagBy, Version, VersionFile, VersionFiles};
use chrono::NaiveDate;
use std::collections::BTreeMap;

pub(super) const AUTO: Version = Version {
    scheme: crate::model::habit::Reading::Auto,
    tag: None,
    files: VersionFiles { known: true, listed: Vec::new() },
    changelog: Changelog::Auto,
    tag_by: TagBy::Auto,
};

/// Only these files.
pub(super) fn listed(files: &[(&str, &str)]) -> Version {
    let file = |(path, search): &(&str, &str)| VersionFile { path: (*path).into(), search: (*search).into() };
    Version { files: VersionFiles { known: false, listed: files.iter().map(file).collect() }, ..AUTO }
}

/// Files in memory.
#[derive(Default)]
pub(super) struct Files {
    paths: Vec<String>,
    files: BTreeMap<String, File>,
}

impl Files {
    pub(super) fn new(files: &[(&str, &str)]) -> Self {
        let mut all = Self::default();
        for (path, text) in files {
            all.add(path, File::Text((*text).into()));
        }
        all
    }

    pub(super) fn add(&mut self, path: &str, file: File) {
        self.files.insert(path.to_owned(), file);
        self.paths = self.files.keys().cloned().collect();
    }
}

impl Tree for Files {
    fn paths(&self) -> &[String] {
        &self.paths
    }

    fn read(&self, path: &str) -> Option<File> {
        self.files.get(path).cloned()
    }
}

/// The edits of 1.2.0 to 1.2.1 on 1 February 2026.
pub(super) fn run(config: &Version, files: &[(&str, &str)]) -> Edits {
    bump(config, files, "1.2.0", "1.2.1")
}

pub(super) fn bump(config: &Version, files: &[(&str, &str)], base: &str, next: &str) -> Edits {
    released(config, &Files::new(files), &Files::default(), (base, next))
}

/// As [`run`], of a tree that came from another one.
pub(super) fn released(
    config: &Version,
    tree: &dyn Tree,
    before: &dyn Tree,
    (base, next): (&str, &str),
) -> Edits {
    let date = NaiveDate::from_ymd_opt(2026, 2, 1).unwrap();
    let release = Release { dir: "", base, next, date, entry: "Login *crashes*", kind: "Fixed" };
    edits(tree, before, config, &release)
}

/// The text of a file after the edits of 1.2.0 to 1.2.1, if it changed, and what is noted.
pub(super) fn one(path: &str, text: &str) -> (Option<String>, Vec<String>) {
    let done = run(&AUTO, &[(path, text)]);
    assert!(done.edits.len() < 2);
    (done.edits.into_iter().next().map(|edit| edit.new), done.notes)
}
