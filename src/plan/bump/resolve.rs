//! A conflict in a version file or the changelog that is about nothing but the version.

use super::changelog::{combine, only_adds};
use super::leaf::{Leaf, replace};
use super::look::Look;
use super::merge::three_way;
use super::read::read;
use super::tree::Tree;
use super::{changelog_path, kinds, search};
use crate::config;
use std::collections::{BTreeMap, BTreeSet};

/// Where a released tree has its versions, and its changelog.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Places {
    /// The keys of the versions, by path.
    keys: BTreeMap<String, BTreeSet<Vec<String>>>,
    /// The configured searches, by path.
    searches: BTreeMap<String, Vec<String>>,
    changelog: Option<String>,
}

/// The places of a package's version in a tree that has it in `version`.
pub fn places(tree: &dyn Tree, config: &config::Version, dir: &str, version: &str) -> Places {
    let mut places =
        Places { changelog: changelog_path(tree, config, dir).map(|(path, _)| path), ..Places::default() };
    // What would move from this version to another is where it is.
    let look = Look::new(tree, dir, version, "another version");
    if config.files.known {
        for spot in kinds::KINDS.iter().filter_map(|kind| kind(&look).ok()).flat_map(|unit| unit.spots) {
            places.keys.entry(spot.path).or_default().insert(spot.key);
        }
    }
    for file in &config.files.listed {
        places.searches.entry(file.path.clone()).or_default().push(file.search.clone());
    }
    places
}

/// Merges three revisions of a version file or the changelog: the target's (`ours`) and the
/// released hotfix's (`theirs`), which both come from `base`.
///
/// Where both changed the version the target keeps its own; where only one did that one counts,
/// as in any merge. Where the target says its version in another way now, or nowhere, its file stays
/// as long as the release changed nothing but the version. In the changelog the releases of both stay,
/// each once. `None` for any other file, and as soon as anything else was changed on both sides.
pub fn resolve(path: &str, base: &str, ours: &str, theirs: &str, places: &Places) -> Option<String> {
    if places.changelog.as_deref() == Some(path) {
        return combine(base, ours, theirs);
    }
    by_version(path, base, ours, theirs, places)
        .or_else(|| moves_only(path, base, theirs, places).then(|| ours.to_owned()))
}

fn by_version(path: &str, base: &str, ours: &str, theirs: &str, places: &Places) -> Option<String> {
    let read = |text: &str| values(path, text, places);
    let (in_base, in_ours, in_theirs) = (read(base)?, read(ours)?, read(theirs)?);
    let mut kept = BTreeMap::new();
    for (key, mine) in &in_ours {
        let (Some(was), Some(other)) = (in_base.get(key), in_theirs.get(key)) else { continue };
        let winner = if mine.says == was.says { other } else { mine };
        kept.insert(key.clone(), winner.says.as_str());
    }
    let differs = |(key, says): (&Vec<String>, &&str)| {
        [&in_base, &in_ours, &in_theirs]
            .iter()
            .any(|all| all.get(key).is_some_and(|leaf| leaf.says != **says))
    };
    if !kept.iter().any(differs) {
        return None;
    }
    let level = |text: &str, leaves: &BTreeMap<Vec<String>, Leaf>| {
        let change = |leaf: &Leaf| Some((leaf.range.clone(), *kept.get(&leaf.key)?));
        replace(text, leaves.values().filter_map(change).collect())
    };
    let merged = three_way(&level(base, &in_base)?, &level(ours, &in_ours)?, &level(theirs, &in_theirs)?)?;
    // Lines that merge can still make a file that says something else, or that cannot be read.
    let result = read(&merged)?;
    kept.iter().all(|(key, says)| result.get(key).is_some_and(|leaf| leaf.says == *says)).then_some(merged)
}

/// Whether a file became another one in nothing but its versions, or by lines that were added to the
/// changelog.
pub fn moves_only(path: &str, old: &str, new: &str, places: &Places) -> bool {
    if places.changelog.as_deref() == Some(path) {
        return only_adds(old, new);
    }
    let (Some(before), Some(after)) = (values(path, old, places), values(path, new, places)) else {
        return false;
    };
    let back: Option<Vec<_>> =
        after.values().map(|leaf| Some((leaf.range.clone(), before.get(&leaf.key)?.says.as_str()))).collect();
    back.and_then(|back| replace(new, back)).is_some_and(|text| text == old)
}

/// The version places of one revision by their keys; `None` when a key is there twice, which does
/// not say which is which, and for a file that holds no version.
fn values(path: &str, text: &str, places: &Places) -> Option<BTreeMap<Vec<String>, Leaf>> {
    let mut leaves: Vec<Leaf> = Vec::new();
    if let Some(keys) = places.keys.get(path) {
        leaves.extend(read(path, text).ok()?.into_iter().filter(|leaf| keys.contains(&leaf.key)));
    }
    for pattern in places.searches.get(path).into_iter().flatten() {
        leaves.extend(search::read(pattern, text));
    }
    if !places.keys.contains_key(path) && !places.searches.contains_key(path) {
        return None;
    }
    let count = leaves.len();
    let all: BTreeMap<Vec<String>, Leaf> = leaves.into_iter().map(|leaf| (leaf.key.clone(), leaf)).collect();
    (all.len() == count).then_some(all)
}
