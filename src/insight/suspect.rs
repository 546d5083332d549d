//! Which lines of a fix say where its fault came from, and when two changes are the same.

use super::audit::spelling::{PICKED, REVERTS, named_after};
use super::presence::weight::{Weight, weight};
use crate::config::Guard;
use crate::model::oid::Oid;
use crate::model::patch::{FilePatch, Hunk};
use crate::model::trailer;
use serde::{Deserialize, Serialize};

/// Why lines were chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum By {
    /// The fix changes or removes them.
    Changed,
    /// The fix only adds: they stand around what it adds.
    Around,
    /// A file without lines: whoever changed it last.
    File,
}

/// Lines of one file as it was before the fix.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lines {
    pub path: String,
    /// First and last, counted from 1; empty for a file without lines.
    pub ranges: Vec<(usize, usize)>,
    pub by: By,
}

/// The lines to ask about: those that the fix changes or removes; where it only adds, the ones
/// around. Tests and what does not count for the size are left out unless there is nothing else.
pub fn lines(patch: &[FilePatch], guard: &Guard, version: Option<&str>) -> Vec<Lines> {
    let code = weighty(patch, guard, version);
    let opaque = |f: &&&FilePatch| f.opaque && f.old.is_some();
    let mut chosen: Vec<Lines> = code.iter().filter(opaque).filter_map(|f| of(f, By::File, &[])).collect();
    for (by, ranges) in
        [(By::Changed, changed as fn(&FilePatch, Option<&str>) -> Vec<(usize, usize)>), (By::Around, around)]
    {
        let found: Vec<Lines> = code.iter().filter_map(|f| of(f, by, &ranges(f, version))).collect();
        if !found.is_empty() {
            chosen.extend(found);
            break;
        }
    }
    chosen
}

/// The files that make the change what it is: no tests, documents, CI or paperwork, unless there is
/// nothing else, and none in which only the release's own number changes.
pub fn weighty<'a>(patch: &'a [FilePatch], guard: &Guard, version: Option<&str>) -> Vec<&'a FilePatch> {
    let bump = |f: &&FilePatch| !f.hunks.is_empty() && f.hunks.iter().all(|h| is_version(h, version));
    let rest: Vec<&FilePatch> = patch.iter().filter(|f| !bump(f)).collect();
    let of = |least: Weight| -> Vec<&FilePatch> {
        rest.iter().copied().filter(|f| weight(f.path(), guard) >= least).collect()
    };
    let found = [of(Weight::Code), of(Weight::Beside), rest.clone()];
    found.into_iter().find(|files| !files.is_empty()).unwrap_or_default()
}

fn of(file: &FilePatch, by: By, ranges: &[(usize, usize)]) -> Option<Lines> {
    let wanted = by == By::File || !ranges.is_empty();
    let path = file.old.clone().filter(|_| wanted)?;
    Some(Lines { path, ranges: ranges.to_vec(), by })
}

/// Lines that say something, and are not just the number of the release.
fn changed(file: &FilePatch, version: Option<&str>) -> Vec<(usize, usize)> {
    let mut ranges: Vec<(usize, usize)> = Vec::new();
    for hunk in file.hunks.iter().filter(|h| !is_version(h, version)) {
        for (n, line) in hunk.removed.iter().enumerate() {
            if !line.chars().any(char::is_alphanumeric) {
                continue;
            }
            let at = hunk.at + n;
            match ranges.last_mut() {
                Some((_, last)) if *last + 1 == at => *last = at,
                _ => ranges.push((at, at)),
            }
        }
    }
    ranges
}

/// The line in front of an addition and the one behind it.
fn around(file: &FilePatch, version: Option<&str>) -> Vec<(usize, usize)> {
    let hunks = file.hunks.iter().filter(|h| !is_version(h, version));
    // The end of a file cuts the range short by itself.
    hunks.map(|h| (h.at.max(1), h.at.max(1) + h.removed.len().max(1))).collect()
}

