//! Searching the files of a tree.

use super::Result;
use super::git_command::failed;
use super::repo::Repo;
use crate::model::oid::Oid;

/// The paths of the text files in a tree that hold these characters, sorted.
///
/// # Errors
/// When git cannot read the tree.
pub fn holding(repo: &Repo, tree: &Oid, characters: &str) -> Result<Vec<String>> {
    let run = repo.git().call("grep").dir(repo.dir()).args([
        "-I",
        "-l",
        "-z",
        "-F",
        "--full-name",
        "--no-recurse-submodules",
        "-e",
        characters,
        tree.as_str(),
    ]);
    let done = repo.git().finish(run)?;
    // Exit status 1 without words: nothing was found.
    if !matches!(done.code, Some(0 | 1)) {
        return Err(failed("grep", &done));
    }
    let text = done.text();
    let prefix = format!("{tree}:");
    let mut paths: Vec<String> =
        text.split('\0').filter_map(|path| path.strip_prefix(&prefix)).map(str::to_owned).collect();
    paths.sort();
    Ok(paths)
}
