//! One file or directory for each command: look, plan, show, do. What several of them share is in
//! `common`, and every command finds it here.

mod abort;
mod affected;
mod audit;
mod bundle;
mod check;
mod common;
mod complete;
mod completions;
mod config;
mod correct;
mod deploy;
mod describe;
mod doctor;
mod drill;
mod finish;
mod followups;
mod help;
mod init;
mod list;
mod man;
mod mark;
mod note;
mod notify;
mod path;
mod postmortem;
mod review;
mod rollback;
mod run;
mod severity_role;
mod start;
mod stats;
mod status;
mod sync;
mod timeline;
mod undo;
mod update;
mod verify;
mod version;

use self::describe::Field;
use crate::cli::{Cli, Color, Command};
use crate::model::failure::Failure;
use crate::model::text::shell_word;
use crate::system::env::{Env, change_dir};
use crate::system::signals;
use crate::terminal::ui::Manners;
use crate::terminal::{Ui, prompt, sink};
use clap::Parser;
use common::typed::Typed;
use common::{
    adopt, annotation, approver, courier, editor, failure, pick, plan_view, requests, run_lock, settle,
    share, show, step_view, templates, trust, usage, watching,
};
use std::process::ExitCode;

pub use common::session::Session;

/// A command's exit status.
type Outcome = anyhow::Result<u8>;

/// Runs the program and returns its exit status.
pub fn run() -> ExitCode {
    let env = Env::from_os();
    let wants_json = std::env::args_os().any(|a| a == "--json");
    let mut cli = match Cli::try_parse().or_else(|error| usage::asked_for(&env, error)) {
        Ok(cli) => cli,
        Err(usage::Unasked::Usage(error)) => return usage::unparsable(&env, &error, wants_json),
        Err(usage::Unasked::Interrupted(failure)) => {
            Ui::new(&env, Manners { json: wants_json, ..Manners::default() }).failure(&failure);
            return ExitCode::from(failure.kind.exit_code());
        }
    };
    let global = cli.global.clone();
    let manners =
        Manners { json: global.json, no_input: global.no_input, yes: global.yes, quiet: global.quiet };
    set_color(global.color);
    crate::terminal::logger::install(global.verbose);
    let ui = Ui::new(&env, manners);
    prompt::handle_interrupts();
    if let Some(dir) = &global.directory
        && let Err(error) = change_dir(dir)
    {
        let failure = Failure::usage(format!("cannot work in {}: {error}", dir.display()));
        ui.failure(&failure);
        return ExitCode::from(failure.kind.exit_code());
    }
    if let Err(failure) = cli.named() {
        ui.failure(&failure);
        return ExitCode::from(failure.kind.exit_code());
    }
    if let (Some(name), Some(command)) = (&global.hotfix, cli.command.as_ref().and_then(Command::about_all)) {
        let name = crate::model::text::safe(name);
        ui.warn(format!("{command} is not about a single hotfix: --hotfix {name} is ignored"));
    }
    let changes = cli.command.as_ref().is_some_and(changes);
    if changes && !cli.command.as_ref().is_some_and(asks_before_all) {
        signals::stands(CONTINUES);
    }
    let typed = Typed::of(cli.command.as_ref());
    let in_a_hurry = cli.command.as_ref().is_some_and(stays_quick);
    let tells = cli.command.as_ref().is_none_or(tells_what_waits);
    let session = Session::new(env, ui, global, changes, in_a_hurry);
    session.courier.trust(cli.command.as_ref().is_some_and(trusts));
    if cli.command.as_ref().is_none_or(is_read) || session.dry_run() {
        session.ui.hold(session.env.stdout_tty);
    }
    let outcome = dispatch(&session, cli.command);
    session.done(tells);
    if let Some(text) = session.ui.release() {
        page(&text);
    }
    match outcome {
        Ok(code) => match sink::lost() {
            Some(why) => {
                let failure = Failure::failed(format!("the output is incomplete: {why}"));
                // Whoever reads stdout has a part of a document already.
                session.ui.complain(&failure);
                ExitCode::from(failure.kind.exit_code())
            }
            None => ExitCode::from(code),
        },
        Err(error) => {
            let mut failure = failure::of(&error);
            typed.complete(&mut failure);
            session.ui.failure(&failure);
            ExitCode::from(failure.kind.exit_code())
        }
    }
}

