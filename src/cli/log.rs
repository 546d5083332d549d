//! The commands that write the incident log.

use super::steps::YesNo;
use crate::model::event::Kind;
use crate::model::role::Role;
use crate::model::severity::{DetectedBy, Severity as Level};
use clap::{Args, Subcommand};
use std::ffi::OsString;
use std::path::PathBuf;

/// Write a line into the incident log.
///
/// No network and no question. Without TEXT, git's editor opens. A note that begins with TODO: is a
/// follow-up, which may end in 'done when:' and a fact that 'hotfix followups' checks. With -F, many lines
/// at once, all or none: each is TIME TEXT or TIME KIND TEXT, KIND a note kind or a milestone.
#[derive(Debug, Args)]
pub struct Note {
    /// What happened.
    pub text: Vec<String>,
    /// What kind of line it is; a note by default, a hypothesis with --state.
    #[arg(long, value_name = "KIND", value_parser = ["note", "observation", "hypothesis", "action", "decision", "followup"])]
    pub kind: Option<String>,
    /// What a hypothesis has come to: TEXT is what it said, or the id of its event.
    #[arg(long, value_name = "STATE", value_parser = ["open", "confirmed", "ruled-out"])]
    pub state: Option<String>,
    /// When it happened, if not now: 14:02, '2:54 PM', '19:14 UTC', '30 min ago', 'yesterday 23:50'.
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    pub at: Option<String>,
    /// Add the address of a page or an image; may be given several times.
    #[arg(long, value_name = "URL")]
    pub link: Vec<String>,
    /// Who does a follow-up.
    #[arg(long, value_name = "WHO")]
    pub owner: Option<String>,
    /// The day by which a follow-up is to be done: 2026-12-01, or 14d from now.
    #[arg(long, value_name = "DATE")]
    pub due: Option<String>,
    /// Where a follow-up is tracked: a number or an address.
    #[arg(long, value_name = "ID")]
    pub ticket: Option<String>,
    /// Show it on the short timeline, too.
    #[arg(long)]
    pub pin: bool,
    /// Keep it out of updates and the post-mortem. Whoever can read the log can read it.
    #[arg(long)]
    pub restricted: bool,
    /// Read lines from FILE, or from standard input with '-'.
    #[arg(short = 'F', long = "file", value_name = "FILE", conflicts_with_all = ["text", "at", "pin", "state", "link", "owner", "due", "ticket"])]
    pub file: Option<PathBuf>,
    /// The hotfix it belongs to.
    #[arg(long, value_name = "NAME")]
    pub hotfix: Option<String>,
}

