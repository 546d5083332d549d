//! Versions in a configured piece of text.

use super::leaf::Leaf;
use semver::Version;

/// Every place that looks like the pattern, which has `{current}` for the version.
pub(super) fn read(pattern: &str, text: &str) -> Vec<Leaf> {
    let mut pattern = pattern.replace("\r\n", "\n");
    if text.contains("\r\n") {
        pattern = pattern.replace('\n', "\r\n");
    }
    let Some((before, after)) = pattern.split_once("{current}") else { return Vec::new() };
    let mut found: Vec<Leaf> = Vec::new();
    for (at, _) in text.match_indices(before) {
        let start = at + before.len();
        if found.last().is_some_and(|last| start < last.range.end)
            || (before.is_empty() && inside(text, start))
        {
            continue;
        }
        if let Some(says) = text.get(start..).and_then(|rest| version(rest, after)) {
            let key = vec![pattern.clone(), format!("#{}", found.len())];
            found.push(Leaf { key, range: start..start + says.len(), says: says.to_owned() });
        }
    }
    found
}
const fn is_digit(c: char) -> bool {
    c.is_ascii_digit()
}

/// In the middle of a longer number.
fn inside(text: &str, start: usize) -> bool {
    text.get(..start).is_some_and(|head| head.ends_with(|c: char| is_digit(c) || c == '.'))
}

/// The version a text begins with, when `after` comes next.
fn version<'a>(text: &'a str, after: &str) -> Option<&'a str> {
    if !text.starts_with(is_digit) {
        return None;
    }
    let end = text.find(|c: char| !c.is_ascii_alphanumeric() && !matches!(c, '.' | '+' | '-'));
    let run = text.get(..end.unwrap_or(text.len()))?;
    if after.is_empty() {
        return Some(run.trim_end_matches(['.', '+', '-']));
    }
    // What comes next may begin with a letter or a hyphen: the longest that is a version wins.
    let fits = |end: &usize| text.get(*end..).is_some_and(|rest| rest.starts_with(after));
    let ends: Vec<usize> = (1..=run.len()).rev().filter(fits).collect();
    let parsed = ends.iter().find(|end| text.get(..**end).is_some_and(|v| Version::parse(v).is_ok()));
    text.get(..*parsed.or_else(|| ends.first())?)
}
