//! Formats whose version is one value in one file.

use super::super::leaf::{Leaf, get};
use super::super::look::{Found, Look, Spot, Unit};

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

/// Dart's pubspec, where a build number may follow: `1.2.0+7` becomes `1.2.1+8`.
pub(in super::super) fn dart(look: &Look<'_>) -> Found {
    let mut unit = Unit::default();
    let root = look.at("pubspec.yaml");
    let Some(file) = look.file(&root)? else { return Ok(unit) };
    let Some(leaf) = get(&file.leaves, &["version"]) else { return Ok(unit) };
    let (version, build) =
        leaf.says.split_once('+').map_or((leaf.says.as_str(), None), |(v, b)| (v, Some(b)));
    if !look.is_due(version) {
        unit.notes.push(look.says(&root, &leaf.says));
        return Ok(unit);
    }
    if version == look.from {
        let next = build
            .map(|build| build.parse::<u64>().map_or_else(|_| build.to_owned(), |n| (n + 1).to_string()));
        let new = next.map_or_else(|| look.to.to_owned(), |next| format!("{}+{next}", look.to));
        unit.spots.extend(look.to_be(&root, leaf, new));
    }
    let members =
        file.leaves.iter().filter(|leaf| leaf.is(&["workspace", "*"])).map(|leaf| look.at(&leaf.says));
    for path in members.map(|dir| format!("{}/pubspec.yaml", dir.trim_end_matches('/'))) {
        if let Some(file) = look.file(&path)? {
            unit.spots.extend(get(&file.leaves, &["version"]).and_then(|leaf| look.whole(&path, leaf)));
        }
    }
    Ok(unit)
}

/// Helm's chart: its own version, and the version of the application.
pub(in super::super) fn helm(look: &Look<'_>) -> Found {
    let mut unit = Unit::default();
    let path = look.at("Chart.yaml");
    let Some(file) = look.file(&path)? else { return Ok(unit) };
    let keyed = |key: &str| get(&file.leaves, &[key]);
    let spot = |leaf: &Leaf| -> Option<Spot> {
        look.spot(&path, leaf).filter(|_| leaf.says.trim_start_matches('v') == look.from)
    };
    let app = keyed("appVersion");
    unit.spots.extend(app.and_then(spot));
    if let Some(own) = keyed("version") {
        unit.spots.extend(spot(own));
        if !look.is_due(&own.says) {
            unit.notes.push(look.says(&path, &own.says));
        }
    }
    Ok(unit)
}
