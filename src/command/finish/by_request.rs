//! Where a branch takes requests only: the hotfix branch is published, the request opened, and merged
//! once nothing holds it up. What comes after is found by looking again, as ever.

use super::attempt::{Attempt, Step};
use super::doorway::Doorway;
use crate::cli::Finish;
use crate::command::templates;
use crate::config::{MergeStyle, Mode};
use crate::engine::follow::{Public, follow};
use crate::engine::request::{Asked, Came, Errand, Pending};
use crate::facts::forge::Door;
use crate::facts::{Hotfix, Workspace, affected_cache, code_owners};
use crate::forge::Wanted;
use crate::git::access::Access;
use crate::git::fetch;
use crate::model::failure::{Failure, Problem};
use crate::model::incident::Incident;
use crate::model::plan::{Approved, FinishPlan, head};
use crate::model::request::{MergeMethod, Push};
use crate::model::text::{safe, safe_lines};
use crate::plan::finish::FinishFacts;
use crate::report::request as text;

/// The mode that was asked for.
fn mode(workspace: &Workspace, args: &Finish) -> Mode {
    match args.mode.as_deref() {
        Some("direct") => Mode::Direct,
        Some("pr") => Mode::Pr,
        Some(_) => Mode::Auto,
        None => workspace.config.finish.mode,
    }
}

