//! `hotfix severity` and `hotfix role`: how bad it is, and who does what.

use super::{Outcome, Session, note, share};
use crate::cli::{RoleArgs, RoleChange, RoleNamed, Severity};
use crate::facts::{Hotfix, Workspace};
use crate::model::event::{Draft, Kind};
use crate::model::event_data::{Assessed, InRole};
use crate::model::failure::Failure;
use crate::model::incident::Incident;
use crate::model::milestone::Milestone;
use crate::model::role::{Role, Tenure};
use crate::model::text::{safe, safe_lines};
use crate::model::time;
use crate::terminal::style::{Tone, pad};
use chrono::{DateTime, FixedOffset};
use serde_json::json;

pub fn severity(session: &Session, args: &Severity) -> Outcome {
    let workspace = session.site_for_log()?;
    let at = args.at.as_deref().map(|t| time::parse(t, &session.env.now_local())).transpose()?;
    let incident = note::incident_for(session, &workspace, args.hotfix.as_deref())?;
    let why = safe_lines(&args.why.join(" ")).trim().to_owned();
    if incident.severity == Some(args.severity) && why.is_empty() {
        session.ui.answer(format!("{} is already {}.", safe(&incident.name), args.severity));
        session.ui.document(json!({ "id": incident.id, "events": [], "severity": incident.severity }));
        return Ok(0);
    }
    let said = Assessed { severity: Some(args.severity), was: incident.severity, ..Assessed::default() };
    let draft = Draft::new(Kind::SeverityChanged, why).at(at).by_person().data(&said);
    note::append(session, &workspace, &incident.id, vec![draft])?;
    session.ui.dim(format!("  {}", args.severity.meaning()));
    Ok(0)
}

pub fn role(session: &Session, args: &RoleArgs) -> Outcome {
    let workspace = session.site_for_log()?;
    match &args.change {
        None => show(session, &workspace, args.hotfix.as_deref()),
        Some(RoleChange::Take(named)) => take(session, &workspace, args.hotfix.as_deref(), named),
        Some(RoleChange::Drop(named)) => release(session, &workspace, args.hotfix.as_deref(), named),
    }
}

fn show(session: &Session, workspace: &Workspace, name: Option<&str>) -> Outcome {
    let hotfix = Hotfix::find_to_tell(workspace, name)?;
    let Some(incident) = &hotfix.incident else {
        return Err(Failure::usage(format!("{} has no record yet", safe(&hotfix.name)))
            .hint("hotfix role take commander")
            .into());
    };
    let held: Vec<&Tenure> = incident.roles.iter().filter(|t| t.to.is_none()).collect();
    let mut told: Vec<&str> = Role::ALL.iter().map(|r| r.as_str()).collect();
    told.extend(held.iter().map(|t| t.role.as_str()).filter(|r| r.parse::<Role>().is_err()));
    for role in told {
        let who: Vec<&&Tenure> = held.iter().filter(|t| t.role == role).collect();
        if who.is_empty() {
            session.ui.answer(Tone::Dim.paint(format!("{}  not assigned", pad(&safe(role), 9))));
        }
        for tenure in who {
            let since = tenure.from.with_timezone(&chrono::Local).format("%H:%M");
            let how = if tenure.taken { format!("since {since}") } else { "started the hotfix".to_owned() };
            session.ui.answer(format!(
                "{}  {}  {}",
                pad(&safe(role), 9),
                safe(&tenure.who.name),
                Tone::Dim.paint(&how)
            ));
        }
    }
    let alone = |role: Role| held.iter().find(|t| t.role == role.as_str());
    if let (Some(fixer), Some(reviewer)) = (alone(Role::Fixer), alone(Role::Reviewer))
        && fixer.is_by(&reviewer.who)
    {
        session.ui.say("The fixer is also the reviewer; a second person would find more.");
    }
    session.ui.document(
        json!({ "id": incident.id, "roles": incident.roles.iter().map(json_of).collect::<Vec<_>>() }),
    );
    Ok(0)
}

fn json_of(tenure: &Tenure) -> serde_json::Value {
    json!({
        "role": tenure.role, "name": tenure.who.name, "email": tenure.who.email,
        "from": tenure.from, "to": tenure.to, "taken": tenure.taken,
    })
}

fn take(session: &Session, workspace: &Workspace, name: Option<&str>, named: &RoleNamed) -> Outcome {
    let (incident, at) = begin(session, workspace, name, named)?;
    let me = workspace.record().actor().clone();
    let held = incident.roles.iter().filter(|t| t.to.is_none() && t.role == named.role.as_str());
    if held.clone().any(|t| t.taken && t.is_by(&me)) {
        session.ui.answer(format!("You are already {}.", named.role));
        session.ui.document(json!({ "id": incident.id, "events": [] }));
        return Ok(0);
    }
    let replaced: Vec<String> = held
        .filter(|t| !t.is_by(&me) && (!t.taken || named.role == Role::Commander))
        .map(|t| safe(&t.who.name))
        .collect();
    let mut drafts = vec![change(Kind::RoleAssumed, named.role, at)];
    // Somebody else is here: that is what an acknowledgement says.
    let starter = incident.log.first().map(|e| e.actor.email.clone()).unwrap_or_default();
    if me.email != starter && incident.course.milestone(Milestone::Acknowledged).is_none() {
        drafts.push(Draft::new(Kind::Acknowledged, format!("a second responder is {}", named.role)).at(at));
    }
    note::append(session, workspace, &incident.id, drafts)?;
    if let Some(before) = replaced.first() {
        session.ui.dim(format!("  {before} was {} until now", named.role));
    }
    share::remind(session, workspace);
    Ok(0)
}

fn release(session: &Session, workspace: &Workspace, name: Option<&str>, named: &RoleNamed) -> Outcome {
    let (incident, at) = begin(session, workspace, name, named)?;
    let me = workspace.record().actor().clone();
    let mine = |t: &&Tenure| t.to.is_none() && t.role == named.role.as_str() && t.is_by(&me);
    if !incident.roles.iter().any(|t| mine(&t)) {
        return Err(Failure::usage(format!("you are not {}; nothing was written", named.role))
            .hint("hotfix role")
            .into());
    }
    note::append(session, workspace, &incident.id, vec![change(Kind::RoleRenounced, named.role, at)])?;
    Ok(0)
}

fn begin(
    session: &Session,
    workspace: &Workspace,
    name: Option<&str>,
    named: &RoleNamed,
) -> anyhow::Result<(Incident, Option<DateTime<FixedOffset>>)> {
    let at = named.at.as_deref().map(|t| time::parse(t, &session.env.now_local())).transpose()?;
    Ok((note::incident_for(session, workspace, name)?, at))
}

fn change(kind: Kind, role: Role, at: Option<DateTime<FixedOffset>>) -> Draft {
    let said = InRole { role: Some(role.as_str().to_owned()), ..InRole::default() };
    Draft::new(kind, "").at(at).by_person().data(&said)
}
