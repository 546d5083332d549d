//! What version files say against the release that is planned: in production that others merged into,
//! and above the newest release.

use super::compose::Composer;
use super::versions;
use crate::facts::version_commit;
use crate::git::access::Access;
use crate::model::failure::Problem;
use crate::model::oid::Oid;
use crate::model::plan::Release;
use crate::model::text::{list, safe, shell_word};
use crate::plan::bump;
use crate::plan::finish::FinishFacts;
use crate::plan::version::{Doubt, Versions};

/// A version file above the newest release: the one that is missing may be out under another tag.
pub(super) fn ahead(facts: &FinishFacts, release: &Release) -> Vec<Problem> {
    let Some((path, says)) = release.ahead.clone() else { return Vec::new() };
    let doubt =
        facts.release.versions.doubt.clone().or(Some(Doubt::File { path: safe(&path), says: safe(&says) }));
    let versions = Versions { doubt, ..facts.release.versions.clone() };
    let already = facts.release.versions.doubt.is_some();
    versions
        .problem(&facts.command(), false)
        .filter(|p| !already && p.id == "version" && versions.requested.is_none())
        .into_iter()
        .collect()
}

/// A fix that was merged without the version of its release: the tag would not be what it says.
pub(super) fn unversioned(facts: &FinishFacts, release: &Release) -> Option<Problem> {
    let files = &release.unversioned;
    let base = facts.release.versions.base.as_ref().filter(|_| !files.is_empty())?;
    let (production, base, next) =
        (&facts.production.name, facts.release.versions.scheme.number(base), release.number());
    let from =
        facts.production.remote.as_ref().map_or_else(|| production.clone(), |r| format!("{r}/{production}"));
    Some(Problem::new(
        "version-commit",
        format!(
            "{production} has the fix but not the version: {} of {} would still say {base}",
            list(files),
            release.tag
        ),
        format!(
            "git switch -c {}-version {}    # set {next} in {}, merge that into {production}, then: \
             hotfix finish {}",
            shell_word(&facts.branch.name),
            shell_word(&from),
            list(files),
            shell_word(&facts.name)
        ),
    ))
}

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
