//! An incident as readers outside may read it: milestones, releases, and what people wrote for them.
//!
//! The rule is a list of what is taken over, never a list of what is left out: an event of a kind that
//! is added tomorrow stays inside until this file names it.

pub mod answers;

use super::lint::outside::Outside;
use crate::model::event::{Actor, Event, Kind, Pointer};
use crate::model::event_data::{Data, Declared, Extent, Noticed, UpdateSent};
use crate::model::incident::Incident;
use crate::model::milestone::Milestone;
use crate::model::update::{Audience, State, has_left, promised};
use std::collections::BTreeMap;

/// What every public document has in it, and no other file.
pub const MARK: &str = "<!-- hotfix:public -->";

/// The incident with nothing in it but what may be read outside. `None` when nothing is left to read.
pub fn of(incident: &Incident, outside: &Outside<'_>) -> Option<Incident> {
    let dated = || format!("Incident of {}", incident.started_at.to_utc().format("%Y-%m-%d"));
    let title = outside.whole(&incident.title).unwrap_or_else(dated);
    // Names of hotfixes and tags are whole words, told as they are or not at all.
    let word = |text: &String| outside.whole(text).filter(|told| told == text);
    let name = word(&incident.name).unwrap_or_else(|| "incident".to_owned());
    // An id is a day, the name and four digits, which look like a machine's.
    let id = if name == incident.name { incident.id.clone() } else { "incident".to_owned() };
    let mut log: Vec<Event> = Vec::new();
    for event in &incident.events {
        if event.kind == Kind::CommsSent && !has_left(incident, event) {
            continue;
        }
        let Some(mut told) = taken_over(event, outside) else { continue };
        if told.kind == Kind::Declared {
            let (name, title) = (name.clone(), title.clone());
            let branch = Some(name.clone());
            Declared { name: Some(name), title: Some(title), branch, ..Declared::default() }
                .write(&mut told.data);
        }
        log.push(told);
    }
    let mut public = Incident::fold(&id, log)?;
    let told = |text: &Option<String>| text.as_deref().and_then(|text| outside.whole(text));
    public.title = title;
    public.name = name;
    public.symptom = told(&incident.symptom);
    public.impact = told(&incident.impact);
    public.workaround = told(&incident.workaround);
    // Causes are told outside by who writes the document, not by the record.
    public.trigger = None;
    public.severity = incident.severity;
    public.detected_by = incident.detected_by;
    public.started_at = incident.started_at;
    public.course = incident.course.clone();
    public.extent = Extent {
        count: incident.extent.count,
        unit: told(&incident.extent.unit),
        place: told(&incident.extent.place),
        data_loss: incident.extent.data_loss,
    };
    public.end = incident.end;
    public.tag = incident.tag.as_ref().and_then(word);
    public.base_tag = incident.base_tag.as_ref().and_then(word);
    Some(public)
}

/// What of an event may be read outside: `None` for most.
fn taken_over(event: &Event, outside: &Outside<'_>) -> Option<Event> {
    let mut told = Event {
        actor: Actor { name: String::new(), email: String::new() },
        role: None,
        text: String::new(),
        refs: BTreeMap::new(),
        data: serde_json::Map::new(),
        amends: None,
        source: "git".to_owned(),
        ..event.clone()
    };
    match &event.kind {
        Kind::Declared | Kind::PartlyMitigated | Kind::Reopened | Kind::Finished | Kind::Cancelled => {}
        Kind::Detected => event.read::<Noticed>().write(&mut told.data),
        kind if Milestone::of(kind).is_some() => {}
        Kind::Tagged | Kind::DeploySucceeded | Kind::RolledBack => {
            let tag = event.reference(Pointer::Tag)?;
            let tag = outside.whole(tag).filter(|told| told == tag)?;
            told.refs.insert(Pointer::Tag.as_str().into(), tag);
        }
        Kind::CommsSent if event.read::<UpdateSent>().is_for(Audience::Users.as_str()) => {
            told.text = outside.quote(&event.text);
            let said = UpdateSent {
                audience: Some(Audience::Users.as_str().to_owned()),
                state: State::said(event).map(|state| state.as_str().to_owned()),
                next: promised(event).map(|at| at.to_rfc3339()),
                ..UpdateSent::default()
            };
            said.write(&mut told.data);
        }
        _ => return None,
    }
    Some(told)
}

#[cfg(test)]
#[path = "public_tests.rs"]
mod tests;