/// Record a milestone of the incident.
///
/// A milestone's time is the earliest that was recorded for it. Durations in the post-mortem run
/// between milestones; one that is missing is shown as unknown, never guessed. Impact that starts
/// after the incident was over reopens it and begins a new interval.
///
/// 'mitigated' says that the effects have stopped, 'partly-mitigated' that some users are still
/// affected, 'impact-ended' when the last user was, and 'resolved' that it is over. 'deployed' says
/// that a release which is deployed elsewhere has reached production.
#[derive(Debug, Args)]
pub struct Mark {
    /// Which one.
    #[arg(value_name = "MILESTONE", value_parser = Kind::MARKS)]
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

/// Run a command and write it into the log: what, when, how long, how it ended.
///
/// Its output is shown as it comes, and the end of it is kept with the event. Passwords and tokens
/// are taken out of what is kept. The exit status is the command's own, 128 + n after signal n.
#[derive(Debug, Args)]
pub struct Run {
    /// Give it the whole terminal (ssh, psql, an editor); its output is then not kept.
    #[arg(long)]
    pub tty: bool,
    /// The hotfix it belongs to.
    #[arg(long, value_name = "NAME")]
    pub hotfix: Option<String>,
    /// The command and its arguments.
    #[arg(required = true, trailing_var_arg = true, allow_hyphen_values = true, value_name = "CMD")]
    pub command: Vec<OsString>,
}

/// What the triage said, seen without TEXT and corrected with it.
#[derive(Debug, Args)]
pub struct Words {
    /// The words that count from now on; 'none' takes them back.
    pub text: Vec<String>,
    /// The hotfix it belongs to.
    #[arg(long, value_name = "NAME")]
    pub hotfix: Option<String>,
}

/// Say who is affected, or see what was said: in words, in numbers, and where.
///
/// The earlier words stay in the log. What was sent with them is named.
#[derive(Debug, Args)]
pub struct ImpactWords {
    /// Who is affected, in words; 'none' takes them back.
    pub text: Vec<String>,
    /// How many are affected.
    #[arg(long, value_name = "N", value_parser = number)]
    pub count: Option<u64>,
    /// What is counted: customers, requests, orders.
    #[arg(long, value_name = "U")]
    pub unit: Option<String>,
    /// The region or the component.
    #[arg(long = "where", value_name = "W")]
    pub place: Option<String>,
    /// Whether data was lost.
    #[arg(long, value_enum, value_name = "ANSWER")]
    pub data_loss: Option<YesNo>,
    /// The hotfix it belongs to.
    #[arg(long, value_name = "NAME")]
    pub hotfix: Option<String>,
}

/// `1200` or `1,200`.
fn number(text: &str) -> Result<u64, String> {
    text.replace([',', '_'], "").parse().map_err(|_| "expected a number, e.g. 1200".to_owned())
}

/// Say how bad it is: sev1 (worst) to sev5, or 1 to 5.
#[derive(Debug, Args)]
pub struct Severity {
    /// How bad it is now.
    #[arg(value_name = "SEV")]
    pub severity: Level,
    /// Why it changed.
    #[arg(value_name = "WHY")]
    pub why: Vec<String>,
    /// When it was decided, if not now.
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    pub at: Option<String>,
    /// The hotfix it belongs to.
    #[arg(long, value_name = "NAME")]
    pub hotfix: Option<String>,
}

/// Take or drop a role, or show who has which.
///
/// Who starts a hotfix is commander, fixer and scribe until somebody else takes it. There is one
/// commander; the other roles may be shared. The first role that a second person takes acknowledges
/// the incident.
#[derive(Debug, Args)]
pub struct RoleArgs {
    #[command(subcommand)]
    pub change: Option<RoleChange>,
    /// The hotfix it belongs to.
    #[arg(long, value_name = "NAME", global = true)]
    pub hotfix: Option<String>,
}

/// What happens with a role.
#[derive(Debug, Subcommand)]
pub enum RoleChange {
    /// From now on I do this.
    Take(RoleNamed),
    /// I no longer do this.
    Drop(RoleNamed),
}

/// A role, and when.
#[derive(Debug, Args)]
pub struct RoleNamed {
    /// commander, fixer, reviewer, scribe or comms.
    #[arg(value_name = "ROLE")]
    pub role: Role,
    /// Since when, if not now.
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    pub at: Option<String>,
}

/// Correct the time or the words of an event. What it was stays visible in the full log.
#[derive(Debug, Args)]
pub struct Amend {
    /// Its id as 'hotfix timeline --all' shows it, or 'last' for the last line you wrote.
    #[arg(value_name = "EVENT")]
    pub event: String,
    /// What it should say.
    pub text: Vec<String>,
    /// When it really happened.
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    pub at: Option<String>,
    /// The hotfix it belongs to.
    #[arg(long, value_name = "NAME")]
    pub hotfix: Option<String>,
}

/// Take back an event that is wrong. It stays in the full log, marked; retracting the retraction
/// brings it back.
#[derive(Debug, Args)]
pub struct Retract {
    /// Its id as 'hotfix timeline --all' shows it, or 'last' for the last line you wrote.
    #[arg(value_name = "EVENT")]
    pub event: String,
    /// Why.
    #[arg(value_name = "WHY")]
    pub why: Vec<String>,
    /// The hotfix it belongs to.
    #[arg(long, value_name = "NAME")]
    pub hotfix: Option<String>,
}

/// Take the words of an event out of the log for good, where they were never shared.
///
/// The log is written anew from that event on, with 'redacted' in brackets in its place, and says that it was.
/// What was shared cannot be called back: then it is refused.
#[derive(Debug, Args)]
pub struct Redact {
    /// Its id as 'hotfix timeline --all' shows it, or 'last' for the last line you wrote.
    #[arg(value_name = "EVENT")]
    pub event: String,
    /// The hotfix it belongs to.
    #[arg(long, value_name = "NAME")]
    pub hotfix: Option<String>,
}

/// What is left to do, over all incidents, and whether it is done by now.
///
/// A follow-up may name a fact that git can check; it is done when the fact is there in production, as
/// far as this clone knows it:
///
///   hotfix note --kind followup "test the login; done when: tests/login.rs exists"
///
/// The facts: 'PATH exists', 'test NAME exists' (in a tracked file that is no document), 'a commit
/// touches PATH' (one with the trailer 'Incident: ID', merges left out), 'TAG is released' (it or a
/// later one). Other words are shown as unknown.
#[derive(Debug, Args)]
pub struct Followups {
    /// Only of this hotfix.
    pub name: Option<String>,
    /// Also what is done.
    #[arg(short, long)]
    pub all: bool,
    /// Say that this one is done: its id.
    #[arg(long, value_name = "EVENT", conflicts_with_all = ["all", "reopen"])]
    pub done: Option<String>,
    /// Say that this one is not done after all: its id.
    #[arg(long, value_name = "EVENT", conflicts_with = "all")]
    pub reopen: Option<String>,
}
