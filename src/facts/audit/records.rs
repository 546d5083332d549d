//! What the incident records say about releases.

use crate::facts::presence::decisions;
use crate::facts::workspace::Workspace;
use crate::git::access::Access;
use crate::insight::audit::discover::Recorded;
use crate::insight::graph::Graph;
use crate::model::event::{Kind, Pointer};
use crate::model::incident::{End, Incident};
use crate::model::oid::Oid;
use std::collections::{BTreeMap, BTreeSet};

/// A record, its commits not yet looked up.
pub struct Record {
    id: String,
    name: String,
    tag: Option<String>,
    pub released: Option<Oid>,
    base: Option<Oid>,
    production: Option<String>,
    skipped: BTreeMap<String, String>,
    resolved: BTreeSet<String>,
    is_rolled_back: bool,
    is_open: bool,
}

/// Every hotfix that was released, as its record tells it.
///
/// # Errors
/// When records cannot be read.
pub fn read(workspace: &Workspace) -> anyhow::Result<Vec<Record>> {
    let mut records = Vec::new();
    for incident in workspace.record().incidents()? {
        if incident.tag.is_none() || is_rollback(&incident) {
            continue;
        }
        let here = |oid: &Oid| workspace.repo.has(oid).unwrap_or(false);
        records.push(Record {
            is_rolled_back: incident.end == Some(End::RolledBack),
            is_open: incident.is_open(),
            resolved: decisions::resolved(&incident),
            released: incident.released.filter(here),
            base: incident.base,
            id: incident.id,
            name: incident.name,
            tag: incident.tag,
            production: incident.production,
            skipped: incident.skipped,
        });
    }
    Ok(records)
}

/// A rollback is kept like a hotfix and repairs nothing.
fn is_rollback(incident: &Incident) -> bool {
    incident.of_kind(&Kind::Declared).any(|event| event.reference(Pointer::Undone).is_some())
}

impl Record {
    /// The same with the places of its commits.
    pub fn placed(self, graph: &Graph) -> Recorded {
        let place = |oid: Option<Oid>| oid.and_then(|oid| graph.find(&oid));
        Recorded {
            id: self.id,
            name: self.name,
            tag: self.tag,
            released: place(self.released),
            base: place(self.base),
            production: self.production,
            skipped: self.skipped,
            resolved: self.resolved,
            is_rolled_back: self.is_rolled_back,
            is_open: self.is_open,
        }
    }
}
