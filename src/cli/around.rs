//! The commands around it: looking, writing up, preparing.

use crate::model::update::{Audience, State};
use clap::{Args, Subcommand, ValueEnum, ValueHint};
use std::path::PathBuf;

/// Where the hotfix stands, step by step, and the single next command.
#[derive(Debug, Args, Default)]
pub struct Status {
    /// The hotfix; the current one by default.
    pub name: Option<String>,
    /// One line for shell prompts: name, step and next command, separated by tabs.
    #[arg(long)]
    pub porcelain: bool,
    /// Open the hotfix's pull request in the browser.
    #[arg(long)]
    pub open: bool,
}

/// All hotfixes: the open ones, with --all the ended ones too.
#[derive(Debug, Args)]
pub struct List {
    /// Also those that ended.
    #[arg(short, long)]
    pub all: bool,

    /// Print plain names alone, one a line, for scripts.
    #[arg(long)]
    pub names: bool,
}

/// What happened when: milestones, everything people wrote, and the steps.
#[derive(Debug, Args)]
pub struct Timeline {
    /// The hotfix; the current one by default.
    pub name: Option<String>,
    /// Every event of the log, with its id.
    #[arg(short, long)]
    pub all: bool,
    /// Only what had been written down by then: what did we know at 14:20?
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    pub as_of: Option<String>,
    /// As a Markdown table.
    #[arg(long, conflicts_with = "mermaid")]
    pub markdown: bool,
    /// As a Mermaid gantt chart, which forges draw inside Markdown.
    #[arg(long)]
    pub mermaid: bool,
}

/// Tell an audience how it stands: a text from the record, to be edited, printed or copied.
///
/// On a terminal git's editor opens first. What was said is recorded with the time by which the next
/// one is due. Sending it is yours: printing and copying send nothing. A text for users is checked
/// for internals, names, blame and promises of an end.
#[derive(Debug, Args)]
pub struct Update {
    /// Who it is for.
    #[arg(value_enum, value_name = "AUDIENCE")]
    pub audience: Audience,
    /// The hotfix; the current one by default.
    pub name: Option<String>,
    /// The state to tell; what the record says by default.
    #[arg(long, value_enum, value_name = "STATE")]
    pub state: Option<State>,
    /// How long it may still take: 30m, 2h or 'unknown'. For support and management only.
    #[arg(long, value_name = "DUR|unknown")]
    pub eta: Option<String>,
    /// Take the text from FILE, or from standard input with '-', instead of the template.
    #[arg(short = 'F', long = "file", value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub file: Option<PathBuf>,
    /// Copy it with the terminal's clipboard instead of printing it.
    #[arg(long)]
    pub copy: bool,
    /// Send it, which is still to come.
    #[arg(long, conflicts_with = "copy")]
    pub send: bool,
    /// Use a text for users in which something was found.
    #[arg(long)]
    pub force: bool,
}

/// What many hotfixes say together: how often, how long they took, where the time went.
///
/// Only releases that a record or an 'Incident:' trailer names count as hotfixes; a version number
/// proves nothing. Durations run between two recorded milestones and are shown as median, range and
/// number, with every value where there are fewer than ten. More than one release in four, of at
/// least four, being a hotfix is called too often. Nothing is counted by person.
#[derive(Debug, Args)]
pub struct Stats {
    /// From when on: an age (90d, 12h) or a day (2026-08-01).
    #[arg(long, value_name = "AGE|DATE", default_value = "365d")]
    pub since: String,
    /// As one HTML page without scripts, on stdout.
    #[arg(long)]
    pub html: bool,
}

/// Print the directory a hotfix is worked on in: cd "$(hotfix path)".
#[derive(Debug, Args)]
pub struct Path {
    /// The hotfix; the current one by default.
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
/// Running it again refreshes what was generated and never touches what people wrote. 'hotfix
/// postmortem check FILE' reads over what they wrote.
#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true, disable_help_subcommand = true)]
pub struct Postmortem {
    #[command(subcommand)]
    pub command: Option<PostmortemCommand>,
    /// The hotfix; the current or last one by default.
    pub name: Option<String>,
    /// Where to write it; '-' for stdout.
    #[arg(short, long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub output: Option<PathBuf>,
    /// The form.
    #[arg(long, value_enum, value_name = "FORM")]
    pub format: Option<Format>,
    /// Open the file that was written, with the program that the desktop has for it.
    #[arg(long)]
    pub open: bool,
    /// Put a generated block back that the file lacks, such as 'diagrams'.
    #[arg(long, value_name = "BLOCK")]
    pub add: Vec<String>,
    /// Write every section, also for sev3 and below, which get a short form with eight questions.
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

/// Every past hotfix: is it still in production, develop, the release branches, the newest release?
///
/// Looks at what is here; only a partial clone fetches the contents it lacks. Lost is what was lost by
/// an accident that can be shown: a merge took the other side, a merge-back never came, a commit
/// reverted it or brought the old lines back. Exits with 1 when one is lost. Made for CI; works in
/// repositories that never used this program.
#[derive(Debug, Args)]
pub struct Audit {
    /// Show only this one, with the evidence: a name, a release or a commit.
    #[arg(value_name = "NAME")]
    pub name: Option<String>,

    /// Only hotfixes since then: 2026-01-31, 90d, '2026-01-31 14:00'.
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

/// Help for a command, for 'exit-codes' or for 'templates'.
#[derive(Debug, Args)]
pub struct Help {
    /// A command, 'exit-codes' or 'templates'.
    pub topic: Option<String>,
}
