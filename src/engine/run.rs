//! Carrying out an approved plan: one loop over its steps. What an earlier run has done is not in the
//! list, because the list was made by looking; there is no step counter. Each step settles what it did
//! by reading, and what is true then is written into the log once.

use super::addresses;
use super::deploy::{Deployer, Values};
use super::follow::{Public, follow, submodules_behind};
use super::merge_back;
use super::recheck::Rechecks;
pub use super::report::{Ended, Report};
use super::retire::{self, Remote};
pub use super::run_context::Run;
use super::written_once::WrittenOnce;
use crate::facts::checkouts;
use crate::git::access::Access;
use crate::git::{own_files, refs, worktree};
use crate::model::event::{Draft, Kind, Pointer};
use crate::model::event_data::Deployed;
use crate::model::failure::Failure;
use crate::model::intent::{Intent, Move};
use crate::model::plan::{
    Approved, Deletion, Fact, FinishPlan, Outcome, Progress, Role, Step, Target, Update, head,
};
use crate::model::text::{list_first, safe, shell_word};
use crate::plan::deployment::Watched;
use crate::plan::steps::LEFT_AT_ONCE;
use crate::system::fault::fault;
use std::path::Path;

impl Run<'_> {
    /// Does what the plan says.
    ///
    /// # Errors
    /// When the remote rejects production, or git fails; the message says what was changed.
    pub fn carry_out(&self, approved: &Approved<FinishPlan>) -> anyhow::Result<Ended> {
        Going::new(self, approved.plan()).go()
    }
}

/// Whether the next step may follow.
pub(super) enum Flow {
    On(Progress),
    Stale(String),
}

/// One run under way.
pub(super) struct Going<'a> {
    pub(super) run: &'a Run<'a>,
    pub(super) plan: &'a FinishPlan,
    pub(super) written_once: WrittenOnce<'a>,
    pub(super) report: Report,
    rechecks: Rechecks<'a>,
    /// Whether the commands of the configuration have run.
    commands_done: bool,
    /// Whether the branch is gone on the remote.
    gone_there: bool,
    /// A worktree could not leave the branch, so the branch stays.
    occupied: bool,
}

impl<'a> Going<'a> {
    fn new(run: &'a Run<'a>, plan: &'a FinishPlan) -> Self {
        Self {
            run,
            plan,
            written_once: WrittenOnce::new(run.record, run.id, run.incident),
            report: Report { held_back: plan.held, ..Report::default() },
            rechecks: Rechecks::new(run, plan),
            commands_done: false,
            gone_there: true,
            occupied: false,
        }
    }

    fn go(mut self) -> anyhow::Result<Ended> {
        let mut declared = false;
        for step in &self.plan.steps {
            if !matches!(step, Step::Recheck(_)) && !declared {
                self.rechecks.demand()?;
                if !matches!(step, Step::Request(_)) {
                    self.declare()?;
                }
                declared = true;
            }
            if matches!(step, Step::Request(_)) {
                return Ok(Ended::AtRequest);
            }
            match self.perform(step)? {
                Flow::On(progress) => self.report.progress.push(progress),
                Flow::Stale(what) => return Ok(Ended::Stale(what)),
            }
            fault!("run: between two steps");
        }
        if self.report.go_to.is_none() && !self.report.held_back {
            self.report.lines.extend(submodules_behind(self.run.workspace));
        }
        self.run.record.settle();
        Ok(Ended::Went(Box::new(self.report)))
    }

    fn perform(&mut self, step: &Step) -> anyhow::Result<Flow> {
        let waits = matches!(
            step,
            Step::Unpublish { .. } | Step::Vacate { .. } | Step::Delete { .. } | Step::Record(Fact::Finished)
        );
        if waits && !self.report.is_complete() {
            return Ok(Flow::On(Progress::Waiting));
        }
        let progress = match step {
            Step::Recheck(item) => self.rechecks.perform(item)?,
            Step::Push(push) => return self.push(push),
            Step::Local { updates, .. } => self.commit_here(updates)?,
            Step::Run(_) => self.commands()?,
            Step::Follow { branches } => self.follow(branches)?,
            Step::Await { tool } => {
                self.report.awaits = Some(tool.clone());
                Progress::Waiting
            }
            Step::Mirror { .. } => self.mirror()?,
            Step::Record(fact) => self.record(*fact),
            Step::Leave { branch, .. } => self.leave(branch)?,
            Step::Remove { path, branch, inside } => self.remove(path, branch, *inside),
            Step::Unpublish { remote, deletion } => self.unpublish(remote, deletion)?,
            Step::Vacate { path, branch, .. } => self.vacate(path, branch)?,
            Step::Delete { branch, tip } => self.delete(branch, tip.as_ref())?,
            // Not part of a finish or a rollback.
            Step::Stash { .. } | Step::Create { .. } | Step::Keep { .. } | Step::Request(_) => Progress::Todo,
        };
        Ok(Flow::On(progress))
    }

