//! The branches of every remote, as they were seen last.

use crate::git::access::Access;
use crate::git::{GitError, Repo};
use crate::system::files;
use std::collections::BTreeMap;

/// By remote.
pub(super) fn remote_branches(repo: &Repo) -> Result<BTreeMap<String, Vec<String>>, GitError> {
    let mut branches: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for remote in repo.config()?.remotes() {
        let prefix = format!("refs/remotes/{remote}/");
        let names =
            repo.refs(&prefix)?.into_iter().filter_map(|r| Some(r.name.strip_prefix(&prefix)?.to_owned()));
        branches.insert(remote.clone(), names.collect());
    }
    Ok(branches)
}

/// The branch that a remote calls its own.
pub(super) fn remote_head(repo: &Repo, remote: &str) -> Option<String> {
    let name = format!("refs/remotes/{remote}/HEAD");
    let target = match files::read_optional(&repo.common_dir().join(&name)).ok().flatten() {
        Some(text) => text.strip_prefix("ref: ")?.trim().to_owned(),
        // Other ref storages keep no such file.
        None if !repo.has_library() => {
            let run = repo.call("symbolic-ref").args(["--quiet", &name]);
            repo.git().text(run).ok()?.trim().to_owned()
        }
        None => return None,
    };
    target.strip_prefix(&format!("refs/remotes/{remote}/")).map(str::to_owned)
}
