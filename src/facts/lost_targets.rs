//! The branches that are to have the fix, and those that had it and lost it; production is one of them.

use super::hotfix::Hotfix;
use super::presence::decisions::decision;
use super::presence::{Series, Single, judge_places};
use super::workspace::Workspace;
use crate::git::Repo;
use crate::git::access::Access;
use crate::insight::presence::{Decision, Why};
use crate::model::event::{Kind, Pointer};
use crate::model::incident::Incident;
use crate::model::oid::Oid;
use crate::plan::finish::{Fate, Lost, Progress, TargetFacts};

pub(super) fn target_facts(
    hotfix: &Hotfix,
    skip: &[(String, String)],
    found: Vec<(String, Oid)>,
    port: bool,
) -> Vec<TargetFacts> {
    let recorded = hotfix.incident.as_ref().map(|i| i.skipped.clone()).unwrap_or_default();
    found
        .into_iter()
        .map(|(branch, tip)| {
            let now = skip.iter().find(|(b, _)| *b == branch).map(|(_, why)| why.clone());
            let skipped = now.or_else(|| recorded.get(&branch).cloned());
            TargetFacts { branch, tip, skipped, port, fate: Fate::Gets, lost: None }
        })
        .collect()
}

/// Notes for each target that has the fix's commits how it lost the fix. Nothing is asked while the
/// fix is not out: no branch can have it then.
pub(super) fn lost(
    workspace: &Workspace,
    hotfix: &Hotfix,
    (tip, own): (&Oid, &[Oid]),
    progress: &Progress,
    targets: &mut [TargetFacts],
) -> anyhow::Result<()> {
    let repo = &workspace.repo;
    let Some(base) = (if *progress == Progress::Ahead { None } else { base_of(repo, own)? }) else {
        return Ok(());
    };
    let mut having: Vec<&mut TargetFacts> = Vec::new();
    for target in targets {
        if target.skipped.is_none() && repo.is_ancestor(tip, &target.tip)? {
            having.push(target);
        }
    }
    if having.is_empty() {
        return Ok(());
    }
    let decided = |branch: &str| hotfix.incident.as_ref().and_then(|i| decision(i, branch));
    let tips: Vec<Oid> = having.iter().map(|t| t.tip.clone()).collect();
    let places: Vec<(&Oid, Option<Decision>)> =
        tips.iter().zip(&having).map(|(tip, target)| (tip, decided(&target.branch))).collect();
    let fix = Series { base: &base, tip, own };
    for (target, found) in having.into_iter().zip(judge_places(repo, &workspace.config.guard, fix, &places)?)
    {
        let Some(found) = found.filter(Single::was_lost) else { continue };
        let by = found.culprit.unwrap_or_default();
        target.lost = Some(match found.verdict.why {
            Why::Dropped(_) => Lost::Merge(by),
            _ => Lost::Back(by),
        });
    }
    Ok(())
}

/// The merge that gave production the commits of the fix and kept the other side, in words: then what it brought,
/// or what was released with it, is not the fix. What this clone released is known to have it.
pub(super) fn dropped(
    workspace: &Workspace,
    hotfix: &Hotfix,
    (tip, own): (&Oid, &[Oid]),
    progress: &Progress,
) -> anyhow::Result<Option<String>> {
    let repo = &workspace.repo;
    let at = match progress {
        Progress::Ahead => return Ok(None),
        Progress::Merged(commit) => commit,
        Progress::Released { tag, .. } if is_ours(hotfix, tag) => return Ok(None),
        Progress::Released { commit, .. } => commit,
    };
    // Squashed, picked or rebased it was found by its content.
    if !repo.is_ancestor(tip, at)? {
        return Ok(None);
    }
    // A merge on top of the branch may be what took the fix out of it.
    let (Some(base), Some(newest)) = (base_of(repo, own)?, own.first()) else { return Ok(None) };
    let fix = Series { base: &base, tip: newest, own };
    let found = judge_places(repo, &workspace.config.guard, fix, &[(at, None)])?.into_iter().flatten().next();
    Ok(found.filter(Single::was_lost).map(|found| found.culprit.unwrap_or_default()))
}

/// Whether this clone has noted that it released this tag.
fn is_ours(hotfix: &Hotfix, tag: &str) -> bool {
    let is_it = |i: &Incident| i.own(&Kind::Tagged).any(|e| e.reference(Pointer::Tag) == Some(tag));
    hotfix.incident.as_ref().is_some_and(is_it)
}

/// What the oldest commit of a fix was made on.
fn base_of(repo: &Repo, own: &[Oid]) -> anyhow::Result<Option<Oid>> {
    let Some(oldest) = own.last() else { return Ok(None) };
    Ok(repo.commit(oldest)?.parents.first().cloned())
}
