//! Commits as lines for people.

use crate::git::Repo;
use crate::git::access::Access;
use crate::git::object::Commit;
use crate::model::oid::Oid;
use crate::model::plan::CommitLine;

/// The commits reachable from a tip and from none of `hide`, as lines; merges left out.
///
/// # Errors
/// When history cannot be read.
pub fn lines(repo: &Repo, tip: &Oid, hide: &[Oid]) -> anyhow::Result<Vec<CommitLine>> {
    let commits = repo.log(tip, hide, 1000)?;
    Ok(commits.into_iter().filter(|c| c.parents.len() < 2).map(line).collect())
}

/// A commit as a line.
pub fn line(commit: Commit) -> CommitLine {
    CommitLine { subject: commit.subject().to_owned(), author: commit.author.name, commit: commit.oid }
}
