//! `hotfix timeline`.

use super::{Outcome, Session, pick};
use crate::cli::Timeline;
use crate::config::Timezone;
use crate::facts::{Hotfix, open_incident};
use crate::insight::clocks;
use crate::model::failure::Failure;
use crate::model::incident::Incident;
use crate::model::text::{count, safe};
use crate::model::time::{self, say_duration};
use crate::report::axis;
use crate::report::mermaid;
use crate::report::timeline::{self, Scope};
use crate::terminal::style::{Tone, columns};
use chrono::{DateTime, FixedOffset, Local};

pub fn run(session: &Session, args: &Timeline) -> Outcome {
    let workspace = session.site_for_log()?;
    let as_of = args.as_of.as_deref().map(|t| time::parse(t, &session.env.now_local())).transpose()?;
    let hotfix = Hotfix::find_whole(&workspace, args.name.as_deref())?;
    let Some(incident) = hotfix.incident else {
        return Err(Failure::usage(format!("{} has no record yet", safe(&hotfix.name)))
            .hint("hotfix note \"what happened\"")
            .into());
    };
    let incident = open_incident::with_parts(&workspace, &incident)?;
    if let Some(id) = incident.belongs_to() {
        let root = safe(crate::model::incident::slug(id).unwrap_or(id));
        session.ui.dim(format!("Part of {root}; the whole incident: hotfix timeline {root}"));
    }
    if let Some(name) = pick::name_where_unclear(&workspace, &incident.id) {
        session.ui.dim(format!("{name}:"));
    }
    let incident = match as_of {
        Some(moment) => known_at(session, &incident, moment)?,
        None => incident,
    };
    let unverified = workspace.record().unverified(&incident)?;
    if session.ui.json() {
        let mut document = timeline::json(&incident);
        if let Some(document) = document.as_object_mut() {
            document.insert("unverified".to_owned(), unverified.into());
        }
        session.ui.document(document);
        return Ok(0);
    }
    let scope = if args.all { Scope::All } else { Scope::Curated };
    if args.mermaid {
        session.ui.raw(&mermaid::gantt(&incident));
        return Ok(0);
    }
    if args.markdown {
        session.ui.answer(timeline::markdown(
            &incident,
            scope,
            workspace.config.incident.timezone.in_documents(),
        ));
        return Ok(0);
    }
    let zone = workspace.config.incident.timezone;
    let mut lines = Vec::new();
    let mut width = None;
    // Drawn and wrapped for people only: scripts read lines that begin with a date.
    if session.env.stdout_tty {
        let pen = if session.ui.symbols.is_unicode() { axis::UNICODE } else { axis::ASCII };
        width = Some(columns());
        lines.extend(axis::lines(&incident, pen, columns()).into_iter().map(|line| Tone::Dim.paint(line)));
    }
    lines.extend(timeline::lines(&incident, scope, width, |at| beside(zone, at)));
    for line in lines {
        session.ui.answer(line);
    }
    explain(session, &incident, scope, zone);
    if !unverified.is_empty() {
        name_unverified(session, &incident, &unverified);
    }
    Ok(0)
}

/// How many ids are named.
const NAMED: usize = 8;

/// Which events nothing proves: another clone wrote them, and no good signature names their author.
fn name_unverified(session: &Session, incident: &Incident, unverified: &[String]) {
    let short = timeline::short_ids(incident);
    let mut ids: Vec<&str> =
        unverified.iter().take(NAMED).filter_map(|id| short.get(id.as_str()).copied()).collect();
    if unverified.len() > NAMED {
        ids.push("…");
    }
    session.ui.dim(format!(
        "{} this clone did not write and nobody signed; the names are unverified: {}",
        count(unverified.len(), "event"),
        ids.join(", ")
    ));
}

/// What was written down by then: later events and later corrections are left out.
fn known_at(
    session: &Session,
    incident: &Incident,
    moment: DateTime<FixedOffset>,
) -> anyhow::Result<Incident> {
    let said = moment.to_utc().format("%Y-%m-%d %H:%M UTC");
    let Some(known) = incident.as_of(moment.to_utc()) else {
        let first = incident.log.iter().map(|e| e.recorded_at).min();
        let first = first.map_or_else(String::new, |t| t.format("%Y-%m-%d %H:%M:%S").to_string());
        return Err(Failure::usage(format!("nothing was recorded by {said}; the log starts at {first}"))
            .hint(format!("hotfix timeline --as-of '{first}Z'"))
            .into());
    };
    let later = incident.log.len() - known.log.len();
    let severity = known.severity.map_or_else(String::new, |s| format!(", {s}"));
    session.ui.dim(format!(
        "As known at {said}: {}{severity}; {} came later.",
        known.status().as_str(),
        count(later, "event")
    ));
    Ok(known)
}

/// A time in the zone that stands beside UTC; in UTC where none does.
fn beside(zone: Timezone, at: DateTime<FixedOffset>) -> DateTime<FixedOffset> {
    match (zone, zone.in_documents()) {
        (Timezone::Local, _) => at.with_timezone(&Local).fixed_offset(),
        (_, Some(fixed)) => at.with_timezone(&fixed),
        (_, None) => at.to_utc().fixed_offset(),
    }
}

/// What has to be known to read it, on stderr.
fn explain(session: &Session, incident: &Incident, scope: Scope, zone: Timezone) {
    let rows = timeline::rows(incident, scope);
    let other = rows.iter().map(|r| beside(zone, r.at)).find(|t| t.offset().local_minus_utc() != 0);
    session.ui.dim(match other {
        Some(at) if zone == Timezone::Local => {
            format!("Times are UTC, in brackets local ({}).", at.offset())
        }
        Some(at) => format!("Times are UTC, in brackets {}.", at.offset()),
        None => "Times are UTC.".to_owned(),
    });
    if rows.iter().any(timeline::Row::is_late) {
        session.ui.dim("* written down more than 2 minutes after it happened");
    }
    let ids = timeline::short_ids(incident);
    for skew in clocks::skew(&incident.log) {
        let short = |id: &str| ids.get(id).copied().unwrap_or_default().to_owned();
        session.ui.dim(format!(
            "{} was written after {}, by a clock at least {} behind; the order does not depend on it.",
            short(&skew.event),
            short(&skew.after),
            say_duration(skew.behind)
        ));
    }
}
