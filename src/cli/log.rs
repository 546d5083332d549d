//! The commands that write the incident log.

use super::steps::YesNo;
use crate::model::milestone;
use crate::model::role::Role;
use crate::model::severity::{DetectedBy, Severity as Level};
use clap::{Args, Subcommand};
use std::ffi::OsString;
use std::path::PathBuf;

/// Write a line into the incident log.
///
/// It uses no network and asks nothing. Without TEXT, git's editor opens. A note that starts with TODO: is
/// a follow-up, which may end in 'done when:' and a fact that 'hotfix followups' checks. With -F, it
/// records many lines at once, all or none: each is TIME TEXT or TIME KIND TEXT, where KIND is a note kind
/// or a milestone.
#[derive(Debug, Args)]
pub struct Note {
    /// What happened.
    pub text: Vec<String>,
    /// Set the kind (default: note; with --state: hypothesis).
    #[arg(long, value_name = "KIND", value_parser = ["note", "observation", "hypothesis", "action", "decision", "followup"])]
    pub kind: Option<String>,
    /// Set the state of a hypothesis; TEXT is its text or event id.
    #[arg(long, value_name = "STATE", value_parser = ["open", "confirmed", "ruled-out"])]
    pub state: Option<String>,
    /// Set when it happened: 14:02, '2:54 PM', '19:14 UTC', '30 min ago', 'yesterday 23:50'.
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    pub at: Option<String>,
    /// Add a link to a page or an image; can be repeated.
    #[arg(long, value_name = "URL")]
    pub link: Vec<String>,
    /// Set the owner of a follow-up.
    #[arg(long, value_name = "WHO")]
    pub owner: Option<String>,
    /// Set the due date of a follow-up: 2026-12-01, or 14d from now.
    #[arg(long, value_name = "DATE")]
    pub due: Option<String>,
    /// Set the ticket of a follow-up: a number or an address.
    #[arg(long, value_name = "ID")]
    pub ticket: Option<String>,
    /// Show it on the short timeline too.
    #[arg(long)]
    pub pin: bool,
    /// Keep it out of updates and the post-mortem; it stays readable in the log.
    #[arg(long)]
    pub restricted: bool,
    /// Read lines from FILE, or from standard input with '-'.
    #[arg(short = 'F', long = "file", value_name = "FILE", conflicts_with_all = ["text", "at", "pin", "state", "link", "owner", "due", "ticket"])]
    pub file: Option<PathBuf>,
    /// Use this hotfix.
    #[arg(long, value_name = "NAME")]
    pub hotfix: Option<String>,
}

/// Record a milestone of the incident.
///
/// The earliest recorded time of a milestone is used. Durations in the post-mortem are between milestones;
/// a missing one is shown as unknown, never guessed. Impact that starts after the incident was resolved
/// reopens it and begins a new interval.
///
/// 'mitigated' means that the effects have stopped, 'partly-mitigated' that some users are still affected,
/// 'impact-ended' that no user is affected any more, and 'resolved' that the incident is closed.
/// 'deployed' records that a release deployed outside hotfix is in production.
#[derive(Debug, Args)]
pub struct Mark {
    /// Choose the milestone.
    #[arg(value_name = "MILESTONE", value_parser = milestone::MARKS)]
    pub milestone: String,
    /// Add a comment.
    pub text: Vec<String>,
    /// Set when it was reached (default: now).
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    pub at: Option<String>,
    /// Say who or what detected it (with 'detected').
    #[arg(long, alias = "by", value_enum, value_name = "WHO")]
    pub detected_by: Option<DetectedBy>,
    /// Use this hotfix.
    #[arg(long, value_name = "NAME")]
    pub hotfix: Option<String>,
}

/// Run a command and record it with its duration, exit status and output.
///
/// Its output is shown live, and the last part is stored with the event. Passwords and tokens are removed
/// from what is stored. The exit status is the command's own, 128 + n after signal n.
#[derive(Debug, Args)]
pub struct Run {
    /// Give it the terminal (ssh, psql, an editor); its output is not stored.
    #[arg(long)]
    pub tty: bool,
    /// Use this hotfix.
    #[arg(long, value_name = "NAME")]
    pub hotfix: Option<String>,
    /// The command and its arguments.
    #[arg(required = true, trailing_var_arg = true, allow_hyphen_values = true, value_name = "CMD")]
    pub command: Vec<OsString>,
}

/// Show what the triage recorded, or correct it with TEXT.
#[derive(Debug, Args)]
pub struct Words {
    /// Set the new text; 'none' removes it.
    pub text: Vec<String>,
    /// Use this hotfix.
    #[arg(long, value_name = "NAME")]
    pub hotfix: Option<String>,
}

