//! Entries that wait for their release in files of their own, as towncrier and scriv keep them:
//! `newsfragments/12.bugfix.rst`.

use super::super::leaf::word;
use super::super::read::read;
use super::super::tree::{File, Tree};
use crate::model::path::{file_name, join, parent};

/// Where such files are by default, below the package.
const PLACES: [&str; 4] = ["newsfragments", "changelog.d", "news.d", "changes.d"];

/// What a file can be about, in its name.
const KINDS: [&str; 16] = [
    "bugfix",
    "fix",
    "fixed",
    "bug",
    "security",
    "feature",
    "added",
    "changed",
    "change",
    "improvement",
    "deprecation",
    "deprecated",
    "removal",
    "removed",
    "misc",
    "doc",
];

/// Such a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in super::super) struct Fragment {
    pub(in super::super) path: String,
    pub(in super::super) is_security: bool,
    /// The entry, in the markup of the changelog, with the issue that the file is named for.
    pub(in super::super) entry: String,
}

/// The files that the hotfix added.
pub(in super::super) fn added(tree: &dyn Tree, before: &dyn Tree, dir: &str) -> Vec<Fragment> {
    let told = Told::read(tree, dir);
    let is_place = |path: &&String| {
        let place = parent(path);
        told.place.as_deref() == Some(place) || PLACES.iter().any(|known| join(dir, known) == place)
    };
    let is_new = |path: &&String| before.read(path).is_none();
    let named = tree.paths().iter().filter(is_place).filter(|path| kind(path).is_some()).filter(is_new);
    named.filter_map(|path| told.fragment(tree, path)).collect()
}

/// What kind of change a file is about, by the second part of its name.
fn kind(path: &str) -> Option<&str> {
    file_name(path).split('.').nth(1).filter(|kind| KINDS.contains(kind))
}

/// What towncrier is told.
struct Told {
    place: Option<String>,
    issue: String,
}

impl Told {
    fn read(tree: &dyn Tree, dir: &str) -> Self {
        let leaves = ["towncrier.toml", "pyproject.toml"]
            .into_iter()
            .find_map(|name| match tree.read(&join(dir, name)) {
                Some(File::Text(text)) => read(name, &text)
                    .ok()
                    .filter(|all| all.iter().any(|leaf| leaf.key.iter().any(|k| k == "towncrier"))),
                _ => None,
            })
            .unwrap_or_default();
        let value = |key: &str| word(&leaves, &["tool", "towncrier", key]);
        let place = value("directory").map(|place| join(dir, place.trim_matches(['.', '/'])));
        Self { place, issue: value("issue_format").unwrap_or("#{issue}").to_owned() }
    }

    fn fragment(&self, tree: &dyn Tree, path: &str) -> Option<Fragment> {
        let Some(File::Text(text)) = tree.read(path) else { return None };
        let said = text.trim().trim_start_matches(['-', '*']).trim_start();
        let issue = file_name(path).split('.').next().filter(|issue| !issue.starts_with('+'));
        let number = issue.filter(|issue| issue.chars().all(|c| c.is_ascii_digit()));
        let link = number.map(|number| format!(" ({})", self.issue.replace("{issue}", number)));
        // Further lines are indented, so that they stay part of the entry.
        let lines: Vec<&str> = said.lines().map(str::trim).collect();
        let entry = format!("{}{}", lines.join("\n  "), link.unwrap_or_default());
        let is_security = kind(path) == Some("security");
        (!said.is_empty()).then(|| Fragment { path: path.to_owned(), is_security, entry })
    }
}
