//! What still names the old version after a bump.

use super::changelog::is_changelog;
use super::leaf::find;
use super::look::Look;
use super::search;
use super::tree::File;
use crate::model::path::file_name;
use crate::model::text::safe;
use std::collections::BTreeSet;
use std::ops::Range;

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
/// Ends of documents.
const DOCUMENTS: [&str; 7] = ["md", "markdown", "rst", "txt", "adoc", "html", "in"];
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
/// Beginnings of lines that name the version of a file's form.
const FORMS: [&str; 6] = ["cff-version", "openapi:", "swagger:", "asyncapi:", "apiVersion", "schemaVersion"];
const NAMED: [&str; 5] = [
    "PackageReference",
    "PackageVersion",
    "add_dependency",
    "add_development_dependency",
    "add_runtime_dependency",
];
/// The longest search that is printed.
const LONGEST: usize = 100;

/// How often a file is looked at: one that names the version more often is data.
const OFTEN: usize = 100;

/// A sentence for each line that is left, with the setting that would move it; what is made up comes last.
/// `before` is the tree that such a setting is looked up in.
pub(super) fn notes(look: &Look<'_>, before: &Look<'_>) -> Vec<String> {
    let (mut found, mut made_up): (Vec<String>, Vec<String>) = (Vec::new(), Vec::new());
    let own = Own::new(look);
    for path in look.tree.holding(look.from) {
        if !look.is_inside(&path) || is_quiet(look, &path) {
            continue;
        }
        let Some(File::Text(text)) = look.tree.read(&path) else { continue };
        let Some(File::Text(old)) = before.tree.read(&path) else { continue };
        let manifest = super::read::read(&path, &text).unwrap_or_default();
        for (range, says) in named(&text, look.from).into_iter().take(OFTEN) {
            let is_need = manifest.iter().any(|leaf| {
                leaf.range.start <= range.start
                    && range.end <= leaf.range.end
                    && leaf.key.iter().any(|key| is_need(key))
            });
            let (at, line) = line_at(&text, range.start);
            let inside = line.len().min(range.start - start_of_line(&text, range.start));
            let is_list = LISTS.contains(&file_name(&path));
            if is_need
                || (is_list && !own.is_called(line))
                || !own.is_version_like((&path, line), inside, &says)
            {
                continue;
            }
            let cure = cure(&path, (&text, &old), range.start, look.from);
            let place = if look.is_made_up(&path) { &mut made_up } else { &mut found };
            place.push(format!("{}:{at}{SAYS}{says}{cure}", safe(&path)));
        }
    }
    found.append(&mut made_up);
    found
}

/// Whether a sentence is about a line that is left: there may be many.
pub fn is_left(sentence: &str) -> bool {
    sentence.contains(SAYS)
}

/// How each of these sentences goes on behind the place.
const SAYS: &str = " still says ";

/// Where a text has the version, and how: whole, with a last number that is zero, or with the revision of a
/// package.
fn named(text: &str, base: &str) -> Vec<(Range<usize>, String)> {
    let is_part = |c: char| c.is_alphanumeric() || matches!(c, '.' | '-');
    let starts = |at: usize| {
        let head = text.get(..at).unwrap_or_default();
        let plain = head.strip_suffix(['v', 'V']).unwrap_or(head);
        !plain.ends_with(is_part) || head.ends_with('-')
    };
    let more = |rest: &str| {
        let end = rest.find(|c: char| !is_part(c)).unwrap_or(rest.len());
        let more = rest.get(..end)?.trim_end_matches(['.', '-']);
        let is_revision = more.strip_prefix('-').is_some_and(|n| n.chars().all(|c| c.is_ascii_digit()));
        (more == ".0" || (is_revision && more.len() > 1)).then(|| more.to_owned())
    };
    let longer = text.match_indices(base).filter_map(|(at, _)| {
        let says = format!("{base}{}", more(text.get(at + base.len()..)?)?);
        starts(at).then(|| (at..at + says.len(), says))
    });
    let whole = find(text, base).into_iter().map(|range| (range, base.to_owned()));
    let mut all: Vec<(Range<usize>, String)> = whole.chain(longer).collect();
    all.sort_by_key(|(range, _)| range.start);
    all
}

