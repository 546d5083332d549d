//! A signature that could not be made.

use crate::model::failure::{Failure, Problem};
use std::fmt;

/// What was to be signed, and why it was not.
#[derive(Debug)]
pub struct Unsigned {
    pub what: &'static str,
    /// One line.
    pub why: String,
    /// The options of git that go on without, with a space behind.
    pub without: String,
}

impl Unsigned {
    /// As something that stands in the way of `command`.
    pub fn problem(&self, command: &str) -> Problem {
        Problem::new("signing", self.to_string(), self.hint(command))
    }

    /// As a failure of `command`.
    pub fn failure(&self, command: &str) -> Failure {
        Failure::refused(format!("{self}\nNothing was published and nothing was changed here."))
            .hint("hotfix doctor    # tries to sign")
            .hint(self.hint(command))
    }

    fn hint(&self, command: &str) -> String {
        format!("git {}{command}    # unsigned, this once", self.without)
    }
}

impl fmt::Display for Unsigned {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} could not be signed: {}", self.what, self.why)
    }
}

impl std::error::Error for Unsigned {}
