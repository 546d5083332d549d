//! The command line: what can be typed, and the help for it. Nothing else.
#![allow(
    rustdoc::broken_intra_doc_links,
    reason = "these comments are the help texts, in which [[notify]] is a table"
)]

mod around;
mod log;
mod steps;
mod together;

pub use around::*;
pub use log::*;
pub use steps::*;
pub use together::*;

use crate::model::failure::Failure;
use crate::model::text::safe;
use clap::{ArgAction, Args, Parser, Subcommand, ValueEnum, ValueHint};
use std::path::PathBuf;

const HELP: &str = "\
Take a production hotfix from detection to release, merge-back and post-mortem.

Usage: hotfix [OPTIONS] [COMMAND]

In an emergency
  start       triage, then a branch hotfix/NAME from production
  note        write a line into the incident log
  check       answer the checklist, run its commands
  finish      release, publish, deploy, merge back, clean up
  status      where the hotfix is, and the next command (same as plain 'hotfix')

By step
  detect, assess  mark severity title symptom impact workaround trigger role
  fix, test       affected run path review
  deploy, merge   deploy verify rollback abort undo
  at any time     timeline list update notify amend retract redact sync bundle
  afterwards      postmortem followups audit stats
  before 3 am     drill doctor init config completions man help

hotfix help all          each command in one line, and the options
hotfix help COMMAND      one command; also: exit-codes, templates
hotfix drill             rehearse it all in a throw-away repository
";

/// Each command in one line.
pub const EVERYTHING: &str = "\
Take a production hotfix from detection to release, merge-back and post-mortem.

Usage: hotfix [OPTIONS] [COMMAND]

In an emergency
  start        detect, assess, branch: triage, then hotfix/NAME from production
  note         write a line into the incident log
  check        test: answer the checklist, run its commands
  finish       deploy, merge: release, publish, merge back, clean up
  status       where the hotfix stands and the next command (same as plain 'hotfix')

Along the way
  mark         record a milestone: impact-started, detected, mitigated, resolved…
  affected     fix: which releases carry the fault, and which have the fix
  run          run a command and write it down: hotfix run -- ./flag off
  severity     say how bad it is now: hotfix severity 2
  title        correct what is broken, in one line; without TEXT, show it
  symptom      correct what people see
  impact       correct who is affected: hotfix impact --count 1200 --unit customers
  workaround   correct what helps until it is fixed
  trigger      correct what set it off
  role         take or drop a role, or show who has which
  update       tell engineers, support, management or users how it stands
  notify       what chat and other services were told, and what waits; try it, or retry
  timeline     what happened when
  amend        correct the time or the words of an event
  retract      take an event back
  redact       take words out of the log for good, if never shared
  list         all hotfixes, open ones first
  path         print the worktree of a hotfix
  review       test: look at a colleague's fix, approve or reject it, or ask for it
  deploy       run the deploy command again
  verify       watch production again
  rollback     go back to an earlier release
  abort        give the hotfix up, losing nothing
  undo         reverse the last local change

With others
  sync         share the incident logs with a remote, or read a bundle
  bundle       write an incident log to a file, for mail or chat

Afterwards
  postmortem   write or refresh the blameless post-mortem; 'postmortem check' reads it over
  audit        every past hotfix, is it still there
  followups    what is left to do, over all incidents; checks what can be checked
  stats        how often, how long, where the time went

Before it is 3 am
  drill        rehearse the whole procedure in a throw-away repository
  doctor       what would go wrong, before it does
  init         write a hotfix.toml
  config       show each setting and where it came from
  completions  completion script for a shell
  man          the manual page
  help         the overview, help for a command, 'all', 'exit-codes' or 'templates'

Options
  -C DIR                 run as if started in DIR
  -n, --dry-run          show what would happen and change nothing
  -y, --yes              say yes to ordinary confirmations
      --hotfix NAME      the hotfix it is about, where a command takes one
      --no-input         never ask; stop where an answer is missing
      --json             answer with one JSON document
  -q, --quiet            only answers and errors
  -v, --verbose          show each git command and its duration
      --color WHEN       auto, always or never
  -h, --help             print help
  -V, --version          print the version; with -v, what a bug report needs

Start with:  hotfix drill
";

/// Take a production hotfix from detection to release, merge-back and post-mortem.
#[derive(Debug, Parser)]
#[command(
    name = "hotfix",
    version,
    disable_help_subcommand = true,
    override_help = HELP,
    max_term_width = 100,
    propagate_version = false
)]
pub struct Cli {
    #[command(flatten)]
    pub global: Global,
    #[command(subcommand)]
    pub command: Option<Command>,
}

