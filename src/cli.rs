//! The command line: what can be typed, and the help for it. Nothing else.

use crate::model::severity::{DetectedBy, Reason, Reproduced, Severity};
use clap::{ArgAction, Args, Parser, Subcommand, ValueEnum, ValueHint};
use std::path::PathBuf;

const HELP: &str = "\
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
  timeline     what happened when
  list         all hotfixes, open ones first
  path         print the worktree of a hotfix
  deploy       run the deploy command again
  verify       watch production again
  rollback     go back to an earlier release
  abort        give the hotfix up, losing nothing
  undo         reverse the last local change

Afterwards
  postmortem   write or refresh the blameless post-mortem

Before it is 3 am
  drill        rehearse the whole procedure in a throw-away repository
  doctor       what would go wrong, before it does
  init         write a hotfix.toml
  config       show each setting and where it came from
  completions  completion script for a shell
  man          the manual page
  help         this text, help for a command, or 'help exit-codes'

Options
  -C DIR                 run as if started in DIR
  -n, --dry-run          show what would happen and change nothing
  -y, --yes              say yes to ordinary confirmations
      --no-input         never ask; stop where an answer is missing
      --json             answer with one JSON document
  -q, --quiet            only answers and errors
  -v, --verbose          show each git command and its duration
      --color WHEN       auto, always or never
  -h, --help             print help
  -V, --version          print the version

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

/// Options that every command takes.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Options for every command")]
pub struct Global {
    /// Run as if started in DIR.
    #[arg(short = 'C', value_name = "DIR", global = true, value_hint = ValueHint::DirPath)]
    pub directory: Option<PathBuf>,
    /// Answer with one JSON document on stdout.
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
    /// Show each git command and its duration; twice for git's own words.
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
    Check(Check),
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
    Postmortem(Postmortem),
    Drill(Drill),
    Doctor(Doctor),
    Init(Init),
    Config(ConfigArgs),
    Completions(Completions),
    Man(Man),
    Help(Help),
}

/// Start a hotfix: triage, then a branch from production as it is on the remote.
///
/// NAME is a slug (fix-login-crash), a title in quotes, or a version (1.2.1). On a terminal a few
/// questions are asked while the remote is read; every one can be skipped with Enter and has a
/// flag. Work that is not committed is never touched: the hotfix then gets a worktree of its own.
#[derive(Debug, Args)]
pub struct Start {
    /// A slug, a title in quotes, or a version.
    #[arg(allow_hyphen_values = false)]
    pub name: String,
    /// What is broken, in one line; NAME made readable by default.
    #[arg(long, value_name = "T")]
    pub title: Option<String>,
    /// How bad it is: sev1 (worst) to sev5, or 1 to 5.
    #[arg(long, value_name = "SEV")]
    pub severity: Option<Severity>,
    /// Why it cannot wait; may be given several times.
    #[arg(long, value_enum, value_name = "WHY", value_delimiter = ',')]
    pub reason: Vec<Reason>,
    /// What people see.
    #[arg(long, value_name = "S")]
    pub symptom: Option<String>,
    /// Who and how many are affected.
    #[arg(long, value_name = "S")]
    pub impact: Option<String>,
    /// What helps until it is fixed.
    #[arg(long, value_name = "S")]
    pub workaround: Option<String>,
    /// Whether somebody has reproduced it.
    #[arg(long, value_enum, value_name = "ANSWER")]
    pub reproduced: Option<Reproduced>,
    /// When it began for users: 14:02, -15m, 'yesterday 23:50'.
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    pub impact_started: Option<String>,
    /// When it was noticed.
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    pub detected: Option<String>,
    /// Who or what noticed it.
    #[arg(long, value_enum, value_name = "WHO")]
    pub detected_by: Option<DetectedBy>,
    /// It can wait for the next scheduled release: record that and stop.
    #[arg(long)]
    pub can_wait: bool,
    /// Start even though it can wait.
    #[arg(long)]
    pub force: bool,
    /// Fix an old release instead of production: v1.4.2.
    #[arg(long, value_name = "REV")]
    pub from: Option<String>,
    /// Treat --from as a line of its own although it is production's newest release.
    #[arg(long, requires = "from")]
    pub line: bool,
    /// Work in a worktree of its own, at PATH or beside this one.
    #[arg(long, value_name = "PATH", num_args = 0..=1, require_equals = true, value_hint = ValueHint::DirPath, conflicts_with_all = ["stash", "carry"])]
    pub worktree: Option<Option<PathBuf>>,
    /// Put uncommitted changes into the stash first.
    #[arg(long, conflicts_with = "carry")]
    pub stash: bool,
    /// Take uncommitted changes along.
    #[arg(long)]
    pub carry: bool,
    /// Do not read the remote; go on from what is known.
    #[arg(long)]
    pub no_fetch: bool,
    /// Publish the new branch right away.
    #[arg(long)]
    pub push: bool,
}

