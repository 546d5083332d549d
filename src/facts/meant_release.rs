//! Which release a rollback takes back, and from which branch.

use super::brought_back;
use super::named_release;
use super::numbering::Wanted;
use super::release::{Around, around_of};
use super::rolled_back::RolledBack;
use super::targets::line_of;
use super::workspace::Workspace;
use crate::git::access::Access;
use crate::git::fetch::View;
use crate::git::tags::{ReleaseTag, Releases};
use crate::model::failure::Failure;
use crate::model::oid::Oid;
use crate::model::text::{safe, shell_word};
use crate::plan::version::Doubt;

/// What was typed, as the releases there are.
#[derive(Clone, Debug)]
pub struct Meant {
    /// Production, or the line that has the release.
    pub branch: String,
    pub tip: Oid,
    /// The release that is taken back.
    pub undone: ReleaseTag,
    /// The branch's newest release.
    pub newest: ReleaseTag,
    /// The release whose content was asked for.
    pub to: Option<ReleaseTag>,
    /// The release before the one that is taken back.
    pub before: Option<ReleaseTag>,
    pub(super) around: Around,
    pub(super) rolled_back: RolledBack,
}

impl Meant {
    /// The newest release, where another one is taken back.
    pub fn newer(&self) -> Option<&ReleaseTag> {
        Some(&self.newest).filter(|newest| newest.name != self.undone.name)
    }
}

/// Finds the releases. A rollback that was interrupted `resumes`: what it undoes was settled then.
///
/// # Errors
/// When a release is unknown, on no branch that is released from, or was rolled back itself.
pub fn meant(
    workspace: &Workspace,
    view: &View,
    undo: Option<&str>,
    to: Option<&str>,
    resumes: bool,
) -> anyhow::Result<Meant> {
    let repo = &workspace.repo;
    let releases = named_release::releases(workspace, view)?;
    let named = |typed: &str| -> Result<String, Failure> {
        let known = releases.called(typed).map(str::to_owned);
        known.ok_or_else(|| unknown(workspace, &releases, typed))
    };
    let has_none = releases.schemes().next().is_none();
    let (undo, to) = match has_none {
        // What there is to say then is that there is no release.
        true => (None, None),
        false => (undo.map(named).transpose()?, to.map(named).transpose()?),
    };
    let (branch, tip) = branch_of(workspace, view, &releases, undo.as_deref().or(to.as_deref()))?;
    // Of several packages it is the one whose release is undone: of the newest release by default.
    let mut around =
        around_of(workspace, view, &[&tip], &Wanted { tag: undo.as_deref(), ..Wanted::default() })?;
    if matches!(around.doubt, Some(Doubt::Packages { .. })) {
        let newest = around.newest.as_ref().map(|newest| newest.name.clone());
        around =
            around_of(workspace, view, &[&tip], &Wanted { tag: newest.as_deref(), ..Wanted::default() })?;
    }
    let newest = around.newest.clone().ok_or_else(|| {
        Failure::refused(format!(
            "{} has no release yet, so there is none to go back to; nothing was changed",
            if branch == workspace.config.branches.production { "production" } else { &branch }
        ))
        .hint("hotfix start NAME    # repairs it instead")
    })?;
    let rolled_back = RolledBack::of(workspace, &around, &newest)?;
    let find = |name: &str| -> anyhow::Result<ReleaseTag> {
        // A release that was squash-merged is in production as another commit.
        if newest.name == name {
            return Ok(newest.clone());
        }
        let found = around.releases.find(repo, name, &tip)?;
        found.ok_or_else(|| not_in(workspace, &branch, name).into())
    };
    if let (None, Some(Doubt::OutOfOrder { tag, later })) = (&undo, &around.doubt) {
        return Err(out_of_order(tag, later).into());
    }
    let undone = undo.as_deref().map(find).transpose()?.unwrap_or_else(|| newest.clone());
    let to = to.as_deref().map(find).transpose()?;
    if to.is_none() && !resumes {
        refuse_reviving(workspace, (&around, &rolled_back), &undone, &tip)?;
    }
    if let Some(to) = to.as_ref().filter(|_| rolled_back.undone_by(&undone.name).is_some())
        && rolled_back
            .good_before(workspace, &around, &undone, &tip)?
            .is_some_and(|at| at.commit == to.commit)
    {
        let refusal = Failure::refused(format!(
            "{} went back to {} already, so there is nothing to roll back; nothing was changed",
            undone.name, to.name
        ));
        let lines = brought_back::by_hand(workspace, &undone.name);
        return Err(lines.into_iter().fold(refusal, Failure::hint).into());
    }
    let before = match to {
        Some(_) => None,
        None => rolled_back.good_before(workspace, &around, &undone, &tip)?,
    };
    Ok(Meant { branch, tip, undone, newest, to, before, around, rolled_back })
}

