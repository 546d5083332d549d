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
use crate::model::plan::{CommitLine, head as refname};
use crate::system::files;
use std::path::PathBuf;

/// How many commits are looked at.
const MOST: usize = 20;

/// What was done since the hotfix began on the branch that is checked out here, if that is another one, else on
/// production: what was committed and no other branch of the remote that is known here has, else what was edited. Once the
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
    let production = workspace.production_of(Some(incident));
    if branch == hotfix.branch {
        // Whoever has gone to the branch since may have left a commit behind.
        let Some(tip) = repo.find_ref(&refname(production))? else { return Ok(None) };
        let commits = commits(workspace, hotfix, incident, (production, &tip))?;
        let branch = production.to_owned();
        return Ok((!commits.is_empty()).then_some(Astray {
            branch,
            commits,
            changed: Vec::new(),
            beside: false,
        }));
    }
    let is_production = branch == production;
    if began && !is_production {
        return Ok(None);
    }
    let commits = commits(workspace, hotfix, incident, (&branch, &tip))?;
    if !commits.is_empty() {
        return Ok(Some(Astray { branch, commits, changed: Vec::new(), beside: false }));
    }
    if !is_production && stand.is_some() {
        return Ok(None);
    }
    let (changed, beside) = edited(repo, incident)?;
    Ok((!changed.is_empty()).then_some(Astray { branch, commits, changed, beside }))
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

/// Tracked files that were written here since the hotfix began and are in no commit, and whether others were before.
fn edited(repo: &Repo, incident: &Incident) -> anyhow::Result<(Vec<String>, bool)> {
    let Some(root) = repo.worktree() else { return Ok(Default::default()) };
    let all = state::tracked_changes(repo, root)?.tracked;
    let before = files::read_optional(&before(repo))?.unwrap_or_default();
    let is_new = |path: &&String| {
        let at = files::modified(&root.join(path));
        at.is_some_and(|at| at >= incident.started_at.to_utc())
            && !before.lines().any(|known| known == line_of(&incident.id, path))
    };
    let changed: Vec<String> = all.iter().filter(is_new).cloned().collect();
    let beside = changed.len() < all.len();
    Ok((changed, beside))
}

/// Which files of this worktree were edited when a hotfix was started from it: no time of a file tells, once a
/// stash or a checkout has written it again.
fn before(repo: &Repo) -> PathBuf {
    repo.git_dir().join("hotfix").join("before")
}

fn line_of(id: &str, path: &str) -> String {
    format!("{id} {}", path.escape_debug())
}

/// Remembers what is edited here as a hotfix is started. Not remembering stops nobody.
pub fn remember(repo: &Repo, id: &str, changed: &[String]) {
    if changed.is_empty() {
        return;
    }
    let lines: Vec<String> = changed.iter().map(|path| line_of(id, path)).collect();
    let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
    if let Err(error) = files::append_lines(&before(repo), &lines, false) {
        log::debug!("what is edited here could not be written down: {error}");
    }
}
