//! What `.gitattributes` says about files.

use super::access::Access;
use super::repo::Repo;
use super::{GitError, Result};
use crate::model::oid::Oid;
use std::collections::BTreeSet;

/// Those of the paths that a commit's attributes call generated or vendored, as forges read them.
/// Costs a process only where the repository says anything of the kind.
///
/// # Errors
/// When git cannot read them.
pub fn generated(repo: &Repo, commit: &Oid, paths: &[&str]) -> Result<BTreeSet<String>> {
    let root = repo.blob(commit, ".gitattributes")?.unwrap_or_default();
    if paths.is_empty() || !String::from_utf8_lossy(&root).contains("linguist-") {
        return Ok(BTreeSet::new());
    }
    let listed: String = paths.iter().map(|p| format!("{p}\0")).collect();
    let wanted = ["--stdin", "-z", "linguist-generated", "linguist-vendored"];
    let text = if repo.is_git(2, 40) {
        let run = repo.call("check-attr").arg(format!("--source={commit}")).args(wanted);
        repo.git().text(run.stdin(listed))?
    } else {
        // Older gits know the attributes of an index: one that holds the commit.
        let index = tempfile::tempdir_in(repo.git_dir()).map_err(GitError::Start)?;
        let file = index.path().join("index");
        repo.git().ok(repo.call("read-tree").arg(commit.as_str()).env("GIT_INDEX_FILE", &file))?;
        let run = repo.call("check-attr").arg("--cached").args(wanted).env("GIT_INDEX_FILE", &file);
        repo.git().text(run.stdin(listed))?
    };
    let fields: Vec<&str> = text.split('\0').collect();
    let set = |fields: &[&str]| match fields {
        [path, _, value] if !matches!(*value, "unspecified" | "unset" | "false") => Some((*path).to_owned()),
        _ => None,
    };
    Ok(fields.chunks(3).filter_map(set).collect())
}
