//! Commands of the configuration that run between publishing production and merging back.

use chrono::Duration;
use serde::Serialize;

/// Whether a command deploys or looks whether the deployment works.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum StageKind {
    Deploy,
    /// Something else deploys, and the forge says how far it is.
    Watch,
    Verify,
}

impl StageKind {
    /// Whether the release is in production after it.
    pub const fn deploys(self) -> bool {
        matches!(self, Self::Deploy | Self::Watch)
    }
}

/// A command that runs between publishing production and merging back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stage {
    pub kind: StageKind,
    /// `deploy`, or the name of the verify check.
    pub name: String,
    pub command: String,
    /// The time between two runs of a verify check.
    pub every: Duration,
    /// How long a verify check is watched; zero means one run.
    pub window: Duration,
    /// The longest one run may take.
    pub timeout: Option<Duration>,
}