pub(super) fn is_quiet(look: &Look<'_>, path: &str) -> bool {
    let name = file_name(path);
    let lower = name.to_lowercase();
    // What is run or read by programs is no document, whatever it is called.
    let is_document = |word: &str| {
        lower.starts_with(word) && lower.rsplit_once('.').is_none_or(|(_, end)| DOCUMENTS.contains(&end))
    };
    look.is_foreign(path)
        || LOCKS.contains(&name)
        || is_changelog(name)
        || is_changelog(path)
        || ["requirements", "changelog", "release", "license"].into_iter().any(is_document)
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

fn start_of_line(text: &str, at: usize) -> usize {
    text.get(..at).and_then(|head| head.rfind('\n')).map_or(0, |end| end + 1)
}

/// The number and the text of the line at a place.
pub(super) fn line_at(text: &str, at: usize) -> (usize, &str) {
    let head = text.get(..at).unwrap_or_default();
    let line = text.get(start_of_line(text, at)..).and_then(|rest| rest.lines().next()).unwrap_or_default();
    (head.matches('\n').count() + 1, line)
}

/// What the repository's packages are called, and the groups they are in.
struct Own {
    names: BTreeSet<String>,
    groups: BTreeSet<String>,
}

impl Own {
    fn new(look: &Look<'_>) -> Self {
        let (names, groups) = super::named::names(look);
        Self { names: names.iter().map(|name| name.to_lowercase()).collect(), groups }
    }

    /// A line that says which version this is, and not when something happened or what is needed. The version is
    /// at `at` in it.
    fn is_version_like(&self, (path, line): (&str, &str), at: usize, says: &str) -> bool {
        let lower = line.to_lowercase();
        if line.len() > 400 || PAST.iter().any(|word| lower.contains(word)) || !is_row_of_now(line) {
            return false;
        }
        let emphasis = |c: char| matches!(c, '*' | '_');
        let before =
            line.get(..at).unwrap_or_default().trim_end_matches(['v', 'V']).trim_end_matches(emphasis);
        if self.is_of_others((path, line), before)
            || FORMS.iter().any(|form| line.trim_start().starts_with(form))
        {
            return false;
        }
        let after = line.get(at + says.len()..).unwrap_or_default().trim_start_matches(emphasis);
        let is_quoted =
            before.ends_with(['"', '\'', '`', '>', '(']) && after.starts_with(['"', '\'', '`', '<', ')']);
        let is_assigned = before.trim_end().ends_with(['=', ':', '@']) || before.ends_with(['-', '/', '=']);
        let is_alone = line.trim().trim_start_matches('v') == says;
        let is_said =
            lower.contains("version") || lower.contains("ac_init") || line.trim_start().starts_with("| ");
        is_said || is_quoted || is_assigned || is_alone
    }

    /// Coordinates such as `org.example:lib:1.2.0`, and a plugin of Gradle's, are other people's, but for those of
    /// the repository's own packages.
    fn is_of_others(&self, (path, line): (&str, &str), before: &str) -> bool {
        let ends = |c: char| c.is_whitespace() || "'\"(`".contains(c);
        let word = before.rsplit(ends).next().unwrap_or_default();
        if let Some((group, name)) = word.strip_suffix(':').and_then(|word| word.split_once(':')) {
            if self.names.is_empty() {
                // Documents tell how to get the package that they are about.
                return !DOCUMENTS.iter().any(|end| path.ends_with(&format!(".{end}")));
            }
            let is_own = self.groups.is_empty() || self.groups.contains(group);
            return !(is_own && self.names.contains(&name.to_lowercase()));
        }
        let begins = |with: &&str| line.trim_start().starts_with(*with);
        let is_need = BEGIN.iter().any(begins) || NAMED.iter().any(|word| line.contains(word));
        is_need
            && !line
                .split(['"', '\''])
                .skip(1)
                .step_by(2)
                .any(|quoted| self.names.contains(&quoted.to_lowercase()))
    }

    /// Whether the key of a line is that of this program's version, in a list of other people's.
    fn is_called(&self, line: &str) -> bool {
        let key = line.split('=').next().unwrap_or_default().trim().to_lowercase();
        let joined: String = key.chars().filter(|c| c.is_alphanumeric()).collect();
        let ours = ["app", "project"].into_iter().chain(self.names.iter().map(String::as_str));
        ["versionname", "appversion", "projectversion"].iter().any(|end| joined.ends_with(end))
            || ours.into_iter().any(|name| key == name)
    }
}

/// A row of a table tells of the past, but for one that only says which version this is.
fn is_row_of_now(line: &str) -> bool {
    let Some(inside) = line.trim().strip_prefix("| ") else { return true };
    let cells: Vec<&str> = inside.trim_end_matches('|').split('|').map(str::trim).collect();
    let label = cells.first().map(|cell| cell.to_lowercase()).unwrap_or_default();
    cells.len() == 2 && ["version", "release", "current", "latest"].iter().any(|word| label.contains(word))
}

/// The line of configuration that would move it, where a search finds it once: in the text as it is now, and in
/// the one before, which such a line is held against.
fn cure(path: &str, (text, old): (&str, &str), at: usize, base: &str) -> String {
    let (_, line) = line_at(text, at);
    let inside = at - start_of_line(text, at);
    let shown = |head: &str, tail: &str| format!("{head}{{current}}{tail}");
    let (Some(head), Some(tail)) = (line.get(..inside), line.get(inside + base.len()..)) else {
        return String::new();
    };
    let count =
        |search: &str, text: &str| search::read(search, text).iter().filter(|leaf| leaf.says == base).count();
    let is_once = |search: &String| count(search, text) == 1 && count(search, old) == 1;
    // As little of the line as tells the place from the others.
    let word = head.trim_end().rfind(char::is_whitespace).map_or(0, |at| at + 1);
    let last = head.get(word..).unwrap_or(head);
    let next = tail.chars().next().map_or("", |c| tail.get(..c.len_utf8()).unwrap_or_default());
    let mut tries = vec![shown(last, next), shown(head.trim_start(), next)];
    tries.extend([8, 16, 32, 64].map(|n| shown(end_of(head, n), start_of(tail, n / 2))));
    tries.push(shown(head, tail));
    // What is printed is typed as it stands.
    tries.retain(|search| search.len() <= LONGEST && safe(search) == *search);
    // A line that is the end of another one, too, is told from it by where it begins.
    tries.push(format!("\n{}", shown(head, next)));
    let plain = tries.iter().find(|search| !search.contains(['\'', '\n']) && is_once(search));
    let double = || {
        let search = tries.iter().find(|search| is_once(search))?;
        Some(format!("\"{}\"", search.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")))
    };
    plain.map(|search| format!("'{search}'")).or_else(double).map_or_else(String::new, |search| {
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
