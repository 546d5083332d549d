//! A merge-back that somebody makes on the branch itself, beside the worktree that was left for it.

use crate::facts::Workspace;
use crate::facts::work::unfinished_at;
use crate::git::access::Access;
use crate::git::worktree;
use crate::model::checked_out::{CheckedOut, Unfinished};
use crate::model::oid::Oid;
use crate::model::plan::head;
use crate::model::text::shell_word;
use crate::system::files;

/// How far it has come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ByHand {
    /// The local branch has the merge; only the push to this remote is missing.
    Merged { remote: String },
    /// It is in progress where the branch is checked out.
    UnderWay { stand: CheckedOut, unfinished: Unfinished, remote: String },
}

impl ByHand {
    /// What to type for `branch`.
    pub fn lines(&self, branch: &str) -> Vec<String> {
        let push = |remote: &str| format!("git push {} {}", shell_word(remote), shell_word(branch));
        match self {
            Self::Merged { remote } => vec![push(remote)],
            Self::UnderWay { stand, unfinished, remote } => {
                vec![unfinished.command(Some(stand), branch), format!("{}    # then", push(remote))]
            }
        }
    }
}

/// Whether `source` is merged, or being merged, into the local branch that goes on from `old`.
///
/// # Errors
/// When git cannot be read.
pub(super) fn look(
    workspace: &Workspace,
    branch: &str,
    old: &Oid,
    source: &Oid,
) -> anyhow::Result<Option<ByHand>> {
    let repo = &workspace.repo;
    let (Some(remote), Some(tip)) = (workspace.remote().map(str::to_owned), repo.find_ref(&head(branch))?)
    else {
        return Ok(None);
    };
    if repo.is_ancestor(source, &tip)? {
        return Ok(repo.is_ancestor(old, &tip)?.then_some(ByHand::Merged { remote }));
    }
    let worktrees = worktree::list(repo)?;
    let Some(at) = worktrees.iter().find(|w| w.branch.as_deref() == Some(branch)) else { return Ok(None) };
    let is_here = repo.worktree().is_some_and(|root| at.is_at(root));
    let (stand, git_dir) = if is_here {
        (CheckedOut::Here, repo.git_dir().to_owned())
    } else {
        (CheckedOut::At(at.path.display().to_string()), worktree::git_dir_of(repo, &at.path)?)
    };
    let merged = files::read_optional(&git_dir.join("MERGE_HEAD"))?.unwrap_or_default();
    for theirs in merged.lines().filter_map(Oid::parse) {
        if repo.is_ancestor(source, &theirs)? {
            let unfinished = unfinished_at(repo, Some(&stand))?;
            return Ok(Some(ByHand::UnderWay { stand, unfinished, remote }));
        }
    }
    Ok(None)
}