/// Write a line into the incident log.
///
/// No network and no question. Without TEXT, git's editor opens. With -F, many lines at once: each
/// is TIME KIND TEXT, KIND a note kind or a milestone.
#[derive(Debug, Args)]
pub struct Note {
    /// What happened.
    pub text: Vec<String>,
    /// What kind of line it is.
    #[arg(long, value_name = "KIND", default_value = "note", value_parser = ["note", "observation", "hypothesis", "action", "decision", "followup"])]
    pub kind: String,
    /// What a hypothesis has come to.
    #[arg(long, value_name = "STATE", value_parser = ["open", "confirmed", "ruled-out"])]
    pub state: Option<String>,
    /// When it happened, if not now: 14:02, -15m, 'yesterday 23:50'.
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    pub at: Option<String>,
    /// Show it on the short timeline, too.
    #[arg(long)]
    pub pin: bool,
    /// Read lines from FILE, or from standard input with '-'.
    #[arg(short = 'F', long = "file", value_name = "FILE", conflicts_with_all = ["text", "at", "pin", "state"])]
    pub file: Option<PathBuf>,
    /// The hotfix it belongs to.
    #[arg(long, value_name = "NAME")]
    pub hotfix: Option<String>,
}

/// Record a milestone of the incident.
///
/// A milestone's time is the earliest that was recorded for it. Durations in the post-mortem run
/// between milestones; one that is missing is shown as unknown, never guessed.
#[derive(Debug, Args)]
pub struct Mark {
    /// Which one.
    #[arg(value_name = "MILESTONE", value_parser = ["impact-started", "detected", "acknowledged", "identified", "mitigated", "impact-ended", "resolved"])]
    pub milestone: String,
    /// A few words.
    pub text: Vec<String>,
    /// When it was reached, if not now.
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    pub at: Option<String>,
    /// Who or what noticed it (with 'detected').
    #[arg(long, value_enum, value_name = "WHO")]
    pub detected_by: Option<DetectedBy>,
    /// The hotfix it belongs to.
    #[arg(long, value_name = "NAME")]
    pub hotfix: Option<String>,
}

/// Answer the checklist: each answer is for the tree of the branch as it is now.
///
/// Naming items answers them with yes. Without arguments, items that have a command are run, and
/// open ones are asked on a terminal. When the branch changes, answers become stale and are asked
/// again.
#[derive(Debug, Args)]
pub struct Check {
    /// Items answered with yes.
    #[arg(value_name = "ID")]
    pub ids: Vec<String>,
    /// Answer an item; 'reviewed=EMAIL' says who told you.
    #[arg(long, value_name = "ID=yes|no")]
    pub answer: Vec<String>,
    /// Go without an item; the reason stays visible in the post-mortem.
    #[arg(long, value_name = "ID=REASON")]
    pub waive: Vec<String>,
    /// Run or ask only these.
    #[arg(long, value_name = "ID")]
    pub only: Vec<String>,
    /// Run the commands of this repository's hotfix.toml without asking.
    #[arg(long)]
    pub trust: bool,
    /// The hotfix it belongs to.
    #[arg(long, value_name = "NAME")]
    pub hotfix: Option<String>,
}

