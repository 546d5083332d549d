//! Commits that were made on another branch than the hotfix's.

use super::commit_lines::line;
use super::hotfix::Hotfix;
use super::workspace::Workspace;
use crate::git::access::Access;
use crate::model::astray::Astray;
use crate::model::oid::Oid;
use crate::model::plan::CommitLine;

/// How many commits are looked at.
const MOST: usize = 20;

/// What was committed since the hotfix began on the branch that is checked out here, if that is another
/// one and no other branch of the remote that is known here has it.
///
/// # Errors
/// When history cannot be read.
pub fn astray(workspace: &Workspace, hotfix: &Hotfix) -> anyhow::Result<Option<Astray>> {
    let repo = &workspace.repo;
    let head = repo.head()?;
    let (Some(incident), Some(branch), Some(tip)) = (&hotfix.incident, head.branch, head.oid) else {
        return Ok(None);
    };
    if branch == hotfix.branch {
        return Ok(None);
    }
    let view = crate::git::fetch::last_known(repo, workspace.remote())?;
    let there = [workspace.production_of(Some(incident)), branch.as_str()];
    let known = there.iter().filter_map(|name| view.heads.get(*name)).chain(hotfix.tip());
    let mut hide: Vec<Oid> = known.chain(&incident.base).filter(|oid| **oid != tip).cloned().collect();
    hide.dedup();
    if hide.is_empty() {
        return Ok(None);
    }
    let since = incident.started_at;
    let commits: Vec<CommitLine> = repo
        .log(&tip, &hide, MOST)?
        .into_iter()
        .filter(|c| c.parents.len() < 2 && c.committer.when >= since)
        .map(line)
        .collect();
    Ok((!commits.is_empty()).then_some(Astray { branch, commits }))
}
