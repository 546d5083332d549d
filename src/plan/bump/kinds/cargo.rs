//! Cargo: a package or a workspace, the requirements between its crates, and its lock files.

use super::super::leaf::{Leaf, get, word};
use super::super::look::{Fault, Found, Look, Parsed, Unit, is_member};
use crate::model::path::{is_below, join, parent, resolve, up};
use semver::{Version, VersionReq};
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

const OWN: &[&str] = &["package", "version"];
const SHARED: &[&str] = &["workspace", "package", "version"];

type Manifests = BTreeMap<String, Rc<Parsed>>;

/// The versions of the crates that move, and of everything that repeats them.
pub(in super::super) fn find(look: &Look<'_>) -> Found {
    let mut unit = Unit::default();
    let root = look.at("Cargo.toml");
    let Some(manifest) = look.file(&root)? else { return Ok(unit) };
    let home = home(look, &root);
    let at_home = look.file(&home)?;
    let shared = at_home.as_ref().and_then(|home| word(&home.leaves, SHARED)).filter(|_| {
        // The workspace's version belongs to a package below it only where that inherits it.
        home == root || inherits(&manifest)
    });
    let lead = word(&manifest.leaves, OWN).or(shared);
    if let Some(other) = lead.filter(|says| !look.is_due(says)) {
        unit.notes.push(look.says(&root, other));
        return Ok(unit);
    }
    let members = members(look, &root, &home)?;
    let inherited = shared.is_some_and(|says| look.is_due(says));
    let moving: BTreeMap<&str, &str> = members
        .iter()
        .filter(|(_, file)| match word(&file.leaves, OWN) {
            Some(own) => look.is_due(own),
            None => inherited && inherits(file),
        })
        .map(|(path, file)| (path.as_str(), word(&file.leaves, &["package", "name"]).unwrap_or_default()))
        .collect();
    if let (true, Some(file)) = (inherited, &at_home) {
        unit.spots.extend(get(&file.leaves, SHARED).and_then(|leaf| look.whole(&home, leaf)));
    }
    for (path, file) in members.iter().filter(|(path, _)| moving.contains_key(path.as_str())) {
        unit.spots.extend(get(&file.leaves, OWN).and_then(|leaf| look.whole(path, leaf)));
    }
    for path in look.named("Cargo.toml") {
        let Some(file) = look.other(path) else { continue };
        let needs = needs(path, &file, &patches(look, path));
        let due = needs.iter().filter(|need| moving.contains_key(need.target.as_str()));
        unit.spots.extend(due.filter_map(|need| look.spot(path, need.version)));
    }
    locks(look, &moving, &mut unit)?;
    Ok(unit)
}

/// The manifest of the workspace that a manifest is in; itself without one.
fn home(look: &Look<'_>, root: &str) -> String {
    let claims = |path: &String| {
        let file = look.other(path)?;
        let listed = file.leaves.iter().filter(|leaf| leaf.is(&["workspace", "members", "*"]));
        let dir = parent(path);
        listed.into_iter().any(|leaf| is_member(&leaf.says, dir, parent(root))).then_some(())
    };
    let above = up(parent(root)).skip(1).map(|dir| join(dir, "Cargo.toml"));
    above.into_iter().find(|path| claims(path).is_some()).unwrap_or_else(|| root.to_owned())
}

/// The package's own crates: the root, the members of its workspace, and the crates below it that
/// they name by path. Where a workspace's version is shared, all that inherit it.
fn members(look: &Look<'_>, root: &str, home: &str) -> Result<Manifests, String> {
    let mut found = Manifests::new();
    let Some(manifest) = look.file(root)? else { return Ok(found) };
    let listed = |key: &str| -> Vec<String> {
        let leaves = manifest.leaves.iter().filter(|leaf| leaf.is(&["workspace", key, "*"]));
        leaves.map(|leaf| leaf.says.clone()).collect()
    };
    let (globs, excluded) = (listed("members"), listed("exclude"));
    let dir = parent(root);
    let is_out = |path: &str| {
        let excluded = excluded.iter().filter_map(|pattern| resolve(dir, pattern));
        excluded.into_iter().any(|out| is_below(path, &out))
    };
    let mut due: Vec<String> = vec![root.to_owned()];
    for path in look.named("Cargo.toml").filter(|path| is_below(path, dir) && !is_out(path)) {
        if globs.iter().any(|pattern| is_member(pattern, dir, parent(path))) {
            due.push(path.to_owned());
        }
    }
    if home != root && inherits(&manifest) {
        let around = look.named("Cargo.toml").filter(|path| is_below(path, parent(home)));
        let heirs = around.filter(|path| look.other(path).is_some_and(|file| inherits(&file)));
        due.extend(heirs.map(str::to_owned));
    }
    while let Some(path) = due.pop() {
        if found.contains_key(&path) {
            continue;
        }
        let Some(file) = look.file(&path)? else { continue };
        let near = paths(&path, &file).into_iter().filter(|target| is_below(target, dir) && !is_out(target));
        due.extend(near.filter(|target| look.has(target)));
        found.insert(path, file);
    }
    Ok(found)
}

