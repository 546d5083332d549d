//! What `finish` has to know, read once: the remote, the branch, the checklist, the worktrees.

use super::affected_cache;
use super::astray::astray;
use super::brought_in;
use super::checkouts;
use super::commit_lines::{line, lines};
use super::hotfix::Hotfix;
use super::lazy_tree::LazyTree;
use super::lost_targets::{dropped, lost, target_facts};
use super::marked::marked;
use super::newest;
use super::numbering::Wanted;
use super::orphaned_tag::{own_release, stranded};
use super::partly_out;
use super::presence;
use super::release::{Around, around_of};
use super::requested;
use super::scope;
use super::submodules;
use super::targets;
use super::unreleased_commits::{branches_with, foreign, unreleased};
use super::work::Work;
use super::workspace::Workspace;
use crate::git::access::Access;
use crate::git::fetch::View;
use crate::git::{GitError, Repo};
use crate::model::checklist::{self, Standing};
use crate::model::failure::Failure;
use crate::model::intent::Intent;
use crate::model::oid::Oid;
use crate::model::plan::{CommitLine, tag_ref};
use crate::model::severity::Reason;
use crate::model::text::{list_first, safe};
use crate::plan::finish::{
    BranchFacts, FinishFacts, ProductionFacts, Progress, Publication, ReleaseFacts, WorktreeFacts,
};
use crate::plan::options::FinishOptions;
use crate::plan::version::Versions;
use semver::Version;
use std::path::Path;

