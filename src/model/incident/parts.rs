//! An incident and the hotfixes and rollbacks that belong to it, read as one.

use super::Incident;
use super::course::Course;
use crate::model::event::{Event, Kind, Pointer};
use crate::model::event_data::{LINE, MergeBack, Overruled};
use std::collections::BTreeSet;
use std::path::PathBuf;

impl Incident {
    /// Whether this clone has written anything of it. What only another clone tells of is joined on request: its log
    /// would tell how things stand here.
    pub fn is_known_here(&self) -> bool {
        self.is_own || self.log.iter().any(|e| e.own)
    }

    /// The worktrees in which this clone left a merge to a person.
    pub fn left_worktrees(&self) -> impl Iterator<Item = PathBuf> + '_ {
        self.own(&Kind::MergeConflict).filter_map(|e| e.read::<MergeBack>().worktree).map(PathBuf::from)
    }

    /// Who names the branch that it is for.
    pub fn claimant(&self) -> Option<&str> {
        self.declared().map(|event| event.actor.name.as_str())
    }

    /// The branch that a person in this clone said it is to be released on.
    pub fn agreed_line(&self) -> Option<String> {
        let said = self.own(&Kind::Decision).rev().map(Event::read::<Overruled>);
        said.into_iter().find(|said| said.allowed.as_deref() == Some(LINE))?.reason
    }

    /// The incident that this hotfix or rollback was begun for, when it is not its own.
    pub fn belongs_to(&self) -> Option<&str> {
        self.declared()?.reference(Pointer::Incident)
    }

    /// The incident with the events of its parts. Name, branch, checks and the end of the record stay
    /// its own; state, milestones and words are those of all, the release is the newest.
    pub fn with_parts(&self, parts: &[&Self]) -> Self {
        let mut whole = self.clone();
        let known: BTreeSet<String> = self.log.iter().map(|e| e.id.clone()).collect();
        let new = |events: &[Event]| -> Vec<Event> {
            events.iter().filter(|e| !known.contains(&e.id)).cloned().collect()
        };
        for part in parts {
            whole.events.extend(new(&part.events));
            whole.log.extend(new(&part.log));
            whole.contested.extend(part.contested.iter().cloned());
        }
        whole.events.sort_by_key(|e| e.recorded_at);
        whole.log.sort_by_key(|e| e.recorded_at);
        whole.course = Course::of(&whole.events);
        for event in whole.events.clone() {
            if known.contains(&event.id) {
                continue;
            }
            match event.kind {
                Kind::SeverityChanged | Kind::Described | Kind::Detected => whole.apply(&event),
                Kind::Tagged => {
                    let tag = event.reference(Pointer::Tag);
                    if let Some(part) = parts.iter().find(|p| p.tag.is_some() && p.tag.as_deref() == tag) {
                        whole.tag.clone_from(&part.tag);
                        whole.released.clone_from(&part.released);
                    }
                }
                _ => {}
            }
        }
        for part in parts {
            whole.severity = whole.severity.or(part.severity);
            whole.symptom = whole.symptom.or_else(|| part.symptom.clone());
            whole.impact = whole.impact.or_else(|| part.impact.clone());
            whole.workaround = whole.workaround.or_else(|| part.workaround.clone());
            whole.trigger = whole.trigger.or_else(|| part.trigger.clone());
        }
        whole
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::event::Draft;
    use crate::model::incident::fixture::{event, incident};

    fn rollback() -> Incident {
        let declared = Draft::new(Kind::Declared, "Roll back v1.2.1")
            .with("name", "rollback-v1.2.1")
            .refer(Pointer::Incident, "20261122-fix-login-crash-7c1e");
        let tagged = Draft::new(Kind::Tagged, "v1.2.2").refer(Pointer::Tag, "v1.2.2");
        let deployed = Draft::new(Kind::DeploySucceeded, "");
        let log = [declared, tagged, deployed].into_iter().enumerate();
        let mut log: Vec<Event> = log.map(|(n, d)| event(n as u64 + 1, "2026-11-22T15:00:00Z", d)).collect();
        for event in &mut log {
            event.id = format!("r{}", event.id);
        }
        Incident::fold("20261122-rollback-v1.2.1-aaaa", log).unwrap()
    }

    #[test]
    fn what_a_rollback_did_is_told_of_the_incident_it_answers() {
        let own = incident(vec![("14:00", Draft::new(Kind::ImpactStarted, ""))]);
        let part = rollback();
        assert_eq!(part.belongs_to(), Some(own.id.as_str()));
        let whole = own.with_parts(&[&part]);
        assert_eq!((whole.name.as_str(), whole.tag.as_deref()), (own.name.as_str(), Some("v1.2.2")));
        assert!(whole.course.repair.in_production().is_some());
        assert_eq!(whole.title, own.title);
        assert!(own.with_parts(&[&part, &part]).course == whole.course, "read twice it is the same");
    }
}
