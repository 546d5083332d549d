//! Formats whose version is one value in one file, but for the hash that a lock has of that.

use super::super::digest;
use super::super::leaf::{Leaf, get, replace, word};
use super::super::look::{Fault, Found, Look, Unit};
use crate::model::text::safe;

/// Where a value is, in a file with a structure.
const KEYED: &[(&str, &[&str])] = &[
    ("composer.json", &["version"]),
    ("deno.json", &["version"]),
    ("deno.jsonc", &["version"]),
    ("jsr.json", &["version"]),
    ("manifest.json", &["version"]),
    ("galaxy.yml", &["version"]),
    ("snapcraft.yaml", &["version"]),
    ("gleam.toml", &["version"]),
    ("Project.toml", &["version"]),
    ("CITATION.cff", &["version"]),
];

/// Each of these files in the package's directory.
pub(in super::super) fn find(look: &Look<'_>) -> Found {
    let mut unit = Unit::default();
    for (name, keys) in KEYED {
        let path = look.at(name);
        if *name == "manifest.json" && look.has(&look.at("package.json")) {
            continue;
        }
        let Some(file) = look.file(&path)? else { continue };
        let Some(leaf) = get(&file.leaves, keys) else { continue };
        own(look, &path, leaf, &mut unit);
        if *name == "composer.json" && look.is_from(&leaf.says) {
            composer_lock(look, &file.text, leaf, &mut unit)?;
        }
    }
    for name in ["VERSION", "version.txt", "VERSION.txt", "version", ".version", "CMakeLists.txt"] {
        let path = look.at(name);
        let Some(file) = look.file(&path)? else { continue };
        file.leaves.iter().for_each(|leaf| own(look, &path, leaf, &mut unit));
    }
    Ok(unit)
}

/// The lock has a hash of `composer.json`.
fn composer_lock(look: &Look<'_>, text: &str, version: &Leaf, unit: &mut Unit) -> Result<(), String> {
    let path = look.at("composer.lock");
    let Some(lock) = look.file(&path)? else { return Ok(()) };
    let next = replace(text, vec![(version.range.clone(), look.to)]);
    let hash =
        get(&lock.leaves, &["content-hash"]).filter(|hash| digest::composer(text) == Some(hash.says.clone()));
    match (hash, next.and_then(|next| digest::composer(&next))) {
        (Some(hash), Some(new)) => unit.spots.extend(look.to_be(&path, hash, new)),
        _ => unit.notes.push(format!("{} may be out of date: composer update --lock", safe(&path))),
    }
    Ok(())
}

/// The lock fits `composer.json`.
pub(in super::super) fn check(look: &Look<'_>) -> Vec<Fault> {
    let (path, lock) = (look.at("composer.json"), look.at("composer.lock"));
    let stale = || {
        let (file, locked) = (look.other(&path)?, look.other(&lock)?);
        let hash = word(&locked.leaves, &["content-hash"])?;
        (digest::composer(&file.text)? != hash).then(|| Fault {
            says: format!("{lock} does not fit {path}: composer update --lock"),
            id: lock.clone(),
        })
    };
    stale().into_iter().collect()
}

/// A value that is the package's version, or is said to be another one.
fn own(look: &Look<'_>, path: &str, leaf: &Leaf, unit: &mut Unit) {
    if look.is_due(&leaf.says) {
        unit.spots.extend(look.whole(path, leaf));
    } else if leaf.says.starts_with(|c: char| c.is_ascii_digit()) {
        unit.notes.push(look.says(path, &leaf.says));
    }
}