fn inherits(file: &Parsed) -> bool {
    word(&file.leaves, &["package", "version", "workspace"]) == Some("true")
}

/// The manifests that a manifest's dependencies name by path.
fn paths(path: &str, file: &Parsed) -> Vec<String> {
    let dependency =
        |leaf: &&Leaf| leaf.last() == "path" && leaf.key.iter().any(|key| key.ends_with("dependencies"));
    let target = |leaf: &Leaf| resolve(parent(path), &leaf.says).map(|dir| join(&dir, "Cargo.toml"));
    file.leaves.iter().filter(dependency).filter_map(target).collect()
}

/// The workspace's manifest above one: also one that holds it because another member names it by path.
fn around(look: &Look<'_>, manifest: &str) -> String {
    let holds = |path: &String| {
        let file = look.other(path)?;
        let is_out = |leaf: &Leaf| {
            let out = resolve(parent(path), &leaf.says);
            leaf.is(&["workspace", "exclude", "*"]) && out.is_some_and(|out| is_below(manifest, &out))
        };
        let is_workspace =
            file.leaves.iter().any(|leaf| leaf.key.first().is_some_and(|key| key == "workspace"));
        (is_workspace && !file.leaves.iter().any(is_out)).then_some(())
    };
    let mut above = up(parent(manifest)).map(|dir| join(dir, "Cargo.toml"));
    above.find(|path| holds(path).is_some()).unwrap_or_else(|| manifest.to_owned())
}

/// The crates that stand in for those of a registry: their names, and their manifests.
type Patches = BTreeMap<String, String>;

/// What the workspace of a manifest patches, in its root or in cargo's configuration.
fn patches(look: &Look<'_>, manifest: &str) -> Patches {
    let root = around(look, manifest);
    let dir = parent(&root);
    let config = join(dir, ".cargo/config.toml");
    let mut found = Patches::new();
    for file in [root.as_str(), config.as_str()].iter().filter_map(|path| look.other(path)) {
        for leaf in &file.leaves {
            let name = match leaf.key.as_slice() {
                [patch, source, name, last] if patch == "patch" && last == "path" => {
                    word(&file.leaves, &["patch", source, name, "package"]).unwrap_or(name)
                }
                [replace, id, last] if replace == "replace" && last == "path" => {
                    id.split(':').next().unwrap_or_default()
                }
                _ => continue,
            };
            found.extend(resolve(dir, &leaf.says).map(|at| (name.to_owned(), join(&at, "Cargo.toml"))));
        }
    }
    found
}

/// A requirement on a crate of the repository.
struct Need<'f> {
    /// The manifest of that crate.
    target: String,
    version: &'f Leaf,
}

/// What a manifest requires of crates that it names by path, or that a patch puts in the place of others.
fn needs<'f>(path: &str, file: &'f Parsed, patches: &Patches) -> Vec<Need<'f>> {
    let need = |leaf: &'f Leaf| {
        let is_table = |key: Option<&String>| key.is_some_and(|key| key.ends_with("dependencies"));
        let (last, above) = leaf.key.split_last()?;
        let beside = |key: &str| {
            let is_beside = |other: &&Leaf| {
                other.last() == key && other.key.len() == leaf.key.len() && other.key.starts_with(above)
            };
            file.leaves.iter().find(is_beside).map(|leaf| leaf.says.as_str())
        };
        let target = if is_table(above.last()) {
            patches.get(last).cloned()
        } else if last == "version" && is_table(above.iter().rev().nth(1)) {
            match beside("path") {
                Some(at) => resolve(parent(path), at).map(|dir| join(&dir, "Cargo.toml")),
                None => beside("package")
                    .or(above.last().map(String::as_str))
                    .and_then(|name| patches.get(name))
                    .cloned(),
            }
        } else {
            None
        };
        Some(Need { target: target?, version: leaf })
    };
    file.leaves.iter().filter_map(need).collect()
}

