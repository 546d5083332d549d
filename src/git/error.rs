//! What can go wrong between us and git.

use std::io;

/// A failure of git, of libgit2, or of starting git at all.
#[derive(Debug, thiserror::Error)]
pub enum GitError {
    /// There is no git to run.
    #[error("git could not be started: {0}")]
    Start(#[source] io::Error),
    /// git ran and failed.
    #[error("git {what} failed{}", explain(.stderr))]
    Failed {
        /// The git command, without its arguments.
        what: String,
        /// Its exit status; `None` when a signal or a time limit ended it.
        code: Option<i32>,
        /// What it said.
        stderr: String,
        /// Whether it was ended at a time limit.
        timed_out: bool,
    },
    /// git answered something this program does not understand.
    #[error("git {what} gave unexpected output: {answer}")]
    Unexpected { what: String, answer: String },
    /// libgit2 could not answer; the caller asks git instead.
    #[error("{0}")]
    Library(#[from] git2::Error),
    /// A ref did not have the expected value.
    #[error("{0} was changed by another process")]
    Moved(String),
    /// This directory is in no git repository.
    #[error("not inside a git repository")]
    NoRepository(String),
    /// The current directory was removed; the repository that it was a worktree of, as far as its name tells.
    #[error("the current directory no longer exists")]
    Gone(Option<std::path::PathBuf>),
    /// A file of the repository could not be read or written.
    #[error("{0}: {1}")]
    File(String, #[source] io::Error),
}

/// git's own words, without its prefixes, on as many lines as it used.
fn explain(stderr: &str) -> String {
    let text = crate::model::text::safe_lines(stderr);
    let lines: Vec<&str> = text.lines().map(str::trim).filter(|l| !l.is_empty()).collect();
    if lines.is_empty() { String::new() } else { format!(": {}", lines.join("\n  ")) }
}

impl GitError {
    /// Whether the remote asked for credentials that it did not get.
    pub fn is_authentication(&self) -> bool {
        let Self::Failed { stderr, .. } = self else { return false };
        // git has no exit status for this; its words are in English because we ask for that.
        [
            "Authentication failed",
            "could not read Username",
            "could not read Password",
            "Permission denied (",
            "terminal prompts disabled",
            "HTTP 401",
            "HTTP 403",
            "returned error: 401",
            "returned error: 403",
        ]
        .iter()
        .any(|sign| stderr.contains(sign))
    }

    /// Whether a time limit ended it.
    pub const fn is_timeout(&self) -> bool {
        matches!(self, Self::Failed { timed_out: true, .. })
    }
}
