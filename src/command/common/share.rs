//! Sharing the log around a command, and the words about sharing that commands have in common.

use crate::command::Session;
use crate::engine::share::{Outcome, Sharing, State, is_all_there};
use crate::engine::share_target::{Memory, Place};
use crate::facts::Workspace;
use crate::git::git_command::NetworkPolicy;
use crate::model::failure::{Failure, Kind};
use crate::model::text::{count, safe, shell_word};
use crate::record::join::Suspicion;
use serde_json::{Value, json};
use std::time::Duration;

/// A command waits at most this long, for each connection, to share the log, and never asks.
const POLICY: NetworkPolicy =
    NetworkPolicy { may_ask: false, limit: Some(Duration::from_secs(5)), silence: None };

/// How long a command goes on sending logs that wait; the rest is sent by the next one.
const AT_MOST: Duration = Duration::from_secs(10);

/// Reads what others wrote before a command looks (`incident.share`): a review may have come in.
/// Returns whether it is worth sharing when the command is done. Whatever goes wrong is a warning.
pub fn before(session: &Session, workspace: &Workspace) -> bool {
    let read = || -> anyhow::Result<()> {
        let place = Place::choose(workspace, None)?;
        if !place.may_be_used(&workspace.repo) {
            return Ok(());
        }
        let working = session.ui.working("Reading the incident log…");
        let sharing = Sharing::with_remote(workspace, &place, POLICY)?;
        drop(working);
        sharing.end().map(drop)
    };
    let result = read();
    warn(session, result.as_ref().err());
    result.is_ok()
}

/// Shares the log after a command that wrote to it. The command has done its work: whatever goes
/// wrong is a warning.
pub fn when_done(session: &Session) {
    warn(session, send(session).err().as_ref());
}

/// Says that a place which gets the logs with `sync` lacks something of them, where no command sends it by itself.
pub fn remind(session: &Session, workspace: &Workspace) {
    let memory = Memory::read(&workspace.repo);
    // Without consent for any address there is none to ask git for.
    if memory.is_empty() || workspace.config.incident.share {
        return;
    }
    let Ok(place) = Place::choose(workspace, None) else { return };
    if place.is_agreed(&memory) && matches!(is_all_there(&workspace.repo, &place), Ok(false)) {
        session.ui.say(format!("The log is not on {} yet, for other clones:", place.name()));
        session.ui.say("  hotfix sync");
    }
}

fn warn(session: &Session, error: Option<&anyhow::Error>) {
    let Some(error) = error else { return };
    let failure = super::failure::of(error);
    let first = failure.message.lines().next().unwrap_or_default();
    session.ui.warn(format!("the incident log was not shared: {first}"));
    if let Some(hint) = failure.hints.first() {
        session.ui.hint(hint);
    }
}

fn send(session: &Session) -> anyhow::Result<()> {
    let (workspace, _) = Workspace::open_for_log(session.env.clone())?;
    let place = Place::choose(&workspace, None)?;
    if is_all_there(&workspace.repo, &place)? {
        return Ok(());
    }
    if !place.is_agreed(&Memory::read(&workspace.repo)) {
        session.ui.dim(format!("The incident log is not shared with {} yet: hotfix sync", place.name()));
        return Ok(());
    }
    if !place.may_be_used(&workspace.repo) {
        return Ok(());
    }
    let working = session.ui.working("Sharing the incident log…");
    let mut sharing = Sharing::with_remote(&workspace, &place, POLICY)?.within(AT_MOST);
    let sent = sharing.send(&[], |_| {});
    let outcomes = sharing.end()?;
    drop(working);
    sent?;
    match trouble(&place, &outcomes) {
        Some(failure) => Err(failure.into()),
        None => Ok(()),
    }
}

/// What keeps logs from being shared, if anything does.
pub fn trouble(place: &Place, outcomes: &[Outcome]) -> Option<Failure> {
    let suspicious: Vec<&Suspicion> = outcomes
        .iter()
        .filter_map(|o| match &o.state {
            State::Suspicious(found) => Some(found),
            _ => None,
        })
        .flatten()
        .collect();
    if !suspicious.is_empty() {
        let command = format!("hotfix sync {}", place.word());
        return Some(secrets(&suspicious, &command));
    }
    let refused = outcomes.iter().find_map(|o| match &o.state {
        State::Refused(why) => Some(why),
        _ => None,
    });
    if let (Some(why), Some(from)) = (refused, place.read_from()) {
        let (name, to) = (place.name(), place.shown());
        let message = format!(
            "{name} rejected the incident log: {}\n{name} is read from {from} and pushed to {to}. The log \
             must be fetched from where it is pushed, or clones never see each other's events.\nNothing \
             is lost: the log here is complete.",
            safe(why)
        );
        let to = to.split(", ").next().unwrap_or_default();
        return Some(
            Failure::failed(message)
                .hint(format!("git config hotfix.incident.remote {}", shell_word(to)))
                .hint("hotfix bundle incident.bundle    # a file for mail or chat"),
        );
    }
    if let Some(why) = refused {
        return Some(
            Failure::failed(format!(
                "{} rejected the incident log: {}\nCode can still be pushed there; some hosts accept only \
                 branches and tags.\nNothing is lost: the log here is complete.",
                place.name(),
                safe(why)
            ))
            .hint("git config hotfix.incident.remote URL    # another, private remote for the logs")
            .hint("hotfix bundle incident.bundle            # a file for mail or chat"),
        );
    }
    let foreign = outcomes.iter().find_map(|o| match &o.state {
        State::Foreign(why) if o.sent > 0 => Some((o, why)),
        _ => None,
    });
    foreign.map(|(o, why)| {
        Failure::failed(format!(
            "{} was not shared: what {} has under that name cannot be joined, {}\nNeither side was changed.",
            safe(&o.id),
            place.name(),
            safe(why)
        ))
    })
}

/// Events that look like secrets stop what would carry them away.
pub fn secrets(found: &[&Suspicion], command: &str) -> Failure {
    let lines: Vec<String> =
        found.iter().map(|s| format!("  {}  {}", safe(&s.event), safe(&s.line))).collect();
    let mut failure = Failure::new(
        Kind::Refused,
        format!(
            "{} would leave this machine and {} to contain a secret; {} not sent\n{}",
            count(found.len(), "event"),
            if found.len() == 1 { "seems" } else { "seem" },
            if found.len() == 1 { "its log was" } else { "their logs were" },
            lines.join("\n")
        ),
    );
    failure.hints = found.iter().map(|s| format!("hotfix redact {}", shell_word(&s.event))).collect();
    let harmless: Vec<String> =
        found.iter().map(|s| format!("--not-secret {}", shell_word(&s.event))).collect();
    failure.hint(format!("{command} {}    # if it is not a secret", harmless.join(" ")))
}

/// What came of each log, for `--json`.
pub fn outcomes_json(outcomes: &[Outcome]) -> Vec<Value> {
    outcomes
        .iter()
        .map(|o| {
            let (state, why) = match &o.state {
                State::Shared => ("shared", None),
                State::Kept => ("kept", None),
                State::Suspicious(_) => ("suspicious", None),
                State::Refused(why) => ("refused", Some(why.clone())),
                State::Foreign(why) => ("foreign", Some(why.clone())),
            };
            json!({ "id": o.id, "state": state, "received": o.received, "sent": o.sent, "why": why })
        })
        .collect()
}
