//! `hotfix undo`: the last local change, taken back.

use super::{Outcome, Session, again, run_lock, step_view};
use crate::cli::Undo;
use crate::engine::local::Local;
use crate::facts::{Hotfix, Workspace, brought_back};
use crate::git::access::Access;
use crate::git::fetch;
use crate::model::event::{Draft, Event, Kind, Pointer};
use crate::model::event_data::Started;
use crate::model::failure::Failure;
use crate::model::incident::Incident;
use crate::model::intent::Intent;
use crate::model::milestone::Milestone;
use crate::model::plan::{Deletion, Fact, Progress, Step, Update, head, steps_json, tag_ref};
use crate::model::text::{safe, shell_word};
use crate::model::way_back::way_back;
use crate::terminal::style::Tone;
use serde_json::json;

/// What the log says of a start that was taken back.
const START_UNDONE: &str = "the start was undone";

/// What the last change was.
enum Last<'a> {
    /// Something in the log: it is retracted, which erases nothing.
    Line(&'a Event),
    /// The hotfix was given up.
    Abort(&'a Event),
    /// `finish --no-push` moved local refs.
    Unpushed(Intent),
    /// The branch was made, and nothing happened on it.
    Start,
    /// It is public.
    Public(String),
    Nothing,
}

pub fn run(session: &Session, args: &Undo) -> Outcome {
    let workspace = session.workspace()?;
    let _lock = if session.dry_run() { None } else { run_lock::lock(session, &workspace)? };
    let written = if args.name.is_none() { written_last(&workspace)? } else { None };
    let hotfix = match written {
        Some(incident) => Hotfix::with_record(&workspace, incident)?,
        None => Hotfix::find(&workspace, args.name.as_deref()).or_else(|error| {
            // Nothing is open: the one that was given up last is meant.
            let aborted = if args.name.is_none() { aborted(&workspace)? } else { None };
            aborted.map_or(Err(error), |incident| Hotfix::with_record(&workspace, incident))
        })?,
    };
    let Some(incident) = hotfix.incident.clone() else {
        return Err(Failure::usage(format!(
            "{} has no record, so nothing is known to undo",
            safe(&hotfix.name)
        ))
        .into());
    };
    let last = last(&workspace, &hotfix, &incident)?;
    let said = match &last {
        Last::Line(event) if event.text.is_empty() => event.kind.words().to_owned(),
        Last::Line(event) => format!("{} \"{}\"", event.kind.words(), safe(&event.text)),
        Last::Abort(_) => format!("giving up {}", safe(&hotfix.name)),
        Last::Unpushed(intent) => format!("the unpublished release {}", safe(&intent.tag)),
        Last::Start => format!("starting {}", safe(&hotfix.name)),
        Last::Public(tag) => {
            let refusal = Failure::refused(format!(
                "the last change is public: {} cannot be undone, and nothing was changed",
                safe(tag)
            ));
            let lines = match (incident.undone(), brought_back::taken_back_by(&incident)) {
                // Undoing a rollback would release what was bad.
                (Some(_), _) => brought_back::by_hand(&workspace, tag),
                (None, Some(by)) => brought_back::by_hand(&workspace, &by),
                (None, None) => {
                    vec![way_back(tag)]
                }
            };
            return Err(lines.into_iter().fold(refusal, Failure::hint).into());
        }
        Last::Nothing => return Err(Failure::refused("there is nothing to undo; nothing was changed").into()),
    };
    let given_up = incident.own(&Kind::Cancelled).next_back().and_then(|e| e.oid(Pointer::Commit));
    let tip = hotfix.local.clone().or_else(|| incident.base.clone()).or(given_up);
    let came_from = came_from(&workspace, &incident)?.filter(|_| matches!(last, Last::Start));
    let local =
        |tip| Local::of(&workspace, &hotfix.branch, Some(&incident), tip).back_to(came_from.as_deref());
    let local = tip.as_ref().map(local);
    let (steps, draft) = plan(&workspace, &hotfix, &incident, &last, local.as_ref())?;
    if session.dry_run() {
        session.ui.answer(format!("Would undo {said}:"));
        for line in step_view::lines(&steps, "") {
            session.ui.answer(line);
        }
        session.ui.dim("Nothing was changed.");
        session.ui.document(json!({
            "id": incident.id, "undone": said, "dry_run": true,
            "steps": steps_json(&steps, Progress::Todo),
        }));
        return Ok(0);
    }
    let record = workspace.record();
    let write = |_| record.append(&incident.id, draft.clone()).map(drop).map_err(Into::into);
    let lines = match &local {
        Some(local) => local.carry_out(&steps, &write)?,
        None => {
            write(Fact::Retracted)?;
            Vec::new()
        }
    };
    session.ui.answer(format!("{} undone: {said}", session.ui.sign(Tone::Good)));
    for line in lines {
        session.ui.say(format!("  {}", safe(&line)));
    }
    session.ui.say(format!("Next: {}", again("hotfix status", &hotfix.name)));
    session.ui.document(json!({
        "id": incident.id, "undone": said,
        "steps": steps_json(&steps, Progress::Done),
    }));
    Ok(0)
}

/// The branch that was checked out when the hotfix was started, where it is still here.
pub(super) fn came_from(workspace: &Workspace, incident: &Incident) -> anyhow::Result<Option<String>> {
    let started = incident.own(&Kind::FixStarted).next_back();
    let Some(branch) = started.and_then(|e| e.read::<Started>().came_from) else { return Ok(None) };
    Ok(workspace.repo.find_ref(&head(&branch))?.map(|_| branch))
}

/// The hotfix whose record this clone wrote last, where it was given up or none is open.
fn written_last(workspace: &Workspace) -> anyhow::Result<Option<Incident>> {
    let incidents = workspace.record().incidents()?;
    let own = incidents.iter().filter_map(|i| Some((i.log.iter().rfind(|event| event.own)?, i)));
    let last = own.max_by_key(|(event, _)| event.recorded_at);
    let none_is_open = matches!(Hotfix::current(workspace), Ok(None));
    let is_meant = |event: &Event| match event.kind {
        // What an undo has taken back is not undone by the next one.
        Kind::Cancelled => event.text != START_UNDONE,
        _ => none_is_open,
    };
    Ok(last.filter(|(event, _)| is_meant(event)).map(|(_, incident)| incident.clone()))
}

fn aborted(workspace: &Workspace) -> anyhow::Result<Option<Incident>> {
    Ok(workspace
        .record()
        .incidents()?
        .into_iter()
        .rfind(|i| i.end == Some(crate::model::incident::End::Cancelled)))
}

fn last<'a>(workspace: &Workspace, hotfix: &Hotfix, incident: &'a Incident) -> anyhow::Result<Last<'a>> {
    for event in incident.events.iter().rev() {
        // What the program wrote down about itself is not a change of the user's.
        let is_line = event.kind.is_human() && event.source == "cli"
            || matches!(
                event.kind,
                Kind::ChecklistItem | Kind::SeverityChanged | Kind::TargetSkipped | Kind::Triaged
            )
            || Milestone::of(&event.kind).is_some_and(|m| m != Milestone::Declared);
        return Ok(match &event.kind {
            // Only what was done here can be undone here.
            Kind::Cancelled if event.own => Last::Abort(event),
            _ if is_line && event.own => Last::Line(event),
            Kind::Publishing if event.own => match unpushed(workspace, incident)? {
                Some(intent) => Last::Unpushed(intent),
                // It was meant and did not happen: look further back.
                None => continue,
            },
            Kind::FixStarted | Kind::Declared if event.own => {
                let untouched = hotfix.local.is_some() && hotfix.local == incident.base;
                // A run that was killed has deleted the branch and not said so.
                let is_gone = hotfix.tip().is_none() && !incident.events.iter().any(is_work);
                if untouched || is_gone { Last::Start } else { Last::Nothing }
            }
            Kind::Merged
            | Kind::Tagged
            | Kind::Pushed
            | Kind::MergedBack
            | Kind::BranchDeleted
            | Kind::Finished
                if event.own || incident.tag.is_some() =>
            {
                Last::Public(incident.tag.clone().unwrap_or_default())
            }
            _ => continue,
        });
    }
    Ok(Last::Nothing)
}

