//! What is known about going back, before anybody decides to.

use crate::model::oid::Oid;
use crate::model::plan::DiffStat;
use serde::{Deserialize, Serialize};

/// Going back to one release.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Way {
    pub tag: String,
    /// How many commits it undoes, merges left out.
    pub commits: usize,
    pub stat: DiffStat,
    /// Migrations, deployment, infrastructure.
    pub sensitive: Vec<String>,
    /// Lock files: dependencies go back, too.
    pub locks: Vec<String>,
}

/// What reverting a commit on production gives, tried in memory.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "outcome", rename_all = "kebab-case")]
pub enum Revert {
    Clean {
        stat: DiffStat,
    },
    Conflict {
        paths: Vec<String>,
    },
    /// Nothing of it is left.
    Nothing,
}

/// A candidate for the fault and what reverting it alone gives.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Suspect {
    pub commit: Oid,
    pub subject: String,
    pub revert: Revert,
}

/// All of it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Evidence {
    /// The last releases, newest first.
    pub releases: Vec<Way>,
    pub suspects: Vec<Suspect>,
}
