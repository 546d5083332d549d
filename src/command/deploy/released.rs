//! A release and the commands that belong to it.

use crate::command::finish::doorway::{Doorway, Way};
use crate::command::watching::Watching;
use crate::command::{Outcome, Session, again, step_view, trust};
use crate::engine::deploy::{Deployer, Values};
use crate::engine::request::Asked as Requests;
use crate::engine::trust::Purpose;
use crate::facts::deployment::{Commands, commands, commands_before, lacks};
use crate::facts::fix::tip_of;
use crate::facts::release::around;
use crate::facts::rolled_back::RolledBack;
use crate::facts::{Hotfix, Workspace};
use crate::facts::{brought_back, named_merge};
use crate::git::access::Access;
use crate::git::fetch::last_known;
use crate::git::tags::commit_of;
use crate::model::event::{Event, Kind, Pointer};
use crate::model::failure::Failure;
use crate::model::incident::Incident;
use crate::model::oid::Oid;
use crate::model::plan::{Progress, Stage, StageKind, Step, steps_json};
use crate::model::text::{exact, safe, shell_word};
use crate::plan::deployment::Watched;
use crate::record::holds;
use serde_json::json;
use std::cell::Cell;

/// The command that was typed, and whether it trusts what it runs.
pub struct Asked {
    pub command: &'static str,
    pub trust: bool,
    /// How long a deployment is waited for that something else makes.
    pub wait: chrono::Duration,
}

/// A hotfix that is public, and the commands that belong to its release.
pub struct Released {
    pub incident: Incident,
    pub commands: Commands,
    pub values: Values,
    /// Who says that the hotfix became this release, where nothing in this clone shows it.
    pub claimed_by: Option<String>,
    /// Somebody who looked says that the deployment another clone claimed did not happen.
    pub takes_over: bool,
}

impl Released {
    /// Finds it.
    ///
    /// # Errors
    /// When the hotfix has not been released.
    pub fn find(workspace: &Workspace, name: Option<&str>) -> anyhow::Result<Self> {
        let hotfix = Hotfix::find(workspace, name)?;
        if let Some(refusal) = brought_back::refusal(workspace, &hotfix) {
            return Err(refusal.into());
        }
        let unreleased = || {
            Failure::refused(format!("{} is not released yet; nothing was changed", hotfix.name))
                .hint(again("hotfix finish", &hotfix.name))
        };
        let incident = hotfix.incident.clone().ok_or_else(unreleased)?;
        let tag = incident.tag.clone().ok_or_else(unreleased)?;
        let commit = released(workspace, &hotfix, &incident, &tag)?;
        let tip = tip_of(&hotfix, &incident);
        let commands = commands_before(workspace, Some(&incident), (tip.as_ref(), &commit), Some(&tag))?;
        let version = crate::model::version::number_of(&tag).unwrap_or_default();
        let values = Values {
            name: hotfix.name.clone(),
            branch: hotfix.branch.clone(),
            incident: incident.id.clone(),
            version,
            previous_tag: previous(workspace, &incident, &tag)?.unwrap_or_default(),
            commit,
            tag,
        };
        let claimed_by = claimed_by(workspace, &hotfix, &incident, &values)?;
        Ok(Self { incident, commands, values, claimed_by, takes_over: false })
    }

    /// Makes sure that a release which only another clone's log gives this hotfix is meant. `said` is the one that
    /// was named on the command line.
    ///
    /// # Errors
    /// When it is not confirmed; then nothing has run.
    pub fn confirm(&self, session: &Session, said: Option<&str>) -> anyhow::Result<()> {
        let (name, tag) = (&self.values.name, &self.values.tag);
        if said.is_some_and(|said| said != tag) {
            let said = said.unwrap_or_default();
            return Err(Failure::refused(format!(
                "{} was not released as {}, but as {}; nothing was run",
                safe(name),
                safe(said),
                safe(tag)
            ))
            .into());
        }
        let Some(by) = self.claimed_by.as_ref().filter(|_| said.is_none()) else { return Ok(()) };
        let claim = format!(
            "only the shared log says, in an event of {}, that {} was released as {}: neither the branch nor \
             production's commit {} names it here",
            safe(by),
            safe(name),
            safe(tag),
            self.values.commit.short()
        );
        if session.ui.is_interactive() {
            session.ui.say(format!("{claim}."));
            if session.ui.confirm(&format!("Deploy {}?", safe(tag)), false)? {
                return Ok(());
            }
            return Err(Failure::refused("declined; nothing was run").into());
        }
        Err(Failure::refused(format!("{claim}; nothing was run"))
            .hint(format!("git show {}    # what would be deployed", shell_word(tag)))
            .hint(format!(
                "{} --release {}    # if it is meant",
                again("hotfix deploy", name),
                shell_word(tag)
            ))
            .into())
    }

