//! A deployment whose end is not known: asked, or refused with the lines that say it. Nothing but a
//! person who knows ends the doubt; a health check is green for the old release, too.

use crate::command::Session;
use crate::engine::deploy;
use crate::model::failure::Failure;
use crate::model::incident::Incident;
use crate::model::text::safe;
use crate::plan::deployment::{Claim, Deployment, deployment};
use crate::record::Record;

/// What a question needs.
pub struct Asking<'a> {
    pub session: &'a Session,
    pub record: &'a Record<'a>,
    /// The command that goes on, to which `--deployed` is added.
    pub again: &'a str,
}

/// What is known now.
pub enum Settled {
    /// It was known.
    Known,
    /// Somebody said it, and the record has it.
    As(Box<Incident>),
    /// A rehearsal asks nothing: what the real run will ask.
    Rehearsed(String),
}

impl Asking<'_> {
    /// Finds out whether a release is deployed, where that is not known or `said` on the command line.
    ///
    /// # Errors
    /// When it is not known and nobody says it.
    pub fn settle(&self, incident: &Incident, tag: &str, said: Option<bool>) -> anyhow::Result<Settled> {
        let state = deployment(incident, tag);
        let doubt = doubt(&state, tag);
        let said = match (said, doubt) {
            (Some(true), _) if state == Deployment::Done => return Ok(Settled::Known),
            (Some(false), None) if state != Deployment::Done => return Ok(Settled::Known),
            (Some(said), _) => said,
            (None, None) => return Ok(Settled::Known),
            (None, Some(doubt)) if self.session.dry_run() => {
                return Ok(Settled::Rehearsed(format!("{doubt}: the real run needs --deployed yes|no")));
            }
            (None, Some(doubt)) => self.ask(&doubt, tag)?,
        };
        if self.session.dry_run() {
            return Ok(Settled::Known);
        }
        deploy::say(self.record, &incident.id, tag, said);
        self.session.has_recorded.set(true);
        let not = if said { "" } else { "not " };
        self.session.ui.say(format!("{} is recorded as {not}deployed.", safe(tag)));
        let incident = self.record.incident(&incident.id)?;
        Ok(incident.map_or(Settled::Known, |incident| Settled::As(Box::new(incident))))
    }

    fn ask(&self, doubt: &str, tag: &str) -> anyhow::Result<bool> {
        let ui = &self.session.ui;
        if ui.is_interactive() {
            ui.say(format!("{doubt}."));
            match ui.choose(
                &format!("Is {} in production?", safe(tag)),
                &["not known", "yes, it is deployed", "no, deploy it"],
                0,
            )? {
                Some(1) => return Ok(true),
                Some(2) => return Ok(false),
                _ => {}
            }
        }
        Err(Failure::refused(format!("{doubt}.\nNothing was changed. Look at production, then run one of:"))
            .hint(format!("{} --deployed yes    # it is in production", self.again))
            .hint(format!("{} --deployed no     # deploy it", self.again))
            .into())
    }
}

/// An error after what a person said was recorded: nothing else was changed.
pub fn beside(session: &Session, error: anyhow::Error) -> anyhow::Error {
    let Some(failure) = error.downcast_ref::<Failure>().filter(|_| session.has_recorded.get()) else {
        return error;
    };
    let mut failure = failure.clone();
    failure.message = failure.message.replace("othing was changed", "othing else was changed");
    failure.into()
}

fn doubt(state: &Deployment, tag: &str) -> Option<String> {
    let tag = safe(tag);
    match state {
        Deployment::Interrupted => {
            Some(format!("the deployment of {tag} was interrupted; it is unknown whether it completed"))
        }
        Deployment::Claimed(Claim { by, at, ended }) => {
            let (by, at) = (safe(by), at.format("%Y-%m-%d %H:%M UTC"));
            let what = if *ended { "deployed it" } else { "began to deploy it" };
            Some(format!(
                "the shared log says that {by} {what} ({at}); this clone cannot check that {tag} is deployed"
            ))
        }
        Deployment::NotYet | Deployment::Failed | Deployment::Done => None,
    }
}
