//! Reading a log, as much of it as there is: an event that cannot be read is told by what git knows
//! of its commit, and where an object is missing the rest is read and the gap is named.

use crate::git::access::Access;
use crate::git::object::Commit;
use crate::git::{GitError, Repo, refs};
use crate::model::event::{Actor, Event, Kind};
use crate::model::oid::Oid;
use crate::model::text::count;
use std::collections::{BTreeMap, BTreeSet};

/// The file in an event's tree that holds the event.
pub(super) const EVENT_FILE: &str = "event.json";

/// An event and the commit that holds it.
pub(super) struct Entry {
    pub event: Event,
    pub commit: Oid,
}

/// How far back in the reflog something readable is looked for.
const MOVES: usize = 40;

/// The newest commit of a log that can be read, and the events up to it. That is its tip, unless a
/// power cut or a broken disk took that: then the reflog knows the one before.
///
/// # Errors
/// When nothing can be read.
pub(super) fn ground(repo: &Repo, id: &str, tip: &Oid) -> Result<(Oid, Vec<Entry>), GitError> {
    let error = match entries(repo, id, tip) {
        Ok(entries) => return Ok((tip.clone(), entries)),
        Err(error) => error,
    };
    let name = super::store::log_ref(id);
    let mut known = (1..=MOVES).map_while(|moves| refs::earlier(repo, &name, moves)).filter(|oid| oid != tip);
    let found = known.find_map(|oid| Some((entries(repo, id, &oid).ok()?, oid)));
    let Some((entries, oid)) = found else { return Err(error) };
    log::warn!(
        "git lost {}, the newest line of the log {id}; going on from {}, the one before",
        tip.short(),
        oid.short()
    );
    Ok((oid, entries))
}

/// The events of the log with this tip, in the order of the record. None at all when what the ref
/// names is no log of ours.
///
/// # Errors
/// When not even the newest event can be reached.
pub(super) fn entries(repo: &Repo, id: &str, tip: &Oid) -> Result<Vec<Entry>, GitError> {
    let commits = match repo.log(tip, &[], usize::MAX) {
        Ok(commits) => commits,
        Err(error) => reachable(repo, id, tip).ok_or(error)?,
    };
    let oids: Vec<Oid> = commits.iter().map(|c| c.oid.clone()).collect();
    let blobs = repo.blobs(&oids, EVENT_FILE)?;
    let mut found: Vec<Entry> = Vec::with_capacity(commits.len());
    let mut positions: BTreeMap<Oid, u64> = BTreeMap::new();
    let mut damaged = 0;
    // Oldest first, so that a damaged event can be placed behind its parents.
    for (commit, blob) in commits.iter().zip(blobs).rev() {
        let below = commit.parents.iter().filter_map(|p| positions.get(p)).max().copied().unwrap_or_default();
        // A commit without an event joins two logs.
        if blob.is_none() && commit.parents.len() > 1 {
            positions.insert(commit.oid.clone(), below);
            continue;
        }
        let event = blob.and_then(|bytes| parse(&bytes)).unwrap_or_else(|| {
            damaged += 1;
            stand_in(commit, below + 1)
        });
        positions.insert(commit.oid.clone(), event.lamport);
        found.push(Entry { event, commit: commit.oid.clone() });
    }
    if damaged == found.len() {
        return Ok(Vec::new());
    }
    if damaged > 0 {
        log::warn!(
            "{} of {id} cannot be read (damaged, or written by a newer hotfix); shown as git knows it",
            count(damaged, "event")
        );
    }
    found.sort_by(|a, b| (a.event.lamport, &a.commit).cmp(&(b.event.lamport, &b.commit)));
    // The same event twice: it was kept in the spool, written, and we died before emptying that.
    let mut seen = BTreeSet::new();
    found.retain(|e| seen.insert(e.event.id.clone()));
    Ok(found)
}

/// One event, when the file holds one. What a newer version adds to it is no harm.
pub(super) fn parse(bytes: &[u8]) -> Option<Event> {
    serde_json::from_slice(bytes).ok()
}

/// What can be reached from the tip, newest first, and a word about what cannot.
fn reachable(repo: &Repo, id: &str, tip: &Oid) -> Option<Vec<Commit>> {
    let mut found: Vec<Commit> = Vec::new();
    let mut seen = BTreeSet::from([tip.clone()]);
    let mut waiting = vec![tip.clone()];
    let mut lost: Vec<Oid> = Vec::new();
    while let Some(oid) = waiting.pop() {
        match repo.commit(&oid) {
            Ok(commit) => {
                waiting.extend(commit.parents.iter().filter(|p| seen.insert((*p).clone())).cloned());
                found.push(commit);
            }
            Err(_) => lost.push(oid),
        }
    }
    if found.is_empty() {
        return None;
    }
    let names: Vec<&str> = lost.iter().map(Oid::short).collect();
    log::warn!(
        "the log {id} has a gap: git lost the object {}; {} after it can be read, what came before it cannot be read",
        crate::model::text::list(&names),
        count(found.len(), "event")
    );
    Some(found)
}

/// An event that cannot be read, as its commit tells it.
fn stand_in(commit: &Commit, lamport: u64) -> Event {
    Event {
        v: 0,
        id: commit.oid.as_str().chars().take(16).collect(),
        kind: Kind::Other("unreadable".to_owned()),
        at: commit.author.when,
        recorded_at: commit.committer.when.to_utc(),
        lamport,
        source: "git".to_owned(),
        actor: Actor { name: commit.author.name.clone(), email: commit.author.email.clone() },
        role: None,
        text: commit.subject().to_owned(),
        pinned: false,
        refs: BTreeMap::new(),
        data: serde_json::Map::new(),
        amends: None,
    }
}
