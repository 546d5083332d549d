//! Python: PEP 621, Poetry, commitizen, bumpversion, setup.cfg, the `__version__` files that they
//! point to, and uv's lock.

use super::super::leaf::{Leaf, find as find_version, get, word};
use super::super::look::{Fault, Found, Look, Unit, is_member};
use crate::model::path::{file_name, join, parent, resolve};
use std::collections::{BTreeMap, BTreeSet};

const VERSIONS: &[&[&str]] = &[
    &["project", "version"],
    &["tool", "poetry", "version"],
    &["tool", "commitizen", "version"],
    &["commitizen", "version"],
    &["tool", "bumpversion", "current_version"],
    &["bumpversion", "current_version"],
    &["metadata", "version"],
];
/// Files that hold the version of a module.
const MODULE_FILES: [&str; 6] =
    ["__init__.py", "__about__.py", "_version.py", "version.py", "__version__.py", "about.py"];

/// The versions of the projects that move, and of everything that repeats them.
pub(in super::super) fn find(look: &Look<'_>) -> Found {
    let mut unit = Unit::default();
    let pyproject = look.at("pyproject.toml");
    let Some(dirs) = projects(look)? else { return Ok(unit) };
    let lead = match look.file(&pyproject)? {
        Some(file) => VERSIONS.iter().take(2).find_map(|keys| word(&file.leaves, keys)).map(str::to_owned),
        None => None,
    };
    if let Some(other) = lead.filter(|says| !look.is_due(says)) {
        unit.notes.push(look.says(&pyproject, &other));
        return Ok(unit);
    }
    let mut names: Vec<String> = Vec::new();
    for dir in &dirs {
        let before = unit.spots.len();
        let mut due = false;
        for name in
            ["pyproject.toml", "setup.cfg", ".bumpversion.cfg", ".bumpversion.toml", ".cz.toml", ".cz.json"]
        {
            let path = join(dir, name);
            let Some(file) = look.file(&path)? else { continue };
            for leaf in VERSIONS.iter().filter_map(|keys| get(&file.leaves, keys)) {
                due |= look.is_due(&leaf.says);
                unit.spots.extend(look.whole(&path, leaf));
            }
            for (target, pattern) in pointed(&file.leaves, dir) {
                point(look, &target, pattern.as_deref(), &mut unit)?;
            }
        }
        let setup = join(dir, "setup.py");
        if let Some(file) = look.file(&setup)? {
            due |= file.leaves.iter().any(|leaf| look.is_due(&leaf.says));
            unit.spots.extend(file.leaves.iter().filter_map(|leaf| look.whole(&setup, leaf)));
        }
        if due || unit.spots.len() > before || is_dynamic(look, dir) {
            modules(look, dir, &mut unit)?;
        }
        if (due || unit.spots.len() > before)
            && let Some(file) = look.file(&join(dir, "pyproject.toml"))?
        {
            let name = word(&file.leaves, &["project", "name"])
                .or_else(|| word(&file.leaves, &["tool", "poetry", "name"]));
            names.extend(name.map(normal));
        }
    }
    pins(look, &names, &mut unit)?;
    Ok(unit)
}

/// The directories of the project and of the members of its workspace; `None` without a project.
fn projects(look: &Look<'_>) -> Result<Option<Vec<String>>, String> {
    let marks = ["pyproject.toml", "setup.cfg", "setup.py", ".bumpversion.cfg", ".bumpversion.toml"];
    if !marks.iter().any(|name| look.has(&look.at(name))) {
        return Ok(None);
    }
    let mut dirs = vec![look.dir.to_owned()];
    if let Some(file) = look.file(&look.at("pyproject.toml"))? {
        let members = file.leaves.iter().filter(|leaf| leaf.is(&["tool", "uv", "workspace", "members", "*"]));
        let patterns: Vec<&str> = members.map(|leaf| leaf.says.as_str()).collect();
        let others = look.named("pyproject.toml").map(parent).filter(|dir| *dir != look.dir);
        dirs.extend(
            others.filter(|dir| patterns.iter().any(|p| is_member(p, look.dir, dir))).map(str::to_owned),
        );
    }
    Ok(Some(dirs))
}

