//! The way onto a branch that takes requests only, whoever needs it: `finish` and `rollback`.

use crate::command::{Outcome, Session, trust};
use crate::config::Mode;
use crate::engine::request::{Asked, Came, Errand, OnLook, Through};
use crate::engine::retire;
use crate::engine::run::Report;
use crate::facts::forge::{Door, committed, door, lacks, push_remote};
use crate::facts::{Workspace, code_owners, request_seen, requested};
use crate::forge::Forge;
use crate::git::access::Access;
use crate::git::git_command::NetworkPolicy;
use crate::git::{fetch, refs};
use crate::model::event::{Kind, Pointer};
use crate::model::failure::{Failure, Kind as FailureKind};
use crate::model::incident::Incident;
use crate::model::oid::Oid;
use crate::model::plan::{Deletion, FinishPlan, RequestStep, Stage, StageKind, Update, head};
use crate::model::request::{Home, MergeMethod, Opened, Request};
use crate::model::text::{list_first, safe, shell_word};
use crate::plan::request::Decision;
use crate::record::Record;
use crate::system::lock::RunLock;
use crate::terminal::style::Tone;
use crate::terminal::{opener, prompt};
use serde_json::{Value, json};
use std::cell::{Cell, OnceCell, RefCell};
use std::time::Duration;

/// What the attempts of one run know about the way onto production.
#[derive(Default)]
pub struct Way {
    /// The remote has refused production in this run.
    pub refused: Cell<bool>,
    /// The commit that a forge names as the one that brought the hotfix.
    pub merged_as: RefCell<Option<Oid>>,
    /// The package that was chosen, of several.
    pub package: RefCell<Option<String>>,
    /// Whether the forge's rules keep pushes from production, once they were read.
    pub rules_refuse: OnceCell<bool>,
    /// The head of the request that was last looked at, where it is ours with its base brought in.
    pub grown: RefCell<Option<Oid>>,
    door: OnceCell<Option<Door>>,
}

/// Everything that the way through a request takes.
pub struct Doorway<'a> {
    pub session: &'a Session,
    pub workspace: &'a Workspace,
    pub mode: Mode,
    pub way: &'a Way,
    pub lock: Option<&'a RunLock>,
    /// What the flags say about requests.
    pub asked: &'a Asked,
    pub patience: &'a Cell<chrono::Duration>,
    /// Whether what a committed file says about the forge is believed without a question.
    pub trust: bool,
    /// Whether the request's page is opened for a person.
    pub open: bool,
}

