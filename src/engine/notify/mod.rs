//! Sending what waits in the outbox: every place at its own pace, each in order, all within one limit.
//!
//! An entry is marked as on its way before it is sent, and what became of it afterwards, both synced. One
//! that is found on its way later belongs to a run that was killed: it is sent again only where the
//! receiver knows a message that it has had before, and is otherwise left to a person.

mod secret;
mod send;
mod sign;

pub use send::{HELD, Outcome, Way};

use crate::config::Notify;
use crate::facts::Workspace;
use crate::git::http::reach_anywhere;
use crate::model::notice::Channel;
use crate::record::outbox::{Entry, Held, Outbox, State};
use crate::system::env::Env;
use crate::system::fault::{fault, hurried};
use crate::system::http::Reach;
use chrono::{DateTime, Duration, Utc};
use serde_json::Value;
use std::path::PathBuf;
use std::sync::mpsc;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

/// The longest that a command is held up.
const LIMIT: std::time::Duration = std::time::Duration::from_secs(3);
/// For what has to be done when the time is over.
const GRACE: std::time::Duration = std::time::Duration::from_millis(100);
/// Tries of a slow place are this far apart at first, and at most.
const PAUSE: i64 = 30;
const LONGEST_PAUSE: i64 = 600;

/// The longest that a command is held up.
pub fn limit() -> std::time::Duration {
    hurried(LIMIT)
}

/// What an entry has to say.
#[derive(Clone, Debug, PartialEq)]
pub enum Words {
    Tell(Value),
    /// It was taken back, or is no news.
    Nothing,
    /// The log does not have it: it may be about to be written.
    NotYet,
}

/// What is to be sent, and how.
pub struct Errand<'a> {
    pub workspace: &'a Workspace,
    /// Whether somebody has agreed to this place.
    pub allowed: &'a dyn Fn(&Notify) -> bool,
    /// The entry in the form of the place; the events are what its message has told before.
    pub words: &'a dyn Fn(&Notify, &Entry, &[String]) -> Words,
    /// Also what may have been sent, and what was refused.
    pub again: bool,
    pub until: Instant,
}

/// What became of it.
#[derive(Debug, Default)]
pub struct Delivered {
    /// Every entry that changed, as it is now, and everything that still waits.
    pub entries: Vec<Entry>,
    /// Places that nobody has agreed to.
    pub untrusted: Vec<String>,
    /// Another run is sending.
    pub busy: bool,
}

/// Sends what waits.
///
/// # Errors
/// When the git directory cannot be written.
pub fn deliver(errand: &Errand<'_>) -> std::io::Result<Delivered> {
    let Errand { workspace, .. } = errand;
    let now = workspace.env.now();
    let outbox = Outbox::of(workspace.repo.common_dir());
    let left = errand.until.saturating_duration_since(Instant::now());
    let Some(mut held) = outbox.open(left, now)? else {
        return Ok(Delivered { busy: true, ..Delivered::default() });
    };
    // Written down by itself: where nothing is sent, nothing else saves it.
    if settle_killed(&mut held, &workspace.config.notify, errand.again) {
        held.save()?;
    }
    let before = held.kept.entries.clone();
    let held = Arc::new(Mutex::new(held));
    let mut delivered = Delivered::default();
    loop {
        let rounds = rounds(errand, &held, now, &mut delivered)?;
        let is_over = rounds.is_empty() || Instant::now() >= errand.until;
        if is_over {
            break;
        }
        send_all(errand, &held, rounds);
        // What was queued while this sent belongs to this run: whoever queued it may have found us here.
        let mut held = lock(&held);
        if !held.take_in(now)? {
            break;
        }
    }
    let held = lock(&held);
    let is_same = |e: &Entry| before.iter().any(|old| old == e);
    let told = held.kept.entries.iter().filter(|e| e.state == State::Waiting || !is_same(e));
    delivered.entries = told.cloned().collect();
    for entry in delivered.entries.iter_mut().filter(|e| e.state == State::Sending) {
        "no answer in time".clone_into(&mut entry.why);
    }
    Ok(delivered)
}

