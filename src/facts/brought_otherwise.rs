//! A fix that is in production by other commits than the hotfix's own.

use super::presence::{Series, carrier};
use crate::git::Repo;
use crate::git::access::Access;
use crate::git::merge::adds_nothing;
use crate::model::oid::Oid;

/// Production's commit that brought the fix by other commits than ours: squashed or rebased in a
/// pull request. Found by patch-id, else by content.
pub(super) fn brought_otherwise(repo: &Repo, fix: &Oid, production: &Oid) -> anyhow::Result<Option<Oid>> {
    let Some(base) = repo.merge_base(fix, production)?.filter(|base| base != production) else {
        return Ok(None);
    };
    let own: Vec<Oid> = repo
        .log(fix, std::slice::from_ref(&base), 1000)?
        .into_iter()
        .filter(|c| c.parents.len() == 1)
        .map(|c| c.oid)
        .collect();
    match carrier(repo, Series { base: &base, tip: fix, own: &own }, production)? {
        Some(commit) => bringer(repo, &commit, production).map(Some),
        None => same_content(repo, fix, production),
    }
}

/// As [`brought_otherwise`], by content: found by merging in memory: where that changes nothing, everything is there.
fn same_content(repo: &Repo, fix: &Oid, production: &Oid) -> anyhow::Result<Option<Oid>> {
    let Some(fork) = repo.merge_base(fix, production)? else { return Ok(None) };
    if fork == *production || repo.changes(&fork, fix)?.is_empty() {
        return Ok(None);
    }
    if !adds_nothing(repo, production, fix)? {
        return Ok(None);
    }
    let mut at = production.clone();
    loop {
        match repo.commit(&at)?.parents.first() {
            Some(parent) if *parent != fork && adds_nothing(repo, parent, fix)? => at = parent.clone(),
            _ => return Ok(Some(at)),
        }
    }
}

/// The oldest commit on production's first-parent line that has the fix.
pub(super) fn bringer(repo: &Repo, fix: &Oid, production: &Oid) -> anyhow::Result<Oid> {
    let mut at = production.clone();
    loop {
        let commit = repo.commit(&at)?;
        match commit.parents.first() {
            Some(parent) if repo.is_ancestor(fix, parent)? => at = parent.clone(),
            _ => return Ok(at),
        }
    }
}
