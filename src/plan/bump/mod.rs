//! The version files and the changelog of a release: what changes in them, text to text.
//!
//! A file changes only where the version in it, parsed, is the one the hotfix starts from, and
//! only those bytes change: comments, quotes, indentation and line ends stay as they are.

mod changelog;
mod helm;
mod json;
mod merge;
mod place;
mod pom;
mod resolve;
mod search;
mod toml_files;

pub use resolve::resolve;

use crate::config::{self, Changelog, VersionFile, VersionFiles};
use crate::model::text::{safe, shorten};
use chrono::NaiveDate;
use place::{KNOWN, Kind, Place, replace};
use semver::Version;
use std::collections::{BTreeMap, BTreeSet};

/// A file before and after.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileEdit {
    /// From the top of the repository.
    pub path: String,
    /// The whole text before.
    pub old: String,
    /// The whole text after.
    pub new: String,
}

/// What a release changes in the files that name its version.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Edits {
    /// At most one for each path, in the order of the paths.
    pub edits: Vec<FileEdit>,
    /// What was left alone and why, each a sentence without its full stop.
    pub notes: Vec<String>,
}

/// The changelog's usual name.
const CHANGELOG: &str = "CHANGELOG.md";

/// The path of the changelog, where one is kept.
pub fn changelog_path(config: &config::Version) -> Option<&str> {
    match &config.changelog {
        Changelog::Auto => Some(CHANGELOG),
        Changelog::Never => None,
        Changelog::File(path) => Some(path),
    }
}

/// The paths that are worth reading from the commit that is about to be released, each once.
pub fn candidates(config: &config::Version) -> Vec<String> {
    let mut paths: Vec<&str> = match &config.files {
        VersionFiles::Auto => KNOWN.iter().map(|known| known.path).collect(),
        VersionFiles::List(files) => files.iter().map(|file| file.path.as_str()).collect(),
    };
    paths.extend(changelog_path(config));
    let mut seen = BTreeSet::new();
    paths.into_iter().filter(|path| seen.insert(*path)).map(str::to_owned).collect()
}

/// The edits that turn `base` into `next`.
///
/// `files` are those of [`candidates`] that exist; more
/// `Cargo.toml` of a workspace's members tell which entries of its lock follow the workspace.
/// `entry` is the line for the changelog, as plain text.
pub fn edits(
    files: &BTreeMap<String, String>,
    config: &config::Version,
    base: &Version,
    next: &Version,
    date: NaiveDate,
    entry: &str,
) -> Edits {
    let mut work = Work { files, now: BTreeMap::new(), notes: Vec::new(), base, next };
    match &config.files {
        VersionFiles::Auto => work.known_files(),
        VersionFiles::List(list) => list.iter().for_each(|file| work.listed(file)),
    }
    if let Some(path) = changelog_path(config) {
        let configured = matches!(config.changelog, Changelog::File(_));
        work.changelog(path, configured, &changelog::Release { next, date, entry });
    }
    work.finish()
}

struct Work<'a> {
    files: &'a BTreeMap<String, String>,
    /// What has changed so far.
    now: BTreeMap<&'a str, String>,
    notes: Vec<String>,
    base: &'a Version,
    next: &'a Version,
}

impl<'a> Work<'a> {
    /// A file's path and its text with the changes so far.
    fn text(&self, path: &str) -> Option<(&'a str, String)> {
        let (path, original) = self.files.get_key_value(path)?;
        Some((path, self.now.get(path.as_str()).unwrap_or(original).clone()))
    }

    fn note(&mut self, note: String) {
        if !self.notes.contains(&note) {
            self.notes.push(note);
        }
    }

    fn is_base(&self, place: &Place) -> bool {
        Version::parse(&place.says).is_ok_and(|version| version == *self.base)
    }

    fn known_files(&mut self) {
        for known in KNOWN {
            let Some((path, text)) = self.text(known.path) else { continue };
            if known.follows.is_some_and(|manifest| !self.now.contains_key(manifest)) {
                continue;
            }
            let mut places = match known.kind.read(&text) {
                Ok(places) => places,
                Err(what) => {
                    self.note(format!("{path} {what}: left alone"));
                    continue;
                }
            };
            if known.kind == Kind::CargoLock {
                let followers = toml_files::Followers::new(self.files, self.base);
                places.retain(|place| followers.has(place.package.as_deref()));
            }
            let other = |place: &&Place| !place.optional && !self.is_base(place);
            let note = |place: &Place| {
                let whose = place.package.as_ref().map_or_else(String::new, |name| format!(" for {name}"));
                says(path, &place.says, &whose, self.base)
            };
            let notes: Vec<String> = places.iter().filter(other).map(note).collect();
            notes.into_iter().for_each(|note| self.note(note));
            self.apply(path, &text, &places);
        }
    }

    fn listed(&mut self, file: &VersionFile) {
        let Some((path, text)) = self.text(&file.path) else {
            return self.note(format!("{} is not there: no version changed in it", safe(&file.path)));
        };
        let places = search::read(&file.search, &text);
        if places.iter().any(|place| self.is_base(place)) {
            return self.apply(path, &text, &places);
        }
        let note = places.first().map(|place| says(path, &place.says, "", self.base));
        self.note(
            note.unwrap_or_else(|| format!("{path} has nothing like {}: left alone", safe(&file.search))),
        );
    }

    fn apply(&mut self, path: &'a str, text: &str, places: &[Place]) {
        let next = self.next.to_string();
        let changes: Vec<_> = places
            .iter()
            .filter(|place| self.is_base(place))
            .map(|p| (p.range.clone(), next.as_str()))
            .collect();
        if let Some(new) = replace(text, changes).filter(|new| new != text) {
            self.now.insert(path, new);
        }
    }

    fn changelog(&mut self, path: &str, configured: bool, release: &changelog::Release<'_>) {
        let Some((path, text)) = self.text(path) else {
            if configured {
                self.note(format!("{} is not there: no changelog entry", safe(path)));
            }
            return;
        };
        match changelog::add(&text, release) {
            Ok(new) => drop(self.now.insert(path, new)),
            Err(why) => self.note(format!("{path} {why}: left alone")),
        }
    }

    fn finish(self) -> Edits {
        let edit = |(path, new): (&str, String)| {
            let old = self.files.get(path)?.clone();
            (old != new).then(|| FileEdit { path: path.to_owned(), old, new })
        };
        Edits { edits: self.now.into_iter().filter_map(edit).collect(), notes: self.notes }
    }
}

/// `package.json says 2.0.0, not 1.2.0: left alone`.
fn says(path: &str, what: &str, whose: &str, base: &Version) -> String {
    format!("{path} says {}{}, not {base}: left alone", shorten(&safe(what), 40), safe(whose))
}

#[cfg(test)]
mod fixture;
#[cfg(test)]
mod tests_changelog;
#[cfg(test)]
mod tests_formats;
#[cfg(test)]
mod tests_resolve;
#[cfg(test)]
mod tests_search;
