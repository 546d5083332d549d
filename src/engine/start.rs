//! Making the branch.

use crate::facts::Workspace;
use crate::git::access::Access;
use crate::git::{state, worktree};
use crate::model::incident::Incident;
use crate::model::oid::Oid;
use crate::model::plan::{Deletion, Fact, Push, Step, head};
use crate::plan::start::{StartPlan, stash_message};
use crate::system::fault::fault;
use crate::system::files;
use std::path::{Path, PathBuf};

/// Where the hotfix's files are now.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
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
    Ok(Some((tip, Started { worktree, ..Started::default() })))
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
    let ours = format!(": {}", stash_message(branch));
    let list = workspace.repo.git().text(workspace.repo.call("stash").args(["list", "--format=%gs"]));
    list.is_ok_and(|text| text.lines().any(|line| line.ends_with(&ours)))
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

/// How a start's steps reach the log and the remote.
pub struct Through<'a> {
    /// Writes down what is true now.
    pub record: &'a mut dyn FnMut(Fact, &Started) -> anyhow::Result<()>,
    /// Publishes the branch. A refusal is said, and fails nothing.
    pub publish: &'a mut dyn FnMut(&Push) -> anyhow::Result<()>,
}

/// Does the steps of a start in their order; `started` is what an earlier run has made.
///
/// # Errors
/// When git refuses; the worktree is as it was then.
pub fn carry_out(
    workspace: &Workspace,
    plan: &StartPlan,
    mut started: Started,
    through: Through<'_>,
) -> anyhow::Result<Started> {
    let repo = &workspace.repo;
    let mut stashed_now = false;
    for step in &plan.steps {
        match step {
            Step::Record(fact) => (through.record)(*fact, &started)?,
            Step::Stash { message } => {
                let run = repo.call("stash").args(["push", "--quiet", "--include-untracked", "-m", message]);
                repo.git().ok(run)?;
                (stashed_now, started.stashed) = (true, true);
            }
            Step::Create { branch, at, worktree: Some(path) } => {
                worktree::add(repo, path, branch, at)?;
                furnish(workspace, files::canonical(path), &mut started);
            }
            Step::Create { branch, at, worktree: None } => {
                if let Err(error) = state::switch_to_new(repo, branch, at) {
                    if stashed_now {
                        // Nothing half-done: the changes come back, index and all.
                        repo.git().ok(repo.call("stash").args(["pop", "--quiet", "--index"]))?;
                    }
                    return Err(error.into());
                }
            }
            Step::Push(push) => (through.publish)(push)?,
            // The others belong to what comes after a start.
            _ => {}
        }
        fault!("start: between two steps");
    }
    Ok(started)
}

/// Brings the ignored files that `start.copy` names into a new worktree, and finds out what it lacks.
fn furnish(workspace: &Workspace, path: PathBuf, started: &mut Started) {
    if let Some(root) = workspace.repo.worktree() {
        for name in &workspace.config.start.copy {
            // A file that git tracks is there already; only ignored ones are carried over.
            if files::copy_file(root, &path, name).unwrap_or(false) {
                started.copied.push(name.clone());
            }
        }
        let lacks = |dir: &&&str| root.join(dir).is_dir() && !path.join(dir).exists();
        started.lacks = BUILT.iter().filter(lacks).map(|dir| (*dir).to_owned()).collect();
    }
    started.lacks.extend(hooks_left_behind(workspace, &path));
    started.worktree = Some(path);
}
