//! Appending to and reading the log.

use super::claims::Borders;
use super::entry;
use super::fit;
use super::outbox;
use super::own;
use super::read::{self, EVENT_FILE};
use super::redact::Redactor;
use super::signatures;
use super::spool;
use crate::git::access::Access;
use crate::git::object::{NewCommit, Signature};
use crate::git::records::ROOT;
pub use crate::git::records::log_ref;
use crate::git::{GitError, Repo};
use crate::model::event::{Actor, Draft, EVENT_VERSION, Event, Pointer};
use crate::model::incident::Incident;
use crate::model::notice::Wish;
use crate::model::oid::Oid;
use crate::system::env::{Env, unique_hex};
use crate::system::fault::fault;
use chrono::{DateTime, FixedOffset};
use chrono::{Local, Timelike};
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::time::Duration;

/// When the newest hotfix of a name began, of this clone's own and of all.
pub(super) type Newest = BTreeMap<(bool, String), DateTime<FixedOffset>>;

/// The file beside it that holds the end of a command's output.
pub(super) const OUTPUT_FILE: &str = "output.txt";
/// How often an append is tried again when another writer was faster.
pub(super) const TRIES: u32 = 400;

/// Digits of an event's id: two of a thousand events never share one.
const ID_DIGITS: usize = 12;

/// How often it is tried while the log does not move: then nobody is faster, it is locked.
const STILL: u32 = 40;

/// An event that is not in the log yet, and the output that belongs to it.
pub(super) type Pending = (Event, Option<String>);

/// The records of one repository.
pub struct Record<'a> {
    pub(super) repo: &'a Repo,
    env: &'a Env,
    actor: Actor,
    pub(super) redactor: Redactor,
    /// What claims are held against; `None` where only words are read.
    pub(super) borders: Option<Borders<'a>>,
    /// Whether events are signed, and answers of other clones count only then.
    pub(super) signs: bool,
    /// Who is told of what is written here; see [`super::outbox`].
    wishes: Vec<Wish>,
    /// The log that stayed locked as long as an append waits: no other one waits for it in this run.
    locked: RefCell<Option<String>>,
    /// The newest hotfix of each name, and after which move of a ref that was so.
    pub(super) newest: RefCell<Option<(u64, Newest)>>,
}

impl<'a> Record<'a> {
    /// Opens the records; `actor` signs what is written.
    pub fn new(repo: &'a Repo, env: &'a Env, actor: Actor) -> Self {
        let redactor = Redactor::new(env.vars());
        Self {
            repo,
            env,
            actor,
            redactor,
            borders: None,
            signs: false,
            wishes: Vec::new(),
            locked: RefCell::default(),
            newest: RefCell::default(),
        }
    }

    /// Tells these of what is written from now on.
    #[must_use]
    pub fn telling(mut self, wishes: Vec<Wish>) -> Self {
        self.wishes = wishes;
        self
    }

    /// Holds what a log says about code against these borders.
    #[must_use]
    pub const fn within(mut self, borders: Borders<'a>) -> Self {
        self.borders = Some(borders);
        self
    }

    pub(super) const fn repo(&self) -> &Repo {
        self.repo
    }

    /// Who writes.
    pub const fn actor(&self) -> &Actor {
        &self.actor
    }

    /// Removes secrets from text that is about to be shown or kept.
    pub fn redact(&self, text: &str) -> String {
        self.redactor.clean(text)
    }

    /// Removes secrets from a command line, word by word.
    pub fn clean_words(&self, words: &[String]) -> Vec<String> {
        self.redactor.clean_words(words)
    }

    /// The ids of all incidents recorded here, oldest first.
    ///
    /// # Errors
    /// When the refs cannot be read.
    pub fn ids(&self) -> Result<Vec<String>, GitError> {
        let refs = self.repo.refs(ROOT)?;
        let id = |name: &str| Some(name.strip_prefix(ROOT)?.strip_suffix("/log")?.to_owned());
        Ok(refs.iter().filter_map(|r| id(&r.name)).filter(|id| !id.contains('/')).collect())
    }

