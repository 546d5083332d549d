//! The command line as it was typed, for hints that repeat it.

use crate::cli::Command;
use crate::model::failure::Failure;
use crate::model::text::{safe, shell_word};

/// What was typed, as it can be typed again.
pub struct Typed {
    line: String,
    /// In front of a hotfix's name.
    name_flag: &'static str,
}

impl Typed {
    /// Reads the arguments of this process.
    pub fn of(command: Option<&Command>) -> Self {
        let words = std::env::args_os().skip(1).map(|word| shell_word(&safe(&word.to_string_lossy())));
        let line = std::iter::once("hotfix".to_owned()).chain(words).collect::<Vec<_>>().join(" ");
        // A bare `hotfix` is `hotfix status`.
        let line = if command.is_none() { format!("{line} status") } else { line };
        let name_flag = match command {
            Some(Command::Note(_) | Command::Mark(_) | Command::Check(_)) => "--hotfix ",
            _ => "",
        };
        Self { line, name_flag }
    }

    /// Adds the hints that repeat the command: with each hotfix it could have meant, or as it is.
    pub fn complete(&self, failure: &mut Failure) {
        for name in &failure.candidates {
            failure.hints.push(format!("{} {}{}", self.line, self.name_flag, shell_word(name)));
        }
        if let Some(when) = &failure.again {
            failure.hints.insert(0, format!("{}    # {when}", self.line));
        }
    }
}
