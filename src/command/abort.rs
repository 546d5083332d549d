//! `hotfix abort`: giving up without losing anything.

use super::undo::came_from;
use super::{CONTINUES, Outcome, Session, adopt, again, run_lock, step_view};
use crate::cli::Abort;
use crate::engine::local::{Local, deletion_by_hand};
use crate::engine::start::was_stashed;
use crate::facts::{Hotfix, Workspace};
use crate::git::access::Access;
use crate::model::checked_out;
use crate::model::event::{Draft, Kind, Pointer};
use crate::model::failure::{Failure, Problem};
use crate::model::incident::{End, Incident};
use crate::model::oid::Oid;
use crate::model::plan::{Deletion, Fact, Progress, Step, head, steps_json};
use crate::model::text::{count, safe, safe_lines, shell_word};
use crate::model::way_back::way_back;
use crate::system::signals;
use crate::terminal::style::Tone;
use serde_json::json;

pub fn run(session: &Session, args: &Abort) -> Outcome {
    let workspace = session.workspace()?;
    let hotfix = Hotfix::find(&workspace, args.name.as_deref())?;
    refuse(&workspace, &hotfix)?;
    let why = args.message.as_deref().map(|m| safe_lines(m).trim().to_owned()).filter(|m| !m.is_empty());
    let published = hotfix.tracking.as_ref().zip(workspace.remote());
    let incident = hotfix.incident.as_ref();
    let came_from = incident.map(|incident| came_from(&workspace, incident)).transpose()?.flatten();
    let local = |tip| Local::of(&workspace, &hotfix.branch, incident, tip).back_to(came_from.as_deref());
    let local = hotfix.local.as_ref().map(local);
    let steps = steps(&workspace, &hotfix, local.as_ref())?;
    let goes = steps.iter().any(|step| matches!(step, Step::Unpublish { .. }));
    let published = published.filter(|_| !goes);
    if session.dry_run() {
        session.ui.answer(format!("Would give up {}:", safe(&hotfix.name)));
        for line in step_view::lines(&steps, "") {
            session.ui.answer(line);
        }
        if let Some((_, remote)) = published {
            session.ui.answer(format!("{} stays on {remote}.", safe(&hotfix.branch)));
        }
        session.ui.dim("Nothing was changed.");
        session.ui.document(json!({
            "name": hotfix.name, "branch": hotfix.branch, "dry_run": true, "steps": steps_json(&steps, Progress::Todo),
        }));
        return Ok(0);
    }
    consent(session, &hotfix, &steps)?;
    signals::stands(CONTINUES);
    let _lock = run_lock::lock(session, &workspace)?;
    demand_unchanged(&workspace, &hotfix)?;
    let incident = adopt::incident(session, &workspace, &hotfix)?;
    // The record may have been opened just now: its name is part of where the tip is kept.
    let steps = under(steps, &incident.id);
    let record = workspace.record();
    let cancelled = |_| {
        let mut draft = Draft::new(Kind::Cancelled, why.clone().unwrap_or_default())
            .refer(Pointer::Branch, &hotfix.branch)
            .by_person();
        if let Some(tip) = &hotfix.local {
            draft = draft.refer(Pointer::Commit, tip);
        }
        record.append(&incident.id, draft)?;
        Ok(())
    };
    let lines = match &local {
        Some(local) => local.carry_out(&steps, &cancelled)?,
        None => {
            cancelled(Fact::Cancelled)?;
            Vec::new()
        }
    };
    let kept = steps.iter().find_map(|step| match step {
        Step::Keep { name, .. } => Some(name.clone()),
        _ => None,
    });
    show(session, &hotfix, kept.as_deref(), published, &lines);
    if was_stashed(&workspace, &hotfix.branch) {
        session.ui.say("  The changes that start put into the stash are still there: git stash pop --index");
    }
    session.ui.document(json!({
        "id": incident.id, "name": hotfix.name, "branch": hotfix.branch, "kept": kept, "state": "cancelled",
        "steps": steps_json(&steps, Progress::Done),
    }));
    Ok(0)
}

