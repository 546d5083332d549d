//! Incidents, and the hotfixes and rollbacks that belong to them.

use crate::model::event::Kind;
use crate::model::incident::{End, Incident};
use chrono::{DateTime, FixedOffset};
use std::collections::BTreeMap;

/// All incidents, and which of them belong together: found once, for whoever can push can make them many.
#[derive(Debug)]
pub struct Families<'a> {
    by_id: BTreeMap<&'a str, &'a Incident>,
    parts: BTreeMap<&'a str, Vec<&'a Incident>>,
}

impl<'a> Families<'a> {
    /// Looks who belongs to whom.
    pub fn of(all: &'a [Incident]) -> Self {
        let mut parts: BTreeMap<&str, Vec<&Incident>> = BTreeMap::new();
        for incident in all {
            if let Some(root) = incident.belongs_to() {
                parts.entry(root).or_default().push(incident);
            }
        }
        Self { by_id: all.iter().map(|i| (i.id.as_str(), i)).collect(), parts }
    }

    /// The incident something belongs to.
    pub fn root(&self, incident: &Incident) -> Option<&'a Incident> {
        self.by_id.get(incident.belongs_to()?).copied().filter(|i| i.belongs_to().is_none())
    }

    /// Whether nothing more is expected of an incident: resolved, given up, or it could wait.
    pub fn is_over(&self, incident: &Incident) -> bool {
        if is_given_up(incident) {
            return true;
        }
        match self.root(incident) {
            Some(root) => is_given_up(root) || self.whole(root).is_resolved(),
            None => self.whole(incident).is_resolved(),
        }
    }

    /// The incident with what was recorded for everything that belongs to it; for a part, the incident it
    /// belongs to.
    pub fn whole(&self, incident: &Incident) -> Incident {
        let root = self.root(incident).unwrap_or(incident);
        match self.parts.get(root.id.as_str()) {
            Some(parts) => root.with_parts(parts),
            None => root.clone(),
        }
    }
}

pub(super) const fn is_given_up(incident: &Incident) -> bool {
    matches!(incident.end, Some(End::Cancelled | End::Declined))
}

/// The hotfix that was finished last, and when: of those that this clone has a part in, else of all. When another
/// clone says that it finished one is its word alone, and takes no place from what was done here.
pub fn last_finished<'a>(
    incidents: impl Iterator<Item = &'a Incident>,
) -> Option<(DateTime<FixedOffset>, &'a Incident)> {
    let finished = incidents.filter(|i| i.end == Some(End::Finished));
    let at =
        |i: &'a Incident| i.of_kind(&Kind::Finished).map(|e| e.at).max().map(|at| (i.is_known_here(), at, i));
    finished.filter_map(at).max_by_key(|(is_known, at, _)| (*is_known, *at)).map(|(_, at, i)| (at, i))
}
