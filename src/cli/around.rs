//! The commands around it: looking, writing up, preparing.

use crate::model::update::{Audience, State};
use clap::{Args, Subcommand, ValueEnum, ValueHint};
use std::ffi::OsString;
use std::path::PathBuf;

/// Show the state of the hotfix, step by step, and the next command.
#[derive(Debug, Args, Default)]
pub struct Status {
    /// The hotfix; the current one by default.
    pub name: Option<String>,
    /// Print one line for shell prompts: name, step and next command, separated by tabs.
    #[arg(long)]
    pub porcelain: bool,
    /// Open the hotfix's pull request in the browser.
    #[arg(long)]
    pub open: bool,
}

/// List the open hotfixes, with --all the closed ones too.
#[derive(Debug, Args)]
pub struct List {
    /// Include closed hotfixes.
    #[arg(short, long)]
    pub all: bool,

    /// Print only the names, one per line, for scripts.
    #[arg(long)]
    pub names: bool,
}

/// Show what happened when: milestones, notes and the steps.
#[derive(Debug, Args)]
pub struct Timeline {
    /// The hotfix; the current one by default.
    pub name: Option<String>,
    /// Show every event of the log, with its id.
    #[arg(short, long)]
    pub all: bool,
    /// Show only what had been recorded by then: what was known at 14:20?
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    pub as_of: Option<String>,
    /// Print a Markdown table.
    #[arg(long, conflicts_with = "mermaid")]
    pub markdown: bool,
    /// Print a Mermaid gantt chart, which forges draw inside Markdown.
    #[arg(long)]
    pub mermaid: bool,
}

/// Write an update for an audience from the record; edit, print, copy or send it.
///
/// On a terminal git's editor opens first. The text is recorded with the time when the next update is due.
/// Printing and copying send nothing; --send sends it to the [[notify]] services of that audience. A text
/// for users is checked for internals, names, blame and a promised end time.
#[derive(Debug, Args)]
pub struct Update {
    /// Choose the audience.
    #[arg(value_enum, value_name = "AUDIENCE")]
    pub audience: Audience,
    /// The hotfix; the current one by default.
    pub name: Option<String>,
    /// Set the state (default: from the record).
    #[arg(long, value_enum, value_name = "STATE")]
    pub state: Option<State>,
    /// Add an estimate: 30m, 2h or 'unknown'; for support and management only.
    #[arg(long, value_name = "DUR|unknown")]
    pub eta: Option<String>,
    /// Take the text from FILE, or from standard input with '-', instead of the template.
    #[arg(short = 'F', long = "file", value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub file: Option<PathBuf>,
    /// Copy it to the clipboard through the terminal instead of printing it.
    #[arg(long)]
    pub copy: bool,
    /// Send it to the [[notify]] services of this audience.
    #[arg(long, conflicts_with = "copy")]
    pub send: bool,
    /// Trust the [[notify]] entries of hotfix.toml for this run.
    #[arg(long, requires = "send")]
    pub trust: bool,
    /// Use the text despite warnings.
    #[arg(long)]
    pub force: bool,
}

/// Show statistics: how many hotfixes, how long they took, where the time went.
///
/// Only releases that a record or an 'Incident:' trailer names count as hotfixes; a version number
/// proves nothing. Durations run between two recorded milestones and are shown as median, range and
/// number, with every value where there are fewer than ten. It warns when more than one release in four
/// (of at least four) was a hotfix. Nothing is counted per person.
#[derive(Debug, Args)]
pub struct Stats {
    /// Set the start of the period: an age (90d, 12h) or a day (2026-08-01).
    #[arg(long, value_name = "AGE|DATE", default_value = "365d")]
    pub since: String,
    /// Print one HTML page without scripts to stdout.
    #[arg(long)]
    pub html: bool,
}

/// Print the worktree of a hotfix: cd "$(hotfix path)".
#[derive(Debug, Args)]
pub struct Path {
    /// The hotfix; the current one by default.
    pub name: Option<String>,
}

/// Check for everything that would stop a hotfix.
#[derive(Debug, Args)]
pub struct Doctor {
    /// Do not contact the remote.
    #[arg(long)]
    pub offline: bool,
}

/// Write the blameless post-mortem from the record, or refresh the existing one.
///
/// Running it again refreshes the generated parts and never touches what people wrote. 'hotfix postmortem
/// check FILE' reviews what they wrote.
#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true, disable_help_subcommand = true)]
pub struct Postmortem {
    #[command(subcommand)]
    pub command: Option<PostmortemCommand>,
    /// The hotfix; the current or last one by default.
    pub name: Option<String>,
    /// Write to this file; '-' for stdout.
    #[arg(short, long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub output: Option<PathBuf>,
    /// Choose the format.
    #[arg(long, value_enum, value_name = "FORM")]
    pub format: Option<Format>,
    /// Open the written file with the desktop's default program.
    #[arg(long)]
    pub open: bool,
    /// Add a generated block that the file lacks, such as 'diagrams'.
    #[arg(long, value_name = "BLOCK")]
    pub add: Vec<String>,
    /// Write every section, also for sev3 and below (default there: a short form).
    #[arg(long, conflicts_with = "public")]
    pub full: bool,
    /// Write it for readers outside, to a file of its own: milestones, releases, updates to users, and
    /// the team's answers. Sentences with command lines, hosts, addresses or restricted lines are
    /// left out, and names become roles. Read it before you publish it: customers' names stay.
    #[arg(long)]
    pub public: bool,
}

