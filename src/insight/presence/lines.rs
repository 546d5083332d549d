//! A text as lines: what differs between two of them, and what in a line tells something.

use super::align::{Spread, align};
use crate::model::path::file_name;
use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::hash::{BuildHasher, BuildHasherDefault, RandomState};
use std::sync::Arc;

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

/// What stands in a file; `None` for what is no text, or too large.
pub fn text_of(bytes: &[u8]) -> Option<Cow<'_, str>> {
    (bytes.len() <= LARGEST && !bytes.contains(&0)).then(|| String::from_utf8_lossy(bytes))
}

/// A line. Most are in many contents, and kept once.
pub type Line = Arc<str>;

/// The lines of many contents, each once.
#[derive(Debug, Default)]
pub struct Lines(HashSet<Line>);

impl Lines {
    /// The lines of a content; `None` for what is no text, or too large.
    pub fn of(&mut self, content: &[u8]) -> Option<Vec<Line>> {
        let text = text_of(content)?;
        let mut lines = Vec::with_capacity(text.lines().count());
        for line in text.lines() {
            let known = self.0.get(line).cloned();
            lines.push(known.unwrap_or_else(|| {
                let new: Line = line.into();
                self.0.insert(Arc::clone(&new));
                new
            }));
        }
        Some(lines)
    }
}

/// Numbers for lines, equal ones for equal lines. It keeps no line: a fingerprint, with a key that nobody knows,
/// stands for each.
#[derive(Clone, Debug)]
pub struct Numbers {
    exact: bool,
    known: ByPrint<u32>,
    key: Key,
}

/// A map by fingerprints, which are spread already.
pub type ByPrint<T> = HashMap<u64, T, BuildHasherDefault<Spread>>;

/// The key of fingerprints: another one each time.
#[derive(Clone, Copy, Debug)]
pub struct Key(u64);

impl Default for Key {
    fn default() -> Self {
        Self(RandomState::new().hash_one(0))
    }
}

impl Numbers {
    /// Where indentation counts, lines are compared exactly.
    pub fn new(exact: bool) -> Self {
        Self { exact, known: HashMap::default(), key: Key::default() }
    }

    /// The numbers of a text's lines; new lines get new ones.
    pub fn learn<T: AsRef<str>>(&mut self, lines: &[T]) -> Vec<u32> {
        let number = |line: &T| {
            let next = u32::try_from(self.known.len()).unwrap_or(u32::MAX);
            *self.known.entry(fingerprint(self.key, line.as_ref(), self.exact)).or_insert(next)
        };
        lines.iter().map(number).collect()
    }

    /// The numbers of a text's lines; those that are not known have the largest one.
    pub fn of<T: AsRef<str>>(&self, lines: &[T]) -> Vec<u32> {
        let number = |line: &T| self.known.get(&fingerprint(self.key, line.as_ref(), self.exact));
        lines.iter().map(|line| number(line).copied().unwrap_or(u32::MAX)).collect()
    }
}

const MIX: u64 = 0x9E37_79B9_7F4A_7C15;

/// A number that stands for a line; without its indentation, unless that counts.
pub fn fingerprint(key: Key, line: &str, exact: bool) -> u64 {
    let bytes = if exact { line } else { trimmed(line) }.as_bytes();
    let mix = |hash: u64, word: u64| {
        let product = u128::from(hash ^ word) * u128::from(MIX);
        (product ^ (product >> 64)) as u64
    };
    let mut words = bytes.chunks_exact(8);
    let mut hash = key.0 ^ bytes.len() as u64;
    for word in words.by_ref() {
        hash = mix(hash, <[u8; 8]>::try_from(word).map_or(0, u64::from_le_bytes));
    }
    let rest = words.remainder().iter().fold(0_u64, |word, byte| word << 8 | u64::from(*byte));
    mix(hash.rotate_left(29), rest)
}

/// As [`str::trim`], without looking at each letter where the ends are plain.
fn trimmed(line: &str) -> &str {
    let plain = line.trim_ascii();
    let ends = [plain.as_bytes().first(), plain.as_bytes().last()];
    let is_plain = ends.iter().flatten().all(|byte| byte.is_ascii_graphic());
    if is_plain { plain } else { plain.trim() }
}

