use super::fixture::{AUTO, one, run};
use crate::config::{Changelog, Version};

const SITE: &str = "https://example.com/o/r";

const LOG: &str = "# Changelog

## [Unreleased]

### Added

- Something new

## [1.2.0] - 2026-01-01

### Added

- Login

## [1.1.0] - 2025-12-01

[Unreleased]: https://example.com/o/r/compare/v1.2.0...HEAD
[1.2.0]: https://example.com/o/r/compare/v1.1.0...v1.2.0
[1.1.0]: https://example.com/o/r/releases/tag/v1.1.0
";

const SECTION: &str = "## [1.2.1] - 2026-02-01\n\n### Fixed\n\n- Login \\*crashes\\*\n\n";

/// The log with the new section and links.
fn released() -> String {
    LOG.replace("## [1.2.0]", &format!("{SECTION}## [1.2.0]"))
        .replace("v1.2.0...HEAD", "v1.2.1...HEAD")
        .replace("[1.2.0]: ", &format!("[1.2.1]: {SITE}/compare/v1.2.0...v1.2.1\n[1.2.0]: "))
}

fn new(text: &str) -> String {
    let (new, notes) = one("CHANGELOG.md", text);
    assert_eq!(
        notes,
        ["CHANGELOG.md: nothing was added under Unreleased, so the title is the entry: Login *crashes*"]
    );
    new.unwrap()
}

#[test]
fn a_section_goes_above_the_newest_release() {
    assert_eq!(new(LOG), released());
    assert_eq!(new(&LOG.replace('\n', "\r\n")), released().replace('\n', "\r\n"));
}

#[test]
fn it_is_written_as_its_neighbours_are() {
    let tight = "# Log\n## [Unreleased]\n## [v1.2.0] - 2026-01-01\n### Added\n* Login\n";
    let section = "## [v1.2.1] - 2026-02-01\n### Fixed\n* Login \\*crashes\\*\n";
    assert_eq!(new(tight), tight.replace("## [v1.2.0]", &format!("{section}## [v1.2.0]")));
    let empty = "## [1.2.0] - 2026-01-01\n";
    assert_eq!(new(empty), format!("{SECTION}{empty}"));
}

#[test]
fn the_first_release_goes_below_what_is_unreleased() {
    assert_eq!(
        new("# Log\n\n## [Unreleased]\n- x"),
        format!("# Log\n\n## [Unreleased]\n- x\n\n{}", SECTION.trim_end_matches('\n').to_owned() + "\n")
    );
    let linked = "## [Unreleased]\n\n[Unreleased]: https://example.com\n";
    assert_eq!(new(linked), linked.replace("\n[", &format!("\n{SECTION}[")));
}

#[test]
fn newer_releases_stay_above() {
    let text = "## [2.0.0] - 2026-01-20\n\n## [1.3.0-rc.1]\n\n## [1.2.0] - 2026-01-01\n\n## [1.1.0]\n";
    assert_eq!(new(text), text.replace("## [1.2.0]", &format!("{SECTION}## [1.2.0]")));
}

#[test]
fn headings_in_code_and_comments_do_not_count() {
    let text = "# Log\n```\n## [1.2.0]\n```\n<!--\n## [1.1.9]\n-->\n\n## [1.2.0] - 2026-01-01 <!-- x \
                -->\n\n### Added\n\n- x\n";
    assert_eq!(new(text), text.replace("\n\n## [1.2.0]", &format!("\n\n{SECTION}## [1.2.0]")));
}

#[test]
fn links_of_other_forms() {
    let cases = [
        // (before, the link of 1.2.0 and what follows; after)
        (
            format!("[1.2.0]: {SITE}/-/tags/v1.2.0"),
            format!("[1.2.1]: {SITE}/-/tags/v1.2.1\n[1.2.0]: {SITE}/-/tags/v1.2.0"),
        ),
        (
            format!("[1.2.0]: {SITE}/-/compare/1.1.0..1.2.0"),
            format!("[1.2.1]: {SITE}/-/compare/1.2.0..1.2.1\n[1.2.0]: {SITE}/-/compare/1.1.0..1.2.0"),
        ),
        (
            format!("[unreleased]: {SITE}/compare/app-v1.2.0...main"),
            format!(
                "[unreleased]: {SITE}/compare/app-v1.2.1...main\n\
                    [1.2.1]: {SITE}/compare/app-v1.2.0...app-v1.2.1"
            ),
        ),
        (
            format!("[unreleased]: {SITE}/compare/v1.1.0...main\n[1.2.0]: x"),
            format!("[unreleased]: {SITE}/compare/v1.1.0...main\n[1.2.0]: x"),
        ),
        (
            format!("[1.2.0]: {SITE}/compare/1.1.0...11.2.0"),
            format!("[1.2.0]: {SITE}/compare/1.1.0...11.2.0"),
        ),
    ];
    for (before, after) in cases {
        for end in ["", "\n"] {
            let heading = "## [1.2.0] - 2026-01-01\n\n";
            let text = format!("{heading}{before}{end}");
            assert_eq!(new(&text), format!("{SECTION}{heading}{after}{end}"), "{before}");
        }
    }
}

#[test]
fn another_form_is_left_alone() {
    let cases = [
        ("# Changes\n\n## 1.2.0 The big one\n- x\n", "has headings in an unknown format"),
        ("## [1.2.0](https://x) (2026-01-01)\n\n- x\n", "has headings in an unknown format"),
        ("Nothing yet\n", "has no release heading in a known format"),
        ("## [1.0.0]\n\n## [1.2.0]\n", "has its oldest release on top"),
        ("## [1.2.1]\n\n## [1.2.0]\n", "already has a section for 1.2.1"),
    ];
    for (text, why) in cases {
        assert_eq!(one("CHANGELOG.md", text), (None, vec![format!("CHANGELOG.md {why}: left unchanged")]));
    }
}

#[test]
fn the_changelog_is_where_it_is_configured() {
    let config = Version { changelog: Changelog::File("docs/log.md".into()), ..AUTO };
    let done = run(&config, &[("docs/log.md", LOG), ("CHANGELOG.md", LOG)]);
    assert_eq!(done.edits.iter().map(|edit| edit.path.as_str()).collect::<Vec<_>>(), ["docs/log.md"]);
    assert_eq!(run(&config, &[]).notes, ["docs/log.md does not exist: no changelog entry"]);
    assert!(run(&AUTO, &[]).notes.is_empty());
    let never = Version { changelog: Changelog::Never, ..AUTO };
    assert!(run(&never, &[("CHANGELOG.md", LOG)]).edits.is_empty());
}
