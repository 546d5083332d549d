//! Forms of changelogs that more than one line of a heading, or its place, decides.

use super::fixture::{AUTO, Files, one, released, run};

/// The changelog with a section above its newest release, which begins with `old`.
fn above(path: &str, text: &str, old: &str, section: &str) {
    let (new, notes) = one(path, text);
    let expected = text.replacen(old, &format!("{section}{old}"), 1);
    assert_eq!(new.as_deref(), Some(expected.as_str()), "{notes:?}");
}

#[test]
fn a_heading_between_two_lines_stays_between_them() {
    let title = "=========\nChangelog\n=========\n\n";
    let rule = "==================\n";
    let old = format!("{rule}1.2.0 (2026-01-02)\n{rule}");
    let text = format!("{title}{old}\n* b\n\n{rule}1.1.0 (2026-01-01)\n{rule}\n* a\n");
    let section = format!("{rule}1.2.1 (2026-02-01)\n{rule}\n* Login \\*crashes\\*\n\n");
    above("CHANGES.rst", &text, &old, &section);
    // Indented, and with lines that are longer than the title.
    let old = "-------\n 1.2.0\n-------\n";
    let section = "-------\n 1.2.1\n-------\n\n* Login \\*crashes\\*\n\n";
    above("CHANGES.rst", &format!("{title}{old}\n* b\n"), old, section);
}

#[test]
fn a_label_belongs_to_the_heading_below_it() {
    for (label, next) in [
        (".. _v1.2.0:\n\n", ".. _v1.2.1:\n\n"),
        (".. _v1.2.0:\n", ".. _v1.2.1:\n"),
        (".. _shop-1-2-0:\n\n", ".. _shop-1-2-1:\n\n"),
        (".. _v1.2.0:\n.. _release_1_2_0:\n\n", ".. _v1.2.1:\n.. _release_1_2_1:\n\n"),
        ("<a id=\"v1.2.0\"></a>\n\n", "<a id=\"v1.2.1\"></a>\n\n"),
        (".. _latest:\n\n", ""),
    ] {
        let text = format!(
            "Changes\n#######\n\n{label}v1.2.0\n******\n\n* a\n\n.. _v1.1.0:\n\nv1.1.0\n******\n\n* z\n"
        );
        let section = format!("{next}v1.2.1\n******\n\n* Login \\*crashes\\*\n\n");
        above("CHANGES.rst", &text, label, &section);
    }
    // A paragraph of a link is not one.
    let text = "# Log\n\n<a href=\"https://x/1.2.0\">Site</a>\n\n## 1.2.0\n\n- a\n";
    above("CHANGELOG.md", text, "## 1.2.0", "## 1.2.1\n\n- Login \\*crashes\\*\n\n");
}

#[test]
fn what_a_title_of_restructured_text_refers_to_is_there() {
    for (open, close) in [("", ""), ("`", "`")] {
        let text = format!(
            "Log\n===\n\n`1.2.0`_ - 2026-01-02\n---------------------\n\n- a\n\n\
             .. _{open}1.2.0{close}: https://x/compare/v1.1.0...v1.2.0\n.. _{open}1.1.0{close}: https://x/tag/v1.1.0\n"
        );
        let (new, _) = one("CHANGELOG.rst", &text);
        let section = "`1.2.1`_ - 2026-02-01\n---------------------\n\n- Login \\*crashes\\*\n\n`1.2.0`_ -";
        let link =
            format!(".. _{open}1.2.1{close}: https://x/compare/v1.2.0...v1.2.1\n.. _{open}1.2.0{close}:");
        let expected =
            text.replace("`1.2.0`_ -", section).replace(&format!(".. _{open}1.2.0{close}:"), &link);
        assert_eq!(new, Some(expected));
    }
}

#[test]
fn values_in_front_of_a_page_are_no_heading() {
    for front in [
        "---\nlayout: page\ntitle: Changelog\nversion: 1.2.0\n---\n\n",
        "\u{feff}---\nversion: 1.2.0\n---\n",
        "+++\ntitle = \"Changelog\"\nversion = \"1.2.0\"\n+++\n\n",
    ] {
        let text = format!("{front}# Changelog\n\n## 1.2.0 - 2026-01-02\n\n- b\n");
        let section = "## 1.2.1 - 2026-02-01\n\n- Login \\*crashes\\*\n\n";
        above("docs/CHANGELOG.md", &text, "## 1.2.0", section);
    }
    // Without a heading there is still nothing to go by; two lines across the page are not values.
    assert_eq!(one("CHANGELOG.md", "---\nversion: 1.2.0\n---\n\nNothing.\n").0, None);
    let text = "---\n\n1.2.0 (2026-01-02)\n---\n\n- b\n";
    let section = "1.2.1 (2026-02-01)\n------------------\n\n- Login \\*crashes\\*\n\n";
    above("CHANGELOG.md", text, "1.2.0", section);
}

