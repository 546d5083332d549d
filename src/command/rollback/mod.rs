//! `hotfix rollback`: back to an earlier release, as a release of its own.

mod evidence;
mod view;

use super::deploy::{Asking, Settled};
use super::finish::{check_git, deepen, lock, read_remote};
use super::watching::Watching;
use super::{Desk, Outcome, again, settle, trust};
use crate::cli::{Rollback, YesNo};
use crate::engine::finish::{Ended, Engine};
use crate::engine::resolution::resolutions;
use crate::engine::revert::{Choices, compose, name_of};
use crate::engine::unsigned::Unsigned;
use crate::facts::Site;
use crate::facts::deployment::{Commands, commands};
use crate::facts::rollback::{RollbackFacts, gather};
use crate::git::access::Access;
use crate::model::event::{Actor, Draft, Kind};
use crate::model::failure::{Failure, Kind as FailureKind};
use crate::model::incident::Incident;
use crate::model::intent::Intent;
use crate::model::oid::Oid;
use crate::model::plan::{Approved, FinishPlan, Outcome as TargetOutcome, Stage};
use crate::model::text::{count, exact, safe, shell_word};
use crate::plan::deployment::due;
use crate::record::Record;
use crate::system::lock::RunLock;
use std::cell::Cell;

/// How often a plan is made again because somebody moved a ref meanwhile.
const TRIES: usize = 5;

pub fn run(desk: &Desk, args: &Rollback) -> Outcome {
    let mut site = desk.site()?;
    check_git(&site)?;
    settle::remote(desk, &mut site)?;
    let lock = if desk.dry_run() { None } else { lock(desk, &site)? };
    site = deepen(desk, site)?;
    for attempt in 0..TRIES {
        // What an interrupted run has published is a release of its own by now: the one it undid
        // is in its record, with how it was to be undone.
        let begun = begun(&site, args)?;
        let args = &begun.as_ref().map_or_else(|| args.clone(), |begun| resumed(args, begun));
        let named: Vec<String> = args.tag.iter().chain(&args.to).cloned().collect();
        let view = read_remote(desk, &site, &named, None)?;
        site.refresh(&view)?;
        if settle::production(desk, &mut site, &view)? {
            continue;
        }
        let facts = gather(&site, &view, args.tag.as_deref(), args.to.as_deref())?;
        check_keep(&facts, args)?;
        let going = Going { desk, site: &site, args, facts: &facts, lock: lock.as_ref() };
        match going.go(begun, attempt > 0)? {
            Some(code) => return Ok(code),
            None => desk.ui.say("Production moved meanwhile: planned again."),
        }
    }
    Err(Failure::failed("production kept moving while this ran; nothing of this run was published")
        .hint("hotfix rollback")
        .into())
}

fn check_keep(facts: &RollbackFacts, args: &Rollback) -> anyhow::Result<()> {
    for branch in &args.keep_fix_in {
        if !facts.targets.iter().any(|(b, ..)| b == branch) {
            return Err(
                Failure::usage(format!("{} is no branch the fix is merged back to", safe(branch))).into()
            );
        }
    }
    Ok(())
}

/// An open rollback of the release that is meant.
fn begun(site: &Site, args: &Rollback) -> anyhow::Result<Option<Incident>> {
    let is_meant = |undone: &str| args.tag.as_ref().is_none_or(|tag| tag == undone);
    let incidents = site.record().incidents()?;
    Ok(incidents.into_iter().find(|i| i.is_open() && i.undone().is_some_and(is_meant)))
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

struct Going<'a> {
    desk: &'a Desk,
    site: &'a Site,
    args: &'a Rollback,
    facts: &'a RollbackFacts,
    lock: Option<&'a RunLock>,
}

