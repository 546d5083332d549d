//! One attempt: gather, plan, show, do. When somebody moves a ref meanwhile, another follows.

use super::doorway::Way;
use crate::cli::{Finish, YesNo};
use crate::command::approver::{Confirm, changes_something};
use crate::command::watching::Watching;
use crate::command::{Session, adopt, again, plan_view, share};
use crate::engine::compose::{Choices, complete, compose};
use crate::engine::request::Pending;
use crate::engine::resolution::{Resolution, resolutions};
use crate::engine::run::{Ended, Run};
use crate::facts::deployment::{Commands, commands, commands_before};
use crate::facts::finish::gather;
use crate::facts::forge::Door;
use crate::facts::work::Work;
use crate::facts::{Hotfix, Workspace};
use crate::git::fetch::View;
use crate::model::checklist::from_elsewhere;
use crate::model::failure::{Failure, Kind as FailureKind};
use crate::model::incident::Incident;
use crate::model::plan::{self, Approved, FinishPlan, Outcome, Stage, approve, pushes};
use crate::model::text::{count, safe, shell_word};
use crate::plan::deployment::due;
use crate::plan::finish::{FinishFacts, Progress};
use crate::plan::options::FinishOptions;
use crate::system::lock::RunLock;
use chrono::{DateTime, FixedOffset};
use std::cell::Cell;

/// What came of an attempt.
pub enum Step {
    Done(u8),
    /// This ref moved, and this is what had been approved.
    Again(String, Box<Approved<FinishPlan>>),
    /// A request was merged: the rest of the same plan is found by looking.
    Onward(Box<Approved<FinishPlan>>),
    /// The remote refused production: another plan is needed.
    Otherwise,
    /// A person has said what the plan is about.
    Settled,
}

/// What the attempt before this one came to.
pub enum Before {
    /// There was none.
    Nothing,
    Moved(String, Box<Approved<FinishPlan>>),
    Merged(Box<Approved<FinishPlan>>),
    Refused,
}

impl Before {
    /// What a person has agreed to.
    fn approved(&self) -> Option<&Approved<FinishPlan>> {
        match self {
            Self::Moved(_, approved) | Self::Merged(approved) => Some(approved),
            Self::Nothing | Self::Refused => None,
        }
    }
}

/// Everything one attempt works with.
pub struct Attempt<'a> {
    pub session: &'a Session,
    pub workspace: &'a Workspace,
    pub args: &'a Finish,
    pub options: &'a FinishOptions,
    pub view: &'a View,
    pub lock: Option<&'a RunLock>,
    /// How long refused merge-backs are tried again.
    pub patience: &'a Cell<chrono::Duration>,
    /// The time that its commits get, however often they are made.
    pub when: DateTime<FixedOffset>,
    pub way: &'a Way,
    /// What the flags say about requests.
    pub requests: &'a crate::engine::request::Asked,
}