/// Reads everything about a hotfix against a view of the remote.
///
/// # Errors
/// When production is unknown, the branch is gone, or git cannot be read.
pub fn gather(
    workspace: &Workspace,
    hotfix: &Hotfix,
    view: &View,
    options: &FinishOptions,
    mut work: Work,
) -> anyhow::Result<FinishFacts> {
    let repo = &workspace.repo;
    let incident = hotfix.incident.as_ref();
    let production = workspace.production_of(incident).to_owned();
    let production_tip =
        view.heads.get(&production).cloned().ok_or_else(|| no_production(workspace, &production))?;
    let published = view.heads.get(&hotfix.branch).filter(|_| workspace.remote().is_some()).cloned();
    // The version that an earlier run put on top, and production that was brought in, are not a
    // colleague's commits.
    let local = hotfix.local.clone();
    let followed = followed(workspace, hotfix, published.as_ref(), &production_tip)?;
    let versions_of_others = match (&followed, &published, &local) {
        (Some(_), Some(there), Some(here)) => {
            requested::of_others(workspace, there, &[here], &production_tip)?
        }
        _ => Vec::new(),
    };
    let hotfix = followed.as_ref().unwrap_or(hotfix);
    let base = incident.and_then(|i| i.base.clone());
    let newest::Newest { tip, gone, added } = newest::find(
        workspace,
        hotfix,
        view,
        options.merged_as.as_ref(),
        published.as_ref(),
        &production_tip,
    )?;
    let stranded = stranded(workspace, hotfix, view, &tip, (&production, &production_tip))?;
    let also = stranded.as_ref().filter(|s| s.has_all).map(|s| &s.commit);
    let tips: Vec<&Oid> = [&production_tip, &tip].into_iter().chain(also).collect();
    let fork = repo.merge_base(&production_tip, &tip)?.unwrap_or_else(|| production_tip.clone());
    let changed = repo.changes(&fork, &tip)?;
    let paths: Vec<String> = changed.iter().map(|c| c.path.clone()).collect();
    let agreed = incident.and_then(Intent::agreed_tag);
    let meant = incident.and_then(Intent::last).map(|i| i.tag).or_else(|| agreed.clone());
    let made = incident.and_then(|i| i.tag.clone()).or(meant);
    let wanted = Wanted { package: options.package.as_deref(), tag: made.as_deref(), paths: &paths };
    let around = around_of(workspace, view, &tips, &wanted)?;
    let progress = around.progress(repo, &tip, base.as_ref(), &production_tip)?;
    let progress = said(workspace, &around, (hotfix, &tip), (view, options), &production_tip, progress)?;
    let progress = own_release(workspace, hotfix, view, &around, &production_tip, progress)?;
    if gone && progress == Progress::Ahead {
        return Err(newest::branch_gone(hotfix, Some(&tip)).into());
    }
    let reverted = match &progress {
        Progress::Merged(commit) => reverted(workspace, &tip, commit, &production_tip)?,
        // It was squashed, and taken back: then nothing of it is in production.
        Progress::Ahead if fork != production_tip => {
            let undo = presence::undone(repo, (&fork, &tip), &fork, &production_tip)?;
            undo.map(|undo| line_of(repo, undo)).transpose()?
        }
        _ => None,
    };
    let is_line = production != workspace.config.branches.production;
    let merge_backs = targets::merge_backs(workspace, view, &production, &production_tip)?;
    let commits = lines(repo, &tip, std::slice::from_ref(&production_tip))?;
    let started = hotfix.started_at_base();
    let foreign = foreign(workspace, &tip, &production_tip, started.as_ref(), &merge_backs)?;
    let foreign_from = branches_with(repo, &foreign, &merge_backs)?;
    let also_ships = unreleased(workspace, &around, &production_tip)?;
    let earlier =
        partly_out::earlier(workspace, hotfix, (view, &around), (&tip, &production_tip), &progress)?;

    let mut measured = scope::compare(workspace, (&fork, &tip), &production_tip, hotfix.id())?;
    measured.scope.outside = affected_cache::known(workspace, hotfix).map(|a| a.outside).unwrap_or_default();
    let mut remarks: Vec<String> = workspace.config.notes.clone();
    remarks.extend(measured.scope.remarks(&workspace.config.guard));
    remarks.extend(measured.unreadable());
    if !versions_of_others.is_empty() {
        let named = list_first(&versions_of_others, 3);
        remarks.push(format!(
            "on top of your branch, from another clone: {named}; nothing but the version changes"
        ));
    }
    if progress == Progress::Ahead && !is_line {
        remarks.extend(targets::missing(workspace, view, &production_tip)?.sentences());
    }

    if !added.is_empty() && progress != Progress::Ahead {
        let subjects: Vec<String> = added
            .iter()
            .take(3)
            .map(|c| format!("{} {} ({})", c.commit.short(), safe(&c.subject), safe(&c.author)))
            .collect();
        remarks.push(format!(
            "merged with {} that the local branch lacks: {}; the answers are for the tree without it",
            crate::model::text::count(added.len(), "commit"),
            subjects.join(", ")
        ));
    }
    let strays = match progress {
        Progress::Ahead => submodules::strays(workspace, &work.worktrees, &fork, &tip)?,
        _ => Vec::new(),
    };
    let marked = match progress {
        Progress::Ahead => marked(repo, (&fork, &tip), &changed)?,
        _ => Vec::new(),
    };
    let tested = brought_in::tested(workspace, &tip, incident, Some(&production_tip))?;
    let tip_tree = repo.commit(&tested)?.tree;
    let own = own_commits(workspace, &tested, base.as_ref(), &production_tip, &progress)?;
    let mut versions =
        versions(workspace, hotfix, view, options, &around, &tip, (&production, &production_tip))?;
    let used_up = stranded.as_ref().and_then(|s| around.scheme.version(&s.tag));
    if options.version.is_none() && used_up.is_some() && versions.requested == used_up {
        versions.requested = None;
    }
    versions.keep(agreed.as_deref(), &progress);
    if let (Progress::Ahead, Some(base)) = (&progress, &versions.base) {
        let dir = around.directory.as_deref().unwrap_or_default();
        let number = versions.scheme.number(base);
        LazyTree::foresee(repo, &tip_tree, &workspace.config.version, (dir, &number))?;
    }
    // Last, because git may still be reading the worktree.
    let (changes, unfinished) = work.read(workspace, hotfix)?;
    let is_clean = changes.tracked.is_empty() && changes.untracked.is_empty();
    let mut targets = target_facts(hotfix, &options.skip, merge_backs.clone(), is_line);
    lost(workspace, hotfix, (&tip, &own), &progress, &mut targets)?;
    let dropped = match options.merged_as {
        None => dropped(workspace, hotfix, (&tip, &own), &progress)?,
        Some(_) => None,
    };
    let stand = hotfix.stand(workspace, &work.worktrees);
    let astray = match progress {
        Progress::Ahead => astray(workspace, hotfix, !commits.is_empty(), stand.as_ref())?,
        _ => None,
    };
    if let (Some(astray), false) = (&astray, commits.is_empty()) {
        let bring = astray.command(stand.as_ref(), &hotfix.branch);
        remarks.push(format!("{}; not part of this. If it belongs to the fix: {bring}", astray.words()));
    }
    let branch = BranchFacts {
        name: hotfix.branch.clone(),
        publication: publication(workspace, hotfix, published.as_ref())?,
        tree: tip_tree,
        stat: measured.stat,
        size: measured.scope.size,
        local,
        published,
        tip,
        own,
        commits,
        foreign,
        foreign_from,
        strays,
        marked,
        added,
    };
    let worktrees = WorktreeFacts {
        hotfix: stand,
        on_branch: checkouts::of_branch(workspace, hotfix, &work.worktrees, is_clean),
        here: repo.worktree().map(Path::to_owned),
        occupied: checkouts::occupied(workspace, &work.worktrees, &production, &merge_backs),
        astray,
        unfinished,
        untracked: changes.untracked,
    };
    let release = ReleaseFacts {
        directory: around.directory.clone(),
        previous: around.newest.as_ref().map(|t| t.name.clone()),
        earlier,
        stranded,
        tag_is_out: made.is_some_and(|tag| view.tags.contains_key(&tag)),
        versions,
    };
    let production = ProductionFacts {
        name: production,
        tip: production_tip,
        remote: workspace.remote().map(str::to_owned),
        url: workspace.push_addresses(),
        also_ships,
        reverted,
        dropped,
    };
    Ok(FinishFacts {
        name: hotfix.name.clone(),
        title: hotfix.title_to_publish(),
        kind: Reason::kind_of_change(incident.map_or(&[], |i| i.reasons.as_slice())),
        incident: hotfix.id().map(str::to_owned),
        flag: hotfix.flag(workspace),
        standings: standings(workspace, hotfix, Some(&branch.tree)),
        identity: workspace.actor().is_some(),
        revert: None,
        progress,
        branch,
        production,
        release,
        worktrees,
        targets,
        remarks,
    })
}

