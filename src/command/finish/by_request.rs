//! Where a branch takes requests only: the hotfix branch is published, the request opened, and merged
//! once nothing holds it up. What comes after is found by looking again, as ever.

use super::attempt::{Attempt, Step};
use crate::cli::Finish;
use crate::command::{Outcome, Session, again, templates, trust};
use crate::config::{MergeStyle, Mode};
use crate::engine::follow::{Public, follow};
use crate::engine::request::{Asked, Came, Errand, OnLook, Through};
use crate::engine::retire;
use crate::engine::run::Report;
use crate::facts::forge::{Door, committed, door};
use crate::facts::{Hotfix, Workspace};
use crate::forge::Wanted;
use crate::git::access::Access;
use crate::git::fetch;
use crate::git::git_command::NetworkPolicy;
use crate::model::event::Kind;
use crate::model::failure::{Failure, Kind as FailureKind, Problem};
use crate::model::incident::Incident;
use crate::model::oid::Oid;
use crate::model::plan::{Approved, Deletion, FinishPlan, RequestStep, Update, head};
use crate::model::request::{MergeMethod, Push, Request};
use crate::model::text::{safe, safe_lines};
use crate::plan::finish::FinishFacts;
use crate::plan::request::Decision;
use crate::report::request as text;
use crate::terminal::style::Tone;
use crate::terminal::{opener, prompt};
use serde_json::{Value, json};
use std::cell::{Cell, OnceCell, RefCell};
use std::time::Duration;

/// Items of the checklist that a forge answers.
const ANSWERED_THERE: [&str; 2] = ["reviewed", "tests"];

/// What the attempts of one run know about the way onto production.
#[derive(Default)]
pub struct Way {
    /// The remote has refused production in this run.
    pub refused: Cell<bool>,
    /// The commit that a forge names as the one that brought the hotfix.
    pub merged_as: RefCell<Option<Oid>>,
    door: OnceCell<Option<Door>>,
}

impl Way {
    /// The forge of the remote; found once.
    fn door(&self, session: &Session, workspace: &Workspace, given: bool) -> anyhow::Result<Option<&Door>> {
        if let Some(found) = self.door.get() {
            return Ok(found.as_ref());
        }
        let mut believed = true;
        for line in committed(&workspace.config) {
            believed &= trust::is_believed(session, workspace, &line, given)?;
        }
        let found = door(workspace, believed).map_err(|e| Failure::failed(e.to_string()))?;
        Ok(self.door.get_or_init(|| found).as_ref())
    }
}

/// The mode that was asked for.
fn mode(workspace: &Workspace, args: &Finish) -> Mode {
    match args.mode.as_deref() {
        Some("direct") => Mode::Direct,
        Some("pr") => Mode::Pr,
        Some(_) => Mode::Auto,
        None => workspace.config.finish.mode,
    }
}

/// Whether an earlier run was refused production, and none was accepted since.
fn was_refused(incident: Option<&Incident>, production: &str) -> bool {
    let kinds = [Kind::PushRefused, Kind::Pushed];
    let mut events = incident.map(|i| i.events.iter()).into_iter().flatten();
    let last = events.rfind(|e| {
        kinds.contains(&e.kind) && (e.kind == Kind::Pushed || e.reference("branch") == Some(production))
    });
    last.is_some_and(|e| e.kind == Kind::PushRefused)
}

