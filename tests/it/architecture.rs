//! Arrows run only downwards: who may use whom under `src/`.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// What the modules of each layer may use, besides themselves.
const ALLOWED: &[(&str, &[&str])] = &[
    ("model", &[]),
    ("system", &["model"]),
    ("git", &["system", "model"]),
    ("config", &["model"]),
    ("record", &["git", "system", "model"]),
    ("forge", &["git", "config", "system", "model"]),
    ("plan", &["config", "model"]),
    ("insight", &["config", "model"]),
    ("report", &["insight", "model"]),
    ("facts", &["insight", "plan", "record", "forge", "git", "config", "system", "model"]),
    ("engine", &["facts", "plan", "record", "forge", "git", "config", "system", "model"]),
    ("terminal", &["system", "model"]),
    ("cli", &["command", "model"]),
    (
        "command",
        &[
            "cli", "config", "engine", "facts", "forge", "git", "insight", "model", "plan", "record",
            "report", "system", "terminal",
        ],
    ),
];

/// The doors of the house, which see every room.
const DOORS: [&str; 2] = ["lib", "main"];

/// Every file of the program.
pub fn sources() -> Vec<PathBuf> {
    let mut found = Vec::new();
    source_files(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut found);
    found
}

fn source_files(dir: &Path, found: &mut Vec<PathBuf>) {
    let mut entries: Vec<PathBuf> = std::fs::read_dir(dir).unwrap().map(|e| e.unwrap().path()).collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            source_files(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

/// The layers that a source text names with `crate::`, comments aside.
fn used_layers(text: &str) -> BTreeSet<String> {
    let code: String =
        text.lines().map(|line| line.split("//").next().unwrap_or_default()).collect::<Vec<_>>().join("\n");
    let mut used = BTreeSet::new();
    for after in code.split("crate::").skip(1) {
        match after.strip_prefix('{') {
            // use crate::{a::X, b::{Y, Z}}
            Some(group) => used.extend(first_words_of_group(group)),
            None => used.extend(first_word(after)),
        }
    }
    used
}

fn first_word(text: &str) -> Option<String> {
    let word: String = text.trim_start().chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
    (!word.is_empty()).then_some(word)
}

fn first_words_of_group(group: &str) -> Vec<String> {
    let (mut depth, mut start, mut words) = (0_usize, true, Vec::new());
    for (at, c) in group.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth == 0 => break,
            '}' => depth -= 1,
            ',' if depth == 0 => start = true,
            c if depth == 0 && start && !c.is_whitespace() => {
                words.extend(first_word(&group[at..]));
                start = false;
            }
            _ => {}
        }
    }
    words
}

