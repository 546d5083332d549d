//! Answering checklist items: by a person, or by running the item's command.

use crate::facts::Hotfix;
use crate::model::checklist::{Item, Verdict};
use crate::model::event::{Draft, Kind, Pointer};
use crate::model::event_data::{Answered, RanCommand};
use crate::model::failure::{Failure, Kind as FailureKind};
use crate::model::oid::Oid;
use crate::system::process::{Done, Run};
use std::path::Path;
use std::time::Duration;

/// How many lines of a command's output are kept.
const KEEP: usize = 200;

/// The event that records an answer.
pub fn answer(item: &str, verdict: Verdict, tree: &Oid, tip: &Oid) -> Draft {
    let words = match verdict {
        Verdict::Pass => "yes",
        Verdict::Fail => "no",
        Verdict::Waived => "waived",
    };
    let said = Answered {
        item: Some(item.to_owned()),
        verdict: Some(verdict.as_str().to_owned()),
        ..Answered::default()
    };
    Draft::new(Kind::ChecklistItem, format!("{item}: {words}"))
        .data(&said)
        .refer(Pointer::Tree, tree)
        .refer(Pointer::Commit, tip)
        .by_person()
}

/// A command that ended, for the record.
pub fn ran(command: String, done: &Done) -> RanCommand {
    RanCommand {
        command: Some(command),
        exit: done.code.map(i64::from),
        duration_ms: u64::try_from(done.took.as_millis()).ok(),
        ..RanCommand::default()
    }
}

/// What running an item's command gave.
#[derive(Debug)]
pub struct Ran {
    pub verdict: Verdict,
    /// The end of what it printed, secrets removed by the record.
    pub output: String,
    pub done: Done,
}

/// What an item's command is run on.
#[derive(Clone, Copy, Debug)]
pub struct Place<'a> {
    pub dir: &'a Path,
    pub commit: &'a Oid,
}

/// Runs an item's command, calling `line` with what it prints.
///
/// # Errors
/// When the shell cannot be started, or a signal came: nothing is concluded then.
pub fn run(
    hotfix: &Hotfix,
    item: &Item,
    command: &str,
    place: Place<'_>,
    line: impl FnMut(&str),
) -> anyhow::Result<Ran> {
    let limit = item.timeout.and_then(|t| t.to_std().ok());
    let run = environment(Run::shell(command), hotfix)
        .env("HOTFIX_COMMIT", place.commit.as_str())
        .dir(place.dir)
        .limit(limit);
    let done = run.hearing_signals().stream(KEEP, line)?;
    if let Some(signal) = done.interrupted {
        let words =
            format!("interrupted: the command of {} was stopped, and no answer was recorded", item.id);
        return Err(Failure::new(FailureKind::of_signal(signal), words).into());
    }
    let verdict = if done.success() { Verdict::Pass } else { Verdict::Fail };
    Ok(Ran { verdict, output: done.text(), done })
}

/// The values a command of the configuration may use; never pasted into its text.
pub fn environment(run: Run, hotfix: &Hotfix) -> Run {
    let incident = hotfix.id().unwrap_or_default();
    run.env("HOTFIX_NAME", &hotfix.name).env("HOTFIX_BRANCH", &hotfix.branch).env("HOTFIX_INCIDENT", incident)
}

/// What a command's end means, in words: `exit 1 after 12 s`.
pub fn ending(done: &Done) -> String {
    let took = say(done.took);
    match (done.timed_out, done.code, done.signal) {
        (true, ..) => format!("killed at its time limit after {took}"),
        (_, Some(0), _) => format!("passed after {took}"),
        (_, Some(code), _) => format!("exit {code} after {took}"),
        (_, None, Some(signal)) => format!("killed by signal {signal} after {took}"),
        _ => format!("ended after {took}"),
    }
}

fn say(took: Duration) -> String {
    let duration = chrono::Duration::from_std(took).unwrap_or_else(|_| chrono::Duration::zero());
    crate::model::time::say_duration(duration)
}
