//! Commands that a repository's configuration names run only after somebody has said yes to their
//! exact text, for one purpose: who lets a command deploy a release has not said that it may run on every
//! branch. The yes is kept in the git directory, which no clone or push carries.

use crate::git::Repo;
use crate::system::files;
use std::fmt;
use std::path::PathBuf;

/// What a text of a committed file is agreed to for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose<'a> {
    /// Deploys, verifies or takes back a release, in a checkout of it.
    Deployment,
    /// Answers the check of this id, in whatever is checked out.
    Check(&'a str),
    /// A directory that the log is sent to.
    Place,
    /// Others are told.
    Telling,
    /// A token goes to this host.
    Forge,
}

impl fmt::Display for Purpose<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Deployment => f.write_str("deployment"),
            Self::Check(id) => write!(f, "check {id}"),
            Self::Place => f.write_str("place"),
            Self::Telling => f.write_str("telling"),
            Self::Forge => f.write_str("forge"),
        }
    }
}

fn path(repo: &Repo) -> PathBuf {
    repo.common_dir().join("hotfix").join("trusted.jsonl")
}

/// Whether somebody has said yes to this text for this purpose.
pub fn is_trusted(repo: &Repo, purpose: Purpose<'_>, text: &str) -> bool {
    let kept = files::read_optional(&path(repo)).ok().flatten().unwrap_or_default();
    let wanted = (purpose.to_string(), text.to_owned());
    kept.lines().any(|line| serde_json::from_str::<(String, String)>(line).is_ok_and(|known| known == wanted))
}

/// Keeps a yes.
///
/// # Errors
/// When the git directory cannot be written.
pub fn trust(repo: &Repo, purpose: Purpose<'_>, text: &str) -> std::io::Result<()> {
    if is_trusted(repo, purpose, text) {
        return Ok(());
    }
    files::append_line_synced(&path(repo), &serde_json::to_string(&(purpose.to_string(), text))?)
}
