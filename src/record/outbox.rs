//! What others are still to be told, in the git directory (`hotfix/outbox`).
//!
//! Whoever writes an event that somebody wants to hear of puts a line into the queue first, synced, so
//! that a program that is killed between the two loses nothing: a line whose event never came into the
//! log is left alone and dropped in the end. The words are not kept here; they are read from the log when
//! they are sent, and so know every correction. Who sends holds the lock and keeps the outcomes.

use crate::model::event::Event;
use crate::model::notice::Wish;
use crate::system::files;
use chrono::{DateTime, Duration, Utc};
use serde::{Deserialize, Serialize};
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

/// The most that wait or that somebody has to look at, and that are remembered as sent.
const OPEN: usize = 200;
const SENT: usize = 60;
/// The most incidents whose one message is remembered.
const THREADS: usize = 60;
/// What nobody sent or looked at for so long is news to nobody.
const DAYS: i64 = 7;

/// How far one message to one place is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// It was not sent yet, or certainly did not arrive.
    #[default]
    Waiting,
    /// It is on its way; found like this later: nobody knows what became of it.
    Sending,
    /// It may have been sent: no answer came.
    Maybe,
    /// The service does not take it.
    Refused,
    Sent,
}

/// One message to one place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    pub place: String,
    pub incident: String,
    pub event: String,
    /// `released`, `update`: what it is about.
    pub what: String,
    /// When it was queued.
    pub at: DateTime<Utc>,
    #[serde(default)]
    pub state: State,
    #[serde(default)]
    pub tries: u32,
    /// Not before this time: the service asked for it, or several tries took long.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub not_before: Option<DateTime<Utc>>,
    /// Whether the service asked for that; then it is kept, whoever is in a hurry.
    #[serde(default)]
    pub asked: bool,
    /// Whether the log says what became of it, which it does of updates.
    #[serde(default)]
    pub recorded: bool,
    /// Why it is not sent. Holds no address.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub why: String,
}

impl Entry {
    /// Whether this is about the same event and place.
    pub fn is_about(&self, other: &Self) -> bool {
        self.place == other.place && self.incident == other.incident && self.event == other.event
    }
}

/// The one message that a place has for an incident.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Thread {
    pub place: String,
    pub incident: String,
    /// The service's name for the message.
    pub message: String,
    /// The events that it tells, oldest first.
    pub events: Vec<String>,
}

/// All of it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Kept {
    /// In the order in which they were queued.
    pub entries: Vec<Entry>,
    #[serde(default)]
    pub threads: Vec<Thread>,
    /// How many were dropped because there were too many, or because they were too old.
    #[serde(default)]
    pub dropped: u64,
}

/// Puts what these events are to others into the queue. That it cannot be written is a warning.
pub(super) fn queue<'a>(
    common_dir: &Path,
    incident: &str,
    wishes: &[Wish],
    events: impl Iterator<Item = &'a Event>,
) {
    if wishes.is_empty() {
        return;
    }
    let mut lines = Vec::new();
    for event in events {
        for wish in wishes {
            let Some(what) = wish.may_want(event) else { continue };
            let entry = Entry {
                place: wish.place.clone(),
                incident: incident.to_owned(),
                event: event.id.clone(),
                what: what.to_owned(),
                at: event.recorded_at,
                state: State::Waiting,
                tries: 0,
                not_before: None,
                asked: false,
                recorded: false,
                why: String::new(),
            };
            lines.extend(serde_json::to_string(&entry));
        }
    }
    if lines.is_empty() {
        return;
    }
    let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
    if let Err(error) = files::append_lines(&Outbox::of(common_dir).queue(), &lines, true) {
        log::warn!("who is told of this could not be written down, and is not told: {error}");
    }
}

/// The place of the outbox.
#[derive(Clone, Debug)]
pub struct Outbox {
    dir: PathBuf,
}

impl Outbox {
    /// The outbox of the repository with this git directory.
    pub fn of(common_dir: &Path) -> Self {
        Self { dir: common_dir.join("hotfix").join("outbox") }
    }

