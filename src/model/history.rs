//! A commit as far as history is concerned.

use super::oid::Oid;

/// A commit and what it stands on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Past {
    pub oid: Oid,
    pub parents: Vec<Oid>,
    /// When it was committed, in seconds since 1970; 0 when only parents were read.
    pub seconds: i64,
    /// Empty when only parents were read.
    pub message: String,
}
