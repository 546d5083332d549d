//! How a verdict gets to the responder: with the shared log, or by telling.

use super::Verdict;
use crate::command::Session;
use crate::engine::share_target::{Memory, Place};
use crate::facts::Workspace;
use crate::model::event::Actor;
use crate::model::incident::Incident;
use crate::model::text::shell_word;

/// The way a verdict takes.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Way {
    /// The log it is in is the responder's own.
    Here,
    /// The log is shared when this command is done.
    Shared,
    /// Somebody has agreed to sharing with this place.
    Sync(String),
    /// The responder has to be told.
    Told,
}

pub(super) fn way(workspace: &Workspace, incident: &Incident) -> Way {
    let place = Place::choose(workspace, None).ok();
    let agreed = place.filter(|p| p.is_agreed(&Memory::read(&workspace.repo)));
    match agreed {
        Some(place) if place.refusal(&Memory::read(&workspace.repo)).is_none() => {
            if workspace.config.incident.share { Way::Shared } else { Way::Sync(place.name()) }
        }
        _ if !incident.is_adopted() && !came_from_elsewhere(workspace, incident) => Way::Here,
        _ => Way::Told,
    }
}

fn came_from_elsewhere(workspace: &Workspace, incident: &Incident) -> bool {
    workspace.record().is_known_elsewhere(&incident.id).unwrap_or(false)
}

/// What the responder types on their side.
pub(super) fn tell(way: &Way, verdict: Verdict, name: &str, reviewer: &Actor) -> Option<String> {
    let answer = match verdict {
        Verdict::Approve => shell_word(&reviewer.email),
        Verdict::Reject => "no".to_owned(),
    };
    (*way == Way::Told)
        .then(|| format!("hotfix check --hotfix {} --answer reviewed={answer}", shell_word(name)))
}

pub(super) fn say(session: &Session, way: &Way, tell: Option<&str>) {
    match (way, tell) {
        (Way::Sync(place), _) => {
            session.ui.say(format!("{place} has the shared log; to send your verdict there:"));
            session.ui.say("  hotfix sync");
        }
        (_, Some(tell)) => {
            session.ui.say("Only this clone has it. Send this to the responder, who runs:");
            session.ui.say(format!("  {tell}"));
        }
        _ => {}
    }
}
