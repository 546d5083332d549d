//! Doing what a finish plan says: production and its tag together or not at all, then the
//! merge-backs, then the branch. Everything that was done already is found out from the plan,
//! which was made by looking; there is no step counter.

use super::addresses::{self, Address};
use super::chronicle::Chronicle;
use super::deploy::{Deployer, Values, Watch};
use super::follow::{Public, follow, submodules_behind};
use super::merge_back;
use super::publish::Refusal;
use super::resolution::Resolution;
use super::retire::{self, Remote};
use super::ship::Shipper;
use crate::facts::Site;
use crate::git::access::Access;
use crate::git::refs;
use crate::model::event::{Draft, Kind};
use crate::model::failure::Failure;
use crate::model::incident::Incident;
use crate::model::intent::Intent;
use crate::model::plan::{Approved, Deletion, FinishPlan, Outcome, Role, head};
use crate::model::request::Request;
use crate::plan::request::Decision;
use crate::record::Record;
use crate::system::fault::fault;
use crate::system::lock::RunLock;
use std::cell::Cell;
use std::path::PathBuf;

/// What came of a run.
#[derive(Debug)]
pub enum Ended {
    /// Somebody moved a ref: look again and plan again.
    Stale(String),
    Went(Report),
}

/// What a run did, and what is left.
#[derive(Debug, Default)]
pub struct Report {
    /// Targets that refused the push: branch and the server's words.
    pub owed: Vec<(String, Refusal)>,
    /// Those of them that wait for a request of their own: branch, what is waited for, the request.
    pub requests: Vec<(String, Decision, Option<Request>)>,
    /// Targets left to a human.
    pub conflicts: Vec<Resolution>,
    /// Branches that have the fix now.
    pub has_fix: Vec<String>,
    pub branch_deleted: bool,
    /// Production has the fix, and the server refused its tag.
    pub tag_refused: Option<Refusal>,
    /// Targets that got the fix by somebody else's hand and refused the merge.
    pub by_itself: Vec<String>,
    /// Every address of a remote that has several, and what it has.
    pub addresses: Vec<Address>,
    /// Lines for a person: what was left alone, and why.
    pub lines: Vec<String>,
    /// The hotfix branch got new commits on the remote while this ran.
    pub late_commits: bool,
    /// Everything is ready here and nothing was pushed, as `--no-push` asked.
    pub held_back: bool,
    /// Production is out, and the tag is another tool's to make: its name.
    pub awaits: Option<String>,
    /// A worktree the user stood in was removed; this is where to go.
    pub go_to: Option<PathBuf>,
}

impl Report {
    /// Whether every address has what the deciding one has.
    pub fn agrees(&self) -> bool {
        self.addresses.iter().all(|a| a.lacks.is_empty())
    }

    /// Whether all of it is done.
    pub fn is_complete(&self) -> bool {
        self.tag_refused.is_none()
            && self.agrees()
            && self.owed.is_empty()
            && self.conflicts.is_empty()
            && self.awaits.is_none()
            && !self.held_back
            && !self.late_commits
    }
}

/// What a run needs besides the plan.
pub struct Engine<'a> {
    pub site: &'a Site,
    pub record: &'a Record<'a>,
    /// The incident's id; every hotfix has a record when it is finished.
    pub id: &'a str,
    pub incident: Option<&'a Incident>,
    pub lock: Option<&'a RunLock>,
    /// The merges a human has resolved.
    pub resolutions: &'a [Resolution],
    /// Who looks on while commands run.
    pub watch: &'a dyn Watch,
    /// How long refused merge-backs are tried again.
    pub patience: &'a Cell<chrono::Duration>,
    /// The command that goes on after a stop.
    pub again: &'a str,
}

