//! The incident as Mermaid diagrams: a gantt chart of what happened when, and where the fix went.
//!
//! Forges draw these, with versions from 10 on. A chart stays below 2,000 characters, above which
//! some of them draw only when asked; the table has everything.

use super::words;
use crate::insight::{impact, phases};
use crate::model::event::{Event, Kind, Pointer};
use crate::model::event_data::Noticed;
use crate::model::incident::Incident;
use crate::model::text::{safe, shorten};
use chrono::{DateTime, Datelike, Duration, FixedOffset, Timelike};
use std::collections::BTreeSet;

type Moment = DateTime<FixedOffset>;

/// The most characters of a chart.
const ROOM: usize = 1_850;
/// The most characters of text in one row.
const TEXT: usize = 48;
/// The most characters of a row, its time and its data included.
const ROW: usize = 96;
/// The most commits of the fix that are drawn.
const COMMITS: usize = 10;
/// How many stretches of silence may end the window of a chart.
const OUTLIERS: usize = 8;
/// The most branches that the fix was merged back to.
const BRANCHES: usize = 4;

/// The gantt chart of an incident: impact, milestones, the work, and what people wrote as far as
/// there is room. Times are UTC, to the minute.
pub fn gantt(incident: &Incident) -> String {
    let mut chart = Chart::new(incident);
    let (_, intervals) = impact::measure(incident);
    chart.section("Impact");
    for interval in &intervals {
        chart.bar("impact", "crit, ", interval.from, interval.to);
    }
    if let Some(at) = incident.course.unended() {
        let label = format!("{} impact, its end is not recorded", chart.time(at));
        chart.row(at, at, &label, &format!("crit, milestone, {}, 0m", stamp(at)));
    }
    chart.section("Milestones");
    for (milestone, at) in incident.course.milestones() {
        chart.point(&milestone.to_string(), at);
    }
    chart.section("Work");
    for leg in phases::of(incident) {
        if let (Some(from), Some(to), Some(_)) = (leg.from.at, leg.to.at, leg.seconds)
            && minute(from) != minute(to)
        {
            chart.bar(&leg.to.words(), "", from, to);
        }
    }
    for tagged in incident.of_kind(&Kind::Tagged) {
        if let Some(tag) = tagged.reference(Pointer::Tag) {
            chart.point(tag, tagged.at);
        }
    }
    // Who noticed it was said at the start, and noticed at a time that nobody knows.
    let is_dated = |e: &&Event| e.kind.is_human() && e.read::<Noticed>().detected_by.is_none();
    let written = incident.by_time().into_iter().filter(|e| e.pinned || is_dated(e)).collect();
    chart.notes(written);
    chart.text()
}

/// From when to when a chart is drawn. A note from weeks before, or a merge-back from days after, would
/// squeeze everything else; the impact and the milestones are always in it.
fn window(incident: &Incident) -> (Moment, Moment) {
    let core: BTreeSet<Moment> = incident
        .course
        .milestones()
        .into_iter()
        .map(|(_, at)| at)
        .chain(impact::measure(incident).1.into_iter().flat_map(|i| [i.from, i.to]))
        .collect();
    let mut times: Vec<Moment> = core.iter().copied().chain(incident.events.iter().map(|e| e.at)).collect();
    times.push(incident.started_at);
    times.sort_unstable();
    let mut window = (incident.started_at, incident.started_at);
    for _ in 0..OUTLIERS {
        let (Some(first), Some(last)) = (times.first(), times.last()) else { break };
        window = (minute(*first), *last);
        let gaps = times.iter().zip(times.iter().skip(1)).enumerate();
        let Some((at, (a, b))) = gaps.max_by_key(|(_, (a, b))| **b - **a) else { break };
        if (*b - *a) * 2 < *last - *first || *last - *first < Duration::hours(2) {
            break;
        }
        let keep_late = core.iter().all(|m| m >= b);
        let keep_early = core.iter().all(|m| m <= a);
        match (keep_late, keep_early) {
            (true, _) => drop(times.drain(..=at)),
            (_, true) => times.truncate(at + 1),
            _ => break,
        }
    }
    window
}

/// A chart that is being written.
struct Chart {
    head: String,
    rows: String,
    /// From when to when it is drawn: what is far away would leave no room for the rest.
    window: (Moment, Moment),
    /// A section is named when its first row comes.
    section: Option<String>,
    /// Rows that had no room.
    left_out: usize,
}