    fn queue(&self) -> PathBuf {
        self.dir.join("queue.jsonl")
    }

    fn kept(&self) -> PathBuf {
        self.dir.join("state.json")
    }

    /// How much is in the queue, in bytes: it changes when something is put there.
    pub fn queued(&self) -> u64 {
        files::size(&self.queue())
    }

    /// Whether there is anything at all.
    pub fn is_used(&self) -> bool {
        self.queued() > 0 || files::size(&self.kept()) > 0
    }

    /// What is there, without changing anything. What cannot be read counts as nothing.
    pub fn look(&self) -> Kept {
        let mut kept = self.read();
        let queued = files::read_optional(&self.queue()).ok().flatten().unwrap_or_default();
        take_in(&mut kept, &queued);
        kept
    }

    fn read(&self) -> Kept {
        let text = files::read_optional(&self.kept()).ok().flatten().unwrap_or_default();
        if text.is_empty() {
            return Kept::default();
        }
        serde_json::from_str(&text).unwrap_or_else(|error| {
            log::warn!("the outbox cannot be read, and begins again: {error}");
            Kept::default()
        })
    }

    /// Takes the lock, waiting so long for whoever holds it, and takes in what is queued. `None`: another
    /// run is sending.
    ///
    /// # Errors
    /// When the git directory cannot be written.
    pub fn open(&self, wait: std::time::Duration, now: DateTime<Utc>) -> io::Result<Option<Held>> {
        let Some(lock) = files::hold(&self.dir.join("held"), wait)? else { return Ok(None) };
        let mut held = Held { outbox: self.clone(), _lock: lock, kept: self.read() };
        held.take_in(now)?;
        Ok(Some(held))
    }
}

/// The outbox, while nobody else sends.
#[derive(Debug)]
pub struct Held {
    outbox: Outbox,
    _lock: File,
    pub kept: Kept,
}

impl Held {
    /// Takes in what is queued; it is on disk here before it leaves the queue. Whether there was something.
    ///
    /// # Errors
    /// When the git directory cannot be written.
    pub fn take_in(&mut self, now: DateTime<Utc>) -> io::Result<bool> {
        if self.outbox.queued() == 0 {
            return Ok(false);
        }
        let mut result = Ok(());
        files::empty_when(&self.outbox.queue(), |text| {
            take_in(&mut self.kept, text);
            bound(&mut self.kept, now);
            result = self.save();
            result.is_ok()
        })?;
        result.map(|()| true)
    }

    /// Writes it, synced.
    ///
    /// # Errors
    /// When the git directory cannot be written.
    pub fn save(&self) -> io::Result<()> {
        let text = serde_json::to_string_pretty(&self.kept).unwrap_or_default() + "\n";
        files::write_atomically(&self.outbox.kept(), &text)
    }

    /// Changes one entry and writes that. It is gone when somebody dropped it.
    ///
    /// # Errors
    /// When the git directory cannot be written.
    pub fn change(&mut self, entry: &Entry, change: impl FnOnce(&mut Entry)) -> io::Result<()> {
        if let Some(found) = self.kept.entries.iter_mut().find(|e| e.is_about(entry)) {
            change(found);
        }
        self.save()
    }

    /// The message of a place and an incident, after it told this event.
    pub fn thread(&mut self, entry: &Entry, message: &str) {
        let same = |t: &Thread| t.place == entry.place && t.incident == entry.incident;
        let threads = &mut self.kept.threads;
        match threads.iter_mut().find(|t| same(t)) {
            Some(thread) => {
                message.clone_into(&mut thread.message);
                thread.events.push(entry.event.clone());
            }
            None => threads.push(Thread {
                place: entry.place.clone(),
                incident: entry.incident.clone(),
                message: message.to_owned(),
                events: vec![entry.event.clone()],
            }),
        }
        let extra = threads.len().saturating_sub(THREADS);
        threads.drain(..extra);
    }
}

