//! `hotfix complete`, which the completion scripts of the shells call: what can be typed next, a line each,
//! with a tab before its description. It never fails and never talks to a remote.

mod values;

use super::{Outcome, Session};
use crate::cli::{Cli, Complete};
use crate::model::text::{safe, shorten};
use crate::system::env::change_dir;
use clap::{Arg, ArgAction, Command, CommandFactory, ValueHint};
use std::collections::BTreeSet;

/// What the scripts read as "complete paths here".
const PATHS: &str = ":paths";

/// Something that can be typed, and what it means.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Candidate {
    text: String,
    meaning: String,
}

impl Candidate {
    fn new(text: impl Into<String>, meaning: impl Into<String>) -> Self {
        Self { text: text.into(), meaning: meaning.into() }
    }
}

pub fn run(session: &Session, args: &Complete) -> Outcome {
    let words: Vec<String> = args.words.iter().map(|w| w.to_string_lossy().into_owned()).collect();
    let mut cli = Cli::command();
    cli.build();
    let typed = Typed::read(&cli, &words);
    if let Some(directory) = &typed.directory {
        drop(change_dir(directory.as_ref()));
    }
    let found = typed.candidates(session);
    if found.is_empty() && typed.wants_a_path() {
        session.ui.answer(PATHS);
    }
    let mut seen = BTreeSet::new();
    for candidate in found.iter().filter(|c| c.text.starts_with(&typed.word) && seen.insert(&c.text)) {
        let meaning = shorten(safe(&candidate.meaning).trim_end_matches('.'), 60);
        session.ui.answer(format!("{}\t{meaning}", candidate.text).trim_end());
    }
    Ok(0)
}

/// A command line up to the cursor.
struct Typed<'a> {
    command: &'a Command,
    /// Whether a subcommand can still follow.
    root: bool,
    /// The word that the cursor is in.
    word: String,
    /// The option whose value it is, and what is in front of the value in the word.
    option: Option<(&'a Arg, String)>,
    /// Its place among the words that are not options.
    position: usize,
    /// Behind `--`.
    plain: bool,
    /// The value of `-C`.
    directory: Option<String>,
    /// The words that are not options, before the cursor.
    before: Vec<String>,
}

impl<'a> Typed<'a> {
    fn read(cli: &'a Command, words: &[String]) -> Self {
        let (word, earlier) = words.split_last().map_or_else(Default::default, |(w, e)| (w.clone(), e));
        let mut typed = Self {
            command: cli,
            root: true,
            word,
            option: None,
            position: 0,
            plain: false,
            directory: None,
            before: Vec::new(),
        };
        let mut pending: Option<&'a Arg> = None;
        for word in earlier {
            if let Some(arg) = pending.take() {
                if arg.get_short() == Some('C') {
                    typed.directory = Some(word.clone());
                }
                continue;
            }
            if typed.plain {
                typed.position += 1;
            } else if word == "--" {
                typed.plain = true;
            } else if word.len() > 1 && word.starts_with('-') {
                pending = typed.option_of(word).filter(|_| !word.contains('='));
            } else if let Some(inner) = typed.command.find_subcommand(word).filter(|_| typed.position == 0) {
                (typed.command, typed.root) = (inner, false);
            } else {
                typed.position += 1;
                typed.before.push(word.clone());
            }
        }
        typed.option = match pending {
            Some(arg) => Some((arg, String::new())),
            None => {
                typed.word.split_once('=').filter(|_| typed.word.starts_with("--") && !typed.plain).and_then(
                    |(name, _)| Some((typed.long(name.trim_start_matches('-'))?, format!("{name}="))),
                )
            }
        };
        typed
    }

    /// The option of a word, when it takes a value of its own.
    fn option_of(&self, word: &str) -> Option<&'a Arg> {
        let arg = match word.strip_prefix("--") {
            Some(long) => self.long(long.split('=').next().unwrap_or_default())?,
            None => {
                let short = word.chars().last()?;
                self.command.get_arguments().find(|a| a.get_short() == Some(short))?
            }
        };
        let takes = matches!(arg.get_action(), ArgAction::Set | ArgAction::Append);
        (takes && !arg.is_require_equals_set()).then_some(arg)
    }

    fn long(&self, name: &str) -> Option<&'a Arg> {
        self.command.get_arguments().find(|a| a.get_long() == Some(name))
    }

    /// The argument without an option that the cursor is in.
    fn positional(&self) -> Option<&'a Arg> {
        let all: Vec<&Arg> = self.command.get_positionals().collect();
        let many = |a: &&&Arg| matches!(a.get_action(), ArgAction::Append);
        all.get(self.position).or_else(|| all.last().filter(many)).copied()
    }

    fn wants_a_path(&self) -> bool {
        let arg = match &self.option {
            Some((arg, _)) => Some(*arg),
            None => self.positional(),
        };
        let hints = [ValueHint::AnyPath, ValueHint::FilePath, ValueHint::DirPath];
        arg.is_some_and(|arg| hints.contains(&arg.get_value_hint()))
            // A command of the user's own is completed as one.
            || self.command.get_name() == "run"
    }

    fn candidates(&self, session: &Session) -> Vec<Candidate> {
        if let Some((arg, before)) = &self.option {
            let mut found = values::of(
                session,
                self.command,
                arg,
                self.word.strip_prefix(before).unwrap_or_default(),
                &self.before,
            );
            for candidate in &mut found {
                candidate.text.insert_str(0, before);
            }
            return found;
        }
        if self.word.starts_with('-') && !self.plain {
            return self.options();
        }
        let mut found = Vec::new();
        if self.position == 0 && !self.plain {
            let shown = self.command.get_subcommands().filter(|c| !c.is_hide_set());
            found.extend(shown.map(|c| {
                let about = c.get_about().map(ToString::to_string).unwrap_or_default();
                Candidate::new(c.get_name(), about)
            }));
        }
        if let Some(arg) = self.positional().filter(|_| !self.root) {
            found.extend(values::of(session, self.command, arg, &self.word, &self.before));
        }
        found
    }

    fn options(&self) -> Vec<Candidate> {
        let shown = self.command.get_arguments().filter(|a| !a.is_hide_set());
        let mut found = Vec::new();
        for arg in shown {
            let help = arg.get_help().map(ToString::to_string).unwrap_or_default();
            if let Some(long) = arg.get_long() {
                found.push(Candidate::new(format!("--{long}"), help.clone()));
            }
            if let (Some(short), true) = (arg.get_short(), self.word == "-") {
                found.push(Candidate::new(format!("-{short}"), help));
            }
        }
        found
    }
}