/// Production, where it has the release or none was named; else the line that has it.
fn branch_of(
    workspace: &Workspace,
    view: &View,
    releases: &Releases,
    tag: Option<&str>,
) -> anyhow::Result<(String, Oid)> {
    let production = workspace.config.branches.production.clone();
    let tip = view
        .heads
        .get(&production)
        .cloned()
        .ok_or_else(|| Failure::usage(format!("branch not found: {}", safe(&production))))?;
    let release = tag.map(|tag| releases.get(&workspace.repo, tag)).transpose()?.flatten();
    let Some(release) = release else { return Ok((production, tip)) };
    if workspace.repo.is_ancestor(&release.commit, &tip)? {
        return Ok((production, tip));
    }
    let line = line_of(workspace, view, &release.commit, &release.version)?;
    let at = line.and_then(|line| view.heads.get(&line).cloned().map(|at| (line, at)));
    Ok(at.unwrap_or((production, tip)))
}

/// A release that the branch does not have.
fn not_in(workspace: &Workspace, branch: &str, name: &str) -> Failure {
    let place = workspace.remote().map_or_else(String::new, |remote| format!("{remote}/"));
    let failure = Failure::usage(format!(
        "{} is a release, but neither in {} nor in the branch of a line; nothing was changed",
        safe(name),
        safe(branch)
    ));
    failure
        .hint(format!("git branch -a --contains {}    # lists the branches that have it", shell_word(name)))
        .hint(merged(&format!("{place}{branch}")))
}

/// A stray number above the others: which release is in production is for a person to say.
fn out_of_order(highest: &str, later: &str) -> Failure {
    Failure::refused(format!(
        "{} has the highest number, and {} was released after it: which one is in production is unclear; \
         nothing was changed",
        safe(highest),
        safe(later)
    ))
    .hint(format!("hotfix rollback {}", shell_word(later)))
    .hint(format!("hotfix rollback {}", shell_word(highest)))
}

fn unknown(workspace: &Workspace, releases: &Releases, typed: &str) -> Failure {
    let place = workspace.remote().map_or_else(String::new, |remote| format!("{remote}/"));
    named_release::unknown(releases, typed)
        .hint(merged(&format!("{place}{}", workspace.config.branches.production)))
}

fn merged(branch: &str) -> String {
    format!("git tag --merged {}    # lists the releases", shell_word(branch))
}

/// Undoing a rollback would release again what was taken back.
fn refuse_reviving(
    workspace: &Workspace,
    (around, rolled_back): (&Around, &RolledBack),
    undone: &ReleaseTag,
    production: &Oid,
) -> anyhow::Result<()> {
    let tag = &undone.name;
    let (refusal, by) = if let Some(bad) = rolled_back.undone_by(tag) {
        let why = format!(
            "{tag} is the rollback of {bad}: undoing it would release {bad} again; nothing was changed"
        );
        (Failure::refused(why), tag.as_str())
    } else if let Some(by) = rolled_back.by(tag) {
        (Failure::refused(format!("{tag} was already rolled back by {by}; nothing was changed")), by)
    } else {
        return Ok(());
    };
    let refusal = brought_back::by_hand(workspace, by).into_iter().fold(refusal, Failure::hint);
    // What it went back to is in production; the release before that can be gone back to.
    let before = |of: &ReleaseTag| rolled_back.good_before(workspace, around, of, production);
    let older = before(undone)?.map(|restored| before(&restored)).transpose()?.flatten();
    let line = |older: ReleaseTag| {
        let (tag, older) = (shell_word(tag), shell_word(&older.name));
        format!("hotfix rollback {tag} --to {older} --dry-run    # an older release")
    };
    Err(older.filter(|_| by == tag).map(line).into_iter().fold(refusal, Failure::hint).into())
}