    /// Why nothing deploys it: nothing is configured, or was when it was released.
    ///
    /// # Errors
    /// When production cannot be read.
    pub fn no_command(&self, workspace: &Workspace) -> anyhow::Result<Failure> {
        let view = last_known(&workspace.repo, workspace.remote())?;
        let tip = view.heads.get(workspace.production_of(Some(&self.incident)));
        let now = tip.map(|tip| commands(workspace, tip)).transpose()?.unwrap_or_default();
        if now.deploy.is_some() {
            return Ok(Failure::refused(format!(
                "production's hotfix.toml named no deploy command before {}: the one that it has now runs from \
                 the next release on. Nothing was run.",
                safe(&self.values.tag)
            ))
            .hint(self.by_hand()));
        }
        Ok(Failure::usage(
            "no deploy command is configured; production's hotfix.toml names it:\n  \
                                   [deploy]\n  command = \"./ops/deploy\"",
        )
        .hint("hotfix config --explain"))
    }

    fn by_hand(&self) -> String {
        let name = shell_word(&self.values.name);
        format!("hotfix mark deployed --hotfix {name}    # once it is deployed by hand")
    }

    /// Makes sure that every command may run, and is there.
    ///
    /// # Errors
    /// When one may not; nothing has been run then.
    pub fn allow(
        &self,
        session: &Session,
        workspace: &Workspace,
        steps: &[Step],
        asked: &Asked,
    ) -> anyhow::Result<()> {
        for stage in stages(steps) {
            if let Some(path) = lacks(workspace, stage, &self.values.commit)? {
                return Err(Failure::refused(format!(
                    "{} runs {}, which {} does not have. Nothing was run.",
                    safe(&stage.name),
                    safe(&path),
                    safe(&self.values.tag)
                ))
                .hint(self.by_hand())
                .into());
            }
            let foreign = self.commands.foreign.contains(&stage.command);
            if foreign
                && !trust::is_allowed(session, workspace, (Purpose::Deployment, &stage.command), asked.trust)?
            {
                let what = if stage.kind == StageKind::Deploy { "deploy" } else { "verify" };
                return Err(Failure::refused(format!(
                    "the {what} command is not trusted here yet: {}\nNothing was run.",
                    exact(&stage.command)
                ))
                .hint(format!("{} --trust", again(asked.command, &self.values.name)))
                .into());
            }
        }
        Ok(())
    }

    /// A dry run: the steps, and nothing else.
    ///
    /// # Errors
    /// Never; the exit status is the command's.
    pub fn show(&self, session: &Session, steps: &[Step]) -> Outcome {
        session.ui.answer(format!("Would run for {}, in a checkout of it:", self.values.tag));
        for line in step_view::lines(steps, "") {
            session.ui.answer(line);
        }
        session.ui.dim("Nothing was run.");
        let commands: Vec<&str> = stages(steps).map(|stage| stage.command.as_str()).collect();
        session.ui.document(json!({
            "tag": self.values.tag, "commands": commands, "dry_run": true,
            "steps": steps_json(steps, Progress::Todo),
        }));
        Ok(0)
    }

    /// Does the steps, in a checkout of the release. `again` is the command that goes on after a stop,
    /// `watched` what an earlier run of the checks has seen.
    ///
    /// # Errors
    /// When a command fails, or the watching was left.
    pub fn carry_out(
        &self,
        session: &Session,
        workspace: &Workspace,
        steps: &[Step],
        (again, watched): (&str, &Watched),
        asked: &Asked,
    ) -> anyhow::Result<()> {
        let (record, watch) = (workspace.record(), Watching::new(session));
        let (id, holds_up) = (self.incident.id.as_str(), false);
        let takes_over = self.takes_over;
        let stages: Vec<Stage> = stages(steps).cloned().collect();
        let (way, patience) = (Way::default(), Cell::new(asked.wait));
        let requests = Requests { again: again.to_owned(), ..Requests::default() };
        let doorway = Doorway {
            session,
            workspace,
            mode: workspace.config.finish.mode,
            way: &way,
            lock: None,
            asked: &requests,
            patience: &patience,
            trust: asked.trust,
            open: false,
        };
        let forge = doorway.forge_for(&stages)?;
        let deployer = Deployer {
            workspace,
            record: &record,
            id,
            watch: &watch,
            again,
            holds_up,
            is_awaited: holds_up,
            takes_over,
            forge,
            patience: &patience,
        };
        if let Some(line) = deployer.run(&stages, &self.values, watched)? {
            session.ui.say(line);
        }
        Ok(())
    }