/// What is said of a command that was interrupted while it was at it.
const CONTINUES: &str = "run the same command again to continue";

/// Whether a command asks its questions before it changes anything: until then nothing is to be continued.
const fn asks_before_all(command: &Command) -> bool {
    matches!(command, Command::Abort(_) | Command::Rollback(_) | Command::Sync(_) | Command::Update(_))
}

/// Whether a command writes into the repository, at least into its log.
const fn changes(command: &Command) -> bool {
    if let Command::Followups(args) = command {
        return args.done.is_some() || args.reopen.is_some();
    }
    matches!(
        command,
        Command::Start(_)
            | Command::Note(_)
            | Command::Mark(_)
            | Command::Severity(_)
            | Command::Title(_)
            | Command::Symptom(_)
            | Command::Impact(_)
            | Command::Workaround(_)
            | Command::Trigger(_)
            | Command::Role(_)
            | Command::Amend(_)
            | Command::Retract(_)
            | Command::Redact(_)
            | Command::Check(_)
            | Command::Review(_)
            | Command::Sync(_)
            | Command::Finish(_)
            | Command::Deploy(_)
            | Command::Verify(_)
            | Command::Rollback(_)
            | Command::Abort(_)
            | Command::Undo(_)
            | Command::Update(_)
    )
}

/// Whether a command's answer is read as a whole, and pages when it is longer than the screen.
const fn is_read(command: &Command) -> bool {
    match command {
        Command::Followups(args) => args.done.is_none() && args.reopen.is_none(),
        Command::Stats(args) => !args.html,
        Command::Status(_)
        | Command::List(_)
        | Command::Timeline(_)
        | Command::Affected(_)
        | Command::Audit(_)
        | Command::Doctor(_)
        | Command::Config(_)
        | Command::Help(_) => true,
        _ => false,
    }
}

/// Shows a text in git's pager; as it is where that cannot be started.
fn page(text: &str) {
    let text = format!("{}\n", text.trim_end());
    let paged = prompt::lend(|| crate::git::git_command::Git::page(&text));
    if !paged.is_ok_and(|done| done.success()) {
        sink::note(std::io::Write::write_all(&mut std::io::stdout(), text.as_bytes()));
    }
}

/// What answers in a form of its own cannot answer in JSON.
fn refuse_json(session: &Session, command: Option<&Command>) -> Result<(), Failure> {
    let plain = match command {
        Some(Command::Help(_)) => "help",
        Some(Command::Man(_)) => "man",
        Some(Command::Completions(_)) => "completions",
        Some(Command::Status(args)) if args.porcelain => "status --porcelain",
        Some(Command::Stats(args)) if args.html => "stats --html",
        _ => return Ok(()),
    };
    if !session.ui.json() {
        return Ok(());
    }
    Err(Failure::usage(format!("{plain} has its own format, which is not JSON; leave out --json"))
        .hint(format!("hotfix {plain}")))
}

/// Whether a command never waits for a remote to share the log, or shares it itself.
const fn stays_quick(command: &Command) -> bool {
    matches!(
        command,
        Command::Note(_)
            | Command::Mark(_)
            | Command::Run(_)
            | Command::Severity(_)
            | Command::Title(_)
            | Command::Symptom(_)
            | Command::Impact(_)
            | Command::Workaround(_)
            | Command::Trigger(_)
            | Command::Role(_)
            | Command::Amend(_)
            | Command::Retract(_)
            | Command::Redact(_)
            | Command::Sync(_)
    )
}

/// Whether a command also tells what earlier ones could not tell. The rest is quick, or is about
/// something else.
const fn tells_what_waits(command: &Command) -> bool {
    match command {
        Command::Status(args) => !args.porcelain,
        Command::Timeline(_) | Command::List(_) | Command::Postmortem(_) | Command::Followups(_) => true,
        other => changes(other) && !stays_quick(other) || matches!(other, Command::Sync(_)),
    }
}

