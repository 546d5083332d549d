//! npm, pnpm, yarn and lerna: the root, its workspaces, what they ask of each other, and the locks.

use super::super::leaf::{Leaf, get, word};
use super::super::look::{Fault, Found, Look, Parsed, Unit, is_member};
use crate::model::path::{is_below, join, parent};
use semver::{Version, VersionReq};
use std::collections::BTreeMap;
use std::rc::Rc;

const NEEDS: [&str; 4] = ["dependencies", "devDependencies", "peerDependencies", "optionalDependencies"];
const LOCKS: [&str; 2] = ["package-lock.json", "npm-shrinkwrap.json"];

/// The versions of the packages that move, and of everything that repeats them.
pub(in super::super) fn find(look: &Look<'_>) -> Found {
    let mut unit = Unit::default();
    let root = look.at("package.json");
    let Some(manifest) = look.file(&root)? else { return Ok(unit) };
    let lerna_path = look.at("lerna.json");
    let lerna = look.file(&lerna_path)?;
    let fixed = lerna.as_ref().and_then(|file| get(&file.leaves, &["version"]));
    let fixed = fixed.filter(|leaf| leaf.says != "independent");
    let own = word(&manifest.leaves, &["version"]);
    // A private root often has a placeholder.
    let is_placeholder = |says: &str| says.is_empty() || says.starts_with("0.0.0");
    let lead = fixed.map(|leaf| leaf.says.as_str()).or(own.filter(|says| !is_placeholder(says)));
    if let Some(other) = lead.filter(|says| !look.is_due(says)) {
        let path = if fixed.is_some() { &lerna_path } else { &root };
        unit.notes.push(look.says(path, other));
        return Ok(unit);
    }
    let mut moving: BTreeMap<String, Rc<Parsed>> = BTreeMap::new();
    for path in members(look, &root)? {
        let Some(file) = look.file(&path)? else { continue };
        if word(&file.leaves, &["version"]).is_some_and(|says| look.is_due(says)) {
            moving.insert(path, file);
        }
    }
    moving.extend(platforms(look, &moving));
    unit.spots.extend(fixed.and_then(|leaf| look.whole(&lerna_path, leaf)));
    for (path, file) in &moving {
        unit.spots.extend(get(&file.leaves, &["version"]).and_then(|leaf| look.whole(path, leaf)));
    }
    let names: Vec<&str> = moving.values().filter_map(|file| word(&file.leaves, &["name"])).collect();
    for path in look.named("package.json") {
        let Some(file) = look.other(path) else { continue };
        unit.spots.extend(
            file.leaves.iter().filter(|leaf| is_need(leaf, &names)).filter_map(|leaf| look.spot(path, leaf)),
        );
    }
    if !moving.is_empty() {
        locks(look, &moving, &names, &mut unit)?;
    }
    Ok(unit)
}

/// The manifests of the package and of its workspaces.
fn members(look: &Look<'_>, root: &str) -> Result<Vec<String>, String> {
    let mut patterns: Vec<String> = Vec::new();
    for (path, keys) in [
        ("package.json", &[&["workspaces", "*"][..], &["workspaces", "packages", "*"]][..]),
        ("pnpm-workspace.yaml", &[&["packages", "*"]]),
        ("lerna.json", &[&["packages", "*"]]),
    ] {
        let Some(file) = look.file(&look.at(path))? else { continue };
        let listed = file.leaves.iter().filter(|leaf| keys.iter().any(|keys| leaf.is(keys)));
        patterns.extend(listed.map(|leaf| leaf.says.clone()));
    }
    let dir = parent(root);
    let is_in = |path: &&str| {
        let matches = |pattern: &str| is_member(pattern, dir, parent(path));
        patterns.iter().any(|p| !p.starts_with('!') && matches(p))
            && !patterns.iter().filter_map(|p| p.strip_prefix('!')).any(matches)
    };
    let others = look.named("package.json").filter(|path| *path != root && is_below(path, dir));
    Ok([root.to_owned()].into_iter().chain(others.filter(is_in).map(str::to_owned)).collect())
}

/// The packages for single platforms: those that one that moves requires, if the platform fits, in its own version.
fn platforms(look: &Look<'_>, moving: &BTreeMap<String, Rc<Parsed>>) -> BTreeMap<String, Rc<Parsed>> {
    let required = |name: &str| {
        let pin = |file: &Rc<Parsed>| word(&file.leaves, &["optionalDependencies", name]).map(str::to_owned);
        moving.values().filter_map(pin).any(|pin| look.is_due(&pin))
    };
    let mut found = BTreeMap::new();
    if !moving.values().any(|file| file.leaves.iter().any(|leaf| leaf.is(&["optionalDependencies", "*"]))) {
        return found;
    }
    for path in look.named("package.json").filter(|path| look.is_inside(path) && !moving.contains_key(*path))
    {
        let Some(file) = look.other(path) else { continue };
        let is_due = word(&file.leaves, &["version"]).is_some_and(|says| look.is_due(says));
        if is_due && word(&file.leaves, &["name"]).is_some_and(required) {
            found.insert(path.to_owned(), file);
        }
    }
    found
}

/// An exact, `^`, `~` or `workspace:` requirement on one of the packages.
fn is_need(leaf: &Leaf, names: &[&str]) -> bool {
    let [.., table, name] = leaf.key.as_slice() else { return false };
    let is_pin = leaf.says.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '^' | '~' | '='))
        || leaf.says.starts_with("workspace:")
        || leaf.says.starts_with("npm:");
    NEEDS.contains(&table.as_str()) && names.contains(&name.as_str()) && is_pin && !leaf.says.contains("||")
}

