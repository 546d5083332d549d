//! Reading a log, as much of it as there is: an event that cannot be read is told by what git knows
//! of its commit, and where an object is missing the rest is read and the gap is named.

use super::entry::Entry;
use super::{kept, own};
use crate::git::access::Access;
use crate::git::object::Link;
use crate::git::{GitError, Repo, refs};
use crate::model::event::{Actor, Event, Kind};
use crate::model::oid::Oid;
use crate::model::text::{count, safe, shorten};
use std::collections::{BTreeMap, BTreeSet};

/// The file in an event's tree that holds the event.
pub(super) const EVENT_FILE: &str = "event.json";

/// The largest event that is read or written, in bytes.
pub const LARGEST: usize = 256 * 1024;
/// A log with more events than this is not one; what is older is not read.
pub(super) const LONGEST: usize = 100_000;
/// The most that is read of one log, in bytes.
const WHOLE: usize = 256 * 1024 * 1024;
/// The most that is read of a log in which this clone has written nothing, and of all such logs in one run:
/// whoever can push can make any number of them.
const STRANGE: usize = 16 * 1024 * 1024;
/// How many events are looked at to tell which of two with one id a correction is about.
const LOOKS: usize = 1_000_000;
/// How many events are read at once.
pub(super) const PIECE: usize = 500;
/// The same where each of them may be as large as one can be, so that a log stays near its limit.
const PIECE_OF_OTHERS: usize = 50;

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
    let mut known = refs::earlier(repo, &name, MOVES).into_iter().filter(|oid| oid != tip);
    let found = known.find_map(|oid| Some((entries(repo, id, &oid).ok()?, oid)));
    let Some((entries, oid)) = found else { return Err(error) };
    log::warn!(
        "git lost {}, the newest line of the log {id}; continuing from {}, the one before",
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
    let mut own = own::read(repo, id);
    let key = kept::Key { id, tip, own: own.len() };
    if let Some(known) = kept::find(repo, &key) {
        return Ok(known);
    }
    let is_strange = own.is_empty();
    let most = if is_strange { STRANGE } else { WHOLE };
    if is_strange && !kept::may_read_more_of_others() {
        return Ok(Vec::new());
    }
    log::trace!("reading the log {}", safe(id));
    let commits = match repo.links(tip, &[], LONGEST) {
        Ok(commits) => commits,
        Err(error) => reachable(repo, id, tip).ok_or(error)?,
    };
    let mut found: Vec<Entry> = Vec::with_capacity(commits.len());
    let mut positions: BTreeMap<Oid, u64> = BTreeMap::new();
    let (mut damaged, mut total) = (0, 0);
    // Oldest first, so that every event has its place behind its parents.
    for piece in commits.rchunks(if is_strange { PIECE_OF_OTHERS } else { PIECE }) {
        let oids: Vec<Oid> = piece.iter().map(|c| c.oid.clone()).collect();
        let blobs = repo.blobs(&oids, EVENT_FILE, if total < most { LARGEST } else { 0 })?;
        for (commit, blob) in piece.iter().zip(blobs).rev() {
            let below = place_below(commit, &positions);
            // A commit without an event joins two logs.
            if blob.is_none() && commit.parents.len() > 1 {
                positions.insert(commit.oid.clone(), below.unwrap_or_default());
                continue;
            }
            total += blob.as_ref().map_or(0, Vec::len);
            let mut event = blob.and_then(|bytes| parse(&bytes)).unwrap_or_else(|| {
                damaged += 1;
                stand_in(repo, &commit.oid)
            });
            // Its place is a fact of the log. Only where git lost what came before it, its own word
            // counts.
            event.lamport = below.unwrap_or_else(|| event.lamport.min(LONGEST as u64)) + 1;
            event.own = own.remove(&commit.oid);
            event.commit = Some(commit.oid.clone());
            if !is_id(&event.id) {
                event.id = id_of(&commit.oid);
            }
            positions.insert(commit.oid.clone(), event.lamport);
            found.push(Entry { event, commit: commit.oid.clone() });
        }
    }
    if damaged == found.len() {
        return Ok(Vec::new());
    }
    if is_strange {
        kept::was_read_of_others(total);
    }
    if damaged > 0 && is_strange && total >= most {
        log::warn!(
            "{} is of another clone and too large: {} of it are not read",
            safe(id),
            count(damaged, "event")
        );
    } else if damaged > 0 {
        log::warn!(
            "{} of {id} cannot be read (damaged, or written by a newer hotfix); shown as git knows it",
            count(damaged, "event")
        );
    }
    found.sort_by(|a, b| (a.event.lamport, &a.commit).cmp(&(b.event.lamport, &b.commit)));
    let found = apart(id, found, &commits);
    kept::keep(repo, &key, &found, total);
    Ok(found)
}

