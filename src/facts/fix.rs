//! Which change is meant: a hotfix, or any commit, merge, release or range.

use super::workspace::Workspace;
use super::{Hotfix, named_release};
use crate::git::access::Access;
use crate::git::fetch::View;
use crate::model::event::{Event, Kind, Pointer};
use crate::model::event_data::MergeBack;
use crate::model::failure::Failure;
use crate::model::incident::{End, Incident};
use crate::model::intent::Intent;
use crate::model::oid::Oid;
use crate::model::plan::tag_ref;
use crate::model::text::safe;
use crate::model::version::{TagScheme, split_tag};
use serde::{Deserialize, Serialize};

/// The most commits of one change that are looked at singly.
const MOST_COMMITS: usize = 1000;

/// A change that may be a fix.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fix {
    /// The hotfix's name, when it is one.
    pub name: Option<String>,
    /// What it was called on the command line.
    pub rev: String,
    /// History before it; `None` for the first commit of all.
    pub base: Option<Oid>,
    pub tip: Oid,
    /// Its own commits, merges left out.
    pub parts: Vec<Oid>,
    /// Commits that are known to bring all of it.
    pub whole: Vec<Oid>,
    /// How its releases are tagged, when that is known.
    pub prefix: Option<String>,
    /// The number of the release it was made for.
    pub version: Option<String>,
    /// Merges that a person in this clone resolved without some of the fix: branch, merge, files.
    #[serde(default)]
    pub left_out: Vec<LeftOut>,
    /// Of one that was rolled back: what was released for the same incident instead.
    #[serde(default)]
    pub forward: Vec<Fix>,
}

/// A merge that was resolved by hand without some of the fix.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeftOut {
    pub branch: String,
    pub commit: Oid,
    pub paths: Vec<String>,
}

impl Fix {
    /// What a person calls it.
    pub fn label(&self) -> &str {
        self.name.as_deref().unwrap_or(&self.rev)
    }
}

/// The fix that a word on the command line means; without one the current or last hotfix. `None`
/// for a hotfix that has no commit.
///
/// # Errors
/// When it is neither a hotfix nor anything git knows.
pub fn find(workspace: &Workspace, view: &View, what: Option<&str>) -> anyhow::Result<Option<Fix>> {
    match (Hotfix::find(workspace, what), what) {
        (Ok(hotfix), _) => of_hotfix(workspace, view, &hotfix),
        (Err(error), None) => Err(error),
        (Err(_), Some(rev)) => {
            let releases = named_release::releases(workspace, view)?;
            of_revision(workspace, view, releases.called(rev).unwrap_or(rev)).map(Some)
        }
    }
}

/// The fix that a hotfix is; `None` when it has no commit, or none of them is here.
///
/// # Errors
/// When history cannot be read.
pub fn of_hotfix(workspace: &Workspace, view: &View, hotfix: &Hotfix) -> anyhow::Result<Option<Fix>> {
    let repo = &workspace.repo;
    let incident = hotfix.incident.as_ref();
    let here = |oid: Option<Oid>| oid.filter(|o| repo.has(o).unwrap_or(false));
    let released = here(incident.and_then(|i| i.released.clone()));
    let tip = hotfix.tip().cloned().or_else(|| here(incident.and_then(recorded_tip)));
    let Some(tip) = tip.or_else(|| released.clone()) else { return Ok(None) };
    // What the fix was put on top of: production, before it came in.
    let onto = match &released {
        Some(commit) => repo.commit(commit)?.parents.first().cloned(),
        None => view.heads.get(workspace.production_of(incident)).cloned(),
    };
    let recorded = here(incident.and_then(|i| i.base.clone()));
    let base = match onto {
        Some(onto) if !repo.is_ancestor(&tip, &onto)? => repo.merge_base(&onto, &tip)?,
        _ => recorded.clone(),
    };
    // The whole of history would say nothing.
    let Some(base) = base.or(recorded) else { return Ok(None) };
    let parts = own(workspace, &tip, &base)?;
    if parts.is_empty() {
        return Ok(None);
    }
    let mut whole = vec![tip.clone()];
    whole.extend(released);
    if let Some(incident) = incident {
        let kind = Kind::MergedBack;
        let got = incident.of_kind(&kind).filter_map(|e| e.oid(Pointer::Commit));
        whole.extend(got.filter(|oid| repo.has(oid).unwrap_or(false)));
    }
    let tag = incident.and_then(|i| i.tag.as_deref()).and_then(split_tag);
    let before = incident.and_then(|i| i.base_tag.as_deref()).and_then(split_tag);
    Ok(Some(Fix {
        name: Some(hotfix.name.clone()),
        rev: hotfix.branch.clone(),
        base: Some(base),
        tip,
        parts,
        whole,
        prefix: tag.map(|(scheme, _)| scheme.prefix),
        version: before.map(|(_, version)| version.to_string()),
        left_out: incident.map(left_out).unwrap_or_default(),
        forward: incident.map_or(Ok(Vec::new()), |incident| forward(workspace, view, incident))?,
    }))
}

