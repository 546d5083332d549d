//! The commits that this clone has published as the branch of a request. Anybody who can push can make a branch of that
//! name first, or add to it: what counts is what is in it.

use super::brought_in;
use super::workspace::Workspace;
use crate::git::access::Access;
use crate::model::oid::Oid;
use crate::model::text::safe;
use crate::system::files;
use std::path::PathBuf;

/// The most commits of others that are looked at.
const MOST: usize = 100;

fn list(workspace: &Workspace) -> PathBuf {
    workspace.repo.common_dir().join("hotfix").join("requested")
}

/// Remembers a commit that is about to be published. Without it the next run asks about its own branch.
pub fn remember(workspace: &Workspace, commit: &Oid) {
    if let Err(error) = files::append_lines(&list(workspace), &[commit.as_str()], true) {
        log::debug!("what is published for a request could not be written down: {error}");
    }
}

/// The commits of a branch that are in none of `known`, were not published from here, and bring more than what `base`
/// has: each in a few words.
///
/// # Errors
/// When history cannot be read.
pub fn of_others(
    workspace: &Workspace,
    there: &Oid,
    known: &[&Oid],
    base: &Oid,
) -> anyhow::Result<Vec<String>> {
    let repo = &workspace.repo;
    let text = files::read_optional(&list(workspace))?.unwrap_or_default();
    let mut hide: Vec<Oid> = known.iter().map(|oid| (*oid).clone()).collect();
    for own in text.lines().filter_map(Oid::parse) {
        if repo.has(&own)? && repo.is_ancestor(&own, there)? {
            hide.push(own);
        }
    }
    let mut others = Vec::new();
    for commit in repo.log(there, &hide, MOST)? {
        if brought_in::of(workspace, &commit.oid, base)?.is_none() {
            others.push(format!("{} {}", commit.oid.short(), safe(commit.subject())));
        }
    }
    Ok(others)
}
