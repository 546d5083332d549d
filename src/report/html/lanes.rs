//! What stands in which lane of the picture: events that would be drawn on top of each other are
//! one mark, and a label stands only where there is room.

use super::scale::Scale;
use super::text::width;
use crate::model::checklist::Verdict;
use crate::model::event::{Event, Kind};
use crate::model::event_data::Answered;
use crate::model::event_kind::Lane;
use crate::model::incident::Incident;
use crate::model::text::{safe, shorten};
use crate::report::words;
use std::cmp::Reverse;

/// Marks nearer than this become one.
const NEAR: f64 = 26.0;
/// How many lines of labels a lane may have.
const LINES: usize = 4;
/// How long a label is at first, and where there is room.
const LABEL: usize = 34;
const LONGEST: usize = 110;

/// One or several events in one place.
#[derive(Clone, Debug)]
pub struct Mark<'a> {
    pub x: f64,
    pub events: Vec<&'a Event>,
    /// Whether one of them is a failure.
    pub bad: bool,
    /// What is written beside it, where, and on which line. `None` where there is no room.
    pub label: Option<Label>,
}

/// A label of a mark. Not escaped yet.
#[derive(Clone, Debug, PartialEq)]
pub struct Label {
    pub text: String,
    pub x: f64,
    pub line: usize,
}

/// The events that the picture tells of, in the order they happened.
pub fn told(incident: &Incident) -> Vec<&Event> {
    incident.by_time().into_iter().filter(|e| e.kind.lane().is_some()).collect()
}

/// Whether the events are on more than one day, in UTC.
pub fn several_days(events: &[&Event]) -> bool {
    let day = |e: &&Event| e.at.to_utc().date_naive();
    let mut days = events.iter().map(day);
    days.next().is_some_and(|first| days.any(|day| day != first))
}

/// The marks of a lane, from left to right.
pub fn marks<'a>(events: &[&'a Event], lane: Lane, scale: &Scale, left: f64, right: f64) -> Vec<Mark<'a>> {
    let mut marks: Vec<Mark<'a>> = Vec::new();
    for event in events.iter().filter(|e| e.kind.lane() == Some(lane)) {
        let x = scale.x(event.at.timestamp());
        let bad = is_bad(event);
        match marks.last_mut().filter(|last| x - last.x < NEAR) {
            Some(last) => {
                last.events.push(event);
                last.bad |= bad;
            }
            None => marks.push(Mark { x, events: vec![event], bad, label: None }),
        }
    }
    label(&mut marks, left, right, several_days(events));
    marks
}

