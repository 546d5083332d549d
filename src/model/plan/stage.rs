//! Commands of the configuration that run between publishing production and merging back.

use crate::model::path::resolve;
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

impl Stage {
    /// The file of the checkout that its command begins with: `ops/deploy.sh`, for `./ops/deploy.sh --all`.
    pub fn script(&self) -> Option<String> {
        let word = self.command.split_whitespace().next().filter(|_| self.kind != StageKind::Watch)?;
        let is_plain = |c: char| c.is_alphanumeric() || matches!(c, '/' | '.' | '_' | '-' | '+' | '@');
        let is_path = word.contains('/') && !word.starts_with('/') && word.chars().all(is_plain);
        is_path.then(|| resolve("", word)).flatten()
    }
}
