//! `hotfix deploy`: the deploy command alone.

mod asking;
mod released;

use super::{Outcome, Session, again, run_lock};
use crate::cli::{Deploy, YesNo};
use crate::model::failure::Failure;
use crate::model::plan::Step;
use crate::model::text::safe;
use crate::model::time::parse_duration;
use crate::plan::deployment::Watched;

pub use asking::{Asking, Settled, beside};
pub use released::{Asked, Released};

pub fn run(session: &Session, args: &Deploy) -> Outcome {
    let workspace = session.workspace()?;
    let mut released = Released::find(&workspace, args.name.as_deref())?;
    let Some(stage) = &released.commands.deploy else {
        return Err(released.no_command(&workspace)?.into());
    };
    let wait = match &args.wait {
        Some(text) => parse_duration(text).ok_or_else(|| {
            Failure::usage(format!("'{}' is not a duration; write 30s, 10m or 1h30m", safe(text)))
                .hint("hotfix deploy --wait=30m")
        })?,
        None => workspace.config.finish.wait,
    };
    let asked = Asked { command: "hotfix deploy", trust: args.trust, wait };
    let steps = vec![Step::Run(stage.clone())];
    if session.dry_run() {
        return released.show(session, &steps);
    }
    released.confirm(session, args.release.as_deref())?;
    released.allow(session, &workspace, &steps, &asked)?;
    let _lock = run_lock::lock(session, &workspace)?;
    let record = workspace.record();
    let again = again("hotfix deploy", &released.values.name);
    let said = args.deployed.map(|d| d == YesNo::Yes);
    // Another run may have changed it while this one waited for the lock.
    let id = &released.incident.id;
    let incident = record.incident(id)?.unwrap_or_else(|| released.incident.clone());
    Asking { session, record: &record, again: &again }.settle(&incident, &released.values.tag, said)?;
    if said == Some(true) {
        let words = format!("{} is recorded as deployed; nothing was run.", released.values.tag);
        return released.done(session, &[], &words);
    }
    released.takes_over = said == Some(false);
    released.carry_out(session, &workspace, &steps, (&again, &Watched::default()), &asked)?;
    released.done(session, &steps, &format!("{} is deployed.", released.values.tag))
}
