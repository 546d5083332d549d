//! Sections that were begun before their release: what is in them, and what becomes of them.

use super::fixture::{AUTO, Files, released};
use super::{Tree, moves_only, places, resolve};

const PATH: &str = "CHANGELOG.md";

/// The changelog of 1.2.1 after a hotfix that turned one into the other, and what is noted.
fn hotfixed(before: &str, now: &str) -> (String, Vec<String>) {
    let (tree, before) = (Files::new(&[(PATH, now)]), Files::new(&[(PATH, before)]));
    let done = released(&AUTO, &tree as &dyn Tree, &before, ("1.2.0", "1.2.1"));
    (done.edits.first().map_or_else(|| now.to_owned(), |edit| edit.new.clone()), done.notes)
}

/// As [`hotfixed`], where the hotfix wrote an entry of its own.
fn own(before: &str, now: &str) -> String {
    let (new, notes) = hotfixed(before, now);
    assert_eq!(notes, Vec::<String>::new(), "{now}");
    new
}

/// What a changelog of the target becomes when this release is merged into it.
fn merged(base: &str, ours: &str, theirs: &str) -> Option<String> {
    let tree = Files::new(&[(PATH, theirs)]);
    resolve(PATH, base, ours, theirs, &places(&tree, &AUTO, "", "1.2.1"))
}

const ZEST: &str = "Changelog\n=========\n\n1.2.1 (unreleased)\n------------------\n\n- Nothing changed \
                    yet.\n\n\n1.2.0 (2026-01-02)\n------------------\n\n- Old.\n";

#[test]
fn a_section_that_was_begun_for_the_release_gets_its_date() {
    let fixed = ZEST.replace("Nothing changed yet", "Fix the till");
    assert_eq!(own(ZEST, &fixed), fixed.replace("1.2.1 (unreleased)", "1.2.1 (2026-02-01)"));
    // Also with entries from before, and where the title is the entry.
    let kept = "## [1.2.1] - Unreleased\n\n### Added\n\n- C.\n\n### Fixed\n\n- D.\n\n## [1.2.0] - \
                2026-01-02\n\n### Fixed\n\n- B.\n";
    let now = kept.replace("- D.\n", "- D.\n- Fix the till.\n");
    assert_eq!(own(kept, &now), now.replace("Unreleased", "2026-02-01"));
    let (new, notes) = hotfixed(kept, kept);
    let expected =
        kept.replace("- D.\n", "- D.\n- Login \\*crashes\\*\n").replace("Unreleased", "2026-02-01");
    assert_eq!((new, notes.len()), (expected, 1));
    let dev = kept.replace("[1.2.1] - Unreleased", "[1.2.1-dev]").replace("### Fixed\n\n- D.\n\n", "");
    let (new, _) = hotfixed(&dev, &dev);
    let expected = dev
        .replace("[1.2.1-dev]", "[1.2.1] - 2026-02-01")
        .replace("- C.\n", "- C.\n\n### Fixed\n\n- Login \\*crashes\\*\n");
    assert_eq!(new, expected);
    // Nothing but a placeholder: the title takes its place.
    let (new, _) = hotfixed(ZEST, ZEST);
    let expected = ZEST
        .replace("1.2.1 (unreleased)", "1.2.1 (2026-02-01)")
        .replace("- Nothing changed yet.", "- Login \\*crashes\\*");
    assert_eq!(new, expected);
}

#[test]
fn of_several_sections_to_come_the_one_with_the_entry_counts() {
    let end = "\n\n- c\n\n## 1.2.0 (2026-01-02)\n\n- b\n";
    let before = format!("## Unreleased\n\n## 1.2.1 (unreleased){end}");
    let now = before.replace("- c\n", "- c\n- Fix\n");
    assert_eq!(own(&before, &now), now.replace("1.2.1 (unreleased)", "1.2.1 (2026-02-01)"));
    let before = format!("## Unreleased\n\n## 1.3.0 (unreleased){end}");
    let now = before.replace("- c\n", "- c\n- Fix\n");
    let expected = before.replace("## 1.2.0", "## 1.2.1 (2026-02-01)\n\n- Fix\n\n## 1.2.0");
    assert_eq!(own(&before, &now), expected);
}

#[test]
fn what_a_planned_release_links_to_is_its_tag() {
    let text = "## [1.2.1] - Unreleased\n\n- C.\n\n## [1.2.0] - 2026-01-02\n\n- B.\n\n[1.2.1]: \
                https://x/compare/v1.2.0...HEAD\n[1.2.0]: https://x/releases/tag/v1.2.0\n";
    let now = text.replace("- C.\n", "- C.\n- D.\n");
    assert_eq!(own(text, &now), now.replace("Unreleased", "2026-02-01").replace("...HEAD", "...v1.2.1"));
}

#[test]
fn lines_under_another_heading_of_what_is_to_come_are_the_release() {
    for heading in [
        "## 1.3.0 (unreleased)",
        "## 1.3.0 (Unreleased)",
        "## master (unreleased)",
        "## **WORK IN PROGRESS**",
        "## 1.3.0-dev",
        "## [1.3.0] - TBD",
        "## shop (development version)",
    ] {
        let before = format!("{heading}\n\n- Added c.\n\n## 1.2.0 (2026-01-02)\n\n- b\n");
        let now = before.replace("- Added c.\n", "- Added c.\n- Fix the till.\n");
        let section = "## 1.2.1 (2026-02-01)\n\n- Fix the till.\n\n";
        let expected = before.replace("## 1.2.0", &format!("{section}## 1.2.0"));
        assert_eq!(own(&before, &now), expected);
    }
}

