//! Files of a worktree that are in no commit and that git counts as expendable, because they are ignored. Whoever
//! writes a branch writes what it ignores, and what it brings: neither may take a file from who works here.

use super::repo::Repo;
use super::{GitError, Result};
use crate::git::access::Access;
use crate::model::oid::Oid;
use crate::system::files;
use crate::system::process::Run;
use std::collections::BTreeSet;
use std::path::Path;

/// What the worktree at `dir` ignores: files, and directories with a slash at the end.
///
/// # Errors
/// When git cannot be run.
pub fn ignored(repo: &Repo, dir: &Path) -> Result<Vec<String>> {
    let status = ["--porcelain=v2", "-z", "--untracked-files=all", "--ignored=matching"];
    let run = at(repo.git().call("status").args(status), dir).env("GIT_OPTIONAL_LOCKS", "0");
    let text = repo.git().text(run)?;
    Ok(text.split('\0').filter_map(|entry| entry.strip_prefix("! ")).map(str::to_owned).collect())
}

/// Those of them that the rules of a commit do not ignore.
///
/// # Errors
/// When git cannot be run, or the rules cannot be read or written down.
pub fn beyond(repo: &Repo, ignored: &[String], rules: &Oid) -> Result<Vec<String>> {
    if ignored.is_empty() {
        return Ok(Vec::new());
    }
    let room = tempfile::tempdir().map_err(GitError::Start)?;
    write_rules(repo, rules, room.path())?;
    let names: String = ignored.iter().flat_map(|path| [path.as_str(), "\0"]).collect();
    let run = at(repo.git().call("check-ignore"), room.path()).args(["--no-index", "-z", "--stdin"]);
    let run = run.env("GIT_DIR", repo.common_dir()).env("GIT_WORK_TREE", room.path()).stdin(names);
    let also = answer(repo, run)?;
    Ok(ignored.iter().filter(|path| !also.contains(*path)).cloned().collect())
}

/// What a commit ignores, laid out as in a worktree.
fn write_rules(repo: &Repo, commit: &Oid, room: &Path) -> Result<()> {
    const NAME: &str = ".gitignore";
    for path in repo.list_tree(commit)?.paths.iter().filter(|path| path.rsplit('/').next() == Some(NAME)) {
        let rules = repo.tree_blob(commit, path)?.unwrap_or_default();
        files::write_atomically(&room.join(path), &String::from_utf8_lossy(&rules))
            .map_err(GitError::Start)?;
    }
    Ok(())
}

/// The ignored files of the worktree at `dir` that going from one commit to another would overwrite.
///
/// # Errors
/// When git cannot be run.
pub fn in_the_way(repo: &Repo, dir: &Path, from: &Oid, to: &Oid) -> Result<Vec<String>> {
    let run = repo.call("diff-tree").args(["-r", "-z", "--name-only", "--no-renames", "--diff-filter=A"]);
    let added = repo.git().text(run.args([from.as_str(), to.as_str()]))?;
    let found: BTreeSet<&str> = added.split('\0').filter_map(|path| taken(dir, path)).collect();
    if found.is_empty() {
        return Ok(Vec::new());
    }
    let names: String = found.iter().flat_map(|path| [path, "\0"]).collect();
    let run = at(repo.git().call("check-ignore").args(["-z", "--stdin"]).stdin(names), dir);
    Ok(answer(repo, run)?.into_iter().collect())
}

/// What stands in `dir` where a path is to be written: something of that name, or a file where a directory has to be.
fn taken<'p>(dir: &Path, path: &'p str) -> Option<&'p str> {
    let ends = path.match_indices('/').map(|(at, _)| at).chain([path.len()]);
    let mut parts = ends.filter_map(|end| path.get(..end)).filter(|part| !part.is_empty());
    parts.find(|part| {
        let kind = dir.join(part).symlink_metadata().map(|found| found.file_type());
        kind.is_ok_and(|kind| part.len() == path.len() || !kind.is_dir())
    })
}

fn answer(repo: &Repo, run: Run) -> Result<BTreeSet<String>> {
    // It says with its exit status that nothing is ignored.
    let done = repo.git().finish(run)?;
    match done.code {
        Some(0 | 1) => Ok(done.text().split('\0').filter(|p| !p.is_empty()).map(str::to_owned).collect()),
        _ => Err(GitError::Unexpected {
            what: "check-ignore".into(),
            answer: String::from_utf8_lossy(&done.stderr).into_owned(),
        }),
    }
}

fn at(run: Run, dir: &Path) -> Run {
    run.dir(dir).without_env("GIT_DIR").without_env("GIT_WORK_TREE").without_env("GIT_INDEX_FILE")
}
