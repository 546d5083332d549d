//! Questions answered from the facts alone: how long things took, where they
//! stand, who waits for news, and whether clocks agreed.

pub mod clocks;
pub mod impact;
pub mod legs;
pub mod metrics;
pub mod scope;
pub mod steps;
pub mod updates;
