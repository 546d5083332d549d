//! The pushes of a plan: production and its tag together or not at all, and the merge-backs with them
//! where nothing comes in between. A merge-back that the server rejects is owed; it is no failure.

use super::publish::{Refusal, Settled, publish};
use super::run::{Flow, Going};
use crate::facts::presence::{Series, carrier};
use crate::git::access::Access;
use crate::model::event::{Draft, Kind, Pointer};
use crate::model::failure::Failure;
use crate::model::oid::Oid;
use crate::model::plan::{Outcome, Progress, Push, Update, short_ref, tag_ref};
use crate::model::text::list;
use crate::system::signals;
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
            // It never came to the server, and a hook that said no is not asked again.
            Settled::Refused(refusal) if refusal.local => return Err(self.refused(remote, &refusal)),
            Settled::Refused(refusal) if push.backs.is_empty() => {
                return self.production_refused(remote, refusal);
            }
            // Nor is a server that takes nothing from us.
            Settled::Refused(refusal) if refusal.forbidden => {
                let flow = self.production_refused(remote, refusal.clone())?;
                let backs = push.backs.iter().map(|back| (back.clone(), refusal.clone()));
                self.without_backs(remote, backs.collect())?;
                return Ok(flow);
            }
            Settled::Refused(_) => {}
            settled => return Ok(on(settled)),
        }
        // Whatever the server has against one of them, production comes first.
        match self.publish(remote, &push.release, &push.unchanged)? {
            Settled::Refused(refusal) => {
                let flow = self.production_refused(remote, refusal)?;
                match self.merge_backs(remote, push.backs.clone())? {
                    Flow::Stale(name) => Ok(Flow::Stale(name)),
                    Flow::On(_) => Ok(flow),
                }
            }
            Settled::Published => self.merge_backs(remote, push.backs.clone()),
            settled => Ok(on(settled)),
        }
    }

    /// The server rejected the release: where production has the fix already, only its tag waits for
    /// a person who may make it, and the merge-backs go on.
    fn production_refused(&mut self, remote: &str, refusal: Refusal) -> anyhow::Result<Flow> {
        if !refusal.is_by_rule() || !self.is_contained() {
            return Err(self.refused(remote, &refusal));
        }
        let text = format!("{}: {}", refusal.name, refusal.sentence());
        let draft = Draft::new(Kind::PushRefused, text).refer(Pointer::Tag, &self.plan.release.tag);
        self.run.record.note(self.run.id, draft);
        self.report.tag_refused = Some(refusal);
        Ok(Flow::On(Progress::Waiting))
    }

    /// Whether production has the fix, so that only its tag is to be published.
    fn is_contained(&self) -> bool {
        self.plan.production().is_some_and(|t| t.outcome == Outcome::Contained)
    }

    /// Whether a branch has the fix by itself: it was merged or picked there by somebody else.
    fn has_it_already(&self, back: &Update) -> anyhow::Result<bool> {
        let repo = &self.run.workspace.repo;
        let Some(old) = back.expect.as_ref().filter(|_| self.plan.undoes.is_none()) else {
            return Ok(false);
        };
        if repo.is_ancestor(&self.plan.tip, old)? {
            return Ok(true);
        }
        let Some(oldest) = self.plan.own.last() else { return Ok(false) };
        let Some(base) = repo.commit(oldest)?.parents.into_iter().next() else { return Ok(false) };
        let series = Series { base: &base, tip: &self.plan.tip, own: &self.plan.own };
        Ok(carrier(repo, series, old)?.is_some())
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
                self.without_backs(remote, refused)?;
                return Ok(Flow::On(Progress::Waiting));
            }
            due = refused.into_iter().map(|(back, _)| back).collect();
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    }

    /// What was rejected is owed, except where the branch has the fix by itself.
    fn without_backs(&mut self, remote: &str, rejected: Vec<(Update, Refusal)>) -> anyhow::Result<()> {
        for (back, refusal) in rejected {
            if self.has_it_already(&back)? {
                let (branch, tag) = (short_ref(&back.name), &self.plan.release.tag);
                self.report.lines.push(format!(
                    "{branch} already had the fix; {remote} rejected the merge of {tag}, which adds nothing"
                ));
                self.report.by_itself.push(branch.to_owned());
            } else {
                self.owe(&back, refusal);
            }
        }
        Ok(())
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
        let (tag, again) = (&self.plan.release.tag, self.run.again);
        let is_release = updates.iter().any(|update| update.name == tag_ref(tag));
        if is_release {
            signals::stands(format!("{again} finds out whether {tag} was published"));
        }
        let waiting = self.run.watch.reaches(remote);
        let settled = publish(self.run.workspace, remote, updates, unchanged, inherited);
        drop(waiting);
        let settled = settled.map_err(|error| going_on(error, again))?;
        if let Settled::Torn { has, lacks } = &settled {
            self.torn(remote, has, lacks);
        }
        match settled {
            Settled::Published if is_release => {
                signals::stands(format!("{tag} is public; {again} goes on with the rest"));
            }
            Settled::Refused(_) if is_release => {
                signals::stands(format!("this run published nothing; {again} goes on"));
            }
            _ => {}
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
                draft = draft.refer(Pointer::Tag, name);
            } else if self.plan.production().is_some_and(|t| t.branch == *name) {
                draft = draft.refer(Pointer::Branch, name);
            }
        }
        self.run.record.note(self.run.id, draft);
    }

    fn owe(&mut self, back: &Update, refusal: Refusal) {
        let branch = short_ref(&back.name).to_owned();
        let text = format!("{branch}: {}", refusal.sentence());
        let draft = Draft::new(Kind::PushRefused, text).refer(Pointer::Branch, &branch);
        self.run.record.note(self.run.id, draft.refer(Pointer::Tag, &self.plan.release.tag));
        self.report.owed.push((branch, refusal));
    }
}

/// The command that goes on is this one's.
fn going_on(error: anyhow::Error, again: &str) -> anyhow::Error {
    match error.downcast::<Failure>() {
        Ok(mut failure) => {
            for hint in &mut failure.hints {
                if let Some(rest) = hint.strip_prefix("hotfix finish") {
                    *hint = format!("{again}{rest}");
                }
            }
            failure.into()
        }
        Err(error) => error,
    }
}

/// The ref that was not where we saw it.
fn on(settled: Settled) -> Flow {
    match settled {
        Settled::Stale(name) => Flow::Stale(name),
        Settled::Torn { has, .. } => Flow::Stale(format!("{} (the server stopped halfway)", has.join(", "))),
        Settled::Published | Settled::Refused(_) => Flow::On(Progress::Done),
    }
}
