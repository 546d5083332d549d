//! What became of a hotfix: its release and its end, as events tell them. This clone's own events count; what
//! other clones say of a record of this clone is a claim, which git has to bear out (`record/claims.rs`).

use super::{End, Incident};
use crate::model::event::{Event, Kind, Pointer};
use crate::model::event_data::Deployed;
use crate::model::oid::Oid;

/// A release and an end, as some events tell them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    /// The release that the hotfix became.
    pub tag: Option<String>,
    /// The production commit that carries that tag.
    pub released: Option<Oid>,
    pub end: Option<End>,
    /// Who said the last of it.
    pub by: String,
    /// The release that took this one back.
    pub taken_back_by: Option<String>,
}

impl Outcome {
    /// What these events tell, in their order.
    fn of<'e>(events: impl Iterator<Item = &'e Event>) -> Self {
        let mut outcome = Self::default();
        for event in events {
            let before = (outcome.end, outcome.tag.is_some());
            match event.kind {
                Kind::Tagged => {
                    outcome.tag = event.reference(Pointer::Tag).map(str::to_owned);
                    outcome.released = event.oid(Pointer::Commit);
                }
                Kind::Finished => outcome.end = Some(End::Finished),
                Kind::RolledBack if event.reference(Pointer::Tag) == outcome.tag.as_deref() => {
                    outcome.end = Some(End::RolledBack);
                    outcome.taken_back_by = event.read::<Deployed>().by;
                }
                Kind::Cancelled => outcome.end = Some(End::Cancelled),
                Kind::Declined => outcome.end = Some(End::Declined),
                Kind::Reopened if outcome.end != Some(End::Finished) => outcome.end = None,
                _ => {}
            }
            if before != (outcome.end, outcome.tag.is_some()) {
                outcome.by.clone_from(&event.actor.name);
            }
        }
        outcome
    }
}

impl Incident {
    /// Reads release and end out of the events: this clone's where it opened a record or did any of it, else
    /// what there is. What other clones tell is kept as a claim.
    pub(super) fn conclude(&mut self, events: &[Event]) {
        let told = Outcome::of(events.iter());
        let own = Outcome::of(events.iter().filter(|e| e.own));
        let began = events.iter().any(|e| e.own && e.kind.opens());
        self.is_own_outcome = began || own != Outcome::default();
        let counts = if self.is_own_outcome { own } else { told.clone() };
        self.take(&counts);
        let is_claim = !self.is_own_outcome || told != counts;
        self.claimed = Some(told).filter(|told| is_claim && *told != Outcome::default());
    }

    /// Makes this its release and its end.
    pub fn take(&mut self, outcome: &Outcome) {
        self.tag.clone_from(&outcome.tag);
        self.released.clone_from(&outcome.released);
        self.end = outcome.end.filter(|end| *end != End::Finished || !self.is_reopened());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::event::Draft;
    use crate::model::incident::fixture::incident;

    fn of(events: &[(Kind, &str, bool)]) -> Incident {
        let draft = |(kind, tag, _): &(Kind, &str, bool)| {
            ("14:40", Draft::new(kind.clone(), "").refer(Pointer::Tag, tag))
        };
        let mut log = incident(events.iter().map(draft).collect()).log;
        for (event, (_, _, own)) in log.iter_mut().skip(1).zip(events) {
            event.own = *own;
        }
        Incident::fold("x", log).unwrap()
    }

    #[test]
    fn what_another_clone_says_of_our_hotfix_is_a_claim() {
        for kind in [Kind::Cancelled, Kind::Declined, Kind::Finished, Kind::Tagged] {
            let said = of(&[(kind, "v7", false)]);
            assert_eq!((said.end, said.tag.as_deref()), (None, None));
            assert!(said.claimed.is_some());
        }
        let own = (Kind::Tagged, "v1.2.1", true);
        let done = of(&[own.clone(), (Kind::Finished, "v1.2.1", true), (Kind::Cancelled, "", false)]);
        assert_eq!((done.end, done.tag.as_deref()), (Some(End::Finished), Some("v1.2.1")));
        let moved = of(&[own, (Kind::Tagged, "v1.2.0", false)]);
        assert_eq!(moved.tag.as_deref(), Some("v1.2.1"));
    }

    #[test]
    fn of_a_colleagues_hotfix_what_is_told_counts_until_this_clone_does_some_of_it() {
        let mut log = of(&[(Kind::Tagged, "v1", false), (Kind::Finished, "v1", false)]).log;
        log[0].own = false;
        let theirs = Incident::fold("x", log.clone()).unwrap();
        assert_eq!((theirs.end, theirs.claimed.unwrap().end), (Some(End::Finished), Some(End::Finished)));
        log[1].own = true;
        assert_eq!(Incident::fold("x", log).unwrap().end, None);
    }
}
