//! Deploying and looking whether it works: each command recorded with its result, and what a crash
//! interrupted called unknown instead of being guessed.

use super::checks::ending;
use crate::facts::Site;
use crate::model::event::{Draft, Kind};
use crate::model::failure::{Failure, Kind as FailureKind};
use crate::model::incident::Incident;
use crate::model::plan::{FinishPlan, Stage, StageKind};
use crate::model::text::shell_word;
use crate::plan::deployment::{Deployment, Watched, deployment};
use crate::record::Record;
use crate::system::process::Run;
use chrono::{DateTime, Duration, Utc};

/// How many lines of a command's output are kept.
const KEEP: usize = 200;

/// Who looks on while commands run.
pub trait Watch {
    /// A command begins.
    fn begins(&self, stage: &Stage);
    /// A line of its output, with secrets removed.
    fn line(&self, text: &str);
    /// It ended: in words, and whether well.
    fn ended(&self, stage: &Stage, words: &str, well: bool);
    /// Says how much of a window has passed, and waits for the next look; true when the person does
    /// not want to watch any longer.
    fn watching(&self, stage: &Stage, passed: Duration, wait: Duration) -> bool;
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
    pub commit: String,
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
            commit: plan.release.commit.as_ref().map(ToString::to_string).unwrap_or_default(),
        }
    }

    fn apply(&self, run: Run) -> Run {
        run.env("HOTFIX_NAME", &self.name)
            .env("HOTFIX_BRANCH", &self.branch)
            .env("HOTFIX_INCIDENT", &self.incident)
            .env("HOTFIX_TAG", &self.tag)
            .env("HOTFIX_VERSION", &self.version)
            .env("HOTFIX_PREVIOUS_TAG", &self.previous_tag)
            .env("HOTFIX_COMMIT", &self.commit)
    }
}

/// Runs deploy and verify commands.
pub struct Deployer<'a> {
    pub site: &'a Site,
    pub record: &'a Record<'a>,
    pub id: &'a str,
    pub watch: &'a dyn Watch,
    /// The command that goes on after a stop.
    pub again: &'a str,
    /// Whether merge-backs wait for it.
    pub holds_up: bool,
}

