//! What people decided about a hotfix, as its record has it.

use crate::insight::presence::Decision;
use crate::model::event::{Kind, Pointer};
use crate::model::event_data::MergeBack;
use crate::model::incident::{End, Incident};
use std::collections::BTreeSet;

/// The branches on which a person in this clone resolved the merge that brought the fix. Another clone's
/// word for it would make a loss a decision.
pub fn resolved(incident: &Incident) -> BTreeSet<String> {
    let events = incident.own(&Kind::MergedBack);
    let by_hand = events.filter(|event| event.read::<MergeBack>().resolved.is_some());
    by_hand.filter_map(|event| event.reference(Pointer::Branch).map(str::to_owned)).collect()
}

/// What was decided about one branch.
pub fn decision(incident: &Incident, branch: &str) -> Option<Decision> {
    if incident.end == Some(End::RolledBack) {
        return Some(Decision::RolledBack);
    }
    match incident.skipped.get(branch) {
        Some(reason) => Some(Decision::Skipped(reason.clone())),
        None => resolved(incident).contains(branch).then_some(Decision::Resolved),
    }
}
