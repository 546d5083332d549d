//! What a rollback would mean, and what a finish has to know to carry it out.

use super::checkouts::occupied;
use super::commit_lines::lines;
use super::meant_release::Meant;
use super::release::Around;
use super::scope;
use super::unreleased_commits::unreleased;
use super::workspace::Workspace;
use super::{brought_back, rollback_evidence, targets};
use crate::git::access::Access;
use crate::git::fetch::View;
use crate::git::tags::ReleaseTag;
use crate::git::worktree;
use crate::insight::rollback::Evidence;
use crate::insight::scope::is_lock;
use crate::model::event::{Kind, Pointer};
use crate::model::failure::Failure;
use crate::model::incident::Incident;
use crate::model::intent::Intent;
use crate::model::oid::Oid;
use crate::model::plan::{CommitLine, DiffStat, Size};
use crate::plan::finish::{
    BranchFacts, Fate, FinishFacts, ProductionFacts, Progress, Publication, ReleaseFacts, Revert,
    TargetFacts, WorktreeFacts,
};
use crate::plan::version::Versions;
use semver::Version;
use std::path::Path;

/// The evidence for a rollback.
#[derive(Clone, Debug)]
pub struct RollbackFacts {
    /// Production, or the branch of an older line.
    pub production: String,
    pub production_tip: Oid,
    /// The release that is undone.
    pub undone: ReleaseTag,
    /// The release that production goes back to.
    pub back_to: ReleaseTag,
    /// Production's newest release, where an older one is undone: it stays.
    pub newer: Option<String>,
    /// Targets that do not have the release but its change, and the commit that brought it.
    pub ports: Vec<(String, Oid)>,
    /// The commit whose content replaces what the undone release brought: production before it, or the
    /// release that was asked for.
    pub onto: Oid,
    /// What is known about this and other ways back.
    pub evidence: Evidence,
    /// The commits that are undone, newest first.
    pub commits: Vec<CommitLine>,
    /// Commits that were released together with what is undone, and stay.
    pub stays: Vec<CommitLine>,
    /// Commits after production's newest release, newest first: this release is their first.
    pub also_ships: Vec<CommitLine>,
    /// How much going back changes.
    pub stat: DiffStat,
    /// Changed paths that are always worth naming: migrations, infrastructure.
    pub sensitive: Vec<String>,
    /// Changed lock files: dependencies go back, too.
    pub locks: Vec<String>,
    /// Merge-back branches, their tips, and whether they have the release that is undone.
    pub targets: Vec<(String, Oid, bool)>,
    around: Around,
}

/// Reads it.
///
/// # Errors
/// When there is no release to go back to, or history cannot be read.
pub fn gather(workspace: &Workspace, view: &View, meant: Meant) -> anyhow::Result<RollbackFacts> {
    // The release of a rollback that goes on is not newer: it is its own.
    let own = meant.rolled_back.by(&meant.undone.name);
    let newer = meant.newer().map(|newest| newest.name.clone()).filter(|newest| own != Some(newest));
    let Meant { branch: production, tip, undone, to, before, around, rolled_back, .. } = meant;
    let is_asked_for = to.is_some();
    let back_to = to.or(before).ok_or_else(|| {
        Failure::refused(format!("there is no release before {}; nothing was changed", undone.name))
            .hint("hotfix start NAME    # repairs it instead")
    })?;
    if let Some(by) = rolled_back.by(&back_to.name) {
        let refusal = Failure::refused(format!(
            "{} was rolled back by {by}, so it is not a release to go back to; nothing was changed",
            back_to.name
        ));
        return Err(brought_back::by_hand(workspace, by).into_iter().fold(refusal, Failure::hint).into());
    }
    if undone.commit == back_to.commit || !workspace.repo.is_ancestor(&back_to.commit, &undone.commit)? {
        return Err(Failure::usage(format!("{} does not come before {}", back_to.name, undone.name)).into());
    }
    let onto = match is_asked_for {
        true => back_to.commit.clone(),
        false => before_release(workspace, &undone, &back_to)?,
    };
    let measured = scope::measure(workspace, &undone.commit, &onto)?;
    let mut found = Vec::new();
    for (branch, at) in targets::merge_backs(workspace, view, &production, &tip)? {
        let has = workspace.repo.is_ancestor(&undone.commit, &at)?;
        found.push((branch, at, has));
    }
    let evidence = rollback_evidence::evidence(workspace, &around, &undone, &tip, &rolled_back)?;
    Ok(RollbackFacts {
        evidence,
        newer,
        ports: ports(workspace, &undone.name, &found)?,
        commits: lines(&workspace.repo, &undone.commit, std::slice::from_ref(&onto))?,
        stays: lines(&workspace.repo, &onto, std::slice::from_ref(&back_to.commit))?,
        also_ships: unreleased(workspace, &around, &tip)?,
        stat: measured.stat,
        sensitive: measured.scope.sensitive,
        locks: measured.files.into_iter().map(|f| f.path).filter(|p| is_lock(p)).collect(),
        targets: found,
        production,
        production_tip: tip,
        undone,
        back_to,
        onto,
        around,
    })
}

