//! Gradle's build scripts: the versions of projects, and not those that a block gives to a tool or a
//! dependency; and the projects that the settings include.

use super::super::leaf::Leaf;
use super::code::assigned;

/// Blocks whose `version` is that of a project, or of what it publishes.
const PROJECT: [&str; 8] =
    ["allprojects", "subprojects", "project", "configure", "publishing", "if", "else", "rootProject"];

/// `version` of a project, and `versionName` of an app in any block.
pub(super) fn build(text: &str) -> Vec<Leaf> {
    let open = blocks(text);
    let is_own = |leaf: &Leaf| {
        let around: Vec<&str> =
            open.iter().filter(|block| block.holds(leaf.range.start)).map(|block| block.name).collect();
        let is_app = leaf.key.first().is_some_and(|name| name == "versionName");
        let is_publication = around.first() == Some(&"publishing");
        !around.contains(&"(")
            && (is_app || is_publication || around.iter().all(|name| PROJECT.contains(name)))
    };
    let mut found: Vec<Leaf> =
        assigned(text, &["version", "versionName"], false).into_iter().filter(is_own).collect();
    for at in 0..found.len() {
        let (before, rest) = found.split_at_mut(at);
        let Some(leaf) = rest.first_mut() else { break };
        let count = before.iter().filter(|other| other.key.first() == leaf.key.first()).count();
        leaf.key.truncate(1);
        leaf.key.push(format!("#{count}"));
    }
    found
}

/// The paths that `include` names.
pub(super) fn settings(text: &str) -> Vec<Leaf> {
    let mut found = Vec::new();
    for (at, word) in text.match_indices("include") {
        let line = text.get(..at).unwrap_or_default().rsplit('\n').next().unwrap_or_default();
        let after = at + word.len();
        if !line.trim().is_empty()
            || text.get(after..).is_some_and(|rest| rest.starts_with(char::is_alphabetic))
        {
            continue;
        }
        for (from, says) in super::code::arguments(text, after) {
            let key = vec![word.to_owned(), format!("#{}", found.len())];
            found.push(Leaf { key, range: from..from + says.len(), says: says.to_owned() });
        }
    }
    found
}

/// What is between braces, or between parentheses.
struct Block<'t> {
    /// The word that its statement begins with; `(` for parentheses.
    name: &'t str,
    from: usize,
    to: usize,
}

impl Block<'_> {
    const fn holds(&self, at: usize) -> bool {
        self.from < at && at < self.to
    }
}

/// The blocks in the order in which they begin.
fn blocks(text: &str) -> Vec<Block<'_>> {
    let mut found: Vec<Block<'_>> = Vec::new();
    let mut open: Vec<usize> = Vec::new();
    let (mut at, mut statement) = (0, 0);
    while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
        if let Some(length) = passed_over(rest) {
            at += length;
            continue;
        }
        let Some(c) = rest.chars().next() else { break };
        match c {
            '{' | '(' => {
                let head = text.get(statement..at).unwrap_or_default().trim_start();
                let end = head.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(head.len());
                let name = if c == '(' { "(" } else { head.get(..end).unwrap_or_default() };
                open.push(found.len());
                found.push(Block { name, from: at, to: text.len() });
            }
            '}' | ')' => {
                if let Some(block) = open.pop().and_then(|at| found.get_mut(at)) {
                    block.to = at;
                }
            }
            _ => {}
        }
        at += c.len_utf8();
        if matches!(c, '{' | '}' | ';' | '\n') {
            statement = at;
        }
    }
    found
}

/// How long the string or the comment is that a text begins with.
fn passed_over(text: &str) -> Option<usize> {
    for (begin, end) in [("//", "\n"), ("/*", "*/"), ("\"\"\"", "\"\"\""), ("'''", "'''")] {
        if let Some(inside) = text.strip_prefix(begin) {
            let length = inside.find(end).map_or(inside.len(), |at| at + end.len());
            // The end of a line ends a statement as well.
            return Some(begin.len() + length - usize::from(end == "\n" && inside.contains('\n')));
        }
    }
    let quote = text.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    let mut escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        match c {
            '\n' => return Some(at),
            c if c == quote && !escaped => return Some(at + 1),
            c => escaped = c == '\\' && !escaped,
        }
    }
    Some(text.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn says(leaves: Vec<Leaf>) -> Vec<String> {
        leaves.into_iter().map(|leaf| leaf.says).collect()
    }

    #[test]
    fn only_a_projects_own_version_counts() {
        for text in [
            "version = \"1.2.0\"\n",
            "allprojects {\n  group = 'x' // {\n  version = '1.2.0'\n}\n",
            "subprojects { /* { */\n  project.version = \"1.2.0\"\n}\n",
            "project(\":core\") {\n  version = \"1.2.0\"\n}\n",
            "publishing {\n  publications {\n    create(\"maven\") {\n      version = \"1.2.0\"\n    }\n  }\n}\n",
            "android {\n  defaultConfig {\n    versionName = \"1.2.0\"\n  }\n}\n",
            "ktlint {\n  x = \"}\"\n}\nversion = \"1.2.0\"\n",
        ] {
            assert_eq!(says(build(text)), ["1.2.0"], "{text}");
        }
        for text in [
            "ktlint {\n  version = \"1.2.0\"\n}\n",
            "allprojects {\n  ktlint {\n    version = \"1.2.0\"\n  }\n}\n",
            "implementation(\n  group = \"x\",\n  version = \"1.2.0\",\n)\n",
            "dependencies {\n  api(\n    version = \"1.2.0\",\n  )\n}\n",
            "jacoco {\n  note = \"}\" + '}' // }\n  version = \"1.2.0\"\n}\n",
        ] {
            assert!(build(text).is_empty(), "{text}");
        }
    }

    #[test]
    fn included_projects_are_read() {
        let text = "include(\":core\", \":a:b\")\ninclude ':x',\n  ':y'\nincludeBuild(\"z\")\n";
        assert_eq!(says(settings(text)), [":core", ":a:b", ":x", ":y"]);
    }
}
