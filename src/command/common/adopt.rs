//! A hotfix branch that was made without this program gets a record when one is needed.

use crate::command::Session;
use crate::facts::{Hotfix, Workspace};
use crate::git::access::Access;
use crate::model::event::{Draft, Kind, Pointer};
use crate::model::event_data::Declared;
use crate::model::failure::Failure;
use crate::model::incident::Incident;

/// The record of a hotfix: the one there is, else a new one, which a rehearsal does not write.
///
/// # Errors
/// When the log cannot be written at all.
pub fn incident(session: &Session, workspace: &Workspace, hotfix: &Hotfix) -> anyhow::Result<Incident> {
    match &hotfix.incident {
        Some(incident) => Ok(incident.clone()),
        None if session.dry_run() => imagined(workspace, hotfix),
        None => record(workspace, hotfix),
    }
}

/// Opens a record for a branch that has none.
///
/// # Errors
/// When the log cannot be written at all.
pub fn record(workspace: &Workspace, hotfix: &Hotfix) -> anyhow::Result<Incident> {
    let record = workspace.record();
    let id = record.new_id(&hotfix.name);
    let [declared, started] = opening(workspace, hotfix)?;
    record.append(&id, declared)?;
    record.note(&id, started);
    record.incident(&id)?.ok_or_else(|| {
        Failure::failed("the incident log could not be written; nothing else was changed").into()
    })
}

/// The record that a branch would get. It goes by the branch's name: an id is not given to it.
fn imagined(workspace: &Workspace, hotfix: &Hotfix) -> anyhow::Result<Incident> {
    let events = opening(workspace, hotfix)?.map(|draft| workspace.record().imagine(draft));
    Incident::fold(&hotfix.name, events.to_vec())
        .ok_or_else(|| Failure::failed("a record without events").into())
}

/// What a record begins with.
fn opening(workspace: &Workspace, hotfix: &Hotfix) -> anyhow::Result<[Draft; 2]> {
    let production = &workspace.config.branches.production;
    let said = Declared {
        name: Some(hotfix.name.clone()),
        title: Some(hotfix.name.clone()),
        branch: Some(hotfix.branch.clone()),
        production: Some(production.clone()),
        adopted: Some(true),
        ..Declared::default()
    };
    let text = format!("{} existed without a record", hotfix.branch);
    let mut declared = Draft::new(Kind::Declared, text).data(&said);
    if let (Some(tip), Some(base)) = (hotfix.tip(), base(workspace, hotfix)?) {
        // A branch on which nothing happened says nothing about where it started.
        if *tip != base {
            declared = declared.refer(Pointer::Base, &base);
        }
    }
    let started = Draft::new(Kind::FixStarted, hotfix.branch.clone()).refer(Pointer::Branch, &hotfix.branch);
    Ok([declared, started])
}

fn base(workspace: &Workspace, hotfix: &Hotfix) -> anyhow::Result<Option<crate::model::oid::Oid>> {
    let production = &workspace.config.branches.production;
    let (Some(tip), Some(production)) = (hotfix.tip(), workspace.last_known(production)?) else {
        return Ok(None);
    };
    Ok(workspace.repo.merge_base(tip, &production)?)
}
