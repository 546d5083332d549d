//! The version files and the changelog of a release: what changes in them, text to text.
//!
//! A package's files move together or not at all: its root, members, what they ask of each other,
//! and the locks. Only the bytes of a version change; comments, quotes, indentation and line ends
//! stay as they are. After it the tree is held to each format's own rules, and what still names
//! the old version is said.

mod changelog;
mod declared;
mod digest;
mod kinds;
mod leaf;
mod leftover;
mod look;
mod merge;
mod named;
mod outgrown;
mod owner;
mod parts;
mod read;
mod resolve;
mod search;
mod tree;

pub use leftover::is_left;
pub use named::{is_manifest, is_named};
pub use owner::{Owner, owner};
pub use resolve::{Places, moves_only, places, resolve};
pub use tree::{File, Tree};

use crate::config::{self, Changelog, VersionFile};
use crate::model::text::safe;
use changelog::Number;
use chrono::NaiveDate;
use leaf::replace;
use look::{Look, Spot, Unit};
use std::collections::BTreeMap;
use std::rc::Rc;
use tree::Changed;

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
    /// Files that say another version than the base, and which.
    pub others: Vec<(String, String)>,
    /// What still names the base version, each a sentence with the setting that would move it.
    pub leftovers: Vec<String>,
    /// What would be wrong with the released tree, each a sentence without its full stop. With one
    /// of these nothing may be released as it is.
    pub problems: Vec<String>,
}

/// The kind of change that a rollback is.
const REVERTED: &str = "Reverted";

/// What is released.
#[derive(Clone, Copy, Debug)]
pub struct Release<'a> {
    /// The package's directory without a slash at the end; empty for the whole repository.
    pub dir: &'a str,
    /// The version that the files have.
    pub base: &'a str,
    /// The version that they get.
    pub next: &'a str,
    pub date: NaiveDate,
    /// The line for the changelog where the hotfix wrote none itself, as plain text.
    pub entry: &'a str,
    /// The kind of change that line is: "Fixed", or "Reverted" for a rollback.
    pub kind: &'a str,
}

/// The edits that turn the base version into the next one.
///
/// `before` is the tree that the hotfix started from: what it added under "Unreleased" since then
/// becomes the release's section. What it says of an older version than that tree is no answer of its
/// own: it moves along.
pub fn edits(tree: &dyn Tree, before: &dyn Tree, config: &config::Version, release: &Release<'_>) -> Edits {
    let made = edits_as_they_are(tree, before, config, release);
    outgrown::raised(tree, before, config, release, &made).unwrap_or(made)
}

/// The same, with every file that says another version left unchanged.
fn edits_as_they_are(
    tree: &dyn Tree,
    before: &dyn Tree,
    config: &config::Version,
    release: &Release<'_>,
) -> Edits {
    let look = Look::new(tree, release.dir, release.base, release.next);
    let mut work = Work { look: &look, out: Edits::default(), spots: Vec::new() };
    let owner = owner(tree, config, release.dir);
    let is_owned = owner.as_ref().is_some_and(Owner::bumps);
    work.out.notes.extend(owner.as_ref().map(|owner| owner.note(release)));
    if !is_owned {
        if config.files.known {
            kinds::KINDS.iter().for_each(|kind| work.unit(kind(&look)));
        }
        config.files.listed.iter().for_each(|file| work.listed(file));
    }
    let mut now = work.apply();
    let mut out = work.out;
    out.others = look.others();
    let is_unchanged = now.is_empty();
    if !owner.is_some_and(|owner| owner.tags) {
        add_entry(tree, before, config, release, &mut now, &mut out.notes);
    }
    let after = Changed::new(tree, now.clone());
    let new = Look::new(&after, release.dir, release.base, release.next);
    if !is_unchanged {
        out.problems.extend(faults(&look, &new));
    }
    if !is_owned {
        out.leftovers = leftover::notes(&new, &look);
        out.leftovers.extend(parts::in_parts(&new));
        out.leftovers.extend(parts::debian(&new));
        // Where nothing names the version, nobody misses it.
        let limited = tree.unsearched().filter(|_| !is_unchanged || !out.leftovers.is_empty());
        out.leftovers.extend(limited.map(|why| format!("other files may still say {}: {why}", release.base)));
    }
    let edit = |(path, new): (String, Rc<str>)| match tree.read(&path) {
        Some(File::Text(old)) if old != new => {
            Some(FileEdit { path, old: old.to_string(), new: new.to_string() })
        }
        _ => None,
    };
    out.edits = now.into_iter().filter_map(edit).collect();
    let mut seen = std::collections::BTreeSet::new();
    out.notes.retain(|note| seen.insert(note.clone()));
    out
}

/// What the formats' own rules find wrong after the bump and not before it.
fn faults(look: &Look<'_>, new: &Look<'_>) -> Vec<String> {
    let known: Vec<String> = kinds::faults(look).into_iter().map(|fault| fault.id).collect();
    kinds::faults(new)
        .into_iter()
        .filter(|fault| !known.contains(&fault.id))
        .map(|fault| safe(&fault.says))
        .collect()
}

struct Work<'a> {
    look: &'a Look<'a>,
    out: Edits,
    spots: Vec<Spot>,
}