/// What merges by hand left out, as this clone recorded it.
fn left_out(incident: &Incident) -> Vec<LeftOut> {
    let of = |event: &Event| {
        Some(LeftOut {
            branch: event.reference(Pointer::Branch)?.to_owned(),
            commit: event.oid(Pointer::Commit)?,
            paths: event.read::<MergeBack>().without?,
        })
    };
    incident.own(&Kind::MergedBack).filter_map(of).collect()
}

/// Hotfixes that were released for the incident of one that was rolled back, and were not rolled back.
fn forward(workspace: &Workspace, view: &View, incident: &Incident) -> anyhow::Result<Vec<Fix>> {
    if incident.end != Some(End::RolledBack) {
        return Ok(Vec::new());
    }
    let root = incident.belongs_to().unwrap_or(&incident.id);
    let mut found = Vec::new();
    for other in workspace.record().incidents()? {
        let is_of_it = other.id == root || other.belongs_to() == Some(root);
        let stands = other.released.is_some() && other.end != Some(End::RolledBack);
        if other.id != incident.id && is_of_it && stands && other.undone().is_none() {
            let hotfix = Hotfix::with_record(workspace, other)?;
            found.extend(of_hotfix(workspace, view, &hotfix)?);
        }
    }
    Ok(found)
}

/// The tip that shipped; the branch may be gone.
pub fn tip_of(hotfix: &Hotfix, incident: &Incident) -> Option<Oid> {
    hotfix.tip().cloned().or_else(|| recorded_tip(incident))
}

/// The hotfix's last tip, as the record has it.
pub fn recorded_tip(incident: &Incident) -> Option<Oid> {
    let kinds = [Kind::Publishing, Kind::BranchDeleted, Kind::Cancelled];
    let names = |event: Option<&Event>| event?.oid(Pointer::Commit);
    Intent::last(incident)
        .map(|intent| intent.tip)
        .or_else(|| kinds.iter().find_map(|kind| names(incident.own(kind).next_back())))
        .or_else(|| kinds.iter().find_map(|kind| names(incident.of_kind(kind).next_back())))
}

fn of_revision(workspace: &Workspace, view: &View, rev: &str) -> anyhow::Result<Fix> {
    let repo = &workspace.repo;
    let mut fix = Fix {
        name: None,
        rev: rev.to_owned(),
        base: None,
        tip: commit(workspace, rev.rsplit("..").next().unwrap_or(rev), rev)?,
        parts: Vec::new(),
        whole: Vec::new(),
        prefix: None,
        version: None,
        left_out: Vec::new(),
        forward: Vec::new(),
    };
    if let Some((from, _)) = rev.split_once("..") {
        let from = commit(workspace, from, rev)?;
        fix.base = repo.merge_base(&from, &fix.tip)?;
        if fix.base.as_ref() == Some(&fix.tip) {
            return Err(Failure::usage(format!("{} holds no commit", safe(rev))).into());
        }
    } else if let Some((scheme, version)) = tagged(workspace, rev)? {
        // A release stands for what it changed: all since the release before it.
        let releases = named_release::releases(workspace, view)?;
        let before = releases.before(repo, &scheme, &version, &fix.tip)?;
        fix.version = before.as_ref().map(|b| b.version.to_string());
        fix.base = before.map(|b| b.commit);
        fix.prefix = Some(scheme.prefix);
    } else {
        fix.base = repo.commit(&fix.tip)?.parents.first().cloned();
    }
    fix.parts = match &fix.base {
        Some(base) => own(workspace, &fix.tip, base)?,
        None => vec![fix.tip.clone()],
    };
    fix.whole.push(fix.tip.clone());
    Ok(fix)
}

/// The scheme and the version, when a revision is a release tag.
fn tagged(workspace: &Workspace, rev: &str) -> anyhow::Result<Option<(TagScheme, semver::Version)>> {
    let name = rev.strip_prefix("refs/tags/").unwrap_or(rev);
    let is_tag = workspace.repo.find_ref(&tag_ref(name))?.is_some();
    Ok(split_tag(name).filter(|_| is_tag))
}

/// The commit a revision names; a tag before a branch of the same name, as git has it.
fn commit(workspace: &Workspace, rev: &str, typed: &str) -> anyhow::Result<Oid> {
    let run = workspace.repo.call("rev-parse").args(["--verify", "--quiet", "--end-of-options"]);
    let named = if rev.is_empty() { "HEAD" } else { rev.trim_start_matches('.') };
    let done = workspace.repo.git().finish(run.arg(format!("{named}^{{commit}}")))?;
    let oid = Oid::parse(&done.text()).filter(|_| done.success());
    oid.ok_or_else(|| {
        let what = if rev == typed {
            format!("'{}' is neither a hotfix nor a commit here", safe(typed))
        } else {
            format!("'{}' in {} is not a commit here", safe(rev), safe(typed))
        };
        Failure::usage(what)
            .hint("hotfix list --all")
            .hint("hotfix affected HEAD    # any commit, tag or range")
            .into()
    })
}

fn own(workspace: &Workspace, tip: &Oid, base: &Oid) -> anyhow::Result<Vec<Oid>> {
    let commits = workspace.repo.log(tip, std::slice::from_ref(base), MOST_COMMITS)?;
    Ok(commits.into_iter().filter(|c| c.parents.len() < 2).map(|c| c.oid).collect())
}
