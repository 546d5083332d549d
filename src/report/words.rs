//! Events in words. People are named by what they did, never by name.

use crate::model::event::{Event, Kind, Pointer};
use crate::model::event_data::{
    Amended, Answered, Assessed, Declared, Deployed, Described, Extent, Followup, InRole, MergeBack, Noticed,
    RanCommand, Requested, UpdateSent,
};
use crate::model::oid::Oid;
use crate::model::text::{count, shorten};
use crate::model::time::say_duration;
use crate::model::topic::OPEN;
use chrono::{DateTime, Duration};

/// Who is behind an event: their role when one was recorded.
pub fn who(event: &Event) -> String {
    match (&event.role, &event.kind) {
        (Some(role), _) if !role.is_empty() => role.clone(),
        (_, Kind::Review) if event.read::<Answered>().self_review != Some(true) => "reviewer".to_owned(),
        _ if event.source == "cli" => "responder".to_owned(),
        _ => "tool".to_owned(),
    }
}

/// What happened, on as many lines as a person wrote. Comes from outside: escape it.
pub fn describe(event: &Event) -> String {
    let text = event.text.trim();
    let facts = facts(event);
    match event.kind {
        // Their text may name the person who answered.
        Kind::RoleAssumed | Kind::RoleRenounced | Kind::ChecklistItem => facts,
        // The text of an update is quoted where updates are listed.
        Kind::CommsSent => facts,
        Kind::Hypothesis
        | Kind::Followup
        | Kind::SeverityChanged
        | Kind::Review
        | Kind::Detected
        | Kind::Amendment => join(&facts, text),
        Kind::Action if !facts.is_empty() => {
            let note = if event.read::<RanCommand>().command.as_deref() == Some(text) { "" } else { text };
            join(&facts, note)
        }
        _ if text.is_empty() => facts,
        _ => text.to_owned(),
    }
}

fn join(facts: &str, text: &str) -> String {
    match (facts.is_empty(), text.is_empty()) {
        (true, _) => text.to_owned(),
        (_, true) => facts.to_owned(),
        _ => format!("{facts}: {text}"),
    }
}

fn facts(event: &Event) -> String {
    let reference = |pointer| event.reference(pointer).map(short).unwrap_or_default();
    let deployed = || event.read::<Deployed>();
    match event.kind {
        Kind::Declared => event.read::<Declared>().title.unwrap_or_default(),
        Kind::Detected => {
            event.read::<Noticed>().detected_by.map(|how| format!("by {how}")).unwrap_or_default()
        }
        Kind::Hypothesis => event.read::<Followup>().state.unwrap_or_default().replace(['-', '_'], " "),
        Kind::Followup => match event.read() {
            // One that is not settled needs no word, unless it was settled before.
            Followup { state: Some(open), of: None, .. } if open == OPEN => String::new(),
            Followup { state, .. } => state.unwrap_or_default(),
        },
        Kind::SeverityChanged => event.read::<Assessed>().severity.map(|s| s.to_string()).unwrap_or_default(),
        Kind::Described => described(event),
        Kind::RoleAssumed | Kind::RoleRenounced => role(event),
        Kind::FixStarted => {
            let base = reference(Pointer::Base);
            spaced(&[reference(Pointer::Branch), if base.is_empty() { base } else { format!("from {base}") }])
        }
        Kind::ChecklistItem => {
            let said: Answered = event.read();
            let verdict = match said.verdict.unwrap_or_default().as_str() {
                "pass" => "passed".to_owned(),
                "fail" => "failed".to_owned(),
                other => other.to_owned(),
            };
            let item = said.item.unwrap_or_default();
            join(&spaced(&[item, verdict]), &said.reason.unwrap_or_default())
        }
        Kind::RequestOpened | Kind::RequestMerged => {
            spaced(&[event.read::<Requested>().url.unwrap_or_default(), reference(Pointer::Branch)])
        }
        Kind::ReviewRequested => {
            join(&reference(Pointer::Branch), &event.read::<Requested>().remote.unwrap_or_default())
        }
        Kind::Review => {
            let said: Answered = event.read();
            match said.verdict.unwrap_or_default().as_str() {
                "approve" if said.self_review == Some(true) => "by an author of the change".into(),
                "approve" | "approved" | "pass" => "approved".to_owned(),
                "reject" | "rejected" | "fail" => "rejected".to_owned(),
                _ => String::new(),
            }
        }
        Kind::Amendment => {
            match DateTime::parse_from_rfc3339(&event.read::<Amended>().at.unwrap_or_default()) {
                Ok(at) => format!("the time is {}", at.to_utc().format("%Y-%m-%d %H:%M UTC")),
                Err(_) => String::new(),
            }
        }
        Kind::Action => Ran::of(event).map(|ran| ran.say()).unwrap_or_default(),
        Kind::Tagged => spaced(&[reference(Pointer::Tag), reference(Pointer::Commit)]),
        Kind::Merged | Kind::MergedBack | Kind::Pushed | Kind::BranchDeleted | Kind::MergeConflict => {
            spaced(&[reference(Pointer::Branch), reference(Pointer::Tag), reference(Pointer::Commit)])
        }
        Kind::TargetSkipped => {
            join(&reference(Pointer::Branch), &event.read::<MergeBack>().reason.unwrap_or_default())
        }
        Kind::CommsSent => match event.read() {
            UpdateSent { audience: Some(audience), state, .. } if !audience.is_empty() => {
                join(&format!("to {audience}"), &state.unwrap_or_default())
            }
            _ => String::new(),
        },
        Kind::DeployStarted | Kind::DeploySucceeded | Kind::DeployFailed => {
            Ran::of(event).map_or_else(|| reference(Pointer::Tag), |ran| ran.say())
        }
        Kind::Verified | Kind::VerifyFailed => join(
            &deployed().name.unwrap_or_default(),
            &Ran::of(event).map(|ran| ran.say()).unwrap_or_default(),
        ),
        _ => spaced(&[reference(Pointer::Branch), reference(Pointer::Tag), reference(Pointer::Commit)]),
    }
}

