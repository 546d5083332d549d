//! Joining logs that were written in several clones. Nothing is lost, and everybody who joins the
//! same two logs makes the same commit, so that clones agree without talking to each other.

use super::entry::written_for;
use super::own;
use super::read::{self, EVENT_FILE, LARGEST, LONGEST, PIECE, parse};
use super::store::{OUTPUT_FILE, Record, TRIES};
use crate::git::GitError;
use crate::git::access::Access;
use crate::git::object::{NewCommit, Signature};
use crate::git::records::{self, log_ref};
use crate::model::event::Event;
use crate::model::incident::{Incident, slug};
use crate::model::name::is_plain;
use crate::model::oid::Oid;
use crate::model::plan::Update;
use std::time::Duration;

/// An event that would leave this machine and seems to hold a secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suspicion {
    /// The event's id; the commit's, when the event cannot be read.
    pub event: String,
    /// Its line, the secret taken out.
    pub line: String,
}

impl Record<'_> {
    /// The log that holds what both hold: one of them where it can, else a commit without an event
    /// on top of both.
    ///
    /// # Errors
    /// When objects cannot be read or written.
    pub fn join(&self, a: &Oid, b: &Oid) -> Result<Oid, GitError> {
        if self.repo.is_ancestor(a, b)? {
            return Ok(b.clone());
        }
        if self.repo.is_ancestor(b, a)? {
            return Ok(a.clone());
        }
        let mut parents = vec![a.clone(), b.clone()];
        parents.sort();
        // Nothing of the place it is made at goes in: no name, no clock.
        let when = self.repo.commit(a)?.committer.when.max(self.repo.commit(b)?.committer.when);
        let when = when.to_utc().fixed_offset();
        let sign = || Signature { name: "hotfix".to_owned(), email: "hotfix@localhost".to_owned(), when };
        self.repo.write_commit(&NewCommit {
            tree: self.repo.write_tree(&[])?,
            parents,
            author: sign(),
            committer: sign(),
            message: "join\n".to_owned(),
        })
    }

    /// Makes the log here hold everything that `tip` holds, whoever writes to it meanwhile; returns
    /// where it is then.
    ///
    /// # Errors
    /// When objects or the ref cannot be written.
    pub fn follow(&self, id: &str, tip: &Oid) -> Result<Oid, GitError> {
        let name = log_ref(id);
        let mut attempt = 0;
        loop {
            let mine = self.repo.find_ref(&name)?;
            let to = match &mine {
                Some(mine) => self.join(mine, tip)?,
                None => tip.clone(),
            };
            if mine.as_ref() == Some(&to) {
                return Ok(to);
            }
            match self.repo.move_ref(&name, mine.as_ref(), &to, "hotfix: sync") {
                Ok(()) => {
                    self.repo.flush()?;
                    return Ok(to);
                }
                Err(GitError::Moved(_)) if attempt < TRIES => {
                    attempt += 1;
                    std::thread::sleep(Duration::from_millis(u64::from(attempt.min(20))));
                }
                Err(error) => return Err(error),
            }
        }
    }

    /// Makes logs of what is not here at all, in one go. What another process is making meanwhile is left to
    /// [`Record::follow`].
    ///
    /// # Errors
    /// When the refs cannot be written.
    pub fn take_new<'o>(&self, logs: impl Iterator<Item = (&'o str, &'o Oid)>) -> Result<(), GitError> {
        let update = |(id, tip): (&str, &Oid)| Update { name: log_ref(id), expect: None, new: tip.clone() };
        let updates: Vec<Update> = logs.map(update).collect();
        if updates.is_empty() {
            return Ok(());
        }
        match self.repo.move_all(&updates.iter().collect::<Vec<_>>(), &[], "hotfix: sync") {
            Ok(()) => self.repo.flush(),
            Err(error) => {
                log::debug!("the new logs are taken one by one: {}", error.detail());
                Ok(())
            }
        }
    }

    /// Why what came from elsewhere is no log of this incident, beyond what is known already; `None` when
    /// it is one. Events that this version cannot read do not count against it.
    ///
    /// # Errors
    /// When objects cannot be read.
    pub fn objection(&self, id: &str, tip: &Oid, known: Option<&Oid>) -> Result<Option<String>, GitError> {
        if slug(id).is_none() || !is_plain(id) {
            return Ok(Some("its name is none that a log has".to_owned()));
        }
        let commits = self.repo.links(tip, known.map_or(&[], std::slice::from_ref), LONGEST)?;
        if commits.len() == LONGEST {
            return Ok(Some("it is too long for a log".to_owned()));
        }
        let oids: Vec<Oid> = commits.iter().map(|c| c.oid.clone()).collect();
        let empty = self.repo.write_tree(&[])?;
        for (commits, oids) in commits.chunks(PIECE).zip(oids.chunks(PIECE)) {
            for (commit, blob) in commits.iter().zip(self.repo.blobs(oids, EVENT_FILE, LARGEST)?) {
                if let Some(other) = blob.as_deref().and_then(parse).and_then(|event| written_for(&event, id))
                {
                    return Ok(Some(format!("it is a copy of the log {other}")));
                }
                let joins = commit.parents.len() > 1 && commit.tree == empty;
                if blob.is_none() && !joins || commit.size > LARGEST {
                    let short = commit.oid.short();
                    return Ok(Some(format!("{short} holds no event, or one of more than 256 KiB")));
                }
            }
        }
        if known.is_none() && self.folded(id, tip)?.is_none() {
            return Ok(Some("it declares no incident that this version can read".to_owned()));
        }
        Ok(None)
    }

    /// Whether anybody else may have this log: it was sent, received or put into a bundle.
    ///
    /// # Errors
    /// When the refs cannot be read.
    pub fn is_known_elsewhere(&self, id: &str) -> Result<bool, GitError> {
        records::is_known_elsewhere(self.repo, id)
    }

    /// What this clone wrote into a record is its own in the one that takes the record in, too.
    pub fn takes_along(&self, from: &str, to: &str) {
        own::add(self.repo, to, &own::read(self.repo, from), true);
    }

    /// The incident that a log tells, wherever the log is.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn folded(&self, id: &str, tip: &Oid) -> Result<Option<Incident>, GitError> {
        let entries = read::entries(self.repo, id, tip)?;
        Ok(Incident::fold(id, entries.into_iter().map(|e| e.event).collect()))
    }

    /// How many events `tip` holds that `known` does not.
    ///
    /// # Errors
    /// When history cannot be read.
    pub fn news(&self, tip: &Oid, known: Option<&Oid>) -> Result<usize, GitError> {
        let commits = self.repo.links(tip, known.map_or(&[], std::slice::from_ref), LONGEST)?;
        Ok(commits.iter().filter(|c| c.parents.len() < 2).count())
    }

    /// The events that `tip` holds and `known` does not, and that seem to hold a secret. They were
    /// redacted when they were written, but by what was known then.
    ///
    /// # Errors
    /// When they cannot be read.
    pub fn suspicions(&self, tip: &Oid, known: Option<&Oid>) -> Result<Vec<Suspicion>, GitError> {
        let commits = self.repo.links(tip, known.map_or(&[], std::slice::from_ref), LONGEST)?;
        let oids: Vec<Oid> = commits.into_iter().map(|c| c.oid).collect();
        let mut found = Vec::new();
        for piece in oids.chunks(PIECE) {
            self.suspicious_of(piece, &mut found)?;
        }
        found.reverse();
        Ok(found)
    }

    fn suspicious_of(&self, oids: &[Oid], found: &mut Vec<Suspicion>) -> Result<(), GitError> {
        let events = self.repo.blobs(oids, EVENT_FILE, LARGEST)?;
        let outputs = self.repo.blobs(oids, OUTPUT_FILE, LARGEST)?;
        for ((oid, event), output) in oids.iter().zip(events).zip(outputs) {
            let Some(bytes) = event else { continue };
            let output = output.map(|o| String::from_utf8_lossy(&o).into_owned()).unwrap_or_default();
            let event = parse(&bytes);
            let dirty = match &event {
                Some(event) => self.is_dirty(event),
                None => self.is_dirty_text(&String::from_utf8_lossy(&bytes)),
            };
            if dirty || self.is_dirty_text(&output) {
                let line = event.as_ref().map(Event::subject).unwrap_or_default();
                let id = event.map_or_else(|| oid.short().to_owned(), |e| e.id);
                found.push(Suspicion { event: id, line: self.redact(&line) });
            }
        }
        Ok(())
    }

    fn is_dirty(&self, event: &Event) -> bool {
        self.is_dirty_text(&event.text) || self.redactor.clean_map(event.data.clone()) != event.data
    }

    fn is_dirty_text(&self, text: &str) -> bool {
        self.redact(text) != text
    }
}