pub fn hunks<T: AsRef<str>>(before: &[T], after: &[T], exact: bool) -> Vec<Hunk> {
    let mut numbers = Numbers::new(exact);
    let (before, after) = (numbers.learn(before), numbers.learn(after));
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

pub fn count_words<T: AsRef<str>>(lines: &[T]) -> HashMap<String, usize> {
    let mut counts = HashMap::new();
    for line in lines {
        for word in line.as_ref().split(|c: char| !c.is_alphanumeric() && c != '_').filter(|w| !w.is_empty())
        {
            *counts.entry(word.to_owned()).or_insert(0) += 1;
        }
    }
    counts
}

/// Whether a line names a file.
pub fn is_named(path: &str, line: &str) -> bool {
    let name = file_name(path);
    let is_inside = |c: char| c.is_alphanumeric() || c == '_';
    let is_whole = |(at, name): (usize, &str)| {
        let (before, after) = (line.get(..at).unwrap_or_default(), line.get(at + name.len()..));
        !before.ends_with(|c| is_inside(c) || matches!(c, '-' | '.'))
            && !after.unwrap_or_default().starts_with(is_inside)
    };
    line.match_indices(name).any(is_whole)
}

/// Whether lines differ only in the numbers of a release: `version = "8.2"` and `version = "8.2.1"`.
/// A number that is none of `releases` counts only where the line says what it is.
pub fn differ_in_versions<T: AsRef<str>>(before: &[T], after: &[T], releases: &[&str]) -> bool {
    let is_same = |(old, new): (&T, &T)| {
        let (old, new) = (old.as_ref(), new.as_ref());
        let (plain_old, mut numbers) = without_numbers(old);
        let (plain_new, new_numbers) = without_numbers(new);
        numbers.extend(new_numbers);
        let lower = plain_new.to_ascii_lowercase();
        let is_told = ["version", "release", "build", "copyright", "revision", "changelist"]
            .iter()
            .any(|word| lower.contains(word));
        plain_old == plain_new
            && (old == new || is_told || numbers.iter().any(|number| releases.contains(&number.as_str())))
    };
    !after.is_empty() && before.len() == after.len() && before.iter().zip(after).all(is_same)
}

/// The number that a line which calls itself a version has got, where nothing else of it changed.
pub fn version_that_moved<T: AsRef<str>>(before: &[T], after: &[T]) -> Option<String> {
    let ([old], [new]) = (before, after) else { return None };
    let (old, new) = (old.as_ref(), new.as_ref());
    let ((plain_old, _), (plain_new, numbers)) = (without_numbers(old), without_numbers(new));
    let key: String = plain_new.chars().filter(|c| c.is_alphanumeric()).collect();
    match numbers.as_slice() {
        [one] if plain_old == plain_new && key.eq_ignore_ascii_case("version") && old != new => {
            Some(one.clone())
        }
        _ => None,
    }
}

/// A line with `#` for each number and what belongs to it (`1.2.1-rc.1`, `0x010201`), and the numbers.
fn without_numbers(line: &str) -> (String, Vec<String>) {
    let belongs = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '+');
    let mut plain = String::with_capacity(line.len());
    let mut numbers = Vec::new();
    let mut rest = line.trim();
    while let Some(start) = rest.find(|c: char| c.is_ascii_digit()) {
        let (text, from) = rest.split_at(start);
        let end = from.find(|c| !belongs(c)).unwrap_or(from.len());
        let (number, after) = from.split_at(end);
        plain.push_str(text);
        plain.push('#');
        numbers.push(number.trim_end_matches(['.', '-', '+']).to_owned());
        rest = after;
    }
    plain.push_str(rest);
    (plain, numbers)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_that_name_a_file() {
        for line in ["brew install \"${DIR}/scripts/boost.rb\"", "sh ./boost.rb"] {
            assert!(is_named("scripts/boost.rb", line), "{line}");
        }
        for line in ["brew install boost", "sh my-boost.rb", "open boost.rbi"] {
            assert!(!is_named("scripts/boost.rb", line), "{line}");
        }
    }

    #[test]
    fn numbers_of_a_release() {
        let differ = |old: &str, new: &str, release: Option<&str>| {
            let releases: Vec<&str> = release.into_iter().collect();
            differ_in_versions(&[old.to_owned()], &[new.to_owned()], &releases)
        };
        assert!(differ("version = \"8.2\"", "version = \"8.2.1\"", None));
        assert!(differ("VERSION: 1.2.0-rc.1", "VERSION: 1.2.0", None));
        assert!(differ("image: shop:1.2.0", "image: shop:1.2.1", Some("1.2.1")));
        assert!(differ("__build__ = 0x020500", "__build__ = 0x020501", None));
        assert!(!differ("image: shop:1.2.0", "image: shop:1.2.1", Some("3.0.0")));
        assert!(!differ("lodash: 4.17.20", "lodash: 4.17.21", Some("1.2.1")), "a repaired dependency");
        assert!(!differ("timeout = 10", "timeout = 20", None));
        assert!(!differ("version = \"1\"; one()", "version = \"2\"; two()", None));
    }
}
