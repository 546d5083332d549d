//! What a finished process left behind, and what a test may demand of it.

use serde_json::Value;
use std::fmt;

/// The result of one command. Look at its status or its output; ignoring it hides failures.
#[must_use = "say .ok() or .exits(code), or look at the output"]
pub struct Ran {
    /// The command line, for messages.
    pub shown: String,
    /// The exit status; 128 + n after signal n.
    pub status: i32,
    pub stdout: String,
    pub stderr: String,
}

impl Ran {
    /// Panics where the forge's token is in what was printed.
    #[track_caller]
    pub fn fails_with_no_token(&self) -> &Self {
        let text = format!("{}{}", self.stdout, self.stderr);
        assert!(!text.contains(super::forge::TOKEN), "{text}");
        self
    }

    /// Demands exit status 0.
    #[track_caller]
    pub fn ok(&self) -> &Self {
        self.exits(0)
    }

    /// Demands this exit status.
    #[track_caller]
    pub fn exits(&self, status: i32) -> &Self {
        assert_eq!(self.status, status, "expected exit status {status}\n{self}");
        self
    }

    /// Demands one of these exit statuses, where the contract leaves the choice.
    #[track_caller]
    pub fn exits_with_one_of(&self, allowed: &[i32]) -> &Self {
        assert!(allowed.contains(&self.status), "expected exit status {allowed:?}\n{self}");
        self
    }

    /// Demands that it did not succeed, and that it names a command to type next.
    #[track_caller]
    pub fn fails_with_a_hint(&self) -> &Self {
        assert!([1, 2, 3].contains(&self.status), "expected exit status 1, 2 or 3\n{self}");
        assert!(self.stderr.contains("hint:"), "expected a hint on stderr\n{self}");
        self
    }

    /// Demands that this text was printed, on stdout or stderr.
    #[track_caller]
    pub fn says(&self, text: &str) -> &Self {
        assert!(self.said(text), "expected to read {text:?}\n{self}");
        self
    }

    /// Demands that this text was not printed.
    #[track_caller]
    pub fn does_not_say(&self, text: &str) -> &Self {
        assert!(!self.said(text), "expected not to read {text:?}\n{self}");
        self
    }

    /// Whether this text was printed.
    pub fn said(&self, text: &str) -> bool {
        self.stdout.contains(text) || self.stderr.contains(text)
    }

    /// The one JSON document on stdout.
    #[track_caller]
    pub fn json(&self) -> Value {
        let value: Value = serde_json::from_str(&self.stdout)
            .unwrap_or_else(|error| panic!("stdout is not one JSON document: {error}\n{self}"));
        assert_eq!(value["schema"], 1, "the document has no \"schema\": 1\n{self}");
        value
    }

    /// The JSON error document, after checking that it has every field.
    #[track_caller]
    pub fn json_error(&self) -> Value {
        let error = self.json()["error"].clone();
        assert!(error["kind"].is_string(), "no error.kind\n{self}");
        assert!(error["message"].is_string(), "no error.message\n{self}");
        assert!(error["hints"].is_array(), "no error.hints\n{self}");
        assert!(error["problems"].is_array(), "no error.problems\n{self}");
        error
    }

    /// Demands that no control character but a line end or a tab was printed. Every call of the
    /// program without a terminal is checked.
    #[track_caller]
    pub fn is_clean_text(&self) {
        let bad = |c: char| (c.is_ascii_control() || c == '\u{9b}') && c != '\n' && c != '\t';
        let found = self.stdout.chars().chain(self.stderr.chars()).find(|c| bad(*c));
        assert!(found.is_none(), "a control character ({found:?}) was printed\n{self}");
    }
}

impl fmt::Display for Ran {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "$ {}\n[exit status {}]", self.shown, self.status)?;
        writeln!(f, "--- stdout\n{}--- stderr\n{}---", self.stdout, self.stderr)
    }
}
