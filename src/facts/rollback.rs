//! What going back to an earlier release would mean.

use super::lines::lines;
use super::release::around;
use super::scope;
use super::site::Site;
use super::{targets, way_back};
use crate::git::access::Access;
use crate::git::fetch::View;
use crate::git::tags::ReleaseTag;
use crate::insight::rollback::Evidence;
use crate::insight::scope::is_lock;
use crate::model::failure::Failure;
use crate::model::oid::Oid;
use crate::model::plan::{CommitLine, DiffStat};
use crate::model::text::safe;
use crate::plan::version::Versions;

/// The evidence for a rollback.
#[derive(Clone, Debug)]
pub struct RollbackFacts {
    pub production: String,
    pub production_tip: Oid,
    /// The release that is undone.
    pub undone: ReleaseTag,
    /// The release whose content production shall have again.
    pub back_to: ReleaseTag,
    pub versions: Versions,
    /// The directory of the package that is rolled back; empty for the whole repository.
    pub directory: String,
    /// What is known about this and other ways back.
    pub evidence: Evidence,
    /// The commits that are undone, newest first.
    pub commits: Vec<CommitLine>,
    pub stat: DiffStat,
    /// Changed paths that are always worth naming: migrations, infrastructure.
    pub sensitive: Vec<String>,
    /// Changed lock files: dependencies go back, too.
    pub locks: Vec<String>,
    /// Merge-back branches, their tips, and whether they contain the release that is undone.
    pub targets: Vec<(String, Oid, bool)>,
}

/// Reads it.
///
/// # Errors
/// When a release is unknown or not in production.
pub fn gather(
    site: &Site,
    view: &View,
    undo: Option<&str>,
    to: Option<&str>,
) -> anyhow::Result<RollbackFacts> {
    let production = site.config.branches.production.clone();
    let tip =
        view.heads.get(&production).cloned().ok_or_else(|| {
            Failure::usage(format!("there is no branch {} to roll back", safe(&production)))
        })?;
    let around = around(site, view, &[&tip])?;
    let newest = around.newest.clone().ok_or_else(|| {
        Failure::refused(
            "production has no release yet, so there is nothing to go back to; nothing was changed",
        )
    })?;
    let find = |name: &str| -> anyhow::Result<ReleaseTag> {
        let found = around.releases.find(&site.repo, name, &tip)?;
        found.ok_or_else(|| {
            Failure::usage(format!("{} is no release in {}", safe(name), safe(&production)))
                .hint("git tag --merged    # the releases there are")
                .into()
        })
    };
    let undone = undo.map(find).transpose()?.unwrap_or(newest);
    let back_to = match to {
        Some(name) => find(name)?,
        None => around
            .releases
            .before(&site.repo, &around.scheme, &undone.version, &undone.commit)?
            .ok_or_else(|| {
                Failure::refused(format!("there is no release before {}; nothing was changed", undone.name))
            })?,
    };
    if undone.commit == back_to.commit || !site.repo.is_ancestor(&back_to.commit, &undone.commit)? {
        return Err(Failure::usage(format!("{} does not come before {}", back_to.name, undone.name)).into());
    }
    let measured = scope::measure(site, &back_to.commit, &undone.commit)?;
    let mut found = Vec::new();
    for (branch, at) in targets::merge_backs(site, view, &production, &tip)? {
        let has = site.repo.is_ancestor(&undone.commit, &at)?;
        found.push((branch, at, has));
    }
    let evidence = way_back::evidence(site, &around, &undone, &tip)?;
    Ok(RollbackFacts {
        evidence,
        versions: around.versions(None),
        directory: around.directory.clone().unwrap_or_default(),
        commits: lines(&site.repo, &undone.commit, std::slice::from_ref(&back_to.commit))?,
        stat: measured.stat,
        sensitive: measured.scope.sensitive,
        locks: measured.files.into_iter().map(|f| f.path).filter(|p| is_lock(p)).collect(),
        targets: found,
        production,
        production_tip: tip,
        undone,
        back_to,
    })
}
