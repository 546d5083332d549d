//! What `start` has to know about production and the worktree.

use super::commit_lines::lines;
use super::release::{Around, around};
use super::rolled_back::RolledBack;
use super::targets;
use super::workspace::Workspace;
use crate::config::WhenDirty;
use crate::git::access::Access;
use crate::git::config::GitConfig;
use crate::git::fetch::{self, Tags, View};
use crate::git::git_command::NetworkPolicy;
use crate::git::state::{self, Changes, Look, Reading};
use crate::git::{GitError, Repo};
use crate::model::checked_out::CheckedOut;
use crate::model::name::folded;
use crate::model::oid::Oid;
use crate::model::plan::{CommitLine, head};
use crate::plan::start::{StartFacts, Wish};
use crate::system::env::Env;
use crate::system::files;
use chrono::{DateTime, FixedOffset};
use std::time::Duration;

/// The longest `start` waits for the remote before it goes on from what it knows.
pub const PATIENCE: Duration = Duration::from_secs(5);

/// Production, as `start` tells about it.
#[derive(Clone, Debug)]
pub struct Production {
    pub branch: String,
    pub tip: Oid,
    pub around: Around,
    /// When the newest release was committed.
    pub released_at: Option<DateTime<FixedOffset>>,
    /// The release before the newest one, and the commits since: what rolling back would undo.
    pub rollback: Option<(String, usize)>,
    /// Commits after the newest release, newest first.
    pub unreleased: Vec<CommitLine>,
}

/// Reads the remote in the background: nobody is asked anything, and it takes no longer than our
/// patience.
pub fn fetch_quietly(
    env: Env,
    remote: String,
    patterns: Vec<String>,
    tags: Tags,
    config: Option<GitConfig>,
) -> std::thread::JoinHandle<Result<View, GitError>> {
    std::thread::spawn(move || {
        let mut repo = Repo::open(&env)?;
        if let Some(config) = config {
            repo = repo.with_config(config);
        }
        let policy = NetworkPolicy { may_ask: false, limit: Some(PATIENCE), silence: None };
        fetch::fetch(&repo, &remote, &patterns, &tags, policy)
    })
}

/// Looks at production in a view of the remote.
///
/// # Errors
/// When history cannot be read.
pub fn production(workspace: &Workspace, view: &View) -> anyhow::Result<Option<Production>> {
    let branch = workspace.config.branches.production.clone();
    let Some(tip) = view.heads.get(&branch).cloned() else { return Ok(None) };
    let around = around(workspace, view, &[&tip])?;
    about(workspace, branch, tip, around).map(Some)
}

/// What is worth telling about a branch that is released from.
///
/// # Errors
/// When history cannot be read.
pub fn about(workspace: &Workspace, branch: String, tip: Oid, around: Around) -> anyhow::Result<Production> {
    let mut released_at = None;
    let mut rollback = None;
    let mut unreleased = Vec::new();
    if let Some(newest) = &around.newest {
        // A release is as old as its tag: its commit may have been made long before.
        let tagged = workspace.repo.tagged_at(&format!("refs/tags/{}", newest.name))?;
        released_at = match tagged {
            Some(at) => Some(at),
            None => Some(workspace.repo.commit(&newest.commit)?.committer.when),
        };
        unreleased = lines(&workspace.repo, &tip, std::slice::from_ref(&newest.commit))?;
        // A rollback is not taken back: that would release what was bad.
        let rolled_back = RolledBack::of(workspace, &around, newest)?;
        let is_rollback = rolled_back.undone_by(&newest.name).is_some();
        let before = rolled_back.good_before(workspace, &around, newest, &tip)?;
        if let Some(before) = before.filter(|_| !is_rollback) {
            let undone = lines(&workspace.repo, &newest.commit, &[before.commit])?.len();
            rollback = Some((before.name, undone));
        }
    }
    Ok(Production { branch, tip, around, released_at, rollback, unreleased })
}

/// Begins to read the worktree we stand in; `None` in a bare repository.
pub fn reading(workspace: &Workspace) -> Option<Reading> {
    workspace.repo.worktree().map(|dir| Reading::begin(&workspace.repo, dir, Look::Tracked))
}

/// What the worktree and the refs say about making `branch`.
///
/// # Errors
/// When they cannot be read.
pub fn facts(
    workspace: &Workspace,
    view: &View,
    name: &str,
    branch: &str,
    tip: Option<Oid>,
    wish: Wish,
    work: Option<Reading>,
) -> anyhow::Result<StartFacts> {
    let changes = work.map(Reading::end).transpose()?.unwrap_or_default();
    let default_worktree = worktree_path(workspace, &workspace.config.start.worktree, name);
    let named_by_file =
        matches!(workspace.config.origin("start.worktree"), Some(crate::config::Origin::File(_)));
    if named_by_file && !is_beside(workspace, &default_worktree) {
        return Err(crate::model::failure::Failure::refused(format!(
            "hotfix.toml puts the worktree at {}, which is not next to the repository; nothing was changed",
            default_worktree.display()
        ))
        .hint("hotfix start NAME --worktree=PATH")
        .into());
    }
    // git takes an empty directory.
    let wanted = wish.worktree.as_ref().and_then(Option::as_ref).unwrap_or(&default_worktree);
    let worktree_taken = wanted.exists() && !(wanted.is_dir() && files::names_in(wanted).is_empty());
    let overwritten = match &tip {
        Some(tip) if carries(workspace, &wish, &changes) => overwritten(workspace, tip, &changes)?,
        _ => Vec::new(),
    };
    Ok(StartFacts {
        overwritten,
        name: name.to_owned(),
        branch: branch.to_owned(),
        production: workspace.config.branches.production.clone(),
        tip,
        changed: changes.tracked,
        operation: state::operation(workspace.repo.git_dir()),
        bare: workspace.repo.worktree().is_none(),
        branch_here: workspace.repo.find_ref(&head(branch))?.is_some(),
        stand: checked_out(workspace, branch)?,
        branch_there: workspace.remote().is_some() && view.heads.contains_key(branch),
        in_the_way: in_the_way(workspace, view, branch)?,
        alike: alike(workspace, view, branch)?,
        worktree_taken,
        default_worktree,
        when_dirty: workspace.config.start.when_dirty,
        wish,
        version: None,
        identity: workspace.actor().is_some(),
    })
}