/// Whether a hunk only changes the release's own version number.
fn is_version(hunk: &Hunk, version: Option<&str>) -> bool {
    let Some(version) = version else { return false };
    let same = |(old, new): (&String, &String)| {
        let mut rest = Some(new.as_str());
        let parts: Vec<&str> = old.split(version).collect();
        for (n, part) in parts.iter().enumerate() {
            rest = rest
                .and_then(|r| if n == 0 { r.strip_prefix(part) } else { skip_version(r).strip_prefix(part) });
        }
        parts.len() > 1 && rest == Some("")
    };
    !hunk.removed.is_empty()
        && hunk.removed.len() == hunk.added.len()
        && hunk.removed.iter().zip(&hunk.added).all(same)
}

fn skip_version(text: &str) -> &str {
    text.trim_start_matches(|c: char| c.is_ascii_digit() || c == '.')
}

/// The commits that a message says it takes back, and the releases between which it says so.
pub fn takes_back(message: &str) -> (Vec<Oid>, Option<(String, String)>) {
    let commits = named_after(message, REVERTS).into_iter().filter_map(Oid::parse).collect();
    let releases = message.lines().next().and_then(|subject| {
        let (undone, back_to) = subject.strip_prefix("Roll back ")?.split_once(" to ")?;
        let is_ours = trailer::values(message, trailer::ROLLBACK).contains(&undone);
        is_ours.then(|| (undone.to_owned(), back_to.to_owned()))
    });
    (commits, releases)
}

/// The commits that a message says it is a copy of.
pub fn copies(message: &str) -> Vec<Oid> {
    named_after(message, PICKED).into_iter().filter_map(Oid::parse).collect()
}

/// What a change is, apart from where it stands: the same for a cherry-pick of it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Essence(Vec<(String, Vec<String>, Vec<String>)>);

impl Essence {
    /// Of a change as far as it touches `paths`; `None` when it has no line there.
    pub fn of(patch: &[FilePatch], paths: &[&str]) -> Option<Self> {
        let mut files: Vec<(String, Vec<String>, Vec<String>)> = Vec::new();
        for file in patch
            .iter()
            .filter(|f| paths.contains(&f.path()) || f.old.as_deref().is_some_and(|p| paths.contains(&p)))
        {
            let bare = |l: &String| l.chars().filter(|c| !c.is_whitespace()).collect::<String>();
            let all = |side: fn(&Hunk) -> &Vec<String>| -> Vec<String> {
                file.hunks.iter().flat_map(side).map(bare).filter(|l| !l.is_empty()).collect()
            };
            let (removed, added) = (all(|h| &h.removed), all(|h| &h.added));
            if !removed.is_empty() || !added.is_empty() {
                files.push((file.path().to_owned(), removed, added));
            }
        }
        files.sort();
        (!files.is_empty()).then_some(Self(files))
    }

