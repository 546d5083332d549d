//! The incident record: one commit for each event on `refs/incidents/<id>/log`.
//!
//! The author date of a commit is when the event happened, its committer date when it was written
//! down, its tree holds `event.json`; `git log` alone reads it.

pub mod join;
pub mod redact;
pub mod spool;
pub mod store;

pub use store::Record;
