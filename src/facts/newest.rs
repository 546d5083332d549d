//! Which commit a hotfix is at: the newest head that was merged decides, wherever it still is.

use super::brought_otherwise::bringer;
use super::commit_lines::lines;
use super::hotfix::Hotfix;
use super::release::around;
use super::workspace::Workspace;
use crate::git::Repo;
use crate::git::access::Access;
use crate::git::fetch::{self, View};
use crate::git::git_command::NetworkPolicy;
use crate::git::line::Line;
use crate::model::event::{Kind, Pointer};
use crate::model::failure::Failure;
use crate::model::incident::Incident;
use crate::model::intent::Intent;
use crate::model::oid::Oid;
use crate::model::plan::CommitLine;
use crate::model::text::{safe, shell_word};
use crate::plan::finish::Progress;
use std::collections::BTreeSet;
use std::time::Duration;

/// The longest the forge is asked for the heads of its requests.
const PATIENCE: Duration = Duration::from_secs(30);
/// How many heads of requests are fetched to look what they contain.
const UNKNOWN_HEADS: usize = 30;

/// How many commits somebody may have put on a branch before it was merged.
const MOST_ADDED: usize = 100;

/// The commit a hotfix is at.
#[derive(Clone, Debug)]
pub struct Newest {
    pub tip: Oid,
    /// Its branch is neither here nor on the remote: the tip is from the log, or from a request.
    pub gone: bool,
    /// Commits that were added elsewhere and are not on the branch here.
    pub added: Vec<CommitLine>,
}

/// Finds it: of the branch here and on the remote, else of the request it was merged by, else of the
/// log, which names only what git then has to have.
///
/// # Errors
/// When history cannot be read, or nothing is known of the branch any more.
pub fn find(
    workspace: &Workspace,
    hotfix: &Hotfix,
    view: &View,
    merged_as: Option<&Oid>,
    published: Option<&Oid>,
    production: &Oid,
) -> anyhow::Result<Newest> {
    let repo = &workspace.repo;
    let incident = hotfix.incident.as_ref();
    let base = incident.and_then(|i| i.base.as_ref());
    let recorded = match incident {
        // It is asked for where the branch itself does not tell.
        Some(incident) if hotfix.local.is_none() || published.is_none() => {
            recorded(workspace, incident, base, production)?
        }
        _ => Vec::new(),
    };
    let mut known = None;
    for tip in hotfix.local.iter().chain(published).chain(&recorded).chain(&hotfix.tracking) {
        if repo.has(tip)? {
            known = Some(tip.clone());
            break;
        }
    }
    let gone = hotfix.local.is_none() && published.is_none();
    // It was on the remote, or is here no longer: then it may be merged, and the forge has its head.
    let was_deleted = published.is_none() && !view.patterns.is_empty() && (gone || hotfix.tracking.is_some());
    let elsewhere = match published {
        Some(there) => Some(there.clone()),
        None if was_deleted => {
            head_of_request(workspace, known.iter().chain(&recorded), &released(incident))?
        }
        None => None,
    };
    let Some(tip) = known.or_else(|| elsewhere.clone()).or_else(|| merged_as.cloned()) else {
        return Err(branch_gone(hotfix, None).into());
    };
    let newer = match elsewhere {
        Some(there) if is_newer(workspace, view, &there, &tip, base, production)? => there,
        _ => match merged_with_more(repo, &tip, production)? {
            Some(there) => there,
            None => return Ok(Newest { tip, gone, added: Vec::new() }),
        },
    };
    let added = lines(repo, &newer, &[tip, production_before(workspace, &newer, production)?])?;
    Ok(Newest { tip: newer, gone, added })
}

/// The head that a merge brought to production where it goes on from this tip: commits that were put on the branch
/// where it was merged, and that it may have nowhere else.
fn merged_with_more(repo: &Repo, tip: &Oid, production: &Oid) -> anyhow::Result<Option<Oid>> {
    if !repo.is_ancestor(tip, production)? {
        return Ok(None);
    }
    let Some(head) = repo.commit(&bringer(repo, tip, production)?)?.parents.into_iter().nth(1) else {
        return Ok(None);
    };
    let mut at = head.clone();
    for _ in 0..MOST_ADDED {
        match repo.commit(&at)?.parents.into_iter().next() {
            Some(parent) if parent == *tip => return Ok(Some(head)),
            Some(parent) => at = parent,
            None => break,
        }
    }
    Ok(None)
}

/// Production without the hotfix, as far as it matters for naming what was added.
fn production_before(workspace: &Workspace, tip: &Oid, production: &Oid) -> anyhow::Result<Oid> {
    // Where the branch was merged by fast-forward production is no help, and the tip known here is.
    let is_in = workspace.repo.is_ancestor(tip, production)?;
    let parent = workspace.repo.commit(production)?.parents.into_iter().next();
    Ok(if is_in { parent.unwrap_or_else(|| production.clone()) } else { production.clone() })
}

