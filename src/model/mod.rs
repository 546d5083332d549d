//! Plain data: what a hotfix, an incident, a version and a plan *are*. No I/O anywhere below.

pub mod change;
pub mod checklist;
pub mod correction;
pub mod done_when;
pub mod event;
pub mod failure;
pub mod history;
pub mod incident;
pub mod intent;
pub mod milestone;
pub mod name;
pub mod oid;
pub mod patch;
pub mod plan;
pub mod restricted;
pub mod role;
pub mod severity;
pub mod stand;
pub mod step;
pub mod text;
pub mod time;
pub mod topic;
pub mod trailer;
pub mod tree;
pub mod update;
pub mod version;
