//! What is said to an audience: its template, filled from the record. Facts only.

use super::template::{Slots, Template, environment, fill, sample};
use super::timeline::{self, Scope};
use super::words;
use crate::insight::metrics::Metrics;
use crate::model::checklist::Standing;
use crate::model::event::{Kind, Pointer};
use crate::model::failure::Failure;
use crate::model::incident::Incident;
use crate::model::incident::course::{Impact, Repair};
use crate::model::milestone::Milestone;
use crate::model::oid::Oid;
use crate::model::plan::DiffStat;
use crate::model::request::Opened;
use crate::model::text::{list, safe, safe_lines};
use crate::model::time::{say_moment, spell_duration};
use crate::model::update::{Audience, State, Told};
use chrono::{DateTime, Duration, FixedOffset, Utc};
use minijinja::Value;

/// What starts a line that is for whoever edits the text, and that nobody else sees.
pub const HINT: char = '#';

/// Everything an update is made of.
#[derive(Clone, Copy, Debug)]
pub struct Facts<'a> {
    /// The record as it may be told: without what is restricted.
    pub incident: &'a Incident,
    pub audience: Audience,
    pub state: State,
    pub now: DateTime<Utc>,
    /// When the next update is due; `None` means when something changes.
    pub next: Option<DateTime<FixedOffset>>,
    pub eta: Option<Eta>,
    /// The tip of the branch and what is on it.
    pub tip: Option<&'a Oid>,
    pub commits: usize,
    pub stat: DiffStat,
    pub checks: &'a [Standing],
    /// The release that the next finish makes.
    pub next_tag: Option<&'a str>,
}

impl<'a> Facts<'a> {
    /// The facts when nothing but the record is known.
    fn little(incident: &'a Incident, audience: Audience, state: State) -> Self {
        Self {
            incident,
            audience,
            state,
            now: incident.started_at.to_utc(),
            next: None,
            eta: None,
            tip: None,
            commits: 0,
            stat: DiffStat::default(),
            checks: &[],
            next_tag: None,
        }
    }
}

/// An estimate of the end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Eta {
    Unknown,
    /// From now on.
    In(Duration),
}

/// The template of an audience that comes with the program.
pub const fn builtin(audience: Audience) -> Template<'static> {
    match audience {
        Audience::Technical => Template {
            name: "update-technical.md",
            text: include_str!("../../templates/update-technical.md"),
        },
        Audience::Support => {
            Template { name: "update-support.md", text: include_str!("../../templates/update-support.md") }
        }
        Audience::Management => Template {
            name: "update-management.md",
            text: include_str!("../../templates/update-management.md"),
        },
        Audience::Users => {
            Template { name: "update-users.md", text: include_str!("../../templates/update-users.md") }
        }
    }
}

/// A text for the audience, and the same with questions to whoever edits it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Text {
    pub plain: String,
    pub with_hints: String,
}

/// Fills a template.
///
/// # Errors
/// The template is malformed, or uses a name that does not exist.
pub fn render(template: Template<'_>, facts: &Facts<'_>) -> Result<Text, Failure> {
    let slots = slots(facts);
    let with_hints = tidy(&fill(&environment(), template, &slots)?);
    // Hints are blanked, not cut out, so that messages name the right line.
    let bare: Vec<&str> = template
        .text
        .lines()
        .map(|line| if line.starts_with(HINT) { "{#- a hint #}" } else { line })
        .collect();
    let plain = fill(&environment(), Template { text: &bare.join("\n"), ..template }, &slots)?;
    Ok(Text { plain: tidy(&plain), with_hints })
}

/// Tries a template on an incident of which hardly anything is known, in every state.
///
/// # Errors
/// As [`render`].
pub fn try_out(template: Template<'_>, audience: Audience) -> Result<(), Failure> {
    let Some(incident) = sample() else { return Ok(()) };
    for state in [State::Investigating, State::Identified, State::Monitoring, State::Resolved] {
        render(template, &Facts::little(&incident, audience, state))?;
    }
    Ok(())
}

/// What is left of an edited text: without hints, nothing invisible, no piles of empty lines.
pub fn without_hints(edited: &str) -> String {
    let lines: Vec<&str> = edited.lines().filter(|line| !line.starts_with(HINT)).collect();
    tidy(&lines.join("\n"))
}

fn tidy(text: &str) -> String {
    let mut out: Vec<String> = Vec::new();
    for line in safe_lines(text).lines() {
        let line = line.trim_end();
        if !line.is_empty() || out.last().is_some_and(|last| !last.is_empty()) {
            out.push(line.to_owned());
        }
    }
    out.join("\n").trim_end().to_owned()
}

/// What is broken, in one line. The title of a rollback says what was done about it.
fn problem(i: &Incident) -> String {
    match i.undone().filter(|undone| i.title.starts_with(&format!("Roll back {undone} "))) {
        Some(undone) => format!("Problems since {} was released", safe(undone)),
        None => safe(&i.title),
    }
}

