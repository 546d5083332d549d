//! One branch of a plan, and what happens to it.

use super::refs::{Update, head};
use crate::model::oid::Oid;
use serde::Serialize;

/// Whether a branch is what is in production, or receives the fix afterwards.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    Production,
    MergeBack,
}

/// How the fix gets onto a branch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Method {
    Merge,
    Squash,
    CherryPick,
    FastForward,
    None,
}

/// What the attempt in the object database gave.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    Clean,
    /// The branch has the fix already.
    Contained,
    Conflict,
    /// Taken off the list by a person.
    Skipped,
}

/// One branch and what happens to it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Target {
    /// Without `refs/heads/`.
    pub branch: String,
    pub role: Role,
    pub method: Method,
    pub outcome: Outcome,
    /// Its tip on the remote (or here, without a remote).
    pub old: Option<Oid>,
    /// Its tip afterwards, when something is published.
    pub new: Option<Oid>,
    /// Paths that do not merge.
    pub conflicts: Vec<String>,
    /// A person made the merge.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub by_hand: bool,
    /// Files that a merge by hand left as they were, with nothing of the fix in them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub without: Vec<String>,
}

impl Target {
    /// A branch at its tip, with nothing to do there.
    pub fn untouched(branch: &str, role: Role, tip: &Oid) -> Self {
        Self {
            branch: branch.to_owned(),
            role,
            method: Method::None,
            outcome: Outcome::Contained,
            old: Some(tip.clone()),
            new: None,
            conflicts: Vec::new(),
            by_hand: false,
            without: Vec::new(),
        }
    }

    /// The update that publishes this target, when there is something to publish.
    pub fn update(&self) -> Option<Update> {
        let (old, new) = (self.old.clone()?, self.new.clone()?);
        (self.outcome == Outcome::Clean && old != new).then(|| Update {
            name: head(&self.branch),
            expect: Some(old),
            new,
        })
    }
}
