//! This clone's own list: the commits of the events that were written here. It is a file in the git
//! directory, which no push, clone or bundle carries. What an event says about paths and deeds
//! counts only when this list has it; in any other event it is the claim of another clone.

use crate::git::Repo;
use crate::model::oid::Oid;
use crate::system::files;
use std::collections::BTreeSet;
use std::path::PathBuf;

fn path(repo: &Repo) -> PathBuf {
    repo.common_dir().join("hotfix").join("own")
}

/// The commits this clone wrote.
pub(super) fn read(repo: &Repo) -> BTreeSet<Oid> {
    let text = files::read_optional(&path(repo)).unwrap_or_else(|error| {
        log::warn!("this clone's list of its own events cannot be read ({error}); none count as its own");
        None
    });
    text.unwrap_or_default().lines().filter_map(Oid::parse).collect()
}

/// Adds commits, before a log refers to them. One that no log ever refers to does no harm. `durable`:
/// the list survives a power cut from now on; otherwise after [`sync`].
///
/// A list that cannot be written is a warning: the events are in the log, and count as another
/// clone's.
pub(super) fn add(repo: &Repo, commits: &[Oid], durable: bool) {
    let lines: Vec<&str> = commits.iter().map(Oid::as_str).collect();
    if let Err(error) = files::append_lines(&path(repo), &lines, durable) {
        log::warn!("this clone's list of its own events cannot be written: {error}");
    }
}

/// Makes sure that the list survives a power cut.
pub(super) fn sync(repo: &Repo) {
    if let Err(error) = files::sync(&path(repo)) {
        log::debug!("this clone's list of its own events could not be synced: {error}");
    }
}