/// Release the hotfix: merge into production, tag, publish both at once, merge back, clean up.
///
/// Everything that stands in the way is listed before anything is changed. Running the same
/// command again always continues: after a refusal, a conflict, Ctrl-C or a power cut. With
/// --dry-run the plan is shown and nothing is changed.
#[derive(Debug, Args)]
pub struct Finish {
    /// The hotfix; the current one by default.
    pub name: Option<String>,
    /// Go without a checklist item.
    #[arg(long, value_name = "ID=REASON")]
    pub waive: Vec<String>,
    /// Release as this version instead of the next patch.
    #[arg(long, value_name = "X.Y.Z")]
    pub version: Option<String>,
    /// The message of the merge and the tag.
    #[arg(short, long, value_name = "MSG")]
    pub message: Option<String>,
    /// Merge and tag here only; a later finish publishes the same commits.
    #[arg(long)]
    pub no_push: bool,
    /// Neither deploy nor verify.
    #[arg(long)]
    pub no_deploy: bool,
    /// Whether a deployment that was interrupted has happened.
    #[arg(long, value_enum, value_name = "yes|no", hide_possible_values = true)]
    pub deployed: Option<YesNo>,
    /// Keep the hotfix branch.
    #[arg(long)]
    pub keep_branch: bool,
    /// Take a branch off the merge-back list; may be given several times.
    #[arg(long, value_name = "BRANCH=REASON")]
    pub skip: Vec<String>,
    /// Release although the change is larger than a hotfix should be.
    #[arg(long, value_name = "REASON")]
    pub allow_large: Option<String>,
    /// Release although it holds commits of a branch that is not released.
    #[arg(long, value_name = "REASON")]
    pub allow_unreleased: Option<String>,
    /// Release commits that were added after the release as the next patch.
    #[arg(long)]
    pub next: bool,
    /// Mark the incident as resolved when all of it is done.
    #[arg(long)]
    pub resolved: bool,
    /// Run the commands of this repository's hotfix.toml without asking.
    #[arg(long)]
    pub trust: bool,
}

/// Yes or no.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum YesNo {
    Yes,
    No,
}

/// Run the deploy command for the hotfix's release again.
#[derive(Debug, Args)]
pub struct Deploy {
    /// The hotfix; the current or last one by default.
    pub name: Option<String>,
    /// Run the commands of this repository's hotfix.toml without asking.
    #[arg(long)]
    pub trust: bool,
}

/// Run the verify checks for the hotfix's release again.
#[derive(Debug, Args)]
pub struct Verify {
    /// The hotfix; the current or last one by default.
    pub name: Option<String>,
    /// Watch this long instead of what is configured.
    #[arg(long = "for", value_name = "DUR")]
    pub window: Option<String>,
    /// The time between two looks.
    #[arg(long, value_name = "DUR")]
    pub every: Option<String>,
    /// Run the commands of this repository's hotfix.toml without asking.
    #[arg(long)]
    pub trust: bool,
}

/// Go back: release an earlier release's content as a new patch release.
///
/// Shows first what going back means. It reverts on production, tags, publishes and deploys by the
/// same path as finish, and says for every other branch whether its next release keeps the fix.
#[derive(Debug, Args)]
pub struct Rollback {
    /// The release to undo; production's newest by default.
    pub tag: Option<String>,
    /// The release whose content production shall have again; the one before by default.
    #[arg(long, value_name = "TAG")]
    pub to: Option<String>,
    /// Without a terminal: the release that is undone, typed once more.
    #[arg(long, value_name = "TAG")]
    pub confirm: Option<String>,
    /// A branch that keeps the fix; may be given several times.
    #[arg(long, value_name = "BRANCH")]
    pub keep_fix_in: Vec<String>,
    /// Neither deploy nor verify.
    #[arg(long)]
    pub no_deploy: bool,
    /// Whether a deployment that was interrupted has happened.
    #[arg(long, value_enum, value_name = "yes|no", hide_possible_values = true)]
    pub deployed: Option<YesNo>,
    /// Run the commands of this repository's hotfix.toml without asking.
    #[arg(long)]
    pub trust: bool,
}

