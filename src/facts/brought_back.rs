//! How a change that was taken back comes again: in a hotfix of its own. Undoing the rollback is no way: it would
//! release what was bad as it was.

use super::commit_lines::lines;
use super::families::Families;
use super::hotfix::Hotfix;
use super::workspace::Workspace;
use crate::git::access::Access;
use crate::git::tags::commit_of;
use crate::model::event::Kind;
use crate::model::event_data::Deployed;
use crate::model::failure::Failure;
use crate::model::incident::{End, Incident};
use crate::model::intent::Intent;
use crate::model::oid::Oid;
use crate::model::text::{count, safe, shell_word};

/// How many commits are named one by one.
const NAMED: usize = 3;

/// The line that every way begins with.
pub const START: &str = "hotfix start NAME    # a better fix is a hotfix of its own";

/// The lines that bring back what the release `by` took back.
pub fn by_hand(workspace: &Workspace, by: &str) -> Vec<String> {
    std::iter::once(START.to_owned()).chain(revert(workspace, by)).collect()
}

/// The same for a hotfix whose release was taken back, with what was committed on its branch since.
pub fn again(workspace: &Workspace, hotfix: &Hotfix) -> Vec<String> {
    let Some(incident) = hotfix.incident.as_ref().filter(|i| i.end == Some(End::RolledBack)) else {
        return Vec::new();
    };
    let by = taken_back_by(incident).unwrap_or_default();
    let mut lines = by_hand(workspace, &by);
    lines.extend(since(workspace, hotfix, incident));
    lines
}

/// Why nothing more is done with a hotfix whose release was taken back, and what is done instead.
pub fn refusal(workspace: &Workspace, hotfix: &Hotfix) -> Option<Failure> {
    let incident = hotfix.incident.as_ref().filter(|i| i.end == Some(End::RolledBack))?;
    let tag = safe(incident.tag.as_deref().unwrap_or(&incident.name));
    let refusal = Failure::refused(format!("{tag} was rolled back; nothing was changed"));
    Some(again(workspace, hotfix).into_iter().fold(refusal, Failure::hint))
}

/// The release that took back the one of a hotfix.
pub fn taken_back_by(incident: &Incident) -> Option<String> {
    incident.of_kind(&Kind::RolledBack).next_back().and_then(|e| e.read::<Deployed>().by)
}

/// `git revert` of the commit that a rollback made.
fn revert(workspace: &Workspace, by: &str) -> Option<String> {
    let commit = commit_of(&workspace.repo, by).ok()??;
    let is_merge = workspace.repo.commit(&commit).ok()?.parents.len() > 1;
    let mainline = if is_merge { "-m 1 " } else { "" };
    Some(format!("git revert --no-edit {mainline}{}    # there: the old change again", commit.short()))
}

/// The line that takes along what the branch has and no release.
fn since(workspace: &Workspace, hotfix: &Hotfix, incident: &Incident) -> Option<String> {
    let tip = hotfix.local.as_ref()?;
    let released = incident.tag.as_deref().and_then(|tag| commit_of(&workspace.repo, tag).ok()?);
    let mut hide: Vec<Oid> = released.into_iter().collect();
    hide.extend(Intent::all(incident).into_iter().map(|intent| intent.tip));
    hide.retain(|oid| workspace.repo.has(oid).unwrap_or(false));
    let commits = lines(&workspace.repo, tip, &hide).ok()?;
    let picked = match commits.as_slice() {
        [] => return None,
        [newest, .., oldest] if commits.len() > NAMED => {
            format!("{}^..{}", oldest.commit.short(), newest.commit.short())
        }
        few => few.iter().rev().map(|line| line.commit.short()).collect::<Vec<_>>().join(" "),
    };
    let n = count(commits.len(), "commit");
    Some(format!(
        "git cherry-pick {picked}    # there: {n} made since on {}",
        safe(&shell_word(&hotfix.branch))
    ))
}

/// The rollback of this release that is not finished.
pub fn unfinished_rollback(all: &[Incident], incident: &Incident) -> Option<Incident> {
    let is_of = |i: &&Incident| {
        i.is_own && i.is_open() && i.undone().is_some() && i.undone() == incident.tag.as_deref()
    };
    all.iter().rfind(is_of).cloned()
}

/// The hotfix whose release was taken back, in an incident that is not over: nothing repairs its fault any more.
pub fn unrepaired<'a>(all: &'a [Incident], families: &Families<'_>) -> Option<&'a Incident> {
    let waits = |i: &&Incident| i.end == Some(End::RolledBack) && !families.is_over(i);
    all.iter().filter(waits).rfind(|i| !has_successor(all, i))
}

/// Whether another hotfix of the same incident was begun after this one's release was taken back, and stands.
pub fn has_successor(all: &[Incident], incident: &Incident) -> bool {
    let Some(at) = incident.of_kind(&Kind::RolledBack).next_back().map(|e| e.at) else { return false };
    let root = incident.belongs_to().unwrap_or(&incident.id);
    all.iter().any(|other| {
        let stands = !matches!(other.end, Some(End::RolledBack | End::Cancelled | End::Declined));
        let same = other.belongs_to() == Some(root) && other.undone().is_none();
        other.id != incident.id && same && stands && other.started_at >= at
    })
}
