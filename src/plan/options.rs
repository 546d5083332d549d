//! What a person decides about a release on the command line: parsed once, read by every layer.

use crate::model::oid::Oid;
use semver::Version;

/// What the flags of `finish` say. `rollback` fills in its own part of it.
#[derive(Clone, Debug, Default)]
pub struct FinishOptions {
    /// The version, where it is not the next one.
    pub version: Option<Version>,
    /// The package that is released, of several.
    pub package: Option<String>,
    /// The commit of production that somebody names as the one that brought the hotfix.
    pub merged_as: Option<Oid>,
    /// Merge-back branches that are left out, with the reason.
    pub skip: Vec<(String, String)>,
    /// Why a change above the size limit is released all the same.
    pub allow_large: Option<String>,
    /// Why commits of an unreleased branch are released.
    pub allow_unreleased: Option<String>,
    /// A tag that exists already is left alone: the next number is taken.
    pub next: bool,
    /// Replaces the merge's and the tag's message.
    pub message: Option<String>,
    pub keep_branch: bool,
    /// Keeps everything here.
    pub no_push: bool,
    /// The plan is shown on a terminal, where it is approved.
    pub asks: bool,
}
