//! Python: PEP 621, Poetry, commitizen, bumpversion, setup.cfg, the `__version__` files that they
//! point to, and uv's lock.

use super::super::leaf::{Leaf, find as find_version, get, word};
use super::super::leftover::{is_need, line_at};
use super::super::look::{Fault, Found, Look, Unit, is_member};
use crate::model::path::{file_name, join, parent, resolve};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

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
            for (target, place) in pointed(&file.leaves, dir) {
                point(look, &target, &place, &mut unit)?;
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

/// Where a file that is pointed to holds the version.
#[derive(Clone, Debug)]
enum Place {
    Anywhere,
    /// In a text that has `{current}` for it.
    Search(String),
    /// In the lines that have this, as a regular expression.
    Lines(String),
}

/// The files that a configuration says hold the version, each with where it is in them.
fn pointed(leaves: &[Leaf], dir: &str) -> Vec<(String, Place)> {
    let mut found = Vec::new();
    let mut push = |path: &str, place: Place| {
        found.extend(resolve(dir, path).map(|path| (path, place)));
    };
    let searched = |text: Option<&str>| match text {
        Some(text) => Place::Search(text.replace("{current_version}", "{current}")),
        None => Place::Anywhere,
    };
    for leaf in leaves {
        let keys: Vec<&str> = leaf.key.iter().map(String::as_str).collect();
        match keys.as_slice() {
            ["tool", "hatch" | "pdm", "version", "path"]
            | ["tool", "setuptools", "dynamic", "version", "file", ..] => push(&leaf.says, Place::Anywhere),
            ["tool", "setuptools", "dynamic", "version", "attr"] => attribute(&leaf.says, &mut push),
            ["tool", "commitizen", "version_files", _] | ["commitizen", "version_files", _] => {
                match leaf.says.split_once(':') {
                    Some((path, lines)) => push(path, Place::Lines(lines.to_owned())),
                    None => push(&leaf.says, Place::Anywhere),
                }
            }
            ["tool", "bumpversion", "files", _, "filename"] | ["bumpversion", "files", _, "filename"] => {
                let above = leaf.key.split_last().map(|(_, above)| above).unwrap_or_default();
                let beside = [above, &["search".to_owned()]].concat();
                let search = leaves.iter().find(|other| other.key == beside);
                push(&leaf.says, searched(search.map(|other| other.says.as_str())));
            }
            ["metadata", "version"] => {
                if let Some(path) = leaf.says.strip_prefix("file:") {
                    push(path.trim(), Place::Anywhere);
                } else if let Some(name) = leaf.says.strip_prefix("attr:") {
                    attribute(name.trim(), &mut push);
                }
            }
            [section] => {
                // Between brackets is what tells two sections about one file apart.
                let Some(path) =
                    section.strip_prefix("bumpversion:file").and_then(|rest| match rest.strip_prefix('(') {
                        Some(rest) => rest.split_once("):").map(|(_, path)| path),
                        None => rest.strip_prefix(':'),
                    })
                else {
                    continue;
                };
                push(path.trim(), searched(word(leaves, &[section, "search"])));
            }
            _ => {}
        }
    }
    found
}

/// `pkg.sub.__version__`: one of the files that may define it.
fn attribute(name: &str, push: &mut impl FnMut(&str, Place)) {
    let Some((module, _)) = name.rsplit_once('.') else { return };
    let path = module.replace('.', "/");
    for top in ["", "src/"] {
        push(&format!("{top}{path}.py"), Place::Anywhere);
        push(&format!("{top}{path}/__init__.py"), Place::Anywhere);
    }
}

/// Moves the version in a file that is pointed to, wherever the place says, but for what it requires of others.
fn point(look: &Look<'_>, path: &str, place: &Place, unit: &mut Unit) -> Result<(), String> {
    let Some(file) = look.file(path)? else { return Ok(()) };
    let is_need = |range: &Range<usize>| {
        let around =
            file.leaves.iter().filter(|leaf| leaf.range.start <= range.start && range.end <= leaf.range.end);
        around.into_iter().any(|leaf| leaf.key.iter().any(|key| is_need(key)))
    };
    let mut ranges = match place {
        Place::Search(pattern) => {
            let Some(inside) = pattern.find("{current}") else { return Ok(()) };
            let wanted = pattern.replace("{current}", look.from);
            let starts = file.text.match_indices(&wanted).map(|(at, _)| at + inside);
            starts.map(|at| at..at + look.from.len()).collect()
        }
        Place::Anywhere
            if file.leaves.iter().any(|leaf| look.is_from(&leaf.says) && !is_need(&leaf.range)) =>
        {
            let own = file.leaves.iter().filter(|leaf| !is_need(&leaf.range));
            unit.spots.extend(own.filter_map(|leaf| look.whole(path, leaf)));
            return Ok(());
        }
        // It may be nothing but the version, or say it in a form of its own.
        Place::Anywhere => find_version(&file.text, look.from),
        Place::Lines(pattern) => {
            let mut found = find_version(&file.text, look.from);
            found.retain(|range| fits(line_at(&file.text, range.start).1, pattern));
            found
        }
    };
    ranges.retain(|range| matches!(place, Place::Search(_)) || !is_need(range));
    for (at, range) in ranges.into_iter().enumerate() {
        let key = match place {
            Place::Search(pattern) => vec![pattern.clone(), format!("#{at}")],
            _ => vec![format!("#{at}")],
        };
        unit.spots.extend(look.whole(path, &Leaf { key, range, says: look.from.to_owned() }));
    }
    Ok(())
}

/// Whether a line has what a regular expression says, where that is no more than a text, at the beginning or at
/// the end. A line that is left is named.
fn fits(line: &str, pattern: &str) -> bool {
    let (begin, rest) = pattern.strip_prefix('^').map_or((false, pattern), |rest| (true, rest));
    let (end, rest) = rest.strip_suffix('$').map_or((false, rest), |rest| (true, rest));
    let text = rest.replace("\\s*", " ").replace('\\', "");
    if text.contains(['*', '+', '?', '(', '[', '{', '|']) {
        return false;
    }
    // `\s*` is any white space, and none.
    let plain = |text: &str| text.split_whitespace().collect::<String>();
    let (line, text) =
        if rest.contains("\\s*") { (plain(line), plain(&text)) } else { (line.to_owned(), text) };
    match (begin, end) {
        (true, true) => line == text,
        (true, false) => line.starts_with(&text),
        (false, true) => line.ends_with(&text),
        (false, false) => line.contains(&text),
    }
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
