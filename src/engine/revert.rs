//! The content of a rollback: production without what one release brought. Everything else about it
//! (version files, merge-backs, pushes, deployment) is that of a finish.

use super::compose::Composer;
use crate::git::access::Access;
use crate::git::merge::{Merged, merge};
use crate::git::object::NewCommit;
use crate::model::failure::Failure;
use crate::model::oid::Oid;
use crate::model::plan::{Method, Outcome, Release, Target};
use crate::plan::bump;
use crate::plan::finish::Revert;

/// The name of the record of a rollback.
pub fn name_of(undone: &str) -> String {
    format!("rollback-{}", undone.replace(['/', '@'], "-"))
}

impl Composer<'_> {
    /// Production without what the undone release brought, with the version files of the new one.
    pub(super) fn take_back(&self, target: &mut Target, release: &mut Release) -> anyhow::Result<()> {
        let Some(revert) = &self.facts.revert else { return Ok(()) };
        let repo = &self.site.repo;
        let tip = repo.commit(&self.facts.production_tip)?;
        target.method = Method::Merge;
        let merged = merge(repo, &tip.oid, &self.bridge(revert, &tip.tree)?)?;
        let new = match merged {
            Merged::Clean(tree) if tree == tip.tree => {
                return Err(Failure::refused(format!(
                    "{} no longer has what {} brought, so there is nothing to roll back; nothing was changed",
                    self.facts.production, revert.tag
                ))
                .hint("hotfix rollback --dry-run")
                .into());
            }
            Merged::Clean(tree) => {
                let tree = self.bump(&tree, release)?;
                Some(self.craft.commit(tree, vec![tip.oid], self.release_message(&release.tag))?)
            }
            Merged::Conflict { paths, .. } => {
                target.conflicts = paths;
                None
            }
            Merged::Unrelated => None,
        };
        target.outcome = if new.is_some() { Outcome::Clean } else { Outcome::Conflict };
        release.commit.clone_from(&new);
        target.new = new;
        Ok(())
    }

    /// A commit on top of the undone release with the content that is restored. The version and the
    /// changelog in it are production's: a rollback is a release of its own, it does not count
    /// backwards and erases no entry that is public.
    fn bridge(&self, revert: &Revert, production: &Oid) -> anyhow::Result<Oid> {
        let repo = &self.site.repo;
        let onto = repo.commit(&revert.onto)?;
        let mut tree = onto.tree.clone();
        if let Some(now) = &self.facts.versions.base {
            let config = &self.site.config.version;
            let files = self.version_files(&onto.tree)?;
            let day = self.site.env.now().date_naive();
            let mut kept = bump::edits(&files, config, &revert.version, now, day, "").edits;
            if let Some(path) = bump::changelog_path(config) {
                kept.retain(|edit| edit.path != path);
            }
            let mut changed: Vec<(&str, Vec<u8>)> =
                kept.iter().map(|edit| (edit.path.as_str(), edit.new.clone().into_bytes())).collect();
            if let Some(path) = bump::changelog_path(config)
                && let Some(text) = repo.tree_blob(production, path)?
            {
                changed.push((path, text));
            }
            let changed: Vec<(&str, &[u8])> = changed.iter().map(|(p, t)| (*p, t.as_slice())).collect();
            tree = repo.edit_tree(&tree, &changed)?;
        }
        let (author, committer) = (onto.committer.clone(), onto.committer);
        let parents = vec![revert.commit.clone()];
        let message = format!("content of {}\n", onto.oid);
        Ok(repo.write_commit(&NewCommit { tree, parents, author, committer, message })?)
    }
}