/// The hotfix as if its branch here had followed the version commit, or the merge of production, that is
/// on the remote.
fn followed(
    workspace: &Workspace,
    hotfix: &Hotfix,
    published: Option<&Oid>,
    production: &Oid,
) -> anyhow::Result<Option<Hotfix>> {
    let (Some(here), Some(there)) = (&hotfix.local, published) else { return Ok(None) };
    let behind = here != there && workspace.repo.is_ancestor(here, there)?;
    if !behind || !brought_in::grew_from(workspace, there, here, production)? {
        return Ok(None);
    }
    Ok(Some(Hotfix { local: Some(there.clone()), ..hotfix.clone() }))
}

/// Where git alone does not find the fix in production, the commit that a person or the forge names
/// counts, once production has it; and the release that this clone has made of it.
fn said(
    workspace: &Workspace,
    around: &Around,
    (hotfix, tip): (&Hotfix, &Oid),
    (view, options): (&View, &FinishOptions),
    production: &Oid,
    progress: Progress,
) -> anyhow::Result<Progress> {
    if progress != Progress::Ahead {
        return Ok(progress);
    }
    let repo = &workspace.repo;
    let has = |commit: &Oid| -> anyhow::Result<bool> {
        Ok(repo.has(commit)? && repo.is_ancestor(commit, production)?)
    };
    if let Some(commit) = &options.merged_as
        && has(commit)?
    {
        let tag = around.releases.first_with(repo, &around.scheme, commit, production)?;
        return Ok(match tag {
            Some(tag) => Progress::Released { tag: tag.name, version: tag.version, commit: tag.commit },
            None => Progress::Merged(commit.clone()),
        });
    }
    for intent in hotfix.incident.as_ref().map(Intent::all).unwrap_or_default() {
        let (Some(commit), Some(there)) = (&intent.release, view.tags.get(&intent.tag)) else { continue };
        let Some(version) = around.scheme.version(&intent.tag).filter(|_| intent.tip == *tip) else {
            continue;
        };
        if has(commit)? && repo.peel(there)?.as_ref() == Some(commit) {
            return Ok(Progress::Released { tag: intent.tag, version, commit: commit.clone() });
        }
    }
    Ok(progress)
}

/// The commit that took the fix back out of production since it was merged.
fn reverted(
    workspace: &Workspace,
    tip: &Oid,
    merged: &Oid,
    production: &Oid,
) -> anyhow::Result<Option<CommitLine>> {
    let repo = &workspace.repo;
    let Some(before) = repo.commit(merged)?.parents.into_iter().next() else { return Ok(None) };
    let Some(base) = repo.merge_base(tip, &before)? else { return Ok(None) };
    let undo = presence::undone(repo, (&base, tip), merged, production)?;
    let undo = match undo {
        Some(undo) => Some(undo),
        None if repo.is_ancestor(tip, merged)? => presence::gone(repo, (&base, tip), merged, production)?,
        None => presence::gone(repo, (&before, merged), merged, production)?,
    };
    Ok(undo.map(|undo| line_of(repo, undo)).transpose()?)
}

