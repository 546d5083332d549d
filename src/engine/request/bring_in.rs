//! Bringing the base into a request's branch, where the forge merges nothing that lacks it.

use super::{Errand, Through};
use crate::engine::object_writer::ObjectWriter;
use crate::engine::publish::{Settled, publish};
use crate::forge::{Forge, ForgeError};
use crate::git::access::Access;
use crate::git::fetch;
use crate::git::git_command::NetworkPolicy;
use crate::git::merge::{Merged, merge};
use crate::git::object::Signature;
use crate::model::failure::{Failure, Kind as FailureKind};
use crate::model::oid::Oid;
use crate::model::plan::{Update, head};
use crate::model::request::Request;
use crate::model::text::{list, safe, shell_word};
use crate::plan::request::{Decision, Next};

/// What came of it.
pub(super) enum Brought {
    /// Or the forge says why not.
    Asked(Result<(), ForgeError>),
    /// A person has to do it.
    Waits(Decision),
    /// The branch moved on the remote.
    Stale(String),
}

impl Through<'_> {
    /// Asks the forge for it; one that has no such call, or refuses this one, gets the merge pushed.
    pub(super) fn bring_in(
        &self,
        forge: &dyn Forge,
        errand: &Errand,
        request: &Request,
    ) -> anyhow::Result<Brought> {
        let Some(tip) = &request.head_sha else { return Ok(Brought::Asked(Ok(()))) };
        match forge.update(request, tip) {
            Ok(true) => Ok(Brought::Asked(Ok(()))),
            Ok(false)
            | Err(ForgeError::Denied { status: 403 | 404, .. } | ForgeError::Refused { status: 405, .. }) => {
                self.push_merge(errand, tip)
            }
            Err(error) => Ok(Brought::Asked(Err(error))),
        }
    }

    fn push_merge(&self, errand: &Errand, tip: &Oid) -> anyhow::Result<Brought> {
        let repo = &self.workspace.repo;
        let base = self.base_now(errand)?;
        let tree = match merge(repo, tip, &base)? {
            Merged::Clean(tree) => tree,
            Merged::Conflict { clashes, .. } => {
                let paths: Vec<String> = clashes.iter().map(|clash| safe(&clash.path)).collect();
                let words = format!("{} conflicts with {} in {}", errand.head, errand.base, list(&paths));
                return Ok(Brought::Waits(self.by_person(errand, FailureKind::Conflict, words)));
            }
            Merged::Unrelated => {
                let words = format!("{} and {} have no common history", errand.head, errand.base);
                return Ok(Brought::Waits(self.by_person(errand, FailureKind::Refused, words)));
            }
        };
        let actor = self.workspace.actor().ok_or_else(Failure::no_identity)?;
        let when = self.workspace.env.now_local().fixed_offset();
        let signature = Signature { name: actor.name, email: actor.email, when };
        let message = format!("Merge branch '{}' into {}\n", errand.base, errand.head);
        let new = ObjectWriter::new(repo, signature, false).commit(tree, vec![tip.clone(), base], message)?;
        let update = Update { name: head(&errand.head), expect: Some(tip.clone()), new };
        let lock = self.lock.and_then(|lock| lock.file().try_clone().ok());
        match publish(self.workspace, &errand.home.remote, std::slice::from_ref(&update), &[], lock)? {
            Settled::Published => Ok(Brought::Asked(Ok(()))),
            Settled::Stale(name) => Ok(Brought::Stale(name)),
            Settled::Torn { .. } => Ok(Brought::Stale(errand.head.clone())),
            Settled::Refused(refusal) => {
                let (base, branch) = (&errand.base, &errand.head);
                let words = format!(
                    "{branch} needs the new commits of {base} first, and {} refused them: {}",
                    errand.home.remote,
                    safe(&refusal.sentence())
                );
                Ok(Brought::Waits(self.by_person(errand, FailureKind::Refused, words)))
            }
        }
    }

    fn by_person(&self, errand: &Errand, kind: FailureKind, words: String) -> Decision {
        let (remote, branch) = (shell_word(self.remote), shell_word(&errand.head));
        let home = shell_word(&errand.home.remote);
        let upstream = shell_word(&format!("{}/{}", self.remote, errand.base));
        let hints = vec![
            format!("git fetch {remote} && git merge {upstream} && git push {home} {branch}"),
            self.asked.again.clone(),
        ];
        Decision { state: "behind", next: Next::Stop(kind), words: vec![words], hints }
    }

    /// The base as the remote has it now; its commit is here afterwards.
    pub(super) fn base_now(&self, errand: &Errand) -> anyhow::Result<Oid> {
        let name = head(&errand.base);
        let repo = &self.workspace.repo;
        let view = fetch::list(repo, self.remote, std::slice::from_ref(&name), NetworkPolicy::default())?;
        let Some(tip) = view.get(&name).cloned() else { return Ok(errand.base_tip.clone()) };
        if !repo.has(&tip)? {
            fetch::objects(repo, self.remote, &name)?;
        }
        Ok(tip)
    }
}
