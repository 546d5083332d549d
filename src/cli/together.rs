//! The commands for working on a hotfix with others.

use clap::{Args, ValueHint};
use std::path::PathBuf;

/// Review a hotfix: see the change and its checks, then approve or reject it.
///
/// Works in any clone of the repository, even without an incident log: NAME may be a branch that only
/// the remote has. The verdict counts for the files as they are now; when they change, a new review is
/// needed. An author's approval of their own change is recorded and does not count.
#[derive(Debug, Args)]
pub struct Review {
    /// The hotfix or its branch; the current one by default.
    #[arg(value_name = "NAME|BRANCH")]
    pub name: Option<String>,
    /// Approve it.
    #[arg(long, conflicts_with_all = ["reject", "request"])]
    pub approve: bool,
    /// Reject it; needs a reason (-m).
    #[arg(long, conflicts_with = "request")]
    pub reject: bool,
    /// Ask for a review: publish the branch and print the line to send to a colleague.
    #[arg(long)]
    pub request: bool,
    /// Add a comment.
    #[arg(short, long, value_name = "TEXT")]
    pub message: Option<String>,
}

/// Share the incident logs with a remote: fetch the events of other clones, push yours.
///
/// Nothing leaves this machine without it, unless incident.share is set. REMOTE is a remote's name
/// or URL (default: incident.remote, else the remote of production). The first time it shows where
/// the logs would go and asks; --yes confirms, a publicly readable repository needs --yes-public. Code
/// is never sent along. Given a FILE that hotfix bundle wrote, it reads that.
#[derive(Debug, Args)]
pub struct Sync {
    /// A remote's name or URL, or a bundle to read.
    #[arg(value_name = "REMOTE|FILE")]
    pub remote: Option<String>,
    /// Send the logs to a publicly readable repository.
    #[arg(long)]
    pub yes_public: bool,
    /// Read every log that the remote has, however many there are.
    #[arg(long)]
    pub all: bool,
    /// Send this event although it seems to contain a secret; can be repeated.
    #[arg(long, value_name = "EVENT")]
    pub not_secret: Vec<String>,
}

/// What chat and other services were told, and what is still to be sent; try it, or retry.
///
/// The services are the [[notify]] entries of hotfix.toml. Commands send what happens by themselves,
/// never wait longer than 3 seconds for it and never fail because of it; what did not arrive waits in
/// the git directory, and the next command sends it. Without a flag, or with --list, nothing is sent.
#[derive(Debug, Args)]
pub struct Notify {
    /// Only this service: its kind, or its whole name as --list shows it.
    #[arg(value_name = "SERVICE")]
    pub service: Option<String>,
    /// Show what was sent, what waits, and what may or may not have been sent.
    #[arg(long, conflicts_with_all = ["test", "retry", "drop"])]
    pub list: bool,
    /// Send a test message to every service.
    #[arg(long, conflicts_with_all = ["retry", "drop"])]
    pub test: bool,
    /// Send what waits now, and again what was refused or may have been sent.
    #[arg(long, conflicts_with = "drop")]
    pub retry: bool,
    /// Forget what was not sent.
    #[arg(long)]
    pub drop: bool,
    /// Use the entries of hotfix.toml in this run, although nobody has agreed to them here.
    #[arg(long)]
    pub trust: bool,
}

/// Write an incident log to a file, for mail or chat when the forge is down.
///
/// It is a git bundle: 'hotfix sync FILE' reads it in any clone, 'git fetch FILE' too.
#[derive(Debug, Args)]
pub struct Bundle {
    /// Write to this file; '-' for stdout.
    #[arg(value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub file: PathBuf,
    /// The hotfix; the current one by default.
    pub name: Option<String>,
    /// Include every incident log of this clone.
    #[arg(long, conflicts_with = "name")]
    pub all: bool,
    /// Send this event although it seems to contain a secret; can be repeated.
    #[arg(long, value_name = "EVENT")]
    pub not_secret: Vec<String>,
}
