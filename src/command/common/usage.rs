//! What is said of a command line that cannot be understood: help that was asked for, what could have been
//! meant, what can stand in the place of what is missing.

use super::typed::Typed;
use crate::cli::Cli;
use crate::command::{help, page, version};
use crate::model::failure::Failure;
use crate::model::update::Audience;
use crate::system::env::Env;
use crate::terminal::Ui;
use crate::terminal::sink;
use crate::terminal::ui::Manners;
use clap::Parser;
use clap::error::{ContextKind, ContextValue, ErrorKind};
use std::ffi::OsString;
use std::process::ExitCode;

/// Help and version are answers; anything else on the command line is a usage error.
pub fn unparsable(env: &Env, error: &clap::Error, json: bool) -> ExitCode {
    if error.kind() == ErrorKind::DisplayVersion && version::wants_more(std::env::args_os().skip(1), json) {
        return version::show(env, json);
    }
    if matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion) {
        let command =
            subcommand(std::env::args_os().skip(1)).filter(|_| error.kind() == ErrorKind::DisplayHelp);
        let short = std::env::args_os().any(|word| word == "-h");
        let text = command.map_or_else(|| error.render(), |command| help::of(command, short));
        let fits = text.to_string().lines().count() < crate::terminal::style::rows();
        if env.interactive && env.stdout_tty && !fits {
            page(&text.ansi().to_string());
        } else {
            sink::note(std::io::Write::write_all(
                &mut anstream::stdout(),
                text.ansi().to_string().as_bytes(),
            ));
        }
        return if sink::lost().is_some() { ExitCode::FAILURE } else { ExitCode::SUCCESS };
    }
    let ui = Ui::new(env, Manners { json, ..Manners::default() });
    let command = subcommand(std::env::args_os().skip(1));
    // What was typed is repeated in the message, control characters and all.
    let text = crate::model::text::safe_lines(&error.to_string());
    let text = text.strip_prefix("error: ").unwrap_or(&text);
    // clap leaves out what it thinks is clear, and points to help that we name ourselves.
    let mut lines: Vec<&str> = text.lines().collect();
    if let Some(usage) = lines.iter().position(|line| line.starts_with("Usage: ")) {
        lines.truncate(usage);
    }
    lines.retain(|line| !line.starts_with("For more information"));
    // What it proposes comes back as commands, the nearest first.
    let meant = nearest_to(error, command.as_ref());
    let topic = meant.is_none().then(|| topic(error)).flatten();
    let said = if meant.is_some() { "tip: " } else { "tip: a similar " };
    lines.retain(|line| !line.trim_start().starts_with(said));
    let message = lines.join("\n").trim_end().to_owned();
    let mut failure = match command {
        Some(mut command) => {
            let usage = command.render_usage().to_string();
            let help = format!("{} --help", command.get_bin_name().unwrap_or("hotfix"));
            let values = values_of_missing(error, &command);
            Failure::usage(format!("{message}{values}\n\n{}", usage.trim_end())).hint(help)
        }
        None => Failure::usage(message).hint("hotfix help"),
    };
    failure.hints.splice(0..0, gits_own(error));
    if let Some(topic) = topic {
        failure.hints.insert(0, format!("hotfix help {topic}"));
    }
    failure.meant = meant;
    Typed::plain().complete(&mut failure);
    ui.failure(&failure);
    ExitCode::from(failure.kind.exit_code())
}

/// Questions about a faulty commit that git answers, and how it is asked.
const GITS_OWN: [(&str, &str); 3] = [
    ("bisect", "git bisect start    # finds the commit that brought a fault"),
    ("blame", "git blame FILE    # shows which commit wrote each line"),
    ("contains", "git tag --contains COMMIT    # lists the releases that have a commit"),
];

/// The git command to use, where an unknown word is one that git answers.
fn gits_own(error: &clap::Error) -> Option<String> {
    let Some(ContextValue::String(typed)) = error.get(ContextKind::InvalidSubcommand) else { return None };
    GITS_OWN.iter().find(|(word, _)| word == typed).map(|(_, hint)| (*hint).to_owned())
}