/// Whether `--trust` was given.
const fn trusts(command: &Command) -> bool {
    match command {
        Command::Finish(args) => args.trust,
        Command::Deploy(args) => args.trust,
        Command::Verify(args) => args.trust,
        Command::Rollback(args) => args.trust,
        Command::Notify(args) => args.trust,
        Command::Update(args) => args.trust,
        _ => false,
    }
}

fn dispatch(session: &Session, command: Option<Command>) -> Outcome {
    refuse_json(session, command.as_ref())?;
    match command.unwrap_or_else(|| Command::Status(crate::cli::Status::default())) {
        Command::Start(args) => start::run(session, &args),
        Command::Note(args) => note::run(session, &args),
        Command::Mark(args) => mark::run(session, &args),
        Command::Affected(args) => affected::run(session, &args),
        Command::Run(args) => run::run(session, &args),
        Command::Severity(args) => severity_role::severity(session, &args),
        Command::Title(args) => describe::words(session, Field::Title, &args),
        Command::Symptom(args) => describe::words(session, Field::Symptom, &args),
        Command::Impact(args) => describe::impact(session, &args),
        Command::Workaround(args) => describe::words(session, Field::Workaround, &args),
        Command::Trigger(args) => describe::words(session, Field::Trigger, &args),
        Command::Role(args) => severity_role::role(session, &args),
        Command::Amend(args) => correct::amend(session, &args),
        Command::Retract(args) => correct::retract(session, &args),
        Command::Redact(args) => correct::redact(session, &args),
        Command::Followups(args) => followups::run(session, &args),
        Command::Check(args) => check::run(session, &args),
        Command::Review(args) => review::run(session, &args),
        Command::Finish(args) => {
            finish::run(session, &args).map_err(|e| deploy::beside(session, trust::kept(e, args.trust)))
        }
        Command::Deploy(args) => deploy::run(session, &args).map_err(|e| trust::kept(e, args.trust)),
        Command::Verify(args) => verify::run(session, &args).map_err(|e| trust::kept(e, args.trust)),
        Command::Rollback(args) => {
            rollback::run(session, &args).map_err(|e| deploy::beside(session, trust::kept(e, args.trust)))
        }
        Command::Status(args) => status::run(session, &args),
        Command::List(args) => list::run(session, &args),
        Command::Timeline(args) => timeline::run(session, &args),
        Command::Path(args) => path::run(session, &args),
        Command::Abort(args) => abort::run(session, &args),
        Command::Undo(args) => undo::run(session, &args),
        Command::Update(args) => update::run(session, &args),
        Command::Notify(args) => notify::run(session, &args),
        Command::Sync(args) => sync::run(session, &args),
        Command::Bundle(args) => bundle::run(session, &args),
        Command::Doctor(args) => doctor::run(session, &args),
        Command::Audit(args) => audit::run(session, &args),
        Command::Postmortem(args) => postmortem::run(session, &args),
        Command::Stats(args) => stats::run(session, &args),
        Command::Drill(args) => drill::run(session, &args),
        Command::Init(args) => init::run(session, &args),
        Command::Config(args) => config::run(session, &args),
        Command::Completions(args) => completions::run(session, &args),
        Command::Complete(args) => complete::run(session, &args),
        Command::Man(args) => man::run(session, &args),
        Command::Help(args) => help::run(session, &args),
    }
}

fn set_color(color: Color) {
    let choice = match color {
        Color::Auto => return,
        Color::Always => anstream::ColorChoice::Always,
        Color::Never => anstream::ColorChoice::Never,
    };
    choice.write_global();
    dialoguer::console::set_colors_enabled_stderr(color == Color::Always);
}

/// `--hotfix NAME` or NAME in a command line that is printed, where it is needed.
fn again(command: &str, name: &str) -> String {
    format!("{command} {}", shell_word(name))
}
