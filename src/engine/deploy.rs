//! Deploying and looking whether it works: each command runs in a checkout of the release, and is
//! recorded with its result.

use super::checkout::{Checkout, apart};
use super::checks;
use super::checks::ending;
use super::claim;
use crate::facts::Workspace;
use crate::forge::Forge;
use crate::model::event::{Draft, Kind, Pointer};
use crate::model::event_data::{Deployed, RanCommand};
use crate::model::failure::{Failure, Kind as FailureKind};
use crate::model::incident::Incident;
use crate::model::oid::Oid;
use crate::model::plan::{FinishPlan, Stage, StageKind};
use crate::model::text::{count, shell_word};
use crate::model::time::say_duration;
use crate::model::way_back::other_way;
use crate::plan::deployment::Watched;
use crate::record::Record;
use crate::system::fault::fault;
use crate::system::process::Run;
use crate::system::signals;
use chrono::{DateTime, Duration, Utc};
use std::cell::Cell;
use std::path::Path;

/// How many lines of a command's output are kept.
const KEEP: usize = 200;

/// Who looks on while commands run.
pub trait Watch {
    /// A remote is waited for, until what comes back is dropped.
    fn reaches(&self, remote: &str) -> Box<dyn std::any::Any>;
    /// A command begins.
    fn begins(&self, stage: &Stage);
    /// A line of its output, with secrets removed.
    fn line(&self, text: &str);
    /// It ended: in words, and whether well.
    fn ended(&self, stage: &Stage, words: &str, well: bool);
    /// Says how much of a window has passed, and waits for the next look; true when the person does
    /// not want to watch any longer.
    fn watching(&self, stage: &Stage, passed: Duration, wait: Duration) -> bool;
    /// Says what is waited for and for how long at most, and waits for the next look; true when the
    /// person does not want to wait any longer.
    fn awaits(&self, words: &str, left: Duration, wait: Duration) -> bool;
    /// Says that branches are refused and tried again for so long, and waits for the next try; true
    /// when the person does not want to wait any longer.
    fn refused(&self, branches: &str, why: &str, left: Duration, wait: Duration) -> bool;
    /// A check begins to run again on the merged tree.
    fn rechecks(&self, check: &str, command: &str, tree: &str);
    /// It ended: in words, and whether it passed.
    fn rechecked(&self, check: &str, words: &str, passed: bool);
    /// The time now.
    fn now(&self) -> DateTime<Utc>;
}

/// What commands are told through the environment.
#[derive(Clone, Debug)]
pub struct Values {
    pub name: String,
    pub branch: String,
    pub incident: String,
    pub tag: String,
    pub version: String,
    pub previous_tag: String,
    pub commit: Oid,
}

impl Values {
    /// The values of a finish.
    pub fn of(plan: &FinishPlan, incident: &str) -> Self {
        Self {
            name: plan.name.clone(),
            branch: plan.branch.clone(),
            incident: incident.to_owned(),
            tag: plan.release.tag.clone(),
            version: plan.release.number(),
            previous_tag: plan.release.previous.clone().unwrap_or_default(),
            commit: plan.release.commit.clone().unwrap_or_else(|| plan.tip.clone()),
        }
    }

    fn apply(&self, run: Run) -> Run {
        run.env("HOTFIX_NAME", &self.name)
            .env("HOTFIX_BRANCH", &self.branch)
            .env("HOTFIX_INCIDENT", &self.incident)
            .env("HOTFIX_TAG", &self.tag)
            .env("HOTFIX_VERSION", &self.version)
            .env("HOTFIX_PREVIOUS_TAG", &self.previous_tag)
            .env("HOTFIX_COMMIT", self.commit.as_str())
    }
}

/// A check that is being watched.
struct Looking<'a> {
    stage: &'a Stage,
    runs: usize,
    /// When it runs again.
    next: DateTime<Utc>,
}

/// What came of a command.
struct Ran {
    well: bool,
    words: String,
    draft: Draft,
    /// The signal that came meanwhile.
    interrupted: Option<i32>,
}

/// Records what a person says about a deployment of a release.
pub fn say(record: &Record<'_>, id: &str, tag: &str, happened: bool) {
    let (kind, words) = match happened {
        true => (Kind::DeploySucceeded, "said to be deployed"),
        false => (Kind::DeployFailed, "said not to be deployed"),
    };
    let draft = Draft::new(kind, format!("{tag}: {words}")).refer(Pointer::Tag, tag).by_person();
    record.note(id, draft);
    record.settle();
}

/// Runs deploy and verify commands, in a checkout of the release.
pub struct Deployer<'a> {
    pub workspace: &'a Workspace,
    pub record: &'a Record<'a>,
    pub id: &'a str,
    pub watch: &'a dyn Watch,
    /// The command that goes on after a stop.
    pub again: &'a str,
    /// Whether it is part of a run that goes on after it.
    pub holds_up: bool,
    /// Whether merge-backs wait for it.
    pub is_awaited: bool,
    /// Somebody who looked says that the deployment another clone claimed did not happen.
    pub takes_over: bool,
    /// The forge that knows how far a deployment is, where one is asked.
    pub forge: Option<&'a dyn Forge>,
    /// How long a deployment is waited for that something else makes.
    pub patience: &'a Cell<Duration>,
}

