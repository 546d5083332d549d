//! Releases that were rolled back, as production's own history tells it. They are never offered as a way
//! back.

use super::release::Around;
use super::workspace::Workspace;
use crate::git::access::Access;
use crate::git::tags::ReleaseTag;
use crate::model::oid::Oid;
use std::collections::BTreeMap;

/// How many releases are looked at.
const RELEASES: usize = 64;

/// Releases that were rolled back, and the release that did it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RolledBack(BTreeMap<String, String>);

impl RolledBack {
    /// Reads it from the releases up to `newest`.
    ///
    /// # Errors
    /// When history cannot be read.
    pub fn of(workspace: &Workspace, around: &Around, newest: &ReleaseTag) -> anyhow::Result<Self> {
        let below = around.releases.below(&workspace.repo, &around.scheme, newest, RELEASES)?;
        let mut found = BTreeMap::new();
        for release in std::iter::once(newest).chain(&below) {
            let message = workspace.repo.commit(&release.commit)?.message;
            let undone = message.lines().filter_map(|line| line.strip_prefix("Rollback: "));
            found.extend(undone.map(|undone| (undone.to_owned(), release.name.clone())));
        }
        Ok(Self(found))
    }

    /// The release that took one back.
    pub fn by(&self, tag: &str) -> Option<&str> {
        self.0.get(tag).map(String::as_str)
    }

    /// The release that one took back, when it is a rollback.
    pub fn undone_by(&self, tag: &str) -> Option<&str> {
        self.0.iter().find(|(_, by)| *by == tag).map(|(undone, _)| undone.as_str())
    }

    /// The newest release before one that was not rolled back, reachable from `tip`.
    ///
    /// # Errors
    /// When history cannot be read.
    pub fn good_before(
        &self,
        workspace: &Workspace,
        around: &Around,
        of: &ReleaseTag,
        tip: &Oid,
    ) -> anyhow::Result<Option<ReleaseTag>> {
        let mut version = of.version.clone();
        while let Some(found) = around.releases.before(&workspace.repo, &around.scheme, &version, tip)? {
            if self.by(&found.name).is_none() {
                return Ok(Some(found));
            }
            version = found.version;
        }
        Ok(None)
    }
}
