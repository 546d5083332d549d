//! A commit that a forge names as the one that brought a hotfix to production. A server's word moves no tag: git
//! has to find the fix in it.

use super::fix::tip_of;
use super::hotfix::Hotfix;
use super::presence;
use super::workspace::Workspace;
use crate::git::access::Access;
use crate::insight::presence::Standing;
use crate::model::incident::Incident;
use crate::model::oid::Oid;
use crate::model::trailer;

/// Whether the commit can have brought the hotfix: it came after the hotfix began, and has what the hotfix
/// changes, or something else where that was.
///
/// # Errors
/// When objects cannot be read.
pub fn brings(workspace: &Workspace, hotfix: &Hotfix, commit: &Oid) -> anyhow::Result<bool> {
    let repo = &workspace.repo;
    let tip = match &hotfix.incident {
        Some(incident) => tip_of(hotfix, incident),
        None => hotfix.tip().cloned(),
    };
    let Some(tip) = tip else { return Ok(false) };
    if !repo.has(commit)? || !repo.has(&tip)? {
        return Ok(false);
    }
    if repo.is_ancestor(&tip, commit)? {
        return Ok(true);
    }
    let Some(fork) = repo.merge_base(&tip, commit)?.filter(|fork| fork != commit) else { return Ok(false) };
    let paths: Vec<String> = repo.changes(&fork, &tip)?.into_iter().map(|change| change.path).collect();
    let Some(before) = repo.commit(commit)?.parents.into_iter().next() else { return Ok(false) };
    let touches = || -> anyhow::Result<bool> {
        Ok(repo.changes(&before, commit)?.iter().any(|change| paths.contains(&change.path)))
    };
    let guard = &workspace.config.guard;
    let verdicts = presence::by_content(repo, guard, (&fork, &tip), None, &[commit])?;
    Ok(match verdicts.first().map(|verdict| verdict.standing) {
        Some(Standing::Kept) => true,
        // A conflict was resolved there, or the change is not about lines.
        Some(Standing::Changed | Standing::Unknown) => touches()?,
        _ => false,
    })
}

/// Whether a commit of production names the hotfix, by its incident or its branch: whoever can push a log and a tag
/// cannot write that commit.
///
/// # Errors
/// When the commit cannot be read.
pub fn names(workspace: &Workspace, incident: &Incident, commit: &Oid) -> anyhow::Result<bool> {
    let message = workspace.repo.commit(commit)?.message;
    let ids = trailer::values(&message, trailer::INCIDENT);
    Ok(ids.contains(&incident.id.as_str()) || names_branch(&message, &incident.branch))
}

/// Whether the subject of a merge names this branch, as git and the forges write it.
fn names_branch(message: &str, branch: &str) -> bool {
    let subject = message.lines().next().unwrap_or_default();
    let mut words = subject.split(|c: char| c.is_whitespace() || matches!(c, '\'' | '"' | ':'));
    words.any(|word| word == branch || word.split_once('/').is_some_and(|(_, rest)| rest == branch))
}