impl Attempt<'_> {
    /// Gathers, plans, shows and does.
    ///
    /// # Errors
    /// What stands in the way, and whatever fails.
    pub fn go(&self, mut hotfix: Hotfix, work: Work, before: &Before) -> anyhow::Result<Step> {
        let (session, workspace) = (self.session, self.workspace);
        if let Before::Moved(moved, _) = before {
            session.ui.say(format!("{} moved; planning again.", safe(moved)));
        }
        for (branch, _) in &self.options.skip {
            if !self.view.heads.contains_key(branch) {
                return Err(Failure::usage(format!("there is no branch {} to skip", safe(branch))).into());
            }
        }
        if !session.dry_run() {
            hotfix.incident = Some(match hotfix.incident {
                Some(incident) => incident,
                None => adopt::record(workspace, &hotfix)?,
            });
            self.decide(&mut hotfix)?;
        }
        self.waive(&mut hotfix)?;
        let resolved = match &hotfix.incident {
            Some(incident) => resolutions(workspace, incident, false)?,
            None => Vec::new(),
        };
        let mut facts = gather(workspace, &hotfix, self.view, self.options, work)?;
        if self.settle_package(facts.release.versions.doubt.as_ref())? {
            return Ok(Step::Settled);
        }
        let mut door = None;
        if facts.progress == Progress::Ahead && !session.dry_run() && matches!(before, Before::Nothing) {
            door = self.request_door(&hotfix, &facts)?;
            self.refuse_before_asking(&hotfix, &facts, &resolved)?;
            door = self.run_checks(&mut hotfix, &mut facts, door)?;
        }
        if facts.progress == Progress::Ahead {
            facts.remarks.extend(from_elsewhere(&facts.standings, workspace.config.incident.sign));
        }
        let commands = self.commands(&facts, hotfix.incident.as_ref())?;
        facts.remarks.extend(commands.will_not_run.iter().map(|table| {
            format!(
                "{table} of this branch's hotfix.toml will not run: production's file does not have it yet"
            )
        }));
        self.settle_deployment(&commands, &mut hotfix, &mut facts)?;
        if commands.deploy.is_none() && !self.options.no_push && facts.progress == Progress::Ahead {
            let verify = if commands.verify.is_empty() { "" } else { " and hotfix verify" };
            facts.remarks.push(format!(
                "No [deploy] command: deploy it yourself, then run hotfix mark deployed{verify}"
            ));
        }
        let mut choices = self.choices(resolved, self.due(&commands, &facts, hotfix.incident.as_ref()));
        if facts.progress == Progress::Ahead && door.is_none() {
            door = self.request_door(&hotfix, &facts)?;
        }
        let (plan, pending) = self.plan(&hotfix, &facts, &choices, &commands, door)?;
        if session.dry_run() {
            return self.show_only(&plan).map(Step::Done);
        }
        self.refuse(&plan, &facts)?;
        let mut approved = self.approve(plan, before.approved())?;
        if approved.plan().provisional {
            // Hooks and signatures come now: after the yes, and before anything is published.
            let committing = choices.committing().map(str::to_owned);
            choices = choices.approved(workspace, hotfix.incident.as_ref())?;
            let (plan, _) = self.plan(&hotfix, &facts, &choices, &commands, door)?;
            self.refuse(&plan, &facts)?;
            approved = match (approved.completed(plan), committing) {
                (Ok(approved), _) => approved,
                // A hook, or the next commit of a series, has made something else of it: that is shown.
                (Err(other), Some(branch)) => {
                    return Ok(Step::Again(format!("the merge into {branch}"), Box::new(other.0)));
                }
                (Err(_), None) => return Err(not_as_approved(again("hotfix finish", &hotfix.name))),
            };
        }
        let incident = hotfix.incident.as_ref();
        let Some(id) = hotfix.id() else {
            return Err(Failure::failed("the incident log could not be opened").into());
        };
        let record = workspace.record();
        let watching = Watching::new(session);
        let stages = &approved.plan().stages;
        let run = Run {
            forge: self.doorway().forge_for(stages)?,
            workspace,
            record: &record,
            id,
            incident,
            hotfix: Some(&hotfix),
            lock: self.lock,
            resolutions: &choices.resolutions,
            watch: &watching,
            patience: self.patience,
            again: &again("hotfix finish", &hotfix.name),
            takes_over: self.args.deployed == Some(YesNo::No),
        };
        if let (Some(remote), true) = (&approved.plan().remote, !pushes(&approved.plan().steps).is_empty()) {
            session.ui.dim(format!("Pushing to {}…", safe(remote)));
        }
        let ended = match run.carry_out(&approved) {
            Err(_) if door.is_none() && self.doorway().takes_requests(id, &facts.production.name)? => {
                return Ok(Step::Otherwise);
            }
            ended => ended?,
        };
        match ended {
            Ended::Stale(what) => Ok(Step::Again(what, Box::new(approved))),
            Ended::AtRequest => match door {
                Some(door) => self.by_request(&hotfix, approved, &facts, door, pending),
                None => Err(Failure::failed("there is nothing to open a request with").into()),
            },
            Ended::Went(mut report) => {
                if self.doorway().owed(id, approved.plan(), &mut report)? {
                    return Ok(Step::Onward(Box::new(approved)));
                }
                if report.is_complete() {
                    self.forge_release(approved.plan())?;
                    self.doorway().leave_fork(&approved.plan().branch)?;
                }
                if report.is_complete() && self.args.resolved {
                    record.note(id, super::resolved());
                }
                let code = self.show(&approved, &report, id)?;
                share::remind(session, workspace);
                Ok(Step::Done(code))
            }
        }
    }

    /// The plan, by push or by request, with everything that it needs consent for; and what the
    /// checklist leaves to the forge.
    fn plan(
        &self,
        hotfix: &Hotfix,
        facts: &FinishFacts,
        choices: &Choices<'_>,
        commands: &Commands,
        door: Option<&Door>,
    ) -> anyhow::Result<(FinishPlan, Vec<Pending>)> {
        let mut plan = compose(self.workspace, hotfix.incident.as_ref(), facts, choices)?;
        let pending = match door {
            Some(door) => self.by_request_instead(&mut plan, hotfix, facts, door)?,
            None => Vec::new(),
        };
        complete(self.workspace, &mut plan)?;
        self.ask_trust(commands, &mut plan)?;
        self.trust_rechecks(&mut plan)?;
        Ok((plan, pending))
    }

    /// The commands of production's commit before this hotfix came in. Where none will run, the released
    /// commit's own do for what is said of them.
    fn commands(&self, facts: &FinishFacts, incident: Option<&Incident>) -> anyhow::Result<Commands> {
        let (commit, tag) = match &facts.progress {
            Progress::Ahead => return commands(self.workspace, &facts.production.tip),
            Progress::Merged(commit) => (commit, None),
            Progress::Released { commit, tag, .. } => (commit, Some(tag.as_str())),
        };
        if self.runs_nothing() {
            return commands(self.workspace, commit);
        }
        commands_before(self.workspace, incident, (Some(&facts.branch.tip), commit), tag)
    }

    fn runs_nothing(&self) -> bool {
        self.args.no_deploy || self.options.no_push
    }

    /// The commands that are still to run for this release.
    fn due(&self, commands: &Commands, facts: &FinishFacts, incident: Option<&Incident>) -> Vec<Stage> {
        if self.runs_nothing() {
            return Vec::new();
        }
        let tag = match &facts.progress {
            Progress::Released { tag, .. } => Some(tag.as_str()),
            _ => None,
        };
        due(incident.zip(tag), commands.stages())
    }

    pub(super) fn choices(&self, resolutions: Vec<Resolution>, stages: Vec<Stage>) -> Choices<'_> {
        Choices {
            options: self.options,
            rehearsal: self.session.dry_run(),
            provisional: true,
            when: Some(self.when),
            resolutions,
            stages,
        }
    }

    pub(super) fn refuse(&self, plan: &FinishPlan, facts: &FinishFacts) -> anyhow::Result<()> {
        if !plan.problems.is_empty() {
            let n = plan.problems.len();
            return Err(Failure::refused(format!(
                "cannot finish: {} (nothing was changed)",
                count(n, "problem")
            ))
            .problems(plan.problems.clone())
            .into());
        }
        if facts.progress == Progress::Ahead
            && let Some(failure) = production_conflict(plan, facts)
        {
            return Err(failure.into());
        }
        Ok(())
    }

    /// Shows the plan and gets the yes; a plan that was made again needs another one where it differs.
    fn approve(
        &self,
        plan: FinishPlan,
        before: Option<&Approved<FinishPlan>>,
    ) -> anyhow::Result<Approved<FinishPlan>> {
        let symbols = self.session.ui.symbols;
        let view = |plan: &FinishPlan| match self.session.ui.is_interactive() {
            true => plan_view::for_a_question(plan, symbols, 1),
            false => plan_view::lines(plan, symbols),
        };
        let asking = Confirm {
            session: self.session,
            view: &view,
            question: match publishes(&plan) {
                true => format!("Finish {} as {}?", plan.name, plan.release.tag),
                false => format!("Complete {}? {} is public already.", plan.name, plan.release.tag),
            },
            command: self.retry(&plan),
            consent: format!("{} -y", self.retry(&plan)),
            given: self.session.ui.yes() || !changes_something(&plan.steps),
        };
        approve(plan, before, &asking)
    }
}

