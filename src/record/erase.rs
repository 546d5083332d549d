//! Taking words out of a log that nobody else has: the chain is rewritten from the event on.

use super::own;
use super::read::{self, EVENT_FILE};
use super::store::{Record, log_ref};
use crate::git::access::Access;
use crate::git::object::{Commit, NewCommit};
use crate::git::{GitError, refs};
use crate::model::event::{Draft, Event, Kind};
use crate::model::event_data::Followup;
use crate::model::oid::Oid;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// What stands where something was taken out.
pub const REDACTED: &str = "[redacted]";

/// What the program needs of an event's data, and nobody's free words.
const STRUCTURAL: [&str; 22] = [
    "at",
    "audience",
    "base_tag",
    "branch",
    "detected_by",
    "item",
    "name",
    "next",
    "of",
    "production",
    "reasons",
    "remote",
    "replaces",
    "reproduced",
    "role",
    "self_review",
    "severity",
    "state",
    "status",
    "verdict",
    "version",
    "worktree",
];

/// How taking words out ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Erased {
    /// They are gone from this clone's log; so many events were about them.
    Gone(usize),
    /// These refs hold the event as well, so nothing was changed.
    Held(Vec<String>),
    /// The event waits in the spool, and the log cannot be written.
    Waiting,
}

impl Record<'_> {
    /// Takes the words out of an event, of its corrections and of what repeats it, and writes down
    /// that it was done. Nothing is changed when another ref holds the event.
    ///
    /// # Errors
    /// When the log cannot be read or written.
    pub fn erase(&self, id: &str, event: &str) -> Result<Erased, GitError> {
        self.replay();
        let name = log_ref(id);
        let mut tries = 0;
        loop {
            let Some(tip) = self.repo().find_ref(&name)? else { return Ok(Erased::Waiting) };
            let entries = read::entries(self.repo(), id, &tip)?;
            let about = |e: &Event| {
                e.id == event
                    || e.amends.as_deref() == Some(event)
                    || e.read::<Followup>().of.as_deref() == Some(event)
            };
            let targets: BTreeSet<Oid> =
                entries.iter().filter(|e| about(&e.event)).map(|e| e.commit.clone()).collect();
            if targets.is_empty() {
                return Ok(Erased::Waiting);
            }
            let held: Vec<String> =
                refs::containing(self.repo(), &targets)?.into_iter().filter(|r| *r != name).collect();
            if !held.is_empty() {
                return Ok(Erased::Held(held));
            }
            let rewritten = self.rewrite(id, &tip, &targets)?;
            let top = entries.iter().map(|e| e.event.lamport).max().unwrap_or_default();
            let mut note = Draft::new(Kind::Redaction, "the words of an event were removed").by_person();
            note.amends = Some(event.to_owned());
            let (mut note, _) = self.event(note);
            note.lamport = top + 1;
            let new = self.commit(&note, Some(&rewritten), None)?;
            own::add(self.repo(), id, [&new], true);
            match self.repo().move_ref(&name, Some(&tip), &new, "hotfix: redact") {
                Ok(()) => {
                    self.repo().flush()?;
                    // The reflog would keep the old events, and has their first lines.
                    refs::forget_history(self.repo(), &name)?;
                    return Ok(Erased::Gone(targets.len()));
                }
                Err(GitError::Moved(_)) if tries < 20 => tries += 1,
                Err(error) => return Err(error),
            }
        }
    }

    /// The same chain with other words in `targets`; returns its tip. What lies before them stays.
    fn rewrite(&self, id: &str, tip: &Oid, targets: &BTreeSet<Oid>) -> Result<Oid, GitError> {
        let mut new: BTreeMap<Oid, Oid> = BTreeMap::new();
        let own = own::read(self.repo(), id);
        for commit in self.repo().log(tip, &[], usize::MAX)?.into_iter().rev() {
            let parents: Vec<Oid> = commit.parents.iter().map(|p| new.get(p).unwrap_or(p).clone()).collect();
            if targets.contains(&commit.oid) {
                new.insert(commit.oid.clone(), self.without_words(&commit, parents)?);
            } else if parents != commit.parents {
                let oid = commit.oid.clone();
                new.insert(oid, self.repo().write_commit(&same(commit, parents))?);
            }
        }
        let kept = new.iter().filter(|(old, _)| own.contains(*old)).map(|(_, new)| new);
        own::add(self.repo(), id, kept, true);
        Ok(new.get(tip).unwrap_or(tip).clone())
    }

    fn without_words(&self, commit: &Commit, parents: Vec<Oid>) -> Result<Oid, GitError> {
        let bytes = self.repo().blob(&commit.oid, EVENT_FILE)?.unwrap_or_default();
        let mut again = same(commit.clone(), parents);
        let json = match read::parse(&bytes) {
            Some(mut event) => {
                if !event.text.is_empty() {
                    REDACTED.clone_into(&mut event.text);
                }
                for (key, value) in &mut event.data {
                    if !STRUCTURAL.contains(&key.as_str()) {
                        blank(value);
                    }
                }
                again.message = format!("{}\n", event.subject());
                serde_json::to_string_pretty(&event).unwrap_or_default() + "\n"
            }
            // Nobody can say what it holds.
            None => {
                again.message = format!("{REDACTED}\n");
                String::new()
            }
        };
        again.tree = self.repo().write_tree(&[(EVENT_FILE, json.as_bytes())])?;
        self.repo().write_commit(&again)
    }
}

fn same(commit: Commit, parents: Vec<Oid>) -> NewCommit {
    NewCommit {
        tree: commit.tree,
        parents,
        author: commit.author,
        committer: commit.committer,
        message: commit.message,
    }
}

fn blank(value: &mut Value) {
    match value {
        Value::String(text) => REDACTED.clone_into(text),
        Value::Array(items) => items.iter_mut().for_each(blank),
        Value::Object(map) => map.values_mut().for_each(blank),
        _ => {}
    }
}
