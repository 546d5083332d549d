//! Releases that were rolled back, as production's own history tells it. They are never offered as a way
//! back.

use super::presence;
use super::release::Around;
use super::workspace::Workspace;
use crate::git::access::Access;
use crate::git::line::Line;
use crate::git::tags::ReleaseTag;
use crate::insight::presence::Standing;
use crate::model::oid::Oid;
use crate::model::trailer;
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
        let all: Vec<&ReleaseTag> = std::iter::once(newest).chain(&below).collect();
        let mut found = BTreeMap::new();
        for release in &all {
            let message = workspace.repo.commit(&release.commit)?.message;
            for undone in trailer::values(&message, trailer::ROLLBACK) {
                let known = all.iter().find(|other| other.name == undone);
                if known.map_or(Ok(true), |undone| is_gone(workspace, undone, release))? {
                    found.insert(undone.to_owned(), release.name.clone());
                }
            }
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

    /// The release that was in production before one and was not rolled back: of those below it on the line to
    /// `production` the nearest. Where the line does not tell, the highest below it.
    ///
    /// # Errors
    /// When history cannot be read.
    pub fn good_before(
        &self,
        workspace: &Workspace,
        around: &Around,
        of: &ReleaseTag,
        production: &Oid,
    ) -> anyhow::Result<Option<ReleaseTag>> {
        let repo = &workspace.repo;
        let mut below = around.releases.below(repo, &around.scheme, of, RELEASES)?;
        below.retain(|release| self.by(&release.name).is_none());
        if below.len() < 2 {
            return Ok(below.into_iter().next());
        }
        let line = Line::of(repo, production)?;
        let Some(own) = line.place(&of.commit) else { return Ok(below.into_iter().next()) };
        let mut nearest: Option<(usize, &ReleaseTag)> = None;
        for release in &below {
            let Some(place) = line.place(&release.commit).filter(|place| *place > own) else { continue };
            let is_nearer = nearest.is_none_or(|(known, _)| place < known);
            // Where releases are tagged on the branches that are merged, these are what was in production.
            if is_nearer && (!line.has(&of.commit) || line.was(repo, &release.commit)?) {
                nearest = Some((place, release));
            }
        }
        let found = nearest.map(|(_, release)| release.clone());
        Ok(found.or_else(|| below.into_iter().next()))
    }
}

/// Whether a release has nothing of what another one brought: what its message says of itself is text that
/// whoever wrote a pull request may have chosen.
fn is_gone(workspace: &Workspace, undone: &ReleaseTag, by: &ReleaseTag) -> anyhow::Result<bool> {
    let repo = &workspace.repo;
    let Some(before) = repo.commit(&undone.commit)?.parents.into_iter().next() else { return Ok(true) };
    let (guard, change) = (&workspace.config.guard, (&before, &undone.commit));
    let verdicts =
        presence::by_content(repo, guard, change, Some(&undone.version.to_string()), &[&by.commit])?;
    Ok(!verdicts.iter().any(|verdict| verdict.standing == Standing::Kept))
}
