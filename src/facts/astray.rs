//! Work that was done on another branch than the hotfix's.

use super::commit_lines::line;
use super::hotfix::Hotfix;
use super::workspace::Workspace;
use crate::git::access::Access;
use crate::git::object::Signature;
use crate::git::{Repo, state};
use crate::model::astray::Astray;
use crate::model::checked_out::CheckedOut;
use crate::model::incident::Incident;
use crate::model::oid::Oid;
use crate::model::plan::CommitLine;
use crate::system::files;

/// How many commits are looked at.
const MOST: usize = 20;

/// What was done since the hotfix began on the branch that is checked out here, if that is another one: what
/// was committed and no other branch of the remote that is known here has, else what was edited. Once the
/// hotfix has commits (`began`), only production is such a branch: on any other one somebody goes on with
/// other work.
///
/// # Errors
/// When history or the worktree cannot be read.
pub fn astray(
    workspace: &Workspace,
    hotfix: &Hotfix,
    began: bool,
    stand: Option<&CheckedOut>,
) -> anyhow::Result<Option<Astray>> {
    let repo = &workspace.repo;
    let head = repo.head()?;
    let (Some(incident), Some(branch), Some(tip)) = (&hotfix.incident, head.branch, head.oid) else {
        return Ok(None);
    };
    let is_production = branch == workspace.production_of(Some(incident));
    if branch == hotfix.branch || (began && !is_production) {
        return Ok(None);
    }
    let commits = commits(workspace, hotfix, incident, (&branch, &tip))?;
    if !commits.is_empty() {
        return Ok(Some(Astray { branch, commits, changed: Vec::new() }));
    }
    if !is_production && stand.is_some() {
        return Ok(None);
    }
    let changed = edited(repo, incident)?;
    Ok((!changed.is_empty()).then_some(Astray { branch, commits, changed }))
}

fn commits(
    workspace: &Workspace,
    hotfix: &Hotfix,
    incident: &Incident,
    (branch, tip): (&str, &Oid),
) -> anyhow::Result<Vec<CommitLine>> {
    let repo = &workspace.repo;
    let view = crate::git::fetch::last_known(repo, workspace.remote())?;
    let there = [workspace.production_of(Some(incident)), branch];
    let known = there.iter().filter_map(|name| view.heads.get(*name)).chain(hotfix.tip());
    let mut hide: Vec<Oid> = known.chain(&incident.base).filter(|oid| *oid != tip).cloned().collect();
    hide.dedup();
    if hide.is_empty() {
        return Ok(Vec::new());
    }
    let since = incident.started_at;
    let mut found = repo.log(tip, &hide, MOST)?;
    found.retain(|c| c.parents.len() < 2 && c.committer.when >= since);
    if let (false, Some(own)) = (found.is_empty(), hotfix.tip()) {
        // What was picked keeps its author and the time of the authorship.
        let own = repo.log(own, std::slice::from_ref(tip), MOST)?;
        let picked: Vec<Signature> = own.into_iter().map(|commit| commit.author).collect();
        found.retain(|c| !picked.contains(&c.author));
    }
    Ok(found.into_iter().map(line).collect())
}

/// Tracked files that were written here since the hotfix began and are in no commit.
fn edited(repo: &Repo, incident: &Incident) -> anyhow::Result<Vec<String>> {
    let Some(root) = repo.worktree() else { return Ok(Vec::new()) };
    let mut changed = state::tracked_changes(repo, root)?.tracked;
    changed.retain(|path| {
        files::modified(&root.join(path)).is_some_and(|at| at >= incident.started_at.to_utc())
    });
    Ok(changed)
}
