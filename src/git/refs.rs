//! Moving local refs: all of them in one transaction, each from the value we saw.

use super::access::Access;
use super::repo::Repo;
use super::{GitError, Result};
use crate::model::oid::Oid;
use crate::model::plan::{Deletion, Update};

/// Applies updates and deletions together or not at all. Tags come first: when a crash splits the
/// transaction, a tag without its branch is the harmless half.
///
/// # Errors
/// When a ref has another value than expected, or git cannot write.
pub fn transaction(repo: &Repo, updates: &[Update], deletions: &[Deletion], why: &str) -> Result<()> {
    if updates.is_empty() && deletions.is_empty() {
        return Ok(());
    }
    let mut updates: Vec<&Update> = updates.iter().collect();
    updates.sort_by_key(|u| !u.name.starts_with("refs/tags/"));
    repo.move_all(&updates, deletions, why)?;
    repo.flush()
}

/// Removes what git's configuration remembers of a deleted branch (its upstream).
///
/// # Errors
/// When git cannot write its configuration.
pub fn forget_branch(repo: &Repo, branch: &str) -> Result<()> {
    let section = format!("branch.{branch}");
    if !repo.config()?.has_section(&section) {
        return Ok(());
    }
    repo.git().ok(repo.call("config").args(["--local", "--remove-section", &section])).map(drop)
}

/// The refs that contain any of these commits.
///
/// # Errors
/// When git cannot read them.
pub fn containing<'a>(repo: &Repo, commits: impl IntoIterator<Item = &'a Oid>) -> Result<Vec<String>> {
    let wanted = commits.into_iter().map(|c| format!("--contains={c}"));
    let run = repo.call("for-each-ref").arg("--format=%(refname)").args(wanted);
    Ok(repo.git().text(run)?.lines().map(str::to_owned).collect())
}

/// What a ref is and was, newest first, as its reflog remembers; at most so many values.
pub fn earlier(repo: &Repo, name: &str, most: usize) -> Vec<Oid> {
    if let Some(known) = repo.reflog(name) {
        return known.into_iter().take(most).collect();
    }
    // One by one: git lists nothing where one of the objects is lost.
    let value = |moves: usize| {
        let run = repo.call("rev-parse").args(["--verify", "--quiet"]).arg(format!("{name}@{{{moves}}}"));
        Oid::parse(&repo.git().finish(run).ok()?.text())
    };
    (0..most).map_while(value).collect()
}

/// Whether a remote-tracking branch is where a push from here brought it.
///
/// # Errors
/// When git cannot be started.
pub fn was_pushed(repo: &Repo, name: &str) -> Result<bool> {
    let run = repo.call("log").args(["--walk-reflogs", "-1", "--format=%gs", name, "--"]);
    let done = repo.git().finish(run)?;
    Ok(done.success() && done.text().trim().ends_with("update by push"))
}

/// Empties a ref's reflog, so that nothing it pointed at before stays reachable.
///
/// # Errors
/// When git cannot write it.
pub fn forget_history(repo: &Repo, name: &str) -> Result<()> {
    let run = repo.call("reflog").args(["expire", "--expire=all", "--expire-unreachable=all", name]);
    repo.git().ok(run).map(drop)
}

impl GitError {
    /// What git said, for a line of our own.
    pub fn detail(&self) -> String {
        match self {
            Self::Failed { stderr, .. } if !stderr.trim().is_empty() => {
                crate::model::text::safe_lines(stderr.trim())
            }
            other => other.to_string(),
        }
    }
}
