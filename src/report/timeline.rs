//! The timeline: on a terminal, in Markdown, as JSON; curated or complete.

use super::markdown::{self, code, md, table};
use super::words;
use crate::model::checklist::{Answer, Verdict};
use crate::model::event::{Event, Kind, Pointer};
use crate::model::event_data::{Answered, Written};
use crate::model::event_kind::Told;
use crate::model::incident::{Incident, is_adopted};
use crate::model::milestone::Milestone;
use crate::model::text::{hang, list, safe};
use crate::model::time::say_duration;
use chrono::{DateTime, FixedOffset, NaiveDate};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// How much of the record is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// Milestones, what people wrote, and the steps of the work.
    Curated,
    /// Every event, corrections and retracted ones included.
    All,
}

/// The events somebody who was not there wants to read, in the order they happened.
pub fn curated(incident: &Incident) -> Vec<&Event> {
    let events = incident.by_time();
    let last_answers = last_answers(&events);
    let mut seen: BTreeSet<(&Kind, String, Option<&str>)> = BTreeSet::new();
    let mut kept = Vec::new();
    for (n, event) in events.iter().enumerate() {
        // What happens after a reopening is news again.
        if event.kind == Kind::Reopened {
            seen.clear();
        }
        let counts = match event.kind {
            // What is broken is said where the impact is described, as it reads now.
            Kind::PostmortemWritten | Kind::Described => false,
            // A colleague's record of the same hotfix has become part of this one.
            Kind::Declared if is_adopted(event) && !incident.is_adopted() => false,
            Kind::FixStarted if event.reference(Pointer::Base).is_none() && incident.base.is_some() => {
                !events.iter().any(|e| e.kind == Kind::FixStarted && e.reference(Pointer::Base).is_some())
            }
            // A pass that was asked again is told once, a fail or a waiver always.
            Kind::ChecklistItem => {
                !event.read::<Answered>().has(Verdict::Pass) || last_answers.contains(event.id.as_str())
            }
            Kind::SeverityChanged => true,
            // A deployment that has an outcome is told by its outcome.
            Kind::DeployStarted => !events.iter().skip(n).any(|e| is_outcome_of_deploy(&e.kind)),
            _ => event.kind.told() == Told::Step || is_word(event),
        };
        if event.pinned
            || (counts && seen.insert((&event.kind, words::describe(event), event.reference(Pointer::Tag))))
        {
            kept.push(*event);
        }
        // An end makes the next beginning news, and the other way round.
        match event.kind {
            Kind::ImpactStarted => seen.retain(|(kind, ..)| !ends_impact(kind)),
            // What is answered for the next release is news, too.
            Kind::Tagged => seen.retain(|(kind, ..)| **kind != Kind::ChecklistItem),
            // One severity makes each other one news.
            Kind::SeverityChanged => {
                let now = words::describe(event);
                seen.retain(|(kind, words, _)| **kind != Kind::SeverityChanged || *words == now);
            }
            _ if ends_impact(&event.kind) => seen.retain(|(kind, ..)| **kind != Kind::ImpactStarted),
            _ => {}
        }
    }
    kept
}

/// The answers that every release went out with, and those since the last one.
fn last_answers<'a>(events: &[&'a Event]) -> BTreeSet<&'a str> {
    let mut last: BTreeMap<(usize, String), &str> = BTreeMap::new();
    let mut releases = 0;
    for event in events {
        releases += usize::from(event.kind == Kind::Tagged);
        if let Some(answer) = Answer::from_event(event) {
            last.insert((releases, answer.id), &event.id);
        }
    }
    last.into_values().collect()
}

fn ends_impact(kind: &Kind) -> bool {
    matches!(kind, Kind::ImpactEnded | Kind::Mitigated | Kind::Resolved)
}

fn is_outcome_of_deploy(kind: &Kind) -> bool {
    matches!(kind, Kind::DeploySucceeded | Kind::DeployFailed | Kind::RolledBack)
}

/// Whether a person wrote it.
fn is_word(event: &Event) -> bool {
    let by_tool = event.kind == Kind::Note && event.source == "git";
    (event.kind.is_human() && !by_tool) || (event.source == "cli" && !event.text.trim().is_empty())
}

/// Everything, in the order it happened: corrected events as they now read, retracted ones and the
/// corrections themselves as well.
pub fn all(incident: &Incident) -> Vec<&Event> {
    let current: BTreeMap<&str, &Event> = incident.events.iter().map(|e| (e.id.as_str(), e)).collect();
    let mut events: Vec<&Event> =
        incident.log.iter().map(|e| current.get(e.id.as_str()).copied().unwrap_or(e)).collect();
    events.sort_by_key(|e| (e.at, e.lamport));
    events
}

/// One line of the timeline. Nothing in it is escaped yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// The event's id, or the id of the last event where one line tells of several.
    pub id: String,
    /// The event that a correction is about.
    pub about: Option<String>,
    pub at: DateTime<FixedOffset>,
    /// The UTC day it happened on.
    pub day: NaiveDate,
    /// `14:02`, in UTC.
    pub time: String,
    /// What kind of event it is, in words.
    pub kind: String,
    pub text: String,
    /// The role behind it.
    pub who: String,
    /// Pointers into the repository: a tag, a commit.
    pub evidence: Vec<String>,
    /// Addresses of pages and images.
    pub links: Vec<String>,
    /// `recorded 47 min later`, `amended`, `retracted`.
    pub marks: Vec<String>,
}