    /// Appends one event and returns it once it is on disk.
    ///
    /// When the log itself cannot be written the event goes to a spool file, which is as durable,
    /// and enters the log with the next event that can be written.
    ///
    /// # Errors
    /// When neither can be written.
    pub fn append(&self, id: &str, draft: Draft) -> Result<Event, GitError> {
        Self::only(self.append_all(id, vec![draft])?)
    }

    /// Appends several events, in their order, all or none, and returns them once they are on disk.
    ///
    /// # Errors
    /// As [`Record::append`].
    pub fn append_all(&self, id: &str, drafts: Vec<Draft>) -> Result<Vec<Event>, GitError> {
        let events = self.add_all(id, drafts, true)?;
        self.repo.flush()?;
        Ok(events)
    }

    /// As [`Record::append`], durable only after [`Record::settle`].
    ///
    /// # Errors
    /// As [`Record::append`].
    pub fn add(&self, id: &str, draft: Draft) -> Result<Event, GitError> {
        Self::only(self.add_all(id, vec![draft], false)?)
    }

    fn only(mut events: Vec<Event>) -> Result<Event, GitError> {
        events.pop().ok_or_else(|| GitError::Unexpected { what: "record".into(), answer: String::new() })
    }

    fn add_all(&self, id: &str, drafts: Vec<Draft>, durable: bool) -> Result<Vec<Event>, GitError> {
        let opened = |draft: Draft| if draft.kind.opens() { draft.refer(Pointer::Log, id) } else { draft };
        let mut pending: Vec<Pending> = drafts.into_iter().map(|draft| self.event(opened(draft))).collect();
        self.replay();
        // Before the log moves: what is written and not queued would never be told.
        outbox::queue(self.repo.common_dir(), id, &self.wishes, pending.iter().map(|(event, _)| event));
        fault!("record: the outbox has it, the log has not");
        if let Err(error) = self.write(id, &mut pending, durable) {
            for (event, output) in &pending {
                if let Err(second) = spool::keep(self.repo, id, event, output.as_deref()) {
                    log::debug!("the spool cannot be written either: {second}");
                    return Err(error);
                }
            }
        }
        Ok(pending.into_iter().map(|(event, _)| event).collect())
    }

    /// Returns once everything that was noted survives a power cut; a failure is a warning.
    pub fn settle(&self) {
        own::sync(self.repo);
        if let Err(error) = self.repo.flush() {
            log::warn!("the incident log may not survive a power cut: {}", error.detail());
        }
    }

    /// Appends an event that belongs to the work being done: when it cannot be kept anywhere that
    /// is a warning, never a failure of the work. [`Record::settle`] makes it durable.
    pub fn note(&self, id: &str, draft: Draft) {
        if let Err(error) = self.add(id, draft) {
            log::warn!("the incident log could not be written: {}", error.detail());
        }
    }

    /// As [`Record::note`], unless the incident says the same already.
    pub fn note_once(&self, incident: &Incident, draft: Draft) {
        let (event, _) = self.event(draft.clone());
        let same = |e: &&Event| {
            let at = draft.at.is_none() || e.at == event.at;
            at && e.kind == event.kind && e.text == event.text && e.refs == event.refs && e.data == event.data
        };
        if !incident.log.iter().any(|e| same(&e)) {
            self.note(&incident.id, draft);
        }
    }

    /// Whether an event waits in the spool.
    pub fn has_spool(&self) -> bool {
        spool::exists(self.repo)
    }

    /// Every event of an incident, in the order of the record.
    ///
    /// # Errors
    /// When the log cannot be read at all. What is damaged is reported, and shown as far as it is known.
    pub fn events(&self, id: &str) -> Result<Vec<Event>, GitError> {
        let written = match self.repo.find_ref(&log_ref(id))? {
            Some(tip) => read::ground(self.repo, id, &tip).map(|(_, entries)| entries),
            None => Ok(Vec::new()),
        };
        let waiting = spool::waiting(self.repo, id);
        let mut events: Vec<Event> = match written {
            Ok(entries) => entries.into_iter().map(|e| e.event).collect(),
            // What waits is all that is left.
            Err(error) if !waiting.is_empty() => {
                log::warn!(
                    "the log {id} cannot be read ({}); only the spooled events are shown",
                    error.detail()
                );
                Vec::new()
            }
            Err(error) => return Err(error),
        };
        for waiting in waiting {
            if !events.iter().any(|e| e.id == waiting.id) {
                events.push(waiting);
            }
        }
        Ok(events)
    }

