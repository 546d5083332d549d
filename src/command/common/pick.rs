//! Which event somebody means: an id, the beginning of one, or `last`.

use crate::facts::{Hotfix, Workspace};
use crate::model::event::{Event, Kind};
use crate::model::failure::Failure;
use crate::model::incident::Incident;
use crate::model::text::{safe, shell_word, shorten};

/// The name of an incident, where an answer has to say which one it is about: another is recent.
pub fn name_where_unclear(workspace: &Workspace, id: &str) -> Option<String> {
    let week =
        workspace.env.now().checked_sub_signed(chrono::Duration::days(7))?.format("%Y%m%d").to_string();
    let recent = |other: &String| other != id && other.get(..8).is_some_and(|day| day >= week.as_str());
    let others = workspace.record().ids().ok()?.iter().any(recent);
    others.then(|| safe(crate::model::incident::slug(id).unwrap_or(id)))
}

/// An event and the incident it belongs to.
#[derive(Debug)]
pub struct Picked {
    pub incident: Incident,
    /// As it was recorded.
    pub event: Event,
}

impl Picked {
    /// The event as it reads now; `None` when it was taken back, or is a correction.
    pub fn current(&self) -> Option<&Event> {
        self.incident.events.iter().find(|e| e.id == self.event.id)
    }
}

/// Finds the event. Ids are unique, so all incidents are searched unless one is named; where the
/// beginning of an id fits several, those of the current hotfix come first.
///
/// # Errors
/// When there is no such event, or there are several.
pub fn event(workspace: &Workspace, typed: &str, hotfix: Option<&str>) -> anyhow::Result<Picked> {
    let here = match Hotfix::find_to_tell(workspace, hotfix) {
        Ok(found) => found.incident,
        Err(error) if hotfix.is_some() || typed == "last" => return Err(error),
        Err(_) => None,
    };
    if typed == "last" {
        return last(workspace, here).map_err(Into::into);
    }
    if !typed.chars().all(|c| c.is_ascii_hexdigit()) || typed.len() < 3 {
        return Err(Failure::usage(format!(
            "not an event id: '{}' (expected at least its first 3 hexadecimal digits)",
            safe(typed)
        ))
        .hint("hotfix timeline --all")
        .into());
    }
    let wanted = typed.to_ascii_lowercase();
    let mut found = here.map(|i| matching(i, &wanted)).unwrap_or_default();
    if found.is_empty() && hotfix.is_none() {
        found = workspace.record().incidents()?.into_iter().flat_map(|i| matching(i, &wanted)).collect();
    }
    match found.len() {
        0 => Err(Failure::usage(format!("no event begins with '{wanted}'; nothing was changed"))
            .hint("hotfix timeline --all")
            .into()),
        1 => found.pop().ok_or_else(|| Failure::failed("the event does not exist any more").into()),
        _ => {
            let mut failure =
                Failure::usage(format!("several events begin with '{wanted}'; nothing was changed"));
            failure.hints = found.iter().take(6).map(|p| candidate(&p.event)).collect();
            Err(failure.into())
        }
    }
}

fn matching(incident: Incident, wanted: &str) -> Vec<Picked> {
    let found: Vec<Event> = incident.log.iter().filter(|e| e.id.starts_with(wanted)).cloned().collect();
    found.into_iter().map(|event| Picked { incident: incident.clone(), event }).collect()
}

/// The last line that this person wrote and that still stands.
fn last(workspace: &Workspace, here: Option<Incident>) -> Result<Picked, Failure> {
    let none = || Failure::usage("you have written nothing here yet").hint("hotfix timeline --all");
    let (incident, me) = (here.ok_or_else(none)?, workspace.actor().ok_or_else(none)?);
    let mine = |e: &&Event| e.actor.email == me.email && e.source == "cli" && e.is_correctable();
    let id = incident.events.iter().rev().find(mine).map(|e| e.id.clone()).ok_or_else(none)?;
    let event = incident.log.iter().find(|e| e.id == id).cloned().ok_or_else(none)?;
    Ok(Picked { incident, event })
}

fn candidate(event: &Event) -> String {
    let text = shorten(&safe(&event.text), 50);
    let at = event.at.to_utc().format("%H:%M");
    format!("{}  {at}  {}  {text}", event.id, event.kind.words())
}

/// What may be corrected may be retracted or amended; everything else says what to do instead.
pub fn demand_correctable(picked: &Picked) -> Result<(), Failure> {
    let (kind, name) = (&picked.event.kind, shell_word(&picked.incident.name));
    if picked.event.is_correctable() {
        return Ok(());
    }
    let what = kind.words();
    Err(match kind {
        Kind::Declared | Kind::Declined => {
            Failure::refused(format!("'{what}' starts the record and cannot be edited; nothing was changed"))
                .hint(format!("hotfix abort {name} -m \"false alarm\""))
        }
        Kind::ChecklistItem => Failure::refused("a checklist answer cannot be edited; nothing was changed")
            .hint(format!("hotfix check --hotfix {name}")),
        Kind::Review => Failure::refused("a verdict cannot be edited; nothing was changed")
            .hint(format!("hotfix review {name} --reject -m \"why\"")),
        Kind::Triaged => Failure::refused("a triage is edited field by field; nothing was changed")
            .hint(format!("hotfix symptom \"what people see\" --hotfix {name}"))
            .hint(format!("hotfix severity sev2 \"why\" --hotfix {name}")),
        _ => Failure::refused(format!(
            "'{what}' was recorded by hotfix and cannot be edited; nothing was \
                                       changed"
        ))
        .hint(format!("hotfix note --hotfix {name} \"what really happened\"")),
    })
}
