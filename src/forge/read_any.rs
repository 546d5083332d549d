//! What any answer of a forge is read as, without a forge: for the fuzz target.

use super::{forgejo, github, gitlab};
use crate::model::request::Request;
use serde_json::Value;

/// Reads an answer as each kind of forge would write it.
#[doc(hidden)]
pub fn read_any(answer: &Value) -> Vec<Request> {
    [github::read(answer), gitlab::request(answer), forgejo::request(answer)].into_iter().flatten().collect()
}
