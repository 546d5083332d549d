//! The pushes of a finish: production and its tag together or not at all, and the merge-backs with
//! them where nothing stands between. A merge-back the server refuses is owed, no failure.

use super::advice::Against;
use super::deploy::Watch;
use super::finish::Report;
use super::publish::{Refusal, Settled, publish};
use crate::facts::Site;
use crate::facts::carried::{Series, carrier};
use crate::git::access::Access;
use crate::model::event::{Draft, Kind};
use crate::model::failure::Failure;
use crate::model::oid::Oid;
use crate::model::plan::{FinishPlan, Outcome, Update, head, short_ref};
use crate::model::text::{list, shell_word};
use crate::record::Record;
use crate::system::lock::RunLock;
use chrono::Duration;
use std::cell::Cell;
use std::fs::File;

/// The longest time between two tries.
const LONGEST_PAUSE: Duration = Duration::seconds(30);

/// Publishes what a plan says.
pub struct Shipper<'a> {
    pub site: &'a Site,
    pub record: &'a Record<'a>,
    pub id: &'a str,
    pub lock: Option<&'a RunLock>,
    pub plan: &'a FinishPlan,
    pub watch: &'a dyn Watch,
    /// How long refused merge-backs are tried again.
    pub patience: &'a Cell<Duration>,
}

