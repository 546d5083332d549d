//! One file for each command: look, plan, show, do.

mod abort;
mod adopt;
mod audit;
mod backfill;
mod check;
mod completions;
mod config;
mod correct;
mod deploy;
mod doctor;
mod drill;
mod failure;
mod finish;
mod followups;
mod help;
mod init;
mod list;
mod man;
mod mark;
mod note;
mod path;
mod people;
mod pick;
mod plan_view;
mod postmortem;
mod rollback;
mod run;
mod show;
mod stage;
mod start;
mod status;
mod timeline;
mod triage;
mod trust;
mod undo;
mod verify;
mod watching;

use crate::cli::{Cli, Color, Command, Global};
use crate::facts::Site;
use crate::git::worktree;
use crate::model::failure::{Failure, Kind};
use crate::model::text::shell_word;
use crate::system::env::{Env, change_dir};
use crate::system::underway::Underway;
use crate::terminal::ui::Manners;
use crate::terminal::{Ui, prompt};
use clap::Parser;
use std::cell::OnceCell;
use std::path::PathBuf;
use std::process::ExitCode;

/// What every command works with.
pub struct Desk {
    pub env: Env,
    pub ui: Ui,
    pub global: Global,
    /// Whether the command changes something in the repository.
    changes: bool,
    underway: OnceCell<Option<Underway>>,
}

impl Desk {
    /// Opens the repository around the current directory.
    ///
    /// # Errors
    /// Outside a repository, and when the configuration is wrong.
    pub fn site(&self) -> anyhow::Result<Site> {
        self.begun(Site::open(self.env.clone())?)
    }

    /// As [`Desk::site`], for commands that read or write the log: a wrong `hotfix.toml` is said,
    /// and they go on without it.
    ///
    /// # Errors
    /// Outside a repository, and when the settings elsewhere are wrong.
    pub fn site_for_log(&self) -> anyhow::Result<Site> {
        let (site, wrong) = Site::open_for_log(self.env.clone())?;
        if let Some(wrong) = wrong {
            let first = wrong.message.lines().next().unwrap_or_default();
            self.ui.warn(format!("going on without hotfix.toml: {first}"));
        }
        self.begun(site)
    }

    fn begun(&self, site: Site) -> anyhow::Result<Site> {
        if self.changes && !self.dry_run() {
            self.underway.get_or_init(|| self.clean_up(&site));
        }
        Ok(site)
    }

    /// Takes away what a killed run has left, says so, and marks this run. Where the git directory
    /// cannot be written the command itself will say it better.
    fn clean_up(&self, site: &Site) -> Option<Underway> {
        let places: Vec<PathBuf> = worktree::list(&site.repo).ok()?.into_iter().map(|w| w.path).collect();
        let (underway, left) = Underway::begin(site.repo.common_dir(), &places).ok()?;
        for path in &left.removed {
            self.ui.say(format!("Removed {}, which a run that was killed had left.", path.display()));
        }
        if let Some(path) = left.kept.first() {
            self.ui.warn(format!(
                "{} may be left from a run that was killed; a git that still runs here may hold it",
                path.display()
            ));
        }
        Some(underway)
    }

    /// Whether nothing may be changed.
    pub const fn dry_run(&self) -> bool {
        self.global.dry_run
    }
}

/// A command's exit status.
type Outcome = anyhow::Result<u8>;