    /// Writes down what is meant. It is on disk before anything is published: a retry must publish
    /// the same objects.
    fn declare(&self) -> anyhow::Result<()> {
        let (run, plan) = (self.run, self.plan);
        for target in plan.targets.iter().filter(|t| t.outcome == Outcome::Skipped) {
            if run.incident.is_none_or(|i| !i.skipped.contains_key(&target.branch)) {
                self.written_once.skipped(&target.branch, "taken off the list");
            }
        }
        let intent = Intent::of(plan, plan.held);
        if !intent.is_empty() && run.incident.and_then(Intent::last).as_ref() != Some(&intent) {
            run.record.note(run.id, intent.draft());
        }
        if let (Some(left), Some(incident)) = (&plan.left_behind, run.incident) {
            run.record.note_once(incident, Draft::new(Kind::PushTorn, left));
        }
        run.workspace.repo.flush()?;
        if intent.tag_object.is_some() && !plan.held {
            run.record.await_outcome(run.id);
        }
        Ok(())
    }

    fn record(&mut self, fact: Fact) -> Progress {
        let (run, plan) = (self.run, self.plan);
        match fact {
            Fact::Released if self.report.tag_refused.is_some() => {
                run.record.outcome_known(run.id);
                return Progress::Waiting;
            }
            Fact::Released => {
                if let (Some(commit), Some(production)) = (&plan.release.commit, plan.production()) {
                    let (tag, remote) = (&plan.release.tag, plan.remote.as_deref());
                    let untested = self.untested();
                    let meant = run.incident.map(Intent::all).unwrap_or_default();
                    let all = meant.into_iter().chain([Intent::of(plan, plan.held)]);
                    let is_it = |m: &Move| m.branch == production.branch && m.new == *commit;
                    let moved = all.into_iter().any(|intent| intent.branches.iter().any(is_it));
                    let branch = (production.branch.as_str(), moved);
                    self.written_once.released(branch, tag, commit, remote, &untested);
                    run.record.outcome_known(run.id);
                    self.tell_undone();
                }
            }
            Fact::MergedBack => self.merged_back(),
            Fact::Finished => {
                self.written_once.finished(&plan.release.tag);
                for target in plan.targets.iter().filter(|t| t.outcome == Outcome::Skipped) {
                    let why = self.run.incident.and_then(|i| i.skipped.get(&target.branch));
                    let why = why.map_or("taken off the list", String::as_str);
                    self.written_once.left_out(&target.branch, &plan.release.tag, why);
                }
                fault!("finish: the end is in the record");
            }
            // Written by the commands that plan them.
            _ => return Progress::Todo,
        }
        Progress::Done
    }

    /// The record of the hotfix that a rollback undoes says so, too.
    fn tell_undone(&self) {
        let (record, by) = (self.run.record, &self.plan.release.tag);
        let Some(undone) = &self.plan.undoes else { return };
        let incidents = record.incidents().unwrap_or_default();
        for incident in incidents.iter().filter(|i| i.tag.as_ref() == Some(undone)) {
            if incident.own(&Kind::RolledBack).next().is_none() {
                let draft =
                    Draft::new(Kind::RolledBack, format!("{undone} by {by}")).refer(Pointer::Tag, undone);
                let said = Deployed { by: Some(by.clone()), ..Deployed::default() };
                record.note(&incident.id, draft.data(&said));
            }
        }
    }

    /// What is in the release that was not tested; an earlier run may have published it.
    fn untested(&self) -> Vec<String> {
        if self.plan.shipped_tree.is_some() {
            return self.plan.untested_files.clone();
        }
        let intents = self.run.incident.map(Intent::all).unwrap_or_default();
        let tag = &self.plan.release.tag;
        let made = intents.into_iter().find(|i| i.tag == *tag && i.tag_object.is_some());
        made.map(|i| i.untested).unwrap_or_default()
    }

    /// The release is out, whatever became of the branches here.
    fn could_not_follow(&self, error: &anyhow::Error) -> anyhow::Error {
        let plan = self.plan;
        let why = match error.downcast_ref::<crate::git::GitError>() {
            Some(error) => error.detail(),
            None => error.to_string(),
        };
        let what = match &plan.remote {
            Some(remote) => format!("{} is public on {remote}", plan.release.tag),
            None => format!("{} is made", plan.release.tag),
        };
        Failure::failed(format!("{what}, but the branches here could not follow: {why}"))
            .hint(format!("{}    # continues once that is fixed", self.run.again))
            .into()
    }

