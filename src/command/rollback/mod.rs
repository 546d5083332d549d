//! `hotfix rollback`: back to an earlier release, as a release of its own.

mod by_request;
mod evidence;
mod view;
mod which;

use super::deploy::{Asking, Settled};
use super::finish::doorway::Way;
use super::finish::{check_git, deepen, not_as_approved, read_remote, requested};
use super::run_lock::lock;
use super::watching::Watching;
use super::{CONTINUES, Outcome, Session, again, settle, trust};
use crate::cli::{Rollback, YesNo};
use crate::command::approver::{Confirm, changes_something};
use crate::engine::compose::{Choices, compose};
use crate::engine::left_over;
use crate::engine::request::Asked;
use crate::engine::resolution::resolutions;
use crate::engine::revert::{brought_by, name_of};
use crate::engine::run::{Ended, Run};
use crate::engine::trust::Purpose;
use crate::facts::Workspace;
use crate::facts::deployment::{Commands, commands};
use crate::facts::forge::Door;
use crate::facts::meant_release::meant;
use crate::facts::open_incident::open_incident_for;
use crate::facts::rollback::{RollbackFacts, gather};
use crate::facts::taken_by_hand;
use crate::git::access::Access;
use crate::model::event::{Draft, Kind, Pointer};
use crate::model::event_data::{Declared, ONE_RELEASE};
use crate::model::failure::{Failure, Kind as FailureKind};
use crate::model::incident::Incident;
use crate::model::intent::Intent;
use crate::model::oid::Oid;
use crate::model::plan::{Approved, FinishPlan, Outcome as TargetOutcome, Stage, approve};
use crate::model::text::{count, exact, safe, shell_word};
use crate::model::version::split_tag;
use crate::plan::deployment::due;
use crate::plan::finish::Progress;
use crate::plan::options::FinishOptions;
use crate::record::Record;
use crate::system::lock::RunLock;
use crate::system::signals;
use chrono::{DateTime, FixedOffset};
use std::cell::Cell;

/// How often a plan is made again because somebody moved a ref meanwhile.
const TRIES: usize = 5;

pub fn run(session: &Session, args: &Rollback) -> Outcome {
    let mut workspace = session.workspace()?;
    check_git(&workspace)?;
    settle::remote(session, &mut workspace)?;
    let lock = if session.dry_run() { None } else { lock(session, &workspace)? };
    workspace = deepen(session, workspace)?;
    let when = session.env.now_local().fixed_offset();
    let mut typed = which::named(session, &workspace, args)?;
    let by_number = args.tag.as_ref().is_some_and(|tag| split_tag(tag).is_some());
    let mut is_settled = session.dry_run() || !by_number || typed.confirm == typed.tag;
    let (way, patience) = (Way::default(), Cell::new(workspace.config.finish.wait));
    let mut before = None;
    for _ in 0..TRIES {
        // What an interrupted run has published is a release of its own by now: the one it undid
        // is in its record, with how it was to be undone.
        let begun = begun(&workspace, &typed)?;
        let args = &begun.as_ref().map_or_else(|| typed.clone(), |begun| resumed(&typed, begun));
        let version = args.version.as_ref().map(|v| format!("*{}", v.trim_start_matches(['v', 'V'])));
        let named: Vec<String> = args.tag.iter().chain(&args.to).cloned().chain(version).collect();
        let view = read_remote(session, &workspace, &named, None)?;
        workspace.refresh(&view)?;
        if settle::production(session, &mut workspace, &view)? {
            continue;
        }
        let found = |args: &Rollback| {
            meant(&workspace, &view, args.tag.as_deref(), args.to.as_deref(), begun.is_some())
        };
        let mut meant = found(args)?;
        let mut args = args;
        if !is_settled && begun.is_none() && args.to.is_none() {
            is_settled = true;
            if let Some(chosen) = which::settle(session, args, &meant)? {
                typed = chosen;
                args = &typed;
                meant = found(args)?;
            }
        }
        let facts = gather(&workspace, &view, meant)?;
        check_keep(&facts, args)?;
        let asked = Asked { again: retry(session, args, &facts), ..Asked::default() };
        let going = Going {
            session,
            workspace: &workspace,
            args,
            facts: &facts,
            lock: lock.as_ref(),
            when,
            way: &way,
            patience: &patience,
            asked: &asked,
        };
        match going.go(begun, before.as_ref())? {
            Went::Done(code) => return Ok(code),
            Went::Again(approved) => {
                before = Some(*approved);
                session.ui.say(format!("{} moved; planning again.", facts.production));
            }
            // What production has now was agreed to when it was merged.
            Went::Onward | Went::Otherwise => before = None,
        }
    }
    Err(Failure::failed("production kept moving while this ran; nothing of this run was published")
        .hint("hotfix rollback")
        .into())
}

