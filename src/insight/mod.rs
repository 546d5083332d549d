//! Questions answered from the facts alone: how long things took, and whether clocks agreed.

pub mod audit;
pub mod clocks;
pub mod impact;
pub mod legs;
pub mod metrics;
pub mod scope;
pub mod steps;