/// Writes labels where they fit; failures, what is pinned and the turns of the incident come first.
fn label(marks: &mut [Mark<'_>], left: f64, right: f64, days: bool) {
    let mut order: Vec<usize> = (0..marks.len()).collect();
    let weight = |mark: &Mark<'_>| mark.events.iter().map(|e| weight(e)).max();
    order.sort_by_key(|n| (Reverse(marks.get(*n).map(weight)), *n));
    let mut taken: Vec<Vec<(f64, f64)>> = vec![Vec::new(); LINES];
    for n in order {
        let Some(mark) = marks.get_mut(n) else { continue };
        let text = words_of(mark, LABEL, days);
        let long = width(&text);
        let x = (mark.x - 5.0).min(right - long).max(left);
        let (from, to) = (x - 8.0, x + long + 8.0);
        let free = |spans: &Vec<(f64, f64)>| spans.iter().all(|(a, b)| to <= *a || from >= *b);
        if let Some(line) = taken.iter().position(free) {
            if let Some(spans) = taken.get_mut(line) {
                spans.push((from, to));
            }
            mark.label = Some(Label { text, x, line });
        }
    }
    widen(marks, left, right, days);
}

/// Gives labels the free space on their line, or else on another: none is cut beside it.
fn widen(marks: &mut [Mark<'_>], left: f64, right: f64, days: bool) {
    for n in 0..marks.len() {
        let Some(label) = marks.get(n).and_then(|m| m.label.clone()) else { continue };
        if !label.text.contains('…') {
            continue;
        }
        let elsewhere = (0..LINES).filter(|line| *line != label.line);
        let mut best = label.clone();
        for line in std::iter::once(label.line).chain(elsewhere) {
            let longer = longest(marks, n, &Label { line, ..label.clone() }, (left, right), days);
            best = longer.filter(|l| width(&l.text) > width(&best.text)).unwrap_or(best);
            if !best.text.contains('…') {
                break;
            }
        }
        if let Some(mark) = marks.get_mut(n) {
            mark.label = Some(best);
        }
    }
}

/// The label of a mark with as many of its words as there is room for on a line.
fn longest(
    marks: &[Mark<'_>],
    n: usize,
    Label { x, line, .. }: &Label,
    (left, right): (f64, f64),
    days: bool,
) -> Option<Label> {
    let others: Vec<(f64, f64)> = marks
        .iter()
        .enumerate()
        .filter(|(other, _)| *other != n)
        .filter_map(|(_, m)| m.label.as_ref().filter(|l| l.line == *line))
        .map(|l| (l.x, l.x + width(&l.text)))
        .collect();
    let until = others.iter().filter(|o| o.0 > *x).map(|o| o.0 - 16.0).fold(right, f64::min);
    let since = others.iter().filter(|o| o.0 <= *x).map(|o| o.1 + 16.0).fold(left, f64::max);
    // Only at the end of the picture does a label reach back: its mark is where it begins.
    if until < right && since > *x {
        return None;
    }
    let since = if until < right { *x } else { since };
    let mark = marks.get(n)?;
    let longer = (LABEL..=LONGEST).rev().step_by(4).map(|most| words_of(mark, most, days));
    let (long, text) =
        longer.into_iter().map(|text| (width(&text), text)).find(|(long, _)| *long <= until - since)?;
    Some(Label { x: x.min(until - long).max(since), text, line: *line })
}

fn words_of(mark: &Mark<'_>, most: usize, days: bool) -> String {
    // Of equals the first.
    let Some(event) = mark.events.iter().min_by_key(|e| Reverse(weight(e))) else { return String::new() };
    let more = match mark.events.len() {
        0 | 1 => String::new(),
        n => format!(" +{}", n - 1),
    };
    format!("{}{more}", shorten(&line(event, days), most))
}

/// `14:02 deployed: v1.2.1`, in UTC; with its day where there are several.
pub fn line(event: &Event, days: bool) -> String {
    let time = event.at.to_utc().format(if days { "%-d %b %H:%M" } else { "%H:%M" });
    let (label, said) = (event.kind.label(), safe(&words::describe(event)));
    let said = said.split_whitespace().collect::<Vec<_>>().join(" ");
    // A kind that only says that somebody wrote something is no news.
    match (event.kind == Kind::Note, said.is_empty()) {
        (_, true) => format!("{time} {}", safe(&label)),
        (true, false) => format!("{time} {said}"),
        (false, false) => format!("{time} {}: {said}", safe(&label)),
    }
}

/// How much it deserves to be named where there is room for one.
fn weight(event: &Event) -> usize {
    let turn = matches!(
        event.kind,
        Kind::ImpactStarted
            | Kind::Mitigated
            | Kind::Resolved
            | Kind::Tagged
            | Kind::DeploySucceeded
            | Kind::Decision
    );
    4 * usize::from(is_bad(event)) + 2 * usize::from(event.pinned) + usize::from(turn)
}

fn is_bad(event: &Event) -> bool {
    let failed = event.kind == Kind::ChecklistItem && event.read::<Answered>().has(Verdict::Fail);
    failed
        || matches!(
            event.kind,
            Kind::DeployFailed
                | Kind::VerifyFailed
                | Kind::PushRefused
                | Kind::PushTorn
                | Kind::MergeConflict
                | Kind::RolledBack
                | Kind::Reopened
                | Kind::PartlyMitigated
        )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::event::Draft;
    use crate::model::incident::fixture::incident;

    #[test]
    fn every_event_is_in_one_mark() {
        let night = incident(
            (0..40).map(|n| (if n < 30 { "14:20" } else { "14:50" }, Draft::new(Kind::Note, "x"))).collect(),
        );
        let events = told(&night);
        let times: Vec<i64> = events.iter().map(|e| e.at.timestamp()).collect();
        let scale = Scale::over(&times, 0.0, 900.0).unwrap();
        let people = marks(&events, Lane::People, &scale, 0.0, 900.0);
        assert_eq!(people.iter().map(|m| m.events.len()).collect::<Vec<_>>(), [30, 10]);
        assert_eq!(people[0].label.as_ref().unwrap().text, "14:20 x +29");
        assert_eq!(marks(&events, Lane::Milestones, &scale, 0.0, 900.0).len(), 1);
    }

    #[test]
    fn no_label_is_cut_beside_free_space() {
        let words = "the whole of a sentence that is rather longer than a label would be";
        let night = incident(vec![
            ("14:20", Draft::new(Kind::Note, words)),
            ("18:20", Draft::new(Kind::Resolved, "")),
        ]);
        let events = told(&night);
        let times: Vec<i64> = events.iter().map(|e| e.at.timestamp()).collect();
        let scale = Scale::over(&times, 0.0, 900.0).unwrap();
        let people = marks(&events, Lane::People, &scale, 0.0, 900.0);
        assert_eq!(people[0].label.as_ref().unwrap().text, format!("14:20 {words}"));
    }

    #[test]
    fn a_label_that_would_be_cut_goes_to_a_line_with_room() {
        let words = "hotfix/fix-login-crash from main at the commit that was released";
        let night = incident(vec![
            ("14:20", Draft::new(Kind::Action, words)),
            ("14:50", Draft::new(Kind::Action, "in the way")),
            ("15:20", Draft::new(Kind::Resolved, "")),
        ]);
        let events = told(&night);
        let times: Vec<i64> = events.iter().map(|e| e.at.timestamp()).collect();
        let scale = Scale::over(&times, 0.0, 900.0).unwrap();
        let people = marks(&events, Lane::People, &scale, 0.0, 900.0);
        let label = people[0].label.as_ref().unwrap();
        assert_eq!((label.text.as_str(), label.line), (format!("14:20 action: {words}").as_str(), 1));
        assert_eq!(people[1].label.as_ref().unwrap().line, 0);
    }

    #[test]
    fn labels_do_not_overlap_and_failures_come_first() {
        let note = || Draft::new(Kind::Action, "a rather long text that needs room on the line");
        let mut drafts: Vec<(String, Draft)> = (15..59).map(|n| (format!("14:{n}"), note())).collect();
        drafts[40].1 = Draft::new(Kind::Note, "pinned");
        drafts[40].1.pinned = true;
        let night = incident(drafts.iter().map(|(t, d)| (t.as_str(), d.clone())).collect());
        let events = told(&night);
        let times: Vec<i64> = events.iter().map(|e| e.at.timestamp()).collect();
        let scale = Scale::over(&times, 0.0, 900.0).unwrap();
        let people = marks(&events, Lane::People, &scale, 0.0, 900.0);
        let labels: Vec<&Label> = people.iter().filter_map(|m| m.label.as_ref()).collect();
        assert!(labels.len() > 5 && labels.len() < people.len());
        assert!(labels.iter().any(|l| l.text.contains("pinned")));
        for a in &labels {
            for b in labels.iter().filter(|b| b.line == a.line && b.x > a.x) {
                assert!(a.x + width(&a.text) < b.x, "{a:?} {b:?}");
            }
        }
    }
}