/// What giving up does. The tip is kept before anything else happens: whatever comes, no commit is lost.
fn steps(workspace: &Workspace, hotfix: &Hotfix, local: Option<&Local<'_>>) -> anyhow::Result<Vec<Step>> {
    let mut steps = Vec::new();
    if let (Some(local), Some(tip)) = (local, &hotfix.local) {
        steps.push(Step::Keep { name: kept_name(hotfix.id().unwrap_or("NEW")), tip: tip.clone() });
        steps.extend(unpublish(workspace, hotfix, tip)?);
        steps.extend(local.deletion(tip)?);
    }
    steps.push(Step::Record(Fact::Cancelled));
    Ok(steps)
}

/// The branch on the remote goes, too, where this clone began the hotfix and nothing on it is missing from the tip
/// that is kept: else colleagues see the hotfix open for good.
fn unpublish(workspace: &Workspace, hotfix: &Hotfix, tip: &Oid) -> anyhow::Result<Option<Step>> {
    let Some((there, remote)) = hotfix.tracking.as_ref().zip(workspace.remote()) else { return Ok(None) };
    let is_own = hotfix.incident.as_ref().is_some_and(|i| i.is_own && !i.is_adopted());
    if !is_own || !workspace.repo.is_ancestor(there, tip)? {
        return Ok(None);
    }
    let deletion = Deletion { name: head(&hotfix.branch), expect: there.clone() };
    Ok(Some(Step::Unpublish { remote: remote.to_owned(), deletion }))
}

fn kept_name(id: &str) -> String {
    format!("refs/incidents/{id}/keep/aborted")
}

fn under(mut steps: Vec<Step>, id: &str) -> Vec<Step> {
    for step in &mut steps {
        if let Step::Keep { name, .. } = step {
            *name = kept_name(id);
        }
    }
    steps
}

/// Shows what will happen and gets the yes; without a terminal that is `--yes`.
fn consent(session: &Session, hotfix: &Hotfix, steps: &[Step]) -> anyhow::Result<()> {
    if session.ui.yes() {
        return Ok(());
    }
    let again = again("hotfix abort", &hotfix.name);
    if !session.ui.is_interactive() {
        return Err(Failure::refused(
            "confirmation required, and there is no terminal to ask on; nothing was changed",
        )
        .hint(format!("{again} -y"))
        .into());
    }
    for line in step_view::lines(steps, "") {
        session.ui.say(line);
    }
    let commits = if hotfix.local.is_some() { " Its commits stay reachable." } else { "" };
    let question = format!("Give up {}?{commits}", safe(&hotfix.name));
    if session.ui.confirm(&question, false)? {
        return Ok(());
    }
    Err(Failure::refused("declined; nothing was changed").hint(again).into())
}

/// A run that had the lock may have released it, or moved its branch.
fn demand_unchanged(workspace: &Workspace, seen: &Hotfix) -> anyhow::Result<()> {
    let now = Hotfix::find(workspace, Some(&seen.name))?;
    refuse(workspace, &now)?;
    if (&now.local, &now.tracking) == (&seen.local, &seen.tracking) {
        return Ok(());
    }
    Err(Failure::refused(format!("{} was moved by another run; nothing was changed", safe(&seen.branch)))
        .hint(again("hotfix abort", &seen.name))
        .into())
}

