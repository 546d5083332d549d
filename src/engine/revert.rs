//! The content of a rollback: production without what one release brought. Everything else about it
//! (version files, merge-backs, pushes, deployment) is that of a finish.

use super::compose::Composer;
use super::versions;
use crate::facts::Workspace;
use crate::git::access::Access;
use crate::git::merge::{Clash, Merged, back_with};
use crate::model::failure::Failure;
use crate::model::oid::Oid;
use crate::model::plan::{Method, Outcome, Release, Target};
use crate::plan::bump;
use crate::plan::finish::{FinishFacts, Revert};

/// The name of the record of a rollback.
pub fn name_of(undone: &str) -> String {
    format!("rollback-{}", undone.replace(['/', '@'], "-"))
}

impl Composer<'_> {
    /// Production without what the undone release brought, with the version files of the new one.
    pub(super) fn take_back(&self, target: &mut Target, release: &mut Release) -> anyhow::Result<()> {
        let Some(revert) = &self.facts.revert else { return Ok(()) };
        let repo = &self.workspace.repo;
        let tip = repo.commit(&self.facts.production.tip)?;
        target.method = Method::Merge;
        let onto = repo.commit(&revert.onto)?;
        let tree = restored(self.workspace, self.facts, revert, (&onto.tree, &tip.tree))?;
        let merged = back_with(repo, &tip.oid, &revert.commit, onto, tree)?;
        let new = match merged {
            Merged::Clean(tree) if tree == tip.tree => {
                return Err(Failure::refused(format!(
                    "{} no longer has the change of {}, so there is nothing to roll back; nothing was \
                     changed",
                    self.facts.production.name, revert.tag
                ))
                .hint("hotfix rollback --dry-run")
                .into());
            }
            Merged::Clean(tree) => {
                let tree = self.bump((&tree, &tip.tree), release, "Reverted")?;
                Some(self.writer.commit(tree, vec![tip.oid], self.release_message(release))?)
            }
            Merged::Conflict { clashes, .. } => {
                target.conflicts = Clash::paths(&clashes);
                None
            }
            Merged::Unrelated => None,
        };
        target.outcome = if new.is_some() { Outcome::Clean } else { Outcome::Conflict };
        release.commit.clone_from(&new);
        target.new = new;
        Ok(())
    }
}

/// The tree that is restored. The version and the changelog in it are production's: a rollback is a
/// release of its own, it does not count backwards and erases no entry that is public.
fn restored(
    workspace: &Workspace,
    facts: &FinishFacts,
    revert: &Revert,
    (content, production): (&Oid, &Oid),
) -> anyhow::Result<Oid> {
    if let Some(now) = &facts.release.versions.base {
        let scheme = &facts.release.versions.scheme;
        let (base, next) = (scheme.number(&revert.version), scheme.number(now));
        let dir = facts.release.directory.as_deref().unwrap_or_default();
        let date = workspace.env.now().date_naive();
        let wanted = bump::Release { dir, base: &base, next: &next, date, entry: "", kind: "" };
        return versions::as_in(&workspace.repo, &workspace.config.version, (content, production), &wanted);
    }
    Ok(content.clone())
}

/// How far back production is looked through for the commit that took a release back.
const LOOK_BACK: usize = 500;

/// The commit of production, since the rollback began, that took the release back already: a request
/// was merged, whoever did it and however.
///
/// # Errors
/// When git cannot be read.
pub fn brought_by(workspace: &Workspace, facts: &FinishFacts, since: &Oid) -> anyhow::Result<Option<Oid>> {
    let Some(revert) = &facts.revert else { return Ok(None) };
    let repo = &workspace.repo;
    let onto = repo.commit(&revert.onto)?;
    let (mut found, mut at) = (None, facts.production.tip.clone());
    for _ in 0..LOOK_BACK {
        if at == *since {
            break;
        }
        let commit = repo.commit(&at)?;
        let tree = restored(workspace, facts, revert, (&onto.tree, &commit.tree))?;
        let merged = back_with(repo, &at, &revert.commit, onto.clone(), tree)?;
        if !matches!(merged, Merged::Clean(tree) if tree == commit.tree) {
            break;
        }
        found = Some(at);
        match commit.parents.into_iter().next() {
            Some(parent) => at = parent,
            None => break,
        }
    }
    Ok(found)
}
