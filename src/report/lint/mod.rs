//! Reading what people wrote, for what they would rather not have written.

pub mod names;
pub mod users;
mod wording;
mod words;

use serde::Serialize;

/// Something found in a text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// The rule, as `hotfix:allow` names it.
    pub rule: &'static str,
    /// Counted from 1.
    pub line: usize,
    pub column: usize,
    /// The words it is about.
    pub text: String,
    /// What is wrong with them, to be read after the words: `is a commit id`.
    pub message: String,
}
