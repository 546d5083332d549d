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
    /// What does not merge by itself, and the tree with everything that does; in it those paths hold
    /// conflict markers.
    Conflict { clashes: Vec<Clash>, tree: Oid },
    /// The two have no common history.
    Unrelated,
}

/// A path that does not merge by itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Clash {
    pub path: String,
    /// The contents of what both began with, of ours and of theirs; `None` where there is no file. Where one side
    /// moved the file they are those of the place that it came from.
    pub sides: [Option<Oid>; 3],
    /// Whether one of them is a link or a submodule.
    pub is_odd: bool,
}

impl Clash {
    /// The paths of several.
    pub fn paths(clashes: &[Self]) -> Vec<String> {
        clashes.iter().map(|clash| clash.path.clone()).collect()
    }

    /// Reads git's own lines, as its merge and its index print them: `mode id stage<TAB>path`.
    pub fn read<'a>(lines: impl Iterator<Item = &'a str>) -> Vec<Self> {
        let mut clashes: Vec<Self> = Vec::new();
        for line in lines {
            let Some((head, path)) = line.split_once('\t') else { continue };
            let mut words = head.split(' ');
            let (Some(mode), Some(id), Some(stage)) = (words.next(), words.next(), words.next()) else {
                continue;
            };
            if clashes.last().is_none_or(|last| last.path != path) {
                clashes.push(Self { path: path.to_owned(), sides: [None, None, None], is_odd: false });
            }
            let side = stage.parse::<usize>().ok().and_then(|stage| stage.checked_sub(1));
            if let (Some(last), Some(side)) = (clashes.last_mut(), side) {
                last.is_odd |= !mode.starts_with("100");
                if let Some(place) = last.sides.get_mut(side) {
                    *place = Oid::parse(id);
                }
            }
        }
        clashes
    }
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
        .args(["--write-tree", "-z", "--no-messages"])
        .args([ours.as_str(), theirs.as_str()]);
    let done = repo.git().finish(run)?;
    let text = done.text();
    let mut fields = text.split('\0');
    let tree = fields.next().and_then(Oid::parse);
    // Exit status 1 means a conflict, and also a bad argument; only a conflict prints a tree.
    match (done.code, tree) {
        (Some(0), Some(tree)) => Ok(Merged::Clean(tree)),
        (Some(1), Some(tree)) => {
            Ok(Merged::Conflict { clashes: Clash::read(fields.take_while(|f| !f.is_empty())), tree })
        }
        _ if done.success() => Err(GitError::Unexpected { what: "merge-tree".into(), answer: text }),
        _ => Err(failed("merge-tree", &done)),
    }
}

/// Whether a commit has everything of another one: merging that in would change nothing.
///
/// # Errors
/// As [`merge`].
pub fn adds_nothing(repo: &Repo, ours: &Oid, theirs: &Oid) -> Result<bool> {
    Ok(merge(repo, ours, theirs)? == Merged::Clean(repo.commit(ours)?.tree))
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
