//! `hotfix man`: the manual page, for both names of the program.

use super::{Outcome, Session};
use crate::cli::{Cli, Man};
use crate::model::failure::Failure;
use crate::system::files;
use crate::system::process::Run;
use crate::terminal::prompt;
use crate::terminal::style::Tone;
use clap::CommandFactory;
use std::path::Path;

pub fn run(session: &Session, args: &Man) -> Outcome {
    if !args.install {
        let page = page("hotfix")?;
        if !(session.env.stdout_tty && session.ui.is_interactive() && is_shown(&page)) {
            session.ui.raw(&page);
        }
        return Ok(0);
    }
    let base = match (session.env.var("XDG_DATA_HOME"), session.env.var("HOME")) {
        (Some(data), _) => Path::new(data).to_owned(),
        (None, Some(home)) => Path::new(home).join(".local/share"),
        (None, None) => {
            return Err(Failure::failed("HOME is not set, so the page cannot be installed").into());
        }
    };
    let dir = base.join("man").join("man1");
    for name in ["hotfix", "git-hotfix"] {
        let path = dir.join(format!("{name}.1"));
        if session.dry_run() {
            session.ui.answer(format!("Would write {}", path.display()));
            continue;
        }
        files::write_atomically(&path, &page(name)?)?;
        session.ui.answer(format!("{} {}", session.ui.sign(Tone::Good), path.display()));
    }
    let root = base.join("man");
    if is_searched(session, &root) {
        session.ui.say("man hotfix and git hotfix --help find it there.");
    } else {
        session.ui.say("man finds it once this line is in your shell's start file:");
        let root = crate::model::text::shell_word(&root.display().to_string());
        session.ui.say(format!("  export MANPATH={root}:$MANPATH"));
    }
    Ok(0)
}

/// Shows the page as man does, where there is one that can.
fn is_shown(page: &str) -> bool {
    let man = Run::new("man").args(["-l", "-"]).stdin(page.as_bytes());
    prompt::lend(|| man.attached()).is_ok_and(|done| done.success())
}

/// Whether man looks there: said by MANPATH, or because the programs beside it are on PATH.
fn is_searched(session: &Session, root: &Path) -> bool {
    if let Some(paths) = session.env.var("MANPATH").filter(|paths| !paths.is_empty()) {
        return std::env::split_paths(paths).any(|path| path == root);
    }
    let Some(bin) = root.parent().and_then(Path::parent).map(|base| base.join("bin")) else { return false };
    root.ends_with("share/man")
        && std::env::split_paths(session.env.var("PATH").unwrap_or_default()).any(|path| path == bin)
}

fn page(name: &'static str) -> anyhow::Result<String> {
    let mut out = Vec::new();
    let command = Cli::command().name(name).override_help("");
    let man = clap_mangen::Man::new(command.clone()).manual("hotfix");
    man.render_title(&mut out)?;
    man.render_name_section(&mut out)?;
    man.render_synopsis_section(&mut out)?;
    man.render_options_section(&mut out)?;
    let mut text = String::from_utf8_lossy(&out).into_owned();
    text.push_str(".SH COMMANDS\n");
    for sub in command.get_subcommands() {
        let about =
            sub.get_long_about().or_else(|| sub.get_about()).map(ToString::to_string).unwrap_or_default();
        text.push_str(&format!(".SS \"{} {}\"\n{}\n", name, sub.get_name(), roff(&about)));
        for arg in sub.get_arguments().filter(|a| !a.is_global_set()) {
            let help = arg.get_help().map(ToString::to_string).unwrap_or_default();
            text.push_str(&format!(".TP\n\\fB{}\\fR\n{}\n", roff(&spelling(arg)), roff(&help)));
        }
    }
    text.push_str(".SH EXIT STATUS\n");
    for (code, meaning) in super::help::EXIT_CODES {
        text.push_str(&format!(".TP\n\\fB{code}\\fR\n{}\n", roff(meaning)));
    }
    Ok(text)
}

fn spelling(arg: &clap::Arg) -> String {
    let value = arg.get_value_names().and_then(|v| v.first()).map(ToString::to_string);
    match (arg.get_short(), arg.get_long()) {
        (Some(s), Some(l)) => format!("-{s}, --{l}{}", value.map(|v| format!(" {v}")).unwrap_or_default()),
        (None, Some(l)) if arg.get_action().takes_values() => {
            format!("--{l}{}", value.map(|v| format!(" {v}")).unwrap_or_default())
        }
        (None, Some(l)) => format!("--{l}"),
        (Some(s), None) => format!("-{s}"),
        (None, None) => value.unwrap_or_else(|| arg.get_id().to_string().to_uppercase()),
    }
}

/// roff reads '-' as a hyphen and '.' or '\'' at the start of a line as a request.
fn roff(text: &str) -> String {
    let escaped = text.replace('\\', "\\e").replace('-', "\\-");
    escaped
        .lines()
        .map(|line| match line.chars().next() {
            Some('.' | '\'') => format!("\\&{line}"),
            _ => line.to_owned(),
        })
        .collect::<Vec<_>>()
        .join("\n")
}
