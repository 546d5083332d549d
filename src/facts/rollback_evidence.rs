//! Evidence for choosing: what going back to each of the last releases would undo, and whether a
//! suspect can be reverted alone.

use super::commit_lines::lines;
use super::release::Around;
use super::rolled_back::RolledBack;
use super::scope;
use super::workspace::Workspace;
use super::{Hotfix, affected_cache};
use crate::git::access::Access;
use crate::git::merge::{Clash, Merged, back};
use crate::git::tags::ReleaseTag;
use crate::insight::rollback::{Evidence, Revert, Suspect, Way};
use crate::insight::scope::is_lock;
use crate::model::oid::Oid;

/// How many releases and suspects are looked at.
const RELEASES: usize = 5;
const SUSPECTS: usize = 3;
/// The most paths of each kind that are kept in the record.
const PATHS: usize = 20;

/// Gathers it for going back from a release.
///
/// # Errors
/// When history cannot be read.
pub fn evidence(
    workspace: &Workspace,
    around: &Around,
    undone: &ReleaseTag,
    production: &Oid,
    rolled_back: &RolledBack,
) -> anyhow::Result<Evidence> {
    let mut evidence = Evidence::default();
    let below = around.releases.below(&workspace.repo, &around.scheme, undone, RELEASES)?;
    for release in below.into_iter().filter(|r| rolled_back.by(&r.name).is_none()) {
        let measured = scope::measure(workspace, &undone.commit, &release.commit)?;
        evidence.releases.push(Way {
            commits: lines(&workspace.repo, &undone.commit, std::slice::from_ref(&release.commit))?.len(),
            tag: release.name,
            stat: measured.stat,
            sensitive: measured.scope.sensitive.into_iter().take(PATHS).collect(),
            locks: measured.files.into_iter().map(|f| f.path).filter(|p| is_lock(p)).take(PATHS).collect(),
        });
    }
    // Whoever has begun a fix has said which lines are wrong.
    if let Ok(Some(hotfix)) = Hotfix::current(workspace)
        && let Some(found) = affected_cache::in_passing(workspace, &hotfix)
    {
        for candidate in found.candidates.iter().take(SUSPECTS) {
            if let Some(revert) = revert(workspace, production, &candidate.commit)? {
                let (commit, subject) = (candidate.commit.clone(), candidate.subject.clone());
                evidence.suspects.push(Suspect { commit, subject, revert });
            }
        }
    }
    Ok(evidence)
}

/// Tries it in memory; `None` where there is nothing to go back to.
fn revert(workspace: &Workspace, production: &Oid, commit: &Oid) -> anyhow::Result<Option<Revert>> {
    let repo = &workspace.repo;
    let Some(parent) = repo.commit(commit)?.parents.into_iter().next() else { return Ok(None) };
    if !repo.has(&parent)? || !repo.is_ancestor(commit, production)? {
        return Ok(None);
    }
    Ok(match back(repo, production, commit, &parent)? {
        Merged::Clean(tree) if tree == repo.commit(production)?.tree => Some(Revert::Nothing),
        Merged::Clean(tree) => {
            Some(Revert::Clean { stat: scope::measure(workspace, production, &tree)?.stat })
        }
        Merged::Conflict { clashes, .. } => Some(Revert::Conflict { paths: Clash::paths(&clashes) }),
        Merged::Unrelated => None,
    })
}
