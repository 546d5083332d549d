//! Believing what the record says a run was about to publish.

use crate::git::access::Access;
use crate::git::{GitError, Repo};
use crate::model::oid::Oid;

/// Whether a commit may be what a run here has made and not published: it is here, and on no branch
/// of a remote. A log that is shared may name any commit, and somebody's branch must not become a
/// release by a line in it.
///
/// # Errors
/// When refs or history cannot be read.
pub fn is_unpublished(repo: &Repo, commit: &Oid) -> Result<bool, GitError> {
    if !repo.has(commit)? {
        return Ok(false);
    }
    for found in repo.refs("refs/remotes/")? {
        if repo.is_ancestor(commit, &found.oid)? {
            return Ok(false);
        }
    }
    Ok(true)
}
