//! What the tests start from.

use super::{Edits, edits};
use crate::config::{Changelog, Version, VersionFile, VersionFiles};
use chrono::NaiveDate;
use std::collections::BTreeMap;

pub(super) const AUTO: Version = Version { tag: None, files: VersionFiles::Auto, changelog: Changelog::Auto };

pub(super) fn listed(files: &[(&str, &str)]) -> Version {
    let file = |(path, search): &(&str, &str)| VersionFile { path: (*path).into(), search: (*search).into() };
    Version { files: VersionFiles::List(files.iter().map(file).collect()), ..AUTO }
}

/// The edits of 1.2.0 to 1.2.1 on 1 February 2026.
pub(super) fn run(config: &Version, files: &[(&str, &str)]) -> Edits {
    bump(config, files, "1.2.0", "1.2.1")
}

pub(super) fn bump(config: &Version, files: &[(&str, &str)], base: &str, next: &str) -> Edits {
    let files: BTreeMap<String, String> =
        files.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect();
    let version = |text| semver::Version::parse(text).unwrap();
    let date = NaiveDate::from_ymd_opt(2026, 2, 1).unwrap();
    edits(&files, config, &version(base), &version(next), date, "Login *crashes*")
}

/// The text of a file after the edits of 1.2.0 to 1.2.1, if it changed, and what is noted.
pub(super) fn one(path: &str, text: &str) -> (Option<String>, Vec<String>) {
    let done = run(&AUTO, &[(path, text)]);
    assert!(done.edits.len() < 2);
    (done.edits.into_iter().next().map(|edit| edit.new), done.notes)
}