/// Every name that a template for updates can use. `docs/templates.md` lists the same.
pub fn slots(facts: &Facts<'_>) -> Slots {
    let i = facts.incident;
    let clock = Clock(facts.now);
    // What was so before it broke again is not told as if it were so now.
    let mark = |m: Milestone| i.course.milestone(m).map(|at| clock.time(at));
    let last = Told::last(i, facts.audience);
    let (running, running_since) = running(facts);
    let metrics = Metrics::of(i);
    let open: Vec<&str> =
        facts.checks.iter().filter(|c| !c.is_settled()).map(|c| c.item.id.as_str()).collect();
    let settled = facts.checks.len().saturating_sub(open.len());
    let course = &i.course;
    let began = course.began().or_else(|| course.round()?.reopened);
    let partly = match course.impact {
        Impact::Running { partly: Some(at), .. } => Some(clock.time(at)),
        _ => None,
    };
    // A release that did not help is not told as the fix of what broke again.
    let taken_back = course.repair == Repair::TakenBack;
    let is_current = course.repair != Repair::None || course.round().is_none_or(|r| r.reopened.is_none());
    let is_current = is_current && !taken_back;
    // What was released and taken back is not being prepared, and its checks say nothing of the next fix.
    let is_out = |tag: &str| i.of_kind(&Kind::Tagged).any(|e| e.reference(Pointer::Tag) == Some(tag));
    let is_old = taken_back && facts.next_tag.is_none_or(is_out);
    let checks =
        (!facts.checks.is_empty() && !is_old).then(|| format!("{settled} of {}", facts.checks.len()));
    let next_tag = facts.next_tag.filter(|_| !is_old).map(safe);
    let base_tag = i.base_tag.as_deref().filter(|_| !taken_back).map(safe);
    let tag = i.tag.as_deref().filter(|_| is_current).map(safe);
    let released = i.of_kind(&Kind::Tagged).next_back().filter(|_| is_current).map(|e| clock.time(e.at));
    // Words for another state would mislead whoever repeats them.
    let users = Told::last(i, Audience::Users).filter(|t| t.state == Some(facts.state));
    let users = users.map(|t| safe_lines(t.text));
    let size = (facts.commits > 0).then(|| words::size(facts.commits, facts.stat));
    let (mitigated, ended) = match course.impact {
        Impact::Mitigated { at } => (Some(clock.time(at)), None),
        Impact::Ended { at } => (None, Some(clock.time(at))),
        _ => (None, course.resolved.map(|at| clock.time(at))),
    };
    let estimate = facts.eta.filter(|_| facts.audience.hears_estimates()).map(|eta| estimate(eta, clock));
    let one = |text: &Option<String>| text.as_deref().map(|t| safe(t).trim_end_matches('.').to_owned());
    // The name of a branch tells users nothing.
    let is_named = i.title != i.name || facts.audience != Audience::Users;
    let title = if is_named { problem(i) } else { String::new() };
    let word = |text: Option<String>| Value::from(text.unwrap_or_default());
    Slots::from([
        ("id", Value::from(safe(&i.id))),
        ("name", Value::from(safe(&i.name))),
        ("title", Value::from(title.trim_end_matches('.'))),
        ("taken_back", Value::from(taken_back)),
        ("severity", word(i.severity.map(|s| s.to_string()))),
        ("state", Value::from(facts.state.as_str())),
        ("symptom", word(one(&i.symptom))),
        ("impact", word(one(&i.impact))),
        ("affected", Value::from(safe(&i.affected()))),
        ("data_lost", Value::from(i.extent.data_loss.map_or("", |lost| if lost { "yes" } else { "no" }))),
        ("workaround", word(one(&i.workaround))),
        ("trigger", word(one(&i.trigger))),
        ("reasons", Value::from(list(&i.reasons.iter().map(|r| r.words()).collect::<Vec<_>>()))),
        ("impact_started", word(began.map(|at| clock.time(at)))),
        ("returned", Value::from(course.round().is_some_and(|r| r.reopened.is_some()))),
        ("partly", word(partly)),
        ("mitigated", word(mitigated)),
        ("detected", word(mark(Milestone::Detected))),
        ("detected_by", word(i.detected_by.map(|by| by.to_string()))),
        ("declared", Value::from(clock.time(i.started_at))),
        ("identified", word(mark(Milestone::Identified))),
        ("ended", word(ended)),
        ("running", word(running)),
        ("running_since", word(running_since.map(str::to_owned))),
        ("lasted", word(lasted(facts.state, &metrics))),
        ("branch", Value::from(safe(&i.branch))),
        ("commit", word(facts.tip.map(|tip| tip.short().to_owned()))),
        ("size", word(size)),
        ("checks", word(checks)),
        ("open_checks", Value::from(list(&open))),
        ("requests", Value::from(requests(i))),
        ("base_tag", word(base_tag)),
        ("next_tag", word(next_tag)),
        ("tag", word(tag)),
        ("released_at", word(released)),
        ("deployed_at", word(course.repair.in_production().map(|at| clock.time(at)))),
        ("verified", Value::from(matches!(course.repair, Repair::Verified { .. }))),
        ("suspected", hypotheses(i, false)),
        ("ruled_out", hypotheses(i, true)),
        ("roles", Value::from(roles(i))),
        ("since_last", Value::from(last.map(|l| since(i, l.at, facts.now)).unwrap_or_default())),
        ("last_update", word(last.map(|l| clock.time(l.at)))),
        ("users_text", word(users)),
        ("estimate", word(estimate)),
        ("next_update", word(facts.next.map(|at| clock.time(at)))),
    ])
}

