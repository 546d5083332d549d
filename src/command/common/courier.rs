//! Telling others what happened, around a command: it begins where a command takes its time, and is waited
//! for when the command is done, never longer than the limit and never with its failure.

use crate::command::Session;
use crate::config::Notify;
use crate::engine::notify::{self, Delivered, Errand, HELD, Words, limit};
use crate::engine::trust::{self, Purpose};
use crate::facts::Workspace;
use crate::model::event::{Draft, Kind};
use crate::model::event_data;
use crate::model::incident::Incident;
use crate::model::notice::News;
use crate::model::text::{count, list, safe, shorten};
use crate::model::time::say_moment;
use crate::record::outbox::{Entry, Outbox, State};
use crate::report::notify::{Message, payload};
use crate::system::env::{Env, change_dir};
use crate::terminal::style::{columns, width};
use chrono::{DateTime, Utc};
use std::cell::{Cell, OnceCell, RefCell};
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

/// What of a command's life the telling has to know.
#[derive(Default)]
pub struct Courier {
    before: OnceCell<Before>,
    /// A run that is under way.
    running: RefCell<Option<Receiver<Delivered>>>,
    /// `--trust` was given.
    given: Cell<bool>,
    /// The command sent by itself, and said what came of it.
    quiet: Cell<bool>,
    /// The command said who could not be told.
    said: Cell<bool>,
}

/// The outbox of the repository as it was when the command began.
struct Before {
    outbox: Outbox,
    /// How full its queue was.
    queued: u64,
    /// What earlier commands have left, and told of.
    entries: Vec<Entry>,
    /// A directory that the command does not remove.
    root: PathBuf,
}

impl Courier {
    /// Remembers where the outbox is, and what is in it.
    pub fn at(&self, workspace: &Workspace) {
        self.before.get_or_init(|| {
            let outbox = Outbox::of(workspace.repo.common_dir());
            let (queued, entries) = (outbox.queued(), outbox.look().entries);
            Before { outbox, queued, entries, root: workspace.root() }
        });
    }

    /// Whoever is at the keyboard has said that what hotfix.toml names may be used in this run.
    pub fn trust(&self, given: bool) {
        self.given.set(self.given.get() || given);
    }

    /// The command said who could not be told so far.
    pub fn is_said(&self) {
        self.said.set(true);
    }

    /// The command sends by itself.
    pub fn leave_it(&self) {
        self.quiet.set(true);
    }
}

impl Session {
    /// Begins to send what was queued, where the command goes on for a while.
    pub fn tell(&self) {
        let courier = &self.courier;
        let Some(Before { outbox, .. }) = courier.before.get() else { return };
        let is_idle = courier.running.borrow().is_none();
        if is_idle && outbox.queued() > 0 && self.may_tell() {
            *courier.running.borrow_mut() = Some(begin(self.env.clone(), courier.given.get(), limit()));
        }
    }

    fn may_tell(&self) -> bool {
        !self.dry_run() && !self.courier.quiet.get() && self.env.var(HELD).is_none()
    }

    /// Sends what waits and says what is left. `all`: also what earlier commands have left.
    pub fn tell_all(&self, all: bool) {
        let courier = &self.courier;
        let Some(Before { outbox, queued, root, .. }) = courier.before.get() else { return };
        let has_news = outbox.queued() > *queued;
        if !self.may_tell() || !(has_news || (all && outbox.is_used()) || courier.running.borrow().is_some())
        {
            return;
        }
        // A worktree that the command has removed is no place to work from.
        if self.env.cwd().is_err() && change_dir(root).is_err() {
            return;
        }
        let start = Instant::now();
        let mut delivered: Vec<Delivered> = Vec::new();
        let working = self.ui.working("Telling others…");
        let first = courier.running.borrow_mut().take();
        if let Some(first) = first {
            delivered.extend(first.recv_timeout(limit()).ok());
        }
        let left = limit().saturating_sub(start.elapsed());
        let waits = delivered.is_empty() || outbox.queued() > 0;
        if waits && left > Duration::from_millis(50) && has_something(outbox, self.env.now()) {
            delivered.extend(begin(self.env.clone(), courier.given.get(), left).recv_timeout(left).ok());
        }
        if delivered.is_empty() && waits {
            delivered.extend(still_at_it(outbox));
        }
        drop(working);
        say(self, &delivered);
    }
}

/// What can be said when there was no answer in time: what is on its way ends with this command.
fn still_at_it(outbox: &Outbox) -> Option<Delivered> {
    let mut entries = outbox.look().entries;
    entries.retain(|e| e.state != State::Sent);
    for entry in entries.iter_mut().filter(|e| e.state == State::Sending) {
        "no answer in time".clone_into(&mut entry.why);
    }
    (!entries.is_empty()).then(|| Delivered { entries, ..Delivered::default() })
}

/// Whether there is anything that may be sent now.
fn has_something(outbox: &Outbox, now: DateTime<Utc>) -> bool {
    let kept = outbox.look();
    let may = |e: &&Entry| {
        e.state == State::Sending || (e.state == State::Waiting && e.not_before.is_none_or(|at| at <= now))
    };
    kept.entries.iter().any(|e| may(&e)) || kept.entries.iter().any(unrecorded)
}

