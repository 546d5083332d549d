//! The addresses that a changelog leads to, and the numbers in them.

use super::super::leaf::swapped;
use super::number::Number;
use std::ops::Range;

/// A link that compares two tags.
pub(super) struct Compare<'a> {
    /// Up to and with `/compare/`.
    pub(super) head: &'a str,
    pub(super) from: &'a str,
    pub(super) dots: &'a str,
    pub(super) to: &'a str,
}

impl<'a> Compare<'a> {
    pub(super) fn parse(address: &'a str) -> Option<Self> {
        let split = address.rfind("/compare/")? + "/compare/".len();
        let (head, range) = address.split_at_checked(split)?;
        let dots = ["...", "..", "%0D", "%0d"].into_iter().find(|dots| range.contains(dots))?;
        let (left, right) = range.split_once(dots)?;
        let plain = |side: &str| !side.is_empty() && !side.contains([' ', '>', '?', '#']);
        let (from, to) = if is_newest_first(head) { (right, left) } else { (left, right) };
        (plain(from) && plain(to)).then_some(Self { head, from, dots, to })
    }

    pub(super) fn write(&self, from: &str, to: &str) -> String {
        let (left, right) = if is_newest_first(self.head) { (to, from) } else { (from, to) };
        format!("{}{left}{}{right}", self.head, self.dots)
    }

    /// The same from the next release on, if it leads from this one to what is not released.
    pub(super) fn moved(&self, is_pending: bool, was: &str, now: &str) -> Option<String> {
        let prefix = tag_prefix(self.from, was)?;
        (is_pending || versions(self.to).next().is_none())
            .then(|| self.write(&format!("{prefix}{now}"), self.to))
    }
}

/// Bitbucket names the newer side first.
fn is_newest_first(head: &str) -> bool {
    head.ends_with("/branches/compare/")
}

/// What stands before a version in a tag: `v`, `app-v`.
pub(super) fn tag_prefix<'a>(tag: &'a str, version: &str) -> Option<&'a str> {
    let prefix = tag.strip_suffix(version)?;
    (!prefix.ends_with(|c: char| c.is_ascii_digit() || c == '.')).then_some(prefix)
}

/// The address for the next release, after the one of the previous release.
pub(super) fn follow(address: &str, was: &str, now: &str) -> Option<String> {
    if let Some(link) = Compare::parse(address) {
        let prefix = tag_prefix(link.to, was)?;
        return Some(link.write(link.to, &format!("{prefix}{now}")));
    }
    // A page of the release, if the address names no other version.
    let is_one = versions(address).count() == 1;
    swapped(address, was, now).filter(|_| is_one)
}

/// Version-like words, each whole.
pub(super) fn versions(text: &str) -> impl Iterator<Item = (Range<usize>, Number)> + '_ {
    let inside = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '+');
    let mut at = 0;
    std::iter::from_fn(move || {
        loop {
            let rest = text.get(at..)?;
            let start = at + rest.find(|c: char| c.is_ascii_digit())?;
            let run = text.get(start..)?;
            let end = run.find(|c: char| !inside(c)).unwrap_or(run.len());
            let word = run.get(..end)?.trim_end_matches(['.', '-', '+']);
            at = start + end.max(1);
            if let Some(number) = Number::parse(word) {
                return Some((start..start + word.len(), number));
            }
        }
    })
}