/// What can be done with a post-mortem that is there.
#[derive(Debug, Subcommand)]
pub enum PostmortemCommand {
    Check(PostmortemCheck),
}

/// Review what people wrote, and compare the document with the record.
///
/// Finds blame, vague actions, actions without an owner or a date, unanswered prompts, leftovers such
/// as TBD, secrets, and times, durations, a severity or a release that differ from the record, or
/// else from the document's own timeline. Generated blocks that were edited or are out of date are
/// reported with what the record says now.
///
/// Wording is checked outside of code, quotes, headings and generated blocks. A comment before or in
/// a paragraph or a list allows a rule there: <!-- hotfix:allow RULE reason -->. RULE is
/// counterfactual, human-error, person-failure, name, vague-action, action, number, severity, tag or
/// leftover.
#[derive(Debug, Args)]
pub struct PostmortemCheck {
    /// Post-mortems in Markdown.
    #[arg(required = true, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub files: Vec<PathBuf>,
    /// Exit with 1 when something is found.
    #[arg(long)]
    pub strict: bool,

    /// Print what is found as annotations of a GitHub or Forgejo workflow.
    #[arg(long, group = "form")]
    pub github: bool,

    /// Print what is found as a code quality report of GitLab.
    #[arg(long, group = "form")]
    pub gitlab: bool,
}

/// The forms of a post-mortem.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    Markdown,
    /// One page with pictures that needs nothing else: to be sent, or printed.
    Html,
    Json,
}

/// Check that every past hotfix is still in production and every other branch.
///
/// It reads this clone; only a partial clone fetches missing contents. A hotfix is lost if an accident can
/// be shown: a merge kept the other side, the merge-back never happened, a commit reverted it or restored
/// the old lines. Exits with 1 when one is lost. Made for CI; works in repositories that never used hotfix.
#[derive(Debug, Args)]
pub struct Audit {
    /// Show only this one, with the evidence: a name, a release or a commit.
    #[arg(value_name = "NAME")]
    pub name: Option<String>,

    /// Check only hotfixes since then: 2026-01-31, 90d, '2026-01-31 14:00'.
    #[arg(long, value_name = "DATE")]
    pub since: Option<String>,

    /// Show only losses that are not accepted.
    #[arg(long)]
    pub new: bool,

    /// Write the loss of a hotfix into .hotfix-audit.toml as accepted.
    #[arg(long, value_name = "NAME=REASON", conflicts_with = "name")]
    pub accept: Option<String>,

    /// Accept it only for this branch or release.
    #[arg(long, value_name = "REF", requires = "accept")]
    pub target: Option<String>,

    /// Accept it until the end of this day: 2027-01-31.
    #[arg(long, value_name = "DAY", requires = "accept")]
    pub until: Option<String>,

    /// Print the losses as SARIF, for code scanning.
    #[arg(long, group = "report")]
    pub sarif: bool,

    /// Print the losses as annotations of a GitHub workflow.
    #[arg(long, group = "report")]
    pub github: bool,

    /// Print the losses as a code quality report of GitLab.
    #[arg(long, group = "report")]
    pub gitlab: bool,
}

/// Rehearse the whole procedure in a throw-away repository with a throw-away remote.
///
/// Inside a repository it is a copy of that one, with its own hotfix.toml; outside, a small sample.
/// Nothing outside a temporary directory is changed, and nothing is sent anywhere.
///
/// On a terminal it goes step by step: each command can be taken with Enter or typed, and the drill can
/// be left and taken up again. Without one, or with --yes, it runs and prints everything.
#[derive(Debug, Args)]
pub struct Drill {
    /// Rehearse a merge-back that conflicts.
    #[arg(long)]
    pub conflict: bool,
    /// Rehearse taking a release back.
    #[arg(long, conflicts_with = "conflict")]
    pub rollback: bool,
    /// Go on with a drill that was left, in this directory.
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath, conflicts_with_all = ["from", "conflict", "rollback"])]
    pub resume: Option<PathBuf>,
    /// Rehearse on a copy of this repository instead.
    #[arg(long, value_name = "URL|PATH")]
    pub from: Option<String>,
    /// Keep the throw-away repository.
    #[arg(long)]
    pub keep: bool,
    /// Rehearse with production protected: through a pull request at a forge in a box.
    #[arg(long)]
    pub pr: bool,
}

/// Write a hotfix.toml with the settings detected in this repository.
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
    /// Show only settings whose name contains this.
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

/// What can be typed next, for completion scripts.
#[derive(Debug, Args)]
#[command(hide = true)]
pub struct Complete {
    /// The words of the command line up to the cursor, without the program.
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    pub words: Vec<OsString>,
}

/// Print the manual page, or install it where 'git hotfix --help' finds it.
#[derive(Debug, Args)]
pub struct Man {
    /// Write hotfix.1 and git-hotfix.1 below ~/.local/share/man.
    #[arg(long)]
    pub install: bool,
}

/// Show help for a command, 'all', 'exit-codes' or 'templates'.
#[derive(Debug, Args)]
pub struct Help {
    /// A command, 'all', 'exit-codes' or 'templates'.
    pub topic: Option<String>,
}