impl Chart {
    fn new(incident: &Incident) -> Self {
        let title = format!("{} (UTC)", plain(&incident.title));
        let head = format!(
            "gantt\n  title {}\n  dateFormat YYYY-MM-DD HH:mm\n  todayMarker off\n",
            title.trim_start()
        );
        Self { head, rows: String::new(), window: window(incident), section: None, left_out: 0 }
    }

    /// Whether times need their day.
    fn has_days(&self) -> bool {
        self.window.0.to_utc().date_naive() != self.window.1.to_utc().date_naive()
    }

    /// `14h02`, or `22 Nov 14h02`: a colon would end the text.
    fn time(&self, at: Moment) -> String {
        at.to_utc().format(if self.has_days() { "%-d %b %Hh%M" } else { "%Hh%M" }).to_string()
    }

    fn section(&mut self, name: &str) {
        self.section = Some(name.to_owned());
    }

    /// What people wrote. Where that is too much, first what was decided or pinned, and some of every
    /// hour rather than all of the first.
    fn notes(&mut self, mut written: Vec<&Event>) {
        let all = written.len();
        let used = self.head.chars().count() + self.rows.chars().count();
        let room = ROOM.saturating_sub(used + ROW) / ROW;
        let counts = |e: &Event| e.pinned || e.kind == Kind::Decision;
        let first = written.iter().filter(|e| counts(e)).count();
        let mut of_first = some_of(first, room);
        let mut of_rest = some_of(all - first, room.saturating_sub(first));
        written.retain(|e| if counts(e) { of_first() } else { of_rest() });
        self.left_out += all - written.len();
        self.section(&match written.len() {
            drawn if drawn < all => format!("Notes ({drawn} of {all})"),
            _ => "Notes".to_owned(),
        });
        for event in written {
            self.point(&words::describe(event), event.at);
        }
    }

    fn bar(&mut self, words: &str, state: &str, from: DateTime<FixedOffset>, to: DateTime<FixedOffset>) {
        if minute(from) >= minute(to) {
            return self.point(words, from);
        }
        // The end of the bar is what its words are about.
        let between = if self.has_days() { " to " } else { "-" };
        let words = format!("{}{between}{} {}", self.time(from), self.time(to), plain(words));
        self.row(from, to, &words, &format!("{state}{}, {}", stamp(from), stamp(to)));
    }

    fn point(&mut self, words: &str, at: DateTime<FixedOffset>) {
        let words = format!("{} {}", self.time(at), plain(words));
        self.row(at, at, &words, &format!("milestone, {}, 0m", stamp(at)));
    }

    /// A row begins with its time: free text at its start could be taken for a keyword.
    fn row(&mut self, from: Moment, to: Moment, words: &str, data: &str) {
        // A year that a chart cannot place makes all of it unreadable.
        let placeable =
            (1970..=2099).contains(&from.to_utc().year()) && from >= self.window.0 && to <= self.window.1;
        let row = format!("  {words} :{data}\n");
        let head = self.section.as_ref().map_or_else(String::new, |name| format!("  section {name}\n"));
        let length = |text: &str| text.chars().count();
        if !placeable || length(&self.head) + length(&self.rows) + length(&head) + length(&row) > ROOM {
            self.left_out += 1;
            return;
        }
        self.section = None;
        self.rows.push_str(&head);
        self.rows.push_str(&row);
    }

    fn text(mut self) -> String {
        if self.left_out > 0 {
            self.rows.push_str(&format!("  %% {} more in the table\n", self.left_out));
        }
        // Few ticks with their day rather than many that overlap.
        let axis = match (self.window.1 - self.window.0).num_hours() {
            _ if !self.has_days() => "%H:%M",
            0..=12 => "%d %b %H:%M\n  tickInterval 3hour",
            13..=48 => "%d %b %H:%M\n  tickInterval 12hour",
            49..=240 => "%d %b\n  tickInterval 1day",
            241..=1680 => "%d %b\n  tickInterval 1week",
            _ => "%d %b %Y\n  tickInterval 3month",
        };
        format!("{}  axisFormat {axis}\n{}", self.head, self.rows)
    }
}

/// Says of each of `all` things in turn whether it is among `wanted` that are spread evenly.
fn some_of(all: usize, wanted: usize) -> impl FnMut() -> bool {
    let mut n = 0;
    move || {
        n += 1;
        wanted >= all || n * wanted / all > (n - 1) * wanted / all
    }
}

