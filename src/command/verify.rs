//! `hotfix verify`: the verify checks alone.

use super::deploy::Released;
use super::watching::Watching;
use super::{Outcome, Session, again};
use crate::cli::Verify;
use crate::engine::deploy::Deployer;
use crate::model::failure::Failure;
use crate::model::plan::Stage;
use crate::model::text::{exact, safe};
use crate::model::time::parse_duration;
use crate::plan::deployment::Watched;
use serde_json::json;

pub fn run(session: &Session, args: &Verify) -> Outcome {
    let workspace = session.workspace()?;
    let released = Released::find(&workspace, args.name.as_deref())?;
    let mut stages: Vec<Stage> = released.commands.verify.clone();
    if stages.is_empty() {
        return Err(Failure::usage("no verify check is configured; production's hotfix.toml names them:\n  [[verify]]\n  name = \"error rate\"\n  command = \"./ops/error-rate\"")
            .hint("hotfix config --explain")
            .into());
    }
    let duration = |text: &Option<String>| {
        text.as_deref()
            .map(|t| {
                parse_duration(t).ok_or_else(|| {
                    Failure::usage(format!("'{}' is no duration", safe(t)))
                        .hint("hotfix verify --for 30m --every 30s")
                })
            })
            .transpose()
    };
    let (window, every) = (duration(&args.window)?, duration(&args.every)?);
    for stage in &mut stages {
        stage.window = window.unwrap_or(stage.window);
        stage.every = every.unwrap_or(stage.every);
    }
    if session.dry_run() {
        for stage in &stages {
            session.ui.answer(format!("Would run {} for {}.", exact(&stage.command), released.values.tag));
        }
        let commands: Vec<&str> = stages.iter().map(|s| s.command.as_str()).collect();
        session.ui.document(json!({ "tag": released.values.tag, "commands": commands, "dry_run": true }));
        return Ok(0);
    }
    released.allow(session, &workspace, &stages, args.trust, "hotfix verify")?;
    let record = workspace.record();
    let watching = Watching::new(session);
    let again = again("hotfix verify", &released.values.name);
    let id = &released.incident.id;
    let deployer = Deployer {
        workspace: &workspace,
        record: &record,
        id,
        watch: &watching,
        again: &again,
        holds_up: false,
    };
    // One that was left goes on; after its end a new one begins.
    let mut watched = Watched::of(&released.incident, &released.values.tag);
    if watched.left(&stages).is_empty() {
        watched = Watched::default();
    }
    if let Some(line) = deployer.verify(&stages, &released.values, &watched)? {
        session.ui.say(line);
    }
    session.ui.answer(format!("{} works in production.", released.values.tag));
    session.ui.document(json!({ "state": "done", "tag": released.values.tag }));
    Ok(0)
}