/// The files that a configuration says hold the version, each with what is around it, if that is said.
fn pointed(leaves: &[Leaf], dir: &str) -> Vec<(String, Option<String>)> {
    let mut found = Vec::new();
    let mut push = |path: &str, pattern: Option<String>| {
        found.extend(resolve(dir, path).map(|path| (path, pattern)));
    };
    for leaf in leaves {
        let keys: Vec<&str> = leaf.key.iter().map(String::as_str).collect();
        match keys.as_slice() {
            ["tool", "hatch" | "pdm", "version", "path"]
            | ["tool", "setuptools", "dynamic", "version", "file", ..] => push(&leaf.says, None),
            ["tool", "setuptools", "dynamic", "version", "attr"] => attribute(&leaf.says, &mut push),
            ["tool", "commitizen", "version_files", _] | ["commitizen", "version_files", _] => {
                push(leaf.says.split_once(':').map_or(leaf.says.as_str(), |(path, _)| path), None);
            }
            ["tool", "bumpversion", "files", _, "filename"] | ["bumpversion", "files", _, "filename"] => {
                let above = leaf.key.split_last().map(|(_, above)| above).unwrap_or_default();
                let beside = [above, &["search".to_owned()]].concat();
                let search = leaves.iter().find(|other| other.key == beside).map(|other| other.says.clone());
                push(&leaf.says, search.map(|s| s.replace("{current_version}", "{current}")));
            }
            ["metadata", "version"] => {
                if let Some(path) = leaf.says.strip_prefix("file:") {
                    push(path.trim(), None);
                } else if let Some(name) = leaf.says.strip_prefix("attr:") {
                    attribute(name.trim(), &mut push);
                }
            }
            [section, ..] if section.starts_with("bumpversion:file:") => {
                let search =
                    word(leaves, &[section, "search"]).map(|s| s.replace("{current_version}", "{current}"));
                push(section.trim_start_matches("bumpversion:file:").trim(), search);
            }
            _ => {}
        }
    }
    // A section without keys has no values of its own.
    found
}

/// `pkg.sub.__version__`: one of the files that may define it.
fn attribute(name: &str, push: &mut impl FnMut(&str, Option<String>)) {
    let Some((module, _)) = name.rsplit_once('.') else { return };
    let path = module.replace('.', "/");
    for top in ["", "src/"] {
        push(&format!("{top}{path}.py"), None);
        push(&format!("{top}{path}/__init__.py"), None);
    }
}

/// Moves the version in a file that is pointed to.
fn point(look: &Look<'_>, path: &str, pattern: Option<&str>, unit: &mut Unit) -> Result<(), String> {
    let Some(file) = look.file(path)? else { return Ok(()) };
    if let Some(pattern) = pattern {
        let wanted = pattern.replace("{current}", look.from);
        let places: Vec<_> = file.text.match_indices(&wanted).collect();
        if let ([(at, _)], Some(inside)) = (places.as_slice(), pattern.find("{current}")) {
            let range = at + inside..at + inside + look.from.len();
            let leaf = Leaf { key: vec![pattern.to_owned()], range, says: look.from.to_owned() };
            unit.spots.extend(look.whole(path, &leaf));
        }
        return Ok(());
    }
    if file.leaves.iter().any(|leaf| leaf.says == look.from) {
        unit.spots.extend(file.leaves.iter().filter_map(|leaf| look.whole(path, leaf)));
    } else {
        // It may be nothing but the version, or say it in a form of its own.
        for (at, range) in find_version(&file.text, look.from).into_iter().enumerate() {
            let leaf = Leaf { key: vec![format!("#{at}")], range, says: look.from.to_owned() };
            unit.spots.extend(look.whole(path, &leaf));
        }
    }
    Ok(())
}

/// `__version__` in the project's modules: those below `src`; without them the one in the directory that is
/// called as the project or as its settings say, or the only one.
fn modules(look: &Look<'_>, dir: &str, unit: &mut Unit) -> Result<(), String> {
    let in_top = |top: &str| -> Vec<&str> {
        let near = |path: &&str| {
            parent(path) != top
                && parent(parent(path)) == top
                && !look.is_made_up(path)
                && !path.contains("/tests/")
        };
        MODULE_FILES.iter().flat_map(|name| look.named(name)).filter(near).collect()
    };
    let mut paths = in_top(&join(dir, "src"));
    if paths.is_empty() {
        paths = in_top(dir);
        let named = called(look, dir);
        let is_named = |path: &str| named.iter().any(|name| normal(file_name(parent(path))) == *name);
        let dirs: BTreeSet<&str> = paths.iter().map(|path| parent(path)).collect();
        if dirs.len() > 1 {
            paths.retain(|path| is_named(path));
        }
    }
    for path in paths {
        let Some(file) = look.file(path)? else { continue };
        let dunder = file.leaves.iter().filter(|leaf| leaf.is(&["__version__", "*"]));
        unit.spots.extend(dunder.filter_map(|leaf| look.whole(path, leaf)));
    }
    Ok(())
}

