//! Worktrees of merges that were left to a person and that nobody needs any more: the branch got the fix in
//! another way, or was taken off the list.

use super::left_worktree::{LEFT, in_worktree};
use super::resolution::is_of_this_clone;
use crate::facts::{Workspace, checkouts};
use crate::git::access::Access;
use crate::git::fetch::last_known;
use crate::git::{state, worktree};
use crate::model::event::{Kind, Pointer};
use crate::model::event_data::MergeBack;
use crate::model::incident::Incident;
use crate::model::oid::Oid;
use crate::model::text::{list_first, safe, shell_word};
use crate::system::files;
use std::path::{Path, PathBuf};

/// Removes those of a hotfix in which nobody has worked, and says what to type for the others.
///
/// # Errors
/// When the worktrees cannot be listed.
pub fn clear(workspace: &Workspace, incident: &Incident) -> anyhow::Result<Vec<String>> {
    let mut lines: Vec<String> = Vec::new();
    let mut seen: Vec<PathBuf> = Vec::new();
    let known = worktree::list(&workspace.repo)?;
    for event in incident.own(&Kind::MergeConflict) {
        let (Some(path), Some(old), Some(branch)) = (
            event.read::<MergeBack>().worktree.map(PathBuf::from),
            event.oid(Pointer::Base),
            event.reference(Pointer::Branch),
        ) else {
            continue;
        };
        // What somebody has put a branch in is theirs.
        let at = known.iter().find(|w| w.is_at(&path) && w.branch.is_none());
        let Some(at) = at.filter(|_| !seen.contains(&path) && is_of_this_clone(workspace, &path)) else {
            continue;
        };
        seen.push(path.clone());
        let inside = workspace.repo.worktree().is_some_and(|root| at.is_at(root));
        let work = work_in(workspace, incident, &path, &old, branch).unwrap_or_else(|_| Some(String::new()));
        if work.is_none() && !inside && worktree::discard(&workspace.repo, &path).is_ok() {
            lines.push(format!(
                "{} was left over from the merge into {} and is removed",
                path.display(),
                safe(branch)
            ));
            continue;
        }
        lines.push(words(workspace, &path, work.as_deref()));
    }
    Ok(lines)
}

/// That a worktree is left over, and the line that removes it.
fn words(workspace: &Workspace, path: &Path, work: Option<&str>) -> String {
    let has = work.filter(|w| !w.is_empty()).map(|w| format!(" (what is changed in it goes with it: {w})"));
    format!("left over{}: {}", has.unwrap_or_default(), line(workspace, path))
}

fn line(workspace: &Workspace, path: &Path) -> String {
    let root = shell_word(&workspace.root().display().to_string());
    format!("cd {root} && git worktree remove --force {}", shell_word(&path.display().to_string()))
}

/// What a person did in it since it was left: what is committed there and not in the branch, or the files that
/// were written. `None` where there is nothing.
fn work_in(
    workspace: &Workspace,
    incident: &Incident,
    path: &Path,
    old: &Oid,
    branch: &str,
) -> anyhow::Result<Option<String>> {
    let repo = &workspace.repo;
    let head =
        repo.git().text(in_worktree(workspace, "rev-parse", path).args(["--verify", "HEAD^{commit}"]))?;
    let Some(head) = Oid::parse(&head) else { return Ok(Some(String::new())) };
    if head != *old {
        let view = last_known(repo, workspace.remote())?;
        let is_in = view.heads.get(branch).map(|tip| repo.is_ancestor(&head, tip)).transpose()?;
        if is_in != Some(true) {
            return Ok(Some(format!("commit {}", head.short())));
        }
    }
    let left = files::modified(&worktree::git_dir_of(repo, path)?.join(LEFT));
    let changes = state::changes(repo, path)?;
    let unmerged: Vec<&String> = changes.unmerged.iter().map(|u| &u.path).collect();
    let is_theirs = |file: &String| match (files::modified(&path.join(file)), left) {
        (Some(written), Some(left)) => written > left,
        // A conflict that was resolved by deleting the file.
        (None, Some(_)) => unmerged.contains(&file),
        (_, None) => true,
    };
    let mut theirs: Vec<String> = changes.tracked.iter().chain(&changes.untracked).cloned().collect();
    theirs.extend(unmerged.iter().map(|path| (*path).clone()));
    theirs.retain(is_theirs);
    theirs.extend(checkouts::own_files(workspace, Some(incident), path)?);
    theirs.sort();
    theirs.dedup();
    let shown: Vec<String> = theirs.iter().map(|path| safe(path)).collect();
    Ok((!theirs.is_empty()).then(|| list_first(&shown, 3)))
}
