//! This clone's own list: the commits of the events that were written here, each with the log that it was
//! written for. It is a file in the git directory, which no push, clone or bundle carries. What an event
//! says about paths and deeds counts only when this list has it for the log it is read from; in any other
//! event, and in a copy under another id, it is the claim of another clone.

use crate::git::Repo;
use crate::model::oid::Oid;
use crate::system::files;
use std::cell::RefCell;
use std::collections::{BTreeSet, HashMap};
use std::path::PathBuf;

/// The commits by log.
type List = HashMap<String, BTreeSet<Oid>>;

thread_local! {
    /// The list as it was read last, where from, and how long the file was. It only ever grows.
    static READ: RefCell<Option<(PathBuf, u64, List)>> = const { RefCell::new(None) };
}

fn path(repo: &Repo) -> PathBuf {
    repo.common_dir().join("hotfix").join("own")
}

/// The commits this clone wrote for this log. The file is read again only where it has grown: with thousands of
/// logs, reading it for each of them is what costs.
pub(super) fn read(repo: &Repo, id: &str) -> BTreeSet<Oid> {
    let path = path(repo);
    let size = files::size(&path);
    READ.with_borrow_mut(|read| {
        let is_known = read.as_ref().is_some_and(|(of, then, _)| *of == path && *then == size);
        if !is_known {
            *read = Some((path.clone(), size, parse(&path)));
        }
        read.as_ref().and_then(|(.., list)| list.get(id)).cloned().unwrap_or_default()
    })
}

fn parse(path: &std::path::Path) -> List {
    let text = files::read_optional(path).unwrap_or_else(|error| {
        log::warn!("this clone's list of its own events cannot be read ({error}); none count as its own");
        None
    });
    let mut list = List::new();
    for (commit, of) in text.as_deref().unwrap_or_default().lines().filter_map(|line| line.split_once(' ')) {
        if let Some(commit) = Oid::parse(commit) {
            list.entry(of.to_owned()).or_default().insert(commit);
        }
    }
    list
}

/// Adds commits, before a log refers to them. One that no log ever refers to does no harm. `durable`:
/// the list survives a power cut from now on; otherwise after [`sync`].
///
/// A list that cannot be written is a warning: the events are in the log, and count as another
/// clone's.
pub(super) fn add<'o>(repo: &Repo, id: &str, commits: impl IntoIterator<Item = &'o Oid>, durable: bool) {
    let lines: Vec<String> = commits.into_iter().map(|commit| format!("{commit} {id}")).collect();
    let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
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