/// Runs the program and returns its exit status.
pub fn run() -> ExitCode {
    let env = Env::from_os();
    let wants_json = std::env::args_os().any(|a| a == "--json");
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => return unparsable(&env, &error, wants_json),
    };
    let global = cli.global.clone();
    let manners = Manners {
        json: global.json,
        no_input: global.no_input,
        yes: global.yes,
        quiet: global.quiet,
        verbose: global.verbose,
    };
    set_color(global.color);
    crate::terminal::logger::install(global.verbose);
    let ui = Ui::new(&env, manners);
    if ui.is_interactive() {
        prompt::handle_interrupts();
    }
    if let Some(dir) = &global.directory
        && let Err(error) = change_dir(dir)
    {
        let failure = Failure::usage(format!("cannot work in {}: {error}", dir.display()));
        ui.failure(&failure);
        return ExitCode::from(failure.kind.exit_code());
    }
    let changes = cli.command.as_ref().is_some_and(changes);
    let desk = Desk { env, ui, global, changes, underway: OnceCell::new() };
    match dispatch(&desk, cli.command) {
        Ok(code) => ExitCode::from(code),
        Err(error) => {
            let failure = failure::of(&error);
            desk.ui.failure(&failure);
            ExitCode::from(failure.kind.exit_code())
        }
    }
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
            | Command::Role(_)
            | Command::Amend(_)
            | Command::Retract(_)
            | Command::Redact(_)
            | Command::Check(_)
            | Command::Finish(_)
            | Command::Deploy(_)
            | Command::Verify(_)
            | Command::Rollback(_)
            | Command::Abort(_)
            | Command::Undo(_)
    )
}

fn dispatch(desk: &Desk, command: Option<Command>) -> Outcome {
    match command.unwrap_or_else(|| Command::Status(crate::cli::Status::default())) {
        Command::Start(args) => start::run(desk, &args),
        Command::Note(args) => note::run(desk, &args),
        Command::Mark(args) => mark::run(desk, &args),
        Command::Run(args) => run::run(desk, &args),
        Command::Severity(args) => people::severity(desk, &args),
        Command::Role(args) => people::role(desk, &args),
        Command::Amend(args) => correct::amend(desk, &args),
        Command::Retract(args) => correct::retract(desk, &args),
        Command::Redact(args) => correct::redact(desk, &args),
        Command::Followups(args) => followups::run(desk, &args),
        Command::Check(args) => check::run(desk, &args),
        Command::Finish(args) => finish::run(desk, &args),
        Command::Deploy(args) => deploy::run(desk, &args),
        Command::Verify(args) => verify::run(desk, &args),
        Command::Rollback(args) => rollback::run(desk, &args),
        Command::Status(args) => status::run(desk, &args),
        Command::List(args) => list::run(desk, &args),
        Command::Timeline(args) => timeline::run(desk, &args),
        Command::Path(args) => path::run(desk, &args),
        Command::Abort(args) => abort::run(desk, &args),
        Command::Undo(args) => undo::run(desk, &args),
        Command::Doctor(args) => doctor::run(desk, &args),
        Command::Audit(args) => audit::run(desk, &args),
        Command::Postmortem(args) => postmortem::run(desk, &args),
        Command::Drill(args) => drill::run(desk, &args),
        Command::Init(args) => init::run(desk, &args),
        Command::Config(args) => config::run(desk, &args),
        Command::Completions(args) => completions::run(desk, &args),
        Command::Man(args) => man::run(desk, &args),
        Command::Help(args) => help::run(desk, &args),
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

/// Help and version are answers; anything else on the command line is a usage error.
fn unparsable(env: &Env, error: &clap::Error, json: bool) -> ExitCode {
    use clap::error::ErrorKind;
    if matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion) || !json {
        let code = if error.use_stderr() { Kind::Usage.exit_code() } else { 0 };
        if error.use_stderr() {
            // What was typed is repeated in the message, control characters and all.
            let text = error.to_string();
            let text = crate::model::text::safe_lines(text.strip_prefix("error: ").unwrap_or(&text));
            Ui::new(env, Manners::default()).failure(&Failure::usage(text.trim_end()));
        } else {
            drop(error.print());
        }
        return ExitCode::from(code);
    }
    let ui = Ui::new(env, Manners { json: true, ..Manners::default() });
    let text = error.to_string();
    let message = text.lines().next().unwrap_or_default().trim_start_matches("error: ").to_owned();
    ui.failure(&Failure::usage(message).hint("hotfix help"));
    ExitCode::from(Kind::Usage.exit_code())
}

/// `--hotfix NAME` or NAME in a command line that is printed, where it is needed.
fn again(command: &str, name: &str) -> String {
    format!("{command} {}", shell_word(name))
}