/// Record who is affected (text, number, place), or show it.
///
/// The earlier text stays in the log. Updates that were sent with it are listed.
#[derive(Debug, Args)]
pub struct ImpactWords {
    /// Describe who is affected; 'none' removes it.
    pub text: Vec<String>,
    /// Set how many are affected.
    #[arg(long, value_name = "N", value_parser = number)]
    pub count: Option<u64>,
    /// Set the unit: customers, requests, orders.
    #[arg(long, value_name = "U")]
    pub unit: Option<String>,
    /// Set the region or component.
    #[arg(long = "where", value_name = "W")]
    pub place: Option<String>,
    /// Record whether data was lost.
    #[arg(long, value_enum, value_name = "ANSWER")]
    pub data_loss: Option<YesNo>,
    /// Use this hotfix.
    #[arg(long, value_name = "NAME")]
    pub hotfix: Option<String>,
}

/// `1200` or `1,200`.
fn number(text: &str) -> Result<u64, String> {
    text.replace([',', '_'], "").parse().map_err(|_| "expected a number, e.g. 1200".to_owned())
}

/// Say how bad it is: sev1 (worst) to sev5, or 1 to 5.
///
/// sev1: down or unusable for most users, data loss, or data exposed. sev2: many users cannot use an important
/// function, no workaround. sev3: some users affected, or a workaround exists. sev4: minor; usually waits for the
/// next release. sev5: cosmetic; usually a ticket.
#[derive(Debug, Args)]
pub struct Severity {
    /// How bad it is now: sev1 (worst) to sev5, or 1 to 5.
    #[arg(value_name = "SEV")]
    pub severity: Level,
    /// Why it changed.
    #[arg(value_name = "WHY")]
    pub why: Vec<String>,
    /// When it was decided, if not now.
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    pub at: Option<String>,
    /// Use this hotfix.
    #[arg(long, value_name = "NAME")]
    pub hotfix: Option<String>,
}

/// Take or drop a role, or show who has which.
///
/// Whoever starts a hotfix is its commander, fixer and scribe until another person takes the role. There
/// is one commander; the other roles can be shared. The first role that a second person takes
/// acknowledges the incident.
#[derive(Debug, Args)]
pub struct RoleArgs {
    #[command(subcommand)]
    pub change: Option<RoleChange>,
    /// Use this hotfix.
    #[arg(long, value_name = "NAME", global = true)]
    pub hotfix: Option<String>,
}

/// What happens with a role.
#[derive(Debug, Subcommand)]
pub enum RoleChange {
    /// Take a role.
    Take(RoleNamed),
    /// Drop a role.
    Drop(RoleNamed),
}

/// A role, and when.
#[derive(Debug, Args)]
pub struct RoleNamed {
    /// commander, fixer, reviewer, scribe or comms.
    #[arg(value_name = "ROLE")]
    pub role: Role,
    /// Set since when (default: now).
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    pub at: Option<String>,
}

/// Correct the time or the text of an event; the full log keeps the original.
#[derive(Debug, Args)]
pub struct Amend {
    /// Its id as 'hotfix timeline --all' shows it, or 'last' for the last line you wrote.
    #[arg(value_name = "EVENT")]
    pub event: String,
    /// The corrected text.
    pub text: Vec<String>,
    /// Set when it happened.
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    pub at: Option<String>,
    /// Use this hotfix.
    #[arg(long, value_name = "NAME")]
    pub hotfix: Option<String>,
}

/// Retract a wrong event. It stays in the full log, marked; retracting the retraction restores it.
#[derive(Debug, Args)]
pub struct Retract {
    /// Its id as 'hotfix timeline --all' shows it, or 'last' for the last line you wrote.
    #[arg(value_name = "EVENT")]
    pub event: String,
    /// Record the reason.
    #[arg(value_name = "WHY")]
    pub why: Vec<String>,
    /// Use this hotfix.
    #[arg(long, value_name = "NAME")]
    pub hotfix: Option<String>,
}

/// Remove the words of an event from the log for good, if they were never shared.
///
/// The log is rewritten from that event on, with '[redacted]' in their place, and records that it was.
/// Refused once the log has been shared.
#[derive(Debug, Args)]
pub struct Redact {
    /// Its id as 'hotfix timeline --all' shows it, or 'last' for the last line you wrote.
    #[arg(value_name = "EVENT")]
    pub event: String,
    /// Use this hotfix.
    #[arg(long, value_name = "NAME")]
    pub hotfix: Option<String>,
}

/// List the follow-ups of all incidents, and check which are done.
///
/// A follow-up may name a fact that git can check; it is done when production, as last fetched, has it:
///
///   hotfix note --kind followup "test the login; done when: tests/login.rs exists"
///
/// The facts: 'PATH exists', 'test NAME exists' (in a tracked file that is not a document), 'a commit
/// touches PATH' (one with the trailer 'Incident: ID', merges left out), 'TAG is released' (it or a
/// later one), 'BRANCH contains TAG'. Other words are shown as unknown.
#[derive(Debug, Args)]
pub struct Followups {
    /// Show only those of this hotfix.
    pub name: Option<String>,
    /// Include those that are done.
    #[arg(short, long)]
    pub all: bool,
    /// Say that this one is done: its id.
    #[arg(long, value_name = "EVENT", conflicts_with_all = ["all", "reopen"])]
    pub done: Option<String>,
    /// Say that this one is not done after all: its id.
    #[arg(long, value_name = "EVENT", conflicts_with = "all")]
    pub reopen: Option<String>,
}