impl Deployer<'_> {
    /// Deploys where a stage says so, then watches the checks that are left of `watched`. A deployment
    /// whose end is not known was asked about before: see [`say`].
    ///
    /// # Errors
    /// When a command fails (1), or the watching was left (8); what is public is said.
    pub fn run(
        &self,
        stages: &[Stage],
        values: &Values,
        watched: &Watched,
    ) -> anyhow::Result<Option<String>> {
        let find = |kind: StageKind| stages.iter().find(|s| s.kind == kind);
        let (deploy, elsewhere) = (find(StageKind::Deploy), find(StageKind::Watch));
        // A new deployment is watched from the start.
        let unwatched = Watched::default();
        let watched = if deploy.or(elsewhere).is_some() { &unwatched } else { watched };
        if let Some(stage) = elsewhere {
            self.follow_forge(stage, values)?;
        }
        if deploy.is_none() && watched.left(stages).is_empty() {
            return Ok(None);
        }
        self.in_checkout(values, self.holds_up || deploy.is_some(), |place| {
            if let Some(deploy) = deploy {
                self.deploy_in(place, deploy, values)?;
            }
            self.verify_in(place, stages, values, watched)
        })
    }

    /// Does something in a checkout of the release, which is kept when that fails. The line that
    /// comes back says where one was kept although all went well.
    fn in_checkout(
        &self,
        values: &Values,
        deploys: bool,
        run: impl FnOnce(&Path) -> anyhow::Result<()>,
    ) -> anyhow::Result<Option<String>> {
        let checkout = Checkout::of(self.workspace, &values.tag, &values.commit).map_err(|error| {
            let mut failure = Failure::failed(format!(
                "{} is public; it could not be checked out, and no command was run: {error}",
                values.tag
            ));
            failure.hints = error.downcast::<Failure>().map(|failure| failure.hints).unwrap_or_default();
            let name = shell_word(&values.name);
            failure
                .hint(self.again)
                .hint(format!("hotfix mark deployed --hotfix {name}    # once it is deployed by hand"))
        })?;
        run(&checkout.path)?;
        Ok(checkout.leave(self.workspace, deploys))
    }

    /// The claim of this deployment, and the lines to type where another clone has it.
    fn claim(&self, values: &Values) -> anyhow::Result<Option<claim::Claim<'_>>> {
        claim::take(self.workspace, self.record, (self.id, &values.tag), self.takes_over).map_err(|error| {
            match error.downcast::<Failure>() {
                Ok(failure) => failure
                    .hint(format!("{} --deployed yes    # it is in production", self.again))
                    .hint(format!("{} --deployed no     # it is not: deploy it from here", self.again))
                    .into(),
                Err(error) => error,
            }
        })
    }

    fn deploy_in(&self, place: &Path, stage: &Stage, values: &Values) -> anyhow::Result<()> {
        let claim = self.claim(values)?;
        let started = Draft::new(Kind::DeployStarted, values.tag.clone())
            .refer(Pointer::Tag, &values.tag)
            .data(&RanCommand { command: Some(stage.command.clone()), ..RanCommand::default() });
        self.record.note(self.id, started);
        self.record.settle();
        fault!("deploy: it is about to begin");
        self.watch.begins(stage);
        let Ran { well, words, draft, interrupted } =
            self.execute(place, stage, values, Kind::DeploySucceeded, Kind::DeployFailed)?;
        if let Some(signal) = interrupted.filter(|_| !well) {
            // How far it came is not known: that it began stays the last word.
            let what = format!("it is unknown whether {} is deployed ({words})", values.tag);
            return Err(self.interrupted(signal, values, &what));
        }
        fault!("deploy: it ended, and is not recorded");
        self.record.note(self.id, draft);
        self.record.settle();
        fault!("deploy: its end is recorded");
        self.watch.ended(stage, &words, well);
        if let Some(signal) = interrupted {
            return Err(self.interrupted(signal, values, &format!("{} is deployed", values.tag)));
        }
        if well {
            return Ok(());
        }
        if let Some(claim) = claim {
            claim.give_back();
        }
        Err(self.stopped(values, &format!("the deployment failed: {words}"), place))
    }

    /// Runs all verify checks side by side, each for its window. After an interruption a check starts over: the time
    /// without runs does not count.
    fn verify_in(
        &self,
        place: &Path,
        stages: &[Stage],
        values: &Values,
        watched: &Watched,
    ) -> anyhow::Result<()> {
        let checks = watched.left(stages);
        if checks.is_empty() {
            return Ok(());
        }
        if !watched.begun {
            let draft =
                Draft::new(Kind::MonitoringStarted, values.tag.clone()).refer(Pointer::Tag, &values.tag);
            self.record.note(self.id, draft);
        }
        let begun = self.watch.now();
        let mut open: Vec<Looking<'_>> =
            checks.into_iter().map(|stage| Looking { stage, runs: 0, next: begun }).collect();
        loop {
            let mut left = Vec::new();
            for looking in open {
                left.extend(self.look(place, looking, values, begun)?);
            }
            let Some(first) = left.iter().min_by_key(|looking| looking.next) else { return Ok(()) };
            let now = self.watch.now();
            let _hold = signals::Hold::new();
            if self.watch.watching(first.stage, now - begun, (first.next - now).max(Duration::zero())) {
                // Ctrl-C is offered there as a way to leave; to be ended is another thing.
                let ended = signals::take().filter(|signal| *signal != signals::INTERRUPT);
                return Err(Failure::new(
                    ended.map_or(FailureKind::Waiting, FailureKind::of_signal),
                    format!(
                        "{} is public; {} has not been watched long enough",
                        values.tag, first.stage.name
                    ),
                )
                .hint(self.again)
                .into());
            }
            open = left;
        }
    }

    /// Runs a check if its time has come; nothing is given back when that was its last run.
    fn look<'s>(
        &self,
        place: &Path,
        mut looking: Looking<'s>,
        values: &Values,
        begun: DateTime<Utc>,
    ) -> anyhow::Result<Option<Looking<'s>>> {
        let stage = looking.stage;
        if looking.runs == 0 {
            self.watch.begins(stage);
        } else if self.watch.now() < looking.next {
            return Ok(Some(looking));
        }
        looking.runs += 1;
        let Ran { well, words, draft, interrupted } =
            self.execute(place, stage, values, Kind::Verified, Kind::VerifyFailed)?;
        if let Some(signal) = interrupted {
            let what = format!("{} has not been watched long enough", stage.name);
            return Err(self.interrupted(signal, values, &what));
        }
        let now = self.watch.now();
        let passed = now - begun;
        if !well {
            self.record.note(self.id, draft.data(&watched(stage, None)));
            self.watch.ended(stage, &words, false);
            return Err(self.stopped(values, &format!("{} fails: {words}", stage.name), place));
        }
        if passed < stage.window {
            looking.next = now + stage.every.min(stage.window - passed);
            return Ok(Some(looking));
        }
        // How long the last of several runs took says nothing about all of them.
        let words = if looking.runs > 1 { format!("passed for {}", say_duration(passed)) } else { words };
        let text = format!("{}: {words}, {}", stage.name, count(looking.runs, "run"));
        let mut draft = draft.data(&watched(stage, u64::try_from(looking.runs).ok()));
        draft.text = text;
        self.record.note(self.id, draft);
        self.watch.ended(stage, &words, true);
        Ok(None)
    }

    fn execute(
        &self,
        place: &Path,
        stage: &Stage,
        values: &Values,
        good: Kind,
        bad: Kind,
    ) -> anyhow::Result<Ran> {
        let limit = stage.timeout.and_then(|t| t.to_std().ok());
        let run = values.apply(apart(Run::shell(&stage.command))).dir(place).limit(limit).hearing_signals();
        let done = run.stream(KEEP, |line| self.watch.line(&self.record.redact(line)))?;
        let well = done.success();
        let words = ending(&done);
        let mut draft = Draft::new(if well { good } else { bad }, format!("{}: {words}", values.tag))
            .refer(Pointer::Tag, &values.tag)
            .data(&checks::ran(stage.command.clone(), &done));
        draft.output = Some(done.text());
        Ok(Ran { well, words, draft, interrupted: done.interrupted })
    }

    pub(super) fn interrupted(&self, signal: i32, values: &Values, what: &str) -> anyhow::Error {
        let waits = if self.is_awaited { "; the merge-backs have not been made" } else { "" };
        Failure::new(
            FailureKind::of_signal(signal),
            format!("interrupted: {} is public, {what}{waits}", values.tag),
        )
        .hint(self.again)
        .into()
    }

    fn stopped(&self, values: &Values, what: &str, place: &Path) -> anyhow::Error {
        let (waits, goes_on) = if self.is_awaited {
            ("; the merge-backs have not been made", " and continues")
        } else {
            ("", "")
        };
        let place = shell_word(&place.display().to_string());
        Failure::failed(format!(
            "{what}\n{} is public{waits}. It ran in {place}, which is kept. Choose one:",
            values.tag
        ))
        .hint(format!("{}    # retries{goes_on}", self.again))
        .hint(self.other_way(values))
        .into()
    }

    /// What can be done instead of trying again. Going back from a rollback would release what was bad.
    pub(super) fn other_way(&self, values: &Values) -> String {
        let incident = self.record.incident(self.id).ok().flatten();
        other_way(incident.as_ref().and_then(Incident::undone), Some(&values.tag))
    }
}

/// What was watched, and how often where it was well to the end.
fn watched(stage: &Stage, runs: Option<u64>) -> Deployed {
    Deployed { name: Some(stage.name.clone()), runs, ..Deployed::default() }
}
