//! What must not be told: events that somebody marked as restricted.
//!
//! The mark is `"audience": "restricted"` in an event's data. It keeps the event out of updates and
//! post-mortems. It does not hide it from whoever can read the record.

use super::event::Event;
use super::event_data::{Data, Followup, Written};
use super::incident::Incident;
use std::collections::BTreeSet;

/// The word in `data.audience`.
pub const RESTRICTED: &str = "restricted";

impl Event {
    /// Whether it is kept out of everything that is written for others.
    pub fn is_restricted(&self) -> bool {
        self.read::<Written>().audience.as_deref() == Some(RESTRICTED)
    }

    /// Keeps it out as well.
    pub fn restrict(&mut self) {
        Written { audience: Some(RESTRICTED.to_owned()), links: None }.write(&mut self.data);
    }
}

impl Incident {
    /// The incident as it may be told: folded again without restricted events and without the
    /// corrections of such events. `None` when its very beginning is restricted.
    pub fn tellable(&self) -> Option<Self> {
        let mut hidden: BTreeSet<&str> = BTreeSet::new();
        // What is about another event is written after it, so one pass in record order is enough.
        for event in &self.log {
            // A correction, or what became of a hypothesis or a follow-up.
            let mut about = event.amends.iter().cloned().chain(event.read::<Followup>().of);
            if event.is_restricted() || about.any(|id| hidden.contains(id.as_str())) {
                hidden.insert(&event.id);
            }
        }
        if hidden.is_empty() {
            return Some(self.clone());
        }
        let log = self.log.iter().filter(|e| !hidden.contains(e.id.as_str())).cloned().collect();
        Self::fold(&self.id, log)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::event::{Draft, Kind};
    use crate::model::incident::fixture::{event, incident};
    use crate::model::milestone::Milestone;

    fn secret(kind: Kind, text: &str) -> Draft {
        Draft::new(kind, text).with("audience", RESTRICTED)
    }

    #[test]
    fn what_is_restricted_is_gone_with_its_corrections() {
        let mut log = incident(vec![
            ("14:20", Draft::new(Kind::Note, "the flag is off")),
            ("14:21", secret(Kind::Note, "key 4711 leaked")),
            ("14:22", secret(Kind::Identified, "an open bucket")),
        ])
        .log;
        let mut correction = Draft::new(Kind::Amendment, "key 4712 leaked");
        correction.amends = Some("e003".into());
        log.push(event(5, "2026-11-22T14:30:00Z", correction));
        let settled = Draft::new(Kind::Note, "it is true that key 4711 leaked").with("of", "e003");
        log.push(event(6, "2026-11-22T14:31:00Z", settled));
        let told = Incident::fold("x", log).unwrap().tellable().unwrap();
        let said = format!("{told:?}");
        assert!(said.contains("the flag is off") && !said.contains("leaked") && !said.contains("bucket"));
        assert!(told.course.first(Milestone::Identified).is_none() || !said.contains("Identified"), "{said}");
    }

    #[test]
    fn nothing_is_lost_where_nothing_is_restricted() {
        let all = incident(vec![("14:20", Draft::new(Kind::Note, "the flag is off"))]);
        assert_eq!(all.tellable().unwrap().log, all.log);
    }

    #[test]
    fn a_beginning_that_is_restricted_leaves_nothing_to_tell() {
        let mut log = incident(vec![]).log;
        log[0].data.insert("audience".into(), RESTRICTED.into());
        assert!(Incident::fold("x", log).unwrap().tellable().is_none());
    }
}