#[test]
fn entries_keep_the_heading_of_their_kind_however_it_is_marked() {
    for (heading, kind, release) in [
        ("# Unreleased", "## Bug fixes", "# 1.2.0 (2026-01-02)"),
        ("## Unreleased", "**Fixed**", "## 1.2.0 (2026-01-02)"),
        ("## Unreleased", "### Bug fixes", "## 1.2.0 (2026-01-02)"),
        ("## Unreleased", "BUG FIXES:", "## 1.2.0 (January 2, 2026)"),
        ("Unreleased\n----------", "Bug fixes\n~~~~~~~~~", "1.2.0 (2026-01-02)\n------------------"),
        ("== Unreleased", "=== Fixed", "== 1.2.0 (2026-01-02)"),
    ] {
        let before = format!("{heading}\n\n{kind}\n\n- Added c.\n\n{release}\n\n{kind}\n\n- b\n");
        let now = before.replace("- Added c.\n", "- Added c.\n- Fix the till.\n");
        let next = release
            .replace("1.2.0", "1.2.1")
            .replace("2026-01-02", "2026-02-01")
            .replace("January 2,", "February 1,");
        let section = format!("{next}\n\n{kind}\n\n- Fix the till.\n\n");
        let expected = before.replace(release, &format!("{section}{release}"));
        assert_eq!(own(&before, &now), expected);
        // The title is filed under it as well.
        let section = section.replace("Fix the till.", "Login \\*crashes\\*");
        let expected = before.replace(release, &format!("{section}{release}"));
        assert_eq!(hotfixed(&before, &before).0, expected);
    }
    // A kind that the file does not have yet is written like those that it has.
    for (kind, fixed) in [
        ("**Added:**", "**Fixed:**"),
        ("NEW FEATURES:", "FIXED:"),
        ("Features:", "Fixed:"),
        ("### Added", "### Fixed"),
    ] {
        let before = format!("## 1.2.0\n\n{kind}\n\n- b\n");
        let section = format!("## 1.2.1\n\n{fixed}\n\n- Login \\*crashes\\*\n\n");
        assert_eq!(hotfixed(&before, &before).0, format!("{section}{before}"));
    }
}

#[test]
fn an_indented_entry_stays_indented() {
    let before = "Unreleased\n==========\n\n  * a\n\n1.2.0 / 2026-01-02\n==================\n\n  * old\n";
    let now = before.replace("  * a\n", "  * a\n  * Fix\n");
    let section = "1.2.1 / 2026-02-01\n==================\n\n  * Fix\n\n";
    assert_eq!(own(before, &now), before.replace("1.2.0 /", &format!("{section}1.2.0 /")));
}

#[test]
fn a_placeholder_stays_for_the_target_to_replace() {
    let base = ZEST.replace("1.2.1 (", "1.3.0 (");
    let theirs = own(&base, &base.replace("Nothing changed yet", "Fix the till"));
    let section = "1.2.1 (2026-02-01)\n------------------\n\n- Fix the till.\n\n\n";
    let old = "1.2.0 (2026-01-02)\n";
    assert_eq!(theirs, base.replace(old, &format!("{section}{old}")));
    let ours = base.replace("Nothing changed yet", "Something of develop");
    let merged = merged(&base, &ours, &theirs).unwrap();
    assert!(merged.contains("- Something of develop.") && merged.contains("- Fix the till."), "{merged}");
    assert!(!merged.contains("Nothing changed yet"), "{merged}");
}

#[test]
fn what_the_target_alone_has_to_come_stays_there() {
    let base = ZEST.replace("- Nothing changed yet.", "- Added c.");
    let theirs = own(&base, &base.replace("- Added c.\n", "- Added c.\n- Fix the till.\n"));
    // Untouched, the section is the release.
    assert_eq!(merged(&base, &base, &theirs).as_deref(), Some(theirs.as_str()));
    let ours = base.replace("- Added c.\n", "- Added c.\n- A search.\n");
    let expected = theirs
        .replace("1.2.1 (2026", "1.2.1 (unreleased)\n------------------\n\n- A search.\n\n\n1.2.1 (2026");
    assert_eq!(merged(&base, &ours, &theirs), Some(expected));
}

#[test]
fn a_release_adds_to_a_changelog_and_takes_nothing() {
    let links = "\n[Unreleased]: https://x/compare/v1.2.0...HEAD\n[1.2.0]: https://x/tag/v1.2.0\n";
    let log = format!("## [Unreleased]\n\n### Fixed\n\n- A.\n\n## [1.2.0] - 2026-01-02\n\n- B.\n{links}");
    let places = |new: &str| places(&Files::new(&[(PATH, new)]), &AUTO, "", "1.2.1");
    for (before, now) in [
        (log.clone(), log.clone()),
        (log.clone(), log.replace("- A.\n", "- Fix.\n- A.\n")),
        (log.replace("### Fixed\n\n- A.\n\n", ""), log.replace("- A.", "- Fix.")),
        (ZEST.to_owned(), ZEST.to_owned()),
        (ZEST.to_owned(), ZEST.replace("Nothing changed yet", "Fix")),
    ] {
        let (new, _) = hotfixed(&before, &now);
        assert!(moves_only(PATH, &now, &new, &places(&new)), "{now}\n----\n{new}");
        for line in ["- B.", "- Old.", "- A."].into_iter().filter(|line| now.contains(*line)) {
            let gone = new.replace(line, "- Something else.");
            assert!(!moves_only(PATH, &now, &gone, &places(&gone)), "{gone}");
        }
    }
}
