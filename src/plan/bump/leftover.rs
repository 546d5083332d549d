//! What still names the old version after a bump.

use super::changelog::is_changelog;
use super::leaf::find;
use super::look::Look;
use super::search;
use super::tree::File;
use crate::config;
use crate::model::path::file_name;
use crate::model::text::{count, safe, shell_word};

/// More than so many are counted, not named.
const MAX: usize = 5;

/// Lock files: what they name is other people's.
const LOCKS: [&str; 12] = [
    "Cargo.lock",
    "package-lock.json",
    "npm-shrinkwrap.json",
    "yarn.lock",
    "pnpm-lock.yaml",
    "bun.lock",
    "uv.lock",
    "poetry.lock",
    "pdm.lock",
    "Gemfile.lock",
    "composer.lock",
    "go.sum",
];
/// Files that list other people's packages.
const LISTS: [&str; 6] = ["go.mod", "Gemfile", "Pipfile", "Podfile", "Brewfile", "libs.versions.toml"];
/// Ends of files that hold no version of this package.
const ENDS: [&str; 12] = [
    ".lock", ".snap", ".svg", ".map", ".csv", ".patch", ".diff", ".po", ".ipynb", ".min.js", ".min.css",
    ".sum",
];
/// Words of a line that tells of the past.
const PAST: [&str; 14] = [
    "since",
    "deprecated",
    "added in",
    "changed in",
    "removed in",
    "introduced",
    "fixed in",
    "prior to",
    "before ",
    "until ",
    "as of ",
    "upgrade from",
    "upgrading from",
    "migrat",
];
/// Tables of a manifest that name other people's packages.
const NEEDS: [&str; 9] = [
    "dependencies",
    "requires",
    "engines",
    "resolutions",
    "overrides",
    "dependency",
    "plugin",
    "require",
    // One of ours has moved.
    "parent",
];
/// Beginnings of lines that name other people's packages, and words in such lines.
const BEGIN: [&str; 5] = ["id(", "id '", "id \"", "kotlin(", "gem "];
const NAMED: [&str; 5] = [
    "PackageReference",
    "PackageVersion",
    "add_dependency",
    "add_development_dependency",
    "add_runtime_dependency",
];
/// Words that a version in parts is written with.
const PARTS: [[&str; 4]; 2] = [["MAJOR", "MINOR", "PATCH", "MICRO"], ["MAJOR", "MINOR", "TINY", "REVISION"]];
/// The longest search that is printed.
const LONGEST: usize = 100;

/// A sentence for each file that is called after the version and has it in parts, which nothing moves: as three
/// lines, or as `(1, 2, 0)`.
pub(super) fn in_parts(look: &Look<'_>) -> Vec<String> {
    let numbers: Vec<&str> = look.from.split('.').collect();
    let [major, minor, patch] = numbers.as_slice() else { return Vec::new() };
    let tuple = numbers.join(", ");
    let is_called_so = |path: &&String| {
        let name = file_name(path).to_lowercase();
        name.contains("version") || ["__init__.py", "__about__.py"].contains(&name.as_str())
    };
    let says = |text: &str, words: &[&str], number: &str| {
        text.lines().any(|line| {
            let is_number =
                line.split(|c: char| !c.is_ascii_digit()).rfind(|n| !n.is_empty()) == Some(number);
            is_number && words.iter().any(|word| line.to_uppercase().contains(word))
        })
    };
    // Most are not called so, and that is told fastest.
    let paths = look.tree.paths().iter().filter(is_called_so);
    let mut found = Vec::new();
    for path in paths.filter(|path| look.is_inside(path) && !is_quiet(look, path)) {
        let Some(File::Text(text)) = look.tree.read(path) else { continue };
        let is_tuple = [format!("({tuple})"), format!("({tuple},"), format!("[{tuple}]")]
            .iter()
            .any(|written| text.contains(written.as_str()));
        let has_parts = PARTS.iter().any(|[a, b, c, d]| {
            says(&text, &[a], major) && says(&text, &[b], minor) && says(&text, &[c, d], patch)
        });
        if is_tuple || has_parts {
            found.push(format!(
                "{} says {} in parts, which nothing moves: change it by hand on the hotfix branch",
                safe(path),
                look.from
            ));
        }
    }
    found.truncate(MAX);
    found
}

