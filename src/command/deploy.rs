//! `hotfix deploy`: the deploy command alone.

use super::watching::Watching;
use super::{Desk, Outcome, again, trust};
use crate::cli::Deploy;
use crate::engine::deploy::{Deployer, Values};
use crate::facts::deployment::{Commands, commands};
use crate::facts::{Hotfix, Site};
use crate::git::access::Access;
use crate::model::failure::Failure;
use crate::model::incident::Incident;
use crate::model::plan::{Stage, StageKind};
use crate::model::text::exact;
use serde_json::json;

pub fn run(desk: &Desk, args: &Deploy) -> Outcome {
    let site = desk.site()?;
    let released = Released::find(&site, args.name.as_deref())?;
    let Some(stage) = &released.commands.deploy else {
        return Err(Failure::usage("no deploy command is configured; production's hotfix.toml names it:\n  [deploy]\n  command = \"./ops/deploy\"")
            .hint("hotfix config --explain")
            .into());
    };
    if desk.dry_run() {
        desk.ui.answer(format!("Would run {} for {}.", exact(&stage.command), released.values.tag));
        desk.ui.document(json!({ "tag": released.values.tag, "commands": [stage.command], "dry_run": true }));
        return Ok(0);
    }
    released.allow(desk, &site, std::slice::from_ref(stage), args.trust, "hotfix deploy")?;
    let record = site.record();
    let watching = Watching::new(desk);
    let again = again("hotfix deploy", &released.values.name);
    let id = &released.incident.id;
    let deployer =
        Deployer { site: &site, record: &record, id, watch: &watching, again: &again, holds_up: false };
    deployer.deploy(stage, &released.values)?;
    desk.ui.answer(format!("{} is deployed.", released.values.tag));
    desk.ui.document(json!({ "state": "done", "tag": released.values.tag }));
    Ok(0)
}

/// A hotfix that is public, and the commands that belong to its release.
pub struct Released {
    pub incident: Incident,
    pub commands: Commands,
    pub values: Values,
}

impl Released {
    /// Finds it.
    ///
    /// # Errors
    /// When the hotfix has not been released.
    pub fn find(site: &Site, name: Option<&str>) -> anyhow::Result<Self> {
        let hotfix = Hotfix::find(site, name)?;
        let unreleased = || {
            Failure::refused(format!("{} is not released yet; nothing was changed", hotfix.name))
                .hint(again("hotfix finish", &hotfix.name))
        };
        let incident = hotfix.incident.clone().ok_or_else(unreleased)?;
        let (tag, commit) = incident.tag.clone().zip(incident.released.clone()).ok_or_else(unreleased)?;
        let parent = site.repo.commit(&commit)?.parents.first().cloned();
        let commands = commands(site, parent.as_ref().unwrap_or(&commit))?;
        let version = crate::model::version::number_of(&tag).unwrap_or_default();
        let values = Values {
            name: hotfix.name.clone(),
            branch: hotfix.branch.clone(),
            incident: incident.id.clone(),
            version,
            previous_tag: incident.base_tag.clone().unwrap_or_default(),
            commit: commit.to_string(),
            tag,
        };
        Ok(Self { incident, commands, values })
    }

    /// Makes sure that every command may run.
    ///
    /// # Errors
    /// When one may not; nothing has been run then.
    pub fn allow(
        &self,
        desk: &Desk,
        site: &Site,
        stages: &[Stage],
        given: bool,
        command: &str,
    ) -> anyhow::Result<()> {
        for stage in stages {
            let foreign = self.commands.foreign.contains(&stage.command);
            if foreign && !trust::is_allowed(desk, site, &stage.command, given)? {
                let what = if stage.kind == StageKind::Deploy { "deploy" } else { "verify" };
                return Err(Failure::refused(format!(
                    "the {what} command has not been allowed here: {}\nNothing was run.",
                    exact(&stage.command)
                ))
                .hint(format!("{} --trust", again(command, &self.values.name)))
                .into());
            }
        }
        Ok(())
    }
}
