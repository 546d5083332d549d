//! What is known of how two commits are related. In a history that is here as a whole the answer never changes, and
//! finding it means reading all that is between them.

use super::Result;
use crate::model::oid::Oid;
use std::cell::RefCell;
use std::collections::HashMap;

/// The most answers that are kept.
const MOST: usize = 100_000;

type Answers<T> = RefCell<HashMap<(Oid, Oid), T>>;

/// The answers of one run.
#[derive(Default)]
pub struct Related {
    bases: Answers<Option<Oid>>,
    ancestors: Answers<bool>,
}

impl Related {
    /// The merge base of two commits.
    ///
    /// # Errors
    /// As `find`.
    pub fn base(
        &self,
        pair: (&Oid, &Oid),
        find: impl FnOnce() -> Result<Option<Oid>>,
    ) -> Result<Option<Oid>> {
        // It is the same from either side.
        let pair = if pair.0 <= pair.1 { pair } else { (pair.1, pair.0) };
        known(&self.bases, pair, find)
    }

    /// Whether the first is the second, or below it.
    ///
    /// # Errors
    /// As `find`.
    pub fn is_ancestor(&self, pair: (&Oid, &Oid), find: impl FnOnce() -> Result<bool>) -> Result<bool> {
        known(&self.ancestors, pair, find)
    }
}

fn known<T: Clone>(
    answers: &Answers<T>,
    (a, b): (&Oid, &Oid),
    find: impl FnOnce() -> Result<T>,
) -> Result<T> {
    let pair = (a.clone(), b.clone());
    if let Some(answer) = answers.borrow().get(&pair) {
        return Ok(answer.clone());
    }
    let answer = find()?;
    let mut answers = answers.borrow_mut();
    if answers.len() < MOST {
        answers.insert(pair, answer.clone());
    }
    Ok(answer)
}