    /// The change that takes this one back.
    #[must_use]
    pub fn inverse(&self) -> Self {
        Self(
            self.0
                .iter()
                .map(|(path, removed, added)| (path.clone(), added.clone(), removed.clone()))
                .collect(),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Limit;

    fn file(path: &str, hunks: Vec<Hunk>) -> FilePatch {
        FilePatch { old: Some(path.into()), new: Some(path.into()), opaque: false, hunks }
    }

    fn hunk(at: usize, removed: &[&str], added: &[&str]) -> Hunk {
        let own = |lines: &[&str]| lines.iter().map(|l| (*l).to_owned()).collect();
        Hunk { at, removed: own(removed), added: own(added) }
    }

    fn guard() -> Guard {
        let none = Limit { lines: 0, files: 0 };
        Guard { warn: none, block: none, ignore: vec!["*.lock".into()], sensitive: vec![] }
    }

    type Chosen = (String, Vec<(usize, usize)>, By);

    fn ranges(patch: &[FilePatch], version: Option<&str>) -> Vec<Chosen> {
        lines(patch, &guard(), version).into_iter().map(|l| (l.path, l.ranges, l.by)).collect()
    }

    #[test]
    fn changed_lines_count_and_additions_beside_them_do_not() {
        let fix = [
            file("a.rs", vec![hunk(3, &["x", "}", "y", "z"], &["w"]), hunk(20, &[], &["new"])]),
            file("b.rs", vec![hunk(7, &[], &["use x;"])]),
            file("tests/a.rs", vec![hunk(1, &["old"], &["new"])]),
        ];
        assert_eq!(ranges(&fix, None), [("a.rs".into(), vec![(3, 3), (5, 6)], By::Changed)]);
        assert_eq!(ranges(&fix[1..2], None), [("b.rs".into(), vec![(7, 8)], By::Around)]);
        assert_eq!(
            ranges(&fix[2..], None),
            [("tests/a.rs".into(), vec![(1, 1)], By::Changed)],
            "nothing else"
        );
        let at_the_top = [file("a.rs", vec![hunk(0, &[], &["x"])])];
        assert_eq!(ranges(&at_the_top, None)[0].1, [(1, 2)]);
        let closing = [file("a.rs", vec![hunk(4, &["}"], &["else {", "}"])])];
        assert_eq!(ranges(&closing, None)[0].1, [(4, 5)], "a brace says nothing; what is around it may");
    }

    #[test]
    fn new_and_opaque_files() {
        let new = FilePatch {
            old: None,
            new: Some("n.rs".into()),
            opaque: false,
            hunks: vec![hunk(0, &[], &["x"])],
        };
        assert!(ranges(std::slice::from_ref(&new), None).is_empty());
        let logo = FilePatch { opaque: true, ..file("logo.png", vec![]) };
        assert_eq!(ranges(&[new, logo], None), [("logo.png".into(), vec![], By::File)]);
    }

    #[test]
    fn the_releases_own_number_is_no_fault() {
        let bump = |old: &str, new: &str| [file("Cargo.toml", vec![hunk(3, &[old], &[new])])];
        assert!(ranges(&bump("version = \"1.2.0\"", "version = \"1.2.1\""), Some("1.2.0")).is_empty());
        let other = bump("lib = \"4.17.20\"", "lib = \"4.17.21\"");
        assert_eq!(ranges(&other, Some("1.2.0"))[0].1, [(3, 3)]);
    }

    #[test]
    fn messages_tell_of_other_commits() {
        let (a, b) = ("a".repeat(40), "b".repeat(40));
        let (commits, none) =
            takes_back(&format!("Revert\n\nThis reverts commit {a}, reversing\nchanges made to {b}.\n"));
        assert_eq!((commits[0].as_str(), commits.len(), none), (a.as_str(), 1, None));
        let ours = "Roll back v1.2.1 to v1.2.0\n\ntext\n\nRollback: v1.2.1\n";
        assert_eq!(takes_back(ours).1, Some(("v1.2.1".into(), "v1.2.0".into())));
        assert_eq!(takes_back("Roll back v1 to v0\n"), (vec![], None));
        assert_eq!(copies(&format!("x\n\n(cherry picked from commit {b})\n"))[0].as_str(), b);
    }

    #[test]
    fn a_cherry_pick_is_the_same_change() {
        let one = [file("a.rs", vec![hunk(3, &["\tx"], &["y"])])];
        let moved = [
            file("a.rs", vec![hunk(90, &["    x"], &["y", ""])]),
            file("CHANGES", vec![hunk(1, &[], &["z"])]),
        ];
        let of = |p: &[FilePatch]| Essence::of(p, &["a.rs"]);
        assert_eq!(of(&one), of(&moved));
        assert_ne!(of(&one), of(&[file("a.rs", vec![hunk(3, &["x"], &["z"])])]));
        assert_eq!(Essence::of(&one, &["b.rs"]), None);
        let back = [file("a.rs", vec![hunk(3, &["y"], &["x"])])];
        assert_eq!(of(&one).map(|e| e.inverse()), of(&back));
    }
}
