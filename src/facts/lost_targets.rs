//! The branches that are to have the fix, and those that had it and lost it.

use super::hotfix::Hotfix;
use super::presence::decisions::decision;
use super::presence::{Series, Single, judge_places};
use super::workspace::Workspace;
use crate::git::access::Access;
use crate::insight::presence::{Decision, Why};
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
    let Some(oldest) = own.last().filter(|_| *progress != Progress::Ahead) else { return Ok(()) };
    let Some(base) = repo.commit(oldest)?.parents.first().cloned() else { return Ok(()) };
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
