//! What `.gitattributes` says about files.

use super::Result;
use super::access::Access;
use super::repo::Repo;
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
    let mut run = repo.call("check-attr");
    // Older gits know only the attributes of the files that are checked out.
    if repo.is_git(2, 40) {
        run = run.arg(format!("--source={commit}"));
    }
    let run = run.args(["--stdin", "-z", "linguist-generated", "linguist-vendored"]);
    let listed: String = paths.iter().map(|p| format!("{p}\0")).collect();
    let text = repo.git().text(run.stdin(listed))?;
    let fields: Vec<&str> = text.split('\0').collect();
    let set = |fields: &[&str]| match fields {
        [path, _, value] if !matches!(*value, "unspecified" | "unset" | "false") => Some((*path).to_owned()),
        _ => None,
    };
    Ok(fields.chunks(3).filter_map(set).collect())
}