fn refuse(workspace: &Workspace, hotfix: &Hotfix) -> anyhow::Result<()> {
    let name = &hotfix.name;
    let incident = hotfix.incident.as_ref();
    match incident.and_then(|i| i.end) {
        Some(End::Finished) => {
            let tag = incident.and_then(|i| i.tag.clone()).unwrap_or_default();
            let hint = match incident.and_then(Incident::undone) {
                Some(_) => again("hotfix postmortem", name),
                None => way_back(&tag),
            };
            return Err(Failure::refused(format!(
                "{name} is finished: {tag} is public and cannot be given up. Nothing was changed."
            ))
            .hint(hint)
            .into());
        }
        Some(_) => {
            return Err(Failure::refused(format!("{name} is already closed; nothing was changed"))
                .hint("hotfix list --all")
                .into());
        }
        None => {}
    }
    if let Some(tag) = incident.and_then(|i| i.tag.clone()) {
        let refusal = Failure::refused(format!(
            "{name} is public as {tag} and cannot be given up. Nothing was changed."
        ));
        let lines = match incident.and_then(Incident::undone) {
            Some(undone) => vec![format!("hotfix rollback {}    # completes it", shell_word(undone))],
            None => vec![
                way_back(&tag),
                format!("{}    # completes it, with its merge-backs", again("hotfix finish", name)),
            ],
        };
        return Err(lines.into_iter().fold(refusal, Failure::hint).into());
    }
    let worktrees = crate::git::worktree::list(&workspace.repo)?;
    let standing =
        worktrees.iter().find(|w| w.branch.as_deref() == Some(hotfix.branch.as_str()) && w.path.exists());
    if let Some(at) = standing {
        let changes = crate::git::state::changes(&workspace.repo, &at.path)?;
        if !changes.tracked.is_empty() && !half_switched(workspace, hotfix, &at.path)? {
            let n = count(changes.tracked.len(), "changed file");
            let stand = hotfix.stand(workspace, &worktrees);
            let git = |words: &str| checked_out::git(stand.as_ref(), &hotfix.branch, words);
            return Err(Failure::refused(format!(
                "{n} in {} not committed; giving up could lose them. Nothing was changed.",
                at.path.display()
            ))
            .problems(vec![Problem::new(
                "uncommitted",
                changes.tracked.join(", "),
                format!("{}    # or: {}", git("commit -a"), git("stash")),
            )])
            .into());
        }
    }
    Ok(())
}

/// Whether an earlier abort was killed in the middle of leaving the branch: the files are those of
/// production already, and nothing is lost by going on.
fn half_switched(workspace: &Workspace, hotfix: &Hotfix, path: &std::path::Path) -> anyhow::Result<bool> {
    let Some(incident) = &hotfix.incident else { return Ok(false) };
    let pinned = workspace.repo.find_ref(&format!("refs/incidents/{}/keep/aborted", incident.id))?;
    if pinned.is_none() || pinned != hotfix.local {
        return Ok(false);
    }
    let production = workspace.production_of(Some(incident));
    let targets = [workspace.repo.find_ref(&head(production))?, incident.base.clone()];
    for commit in targets.into_iter().flatten() {
        if crate::git::state::has_the_files_of(&workspace.repo, path, &commit)? {
            return Ok(true);
        }
    }
    Ok(false)
}

fn show(
    session: &Session,
    hotfix: &Hotfix,
    kept: Option<&str>,
    published: Option<(&Oid, &str)>,
    lines: &[String],
) {
    let ui = &session.ui;
    ui.answer(format!(
        "{} {} is given up; its log is closed as cancelled.",
        ui.sign(Tone::Good),
        safe(&hotfix.name)
    ));
    for line in lines {
        ui.say(format!("  {}", safe(line)));
    }
    if let Some(kept) = kept {
        ui.say(format!("  Its commits stay reachable: {kept}"));
        ui.say("  To take it up again:");
        ui.say(format!("  {}", again("hotfix undo", &hotfix.name)));
    }
    if let Some((tip, remote)) = published {
        let deletion = Deletion { name: head(&hotfix.branch), expect: tip.clone() };
        ui.say(format!(
            "  {} stays on {remote}, where others may use it. To delete it there:",
            safe(&hotfix.branch)
        ));
        ui.say(format!("  {}", deletion_by_hand(remote, &deletion)));
    }
}