/// Adds the lines of the queue. One that is known already was taken in by a run that was killed.
fn take_in(kept: &mut Kept, queued: &str) {
    for entry in queued.lines().filter_map(|line| serde_json::from_str::<Entry>(line).ok()) {
        if !kept.entries.iter().any(|e| e.is_about(&entry)) {
            kept.entries.push(entry);
        }
    }
}

/// Keeps it small, and says how much that cost.
fn bound(kept: &mut Kept, now: DateTime<Utc>) {
    let is_old = |e: &Entry| now - e.at > Duration::days(DAYS);
    let open = |e: &Entry| e.state != State::Sent;
    let before = kept.entries.iter().filter(|e| open(e)).count();
    kept.entries.retain(|e| !is_old(e));
    let drop_oldest = |entries: &mut Vec<Entry>, of: &dyn Fn(&Entry) -> bool, most: usize| {
        let mut extra = entries.iter().filter(|e| of(e)).count().saturating_sub(most);
        entries.retain(|e| {
            let goes = extra > 0 && of(e);
            extra -= usize::from(goes);
            !goes
        });
    };
    drop_oldest(&mut kept.entries, &open, OPEN);
    drop_oldest(&mut kept.entries, &|e| !open(e), SENT);
    let after = kept.entries.iter().filter(|e| open(e)).count();
    kept.dropped += before.saturating_sub(after) as u64;
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::event::{Draft, Kind};
    use crate::model::incident::fixture::event;
    use crate::model::notice::News;

    fn now() -> DateTime<Utc> {
        DateTime::parse_from_rfc3339("2026-11-22T15:00:00Z").unwrap().to_utc()
    }

    fn wish() -> Wish {
        Wish { place: "slack env:X".into(), on: vec![News::Resolved] }
    }

    fn resolved(n: u64) -> Event {
        event(n, "2026-11-22T14:00:00Z", Draft::new(Kind::Resolved, "over"))
    }

    fn no_wait() -> std::time::Duration {
        std::time::Duration::ZERO
    }

    #[test]
    fn what_is_queued_is_taken_in_once() {
        let dir = tempfile::tempdir().unwrap();
        let outbox = Outbox::of(dir.path());
        queue(dir.path(), "i", &[], [resolved(1)].iter());
        assert!(!outbox.is_used(), "where nobody is told, nothing is written");
        queue(dir.path(), "i", &[wish()], [resolved(1), resolved(2)].iter());
        assert_eq!(outbox.look().entries.len(), 2);
        let text = std::fs::read_to_string(outbox.queue()).unwrap();
        assert!(!text.contains("over"), "no words: {text}");
        let held = outbox.open(no_wait(), now()).unwrap().unwrap();
        assert_eq!((held.kept.entries.len(), outbox.queued()), (2, 0));
        assert!(outbox.open(no_wait(), now()).unwrap().is_none(), "one at a time");
        drop(held);
        // Killed after it was taken in, before the queue was emptied.
        files::write_atomically(&outbox.queue(), &(text + "{\"torn")).unwrap();
        let held = outbox.open(no_wait(), now()).unwrap().unwrap();
        assert_eq!(held.kept.entries.len(), 2);
    }

    #[test]
    fn it_stays_small() {
        let dir = tempfile::tempdir().unwrap();
        let outbox = Outbox::of(dir.path());
        let many: Vec<Event> = (0..OPEN as u64 + 5).map(resolved).collect();
        queue(dir.path(), "i", &[wish()], many.iter());
        let mut held = outbox.open(no_wait(), now()).unwrap().unwrap();
        assert_eq!((held.kept.entries.len(), held.kept.dropped), (OPEN, 5));
        assert_eq!(held.kept.entries[0].event, "e005", "the oldest go first");
        bound(&mut held.kept, now() + Duration::days(DAYS + 1));
        assert_eq!((held.kept.entries.len(), held.kept.dropped), (0, OPEN as u64 + 5));
    }
}
