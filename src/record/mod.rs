//! The incident record: one commit for each event on `refs/incidents/<id>/log`.
//!
//! The author date of a commit is when the event happened, its committer date when it was written
//! down, its tree holds `event.json`; `git log` alone reads it.

mod claims;
mod entry;
mod erase;
mod fit;
pub mod join;
mod kept;
pub(crate) mod mend;
pub mod outbox;
mod outcomes;
mod own;
mod read;
pub mod redact;
mod signatures;
pub mod spool;
pub mod store;
pub mod tail;
mod unconfirmed_pushes;
mod verdicts;

pub use claims::Borders;
pub use erase::{Erased, REDACTED};
pub use outcomes::holds;
pub use store::Record;
pub use tail::Tail;