#[test]
fn a_release_stays_in_its_group_of_releases() {
    let entry = "- Login \\*crashes\\*\n\n";
    let text = "# Log\n\n## Unreleased\n\n## 1.2\n\n### 1.2.0 (2026-01-02)\n\n- b\n\n## 1.1\n\n### 1.1.0 (2026-01-01)\n\n- a\n";
    above("CHANGELOG.md", text, "### 1.2.0", &format!("### 1.2.1 (2026-02-01)\n\n{entry}"));
    let text = "Changes\n~~~~~~~\n\n1.2\n===\n\n1.2.0\n-----\n\n- b\n\n1.1\n===\n\n1.1.0\n-----\n\n- a\n";
    above("CHANGES.rst", text, "1.2.0", &format!("1.2.1\n-----\n\n{entry}"));
    // Where the two numbers are the release itself, there is no group.
    let text = "## 1.2\n\n- b\n\n### 1.1.1\n\n- a\n\n## 1.1\n\n- z\n";
    above("CHANGELOG.md", text, "## 1.2", &format!("## 1.2.1\n\n{entry}"));
}

#[test]
fn what_comes_later_may_have_no_date_yet() {
    let entry = "- Login \\*crashes\\*\n\n";
    for later in ["1.3.0-dev", "1.3.0-rc.1", "1.3.0", "[2.0.0]"] {
        let text = format!("## {later}\n\n- c\n\n## 1.2.0 - 2026-01-02\n\n- b\n");
        above("CHANGELOG.md", &text, "## 1.2.0", &format!("## 1.2.1 - 2026-02-01\n\n{entry}"));
    }
}

#[test]
fn a_date_below_the_heading_is_written_too() {
    for (was, now) in [
        ("*2026-01-02*", "*2026-02-01*"),
        ("Released on January 2, 2026", "Released on February 1, 2026"),
        ("> Release date: 2026-01-02", "> Release date: 2026-02-01"),
    ] {
        for gap in ["", "\n"] {
            let text = format!("## 1.2.0\n{gap}{was}\n\n- a\n\n## 1.1.0\n{gap}*2026-01-01*\n\n- z\n");
            let section = format!("## 1.2.1\n{gap}{now}\n\n- Login \\*crashes\\*\n\n");
            above("CHANGELOG.md", &text, "## 1.2.0", &section);
        }
    }
    let text = "## 1.2.0\n\nAs of 2026-01-02 the till is new.\n\n- a\n";
    above("CHANGELOG.md", text, "## 1.2.0", "## 1.2.1\n\n- Login \\*crashes\\*\n\n");
}

#[test]
fn other_names_and_ascii_doc() {
    let text = "= Changelog\n\n[[v1.2.0]]\n== 1.2.0 (2026-01-02)\n\n=== Fixed\n\n* b\n";
    let section = "[[v1.2.1]]\n== 1.2.1 (2026-02-01)\n\n=== Fixed\n\n* Login \\*crashes\\*\n\n";
    above("CHANGELOG.adoc", text, "[[v1.2.0]]", section);
    let text = "# Release notes\n\n## 1.2.0\n\n* b\n";
    above("RELEASE_NOTES.md", text, "## 1.2.0", "## 1.2.1\n\n* Login \\*crashes\\*\n\n");
    above("docs/source/changelog.md", text, "## 1.2.0", "## 1.2.1\n\n* Login \\*crashes\\*\n\n");
    let done = run(&AUTO, &[("RELEASE_NOTES.md", "No headings.\n")]);
    assert_eq!(done.notes, ["RELEASE_NOTES.md has no release heading in a known format: left unchanged"]);
}

/// What becomes of the links of a changelog.
fn links(before: &str, after: &str) {
    let log = |section: &str, links: &str| format!("# Log\n\n{section}## [1.2.0]\n\n- b\n\n{links}");
    let (new, _) = one("CHANGELOG.md", &log("", before));
    assert_eq!(new, Some(log("## [1.2.1]\n\n- Login \\*crashes\\*\n\n", after)));
}

