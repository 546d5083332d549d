//! A rollback where production takes requests only: what it takes back is published as a branch, and
//! merged through a request like a hotfix.

use super::{Going, Went};
use crate::command::finish::doorway::Doorway;
use crate::engine::compose::complete;
use crate::engine::request::{Came, Errand};
use crate::facts::code_owners;
use crate::facts::forge::Door;
use crate::git::access::Access;
use crate::git::merge::{Merged, merge};
use crate::model::event::Kind;
use crate::model::failure::Failure;
use crate::model::incident::Incident;
use crate::model::oid::Oid;
use crate::model::plan::{Approved, FinishPlan};
use crate::model::request::MergeMethod;

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
            trust: self.args.trust || self.session.dry_run(),
            open: false,
        }
    }

    /// Makes the plan one through a request. What is published already is kept while it still gives
    /// the same: it may have been approved.
    pub(super) fn by_request_instead(&self, plan: &mut FinishPlan, door: &Door) -> anyhow::Result<()> {
        let (Some(new), Some(remote)) = (plan.release.commit.clone(), plan.remote.clone()) else {
            return Ok(());
        };
        let doorway = self.doorway();
        let published = doorway.published(&remote, &plan.branch)?;
        let head = match &published {
            Some(there) if self.gives_the_same(there, &new)? => there.clone(),
            _ => new,
        };
        let production = &self.facts.production;
        plan.request = Some(doorway.step(door, &plan.branch, published.as_ref(), &head, production));
        plan.release.head = Some(head);
        plan.published_branch = published;
        complete(self.workspace, plan)
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
        let errand = Errand {
            head: plan.branch.clone(),
            base: facts.production.clone(),
            commit: commit.clone(),
            published: plan.published_branch.clone(),
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
        let doorway = self.doorway();
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
        let opened = record.iter().flat_map(|i| i.of_kind(&Kind::RequestOpened));
        let ours: Vec<String> = opened.filter_map(|e| e.reference("commit").map(str::to_owned)).collect();
        if ours.is_empty() {
            return Ok(());
        }
        let doorway = self.doorway();
        match doorway.published(remote, &plan.branch)? {
            Some(there) if ours.iter().any(|own| own == there.as_str()) => {
                doorway.unpublish(remote, &plan.branch)
            }
            _ => Ok(()),
        }
    }
}
