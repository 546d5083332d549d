//! `hotfix mark`: a milestone, or a deployment that was done elsewhere.

use super::note::milestones::append;
use super::{Outcome, Session, adopt, note};
use crate::cli::Mark;
use crate::facts::{Hotfix, Workspace, brought_back};
use crate::model::event::{Draft, Kind};
use crate::model::event_data::Noticed;
use crate::model::failure::Failure;
use crate::model::incident::{End, Incident};
use crate::model::milestone::{self};
use crate::model::text::{safe, safe_lines};
use crate::model::time;
use chrono::{DateTime, FixedOffset};

pub fn run(session: &Session, args: &Mark) -> Outcome {
    let kind = milestone::marked(&args.milestone)
        .ok_or_else(|| Failure::usage(format!("not a milestone: '{}'", args.milestone)))?;
    if args.detected_by.is_some() && kind != Kind::Detected {
        return Err(Failure::usage("--detected-by goes with 'detected'")
            .hint("hotfix mark detected --detected-by alert")
            .into());
    }
    let workspace = session.site_for_log()?;
    let at = args.at.as_deref().map(|t| time::parse(t, &session.env.now_local())).transpose()?;
    let name = args.hotfix.as_deref();
    // A deployment is one of the hotfix's own release.
    let incident = match kind {
        Kind::DeploySucceeded => adopt::incident(session, &workspace, &deployed(&workspace, name, at)?)?,
        _ => note::incident_for(session, &workspace, name)?,
    };
    if let (Some(at), Some(typed)) = (at, &args.at) {
        in_this_incident(session, &incident, &kind, (at, typed))?;
    }
    let said = Noticed { detected_by: args.detected_by };
    let draft = Draft::new(kind, safe_lines(&args.text.join(" "))).at(at).by_person().data(&said);
    append(session, &workspace, &incident, vec![draft])
}

/// The hotfix whose release was deployed: once that was taken back, the rollback.
fn deployed(
    workspace: &Workspace,
    name: Option<&str>,
    at: Option<DateTime<FixedOffset>>,
) -> anyhow::Result<Hotfix> {
    let hotfix = Hotfix::find_last(workspace, name)?;
    let Some(incident) = hotfix.incident.as_ref().filter(|i| i.end == Some(End::RolledBack)) else {
        return Ok(hotfix);
    };
    let taken_back = incident.of_kind(&Kind::RolledBack).next_back().map(|e| e.at);
    if at.is_some_and(|at| taken_back.is_some_and(|taken_back| at < taken_back)) {
        return Ok(hotfix);
    }
    let by = brought_back::taken_back_by(incident);
    let is_of = |i: &Incident| {
        i.undone().is_some() && i.undone() == incident.tag.as_deref() && i.tag.is_some() && i.tag == by
    };
    match workspace.record().incidents()?.into_iter().rfind(is_of) {
        Some(rollback) => Hotfix::with_record(workspace, rollback),
        None => brought_back::refusal(workspace, &hotfix).map_or(Ok(hotfix), |refusal| Err(refusal.into())),
    }
}

/// A time of day that lies before all that is known of the incident is yesterday's: it is asked whether that is
/// meant, or said where nobody can be asked.
fn in_this_incident(
    session: &Session,
    incident: &Incident,
    kind: &Kind,
    (at, typed): (DateTime<FixedOffset>, &str),
) -> anyhow::Result<()> {
    let begins = matches!(kind, Kind::ImpactStarted | Kind::Detected);
    let first = incident.course.began().map_or(incident.started_at, |began| began.min(incident.started_at));
    let is_time_of_day = typed.trim().starts_with(|c: char| c.is_ascii_digit()) && typed.contains(':');
    if begins || at >= first || !is_time_of_day || typed.trim().len() > 5 {
        return Ok(());
    }
    let (day, declared) = (at.to_utc().format("%A %H:%M UTC"), first.to_utc().format("%A %H:%M UTC"));
    let what =
        format!("{} is {day}, before anything that is known of the incident ({declared})", safe(typed));
    if !session.ui.is_interactive() || session.ui.yes() {
        session.ui.warn(what);
        return Ok(());
    }
    session.ui.say(format!("{what}."));
    if session.ui.confirm("Record it all the same?", false)? {
        return Ok(());
    }
    Err(Failure::refused("nothing was recorded").hint("date    # the time here").into())
}
