//! What several commands share, and no command of its own.

pub mod adopt;
pub mod annotation;
pub mod approver;
pub mod courier;
pub mod editor;
pub mod failure;
pub mod pick;
mod plan_graph;
pub mod plan_view;
pub mod quoting;
pub mod requests;
pub mod run_lock;
pub mod session;
pub mod settle;
pub mod share;
pub mod show;
pub mod step_view;
pub mod templates;
pub mod trust;
pub mod typed;
pub mod usage;
pub mod watching;
pub mod within;
