//! From facts to a plan, without touching anything: what `start` and `finish` are going to do,
//! and everything that stands in the way.

pub mod bump;
pub mod deployment;
pub mod finish;
pub mod options;
pub mod problems;
pub mod progress;
pub mod request;
pub mod start;
pub mod steps;
pub mod version;
