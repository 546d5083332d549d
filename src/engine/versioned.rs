//! The commit of production that is tagged, where others have merged the fix.

use super::compose::Composer;
use super::versions;
use crate::facts::version_commit;
use crate::git::access::Access;
use crate::model::oid::Oid;
use crate::model::plan::Release;
use crate::plan::bump;

impl Composer<'_> {
    /// The commit of production that is tagged, where others have merged the fix: the one that brought it,
    /// or production's tip where that alone says the version of the release. Neither: a fault.
    pub(super) fn versioned(&self, merged: &Oid, release: &mut Release) -> anyhow::Result<Oid> {
        let workspace = self.workspace;
        let base = self.base();
        let next = release.number();
        let dir = self.facts.release.directory.as_deref().unwrap_or_default();
        let date = workspace.env.now().date_naive();
        let mut behind = Vec::new();
        for at in [merged, &self.facts.production.tip] {
            let commit = workspace.repo.commit(at)?;
            let before = match commit.parents.first() {
                Some(parent) => workspace.repo.commit(parent)?.tree,
                None => commit.tree.clone(),
            };
            let wanted = bump::Release { dir, base: &base, next: &next, date, entry: "", kind: "Fixed" };
            let made =
                versions::bump(&workspace.repo, &workspace.config.version, (&commit.tree, &before), &wanted)?;
            let paths = made.edits.edits.into_iter().map(|edit| edit.path);
            let files: Vec<String> = paths.filter(|path| !version_commit::is_paper(path)).collect();
            if files.is_empty() {
                return Ok(at.clone());
            }
            if behind.is_empty() {
                behind = files;
            }
        }
        release.unversioned = behind;
        Ok(merged.clone())
    }
}