fn line_of(repo: &Repo, oid: Oid) -> Result<CommitLine, GitError> {
    Ok(line(repo.commit(&oid)?))
}

/// The commits that are the hotfix's own: since its base, and beyond production as it was before it
/// came in.
fn own_commits(
    workspace: &Workspace,
    tip: &Oid,
    base: Option<&Oid>,
    production: &Oid,
    progress: &Progress,
) -> anyhow::Result<Vec<Oid>> {
    let before = match progress {
        Progress::Ahead => Some(production.clone()),
        Progress::Merged(commit) | Progress::Released { commit, .. } => {
            let parents = workspace.repo.commit(commit)?.parents;
            // After a fast-forward the commit below is one of its own.
            let forwarded =
                base.is_some() && parents.len() == 1 && workspace.repo.is_ancestor(tip, commit)?;
            parents.first().filter(|_| !forwarded).cloned()
        }
    };
    let hide: Vec<Oid> = base.cloned().into_iter().chain(before).collect();
    if hide.is_empty() {
        return Ok(Vec::new());
    }
    Ok(lines(&workspace.repo, tip, &hide)?.into_iter().map(|c| c.commit).collect())
}

/// The checklist of a hotfix held against a tree.
pub fn standings(workspace: &Workspace, hotfix: &Hotfix, tree: Option<&Oid>) -> Vec<Standing> {
    let answers = hotfix.incident.as_ref().map(|i| i.answers.as_slice()).unwrap_or_default();
    checklist::standing(&workspace.config.checks, answers, tree)
}

fn no_production(workspace: &Workspace, production: &str) -> anyhow::Error {
    let place = workspace.remote().map_or_else(|| "here".to_owned(), |r| format!("on {r}"));
    Failure::usage(format!("there is no branch {} {place}", safe(production)))
        .hint("git config hotfix.branches.production NAME")
        .into()
}

/// What the next version depends on. A tag that an earlier run made here and could not publish, or
/// that reached the remote without its commit, is this hotfix's own: it is not taken, it is the one.
fn versions(
    workspace: &Workspace,
    hotfix: &Hotfix,
    view: &View,
    options: &FinishOptions,
    around: &Around,
    tip: &Oid,
    (production, production_tip): (&str, &Oid),
) -> anyhow::Result<Versions> {
    let mut versions = around.versions(requested(hotfix, options));
    let intent = hotfix.incident.as_ref().and_then(Intent::last);
    if let Some(intent) = intent.filter(|i| i.tip == *tip && i.tag_object.is_some())
        && let Some(version) = around.scheme.version(&intent.tag)
        && match view.tags.get(&intent.tag) {
            // The server took the tag and died before it moved production.
            Some(there) => {
                intent.tag_object.as_ref() == Some(there)
                    && intent.new_for(production, production_tip).is_some()
            }
            None => workspace.repo.find_ref(&tag_ref(&intent.tag))? == intent.tag_object,
        }
    {
        versions.taken.remove(&version);
        versions.requested.get_or_insert(version);
    }
    Ok(versions)
}

fn requested(hotfix: &Hotfix, options: &FinishOptions) -> Option<Version> {
    let incident = hotfix.incident.as_ref();
    options.version.clone().or_else(|| {
        // A version that this hotfix has used already asks for nothing more.
        let incident = incident.filter(|i| i.tag.is_none())?;
        Version::parse(incident.version.as_deref()?).ok()
    })
}

fn publication(
    workspace: &Workspace,
    hotfix: &Hotfix,
    published: Option<&Oid>,
) -> anyhow::Result<Publication> {
    let repo = &workspace.repo;
    Ok(match (&hotfix.local, published) {
        (None, _) => Publication::OnlyRemote,
        (_, None) => Publication::Unpublished,
        (Some(here), Some(there)) if here == there => Publication::Same,
        (Some(here), Some(there)) => {
            let ahead = repo.log(here, std::slice::from_ref(there), 1000)?.len();
            let behind = repo.log(there, std::slice::from_ref(here), 1000)?.len();
            match (ahead, behind) {
                (n, 0) => Publication::Ahead(n),
                (0, n) => Publication::Behind(n),
                _ => Publication::Diverged,
            }
        }
    })
}
