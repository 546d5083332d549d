//! Merging in the object database: git's own merge, no checkout, no ref moved.

use super::git_command::failed;
use super::repo::Repo;
use super::{GitError, Result};
use crate::git::access::Access;
use crate::git::object::{Commit, NewCommit};
use crate::model::oid::Oid;

/// What merging gave.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Merged {
    /// A tree.
    Clean(Oid),
    /// Paths that do not merge by themselves, and the tree with everything that does; in it those
    /// paths hold conflict markers.
    Conflict { paths: Vec<String>, tree: Oid },
    /// The two have no common history.
    Unrelated,
}

/// Merges `theirs` into `ours` and returns the tree.
///
/// # Errors
/// When git cannot merge for another reason than a conflict.
pub fn merge(repo: &Repo, ours: &Oid, theirs: &Oid) -> Result<Merged> {
    let Some(base) = repo.merge_base(ours, theirs)? else { return Ok(Merged::Unrelated) };
    // Nothing new on our side: the result is theirs, without asking.
    if base == *ours {
        return Ok(Merged::Clean(repo.commit(theirs)?.tree));
    }
    if base == *theirs {
        return Ok(Merged::Clean(repo.commit(ours)?.tree));
    }
    if let Some(tree) = repo.merge_apart(ours, theirs) {
        return Ok(Merged::Clean(tree));
    }
    // Merge drivers are named in .gitattributes; git would read the ones of the branch that is
    // checked out. Older gits crash on the option together with merge-tree.
    let attributes = repo.is_git(2, 43).then(|| format!("--attr-source={ours}"));
    let run = repo
        .git()
        .call_with("merge-tree", attributes.as_slice())
        .dir(repo.dir())
        .args(["--write-tree", "-z", "--name-only", "--no-messages"])
        .args([ours.as_str(), theirs.as_str()]);
    let done = repo.git().finish(run)?;
    let text = done.text();
    let mut fields = text.split('\0');
    let tree = fields.next().and_then(Oid::parse);
    // Exit status 1 means a conflict, and also a bad argument; only a conflict prints a tree.
    match (done.code, tree) {
        (Some(0), Some(tree)) => Ok(Merged::Clean(tree)),
        (Some(1), Some(tree)) => {
            let mut paths: Vec<String> = fields.take_while(|f| !f.is_empty()).map(str::to_owned).collect();
            paths.dedup();
            Ok(Merged::Conflict { paths, tree })
        }
        _ if done.success() => Err(GitError::Unexpected { what: "merge-tree".into(), answer: text }),
        _ => Err(failed("merge-tree", &done)),
    }
}

/// Merges the way from one commit back to the content of another into `onto`, as if somebody had
/// made it on top of the first.
///
/// # Errors
/// As [`merge`].
pub fn back(repo: &Repo, onto: &Oid, from: &Oid, to: &Oid) -> Result<Merged> {
    let to = repo.commit(to)?;
    let tree = to.tree.clone();
    back_with(repo, onto, from, to, tree)
}

/// As [`back`], with another tree in the place of that commit's own.
///
/// # Errors
/// As [`merge`].
pub fn back_with(repo: &Repo, onto: &Oid, from: &Oid, to: Commit, tree: Oid) -> Result<Merged> {
    let bridge = repo.write_commit(&NewCommit {
        tree,
        parents: vec![from.clone()],
        author: to.committer.clone(),
        committer: to.committer,
        message: format!("content of {}\n", to.oid),
    })?;
    merge(repo, onto, &bridge)
}

/// Applies one commit's change to `onto` and returns the tree, as `git cherry-pick` would.
///
/// # Errors
/// When git cannot merge for another reason than a conflict, or the commit has no parent.
pub fn pick(repo: &Repo, onto: &Commit, commit: &Commit) -> Result<Merged> {
    let Some(parent) = commit.parents.first() else { return Ok(Merged::Unrelated) };
    // A merge whose base is the commit's parent: a stand-in with the target's content on top of
    // that parent makes it so, for every git that can merge without a checkout.
    let stand_in = repo.write_commit(&NewCommit {
        tree: onto.tree.clone(),
        parents: vec![parent.clone()],
        author: onto.author.clone(),
        committer: onto.committer.clone(),
        message: format!("content of {}\n", onto.oid),
    })?;
    merge(repo, &stand_in, &commit.oid)
}