impl<'a> Doorway<'a> {
    /// The forge of the remote; found once.
    ///
    /// # Errors
    /// When its proxy or its certificates make no sense, or on Ctrl-C.
    pub fn door(&self) -> anyhow::Result<Option<&'a Door>> {
        if let Some(found) = self.way.door.get() {
            return Ok(found.as_ref());
        }
        let mut believed = true;
        for line in committed(&self.workspace.config) {
            believed &= trust::is_believed(self.session, self.workspace, &line, self.trust)?;
        }
        let found = door(self.workspace, believed).map_err(|e| Failure::failed(e.to_string()))?;
        Ok(self.way.door.get_or_init(|| found).as_ref())
    }

    /// The forge, where a stage asks it about deployments.
    ///
    /// # Errors
    /// As [`Self::door`].
    pub fn forge_for(&self, stages: &[Stage]) -> anyhow::Result<Option<&'a dyn Forge>> {
        if !stages.iter().any(|s| s.kind == StageKind::Watch) {
            return Ok(None);
        }
        Ok(self.door()?.and_then(|door| door.forge.as_deref()))
    }

    /// The forge, when production is to be reached through a request. `refuses` reads what its rules
    /// say, where nothing else tells it.
    ///
    /// # Errors
    /// When a request is asked for and nothing is known that serves one.
    pub fn wanted(
        &self,
        incident: Option<&Incident>,
        production: &str,
        refuses: impl FnOnce() -> anyhow::Result<bool>,
    ) -> anyhow::Result<Option<&'a Door>> {
        if self.workspace.remote().is_none() {
            return Ok(None);
        }
        match self.mode {
            Mode::Direct => return Ok(None),
            Mode::Auto => {
                let refused = self.way.refused.get() || was_refused(incident, production);
                return if refused || refuses()? { self.door() } else { Ok(None) };
            }
            Mode::Pr => {}
        }
        let found = self.door()?;
        if found.is_none() {
            let failure = Failure::usage("the forge of this remote is unknown; nothing was changed");
            let mut hints: Vec<String> = lacks(self.workspace).into_iter().map(str::to_owned).collect();
            if hints.is_empty() {
                hints.push("hotfix doctor".to_owned());
            }
            if !was_refused(incident, production) {
                hints.push(format!("{} --mode direct", self.asked.again));
            }
            return Err(hints.into_iter().fold(failure, Failure::hint).into());
        }
        Ok(found)
    }

    /// Whether a forge that can be asked is beside the remote, so that a request may be the way.
    ///
    /// # Errors
    /// When what is known about the forge makes no sense.
    pub fn may_lead(&self) -> anyhow::Result<bool> {
        let is_open = self.mode == Mode::Auto && self.workspace.remote().is_some();
        Ok(is_open && self.door()?.is_some_and(|door| door.forge.is_some()))
    }

    /// Whether the refusal that an error tells of was about production, so that a request is the way.
    ///
    /// # Errors
    /// When the record cannot be read.
    pub fn takes_requests(&self, id: &str, production: &str) -> anyhow::Result<bool> {
        if self.mode != Mode::Auto || self.way.refused.get() {
            return Ok(false);
        }
        // A tag that is refused has nothing to do with it, and neither has a hook on this side.
        let incident = self.workspace.record().incident(id)?;
        if !was_refused(incident.as_ref(), production) || self.door()?.is_none() {
            return Ok(false);
        }
        self.session.ui.say(format!("{production} accepts no push, so this goes through a request."));
        self.way.refused.set(true);
        Ok(true)
    }

    /// The step that publishes a commit as a branch and has it merged.
    pub fn step(
        &self,
        door: &Door,
        incident: Option<&Incident>,
        (branch, home): (&str, &Home),
        new: &Oid,
        into: &str,
    ) -> RequestStep {
        let publish = (home.published.as_ref() != Some(new)).then(|| Update {
            name: head(branch),
            expect: home.published.clone(),
            new: new.clone(),
        });
        RequestStep {
            opened: opened(incident, into),
            publish,
            remote: home.remote.clone(),
            what: door.place.kind.request(),
            place: door.place.page(),
            into: into.to_owned(),
        }
    }

    /// Brings one request as far as it goes.
    ///
    /// # Errors
    /// When the forge or the remote refuses, with what was and was not done.
    pub fn go(
        &self,
        door: &Door,
        remote: &str,
        record: &Record<'_>,
        id: &str,
        errand: &Errand,
    ) -> anyhow::Result<Came> {
        // What was found of another request, or by an earlier look, is not this one's.
        self.way.grown.take();
        let through = Through {
            workspace: self.workspace,
            record,
            id,
            remote,
            door,
            lock: self.lock,
            watch: self,
            asked: self.asked,
            patience: self.patience,
            grown: &self.way.grown,
        };
        let came = through.go(errand)?;
        match &came {
            Came::Waits(decision, Some(request)) => {
                request_seen::remember(self.workspace, id, request, &decision.words);
            }
            Came::Merged(request) => request_seen::remember(self.workspace, id, request, &[]),
            Came::Waits(_, None) | Came::Stale(_) => {}
        }
        Ok(came)
    }

    /// Says that production has it.
    pub fn merged(&self, production: &str, request: &Request) {
        let ui = &self.session.ui;
        ui.say(format!("{} {production} has the fix: {} was merged", ui.sign(Tone::Good), request.name()));
        self.way.merged_as.borrow_mut().clone_from(&request.merged_as);
    }

    /// Says what is waited for.
    ///
    /// # Errors
    /// None.
    pub fn waits(&self, plan: &FinishPlan, decision: &Decision, request: Option<&Request>) -> Outcome {
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
        if self.open
            && let Some(request) = request
            && let Err(why) = opener::open_page(&self.session.env, &request.url)
        {
            ui.say(format!("not opened: {}", safe(&why)));
        }
        Ok(kind.exit_code())
    }

    /// Merge-backs that the server refused, each through a request of its own. True when one of them
    /// was merged, so that it is worth looking again.
    ///
    /// # Errors
    /// When the forge or the remote refuses.
    pub fn owed(&self, id: &str, plan: &FinishPlan, report: &mut Report) -> anyhow::Result<bool> {
        if report.owed.is_empty() || self.mode == Mode::Direct {
            return Ok(false);
        }
        let Some(remote) = &plan.remote else { return Ok(false) };
        let Some(door) = self.door()? else { return Ok(false) };
        let record = self.workspace.record();
        let mut merged = false;
        for (branch, _) in &report.owed {
            let target = plan.targets.iter().find(|t| t.branch == *branch);
            let Some((new, old)) = target.and_then(|t| t.new.clone().zip(t.old.clone())) else { continue };
            let errand = match self.errand_back(door, (plan, remote), (branch, &new, &old), id)? {
                Ok(errand) => errand,
                Err(lines) => {
                    report.lines.extend(lines);
                    continue;
                }
            };
            match self.go(door, remote, &record, id, &errand)? {
                Came::Merged(request) => {
                    merged = true;
                    self.unpublish(remote, &errand.head, request.head_sha.as_ref())?;
                    self.leave_fork(&errand.head)?;
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
        door: &Door,
        (plan, remote): (&FinishPlan, &str),
        (branch, new, old): (&str, &Oid, &Oid),
        id: &str,
    ) -> anyhow::Result<Result<Errand, Vec<String>>> {
        let repo = &self.workspace.repo;
        let name = back_branch(&self.workspace.config.branches.prefix, &plan.release.tag, branch);
        let home = self.home(door, remote, &name, self.published(remote, &name)?)?;
        if let Some(there) = &home.published {
            let known: Vec<&Oid> = [old, new].into_iter().chain(&plan.release.commit).collect();
            let others = requested::of_others(self.workspace, there, &known, old)?;
            if !others.is_empty() {
                let (name, remote) = (shell_word(&name), shell_word(&home.remote));
                return Ok(Err(vec![
                    format!("{branch}: {name} on {remote} has commits of others: {}", list_first(&others, 3)),
                    format!(
                        "git push {remote} --delete {name}    # if they are not needed; else merge its request by hand"
                    ),
                ]));
            }
        }
        // What is there already is kept while it holds the release: it may have been approved.
        let keeps = match (&home.published, &plan.release.commit) {
            (Some(there), Some(release)) => repo.is_ancestor(release, there)?,
            _ => false,
        };
        let commit = home.published.clone().filter(|_| keeps).unwrap_or_else(|| new.clone());
        let tag = &plan.release.tag;
        let title = format!("Merge {tag} back into {branch}");
        Ok(Ok(Errand {
            head: name,
            base: branch.to_owned(),
            known: commit.clone(),
            commit,
            home,
            body: format!(
                "Please merge this with a merge commit: after a squash the same conflict comes \
                 back.\n\nIncident: {id}\nHotfix: {tag}"
            ),
            tag: tag.clone(),
            merge_title: title.clone(),
            title,
            merge_message: format!("Incident: {id}\nHotfix: {tag}"),
            method: MergeMethod::Merge,
            pending: Vec::new(),
            tree: plan.tested_tree.clone(),
            base_tip: old.clone(),
            owners: code_owners::of_change(self.workspace, old, new),
        }))
    }

    /// Takes a branch of ours off the remote that has served its request, if it still is what was merged.
    ///
    /// # Errors
    /// When the remote cannot be reached.
    pub fn unpublish(&self, remote: &str, branch: &str, merged: Option<&Oid>) -> anyhow::Result<()> {
        if let Some(expect) = self.published(remote, branch)?.filter(|there| merged == Some(there)) {
            let deletion = Deletion { name: head(branch), expect };
            retire::delete_remote(self.workspace, remote, &deletion)?;
        }
        Ok(())
    }

    /// Where a branch of ours is, or goes: to production's repository, or to a fork of it.
    ///
    /// # Errors
    /// When the fork cannot be reached.
    pub fn home(
        &self,
        door: &Door,
        remote: &str,
        branch: &str,
        published: Option<Oid>,
    ) -> anyhow::Result<Home> {
        let here = Home { remote: remote.to_owned(), fork: None, published };
        let Some(fork) = door.fork.as_ref().filter(|_| here.published.is_none()) else { return Ok(here) };
        let published = self.published(&fork.remote, branch)?;
        if published.is_none() && !fork.is_preferred {
            return Ok(here);
        }
        Ok(Home { remote: fork.remote.clone(), fork: Some(fork.path.clone()), published })
    }

    /// Takes a branch off the fork that has served its request, as far as we know what it held there.
    ///
    /// # Errors
    /// When the fork cannot be reached.
    pub fn leave_fork(&self, branch: &str) -> anyhow::Result<()> {
        let Some((remote, _)) = push_remote(self.workspace) else { return Ok(()) };
        let known = fetch::last_known(&self.workspace.repo, Some(&remote))?.heads.get(branch).cloned();
        let Some(expect) = known else { return Ok(()) };
        // A colleague's branch may have that name in a fork that was only fetched from.
        if !refs::was_pushed(&self.workspace.repo, &format!("refs/remotes/{remote}/{branch}"))? {
            return Ok(());
        }
        let deletion = Deletion { name: head(branch), expect };
        retire::delete_remote(self.workspace, &remote, &deletion)?;
        Ok(())
    }

    /// What a branch holds on the remote, by a fresh look; its commit is here afterwards.
    ///
    /// # Errors
    /// When the remote cannot be reached.
    pub fn published(&self, remote: &str, branch: &str) -> anyhow::Result<Option<Oid>> {
        let repo = &self.workspace.repo;
        let view = fetch::list(repo, remote, &[head(branch)], NetworkPolicy::default())?;
        let published = view.heads.get(branch).cloned();
        if let Some(there) = &published
            && !repo.has(there)?
        {
            fetch::objects(repo, remote, &head(branch))?;
        }
        Ok(published)
    }
}

/// The request into a branch that was opened for an incident and is not known to have ended.
fn opened(incident: Option<&Incident>, base: &str) -> Option<String> {
    let all = incident.map(Opened::of).unwrap_or_default();
    all.iter().rfind(|o| o.own && o.base == base && !o.merged).map(Opened::name)
}

/// Whether an earlier run was refused production, and none was accepted since.
fn was_refused(incident: Option<&Incident>, production: &str) -> bool {
    let kinds = [Kind::PushRefused, Kind::Pushed];
    let mut events = incident.map(|i| i.events.iter()).into_iter().flatten().filter(|e| e.own);
    let last = events.rfind(|e| {
        kinds.contains(&e.kind)
            && (e.kind == Kind::Pushed || e.reference(Pointer::Branch) == Some(production))
    });
    last.is_some_and(|e| e.kind == Kind::PushRefused)
}

/// The branch of a merge-back that takes a request.
fn back_branch(prefix: &str, tag: &str, branch: &str) -> String {
    format!("{prefix}back/{tag}-to-{branch}")
}

/// Shown on the terminal.
impl OnLook for Doorway<'_> {
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
