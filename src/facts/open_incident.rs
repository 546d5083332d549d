//! Which incident a hotfix or a rollback belongs to, and the incident with everything that belongs to it.
//!
//! Every hotfix keeps a record of its own. The declaration of a second one, or of a rollback, names the
//! incident it answers (`refs.incident`); what is told of that incident is read from all of them.

pub use super::families::Families;
use super::families::is_given_up;
use super::hotfix::Hotfix;
use super::named_merge;
use super::workspace::Workspace;
use crate::git::access::Access;
use crate::model::failure::Failure;
use crate::model::incident::{End, Incident, is_id_of};
use crate::model::oid::Oid;
use crate::model::text::{safe, shell_word};
use chrono::Duration;

/// Typed for `--incident` when it is another fire.
pub const NEW: &str = "new";

/// How long an incident counts as open after its last event.
const FRESH: Duration = Duration::hours(24);

/// The incident that something begun now belongs to: the one that was asked for, else the one whose
/// release is undone, else the only open one. `None` when it begins an incident of its own.
///
/// # Errors
/// There is no incident of that name, or it is over.
pub fn open_incident_for(
    workspace: &Workspace,
    asked: Option<&str>,
    undone: Option<&str>,
) -> anyhow::Result<Option<Incident>> {
    if asked == Some(NEW) {
        return Ok(None);
    }
    let all = workspace.record().incidents()?;
    let families = Families::of(&all);
    if let Some(name) = asked {
        let found = match not_over(name, &all, &families) {
            Some(incident) => Some(incident.clone()),
            None => Hotfix::find(workspace, Some(name))?.incident,
        };
        let Some(incident) = found else {
            return Err(Failure::usage(format!("{} has no record yet", safe(name))).into());
        };
        let root = families.root(&incident).unwrap_or(&incident);
        if families.is_over(root) {
            return Err(Failure::refused(format!("{} is over; nothing was changed", safe(&root.name)))
                .hint(format!("hotfix mark impact-started --hotfix {}", shell_word(&root.name)))
                .into());
        }
        return Ok(Some(root.clone()));
    }
    let mut burning: Vec<&Incident> = open(workspace, &all, &families).collect();
    for incident in burning.iter().filter(|i| undone.is_some() && i.tag.as_deref() == undone) {
        // Of another clone it has to be shown that it became this release.
        let shows = |commit: &Oid| {
            Ok::<_, anyhow::Error>(
                workspace.repo.has(commit)? && named_merge::names(workspace, incident, commit)?,
            )
        };
        if incident.is_known_here() || incident.released.as_ref().map(shows).transpose()? == Some(true) {
            return Ok(Some((*incident).clone()));
        }
    }
    burning.retain(|i| i.is_known_here());
    burning.retain(|i| i.is_open() || families.whole(i).course.quiet_since().is_none());
    Ok(if burning.len() == 1 { burning.pop().cloned() } else { None })
}

/// The newest record that has this name or id and whose incident is not over.
fn not_over<'a>(name: &str, all: &'a [Incident], families: &Families<'_>) -> Option<&'a Incident> {
    let named = |i: &&Incident| i.name == name || is_id_of(name, &i.id);
    all.iter().filter(named).filter(|i| !families.is_over(i)).max_by_key(|i| (!i.lacks_start(), i.started_at))
}

/// The incidents that are not resolved: also one that is only waiting for that after its fix has helped.
///
/// # Errors
/// When the list of records cannot be read.
pub fn unresolved(workspace: &Workspace) -> anyhow::Result<Vec<Incident>> {
    let all = workspace.record().incidents()?;
    Ok(open(workspace, &all, &Families::of(&all)).cloned().collect())
}

/// Whether an incident waits for another fix: its release was taken back, or it broke again.
pub fn needs_another_fix(incident: &Incident) -> bool {
    incident.end == Some(End::RolledBack) || incident.is_reopened()
}

fn open<'a>(
    workspace: &Workspace,
    all: &'a [Incident],
    families: &Families<'_>,
) -> impl Iterator<Item = &'a Incident> {
    let now = workspace.env.now();
    let fresh = move |i: &&Incident| {
        let last = i.log.iter().map(|e| e.recorded_at).max();
        last.is_some_and(|last| now - last < FRESH)
    };
    all.iter().filter(|i| i.belongs_to().is_none()).filter(fresh).filter(move |i| !families.is_over(i))
}

/// What belongs to an incident, oldest first: further hotfixes and rollbacks that were not given up.
///
/// # Errors
/// When the list of records cannot be read.
pub fn parts(workspace: &Workspace, incident: &Incident) -> anyhow::Result<Vec<Incident>> {
    let mut parts = workspace.record().incidents()?;
    parts.retain(|i| i.belongs_to() == Some(incident.id.as_str()) && !is_given_up(i));
    parts.sort_by_key(|i| i.started_at);
    Ok(parts)
}

/// As [`Families::whole`], reading the records.
///
/// # Errors
/// When the list of records cannot be read.
pub fn read_whole(workspace: &Workspace, incident: &Incident) -> anyhow::Result<Incident> {
    Ok(Families::of(&workspace.record().incidents()?).whole(incident))
}

/// The name of the incident that a record is told under: of a part, that of the incident it belongs to.
pub fn told_as(workspace: &Workspace, incident: &Incident) -> String {
    let all = workspace.record().incidents().unwrap_or_default();
    Families::of(&all).root(incident).unwrap_or(incident).name.clone()
}

/// The incident with its parts, to be told by its own name; a part is only itself.
///
/// # Errors
/// When the list of records cannot be read.
pub fn with_parts(workspace: &Workspace, incident: &Incident) -> anyhow::Result<Incident> {
    if incident.belongs_to().is_some() { Ok(incident.clone()) } else { read_whole(workspace, incident) }
}
