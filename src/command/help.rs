//! `hotfix help`.

use super::usage::STEPS;
use super::{Outcome, Session};
use crate::cli::{Cli, EVERYTHING, EVERYWHERE, Help};
use crate::model::failure::Failure;
use crate::model::text::safe;
use clap::CommandFactory;
use clap::builder::StyledStr;

/// Each exit status and what it means.
pub const EXIT_CODES: [(u8, &str); 9] = [
    (0, "done, completely"),
    (1, "failed: git, the remote or a command; audit and checks found something"),
    (2, "invalid command line, name, time or configuration"),
    (3, "refused: no code, branch or remote was changed (the log may record it)"),
    (4, "authentication with the remote failed"),
    (5, "a conflict has to be resolved"),
    (8, "waiting: a target is owed the fix, or a review, request or watch is pending"),
    (130, "interrupted"),
    (143, "terminated"),
];

/// What there is help for besides the commands.
pub const TOPICS: [(&str, &str); 3] = [
    ("all", "each command in one line, and the options"),
    ("exit-codes", "each exit status and what it means"),
    ("templates", "the templates that can be replaced"),
];

/// The help of a command. The options of every command are in `hotfix help all`.
pub fn of(command: clap::Command, short: bool) -> StyledStr {
    let is_everywhere = |arg: &clap::Arg| arg.get_help_heading() == Some(EVERYWHERE);
    let command = command.mut_args(|arg| if is_everywhere(&arg) { arg.hide(true) } else { arg });
    let mut command = command.after_help("Options for every command: hotfix help all");
    if short { command.render_help() } else { command.render_long_help() }
}

pub fn run(session: &Session, args: &Help) -> Outcome {
    match args.topic.as_deref() {
        None => session.ui.raw(&Cli::command().render_help().to_string()),
        Some("all") => session.ui.raw(EVERYTHING),
        Some("exit-codes") => {
            for (code, meaning) in EXIT_CODES {
                session.ui.answer(format!("{code:>4}  {meaning}"));
            }
            session.ui.answer("");
            session.ui.answer("Running the same command again continues where it stopped.");
        }
        Some("templates") => session.ui.raw(include_str!("../../docs/templates.md")),
        Some(topic) => {
            let mut cli = Cli::command();
            cli.build();
            let Some(command) = cli.find_subcommand_mut(topic) else {
                let commands = Cli::command();
                let step = STEPS.iter().find(|(word, _)| *word == topic);
                if let Some((_, command)) = step {
                    return Err(Failure::usage(format!("'{}' is a step, not a command", safe(topic)))
                        .hint(format!("hotfix help {command}"))
                        .into());
                }
                let names = commands.get_subcommands().map(clap::Command::get_name);
                return Err(Failure::usage(format!("there is no help for '{}'", safe(topic)))
                    .meant(topic, names.chain(TOPICS.map(|(name, _)| name)))
                    .hint("hotfix help all")
                    .into());
            };
            session.ui.raw(&of(command.clone(), false).to_string());
        }
    }
    Ok(0)
}
