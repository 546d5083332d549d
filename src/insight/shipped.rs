//! Whether what was tested is what was shipped, answer by answer.

use crate::model::oid::Oid;
use crate::model::text::{count, first, list};
use serde::Serialize;

/// Answers that were given for one tree, held against the tree of the release.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Tested {
    pub tree: Oid,
    /// The items that were answered for it.
    pub checks: Vec<String>,
    /// The files of the release that differ; `None` when that tree is not here any more.
    pub differs: Option<Vec<String>>,
    /// Files that differ in the release's own number, or are its release notes.
    pub version_files: Vec<String>,
}

/// Whether two texts differ only in the number of the release.
pub fn only_the_version(old: &[u8], new: &[u8], from: &str, to: &str) -> bool {
    let (Ok(old), Ok(new)) = (std::str::from_utf8(old), std::str::from_utf8(new)) else { return false };
    !from.is_empty()
        && old.lines().count() == new.lines().count()
        && old.lines().zip(new.lines()).all(|(a, b)| a == b || a.replace(from, to) == b)
}

/// Whether a file holds release notes.
pub fn is_notes(path: &str, changelog: Option<&str>) -> bool {
    let file = path.rsplit('/').next().unwrap_or(path).to_ascii_lowercase();
    let (name, end) = file.split_once('.').unwrap_or((&file, ""));
    let is_named = ["changelog", "changes", "history", "news", "releases"].contains(&name);
    changelog == Some(path) || (is_named && ["", "md", "rst", "txt"].contains(&end))
}

/// What is to be said: nothing where all of it was tested.
pub fn sentences(tested: &[Tested], tag: &str) -> Vec<String> {
    tested
        .iter()
        .filter_map(|t| {
            let (checks, tree) = (list(&t.checks), t.tree.short());
            match t.differs.as_deref() {
                Some([]) => None,
                None => {
                    Some(format!("{checks}: answered for {tree}, which is not here to compare with {tag}"))
                }
                Some(files) => {
                    let (n, paths) = (count(files.len(), "file"), first(files, 4));
                    Some(format!("{checks}: answered for {tree}; {tag} differs in {n}: {paths}"))
                }
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tested(differs: Option<&[&str]>) -> Tested {
        let own = |files: &[&str]| files.iter().map(|f| (*f).to_owned()).collect();
        Tested {
            tree: Oid::parse(&"ab".repeat(20)).unwrap(),
            checks: vec!["tests".into(), "staging".into()],
            differs: differs.map(own),
            version_files: vec![],
        }
    }

    #[test]
    fn a_difference_is_named_by_file() {
        assert!(sentences(&[tested(Some(&[]))], "v1.2.1").is_empty());
        assert_eq!(
            sentences(&[tested(Some(&["a.rs", "b.rs"]))], "v1.2.1"),
            ["tests and staging: answered for abababa; v1.2.1 differs in 2 files: a.rs, b.rs"]
        );
        let many = sentences(&[tested(Some(&["a", "b", "c", "d", "e", "f"]))], "v1.2.1");
        assert!(many[0].ends_with("a, b, c, d and 2 more"), "{many:?}");
        assert!(sentences(&[tested(None)], "v1.2.1")[0].contains("not here"));
    }

    #[test]
    fn the_number_of_the_release_is_no_difference() {
        let same = |a: &str, b: &str| only_the_version(a.as_bytes(), b.as_bytes(), "1.2.0", "1.2.1");
        assert!(same("x\nversion = \"1.2.0\"\n", "x\nversion = \"1.2.1\"\n"));
        assert!(!same("version = \"1.2.0\"\n", "version = \"1.2.1\"\nmore\n"));
        assert!(!same("a\n", "b\n"));
        assert!(!only_the_version(&[0xff], &[0xff], "1", "2"));
        assert!(
            is_notes("docs/CHANGELOG.md", None)
                && is_notes("NEWS", Some("NEWS"))
                && !is_notes("src/changelog_test.rs", None)
        );
    }
}
