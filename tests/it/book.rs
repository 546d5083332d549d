//! The README and the book: every link leads somewhere, every page is in the table of contents.

use std::collections::BTreeSet;
use std::path::{Component, Path, PathBuf};

/// The documents at the top that the book does not hold.
const AT_THE_TOP: [&str; 5] =
    ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "CHANGELOG.md", "SECURITY.md"];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Every document for readers: its path from the top, and its text.
pub fn documents() -> Vec<(String, String)> {
    let read = |path: String| {
        let text = std::fs::read_to_string(root().join(&path)).unwrap();
        (path, text)
    };
    AT_THE_TOP.iter().map(|path| (*path).to_owned()).chain(pages()).map(read).collect()
}

/// The pages of the book.
fn pages() -> Vec<String> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(root().join("docs")).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        if name.ends_with(".md") {
            found.push(format!("docs/{name}"));
        }
    }
    found.sort();
    assert!(found.len() > 5, "{found:?}");
    found
}

/// The text without what is quoted as code.
fn prose(text: &str) -> String {
    let mut out = String::new();
    let mut in_code = false;
    for line in text.lines() {
        if line.trim_start().starts_with("```") {
            in_code = !in_code;
        } else if !in_code {
            let parts = line.split('`').enumerate().filter(|(at, _)| at % 2 == 0).map(|(_, part)| part);
            out.push_str(&parts.collect::<Vec<_>>().join("`"));
        }
        out.push('\n');
    }
    out
}

/// Where the links of a document point.
fn links(text: &str) -> Vec<String> {
    let prose = prose(text);
    let inline = prose.split("](").skip(1).filter_map(|part| part.split_once(')')).map(|(target, _)| target);
    let below = prose.lines().filter_map(|line| line.strip_prefix('[')?.split_once("]: ")).map(|(_, t)| t);
    inline.chain(below).map(|target| target.trim().to_owned()).collect()
}

/// The anchors of the headings, as forges and mdBook make them.
fn anchors(text: &str) -> BTreeSet<String> {
    let mut in_code = false;
    let mut found = BTreeSet::new();
    for line in text.lines() {
        in_code ^= line.trim_start().starts_with("```");
        let heading = line.trim_start_matches('#');
        if in_code || heading.len() == line.len() || !heading.starts_with(' ') {
            continue;
        }
        let kept = |c: &char| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_');
        let anchor: String = heading.trim().to_lowercase().chars().filter(kept).collect();
        found.insert(anchor.replace(' ', "-"));
    }
    found
}

/// The path without `.` and `..`.
fn plain(path: &Path) -> PathBuf {
    let mut out = PathBuf::new();
    for part in path.components() {
        match part {
            Component::ParentDir => assert!(out.pop(), "{} leads out of the repository", path.display()),
            Component::CurDir => {}
            other => out.push(other),
        }
    }
    out
}

#[test]
fn every_link_leads_somewhere() {
    let mut broken = Vec::new();
    let mut count = 0;
    for (file, text) in documents() {
        for link in links(&text) {
            if link.contains("://") || link.starts_with("mailto:") {
                continue;
            }
            count += 1;
            let (path, anchor) = link.split_once('#').unwrap_or((&link, ""));
            let target = match path {
                "" => PathBuf::from(&file),
                path => plain(&Path::new(&file).parent().unwrap().join(path)),
            };
            let Ok(content) = std::fs::read(root().join(&target)) else {
                broken.push(format!("{file}: {link}: no such file"));
                continue;
            };
            if !anchor.is_empty() && !anchors(&String::from_utf8_lossy(&content)).contains(anchor) {
                broken.push(format!("{file}: {link}: no such heading"));
            }
            // The book holds docs/ alone: a link out of it would be dead there.
            if file.starts_with("docs/") && !target.starts_with("docs") {
                broken.push(format!("{file}: {link}: leads out of the book"));
            }
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
    assert!(count > 30, "only {count} links were found");
}

#[test]
fn every_page_is_in_the_table_of_contents() {
    let summary = std::fs::read_to_string(root().join("docs/SUMMARY.md")).unwrap();
    let listed: BTreeSet<String> = links(&summary).into_iter().map(|link| format!("docs/{link}")).collect();
    let there: BTreeSet<String> = pages().into_iter().filter(|page| page != "docs/SUMMARY.md").collect();
    assert_eq!(listed, there);
}

#[test]
fn the_readme_is_short() {
    let lines = std::fs::read_to_string(root().join("README.md")).unwrap().lines().count();
    assert!(lines <= 220, "README.md has {lines} lines; move something into docs/");
}

#[test]
fn links_and_anchors_are_read() {
    let text = "See [a](b.md#c-d) and `[x](y)`.\n```\n[no](no)\n# no\n```\n[ref]: e.md\n## Scripts: exit, `--json`!\n";
    assert_eq!(links(text), ["b.md#c-d", "e.md"]);
    assert_eq!(anchors(text), BTreeSet::from(["scripts-exit---json".to_owned()]));
}
