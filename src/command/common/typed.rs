//! The command line as it was typed, for hints that repeat it.

use crate::cli::Command;
use crate::model::failure::{Failure, Kind};
use crate::model::text::{safe, shell_word};

/// What follows a number where a time is said in words.
const TIMES: [&str; 17] = [
    "s", "sec", "seconds", "m", "min", "mins", "minute", "minutes", "h", "hour", "hours", "day", "days",
    "ago", "AM", "PM", "UTC",
];

/// What was typed, as it can be typed again.
pub struct Typed {
    words: Vec<String>,
    /// Where the name of a hotfix goes: in front of words that belong to a note, or to a command
    /// that is run.
    name_at: usize,
    /// Whether the name needs `--hotfix`.
    flagged: bool,
}

impl Typed {
    /// Reads the arguments of this process.
    pub fn of(command: Option<&Command>) -> Self {
        let words = std::env::args_os().skip(1).map(|word| shell_word(&safe(&word.to_string_lossy())));
        let mut words: Vec<String> = std::iter::once("hotfix".to_owned()).chain(words).collect();
        // A bare `hotfix` is `hotfix status`.
        if command.is_none() {
            words.push("status".to_owned());
        }
        let position = |word: &str| words.iter().position(|w| w == word);
        let name_at = match command {
            Some(Command::Run(_)) => position("run").map(|at| at + 1),
            _ => position("--"),
        };
        let name_at = name_at.unwrap_or(words.len());
        Self { words, name_at, flagged: command.is_some_and(takes_a_flag) }
    }

    /// The arguments of this process, where they are no command.
    pub fn plain() -> Self {
        let words = std::env::args_os().skip(1).map(|word| shell_word(&safe(&word.to_string_lossy())));
        let words: Vec<String> = std::iter::once("hotfix".to_owned()).chain(words).collect();
        Self { name_at: words.len(), words, flagged: false }
    }

    /// Adds the hints that repeat the command: with each hotfix it could have meant, or as it is.
    pub fn complete(&self, failure: &mut Failure) {
        if let Some(meant) = &failure.meant {
            let (typed, near) = &**meant;
            let lines: Vec<String> = near.iter().filter_map(|word| self.instead(typed, word)).collect();
            failure.hints.splice(0..0, lines);
        }
        for name in &*failure.candidates {
            failure.hints.push(self.with(name));
        }
        // A command line that is wrong stays wrong. One that was refused may be right to repeat.
        if failure.kind == Kind::Usage {
            let typed = self.words.join(" ");
            failure.hints.retain(|hint| hint.split("    #").next().is_none_or(|line| line.trim() != typed));
        }
        if let Some(when) = &failure.again {
            failure.hints.insert(0, format!("{}    # {when}", self.words.join(" ")));
        }
    }

    /// The command with another word in the place of one that was typed.
    pub fn instead(&self, typed: &str, word: &str) -> Option<String> {
        let raw = safe(typed);
        let (typed, word) = (shell_word(&raw), shell_word(&safe(word)));
        let place = |w: &String| {
            *w == typed
                || w.strip_suffix(&typed).is_some_and(|rest| rest.ends_with('='))
                || w.strip_prefix(&typed).is_some_and(|rest| rest.starts_with('='))
        };
        let Some(at) = self.words.iter().skip(1).position(place).map(|at| at + 1) else {
            // Flag and value in one word that had to be quoted.
            let flag = |w: &String| w.strip_prefix('\'')?.strip_suffix(&format!("{raw}'")).map(str::to_owned);
            let flags = self.words.iter().enumerate().filter_map(|(n, w)| Some((n, flag(w)?)));
            let (at, flag) = flags.into_iter().find(|(_, flag)| flag.ends_with('='))?;
            let mut line = self.words.clone();
            *line.get_mut(at)? = format!("{flag}{word}");
            return Some(line.join(" "));
        };
        // A time of several words that was not quoted.
        let more = self.words.iter().skip(at + 1).take_while(|word| TIMES.contains(&word.as_str())).count();
        let (word, more) = match self.words.get(at + 1..=at + more) {
            Some(rest) if !rest.is_empty() && raw.starts_with(|c: char| c.is_ascii_digit()) => {
                (format!("'{raw} {}'", rest.join(" ")), more)
            }
            _ => (word, 0),
        };
        let line = self.words.iter().enumerate().filter(|(n, _)| *n <= at || *n > at + more);
        let line = line.map(|(n, w)| if n == at { w.replacen(&typed, &word, 1) } else { w.clone() });
        Some(line.collect::<Vec<_>>().join(" "))
    }

    fn with(&self, name: &str) -> String {
        let flag = self.flagged.then_some("--hotfix");
        let (before, behind) = self.words.split_at_checked(self.name_at).unwrap_or((&self.words, &[]));
        let name = shell_word(name);
        let words = before.iter().map(String::as_str).chain(flag).chain([name.as_str()]);
        words.chain(behind.iter().map(String::as_str)).collect::<Vec<_>>().join(" ")
    }
}

/// Whether a command takes `--hotfix NAME`; the others take NAME.
const fn takes_a_flag(command: &Command) -> bool {
    matches!(
        command,
        Command::Note(_)
            | Command::Mark(_)
            | Command::Run(_)
            | Command::Severity(_)
            | Command::Role(_)
            | Command::Amend(_)
            | Command::Retract(_)
            | Command::Redact(_)
            | Command::Check(_)
    )
}