/// Where the fix went: from the release it began at, over its branch, into production and the
/// branches it was merged back to. `None` before there is a commit.
pub fn git_graph(incident: &Incident) -> Option<String> {
    let fix = commits(incident);
    if fix.is_empty() {
        return None;
    }
    let merged = incident.of_kind(&Kind::Merged).next();
    let production =
        branch(merged.and_then(|e| e.reference(Pointer::Branch)).or(incident.production.as_deref())?);
    let hotfix = branch(&incident.branch);
    let mut backs: Vec<String> = Vec::new();
    for event in incident.of_kind(&Kind::MergedBack) {
        let name = event.reference(Pointer::Branch).map(branch).unwrap_or_default();
        let known = [&production, &hotfix].contains(&&name) || backs.contains(&name);
        if !name.is_empty() && !known && backs.len() < BRANCHES {
            backs.push(name);
        }
    }
    if production == hotfix {
        return None;
    }
    let mut lines = vec![
        format!(
            "%%{{init: {{\"gitGraph\": {{\"mainBranchName\": \"{production}\", \"rotateCommitLabel\": \
             false}}}}}}%%"
        ),
        "gitGraph".to_owned(),
    ];
    let base = incident.base_tag.as_deref().map(plain).filter(|tag| !tag.is_empty());
    lines.push(match &base {
        Some(tag) => format!("  commit id: \"base\" tag: \"{tag}\""),
        None => "  commit id: \"base\"".to_owned(),
    });
    lines.push(format!("  branch \"{hotfix}\""));
    for back in &backs {
        lines.push(format!("  checkout \"{production}\""));
        lines.push(format!("  branch \"{back}\""));
    }
    lines.push(format!("  checkout \"{hotfix}\""));
    lines.extend(fix.iter().map(|id| format!("  commit id: \"{id}\" type: HIGHLIGHT")));
    if merged.is_some() {
        let tag = incident.tag.as_deref().map(plain).filter(|tag| !tag.is_empty());
        let tag = tag.map_or_else(String::new, |tag| format!(" tag: \"{tag}\""));
        lines.push(format!("  checkout \"{production}\""));
        lines.push(format!("  merge \"{hotfix}\"{tag}"));
        for back in &backs {
            lines.push(format!("  checkout \"{back}\""));
            lines.push(format!("  merge \"{production}\""));
        }
    }
    Some(format!("{}\n", lines.join("\n")))
}

/// The commits of the fix, by their short ids: the last ones where there are many.
fn commits(incident: &Incident) -> Vec<String> {
    let short =
        |e: &Event| e.reference(Pointer::Commit).map(|c| plain(&c.chars().take(7).collect::<String>()));
    let mut ids: Vec<String> = Vec::new();
    for id in incident.of_kind(&Kind::Commit).filter_map(short) {
        if !id.is_empty() && !ids.contains(&id) {
            ids.push(id);
        }
    }
    ids.split_off(ids.len().saturating_sub(COMMITS))
}

/// The diagrams as Markdown: when it happened, and where each of its hotfixes went, from their own records.
/// Nothing of an incident of which only the beginning is known.
pub fn markdown(incident: &Incident, hotfixes: &[&Incident]) -> String {
    let graphs = hotfixes.iter().filter_map(|hotfix| git_graph(hotfix));
    let fenced = |text: String| format!("```mermaid\n{text}```");
    std::iter::once(gantt(incident)).chain(graphs).map(fenced).collect::<Vec<_>>().join("\n\n")
}

/// The name of a branch between quotes.
fn branch(name: &str) -> String {
    plain(name).replace([' ', '%'], "-")
}

/// Text without anything that has a meaning to Mermaid, in a Markdown fence or in HTML.
fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in safe(text).chars() {
        match c {
            ':' => out.push('-'),
            ';' => out.push(','),
            '%' if out.ends_with('%') => {}
            '#' | '{' | '}' | '<' | '>' | '"' | '`' | '\\' | '$' => out.push(' '),
            c => out.push(c),
        }
    }
    let words: Vec<&str> = out.split_whitespace().collect();
    shorten(&words.join(" "), TEXT)
}

fn minute(at: DateTime<FixedOffset>) -> DateTime<FixedOffset> {
    at - Duration::seconds(i64::from(at.second()))
}

fn stamp(at: DateTime<FixedOffset>) -> String {
    at.to_utc().format("%Y-%m-%d %H:%M").to_string()
}

#[cfg(test)]
#[path = "mermaid_tests.rs"]
mod tests;