/// Whether another head of the branch counts instead of the one known here: it goes on from that one
/// and either is in production, or that one is and this one is not, which would go with the branch.
fn is_newer(
    workspace: &Workspace,
    view: &View,
    there: &Oid,
    tip: &Oid,
    base: Option<&Oid>,
    production: &Oid,
) -> anyhow::Result<bool> {
    let repo = &workspace.repo;
    if there == tip || !repo.has(there)? || repo.is_ancestor(there, tip)? {
        return Ok(false);
    }
    let around = around(workspace, view, &[production, tip, there])?;
    let is_out = |at: &Oid| -> anyhow::Result<bool> {
        Ok(around.progress(repo, at, base, production)? != Progress::Ahead)
    };
    Ok(is_out(tip)? || is_out(there)?)
}

/// The tips that the log names, the newest first: those of this clone, or, where it named none, those of
/// other clones except commits on production's first-parent line, which are not tips of a branch.
fn recorded(
    workspace: &Workspace,
    incident: &Incident,
    base: Option<&Oid>,
    production: &Oid,
) -> anyhow::Result<Vec<Oid>> {
    let kinds = &[Kind::ChecklistItem, Kind::Publishing, Kind::BranchDeleted, Kind::Review];
    let named = |own: bool| {
        let events = incident.events.iter().rev().filter(move |e| e.own == own && kinds.contains(&e.kind));
        events.filter_map(|e| e.oid(Pointer::Commit)).filter(|oid| Some(oid) != base)
    };
    let mut found: Vec<Oid> = Intent::last(incident).into_iter().map(|i| i.tip).chain(named(true)).collect();
    if found.is_empty() {
        let line = Line::of(&workspace.repo, production)?;
        found.extend(named(false).filter(|oid| !line.has(oid)));
    }
    let mut seen = BTreeSet::new();
    found.retain(|oid| seen.insert(oid.clone()));
    Ok(found)
}

/// The commits of production that brought the hotfix, as the log names them. A head that goes on from
/// one is that of a merge-back.
fn released(incident: Option<&Incident>) -> Vec<Oid> {
    let kinds = [Kind::Tagged, Kind::Merged, Kind::Pushed, Kind::RequestMerged];
    let named = incident.into_iter().flat_map(|i| i.events.iter()).filter(|e| kinds.contains(&e.kind));
    named.filter_map(|e| e.oid(Pointer::Commit)).collect()
}

/// The head of the request that is, or contains, a commit of the hotfix. The forge keeps it when the
/// branch is deleted.
fn head_of_request<'a>(
    workspace: &Workspace,
    known: impl Iterator<Item = &'a Oid>,
    released: &[Oid],
) -> anyhow::Result<Option<Oid>> {
    let known: Vec<&Oid> = known.collect();
    let Some(remote) = workspace.remote().filter(|_| !known.is_empty()) else { return Ok(None) };
    let policy = NetworkPolicy { may_ask: false, limit: Some(PATIENCE), silence: None };
    let heads = match fetch::request_heads(&workspace.repo, remote, policy) {
        Ok(heads) => heads,
        Err(error) => {
            log::debug!("the heads of requests cannot be read: {error}");
            return Ok(None);
        }
    };
    let repo = &workspace.repo;
    let mut unknown = Vec::new();
    for (name, _) in heads.iter().rev().filter(|(_, oid)| !repo.has(oid).unwrap_or(false)).take(UNKNOWN_HEADS)
    {
        unknown.push(name.clone());
    }
    if !unknown.is_empty()
        && let Err(error) = fetch::objects_of(repo, remote, &unknown, policy)
    {
        log::debug!("the heads of requests cannot be fetched: {error}");
    }
    for (_, head) in heads.iter().rev() {
        let mut below = released.iter().filter(|commit| *commit != head && repo.has(commit).unwrap_or(false));
        if below.any(|commit| repo.is_ancestor(commit, head).unwrap_or(false)) {
            continue;
        }
        for tip in &known {
            if head == *tip || (repo.has(head)? && repo.has(tip)? && repo.is_ancestor(tip, head)?) {
                return Ok(repo.has(head)?.then(|| head.clone()));
            }
        }
    }
    Ok(None)
}

/// What to do where the branch is gone and production does not have it.
pub fn branch_gone(hotfix: &Hotfix, tip: Option<&Oid>) -> Failure {
    if tip.is_none() && hotfix.lacks_start() {
        return hotfix.no_branch("finish", None);
    }
    let name = shell_word(&hotfix.name);
    let branch = safe(&hotfix.branch);
    let failure = Failure::failed(format!(
        "the branch {branch} is neither here nor on the remote, and production has no known commit of it; \
         nothing was changed"
    ))
    .hint(format!("hotfix finish {name} --merged-as COMMIT    # the commit of production that has it"));
    match tip {
        Some(tip) => failure.hint(format!(
            "git branch {} {}    # brings it back",
            shell_word(&hotfix.branch),
            tip.short()
        )),
        None => failure.hint(format!("hotfix timeline {name}")),
    }
}
