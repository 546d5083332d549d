//! Who owns what is changed, by a CODEOWNERS file as GitHub, GitLab, Forgejo and Gitea read it.

use crate::config::glob;
use crate::model::path::parent;

/// Lines that belong together: everything at GitHub, one `[Section]` at GitLab.
struct Section<'a> {
    /// Who owns what names nobody.
    default: Vec<&'a str>,
    /// Patterns with their owners, in the order of the file.
    lines: Vec<(&'a str, Vec<&'a str>)>,
}

/// The owners of these paths, each once, in the order in which they are met. The last line that
/// matches a path decides, in each section on its own.
pub fn owners(text: &str, paths: &[String]) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for section in sections(text) {
        for path in paths {
            let line = section.lines.iter().rev().find(|(pattern, _)| matches(pattern, path));
            let Some((_, named)) = line else { continue };
            let named = if named.is_empty() { &section.default } else { named };
            for owner in named {
                if !found.iter().any(|f| f == owner) {
                    found.push((*owner).to_owned());
                }
            }
        }
    }
    found
}

fn sections(text: &str) -> Vec<Section<'_>> {
    let mut sections = vec![Section { default: Vec::new(), lines: Vec::new() }];
    let mut is_optional = false;
    for line in text.lines() {
        let line = line.split(" #").next().unwrap_or_default().trim();
        if line.is_empty() || line.starts_with('#') || line.starts_with('!') {
            continue;
        }
        let heading = line.strip_prefix('^').unwrap_or(line);
        if heading.starts_with('[')
            && let Some((_, rest)) = heading.rsplit_once(']')
        {
            // Nobody has to wait for an optional one.
            is_optional = line.starts_with('^');
            sections.push(Section { default: names(rest), lines: Vec::new() });
            continue;
        }
        let (pattern, rest) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
        if let Some(section) = sections.last_mut().filter(|_| !is_optional) {
            section.lines.push((pattern, names(rest)));
        }
    }
    sections
}

fn names(rest: &str) -> Vec<&str> {
    rest.split_whitespace().filter(|name| name.contains('@')).collect()
}

fn matches(pattern: &str, path: &str) -> bool {
    // What is in a directory and not what is below it.
    if let Some(directory) = pattern.strip_suffix("/*") {
        return glob::path(pattern, path)
            && parent(path).matches('/').count() == directory.trim_start_matches('/').matches('/').count();
    }
    pattern == "*" || glob::path(pattern, path)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str, paths: &[&str]) -> Vec<String> {
        owners(text, &paths.iter().map(|p| (*p).to_owned()).collect::<Vec<_>>())
    }

    #[test]
    fn the_last_line_that_matches_decides() {
        let text = "# ours\n* @team/all\n*.rs @ada @bo # and a word\n/docs/ docs@example.com\nsrc/free.rs\n";
        assert_eq!(of(text, &["src/login.rs"]), ["@ada", "@bo"]);
        assert_eq!(of(text, &["README", "docs/a.md"]), ["@team/all", "docs@example.com"]);
        assert_eq!(of(text, &["deep/docs/a.md"]), ["@team/all"]);
        assert!(of(text, &["src/free.rs"]).is_empty(), "a line without owners frees it");
        assert!(of("", &["a"]).is_empty());
    }

    #[test]
    fn a_star_behind_a_directory_is_about_that_directory_alone() {
        let text = "docs/* @ada\n/build/logs/ @bo\n";
        assert_eq!(of(text, &["docs/a.md"]), ["@ada"]);
        assert!(of(text, &["docs/deep/a.md"]).is_empty());
        assert_eq!(of(text, &["build/logs/deep/x"]), ["@bo"]);
    }

    #[test]
    fn every_section_of_gitlab_counts_but_the_optional_ones() {
        let text = "* @all\n[Database][2] @dba\nmigrations/\n[Web]\n*.js @web\n^[Docs] @docs\n*.md\n";
        assert_eq!(of(text, &["migrations/1.sql"]), ["@all", "@dba"]);
        assert_eq!(of(text, &["a.js", "b.md"]), ["@all", "@web"]);
    }
}
