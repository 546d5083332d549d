//! Showing commands as they run, and waiting so that a person can leave.

use crate::command::Session;
use crate::engine::deploy::Watch;
use crate::engine::publish::SILENCE;
use crate::model::plan::{Stage, StageKind};
use crate::model::text::{exact, safe};
use crate::model::time::say_duration;
use crate::terminal::prompt;
use crate::terminal::style::Tone;
use chrono::{DateTime, Duration, Utc};
use std::any::Any;

/// Shows on the terminal.
pub struct Watching<'a> {
    session: &'a Session,
}

impl<'a> Watching<'a> {
    /// Shows on this session's terminal.
    pub const fn new(session: &'a Session) -> Self {
        Self { session }
    }
}

impl Watch for Watching<'_> {
    fn begins(&self, stage: &Stage) {
        // What was released is news now, not when the deployment is over.
        self.session.tell();
        let doing = match stage.kind {
            StageKind::Deploy => "running",
            StageKind::Watch | StageKind::Verify => "watching",
        };
        self.session.ui.say(format!("{}: {doing} {}", stage.name, Tone::Dim.paint(exact(&stage.command))));
    }

    fn reaches(&self, remote: &str) -> Box<dyn Any> {
        Box::new(self.session.ui.patient(remote, SILENCE))
    }

    fn line(&self, text: &str) {
        self.session.ui.dim(format!("  {}", safe(text)));
    }

    fn ended(&self, stage: &Stage, words: &str, well: bool) {
        self.session.tell();
        let sign = self.session.ui.sign(if well { Tone::Good } else { Tone::Bad });
        self.session.ui.say(format!("{sign} {}: {words}", stage.name));
    }

    fn watching(&self, stage: &Stage, passed: Duration, wait: Duration) -> bool {
        let (passed, all) = (say_duration(passed), say_duration(stage.window));
        let wait = wait.to_std().unwrap_or_default();
        prompt::wait(wait, || {
            self.session.ui.dim(format!(
                "  {}: passing for {passed} of {all}; Ctrl-C stops, the same command watches again",
                stage.name
            ));
            self.session.ui.waiting("waiting for the next check…", wait)
        })
    }

    fn awaits(&self, words: &str, left: Duration, wait: Duration) -> bool {
        prompt::wait(wait.to_std().unwrap_or_default(), || {
            let words = format!("{}; Ctrl-C leaves, at most", safe(words));
            self.session.ui.waiting(&words, left.to_std().unwrap_or_default())
        })
    }

    fn refused(&self, branches: &str, why: &str, left: Duration, wait: Duration) -> bool {
        self.session.tell();
        let wait = wait.to_std().unwrap_or_default();
        prompt::wait(wait, || {
            self.session.ui.dim(format!(
                "{} rejected ({}); retrying for {}, Ctrl-C stops",
                safe(branches),
                safe(why),
                say_duration(left)
            ));
            self.session.ui.waiting("waiting for the next attempt…", wait)
        })
    }

    fn rechecks(&self, check: &str, command: &str, tree: &str) {
        self.session.ui.dim(format!("{check}: running {} on the merged tree {tree}", safe(command)));
    }

    fn rechecked(&self, check: &str, words: &str, passed: bool) {
        let sign = self.session.ui.sign(if passed { Tone::Good } else { Tone::Bad });
        self.session.ui.say(format!("{sign} {check}: {words}"));
    }

    fn now(&self) -> DateTime<Utc> {
        self.session.env.now()
    }
}
