//! A text as lines: what differs between two of them, and what in a line tells something.

use super::align::align;
use std::collections::HashMap;

/// Text that is larger is compared as a whole.
const LARGEST: usize = 2_000_000;

/// Lines that were replaced: from–to in the old and in the new text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hunk {
    pub old: (usize, usize),
    pub new: (usize, usize),
}

/// Whether a line is more than brackets and blanks.
pub fn tells(line: &str) -> bool {
    line.chars().filter(|c| c.is_alphanumeric()).count() >= 3
}

/// The lines of a text; `None` for what is none, or too large.
pub fn text_of(bytes: &[u8]) -> Option<Vec<String>> {
    if bytes.len() > LARGEST || bytes.contains(&0) {
        return None;
    }
    Some(String::from_utf8_lossy(bytes).lines().map(str::to_owned).collect())
}

/// Equal lines get equal numbers, across several texts.
pub fn numbers(texts: &[&[String]], exact: bool) -> Vec<Vec<u32>> {
    let mut known: HashMap<&str, u32> = HashMap::new();
    let mut all = Vec::with_capacity(texts.len());
    for text in texts {
        let mut lines = Vec::with_capacity(text.len());
        for line in *text {
            let line = if exact { line.as_str() } else { line.trim() };
            let next = u32::try_from(known.len()).unwrap_or(u32::MAX);
            lines.push(*known.entry(line).or_insert(next));
        }
        all.push(lines);
    }
    all
}

pub fn hunks(before: &[String], after: &[String], exact: bool) -> Vec<Hunk> {
    let (before, after) = match numbers(&[before, after], exact).as_slice() {
        [before, after] => (before.clone(), after.clone()),
        _ => return Vec::new(),
    };
    let found = align(&before, &after);
    let mut hunks = Vec::new();
    let (mut i, mut j) = (0, 0);
    let pairs = found.iter().enumerate().filter_map(|(i, j)| Some((i, (*j)?)));
    for (next_i, next_j) in pairs.chain([(before.len(), after.len())]) {
        if next_i > i || next_j > j {
            hunks.push(Hunk { old: (i, next_i), new: (j, next_j) });
        }
        (i, j) = (next_i + 1, next_j + 1);
    }
    hunks
}

pub fn count_words(lines: &[String]) -> HashMap<String, usize> {
    let mut counts = HashMap::new();
    for line in lines {
        for word in line.split(|c: char| !c.is_alphanumeric() && c != '_').filter(|w| !w.is_empty()) {
            *counts.entry(word.to_owned()).or_insert(0) += 1;
        }
    }
    counts
}

/// `version = "1.2.1"` and `version = "1.2.0"` are the same line to a release.
pub fn without_versions(line: &str) -> String {
    let is_number = |c: char| c.is_ascii_digit() || c == '.';
    let mut plain = String::with_capacity(line.len());
    let mut rest = line.trim();
    while let Some(start) = rest.find(|c: char| c.is_ascii_digit()) {
        let (text, from) = rest.split_at(start);
        let end = from.find(|c| !is_number(c)).unwrap_or(from.len());
        let (number, after) = from.split_at(end);
        plain.push_str(text);
        let dots = number.trim_end_matches('.').matches('.').count();
        plain.push_str(if dots == 2 { "#" } else { number });
        rest = after;
    }
    plain.push_str(rest);
    plain
}
