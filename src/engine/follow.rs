//! Local branches follow what the remote accepted, never the other way round, and never under
//! somebody's feet.

use crate::facts::Workspace;
use crate::git::access::Access;
use crate::git::worktree::{self, Worktree};
use crate::git::{own_files, refs, state};
use crate::model::oid::Oid;
use crate::model::plan::{Update, head, tag_ref};
use crate::model::text::{list, safe, shell_word};
use crate::system::fault::fault;
use crate::system::files;
use std::path::Path;

/// A public ref that its local counterpart shall follow.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Public {
    /// Without `refs/heads/`.
    pub branch: String,
    pub tip: Oid,
}

/// Moves local branches and the tag to what is public, and returns a line for each that could not
/// be moved.
///
/// # Errors
/// When git cannot read or write refs.
pub fn follow(
    workspace: &Workspace,
    branches: &[Public],
    tag: Option<(&str, &Oid)>,
    why: &str,
) -> anyhow::Result<Vec<String>> {
    let repo = &workspace.repo;
    let worktrees = worktree::list(repo)?;
    let mut lines = Vec::new();
    let mut updates = Vec::new();
    if let Some((name, object)) = tag {
        match repo.find_ref(&tag_ref(name))? {
            None => updates.push(Update { name: tag_ref(name), expect: None, new: object.clone() }),
            Some(here) if here == *object => {}
            Some(_) => lines.push(format!(
                "your local tag {name} differs from the public tag: git tag -d {0} && git fetch --tags",
                shell_word(name)
            )),
        }
    }
    for public in branches {
        let Some(here) = repo.find_ref(&head(&public.branch))? else { continue };
        if here == public.tip {
            continue;
        }
        if !repo.is_ancestor(&here, &public.tip)? {
            let branch = shell_word(&public.branch);
            let shown = match workspace.remote() {
                Some(remote) => {
                    format!(": git log {0}..{branch}", shell_word(&format!("{remote}/{}", public.branch)))
                }
                None => String::new(),
            };
            lines.push(format!("your local {branch} has commits of its own; it is left as it is{shown}"));
            continue;
        }
        match worktrees.iter().find(|w| w.branch.as_deref() == Some(public.branch.as_str())) {
            None => updates.push(Update {
                name: head(&public.branch),
                expect: Some(here),
                new: public.tip.clone(),
            }),
            Some(at) => lines.extend(checked_out(workspace, at, &here, public)),
        }
    }
    refs::transaction(repo, &updates, &[], why)?;
    fault!("follow: local refs have followed");
    Ok(lines)
}

/// Submodules of this worktree that did not follow, in a line that says how they do. Whether they
/// shall is their user's affair: the commits may not even be here.
pub fn submodules_behind(workspace: &Workspace) -> Option<String> {
    let root = workspace.repo.worktree().filter(|root| root.join(".gitmodules").is_file())?;
    let behind = state::tracked_changes(&workspace.repo, root).ok()?.submodules;
    if behind.is_empty() {
        return None;
    }
    let paths: Vec<String> = behind.iter().map(|path| shell_word(path)).collect();
    Some(format!(
        "{} here is at another commit than is recorded: git submodule update {}",
        list(&behind),
        paths.join(" ")
    ))
}

/// A branch that is checked out moves only in the current worktree, files and all.
fn checked_out(workspace: &Workspace, at: &Worktree, old: &Oid, public: &Public) -> Option<String> {
    let here = workspace.repo.worktree().filter(|root| at.is_at(root));
    let hooks = here.and_then(|root| brings_hooks(workspace, root, old, &public.tip));
    if here.is_some() && hooks.is_none() && state::fast_forward(&workspace.repo, &public.tip).is_ok() {
        return None;
    }
    let in_the_way = own_files::in_the_way(&workspace.repo, &at.path, old, &public.tip).unwrap_or_default();
    let why = match (hooks, in_the_way.first()) {
        (Some(hooks), _) => {
            format!(" (it would change the hooks of this clone, {}: look at them first)", safe(&hooks))
        }
        (None, Some(file)) => format!(" ({} there is in no commit: move it away first)", safe(file)),
        (None, None) => String::new(),
    };
    let path = shell_word(&at.path.display().to_string());
    Some(format!(
        "{} is checked out in {} and was not moved{why}: git -C {path} merge --ff-only {}",
        public.branch,
        at.path.display(),
        public.tip.short()
    ))
}

/// The first hook file that a fast-forward would change, where `core.hooksPath` is inside the worktree: git would run
/// it at once, unreviewed.
fn brings_hooks(workspace: &Workspace, root: &Path, from: &Oid, to: &Oid) -> Option<String> {
    let hooks = files::canonical(&workspace.repo.hooks());
    let inside = hooks.strip_prefix(files::canonical(root)).ok()?.to_owned();
    if inside.starts_with(".git") {
        return None;
    }
    // Of `.husky/_` the scripts lie beside it.
    let parent =
        inside.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(&inside).to_owned();
    let changes = workspace.repo.changes(from, to).ok()?;
    changes.into_iter().map(|change| change.path).find(|path| Path::new(path).starts_with(&parent))
}
