//! One value in a file: where it is, and what it is called in every revision of the file.

use std::ops::Range;

/// A value that may be, or hold, a version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Leaf {
    /// The keys that lead to it. An item of a list goes by its name where it has one, so that the
    /// same item is found in another revision of the file.
    pub(super) key: Vec<String>,
    /// The bytes of the value, without quotes.
    pub(super) range: Range<usize>,
    /// The value.
    pub(super) says: String,
}

impl Leaf {
    /// Whether the keys are these; `*` is any key.
    pub(super) fn is(&self, keys: &[&str]) -> bool {
        self.key.len() == keys.len() && self.key.iter().zip(keys).all(|(own, key)| *key == "*" || own == key)
    }

    /// The key next to the value.
    pub(super) fn last(&self) -> &str {
        self.key.last().map_or("", String::as_str)
    }
}

/// The value at these keys.
pub(super) fn get<'l>(leaves: &'l [Leaf], keys: &[&str]) -> Option<&'l Leaf> {
    leaves.iter().find(|leaf| leaf.is(keys))
}

/// The text at these keys.
pub(super) fn word<'l>(leaves: &'l [Leaf], keys: &[&str]) -> Option<&'l str> {
    get(leaves, keys).map(|leaf| leaf.says.as_str())
}

/// Where a text has a version, whole: not inside a longer number, not before a pre-release's name.
pub(super) fn find(text: &str, version: &str) -> Vec<Range<usize>> {
    if version.is_empty() {
        return Vec::new();
    }
    let ranges = text.match_indices(version).map(|(at, found)| at..at + found.len());
    ranges.filter(|range| is_whole(text, range)).collect()
}

fn is_whole(text: &str, range: &Range<usize>) -> bool {
    let before = text.get(..range.start).unwrap_or_default();
    let after = text.get(range.end..).unwrap_or_default();
    let mut left = before.chars().rev();
    let starts = match left.next() {
        Some('v' | 'V') => !left.next().is_some_and(char::is_alphanumeric),
        Some('.') => !left.next().is_some_and(|c| c.is_ascii_digit()),
        Some(c) => !c.is_alphanumeric(),
        None => true,
    };
    let mut right = after.chars();
    let ends = match right.next() {
        Some('.') => !right.next().is_some_and(|c| c.is_ascii_digit()),
        Some('-') => !is_pre_release(right.as_str()),
        Some('+') => !right.next().is_some_and(char::is_alphanumeric),
        Some(c) => !c.is_alphanumeric(),
        None => true,
    };
    starts && ends
}

/// What follows the hyphen makes it an earlier version, not a variant such as `-alpine`.
fn is_pre_release(rest: &str) -> bool {
    const NAMES: [&str; 14] = [
        "alpha", "beta", "rc", "pre", "preview", "dev", "snapshot", "canary", "next", "nightly", "m", "a",
        "b", "cr",
    ];
    let end = rest.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(rest.len());
    let name = rest.get(..end).unwrap_or_default().to_ascii_lowercase();
    NAMES.contains(&name.as_str()) || (name.is_empty() && rest.starts_with(|c: char| c.is_ascii_digit()))
}

/// The text with the version in it replaced, where it is there exactly once.
pub(super) fn swapped(text: &str, from: &str, to: &str) -> Option<String> {
    match find(text, from).as_slice() {
        [range] => Some(format!("{}{to}{}", text.get(..range.start)?, text.get(range.end..)?)),
        _ => None,
    }
}

/// The text with some byte ranges replaced; `None` when they overlap.
pub(super) fn replace(text: &str, mut changes: Vec<(Range<usize>, &str)>) -> Option<String> {
    changes.sort_by_key(|(range, _)| range.start);
    let mut out = String::with_capacity(text.len() + changes.len() * 8);
    let mut at = 0;
    for (range, new) in changes {
        out.push_str(text.get(at..range.start)?);
        out.push_str(new);
        at = range.end;
    }
    out.push_str(text.get(at..)?);
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_is_found_whole() {
        let text = "v1.2.0 =1.2.0 app-1.2.0. 11.2.0 1.2.0.1 1.2.01 1.2.0-rc.1 1.2.0-SNAPSHOT 1.2.0+5 x1.2.0 \
            9.1.2.0 1.2.0-alpine rev1.2.0";
        let found: Vec<usize> = find(text, "1.2.0").into_iter().map(|range| range.start).collect();
        assert_eq!(found, [1, 8, 18, text.find("1.2.0-alpine").unwrap()]);
        assert_eq!(find(text, ""), []);
    }

    #[test]
    fn only_one_is_swapped() {
        assert_eq!(swapped("^1.2.0", "1.2.0", "1.2.1").as_deref(), Some("^1.2.1"));
        assert_eq!(swapped("1.2.0 || 1.2.0", "1.2.0", "1.2.1"), None);
        assert_eq!(swapped("1.2", "1.2.0", "1.2.1"), None);
    }
}
