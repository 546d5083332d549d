//! What was found, in the forms that forges show beside the lines of a change.

use serde_json::{Value, json};

/// One thing that was found in a file.
#[derive(Clone, Debug)]
pub struct Annotation {
    /// Whether it fails what asked for it; else it is a remark.
    pub is_error: bool,
    /// What kind of thing it is, the same word for all of a kind.
    pub rule: String,
    pub title: String,
    /// From the root of the repository.
    pub path: String,
    /// Counted from 1.
    pub line: usize,
    pub message: String,
    /// The same for the same thing, wherever it is found again.
    pub fingerprint: String,
}

impl Annotation {
    /// A line that a GitHub or Forgejo runner turns into an annotation.
    pub fn github(&self) -> String {
        let text = |text: &str| text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A");
        let property = |value: &str| text(value).replace(':', "%3A").replace(',', "%2C");
        let level = if self.is_error { "error" } else { "warning" };
        let (path, title) = (property(&self.path), property(&self.title));
        format!("::{level} file={path},line={},title={title}::{}", self.line, text(&self.message))
    }

    /// An entry of a code quality report, as GitLab reads it.
    pub fn gitlab(&self) -> Value {
        json!({
            "description": self.message,
            "check_name": self.rule,
            "fingerprint": self.fingerprint,
            "severity": if self.is_error { "major" } else { "minor" },
            "location": { "path": self.path, "lines": { "begin": self.line } },
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_found_cannot_end_its_line_nor_begin_another_command() {
        let found = Annotation {
            is_error: false,
            rule: "tag".into(),
            title: "a,b:c".into(),
            path: "docs/a,b:%.md".into(),
            line: 3,
            message: "100 %\n::error::x".into(),
            fingerprint: "f".into(),
        };
        let line = "::warning file=docs/a%2Cb%3A%25.md,line=3,title=a%2Cb%3Ac::100 %25%0A::error::x";
        assert_eq!(found.github(), line);
        assert_eq!(found.gitlab()["severity"], "minor");
    }
}
