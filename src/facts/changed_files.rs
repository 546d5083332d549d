//! The files that a hotfix changed.

use super::fix::recorded_tip;
use super::workspace::Workspace;
use crate::git::access::Access;
use crate::model::incident::Incident;
use std::collections::BTreeSet;

/// The files between a hotfix's base and its last tip, as far as its commits are still here.
///
/// # Errors
/// When history cannot be read.
pub fn files(workspace: &Workspace, incident: &Incident) -> anyhow::Result<BTreeSet<String>> {
    match (&incident.base, recorded_tip(incident)) {
        (Some(base), Some(tip)) if workspace.repo.has(base)? && workspace.repo.has(&tip)? => {
            Ok(workspace.repo.changes(base, &tip)?.into_iter().map(|c| c.path).collect())
        }
        _ => Ok(BTreeSet::new()),
    }
}
