//! Whether the machines that wrote a record agreed about the time.

use crate::model::event::Event;
use chrono::Duration;

/// Differences up to this are not worth a word.
const TOLERANCE: Duration = Duration::minutes(2);

/// An event written down earlier, by its own machine's clock, than one it was written after.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Skew {
    /// The event whose machine is behind.
    pub event: String,
    /// The event that stands before it in the record.
    pub after: String,
    /// At least how far the one clock is behind the other.
    pub behind: Duration,
}

/// Finds clocks that disagree, in record order. Nothing is corrected: the order of the record
/// does not depend on clocks.
pub fn skew(log: &[Event]) -> Vec<Skew> {
    let mut found = Vec::new();
    let mut latest: Option<&Event> = None;
    for event in log {
        if let Some(before) = latest {
            let behind = before.recorded_at - event.recorded_at;
            // Equal positions were written at once, neither of them after the other.
            let follows = before.lamport < event.lamport && before.actor != event.actor;
            if follows && behind > TOLERANCE {
                found.push(Skew { event: event.id.clone(), after: before.id.clone(), behind });
                continue;
            }
        }
        if latest.is_none_or(|l| l.recorded_at <= event.recorded_at) {
            latest = Some(event);
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::event::{Draft, Kind};
    use crate::model::incident::fixture::event;

    #[test]
    fn a_clock_ten_minutes_behind_is_named_and_the_order_kept() {
        let first = event(1, "2026-11-22T09:10:00Z", Draft::new(Kind::Declared, ""));
        let mut second = event(2, "2026-11-22T09:00:00Z", Draft::new(Kind::Note, ""));
        second.actor.email = "b@example.com".into();
        let found = skew(&[first.clone(), second.clone()]);
        assert_eq!(found.len(), 1);
        assert_eq!((found[0].event.as_str(), found[0].behind), ("e002", Duration::minutes(10)));

        second.recorded_at = "2026-11-22T09:09:00Z".parse().unwrap();
        assert!(skew(&[first, second]).is_empty(), "a minute is nothing");
    }
}
