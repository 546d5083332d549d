//! Events in words. People are named by what they did, never by name.

use crate::model::event::{Event, Kind};
use crate::model::event_data::Described;
use crate::model::oid::Oid;
use crate::model::text::{count, shorten};
use crate::model::time::say_duration;
use chrono::{DateTime, Duration};
use serde_json::Value;

/// What is said of an event's kind.
pub fn label(kind: &Kind) -> String {
    match kind {
        Kind::FixStarted => "branched".to_owned(),
        Kind::ChecklistItem => "checked".to_owned(),
        Kind::DeploySucceeded => "deployed".to_owned(),
        // Whether it was also sent is not known here.
        Kind::CommsSent => "update".to_owned(),
        Kind::CommsDelivered => "told".to_owned(),
        Kind::Followup => "follow-up".to_owned(),
        Kind::Review => "reviewed".to_owned(),
        // The first one is no change.
        Kind::SeverityChanged => "severity set".to_owned(),
        Kind::PushTorn => "half published".to_owned(),
        other => other.words(),
    }
}

/// Who is behind an event: their role when one was recorded.
pub fn who(event: &Event) -> String {
    match (&event.role, &event.kind) {
        (Some(role), _) if !role.is_empty() => role.clone(),
        (_, Kind::Review) if event.data.get("self_review") != Some(&Value::Bool(true)) => {
            "reviewer".to_owned()
        }
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
            let note = if event.data_str("command") == Some(text) { "" } else { text };
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
    let data = |key| event.data_str(key).unwrap_or_default().to_owned();
    let reference = |key| event.reference(key).map(short).unwrap_or_default();
    match event.kind {
        Kind::Declared => data("title"),
        Kind::Detected => match data("detected_by").as_str() {
            "" => String::new(),
            how @ ("alert" | "employee" | "audit") => format!("by an {how}"),
            "support" => "by support".to_owned(),
            how => format!("by a {how}"),
        },
        Kind::Hypothesis => data("state").replace(['-', '_'], " "),
        Kind::Followup => match data("state").as_str() {
            // One that is not settled needs no word, unless it was settled before.
            "open" if event.data_str("of").is_none() => String::new(),
            state => state.to_owned(),
        },
        Kind::SeverityChanged => data("severity"),
        Kind::Described => described(event),
        Kind::RoleAssumed | Kind::RoleRenounced => role(event),
        Kind::FixStarted => {
            let base = reference("base");
            spaced(&[reference("branch"), if base.is_empty() { base } else { format!("from {base}") }])
        }
        Kind::ChecklistItem => {
            let verdict = match data("verdict").as_str() {
                "pass" => "passed".to_owned(),
                "fail" => "failed".to_owned(),
                other => other.to_owned(),
            };
            join(&spaced(&[data("item"), verdict]), &data("reason"))
        }
        Kind::RequestOpened | Kind::RequestMerged => spaced(&[data("url"), reference("branch")]),
        Kind::ReviewRequested => join(&reference("branch"), &data("remote")),
        Kind::Review => match data("verdict").as_str() {
            "approve" if event.data.get("self_review") == Some(&Value::Bool(true)) => {
                "by an author of the change".into()
            }
            "approve" | "approved" | "pass" => "approved".to_owned(),
            "reject" | "rejected" | "fail" => "rejected".to_owned(),
            _ => String::new(),
        },
        Kind::Amendment => match DateTime::parse_from_rfc3339(&data("at")) {
            Ok(at) => format!("the time is {}", at.to_utc().format("%Y-%m-%d %H:%M UTC")),
            Err(_) => String::new(),
        },
        Kind::Action => Ran::of(event).map(|ran| ran.say()).unwrap_or_default(),
        Kind::Tagged => spaced(&[reference("tag"), reference("commit")]),
        Kind::Merged | Kind::MergedBack | Kind::Pushed | Kind::BranchDeleted | Kind::MergeConflict => {
            spaced(&[reference("branch"), reference("tag"), reference("commit")])
        }
        Kind::TargetSkipped => join(&reference("branch"), &data("reason")),
        Kind::CommsSent => match data("audience").as_str() {
            "" => String::new(),
            audience => join(&format!("to {audience}"), &data("state")),
        },
        Kind::DeployStarted | Kind::DeploySucceeded | Kind::DeployFailed => {
            Ran::of(event).map_or_else(|| reference("tag"), |ran| ran.say())
        }
        Kind::Verified | Kind::VerifyFailed => {
            join(&data("name"), &Ran::of(event).map(|ran| ran.say()).unwrap_or_default())
        }
        _ => spaced(&[reference("branch"), reference("tag"), reference("commit")]),
    }
}

/// `symptom: no login; affected: 1,200 customers in EU`.
fn described(event: &Event) -> String {
    let Some(said) = event.read::<Described>() else { return String::new() };
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
    let extent = said.extent.say();
    if !extent.is_empty() {
        parts.push(format!("affected: {extent}"));
    }
    parts.extend(said.extent.data_loss.map(|lost| format!("data lost: {}", if lost { "yes" } else { "no" })));
    parts.join("; ")
}

/// The role an event is about.
pub fn role(event: &Event) -> String {
    event.data_str("role").or(event.role.as_deref()).unwrap_or("responder").to_owned()
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
        let number = |key: &str| event.data.get(key).and_then(Value::as_f64);
        let seconds = number("seconds").or_else(|| number("duration_ms").map(|ms| ms / 1000.0));
        let took = seconds.and_then(|s| std::time::Duration::try_from_secs_f64(s).ok());
        Some(Self {
            command: event.data_str("command").filter(|c| !c.is_empty())?.to_owned(),
            exit: event.data.get("exit").and_then(Value::as_i64),
            signal: event.data.get("signal").and_then(Value::as_i64),
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
        let tagged = Draft::new(Kind::Tagged, "").refer("tag", "v1.2.1").refer("commit", "a1".repeat(20));
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