/// `symptom: no login; affected: 1,200 customers in EU`.
fn described(event: &Event) -> String {
    let (said, extent) = (event.read::<Described>(), event.read::<Extent>());
    let words = [
        ("title", said.title),
        ("symptom", said.symptom),
        ("impact", said.impact),
        ("workaround", said.workaround),
        ("trigger", said.trigger),
    ];
    let mut parts: Vec<String> = words
        .into_iter()
        .filter_map(|(key, words)| Some((key, words?)))
        .map(|(key, words)| if words.is_empty() { format!("{key}: none") } else { format!("{key}: {words}") })
        .collect();
    let affected = extent.say();
    if !affected.is_empty() {
        parts.push(format!("affected: {affected}"));
    }
    parts.extend(extent.data_loss.map(|lost| format!("data lost: {}", if lost { "yes" } else { "no" })));
    parts.join("; ")
}

/// The role an event is about.
pub fn role(event: &Event) -> String {
    event.read::<InRole>().role.or_else(|| event.role.clone()).unwrap_or_else(|| "responder".to_owned())
}

fn spaced(parts: &[String]) -> String {
    parts.iter().filter(|p| !p.is_empty()).map(String::as_str).collect::<Vec<_>>().join(" ")
}

/// A pointer as people read it: object ids cut to seven digits.
pub fn short(reference: &str) -> String {
    Oid::parse(reference).map_or_else(|| reference.to_owned(), |oid| oid.short().to_owned())
}

/// A command that was run, as the record holds it: `command`, `exit`, and `seconds` or
/// `duration_ms` in the event's data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ran {
    pub command: String,
    /// Its exit status, when it ended by itself.
    pub exit: Option<i64>,
    /// The signal that ended it otherwise.
    pub signal: Option<i64>,
    pub took: Option<Duration>,
}

impl Ran {
    /// Reads it out of an event; `None` when the event ran nothing.
    pub fn of(event: &Event) -> Option<Self> {
        let said: RanCommand = event.read();
        let whole = said.duration_ms.map(std::time::Duration::from_millis);
        let seconds = said.seconds.and_then(|s| std::time::Duration::try_from_secs_f64(s.as_f64()?).ok());
        let took = seconds.or(whole);
        Some(Self {
            command: said.command.filter(|c| !c.is_empty())?,
            exit: said.exit,
            signal: said.signal,
            took: took.and_then(|d| Duration::from_std(d).ok()),
        })
    }

    /// `exit 0, 12 s`, as far as it is known.
    pub fn outcome(&self) -> String {
        let signal = self.signal.map(|signal| format!("signal {signal}"));
        let exit = self.exit.map(|status| format!("exit {status}")).or(signal);
        let took = self.took.map(say_duration);
        exit.into_iter().chain(took).collect::<Vec<_>>().join(", ")
    }

    fn say(&self) -> String {
        let command = shorten(&self.command, 120);
        match self.outcome() {
            none if none.is_empty() => command,
            outcome => format!("{command} ({outcome})"),
        }
    }
}

/// `written 47 min later`, for an event that was written down long after it happened. A command is
/// written down when it has ended.
pub fn recorded_later(event: &Event) -> Option<Duration> {
    let ran = Ran::of(event).and_then(|ran| ran.took).unwrap_or_default();
    let late = event.recorded_at - event.at.to_utc() - ran;
    (late >= Duration::minutes(2)).then_some(late)
}

/// `3 commits, 1 file, +4 −2`.
pub fn size(commits: usize, stat: crate::model::plan::DiffStat) -> String {
    let files = count(stat.files, "file");
    format!("{}, {files}, +{} −{}", count(commits, "commit"), stat.added, stat.removed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::event::Draft;
    use crate::model::incident::fixture::event;

    fn say(draft: Draft) -> String {
        describe(&event(1, "2026-11-22T14:00:00Z", draft))
    }

    #[test]
    fn events_in_words() {
        let ran = Draft::new(Kind::Action, "./flag off").with("command", "./flag off");
        assert_eq!(say(ran.with("exit", 0).with("seconds", 12)), "./flag off (exit 0, 12 s)");
        let waived = Draft::new(Kind::ChecklistItem, "Ada waives")
            .with("item", "staging")
            .with("verdict", "waived")
            .with("reason", "staging is down");
        assert_eq!(say(waived), "staging waived: staging is down");
        let tagged = Draft::new(Kind::Tagged, "")
            .refer(Pointer::Tag, "v1.2.1")
            .refer(Pointer::Commit, "a1".repeat(20));
        assert_eq!(say(tagged), "v1.2.1 a1a1a1a");
        assert_eq!(say(Draft::new(Kind::Note, "  two\nlines ")), "two\nlines");
        assert_eq!(say(Draft::new(Kind::Detected, "page").with("detected_by", "alert")), "by an alert: page");
    }

    #[test]
    fn people_are_named_by_role() {
        let mut e = event(
            1,
            "2026-11-22T14:00:00Z",
            Draft::new(Kind::RoleAssumed, "Ada leads").with("role", "commander"),
        );
        assert_eq!(describe(&e), "commander");
        assert_eq!(who(&e), "tool");
        e.source = "cli".into();
        assert_eq!(who(&e), "responder");
    }
}
