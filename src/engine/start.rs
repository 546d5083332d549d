//! Making the branch.

use crate::facts::Workspace;
use crate::git::access::Access;
use crate::git::{state, worktree};
use crate::model::incident::Incident;
use crate::model::oid::Oid;
use crate::model::plan::{Deletion, head};
use crate::plan::start::{Place, StartPlan};
use crate::system::fault::fault;
use crate::system::files;
use std::path::{Path, PathBuf};

/// Where the hotfix's files are now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Started {
    /// The new worktree; `None` when this one was switched.
    pub worktree: Option<PathBuf>,
    /// Whether changes were stashed.
    pub stashed: bool,
    /// Files that were copied into the new worktree.
    pub copied: Vec<String>,
    /// Ignored directories that the new worktree lacks.
    pub lacks: Vec<String>,
}

/// Directories that builds and package managers fill and a fresh worktree lacks.
const BUILT: [&str; 8] = ["node_modules", "target", ".venv", "venv", "vendor", "build", "dist", ".gradle"];

/// The branch that a start made before it was killed, and where it is checked out. One that nobody
/// stands on and that has no commit of its own is taken away, so that it can be made again.
///
/// # Errors
/// When git cannot be read or written.
pub fn made_already(workspace: &Workspace, incident: &Incident) -> anyhow::Result<Option<(Oid, Started)>> {
    let name = head(&incident.branch);
    let Some(tip) = workspace.repo.find_ref(&name)? else { return Ok(None) };
    let worktrees = worktree::list(&workspace.repo)?;
    let on_it = worktrees.iter().find(|w| w.branch.as_ref() == Some(&incident.branch) && w.path.exists());
    let Some(at) = on_it else {
        if incident.base.as_ref() == Some(&tip) {
            workspace.repo.delete_ref(&Deletion { name, expect: tip })?;
        }
        return Ok(None);
    };
    let here = workspace.repo.worktree().is_some_and(|root| at.is_at(root));
    let worktree = (!here).then(|| files::canonical(&at.path));
    let started = Started { worktree, stashed: false, copied: Vec::new(), lacks: Vec::new() };
    Ok(Some((tip, started)))
}

/// Whether the branch of a start stands somewhere without a commit of its own and without a branch
/// on the remote to follow: a run that was to publish it was killed before it had.
///
/// # Errors
/// When git cannot be read.
pub fn awaits_publishing(workspace: &Workspace, incident: &Incident) -> anyhow::Result<bool> {
    let branch = &incident.branch;
    let tip = workspace.repo.find_ref(&head(branch))?;
    if tip.is_none() || tip != incident.base {
        return Ok(false);
    }
    let follows = workspace.repo.config()?.get(&format!("branch.{branch}.remote")).is_some();
    let stands = |w: &worktree::Worktree| w.branch.as_ref() == Some(branch) && w.path.exists();
    Ok(!follows && worktree::list(&workspace.repo)?.iter().any(stands))
}

/// Whether an earlier run put changes into the stash and was killed before it could say so.
pub fn was_stashed(workspace: &Workspace, branch: &str) -> bool {
    if !matches!(workspace.repo.find_ref("refs/stash"), Ok(Some(_))) {
        return false;
    }
    let list = workspace.repo.git().text(workspace.repo.call("stash").args(["list", "--format=%gs"]));
    list.is_ok_and(|text| text.lines().any(|line| line.ends_with(&format!(": before {branch}"))))
}

/// The hooks of a relative `core.hooksPath` that the new worktree does not have: git would run none
/// there, and say nothing.
fn hooks_left_behind(workspace: &Workspace, worktree: &Path) -> Option<String> {
    let config = workspace.repo.config().ok()?;
    let configured = config.get("core.hookspath").filter(|p| !p.starts_with(['/', '~']))?;
    let here = workspace.repo.worktree()?.join(configured);
    (here.is_dir() && !worktree.join(configured).exists())
        .then(|| format!("{configured} (core.hooksPath: no hook runs there until it is made)"))
}

/// Makes the branch in the place the plan chose.
///
/// # Errors
/// When git refuses; the worktree is as it was then.
pub fn run(workspace: &Workspace, plan: &StartPlan) -> anyhow::Result<Started> {
    let mut started = Started { worktree: None, stashed: false, copied: Vec::new(), lacks: Vec::new() };
    match &plan.place {
        Place::Worktree(path) => {
            worktree::add(&workspace.repo, path, &plan.branch, &plan.at)?;
            let path = files::canonical(path);
            if let Some(root) = workspace.repo.worktree() {
                for name in &workspace.config.start.copy {
                    // A file that git tracks is there already; only ignored ones are carried over.
                    if files::copy_file(&root.join(name), &path.join(name)).unwrap_or(false) {
                        started.copied.push(name.clone());
                    }
                }
                started.lacks = BUILT
                    .iter()
                    .filter(|dir| root.join(dir).is_dir() && !path.join(dir).exists())
                    .map(|dir| (*dir).to_owned())
                    .collect();
            }
            started.lacks.extend(hooks_left_behind(workspace, &path));
            started.worktree = Some(path);
        }
        Place::Stash => {
            let message = format!("before {}", plan.branch);
            let run =
                workspace.repo.call("stash").args(["push", "--quiet", "--include-untracked", "-m", &message]);
            workspace.repo.git().ok(run)?;
            fault!("start: the changes are stashed");
            started.stashed = true;
            if let Err(error) = state::switch_to_new(&workspace.repo, &plan.branch, &plan.at) {
                // Nothing half-done: the changes come back, index and all.
                workspace.repo.git().ok(workspace.repo.call("stash").args(["pop", "--quiet", "--index"]))?;
                return Err(error.into());
            }
        }
        Place::Here | Place::Carry => state::switch_to_new(&workspace.repo, &plan.branch, &plan.at)?,
    }
    Ok(started)
}
