//! What still names the old version after a bump.

use super::changelog::is_changelog;
use super::leaf::find;
use super::look::is_foreign;
use crate::model::path::{file_name, is_below};

use super::tree::{File, Tree};
use super::{Release, search};
use crate::config;
use crate::model::text::{count, safe, shorten};

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
const NEEDS: [&str; 8] =
    ["dependencies", "requires", "engines", "resolutions", "overrides", "dependency", "plugin", "require"];

/// A sentence for each line that is left, with the setting that would move it.
pub(super) fn notes(tree: &dyn Tree, config: &config::Version, release: &Release<'_>) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    let listed = |path: &str| config.files.listed.iter().any(|file| file.path == path);
    for path in tree.holding(release.base) {
        if !is_below(&path, release.dir) || is_quiet(&path) || listed(&path) {
            continue;
        }
        let Some(File::Text(text)) = tree.read(&path) else { continue };
        let manifest = super::read::read(&path, &text).unwrap_or_default();
        for range in find(&text, release.base) {
            let is_need = manifest.iter().any(|leaf| {
                leaf.range.start <= range.start
                    && range.end <= leaf.range.end
                    && leaf.key.iter().any(|key| is_need(key))
            });
            let (at, line) = line_at(&text, range.start);
            if !is_need && is_version_like(line, release.base) {
                found.push(format!(
                    "{}:{at} still says {}{}",
                    safe(&path),
                    release.base,
                    cure(&path, &text, range.start, release.base)
                ));
            }
        }
    }
    let more = found.len().saturating_sub(MAX);
    found.truncate(MAX);
    if more > 0 {
        found.push(format!("{} more still name {}", count(more, "line"), release.base));
    }
    found
}

fn is_quiet(path: &str) -> bool {
    let name = file_name(path);
    let lower = name.to_lowercase();
    is_foreign(path)
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

fn is_need(key: &str) -> bool {
    let lower = key.to_lowercase();
    NEEDS.iter().any(|need| lower.starts_with(need) || lower.ends_with(need)) || key == "uses"
}

/// The number and the text of the line at a place.
fn line_at(text: &str, at: usize) -> (usize, &str) {
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
    let after = line.get(range.end..).unwrap_or_default();
    let is_quoted =
        before.ends_with(['"', '\'', '`', '>', '(']) && after.starts_with(['"', '\'', '`', '<', ')']);
    let is_assigned = before.trim_end().ends_with(['=', ':', '@']) || before.ends_with(['-', '/', '=']);
    let is_alone = line.trim().trim_start_matches('v') == base;
    lower.contains("version") || is_quoted || is_assigned || is_alone
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
    let tries = [shown(last, next), shown(head.trim_start(), next), shown(head, tail)];
    let quoted = |search: &String| {
        if search.contains('\'') { None } else { Some(format!("'{search}'")) }
    };
    let plain = tries.iter().find(|search| fits(search)).and_then(quoted);
    let double = || {
        let search = tries.iter().find(|search| is_once(search))?;
        Some(format!("\"{}\"", search.replace('\\', "\\\\").replace('"', "\\\"")))
    };
    plain.or_else(double).map_or_else(String::new, |search| {
        format!(
            "; to move it: version.files = [{{ path = \"{}\", search = {} }}]",
            safe(path),
            shorten(&safe(&search), 120)
        )
    })
}
