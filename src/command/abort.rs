//! `hotfix abort`: giving up without losing anything.

use super::{Desk, Outcome, adopt, again};
use crate::cli::Abort;
use crate::engine::retire;
use crate::facts::{Hotfix, Site};
use crate::git::access::Access;
use crate::model::event::{Draft, Kind};
use crate::model::failure::{Failure, Problem};
use crate::model::incident::End;
use crate::model::oid::Oid;
use crate::model::plan::{Deletion, head};
use crate::model::stand;
use crate::model::text::{count, safe, safe_lines, shell_word};
use crate::terminal::style::Tone;
use serde_json::json;
use std::path::PathBuf;

pub fn run(desk: &Desk, args: &Abort) -> Outcome {
    let site = desk.site()?;
    let hotfix = Hotfix::find(&site, args.name.as_deref())?;
    refuse(&site, &hotfix)?;
    let why = args.message.as_deref().map(|m| safe_lines(m).trim().to_owned()).filter(|m| !m.is_empty());
    let published = hotfix.tracking.as_ref().zip(site.remote());
    if desk.dry_run() {
        desk.ui.answer(format!(
            "Would give up {}: its log is closed as cancelled, {} is deleted here, its tip stays reachable.",
            safe(&hotfix.name),
            safe(&hotfix.branch)
        ));
        if let Some((_, remote)) = published {
            desk.ui.answer(format!("{} on {remote} would stay.", safe(&hotfix.branch)));
        }
        desk.ui.dim("Nothing was changed.");
        desk.ui.document(json!({ "name": hotfix.name, "branch": hotfix.branch, "dry_run": true }));
        return Ok(0);
    }
    if desk.ui.is_interactive() && !desk.ui.yes() {
        let question = format!("Give up {}? Its commits stay reachable.", safe(&hotfix.name));
        if !desk.ui.confirm(&question, false)? {
            return Err(Failure::refused("not given up, nothing was changed").into());
        }
    }
    let incident = adopt::incident(desk, &site, &hotfix)?;
    let record = site.record();
    // The tip is pinned before anything else happens: whatever comes, no commit is lost.
    let mut kept = None;
    if let Some(tip) = &hotfix.local {
        kept = Some(record.keep(&incident.id, "aborted", tip)?);
    }
    let mut lines = Vec::new();
    if let Some(tip) = &hotfix.local {
        let made = incident.worktree.as_ref().map(PathBuf::from);
        let production = site.production_of(Some(&incident));
        let base = incident.base.clone().unwrap_or_else(|| tip.clone());
        let leaving = retire::Leaving { branch: &hotfix.branch, production, released: &base };
        let left = retire::vacate_all(&site, &leaving, made.as_deref())?;
        lines.extend(left.lines);
        if !left.occupied {
            retire::delete_local(&site, &hotfix.branch, tip)?;
        }
    }
    let mut draft = Draft::new(Kind::Cancelled, why.clone().unwrap_or_default())
        .refer("branch", &hotfix.branch)
        .by_person();
    if let Some(tip) = &hotfix.local {
        draft = draft.refer("commit", tip);
    }
    record.append(&incident.id, draft)?;
    show(desk, &hotfix, kept.as_deref(), published, &lines);
    desk.ui.document(json!({ "id": incident.id, "name": hotfix.name, "branch": hotfix.branch, "kept": kept, "state": "cancelled" }));
    Ok(0)
}

fn refuse(site: &Site, hotfix: &Hotfix) -> anyhow::Result<()> {
    let name = &hotfix.name;
    let incident = hotfix.incident.as_ref();
    match incident.and_then(|i| i.end) {
        Some(End::Finished) => {
            let tag = incident.and_then(|i| i.tag.clone()).unwrap_or_default();
            return Err(Failure::refused(format!(
                "{name} is finished: {tag} is public and cannot be given up. Nothing was changed."
            ))
            .hint(again("hotfix postmortem", name))
            .into());
        }
        Some(_) => {
            return Err(Failure::refused(format!("{name} has ended already; nothing was changed"))
                .hint("hotfix list --all")
                .into());
        }
        None => {}
    }
    if let Some(tag) = incident.and_then(|i| i.tag.clone()) {
        return Err(Failure::refused(format!(
            "{name} is public as {tag}; what is public cannot be given up. Nothing was changed."
        ))
        .hint(format!("{}    # completes the merge-backs", again("hotfix finish", name)))
        .into());
    }
    let worktrees = crate::git::worktree::list(&site.repo)?;
    let standing =
        worktrees.iter().find(|w| w.branch.as_deref() == Some(hotfix.branch.as_str()) && w.path.exists());
    if let Some(at) = standing {
        let changes = crate::git::state::changes(&site.repo, &at.path)?;
        if !changes.tracked.is_empty() && !half_switched(site, hotfix, &at.path)? {
            let n = count(changes.tracked.len(), "changed file");
            let stand = hotfix.stand(site, &worktrees);
            let git = |words: &str| stand::git(stand.as_ref(), &hotfix.branch, words);
            return Err(Failure::refused(format!(
                "{n} in {} not committed; giving up would put them at risk. Nothing was changed.",
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
fn half_switched(site: &Site, hotfix: &Hotfix, path: &std::path::Path) -> anyhow::Result<bool> {
    let Some(incident) = &hotfix.incident else { return Ok(false) };
    let pinned = site.repo.find_ref(&format!("refs/incidents/{}/keep/aborted", incident.id))?;
    if pinned.is_none() || pinned != hotfix.local {
        return Ok(false);
    }
    let production = site.production_of(Some(incident));
    let targets = [site.repo.find_ref(&head(production))?, incident.base.clone()];
    for commit in targets.into_iter().flatten() {
        if crate::git::state::has_the_files_of(&site.repo, path, &commit)? {
            return Ok(true);
        }
    }
    Ok(false)
}

fn show(desk: &Desk, hotfix: &Hotfix, kept: Option<&str>, published: Option<(&Oid, &str)>, lines: &[String]) {
    let ui = &desk.ui;
    ui.answer(format!(
        "{} {} is given up; its log is closed as cancelled.",
        ui.sign(Tone::Good),
        safe(&hotfix.name)
    ));
    for line in lines {
        ui.say(format!("  {}", safe(line)));
    }
    if let Some(kept) = kept {
        ui.say(format!("  Its commits stay reachable: git switch -c {} {kept}", shell_word(&hotfix.branch)));
    }
    if let Some((tip, remote)) = published {
        let name = head(&hotfix.branch);
        let deletion = Deletion { name, expect: tip.clone() };
        ui.say(format!(
            "  {} stays on {remote}, where others may use it. To delete it there:",
            safe(&hotfix.branch)
        ));
        ui.say(format!(
            "  git push --force-with-lease={0}:{1} {2} :{0}",
            shell_word(&deletion.name),
            deletion.expect.short(),
            shell_word(remote)
        ));
    }
}
