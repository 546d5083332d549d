//! All files of a commit.

use super::Result;
use super::repo::Repo;
use crate::model::oid::Oid;

/// The path and the content's id of every file.
///
/// # Errors
/// When a tree cannot be read.
pub fn files(repo: &Repo, commit: &Oid) -> Result<Vec<(String, Oid)>> {
    let run = repo.call("ls-tree").args(["-r", "-z", "--full-tree", commit.as_str()]);
    let listed = repo.git().ok(run)?.stdout;
    let text = String::from_utf8_lossy(&listed);
    let read = |line: &str| {
        let (entry, path) = line.split_once('\t')?;
        let mut words = entry.split(' ').skip(1);
        (words.next()? == "blob").then_some(())?;
        Some((path.to_owned(), Oid::parse(words.next()?)?))
    };
    Ok(text.split('\0').filter_map(read).collect())
}
