//! A release tag of the hotfix that went public without production, and what became of it.

use super::hotfix::Hotfix;
use super::release::Around;
use super::tested;
use super::workspace::Workspace;
use crate::git::access::Access;
use crate::git::fetch::View;
use crate::git::merge::{Merged, merge};
use crate::model::intent::Intent;
use crate::model::oid::Oid;
use crate::plan::finish::{Progress, Stranded};

/// A tag of this hotfix that is public on a commit that production neither has nor can get any more
/// by the same push.
///
/// # Errors
/// When history cannot be read.
pub fn stranded(
    workspace: &Workspace,
    hotfix: &Hotfix,
    view: &View,
    tip: &Oid,
    (production, production_tip): (&str, &Oid),
) -> anyhow::Result<Option<Stranded>> {
    let repo = &workspace.repo;
    let Some(incident) = &hotfix.incident else { return Ok(None) };
    let own = Intent::all(incident).into_iter().map(|intent| (intent, true));
    for (intent, is_own) in own.chain(Intent::claimed(incident).into_iter().map(|intent| (intent, false))) {
        let (Some(release), Some(object)) = (&intent.release, &intent.tag_object) else { continue };
        if intent.held || view.tags.get(&intent.tag) != Some(object) || !repo.has(release)? {
            continue;
        }
        let same_push = intent.tip == *tip && intent.new_for(production, production_tip).is_some();
        if !same_push && !repo.is_ancestor(release, production_tip)? {
            // Of a tag that another clone names it is said that it is out, no more.
            let has_all =
                is_own && is_of_hotfix(workspace, hotfix, &intent.tag, release, (tip, production_tip))?;
            return Ok(Some(Stranded { tag: intent.tag, commit: release.clone(), has_all }));
        }
    }
    Ok(None)
}

/// Whether a public release is production with the hotfix merged into it, and nothing else: anybody
/// may push a tag, and name it in a shared log.
fn is_of_hotfix(
    workspace: &Workspace,
    hotfix: &Hotfix,
    tag: &str,
    release: &Oid,
    (tip, production_tip): (&Oid, &Oid),
) -> anyhow::Result<bool> {
    let repo = &workspace.repo;
    let was = hotfix.incident.as_ref().and_then(|i| i.base_tag.as_deref());
    let is_fix = |oid: &Oid| -> anyhow::Result<bool> {
        let is_on_tip = oid != tip && repo.commit(oid)?.parents == [tip.clone()];
        Ok(oid == tip
            || (is_on_tip && tested::differ_in_version_only(workspace, tip, oid, (was, Some(tag)))?))
    };
    let commit = repo.commit(release)?;
    match commit.parents.as_slice() {
        [old, fix] => Ok(is_fix(fix)?
            && repo.is_ancestor(old, production_tip)?
            && merge(repo, old, fix)? == Merged::Clean(commit.tree)),
        _ => is_fix(release),
    }
}

/// The release this hotfix made last, where production has several with the fix: one of them may
/// have been stranded and got in by the next.
///
/// # Errors
/// When history cannot be read.
pub fn own_release(
    workspace: &Workspace,
    hotfix: &Hotfix,
    view: &View,
    around: &Around,
    production_tip: &Oid,
    progress: Progress,
) -> anyhow::Result<Progress> {
    let Progress::Released { tag: first, .. } = &progress else { return Ok(progress) };
    let Some(intent) = hotfix.incident.as_ref().and_then(Intent::last) else { return Ok(progress) };
    let (Some(object), Some(version), Some(commit)) =
        (view.tags.get(&intent.tag), around.scheme.version(&intent.tag), intent.release)
    else {
        return Ok(progress);
    };
    let repo = &workspace.repo;
    if *first == intent.tag
        || repo.peel(object)?.as_ref() != Some(&commit)
        || !repo.is_ancestor(&commit, production_tip)?
    {
        return Ok(progress);
    }
    Ok(Progress::Released { tag: intent.tag, version, commit })
}
