//! Refs that a plan moves or deletes, each with the value it must have until then.

use crate::model::oid::Oid;
use serde::Serialize;

/// A ref that is created or moved, with the value it must have until then.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Update {
    /// Fully qualified: `refs/heads/main`.
    pub name: String,
    /// The expected old value; `None` means the ref must not exist.
    pub expect: Option<Oid>,
    pub new: Oid,
}

/// A ref that is deleted, with the value it must have until then. A type of its own, so that an
/// update can never turn into a deletion.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Deletion {
    /// Fully qualified.
    pub name: String,
    pub expect: Oid,
}

/// The full name of a branch.
pub fn head(branch: &str) -> String {
    format!("refs/heads/{branch}")
}

/// The full name of a tag.
pub fn tag_ref(tag: &str) -> String {
    format!("refs/tags/{tag}")
}

/// A full ref name as people say it: `main`, `v1.2.1`.
pub fn short_ref(name: &str) -> &str {
    name.strip_prefix("refs/heads/").or_else(|| name.strip_prefix("refs/tags/")).unwrap_or(name)
}