impl Attempt<'_> {
    /// The forge, when production is to be reached through a request.
    pub(super) fn request_door(&self, hotfix: &Hotfix, facts: &FinishFacts) -> anyhow::Result<Option<&Door>> {
        if self.args.no_push || self.workspace.remote().is_none() {
            return Ok(None);
        }
        let refused = || self.way.refused.get() || was_refused(hotfix.incident.as_ref(), &facts.production);
        match mode(self.workspace, self.args) {
            Mode::Direct => return Ok(None),
            Mode::Auto if !refused() && !self.rules_refuse(facts)? => return Ok(None),
            Mode::Auto => return self.door(),
            Mode::Pr => {}
        }
        let found = self.door()?;
        if found.is_none() {
            return Err(Failure::usage("the forge of this remote is unknown; nothing was changed")
                .hint("git config hotfix.forge.kind forgejo    # or github, gitlab, gitea")
                .hint(format!("{} --mode direct", again("hotfix finish", &hotfix.name)))
                .into());
        }
        Ok(found)
    }

    /// Where nothing is missing but what a forge answers, its rules are read before anything is refused:
    /// one call, which a repository that takes pushes pays only then.
    fn rules_refuse(&self, facts: &FinishFacts) -> anyhow::Result<bool> {
        let open: Vec<&str> =
            facts.standings.iter().filter(|s| !s.is_settled()).map(|s| s.item.id.as_str()).collect();
        if open.is_empty() || !open.iter().all(|id| ANSWERED_THERE.contains(id)) {
            return Ok(false);
        }
        let Some(forge) = self.door()?.and_then(|door| door.forge.as_ref()) else { return Ok(false) };
        let wanted = Wanted { head: &facts.branch, base: &facts.production, tip: &facts.tip };
        match forge.look(wanted) {
            Ok(seen) => Ok(seen.rules.push == Push::Refused),
            Err(error) => {
                log::warn!("the rules of {} could not be read: {error}", facts.production);
                Ok(false)
            }
        }
    }

    pub(super) fn door(&self) -> anyhow::Result<Option<&Door>> {
        self.way.door(self.session, self.workspace, self.args.trust || self.session.dry_run())
    }

    /// Makes the plan one through a request; returns what the checklist leaves to the forge.
    pub(super) fn by_request_instead(&self, plan: &mut FinishPlan, door: &Door) -> Vec<(String, String)> {
        let publish = plan.release.head.clone().filter(|head| plan.published_branch.as_ref() != Some(head));
        plan.request = Some(RequestStep {
            publish: publish.map(|new| Update {
                name: head(&plan.branch),
                expect: plan.published_branch.clone(),
                new,
            }),
            what: door.place.kind.request(),
            place: door.place.page(),
            into: plan.production().map(|t| t.branch.clone()).unwrap_or_default(),
        });
        let left_to_it = |problem: &Problem| {
            let id = ANSWERED_THERE.into_iter().find(|id| problem.message.starts_with(&format!("{id} ")))?;
            (problem.id == "checklist" && !problem.message.contains("answered with no")).then_some(id)
        };
        let mut pending = Vec::new();
        plan.problems.retain(|problem| {
            let id = left_to_it(problem);
            pending.extend(id.map(|id| (id.to_owned(), format!("{} ({})", problem.message, problem.hint))));
            id.is_none()
        });
        pending
    }

    /// Publishes, opens, merges: as far as it goes.
    pub(super) fn by_request(
        &self,
        hotfix: &Hotfix,
        approved: Approved<FinishPlan>,
        facts: &FinishFacts,
        door: &Door,
        pending: Vec<(String, String)>,
    ) -> anyhow::Result<Step> {
        let plan = approved.plan();
        let (Some(remote), Some(commit), Some(id)) = (&plan.remote, &plan.release.head, hotfix.id()) else {
            return Err(Failure::failed("there is nothing to open a request with").into());
        };
        let record = self.workspace.record();
        let incident = record.incident(id)?;
        let title = safe(hotfix.title());
        let (merge_title, merge_message) = self.merge_words(plan, &title, id);
        let errand = Errand {
            head: plan.branch.clone(),
            base: facts.production.clone(),
            commit: commit.clone(),
            published: facts.published.clone(),
            known: facts.tip.clone(),
            body: self.body(incident.as_ref(), plan, facts)?,
            title,
            merge_title,
            merge_message,
            method: match self.workspace.config.finish.merge {
                MergeStyle::Merge => MergeMethod::Merge,
                MergeStyle::Squash => MergeMethod::Squash,
                MergeStyle::FastForward => MergeMethod::FastForward,
            },
            pending,
            tree: facts.tip_tree.clone(),
            base_tip: facts.production_tip.clone(),
        };
        let came = self.through(door, remote, &record, id).go(&errand);
        // The branch here follows what is published of it.
        let there = fetch::last_known(&self.workspace.repo, Some(remote))?.heads.get(&plan.branch).cloned();
        let here = self.workspace.repo.find_ref(&head(&plan.branch))?;
        if there.as_ref() == Some(commit) && here.is_some_and(|here| here != *commit) {
            let public = Public { branch: plan.branch.clone(), tip: commit.clone() };
            for line in follow(self.workspace, &[public], None, "hotfix finish: the version")? {
                self.session.ui.say(format!("  {line}"));
            }
        }
        record.settle();
        match came? {
            Came::Stale(name) => Ok(Step::Again(name, Box::new(approved))),
            Came::Merged(request) => {
                self.session.ui.say(format!(
                    "{} {} has the fix: {} was merged",
                    self.session.ui.sign(Tone::Good),
                    facts.production,
                    request.name()
                ));
                *self.way.merged_as.borrow_mut() = request.merged_as;
                Ok(Step::Onward(Box::new(approved)))
            }
            Came::Waits(decision, request) => self.waits(plan, &decision, request.as_ref()).map(Step::Done),
        }
    }

    fn through<'b>(
        &'b self,
        door: &'b Door,
        remote: &'b str,
        record: &'b crate::record::Record<'b>,
        id: &'b str,
    ) -> Through<'b> {
        Through {
            workspace: self.workspace,
            record,
            id,
            remote,
            door,
            lock: self.lock,
            watch: self,
            asked: self.requests,
            patience: self.patience,
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
        incident: Option<&Incident>,
        plan: &FinishPlan,
        facts: &FinishFacts,
    ) -> anyhow::Result<String> {
        let Some(told) = incident.and_then(Incident::tellable) else { return Ok(String::new()) };
        let template = templates::of(self.workspace, text::BUILTIN)?;
        let facts = text::Facts {
            incident: &told,
            standings: &facts.standings,
            tag: &plan.release.tag,
            previous: plan.release.previous.as_deref(),
            stat: plan.stat,
        };
        Ok(text::render(template.template(), &facts)?)
    }

    fn waits(&self, plan: &FinishPlan, decision: &Decision, request: Option<&Request>) -> Outcome {
        let ui = &self.session.ui;
        let kind = decision.ends();
        let mut words = decision.words.iter();
        let tone = if kind == FailureKind::Waiting { Tone::Attention } else { Tone::Bad };
        if let Some(first) = words.next() {
            ui.answer(format!("{} {}", ui.sign(tone), safe(first)));
        }
        for line in words {
            ui.answer(format!("    {}", safe(line)));
        }
        let mut hints = decision.hints.iter();
        if let Some(first) = hints.next() {
            ui.say("");
            ui.say("Next: run the same command to continue");
            ui.say(format!("  {first}"));
        }
        for hint in hints {
            ui.say(format!("  {hint}"));
        }
        let state = match kind {
            FailureKind::Waiting => "waiting",
            FailureKind::Conflict => "conflict",
            _ => "failed",
        };
        ui.document(json!({
            "state": state, "tag": plan.release.tag, "version": plan.release.version.to_string(),
            "commit": Value::Null, "targets": plan.targets, "request": request,
            "next": { "command": decision.hints.first(), "why": decision.words.join("; ") },
        }));
        if self.args.open
            && let Some(request) = request
            && let Err(why) = opener::open(&self.session.env, std::path::Path::new(&request.url))
        {
            ui.say(format!("not opened: {}", safe(&why)));
        }
        Ok(kind.exit_code())
    }

    /// Merge-backs that the server refused, each through a request of its own. True when one of them
    /// was merged, so that it is worth looking again.
    pub(super) fn owed_by_request(
        &self,
        hotfix: &Hotfix,
        plan: &FinishPlan,
        report: &mut Report,
    ) -> anyhow::Result<bool> {
        if report.owed.is_empty() || mode(self.workspace, self.args) == Mode::Direct {
            return Ok(false);
        }
        let (Some(remote), Some(id)) = (&plan.remote, hotfix.id()) else { return Ok(false) };
        let Some(door) = self.door()? else { return Ok(false) };
        let record = self.workspace.record();
        let mut merged = false;
        for (branch, _) in &report.owed {
            let target = plan.targets.iter().find(|t| t.branch == *branch);
            let Some((new, old)) = target.and_then(|t| t.new.clone().zip(t.old.clone())) else { continue };
            let errand = self.errand_back(plan, remote, (branch, &new, &old), id)?;
            let name = errand.head.clone();
            match self.through(door, remote, &record, id).go(&errand)? {
                Came::Merged(_) => {
                    merged = true;
                    let view =
                        fetch::list(&self.workspace.repo, remote, &[head(&name)], NetworkPolicy::default())?;
                    if let Some(expect) = view.heads.get(&name).cloned() {
                        let deletion = Deletion { name: head(&name), expect };
                        retire::delete_remote(self.workspace, remote, &deletion)?;
                    }
                }
                Came::Stale(_) => merged = true,
                Came::Waits(decision, request) => {
                    report.requests.push((branch.clone(), decision, request));
                }
            }
        }
        record.settle();
        Ok(merged)
    }

    fn errand_back(
        &self,
        plan: &FinishPlan,
        remote: &str,
        (branch, new, old): (&str, &Oid, &Oid),
        id: &str,
    ) -> anyhow::Result<Errand> {
        let repo = &self.workspace.repo;
        let name = back_branch(&self.workspace.config.branches.prefix, &plan.release.tag, branch);
        let view = fetch::list(repo, remote, &[head(&name)], NetworkPolicy::default())?;
        let published = view.heads.get(&name).cloned();
        if let Some(there) = &published
            && !repo.has(there)?
        {
            fetch::objects(repo, remote, &head(&name))?;
        }
        // What is there already is kept while it holds the release: it may have been approved.
        let keeps = match (&published, &plan.release.commit) {
            (Some(there), Some(release)) => repo.is_ancestor(release, there)?,
            _ => false,
        };
        let commit = published.clone().filter(|_| keeps).unwrap_or_else(|| new.clone());
        let tag = &plan.release.tag;
        let title = format!("Merge {tag} back into {branch}");
        Ok(Errand {
            head: name,
            base: branch.to_owned(),
            known: commit.clone(),
            commit,
            published,
            body: format!(
                "Please merge this with a merge commit: after a squash the same conflict comes \
                 back.\n\nIncident: {id}\nHotfix: {tag}"
            ),
            merge_title: title.clone(),
            title,
            merge_message: format!("Incident: {id}\nHotfix: {tag}"),
            method: MergeMethod::Merge,
            pending: Vec::new(),
            tree: plan.tested_tree.clone(),
            base_tip: old.clone(),
        })
    }

    /// Whether the refusal that an error tells of was about production, so that a request is the way.
    pub(super) fn takes_requests(&self, id: &str, facts: &FinishFacts) -> anyhow::Result<bool> {
        if mode(self.workspace, self.args) != Mode::Auto || self.way.refused.get() {
            return Ok(false);
        }
        // A tag that is refused has nothing to do with it, and neither has a hook on this side.
        let incident = self.workspace.record().incident(id)?;
        Ok(was_refused(incident.as_ref(), &facts.production) && self.door()?.is_some())
    }
}

/// The branch of a merge-back that takes a request.
fn back_branch(prefix: &str, tag: &str, branch: &str) -> String {
    format!("{prefix}back/{tag}-to-{branch}")
}

/// Shown on the terminal.
impl OnLook for Attempt<'_> {
    fn say(&self, line: &str) {
        self.session.ui.say(safe(line));
    }

    fn pause(&self, wait: Duration, left: Duration) -> bool {
        self.session.tell();
        prompt::wait(wait, || self.session.ui.waiting("waiting for the forge (Ctrl-C stops), at most", left))
    }

    fn seconds(&self) -> i64 {
        self.session.env.now().timestamp()
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
