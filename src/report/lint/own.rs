//! A document held against its own timeline, where the record is not at hand.

use super::document::Document;
use super::numbers::told_of;
use super::spans::clock;
use super::words::sentences;
use crate::model::event::Kind;
use crate::model::incident::Incident;
use chrono::{Duration, NaiveDate, NaiveDateTime, TimeDelta};
use serde_json::json;

/// The incident as the rows of the document's timeline tell it; `None` where they tell of fewer than
/// two milestones. Its times are UTC, or whatever zone the whole document keeps to.
pub fn incident(document: &Document) -> Option<Incident> {
    let mut events = Vec::new();
    let mut before: Option<NaiveDateTime> = None;
    for row in &document.chronology {
        let Some(sentence) = sentences(row).into_iter().next() else { continue };
        // A row is told with its time in front, and perhaps a day in front of that.
        let Some(at) =
            (0..sentence.len().min(3)).find(|n| sentence.get(*n..).is_some_and(|rest| clock(rest).is_some()))
        else {
            continue;
        };
        let (hours, minutes) = sentence.get(at..).and_then(clock)?;
        let day = sentence.first().and_then(|w| w.text.parse::<NaiveDate>().ok());
        let day = day.or(before.map(|b| b.date())).or_else(|| NaiveDate::from_ymd_opt(2000, 1, 1))?;
        let mut moment = day.and_hms_opt(hours, minutes, 0)?;
        if before.is_some_and(|b| b - moment > Duration::hours(12)) {
            moment += TimeDelta::days(1);
        }
        before = Some(moment);
        let rest: String = row.split_whitespace().skip(at + 1).collect::<Vec<_>>().join(" ");
        let words = sentences(&rest).into_iter().next().unwrap_or_default();
        let kind = told_of(&words).and_then(<[_]>::first).map_or(Kind::Note, |m| m.kind());
        let stamp = format!("{}Z", moment.format("%Y-%m-%dT%H:%M:%S"));
        events.push(json!({
            "v": 1, "id": format!("row{}", events.len()), "kind": kind.as_str(),
            "at": stamp, "recorded_at": stamp, "lamport": events.len(),
        }));
    }
    let milestones = events.iter().filter(|e| e.get("kind") != Some(&json!(Kind::Note.as_str()))).count();
    if milestones < 2 {
        return None;
    }
    let events = events.into_iter().map(serde_json::from_value).collect::<Result<Vec<_>, _>>().ok()?;
    Incident::fold("20000101-own-0000", events)
}
