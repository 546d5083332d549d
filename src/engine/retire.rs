//! The end of a hotfix: worktrees leave its branch, and the branch goes, last of all.

use crate::facts::{Workspace, checkouts};
use crate::git::access::Access;
use crate::git::push::{Push, Said, push};
use crate::git::worktree::{self, Worktree};
use crate::git::{refs, state};
use crate::model::incident::Incident;
use crate::model::oid::Oid;
use crate::model::plan::{Deletion, head};
use crate::model::text::{safe, shell_word};
use crate::system::fault::fault;

use std::path::{Path, PathBuf};

/// What deleting the branch on the remote gave.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Remote {
    Deleted,
    /// Somebody pushed to it meanwhile.
    Moved,
    /// The remote said no.
    Refused(String),
}

/// Deletes a branch on the remote if it still is where it was seen.
///
/// # Errors
/// When git cannot be run.
pub fn delete_remote(workspace: &Workspace, remote: &str, deletion: &Deletion) -> anyhow::Result<Remote> {
    let policy = super::publish::pushing();
    let what = Push { deletions: std::slice::from_ref(deletion), ..Push::default() };
    let report = push(&workspace.repo, remote, what, policy)?;
    if report.confirms(std::iter::once(deletion.name.as_str())) {
        return Ok(Remote::Deleted);
    }
    let view =
        crate::git::fetch::list(&workspace.repo, remote, std::slice::from_ref(&deletion.name), policy)?;
    Ok(match view.get(&deletion.name) {
        None => Remote::Deleted,
        Some(now) if *now != deletion.expect => Remote::Moved,
        Some(_) => {
            let reason = match report.refs.get(&deletion.name) {
                Some(Said::Refused(reason)) => reason.clone(),
                _ => report.words.lines().last().unwrap_or_default().to_owned(),
            };
            let said = report.server_words().into_iter().next();
            Remote::Refused(said.map_or_else(|| reason.clone(), |s| format!("{reason}: {s}")))
        }
    })
}

/// Which branch worktrees leave, and for what.
#[derive(Clone, Copy, Debug)]
pub struct Leaving<'a> {
    pub branch: &'a str,
    pub production: &'a str,
    /// Where a worktree detaches when production is checked out elsewhere.
    pub released: &'a Oid,
    pub incident: Option<&'a Incident>,
}

/// What is left after taking a worktree off the branch.
#[derive(Clone, Debug, Default)]
pub struct Left {
    pub lines: Vec<String>,
    /// It is still on the branch, so the branch cannot be deleted.
    pub occupied: bool,
}

fn is_removed(workspace: &Workspace, at: &Worktree, incident: Option<&Incident>) -> bool {
    // What production ignores (build results) does not count: it can be made again.
    let is_clean = || {
        state::changes(&workspace.repo, &at.path)
            .is_ok_and(|c| c.tracked.is_empty() && c.untracked.is_empty())
    };
    checkouts::is_removed(workspace, incident, at, is_clean)
}

/// The worktrees that have a branch checked out, and whether each would be removed.
pub fn worktrees_on(
    workspace: &Workspace,
    worktrees: &[Worktree],
    branch: &str,
    incident: Option<&Incident>,
) -> Vec<(PathBuf, bool)> {
    let on = worktrees.iter().filter(|w| w.branch.as_deref() == Some(branch));
    on.map(|at| (at.path.clone(), is_removed(workspace, at, incident))).collect()
}

