//! Which versions of a file can hold parts of changes at all. Each is read once, whatever the number of changes, and
//! only those that can are compared line by line.

use super::content::Change;
use super::lines::{ByPrint, Key, fingerprint, tells, text_of};
use crate::model::oid::Oid;
use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

/// The lines without which a part is not there, as positions among all that are looked for.
#[derive(Clone, Debug, Default)]
pub struct Need(Box<[u32]>);

/// The lines that some changes of one file put in, and which contents have them.
#[derive(Debug, Default)]
pub struct Sieve {
    /// Each line's position, by its fingerprint.
    wanted: ByPrint<u32>,
    key: Key,
    /// Whether lines are looked for as they are, and whether without their indentation.
    exact: bool,
    loose: bool,
    /// For each content a bit for each line; `None` for what is no text.
    seen: RefCell<HashMap<Oid, Option<Box<[u64]>>>>,
}

impl Sieve {
    /// Looks for the lines of a change as well: before any content is asked about. What to ask for each part; nothing
    /// where every content has to be compared.
    pub fn learn(&mut self, change: &Change) -> Vec<Need> {
        let Some(exact) = change.is_exact() else { return Vec::new() };
        if exact {
            self.exact = true;
        } else {
            self.loose = true;
        }
        let mut need = |part: usize| {
            let lines = change.added(part).iter().filter(|line| tells(line)).map(|line| {
                let next = u32::try_from(self.wanted.len()).unwrap_or(u32::MAX);
                *self.wanted.entry(fingerprint(self.key, line, exact)).or_insert(next)
            });
            Need(lines.collect())
        };
        (0..change.len()).map(&mut need).collect()
    }

    /// Whether a part can be in the content with this id, which is read if it was not yet.
    pub fn may_hold(&self, need: &Need, id: &Oid, read: impl FnOnce() -> Option<Rc<[u8]>>) -> bool {
        let holds = |found: &Option<Box<[u64]>>| {
            let Some(found) = found else { return true };
            let has = |line: &u32| {
                let word = found.get(*line as usize / 64).copied().unwrap_or(0);
                word & (1 << (line % 64)) != 0
            };
            need.0.iter().all(has)
        };
        if need.0.is_empty() {
            return true;
        }
        if let Some(known) = self.seen.borrow().get(id) {
            return holds(known);
        }
        let found = read().and_then(|content| self.found_in(&content));
        let answer = holds(&found);
        self.seen.borrow_mut().insert(id.clone(), found);
        answer
    }

    fn found_in(&self, content: &[u8]) -> Option<Box<[u64]>> {
        let text = text_of(content)?;
        let mut found = vec![0_u64; self.wanted.len().div_ceil(64)];
        let mut note = |line: &str, exact: bool| {
            if let Some(at) = self.wanted.get(&fingerprint(self.key, line, exact))
                && let Some(word) = found.get_mut(*at as usize / 64)
            {
                *word |= 1 << (at % 64);
            }
        };
        for line in text.lines() {
            if self.loose {
                note(line, false);
            }
            if self.exact {
                note(line, true);
            }
        }
        Some(found.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::insight::graph::tests::id;

    const OLD: &str = "fn login() {\n    user.unwrap()\n}\n";
    const NEW: &str = "fn login() {\n    user.unwrap_or(false)\n}\n";

    fn read(text: &str) -> Option<Rc<[u8]>> {
        Some(Rc::from(text.as_bytes()))
    }

    #[test]
    fn what_lacks_a_line_cannot_hold_the_part() {
        let mut sieve = Sieve::default();
        let needs = sieve.learn(&Change::new(Some(OLD.as_bytes()), Some(NEW.as_bytes())));
        assert_eq!(needs.len(), 1);
        assert!(!sieve.may_hold(&needs[0], &id("old"), || read(OLD)));
        assert!(sieve.may_hold(&needs[0], &id("deep"), || read(&NEW.replace("    ", "\t\t"))));
        // Each content is read once, and what cannot be read may be anything.
        assert!(!sieve.may_hold(&needs[0], &id("old"), || None));
        assert!(sieve.may_hold(&needs[0], &id("gone"), || None));
    }

    #[test]
    fn several_changes_are_looked_for_at_once() {
        let mut sieve = Sieve::default();
        let one = sieve.learn(&Change::new(Some(OLD.as_bytes()), Some(NEW.as_bytes())));
        let deeper = NEW.replace("    user", "        user");
        let two = sieve.learn(&Change::new(Some(NEW.as_bytes()), Some(deeper.as_bytes())));
        assert!(sieve.may_hold(&one[0], &id("new"), || read(NEW)));
        assert!(sieve.may_hold(&one[0], &id("deeper"), || read(&deeper)));
        assert!(sieve.may_hold(&two[0], &id("deeper"), || None));
        // Nothing is known of what has no lines.
        assert!(sieve.learn(&Change::new(Some(&[0]), Some(&[0, 1]))).is_empty());
    }
}
