//! Milestones in the log.

use crate::command::{Outcome, Session, note};
use crate::facts::Workspace;
use crate::model::event::{Draft, Kind, Pointer};
use crate::model::incident::Incident;
use crate::model::incident::course::{Course, Repair};
use crate::model::milestone::Milestone;
use crate::model::text::{safe, shell_word};

/// Appends milestones, live and back-filled ones alike: impact that begins after the end reopens the
/// incident, and times that contradict each other are kept and named.
///
/// # Errors
/// When neither log nor spool can be written.
pub(in crate::command) fn append(
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