fn check_keep(facts: &RollbackFacts, args: &Rollback) -> anyhow::Result<()> {
    for branch in &args.keep_fix_in {
        if !facts.targets.iter().any(|(b, ..)| b == branch) {
            return Err(Failure::usage(format!("not a merge-back target: {}", safe(branch)))
                .hint("hotfix rollback --dry-run    # lists the targets")
                .into());
        }
    }
    Ok(())
}

/// The open rollback of this release that this clone began: a user of it has confirmed that one.
fn begun(workspace: &Workspace, args: &Rollback) -> anyhow::Result<Option<Incident>> {
    let is_meant = |undone: &str| args.tag.as_ref().is_none_or(|tag| tag == undone);
    let incidents = workspace.record().incidents()?;
    Ok(incidents.into_iter().find(|i| i.is_own && i.is_open() && i.undone().is_some_and(is_meant)))
}

/// The whole line that goes on. On a terminal it asks again, and agrees to nothing.
fn retry(session: &Session, args: &Rollback, facts: &RollbackFacts) -> String {
    let undone = shell_word(&facts.undone.name);
    let to = args.to.as_ref().map(|to| format!(" --to {}", shell_word(to))).unwrap_or_default();
    let keep = args.keep_fix_in.iter().map(|b| format!(" --keep-fix-in {}", shell_word(b)));
    let version = args.version.as_ref().map(|v| format!(" --version {}", shell_word(v))).unwrap_or_default();
    let is_asked = session.ui.is_interactive() && args.confirm.is_none();
    let confirm = if is_asked { String::new() } else { format!(" --confirm {undone}") };
    format!("hotfix rollback {undone}{to}{version}{}{confirm}", keep.collect::<String>())
}

/// What was typed, completed by what somebody said yes to when it was begun.
fn resumed(args: &Rollback, begun: &Incident) -> Rollback {
    let (back_to, kept) = begun.way_back();
    let mut args = args.clone();
    args.tag = begun.undone().map(str::to_owned).or(args.tag);
    args.to = args.to.or_else(|| back_to.map(str::to_owned));
    if args.keep_fix_in.is_empty() {
        args.keep_fix_in = kept;
    }
    args
}

/// What came of an attempt.
enum Went {
    Done(u8),
    /// Production moved; this is what had been approved.
    Again(Box<Approved<FinishPlan>>),
    /// A request was merged: the rest is found by looking.
    Onward,
    /// The remote refused production: another plan is needed.
    Otherwise,
}

struct Going<'a> {
    session: &'a Session,
    workspace: &'a Workspace,
    args: &'a Rollback,
    facts: &'a RollbackFacts,
    lock: Option<&'a RunLock>,
    /// The time that its commits get, however often they are made.
    when: DateTime<FixedOffset>,
    way: &'a Way,
    /// How long requests and refused merge-backs are waited for.
    patience: &'a Cell<chrono::Duration>,
    /// What is said about requests, and the command that goes on.
    asked: &'a Asked,
}