impl Deployer<'_> {
    /// Runs what has not been done for this release yet.
    ///
    /// # Errors
    /// When a command fails, or nobody knows how an earlier deployment ended.
    pub fn run(
        &self,
        stages: &[Stage],
        values: &Values,
        incident: Option<&Incident>,
        said: Option<bool>,
    ) -> anyhow::Result<()> {
        let state = incident.map_or(Deployment::NotYet, |i| deployment(i, &values.tag));
        let deploy = stages.iter().find(|s| s.kind == StageKind::Deploy);
        if let Some(deploy) = deploy {
            match (state, said) {
                (Deployment::Done, _) => {}
                (_, Some(true)) => self.believe(values, "said by the responder"),
                (Deployment::Unknown, None) => self.settle(stages, values)?,
                _ => self.deploy(deploy, values)?,
            }
        }
        let watched = incident.map(|i| Watched::of(i, &values.tag)).unwrap_or_default();
        self.verify(stages, values, &watched)
    }

    /// A deployment that was interrupted: when the verify checks are green it has happened.
    fn settle(&self, stages: &[Stage], values: &Values) -> anyhow::Result<()> {
        let checks: Vec<&Stage> = stages.iter().filter(|s| s.kind == StageKind::Verify).collect();
        let green = !checks.is_empty() && {
            let mut green = true;
            for stage in checks {
                green &= self.once(stage, values)?;
            }
            green
        };
        if green {
            self.believe(values, "the verify checks are green");
            return Ok(());
        }
        let again = self.again;
        Err(Failure::refused(format!(
            "the deployment of {} was interrupted, and whether it happened is not known. {} is public; nothing else was changed.",
            values.tag, values.tag
        ))
        .hint(format!("{again} --deployed yes    # it is in production"))
        .hint(format!("{again} --deployed no     # deploy again"))
        .into())
    }

    fn believe(&self, values: &Values, why: &str) {
        let text = format!("{} ({why})", values.tag);
        self.record.note(self.id, Draft::new(Kind::DeploySucceeded, text).refer("tag", &values.tag));
    }

    /// Runs the deploy command and records it.
    ///
    /// # Errors
    /// When it fails; what is public is said.
    pub fn deploy(&self, stage: &Stage, values: &Values) -> anyhow::Result<()> {
        let started = Draft::new(Kind::DeployStarted, values.tag.clone())
            .refer("tag", &values.tag)
            .with("command", stage.command.clone());
        self.record.note(self.id, started);
        self.record.settle();
        self.watch.begins(stage);
        let (well, words, draft) = self.execute(stage, values, Kind::DeploySucceeded, Kind::DeployFailed)?;
        self.record.note(self.id, draft);
        self.watch.ended(stage, &words, well);
        if well {
            return Ok(());
        }
        Err(self.stopped(values, &format!("the deployment failed: {words}")))
    }

    /// Watches every verify check for its window. One that was watched before goes on from there.
    ///
    /// # Errors
    /// When one fails (1), or somebody stopped watching (8).
    pub fn verify(&self, stages: &[Stage], values: &Values, watched: &Watched) -> anyhow::Result<()> {
        let checks = watched.left(stages);
        if checks.is_empty() {
            return Ok(());
        }
        let begun = watched.since.unwrap_or_else(|| {
            let draft = Draft::new(Kind::MonitoringStarted, values.tag.clone()).refer("tag", &values.tag);
            self.record.note(self.id, draft);
            self.watch.now()
        });
        for stage in checks {
            self.watch_one(stage, values, begun)?;
        }
        Ok(())
    }

    fn watch_one(&self, stage: &Stage, values: &Values, begun: DateTime<Utc>) -> anyhow::Result<()> {
        self.watch.begins(stage);
        let mut runs = 0;
        loop {
            runs += 1;
            let (well, words, draft) = self.execute(stage, values, Kind::Verified, Kind::VerifyFailed)?;
            let passed = self.watch.now() - begun;
            let over = passed >= stage.window;
            if !well {
                self.record.note(self.id, draft.with("name", stage.name.clone()));
                self.watch.ended(stage, &words, false);
                return Err(self.stopped(values, &format!("{} is not right: {words}", stage.name)));
            }
            if over {
                let text = format!("{}: {words}, {runs} runs", stage.name);
                let mut draft = draft.with("name", stage.name.clone()).with("runs", runs);
                draft.text = text;
                self.record.note(self.id, draft);
                self.watch.ended(stage, &words, true);
                return Ok(());
            }
            if self.watch.watching(stage, passed, stage.every.min(stage.window - passed)) {
                return Err(Failure::new(
                    FailureKind::Waiting,
                    format!("{} is public and deployed; {} is still to be watched", values.tag, stage.name),
                )
                .hint(self.again)
                .into());
            }
        }
    }

    fn once(&self, stage: &Stage, values: &Values) -> anyhow::Result<bool> {
        self.watch.begins(stage);
        let (well, words, draft) = self.execute(stage, values, Kind::Verified, Kind::VerifyFailed)?;
        self.record.note(self.id, draft.with("name", stage.name.clone()).with("settles", "deploy"));
        self.watch.ended(stage, &words, well);
        Ok(well)
    }

    fn execute(
        &self,
        stage: &Stage,
        values: &Values,
        good: Kind,
        bad: Kind,
    ) -> anyhow::Result<(bool, String, Draft)> {
        let limit = stage.timeout.and_then(|t| t.to_std().ok());
        let run = values.apply(Run::shell(&stage.command)).dir(self.site.repo.dir()).limit(limit);
        let done = run.stream(KEEP, |line| self.watch.line(&self.record.redact(line)))?;
        let well = done.success();
        let words = ending(&done);
        let mut draft = Draft::new(if well { good } else { bad }, format!("{}: {words}", values.tag))
            .refer("tag", &values.tag)
            .with("command", stage.command.clone())
            .with("exit", done.code)
            .with("duration_ms", u64::try_from(done.took.as_millis()).unwrap_or(u64::MAX));
        draft.output = Some(done.text());
        Ok((well, words, draft))
    }

    fn stopped(&self, values: &Values, what: &str) -> anyhow::Error {
        let (waits, goes_on) =
            if self.holds_up { ("; the merge-backs have not been made", " and goes on") } else { ("", "") };
        Failure::failed(format!("{what}\n{} is public{waits}. Both ways on:", values.tag))
            .hint(format!("{}    # tries again{goes_on}", self.again))
            .hint(format!(
                "hotfix rollback {0} --dry-run    # what going back would undo",
                shell_word(&values.tag)
            ))
            .into()
    }
}