    /// Says that it is done.
    ///
    /// # Errors
    /// Never; the exit status is the command's.
    pub fn done(&self, session: &Session, steps: &[Step], words: &str) -> Outcome {
        session.ui.answer(words);
        session.ui.document(json!({
            "state": "done", "tag": self.values.tag, "steps": steps_json(steps, Progress::Done),
        }));
        Ok(0)
    }
}

fn stages(steps: &[Step]) -> impl Iterator<Item = &Stage> {
    steps.iter().filter_map(|step| match step {
        Step::Run(stage) => Some(stage),
        _ => None,
    })
}

/// The commit of a release that a record names. The record says which tag; that the tag is there, is on
/// production, and is its newest where another clone named it, is read from git: whoever can push a log
/// chooses no commit to deploy, and none that lacks what the hotfix's branch has.
fn released(workspace: &Workspace, hotfix: &Hotfix, incident: &Incident, tag: &str) -> anyhow::Result<Oid> {
    let repo = &workspace.repo;
    let view = last_known(repo, workspace.remote())?;
    let refuse = |why: String| Failure::refused(format!("{why}; nothing was run"));
    let Some(commit) = commit_of(repo, tag)? else {
        let fetch =
            workspace.remote().map(|r| format!("git fetch {} tag {}", shell_word(r), shell_word(tag)));
        let failure = refuse(format!("the tag {} is not here", safe(tag)));
        return Err(fetch.into_iter().fold(failure, Failure::hint).into());
    };
    let production = workspace.production_of(Some(incident));
    let on_production = view.heads.get(production).map(|tip| repo.is_ancestor(&commit, tip)).transpose()?;
    if on_production != Some(true) {
        return Err(refuse(format!(
            "{} is not on {}, as of the last \
                                   fetch",
            safe(tag),
            safe(production)
        ))
        .into());
    }
    let is_own = incident.own(&Kind::Tagged).any(|e| e.reference(Pointer::Tag) == Some(tag));
    let tip = view.heads.get(production).cloned().unwrap_or_else(|| commit.clone());
    for tip in hotfix.local.iter().chain(&hotfix.tracking).filter(|_| !is_own) {
        if !holds(repo, &commit, tip)? {
            return Err(refuse(format!(
                "{} does not have {}, and only another clone's log names it as the release",
                safe(tag),
                safe(&hotfix.branch)
            ))
            .into());
        }
    }
    let newest = if is_own { None } else { around(workspace, &view, &[&tip])?.newest };
    if newest.is_some_and(|newest| newest.commit != commit) {
        return Err(refuse(format!(
            "{} is not the newest release of {}, and only another clone's log names it",
            safe(tag),
            safe(production)
        ))
        .into());
    }
    Ok(commit)
}

/// Who claims that a hotfix became a release, unless this clone did it, its branch shows it, or production's own
/// commit names the hotfix: whoever can push a log and a tag cannot write that commit.
fn claimed_by(
    workspace: &Workspace,
    hotfix: &Hotfix,
    incident: &Incident,
    values: &Values,
) -> anyhow::Result<Option<String>> {
    let is_tagged = |e: &&Event| e.kind == Kind::Tagged && e.reference(Pointer::Tag) == Some(&values.tag);
    let shown = hotfix.tip().is_some() && !incident.claims_line;
    let known = incident.own(&Kind::Tagged).any(|e| is_tagged(&e)) || shown;
    if known {
        return Ok(None);
    }
    let is_named = named_merge::names(workspace, incident, &values.commit)?;
    let said = incident.events.iter().rev().find(is_tagged);
    Ok((!is_named).then(|| said.map_or_else(|| "another clone".to_owned(), |e| e.actor.name.clone())))
}

/// The release that was in production before, as git tells: an agreed command is handed no text of a log.
fn previous(workspace: &Workspace, incident: &Incident, tag: &str) -> anyhow::Result<Option<String>> {
    let repo = &workspace.repo;
    let view = last_known(repo, workspace.remote())?;
    let Some(tip) = view.heads.get(workspace.production_of(Some(incident))) else { return Ok(None) };
    let around = around(workspace, &view, &[tip])?;
    let Some(release) = around.releases.find(repo, tag, tip)? else { return Ok(None) };
    let before = RolledBack::default().good_before(workspace, &around, &release, tip)?;
    Ok(before.map(|release| release.name))
}