/// Whether uncommitted changes are to be taken to the new branch.
fn carries(workspace: &Workspace, wish: &Wish, changes: &Changes) -> bool {
    let by_default =
        workspace.config.start.when_dirty == WhenDirty::Carry && wish.worktree.is_none() && !wish.stash;
    !changes.tracked.is_empty() && (wish.carry || by_default)
}

/// The changes that git would not take to a commit.
fn overwritten(workspace: &Workspace, tip: &Oid, changes: &Changes) -> anyhow::Result<Vec<String>> {
    let repo = &workspace.repo;
    let Some(stand) = repo.head()?.oid else { return Ok(Vec::new()) };
    if stand == *tip || !state::would_overwrite(repo, tip)? {
        return Ok(Vec::new());
    }
    let differs = repo.changes(&stand, tip)?;
    let both: Vec<String> =
        changes.tracked.iter().filter(|path| differs.iter().any(|f| f.path == **path)).cloned().collect();
    // Git has its reasons also where no path tells: then all of them are named.
    Ok(if both.is_empty() { changes.tracked.clone() } else { both })
}

/// Where a branch is checked out.
fn checked_out(workspace: &Workspace, branch: &str) -> anyhow::Result<Option<CheckedOut>> {
    if workspace.repo.find_ref(&head(branch))?.is_none() {
        return Ok(None);
    }
    let worktrees = crate::git::worktree::list(&workspace.repo)?;
    let Some(at) = worktrees.iter().find(|w| w.branch.as_deref() == Some(branch)) else { return Ok(None) };
    let here = workspace.repo.worktree().is_some_and(|root| at.is_at(root));
    Ok(Some(if here { CheckedOut::Here } else { CheckedOut::At(at.path.display().to_string()) }))
}

/// Whether a path lies in the directory that holds the repository, and not inside the repository:
/// a file that came with a clone does not choose other places on this machine.
fn is_beside(workspace: &Workspace, path: &std::path::Path) -> bool {
    let root = base_of_worktrees(workspace);
    root.parent().is_some_and(|parent| path.starts_with(parent)) && !path.starts_with(&root)
}

/// Fills `{repo}` and `{name}` into a configured worktree path.
pub fn worktree_path(workspace: &Workspace, pattern: &str, name: &str) -> std::path::PathBuf {
    let path = pattern.replace("{repo}", &workspace.repo_name()).replace("{name}", &name.replace('/', "-"));
    files::tidy(&base_of_worktrees(workspace).join(path))
}

/// The directory that worktree paths are relative to: the root of the repository, and of a submodule
/// that of the outermost repository around it, in whose files a worktree would otherwise lie.
fn base_of_worktrees(workspace: &Workspace) -> std::path::PathBuf {
    let git = workspace.repo.common_dir();
    let is_inside = git.components().any(|c| c.as_os_str() == "modules");
    let around = git.ancestors().filter(|a| a.file_name().is_some_and(|n| n == ".git")).last();
    match around.and_then(std::path::Path::parent) {
        Some(around) if is_inside && around.join(".gitmodules").exists() => around.to_owned(),
        _ => workspace.root(),
    }
}

fn in_the_way(workspace: &Workspace, view: &View, branch: &str) -> anyhow::Result<Option<String>> {
    let parts: Vec<&str> = branch.split('/').collect();
    for n in 1..parts.len() {
        let leading = parts.get(..n).map(|p| p.join("/")).unwrap_or_default();
        if workspace.repo.find_ref(&head(&leading))?.is_some() || view.heads.contains_key(&leading) {
            return Ok(Some(leading));
        }
    }
    let below = workspace.repo.refs(&format!("{}/", head(branch)))?;
    Ok(below.first().map(|r| crate::model::plan::short_ref(&r.name).to_owned()))
}

/// A branch that is the same file where the file system folds names (Windows, macOS), and another here.
fn alike(workspace: &Workspace, view: &View, branch: &str) -> anyhow::Result<Option<String>> {
    let here = workspace.repo.refs("refs/heads/")?;
    let here = here.iter().map(|r| crate::model::plan::short_ref(&r.name));
    let wanted = folded(branch);
    let other = here.chain(view.heads.keys().map(String::as_str));
    Ok(other.filter(|name| *name != branch).find(|name| folded(name) == wanted).map(str::to_owned))
}

/// What is read from the remote at `start`.
pub fn wanted(workspace: &Workspace) -> Vec<String> {
    targets::wanted(workspace, &workspace.config.branches.production)
}