    /// The incident, folded from its events; `None` when there is no such record, or a copy of another one.
    ///
    /// # Errors
    /// As [`Record::events`].
    pub fn incident(&self, id: &str) -> Result<Option<Incident>, GitError> {
        let events = self.events(id)?;
        let events = if self.signs { self.as_signed(events)? } else { events };
        if events.iter().any(|event| entry::written_for(event, id).is_some()) {
            return Ok(None);
        }
        Incident::fold(id, events).map(|incident| self.checked(incident)).transpose()
    }

    /// The event that a draft would become, which is not written.
    pub fn imagine(&self, draft: Draft) -> Event {
        self.event(draft).0
    }

    /// All incidents, oldest first. A record that cannot be read is reported and left out.
    ///
    /// # Errors
    /// When the list of records cannot be read.
    pub fn incidents(&self) -> Result<Vec<Incident>, GitError> {
        let mut incidents = Vec::new();
        for id in self.ids()? {
            match self.incident(&id) {
                Ok(Some(incident)) => incidents.push(incident),
                Ok(None) => log::warn!("{} is not an incident log of hotfix; it is left out", log_ref(&id)),
                Err(error) => {
                    log::warn!("the record {id} cannot be read ({}); it is left out", error.detail())
                }
            }
        }
        incidents.sort_by_key(|i| i.started_at);
        Ok(incidents)
    }

    /// The captured output that was stored with an event.
    ///
    /// # Errors
    /// When the log cannot be read.
    pub fn output(&self, id: &str, event: &str) -> Result<Option<String>, GitError> {
        let Some(tip) = self.repo.find_ref(&log_ref(id))? else { return Ok(None) };
        let (_, entries) = read::ground(self.repo, id, &tip)?;
        let Some(entry) = entries.into_iter().find(|e| e.event.id == event) else { return Ok(None) };
        let mut output = self.repo.blobs(&[entry.commit], OUTPUT_FILE, read::LARGEST)?;
        Ok(output.pop().flatten().map(|bytes| String::from_utf8_lossy(&bytes).into_owned()))
    }

    /// A new incident id: day, slug and four digits that no other responder will roll.
    pub fn new_id(&self, slug: &str) -> String {
        let day = self.env.now().format("%Y%m%d");
        let slug: String = slug.chars().map(|c| if c == '/' { '-' } else { c }).collect();
        format!("{day}-{slug}-{}", unique_hex(4))
    }

    /// Pins a commit under the incident so that it stays reachable.
    ///
    /// # Errors
    /// When the ref cannot be written.
    pub fn keep(&self, id: &str, label: &str, commit: &Oid) -> Result<String, GitError> {
        let name = format!("{ROOT}{id}/keep/{label}");
        match self.repo.find_ref(&name)? {
            Some(old) if old == *commit => {}
            old => self.repo.move_ref(&name, old.as_ref(), commit, "hotfix: keep")?,
        }
        self.repo.flush()?;
        Ok(name)
    }

    pub(super) fn event(&self, draft: Draft) -> Pending {
        // Whole seconds: git keeps no more, and both clocks of an event must agree.
        let now = self.env.now();
        let now = now.with_nanosecond(0).unwrap_or(now);
        let given = draft.at.map(|at| at.with_nanosecond(0).unwrap_or(at));
        let clean = |text: &str| self.redactor.clean(text);
        let event = Event {
            v: EVENT_VERSION,
            id: unique_hex(ID_DIGITS),
            kind: draft.kind,
            at: given.unwrap_or_else(|| now.with_timezone(&Local).fixed_offset()),
            recorded_at: now,
            lamport: 0,
            source: draft.source.to_owned(),
            actor: self.actor.clone(),
            role: None,
            text: clean(&draft.text),
            pinned: draft.pinned,
            refs: draft.refs,
            data: self.redactor.clean_map(draft.data),
            amends: draft.amends,
            own: true,
            commit: None,
        };
        (fit::fitting(event), draft.output.as_deref().map(clean))
    }

