use super::fixture::{AUTO, Files, one, released, run};
use super::{File, Tree};

/// A changelog of 1.2.0 before, and what stands above its old section afterwards.
const DIALECTS: &[(&str, &str, &str)] = &[
    (
        "CHANGELOG.md",
        "# Log\n\n## Version 1.2.0\n\n- Old.\n",
        "## Version 1.2.1\n\n- Login \\*crashes\\*\n\n",
    ),
    (
        "HISTORY.md",
        "# History\n\n## [app-v1.2.0] - 2026-01-02\n\n### Fixed\n\n* Old.\n",
        "## [app-v1.2.1] - 2026-02-01\n\n### Fixed\n\n* Login \\*crashes\\*\n\n",
    ),
    (
        "CHANGELOG.md",
        "<a name=\"1.2.0\"></a>\n# [1.2.0](https://x/compare/v1.1.0...v1.2.0) (2026-01-02)\n\n\n### Bug \
         Fixes\n\n* old\n",
        "<a name=\"1.2.1\"></a>\n# [1.2.1](https://x/compare/v1.2.0...v1.2.1) (2026-02-01)\n\n### Bug \
         Fixes\n\n* Login \\*crashes\\*\n\n",
    ),
    (
        "CHANGES.rst",
        "Changes\n=======\n\n1.2.0 (2026-01-02)\n------------------\n\n* Old.\n",
        "1.2.1 (2026-02-01)\n------------------\n\n* Login \\*crashes\\*\n\n",
    ),
    (
        "docs/CHANGELOG.md",
        "1.2.0 / 2026-01-02\n==================\n\n  * old\n",
        "1.2.1 / 2026-02-01\n==================\n\n* Login \\*crashes\\*\n\n",
    ),
    ("NEWS", "Shop 1.2.0\n  * Old.\n", "Shop 1.2.1\n* Login \\*crashes\\*\n"),
    (
        "CHANGELOG.md",
        "## v1.2.0 — January 2, 2026\n### Fixes\n- old\n",
        "## v1.2.1 — February 1, 2026\n### Fixes\n- Login \\*crashes\\*\n",
    ),
    (
        "CHANGELOG.md",
        "\u{feff}## 1.2.0 [2026-01-02]\r\n\r\n- old\r\n",
        "\u{feff}## 1.2.1 [2026-02-01]\r\n\r\n- Login \\*crashes\\*\r\n\r\n",
    ),
    (
        "CHANGELOG.md",
        "## [1.2.0]\n[1.2.0]: https://x/tag/v1.2.0\n- old\n",
        "## [1.2.1]\n[1.2.1]: https://x/tag/v1.2.1\n- Login \\*crashes\\*\n",
    ),
];

#[test]
fn the_dialect_of_the_newest_release_is_followed() {
    for (path, before, section) in DIALECTS {
        let done = run(&AUTO, &[(path, before)]);
        let new = done.edits.first().map(|edit| edit.new.clone()).unwrap_or_default();
        let line_of = |at: usize| before.get(..at).and_then(|head| head.rfind('\n')).map_or(0, |end| end + 1);
        let at = before.find("<a ").or_else(|| before.find("1.2.0").map(line_of));
        let (head, tail) = before.split_at(at.unwrap());
        let tail = tail.trim_start_matches('\u{feff}');
        assert!(
            new.starts_with(&format!("{head}{section}")),
            "{path}\n{before}\n----\n{new}\n{:?}",
            done.notes
        );
        assert!(new.ends_with(tail), "{path}\n{new}");
    }
}

#[test]
fn what_is_not_understood_is_named() {
    for (text, why) in [
        ("# 1.2.0 Amber Fox\n\n- x\n", "has headings in an unknown format: left unchanged"),
        ("All changes are on the site.\n", "has no release heading in a known format: left unchanged"),
    ] {
        assert_eq!(one("CHANGES.md", text), (None, vec![format!("CHANGES.md {why}")]));
    }
}

#[test]
fn other_encodings_and_links_are_named() {
    let mut tree = Files::new(&[("VERSION", "1.2.0\n")]);
    tree.add("Cargo.toml", File::link());
    tree.add("CHANGELOG.md", File::of_bytes(vec![0xff, 0xfe, b'#', 0]));
    tree.add("package.json", File::of_bytes(vec![b'{', 0xe9, b'}']));
    let done = released(&AUTO, &tree, &Files::default(), ("1.2.0", "1.2.1"));
    assert_eq!(
        done.notes,
        [
            "Cargo.toml is a symbolic link: left unchanged, with everything that belongs to it",
            "package.json is not UTF-8: left unchanged, with everything that belongs to it",
            "CHANGELOG.md is encoded as UTF-16: no entry was added",
        ]
    );
    assert_eq!(done.edits.len(), 1, "what can be read moves");
}

const BEFORE: &str = "# Log\n\n## [Unreleased]\n\n### Added\n\n- A search.\n\n## [1.2.0] - \
                      2026-01-01\n\n### Added\n\n- Login.\n";

/// The changelog after a hotfix that turned `BEFORE` into `now`.
fn written(now: &str) -> String {
    let (tree, before) = (Files::new(&[("CHANGELOG.md", now)]), Files::new(&[("CHANGELOG.md", BEFORE)]));
    let done = released(&AUTO, &tree as &dyn Tree, &before, ("1.2.0", "1.2.1"));
    assert_eq!(done.notes, Vec::<String>::new());
    done.edits[0].new.clone()
}

#[test]
fn the_engineers_own_lines_become_the_release() {
    let release = "## [1.2.1] - 2026-02-01\n\n### Fixed\n\n- Login no longer crashes (#7).\n\n";
    let expected = BEFORE.replace("## [1.2.0]", &format!("{release}## [1.2.0]"));
    let own = "- A search.\n\n### Fixed\n\n- Login no longer crashes (#7).\n";
    assert_eq!(written(&BEFORE.replace("- A search.\n", own)), expected);
    // Before what was there, and under a heading that was there.
    let above = "## [Unreleased]\n\n### Fixed\n\n- Login no longer crashes (#7).\n\n### Added";
    assert_eq!(written(&BEFORE.replace("## [Unreleased]\n\n### Added", above)), expected);
    let beside = BEFORE.replace("- A search.\n", "- A search.\n- Login no longer crashes (#7).\n");
    assert_eq!(written(&beside), expected.replacen("### Fixed\n\n- Login no", "### Added\n\n- Login no", 1));
}

#[test]
fn several_own_lines_keep_their_order_and_their_kinds() {
    let now = BEFORE.replace(
        "- A search.\n",
        "- A search.\n- A switch\n  for the fix.\n\n### Fixed\n\n- One.\n- Two.\n\n### Security\n\n- \
         Three.\n",
    );
    let release = "## [1.2.1] - 2026-02-01\n\n### Added\n\n- A switch\n  for the fix.\n\n### Fixed\n\n- \
                   One.\n- Two.\n\n\
        ### Security\n\n- Three.\n\n";
    assert_eq!(written(&now), BEFORE.replace("## [1.2.0]", &format!("{release}## [1.2.0]")));
}
