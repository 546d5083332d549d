//! The logs that were read in this run. A command asks for all incidents several times, and whoever can push can
//! make them many: each log is read once for each value of its ref, and what is kept of them has a limit.

use super::entry::Entry;
use crate::git::Repo;
use crate::model::oid::Oid;
use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::path::PathBuf;

/// The most that is kept, in bytes of events. What does not fit is read again.
const MOST: usize = 64 * 1024 * 1024;
/// What an event costs beside its own bytes.
const EACH: usize = 1024;

/// What the entries of a log depend on.
pub(super) struct Key<'a> {
    pub id: &'a str,
    pub tip: &'a Oid,
    /// How many of its events are this clone's own: that list grows.
    pub own: usize,
}

struct Log {
    tip: Oid,
    own: usize,
    entries: Vec<Entry>,
    size: usize,
}

/// The most that is read of logs of other clones in one run, in bytes.
const OF_OTHERS: usize = 256 * 1024 * 1024;

thread_local! {
    static READ: Cell<usize> = const { Cell::new(0) };
    static SAID: Cell<bool> = const { Cell::new(false) };
}

/// Whether another log in which this clone has written nothing is read. That the rest is not is said once.
pub(super) fn may_read_more_of_others() -> bool {
    let may = READ.get() < OF_OTHERS;
    if !may && !SAID.replace(true) {
        log::warn!(
            "the logs of other clones are larger than {} MiB: the rest of them is not read",
            OF_OTHERS >> 20
        );
    }
    may
}

/// So much was read of such a log.
pub(super) fn was_read_of_others(bytes: usize) {
    READ.set(READ.get().saturating_add(bytes));
}

#[derive(Default)]
struct Kept {
    /// The repository that all of it is from.
    of: PathBuf,
    logs: HashMap<String, Log>,
    size: usize,
}

thread_local! {
    static KEPT: RefCell<Kept> = RefCell::default();
}

/// The entries of a log, when they were read before and nothing has changed since.
pub(super) fn find(repo: &Repo, key: &Key<'_>) -> Option<Vec<Entry>> {
    KEPT.with_borrow(|kept| {
        let log = kept.logs.get(key.id).filter(|_| kept.of == repo.common_dir())?;
        (log.tip == *key.tip && log.own == key.own).then(|| log.entries.clone())
    })
}

/// Keeps the entries of a log. `size`: the bytes of its events.
pub(super) fn keep(repo: &Repo, key: &Key<'_>, entries: &[Entry], size: usize) {
    let size = size + EACH * entries.len();
    KEPT.with_borrow_mut(|kept| {
        if kept.of != repo.common_dir() {
            *kept = Kept { of: repo.common_dir().to_owned(), ..Kept::default() };
        }
        if let Some(old) = kept.logs.remove(key.id) {
            kept.size -= old.size;
        }
        if kept.size + size <= MOST {
            kept.size += size;
            let log = Log { tip: key.tip.clone(), own: key.own, entries: entries.to_vec(), size };
            kept.logs.insert(key.id.to_owned(), log);
        }
    });
}
