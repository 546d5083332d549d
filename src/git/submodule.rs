//! Submodules: which commits a change points them at, and who has those.

use super::Result;
use super::access::Access;
use super::repo::Repo;
use crate::model::oid::Oid;
use std::path::Path;

/// The submodules that point elsewhere in `new` than in `old`, and at which commit. Costs a process
/// only where there are submodules.
///
/// # Errors
/// When git cannot compare the two.
pub fn moved(repo: &Repo, old: &Oid, new: &Oid) -> Result<Vec<(String, Oid)>> {
    if repo.blob(new, ".gitmodules")?.is_none() {
        return Ok(Vec::new());
    }
    let run = repo.call("diff-tree").args([
        "-r",
        "-z",
        "--raw",
        "--no-renames",
        "--no-abbrev",
        "--ignore-submodules=none",
    ]);
    let text = repo.git().text(run.args([old.as_str(), new.as_str()]))?;
    Ok(parse(&text))
}

/// `:<old mode> <new mode> <old id> <new id> <letter>`, then the path.
fn parse(text: &str) -> Vec<(String, Oid)> {
    let mut moved = Vec::new();
    let mut fields = text.split('\0');
    while let (Some(change), Some(path)) = (fields.next(), fields.next()) {
        let mut words = change.split(' ').skip(1);
        if let (Some("160000"), Some(oid)) = (words.next(), words.nth(1).and_then(Oid::parse)) {
            moved.push((path.to_owned(), oid));
        }
    }
    moved
}

/// Whether a copy of a submodule knows its commit to be on a remote, as git's own check looks;
/// `None` when the commit is not in this copy, or there is none.
pub fn is_published(repo: &Repo, copy: &Path, commit: &Oid) -> Option<bool> {
    if !copy.join(".git").exists() {
        return None;
    }
    let run = repo.git().call("rev-list").dir(copy).without_env("GIT_DIR").without_env("GIT_WORK_TREE");
    let done = repo.git().finish(run.args(["-n", "1", commit.as_str(), "--not", "--remotes"])).ok()?;
    done.success().then(|| done.text().trim().is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_moved() {
        let (a, b) = ("a".repeat(40), "b".repeat(40));
        let text = format!(
            ":100644 100644 {a} {b} M\0src/x y.rs\0:160000 160000 {a} {b} M\0lib/vendored\0:160000 000000 {a} {b} D\0gone\0"
        );
        assert_eq!(parse(&text), [("lib/vendored".to_owned(), Oid::parse(&b).unwrap())]);
        assert!(parse("").is_empty());
    }
}
