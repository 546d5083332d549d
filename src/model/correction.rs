//! Corrections: an event is never changed, a later one says how it is to be read.

use super::event::{Event, Kind};
use super::event_data::Amended;
use chrono::DateTime;
use std::collections::{BTreeMap, BTreeSet};

/// The events of a log as they are to be read.
#[derive(Clone, Debug, Default)]
pub struct Corrected {
    /// In record order: amended, without those that were retracted and without the corrections.
    pub events: Vec<Event>,
    /// Events that were amended by people who did not know of each other's amendment. The newest
    /// by the order of the record counts; all are kept.
    pub contested: BTreeSet<String>,
}

/// Applies amendments and retractions. `log` is in record order. What cannot be corrected stays as
/// it was recorded, whatever a later event says about it.
pub fn correct(log: &[Event]) -> Corrected {
    let retracted = retracted(log);
    let mut amendments: BTreeMap<&str, Vec<&Event>> = BTreeMap::new();
    for change in log.iter().filter(|e| e.kind == Kind::Amendment && !retracted.contains(&e.id)) {
        amendments.entry(change.amends.as_deref().unwrap_or_default()).or_default().push(change);
    }
    let mut corrected = Corrected::default();
    for event in log.iter().filter(|e| !e.kind.is_correction() && !retracted.contains(&e.id)) {
        let mut read = event.clone();
        let mut last: Option<&Event> = None;
        let changes = amendments.get(event.id.as_str()).filter(|_| event.is_correctable());
        for change in changes.into_iter().flatten() {
            let said: Amended = change.read();
            // Whoever amends names the amendment they saw.
            if last.is_some_and(|l| said.replaces.as_ref() != Some(&l.id)) {
                corrected.contested.insert(event.id.clone());
            }
            last = Some(change);
            amend(&mut read, change, &said);
        }
        corrected.events.push(read);
    }
    corrected
}

/// The ids of what was taken back. A retraction can be taken back itself. What this clone answered is taken
/// back only by this clone: an earlier answer would count again without a word.
pub fn retracted(log: &[Event]) -> BTreeSet<String> {
    let open: BTreeMap<&str, bool> = log
        .iter()
        .filter(|e| e.is_retractable())
        .map(|e| (e.id.as_str(), e.own && !e.is_correctable()))
        .collect();
    let mut gone = BTreeSet::new();
    for event in log.iter().rev().filter(|e| e.kind == Kind::Retraction) {
        if !gone.contains(&event.id) {
            let may = |id: &String| open.get(id.as_str()).is_some_and(|guarded| event.own || !guarded);
            gone.extend(event.amends.clone().filter(may));
        }
    }
    gone
}

fn amend(event: &mut Event, change: &Event, said: &Amended) {
    if let Some(at) = said.at.as_ref().and_then(|t| DateTime::parse_from_rfc3339(t).ok()) {
        event.at = at;
    }
    if !change.text.is_empty() {
        event.text.clone_from(&change.text);
    }
    event.amends = Some(change.id.clone());
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::event::Draft;
    use crate::model::incident::fixture::event;

    fn about(target: &str, mut draft: Draft) -> Draft {
        draft.amends = Some(target.to_owned());
        draft
    }

    fn log(more: Vec<Draft>) -> Vec<Event> {
        let mut log = vec![event(1, "2026-11-22T14:40:00Z", Draft::new(Kind::Mitigated, "flag off"))];
        for (n, draft) in more.into_iter().enumerate() {
            log.push(event(n as u64 + 2, "2026-11-22T15:00:00Z", draft));
        }
        log
    }

    #[test]
    fn amendments_add_up_and_the_newest_word_counts() {
        let earlier = Draft::new(Kind::Amendment, "").with("at", "2026-11-22T14:20:00Z");
        let text = |t: &str| Draft::new(Kind::Amendment, t).with("replaces", "e002");
        let read = correct(&log(vec![about("e001", earlier), about("e001", text("flag really off"))]));
        assert_eq!(read.events.len(), 1);
        assert_eq!(read.events[0].text, "flag really off");
        assert_eq!(read.events[0].at.format("%H:%M").to_string(), "14:20");
        assert!(read.contested.is_empty());
    }

    #[test]
    fn amendments_that_did_not_know_of_each_other_are_flagged() {
        let one = Draft::new(Kind::Amendment, "by Ada");
        let two = Draft::new(Kind::Amendment, "by Grace");
        let read = correct(&log(vec![about("e001", one), about("e001", two)]));
        assert_eq!(read.events[0].text, "by Grace");
        assert_eq!(read.contested, BTreeSet::from(["e001".to_owned()]));
    }

    #[test]
    fn an_answer_of_this_clone_is_taken_back_here_alone() {
        let answer = Draft::new(Kind::ChecklistItem, "tests").with("item", "tests").with("verdict", "fail");
        let mut log = log(vec![answer, about("e002", Draft::new(Kind::Retraction, "oops"))]);
        assert_eq!(correct(&log).events.len(), 1);
        log[2].own = false;
        assert_eq!(correct(&log).events.len(), 2, "a line of another clone");
        log[1].own = false;
        assert_eq!(correct(&log).events.len(), 1, "their answer, their retraction");
    }

    #[test]
    fn a_retraction_can_be_retracted_and_so_can_an_amendment() {
        let gone = about("e001", Draft::new(Kind::Retraction, "wrong incident"));
        assert!(correct(&log(vec![gone.clone()])).events.is_empty());
        let back = about("e002", Draft::new(Kind::Retraction, "it was this one"));
        assert_eq!(correct(&log(vec![gone, back])).events.len(), 1);

        let amended = about("e001", Draft::new(Kind::Amendment, "nonsense"));
        let never_mind = about("e002", Draft::new(Kind::Retraction, ""));
        assert_eq!(correct(&log(vec![amended, never_mind])).events[0].text, "flag off");
    }
}
