//! Looking for a line in all files of a commit.

use super::repo::Repo;
use super::{GitError, Result};
use crate::model::oid::Oid;

/// In more files than this a line says nothing.
const MOST: usize = 20;

/// The files of a commit that hold this text; none where there are very many.
///
/// # Errors
/// When the commit cannot be read.
pub fn files_with(repo: &Repo, commit: &Oid, text: &str) -> Result<Vec<String>> {
    // A partial clone would fetch every file.
    if super::promised::remote(repo).is_some() {
        return Ok(Vec::new());
    }
    let run = repo
        .call("grep")
        .args(["--no-color", "--full-name", "-I", "-l", "-z", "-F", "--no-recurse-submodules", "-e"])
        .args([text, commit.as_str()]);
    let done = repo.git().finish(run)?;
    // Exit status 1 says that there is none.
    match done.code {
        Some(0) => {
            let prefix = format!("{commit}:");
            let found = String::from_utf8_lossy(&done.stdout).into_owned();
            let paths: Vec<String> =
                found.split('\0').filter_map(|line| line.strip_prefix(&prefix)).map(str::to_owned).collect();
            Ok(if paths.len() > MOST { Vec::new() } else { paths })
        }
        Some(1) => Ok(Vec::new()),
        _ => Err(GitError::Unexpected { what: "grep".into(), answer: done.error_text().to_owned() }),
    }
}
