//! Every past hotfix, is it still there? Facts in, verdicts out.

pub mod align;
pub mod content;
pub mod discover;
mod lines;
mod look;
pub mod patch;
pub mod spelling;
pub mod trace;
pub mod verdict;
