//! hotfix
pub mod model;