/// The commits by which targets got the change of a release that they do not contain: ports of a line's fix.
fn ports(
    workspace: &Workspace,
    undone: &str,
    targets: &[(String, Oid, bool)],
) -> anyhow::Result<Vec<(String, Oid)>> {
    let mut found = Vec::new();
    if targets.iter().all(|(_, _, has)| *has) {
        return Ok(found);
    }
    for incident in workspace.record().incidents()?.iter().filter(|i| i.tag.as_deref() == Some(undone)) {
        for event in incident.own(&Kind::MergedBack) {
            let (Some(branch), Some(commit)) = (event.reference(Pointer::Branch), event.oid(Pointer::Commit))
            else {
                continue;
            };
            for (name, tip, has) in targets.iter().filter(|(name, ..)| name == branch) {
                if !has && workspace.repo.has(&commit)? && workspace.repo.is_ancestor(&commit, tip)? {
                    found.push((name.clone(), commit.clone()));
                }
            }
        }
    }
    Ok(found)
}

/// Production before a release came in: the first parent of the merge that brought it. A release that
/// is no merge is everything since the release before.
fn before_release(workspace: &Workspace, undone: &ReleaseTag, back_to: &ReleaseTag) -> anyhow::Result<Oid> {
    let commit = workspace.repo.commit(&undone.commit)?;
    if let [first, _, ..] = commit.parents.as_slice()
        && workspace.repo.is_ancestor(&back_to.commit, first)?
    {
        return Ok(first.clone());
    }
    Ok(back_to.commit.clone())
}

impl RollbackFacts {
    /// What a finish has to know to carry the rollback out. `begun` is its record, when it was
    /// interrupted, and `requested` the version that was asked for.
    ///
    /// # Errors
    /// When git cannot be read.
    pub fn finish(
        &self,
        workspace: &Workspace,
        name: &str,
        begun: Option<&Incident>,
        keep_in: &[String],
        requested: Option<Version>,
    ) -> anyhow::Result<FinishFacts> {
        let repo = &workspace.repo;
        let fate = |branch: &String, has: bool| match has {
            _ if keep_in.contains(branch) && has => Fate::Keeps,
            true => Fate::Gets,
            false => Fate::Lacks,
        };
        let targets = self.targets.iter().map(|(branch, tip, has)| TargetFacts {
            branch: branch.clone(),
            tip: tip.clone(),
            skipped: begun.and_then(|i| i.skipped.get(branch).cloned()),
            port: false,
            lost: None,
            fate: fate(branch, *has),
        });
        let heads: Vec<(String, Oid)> = self.targets.iter().map(|(b, t, _)| (b.clone(), t.clone())).collect();
        let mut versions = self.around.versions(requested);
        let progress = self.progress(workspace, begun, &mut versions)?;
        versions.keep(begun.and_then(Intent::agreed_tag).as_deref(), &progress);
        let began = begun.and_then(Intent::last).and_then(|intent| versions.scheme.version(&intent.tag));
        let tag_is_out = began.is_some_and(|version| versions.taken.contains(&version));
        let remote = workspace.remote().map(str::to_owned);
        let branch = BranchFacts {
            marked: Vec::new(),
            name: name.to_owned(),
            tip: self.production_tip.clone(),
            tree: repo.commit(&self.onto)?.tree,
            local: None,
            published: None,
            publication: Publication::Unpublished,
            commits: self.commits.clone(),
            own: Vec::new(),
            foreign: Vec::new(),
            foreign_from: Vec::new(),
            stat: self.stat,
            size: Size::default(),
            strays: Vec::new(),
            added: Vec::new(),
        };
        let production = ProductionFacts {
            name: self.production.clone(),
            tip: self.production_tip.clone(),
            also_ships: self.also_ships.clone(),
            reverted: None,
            dropped: None,
            url: workspace.push_addresses(),
            remote,
        };
        let release = ReleaseFacts {
            directory: self.around.directory.clone(),
            previous: Some(self.back_to.name.clone()),
            earlier: None,
            stranded: None,
            tag_is_out,
            versions,
        };
        let worktrees = WorktreeFacts {
            here: repo.worktree().map(Path::to_owned),
            occupied: occupied(workspace, &worktree::list(repo)?, &self.production, &heads),
            ..WorktreeFacts::default()
        };
        Ok(FinishFacts {
            name: name.to_owned(),
            title: format!("Roll back {} to {}", self.undone.name, self.back_to.name),
            kind: "Reverted",
            incident: begun.map(|i| i.id.clone()),
            flag: String::new(),
            revert: Some(Revert {
                tag: self.undone.name.clone(),
                commit: self.undone.commit.clone(),
                back_to: self.back_to.name.clone(),
                version: self.back_to.version.clone(),
                onto: self.onto.clone(),
            }),
            standings: Vec::new(),
            identity: workspace.actor().is_some(),
            targets: targets.collect(),
            remarks: workspace.config.notes.clone(),
            progress,
            branch,
            production,
            release,
            worktrees,
        })
    }

    /// How far an interrupted rollback came. A tag that it made is its own: it is not taken.
    fn progress(
        &self,
        workspace: &Workspace,
        begun: Option<&Incident>,
        versions: &mut Versions,
    ) -> anyhow::Result<Progress> {
        let intents = begun.map(Intent::all).unwrap_or_default();
        let Some(intent) = intents.into_iter().find(|i| i.release.is_some()) else {
            return Ok(Progress::Ahead);
        };
        let (Some(commit), Some(version)) = (&intent.release, versions.scheme.version(&intent.tag)) else {
            return Ok(Progress::Ahead);
        };
        let is_out =
            workspace.repo.has(commit)? && workspace.repo.is_ancestor(commit, &self.production_tip)?;
        if !is_out {
            return Ok(Progress::Ahead);
        }
        if versions.taken.contains(&version) {
            return Ok(Progress::Released { tag: intent.tag, version, commit: commit.clone() });
        }
        versions.requested = Some(version);
        Ok(Progress::Merged(commit.clone()))
    }
}
