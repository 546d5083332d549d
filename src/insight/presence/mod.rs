//! Does a branch or a release have a fix? One judgement for everybody who asks, over facts that
//! were read elsewhere: ancestry, recorded decisions, patch-ids, and the content at the fix's paths.

mod align;
pub mod content;
pub mod judge;
pub mod lineage;
pub mod lines;
mod look;
pub mod patch;
pub mod purpose;
pub mod sieve;
pub mod state;
pub mod trace;
pub mod weight;

pub use judge::{By, Decision, Facts, Part, Standing, Verdict, Why, judge, overall};
