//! `hotfix undo`: the last local change, taken back.

use super::{Desk, Outcome, again};
use crate::cli::Undo;
use crate::engine::retire;
use crate::facts::{Hotfix, Site};
use crate::git::access::Access;
use crate::git::{fetch, refs};
use crate::model::event::{Draft, Event, Kind};
use crate::model::failure::Failure;
use crate::model::incident::Incident;
use crate::model::intent::Intent;
use crate::model::milestone::Milestone;
use crate::model::oid::Oid;
use crate::model::plan::{Deletion, Update, head, tag_ref};
use crate::model::text::{safe, shell_word};
use crate::terminal::style::Tone;
use serde_json::json;
use std::path::PathBuf;

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

pub fn run(desk: &Desk, args: &Undo) -> Outcome {
    let site = desk.site()?;
    let hotfix = match (&args.name, Hotfix::find(&site, args.name.as_deref())) {
        (_, Ok(hotfix)) => hotfix,
        // Nothing is open: the one that was given up last is meant.
        (None, Err(error)) => match aborted(&site)? {
            Some(incident) => Hotfix::with_record(&site, incident)?,
            None => return Err(error),
        },
        (Some(_), Err(error)) => return Err(error),
    };
    let Some(incident) = hotfix.incident.clone() else {
        return Err(Failure::usage(format!(
            "{} has no record, so nothing is known to undo",
            safe(&hotfix.name)
        ))
        .into());
    };
    let last = last(&site, &hotfix, &incident)?;
    let said = match &last {
        Last::Line(event) if event.text.is_empty() => event.kind.words().to_owned(),
        Last::Line(event) => format!("{} \"{}\"", event.kind.words(), safe(&event.text)),
        Last::Abort(_) => format!("giving up {}", safe(&hotfix.name)),
        Last::Unpushed(intent) => format!("the unpublished release {}", safe(&intent.tag)),
        Last::Start => format!("starting {}", safe(&hotfix.name)),
        Last::Public(tag) => {
            return Err(Failure::refused(format!(
                "the last change is public: {} cannot be undone, and nothing was changed",
                safe(tag)
            ))
            .hint(format!("hotfix rollback {} --dry-run    # what going back would undo", shell_word(tag)))
            .into());
        }
        Last::Nothing => return Err(Failure::refused("there is nothing to undo; nothing was changed").into()),
    };
    if desk.dry_run() {
        desk.ui.answer(format!("Would undo {said}."));
        desk.ui.document(json!({ "id": incident.id, "undone": said, "dry_run": true }));
        return Ok(0);
    }
    match last {
        Last::Line(event) => retract(&site, &incident, event)?,
        Last::Abort(event) => reopen(&site, &incident, event)?,
        Last::Unpushed(intent) => take_back(&site, &incident, &intent)?,
        Last::Start => unstart(&site, &hotfix, &incident)?,
        Last::Public(_) | Last::Nothing => {}
    }
    desk.ui.answer(format!("{} undone: {said}", desk.ui.sign(Tone::Good)));
    desk.ui.say(format!("Next: {}", again("hotfix status", &hotfix.name)));
    desk.ui.document(json!({ "id": incident.id, "undone": said }));
    Ok(0)
}

fn aborted(site: &Site) -> anyhow::Result<Option<Incident>> {
    Ok(site
        .record()
        .incidents()?
        .into_iter()
        .rfind(|i| i.end == Some(crate::model::incident::End::Cancelled)))
}

fn last<'a>(site: &Site, hotfix: &Hotfix, incident: &'a Incident) -> anyhow::Result<Last<'a>> {
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
            Kind::Publishing if event.own => match unpushed(site, incident)? {
                Some(intent) => Last::Unpushed(intent),
                // It was meant and did not happen: look further back.
                None => continue,
            },
            Kind::FixStarted | Kind::Declared if event.own => {
                let untouched = hotfix.local.is_some() && hotfix.local == incident.base;
                if untouched { Last::Start } else { Last::Nothing }
            }
            Kind::Merged
            | Kind::Tagged
            | Kind::Pushed
            | Kind::MergedBack
            | Kind::BranchDeleted
            | Kind::Finished => Last::Public(incident.tag.clone().unwrap_or_default()),
            _ => continue,
        });
    }
    Ok(Last::Nothing)
}