impl Row {
    /// Whether it was written down long after it happened.
    pub fn is_late(&self) -> bool {
        self.marks.iter().any(|m| m.starts_with("recorded"))
    }
}

/// The rows of a timeline.
pub fn rows(incident: &Incident, scope: Scope) -> Vec<Row> {
    let (curated, all) = match scope {
        Scope::Curated => (curated(incident), Vec::new()),
        Scope::All => (Vec::new(), all(incident)),
    };
    let index = Index::of(incident);
    let mut rows: Vec<Row> = all.iter().map(|e| row(incident, &index, e)).collect();
    for run in curated.chunk_by(|a, b| is_pass(a) && is_pass(b)) {
        match run {
            [one] => rows.push(row(incident, &index, one)),
            [.., last] => {
                // Five answers in a row are one thing that happened.
                let items: Vec<String> = run.iter().filter_map(|e| e.read::<Answered>().item).collect();
                rows.push(Row { text: format!("{} passed", list(&items)), ..row(incident, &index, last) });
            }
            [] => {}
        }
    }
    rows
}

fn is_pass(event: &Event) -> bool {
    event.kind == Kind::ChecklistItem && event.read::<Answered>().has(Verdict::Pass) && !event.pinned
}

/// What is asked of every event, looked up once: a log may be long.
struct Index<'a> {
    /// The ids of the events that stand.
    standing: BTreeSet<&'a str>,
    /// The events as they were recorded.
    recorded: BTreeMap<&'a str, &'a Event>,
}

impl<'a> Index<'a> {
    fn of(incident: &'a Incident) -> Self {
        Self {
            standing: incident.events.iter().map(|e| e.id.as_str()).collect(),
            recorded: incident.log.iter().map(|e| (e.id.as_str(), e)).collect(),
        }
    }
}

fn row(incident: &Incident, index: &Index<'_>, event: &Event) -> Row {
    let late = words::recorded_later(event).map(|d| format!("recorded {} later", say_duration(d)));
    let corrects = event.kind.is_correction();
    let retracted = !corrects && !index.standing.contains(event.id.as_str());
    let original = index.recorded.get(event.id.as_str());
    let contested = incident.contested.contains(&event.id);
    let amended = (!corrects && event.amends.is_some()).then(|| match original {
        Some(was) if was.at != event.at => {
            format!("amended, was {}", was.at.to_utc().format("%Y-%m-%d %H:%M"))
        }
        _ => "amended".to_owned(),
    });
    let contested = contested.then(|| "amended by two people at once, the newest is used".to_owned());
    let marks = [late, amended, contested, retracted.then(|| "retracted".to_owned())];
    let text = words::describe(event);
    let evidence: Vec<String> = [Pointer::Tag, Pointer::Commit]
        .into_iter()
        .filter_map(|pointer| event.reference(pointer))
        .map(words::short)
        .filter(|pointer| !text.contains(pointer.as_str()))
        .collect();
    let at = event.at.to_utc();
    Row {
        id: event.id.clone(),
        about: event.amends.clone().filter(|_| corrects),
        at: event.at,
        day: at.date_naive(),
        time: at.format("%H:%M").to_string(),
        kind: event.kind.label(),
        text,
        who: words::who(event),
        evidence,
        links: event.read::<Written>().links.unwrap_or_default(),
        marks: marks.into_iter().flatten().collect(),
    }
}

/// The shortest beginnings that tell the ids of an incident apart, at least four digits long.
pub fn short_ids(incident: &Incident) -> BTreeMap<&str, &str> {
    let mut ids: Vec<&str> = incident.log.iter().map(|e| e.id.as_str()).collect();
    ids.sort_unstable();
    ids.dedup();
    let common = |a: &str, b: &str| a.bytes().zip(b.bytes()).take_while(|(x, y)| x == y).count();
    let mut short = BTreeMap::new();
    for (n, id) in ids.iter().enumerate() {
        let before = n.checked_sub(1).and_then(|n| ids.get(n)).map_or(0, |other| common(id, other));
        let after = ids.get(n + 1).map_or(0, |other| common(id, other));
        let digits = (before.max(after) + 1).max(4);
        short.insert(*id, id.get(..digits).unwrap_or(id));
    }
    short
}

