//! The pushes of a plan: production and its tag together or not at all, and the merge-backs with them
//! where nothing comes in between. A merge-back that the server rejects is owed; it is no failure.

use super::publish::{Refusal, Settled, publish};
use super::run::{Flow, Going};
use crate::model::event::{Draft, Kind};
use crate::model::failure::Failure;
use crate::model::oid::Oid;
use crate::model::plan::{Outcome, Progress, Push, Update, short_ref};
use crate::model::text::{list, shell_word};
use chrono::Duration;

/// The longest time between two tries.
const LONGEST_PAUSE: Duration = Duration::seconds(30);

impl Going<'_> {
    /// Publishes what a step says.
    ///
    /// # Errors
    /// When the server rejects production; nothing was published then.
    pub(super) fn push(&mut self, push: &Push) -> anyhow::Result<Flow> {
        let remote = &push.remote;
        if push.release.is_empty() {
            return self.merge_backs(remote, push.backs.clone());
        }
        let joint: Vec<Update> = push.release.iter().chain(&push.backs).cloned().collect();
        match self.publish(remote, &joint, &push.unchanged)? {
            // A hook here has spoken: it is not run a second time.
            Settled::Refused(refusal) if push.backs.is_empty() || refusal.local => {
                return Err(self.refused(remote, &refusal));
            }
            Settled::Refused(_) => {}
            settled => return Ok(on(settled)),
        }
        // Whatever the server has against one of them, production comes first.
        match self.publish(remote, &push.release, &push.unchanged)? {
            Settled::Refused(refusal) => Err(self.refused(remote, &refusal)),
            Settled::Published => self.merge_backs(remote, push.backs.clone()),
            settled => Ok(on(settled)),
        }
    }

    /// Publishes each merge-back on its own.
    fn merge_backs(&mut self, remote: &str, mut due: Vec<Update>) -> anyhow::Result<Flow> {
        let mut pause = Duration::seconds(1);
        loop {
            let mut refused = Vec::new();
            for back in due {
                match self.publish(remote, std::slice::from_ref(&back), &[])? {
                    Settled::Refused(refusal) => refused.push((back, refusal)),
                    Settled::Published => {}
                    settled => return Ok(on(settled)),
                }
            }
            if refused.is_empty() {
                return Ok(Flow::On(Progress::Done));
            }
            if self.has_waited_enough(&refused, pause) {
                for (back, refusal) in refused {
                    self.owe(&back, refusal);
                }
                return Ok(Flow::On(Progress::Waiting));
            }
            due = refused.into_iter().map(|(back, _)| back).collect();
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    }

    /// Waits until it is time to try again; true when nobody wants to wait any longer.
    fn has_waited_enough(&self, refused: &[(Update, Refusal)], pause: Duration) -> bool {
        let left = self.run.patience.get();
        if left <= Duration::zero() {
            return true;
        }
        let pause = pause.min(left);
        self.run.patience.set(left - pause);
        let names: Vec<&str> = refused.iter().map(|(back, _)| short_ref(&back.name)).collect();
        let why = refused.first().map(|(_, refusal)| refusal.sentence()).unwrap_or_default();
        let leaves = self.run.watch.refused(&list(&names), &why, left, pause);
        if leaves {
            self.run.patience.set(Duration::zero());
        }
        leaves
    }

    fn publish(
        &self,
        remote: &str,
        updates: &[Update],
        unchanged: &[(String, Oid)],
    ) -> anyhow::Result<Settled> {
        // Our lock, for the push to hold on to.
        let inherited = self.run.lock.and_then(|lock| lock.file().try_clone().ok());
        let settled = publish(self.run.site, remote, updates, unchanged, inherited)?;
        if let Settled::Torn { has, lacks } = &settled {
            self.torn(remote, has, lacks);
        }
        Ok(settled)
    }

    /// What a server that died has, and what it lacks.
    fn torn(&self, remote: &str, has: &[String], lacks: &[String]) {
        let text = format!("{remote} has {}, but not {}", list(has), list(lacks));
        let mut draft = Draft::new(Kind::PushTorn, text);
        for name in has {
            let is_tag = *name == self.plan.release.tag;
            if is_tag {
                draft = draft.refer("tag", name);
            } else if self.plan.production().is_some_and(|t| t.branch == *name) {
                draft = draft.refer("branch", name);
            }
        }
        self.run.record.note(self.run.id, draft);
    }

    fn owe(&mut self, back: &Update, refusal: Refusal) {
        let branch = short_ref(&back.name).to_owned();
        let text = format!("{branch}: {}", refusal.sentence());
        let draft = Draft::new(Kind::PushRefused, text).refer("branch", &branch);
        self.run.record.note(self.run.id, draft.refer("tag", &self.plan.release.tag));
        self.report.owed.push((branch, refusal));
    }

    fn refused(&self, remote: &str, refusal: &Refusal) -> anyhow::Error {
        let plan = self.plan;
        if plan.production().is_some_and(|t| t.outcome == Outcome::Clean) {
            self.run.record.outcome_known(self.run.id);
        }
        let text = format!("{}: {}", refusal.name, refusal.sentence());
        self.run.record.note(self.run.id, Draft::new(Kind::PushRefused, text).refer("branch", &refusal.name));
        let mut message = if refusal.local {
            format!("the push to {remote} was stopped on this side: {}", refusal.reason)
        } else {
            format!("{remote} refused {}: {}", refusal.name, refusal.reason)
        };
        for line in refusal.words.iter().filter(|line| !refusal.reason.contains(line.as_str())) {
            message.push_str(&format!("\n  {line}"));
        }
        if let Some(production) = plan.production().filter(|t| t.outcome == Outcome::Contained) {
            message.push_str(&format!(
                "\n{} on {remote} has the fix already, its tag {} is still missing there. Nothing was changed here.",
                production.branch, plan.release.tag
            ));
            let commit = plan.release.commit.as_ref().map_or("", |c| c.as_str());
            return Failure::new(crate::model::failure::Kind::Waiting, message)
                .hint(format!(
                    "git push {} {commit}:{}    # for somebody who may make tags",
                    shell_word(remote),
                    shell_word(&crate::model::plan::tag_ref(&plan.release.tag))
                ))
                .hint(format!(
                    "hotfix finish {}    # adds the tag once {remote} takes it",
                    shell_word(&plan.name)
                ))
                .into();
        }
        message.push_str("\nNothing was published and nothing was changed here.");
        let is_production = plan.production().is_some_and(|t| t.branch == refusal.name);
        if refusal.local || !is_production {
            return Failure::failed(message).hint(format!("hotfix finish {}", shell_word(&plan.name))).into();
        }
        message.push_str(&format!(
            "\nWhere {} takes pull requests only, publish the branch, merge it there, and finish again.",
            refusal.name
        ));
        Failure::failed(message)
            .hint(format!("git push -u {} {}", shell_word(remote), shell_word(&plan.branch)))
            .hint(format!("hotfix finish {}", shell_word(&plan.name)))
            .into()
    }
}

/// The ref that was not where we saw it.
fn on(settled: Settled) -> Flow {
    match settled {
        Settled::Stale(name) => Flow::Stale(name),
        Settled::Torn { has, .. } => Flow::Stale(format!("{} (the server stopped half-way)", has.join(", "))),
        Settled::Published | Settled::Refused(_) => Flow::On(Progress::Done),
    }
}
