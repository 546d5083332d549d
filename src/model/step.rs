//! The seven steps of a hotfix.

use serde::Serialize;
use std::fmt;

/// One of the seven steps, in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Step {
    Detect,
    Assess,
    Branch,
    Fix,
    Test,
    Deploy,
    Merge,
}

impl Step {
    /// All seven, in order.
    pub const ALL: [Self; 7] =
        [Self::Detect, Self::Assess, Self::Branch, Self::Fix, Self::Test, Self::Deploy, Self::Merge];
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Detect => "detect",
            Self::Assess => "assess",
            Self::Branch => "branch",
            Self::Fix => "fix",
            Self::Test => "test",
            Self::Deploy => "deploy",
            Self::Merge => "merge",
        })
    }
}

/// How far a step is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum StepState {
    Done,
    Current,
    Todo,
    Skipped,
    Failed,
}

/// A step, its state, and a few words about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StepLine {
    pub step: Step,
    pub state: StepState,
    pub detail: String,
}