    /// Puts the events on top of the log, one commit each, and moves it once.
    fn write(&self, id: &str, pending: &mut [Pending], durable: bool) -> Result<(), GitError> {
        let name = log_ref(id);
        let mut attempt = 0;
        let mut still = (None, 0);
        let patience = if self.locked.borrow().as_deref() == Some(id) { 0 } else { STILL };
        loop {
            let tip = self.repo.find_ref(&name)?;
            still = if still.0 == tip { (tip.clone(), still.1 + 1) } else { (tip.clone(), 0) };
            let (mut top, mut lamport) = match &tip {
                Some(tip) => self.top(id, tip).map(|(top, lamport)| (Some(top), lamport))?,
                None => (None, 0),
            };
            let mut subject = String::new();
            let mut made = Vec::new();
            for (event, output) in pending.iter_mut() {
                lamport = lamport.saturating_add(1);
                event.lamport = lamport;
                let commit = self.commit(event, top.as_ref(), output.as_deref())?;
                made.push(commit.clone());
                top = Some(commit);
                subject = event.subject();
            }
            let Some(top) = top else { return Ok(()) };
            // Words are nobody's deed: they need no place in the list that survives a power cut.
            let has_deed = pending.iter().any(|(event, _)| !event.kind.is_human());
            own::add(self.repo, id, &made, durable && has_deed);
            // What is not on disk must not take the place of what is.
            if durable {
                self.repo.flush()?;
            }
            fault!("record: the event is written, the log has not moved");
            match self.repo.move_ref(&name, tip.as_ref(), &top, &subject) {
                Ok(()) => {
                    fault!("record: the log has moved");
                    return Ok(());
                }
                // Another writer was faster: take its event as our parent.
                Err(GitError::Moved(_)) if attempt < TRIES && still.1 < patience => {
                    attempt += 1;
                    std::thread::sleep(Duration::from_millis(u64::from(attempt.min(20))));
                }
                Err(error) => {
                    if matches!(error, GitError::Moved(_)) {
                        self.locked.replace(Some(id.to_owned()));
                    }
                    return Err(error);
                }
            }
        }
    }

    pub(super) fn commit(
        &self,
        event: &Event,
        parent: Option<&Oid>,
        output: Option<&str>,
    ) -> Result<Oid, GitError> {
        let json = serde_json::to_string_pretty(event).unwrap_or_default() + "\n";
        let mut files: Vec<(&str, &[u8])> = vec![(EVENT_FILE, json.as_bytes())];
        if let Some(output) = output {
            files.push((OUTPUT_FILE, output.as_bytes()));
        }
        let tree = self.repo.write_tree(&files)?;
        let sign =
            |when| Signature { name: event.actor.name.clone(), email: event.actor.email.clone(), when };
        let new = NewCommit {
            tree,
            parents: parent.cloned().into_iter().collect(),
            author: sign(event.at),
            committer: sign(event.recorded_at.fixed_offset()),
            message: format!("{}\n", event.subject()),
        };
        if self.signs {
            // What git reads has to be there before it signs.
            self.repo.flush()?;
            if let Some(signed) = signatures::signed_commit(self.repo, &new) {
                return Ok(signed);
            }
        }
        self.repo.write_commit(&new)
    }

    /// The commit that the next event stands on, and its place in the order.
    fn top(&self, id: &str, tip: &Oid) -> Result<(Oid, u64), GitError> {
        if let Some(event) = read::at(self.repo, tip)? {
            return Ok((tip.clone(), event.lamport));
        }
        // A commit that joins two logs, or a damaged one: look further down.
        let (top, entries) = read::ground(self.repo, id, tip)?;
        Ok((top, entries.iter().map(|e| e.event.lamport).max().unwrap_or_default()))
    }

    /// Writes what waits in the spool into the log, as far as that is possible.
    pub fn replay(&self) {
        spool::replay(self.repo, |id, event, output| {
            if self.has_written(id, &event.id)? {
                return Ok(());
            }
            self.write(id, &mut [(event, output)], true)
        });
    }

    /// Whether an event that waited is in its log already: another one keeps the spool from being
    /// emptied.
    fn has_written(&self, id: &str, event: &str) -> Result<bool, GitError> {
        let Some(tip) = self.repo.find_ref(&log_ref(id))? else { return Ok(false) };
        Ok(read::entries(self.repo, id, &tip)?.iter().any(|e| e.event.own && e.event.id == event))
    }
}
