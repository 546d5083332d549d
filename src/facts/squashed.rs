//! Releases whose tag production does not contain: squash-merged ones, whose content it has, and others.

use super::brought_otherwise::brought_otherwise;
use crate::git::Repo;
use crate::git::access::Access;
use crate::git::tags::{ReleaseTag, Releases};
use crate::model::oid::Oid;
use crate::model::version::TagScheme;
use semver::Version;

/// A release that production does not contain: its tag and version.
type Above = (String, Version);

/// How many such releases are looked at.
const MOST: usize = 8;
/// How many of production's commits are compared with a release.
const REACH: usize = 300;

/// The highest release above `newest` whose content production has, on the commit that has it; and the
/// highest one of another line whose content it does not have.
///
/// # Errors
/// When history cannot be read.
pub fn above(
    repo: &Repo,
    releases: &Releases,
    scheme: &TagScheme,
    newest: Option<&ReleaseTag>,
    production: &Oid,
) -> anyhow::Result<(Option<ReleaseTag>, Option<Above>)> {
    let mut missing = None;
    for (version, name, object) in releases.above(scheme, newest.map(|n| &n.version)).into_iter().take(MOST) {
        let commit = if repo.has(&object)? { repo.peel(&object)? } else { None };
        let has_it = commit.map(|at| holder(repo, &at, production)).transpose()?.flatten();
        if let Some(commit) = has_it {
            return Ok((Some(ReleaseTag { name, version, commit }), missing));
        }
        // In the same line it is a version that is taken, and the next free one is meant.
        let is_same_line =
            newest.is_some_and(|n| (n.version.major, n.version.minor) == (version.major, version.minor));
        if missing.is_none() && !is_same_line {
            missing = Some((name, version));
        }
    }
    Ok((None, missing))
}

/// Production's commit that has the content of a release: the same tree, or its changes.
pub(super) fn holder(repo: &Repo, release: &Oid, production: &Oid) -> anyhow::Result<Option<Oid>> {
    let Some(fork) = repo.merge_base(release, production)?.filter(|fork| fork != release) else {
        return Ok(None);
    };
    let tree = repo.commit(release)?.tree;
    let mut at = production.clone();
    let mut found = None;
    for _ in 0..REACH {
        let commit = repo.commit(&at)?;
        if commit.tree == tree {
            found = Some(at.clone());
        } else if found.is_some() {
            break;
        }
        match commit.parents.first() {
            Some(parent) if at != fork => at = parent.clone(),
            _ => break,
        }
    }
    match found {
        Some(found) => Ok(Some(found)),
        None => brought_otherwise(repo, release, production),
    }
}
