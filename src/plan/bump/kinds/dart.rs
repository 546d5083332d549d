//! Dart: the version of `pubspec.yaml`, the members of its workspace, and what they require of each other.

use super::super::leaf::{Leaf, get, word};
use super::super::look::{Fault, Found, Look, Unit};

const NEEDS: [&str; 3] = ["dependencies", "dev_dependencies", "dependency_overrides"];

/// A build number may follow the version: `1.2.0+7` becomes `1.2.1+8`.
pub(in super::super) fn find(look: &Look<'_>) -> Found {
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
    let all = packages(look, &root)?;
    let moving = |name: &str| all.iter().any(|p| p.name == name && look.is_due(&p.version));
    for package in &all {
        let Some(file) = look.file(&package.path)? else { continue };
        if package.path != root {
            let version = get(&file.leaves, &["version"]);
            unit.spots.extend(version.and_then(|leaf| look.whole(&package.path, leaf)));
        }
        let needs = file.leaves.iter().filter(|leaf| need(leaf).is_some_and(moving));
        unit.spots.extend(needs.filter_map(|leaf| look.spot(&package.path, leaf)));
    }
    Ok(unit)
}

/// A package of the workspace.
struct Package {
    path: String,
    name: String,
    /// Without a build number.
    version: String,
}

fn packages(look: &Look<'_>, root: &str) -> Result<Vec<Package>, String> {
    let Some(file) = look.file(root)? else { return Ok(Vec::new()) };
    let members = file.leaves.iter().filter(|leaf| leaf.is(&["workspace", "*"]));
    let members = members.map(|leaf| look.at(&format!("{}/pubspec.yaml", leaf.says.trim_end_matches('/'))));
    let mut found = Vec::new();
    for path in [root.to_owned()].into_iter().chain(members) {
        let Some(file) = look.file(&path)? else { continue };
        let says = |key: &str| word(&file.leaves, &[key]).unwrap_or_default().to_owned();
        let version = says("version").split('+').next().unwrap_or_default().to_owned();
        found.push(Package { path, name: says("name"), version });
    }
    Ok(found)
}

/// The package that a value requires.
fn need(leaf: &Leaf) -> Option<&str> {
    match leaf.key.as_slice() {
        [table, name] if NEEDS.contains(&table.as_str()) => Some(name),
        _ => None,
    }
}

/// What the members of a workspace require of each other is there.
pub(in super::super) fn check(look: &Look<'_>) -> Vec<Fault> {
    let root = look.at("pubspec.yaml");
    let all = packages(look, &root).unwrap_or_default();
    let mut faults = Vec::new();
    for package in &all {
        let Some(file) = look.other(&package.path) else { continue };
        for leaf in &file.leaves {
            let Some(other) = need(leaf).and_then(|name| all.iter().find(|p| p.name == name)) else {
                continue;
            };
            let is_exact = leaf.says.starts_with(|c: char| c.is_ascii_digit());
            if is_exact && leaf.says != other.version {
                faults.push(Fault {
                    id: format!("{} {}", package.path, other.name),
                    says: format!(
                        "{} requires {} {}, which is {}",
                        package.path, other.name, leaf.says, other.version
                    ),
                });
            }
        }
    }
    faults
}
