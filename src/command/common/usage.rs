//! What is said of a command line that cannot be understood: help that was asked for, what could have been
//! meant, what can stand in the place of what is missing.

use super::quoting::quoted;
use super::typed::Typed;
use crate::cli::Cli;
use crate::command::{help, page, version};
use crate::model::failure::Failure;
use crate::model::update::Audience;
use crate::system::env::Env;
use crate::terminal::Ui;
use crate::terminal::ui::Manners;
use crate::terminal::{prompt, sink};
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
    let mut message = lines.join("\n").trim_end().to_owned();
    let quoted = unquoted(error, command.as_ref());
    if quoted.is_some() {
        message.push_str("; words with spaces need quotes");
    }
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
    failure.hints.splice(0..0, quoted);
    failure.hints.splice(0..0, texts(error));
    if let Some(topic) = topic {
        failure.hints.insert(0, format!("hotfix help {topic}"));
    }
    failure.meant = meant;
    Typed::plain().complete(&mut failure);
    ui.failure(&failure);
    ExitCode::from(failure.kind.exit_code())
}

/// The line with quotes, where words were typed that belong to the one before them.
fn unquoted(error: &clap::Error, command: Option<&clap::Command>) -> Option<String> {
    if error.kind() != ErrorKind::UnknownArgument {
        return None;
    }
    let stray = text_of(error, ContextKind::InvalidArg).into_iter().next()?;
    if stray.starts_with('-') {
        return None;
    }
    quoted_line(&stray, command?)
}

/// As it was typed, with quotes around the words that belong together with `stray`.
fn quoted_line(stray: &str, command: &clap::Command) -> Option<String> {
    let words: Vec<String> =
        std::env::args_os().skip(1).map(|word| word.to_string_lossy().into_owned()).collect();
    quoted(&words, stray, |flag| {
        let long = flag.trim_start_matches('-');
        let is_it = |arg: &&clap::Arg| {
            arg.get_long() == Some(long) || arg.get_short().is_some_and(|s| s.to_string() == long)
        };
        command.get_arguments().find(is_it).is_some_and(|arg| arg.get_action().takes_values())
    })
}

/// The line with quotes for a word of the command that was typed and means nothing there.
pub fn quoted_here(stray: &str) -> Option<String> {
    quoted_line(stray, &subcommand(std::env::args_os().skip(1))?)
}

/// How an update gets its text, where it was typed.
fn texts(error: &clap::Error) -> Option<String> {
    let typed = text_of(error, ContextKind::InvalidArg).into_iter().next()?;
    let is_update = std::env::args_os().nth(1).is_some_and(|word| word == "update");
    let is_text = !typed.starts_with('-') || matches!(typed.as_str(), "-m" | "--message");
    (is_update && is_text && error.kind() == ErrorKind::UnknownArgument)
        .then(|| "echo \"TEXT\" | hotfix update users -F - -y    # the text from standard input".to_owned())
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

/// What prevents the command from running.
pub enum Unasked {
    Usage(clap::Error),
    /// Ctrl-C at the question.
    Interrupted(Failure),
}

/// The command line with what a person was asked for: the audience of an update.
///
/// # Errors
/// The error that there was, where nothing is asked or answered.
pub fn asked_for(env: &Env, error: clap::Error) -> Result<Cli, Unasked> {
    let words: Vec<OsString> = std::env::args_os().collect();
    let updates =
        subcommand(words.iter().skip(1).cloned()).is_some_and(|command| command.get_name() == "update");
    let given = |flag: &str| words.iter().any(|word| word == flag);
    if !updates
        || error.kind() != ErrorKind::MissingRequiredArgument
        || given("--json")
        || given("--no-input")
    {
        return Err(Unasked::Usage(error));
    }
    let ui = Ui::new(env, Manners::default());
    if !ui.is_interactive() {
        return Err(Unasked::Usage(error));
    }
    prompt::handle_interrupts();
    let names = Audience::ALL.map(Audience::as_str);
    match ui.choose("Who is told?", &names, 0) {
        Ok(Some(chosen)) => {
            let audience = names.get(chosen).map(OsString::from);
            Cli::try_parse_from(words.into_iter().chain(audience)).map_err(Unasked::Usage)
        }
        Ok(None) => Err(Unasked::Usage(error)),
        Err(interrupted) => Err(Unasked::Interrupted(interrupted)),
    }
}

/// Names of steps, and words of other tools, with the command that does it.
pub const STEPS: [(&str, &str); 15] = [
    ("assess", "severity"),
    ("begin", "start"),
    ("branch", "start"),
    ("completion", "completions"),
    ("continue", "status"),
    ("detect", "mark"),
    ("fix", "status"),
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
        // The number that the menu shows in front of it.
        let numbered = typed.parse::<usize>().ok().and_then(|n| known.get(n.checked_sub(1)?));
        if let Some(item) = numbered.filter(|_| within.is_some_and(|c| c.get_name() == "update")) {
            return Some(Box::new((typed, vec![item.clone()])));
        }
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
