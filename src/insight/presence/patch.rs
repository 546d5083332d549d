//! The same change in different commits, as `git patch-id` sees it: line numbers and blanks do not
//! count, what is changed and the lines around it do.

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash, Hasher};

/// What a patch does: a fingerprint for each file.
#[derive(Clone, Debug, Default)]
pub struct PatchId(BTreeMap<String, u64>);

/// Reads a patch line by line: none is kept, because a history has very large ones.
#[derive(Default)]
pub struct Reading {
    found: PatchId,
    /// The file that is read, as its first line names it.
    name: String,
    text: DefaultHasher,
    /// The lines between that and what is changed; `None` below them.
    head: Option<Vec<String>>,
}

impl Reading {
    /// The next line.
    pub fn line(&mut self, line: &str) {
        if line.starts_with("diff --git ") {
            self.end_file();
            line.clone_into(&mut self.name);
            self.head = Some(Vec::new());
            return;
        }
        if self.name.is_empty() {
            return;
        }
        if let Some(head) = &mut self.head
            && !line.starts_with("@@ ")
        {
            // Binary files have nothing but the ids of their content.
            if line.starts_with("Binary files ") {
                head.iter().for_each(|h| h.hash(&mut self.text));
            }
            if ["new file", "deleted file", "old mode", "new mode"].iter().any(|w| line.starts_with(w)) {
                line.hash(&mut self.text);
            }
            head.push(line.to_owned());
            return;
        }
        self.head = None;
        if !line.starts_with("@@ ") && !line.starts_with('\\') {
            let mut plain = String::with_capacity(line.len());
            plain.extend(line.chars().filter(|c| !c.is_whitespace()));
            plain.hash(&mut self.text);
        }
    }

    fn end_file(&mut self) {
        let (name, text) = (std::mem::take(&mut self.name), std::mem::take(&mut self.text));
        if !name.is_empty() {
            self.found.0.insert(path_of(&name).to_owned(), text.finish());
        }
    }

    /// What the patch does as a whole.
    pub fn end(mut self) -> PatchId {
        self.end_file();
        self.found
    }
}

impl PatchId {
    /// A fingerprint of all that counts; `None` where nothing does.
    pub fn digest(&self, leave_out: impl Fn(&str) -> bool) -> Option<u64> {
        let mut hasher = DefaultHasher::new();
        let mut counts = false;
        for file in self.0.iter().filter(|(path, _)| !leave_out(path)) {
            file.hash(&mut hasher);
            counts = true;
        }
        counts.then(|| hasher.finish())
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

    fn id(text: &str) -> Option<u64> {
        let mut reading = Reading::default();
        text.lines().for_each(|line| reading.line(line));
        reading.end().digest(|path| path == "CHANGELOG.md")
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
        assert_eq!(id(&patch("CHANGELOG.md", 1, "x")), None);
        assert_eq!(id(""), None);
    }

    #[test]
    fn pictures_differ_by_their_content() {
        let picture =
            |n: u8| format!("diff --git a/p b/p\nindex {n}..{n}1 100644\nBinary files a/p and b/p differ\n");
        assert_eq!(id(&picture(1)), id(&picture(1)));
        assert_ne!(id(&picture(1)), id(&picture(2)));
    }
}
