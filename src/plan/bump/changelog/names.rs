//! What changelogs are called, and where they are.

/// The names a changelog goes by, the usual ones first, without case.
const STEMS: [&str; 9] = [
    "changelog",
    "changes",
    "history",
    "news",
    "releases",
    "release_notes",
    "release-notes",
    "releasenotes",
    "change_log",
];

/// What follows the name, the usual ones first.
const ENDINGS: [&str; 8] = [".md", "", ".rst", ".txt", ".adoc", ".asciidoc", ".markdown", ".rdoc"];

/// Where it is below the package, the usual place first.
const PLACES: [&str; 5] = ["", "docs", "doc", "docs/source", "doc/source"];

/// How unusual a name is for a changelog; `None` where it is not one.
fn rank(name: &str) -> Option<(usize, usize)> {
    let lower = name.to_lowercase();
    let (at, rest) = STEMS.iter().enumerate().find_map(|(at, stem)| Some((at, lower.strip_prefix(stem)?)))?;
    let ending = ENDINGS.iter().position(|ending| *ending == rest)?;
    // A word for a directory of downloads, or for many another thing.
    let is_vague = lower == "releases" || lower == "releases.txt";
    (!is_vague).then_some((at, ending))
}

/// Whether a file is called like a changelog.
pub(in super::super) fn is_changelog(name: &str) -> bool {
    rank(name).is_some() || name == "debian/changelog"
}

/// The paths of the changelogs in a directory and in its `docs`, the one that counts first.
pub(in super::super) fn paths<'a>(dir: &str, tracked: &'a [String]) -> Vec<&'a str> {
    let mut found = Vec::new();
    for path in tracked {
        let rest = if dir.is_empty() {
            Some(path.as_str())
        } else {
            path.strip_prefix(dir).and_then(|r| r.strip_prefix('/'))
        };
        let Some((place, name)) = rest.map(|rest| rest.rsplit_once('/').unwrap_or(("", rest))) else {
            continue;
        };
        let far = PLACES.iter().position(|known| known.eq_ignore_ascii_case(place));
        found.extend(far.and_then(|far| Some(((far, rank(name)?), path.as_str()))));
    }
    found.sort_unstable();
    found.into_iter().map(|(_, path)| path).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_usual_name_counts_first() {
        let tracked = [
            "CHANGELOG.adoc",
            "NEWS",
            "RELEASE_NOTES.md",
            "docs/CHANGELOG.md",
            "docs/source/changes.rst",
            "Release-Notes.txt",
            "releases",
            "src/changelog.rs",
            "changelog-template.md",
        ]
        .map(str::to_owned);
        let expected = [
            "CHANGELOG.adoc",
            "NEWS",
            "RELEASE_NOTES.md",
            "Release-Notes.txt",
            "docs/CHANGELOG.md",
            "docs/source/changes.rst",
        ];
        assert_eq!(paths("", &tracked), expected);
        assert!(is_changelog("debian/changelog") && is_changelog("ReleaseNotes.md"));
        assert!(!is_changelog("changelog-template.md") && !is_changelog("newsletter.md"));
    }
}
