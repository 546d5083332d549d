//! Questions answered from the facts alone: how long things took, where they
//! stand, who waits for news, and whether clocks agreed.

pub mod affected;
pub mod audit;
pub mod clocks;
pub mod common;
pub mod earlier_fix;
pub mod graph;
pub mod impact;
pub mod metric;
pub mod metrics;
pub mod next;
pub mod phases;
pub mod presence;
pub mod recurrence;
pub mod rollback;
pub mod scope;
pub mod shipped;
pub mod stats;
pub mod steps;
pub mod suspect;
pub mod updates;
