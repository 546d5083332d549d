//! What is there at the forge, and whether it is ours.

use super::{COMPUTING, Came, Errand, PAUSE, Through};
use crate::facts::brought_in::grew_from;
use crate::forge::{Forge, ForgeError, Wanted};
use crate::git::access::Access;
use crate::git::fetch;
use crate::git::git_command::NetworkPolicy;
use crate::git::merge::{Merged, merge};
use crate::git::object::NewCommit;
use crate::model::failure::Kind as FailureKind;
use crate::model::oid::Oid;
use crate::model::plan::head;
use crate::model::request::{Request, RequestState, Seen};
use crate::model::text::{safe, shell_word};
use crate::plan::request::{Decision, Next};
use crate::system::fault::{fault, hurried};
use std::time::Duration;

impl Through<'_> {
    pub(super) fn look(&self, forge: &dyn Forge, errand: &Errand, tip: Oid) -> Result<Seen, ForgeError> {
        let mut seen = forge.look(Wanted {
            head: &errand.head,
            base: &errand.base,
            tip: &tip,
            by_name: errand.pending.iter().any(|p| p.check.is_some()),
            fork: self.door.fork.as_ref().map(|fork| fork.path.as_str()),
        })?;
        fault!("request: the forge was read");
        // A branch of that name may have been merged before: that is not this one.
        let other = seen.request.as_ref().is_some_and(|r| {
            r.state != RequestState::Open && (r.base != errand.base || !self.has_ours(errand, r))
        });
        if other {
            seen.request = None;
        }
        Ok(seen)
    }

    /// Whether a request that ended held our commit.
    pub(super) fn has_ours(&self, errand: &Errand, request: &Request) -> bool {
        let Some(head) = &request.head_sha else { return false };
        if *head == errand.commit || *head == errand.known {
            return true;
        }
        let repo = &self.workspace.repo;
        if !repo.has(head).unwrap_or(false) {
            let name = self.door.place.kind.head_ref(request.number);
            if fetch::objects(repo, self.remote, &name).is_err() {
                return false;
            }
        }
        repo.is_ancestor(&errand.known, head).unwrap_or(false)
    }

    /// The commit that a request must have: ours, or the one it has already if that is ours with the
    /// base merged in and nothing else.
    pub(super) fn tip(&self, errand: &Errand, request: Option<&Request>) -> Oid {
        let ours = &errand.commit;
        let Some(there) = request.and_then(|r| r.head_sha.as_ref()) else { return ours.clone() };
        if there == ours || self.grown.borrow().as_ref() == Some(there) {
            return there.clone();
        }
        if request.is_some_and(|r| self.has_grown(errand, r.number, there).unwrap_or(false)) {
            self.grown.replace(Some(there.clone()));
            return there.clone();
        }
        ours.clone()
    }

    /// Whether the branch got commits of others since it was looked at: that is planned again, and what a
    /// next run would say of it is said by this one.
    pub(super) fn has_more(&self, errand: &Errand, request: Option<&Request>) -> bool {
        let there = request.and_then(|r| r.head_sha.as_ref()).filter(|_| errand.home.fork.is_none());
        let repo = &self.workspace.repo;
        there.is_some_and(|there| {
            let has = repo.has(there).unwrap_or(false);
            *there != errand.commit && has && repo.is_ancestor(&errand.commit, there).unwrap_or(false)
        })
    }

    fn has_grown(&self, errand: &Errand, number: u64, there: &Oid) -> anyhow::Result<bool> {
        let repo = &self.workspace.repo;
        if !repo.has(there)? {
            fetch::objects(repo, self.remote, &self.door.place.kind.head_ref(number))?;
        }
        if !repo.is_ancestor(&errand.commit, there)? {
            return Ok(false);
        }
        // It may have moved again since this run has looked.
        grew_from(self.workspace, there, &errand.commit, &self.base_now(errand)?)
    }

    /// A merge is held against the one that the forge has tried: what git makes of it here was shown and
    /// agreed to, and that is what is released.
    pub(super) fn as_tried(&self, request: &Request, decision: Decision, again: &str) -> Decision {
        let Some(files) = self.differs(request) else { return decision };
        let name = request.name();
        let mut words = vec![format!("the forge merges {name} to something else than git does here")];
        if !files.is_empty() {
            words.push(format!("the files that differ: {}", files.join(", ")));
        }
        let hints = vec![
            format!("open {}    # merge it there, if that is what you want", shell_word(&request.url)),
            format!("{again}    # goes on once it is merged"),
        ];
        Decision { state: "differs", next: Next::Stop(FailureKind::Refused), words, hints }
    }

    /// The files in which the forge's own try differs from a merge here; `None` when nothing does, or
    /// when it cannot be told.
    fn differs(&self, request: &Request) -> Option<Vec<String>> {
        let (tried, head) = (request.tried.as_ref()?, request.head_sha.as_ref()?);
        let repo = &self.workspace.repo;
        let has = |oid: &Oid| repo.has(oid).unwrap_or(false);
        if !has(&tried.base) || !has(head) {
            return None;
        }
        let Ok(Merged::Clean(tree)) = merge(repo, &tried.base, head) else { return None };
        if tree == tried.tree {
            return None;
        }
        let name = format!("refs/pull/{}/merge", request.number);
        let files = || -> Option<Vec<String>> {
            if !has(&tried.commit) {
                fetch::objects(repo, self.remote, &name).ok()?;
            }
            let signature = repo.commit(head).ok()?.committer;
            let ours = repo.write_commit(&NewCommit {
                tree,
                parents: vec![tried.base.clone()],
                author: signature.clone(),
                committer: signature,
                message: "a merge to compare with\n".to_owned(),
            });
            let changes = repo.changes(&tried.commit, &ours.ok()?).ok()?;
            Some(changes.into_iter().map(|change| safe(&change.path)).collect())
        };
        Some(files().unwrap_or_default())
    }

    /// It is merged by the forge's word; the remote has to have it.
    pub(super) fn merged(&self, errand: &Errand, request: Request) -> anyhow::Result<Came> {
        let name = head(&errand.base);
        let mut waited = Duration::ZERO;
        loop {
            let view = fetch::list(
                &self.workspace.repo,
                self.remote,
                std::slice::from_ref(&name),
                NetworkPolicy::default(),
            )?;
            let moved = view.get(&name).is_some_and(|tip| *tip != errand.base_tip);
            let known = request.merged_as.as_ref();
            let has = known.is_some_and(|commit| {
                let repo = &self.workspace.repo;
                repo.has(commit).unwrap_or(false)
                    && repo.is_ancestor(commit, &errand.base_tip).unwrap_or(false)
            });
            if moved || has {
                self.ended(errand, &request);
                return Ok(Came::Merged(request));
            }
            if waited >= COMPUTING || self.watch.pause(hurried(PAUSE), COMPUTING) {
                let words = vec![format!(
                    "{} was merged, says the forge, but {} on {} does not have it yet",
                    request.name(),
                    errand.base,
                    self.remote
                )];
                let hints = vec![self.asked.again.clone()];
                return Ok(Came::Waits(
                    Decision { state: "lag", next: Next::Wait, words, hints },
                    Some(request),
                ));
            }
            waited += PAUSE;
        }
    }
}