/// Local refs that a finish moved without publishing them.
fn unpushed(site: &Site, incident: &Incident) -> anyhow::Result<Option<Intent>> {
    let Some(intent) = Intent::own(incident).into_iter().next() else { return Ok(None) };
    let here = site.repo.find_ref(&tag_ref(&intent.tag))?;
    let known = fetch::last_known(&site.repo, site.remote())?;
    let public = |m: &crate::model::intent::Move| {
        known.heads.get(&m.branch).is_some_and(|tip| site.repo.is_ancestor(&m.new, tip).unwrap_or(true))
    };
    let is_public = site.remote().is_none() || intent.branches.iter().any(public);
    Ok((here.is_some() && here == intent.tag_object && !is_public).then_some(intent))
}

fn retract(site: &Site, incident: &Incident, event: &Event) -> anyhow::Result<()> {
    let mut draft = Draft::new(Kind::Retraction, format!("{} taken back", event.kind.words())).by_person();
    draft.amends = Some(event.id.clone());
    site.record().append(&incident.id, draft)?;
    Ok(())
}

fn reopen(site: &Site, incident: &Incident, event: &Event) -> anyhow::Result<()> {
    let branch = head(&incident.branch);
    if let Some(tip) = event.reference("commit").and_then(Oid::parse)
        && site.repo.find_ref(&branch)?.is_none()
    {
        site.repo.move_ref(&branch, None, &tip, "hotfix undo")?;
    }
    site.record().append(&incident.id, Draft::new(Kind::Reopened, "giving up was undone").by_person())?;
    Ok(())
}

/// Each local ref goes back only if it still is where the finish put it.
fn take_back(site: &Site, incident: &Incident, intent: &Intent) -> anyhow::Result<()> {
    let mut updates = Vec::new();
    for m in &intent.branches {
        let name = head(&m.branch);
        if site.repo.find_ref(&name)?.as_ref() == Some(&m.new) {
            updates.push(Update { name, expect: Some(m.new.clone()), new: m.old.clone() });
        }
    }
    let standing = site.repo.head()?.branch;
    if let Some(under_foot) = updates.iter().find(|u| standing.as_ref().is_some_and(|b| u.name == head(b))) {
        return Err(Failure::refused(format!(
            "you stand on {}, which would move under you; nothing was changed",
            crate::model::plan::short_ref(&under_foot.name)
        ))
        .hint(format!("git switch {}", shell_word(&incident.branch)))
        .into());
    }
    let tag = intent.tag_object.clone().map(|expect| Deletion { name: tag_ref(&intent.tag), expect });
    let deletions: Vec<Deletion> = tag.into_iter().collect();
    refs::transaction(&site.repo, &updates, &deletions, "hotfix undo")?;
    site.record().append(
        &incident.id,
        Draft::new(Kind::Note, format!("{} was taken back before it was published", intent.tag)),
    )?;
    Ok(())
}

fn unstart(site: &Site, hotfix: &Hotfix, incident: &Incident) -> anyhow::Result<()> {
    let Some(tip) = &hotfix.local else { return Ok(()) };
    let production = site.production_of(Some(incident));
    let made = incident.worktree.as_ref().map(PathBuf::from);
    let leaving = retire::Leaving { branch: &hotfix.branch, production, released: tip };
    let left = retire::vacate_all(site, &leaving, made.as_deref())?;
    if left.occupied {
        return Err(Failure::refused(left.lines.join("; ")).into());
    }
    retire::delete_local(site, &hotfix.branch, tip)?;
    let draft = Draft::new(Kind::Cancelled, "the start was undone").refer("commit", tip).by_person();
    site.record().append(&incident.id, draft)?;
    Ok(())
}
