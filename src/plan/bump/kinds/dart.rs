//! Dart: the version of `pubspec.yaml`, the members of its workspace, and what they require of each other.

use super::super::leaf::{Leaf, get, word};
use super::super::look::{Fault, Found, Look, Spot, Unit, is_member};
use crate::model::path::parent;

const NEEDS: [&str; 3] = ["dependencies", "dev_dependencies", "dependency_overrides"];

/// The versions of the packages that move, and what they require of each other.
pub(in super::super) fn find(look: &Look<'_>) -> Found {
    let mut unit = Unit::default();
    let root = look.at("pubspec.yaml");
    let Some(file) = look.file(&root)? else { return Ok(unit) };
    // The root of a workspace may have none.
    if let Some(other) = word(&file.leaves, &["version"]).filter(|says| !look.is_due(number(says))) {
        unit.notes.push(look.says(&root, other));
        return Ok(unit);
    }
    let all = packages(look, &root)?;
    let moving = |name: &str| all.iter().any(|p| p.name == name && look.is_due(&p.version));
    for package in &all {
        let Some(file) = look.file(&package.path)? else { continue };
        unit.spots.extend(get(&file.leaves, &["version"]).and_then(|leaf| raised(look, &package.path, leaf)));
        let needs = file.leaves.iter().filter(|leaf| need(leaf).is_some_and(moving));
        unit.spots.extend(needs.filter_map(|leaf| look.spot(&package.path, leaf)));
    }
    Ok(unit)
}

/// A version without its build number.
fn number(says: &str) -> &str {
    says.split('+').next().unwrap_or_default()
}

/// A build number may follow the version: `1.2.0+7` becomes `1.2.1+8`.
fn raised(look: &Look<'_>, path: &str, leaf: &Leaf) -> Option<Spot> {
    let Some((version, build)) = leaf.says.split_once('+') else { return look.whole(path, leaf) };
    let next = build.parse::<u64>().map_or_else(|_| build.to_owned(), |n| (n + 1).to_string());
    look.is_from(version).then(|| look.to_be(path, leaf, format!("{}+{next}", look.to)))?
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
    let dir = parent(root);
    let patterns: Vec<&Leaf> = file.leaves.iter().filter(|leaf| leaf.is(&["workspace", "*"])).collect();
    let is_in = |path: &&str| patterns.iter().any(|leaf| is_member(&leaf.says, dir, parent(path)));
    let members: Vec<&str> = look.named("pubspec.yaml").filter(|path| *path != root).filter(is_in).collect();
    let mut found = Vec::new();
    for path in [root].into_iter().chain(members).map(str::to_owned) {
        let Some(file) = look.file(&path)? else { continue };
        let says = |key: &str| word(&file.leaves, &[key]).unwrap_or_default().to_owned();
        let version = number(&says("version")).to_owned();
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
