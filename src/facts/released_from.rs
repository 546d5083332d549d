//! Which of several branches releases are made from, told by their tags.

use crate::config::Branches;
use crate::git::access::Access;
use crate::git::fetch::last_known_tip;
use crate::git::{GitError, Repo};
use crate::model::oid::Oid;
use crate::model::version::looks_like_a_release;
use std::collections::BTreeSet;

/// A branch that may be production.
struct Candidate {
    name: String,
    tip: Oid,
    /// The release tags in its history.
    tags: BTreeSet<String>,
}

/// The one of the branches that may be production that carries the release tags; `None` where they
/// do not tell.
///
/// # Errors
/// When tags or history cannot be read.
pub fn branch(repo: &Repo, branches: &Branches) -> Result<Option<String>, GitError> {
    let mut candidates: Vec<Candidate> = Vec::new();
    for name in &branches.may_be {
        let Some(tip) = last_known_tip(repo, branches.remote.as_deref(), name)? else { continue };
        if candidates.iter().all(|c| c.name != *name) {
            let tags = release_tags(repo, &tip)?;
            candidates.push(Candidate { name: name.clone(), tip, tags });
        }
    }
    for one in candidates.iter().filter(|c| !c.tags.is_empty()) {
        let mut decides = true;
        for other in candidates.iter().filter(|c| c.name != one.name) {
            decides = decides && is_released_rather(repo, one, other)?;
        }
        if decides {
            return Ok(Some(one.name.clone()));
        }
    }
    Ok(None)
}

/// Whether the releases are made on `one` and not on `other`: it has all of the other's and more, or
/// the same ones and the other has nothing but unreleased work besides.
fn is_released_rather(repo: &Repo, one: &Candidate, other: &Candidate) -> Result<bool, GitError> {
    if one.tags == other.tags {
        return Ok(one.tip != other.tip && repo.is_ancestor(&one.tip, &other.tip)?);
    }
    // An integration branch that has got releases that production lacks was merged to half-way, or
    // production has moved: not for us to tell.
    let doubtful = crate::config::is_integration(&one.name) && !other.tags.is_empty();
    Ok(one.tags.is_superset(&other.tags) && !doubtful)
}

fn release_tags(repo: &Repo, tip: &Oid) -> Result<BTreeSet<String>, GitError> {
    let run = repo
        .call("for-each-ref")
        .arg(format!("--merged={tip}"))
        .args(["--format=%(refname:lstrip=2)", "refs/tags"]);
    let text = repo.git().text(run)?;
    Ok(text.lines().filter(|t| looks_like_a_release(t)).map(str::to_owned).collect())
}
