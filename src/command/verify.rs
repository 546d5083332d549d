//! `hotfix verify`: the verify checks alone.

use super::deploy::{Asked, Released};
use super::{Outcome, Session, again};
use crate::cli::Verify;
use crate::model::failure::Failure;
use crate::model::plan::{Stage, Step};
use crate::model::text::safe;
use crate::model::time::parse_duration;
use crate::plan::deployment::Watched;

pub fn run(session: &Session, args: &Verify) -> Outcome {
    let workspace = session.workspace()?;
    let released = Released::find(&workspace, args.name.as_deref())?;
    let mut stages: Vec<Stage> = released.commands.verify.clone();
    if stages.is_empty() {
        return Err(Failure::usage(
            "no verify check is configured; production's hotfix.toml names them:\n  \
                                   [[verify]]\n  name = \"error rate\"\n  command = \"./ops/error-rate\"",
        )
        .hint("hotfix config --explain")
        .into());
    }
    let duration = |text: &Option<String>| {
        text.as_deref()
            .map(|t| {
                parse_duration(t).ok_or_else(|| {
                    Failure::usage(format!("not a duration: '{}' (expected e.g. 30s, 10m)", safe(t)))
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
    // One that was left goes on; after its end a new one begins.
    let mut watched = Watched::of(&released.incident, &released.values.tag);
    if watched.left(&stages).is_empty() {
        watched = Watched::default();
    }
    let steps: Vec<Step> = stages.into_iter().map(Step::Run).collect();
    if session.dry_run() {
        return released.show(session, &steps);
    }
    let asked = Asked { command: "hotfix verify", trust: args.trust, wait: chrono::Duration::zero() };
    released.allow(session, &workspace, &steps, &asked)?;
    let again = again(asked.command, &released.values.name);
    released.carry_out(session, &workspace, &steps, (&again, &watched), &asked)?;
    released.done(session, &steps, &format!("{} works in production.", released.values.tag))
}