/// On a thread of its own, so that nothing can hold the command up longer than it waits.
fn begin(env: Env, given: bool, limit: Duration) -> Receiver<Delivered> {
    let (done, receiver) = channel();
    // What is left is for writing down what came of it.
    let until = Instant::now() + limit * 9 / 10;
    std::thread::spawn(move || {
        let result =
            Workspace::open_for_log(env).and_then(|(workspace, _)| send(&workspace, given, false, until));
        match result {
            Ok(delivered) => drop(done.send(delivered)),
            Err(error) => log::debug!("nobody was told: {error:#}"),
        }
    });
    receiver
}

/// Sends what waits, and writes into the log what became of updates.
///
/// # Errors
/// When the git directory cannot be read or written.
pub fn send(workspace: &Workspace, given: bool, again: bool, until: Instant) -> anyhow::Result<Delivered> {
    let words = Wording::new(workspace);
    let delivered = notify::deliver(&Errand {
        workspace,
        allowed: &|place| is_allowed(workspace, place, given),
        words: &|place, entry, earlier| words.of(place, entry, earlier),
        again,
        until,
    })?;
    let updates: Vec<Entry> = delivered.entries.iter().filter(|e| unrecorded(e)).cloned().collect();
    if !updates.is_empty() {
        record(workspace, &updates);
        notify::recorded(workspace, &updates)?;
    }
    Ok(delivered)
}

/// An update that came to an end of which the log does not know.
fn unrecorded(entry: &Entry) -> bool {
    let ended = matches!(entry.state, State::Sent | State::Maybe | State::Refused);
    entry.what == "update" && ended && !entry.recorded
}

fn record(workspace: &Workspace, updates: &[Entry]) {
    let record = workspace.record();
    for entry in updates {
        let (outcome, words) = match entry.state {
            State::Sent => ("sent", "sent to"),
            State::Maybe => ("maybe", "may have been sent to"),
            _ => ("refused", "refused by"),
        };
        let said = event_data::Delivered {
            of: Some(entry.event.clone()),
            place: Some(entry.place.clone()),
            outcome: Some(outcome.to_owned()),
        };
        let text = format!("{words} {}", entry.place);
        record.note(&entry.incident, Draft::new(Kind::CommsDelivered, text).data(&said));
    }
    record.settle();
}

/// Whether something may be sent there: a committed file decides nothing by itself.
pub fn is_allowed(workspace: &Workspace, place: &Notify, given: bool) -> bool {
    given || !place.is_committed() || trust::is_trusted(&workspace.repo, Purpose::Telling, &place.line)
}

/// Asks, once, about every place that a committed file names.
///
/// # Errors
/// Ctrl-C, or a yes that cannot be kept.
pub fn ask(session: &Session, workspace: &Workspace) -> anyhow::Result<()> {
    for place in &workspace.config.notify {
        if !is_allowed(workspace, place, false) && session.ui.is_interactive() {
            super::trust::is_allowed_to_tell(session, workspace, &place.line)?;
        }
    }
    Ok(())
}

/// The log as it may be told, each incident read once.
struct Wording<'a> {
    workspace: &'a Workspace,
    incidents: RefCell<BTreeMap<String, Option<Told>>>,
}

/// An incident, and what of it may be told.
type Told = (Incident, Option<Incident>);

impl<'a> Wording<'a> {
    const fn new(workspace: &'a Workspace) -> Self {
        Self { workspace, incidents: RefCell::new(BTreeMap::new()) }
    }

    fn of(&self, place: &Notify, entry: &Entry, earlier: &[String]) -> Words {
        let record = self.workspace.record();
        let now = self.workspace.env.now();
        let mut incidents = self.incidents.borrow_mut();
        let read = incidents.entry(entry.incident.clone()).or_insert_with(|| {
            let incident = record.incident(&entry.incident).ok().flatten()?;
            let tellable = incident.tellable();
            Some((incident, tellable))
        });
        let Some((incident, tellable)) = read else { return Words::NotYet };
        if !incident.log.iter().any(|e| e.id == entry.event) {
            return Words::NotYet;
        }
        let Some(tellable) = tellable else { return Words::Nothing };
        let message = |event: &str| {
            Message::of(tellable, event, now).map(|message| message.cleaned(|text| record.redact(text)))
        };
        let Some(told) = message(&entry.event) else { return Words::Nothing };
        // What an event is, is only clear from the whole incident.
        if News::parse(told.what).is_some_and(|fact| !place.on.contains(&fact)) {
            return Words::Nothing;
        }
        let earlier: Vec<Message> = earlier.iter().filter_map(|event| message(event)).collect();
        Words::Tell(payload(place.kind, &told, &earlier))
    }
}