#[test]
fn no_arrow_points_upwards() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    source_files(&src, &mut files);
    assert!(!files.is_empty());
    let mut wrong = Vec::new();
    for file in files {
        let inside = file.strip_prefix(&src).unwrap();
        let first = inside.iter().next().unwrap().to_string_lossy();
        let layer = first.strip_suffix(".rs").unwrap_or(&first);
        if DOORS.contains(&layer) || layer == "bin" {
            continue;
        }
        let Some((_, allowed)) = ALLOWED.iter().find(|(name, _)| *name == layer) else {
            wrong.push(format!("{}: give the layer `{layer}` its place in this test", inside.display()));
            continue;
        };
        for used in used_layers(&std::fs::read_to_string(&file).unwrap()) {
            let known = ALLOWED.iter().any(|(name, _)| *name == used);
            if known && used != layer && !allowed.contains(&used.as_str()) {
                wrong.push(format!("{}: {layer} may not use {used}", inside.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "arrows that point upwards:\n{}", wrong.join("\n"));
}

#[test]
fn the_allowed_arrows_make_no_circle() {
    // The command line and the commands know each other on purpose; below them is a strict order.
    let mut below = ALLOWED.to_vec();
    below.retain(|(name, _)| !["cli", "command"].contains(name));
    let mut settled: BTreeSet<&str> = BTreeSet::new();
    while !below.is_empty() {
        let (free, rest): (Vec<_>, Vec<_>) =
            below.into_iter().partition(|(_, uses)| uses.iter().all(|used| settled.contains(used)));
        assert!(!free.is_empty(), "a circle among {rest:?}");
        settled.extend(free.iter().map(|(name, _)| *name));
        below = rest;
    }
}

/// The modules that a source text names in its `use` lines, tests aside, as paths from `src`.
fn used_modules(module: &str, text: &str) -> Vec<String> {
    let code = text.split("#[cfg(test)]").next().unwrap_or_default();
    let mut found = Vec::new();
    for line in code.split("\nuse ").chain(code.split("\npub use ").skip(1)).skip(1) {
        let tree: String = line.split(';').next().unwrap_or_default().split_whitespace().collect();
        for path in branches(&tree) {
            let mut from: Vec<&str> = module.split("::").collect();
            let mut rest = path.as_str();
            if let Some(inside) = rest.strip_prefix("crate::") {
                found.push(inside.to_owned());
                continue;
            }
            let relative = rest.starts_with("super::") || rest.starts_with("self::");
            while let Some(up) = rest.strip_prefix("super::") {
                from.pop();
                rest = up;
            }
            rest = rest.strip_prefix("self::").unwrap_or(rest);
            if relative {
                found.push(from.into_iter().chain([rest]).collect::<Vec<_>>().join("::"));
            }
        }
    }
    found
}

/// The paths of a `use` tree without white space: `a::{b,c::{d}}`.
fn branches(tree: &str) -> Vec<String> {
    let Some((before, group)) = tree.split_once('{') else { return vec![tree.to_owned()] };
    let group = group.strip_suffix('}').unwrap_or(group);
    let (mut depth, mut part, mut found) = (0, String::new(), Vec::new());
    for c in group.chars().chain([',']) {
        match c {
            ',' if depth == 0 => {
                let part = std::mem::take(&mut part);
                found.extend(
                    branches(&part).into_iter().filter(|p| !p.is_empty()).map(|p| format!("{before}{p}")),
                );
                continue;
            }
            '{' => depth += 1,
            '}' => depth -= 1,
            _ => {}
        }
        part.push(c);
    }
    found
}

/// Which file uses which one of its layer. A directory's own file and those in it are one thing.
fn arrows_between_files() -> BTreeMap<String, BTreeSet<String>> {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let name = |path: &PathBuf| {
        let inside = path.strip_prefix(&src).unwrap().with_extension("").to_string_lossy().replace('/', "::");
        inside.strip_suffix("::mod").map(str::to_owned).unwrap_or(inside)
    };
    let files: BTreeMap<String, PathBuf> = sources()
        .into_iter()
        .filter(|p| !p.to_string_lossy().contains("test"))
        .map(|p| (name(&p), p))
        .collect();
    let mut arrows: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (module, path) in &files {
        let one_thing = |other: &str| {
            other == module
                || other.starts_with(&format!("{module}::"))
                || module.starts_with(&format!("{other}::"))
        };
        for used in used_modules(module, &std::fs::read_to_string(path).unwrap()) {
            let mut prefix = used.as_str();
            let target = loop {
                if files.contains_key(prefix) {
                    break Some(prefix.to_owned());
                }
                let Some((shorter, _)) = prefix.rsplit_once("::") else { break None };
                prefix = shorter;
            };
            if let Some(target) = target.filter(|target| !one_thing(target)) {
                arrows.entry(module.clone()).or_default().insert(target);
            }
        }
    }
    arrows
}

#[test]
fn no_files_make_a_circle() {
    let mut arrows = arrows_between_files();
    assert!(arrows.values().map(BTreeSet::len).sum::<usize>() > 1000, "the arrows are not read");
    // The commands share one door, which sees them all.
    arrows.remove("cli");
    loop {
        let users: BTreeSet<String> = arrows.keys().cloned().collect();
        let before = arrows.values().map(BTreeSet::len).sum::<usize>();
        // What uses nothing that is left, and what nobody that is left uses, is in no circle.
        for used in arrows.values_mut() {
            used.retain(|target| users.contains(target));
        }
        arrows.retain(|_, used| !used.is_empty());
        let targets: BTreeSet<String> = arrows.values().flatten().cloned().collect();
        arrows.retain(|user, _| targets.contains(user));
        if before == arrows.values().map(BTreeSet::len).sum::<usize>() {
            break;
        }
    }
    assert!(arrows.is_empty(), "files that use each other in a circle: {arrows:#?}");
}

#[test]
fn the_reader_of_use_lines_can_read() {
    let nested = "\nuse super::{b, c::{self, D}};\npub use crate::x::Y;\n";
    assert_eq!(used_modules("a::m", nested), ["a::b", "a::c::self", "a::c::D", "x::Y"]);
    let text = "use crate::model::{a, b};\nuse crate::{git::Repo, plan::{x, y}, system};\n\
                // use crate::terminal;\nlet x = crate::engine::run();\n";
    let used: Vec<String> = used_layers(text).into_iter().collect();
    assert_eq!(used, ["engine", "git", "model", "plan", "system"]);
}

#[test]
fn no_file_holds_a_second_thing() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = Vec::new();
    source_files(&src.join("src"), &mut files);
    source_files(&src.join("tests"), &mut files);
    let lines = |file: &PathBuf| std::fs::read_to_string(file).unwrap().lines().count();
    let long: Vec<String> = files
        .iter()
        .map(|file| (file, lines(file)))
        .filter(|(_, count)| *count > 500)
        .map(|(file, count)| format!("{} has {count} lines", file.display()))
        .collect();
    assert!(long.is_empty(), "look for the second thing hiding in them: {long:#?}");
}