impl Going<'_> {
    fn go(&self, begun: Option<Incident>, before: Option<&Approved<FinishPlan>>) -> anyhow::Result<Went> {
        let (session, workspace, facts) = (self.session, self.workspace, self.facts);
        let commands = commands(workspace, &self.production_before(begun.as_ref())?)?;
        if begun.is_some() {
            signals::stands(CONTINUES);
        }
        let begun = self.settle_deployment(&commands, begun)?;
        let resolved = match &begun {
            Some(incident) => resolutions(workspace, incident, false)?,
            None => Vec::new(),
        };
        let options = FinishOptions {
            version: requested(self.args.version.as_deref(), "hotfix rollback")?,
            asks: session.ui.is_interactive() && !session.ui.yes(),
            ..FinishOptions::default()
        };
        let choices = Choices {
            options: &options,
            stages: self.stages(&commands, begun.as_ref()),
            resolutions: resolved,
            rehearsal: session.dry_run(),
            provisional: true,
            when: Some(self.when),
        };
        let doorway = self.doorway();
        let door = doorway.wanted(begun.as_ref(), &facts.production, || Ok(false))?;
        let preview = self.plan(&commands, begun.as_ref(), &choices, door)?;
        if session.dry_run() {
            return Ok(Went::Done(self.dry(&preview)));
        }
        self.refuse(&preview)?;
        // A person sees what going back means before any question; who cannot be asked hears of all that is
        // missing at once.
        if !session.ui.is_interactive() {
            self.allow(&commands, &preview)?;
        }
        // A script has said yes when it was begun; a person is asked again about what is still to be done.
        let is_given = begun.is_some() && !(session.ui.is_interactive() && changes_something(&preview.steps));
        let approved = self.approve(preview, is_given, before)?;
        self.allow(&commands, approved.plan())?;
        signals::stands(CONTINUES);
        let record = workspace.record();
        let incident = match begun {
            Some(incident) => incident,
            None => self.declare(&record)?,
        };
        // The same release again, in the name of its incident, signed and past the hooks.
        let commits = choices.committing().is_some();
        let choices = choices.approved(workspace, Some(&incident))?;
        let plan = self.plan(&commands, Some(&incident), &choices, door)?;
        self.refuse(&plan)?;
        let approved = match approved.completed(plan) {
            Ok(approved) => approved,
            Err(other) if commits => return Ok(Went::Again(Box::new(other.0))),
            Err(_) => return Err(not_as_approved(self.retry())),
        };
        let watching = Watching::new(session);
        let run = Run {
            forge: doorway.forge_for(&approved.plan().stages)?,
            workspace,
            record: &record,
            id: &incident.id,
            incident: Some(&incident),
            hotfix: None,
            lock: self.lock,
            resolutions: &choices.resolutions,
            watch: &watching,
            patience: self.patience,
            again: &again("hotfix rollback", &facts.undone.name),
            takes_over: self.args.deployed == Some(YesNo::No),
        };
        let ended = match run.carry_out(&approved) {
            Err(_) if door.is_none() && doorway.takes_requests(&incident.id, &facts.production)? => {
                return Ok(Went::Otherwise);
            }
            ended => ended?,
        };
        match ended {
            Ended::Stale(_) => Ok(Went::Again(Box::new(approved))),
            Ended::AtRequest => self.by_request(approved, &incident, door),
            Ended::Went(mut report) => {
                if doorway.owed(&incident.id, approved.plan(), &mut report)? {
                    return Ok(Went::Onward);
                }
                if report.is_complete() {
                    self.tidy_away(approved.plan(), &incident)?;
                    report.lines.extend(self.left_over(&record)?);
                }
                Ok(Went::Done(self.outcome(&approved, &report, &incident)))
            }
        }
    }

    /// Worktrees of unfinished merges of the hotfix that was rolled back.
    fn left_over(&self, record: &Record<'_>) -> anyhow::Result<Vec<String>> {
        let mut lines = Vec::new();
        for undone in record.incidents()?.iter().filter(|i| i.tag.as_ref() == Some(&self.facts.undone.name)) {
            lines.extend(left_over::clear(self.workspace, undone).unwrap_or_default());
        }
        Ok(lines)
    }

    fn plan(
        &self,
        commands: &Commands,
        incident: Option<&Incident>,
        choices: &Choices<'_>,
        door: Option<&Door>,
    ) -> anyhow::Result<FinishPlan> {
        let name = name_of(&self.facts.undone.name);
        let version = choices.options.version.clone();
        let mut facts =
            self.facts.finish(self.workspace, &name, incident, &self.args.keep_fix_in, version)?;
        // After a request the commit that was published is not the one that production has by it.
        if !matches!(facts.progress, Progress::Released { .. })
            && let Some(base) = incident.and_then(|i| i.base.as_ref())
            && let Some(commit) = brought_by(self.workspace, &facts, base)?
        {
            facts.progress = Progress::Merged(commit);
        }
        let mut plan = compose(self.workspace, incident, &facts, choices)?;
        if let Some(door) = door.filter(|_| facts.progress == Progress::Ahead) {
            self.by_request_instead(&mut plan, incident, door)?;
        }
        for problem in plan.problems.iter_mut().filter(|problem| problem.id == "command") {
            problem.hint = format!("{} --no-deploy    # deploy it by hand", self.retry());
        }
        let missing = commands.will_not_run.iter();
        plan.remarks.extend(
            missing.map(|table| format!("{table} will not run: production's hotfix.toml does not have it")),
        );
        plan.remarks.extend(self.fates());
        Ok(plan)
    }

    /// Production before this rollback: its commands are the ones that run.
    fn production_before(&self, begun: Option<&Incident>) -> anyhow::Result<Oid> {
        let workspace = self.workspace;
        let tip = &self.facts.production_tip;
        // A shared log chooses no commit whose commands run.
        let made = begun.and_then(|i| Intent::all(i).into_iter().next()).and_then(|i| i.release);
        if let Some(made) = made
            && workspace.repo.has(&made)?
            && workspace.repo.is_ancestor(&made, tip)?
            && let Some(parent) = workspace.repo.commit(&made)?.parents.first()
        {
            return Ok(parent.clone());
        }
        Ok(tip.clone())
    }

    /// A deployment whose end is not known is asked about before the plan is shown.
    fn settle_deployment(
        &self,
        commands: &Commands,
        begun: Option<Incident>,
    ) -> anyhow::Result<Option<Incident>> {
        let deploys = commands.rollback.is_some() || commands.deploy.is_some();
        let Some((incident, tag)) = begun.as_ref().and_then(|i| Some((i, i.tag.as_deref()?))) else {
            return Ok(begun);
        };
        if !deploys || self.args.no_deploy {
            return Ok(begun);
        }
        let (record, again) = (self.workspace.record(), self.retry());
        let asking = Asking { session: self.session, record: &record, again: &again };
        match asking.settle(incident, tag, self.args.deployed.map(|d| d == YesNo::Yes))? {
            Settled::As(incident) => Ok(Some(*incident)),
            Settled::Rehearsed(line) => {
                self.session.ui.warn(line);
                Ok(begun)
            }
            Settled::Known => Ok(begun),
        }
    }

    fn stages(&self, commands: &Commands, begun: Option<&Incident>) -> Vec<Stage> {
        if self.args.no_deploy {
            return Vec::new();
        }
        let deploy = commands.rollback.clone().or_else(|| commands.deploy.clone());
        let stages = deploy.into_iter().chain(commands.verify.clone()).collect();
        due(begun.and_then(|i| Some((i, i.tag.as_deref()?))), stages)
    }

    fn refuse(&self, plan: &FinishPlan) -> anyhow::Result<()> {
        if !plan.problems.is_empty() {
            let n = count(plan.problems.len(), "problem");
            return Err(Failure::refused(format!("cannot roll back: {n} (nothing was changed)"))
                .problems(plan.problems.clone())
                .into());
        }
        let Some(production) = plan.production().filter(|t| t.outcome == TargetOutcome::Conflict) else {
            return Ok(());
        };
        let facts = self.facts;
        let failure = Failure::new(
            FailureKind::Conflict,
            format!(
                "{} cannot be reverted: later commits conflict in {}\nNothing was published and nothing \
                 was changed here.",
                facts.undone.name,
                production.conflicts.join(", ")
            ),
        );
        let failure = match &facts.newer {
            Some(newest) => {
                let line = which::back_to(newest, &facts.undone.name);
                failure.hint(format!("{line} -n    # back to {} instead", facts.undone.name))
            }
            None => failure,
        };
        let failure = failure.hint("hotfix start rollback-by-hand");
        Err(taken_by_hand::lines(self.workspace, &facts.undone, &facts.onto)?
            .into_iter()
            .fold(failure, Failure::hint)
            .into())
    }

    fn allow(&self, commands: &Commands, plan: &FinishPlan) -> anyhow::Result<()> {
        for stage in &plan.stages {
            let foreign = commands.foreign.contains(&stage.command);
            if foreign
                && !trust::is_allowed(
                    self.session,
                    self.workspace,
                    (Purpose::Deployment, &stage.command),
                    self.args.trust,
                )?
            {
                return Err(Failure::refused(format!(
                    "the {} command is not trusted here yet: {}\nNothing was changed.",
                    stage.name,
                    exact(&stage.command)
                ))
                .hint(format!("{} --trust", self.retry()))
                .into());
            }
        }
        Ok(())
    }

    fn retry(&self) -> String {
        self.asked.again.clone()
    }

    /// Gets the yes: from a person, or as `--confirm` with the release that is undone.
    fn approve(
        &self,
        plan: FinishPlan,
        given: bool,
        before: Option<&Approved<FinishPlan>>,
    ) -> anyhow::Result<Approved<FinishPlan>> {
        let undone = &self.facts.undone.name;
        if let Some(typed) = self.args.confirm.as_ref().filter(|typed| *typed != undone) {
            return Err(Failure::refused(format!(
                "--confirm names {}, but {undone} would be undone; nothing was changed",
                safe(typed)
            ))
            .hint(self.retry())
            .into());
        }
        let view = |plan: &FinishPlan| self.lines(plan);
        let asking = Confirm {
            session: self.session,
            view: &view,
            question: match &self.facts.newer {
                Some(newest) => format!("Take back {undone} alone, and keep {newest}?"),
                None => format!("Roll back {undone} to {}?", self.facts.back_to.name),
            },
            command: "hotfix rollback --dry-run".to_owned(),
            consent: self.retry(),
            given: given || self.args.confirm.is_some(),
        };
        approve(plan, before, &asking)
    }

    fn declare(&self, record: &Record<'_>) -> anyhow::Result<Incident> {
        let facts = self.facts;
        let name = name_of(&facts.undone.name);
        let id = record.new_id(&name);
        let title = format!("Roll back {} to {}", facts.undone.name, facts.back_to.name);
        let answers = open_incident_for(self.workspace, None, Some(&facts.undone.name))?;
        let takes_back = if self.args.to.is_some() { "everything since" } else { ONE_RELEASE };
        let said = Declared {
            name: Some(name.clone()),
            title: Some(title.clone()),
            branch: Some(name),
            production: Some(facts.production.clone()),
            base_tag: Some(facts.undone.name.clone()),
            evidence: Some(serde_json::json!(facts.evidence)),
            keep_fix_in: Some(self.args.keep_fix_in.clone()),
            takes_back: Some(takes_back.to_owned()),
            ..Declared::default()
        };
        let mut draft = Draft::new(Kind::Declared, title)
            .data(&said)
            .refer(Pointer::Undone, &facts.undone.name)
            .refer(Pointer::BackTo, &facts.back_to.name)
            .refer(Pointer::Base, &facts.production_tip);
        if let Some(incident) = answers {
            self.session.ui.say(format!("It belongs to the open incident {}.", safe(&incident.name)));
            draft = draft.refer(Pointer::Incident, &incident.id);
        }
        record.note(&id, draft);
        record.incident(&id)?.ok_or_else(|| {
            Failure::failed("the incident log could not be written; nothing else was changed").into()
        })
    }
}