/// The pull requests, where there are any: `#7 into main, merged by bo: https://…`.
fn requests(incident: &Incident) -> Vec<String> {
    let said = |opened: &Opened| {
        let state = match (&opened.by, opened.merged) {
            (Some(who), true) => format!("merged by {}", safe(who)),
            (None, true) => "merged".to_owned(),
            (_, false) => "open".to_owned(),
        };
        format!("{} into {}, {state}: {}", opened.name(), safe(&opened.base), safe(&opened.url))
    };
    Opened::of(incident).iter().map(said).collect()
}

/// Times as they are written into updates: UTC, with the day when it is not today's.
#[derive(Clone, Copy)]
struct Clock(DateTime<Utc>);

impl Clock {
    fn time(self, at: DateTime<FixedOffset>) -> String {
        say_moment(at.to_utc(), self.0)
    }
}

/// How long it has been going on, and since what. Not once it is over.
fn running(facts: &Facts<'_>) -> (Option<String>, Option<&'static str>) {
    let course = &facts.incident.course;
    if facts.state == State::Resolved || course.quiet_since().is_some() {
        return (None, None);
    }
    let reopened = course.round().and_then(|r| r.reopened);
    let (from, what) = match (course.began(), reopened) {
        (Some(at), None) => (at, "the impact started"),
        (Some(at), _) | (None, Some(at)) => (at, "it broke again"),
        (None, None) => (facts.incident.started_at, "it was declared"),
    };
    let length = (facts.now - from.to_utc()).max(Duration::zero());
    (Some(spell_duration(length)), Some(what))
}

/// How long users were affected, once that is over.
fn lasted(state: State, metrics: &Metrics) -> Option<String> {
    let over = matches!(state, State::Resolved);
    let length = metrics.impact.seconds.and_then(Duration::try_seconds);
    length.filter(|_| over).map(spell_duration)
}

fn estimate(eta: Eta, clock: Clock) -> String {
    match eta {
        Eta::Unknown => "not known yet".to_owned(),
        Eta::In(length) => {
            let until = clock.0.checked_add_signed(length).map(|at| clock.time(at.fixed_offset()));
            format!(
                "about {}, {} (an estimate, not a promise)",
                spell_duration(length),
                until.unwrap_or_default()
            )
        }
    }
}

/// What is suspected, or was and is ruled out.
fn hypotheses(incident: &Incident, ruled_out: bool) -> Value {
    let topics = incident.topics(&Kind::Hypothesis).into_iter();
    let wanted = topics.filter(|t| (t.state == "ruled_out") == ruled_out);
    Value::from(wanted.map(|t| safe(&t.text)).collect::<Vec<_>>())
}

/// Who holds which roles now: `Ada (commander and fixer), Grace (comms)`.
fn roles(incident: &Incident) -> String {
    let mut held: Vec<(String, Vec<String>)> = Vec::new();
    for tenure in incident.roles.iter().filter(|t| t.to.is_none()) {
        let (who, role) = (safe(&tenure.who.name), safe(&tenure.role));
        match held.iter_mut().find(|(known, _)| *known == who) {
            Some((_, roles)) => roles.push(role),
            None => held.push((who, vec![role])),
        }
    }
    let words: Vec<String> =
        held.into_iter().map(|(who, roles)| format!("{who} ({})", list(&roles))).collect();
    words.join(", ")
}

/// What has happened since the last update, as the short timeline has it.
fn since(incident: &Incident, last: DateTime<FixedOffset>, now: DateTime<Utc>) -> Vec<String> {
    let rows = timeline::rows(incident, Scope::Curated).into_iter();
    let update = Kind::CommsSent.label();
    rows.filter(|row| row.at > last && row.kind != update)
        .map(|row| {
            let day = if row.day == now.date_naive() { "" } else { "%-d %b " };
            let time = row.at.to_utc().format(&format!("{day}%H:%M UTC")).to_string();
            let text = safe(row.text.trim());
            let text = if text.is_empty() { text } else { format!(": {text}") };
            format!("{time} {}{text}", row.kind)
        })
        .collect()
}

#[cfg(test)]
#[path = "update_tests.rs"]
mod tests;
