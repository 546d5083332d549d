//! What the working tree is in the middle of.

use super::access::Access;
use super::repo::Repo;
use super::{GitError, Result};
use crate::model::oid::Oid;
use crate::model::plan::{Update, head};
use crate::system::process::Run;
use std::path::Path;
use std::thread::JoinHandle;

/// Tracked changes and untracked files of a worktree.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Changes {
    /// Paths of tracked files that differ from HEAD, staged or not.
    pub tracked: Vec<String>,
    /// Untracked paths, directories with a slash at the end.
    pub untracked: Vec<String>,
    /// Paths with unresolved conflicts; part of `tracked` too.
    pub unmerged: Vec<Unmerged>,
    /// Paths whose file differs from what is added; part of `tracked` too.
    pub not_added: Vec<String>,
    /// Submodules that stand on another commit than the one that is recorded; part of `tracked` too.
    pub submodules: Vec<String>,
}

/// A path with an unresolved conflict.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unmerged {
    pub path: String,
    /// Who has the path, as git's two letters say it.
    pub sides: Sides,
}

/// Which sides of a merge still have a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sides {
    Both,
    /// The branch that is merged into: the other side deleted it, or never had it there.
    Ours,
    /// The side that is merged in.
    Theirs,
    /// Neither; what became of it lies at other paths.
    Neither,
}

impl Sides {
    fn parse(letters: &str) -> Self {
        match letters {
            "DU" | "UA" => Self::Theirs,
            "UD" | "AU" => Self::Ours,
            "DD" => Self::Neither,
            _ => Self::Both,
        }
    }
}

/// What of a worktree is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Look {
    /// Tracked files, and what else lies there.
    All,
    /// Tracked files alone: looking for others takes a walk through every directory.
    Tracked,
}

/// Reads the state of the worktree at `dir` without touching its index.
///
/// # Errors
/// When git cannot read it.
pub fn changes(repo: &Repo, dir: &Path) -> Result<Changes> {
    Ok(parse(&repo.git().text(asking(repo, dir, Look::All))?))
}

/// As [`changes`], for tracked files alone.
///
/// # Errors
/// When git cannot read it.
pub fn tracked_changes(repo: &Repo, dir: &Path) -> Result<Changes> {
    Ok(parse(&repo.git().text(asking(repo, dir, Look::Tracked))?))
}

/// The state of a worktree, being read while something else goes on.
#[derive(Debug)]
pub struct Reading(JoinHandle<Result<String>>);

impl Reading {
    /// Begins to read the worktree at `dir`: with many files that takes as long as asking a remote.
    pub fn begin(repo: &Repo, dir: &Path, look: Look) -> Self {
        let (git, run) = (repo.git().clone(), asking(repo, dir, look));
        Self(std::thread::spawn(move || git.text(run)))
    }

    /// Waits for it.
    ///
    /// # Errors
    /// When git cannot read it.
    pub fn end(self) -> Result<Changes> {
        let text =
            self.0.join().map_err(|_| GitError::Start(std::io::Error::other("git status was lost")))?;
        Ok(parse(&text?))
    }
}

fn asking(repo: &Repo, dir: &Path, look: Look) -> Run {
    let untracked = if look == Look::All { "--untracked-files=normal" } else { "--untracked-files=no" };
    let run =
        repo.call("status").args(["--porcelain=v2", "-z", untracked]).env("GIT_OPTIONAL_LOCKS", "0").dir(dir);
    if dir == repo.dir() { run } else { run.without_env("GIT_DIR").without_env("GIT_WORK_TREE") }
}

/// Whether every tracked file of the worktree at `dir` is as it is in a commit.
///
/// # Errors
/// When git cannot be run.
pub fn has_the_files_of(repo: &Repo, dir: &Path, commit: &crate::model::oid::Oid) -> Result<bool> {
    let run = repo
        .call("diff")
        .args(["--quiet", "--no-ext-diff", commit.as_str()])
        .dir(dir)
        .env("GIT_OPTIONAL_LOCKS", "0")
        .without_env("GIT_DIR")
        .without_env("GIT_WORK_TREE");
    Ok(repo.git().finish(run)?.success())
}

fn parse(text: &str) -> Changes {
    let mut changes = Changes::default();
    let mut fields = text.split('\0');
    while let Some(field) = fields.next() {
        let columns = match field.as_bytes().first() {
            Some(b'1') => 9,
            Some(b'2') => {
                fields.next();
                10
            }
            Some(b'u') => 11,
            Some(b'?') => 2,
            _ => continue,
        };
        let Some(path) = field.splitn(columns, ' ').nth(columns - 1) else { continue };
        match field.as_bytes().first() {
            Some(b'?') => changes.untracked.push(path.to_owned()),
            // A submodule in which nothing but untracked files lies about.
            Some(b'1') if field.starts_with("1 .M S..U ") => changes.untracked.push(format!("{path}/")),
            kind => {
                if kind == Some(&b'u') {
                    let sides = Sides::parse(field.get(2..4).unwrap_or_default());
                    changes.unmerged.push(Unmerged { path: path.to_owned(), sides });
                } else if field.get(3..4) != Some(".") {
                    changes.not_added.push(path.to_owned());
                }
                if field.get(5..7) == Some("SC") {
                    changes.submodules.push(path.to_owned());
                }
                changes.tracked.push(path.to_owned());
            }
        }
    }
    changes
}

