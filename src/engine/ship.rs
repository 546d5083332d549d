//! The pushes of a plan: production and its tag together or not at all, and the merge-backs with them
//! where nothing comes in between. A merge-back that the server rejects is owed; it is no failure.

use super::advice::Against;
use super::publish::{Refusal, Settled, publish};
use super::run::{Flow, Going};
use crate::facts::presence::{Series, carrier};
use crate::git::access::Access;
use crate::model::event::{Draft, Kind};
use crate::model::failure::Failure;
use crate::model::oid::Oid;
use crate::model::plan::{Outcome, Progress, Push, Update, short_ref, tag_ref};
use crate::model::text::{list, shell_word};
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
        let draft = Draft::new(Kind::PushRefused, text).refer("tag", &self.plan.release.tag);
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
                for (back, refusal) in refused {
                    if self.has_it_already(&back)? {
                        let (branch, tag) = (short_ref(&back.name), &self.plan.release.tag);
                        self.report.lines.push(format!(
                            "{branch} already had the fix; {remote} rejected the merge of {tag}, which \
                             adds nothing"
                        ));
                        self.report.by_itself.push(branch.to_owned());
                    } else {
                        self.owe(&back, refusal);
                    }
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
        let (tag, again) = (&self.plan.release.tag, self.run.again);
        let is_release = updates.iter().any(|update| update.name == tag_ref(tag));
        if is_release {
            signals::stands(format!("{again} finds out whether {tag} was published"));
        }
        let settled = publish(self.run.workspace, remote, updates, unchanged, inherited)?;
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
            format!("the push to {remote} was stopped by a local hook: {}", refusal.reason)
        } else {
            format!("{remote} refused {}: {}", refusal.name, refusal.reason)
        };
        for line in refusal.words.iter().filter(|line| !refusal.reason.contains(line.as_str())) {
            message.push_str(&format!("\n  {line}"));
        }
        if let Some(production) = plan.production().filter(|t| t.outcome == Outcome::Contained) {
            message.push_str(&format!(
                "\n{} on {remote} already has the fix; its tag {} is still missing there. Nothing was \
                 changed here.",
                production.branch, plan.release.tag
            ));
            let again = format!("hotfix finish {}", shell_word(&plan.name));
            return Failure::failed(message)
                .hint(format!("{again}    # adds the tag once {remote} accepts it"))
                .into();
        }
        message.push_str("\nNothing was published and nothing was changed here.");
        let again = format!("hotfix finish {}", shell_word(&plan.name));
        let words = format!("{} {}", refusal.reason, refusal.words.join("\n"));
        if let Some(name) = ambiguous(&words).filter(|_| refusal.local) {
            message.push_str(&format!(
                "\nA branch on {remote} is called {name} itself; git cannot tell the two apart until it is renamed or deleted."
            ));
            let full = shell_word(&format!(":refs/heads/{name}"));
            return Failure::failed(message)
                .hint(format!("git push {} {full}    # deletes it", shell_word(remote)))
                .hint(again)
                .into();
        }
        let (line, hints) =
            self.advice(remote, refusal, Against::read(&words).filter(|_| !refusal.local), &again);
        if !line.is_empty() {
            message.push_str(&format!("\n{line}"));
        }
        let mut failure = Failure::failed(message);
        failure.hints = hints;
        failure.into()
    }

    /// What to do about a refusal, in a sentence and in commands.
    fn advice(
        &self,
        remote: &str,
        refusal: &Refusal,
        against: Option<Against>,
        again: &str,
    ) -> (String, Vec<String>) {
        let plan = self.plan;
        let is_production = plan.production().is_some_and(|t| t.branch == refusal.name);
        let with =
            |commands: &[&str]| commands.iter().map(|c| (*c).to_owned()).chain([again.to_owned()]).collect();
        let branch = shell_word(&plan.branch);
        let request = || {
            let push = format!("git push -u {} {branch}", shell_word(remote));
            let line = format!(
                "If {} accepts only pull requests, push the branch, merge it there, and run finish again.",
                refusal.name
            );
            (line, with(&[&push]))
        };
        match against {
            Some(Against::Secret) => (
                "A commit seems to contain a secret: remove it from the branch's history, and rotate it \
                 wherever it is used."
                    .to_owned(),
                with(&[&format!(
                    "git rebase -i {}^    # edit the commit that added \
                                 it",
                    plan.own.last().map_or("HEAD~1", |c| c.short())
                )]),
            ),
            Some(Against::Size) => (
                "A file is larger than the server accepts: remove it from the branch's history.".to_owned(),
                with(&[&format!(
                    "git rebase -i {}^    # edit the commit that added \
                                 it",
                    plan.own.last().map_or("HEAD~1", |c| c.short())
                )]),
            ),
            Some(Against::Signature) => (
                "The server requires signed commits; finish signs its own once git is set up to \
                 sign."
                    .to_owned(),
                with(&[
                    "git config commit.gpgSign true",
                    &format!(
                        "git rebase --force-rebase -S {}    # \
                     signs the fix \
                     itself",
                        plan.own.last().map_or_else(|| "HEAD~1".to_owned(), |c| format!("{}^", c.short()))
                    ),
                ]),
            ),
            Some(Against::Identity) => (
                "The server rejects the author or committer; the next run uses the identity in git's \
                 configuration."
                    .to_owned(),
                with(&["git config user.email you@example.com"]),
            ),
            Some(Against::Message) => (
                "The server has a rule for commit messages; -m adds its text to every commit that finish \
                 creates."
                    .to_owned(),
                vec![
                    format!("{again} -m \"TICKET-1: …\""),
                    format!(
                        "git commit --amend    # on {branch}, \
                     where the fix's own message is meant"
                    ),
                ],
            ),
            Some(Against::Linear) => (
                format!("{} accepts no merge commits.", refusal.name),
                with(&["git config hotfix.finish.merge squash"]),
            ),
            Some(Against::Tag) => (
                format!(
                    "{} is protected: a person who may create it, or a change of the server's rule, \
                         has to let it in.",
                    plan.release.tag
                ),
                with(&[]),
            ),
            Some(Against::Branch) => request(),
            None if is_production && !refusal.local => request(),
            None => (String::new(), with(&[])),
        }
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

/// The full name of a ref that git says is two: a branch may be called `refs/heads/main`.
fn ambiguous(words: &str) -> Option<&str> {
    let (before, _) = words.split_once(" matches more than one")?;
    before.rsplit(' ').next().filter(|name| name.starts_with("refs/"))
}
