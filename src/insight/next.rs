//! The single next command of a hotfix.

use super::steps::{Seen, deploy};
use crate::model::checked_out::{self, CheckedOut};
use crate::model::checklist::{said_no, waive_options};
use crate::model::event::Kind;
use crate::model::incident::{End, Incident};
use crate::model::intent::Landed;
use crate::model::step::StepState;
use crate::model::text::{list, safe, shell_word};
use crate::model::way_back::{brings, other_way};

/// The single next command and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Next {
    pub command: String,
    pub why: String,
    /// Other lines that may be typed instead, each with what it is for.
    pub also: Vec<String>,
}

impl Next {
    /// One line to type, and what it is for.
    pub fn new(command: impl Into<String>, why: impl Into<String>) -> Self {
        Self { command: command.into(), why: why.into(), also: Vec::new() }
    }
}

/// What a release that was taken back leaves: the fault that it had repaired.
pub const BETTER_FIX: &str = "start a better fix (the fault may be in production again)";

/// The single next command.
pub fn next(seen: &Seen<'_>) -> Next {
    let (name, told) = (shell_word(seen.name), shell_word(seen.told_as));
    match seen.ended() {
        Some(End::Finished)
            if seen.waits_for_deployment() && !seen.incident.is_some_and(Incident::is_resolved) =>
        {
            let why = "deploy it where you deploy, then record that";
            return Next::new(format!("hotfix mark deployed --hotfix {name}"), why);
        }
        Some(End::Finished)
            if seen.waits_for_verification() && !seen.incident.is_some_and(Incident::is_resolved) =>
        {
            return Next::new(format!("hotfix verify {name}"), "it is deployed; this looks whether it works");
        }
        Some(End::Finished) if !seen.incident.is_some_and(Incident::is_resolved) => {
            return Next::new(format!("hotfix mark resolved --hotfix {told}"), "resolve the incident");
        }
        Some(End::RolledBack) if !seen.incident.is_some_and(Incident::is_resolved) => {
            if let Some(rollback) = seen.going_back {
                let goes_on =
                    format!("hotfix rollback {}", shell_word(rollback.undone().unwrap_or_default()));
                let why = halted(rollback).map_or("the rest is pending", Halt::words);
                let mut next = Next::new(goes_on, format!("going back is not finished: {why}"));
                next.also.extend_from_slice(seen.again);
                return next;
            }
            let helped = seen.incident.is_some_and(|i| i.course.quiet_since().is_some());
            let (word, why) = match helped {
                true => ("resolved", "resolve the incident"),
                false => ("mitigated", "record when going back helped"),
            };
            let mark = format!("hotfix mark {word} --hotfix {told}");
            let [_, more @ ..] = seen.again else { return Next::new(mark, why) };
            let mut next = Next::new("hotfix start NAME", BETTER_FIX);
            next.also.extend_from_slice(more);
            next.also.push(format!("{mark}    # if going back helped"));
            return next;
        }
        Some(End::Finished | End::RolledBack) => {
            // Only now is telling people the next thing: before, it would hide what ends the trouble.
            let mut next = match seen.due.iter().find(|d| d.overdue) {
                Some(due) => Next::new(
                    format!("hotfix update {} {told}", due.audience),
                    format!("tell {} that it is over", due.audience.people()),
                ),
                None => Next::new(format!("hotfix postmortem {told}"), "write it up while you remember"),
            };
            let tag = seen.tag.unwrap_or_default();
            next.also.extend(seen.lacking.iter().map(|branch| brings(branch, tag)));
            return next;
        }
        Some(End::Cancelled) if seen.incident.is_some_and(Incident::is_given_up_here) => {
            return Next::new(format!("hotfix undo {name}"), "it was given up; this takes it up again");
        }
        Some(End::Cancelled | End::Declined) => {
            return Next::new("hotfix start NAME", "this one has ended");
        }
        None => {}
    }
    if seen.is_released() && seen.incident.is_some_and(Incident::is_reopened) {
        return Next::new("hotfix start NAME", "it broke again; the next fix joins this incident");
    }
    let (publishes, what) = (publishes(seen), if seen.undone().is_some() { "rollback" } else { "fix" });
    let has_more = seen.branch_exists || seen.is_on_its_way() || seen.undone().is_some();
    if let (Some(landed), true) = (seen.landed, has_more) {
        let why = match landed {
            Landed::Both => &format!("the {what} is public; the rest is pending"),
            Landed::Branch | Landed::Tag => "the release is only partly published; this completes it",
            Landed::Unasked => "publishing was interrupted; this asks the remote and continues",
            Landed::Unknown => "the outcome of publishing is unknown; this finds out and continues",
            Landed::Held => "publish exactly the commits made here",
            Landed::Refused => {
                "the server rejected the push; if it takes only pull requests, merge the branch there first"
            }
        };
        if landed != Landed::Refused || seen.is_tested() || seen.undone().is_some() {
            return Next::new(publishes, why);
        }
    }
    if seen.is_released() && deploy(seen).state == StepState::Failed {
        let why = seen.incident.and_then(halted).map_or("this goes on", Halt::words);
        let mut next = Next::new(publishes, why);
        next.also.push(other_way(seen.undone(), seen.tag));
        return next;
    }
    if seen.is_released() {
        if seen.is_released() && deploy(seen).state == StepState::Current && seen.is_watched() {
            return Next::new(publishes, format!("the {what} is deployed; this watches it again"));
        }
        let left = if seen.merge_backs.is_empty() { "the rest is" } else { "the merge-backs are" };
        return Next::new(publishes, format!("the {what} is public; {left} pending"));
    }
    if seen.undone().is_some() {
        return Next::new(publishes, "it was started, and nothing is published yet");
    }
    if !seen.branch_exists && seen.has(&Kind::FixStarted) {
        if let Some(absent) = &seen.absent {
            return Next::new(format!("git fetch {}", shell_word(&absent.remote)), absent.words());
        }
        return Next::new(
            "git fetch",
            "the branch is not here; fetch it from the clone or remote that has \
                                       it",
        );
    }
    if !seen.branch_exists {
        return Next::new(format!("hotfix start {name}"), "the branch is not made yet");
    }
    if let Some(words) = seen.unfinished.words() {
        return Next::new(seen.unfinished.command(seen.stand.as_ref(), seen.branch), words);
    }
    if let Some(astray) = &seen.astray {
        return Next::new(astray.command(seen.stand.as_ref(), seen.branch), astray.words());
    }
    if seen.commits == 0 {
        let command = checked_out::commit(seen.stand.as_ref(), seen.branch);
        let why = match seen.stand {
            Some(CheckedOut::Here) => "make the smallest change that fixes it (git add for a new file)",
            _ => "go there and make the smallest change that fixes it (git add for a new file)",
        };
        return Next::new(command, why);
    }
    if seen.is_tested() {
        return Next::new(publishes, "everything is checked");
    }
    let open = seen.standings.iter().find(|s| !s.is_settled());
    if let (Some((id, upstream)), None) = (&seen.failed_merged, open) {
        let why = format!("{id} failed on the merged tree; this shows it on {}", safe(seen.branch));
        let merge = format!("merge {}", shell_word(upstream));
        return Next::new(checked_out::git(seen.stand.as_ref(), seen.branch, &merge), why);
    }
    let no = said_no(seen.standings);
    if !no.is_empty() {
        let why =
            format!("repair what {} found, or: hotfix check{}{}", list(&no), seen.flag, waive_options(&no));
        return Next::new(checked_out::commit(seen.stand.as_ref(), seen.branch), why);
    }
    let why = open.map_or_else(String::new, |s| s.item.question.clone());
    Next::new(format!("hotfix check{}", seen.flag), why)
}

/// Why a release that is public did not go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Halt {
    Failed,
    Unknown,
    Unverified,
}

impl Halt {
    const fn words(self) -> &'static str {
        match self {
            Self::Failed => "the deployment failed; this retries it",
            Self::Unknown => "nobody knows how the deployment ended; this asks, and goes on",
            Self::Unverified => "it is deployed, and its verification failed; this watches it again",
        }
    }
}

/// What the last thing that is recorded of a deployment stopped at.
fn halted(incident: &Incident) -> Option<Halt> {
    incident.events.iter().rev().find_map(|e| match e.kind {
        Kind::DeployFailed => Some(Some(Halt::Failed)),
        Kind::DeployStarted => Some(Some(Halt::Unknown)),
        Kind::VerifyFailed => Some(Some(Halt::Unverified)),
        Kind::DeploySucceeded | Kind::Verified => Some(None),
        _ => None,
    })?
}

/// The command that publishes it, or goes on with that.
fn publishes(seen: &Seen<'_>) -> String {
    match seen.undone() {
        Some(undone) => format!("hotfix rollback {}", shell_word(undone)),
        None => format!("hotfix finish {}", shell_word(seen.name)),
    }
}