impl Attempt<'_> {
    /// The way through a request, as this run takes it.
    pub(super) fn doorway(&self) -> Doorway<'_> {
        Doorway {
            session: self.session,
            workspace: self.workspace,
            mode: mode(self.workspace, self.args),
            way: self.way,
            lock: self.lock,
            asked: self.requests,
            patience: self.patience,
            trust: self.args.trust,
            open: self.args.open,
        }
    }

    /// The forge, when production is to be reached through a request.
    pub(super) fn request_door(&self, hotfix: &Hotfix, facts: &FinishFacts) -> anyhow::Result<Option<&Door>> {
        if self.options.no_push {
            return Ok(None);
        }
        let refuses = || self.rules_refuse(facts);
        self.doorway().wanted(hotfix.incident.as_ref(), &facts.production.name, refuses)
    }

    /// Where nothing is missing but what a forge answers, its rules are read before anything is refused:
    /// one call, which a repository that takes pushes pays only then.
    fn rules_refuse(&self, facts: &FinishFacts) -> anyhow::Result<bool> {
        let mut open = facts.standings.iter().filter(|s| !s.is_settled()).peekable();
        if open.peek().is_none() || !open.all(|s| s.item.is_answered_at_forge()) {
            return Ok(false);
        }
        if let Some(known) = self.way.rules_refuse.get() {
            return Ok(*known);
        }
        let Some(forge) = self.door()?.and_then(|door| door.forge.as_ref()) else { return Ok(false) };
        let wanted = Wanted {
            head: &facts.branch.name,
            base: &facts.production.name,
            tip: &facts.branch.tip,
            by_name: false,
            fork: None,
        };
        let refuses = match forge.look(wanted) {
            Ok(seen) => seen.rules.push == Push::Refused,
            Err(error) => {
                log::warn!("the rules of {} could not be read: {error}", facts.production.name);
                false
            }
        };
        Ok(*self.way.rules_refuse.get_or_init(|| refuses))
    }

    pub(super) fn door(&self) -> anyhow::Result<Option<&Door>> {
        self.doorway().door()
    }

    /// Makes the plan one through a request; returns what the checklist leaves to the forge.
    pub(super) fn by_request_instead(
        &self,
        plan: &mut FinishPlan,
        hotfix: &Hotfix,
        facts: &FinishFacts,
        door: &Door,
    ) -> anyhow::Result<Vec<Pending>> {
        let (Some(head), Some(remote)) = (plan.release.head.clone(), plan.remote.clone()) else {
            return Ok(Vec::new());
        };
        let doorway = self.doorway();
        let home = doorway.home(door, &remote, &plan.branch, plan.published_branch.clone())?;
        let (incident, into) = (hotfix.incident.as_ref(), &facts.production.name);
        plan.request = Some(doorway.step(door, incident, (&plan.branch, &home), &head, into));
        let left_to_it = |problem: &Problem| {
            let mut items = facts.standings.iter().map(|s| &s.item).filter(|i| i.is_answered_at_forge());
            let item = items.find(|i| problem.message.starts_with(&format!("{} ", i.id)))?;
            let open = problem.id == "checklist" && !problem.message.contains("answered with no");
            open.then(|| Pending {
                id: item.id.clone(),
                words: format!("{} ({})", problem.message, problem.hint),
                check: item.from.clone(),
            })
        };
        let mut pending = Vec::new();
        plan.problems.retain(|problem| {
            let left = left_to_it(problem);
            let stays = left.is_none();
            pending.extend(left);
            stays
        });
        Ok(pending)
    }

    /// Publishes, opens, merges: as far as it goes.
    pub(super) fn by_request(
        &self,
        hotfix: &Hotfix,
        approved: Approved<FinishPlan>,
        facts: &FinishFacts,
        door: &Door,
        pending: Vec<Pending>,
    ) -> anyhow::Result<Step> {
        let plan = approved.plan();
        let (Some(remote), Some(commit), Some(id)) = (&plan.remote, &plan.release.head, hotfix.id()) else {
            return Err(Failure::failed("there is nothing to open a request with").into());
        };
        let record = self.workspace.record();
        let incident = record.incident(id)?;
        let title = safe(&hotfix.title_to_publish());
        let doorway = self.doorway();
        let (merge_title, merge_message) = self.merge_words(plan, &title, id);
        let errand = Errand {
            head: plan.branch.clone(),
            base: facts.production.name.clone(),
            commit: commit.clone(),
            home: doorway.home(door, remote, &plan.branch, facts.branch.published.clone())?,
            known: facts.branch.tip.clone(),
            body: self.body(hotfix, incident.as_ref(), plan, facts)?,
            tag: plan.release.tag.clone(),
            title,
            merge_title,
            merge_message,
            method: match self.workspace.config.finish.merge {
                MergeStyle::Merge => MergeMethod::Merge,
                MergeStyle::Squash => MergeMethod::Squash,
                MergeStyle::FastForward => MergeMethod::FastForward,
            },
            pending,
            tree: facts.branch.tree.clone(),
            base_tip: facts.production.tip.clone(),
            owners: code_owners::of_change(self.workspace, &facts.production.tip, commit),
        };
        let came = doorway.go(door, remote, &record, id, &errand);
        // The branch here follows what is published of it.
        let fork = door.fork.as_ref().map(|fork| fork.remote.as_str());
        let mut published = false;
        for place in [Some(remote.as_str()), fork].into_iter().flatten() {
            let known = fetch::last_known(&self.workspace.repo, Some(place))?;
            published |= known.heads.get(&plan.branch) == Some(commit);
        }
        let public = self.way.grown.take().or_else(|| published.then(|| commit.clone()));
        let here = self.workspace.repo.find_ref(&head(&plan.branch))?;
        if let Some(tip) = public.filter(|tip| here.as_ref().is_some_and(|here| here != tip)) {
            let public = Public { branch: plan.branch.clone(), tip };
            for line in follow(self.workspace, &[public], None, "hotfix finish: what was published")? {
                self.session.ui.say(format!("  {line}"));
            }
        }
        record.settle();
        match came? {
            Came::Stale(name) => Ok(Step::Again(name, Box::new(approved))),
            Came::Merged(request) => {
                doorway.merged(&facts.production.name, &request);
                Ok(Step::Onward(Box::new(approved)))
            }
            Came::Waits(decision, request) => {
                doorway.waits(plan, &decision, request.as_ref()).map(Step::Done)
            }
        }
    }

    fn merge_words(&self, plan: &FinishPlan, title: &str, id: &str) -> (String, String) {
        let trailers = format!("Incident: {id}\nHotfix: {}", plan.release.tag);
        match self.args.message.as_deref().map(safe_lines) {
            Some(message) => {
                let (first, rest) = message.split_once('\n').unwrap_or((&message, ""));
                (first.to_owned(), format!("{}\n\n{trailers}", rest.trim()).trim().to_owned())
            }
            None => (title.to_owned(), trailers),
        }
    }

    fn body(
        &self,
        hotfix: &Hotfix,
        incident: Option<&Incident>,
        plan: &FinishPlan,
        facts: &FinishFacts,
    ) -> anyhow::Result<String> {
        let Some(told) = incident.and_then(Incident::tellable) else { return Ok(String::new()) };
        let affected =
            affected_cache::known(self.workspace, hotfix).map(|a| a.affected_tags).unwrap_or_default();
        let template = templates::of(self.workspace, text::BUILTIN)?;
        let facts = text::Facts {
            incident: &told,
            standings: &facts.standings,
            tag: &plan.release.tag,
            previous: plan.release.previous.as_deref(),
            stat: plan.stat,
            affected: &affected,
        };
        Ok(text::render(template.template(), &facts)?)
    }
}

/// What the flags say about requests.
pub fn asked(args: &Finish, again: &str) -> Asked {
    Asked {
        auto: args.auto || args.jump,
        jump: args.jump,
        reopen: args.reopen,
        draft: args.draft,
        again: again.to_owned(),
    }
}
