//! Objects that a partial clone has left at its remote: fetched together, since git fetches each one
//! by itself when it comes across it.

use super::Result;
use super::repo::Repo;
use crate::model::oid::Oid;
use std::time::Duration;

/// How long fetching may take.
const LONGEST: Duration = Duration::from_secs(600);

/// The remote that has promised what is not here; `None` for a complete clone.
pub fn remote(repo: &Repo) -> Option<String> {
    let config = repo.config().ok()?;
    let key = config.entries().iter().find(|e| e.key.ends_with(".promisor") && e.value != "false")?;
    let name = key.key.strip_prefix("remote.")?.strip_suffix(".promisor")?;
    Some(name.to_owned())
}

/// Fetches those of some objects that are not here, in one connection. Nothing happens in a complete
/// clone.
///
/// # Errors
/// When the remote does not hand them out.
pub fn fetch(repo: &Repo, wanted: &[Oid]) -> Result<()> {
    let Some(remote) = remote(repo).filter(|_| !wanted.is_empty()) else { return Ok(()) };
    let missing: String =
        wanted.iter().filter(|oid| !repo.is_stored(oid)).map(|oid| format!("{oid}\n")).collect();
    if missing.is_empty() {
        return Ok(());
    }
    let run = repo
        .git()
        // What is here already says nothing about what is missing: these are asked for by id.
        .call_with("fetch", &["-c".to_owned(), "fetch.negotiationAlgorithm=noop".to_owned()])
        .dir(repo.dir())
        .args(["--no-tags", "--no-write-fetch-head", "--recurse-submodules=no", "--filter=blob:none"])
        .args(["--quiet", "--stdin"])
        .arg(remote)
        .stdin(missing)
        .limit(Some(LONGEST));
    repo.git().ok(run).map(drop)
}
