//! What a rollback would mean, and what a finish has to know to carry it out.

use super::checkouts::occupied;
use super::commit_lines::lines;
use super::numbering::Wanted;
use super::release::{Around, around_of};
use super::rolled_back::RolledBack;
use super::scope;
use super::unreleased_commits::unreleased;
use super::workspace::Workspace;
use super::{rollback_evidence, targets};
use crate::git::access::Access;
use crate::git::fetch::View;
use crate::git::tags::ReleaseTag;
use crate::git::worktree;
use crate::insight::rollback::Evidence;
use crate::insight::scope::is_lock;
use crate::model::failure::Failure;
use crate::model::incident::Incident;
use crate::model::intent::Intent;
use crate::model::oid::Oid;
use crate::model::plan::{CommitLine, DiffStat, Size};
use crate::model::text::{safe, shell_word};
use crate::plan::finish::{
    BranchFacts, Fate, FinishFacts, ProductionFacts, Progress, Publication, ReleaseFacts, Revert,
    TargetFacts, WorktreeFacts,
};
use crate::plan::version::{Doubt, Versions};
use semver::Version;
use std::path::Path;

/// The evidence for a rollback.
#[derive(Clone, Debug)]
pub struct RollbackFacts {
    pub production: String,
    pub production_tip: Oid,
    /// The release that is undone.
    pub undone: ReleaseTag,
    /// The release that production goes back to.
    pub back_to: ReleaseTag,
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
/// When a release is unknown, not in production, or was rolled back itself, unless that `resumes`.
pub fn gather(
    workspace: &Workspace,
    view: &View,
    undo: Option<&str>,
    to: Option<&str>,
    resumes: bool,
) -> anyhow::Result<RollbackFacts> {
    let production = workspace.config.branches.production.clone();
    let tip = view
        .heads
        .get(&production)
        .cloned()
        .ok_or_else(|| Failure::usage(format!("branch not found: {}", safe(&production))))?;
    // Of several packages it is the one whose release is undone: of the newest release by default.
    let mut around = around_of(workspace, view, &[&tip], &Wanted { tag: undo, ..Wanted::default() })?;
    if matches!(around.doubt, Some(Doubt::Packages { .. })) {
        let newest = around.newest.as_ref().map(|newest| newest.name.clone());
        around =
            around_of(workspace, view, &[&tip], &Wanted { tag: newest.as_deref(), ..Wanted::default() })?;
    }
    let newest = around.newest.clone().ok_or_else(|| {
        Failure::refused("production has no release yet, so there is none to go back to; nothing was changed")
    })?;
    let rolled_back = RolledBack::of(workspace, &around, &newest)?;
    let find = |name: &str| -> anyhow::Result<ReleaseTag> {
        let found = around.releases.find(&workspace.repo, name, &tip)?;
        found.ok_or_else(|| {
            let refs = workspace.repo.refs("refs/tags/").unwrap_or_default();
            let tags = refs.iter().filter_map(|r| r.name.strip_prefix("refs/tags/"));
            let place = workspace.remote().map_or_else(String::new, |remote| format!("{remote}/"));
            Failure::usage(format!("not a release in {}: {}", safe(&production), safe(name)))
                .meant(name, tags)
                .hint(format!(
                    "git tag --merged {}    # lists the releases",
                    shell_word(&format!("{place}{production}"))
                ))
                .into()
        })
    };
    if let (None, Some(Doubt::OutOfOrder { tag, later })) = (undo, &around.doubt) {
        return Err(Failure::refused(format!(
            "{} has the highest number, and {} was released after it: which one is in production is unclear; \
             nothing was changed",
            safe(tag),
            safe(later)
        ))
        .hint(format!("hotfix rollback {}", shell_word(later)))
        .hint(format!("hotfix rollback {}", shell_word(tag)))
        .into());
    }
    let undone = undo.map(find).transpose()?.unwrap_or(newest);
    if to.is_none() && !resumes {
        refuse_reviving(&rolled_back, &undone)?;
    }
    let back_to = match to {
        Some(name) => find(name)?,
        None => rolled_back.good_before(workspace, &around, &undone, &tip)?.ok_or_else(|| {
            Failure::refused(format!("there is no release before {}; nothing was changed", undone.name))
        })?,
    };
    if let Some(by) = rolled_back.by(&back_to.name) {
        return Err(Failure::refused(format!(
            "{} was rolled back by {by}, so it is not a release to go back to; nothing was changed",
            back_to.name
        ))
        .hint("hotfix rollback --dry-run    # shows the releases that are")
        .into());
    }
    if undone.commit == back_to.commit || !workspace.repo.is_ancestor(&back_to.commit, &undone.commit)? {
        return Err(Failure::usage(format!("{} does not come before {}", back_to.name, undone.name)).into());
    }
    let onto = match to {
        Some(_) => back_to.commit.clone(),
        None => before_release(workspace, &undone, &back_to)?,
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

/// Undoing a rollback would release again what was taken back.
fn refuse_reviving(rolled_back: &RolledBack, undone: &ReleaseTag) -> Result<(), Failure> {
    let tag = &undone.name;
    if let Some(bad) = rolled_back.undone_by(tag) {
        return Err(Failure::refused(format!(
            "{tag} is the rollback of {bad}: undoing it would release {bad} again; nothing was changed"
        ))
        .hint(format!("hotfix rollback {} --to TAG    # an older release", shell_word(tag))));
    }
    if let Some(by) = rolled_back.by(tag) {
        return Err(Failure::refused(format!("{tag} was already rolled back by {by}; nothing was changed"))
            .hint("hotfix status"));
    }
    Ok(())
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
