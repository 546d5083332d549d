//! `hotfix mark`: a milestone, or a deployment that was done elsewhere.

use super::{Outcome, Session, adopt, note};
use crate::cli::Mark;
use crate::facts::{Hotfix, Workspace};
use crate::model::event::{Draft, Kind, Pointer};
use crate::model::event_data::Noticed;
use crate::model::failure::Failure;
use crate::model::incident::Incident;
use crate::model::incident::course::{Course, Repair};
use crate::model::milestone::{self, Milestone};
use crate::model::text::{safe, safe_lines, shell_word};
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
        Kind::DeploySucceeded => adopt::incident(session, &workspace, &Hotfix::find_last(&workspace, name)?)?,
        _ => note::incident_for(session, &workspace, name)?,
    };
    if let (Some(at), Some(typed)) = (at, &args.at) {
        in_this_incident(session, &incident, &kind, (at, typed))?;
    }
    let said = Noticed { detected_by: args.detected_by };
    let draft = Draft::new(kind, safe_lines(&args.text.join(" "))).at(at).by_person().data(&said);
    append(session, &workspace, &incident, vec![draft])
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

/// Appends milestones, live and back-filled ones alike: impact that begins after the end reopens the
/// incident, and times that contradict each other are kept and named.
///
/// # Errors
/// When neither log nor spool can be written.
pub(super) fn append(
    session: &Session,
    workspace: &Workspace,
    incident: &Incident,
    drafts: Vec<Draft>,
) -> Outcome {
    let record = workspace.record();
    let drafts: Vec<Draft> = drafts.into_iter().map(|draft| released(incident, draft)).collect();
    let before = &incident.course;
    let after = incident.course_with(drafts.iter().cloned().map(|d| record.imagine(d)));
    let known: Vec<_> = before.rounds.iter().map(|r| r.reopened).collect();
    let reopened: Vec<_> = after.rounds.iter().filter(|r| !known.contains(&r.reopened)).collect();
    let mut all = Vec::new();
    for draft in drafts {
        let at = record.imagine(draft.clone()).at;
        if draft.kind == Kind::ImpactStarted && reopened.iter().any(|r| r.reopened == Some(at)) {
            all.push(Draft::new(Kind::Reopened, draft.text.clone()).at(draft.at).by_person());
        }
        all.push(draft);
    }
    let told: Vec<(Kind, _)> = all.iter().map(|d| (d.kind.clone(), record.imagine(d.clone()).at)).collect();
    let outcome = note::append(session, workspace, &incident.id, all)?;
    for (kind, at) in told {
        let Some(milestone) = Milestone::of(&kind) else { continue };
        let stays =
            after.milestone(milestone).filter(|m| *m != at && before.milestone(milestone) == Some(*m));
        if let Some(stays) = stays {
            let first = incident.of_kind(&kind).find(|e| e.at == stays).map_or("last", |e| e.id.as_str());
            let was = stays.to_utc().format("%H:%M UTC");
            session.ui.say(format!("The first one, at {was}, counts. To correct it:"));
            session.ui.say(format!("  hotfix amend {first} --at {}", at.to_utc().format("%FT%H:%MZ")));
        }
    }
    if let (Some(tag), Repair::Released { .. }) = (&incident.tag, after.repair)
        && after.resolved.is_some()
        && before.resolved.is_none()
    {
        session.ui.say(format!("No deployment of {} is recorded. Once it runs:", safe(tag)));
        session.ui.say(format!("  hotfix mark deployed --hotfix {}", shell_word(&incident.name)));
    }
    for found in after.contradictions.iter().filter(|c| !before.contradictions.contains(c)) {
        session.ui.warn(format!("{} (UTC); both are kept", found.say()));
        session.ui.hint("hotfix amend last --at TIME");
    }
    if !reopened.is_empty() && after.resolved.is_none() && incident.tag.is_some() {
        session.ui.say("If the fix was not enough, start the next one, or go back:");
        session.ui.say("  hotfix start NAME");
        session.ui.say("  hotfix rollback --dry-run");
    }
    let deployed = |c: &Course| c.repair.in_production().is_some();
    if incident.tag.is_none() && deployed(&after) && !deployed(before) {
        let name = shell_word(&incident.name);
        session.ui.warn(format!("nothing was published from here yet: hotfix finish {name}"));
    }
    Ok(outcome)
}

/// A deployment is one of the release that the hotfix became.
fn released(incident: &Incident, draft: Draft) -> Draft {
    match (&draft.kind, &incident.tag) {
        (Kind::DeploySucceeded, Some(tag)) => draft.refer(Pointer::Tag, tag),
        _ => draft,
    }
}