/// The place of what is below a commit; `None` where git lost all of it.
fn place_below(commit: &Link, positions: &BTreeMap<Oid, u64>) -> Option<u64> {
    let below = commit.parents.iter().filter_map(|p| positions.get(p)).max().copied();
    if commit.parents.is_empty() { Some(0) } else { below }
}

/// Every event under an id of its own, so that none is ever shown instead of another. Of two that
/// claim the same id, this clone's own keeps it, else the one that a correction is about, else the first one.
/// The same event twice is one: it was kept in the spool, written, and the run died before emptying that.
fn apart(id: &str, mut found: Vec<Entry>, commits: &[Link]) -> Vec<Entry> {
    let mut keepers: BTreeMap<String, usize> = BTreeMap::new();
    for (n, entry) in found.iter().enumerate() {
        let keeper = keepers.entry(entry.event.id.clone()).or_insert(n);
        let is_own = |n: &usize| found.get(*n).is_some_and(|e| e.event.own);
        if entry.event.own && !is_own(keeper) {
            *keeper = n;
        }
    }
    if keepers.len() == found.len() {
        return found;
    }
    for (twin, keeper) in meant(&found, &keepers, commits) {
        keepers.insert(twin, keeper);
    }
    let mut again = BTreeSet::new();
    let mut contradictions = 0;
    for n in 0..found.len() {
        let Some(entry) = found.get(n) else { break };
        let Some(keeper) = keepers.get(&entry.event.id).copied().filter(|k| *k != n) else { continue };
        if found.get(keeper).is_some_and(|k| says_the_same(&k.event, &entry.event)) {
            again.insert(entry.commit.clone());
            continue;
        }
        contradictions += 1;
        // What is about one of the two may be about the other: neither is told where one must not be.
        let is_restricted = |n: usize| found.get(n).is_some_and(|e| e.event.is_restricted());
        if is_restricted(n) || is_restricted(keeper) {
            for n in [n, keeper] {
                found.get_mut(n).into_iter().for_each(|e| e.event.restrict());
            }
        }
        if let Some(entry) = found.get_mut(n) {
            entry.event.id = entry.commit.as_str().chars().take(ID_OF_COMMIT).collect();
        }
    }
    found.retain(|e| !again.contains(&e.commit));
    if contradictions > 0 {
        log::warn!(
            "{} of {id} with the id of another event; both are shown, each under its own id",
            count(contradictions, "event")
        );
    }
    found
}

/// Of events of other clones with the same id, the ones that corrections are about: whoever wrote a correction had
/// that event before them, so it is below it in the log.
fn meant(found: &[Entry], keepers: &BTreeMap<String, usize>, commits: &[Link]) -> Vec<(String, usize)> {
    let mut twins: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (n, entry) in found.iter().enumerate() {
        let keeper = keepers.get(&entry.event.id).and_then(|keeper| Some((*keeper, found.get(*keeper)?)));
        if let Some((keeper, kept)) = keeper.filter(|(keeper, kept)| *keeper != n && !kept.event.own) {
            twins.entry(&kept.event.id).or_insert_with(|| vec![keeper]).push(n);
        }
    }
    let parents: BTreeMap<&Oid, &Vec<Oid>> = commits.iter().map(|c| (&c.oid, &c.parents)).collect();
    let mut meant = Vec::new();
    let mut looks = LOOKS;
    for correction in found {
        // The first correction tells.
        let about = correction.event.amends.as_deref();
        let Some((id, twins)) = about.and_then(|id| twins.remove_entry(id)) else { continue };
        let (mut below, mut next) = (BTreeSet::new(), vec![&correction.commit]);
        while let Some(commit) = next.pop().filter(|_| looks > 0) {
            looks -= 1;
            if below.insert(commit) {
                next.extend(parents.get(commit).into_iter().copied().flatten());
            }
        }
        let had = twins.into_iter().find(|n| found.get(*n).is_some_and(|e| below.contains(&e.commit)));
        meant.extend(had.map(|n| (id.to_owned(), n)));
    }
    meant
}

fn says_the_same(a: &Event, b: &Event) -> bool {
    *a == Event { lamport: a.lamport, own: a.own, commit: a.commit.clone(), ..b.clone() }
}

/// Whether it can be an event's id: what is typed on a command line, without quotes.
fn is_id(id: &str) -> bool {
    let fits = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    (1..=40).contains(&id.len()) && id.chars().all(fits) && !id.starts_with('-')
}

/// Digits of an id that is taken from a commit.
const ID_OF_COMMIT: usize = 16;