/// The operation a worktree is in the middle of, in words.
pub fn operation(git_dir: &Path) -> Option<&'static str> {
    [
        ("MERGE_HEAD", "a merge"),
        ("rebase-merge", "a rebase"),
        ("rebase-apply", "a rebase"),
        ("CHERRY_PICK_HEAD", "a cherry-pick"),
        ("REVERT_HEAD", "a revert"),
        ("BISECT_LOG", "a bisect"),
    ]
    .into_iter()
    .find(|(file, _)| git_dir.join(file).exists())
    .map(|(_, words)| words)
}

/// Creates a branch at a commit and switches to it, without an upstream.
///
/// # Errors
/// When git refuses; nothing is created then.
pub fn switch_to_new(repo: &Repo, branch: &str, at: &Oid) -> Result<()> {
    let mut run =
        repo.call("switch").args(["--quiet", "--no-overwrite-ignore", "--no-track", "--create", branch]);
    // Where we stand already, git compares no file when it is not told the commit. It then does not
    // ask either whether another command works on the index, which may be a commit under way.
    let stand = repo.head()?;
    let here = !is_index_locked(repo) && stand.oid.as_ref() == Some(at);
    if here && !repo.has_hook("post-checkout") && operation(repo.git_dir()).is_none() {
        // No file to write and none to tell: two refs are all there is to do.
        let new = Update { name: head(branch), expect: None, new: at.clone() };
        repo.move_all(&[&new], &[], "branch: Created from HEAD")?;
        repo.point_head(branch, stand.branch.as_deref().unwrap_or(at.as_str()))?;
        return repo.flush();
    }
    if !here {
        run = run.arg(at.as_str());
    }
    // A post-checkout hook that fails makes git fail, too, though all is done.
    repo.git().ok(run).map(drop).or_else(|error| match repo.head() {
        Ok(head) if head.branch.as_deref() == Some(branch) => Ok(()),
        _ => Err(error),
    })?;
    match repo.find_ref(&head(branch))? {
        Some(tip) if tip == *at => Ok(()),
        _ => Err(GitError::Moved("HEAD".to_owned())),
    }
}

/// Whether git would refuse to switch this worktree to a commit, because changes that are not committed would
/// be overwritten.
///
/// # Errors
/// When git cannot be run.
pub fn would_overwrite(repo: &Repo, to: &Oid) -> Result<bool> {
    let Some(stand) = repo.head()?.oid else { return Ok(false) };
    let run = repo.call("read-tree").args(["-n", "-m", "-u", stand.as_str(), to.as_str()]);
    Ok(!repo.git().finish(run)?.success())
}

/// Moves HEAD from its branch to another whose files are the same, so that none has to be looked
/// at. `false`, and nothing done, where they differ, something is under way, or a hook wants to
/// know of a checkout.
///
/// # Errors
/// When git cannot be asked.
pub fn step_over(repo: &Repo, branch: &str) -> Result<bool> {
    let (from, to) = (repo.head()?, repo.find_ref(&head(branch))?);
    let (Some(old), Some(here), Some(there)) = (from.branch, from.oid, to) else { return Ok(false) };
    let same = repo.commit(&here)?.tree == repo.commit(&there)?.tree;
    let busy = is_index_locked(repo) || operation(repo.git_dir()).is_some();
    if !same || busy || repo.has_hook("post-checkout") {
        return Ok(false);
    }
    repo.point_head(branch, &old)?;
    Ok(true)
}

fn is_index_locked(repo: &Repo) -> bool {
    repo.git_dir().join("index.lock").exists()
}

/// Moves a branch that is checked out in this worktree forward, files and all.
///
/// # Errors
/// When it is no fast-forward, or a change or an ignored file would be overwritten; nothing is changed then.
pub fn fast_forward(repo: &Repo, to: &crate::model::oid::Oid) -> Result<()> {
    let run = repo.call("merge").args(["--quiet", "--ff-only", "--no-overwrite-ignore", to.as_str()]);
    repo.git().ok(run).map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_porcelain_version_two() {
        let text = "1 .M N... 100644 100644 100644 aaa bbb src/a b.rs\0\
                    2 R. N... 100644 100644 100644 aaa bbb R100 new.rs\0old.rs\0\
                    u UU N... 100644 100644 100644 100644 aaa bbb ccc both.rs\0\
                    1 .M S..U 160000 160000 160000 aaa aaa vendored\0\
                    1 .M SC.U 160000 160000 160000 aaa bbb moved\0\
                    ? notes.txt\0! target/\0";
        let changes = parse(text);
        assert_eq!(changes.tracked, ["src/a b.rs", "new.rs", "both.rs", "moved"]);
        assert_eq!(changes.unmerged, [Unmerged { path: "both.rs".into(), sides: Sides::Both }]);
        assert_eq!(changes.not_added, ["src/a b.rs", "moved"]);
        assert_eq!(changes.submodules, ["moved"]);
        assert_eq!(changes.untracked, ["vendored/", "notes.txt"]);
    }
}
