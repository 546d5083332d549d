//! Formats whose version is one value in one file.

use super::super::leaf::{Leaf, get};
use super::super::look::{Found, Look, Unit};

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
        if *name == "composer.json" && look.is_due(&leaf.says) && look.has(&look.at("composer.lock")) {
            unit.notes.push(
                "composer.lock has the hash of the old composer.json: composer update --lock".to_owned(),
            );
        }
    }
    let mix = look.named("mix.exs").filter(|path| look.has(&look.at("mix.exs")) && look.is_inside(path));
    for path in mix {
        let Some(file) = look.file(path)? else { continue };
        unit.spots.extend(file.leaves.iter().filter_map(|leaf| look.whole(path, leaf)));
    }
    for name in ["VERSION", "version.txt", "VERSION.txt", "version", ".version", "CMakeLists.txt"] {
        let path = look.at(name);
        let Some(file) = look.file(&path)? else { continue };
        file.leaves.iter().for_each(|leaf| own(look, &path, leaf, &mut unit));
    }
    Ok(unit)
}

/// A value that is the package's version, or is said to be another one.
fn own(look: &Look<'_>, path: &str, leaf: &Leaf, unit: &mut Unit) {
    if look.is_due(&leaf.says) {
        unit.spots.extend(look.whole(path, leaf));
    } else if leaf.says.starts_with(|c: char| c.is_ascii_digit()) {
        unit.notes.push(look.says(path, &leaf.says));
    }
}