#[test]
fn links_of_every_form_go_on() {
    let (old, new) = ("https://x/compare/v1.1.0..v1.2.0", "https://x/compare/v1.2.0..v1.2.1");
    let footers = [
        "\n<!-- generated by git-cliff -->\n",
        "\n<!--\ngenerated\n-->\n",
        "\nMade by hand.\n",
        "<!-- links -->\n",
    ];
    for footer in footers {
        links(
            &format!("[unreleased]: https://x/compare/v1.2.0..HEAD\n[1.2.0]: {old}\n{footer}"),
            &format!(
                "[unreleased]: https://x/compare/v1.2.1..HEAD\n[1.2.1]: {new}\n[1.2.0]: {old}\n{footer}"
            ),
        );
    }
    for (was, now) in [
        ("<https://x/-/compare/v1.1.0...v1.2.0>", "<https://x/-/compare/v1.2.0...v1.2.1>"),
        ("https://x/compare/v1.1.0...v1.2.0 \"Diff\"", "https://x/compare/v1.2.0...v1.2.1 \"Diff\""),
        ("https://x/branches/compare/v1.2.0..v1.1.0", "https://x/branches/compare/v1.2.1..v1.2.0"),
        ("https://x/branches/compare/v1.2.0%0Dv1.1.0", "https://x/branches/compare/v1.2.1%0Dv1.2.0"),
        ("https://x/project/shop/1.2.0/", "https://x/project/shop/1.2.1/"),
    ] {
        links(&format!("[1.2.0]: {was}\n"), &format!("[1.2.1]: {now}\n[1.2.0]: {was}\n"));
    }
    links(
        "[Unreleased]: https://x/branches/compare/HEAD..v1.2.0\n[1.2.0]: https://x/branches/compare/v1.2.0..v1.1.0\n",
        "[Unreleased]: https://x/branches/compare/HEAD..v1.2.1\n[1.2.1]: https://x/branches/compare/v1.2.1..v1.2.0\n[1.2.0]: https://x/branches/compare/v1.2.0..v1.1.0\n",
    );
}

#[test]
fn links_in_the_text_of_what_is_unreleased_go_on() {
    let text = "## [unreleased](https://x/compare/v1.2.0...HEAD)\n\n[Full log](https://x/compare/v1.2.0...main)\n\n\
                ## [1.2.0](https://x/compare/v1.1.0...v1.2.0) - 2026-01-02\n\n[Diff](https://x/compare/v1.2.0...HEAD)\n\n- a\n";
    let (new, _) = one("CHANGELOG.md", text);
    let section = "## [1.2.1](https://x/compare/v1.2.0...v1.2.1) - 2026-02-01\n\n- Login \\*crashes\\*\n\n";
    let (pending, released) = text.split_at(text.find("## [1.2.0]").unwrap());
    assert_eq!(new, Some(format!("{}{section}{released}", pending.replace("v1.2.0", "v1.2.1"))));
}

#[test]
fn an_entry_in_a_file_of_its_own_is_the_entry() {
    let text = "News\n====\n\n.. towncrier release notes start\n\nshop 1.2.0 (2026-01-02)\n\
                =======================\n\nBugfixes\n--------\n\n- a\n";
    let config =
        "[tool.towncrier]\ndirectory = \"./news\"\nissue_format = \"`{issue} <https://x/{issue}>`__\"\n";
    for (path, config, kind, entry) in [
        ("newsfragments/12.bugfix.rst", "", "Bugfixes\n--------", "Fix the *till*\n  twice. (#12)"),
        ("changelog.d/+till.security.md", "", "Security\n--------", "Fix the *till*\n  twice."),
        ("news/7.fix", config, "Bugfixes\n--------", "Fix the *till*\n  twice. (`7 <https://x/7>`__)"),
    ] {
        let said = "Fix the *till*\n twice.\n";
        let ignored = [("newsfragments/README.rst", "x"), ("newsfragments/1.bugfix.rst", "Old.\n")];
        let old = Files::new(&ignored);
        let mut files = vec![("NEWS.rst", text), ("pyproject.toml", config), (path, said)];
        files.extend(ignored);
        let done = released(&AUTO, &Files::new(&files), &old, ("1.2.0", "1.2.1"));
        let section = format!("shop 1.2.1 (2026-02-01)\n=======================\n\n{kind}\n\n- {entry}\n\n");
        assert_eq!(done.edits[0].new, text.replace("shop 1.2.0", &format!("{section}shop 1.2.0")));
        let note = format!("NEWS.rst has the entry of {path} now: delete that file before the next release");
        assert_eq!(done.notes, [note]);
    }
}
