//! Who signed the events of a log. Git makes and checks the signatures, with the keys that the user's
//! configuration names (`gpg.*`, `user.signingKey`); a good one counts for whom it names.

use super::Record;
use crate::git::command::commit_tree;
use crate::git::object::NewCommit;
use crate::git::{GitError, Repo};
use crate::model::event::Event;
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

/// Of these commits those with a good signature, and whom it names.
///
/// # Errors
/// When git cannot be asked.
fn good(repo: &Repo, commits: &[Oid]) -> Result<BTreeMap<Oid, String>, GitError> {
    if commits.is_empty() {
        return Ok(BTreeMap::new());
    }
    let run = repo
        .call("log")
        .args(["--no-walk=unsorted", "--no-show-signature", "--format=%H%x00%G?%x00%GS", "--stdin"])
        .stdin(commits.iter().map(|oid| format!("{oid}\n")).collect::<String>());
    let signed = |line: &str| {
        let mut fields = line.split('\0');
        let (oid, state, signer) = (fields.next()?, fields.next()?, fields.next()?);
        (state == "G").then_some((Oid::parse(oid)?, signer.to_owned()))
    };
    Ok(repo.git().text(run)?.lines().filter_map(signed).collect())
}

/// Whether a signer is the one an event names: `ada@example.org`, or `Ada <ada@example.org>`.
fn names(signer: &str, email: &str) -> bool {
    let inner = signer.rsplit_once('<').and_then(|(_, rest)| rest.strip_suffix('>')).unwrap_or(signer);
    !email.is_empty() && inner.trim().eq_ignore_ascii_case(email)
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

    /// Takes out the answers that this clone did not write and nobody signed.
    pub(super) fn drop_unsigned_answers(&self, incident: &mut Incident) -> Result<(), GitError> {
        let ids: BTreeSet<&str> =
            incident.answers.iter().filter(|a| !a.own).map(|a| a.event.as_str()).collect();
        if ids.is_empty() {
            return Ok(());
        }
        let asked = incident.log.iter().filter(|e| ids.contains(e.id.as_str()));
        let proven = proven(self.repo, asked)?;
        let mut dropped: Vec<String> = Vec::new();
        incident.answers.retain(|a| {
            let counts = a.own || proven.contains(&a.event);
            if !counts && !dropped.contains(&a.id) {
                dropped.push(a.id.clone());
            }
            counts
        });
        if !dropped.is_empty() {
            let items: Vec<String> = dropped.iter().map(|id| safe(id)).collect();
            log::warn!(
                "answers of another clone that nobody signed are not used (incident.sign): {}",
                list(&items)
            );
        }
        Ok(())
    }
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
