//! The points in an incident that durations are measured between.

use super::event::Kind;
use serde::{Deserialize, Serialize};
use std::fmt;

/// The words that `hotfix mark` and the lines of `hotfix note -F` accept.
pub const MARKS: [&str; 9] = [
    "impact-started",
    "detected",
    "acknowledged",
    "identified",
    "partly-mitigated",
    "mitigated",
    "deployed",
    "impact-ended",
    "resolved",
];

/// Reads a word of [`MARKS`]: a milestone, part of one, or a deployment done elsewhere.
pub fn marked(word: &str) -> Option<Kind> {
    match word.replace('_', "-").as_str() {
        "partly-mitigated" => Some(Kind::PartlyMitigated),
        "deployed" => Some(Kind::DeploySucceeded),
        word => Milestone::from_flag(word).map(Milestone::kind),
    }
}

/// A named point in time. Its time is the earliest `at` among its unretracted events.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Milestone {
    ImpactStarted,
    Detected,
    Declared,
    Acknowledged,
    Identified,
    Mitigated,
    ImpactEnded,
    Resolved,
}

impl Milestone {
    /// In the order they usually happen.
    pub const ALL: [Self; 8] = [
        Self::ImpactStarted,
        Self::Detected,
        Self::Declared,
        Self::Acknowledged,
        Self::Identified,
        Self::Mitigated,
        Self::ImpactEnded,
        Self::Resolved,
    ];

    /// The event kind that sets this milestone.
    pub const fn kind(self) -> Kind {
        match self {
            Self::ImpactStarted => Kind::ImpactStarted,
            Self::Detected => Kind::Detected,
            Self::Declared => Kind::Declared,
            Self::Acknowledged => Kind::Acknowledged,
            Self::Identified => Kind::Identified,
            Self::Mitigated => Kind::Mitigated,
            Self::ImpactEnded => Kind::ImpactEnded,
            Self::Resolved => Kind::Resolved,
        }
    }

    /// The milestone an event kind sets, if it sets one.
    pub fn of(kind: &Kind) -> Option<Self> {
        Self::ALL.into_iter().find(|m| m.kind() == *kind)
    }

    /// The word typed after `hotfix mark`.
    pub const fn flag(self) -> &'static str {
        match self {
            Self::ImpactStarted => "impact-started",
            Self::Detected => "detected",
            Self::Declared => "declared",
            Self::Acknowledged => "acknowledged",
            Self::Identified => "identified",
            Self::Mitigated => "mitigated",
            Self::ImpactEnded => "impact-ended",
            Self::Resolved => "resolved",
        }
    }

    /// Reads the word typed after `hotfix mark`. `declared` is written by `start` alone.
    pub fn from_flag(word: &str) -> Option<Self> {
        let word = word.replace('_', "-");
        Self::ALL.into_iter().find(|m| *m != Self::Declared && m.flag() == word)
    }
}

impl fmt::Display for Milestone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::ImpactStarted => "impact started",
            Self::Detected => "detected",
            Self::Declared => "declared",
            Self::Acknowledged => "acknowledged",
            Self::Identified => "identified",
            Self::Mitigated => "mitigated",
            Self::ImpactEnded => "impact ended",
            Self::Resolved => "resolved",
        })
    }
}