    /// Without a remote, one local transaction is the commit point.
    fn commit_here(&self, updates: &[Update]) -> anyhow::Result<Progress> {
        let repo = &self.run.workspace.repo;
        let why = format!("hotfix finish: {}", self.plan.release.tag);
        let current = repo.head()?.branch;
        let checked_out = updates.iter().find(|u| current.as_ref().is_some_and(|b| u.name == head(b)));
        if let Some((old, moved)) = checked_out.and_then(|u| u.expect.as_ref().map(|old| (old, u)))
            && let Some(root) = repo.worktree()
            && let Some(first) = own_files::in_the_way(repo, root, old, &moved.new)?.first()
        {
            let why = format!(
                "nothing was changed: {} here is in no commit, and would be overwritten",
                safe(first)
            );
            return Err(Failure::failed(why).hint("hotfix finish    # once it is moved away").into());
        }
        refs::transaction(repo, updates, &[], &why).map_err(|e| {
            Failure::failed(format!("nothing was changed: {}", e.detail())).hint("hotfix finish")
        })?;
        if let Some(moved) = checked_out
            && let Some(old) = &moved.expect
        {
            let run = repo.call("read-tree").args(["-m", "-u", old.as_str(), moved.new.as_str()]);
            repo.git().ok(run)?;
        }
        Ok(Progress::Done)
    }

    /// Deploys and verifies: the commands share one window, so the first of them runs them all. A
    /// failure stops before the merge-backs.
    fn commands(&mut self) -> anyhow::Result<Progress> {
        // What is deployed is the tag.
        if self.report.tag_refused.is_some() {
            return Ok(Progress::Waiting);
        }
        if !std::mem::replace(&mut self.commands_done, true) {
            let Run { workspace, record, id, watch, again, takes_over, forge, patience, .. } = *self.run;
            let is_merged_back = |t: &Target| {
                t.role != Role::Production && matches!(t.outcome, Outcome::Clean | Outcome::Conflict)
            };
            let deployer = Deployer {
                workspace,
                record,
                id,
                watch,
                again,
                holds_up: true,
                is_awaited: self.plan.targets.iter().any(is_merged_back),
                takes_over,
                forge,
                patience,
            };
            let values = Values::of(self.plan, id);
            let watched = self.run.incident.map(|i| Watched::of(i, &values.tag)).unwrap_or_default();
            let line = deployer.run(&self.plan.stages, &values, &watched)?;
            self.report.lines.extend(line);
        }
        Ok(Progress::Done)
    }

    /// Local refs follow what is public.
    fn follow(&mut self, branches: &[String]) -> anyhow::Result<Progress> {
        let plan = self.plan;
        let public: Vec<Public> = plan
            .targets
            .iter()
            .filter(|t| branches.contains(&t.branch) && !self.is_owed(&t.branch))
            .filter(|t| !self.report.by_itself.contains(&t.branch))
            .filter_map(|t| {
                let tip = match t.outcome {
                    Outcome::Clean => t.new.clone(),
                    Outcome::Contained => t.old.clone(),
                    _ => None,
                }?;
                Some(Public { branch: t.branch.clone(), tip })
            })
            .collect();
        let object = plan.release.tag_object.as_ref().filter(|_| self.report.tag_refused.is_none());
        let tag = object.map(|object| (plan.release.tag.as_str(), object));
        let why = format!("hotfix finish: {}", plan.release.tag);
        let lines = follow(self.run.workspace, &public, tag, &why).map_err(|e| self.could_not_follow(&e))?;
        for line in lines {
            if !self.report.lines.contains(&line) {
                self.report.lines.push(line);
            }
        }
        Ok(Progress::Done)
    }

    fn is_owed(&self, branch: &str) -> bool {
        self.report.owed.iter().any(|(owed, _)| owed == branch)
    }

    fn merged_back(&mut self) {
        for target in &self.plan.targets {
            let has = matches!(target.outcome, Outcome::Clean | Outcome::Contained);
            if !has || self.is_owed(&target.branch) {
                continue;
            }
            self.report.has_fix.push(target.branch.clone());
            let new = target.new.as_ref().filter(|_| !self.report.by_itself.contains(&target.branch));
            if let (Role::MergeBack, Some(tip)) = (target.role, new.or(target.old.as_ref())) {
                self.written_once.merged_back(target, tip);
            }
        }
    }