/// What the missing arguments can be: their values, else what is said of them; of a command with commands of its
/// own, these.
fn values_of_missing(error: &clap::Error, command: &clap::Command) -> String {
    if error.kind() == ErrorKind::InvalidSubcommand {
        let names: Vec<&str> = command.get_subcommands().map(clap::Command::get_name).collect();
        return if names.is_empty() { String::new() } else { format!("\n  {}", names.join(", ")) };
    }
    let missing = text_of(error, ContextKind::InvalidArg);
    let has_no_value = text_of(error, ContextKind::InvalidValue).concat().is_empty();
    if !(error.kind() == ErrorKind::MissingRequiredArgument
        || (error.kind() == ErrorKind::InvalidValue && has_no_value))
    {
        return String::new();
    }
    let is_missing = |arg: &&clap::Arg| missing.contains(&arg.to_string());
    let mut lines = String::new();
    for arg in command.get_arguments().filter(is_missing) {
        let values = arg.get_possible_values();
        let names: Vec<&str> = values.iter().map(|value| value.get_name()).collect();
        let words = match (names.is_empty(), arg.get_help()) {
            (false, _) => names.join(", "),
            (true, Some(help)) => help.to_string(),
            (true, None) => continue,
        };
        if !text_of(error, ContextKind::ValidValue).is_empty() {
            continue;
        }
        lines.push_str(&format!("\n  {arg}: {words}"));
    }
    lines
}

/// What clap tells of an error.
fn text_of(error: &clap::Error, kind: ContextKind) -> Vec<String> {
    match error.get(kind) {
        Some(ContextValue::String(text)) => vec![text.clone()],
        Some(ContextValue::Strings(texts)) => texts.clone(),
        _ => Vec::new(),
    }
}

/// The topic of help that was typed as a command.
fn topic(error: &clap::Error) -> Option<&'static str> {
    let typed = text_of(error, ContextKind::InvalidSubcommand).into_iter().next()?;
    help::TOPICS.iter().map(|(name, _)| *name).find(|name| *name == typed)
}

/// The command line with what a person was asked for: the audience of an update.
///
/// # Errors
/// The error that there was, where nothing is asked or answered.
pub fn asked_for(env: &Env, error: clap::Error) -> Result<Cli, clap::Error> {
    let words: Vec<OsString> = std::env::args_os().collect();
    let updates =
        subcommand(words.iter().skip(1).cloned()).is_some_and(|command| command.get_name() == "update");
    let given = |flag: &str| words.iter().any(|word| word == flag);
    if !updates
        || error.kind() != ErrorKind::MissingRequiredArgument
        || given("--json")
        || given("--no-input")
    {
        return Err(error);
    }
    let ui = Ui::new(env, Manners::default());
    if !ui.is_interactive() {
        return Err(error);
    }
    let names = Audience::ALL.map(Audience::as_str);
    match ui.choose("Who is told?", &names, 0) {
        Ok(Some(chosen)) => {
            let audience = names.get(chosen).map(OsString::from);
            Cli::try_parse_from(words.into_iter().chain(audience))
        }
        _ => Err(error),
    }
}

/// Names of steps, and words of other tools, with the command that does it.
const STEPS: [(&str, &str); 14] = [
    ("assess", "severity"),
    ("begin", "start"),
    ("branch", "start"),
    ("completion", "completions"),
    ("continue", "status"),
    ("detect", "mark"),
    ("log", "timeline"),
    ("merge", "finish"),
    ("new", "start"),
    ("publish", "finish"),
    ("release", "finish"),
    ("resolve", "mark"),
    ("resolved", "mark"),
    ("test", "check"),
];

/// The word that clap does not know, and the known ones that are nearest.
fn nearest_to(error: &clap::Error, within: Option<&clap::Command>) -> Option<Box<(String, Vec<String>)>> {
    let first = |kind| text_of(error, kind).into_iter().next();
    if let Some(typed) = first(ContextKind::InvalidSubcommand) {
        let cli = within.cloned().unwrap_or_else(<Cli as clap::CommandFactory>::command);
        if let Some((_, command)) = STEPS.iter().find(|(step, _)| *step == typed && within.is_none()) {
            return Some(Box::new((typed, vec![(*command).to_owned()])));
        }
        if help::TOPICS.iter().any(|(name, _)| *name == typed) {
            return None;
        }
        let names = cli.get_subcommands().filter(|c| !c.is_hide_set()).map(clap::Command::get_name);
        return Failure::usage("").meant(&typed, names).meant;
    }
    if let Some(typed) = first(ContextKind::InvalidValue) {
        let known = text_of(error, ContextKind::ValidValue);
        return Failure::usage("").meant(&typed, known.iter().map(String::as_str)).meant;
    }
    // What clap calls similar need not be.
    let near = text_of(error, ContextKind::SuggestedArg);
    let typed = first(ContextKind::InvalidArg)?;
    Failure::usage("").meant(&typed, near.iter().map(String::as_str)).meant
}

/// The subcommand that was typed, and the one within it, with the full usage.
fn subcommand(words: impl Iterator<Item = OsString>) -> Option<clap::Command> {
    let mut cli = <Cli as clap::CommandFactory>::command();
    cli.build();
    words.fold(None, |found: Option<clap::Command>, word| {
        let inner = found.as_ref().unwrap_or(&cli).find_subcommand(&word).cloned();
        inner.or(found)
    })
}
