//! A rollback where production takes requests only: what it takes back is published as a branch, and
//! merged through a request like a hotfix.

use super::{Going, Went};
use crate::command::finish::doorway::Doorway;
use crate::engine::compose::complete;
use crate::engine::request::{Came, Errand};
use crate::facts::forge::Door;
use crate::facts::{code_owners, requested};
use crate::git::access::Access;
use crate::git::merge::{Merged, merge};
use crate::model::event::Kind;
use crate::model::failure::{Failure, Problem};
use crate::model::incident::Incident;
use crate::model::oid::Oid;
use crate::model::plan::{Approved, FinishPlan};
use crate::model::request::MergeMethod;
use crate::model::text::shell_word;

impl Going<'_> {
    /// The way through a request, as this run takes it.
    pub(super) fn doorway(&self) -> Doorway<'_> {
        Doorway {
            session: self.session,
            workspace: self.workspace,
            mode: self.workspace.config.finish.mode,
            way: self.way,
            lock: self.lock,
            asked: self.asked,
            patience: self.patience,
            trust: self.args.trust,
            open: false,
        }
    }

    /// Makes the plan one through a request. What is published already is kept while it still gives
    /// the same: it may have been approved.
    pub(super) fn by_request_instead(
        &self,
        plan: &mut FinishPlan,
        incident: Option<&Incident>,
        door: &Door,
    ) -> anyhow::Result<()> {
        let (Some(new), Some(remote)) = (plan.release.commit.clone(), plan.remote.clone()) else {
            return Ok(());
        };
        let doorway = self.doorway();
        let home = doorway.home(door, &remote, &plan.branch, doorway.published(&remote, &plan.branch)?)?;
        let head = match &home.published {
            Some(there) if self.is_the_plan(there, &new)? => there.clone(),
            Some(there) => {
                let problem = self.of_others(&plan.branch, &home.remote, there)?;
                let is_kept = problem.is_none() && self.gives_the_same(there, &new)?;
                plan.problems.extend(problem);
                if is_kept { there.clone() } else { new }
            }
            None => new,
        };
        let production = &self.facts.production;
        plan.request = Some(doorway.step(door, incident, (&plan.branch, &home), &head, production));
        plan.release.head = Some(head);
        plan.published_branch = home.published.filter(|_| home.fork.is_none());
        complete(self.workspace, plan)
    }

    /// What is published is taken, or replaced, only where all of it was published from here.
    fn of_others(&self, branch: &str, remote: &str, there: &Oid) -> anyhow::Result<Option<Problem>> {
        let base = &self.facts.production_tip;
        let others = requested::of_others(self.workspace, there, &[base], base)?;
        let message =
            format!("{branch} on {remote} has commits that are not of this rollback: {}", others.join(", "));
        let delete = format!("git push {} --delete {}", shell_word(remote), shell_word(branch));
        let hint = format!("{delete}    # if they are not needed; else merge its request by hand");
        Ok((!others.is_empty()).then(|| Problem::new("branch", message, hint)))
    }

    /// Whether it is the very change that the plan shows, whoever made it.
    fn is_the_plan(&self, there: &Oid, new: &Oid) -> anyhow::Result<bool> {
        let (theirs, ours) = (self.workspace.repo.commit(there)?, self.workspace.repo.commit(new)?);
        Ok(theirs.tree == ours.tree && theirs.parents == ours.parents && ours.parents.len() == 1)
    }

    fn gives_the_same(&self, there: &Oid, new: &Oid) -> anyhow::Result<bool> {
        let repo = &self.workspace.repo;
        let tree = repo.commit(new)?.tree;
        let merged = merge(repo, &self.facts.production_tip, there)?;
        Ok(matches!(merged, Merged::Clean(merged) if merged == tree))
    }

    /// Publishes, opens, merges: as far as it goes.
    pub(super) fn by_request(
        &self,
        approved: Approved<FinishPlan>,
        incident: &Incident,
        door: Option<&Door>,
    ) -> anyhow::Result<Went> {
        let plan = approved.plan();
        let (Some(door), Some(remote), Some(commit)) = (door, &plan.remote, &plan.release.head) else {
            return Err(Failure::failed("there is nothing to open a request with").into());
        };
        let facts = self.facts;
        let (undone, back_to, tag) = (&facts.undone.name, &facts.back_to.name, &plan.release.tag);
        let title = format!("Roll back {undone} to {back_to}");
        let trailers = format!("Incident: {}\nRollback: {undone}", incident.id);
        let record = self.workspace.record();
        let doorway = self.doorway();
        let errand = Errand {
            head: plan.branch.clone(),
            base: facts.production.clone(),
            commit: commit.clone(),
            home: doorway.home(door, remote, &plan.branch, plan.published_branch.clone())?,
            known: commit.clone(),
            body: format!(
                "Takes back what {undone} brought, and is released as {tag}. Merging it is urgent.\n\n{trailers}"
            ),
            tag: tag.clone(),
            merge_title: title.clone(),
            title,
            merge_message: trailers,
            method: MergeMethod::Merge,
            pending: Vec::new(),
            tree: plan.tested_tree.clone(),
            base_tip: facts.production_tip.clone(),
            owners: code_owners::of_change(self.workspace, &facts.production_tip, commit),
        };
        let came = doorway.go(door, remote, &record, &incident.id, &errand);
        record.settle();
        match came? {
            Came::Stale(_) => Ok(Went::Again(Box::new(approved))),
            Came::Merged(request) => {
                doorway.merged(&facts.production, &request);
                Ok(Went::Onward)
            }
            Came::Waits(decision, request) => {
                doorway.waits(plan, &decision, request.as_ref()).map(Went::Done)
            }
        }
    }

    /// The branch of the request has served when all is done. One with other commits on it stays.
    pub(super) fn tidy_away(&self, plan: &FinishPlan, incident: &Incident) -> anyhow::Result<()> {
        let Some(remote) = &plan.remote else { return Ok(()) };
        let record = self.workspace.record().incident(&incident.id)?;
        if record.iter().all(|i| i.of_kind(&Kind::RequestOpened).next().is_none()) {
            return Ok(());
        }
        let doorway = self.doorway();
        doorway.leave_fork(&plan.branch)?;
        match doorway.published(remote, &plan.branch)? {
            Some(there) if self.of_others(&plan.branch, remote, &there)?.is_none() => {
                doorway.unpublish(remote, &plan.branch, Some(&there))
            }
            _ => Ok(()),
        }
    }
}