impl Engine<'_> {
    /// Does what the plan says.
    ///
    /// # Errors
    /// When the remote refuses production, or git fails; the message says what was changed.
    pub fn run(&self, approved: &Approved<FinishPlan>) -> anyhow::Result<Ended> {
        let plan = approved.plan();
        let chronicle = Chronicle::new(self.record, self.id, self.incident);
        let held = plan.remote.is_none() && self.site.remote().is_some();
        self.declare(plan, &chronicle, held)?;
        let mut report = Report::default();
        let shipper = Shipper {
            site: self.site,
            record: self.record,
            id: self.id,
            lock: self.lock,
            plan,
            watch: self.watch,
            patience: self.patience,
        };
        match &plan.remote {
            Some(remote) => {
                if let Some(stale) = shipper.release(remote, &mut report)? {
                    return Ok(Ended::Stale(stale));
                }
            }
            // `--no-push`: local branches move forward where they can; nothing is public yet.
            None if held => report.held_back = true,
            None => self.commit_locally(plan)?,
        }
        self.follow(plan, &mut report, plan.is_joint())?;
        if report.held_back {
            return Ok(Ended::Went(report));
        }
        if plan.release.awaits.is_some() {
            report.awaits.clone_from(&plan.release.awaits);
            self.record.settle();
            return Ok(Ended::Went(report));
        }
        if let (Some(commit), Some(production), None) =
            (&plan.release.commit, plan.production(), &report.tag_refused)
        {
            let untested = self.untested(plan);
            chronicle.released(
                &production.branch,
                &plan.release.tag,
                commit,
                plan.remote.as_deref(),
                &untested,
            );
            self.record.outcome_known(self.id);
        }
        if report.tag_refused.is_some() {
            self.record.outcome_known(self.id);
        }
        // What is deployed is the tag.
        if !plan.stages.is_empty() && report.tag_refused.is_none() {
            report.lines.extend(self.stages(plan)?);
        }
        if let Some(remote) = plan.remote.as_ref().filter(|_| !plan.is_joint()) {
            if let Some(stale) = shipper.merge_backs(remote, &mut report)? {
                return Ok(Ended::Stale(stale));
            }
            self.follow(plan, &mut report, true)?;
        }
        self.merge_backs(plan, &chronicle, &mut report)?;
        if report.tag_refused.is_none() {
            let has: Vec<String> =
                report.has_fix.iter().filter(|b| !report.by_itself.contains(b)).cloned().collect();
            report.addresses = addresses::bring(self.site, plan, &has)?;
        }
        // Before the record says that all is done; the one we stand in is still needed until then.
        self.remove_resolved(false, &mut report);
        if report.is_complete() {
            self.retire(plan, &chronicle, &mut report)?;
            if report.is_complete() {
                chronicle.finished(&plan.release.tag);
            }
        }
        fault!("finish: the end is in the record");
        self.remove_resolved(true, &mut report);
        if report.go_to.is_none() {
            report.lines.extend(submodules_behind(self.site));
        }
        self.record.settle();
        Ok(Ended::Went(report))
    }

    /// Writes down what is meant. It is on disk before anything is published: a retry must publish
    /// the same objects.
    fn declare(&self, plan: &FinishPlan, chronicle: &Chronicle<'_>, held: bool) -> anyhow::Result<()> {
        for target in plan.targets.iter().filter(|t| t.outcome == Outcome::Skipped) {
            let why = self.incident.and_then(|i| i.skipped.get(&target.branch));
            if why.is_none() {
                chronicle.skipped(&target.branch, "taken off the list");
            }
        }
        let intent = Intent::of(plan, held);
        if !intent.is_empty() && self.incident.and_then(Intent::last).as_ref() != Some(&intent) {
            self.record.note(self.id, intent.draft());
        }
        if let (Some(left), Some(incident)) = (&plan.left_behind, self.incident) {
            self.record.note_once(incident, Draft::new(Kind::PushTorn, left));
        }
        self.site.repo.flush()?;
        if intent.tag_object.is_some() && !held {
            self.record.await_outcome(self.id);
        }
        Ok(())
    }

    /// What is in the release that nobody had tested; an earlier run may have published it.
    fn untested(&self, plan: &FinishPlan) -> Vec<String> {
        if plan.shipped_tree.is_some() {
            return plan.untested_files.clone();
        }
        let intents = self.incident.map(Intent::all).unwrap_or_default();
        let made = intents.into_iter().find(|i| i.tag == plan.release.tag && i.tag_object.is_some());
        made.map(|i| i.untested).unwrap_or_default()
    }

    /// The release is out, whatever became of the branches here.
    fn could_not_follow(&self, plan: &FinishPlan, error: &anyhow::Error) -> anyhow::Error {
        let why = match error.downcast_ref::<crate::git::GitError>() {
            Some(error) => error.detail(),
            None => error.to_string(),
        };
        let what = match &plan.remote {
            Some(remote) => format!("{} is public on {remote}", plan.release.tag),
            None => format!("{} is made", plan.release.tag),
        };
        Failure::failed(format!("{what}, but the branches here could not follow: {why}"))
            .hint(format!("{}    # goes on once that is out of the way", self.again))
            .into()
    }

    /// Without a remote, one local transaction is the commit point.
    fn commit_locally(&self, plan: &FinishPlan) -> anyhow::Result<()> {
        let mut updates = plan.release_updates();
        updates.extend(plan.merge_back_updates());
        let why = format!("hotfix finish: {}", plan.release.tag);
        let standing = self.site.repo.head()?.branch;
        let under_foot =
            updates.iter().find(|u| standing.as_ref().is_some_and(|b| u.name == head(b))).cloned();
        refs::transaction(&self.site.repo, &updates, &[], &why).map_err(|e| {
            Failure::failed(format!("nothing was changed: {}", e.detail())).hint("hotfix finish")
        })?;
        if let Some(moved) = under_foot
            && let Some(old) = &moved.expect
        {
            let run = self.site.repo.call("read-tree").args(["-m", "-u", old.as_str(), moved.new.as_str()]);
            self.site.repo.git().ok(run)?;
        }
        Ok(())
    }

    /// Deploys and looks whether it works; a failure stops before the merge-backs.
    fn stages(&self, plan: &FinishPlan) -> anyhow::Result<Option<String>> {
        let Self { site, record, id, watch, again, .. } = *self;
        let deployer = Deployer { site, record, id, watch, again, holds_up: true };
        let values = Values::of(plan, self.id);
        deployer.run(&plan.stages, &values, self.incident)
    }

    /// Local refs follow what is public; the merge-backs once they are.
    fn follow(&self, plan: &FinishPlan, report: &mut Report, backs: bool) -> anyhow::Result<()> {
        let mut public = self.public(plan, report);
        if !backs {
            public.retain(|p| plan.production().is_some_and(|t| t.branch == p.branch));
        }
        let tag = plan.release.tag_object.as_ref().filter(|_| report.tag_refused.is_none());
        let tag = tag.map(|object| (plan.release.tag.as_str(), object));
        let why = format!("hotfix finish: {}", plan.release.tag);
        let lines = follow(self.site, &public, tag, &why).map_err(|e| self.could_not_follow(plan, &e))?;
        for line in lines {
            if !report.lines.contains(&line) {
                report.lines.push(line);
            }
        }
        Ok(())
    }

    /// The branches whose new tips are public now.
    fn public(&self, plan: &FinishPlan, report: &Report) -> Vec<Public> {
        plan.targets
            .iter()
            .filter(|t| !report.owed.iter().any(|(branch, _)| *branch == t.branch))
            .filter(|t| !report.by_itself.contains(&t.branch))
            .filter_map(|t| {
                let tip = match t.outcome {
                    Outcome::Clean => t.new.clone(),
                    Outcome::Contained => t.old.clone(),
                    _ => None,
                }?;
                Some(Public { branch: t.branch.clone(), tip })
            })
            .collect()
    }

    fn merge_backs(
        &self,
        plan: &FinishPlan,
        chronicle: &Chronicle<'_>,
        report: &mut Report,
    ) -> anyhow::Result<()> {
        for target in &plan.targets {
            let owed = report.owed.iter().any(|(branch, _)| *branch == target.branch);
            match target.outcome {
                _ if owed => {}
                Outcome::Skipped => {}
                Outcome::Clean | Outcome::Contained => {
                    report.has_fix.push(target.branch.clone());
                    if let (Role::MergeBack, Some(tip)) = (
                        target.role,
                        target
                            .new
                            .as_ref()
                            .filter(|_| !report.by_itself.contains(&target.branch))
                            .or(target.old.as_ref()),
                    ) {
                        chronicle.merged_back(&target.branch, tip);
                    }
                }
                Outcome::Conflict => {
                    let known = self.resolutions.iter().find(|r| r.branch == target.branch);
                    let left = match (known, &plan.release.commit) {
                        (Some(open), _) if open.commit.is_none() => open.clone(),
                        (_, Some(source)) => {
                            let own = (plan.own.as_slice(), known);
                            let left = merge_back::leave(
                                self.site,
                                self.record,
                                self.id,
                                target,
                                source,
                                own,
                                &plan.release,
                            )?;
                            report.lines.extend(merge_back::remembered(self.site, target, &left.worktree));
                            left
                        }
                        (_, None) => continue,
                    };
                    report.conflicts.push(left);
                }
            }
        }
        Ok(())
    }

    fn retire(
        &self,
        plan: &FinishPlan,
        chronicle: &Chronicle<'_>,
        report: &mut Report,
    ) -> anyhow::Result<()> {
        if !plan.delete_branch {
            return Ok(());
        }
        let mut gone_there = true;
        if let (Some(remote), Some(deletion)) = (&plan.remote, plan.remote_deletion()) {
            match retire::delete_remote(self.site, remote, &deletion)? {
                Remote::Deleted => addresses::forget(self.site, remote, &deletion),
                Remote::Moved => {
                    report.late_commits = true;
                    report.lines.push(format!(
                        "{remote} has new commits on {} that are not in {}: the branch is kept",
                        plan.branch, plan.release.tag
                    ));
                    return Ok(());
                }
                Remote::Refused(why) => {
                    gone_there = false;
                    report.lines.push(format!("{remote} keeps {}: {why}", plan.branch));
                }
            }
        }
        if let (Some(remote), true) = (&plan.remote, gone_there) {
            let name = format!("refs/remotes/{remote}/{}", plan.branch);
            if let Some(expect) = self.site.repo.find_ref(&name)? {
                // The push would have done it, had nobody killed it.
                self.site.repo.delete_ref(&Deletion { name, expect })?;
            }
        }
        let released = plan.release.commit.as_ref().unwrap_or(&plan.tip);
        let production = plan.production().map(|t| t.branch.clone()).unwrap_or_default();
        if let Some(tip) = &plan.local_branch {
            let made = self.incident.and_then(|i| i.worktree.as_ref()).map(PathBuf::from);
            let left = retire::leave_branch(self.site, &plan.branch, &production, released, made.as_deref())?;
            report.lines.extend(left.lines);
            if left.standing {
                return Ok(());
            }
            retire::delete_local(self.site, &plan.branch, tip)?;
        } else {
            // An earlier run may have been killed right after it deleted the branch.
            refs::forget_branch(&self.site.repo, &plan.branch)?;
        }
        report.branch_deleted = gone_there;
        if gone_there {
            chronicle.branch_deleted(&plan.branch, &plan.tip);
        }
        Ok(())
    }

    /// Worktrees of merges that are public now are no longer needed.
    fn remove_resolved(&self, where_we_stand: bool, report: &mut Report) {
        for resolution in self.resolutions.iter().filter(|r| r.commit.is_some()) {
            if !report.has_fix.contains(&resolution.branch) {
                continue;
            }
            let inside = self.site.repo.worktree().is_some_and(|root| root == resolution.worktree);
            if inside != where_we_stand {
                continue;
            }
            let root = self.site.root();
            match crate::git::worktree::remove(&self.site.repo, &resolution.worktree) {
                Ok(()) if inside => report.go_to = Some(root),
                Ok(()) => {}
                Err(error) => report.lines.push(format!(
                    "{} is no longer needed but was not removed: {}",
                    resolution.worktree.display(),
                    error.detail().lines().next().unwrap_or_default()
                )),
            }
        }
    }
}