fn locks(
    look: &Look<'_>,
    moving: &BTreeMap<String, Rc<Parsed>>,
    names: &[&str],
    unit: &mut Unit,
) -> Result<(), String> {
    for path in LOCKS.iter().flat_map(|name| look.named(name)) {
        let Some(file) = look.file(path)? else { continue };
        let dir = parent(path);
        for manifest in moving.keys().filter(|manifest| is_below(manifest, dir)) {
            let own = parent(manifest).strip_prefix(dir).unwrap_or_default().trim_start_matches('/');
            let entry = get(&file.leaves, &["packages", own, "version"]);
            unit.spots.extend(entry.and_then(|leaf| look.to_be(path, leaf, look.to.to_owned())));
            if own.is_empty() {
                let top = get(&file.leaves, &["version"]);
                unit.spots.extend(top.and_then(|leaf| look.to_be(path, leaf, look.to.to_owned())));
            }
        }
        for leaf in &file.leaves {
            let [.., owner, table, _] = leaf.key.as_slice() else { continue };
            let is_ours =
                !owner.contains("node_modules") && leaf.key.first().is_some_and(|key| key == "packages");
            // Version 1 keeps what a workspace asks for under `requires`.
            let old_form = table == "requires"
                && word(&file.leaves, &["dependencies", owner, "version"])
                    .is_some_and(|v| v.starts_with("file:"));
            let named = leaf.key.last().is_some_and(|name| names.contains(&name.as_str()));
            if (is_ours && is_need(leaf, names)) || (old_form && named) {
                unit.spots.extend(look.spot(path, leaf));
            }
        }
    }
    for path in look.named("pnpm-lock.yaml") {
        let Some(file) = look.file(path)? else { continue };
        let is_ours = |leaf: &&Leaf| {
            let [first, .., name, last] = leaf.key.as_slice() else { return false };
            first == "importers" && last == "specifier" && names.contains(&name.as_str())
        };
        unit.spots.extend(file.leaves.iter().filter(is_ours).filter_map(|leaf| look.spot(path, leaf)));
    }
    for path in look.named("bun.lock") {
        let Some(file) = look.file(path)? else { continue };
        for leaf in file.leaves.iter().filter(|leaf| leaf.key.first().is_some_and(|key| key == "workspaces"))
        {
            let own = leaf.is(&["workspaces", "*", "version"])
                && leaf
                    .key
                    .get(1)
                    .is_some_and(|dir| moving.contains_key(&join(parent(path), &join(dir, "package.json"))));
            if own || is_need(leaf, names) {
                unit.spots.extend(look.spot(path, leaf));
            }
        }
    }
    for path in look.named("yarn.lock") {
        let Some(file) = look.file(path)? else { continue };
        let named = |leaf: &&Leaf| names.contains(&leaf.last());
        unit.spots.extend(file.leaves.iter().filter(named).filter_map(|leaf| look.spot(path, leaf)));
    }
    Ok(())
}

/// Each package finds its siblings, and the lock names their versions.
pub(in super::super) fn check(look: &Look<'_>) -> Vec<Fault> {
    let mut faults = Vec::new();
    let mut versions: BTreeMap<String, (String, String)> = BTreeMap::new();
    for path in look.named("package.json") {
        let Some(file) = look.other(path) else { continue };
        let word = |key| word(&file.leaves, &[key]).map(str::to_owned);
        if let (Some(name), Some(version)) = (word("name"), word("version")) {
            versions.insert(name, (path.to_owned(), version));
        }
    }
    for path in look.named("package.json") {
        let Some(file) = look.other(path) else { continue };
        for leaf in &file.leaves {
            let [table, name] = leaf.key.as_slice() else { continue };
            let Some((_, version)) = versions.get(name).filter(|_| NEEDS.contains(&table.as_str())) else {
                continue;
            };
            let wants = leaf.says.trim_start_matches("workspace:");
            // npm reads a bare version as exactly that one.
            let exact = wants.starts_with(|c: char| c.is_ascii_digit()) && !wants.contains(['x', '*', ' ']);
            let req = if exact { VersionReq::parse(&format!("={wants}")) } else { VersionReq::parse(wants) };
            let (Ok(req), Ok(has)) = (req, Version::parse(version)) else { continue };
            if !req.matches(&has) {
                let says = format!("{path} asks for {name} {wants}, which is {version}");
                faults.push(Fault { id: format!("{path} {name}"), says });
            }
        }
    }
    for path in LOCKS.iter().flat_map(|name| look.named(name)) {
        let Some(lock) = look.other(path) else { continue };
        for (manifest, version) in versions.values().filter(|(manifest, _)| is_below(manifest, parent(path)))
        {
            let own = parent(manifest).strip_prefix(parent(path)).unwrap_or_default().trim_start_matches('/');
            let locked = word(&lock.leaves, &["packages", own, "version"]);
            let locked =
                locked.or_else(|| if own.is_empty() { word(&lock.leaves, &["version"]) } else { None });
            if let Some(locked) = locked.filter(|locked| locked != version) {
                let says = format!("{path} has {locked} for {manifest}, which says {version}");
                faults.push(Fault { id: format!("{path} {manifest}"), says });
            }
        }
    }
    faults
}
