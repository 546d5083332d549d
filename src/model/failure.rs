//! What a command reports when it does not succeed: kind, exit code, words, and the way on.

use super::nearest::nearest;
use serde::Serialize;
use std::fmt;

/// The kinds of failure that scripts can tell apart; each has one exit code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// git, a remote or a command failed.
    Failed,
    /// The command line, a name, a time or the configuration makes no sense.
    Usage,
    /// A guard said no; no code, branch or remote was changed.
    Refused,
    /// The remote wants credentials we do not have.
    Authentication,
    /// A merge needs a human.
    Conflict,
    /// Something outside is still owed: a review, a server, a monitoring window.
    Waiting,
    /// Ctrl-C.
    Interrupted,
    /// The program was asked to end, or its terminal was closed.
    Terminated,
}

impl Kind {
    /// The process exit status for this kind, as `hotfix help exit-codes` documents it.
    pub const fn exit_code(self) -> u8 {
        match self {
            Self::Failed => 1,
            Self::Usage => 2,
            Self::Refused => 3,
            Self::Authentication => 4,
            Self::Conflict => 5,
            Self::Waiting => 8,
            Self::Interrupted => 130,
            Self::Terminated => 143,
        }
    }

    /// The kind of an end by a signal: 2 is Ctrl-C.
    pub const fn of_signal(signal: i32) -> Self {
        if signal == 2 { Self::Interrupted } else { Self::Terminated }
    }
}

/// One thing that stands in the way, with the command that removes it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// A stable word for scripts: `checklist`, `size`, `identity`…
    pub id: String,
    /// What is wrong, one sentence without a full stop.
    pub message: String,
    /// A command line that works as printed, or a short instruction.
    pub hint: String,
}

impl Problem {
    /// A problem in three words: which, what, and the way out.
    pub fn new(id: &str, message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self { id: id.to_owned(), message: message.into(), hint: hint.into() }
    }

    /// Nobody is set up to be the author of what would be made.
    pub fn no_identity() -> Self {
        Self::new(
            "identity",
            "git does not know who you are",
            "git config user.name \"Your Name\" && git config user.email you@example.com",
        )
    }
}

/// An error with everything a person or a script needs to go on.
#[derive(Clone, Debug)]
pub struct Failure {
    /// Decides the exit code.
    pub kind: Kind,
    /// What happened, and what was and was not changed.
    pub message: String,
    /// Commands that work as printed.
    pub hints: Vec<String>,
    /// Everything found wrong, when a preflight found several things.
    pub problems: Vec<Problem>,
    /// Hotfixes that the command may have meant; the hints are the same command with each.
    pub candidates: Box<[String]>,
    /// A word that is not known, and the known ones that are nearest to it: the first hints are the same
    /// command with each.
    pub meant: Option<Box<(String, Vec<String>)>>,
    /// When the same command may be typed again, as it was.
    pub again: Option<&'static str>,
}

impl Failure {
    /// A failure of the given kind.
    pub fn new(kind: Kind, message: impl Into<String>) -> Self {
        Self {
            kind,
            message: message.into(),
            hints: Vec::new(),
            problems: Vec::new(),
            candidates: Box::default(),
            meant: None,
            again: None,
        }
    }

    /// Says which of the known words is nearest to the one that was typed.
    #[must_use]
    pub fn meant<'a>(self, typed: &str, known: impl IntoIterator<Item = &'a str>) -> Self {
        let near = nearest(typed, known).into_iter().map(str::to_owned).collect();
        self.nearest(typed, near)
    }

    /// Says which words are nearest to the one that was typed. The word itself is no help.
    #[must_use]
    pub fn nearest(mut self, typed: &str, mut near: Vec<String>) -> Self {
        near.retain(|word| word != typed);
        self.meant = (!near.is_empty()).then(|| Box::new((typed.to_owned(), near)));
        self
    }

    /// Gives a value that makes sense in the place of one that was typed.
    #[must_use]
    pub fn instead(mut self, typed: &str, example: &str) -> Self {
        self.meant = Some(Box::new((typed.to_owned(), vec![example.to_owned()])));
        self
    }

    /// git, a remote or a command failed (exit 1).
    pub fn failed(message: impl Into<String>) -> Self {
        Self::new(Kind::Failed, message)
    }

    /// The request makes no sense as typed (exit 2).
    pub fn usage(message: impl Into<String>) -> Self {
        Self::new(Kind::Usage, message)
    }

    /// A guard refuses; nothing was changed (exit 3).
    pub fn refused(message: impl Into<String>) -> Self {
        Self::new(Kind::Refused, message)
    }

    /// Nobody is set up to be the author of what would be made (exit 3).
    pub fn no_identity() -> Self {
        let Problem { message, hint, .. } = Problem::no_identity();
        Self::refused(format!("{message}; nothing was changed")).hint(hint)
    }

    /// Adds a command to type next.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hints.push(hint.into());
        self
    }

    /// Says when the same command may be typed again.
    #[must_use]
    pub const fn again(mut self, when: &'static str) -> Self {
        self.again = Some(when);
        self
    }

    /// Adds the list of everything that stands in the way.
    #[must_use]
    pub fn problems(mut self, problems: Vec<Problem>) -> Self {
        self.problems = problems;
        self
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Failure {}