/// Takes a worktree off the branch: the one that `start` made is removed when it is clean and not the
/// current one; others switch to production, or detach at the released commit where production is
/// checked out elsewhere.
///
/// # Errors
/// When the worktrees cannot be listed.
pub fn vacate(workspace: &Workspace, path: &Path, leaving: &Leaving<'_>) -> anyhow::Result<Left> {
    let mut left = Left::default();
    let worktrees = worktree::list(&workspace.repo)?;
    let is_it = |w: &&Worktree| w.is_at(path) && w.branch.as_deref() == Some(leaving.branch);
    let Some(at) = worktrees.iter().find(is_it) else { return Ok(left) };
    let incident = leaving.incident;
    if is_removed(workspace, at, incident) && worktree::remove(&workspace.repo, &at.path).is_ok() {
        return Ok(left);
    }
    let branch = leaving.branch;
    if let Err(error) = step_off(workspace, at, leaving.production, leaving.released, &worktrees) {
        left.occupied = true;
        // git says in a list, below its first line, which files those are.
        let detail = error.detail();
        let words: Vec<&str> =
            detail.lines().take_while(|line| !line.contains("before you")).map(str::trim).collect();
        left.lines.push(format!(
            "{} could not leave {branch} ({}); then: git branch -D {}",
            at.path.display(),
            words.join(" "),
            shell_word(branch)
        ));
        return Ok(left);
    }
    if checkouts::is_made_by_start(incident, at) {
        left.lines.push(no_longer_needed(workspace, at, incident));
    }
    Ok(left)
}

fn no_longer_needed(workspace: &Workspace, at: &Worktree, incident: Option<&Incident>) -> String {
    let path = shell_word(&at.path.display().to_string());
    let root = shell_word(&workspace.root().display().to_string());
    let mut untracked = state::changes(&workspace.repo, &at.path).unwrap_or_default().untracked;
    untracked.extend(checkouts::own_files(workspace, incident, &at.path).unwrap_or_default());
    // git removes no worktree with a submodule in it, unless it is forced to.
    let has_submodules =
        worktree::git_dir_of(&workspace.repo, &at.path).is_ok_and(|dir| dir.join("modules").is_dir());
    let (kept, force) = match untracked.first() {
        Some(first) => (format!(" (it has files that are in no commit: {})", safe(first)), ""),
        None if has_submodules => (" (what is only in its submodules goes with it)".to_owned(), "--force "),
        None => (String::new(), ""),
    };
    format!("this worktree is no longer needed{kept}: cd {root} && git worktree remove {force}{path}")
}

fn step_off(
    workspace: &Workspace,
    at: &Worktree,
    production: &str,
    released: &Oid,
    worktrees: &[Worktree],
) -> Result<(), crate::git::GitError> {
    let elsewhere = worktrees.iter().any(|w| w.branch.as_deref() == Some(production));
    let exists = workspace.repo.find_ref(&head(production))?.is_some();
    let run = |args: &[&str]| {
        let run = workspace
            .repo
            .git()
            .call("switch")
            .args(["--quiet", "--no-overwrite-ignore"])
            .args(args)
            .dir(&at.path)
            .without_env("GIT_DIR")
            .without_env("GIT_WORK_TREE")
            .without_env("GIT_INDEX_FILE");
        workspace.repo.git().ok(run).map(drop)
    };
    let left = || {
        // A post-checkout hook that fails makes git fail, too, though all is done.
        let now = worktree::list(&workspace.repo).unwrap_or_default();
        now.iter().any(|w| w.path == at.path && w.branch != at.branch)
    };
    let here = workspace.repo.worktree().is_some_and(|root| at.is_at(root));
    if exists && !elsewhere && here && state::step_over(&workspace.repo, production)? {
        return Ok(());
    }
    if exists && !elsewhere && (run(&["--no-guess", production]).is_ok() || left()) {
        return Ok(());
    }
    run(&["--detach", released.as_str()]).or_else(|error| if left() { Ok(()) } else { Err(error) })
}

/// Deletes the branch here, from the tip that was released, with what git's configuration knows
/// about it.
///
/// # Errors
/// When it moved meanwhile or git cannot write.
pub fn delete_local(workspace: &Workspace, branch: &str, tip: &Oid) -> anyhow::Result<()> {
    fault!("retire: the branch is still here");
    workspace.repo.delete_ref(&Deletion { name: head(branch), expect: tip.clone() })?;
    fault!("retire: the branch is gone, its configuration is not");
    refs::forget_branch(&workspace.repo, branch)?;
    Ok(())
}
