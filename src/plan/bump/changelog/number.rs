//! Versions as changelogs write them: two to four numbers, maybe with a pre-release.

use std::cmp::Ordering;
use std::fmt;

/// A version, in its order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in super::super) struct Number {
    parts: Vec<u64>,
    pre: Option<String>,
    text: String,
}

impl Number {
    /// Reads `1.2.0`, `1.2`, `2026.11.01` or `1.2.0-rc.1`, and nothing else.
    pub(in super::super) fn parse(text: &str) -> Option<Self> {
        let core = text.split('+').next()?;
        let (core, pre) = core.split_once('-').map_or((core, None), |(core, pre)| (core, Some(pre)));
        let parts: Vec<u64> = core.split('.').map(|part| part.parse().ok()).collect::<Option<_>>()?;
        let is_pre = |pre: &str| {
            !pre.is_empty() && pre.chars().all(|c| c.is_ascii_alphanumeric() || c == '.' || c == '-')
        };
        let fits = (2..=4).contains(&parts.len()) && core.chars().all(|c| c.is_ascii_digit() || c == '.');
        (fits && pre.is_none_or(is_pre)).then(|| Self {
            parts,
            pre: pre.map(str::to_owned),
            text: text.to_owned(),
        })
    }

    pub(in super::super) fn is_below(&self, other: &Self) -> bool {
        self.order(other) == Ordering::Less
    }

    /// `1.2`, of `1.2.1`.
    pub(super) fn begins(&self, longer: &Self) -> bool {
        self.parts.len() < longer.parts.len() && longer.parts.starts_with(&self.parts)
    }

    pub(super) const fn is_pre_release(&self) -> bool {
        self.pre.is_some()
    }

    fn order(&self, other: &Self) -> Ordering {
        let longest = self.parts.len().max(other.parts.len());
        let at = |parts: &[u64], i: usize| parts.get(i).copied().unwrap_or_default();
        let numbers = (0..longest).map(|i| at(&self.parts, i).cmp(&at(&other.parts, i)));
        numbers.fold(Ordering::Equal, Ordering::then).then_with(|| match (&self.pre, &other.pre) {
            (None, None) => Ordering::Equal,
            (None, Some(_)) => Ordering::Greater,
            (Some(_), None) => Ordering::Less,
            (Some(own), Some(other)) => pre(own).cmp(&pre(other)),
        })
    }
}

/// The identifiers of a pre-release, numbers below words.
fn pre(text: &str) -> Vec<(bool, u64, &str)> {
    let one = |part| match str::parse(part) {
        Ok(number) => (false, number, ""),
        Err(_) => (true, 0, part),
    };
    text.split('.').map(one).collect()
}

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn in_order() {
        let all = ["1.2", "1.2.1-rc.2", "1.2.1-rc.10", "1.2.1", "1.10.0", "2026.11.01"];
        for pair in all.windows(2) {
            let [a, b] = pair else { continue };
            let (a, b) = (Number::parse(a).unwrap(), Number::parse(b).unwrap());
            assert!(a.is_below(&b) && !b.is_below(&a), "{a} {b}");
        }
        for text in ["1", "v1.2", "1.2.x", "", "1.2.3.4.5", "1.2-"] {
            assert!(Number::parse(text).is_none(), "{text}");
        }
    }
}
