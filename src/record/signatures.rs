//! Who signed the events of a log. Git makes and checks the signatures, with the keys that the user's
//! configuration names (`gpg.*`, `user.signingKey`); a good one counts for whom it names.

use super::Record;
use super::verdicts::good;
use crate::git::command::commit_tree;
use crate::git::object::NewCommit;
use crate::git::{GitError, Repo, identity};
use crate::model::checklist::{Answer, REVIEWED, Verdict};
use crate::model::event::{Actor, Event, Kind};
use crate::model::event_data::{Answered, Data};
use crate::model::incident::Incident;
use crate::model::oid::Oid;
use crate::model::text::{list, safe};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// The longest a signature may take: a passphrase nobody types must not keep a note from its place.
const LIMIT: Duration = Duration::from_secs(20);

/// Whether it was said in this run that signing does not work.
static SAID: AtomicBool = AtomicBool::new(false);

/// Writes a signed commit; `None`, and a word about it, where signing does not work.
pub(super) fn signed_commit(repo: &Repo, new: &NewCommit) -> Option<Oid> {
    let run = commit_tree(repo.call("commit-tree").arg("-S"), new).limit(Some(LIMIT));
    let made = repo.git().text(run).map(|text| Oid::parse(&text));
    match made {
        Ok(Some(oid)) => return Some(oid),
        Ok(None) => {}
        Err(error) if !SAID.swap(true, Ordering::SeqCst) => {
            log::warn!("events are recorded unsigned: {}", safe(&error.detail()).trim_end_matches(':'));
        }
        Err(_) => {}
    }
    None
}

/// Whether a signer is the one an event names: `ada@example.org`, or `Ada <ada@example.org>`.
fn names(signer: &str, email: &str) -> bool {
    !email.is_empty() && address(signer).eq_ignore_ascii_case(email)
}

/// The address of a signer.
fn address(signer: &str) -> &str {
    signer.rsplit_once('<').and_then(|(_, rest)| rest.strip_suffix('>')).unwrap_or(signer).trim()
}

/// The ids of the events, of those that other clones wrote, whose author a good signature proves.
///
/// # Errors
/// When git cannot be asked.
pub(super) fn proven<'e>(
    repo: &Repo,
    events: impl Iterator<Item = &'e Event>,
) -> Result<BTreeSet<String>, GitError> {
    let theirs: Vec<&Event> = events.filter(|e| !e.own && e.commit.is_some()).collect();
    let commits: Vec<Oid> = theirs.iter().filter_map(|e| e.commit.clone()).collect();
    let signers = good(repo, &commits)?;
    let is_proven = |e: &&&Event| {
        let signer = e.commit.as_ref().and_then(|commit| signers.get(commit));
        signer.is_some_and(|signer| names(signer, &e.actor.email))
    };
    Ok(theirs.iter().filter(is_proven).map(|e| e.id.clone()).collect())
}

impl Record<'_> {
    /// Signs what is written from now on, and lets an answer of another clone count only when it is
    /// signed (`incident.sign`).
    #[must_use]
    pub const fn signing(mut self, signs: bool) -> Self {
        self.signs = signs;
        self
    }

    /// The ids of the events that other clones wrote and no good signature proves, in log order.
    ///
    /// # Errors
    /// When git cannot be asked.
    pub fn unverified(&self, incident: &Incident) -> Result<Vec<String>, GitError> {
        let theirs = || incident.log.iter().filter(|e| !e.own);
        if theirs().next().is_none() {
            return Ok(Vec::new());
        }
        let proven = proven(self.repo, theirs())?;
        Ok(theirs().filter(|e| !proven.contains(&e.id)).map(|e| e.id.clone()).collect())
    }

    /// The events of a log as a team that signs reads them: of another clone's answers and corrections those
    /// count that a good signature proves, and the person named is the signer. The others are shown, as a kind
    /// that nothing here acts upon.
    pub(super) fn as_signed(&self, mut events: Vec<Event>) -> Result<Vec<Event>, GitError> {
        let theirs = |e: &&mut Event| !e.own && (is_answer(e) || e.kind.is_correction());
        let commits: Vec<Oid> = events.iter_mut().filter(theirs).filter_map(|e| e.commit.clone()).collect();
        let signers = good(self.repo, &commits)?;
        let targets: BTreeMap<String, (bool, String)> =
            events.iter().map(|e| (e.id.clone(), (e.is_correctable(), e.actor.email.clone()))).collect();
        let mut unused: BTreeSet<String> = BTreeSet::new();
        for event in events.iter_mut().filter(theirs) {
            let signer = event.commit.as_ref().and_then(|commit| signers.get(commit));
            let signer = signer.filter(|signer| names(signer, &event.actor.email));
            // What is not just words or a time is taken back by whoever said it.
            let target = event.amends.as_ref().and_then(|id| targets.get(id));
            let may = target.is_none_or(|(open, by)| *open || by.eq_ignore_ascii_case(&event.actor.email));
            match signer.filter(|_| may) {
                Some(signer) if is_answer(event) => {
                    Answered { by: Some(signer.as_str().to_owned()), ..Answered::default() }
                        .write(&mut event.data);
                }
                Some(_) => {}
                None => {
                    let item = Answer::from_event(event).map(|answer| answer.id);
                    unused.insert(safe(&item.unwrap_or_else(|| event.kind.words())));
                    event.kind = Kind::Other(event.kind.as_str().to_owned());
                }
            }
        }
        if !unused.is_empty() {
            let items: Vec<String> = unused.into_iter().collect();
            log::warn!(
                "answers and corrections of another clone that are not signed by the person they name are not \
                 used (incident.sign): {}",
                list(&items)
            );
        }
        Ok(events)
    }

    /// Marks approvals whose signer made the change.
    pub(super) fn mark_self_reviews(
        &self,
        incident: &mut Incident,
        tip: Option<&Oid>,
        production: Option<&Oid>,
    ) -> Result<(), GitError> {
        let approves = |a: &Answer| !a.own && a.id == REVIEWED && a.verdict == Verdict::Pass;
        let hidden: Vec<Oid> = incident.base.iter().chain(production).cloned().collect();
        let Some(tip) = tip.filter(|tip| !hidden.contains(tip)) else { return Ok(()) };
        if hidden.is_empty() || !incident.answers.iter().any(approves) {
            return Ok(());
        }
        let makers = identity::makers(self.repo, tip, &hidden)?;
        for answer in incident.answers.iter_mut().filter(|a| approves(a)) {
            let actor = Actor { name: String::new(), email: address(&answer.by).to_owned() };
            answer.self_review |= identity::is_among(self.repo, &makers, &actor);
        }
        Ok(())
    }
}

/// Whether it is an answer to the checklist.
const fn is_answer(event: &Event) -> bool {
    matches!(event.kind, Kind::ChecklistItem | Kind::Review)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signer_is_who_the_address_says() {
        assert!(names("ada@example.org", "ada@example.org"));
        assert!(names("Ada Lovelace <Ada@example.org>", "ada@example.org"));
        for (signer, email) in [
            ("", ""),
            ("Ada", ""),
            ("mallory@example.org", "ada@example.org"),
            ("ada@example.org <m@example.org>", "ada@example.org"),
            ("ada@example.org.evil.org", "ada@example.org"),
        ] {
            assert!(!names(signer, email), "{signer} {email}");
        }
    }
}
