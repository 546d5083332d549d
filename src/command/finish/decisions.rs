//! What a person decides around a finish: on the command line, or when asked.

use super::attempt::Attempt;
use crate::cli::YesNo;
use crate::command::check::{self, Checking};
use crate::command::deploy::{Asking, Settled};
use crate::command::{again, settle, trust};
use crate::engine::compose::{Choices, compose};
use crate::engine::resolution::Resolution;
use crate::engine::trust::Purpose;
use crate::facts::Hotfix;
use crate::facts::deployment::Commands;
use crate::facts::finish::standings;
use crate::facts::forge::Door;
use crate::model::checklist::{Item, Standing, State};
use crate::model::event::{Draft, Kind, Pointer};
use crate::model::event_data::{MergeBack, Overruled};
use crate::model::failure::{Failure, Problem};
use crate::model::plan::FinishPlan;
use crate::model::text::{exact, safe};
use crate::plan::finish::{FinishFacts, Progress};
use crate::plan::version::Doubt;

impl Attempt<'_> {
    /// Asks which package is released, where the change leaves that open. True when it was said.
    pub(super) fn settle_package(&self, doubt: Option<&Doubt>) -> anyhow::Result<bool> {
        let Some(Doubt::Packages { packages }) = doubt else { return Ok(false) };
        let chosen = settle::ask(self.session, "Which package is released?", packages)?;
        let Some(package) = chosen.and_then(|c| packages.get(c)) else { return Ok(false) };
        *self.way.package.borrow_mut() = Some(package.clone());
        Ok(true)
    }

    /// A deployment whose end is not known is asked about before the plan is shown.
    pub(super) fn settle_deployment(
        &self,
        commands: &Commands,
        hotfix: &mut Hotfix,
        facts: &mut FinishFacts,
    ) -> anyhow::Result<()> {
        let said = self.args.deployed.map(|d| d == YesNo::Yes);
        let Progress::Released { tag, .. } = &facts.progress else {
            if said == Some(true) {
                return Err(Failure::usage("nothing is released yet, so nothing can be deployed")
                    .hint(again("hotfix finish", &facts.name))
                    .into());
            }
            return Ok(());
        };
        if commands.deploy.is_none() || self.args.no_deploy || self.options.no_push {
            return Ok(());
        }
        let asking = Asking {
            session: self.session,
            record: &self.workspace.record(),
            again: &again("hotfix finish", &facts.name),
        };
        let Some(incident) = &hotfix.incident else { return Ok(()) };
        match asking.settle(incident, tag, said)? {
            Settled::As(incident) => hotfix.incident = Some(*incident),
            Settled::Rehearsed(line) => facts.remarks.push(line),
            Settled::Known => {}
        }
        Ok(())
    }

    /// Commands that are not trusted yet stop the run before anything is published.
    pub(super) fn ask_trust(&self, commands: &Commands, plan: &mut FinishPlan) -> anyhow::Result<()> {
        // Nobody is asked about a command that will not run now.
        if !plan.problems.is_empty() && self.session.ui.is_interactive() {
            return Ok(());
        }
        for stage in &plan.stages {
            if !commands.foreign.contains(&stage.command) {
                continue;
            }
            if !trust::is_allowed(
                self.session,
                self.workspace,
                (Purpose::Deployment, &stage.command),
                self.args.trust || self.session.dry_run(),
            )? {
                plan.problems.push(Problem::new(
                    "trust",
                    format!(
                        "the {} command of hotfix.toml is not trusted here yet: {}",
                        stage.name,
                        exact(&stage.command)
                    ),
                    format!("{} --trust", again("hotfix finish", &plan.name)),
                ));
            }
        }
        Ok(())
    }

    /// Writes the decisions of the command line into the record: skipped targets, reasons.
    pub(super) fn decide(&self, hotfix: &mut Hotfix) -> anyhow::Result<()> {
        let workspace = self.workspace;
        let record = workspace.record();
        let Some(incident) = hotfix.incident.as_mut() else { return Ok(()) };
        for (branch, why) in &self.options.skip {
            if incident.skipped.get(branch) != Some(why) {
                let said = MergeBack { reason: Some(why.clone()), ..MergeBack::default() };
                let draft = Draft::new(Kind::TargetSkipped, format!("{branch}: {why}"))
                    .refer(Pointer::Branch, branch)
                    .data(&said);
                record.note(&incident.id, draft.by_person());
                incident.skipped.insert(branch.clone(), why.clone());
            }
        }
        let reasons = [
            ("size", "large change", &self.options.allow_large),
            ("unreleased", "unreleased commits", &self.options.allow_unreleased),
        ];
        for (guard, what, why) in reasons {
            if let Some(why) = why {
                let text = format!("{what} allowed: {}", safe(why));
                let known = incident.of_kind(&Kind::Decision).any(|e| e.text == text);
                if !known {
                    let said = Overruled { allowed: Some(guard.to_owned()), reason: Some(why.clone()) };
                    record.note(&incident.id, Draft::new(Kind::Decision, text).by_person().data(&said));
                }
            }
        }
        Ok(())
    }

    /// Records the waivers of the command line; a rehearsal only counts them.
    pub(super) fn waive(&self, hotfix: &mut Hotfix) -> anyhow::Result<()> {
        let waivers = check::waivers(self.workspace, &self.args.waive)?;
        if waivers.is_empty() {
            return Ok(());
        }
        let mut checking = Checking::open(self.session, self.workspace, hotfix.clone(), self.args.trust)?;
        checking.refuse_waiving_all(&waivers)?;
        for (id, given) in &waivers {
            checking.record_given(id, given)?;
        }
        hotfix.incident = Some(checking.incident);
        Ok(())
    }

    /// Refuses the problems that no answer changes before a question is asked, or anything runs or is recorded.
    pub(super) fn refuse_before_asking(
        &self,
        hotfix: &Hotfix,
        facts: &FinishFacts,
        resolved: &[Resolution],
    ) -> anyhow::Result<()> {
        let asks = |s: &Standing| !matches!(s.state, State::Pass | State::Waived);
        if !self.session.ui.is_interactive() || !facts.standings.iter().any(asks) {
            return Ok(());
        }
        // Nothing is signed for it, and no hook runs.
        let choices = Choices { rehearsal: true, ..self.choices(resolved.to_vec(), Vec::new()) };
        let mut plan = compose(self.workspace, hotfix.incident.as_ref(), facts, &choices)?;
        plan.problems.retain(|problem| problem.id != "checklist");
        self.refuse(&plan, facts)
    }

    /// On a terminal, finish runs and asks what is open itself. What a forge answers comes last, and is not
    /// asked where production is reached through one; returns that way.
    pub(super) fn run_checks<'a>(
        &'a self,
        hotfix: &mut Hotfix,
        facts: &mut FinishFacts,
        mut door: Option<&'a Door>,
    ) -> anyhow::Result<Option<&'a Door>> {
        if facts.branch.commits.is_empty() || hotfix.tip().is_none() {
            return Ok(door);
        }
        let mut checking = Checking::open(self.session, self.workspace, hotfix.clone(), self.args.trust)?;
        if self.session.ui.is_interactive() {
            checking.run_commands(&[])?;
            let has_forge = match door {
                Some(door) => door.forge.is_some(),
                None => !self.options.no_push && self.doorway().may_lead()?,
            };
            let items: Vec<Item> = facts.standings.iter().map(|standing| standing.item.clone()).collect();
            let (theirs, ours): (Vec<Item>, Vec<Item>) =
                items.into_iter().partition(|item| has_forge && item.is_answered_at_forge());
            ask(&mut checking, &ours)?;
            if door.is_none() && !theirs.is_empty() {
                facts.standings = self.standings(hotfix, &checking, facts)?;
                door = self.request_door(hotfix, facts)?;
                if door.is_none() {
                    ask(&mut checking, &theirs)?;
                }
            }
        }
        // What was answered and the commits that were noted are in the record now.
        facts.standings = self.standings(hotfix, &checking, facts)?;
        Ok(door)
    }

    /// The checklist as the record has it now.
    fn standings(
        &self,
        hotfix: &mut Hotfix,
        checking: &Checking<'_>,
        facts: &FinishFacts,
    ) -> anyhow::Result<Vec<Standing>> {
        hotfix.incident = self.workspace.record().incident(&checking.incident.id)?;
        Ok(standings(self.workspace, hotfix, Some(&facts.branch.tree)))
    }
}

fn ask(checking: &mut Checking<'_>, items: &[Item]) -> anyhow::Result<()> {
    let ids: Vec<&str> = items.iter().map(|item| item.id.as_str()).collect();
    if ids.is_empty() { Ok(()) } else { checking.ask_open(&ids) }
}