/// Whether an event tells of commits on the branch.
fn is_work(event: &Event) -> bool {
    matches!(event.kind, Kind::Commit | Kind::Publishing | Kind::ChecklistItem | Kind::Review)
}

/// Local refs that a finish moved without publishing them.
fn unpushed(workspace: &Workspace, incident: &Incident) -> anyhow::Result<Option<Intent>> {
    let Some(intent) = Intent::all(incident).into_iter().next() else { return Ok(None) };
    let here = workspace.repo.find_ref(&tag_ref(&intent.tag))?;
    let known = fetch::last_known(&workspace.repo, workspace.remote())?;
    let public = |m: &crate::model::intent::Move| {
        known.heads.get(&m.branch).is_some_and(|tip| workspace.repo.is_ancestor(&m.new, tip).unwrap_or(true))
    };
    let is_public = workspace.remote().is_none() || intent.branches.iter().any(public);
    Ok((here.is_some() && here == intent.tag_object && !is_public).then_some(intent))
}

/// What taking the last change back does, and what the log says about it.
fn plan(
    workspace: &Workspace,
    hotfix: &Hotfix,
    incident: &Incident,
    last: &Last<'_>,
    local: Option<&Local<'_>>,
) -> anyhow::Result<(Vec<Step>, Draft)> {
    Ok(match last {
        Last::Line(event) => {
            let mut draft =
                Draft::new(Kind::Retraction, format!("{} undone", event.kind.words())).by_person();
            draft.amends = Some(event.id.clone());
            (vec![Step::Record(Fact::Retracted)], draft)
        }
        Last::Abort(event) => {
            let name = head(&incident.branch);
            let tip = event.oid(Pointer::Commit);
            let missing = tip.filter(|_| matches!(workspace.repo.find_ref(&name), Ok(None)));
            let update = missing.map(|new| Update { name, expect: None, new });
            let local = update.map(|u| Step::Local { updates: vec![u], deletions: Vec::new() });
            let draft = Draft::new(Kind::Reopened, "giving up was undone").by_person();
            (local.into_iter().chain([Step::Record(Fact::Reopened)]).collect(), draft)
        }
        Last::Unpushed(intent) => {
            let (updates, deletions) = taken_back(workspace, incident, intent)?;
            let text = format!("{} was undone before it was published", intent.tag);
            // Said first: a run that is killed in between finds the refs and goes on; the other way
            // round it would find nothing, and take back what was done before.
            let since = incident.events.iter().rev().take_while(|e| e.kind != Kind::Publishing);
            let is_said = since.into_iter().any(|e| e.own && e.text == text);
            let said = (!is_said).then_some(Step::Record(Fact::TakenBack));
            let steps = said.into_iter().chain([Step::Local { updates, deletions }]).collect();
            (steps, Draft::new(Kind::Note, text))
        }
        Last::Start => {
            let mut steps = Vec::new();
            let mut draft = Draft::new(Kind::Cancelled, START_UNDONE).by_person();
            if let (Some(local), Some(tip)) = (local, &hotfix.local) {
                steps = local.deletion(tip)?;
                draft = draft.refer(Pointer::Commit, tip);
            }
            steps.push(Step::Record(Fact::Cancelled));
            (steps, draft)
        }
        Last::Public(_) | Last::Nothing => (Vec::new(), Draft::new(Kind::Note, "")),
    })
}

/// Each local ref goes back only if it still is where the finish put it.
fn taken_back(
    workspace: &Workspace,
    incident: &Incident,
    intent: &Intent,
) -> anyhow::Result<(Vec<Update>, Vec<Deletion>)> {
    let mut updates = Vec::new();
    for m in &intent.branches {
        let name = head(&m.branch);
        if workspace.repo.find_ref(&name)?.as_ref() == Some(&m.new) {
            updates.push(Update { name, expect: Some(m.new.clone()), new: m.old.clone() });
        }
    }
    let current = workspace.repo.head()?.branch;
    if let Some(moved) = updates.iter().find(|u| current.as_ref().is_some_and(|b| u.name == head(b))) {
        return Err(Failure::refused(format!(
            "{} is checked out here and would change; nothing was changed",
            crate::model::plan::short_ref(&moved.name)
        ))
        .hint(format!("git switch {}", shell_word(&incident.branch)))
        .into());
    }
    let tag = intent.tag_object.clone().map(|expect| Deletion { name: tag_ref(&intent.tag), expect });
    Ok((updates, tag.into_iter().collect()))
}