/// Marks what a deed in the log says of an update.
///
/// # Errors
/// When the git directory cannot be written.
pub fn recorded(workspace: &Workspace, entries: &[Entry]) -> std::io::Result<()> {
    let outbox = Outbox::of(workspace.repo.common_dir());
    if let Some(mut held) = outbox.open(limit(), workspace.env.now())? {
        for entry in entries {
            held.change(entry, |e| e.recorded = true)?;
        }
    }
    Ok(())
}

fn lock(held: &Mutex<Held>) -> MutexGuard<'_, Held> {
    held.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What a run that was killed has left on its way, and what a person wants to be sent again. Whether anything
/// is different now.
fn settle_killed(held: &mut Held, places: &[Notify], again: bool) -> bool {
    let found = held.kept.entries.clone();
    for entry in &mut held.kept.entries {
        if entry.state == State::Sending {
            let place = places.iter().find(|n| n.place() == entry.place);
            let knows = place.is_some_and(|n| n.kind.knows_doubles());
            entry.state = if knows { State::Waiting } else { State::Maybe };
            "the run that sent it ended before the answer came".clone_into(&mut entry.why);
        }
        if again && matches!(entry.state, State::Maybe | State::Refused) {
            entry.state = State::Waiting;
        }
        if again && !entry.asked {
            entry.not_before = None;
        }
    }
    held.kept.entries != found
}

/// What one place is sent, in order.
struct Round {
    notify: Notify,
    jobs: Vec<(Entry, Value)>,
}

fn rounds(
    errand: &Errand<'_>,
    held: &Mutex<Held>,
    now: DateTime<Utc>,
    delivered: &mut Delivered,
) -> std::io::Result<Vec<Round>> {
    let mut held = lock(held);
    let (mut rounds, mut silent) = (Vec::new(), Vec::new());
    for notify in &errand.workspace.config.notify {
        let place = notify.place();
        let mine = held.kept.entries.iter().filter(|e| e.place == place && e.state == State::Waiting);
        let mine: Vec<Entry> = mine.cloned().collect();
        // Behind what has to wait everything waits: the order is kept.
        let is_held_up = mine.iter().any(|e| e.not_before.is_some_and(|at| at > now));
        if mine.is_empty() || is_held_up {
            continue;
        }
        if !(errand.allowed)(notify) {
            if !delivered.untrusted.contains(&place) {
                delivered.untrusted.push(place);
            }
            continue;
        }
        let mut jobs: Vec<(Entry, Value)> = Vec::new();
        for entry in mine {
            let thread = held.kept.threads.iter().find(|t| t.place == place && t.incident == entry.incident);
            let mut earlier = thread.map(|t| t.events.clone()).unwrap_or_default();
            let batch = jobs.iter().map(|(job, _)| job).filter(|j| j.incident == entry.incident);
            earlier.extend(batch.filter(|j| is_fact(j)).map(|j| j.event.clone()));
            earlier.retain(|event| *event != entry.event);
            match (errand.words)(notify, &entry, &earlier) {
                Words::Tell(body) => jobs.push((entry, body)),
                Words::Nothing => silent.push(entry),
                // It is about to be written, and comes first; else it belongs to a run that was killed.
                Words::NotYet if now - entry.at < Duration::minutes(2) => break,
                Words::NotYet => {}
            }
        }
        if !jobs.is_empty() {
            rounds.push(Round { notify: notify.clone(), jobs });
        }
    }
    if !silent.is_empty() {
        held.kept.entries.retain(|e| !silent.iter().any(|s| s.is_about(e)));
        held.save()?;
    }
    Ok(rounds)
}

fn is_fact(entry: &Entry) -> bool {
    entry.what != "update"
}

/// Sends to all places side by side, and waits for them no longer than the limit. What then is still on
/// its way is found so by the next run.
fn send_all(errand: &Errand<'_>, held: &Arc<Mutex<Held>>, rounds: Vec<Round>) {
    let workspace = errand.workspace;
    let reach = reach_anywhere(&workspace.repo, &workspace.env);
    let (done, all_done) = mpsc::channel();
    let mut awaited = rounds.len();
    for round in rounds {
        let (env, reach, held) = (workspace.env.clone(), reach.clone(), Arc::clone(held));
        let (root, until, done) = (workspace.root(), errand.until, done.clone());
        std::thread::spawn(move || {
            if let Err(error) = send_round(&round, (&env, &reach), (root, until), &held) {
                log::warn!("the outbox cannot be written: {error}");
            }
            let _ = done.send(());
        });
    }
    while awaited > 0 {
        let left = errand.until.saturating_duration_since(Instant::now()) + GRACE;
        if all_done.recv_timeout(left).is_err() {
            return;
        }
        awaited -= 1;
    }
}

