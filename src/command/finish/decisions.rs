//! What a person decides around a finish: on the command line, or when asked.

use super::attempt::Attempt;
use crate::cli::YesNo;
use crate::command::check::{self, Checking};
use crate::command::deploy::{Asking, Settled};
use crate::command::{again, settle, trust};
use crate::engine::trust::Purpose;
use crate::facts::Hotfix;
use crate::facts::deployment::Commands;
use crate::facts::forge::Door;
use crate::model::checklist::Item;
use crate::model::event::{Draft, Kind};
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
        if commands.deploy.is_none() || self.args.no_deploy || self.args.no_push {
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
        for (branch, why) in &self.asked.skip {
            if incident.skipped.get(branch) != Some(why) {
                let draft = Draft::new(Kind::TargetSkipped, format!("{branch}: {why}"))
                    .refer("branch", branch)
                    .with("reason", why.clone());
                record.note(&incident.id, draft.by_person());
                incident.skipped.insert(branch.clone(), why.clone());
            }
        }
        let reasons = [
            ("size", "large change", &self.args.allow_large),
            ("unreleased", "unreleased commits", &self.args.allow_unreleased),
        ];
        for (guard, what, why) in reasons {
            if let Some(why) = why {
                let text = format!("{what} allowed: {}", safe(why));
                let known = incident.of_kind(&Kind::Decision).any(|e| e.text == text);
                if !known {
                    let draft = Draft::new(Kind::Decision, text).by_person();
                    record.note(&incident.id, draft.with("allowed", guard).with("reason", why.clone()));
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

    /// On a terminal, finish runs and asks what is open itself, except what a forge answers.
    pub(super) fn run_checks(
        &self,
        hotfix: &mut Hotfix,
        facts: &FinishFacts,
        door: Option<&Door>,
    ) -> anyhow::Result<()> {
        if facts.branch.commits.is_empty() || hotfix.tip().is_none() {
            return Ok(());
        }
        let mut checking = Checking::open(self.session, self.workspace, hotfix.clone(), self.args.trust)?;
        if self.session.ui.is_interactive() {
            checking.run_commands(&[])?;
            let is_left =
                |item: &Item| door.is_some_and(|door| door.forge.is_some()) && item.is_answered_at_forge();
            let items = facts.standings.iter().map(|s| &s.item).filter(|item| !is_left(item));
            let asked: Vec<&str> = items.map(|item| item.id.as_str()).collect();
            if !asked.is_empty() {
                checking.ask_open(&asked)?;
            }
        }
        // What was answered and the commits that were noted are in the record now.
        hotfix.incident = self.workspace.record().incident(&checking.incident.id)?;
        Ok(())
    }
}