impl Shipper<'_> {
    /// Publishes production and its tag, with the merge-backs where nothing stands between.
    /// `Some` names the ref that moved meanwhile.
    ///
    /// # Errors
    /// When the server refuses production; nothing was published then.
    pub fn release(&self, remote: &str, report: &mut Report) -> anyhow::Result<Option<String>> {
        let (release, backs) = (self.plan.release_updates(), self.plan.merge_back_updates());
        if self.plan.is_joint() && !backs.is_empty() {
            let joint: Vec<Update> = release.iter().chain(&backs).cloned().collect();
            match self.push(remote, &joint, &self.guard())? {
                // It never came to the server, and a hook that said no is not asked again.
                Settled::Refused(refusal) if refusal.local => return Err(self.refused(remote, &refusal)),
                Settled::Refused(_) => {}
                settled => return Ok(moved(settled)),
            }
            // Whatever the server has against one of them, production comes first.
            if let Some(stale) = self.production(remote, &release, report)? {
                return Ok(Some(stale));
            }
            return self.merge_backs(remote, report);
        }
        self.production(remote, &release, report)
    }

    fn production(
        &self,
        remote: &str,
        release: &[Update],
        report: &mut Report,
    ) -> anyhow::Result<Option<String>> {
        if release.is_empty() {
            return Ok(None);
        }
        match self.push(remote, release, &self.guard())? {
            // Production has the fix; who may tag is not always who merges.
            Settled::Refused(refusal) if !refusal.local && self.is_contained() => {
                let text = format!("{}: {}", refusal.name, refusal.sentence());
                self.record
                    .note(self.id, Draft::new(Kind::PushRefused, text).refer("tag", &self.plan.release.tag));
                report.tag_refused = Some(refusal);
                Ok(None)
            }
            Settled::Refused(refusal) => Err(self.refused(remote, &refusal)),
            settled => Ok(moved(settled)),
        }
    }

    /// Whether production has the fix, so that only its tag is to be published.
    fn is_contained(&self) -> bool {
        self.plan.production().is_some_and(|t| t.outcome == Outcome::Contained)
    }

    /// Whether a branch has the fix by itself: it was merged or picked there by somebody else.
    fn has_it_already(&self, back: &Update) -> anyhow::Result<bool> {
        let repo = &self.site.repo;
        let Some(old) = &back.expect else { return Ok(false) };
        if repo.is_ancestor(&self.plan.tip, old)? {
            return Ok(true);
        }
        let Some(oldest) = self.plan.own.last() else { return Ok(false) };
        let Some(base) = repo.commit(oldest)?.parents.into_iter().next() else { return Ok(false) };
        let series = Series { base: &base, tip: &self.plan.tip, own: &self.plan.own };
        Ok(carrier(repo, series, old)?.is_some())
    }

    /// Publishes each merge-back on its own.
    ///
    /// # Errors
    /// When git cannot be run or the outcome cannot be found out.
    pub fn merge_backs(&self, remote: &str, report: &mut Report) -> anyhow::Result<Option<String>> {
        let mut due = self.plan.merge_back_updates();
        let mut pause = Duration::seconds(1);
        loop {
            let mut refused = Vec::new();
            for back in due {
                match self.push(remote, std::slice::from_ref(&back), &[])? {
                    Settled::Refused(refusal) => refused.push((back, refusal)),
                    settled => {
                        if let Some(stale) = moved(settled) {
                            return Ok(Some(stale));
                        }
                    }
                }
            }
            if refused.is_empty() || self.has_waited_enough(&refused, pause) {
                for (back, refusal) in refused {
                    if self.has_it_already(&back)? {
                        let (branch, tag) = (short_ref(&back.name), &self.plan.release.tag);
                        report.lines.push(format!("{branch} had the fix already; {remote} refused the merge of {tag}, which adds nothing"));
                        report.by_itself.push(branch.to_owned());
                    } else {
                        self.owe(&back, refusal, report);
                    }
                }
                return Ok(None);
            }
            due = refused.into_iter().map(|(back, _)| back).collect();
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    }

    /// Waits until it is time to try again; true when nobody wants to wait any longer.
    fn has_waited_enough(&self, refused: &[(Update, Refusal)], pause: Duration) -> bool {
        let left = self.patience.get();
        if left <= Duration::zero() {
            return true;
        }
        let pause = pause.min(left);
        self.patience.set(left - pause);
        let names: Vec<&str> = refused.iter().map(|(back, _)| short_ref(&back.name)).collect();
        let why = refused.first().map(|(_, refusal)| refusal.sentence()).unwrap_or_default();
        let leaves = self.watch.refused(&list(&names), &why, left, pause);
        if leaves {
            self.patience.set(Duration::zero());
        }
        leaves
    }

    fn push(&self, remote: &str, updates: &[Update], unchanged: &[(String, Oid)]) -> anyhow::Result<Settled> {
        let settled = publish(self.site, remote, updates, unchanged, self.inherited())?;
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
        self.record.note(self.id, draft);
    }

    /// Our lock for the push to hold on to.
    fn inherited(&self) -> Option<File> {
        self.lock.and_then(|lock| lock.file().try_clone().ok())
    }

    /// The published hotfix branch, which must not have moved: a colleague's commit that arrives
    /// meanwhile stops the release instead of being left out.
    fn guard(&self) -> Vec<(String, Oid)> {
        let branch = head(&self.plan.branch);
        self.plan.published_branch.clone().map(|value| (branch, value)).into_iter().collect()
    }

    fn owe(&self, back: &Update, refusal: Refusal, report: &mut Report) {
        let branch = short_ref(&back.name).to_owned();
        let text = format!("{branch}: {}", refusal.sentence());
        let draft = Draft::new(Kind::PushRefused, text).refer("branch", &branch);
        self.record.note(self.id, draft.refer("tag", &self.plan.release.tag));
        report.owed.push((branch, refusal));
    }

    fn refused(&self, remote: &str, refusal: &Refusal) -> anyhow::Error {
        let plan = self.plan;
        if plan.production().is_some_and(|t| t.outcome == Outcome::Clean) {
            self.record.outcome_known(self.id);
        }
        let text = format!("{}: {}", refusal.name, refusal.sentence());
        self.record.note(self.id, Draft::new(Kind::PushRefused, text).refer("branch", &refusal.name));
        let mut message = if refusal.local {
            format!("the push to {remote} was stopped on this side: {}", refusal.reason)
        } else {
            format!("{remote} refused {}: {}", refusal.name, refusal.reason)
        };
        for line in refusal.words.iter().filter(|line| !refusal.reason.contains(line.as_str())) {
            message.push_str(&format!("\n  {line}"));
        }
        message.push_str("\nNothing was published and nothing was changed here.");
        let again = format!("hotfix finish {}", shell_word(&plan.name));
        let words = format!("{} {}", refusal.reason, refusal.words.join("\n"));
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
                "Where {} takes pull requests only, publish the branch, merge it there, and finish again.",
                refusal.name
            );
            (line, with(&[&push]))
        };
        match against {
            Some(Against::Secret) => (
                "A commit holds what looks like a secret: take it out of the branch's history, and replace it where it is in use.".to_owned(),
                with(&[&format!("git rebase -i {}^    # edit the commit that added it", plan.own.last().map_or("HEAD~1", |c| c.short()))]),
            ),
            Some(Against::Size) => (
                "A file is larger than the server takes: take it out of the branch's history.".to_owned(),
                with(&[&format!("git rebase -i {}^    # edit the commit that added it", plan.own.last().map_or("HEAD~1", |c| c.short()))]),
            ),
            Some(Against::Signature) => (
                "The server wants signed commits; those of finish are signed once git signs.".to_owned(),
                with(&["git config commit.gpgSign true", &format!("git rebase --force-rebase -S {}    # signs the fix itself", plan.own.last().map_or_else(|| "HEAD~1".to_owned(), |c| format!("{}^", c.short())))]),
            ),
            Some(Against::Identity) => (
                "The server does not take the author or committer; the next run uses what git's configuration says then.".to_owned(),
                with(&["git config user.email you@example.com"]),
            ),
            Some(Against::Message) => (
                "The server has a rule for messages; -m puts its text into every commit that finish makes.".to_owned(),
                vec![format!("{again} -m \"TICKET-1: …\""), format!("git commit --amend    # on {branch}, where the fix's own message is meant")],
            ),
            Some(Against::Linear) => (
                format!("{} takes no merge commits.", refusal.name),
                with(&["git config hotfix.finish.merge squash"]),
            ),
            Some(Against::Tag) => (
                format!("{} is protected: somebody who may create it, or the server's rule, has to let it in.", plan.release.tag),
                with(&[]),
            ),
            Some(Against::Branch) => request(),
            None if is_production && !refusal.local => request(),
            None => (String::new(), with(&[])),
        }
    }
}

/// The ref that was not where we saw it.
fn moved(settled: Settled) -> Option<String> {
    match settled {
        Settled::Stale(name) => Some(name),
        Settled::Torn { has, .. } => Some(format!("{} (the server stopped half-way)", has.join(", "))),
        Settled::Published | Settled::Refused(_) => None,
    }
}
