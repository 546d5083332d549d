//! Linked worktrees: who has which branch checked out, and making one.

use super::repo::Repo;
use super::{GitError, Result};
use crate::git::access::Access;
use crate::system::files;
use std::path::{Path, PathBuf};

/// A worktree and what it stands on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Worktree {
    pub path: PathBuf,
    /// The branch, without `refs/heads/`; `None` when detached.
    pub branch: Option<String>,
}

/// All worktrees of the repository, this one included.
///
/// # Errors
/// When git cannot list them.
pub fn list(repo: &Repo) -> Result<Vec<Worktree>> {
    // Without linked worktrees there is nothing to ask git for.
    if files::names_in(&repo.common_dir().join("worktrees")).is_empty() {
        let branch = repo.head()?.branch;
        return Ok(repo
            .worktree()
            .map(|path| Worktree { path: path.to_owned(), branch })
            .into_iter()
            .collect());
    }
    let text = repo.git().text(repo.call("worktree").args(["list", "--porcelain", "-z"]))?;
    Ok(parse(&text))
}

fn parse(text: &str) -> Vec<Worktree> {
    text.split("\0\0")
        .filter_map(|entry| {
            let mut path = None;
            let mut branch = None;
            for line in entry.split('\0') {
                if let Some(p) = line.strip_prefix("worktree ") {
                    path = Some(PathBuf::from(p));
                } else if let Some(b) = line.strip_prefix("branch refs/heads/") {
                    branch = Some(b.to_owned());
                } else if line == "bare" {
                    return None;
                }
            }
            Some(Worktree { path: path?, branch })
        })
        .collect()
}

/// Makes a worktree at `path` with a new branch at a commit, without an upstream.
///
/// # Errors
/// When the path is taken or the branch exists.
pub fn add(repo: &Repo, path: &Path, branch: &str, at: &crate::model::oid::Oid) -> Result<()> {
    let run = repo
        .call("worktree")
        .args(["add", "--quiet", "--no-track", "-b", branch])
        .arg(path)
        .arg(at.as_str())
        .without_env("GIT_INDEX_FILE");
    // A post-checkout hook that fails makes git fail, too, though all is done.
    repo.git().ok(run).map(drop).or_else(|error| {
        let made = |w: &Worktree| w.branch.as_deref() == Some(branch) && w.is_at(path) && path.exists();
        if list(repo)?.iter().any(made) { Ok(()) } else { Err(error) }
    })
}

/// Makes a detached worktree at `path`, also where git remembers one that was removed by hand.
///
/// # Errors
/// When the path is taken.
pub fn add_detached(repo: &Repo, path: &Path, at: &crate::model::oid::Oid) -> Result<()> {
    let run = repo
        .call("worktree")
        .args(["add", "--quiet", "--force", "--detach"])
        .arg(path)
        .arg(at.as_str())
        .without_env("GIT_INDEX_FILE");
    repo.git().ok(run).map(drop)
}

/// Removes a clean worktree.
///
/// # Errors
/// When it has changes or untracked files; it stays then.
pub fn remove(repo: &Repo, path: &Path) -> Result<()> {
    // Run from the shared directory: a worktree cannot be removed from inside itself.
    let run = repo
        .git()
        .call("worktree")
        .args(["remove"])
        .arg(path)
        .dir(repo.common_dir())
        .env("GIT_DIR", repo.common_dir());
    repo.git().ok(run).map(drop)
}

/// Removes a worktree of ours with everything in it, also where its directory is gone.
///
/// # Errors
/// When git does not know it or cannot remove it.
pub fn discard(repo: &Repo, path: &Path) -> Result<()> {
    let run = repo
        .git()
        .call("worktree")
        .args(["remove", "--force"])
        .arg(path)
        .dir(repo.common_dir())
        .env("GIT_DIR", repo.common_dir());
    repo.git().ok(run).map(drop)
}

/// The main worktree's root, wherever this one is.
pub fn main_root(repo: &Repo) -> Option<PathBuf> {
    if repo.git_dir() == repo.common_dir() {
        return repo.worktree().map(Path::to_owned);
    }
    repo.common_dir().parent().map(Path::to_owned)
}

impl Worktree {
    /// Whether this is the worktree at `path`.
    pub fn is_at(&self, path: &Path) -> bool {
        files::canonical(&self.path) == files::canonical(path)
    }
}

/// The git directory of the worktree at `path`.
///
/// # Errors
/// When there is no repository.
pub fn git_dir_of(repo: &Repo, path: &Path) -> Result<PathBuf> {
    let run = repo
        .git()
        .call("rev-parse")
        .args(["--absolute-git-dir"])
        .dir(path)
        .without_env("GIT_DIR")
        .without_env("GIT_WORK_TREE");
    let text = repo.git().text(run)?;
    match text.trim_end_matches('\n') {
        "" => Err(GitError::Unexpected { what: "rev-parse".into(), answer: text }),
        dir => Ok(dir.into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_list() {
        let text = "worktree /a\0HEAD 1\0branch refs/heads/main\0\0worktree /b c\0HEAD 2\0detached\0\0worktree /r\0bare\0\0";
        let list = parse(text);
        assert_eq!(list.len(), 2);
        assert_eq!(list[0].branch.as_deref(), Some("main"));
        assert_eq!(list[1], Worktree { path: "/b c".into(), branch: None });
    }
}
