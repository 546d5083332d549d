//! Object ids.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::sync::Arc;

/// The id of a git object: 40 (SHA-1) or 64 (SHA-256) lower-case hexadecimal digits.
///
/// Never empty and never the null id, so a refspec that is built from one can never turn into
/// a deletion by accident. Cheap to copy: a repository may have a hundred thousand tags.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Oid(Arc<str>);

impl Oid {
    /// Reads a full object id; `None` for anything else, the null id included.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let full = matches!(text.len(), 40 | 64);
        let hex = text.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
        let null = text.bytes().all(|b| b == b'0');
        (full && hex && !null).then(|| Self(text.into()))
    }

    /// All digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The first seven digits, for people.
    pub fn short(&self) -> &str {
        self.0.get(..7).unwrap_or(&self.0)
    }

    /// The null id of this id's length, which git reads as "this ref must not exist".
    pub fn null_like(&self) -> String {
        "0".repeat(self.0.len())
    }
}

impl fmt::Display for Oid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Oid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Oid({})", self.short())
    }
}

impl TryFrom<String> for Oid {
    type Error = String;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text).ok_or_else(|| format!("not an object id: {text}"))
    }
}

impl From<Oid> for String {
    fn from(oid: Oid) -> Self {
        oid.0.as_ref().to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refuses_what_would_delete_or_mislead() {
        for bad in ["", "0", "abc", &"0".repeat(40), &"g".repeat(40), &"A".repeat(40)] {
            assert_eq!(Oid::parse(bad), None, "{bad}");
        }
        assert!(Oid::parse(&"a1".repeat(20)).is_some());
        assert!(Oid::parse(&"a1".repeat(32)).is_some());
    }
}
