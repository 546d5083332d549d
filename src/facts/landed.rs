//! How far a release has come that was about to be published, from what is known here: the intent
//! in the record against remote-tracking branches, tags, and the last reading. No network.

use super::hotfix::Hotfix;
use super::workspace::Workspace;
use crate::git::access::Access;
use crate::git::refs;
use crate::model::event::{Kind, Pointer};
use crate::model::incident::Incident;
use crate::model::intent::{Intent, Landed};
use crate::model::oid::Oid;
use crate::model::plan::tag_ref;
use crate::model::text::shell_word;

/// A release that was about to be published and is not in the record as published.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unsettled {
    pub name: String,
    /// The hotfix's tip that was to be released.
    pub tip: Oid,
    pub tag: String,
    pub production: String,
    pub landed: Landed,
    /// The command that finds out, and completes it.
    pub retry: String,
}

/// Looks how the last release of an incident has come out; `None` when nothing is open about it.
///
/// # Errors
/// When refs or history cannot be read.
pub fn unsettled(workspace: &Workspace, incident: &Incident) -> anyhow::Result<Option<Unsettled>> {
    let Some(intent) = Intent::last(incident).filter(|_| incident.is_open()) else { return Ok(None) };
    let is_recorded = incident.own(&Kind::Tagged).any(|e| e.reference(Pointer::Tag) == Some(&intent.tag));
    if is_recorded || intent.tag_object.is_none() {
        return Ok(None);
    }
    let production = workspace.production_of(Some(incident)).to_owned();
    let landed = if !intent.held {
        landed(workspace, incident, &intent, &production)?
    } else if workspace.repo.find_ref(&tag_ref(&intent.tag))? == intent.tag_object {
        Landed::Held
    } else {
        // It was taken back.
        return Ok(None);
    };
    let retry = match incident.undone() {
        Some(undone) => format!("hotfix rollback {}", shell_word(undone)),
        None => format!("hotfix finish {}", shell_word(&incident.name)),
    };
    let Intent { tip, tag, .. } = intent;
    Ok(Some(Unsettled { name: incident.name.clone(), tip, tag, production, landed, retry }))
}

/// As [`unsettled`], of a hotfix, as far as it can be read.
pub fn of(workspace: &Workspace, hotfix: &Hotfix) -> Option<Unsettled> {
    let incident = hotfix.incident.as_ref()?;
    unsettled(workspace, incident).unwrap_or_else(|error| {
        log::debug!("cannot look up how {} was published: {error:#}", incident.name);
        None
    })
}

fn landed(
    workspace: &Workspace,
    incident: &Incident,
    intent: &Intent,
    production: &str,
) -> anyhow::Result<Landed> {
    let repo = &workspace.repo;
    let mut has_release = false;
    if let (Some(tip), Some(release)) = (workspace.last_known(production)?, &intent.release) {
        has_release = repo.has(release)? && repo.is_ancestor(release, &tip)?;
    }
    let mut has_tag = repo.find_ref(&tag_ref(&intent.tag))? == intent.tag_object;
    // How a push of this clone ended, this clone knows.
    let own = incident.events.iter().filter(|e| e.own);
    let later = own.rev().take_while(|e| e.kind != Kind::Publishing);
    let (mut refused, mut asked) = (false, false);
    for event in later {
        match event.kind {
            // What was read on the remote after a server had died.
            Kind::PushTorn => {
                asked = true;
                has_release |= event.reference(Pointer::Branch) == Some(production);
                has_tag |= event.reference(Pointer::Tag) == Some(&intent.tag);
            }
            Kind::PushRefused => refused = true,
            _ => {}
        }
    }
    Ok(match (has_release, has_tag) {
        (true, true) => Landed::Both,
        // A push tells of the branches that it moved, and git then notes no tag: nobody has looked for it.
        (true, false) if !asked && pushed_from_here(workspace, production)? => Landed::Unasked,
        (true, false) => Landed::Branch,
        (false, true) => Landed::Tag,
        (false, false) if refused => Landed::Refused,
        (false, false) => Landed::Unknown,
    })
}

/// Whether production, as it was last known of the remote, is what a push from here made it.
fn pushed_from_here(workspace: &Workspace, production: &str) -> anyhow::Result<bool> {
    let Some(remote) = workspace.remote() else { return Ok(false) };
    Ok(refs::was_pushed(&workspace.repo, &format!("refs/remotes/{remote}/{production}"))?)
}
