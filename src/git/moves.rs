//! Several refs moved together by libgit2: all are locked, each is compared with what it is expected to
//! be, and only then is any of them written.

use super::convert::{id, missing, oid};
use super::{GitError, Result};
use crate::model::oid::Oid;
use crate::model::plan::{Deletion, Update};
use git2::{ReferenceType, Repository};

/// Moves and deletes refs, all or none.
///
/// # Errors
/// [`GitError::Moved`] when one has another value than expected; another error, and nothing done, where
/// git has to do it.
pub fn all(repo: &Repository, updates: &[&Update], deletions: &[Deletion], why: &str) -> Result<()> {
    let mut together = repo.transaction()?;
    for name in updates.iter().map(|u| &u.name).chain(deletions.iter().map(|d| &d.name)) {
        together.lock_ref(name)?;
    }
    for update in updates {
        compare(repo, &update.name, update.expect.as_ref())?;
        let new = id(&update.new)?;
        if update.name.starts_with("refs/heads/") {
            repo.find_commit(new)?;
        } else {
            repo.find_object(new, None)?;
        }
        together.set_target(&update.name, new, None, why)?;
    }
    for deletion in deletions {
        compare(repo, &deletion.name, Some(&deletion.expect))?;
        together.remove(&deletion.name)?;
    }
    together.commit()?;
    // git forgets a branch's reflog with the branch; a transaction of libgit2 keeps it.
    for deletion in deletions {
        repo.reflog_delete(&deletion.name)?;
    }
    Ok(())
}

/// Whether a ref that is locked has the value it is expected to have.
fn compare(repo: &Repository, name: &str, expect: Option<&Oid>) -> Result<()> {
    let there = missing(repo.find_reference(name))?;
    if there.as_ref().is_some_and(|r| r.kind() == Some(ReferenceType::Symbolic)) {
        let what = format!("{name} is another name for a ref");
        return Err(GitError::Unexpected { what, answer: String::new() });
    }
    let now = there.and_then(|r| r.target()).map(oid).transpose()?;
    if now.as_ref() == expect { Ok(()) } else { Err(GitError::Moved(name.to_owned())) }
}
