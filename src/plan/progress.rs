//! How far a hotfix has come.

use crate::model::oid::Oid;

/// How far the hotfix has come, as git tells it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Progress {
    /// Not in production yet.
    Ahead,
    /// In production, and no release tag has it yet: production's commit that brought it.
    Merged(Oid),
    /// In production and released.
    Released { tag: String, version: semver::Version, commit: Oid },
}