/// The manifests whose crates are in the lock file that lies beside a root: its members, and what all
/// of them name by path, wherever that lies.
fn locked(look: &Look<'_>, root: &str) -> BTreeSet<String> {
    let mut due: Vec<String> = members(look, root, root).unwrap_or_default().into_keys().collect();
    due.extend(patches(look, root).into_values());
    let mut found = BTreeSet::new();
    while let Some(path) = due.pop() {
        if let (false, Some(file)) = (found.contains(&path), look.other(&path)) {
            due.extend(paths(&path, &file));
            found.insert(path);
        }
    }
    found
}

/// Every lock file repeats the versions of the crates that are the repository's own.
fn locks(look: &Look<'_>, moving: &BTreeMap<&str, &str>, unit: &mut Unit) -> Result<(), String> {
    for path in look.named("Cargo.lock") {
        if moving.is_empty() {
            break;
        }
        let Some(file) = look.file(path)? else { continue };
        let held = locked(look, &join(parent(path), "Cargo.toml"));
        let here = moving.iter().filter(|(manifest, _)| held.contains(**manifest));
        let names: BTreeSet<&str> = here.map(|(_, name)| *name).collect();
        let own = |name: &str| word(&file.leaves, &["package", name, "version"]);
        for leaf in &file.leaves {
            let [first, name, ..] = leaf.key.as_slice() else { continue };
            if first != "package" {
                continue;
            }
            if names.contains(name.as_str())
                && leaf.is(&["package", "*", "version"])
                && !is_from_elsewhere(&file, name)
            {
                unit.spots.extend(look.to_be(path, leaf, look.to.to_owned()));
            } else if leaf.is(&["package", "*", "dependencies", "*"])
                && let Some((needed, version)) = leaf.says.split_once(' ')
                && names.contains(needed)
                && own(needed) == Some(version)
            {
                unit.spots.extend(look.to_be(path, leaf, format!("{needed} {}", look.to)));
            }
        }
    }
    Ok(())
}

fn is_from_elsewhere(lock: &Parsed, name: &str) -> bool {
    word(&lock.leaves, &["package", name, "source"]).is_some()
}

/// Each requirement between the repository's own crates holds, and each lock names their versions.
pub(in super::super) fn check(look: &Look<'_>) -> Vec<Fault> {
    let mut faults = Vec::new();
    let mut versions: BTreeMap<String, (String, String)> = BTreeMap::new();
    for path in look.named("Cargo.toml") {
        let Some(file) = look.other(path) else { continue };
        let shared = || {
            up(parent(path)).find_map(|dir| {
                let home = look.other(&join(dir, "Cargo.toml"))?;
                word(&home.leaves, SHARED).map(str::to_owned)
            })
        };
        let version =
            word(&file.leaves, OWN).map(str::to_owned).or_else(|| inherits(&file).then(shared).flatten());
        if let (Some(name), Some(version)) = (word(&file.leaves, &["package", "name"]), version) {
            versions.insert(path.to_owned(), (name.to_owned(), version));
        }
    }
    for path in look.named("Cargo.toml") {
        let Some(file) = look.other(path) else { continue };
        for leaf in file.leaves.iter().filter(|leaf| leaf.is(&["replace", "*", "path"])) {
            let Some(target) = resolve(parent(path), &leaf.says).map(|dir| join(&dir, "Cargo.toml")) else {
                continue;
            };
            let (id, has) = (leaf.key.get(1), versions.get(&target));
            if let (Some(id), Some((_, version))) = (id, has)
                && id.split_once(':').is_some_and(|(_, replaced)| replaced != version)
            {
                let says = format!("{path} replaces {id} by {target}, which is {version}");
                faults.push(Fault { id: format!("{path} {id}"), says });
            }
        }
        for need in needs(path, &file, &patches(look, path)) {
            let Some((name, version)) = versions.get(&need.target) else { continue };
            let wants = &need.version.says;
            let (Ok(req), Ok(has)) = (VersionReq::parse(wants), Version::parse(version)) else { continue };
            if !req.matches(&has) {
                let says = format!("{path} asks for {name} {wants}, which is {version}");
                faults.push(Fault { id: format!("{path} {name}"), says });
            }
        }
    }
    for path in look.named("Cargo.lock") {
        let Some(lock) = look.other(path) else { continue };
        let held = locked(look, &join(parent(path), "Cargo.toml"));
        for (name, version) in versions.iter().filter(|(at, _)| held.contains(*at)).map(|(_, own)| own) {
            let says = word(&lock.leaves, &["package", name, "version"]);
            if let Some(locked) = says.filter(|locked| locked != version && !is_from_elsewhere(&lock, name)) {
                let says = format!("{path} has {name} {locked}, the crate is {version}");
                faults.push(Fault { id: format!("{path} {name}"), says });
            }
        }
    }
    faults
}