/// A sentence where Debian's changelog, which `dch` writes, has the old release on top.
pub(super) fn debian(look: &Look<'_>) -> Option<String> {
    let path = look.at("debian/changelog");
    let Some(File::Text(text)) = look.tree.read(&path) else { return None };
    let (version, _) = text.lines().next()?.split_once('(')?.1.split_once(')')?;
    let rest = version.strip_prefix(look.from)?;
    let next = shell_word(&format!("{}{rest}", look.to));
    let is_whole = rest.is_empty() || rest.starts_with(['-', '+', '~']);
    is_whole.then(|| format!("{path} still says {}: dch -v {next}", safe(version)))
}

/// How often a file is looked at: one that names the version more often is data.
const OFTEN: usize = 100;

/// A sentence for each line that is left, with the setting that would move it.
pub(super) fn notes(look: &Look<'_>, config: &config::Version) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    let listed = |path: &str| config.files.listed.iter().any(|file| file.path == path);
    let base = look.from;
    for path in look.tree.holding(base) {
        if !look.is_inside(&path) || is_quiet(look, &path) || listed(&path) {
            continue;
        }
        let Some(File::Text(text)) = look.tree.read(&path) else { continue };
        let manifest = super::read::read(&path, &text).unwrap_or_default();
        for range in find(&text, base).into_iter().take(OFTEN) {
            let is_need = manifest.iter().any(|leaf| {
                leaf.range.start <= range.start
                    && range.end <= leaf.range.end
                    && leaf.key.iter().any(|key| is_need(key))
            });
            let (at, line) = line_at(&text, range.start);
            if !is_need && is_version_like(line, base) {
                found.push(format!(
                    "{}:{at} still says {}{}",
                    safe(&path),
                    base,
                    cure(&path, &text, range.start, base)
                ));
            }
        }
    }
    let more = found.len().saturating_sub(MAX);
    found.truncate(MAX);
    if more > 0 {
        found.push(format!("{} more still name {}", count(more, "line"), base));
    }
    found
}

fn is_quiet(look: &Look<'_>, path: &str) -> bool {
    let name = file_name(path);
    let lower = name.to_lowercase();
    look.is_foreign(path)
        || LOCKS.contains(&name)
        || LISTS.contains(&name)
        || is_changelog(name)
        || is_changelog(path)
        || lower.starts_with("requirements")
        || lower.starts_with("changelog")
        || lower.starts_with("release")
        || lower.starts_with("license")
        || ENDS.iter().any(|end| lower.ends_with(end))
        || path
            .split('/')
            .any(|part| matches!(part, ".changeset" | "changelog.d" | "newsfragments" | "postmortems"))
}

pub(super) fn is_need(key: &str) -> bool {
    let lower = key.to_lowercase();
    let has_coordinates = key.ends_with(')') && key.contains(':');
    NEEDS.iter().any(|need| lower.starts_with(need) || lower.ends_with(need))
        || key == "uses"
        || has_coordinates
}

/// The number and the text of the line at a place.
pub(super) fn line_at(text: &str, at: usize) -> (usize, &str) {
    let head = text.get(..at).unwrap_or_default();
    let start = head.rfind('\n').map_or(0, |end| end + 1);
    let line = text.get(start..).and_then(|rest| rest.lines().next()).unwrap_or_default();
    (head.matches('\n').count() + 1, line)
}

