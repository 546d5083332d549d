//! A version that production has outgrown: the branch took it back with something else, by a revert of a
//! release or by a commit of an older one. What is released has to say its own number all the same.

use super::read::read;
use super::search;
use super::tree::{Changed, File, Tree};
use super::{Edits, FileEdit, Release, edits_as_they_are};
use crate::config::{self, Changelog};
use crate::model::text::safe;
use crate::model::version::{begun_by, by_precedence};
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

/// The edits of a release where files say an older number than they did before: they move from that one.
/// `None` where there is no such file.
pub(super) fn raised(
    tree: &dyn Tree,
    before: &dyn Tree,
    config: &config::Version,
    release: &Release<'_>,
    made: &Edits,
) -> Option<Edits> {
    let outgrown = |edits: &Edits| -> Vec<(String, String)> {
        let all = edits.others.iter();
        all.filter(|(path, says)| is_outgrown((tree, before), config, release.base, (path, says)))
            .cloned()
            .collect()
    };
    let numbers: BTreeSet<String> = outgrown(made).into_iter().map(|(_, says)| says).collect();
    if numbers.is_empty() {
        return None;
    }
    let versions = config::Version { changelog: Changelog::Never, ..config.clone() };
    let mut texts: BTreeMap<String, Rc<str>> = BTreeMap::new();
    for says in &numbers {
        let now = Changed::new(tree, texts.clone());
        let wanted = Release { base: says, next: release.base, ..*release };
        let made = edits_as_they_are(&now, &now, &versions, &wanted);
        texts.extend(made.edits.into_iter().map(|edit| (edit.path, edit.new.into())));
    }
    let mut done = edits_as_they_are(&Changed::new(tree, texts.clone()), before, config, release);
    texts.extend(done.edits.into_iter().map(|edit| (edit.path, edit.new.into())));
    done.edits = texts
        .into_iter()
        .filter_map(|(path, new)| match tree.read(&path) {
            Some(File::Text(old)) if *old != *new => {
                Some(FileEdit { path, old: old.to_string(), new: new.to_string() })
            }
            _ => None,
        })
        .collect();
    for (path, says) in outgrown(&done) {
        done.problems.push(format!(
            "{} says {}, which is older than production's {}: correct it on the branch",
            safe(&path),
            safe(&says),
            release.base
        ));
    }
    Some(done)
}

/// Whether a file says an older number than the release before, which it had said.
fn is_outgrown(
    (tree, before): (&dyn Tree, &dyn Tree),
    config: &config::Version,
    base: &str,
    (path, says): (&str, &str),
) -> bool {
    let is_older = match (begun_by(says), begun_by(base)) {
        (Some(says), Some(base)) => by_precedence(&says, &base).is_lt(),
        _ => false,
    };
    let (Some(File::Text(was)), Some(File::Text(now))) = (before.read(path), tree.read(path)) else {
        return false;
    };
    let values = |text: &str| -> BTreeMap<Vec<String>, String> {
        let searches = config.files.listed.iter().filter(|file| file.path == path);
        let known = read(path, text).unwrap_or_default();
        let listed = searches.flat_map(|file| search::read(&file.search, text));
        known.into_iter().chain(listed).map(|leaf| (leaf.key, leaf.says)).collect()
    };
    let now = values(&now);
    is_older
        && values(&was)
            .iter()
            .any(|(key, old)| old.trim() == base && now.get(key).is_some_and(|new| new.trim() == says.trim()))
}
