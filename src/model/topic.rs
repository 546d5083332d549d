//! Things that are said once and settled later: a hypothesis is confirmed or ruled out, a follow-up
//! is done. Each change is an event of the same kind that points at the first one.

use super::event::{Event, Kind};
use super::event_data::Followup;
use chrono::{DateTime, FixedOffset};

/// The state of what nobody has settled yet.
pub const OPEN: &str = "open";
/// The state of a follow-up that was dealt with.
pub const DONE: &str = "done";

/// Something said, and what has become of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Topic {
    /// The event that said it first.
    pub id: String,
    pub text: String,
    /// `open`; `confirmed` or `ruled_out` for a hypothesis, `done` for a follow-up.
    pub state: String,
    /// When it was said first.
    pub at: DateTime<FixedOffset>,
    /// The event that brought it into its state.
    pub event: String,
    /// When that was.
    pub since: DateTime<FixedOffset>,
    /// Of a follow-up: who does it, by when, and where it is tracked.
    pub followup: Followup,
}

impl Topic {
    /// Whether nobody has settled it.
    pub fn is_open(&self) -> bool {
        self.state == OPEN
    }

    /// Whether somebody who says this means it.
    pub fn is_meant_by(&self, said: &str) -> bool {
        same(&self.text, said)
    }
}

/// The topics of a kind among events in record order.
pub fn topics(events: &[Event], kind: &Kind) -> Vec<Topic> {
    let mut topics: Vec<Topic> = Vec::new();
    for event in events.iter().filter(|e| e.kind == *kind) {
        let said: Followup = event.read();
        let state = said.state.as_deref().unwrap_or(OPEN).replace('-', "_");
        match topics.iter_mut().find(|t| said.of.as_ref() == Some(&t.id)) {
            Some(topic) => {
                topic.state = state;
                topic.event.clone_from(&event.id);
                topic.since = event.at;
                topic.followup.update(said);
            }
            None => topics.push(Topic {
                id: event.id.clone(),
                text: event.text.trim().to_owned(),
                state,
                at: event.at,
                event: event.id.clone(),
                since: event.at,
                followup: said,
            }),
        }
    }
    topics
}

fn same(a: &str, b: &str) -> bool {
    let plain = |s: &str| s.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase();
    plain(a).trim_end_matches(['.', '?']) == plain(b).trim_end_matches(['.', '?'])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::event::Draft;
    use crate::model::incident::fixture::event;

    #[test]
    fn a_later_event_settles_what_an_earlier_one_said() {
        let said = |n, draft: Draft| event(n, &format!("2026-11-22T14:{n:02}:00Z"), draft);
        let events = [
            said(1, Draft::new(Kind::Hypothesis, "the session cache")),
            said(2, Draft::new(Kind::Hypothesis, "a full disk").with("state", "open")),
            said(3, Draft::new(Kind::Note, "the session cache")),
            said(
                4,
                Draft::new(Kind::Hypothesis, "the session cache")
                    .with("state", "ruled_out")
                    .with("of", "e001"),
            ),
        ];
        let found = topics(&events, &Kind::Hypothesis);
        let told: Vec<(&str, &str, &str)> =
            found.iter().map(|t| (t.id.as_str(), t.state.as_str(), t.event.as_str())).collect();
        assert_eq!(told, [("e001", "ruled_out", "e004"), ("e002", "open", "e002")]);
        assert!(found[0].is_meant_by("  The session  cache."));
        assert!(!found[0].is_meant_by("the cache"));
    }

    #[test]
    fn what_points_at_something_lost_stands_for_itself() {
        let done = Draft::new(Kind::Followup, "write a test").with("state", "done").with("of", "gone");
        let found = topics(&[event(1, "2026-11-22T14:00:00Z", done)], &Kind::Followup);
        assert_eq!((found.len(), found[0].state.as_str()), (1, "done"));
    }
}
