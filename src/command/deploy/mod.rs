//! `hotfix deploy`: the deploy command alone.

mod asking;
mod released;

use super::watching::Watching;
use super::{Outcome, Session, again, finish};
use crate::cli::{Deploy, YesNo};
use crate::engine::deploy::Deployer;
use crate::model::failure::Failure;
use crate::model::text::exact;
use serde_json::json;

pub use asking::{Asking, Settled};
pub use released::Released;

pub fn run(session: &Session, args: &Deploy) -> Outcome {
    let workspace = session.workspace()?;
    let released = Released::find(&workspace, args.name.as_deref())?;
    let Some(stage) = &released.commands.deploy else {
        return Err(Failure::usage("no deploy command is configured; production's hotfix.toml names it:\n  [deploy]\n  command = \"./ops/deploy\"")
            .hint("hotfix config --explain")
            .into());
    };
    if session.dry_run() {
        session.ui.answer(format!("Would run {} for {}.", exact(&stage.command), released.values.tag));
        session
            .ui
            .document(json!({ "tag": released.values.tag, "commands": [stage.command], "dry_run": true }));
        return Ok(0);
    }
    released.allow(session, &workspace, std::slice::from_ref(stage), args.trust, "hotfix deploy")?;
    let _lock = finish::lock(session, &workspace)?;
    let record = workspace.record();
    let watching = Watching::new(session);
    let again = again("hotfix deploy", &released.values.name);
    let id = &released.incident.id;
    let said = args.deployed.map(|d| d == YesNo::Yes);
    // Another run may have changed it while this one waited for the lock.
    let incident = record.incident(id)?.unwrap_or_else(|| released.incident.clone());
    Asking { session, record: &record, again: &again }.settle(&incident, &released.values.tag, said)?;
    if said == Some(true) {
        session.ui.answer(format!("{} is deployed, as you say; nothing was run.", released.values.tag));
        session.ui.document(json!({ "state": "done", "tag": released.values.tag }));
        return Ok(0);
    }
    let deployer = Deployer {
        workspace: &workspace,
        record: &record,
        id,
        watch: &watching,
        again: &again,
        holds_up: false,
    };
    if let Some(line) = deployer.deploy(stage, &released.values)? {
        session.ui.say(line);
    }
    session.ui.answer(format!("{} is deployed.", released.values.tag));
    session.ui.document(json!({ "state": "done", "tag": released.values.tag }));
    Ok(0)
}
