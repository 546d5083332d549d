//! `hotfix deploy`: the deploy command alone.

mod asking;
mod released;

use super::watching::Watching;
use super::{Desk, Outcome, again, finish};
use crate::cli::{Deploy, YesNo};
use crate::engine::deploy::Deployer;
use crate::model::failure::Failure;
use crate::model::text::exact;
use serde_json::json;

pub use asking::{Asking, Settled};
pub use released::Released;

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
    let _lock = finish::lock(desk, &site)?;
    let record = site.record();
    let watching = Watching::new(desk);
    let again = again("hotfix deploy", &released.values.name);
    let id = &released.incident.id;
    let said = args.deployed.map(|d| d == YesNo::Yes);
    // Another run may have changed it while this one waited for the lock.
    let incident = record.incident(id)?.unwrap_or_else(|| released.incident.clone());
    Asking { desk, record: &record, again: &again }.settle(&incident, &released.values.tag, said)?;
    if said == Some(true) {
        desk.ui.answer(format!("{} is deployed, as you say; nothing was run.", released.values.tag));
        desk.ui.document(json!({ "state": "done", "tag": released.values.tag }));
        return Ok(0);
    }
    let deployer =
        Deployer { site: &site, record: &record, id, watch: &watching, again: &again, holds_up: false };
    if let Some(line) = deployer.deploy(stage, &released.values)? {
        desk.ui.say(line);
    }
    desk.ui.answer(format!("{} is deployed.", released.values.tag));
    desk.ui.document(json!({ "state": "done", "tag": released.values.tag }));
    Ok(0)
}