/// What the packages of a project are called: as the project, or as its settings list them.
fn called(look: &Look<'_>, dir: &str) -> Vec<String> {
    const NAMES: &[&[&str]] = &[
        &["project", "name"],
        &["tool", "poetry", "name"],
        &["tool", "poetry", "packages", "*", "include"],
        &["tool", "flit", "module", "name"],
        &["tool", "setuptools", "packages", "*"],
        &["tool", "hatch", "build", "targets", "wheel", "packages", "*"],
        &["metadata", "name"],
        &["options", "packages"],
        &["options", "packages", "*"],
    ];
    let files = ["pyproject.toml", "setup.cfg"].into_iter().filter_map(|name| look.other(&join(dir, name)));
    let mut found: Vec<String> = Vec::new();
    for file in files {
        let said = file.leaves.iter().filter(|leaf| NAMES.iter().any(|keys| leaf.is(keys)));
        found.extend(said.map(|leaf| normal(file_name(&leaf.says))));
    }
    if let Some(setup) = look.other(&join(dir, "setup.py")) {
        let quoted = setup.text.split(['"', '\'']).skip(1).step_by(2);
        found.extend(quoted.flat_map(|text| text.split('/')).map(normal));
    }
    found
}

/// Whether a project says that its version is found when it is built.
fn is_dynamic(look: &Look<'_>, dir: &str) -> bool {
    let pyproject = look.other(&join(dir, "pyproject.toml"));
    pyproject.is_some_and(|file| word(&file.leaves, &["project", "dynamic", "version"]).is_some())
        || look.other(&join(dir, "setup.py")).is_some_and(|file| file.text.contains("__version__"))
}

/// A name as PEP 503 compares it.
fn normal(name: &str) -> String {
    name.to_lowercase().replace(['_', '.'], "-")
}

/// What the projects ask of each other, and uv's lock.
fn pins(look: &Look<'_>, names: &[String], unit: &mut Unit) -> Result<(), String> {
    if names.is_empty() {
        return Ok(());
    }
    let is_ours = |name: &str| names.contains(&normal(name));
    for path in look.named("pyproject.toml") {
        let Some(file) = look.other(path) else { continue };
        let is_need = |leaf: &&Leaf| {
            leaf.key.iter().any(|key| key.ends_with("dependencies") || key == "dependency-groups")
                && is_ours(leaf.last())
                && leaf.says.contains("==")
        };
        unit.spots.extend(file.leaves.iter().filter(is_need).filter_map(|leaf| look.spot(path, leaf)));
    }
    for path in look.named("uv.lock") {
        let Some(file) = look.file(path)? else { continue };
        for leaf in &file.leaves {
            let Some(name) = leaf.key.get(1) else { continue };
            if leaf.is(&["package", "*", "version"]) && is_ours(name) {
                unit.spots.extend(look.to_be(path, leaf, look.to.to_owned()));
            } else if leaf.last() == "specifier"
                && leaf.key.iter().rev().nth(1).is_some_and(|name| is_ours(name))
            {
                unit.spots.extend(look.spot(path, leaf));
            }
        }
    }
    Ok(())
}

/// uv's lock names the versions of the projects.
pub(in super::super) fn check(look: &Look<'_>) -> Vec<Fault> {
    let mut versions: BTreeMap<String, (String, String)> = BTreeMap::new();
    for path in look.named("pyproject.toml") {
        let Some(file) = look.other(path) else { continue };
        if let (Some(name), Some(version)) =
            (word(&file.leaves, &["project", "name"]), word(&file.leaves, &["project", "version"]))
        {
            versions.insert(normal(name), (path.to_owned(), version.to_owned()));
        }
    }
    let mut faults = Vec::new();
    for path in look.named("uv.lock") {
        let Some(lock) = look.other(path) else { continue };
        for (name, (manifest, version)) in &versions {
            let locked = word(&lock.leaves, &["package", name, "version"]);
            if let Some(locked) = locked.filter(|locked| locked != version) {
                let says = format!("{path} has {name} {locked}, {manifest} says {version}");
                faults.push(Fault { id: format!("{path} {name}"), says });
            }
        }
    }
    faults
}