impl Work<'_> {
    /// Takes a package in, all of it or nothing.
    fn unit(&mut self, found: Result<Unit, String>) {
        match found {
            Ok(unit) => {
                self.out.notes.extend(unit.notes);
                self.spots.extend(unit.spots);
            }
            Err(why) => self.out.notes.push(format!(
                "{why}: left unchanged, with everything that belongs \
                                                     to it"
            )),
        }
    }

    fn listed(&mut self, file: &VersionFile) {
        let shown = (safe(&file.path), safe(&file.search));
        let text = match self.look.tree.read(&file.path) {
            Some(File::Text(text)) => text,
            Some(File::Closed(why)) => {
                return self.out.notes.push(format!(
                    "{} {why}: left \
                 unchanged",
                    shown.0
                ));
            }
            None => {
                return self.out.notes.push(format!("{} does not exist: no version changed in it", shown.0));
            }
        };
        let found = search::read(&file.search, &text);
        let due: Vec<_> = found.iter().filter(|leaf| self.look.is_from(&leaf.says)).collect();
        match due.as_slice() {
            [leaf] => self.spots.extend(self.look.whole(&file.path, leaf)),
            [] if found.iter().any(|leaf| leaf.says == self.look.to) => {}
            [] => self.out.notes.push(match found.first() {
                Some(other) => self.look.says(&file.path, &other.says),
                None => format!("{} does not contain {}: left unchanged", shown.0, shown.1),
            }),
            many => {
                let count = many.len();
                self.out
                    .problems
                    .push(format!("{} contains {} {count} times (expected once)", shown.0, shown.1));
            }
        }
    }

    /// The texts with everything that moves.
    fn apply(&mut self) -> BTreeMap<String, Rc<str>> {
        let mut by_path: BTreeMap<&str, Vec<&Spot>> = BTreeMap::new();
        for spot in &self.spots {
            let here = by_path.entry(&spot.path).or_default();
            // The same place, found by two of them.
            if !here.iter().any(|known| known.range == spot.range && known.new == spot.new) {
                here.push(spot);
            }
        }
        let mut now = BTreeMap::new();
        for (path, spots) in by_path {
            let Some(File::Text(text)) = self.look.tree.read(path) else { continue };
            let is_there = |spot: &&Spot| text.get(spot.range.clone()) == Some(spot.old.as_str());
            let changes: Vec<_> = spots.iter().map(|spot| (spot.range.clone(), spot.new.as_str())).collect();
            match replace(&text, changes).filter(|_| spots.iter().all(is_there)) {
                Some(new) => drop(now.insert(path.to_owned(), Rc::from(new))),
                None => self.out.problems.push(format!("{} has versions that overlap", safe(path))),
            }
        }
        now
    }
}

/// The path of a package's changelog, if it has one.
pub fn changelog(tree: &dyn Tree, config: &config::Version, dir: &str) -> Option<String> {
    changelog_path(tree, config, dir).map(|(path, _)| path)
}

/// The changelog's path, and whether it was configured.
fn changelog_path(tree: &dyn Tree, config: &config::Version, dir: &str) -> Option<(String, bool)> {
    match &config.changelog {
        Changelog::Auto => {
            changelog::paths(dir, tree.paths()).first().map(|path| ((*path).to_owned(), false))
        }
        Changelog::Never => None,
        Changelog::File(path) => Some((path.clone(), true)),
    }
}

/// Adds the release's section to the changelog.
fn add_entry(
    tree: &dyn Tree,
    before: &dyn Tree,
    config: &config::Version,
    release: &Release<'_>,
    now: &mut BTreeMap<String, Rc<str>>,
    notes: &mut Vec<String>,
) {
    let Some((path, configured)) = changelog_path(tree, config, release.dir) else { return };
    let shown = safe(&path);
    let text = match tree.read(&path) {
        Some(File::Text(text)) => now.get(&path).cloned().unwrap_or(text),
        Some(File::Closed(why)) => return notes.push(format!("{shown} {why}: no entry was added")),
        None if configured => return notes.push(format!("{shown} does not exist: no changelog entry")),
        None => return,
    };
    let Some(next) = Number::parse(release.next) else { return };
    let was = match before.read(&path) {
        Some(File::Text(text)) => Some(text),
        _ => None,
    };
    let kept = was.as_deref().and_then(|was| changelog::keep(&text, was, release.base));
    let text = kept.map_or(text, Rc::from);
    let Release { date, entry, kind, .. } = *release;
    // What a rollback brings back was released before.
    let found = if kind == REVERTED { Vec::new() } else { changelog::fragments(tree, before, release.dir) };
    let kind = if found.iter().any(|fragment| fragment.is_security) { "Security" } else { kind };
    let fragments: Vec<String> = found.iter().map(|fragment| fragment.entry.clone()).collect();
    let section = changelog::Release { next: &next, date, entry, fragments: &fragments, kind };
    match changelog::add(&text, was.as_deref(), &section) {
        Ok(added) => {
            if added.used_entry && found.is_empty() {
                notes.push(format!(
                    "{shown}: nothing was added under Unreleased, so the title is the entry: {}",
                    safe(entry)
                ));
            }
            for fragment in found.iter().filter(|_| added.used_entry) {
                let from = safe(&fragment.path);
                notes.push(format!(
                    "{shown} has the entry of {from} now: delete that file before the next release"
                ));
            }
            now.insert(path, added.text.into());
        }
        Err(why) => notes.push(format!("{shown} {why}: left unchanged")),
    }
}

#[cfg(test)]
mod fixture;
#[cfg(test)]
mod tests_changelog;
#[cfg(test)]
mod tests_dialects;
#[cfg(test)]
mod tests_forms;
#[cfg(test)]
mod tests_kinds;
#[cfg(test)]
mod tests_left;
#[cfg(test)]
mod tests_own;
#[cfg(test)]
mod tests_resolve;
#[cfg(test)]
mod tests_search;
#[cfg(test)]
mod tests_unreleased;
#[cfg(test)]
mod tests_whole;