/// The timeline for a terminal: day, UTC time, kind, text; behind the UTC time the one that `local`
/// knows, where it differs. The day is in every row once there are several. A star marks what was
/// written down late; the complete timeline says how late, what was amended or retracted, and has
/// the ids of the events. Text wraps in its own column where the number of `columns` is given.
pub fn lines(
    incident: &Incident,
    scope: Scope,
    columns: Option<usize>,
    local: impl Fn(DateTime<FixedOffset>) -> DateTime<FixedOffset>,
) -> Vec<String> {
    let rows = rows(incident, scope);
    let width = rows.iter().map(|r| safe(&r.kind).chars().count()).max().unwrap_or_default();
    let ids = short_ids(incident);
    let short = |id: &str| ids.get(id).copied().unwrap_or("?").to_owned();
    let id_width = rows.iter().map(|r| short(&r.id).len()).max().unwrap_or_default();
    let one_day = is_one_day(&rows);
    let has_local = rows.iter().any(|r| local(r.at).offset().local_minus_utc() != 0);
    rows.iter()
        .enumerate()
        .flat_map(|(n, row)| {
            let date = if one_day && n > 0 { " ".repeat(10) } else { row.day.to_string() };
            let mut line = format!("{date}  {}{}", row.time, if row.is_late() { '*' } else { ' ' });
            if has_local {
                line.push_str(&local(row.at).format(" (%H:%M) ").to_string());
            }
            if scope == Scope::All {
                line.push_str(&format!(" {:id_width$} ", short(&row.id)));
            }
            let about = row.about.as_deref().map_or_else(String::new, |id| format!("of {}  ", short(id)));
            let marks = if scope == Scope::All { marks(row) } else { String::new() };
            let text = safe(row.text.trim());
            line.push_str(&format!(" {:width$}  ", safe(&row.kind)));
            hang(&line, &format!("{about}{text}{marks}"), columns)
        })
        .collect()
}

fn is_one_day(rows: &[Row]) -> bool {
    rows.iter().all(|r| Some(r.day) == rows.first().map(|f| f.day))
}

fn marks(row: &Row) -> String {
    if row.marks.is_empty() { String::new() } else { format!(" ({})", row.marks.join(", ")) }
}

/// The timeline as a Markdown table. The day is in every row once there is more than one, and a
/// star marks lines of the curated one that were written down late. The time of `zone` stands in
/// brackets beside UTC.
pub fn markdown(incident: &Incident, scope: Scope, zone: Option<FixedOffset>) -> String {
    let rows = rows(incident, scope);
    let one_day = is_one_day(&rows);
    let is_turn = |e: &&Event| Milestone::of(&e.kind).is_some();
    let milestones: BTreeSet<&str> = incident.events.iter().filter(is_turn).map(|e| e.id.as_str()).collect();
    let mut starred = false;
    let cells: Vec<Vec<String>> = rows
        .iter()
        .map(|row| {
            let mut time = if one_day { row.time.clone() } else { format!("{} {}", row.day, row.time) };
            if let Some(zone) = zone {
                time.push_str(&row.at.with_timezone(&zone).format(" (%H:%M)").to_string());
            }
            if scope == Scope::Curated && row.is_late() {
                time.push_str("\\*");
                starred = true;
            }
            let notes = if scope == Scope::All { marks(row) } else { String::new() };
            let text = format!("{}{notes}", md(&row.text)).trim().to_owned();
            let mut evidence: Vec<String> = row.evidence.iter().map(|e| code(e)).collect();
            evidence.extend(row.links.iter().map(|url| markdown::evidence(url)));
            let turn = scope == Scope::Curated && milestones.contains(row.id.as_str());
            let event = if turn { format!("**{}**", md(&row.kind)) } else { md(&row.kind) };
            vec![time, event, text, md(&row.who), evidence.join(" ")]
        })
        .collect();
    let utc = zone.map_or_else(|| "(UTC)".to_owned(), |zone| format!("UTC ({zone})"));
    let heading = match rows.first() {
        Some(first) if one_day => format!("Time on {} {utc}", first.day),
        _ => format!("Time {utc}"),
    };
    let table = table(&[&heading, "Event", "What happened", "Role", "Evidence"], &cells);
    if starred {
        format!("{table}\n\n\\* written down more than 2 minutes after it happened.")
    } else {
        table
    }
}

/// The complete timeline as one JSON document.
pub fn json(incident: &Incident) -> Value {
    json!({ "schema": 1, "id": incident.id, "events": events(incident) })
}

/// Every event as JSON, in the order it happened. `at` and `text` are the amended ones; `original`
/// holds what they were, `amends` the event that an amendment or retraction is about.
pub fn events(incident: &Incident) -> Vec<Value> {
    let index = Index::of(incident);
    all(incident)
        .into_iter()
        .map(|event| {
            let corrects = event.kind.is_correction();
            let current = corrects || index.standing.contains(event.id.as_str());
            let amended = !corrects && event.amends.is_some();
            let original = index.recorded.get(event.id.as_str()).filter(|_| amended);
            json!({
                "id": event.id,
                "kind": event.kind,
                "at": event.at,
                "recorded_at": event.recorded_at,
                "actor": event.actor,
                "role": event.role,
                "text": event.text,
                "refs": event.refs,
                "data": event.data,
                "pinned": event.pinned,
                "amends": if corrects { event.amends.as_deref() } else { None },
                "retracted": !current,
                "contested": incident.contested.contains(&event.id),
                "original": original.map(|e| json!({ "at": e.at, "text": e.text })),
            })
        })
        .collect()
}

#[cfg(test)]
#[path = "timeline_tests.rs"]
mod tests;