/// A line that says which version this is, and not when something happened or what is needed.
fn is_version_like(line: &str, base: &str) -> bool {
    let lower = line.to_lowercase();
    if line.len() > 400 || PAST.iter().any(|word| lower.contains(word)) || line.trim_start().starts_with("| ")
    {
        return false;
    }
    let Some(range) = find(line, base).into_iter().next() else { return false };
    let before = line.get(..range.start).unwrap_or_default().trim_end_matches(['v', 'V']);
    if is_of_others(line, before) {
        return false;
    }
    let after = line.get(range.end..).unwrap_or_default();
    let is_quoted =
        before.ends_with(['"', '\'', '`', '>', '(']) && after.starts_with(['"', '\'', '`', '<', ')']);
    let is_assigned = before.trim_end().ends_with(['=', ':', '@']) || before.ends_with(['-', '/', '=']);
    let is_alone = line.trim().trim_start_matches('v') == base;
    lower.contains("version") || is_quoted || is_assigned || is_alone
}

/// Coordinates such as `org.example:lib:1.2.0`, and a plugin of Gradle's, are other people's.
fn is_of_others(line: &str, before: &str) -> bool {
    let word = before.rsplit(|c: char| c.is_whitespace() || "'\"(".contains(c)).next().unwrap_or_default();
    let is_coordinate = word.ends_with(':') && word.trim_end_matches(':').contains(':');
    let begins = |with: &&str| line.trim_start().starts_with(*with);
    is_coordinate || BEGIN.iter().any(begins) || NAMED.iter().any(|word| line.contains(word))
}

/// The line of configuration that would move it, where a search finds it once.
fn cure(path: &str, text: &str, at: usize, base: &str) -> String {
    let start = text.get(..at).and_then(|head| head.rfind('\n')).map_or(0, |end| end + 1);
    let (_, line) = line_at(text, at);
    let inside = at - start;
    let shown = |head: &str, tail: &str| format!("{head}{{current}}{tail}");
    let (Some(head), Some(tail)) = (line.get(..inside), line.get(inside + base.len()..)) else {
        return String::new();
    };
    let is_once =
        |search: &str| search::read(search, text).iter().filter(|leaf| leaf.says == base).count() == 1;
    let fits =
        |search: &String| is_once(search) && !search.contains('\'') && !search.contains("{current}{current}");
    // As little of the line as tells the place from the others.
    let word = |text: &str| text.rfind(char::is_whitespace).map_or(0, |at| at + 1);
    let last = head
        .trim_end()
        .get(word(head.trim_end())..)
        .map_or(head, |_| head.get(word(head.trim_end())..).unwrap_or(head));
    let next = tail.chars().next().map_or("", |c| tail.get(..c.len_utf8()).unwrap_or_default());
    let mut tries = vec![shown(last, next), shown(head.trim_start(), next)];
    tries.extend([8, 16, 32, 64].map(|n| shown(end_of(head, n), start_of(tail, n / 2))));
    tries.push(shown(head, tail));
    // What is printed is typed as it stands.
    tries.retain(|search| search.len() <= LONGEST && safe(search) == *search);
    let quoted = |search: &String| {
        if search.contains('\'') { None } else { Some(format!("'{search}'")) }
    };
    let plain = tries.iter().find(|search| fits(search)).and_then(quoted);
    let double = || {
        let search = tries.iter().find(|search| is_once(search))?;
        Some(format!("\"{}\"", search.replace('\\', "\\\\").replace('"', "\\\"")))
    };
    plain.or_else(double).map_or_else(String::new, |search| {
        format!("; to move it: version.files = [{{ path = \"{}\", search = {search} }}]", safe(path))
    })
}

/// At most so many bytes of the end of a text.
fn end_of(text: &str, n: usize) -> &str {
    let from = text.len().saturating_sub(n);
    (from..=text.len()).find_map(|at| text.get(at..)).unwrap_or_default()
}

/// At most so many bytes of its beginning.
fn start_of(text: &str, n: usize) -> &str {
    (0..=n.min(text.len())).rev().find_map(|at| text.get(..at)).unwrap_or_default()
}
