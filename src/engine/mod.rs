//! Doing what was approved: each step from the value that was seen, settled by what git and the
//! remote say afterwards, and written into the record.

pub mod addresses;
pub mod advice;
mod back;
mod bumped;
pub mod checkout;
pub mod checks;
mod claim;
pub mod compose;
pub mod deploy;
mod deploy_elsewhere;
pub mod follow;
pub mod local;
pub mod merge_back;
mod messages;
pub mod notify;
pub mod object_writer;
mod probe;
pub mod publish;
mod recheck;
mod refused;
pub mod report;
pub mod request;
pub mod resolution;
pub mod retire;
pub mod revert;
pub mod run;
mod said_version;
pub mod share;
pub mod share_target;
mod ship;
pub mod start;
pub mod throw_away;
pub mod trust;
pub mod unsigned;
pub mod versions;
pub mod written_once;