    fn leave(&mut self, branch: &str) -> anyhow::Result<Progress> {
        let Run { workspace, record, id, resolutions, .. } = *self.run;
        let Some(target) = self.plan.targets.iter().find(|t| t.branch == branch) else {
            return Ok(Progress::Todo);
        };
        let known = resolutions.iter().find(|r| r.branch == branch);
        let left = match (known, &self.plan.release.commit) {
            (Some(open), _) if open.commit.is_none() => open.clone(),
            (_, Some(source)) => {
                let own = (self.plan.own.as_slice(), known);
                let left = merge_back::leave(workspace, record, id, target, source, own, &self.plan.release)?;
                self.report.lines.extend(merge_back::remembered(workspace, target, &left.worktree));
                left
            }
            (_, None) => return Ok(Progress::Todo),
        };
        self.report.conflicts.push(left);
        let all: Vec<&str> =
            self.plan.conflicts().filter(|t| t.role == Role::MergeBack).map(|t| t.branch.as_str()).collect();
        if let (LEFT_AT_ONCE, Some(later)) = (self.report.conflicts.len(), all.get(LEFT_AT_ONCE..))
            && !later.is_empty()
        {
            let named = safe(&list_first(later, 3));
            self.report.lines.push(format!("also in conflict: {named}; those merges begin after these"));
        }
        Ok(Progress::Waiting)
    }

    fn mirror(&mut self) -> anyhow::Result<Progress> {
        if self.report.tag_refused.is_some() {
            return Ok(Progress::Waiting);
        }
        let own = self.report.has_fix.iter().filter(|b| !self.report.by_itself.contains(b));
        let has: Vec<String> = own.cloned().collect();
        self.report.addresses = addresses::bring(self.run.workspace, self.plan, &has)?;
        Ok(if self.report.agrees() { Progress::Done } else { Progress::Failed })
    }

    fn unpublish(&mut self, remote: &str, deletion: &Deletion) -> anyhow::Result<Progress> {
        let plan = self.plan;
        match retire::delete_remote(self.run.workspace, remote, deletion)? {
            Remote::Deleted => {
                addresses::forget(self.run.workspace, remote, deletion);
                Ok(Progress::Done)
            }
            Remote::Moved => {
                self.report.late_commits = true;
                self.report.lines.push(format!(
                    "{remote} has new commits on {} that are not in {}: the branch is kept",
                    plan.branch, plan.release.tag
                ));
                Ok(Progress::Waiting)
            }
            Remote::Refused(why) => {
                self.gone_there = false;
                self.report.lines.push(format!("{remote} keeps {}: {why}", plan.branch));
                Ok(Progress::Failed)
            }
        }
    }

    fn vacate(&mut self, path: &Path, branch: &str) -> anyhow::Result<Progress> {
        let (run, plan) = (self.run, self.plan);
        let released = plan.release.commit.as_ref().unwrap_or(&plan.tip);
        let production = plan.production().map(|t| t.branch.clone()).unwrap_or_default();
        let leaving = retire::Leaving { branch, production: &production, released, incident: run.incident };
        let left = retire::vacate(run.workspace, path, &leaving)?;
        self.report.lines.extend(left.lines);
        self.occupied |= left.occupied;
        Ok(if left.occupied { Progress::Failed } else { Progress::Done })
    }

    fn delete(&mut self, branch: &str, tip: Option<&crate::model::oid::Oid>) -> anyhow::Result<Progress> {
        let (repo, plan) = (&self.run.workspace.repo, self.plan);
        if let (Some(remote), true) = (&plan.remote, self.gone_there) {
            let name = format!("refs/remotes/{remote}/{branch}");
            if let Some(expect) = repo.find_ref(&name)? {
                // The push would have done it, had nothing killed it.
                repo.delete_ref(&Deletion { name, expect })?;
            }
        }
        if self.occupied {
            return Ok(Progress::Waiting);
        }
        match tip {
            Some(tip) => retire::delete_local(self.run.workspace, branch, tip)?,
            // An earlier run may have been killed right after it deleted the branch.
            None => refs::forget_branch(repo, branch)?,
        }
        self.report.branch_deleted = self.gone_there;
        if self.gone_there {
            self.written_once.branch_deleted(branch, &plan.tip);
        }
        Ok(Progress::Done)
    }

    /// Worktrees of merges that are public now are no longer needed.
    fn remove(&mut self, path: &Path, branch: &str, inside: bool) -> Progress {
        if !self.report.has_fix.iter().any(|b| b == branch) {
            return Progress::Waiting;
        }
        let (workspace, incident) = (self.run.workspace, self.run.incident);
        let root = workspace.root();
        let own = checkouts::own_files(workspace, incident, path).unwrap_or_default();
        if let Some(first) = own.first() {
            self.report.lines.push(format!(
                "{} is no longer needed (it has files that are in no commit: {}): git worktree remove {}",
                path.display(),
                safe(first),
                shell_word(&path.display().to_string())
            ));
            return Progress::Failed;
        }
        match worktree::remove(&workspace.repo, path) {
            Ok(()) if inside => self.report.go_to = Some(root),
            Ok(()) => {}
            Err(error) => {
                self.report.lines.push(format!(
                    "{} is no longer needed but was not removed: {}",
                    path.display(),
                    error.detail().lines().next().unwrap_or_default()
                ));
                return Progress::Failed;
            }
        }
        Progress::Done
    }
}
