//! The same change in different commits, as `git patch-id` sees it: line numbers and blanks do not
//! count, what is changed and the lines around it do.

use std::collections::BTreeMap;

/// What a patch does, file by file.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PatchId(BTreeMap<String, String>);

impl PatchId {
    /// Reads it from the text of a patch. `leave_out` names files that do not count.
    pub fn of(patch: &str, leave_out: impl Fn(&str) -> bool) -> Self {
        let mut files: BTreeMap<String, String> = BTreeMap::new();
        let mut name = String::new();
        let mut head: Vec<&str> = Vec::new();
        let mut in_head = false;
        for line in patch.lines() {
            if line.starts_with("diff --git ") {
                name = line.to_owned();
                files.insert(name.clone(), String::new());
                (in_head, head) = (true, Vec::new());
                continue;
            }
            let Some(text) = files.get_mut(&name) else { continue };
            if in_head && !line.starts_with("@@ ") {
                // Binary files have nothing but the ids of their content.
                if line.starts_with("Binary files ") {
                    head.iter().for_each(|h| text.push_str(h));
                }
                if ["new file", "deleted file", "old mode", "new mode"].iter().any(|w| line.starts_with(w)) {
                    text.push_str(line);
                }
                head.push(line);
                continue;
            }
            in_head = false;
            if !line.starts_with("@@ ") && !line.starts_with('\\') {
                text.push('\n');
                text.extend(line.chars().filter(|c| !c.is_whitespace()));
            }
        }
        files.retain(|name, _| !leave_out(path_of(name)));
        Self(files)
    }

    /// Whether it does nothing that counts.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// The path in `diff --git a/path b/path`, both being the same.
fn path_of(line: &str) -> &str {
    let both = line.strip_prefix("diff --git ").unwrap_or(line);
    let half = both.len().saturating_sub(1) / 2;
    let path = both.get(half + 1..).unwrap_or(both).trim_matches('"');
    path.strip_prefix("b/").unwrap_or(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn patch(path: &str, at: usize, line: &str) -> String {
        format!(
            "diff --git a/{path} b/{path}\nindex 1..2 100644\n--- a/{path}\n+++ b/{path}\n\
             @@ -{at},3 +{at},3 @@ fn x\n one\n-two\n+{line}\n three\n"
        )
    }

    fn id(text: &str) -> PatchId {
        PatchId::of(text, |path| path == "CHANGELOG.md")
    }

    #[test]
    fn only_the_change_counts() {
        assert_eq!(id(&patch("a b.rs", 1, "2")), id(&patch("a b.rs", 90, "  2")));
        assert_ne!(id(&patch("a", 1, "2")), id(&patch("a", 1, "3")));
        assert_ne!(id(&patch("a", 1, "2")), id(&patch("b", 1, "2")));
    }

    #[test]
    fn paperwork_does_not_count() {
        let both = format!("{}{}", patch("CHANGELOG.md", 1, "x"), patch("a", 1, "2"));
        assert_eq!(id(&both), id(&patch("a", 1, "2")));
        assert!(id(&patch("CHANGELOG.md", 1, "x")).is_empty());
        assert!(id("").is_empty());
    }

    #[test]
    fn pictures_differ_by_their_content() {
        let picture =
            |n: u8| format!("diff --git a/p b/p\nindex {n}..{n}1 100644\nBinary files a/p and b/p differ\n");
        assert_eq!(id(&picture(1)), id(&picture(1)));
        assert_ne!(id(&picture(1)), id(&picture(2)));
    }
}