/// Whether the release itself is still to be made, or its production to be moved.
fn publishes(of: &FinishPlan) -> bool {
    let moves = |updates: &[plan::Update]| updates.iter().any(|u| u.name == plan::tag_ref(&of.release.tag));
    of.steps.iter().any(|step| match step {
        plan::Step::Push(push) => moves(&push.release),
        plan::Step::Local { updates, .. } => moves(updates),
        plan::Step::Request(_) => true,
        _ => false,
    })
}

/// A hook has changed what would be published.
pub fn not_as_approved(again: String) -> anyhow::Error {
    Failure::failed("the final commits differ from the approved plan; nothing was published")
        .hint(again)
        .into()
}

/// The failure for a production that does not merge.
fn production_conflict(plan: &FinishPlan, facts: &FinishFacts) -> Option<Failure> {
    let production = plan.production().filter(|t| t.outcome == Outcome::Conflict)?;
    let upstream = plan
        .remote
        .as_ref()
        .map_or_else(|| production.branch.clone(), |r| format!("{r}/{}", production.branch));
    let paths = if production.conflicts.is_empty() {
        "they share no history".to_owned()
    } else {
        format!("conflicts in {}", production.conflicts.join(", "))
    };
    Some(
        Failure::new(
            FailureKind::Conflict,
            format!(
                "{} moved and {} no longer merges into it: {paths}\nNothing was published and nothing \
                     was changed here.",
                production.branch, plan.branch
            ),
        )
        .hint(facts.git(&format!("merge {}", shell_word(&upstream))))
        .hint(format!("hotfix check{}    # after resolving and committing", facts.flag))
        .hint(again("hotfix finish", &plan.name)),
    )
}
