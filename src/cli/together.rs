//! The commands for working on a hotfix with others.

use clap::{Args, ValueHint};
use std::path::PathBuf;

/// Look at a hotfix as its reviewer: what changes, what is checked, and your verdict on it.
///
/// Works in any clone of the repository, also where nothing was recorded: NAME may be a branch that
/// only the remote has. The verdict is for the files as they are now; when they change it is asked
/// again. An author's approval of their own change is kept and does not count.
#[derive(Debug, Args)]
pub struct Review {
    /// The hotfix or its branch; the current one by default.
    #[arg(value_name = "NAME|BRANCH")]
    pub name: Option<String>,
    /// Approve it.
    #[arg(long, conflicts_with_all = ["reject", "request"])]
    pub approve: bool,
    /// Reject it; -m says why.
    #[arg(long, conflicts_with = "request")]
    pub reject: bool,
    /// Ask for a review: publish the branch and print the line to send to a colleague.
    #[arg(long)]
    pub request: bool,
    /// What you have to say about it.
    #[arg(short, long, value_name = "TEXT")]
    pub message: Option<String>,
}

/// Share the incident logs with a remote: read what others wrote, send what was written here.
///
/// Nothing leaves this machine without it, unless incident.share is set. REMOTE is a remote's name
/// or URL; incident.remote, else the remote of production, by default. The first time it says where
/// the logs would go and asks; --yes agrees, to a repository that anybody can read only --yes-public
/// does. Code never goes along. Given a FILE that hotfix bundle wrote, it reads that.
#[derive(Debug, Args)]
pub struct Sync {
    /// A remote's name or URL, or a bundle to read.
    #[arg(value_name = "REMOTE|FILE")]
    pub remote: Option<String>,
    /// Send the logs to a repository that anybody can read.
    #[arg(long)]
    pub yes_public: bool,
    /// An event that seems to hold a secret and holds none; may be given several times.
    #[arg(long, value_name = "EVENT")]
    pub not_secret: Vec<String>,
}

/// Write an incident log to a file, for mail or chat when the forge is down.
///
/// It is a git bundle: 'hotfix sync FILE' reads it in any clone, 'git fetch FILE' too.
#[derive(Debug, Args)]
pub struct Bundle {
    /// Where to write it; '-' for stdout.
    #[arg(value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub file: PathBuf,
    /// The hotfix; the current one by default.
    pub name: Option<String>,
    /// Every incident log of this clone.
    #[arg(long, conflicts_with = "name")]
    pub all: bool,
    /// An event that seems to hold a secret and holds none; may be given several times.
    #[arg(long, value_name = "EVENT")]
    pub not_secret: Vec<String>,
}
