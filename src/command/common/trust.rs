//! The question before a command of the repository's configuration runs for the first time.

use crate::command::Session;
use crate::engine::share_target::names_a_helper;
use crate::engine::trust::{self, Purpose};
use crate::facts::Workspace;
use crate::model::failure::Failure;
use crate::model::text::{exact, exact_lines, safe, shorten};

/// Whether a command may run: said on the command line, said before, or said now. Where nobody can
/// be asked the answer is no; being in CI allows nothing.
///
/// # Errors
/// Ctrl-C, or a yes that cannot be kept.
pub fn is_allowed(
    session: &Session,
    workspace: &Workspace,
    (purpose, command): (Purpose<'_>, &str),
    given: bool,
) -> anyhow::Result<bool> {
    if given || trust::is_trusted(&workspace.repo, purpose, command) {
        return Ok(true);
    }
    if !session.ui.is_interactive() {
        return Ok(false);
    }
    let whose = match purpose {
        Purpose::Check(id) => format!("the check '{}'", exact(id)),
        _ => "deploying and verifying releases".to_owned(),
    };
    let what =
        format!("hotfix.toml names a command for {whose} that is not trusted here yet. Its exact text:");
    let question = "Run it, now and whenever its text is the same?";
    ask(session, workspace, purpose, (&what, command, question))
}

/// Whether git may read and write a directory that a committed file names.
///
/// # Errors
/// As [`is_allowed`].
pub fn is_allowed_place(session: &Session, workspace: &Workspace, path: &str) -> anyhow::Result<bool> {
    if !session.ui.is_interactive() {
        return Ok(false);
    }
    let what = if names_a_helper(path) {
        "hotfix.toml sends the incident log to an address that git reads with another program:"
    } else {
        "hotfix.toml sends the incident log to a directory here, and git runs the hooks in it:"
    };
    ask(session, workspace, Purpose::Place, (what, path, "Use it, now and whenever it is the same?"))
}

/// Whether others may be told where a committed file says so.
///
/// # Errors
/// As [`is_allowed`].
pub fn is_allowed_to_tell(session: &Session, workspace: &Workspace, line: &str) -> anyhow::Result<bool> {
    let what = "hotfix.toml says that others are told what happens. Its exact text:";
    ask(
        session,
        workspace,
        Purpose::Telling,
        (what, line, "Tell them, now and whenever the text is the same?"),
    )
}

/// How many lines are seen at once on any terminal.
const AT_A_GLANCE: usize = 12;

fn is_blank(line: &str) -> bool {
    line.trim().is_empty()
}

/// Shows the exact text and asks; Enter is no.
fn ask(
    session: &Session,
    workspace: &Workspace,
    purpose: Purpose<'_>,
    (what, text, question): (&str, &str, &str),
) -> anyhow::Result<bool> {
    session.ui.say(what);
    let lines = exact_lines(text);
    for run in lines.chunk_by(|a, b| is_blank(a) && is_blank(b)) {
        match run {
            [_, _, ..] => session.ui.say(format!("  | ({} empty lines)", run.len())),
            _ => run.iter().for_each(|line| session.ui.say(format!("  | {line}"))),
        }
    }
    // What begins it may have left the screen.
    if let (Some(first), true) = (lines.first(), lines.len() > AT_A_GLANCE) {
        session.ui.say(format!("These are {} lines. The first one: {}", lines.len(), shorten(first, 200)));
    }
    if !session.ui.confirm(question, false)? {
        return Ok(false);
    }
    trust::trust(&workspace.repo, purpose, text)?;
    Ok(true)
}

/// Whether what a committed file says about the forge may be believed: it decides where a token goes.
///
/// # Errors
/// Ctrl-C, or a yes that cannot be kept.
pub fn is_believed(
    session: &Session,
    workspace: &Workspace,
    line: &str,
    given: bool,
) -> anyhow::Result<bool> {
    if given || trust::is_trusted(&workspace.repo, Purpose::Forge, line) {
        return Ok(true);
    }
    // A dry run asks nothing, and what it shows is worth no token and no command.
    if !session.ui.is_interactive() || session.dry_run() {
        session.ui.warn(format!("{} in hotfix.toml is not used: not trusted here yet (--trust)", safe(line)));
        return Ok(false);
    }
    let what = "hotfix.toml says where pull requests are, and a token goes there. Its exact text:";
    let question = "Trust it, now and whenever its text is the same?";
    ask(session, workspace, Purpose::Forge, (what, line, question))
}

/// The lines to type next keep the `--trust` that was given.
pub fn kept(error: anyhow::Error, given: bool) -> anyhow::Error {
    let Some(failure) = error.downcast_ref::<Failure>().filter(|_| given) else { return error };
    let mut failure = failure.clone();
    for hint in &mut failure.hints {
        *hint = keep(hint);
    }
    failure.into()
}

/// A command line with `--trust`, where it takes it.
pub fn keep(line: &str) -> String {
    let (command, comment) =
        line.split_once("    #").map_or((line, String::new()), |(c, rest)| (c, format!("    #{rest}")));
    let takes = ["hotfix finish", "hotfix deploy", "hotfix verify", "hotfix rollback"];
    if takes.iter().any(|t| command.starts_with(t))
        && !command.contains("--trust")
        && !command.contains("--dry-run")
    {
        return format!("{command} --trust{comment}");
    }
    line.to_owned()
}