impl Cli {
    /// Gives `--hotfix NAME` to a command that takes NAME in its place.
    ///
    /// # Errors
    /// Both are given, and are not the same.
    pub fn named(&mut self) -> Result<(), Failure> {
        let Some(hotfix) = &self.global.hotfix else { return Ok(()) };
        let name = match self.command.get_or_insert_with(|| Command::Status(Status::default())) {
            Command::Status(args) => &mut args.name,
            Command::Timeline(args) => &mut args.name,
            Command::Update(args) => &mut args.name,
            Command::Path(args) => &mut args.name,
            Command::Postmortem(args) => &mut args.name,
            Command::Followups(args) => &mut args.name,
            Command::Affected(args) => &mut args.what,
            Command::Finish(args) => &mut args.name,
            Command::Deploy(args) => &mut args.name,
            Command::Verify(args) => &mut args.name,
            Command::Abort(args) => &mut args.name,
            Command::Undo(args) => &mut args.name,
            Command::Review(args) => &mut args.name,
            Command::Bundle(args) => &mut args.name,
            Command::Audit(args) => &mut args.name,
            Command::Start(args) => &mut args.name,
            _ => return Ok(()),
        };
        match name {
            Some(name) if name != hotfix => {
                Err(Failure::usage(format!("NAME is {} and --hotfix {}; say one", safe(name), safe(hotfix))))
            }
            _ => {
                *name = Some(hotfix.clone());
                Ok(())
            }
        }
    }
}

impl Command {
    /// The name of a command that is about no single hotfix, so that `--hotfix` says nothing to it.
    pub const fn about_all(&self) -> Option<&'static str> {
        Some(match self {
            Self::List(_) => "list",
            Self::Sync(_) => "sync",
            Self::Stats(_) => "stats",
            Self::Drill(_) => "drill",
            Self::Doctor(_) => "doctor",
            Self::Init(_) => "init",
            Self::Config(_) => "config",
            Self::Completions(_) => "completions",
            Self::Man(_) => "man",
            Self::Help(_) => "help",
            _ => return None,
        })
    }
}

/// The heading of the options that every command takes.
pub const EVERYWHERE: &str = "Options for every command";

/// Options that every command takes.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = EVERYWHERE)]
pub struct Global {
    /// Run as if started in DIR.
    #[arg(short = 'C', value_name = "DIR", global = true, value_hint = ValueHint::DirPath)]
    pub directory: Option<PathBuf>,
    /// Use this hotfix, for commands that take one.
    #[arg(long, value_name = "NAME", global = true)]
    pub hotfix: Option<String>,
    /// Print one JSON document to stdout.
    #[arg(long, global = true)]
    pub json: bool,
    /// Never ask; stop where an answer is missing.
    #[arg(long, global = true)]
    pub no_input: bool,
    /// Say yes to ordinary confirmations.
    #[arg(short, long, global = true)]
    pub yes: bool,
    /// Show what would happen and change nothing.
    #[arg(short = 'n', long, global = true)]
    pub dry_run: bool,
    /// Print only answers and errors.
    #[arg(short, long, global = true)]
    pub quiet: bool,
    /// Show each git command and its duration; twice for git's own output.
    #[arg(short, long, action = ArgAction::Count, global = true)]
    pub verbose: u8,
    /// When to use colour.
    #[arg(long, value_name = "WHEN", default_value = "auto", global = true)]
    pub color: Color,
}

/// When to use colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Color {
    Auto,
    Always,
    Never,
}

/// The commands, in the order of the steps they belong to.
#[derive(Debug, Subcommand)]
pub enum Command {
    Start(Start),
    Note(Note),
    Mark(Mark),
    Affected(Affected),
    Run(Run),
    Severity(Severity),
    /// Record what is broken, in one line, or show it.
    ///
    /// The earlier text stays in the log. Updates that were sent with it are listed.
    Title(Words),
    /// Record what users see, or show it.
    ///
    /// The earlier text stays in the log. Updates that were sent with it are listed.
    Symptom(Words),
    Impact(ImpactWords),
    /// Record a workaround, or show it.
    ///
    /// The earlier text stays in the log. Updates that were sent with it are listed.
    Workaround(Words),
    /// Record what set it off, or show it.
    ///
    /// A deployment, a setting, a certificate that ran out. It is told to the technical team and in the
    /// internal post-mortem. The earlier text stays in the log.
    Trigger(Words),
    Role(RoleArgs),
    Amend(Amend),
    Retract(Retract),
    Redact(Redact),
    Followups(Followups),
    Check(Check),
    Review(Review),
    Finish(Finish),
    Deploy(Deploy),
    Verify(Verify),
    Rollback(Rollback),
    Status(Status),
    List(List),
    Timeline(Timeline),
    Path(Path),
    Abort(Abort),
    Undo(Undo),
    Update(Update),
    Notify(Notify),
    Sync(Sync),
    Bundle(Bundle),
    Postmortem(Postmortem),
    Audit(Audit),
    Stats(Stats),
    Drill(Drill),
    Doctor(Doctor),
    Init(Init),
    Config(ConfigArgs),
    Completions(Completions),
    Complete(Complete),
    Man(Man),
    Help(Help),
}
