//! Who took part in an incident, as the record and the commits have them.

use super::Workspace;
use crate::git::access::Access;
use crate::model::event::Kind;
use crate::model::event_data::{Answered, InRole, RanCommand};
use crate::model::incident::Incident;
use crate::model::oid::Oid;
use std::collections::BTreeSet;

/// Names and e-mail addresses: who recorded, who was named as reviewer or by role, and who wrote
/// the commits.
///
/// # Errors
/// When the commits cannot be read.
pub fn people(
    workspace: &Workspace,
    incident: &Incident,
    tip: Option<&Oid>,
) -> anyhow::Result<Vec<(String, String)>> {
    let mut people: BTreeSet<(String, String)> = BTreeSet::new();
    for event in &incident.log {
        people.insert((event.actor.name.clone(), event.actor.email.clone()));
        // Elsewhere these words name checks and hotfixes.
        let named = match event.kind {
            Kind::RoleAssumed | Kind::RoleRenounced | Kind::Review => event.read::<InRole>().name,
            Kind::ChecklistItem if event.read::<RanCommand>().command.is_none() => {
                event.read::<Answered>().by
            }
            _ => None,
        };
        people.extend(named.map(|name| (name, String::new())));
    }
    if let (Some(tip), Some(base)) = (tip, &incident.base)
        && workspace.repo.has(tip)?
        && workspace.repo.has(base)?
    {
        for commit in workspace.repo.log(tip, std::slice::from_ref(base), 1000)? {
            people.insert((commit.author.name, commit.author.email));
        }
    }
    people.extend(workspace.actor().map(|a| (a.name, a.email)));
    Ok(people.into_iter().collect())
}