fn id_of(commit: &Oid) -> String {
    commit.as_str().chars().take(ID_OF_COMMIT).collect()
}

/// One event, when the file holds one. What a newer version adds to it is ignored.
pub(super) fn parse(bytes: &[u8]) -> Option<Event> {
    serde_json::from_slice(bytes).ok()
}

/// The event of a commit that this version can read.
pub(super) fn at(repo: &Repo, commit: &Oid) -> Result<Option<Event>, GitError> {
    let found = repo.blobs(std::slice::from_ref(commit), EVENT_FILE, LARGEST)?;
    Ok(found.into_iter().next().flatten().and_then(|bytes| parse(&bytes)))
}

/// What can be reached from the tip, newest first, and a word about what cannot.
fn reachable(repo: &Repo, id: &str, tip: &Oid) -> Option<Vec<Link>> {
    let mut found: Vec<Link> = Vec::new();
    let mut seen = BTreeSet::from([tip.clone()]);
    let mut waiting = vec![tip.clone()];
    let mut lost: Vec<Oid> = Vec::new();
    while let Some(oid) = waiting.pop().filter(|_| found.len() < LONGEST) {
        match repo.commit(&oid) {
            Ok(commit) => {
                waiting.extend(commit.parents.iter().filter(|p| seen.insert((*p).clone())).cloned());
                let size = commit.message.len();
                found.push(Link { oid: commit.oid, tree: commit.tree, parents: commit.parents, size });
            }
            Err(_) => lost.push(oid),
        }
    }
    if found.is_empty() {
        return None;
    }
    let names: Vec<&str> = lost.iter().map(Oid::short).collect();
    log::warn!(
        "the log {id} has a gap: git lost the object {}; {} after it can be read, what came before it \
         cannot be read",
        crate::model::text::list(&names),
        count(found.len(), "event")
    );
    Some(found)
}

/// The most that is told of a commit's message in place of an event, in characters.
const SUBJECT: usize = 200;

/// An event that cannot be read, as its commit tells it.
fn stand_in(repo: &Repo, oid: &Oid) -> Event {
    let commit = repo.commit(oid).ok();
    let (author, committer) = commit.as_ref().map(|c| (&c.author, &c.committer)).unzip();
    let subject = commit.as_ref().map(|c| shorten(c.subject(), SUBJECT));
    Event {
        v: 0,
        id: id_of(oid),
        kind: Kind::Other("unreadable".to_owned()),
        at: author.map(|a| a.when).unwrap_or_default(),
        recorded_at: committer.map(|c| c.when.to_utc()).unwrap_or_default(),
        lamport: 0,
        source: "git".to_owned(),
        actor: author.map(|a| Actor { name: a.name.clone(), email: a.email.clone() }).unwrap_or_default(),
        role: None,
        text: subject.unwrap_or_default(),
        pinned: false,
        refs: BTreeMap::new(),
        data: serde_json::Map::new(),
        amends: None,
        own: false,
        commit: Some(oid.clone()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::event::Draft;
    use crate::model::incident::fixture::event;

    fn entry(commit: char, id: &str, text: &str, own: bool) -> Entry {
        let mut event = event(1, "2026-11-22T14:40:00Z", Draft::new(Kind::Note, text));
        event.id = id.to_owned();
        event.own = own;
        Entry { event, commit: Oid::parse(&commit.to_string().repeat(40)).unwrap() }
    }

    fn shown(entries: Vec<Entry>) -> Vec<(String, String)> {
        apart("x", entries, &[]).into_iter().map(|e| (e.event.id, e.event.text)).collect()
    }

    #[test]
    fn of_two_events_with_one_id_both_are_shown() {
        let own_words = ("abc".to_owned(), "what we saw".to_owned());
        let forged = entry('a', "abc", "nothing happened", false);
        let both = shown(vec![forged, entry('b', "abc", "what we saw", true)]);
        assert_eq!(both, [("a".repeat(16), "nothing happened".to_owned()), own_words]);
        let strangers = shown(vec![entry('a', "abc", "first", false), entry('b', "abc", "second", false)]);
        assert_eq!(strangers, [("abc".into(), "first".into()), ("b".repeat(16), "second".into())]);
    }

    #[test]
    fn the_same_event_twice_is_one() {
        let twice = vec![entry('a', "abc", "same", false), entry('b', "abc", "same", true)];
        assert_eq!(shown(twice), [("abc".to_owned(), "same".to_owned())]);
    }

    #[test]
    fn an_id_is_one_plain_word() {
        assert!(is_id("7c1e") && is_id("e001"));
        for no in ["", "-x", "a b", "a\u{1b}[2J", "$(id)", "ä", &"a".repeat(41)] {
            assert!(!is_id(no), "{no}");
        }
    }
}