/// What came of it, in a line or two.
fn say(session: &Session, all: &[Delivered]) {
    let ui = &session.ui;
    let entries: BTreeMap<(&str, &str), &Entry> =
        all.iter().flat_map(|d| &d.entries).map(|e| ((e.place.as_str(), e.event.as_str()), e)).collect();
    let places = |state: State| {
        let mut names: Vec<String> =
            entries.values().filter(|e| e.state == state).map(|e| safe(&e.place)).collect();
        names.dedup();
        names
    };
    let sent = places(State::Sent);
    if !sent.is_empty() {
        ui.dim(told(&sent, columns()));
    }
    if session.courier.said.get() {
        return;
    }
    let known = session.courier.before.get().map(|before| before.entries.as_slice()).unwrap_or_default();
    for (place, why) in trouble(news(entries.values().copied(), known), session.env.now()) {
        ui.warn(format!("{}: {why}", safe(&place)));
    }
    let untrusted: Vec<&String> = all.iter().flat_map(|d| &d.untrusted).collect();
    if let Some(first) = untrusted.first() {
        ui.warn(format!("{} is not told: nobody has agreed to it in this clone yet", safe(first)));
        ui.hint(if ui.is_interactive() { "hotfix notify --trust" } else { "hotfix notify --retry --trust" });
    } else if !places(State::Maybe).is_empty() || !places(State::Refused).is_empty() {
        ui.hint("hotfix notify --list");
    }
}

/// The entries of places where something has changed since the command began: what an earlier command has
/// said of the others is not said again.
fn news<'a>(
    entries: impl Iterator<Item = &'a Entry> + Clone,
    known: &[Entry],
) -> impl Iterator<Item = &'a Entry> {
    let is_new = |e: &&Entry| e.state != State::Sent && !known.contains(e);
    let places: Vec<&str> = entries.clone().filter(is_new).map(|e| e.place.as_str()).collect();
    entries.filter(move |e| places.contains(&e.place.as_str()))
}

/// Who was told, in one line of the terminal.
fn told(places: &[String], columns: usize) -> String {
    let line = |n: usize| match places.len() - n {
        0 => format!("Told {}.", list(places)),
        more => format!("Told {} and {more} more.", places.get(..n).unwrap_or_default().join(", ")),
    };
    let fits =
        (1..=places.len()).rev().map(line).find(|line| width(std::iter::once(line.as_str())) <= columns);
    fits.unwrap_or_else(|| match places {
        [one] => format!("Told {}.", shorten(one, columns.saturating_sub("Told .".len()))),
        many => format!("Told {} places.", many.len()),
    })
}

/// When a place that is held back may be told again, on the next full minute.
pub fn held_until<'a>(entries: impl Iterator<Item = &'a Entry>, now: DateTime<Utc>) -> Option<String> {
    let waiting = entries.filter(|e| e.state == State::Waiting).filter_map(|e| e.not_before);
    let until = waiting.filter(|at| *at > now).max()?;
    Some(say_moment(until.checked_add_signed(chrono::Duration::seconds(59)).unwrap_or(until), now))
}

/// What is wrong with each place, in words.
pub fn trouble<'a>(entries: impl Iterator<Item = &'a Entry>, now: DateTime<Utc>) -> Vec<(String, String)> {
    let entries: Vec<&Entry> = entries.collect();
    let mut found: Vec<(String, State, usize, String)> = Vec::new();
    for entry in entries.iter().filter(|e| e.state != State::Sent) {
        match found.iter_mut().find(|(place, state, ..)| *place == entry.place && *state == entry.state) {
            Some((_, _, n, why)) => {
                *n += 1;
                if why.is_empty() {
                    why.clone_from(&entry.why);
                }
            }
            None => found.push((entry.place.clone(), entry.state, 1, entry.why.clone())),
        }
    }
    // What was not tried yet is no trouble.
    found.retain(|(_, _, _, why)| !why.is_empty());
    let words = |place: &str, state: State, n: usize, why: &str| {
        let what = count(n, "message");
        match state {
            State::Maybe | State::Sending => format!("{what} may have been sent ({why})"),
            State::Refused => format!("{what} refused ({why})"),
            _ => match held_until(entries.iter().copied().filter(|e| e.place == place), now) {
                Some(until) => format!("{what} not sent yet ({why}); tried again after {until}"),
                None => format!("{what} not sent yet ({why}); the next command tries again"),
            },
        }
    };
    let all = found.into_iter();
    all.map(|(place, state, n, why)| (place.clone(), words(&place, state, n, &safe(&why)))).collect()
}

#[cfg(test)]
mod tests {
    use super::told;

    #[test]
    fn who_was_told_fits_one_line() {
        let names = |n: usize| (1..=n).map(|n| format!("slack env:TEAM_{n}")).collect::<Vec<_>>();
        assert_eq!(told(&names(2), 80), "Told slack env:TEAM_1 and slack env:TEAM_2.");
        assert_eq!(told(&names(9), 60), "Told slack env:TEAM_1, slack env:TEAM_2 and 7 more.");
        assert_eq!(told(&names(9), 20), "Told 9 places.");
        let long = [format!("command ./{}", "x".repeat(200))];
        assert_eq!(told(&long, 40).chars().count(), 40);
    }
}