fn send_round(
    round: &Round,
    (env, reach): (&Env, &Reach),
    (root, until): (PathBuf, Instant),
    held: &Mutex<Held>,
) -> std::io::Result<()> {
    let mut way = Way::new(&round.notify, env, reach, root, until);
    for (entry, body) in &round.jobs {
        loop {
            if way.left() < GRACE {
                return Ok(());
            }
            let message = message_of(&round.notify, entry, &lock(held));
            lock(held).change(entry, |e| {
                e.state = State::Sending;
                e.tries += 1;
            })?;
            fault!("notify: it is marked as on its way");
            let outcome = way.send(&entry.event, body, message.as_deref());
            fault!("notify: it was sent, and that is not written down");
            match settle(entry, &outcome, message.is_some(), (&round.notify, env.now()), held)? {
                Next::Following => break,
                Next::Later => return Ok(()),
                Next::After(wait) if wait + GRACE < way.left() => std::thread::sleep(wait),
                Next::After(_) => return Ok(()),
            }
        }
    }
    Ok(())
}

/// The message that the place has for the incident, where it is changed rather than followed by another.
fn message_of(notify: &Notify, entry: &Entry, held: &Held) -> Option<String> {
    let one = notify.kind == Channel::Discord && is_fact(entry);
    let thread = held.kept.threads.iter().find(|t| t.place == entry.place && t.incident == entry.incident);
    thread.filter(|_| one).map(|t| t.message.clone())
}

enum Next {
    /// The next message to the same place.
    Following,
    /// The same one, in another run.
    Later,
    /// The same one, after so long.
    After(std::time::Duration),
}

fn settle(
    entry: &Entry,
    outcome: &Outcome,
    changes: bool,
    (notify, now): (&Notify, DateTime<Utc>),
    held: &Mutex<Held>,
) -> std::io::Result<Next> {
    let mut held = lock(held);
    match outcome {
        Outcome::Sent(message) => {
            if let (Some(message), true) = (message, is_fact(entry)) {
                held.thread(entry, message);
            }
            held.change(entry, |e| (e.state, e.why, e.not_before) = (State::Sent, String::new(), None))?;
            Ok(Next::Following)
        }
        // What it says is the whole message: said twice it is the same.
        Outcome::Unknown(why) if changes || notify.kind.knows_doubles() => {
            held.change(entry, |e| wait(e, why, None, true, now))?;
            Ok(Next::Later)
        }
        Outcome::Unknown(why) => {
            held.change(entry, |e| (e.state, e.why) = (State::Maybe, why.clone()))?;
            Ok(Next::Following)
        }
        Outcome::Refused(why) => {
            held.change(entry, |e| (e.state, e.why) = (State::Refused, why.clone()))?;
            Ok(Next::Following)
        }
        Outcome::NotYet { why, after, slow } => {
            held.change(entry, |e| wait(e, why, *after, *slow, now))?;
            Ok(after.map_or(Next::Later, Next::After))
        }
    }
}

/// It is tried again by the next command; later where the service asked for it, or where tries take long.
fn wait(entry: &mut Entry, why: &str, after: Option<std::time::Duration>, slow: bool, now: DateTime<Utc>) {
    entry.state = State::Waiting;
    why.clone_into(&mut entry.why);
    entry.asked = after.is_some();
    let pause = || {
        let doubled = PAUSE.checked_shl(entry.tries.saturating_sub(2)).unwrap_or(LONGEST_PAUSE);
        Duration::seconds(doubled.clamp(PAUSE, LONGEST_PAUSE))
    };
    entry.not_before = match after.and_then(|wait| Duration::from_std(wait).ok()) {
        Some(asked) => now.checked_add_signed(asked),
        None if slow && entry.tries >= 2 => now.checked_add_signed(pause()),
        None => None,
    };
}