/// Where the hotfix stands, step by step, and the single next command.
#[derive(Debug, Args, Default)]
pub struct Status {
    /// The hotfix; the current one by default.
    pub name: Option<String>,
    /// One line for shell prompts: name, step and next command, separated by tabs.
    #[arg(long)]
    pub porcelain: bool,
}

/// All hotfixes: the open ones, with --all the ended ones too.
#[derive(Debug, Args)]
pub struct List {
    /// Also those that ended.
    #[arg(short, long)]
    pub all: bool,
}

/// What happened when: milestones, everything people wrote, and the steps.
#[derive(Debug, Args)]
pub struct Timeline {
    /// The hotfix; the current one by default.
    pub name: Option<String>,
    /// Every event of the log.
    #[arg(short, long)]
    pub all: bool,
    /// As a Markdown table.
    #[arg(long)]
    pub markdown: bool,
}

/// Print the directory a hotfix is worked on in: cd "$(hotfix path)".
#[derive(Debug, Args)]
pub struct Path {
    /// The hotfix; the current one by default.
    pub name: Option<String>,
}

/// Give the hotfix up. Its commits stay reachable, its log is closed as cancelled.
#[derive(Debug, Args)]
pub struct Abort {
    /// The hotfix; the current one by default.
    pub name: Option<String>,
    /// Why.
    #[arg(short, long, value_name = "WHY")]
    pub message: Option<String>,
}

/// Reverse the last local change. What is public is named and left.
#[derive(Debug, Args)]
pub struct Undo {
    /// The hotfix; the current or last one by default.
    pub name: Option<String>,
}

/// Everything that would go wrong at 3 am, before it does.
#[derive(Debug, Args)]
pub struct Doctor {
    /// Do not talk to the remote.
    #[arg(long)]
    pub offline: bool,
}

/// Write the blameless post-mortem from the record, or refresh the one that is there.
///
/// Running it again refreshes what was generated and never touches what people wrote.
#[derive(Debug, Args)]
pub struct Postmortem {
    /// The hotfix; the current or last one by default.
    pub name: Option<String>,
    /// Where to write it; '-' for stdout.
    #[arg(short, long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub output: Option<PathBuf>,
    /// The form.
    #[arg(long, value_enum, value_name = "FORM")]
    pub format: Option<Format>,
}

/// The forms of a post-mortem.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    Markdown,
    Json,
}

/// Rehearse the whole procedure in a throw-away repository with a throw-away remote.
///
/// Inside a repository it is a copy of that one, with its own hotfix.toml; outside, a small sample.
/// Nothing outside a temporary directory is changed, and nothing is sent anywhere.
#[derive(Debug, Args)]
pub struct Drill {
    /// Rehearse on a copy of this repository instead.
    #[arg(long, value_name = "URL|PATH")]
    pub from: Option<String>,
    /// Keep the throw-away repository for a look around.
    #[arg(long)]
    pub keep: bool,
}

/// Write a hotfix.toml that says what was found out about this repository.
#[derive(Debug, Args)]
pub struct Init {
    /// Replace an existing file.
    #[arg(long)]
    pub force: bool,
}

/// Show the settings.
#[derive(Debug, Args)]
pub struct ConfigArgs {
    /// Show where each value came from and what it means.
    #[arg(long)]
    pub explain: bool,
    /// Only settings whose name contains this.
    #[arg(value_name = "KEY")]
    pub key: Option<String>,
}

/// Print a completion script: source <(hotfix completions bash)
#[derive(Debug, Args)]
pub struct Completions {
    /// The shell.
    #[arg(value_enum)]
    pub shell: clap_complete::Shell,
}

/// Print the manual page, or install it where 'git hotfix --help' finds it.
#[derive(Debug, Args)]
pub struct Man {
    /// Write hotfix.1 and git-hotfix.1 below ~/.local/share/man.
    #[arg(long)]
    pub install: bool,
}

/// Help for a command, or for 'exit-codes'.
#[derive(Debug, Args)]
pub struct Help {
    /// A command, or 'exit-codes'.
    pub topic: Option<String>,
}