impl Going<'_> {
    /// The exit status; `None` when production moved meanwhile.
    fn go(&self, begun: Option<Incident>, again: bool) -> anyhow::Result<Option<u8>> {
        let (desk, site, facts) = (self.desk, self.site, self.facts);
        let commands = commands(site, &self.production_before(begun.as_ref())?)?;
        let begun = self.settle_deployment(&commands, begun)?;
        let stages = self.stages(&commands, begun.as_ref());
        let rehearsal = desk.dry_run();
        let actor = match site.actor() {
            Some(actor) => actor,
            None if rehearsal => Actor { name: "nobody".into(), email: "nobody@localhost".into() },
            None => {
                return Err(Failure::no_identity().into());
            }
        };
        let choices = Choices {
            keep_in: &self.args.keep_fix_in,
            stages,
            rehearsal: true,
            actor,
            intent: begun.as_ref().and_then(Intent::last),
            incident: begun.as_ref().map(|i| i.id.as_str()),
        };
        let mut preview = compose(site, facts, &choices)?;
        preview.remarks.extend(
            commands
                .will_not_run
                .iter()
                .map(|table| format!("{table} will not run: production's hotfix.toml does not have it")),
        );
        self.refuse_twice(&preview)?;
        if !again {
            self.show(&preview, rehearsal);
        }
        if rehearsal {
            return Ok(Some(self.dry(&preview)));
        }
        self.refuse(&preview)?;
        self.allow(&commands, &preview)?;
        if begun.is_none() && !again {
            self.confirm()?;
        }
        let record = site.record();
        let Choices { stages, actor, .. } = choices;
        let incident = match begun {
            Some(incident) => incident,
            None => self.declare(&record)?,
        };
        let choices = Choices {
            keep_in: &self.args.keep_fix_in,
            stages,
            rehearsal: false,
            actor,
            intent: Intent::last(&incident),
            incident: Some(&incident.id),
        };
        let plan = compose(site, facts, &choices).map_err(|e| match e.downcast::<Unsigned>() {
            Ok(unsigned) => unsigned.failure(&self.retry()).into(),
            Err(other) => other,
        })?;
        self.carry_out(&record, &incident, plan)
    }

    fn carry_out(
        &self,
        record: &Record<'_>,
        incident: &Incident,
        plan: FinishPlan,
    ) -> anyhow::Result<Option<u8>> {
        let site = self.site;
        let resolved = resolutions(site, incident, true)?;
        let watching = Watching::new(self.desk);
        let patience = Cell::new(site.config.finish.wait);
        let engine = Engine {
            site,
            record,
            id: &incident.id,
            incident: Some(incident),
            lock: self.lock,
            resolutions: &resolved,
            watch: &watching,
            patience: &patience,
            again: &again("hotfix rollback", &self.facts.undone.name),
        };
        let plan = Approved::new(plan);
        match engine.run(&plan)? {
            Ended::Stale(_) => Ok(None),
            Ended::Went(report) => {
                self.tell_the_hotfix(record, plan.plan())?;
                Ok(Some(self.outcome(plan.plan(), &report)))
            }
        }
    }

    /// Production before this rollback: its commands are the ones that run.
    fn production_before(&self, begun: Option<&Incident>) -> anyhow::Result<Oid> {
        let site = self.site;
        let tip = &self.facts.production_tip;
        let made = begun.and_then(Intent::last).and_then(|i| i.release);
        if let Some(made) = made
            && site.repo.has(&made)?
            && site.repo.is_ancestor(&made, tip)?
            && let Some(parent) = site.repo.commit(&made)?.parents.first()
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
        let (record, again) = (self.site.record(), self.retry());
        let asking = Asking { desk: self.desk, record: &record, again: &again };
        match asking.settle(incident, tag, self.args.deployed.map(|d| d == YesNo::Yes))? {
            Settled::As(incident) => Ok(Some(*incident)),
            Settled::Rehearsed(line) => {
                self.desk.ui.warn(line);
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
        match begun.and_then(|i| i.tag.as_deref()) {
            Some(tag) => due(begun, tag, stages),
            None => stages,
        }
    }

    /// Going back where production is already would be an empty release.
    fn refuse_twice(&self, plan: &FinishPlan) -> anyhow::Result<()> {
        let changes = plan.production().and_then(|t| t.new.clone());
        let Some(new) = changes else { return Ok(()) };
        let repo = &self.site.repo;
        if repo.commit(&new)?.tree != repo.commit(&self.facts.production_tip)?.tree {
            return Ok(());
        }
        Err(Failure::refused(format!(
            "production does not have what {} brought any more, so there is nothing to roll back; nothing was changed",
            self.facts.undone.name
        ))
        .hint("hotfix rollback --dry-run")
        .into())
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
        let is_merge = self.site.repo.commit(&facts.undone.commit)?.parents.len() > 1;
        let mainline = if is_merge { "-m 1 " } else { "" };
        Err(Failure::new(
            FailureKind::Conflict,
            format!(
                "what came after {} stands in the way: conflicts in {}\nNothing was published and nothing was changed here.",
                facts.undone.name,
                production.conflicts.join(", ")
            ),
        )
        .hint("hotfix start rollback-by-hand")
        .hint(format!("git revert {mainline}{}", facts.undone.commit.short()))
        .into())
    }

    fn allow(&self, commands: &Commands, plan: &FinishPlan) -> anyhow::Result<()> {
        for stage in &plan.stages {
            let foreign = commands.foreign.contains(&stage.command);
            if foreign && !trust::is_allowed(self.desk, self.site, &stage.command, self.args.trust)? {
                return Err(Failure::refused(format!(
                    "the {} command has not been allowed here: {}\nNothing was changed.",
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
        let undone = shell_word(&self.facts.undone.name);
        format!("hotfix rollback {undone} --to {} --confirm {undone}", shell_word(&self.facts.back_to.name))
    }

    fn confirm(&self) -> anyhow::Result<()> {
        let undone = &self.facts.undone.name;
        if let Some(typed) = &self.args.confirm {
            if typed == undone {
                return Ok(());
            }
            return Err(Failure::refused(format!(
                "--confirm names {}, but {undone} would be undone; nothing was changed",
                safe(typed)
            ))
            .hint(self.retry())
            .into());
        }
        if !self.desk.ui.is_interactive() {
            return Err(Failure::refused(
                "without a terminal a rollback needs the release typed once more; nothing was changed",
            )
            .hint(self.retry())
            .into());
        }
        self.desk.ui.say("");
        if self.desk.ui.confirm(&format!("Roll back {undone} to {}?", self.facts.back_to.name), false)? {
            return Ok(());
        }
        Err(Failure::refused("not rolled back, nothing was changed").hint("hotfix rollback --dry-run").into())
    }

    fn declare(&self, record: &Record<'_>) -> anyhow::Result<Incident> {
        let facts = self.facts;
        let name = name_of(&facts.undone.name);
        let id = record.new_id(&name);
        let title = format!("Roll back {} to {}", facts.undone.name, facts.back_to.name);
        let draft = Draft::new(Kind::Declared, title.clone())
            .with("name", name.clone())
            .with("title", title)
            .with("branch", name)
            .with("production", facts.production.clone())
            .with("base_tag", facts.undone.name.clone())
            .with("evidence", serde_json::json!(facts.evidence))
            .with("keep_fix_in", self.args.keep_fix_in.clone())
            .refer("undone", &facts.undone.name)
            .refer("back_to", &facts.back_to.name)
            .refer("base", &facts.production_tip);
        record.note(&id, draft);
        record.incident(&id)?.ok_or_else(|| {
            Failure::failed("the incident log could not be written; nothing else was changed").into()
        })
    }

    /// The record of the hotfix that was undone says so.
    fn tell_the_hotfix(&self, record: &Record<'_>, plan: &FinishPlan) -> anyhow::Result<()> {
        let undone = &self.facts.undone.name;
        for incident in record.incidents()? {
            if incident.tag.as_ref() != Some(undone) || incident.of_kind(&Kind::RolledBack).next().is_some() {
                continue;
            }
            let draft = Draft::new(Kind::RolledBack, format!("{undone} by {}", plan.release.tag))
                .refer("tag", undone);
            record.note(&incident.id, draft.with("by", plan.release.tag.clone()));
        }
        Ok(())
    }
}
