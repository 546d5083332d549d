//! Which lines of one text are which lines of another.

use crate::insight::common::longest_common;
use std::hash::{BuildHasherDefault, Hasher};

/// The numbers of lines are given one after the other, and by us: they need no hashing that holds against anybody.
type ByLine<T> = std::collections::HashMap<u32, T, BuildHasherDefault<Spread>>;

/// Hashes numbers that nobody else chooses.
#[derive(Clone, Debug, Default)]
pub struct Spread(u64);

impl Hasher for Spread {
    fn write(&mut self, bytes: &[u8]) {
        bytes.iter().for_each(|byte| self.write_u32(u32::from(*byte)));
    }

    fn write_u32(&mut self, number: u32) {
        self.write_u64(u64::from(number));
    }

    fn write_u64(&mut self, number: u64) {
        self.0 = (self.0 ^ number).wrapping_mul(0x9E37_79B9_7F4A_7C15).rotate_left(26);
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

/// How many pairs of lines are compared one by one at most; larger differences without any unique
/// line in common are different altogether.
const MOST_CELLS: usize = 1_000_000;

/// For each line of `a` its line in `b`, in order. Lines are compared by their number.
pub fn align(a: &[u32], b: &[u32]) -> Vec<Option<usize>> {
    let mut found = vec![None; a.len()];
    between(a, b, 0, 0, &mut found);
    found
}

/// Unique common lines first (as in a patience diff), then the longest common run of lines in
/// each gap.
fn between(a: &[u32], b: &[u32], a_at: usize, b_at: usize, found: &mut [Option<usize>]) {
    let front = a.iter().zip(b).take_while(|(x, y)| x == y).count();
    let most = a.len().min(b.len()) - front;
    let back = a.iter().rev().zip(b.iter().rev()).take(most).take_while(|(x, y)| x == y).count();
    let mut pair = |i: usize, j: usize| {
        if let Some(place) = found.get_mut(a_at + i) {
            *place = Some(b_at + j);
        }
    };
    (0..front).for_each(|i| pair(i, i));
    (1..=back).for_each(|i| pair(a.len() - i, b.len() - i));
    let (a_mid, b_mid) = (a.get(front..a.len() - back), b.get(front..b.len() - back));
    let (Some(a), Some(b)) = (a_mid, b_mid) else { return };
    if a.is_empty() || b.is_empty() {
        return;
    }
    let (a_at, b_at) = (a_at + front, b_at + front);
    let anchors = unique_in_order(a, b);
    if anchors.is_empty() {
        if (a.len() + 1).saturating_mul(b.len() + 1) > MOST_CELLS {
            return;
        }
        for (i, j) in longest_common(a, b) {
            if let Some(place) = found.get_mut(a_at + i) {
                *place = Some(b_at + j);
            }
        }
        return;
    }
    let (mut i, mut j) = (0, 0);
    for (next_i, next_j) in anchors.into_iter().chain([(a.len(), b.len())]) {
        if let (Some(a), Some(b)) = (a.get(i..next_i), b.get(j..next_j)) {
            between(a, b, a_at + i, b_at + j, found);
        }
        if let Some(place) = found.get_mut(a_at + next_i).filter(|_| next_i < a.len()) {
            *place = Some(b_at + next_j);
        }
        (i, j) = (next_i + 1, next_j + 1);
    }
}

/// The lines that occur once in both, as many as stand in the same order.
fn unique_in_order(a: &[u32], b: &[u32]) -> Vec<(usize, usize)> {
    let once = |lines: &[u32]| {
        let mut seen: ByLine<Option<usize>> =
            ByLine::with_capacity_and_hasher(lines.len(), BuildHasherDefault::default());
        for (at, line) in lines.iter().enumerate() {
            seen.entry(*line).and_modify(|place| *place = None).or_insert(Some(at));
        }
        seen
    };
    let (in_a, in_b) = (once(a), once(b));
    let mut pairs: Vec<(usize, usize)> =
        in_a.iter().filter_map(|(line, i)| Some(((*i)?, (*in_b.get(line)?)?))).collect();
    pairs.sort_unstable();
    longest_rising(&pairs)
}

/// The longest selection of pairs (sorted by their first) whose second rises, too.
fn longest_rising(pairs: &[(usize, usize)]) -> Vec<(usize, usize)> {
    // For each length the pair that ends such a selection with the smallest second.
    let mut ends: Vec<usize> = Vec::new();
    let mut before: Vec<Option<usize>> = Vec::with_capacity(pairs.len());
    let second = |at: &usize| pairs.get(*at).map_or(0, |p| p.1);
    for (at, (_, j)) in pairs.iter().enumerate() {
        let length = ends.partition_point(|end| second(end) < *j);
        before.push(length.checked_sub(1).and_then(|l| ends.get(l)).copied());
        match ends.get_mut(length) {
            Some(end) => *end = at,
            None => ends.push(at),
        }
    }
    let mut chosen = Vec::with_capacity(ends.len());
    let mut next = ends.last().copied();
    while let Some(at) = next {
        chosen.extend(pairs.get(at));
        next = before.get(at).copied().flatten();
    }
    chosen.reverse();
    chosen
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(text: &str) -> Vec<u32> {
        text.bytes().map(u32::from).collect()
    }

    fn shown(a: &str, b: &str) -> String {
        align(&lines(a), &lines(b)).iter().map(|p| p.map_or("-".to_owned(), |p| p.to_string())).collect()
    }

    #[test]
    fn equal_lines_find_each_other() {
        assert_eq!(shown("abc", "abc"), "012");
        assert_eq!(shown("abc", "axc"), "0-2");
        assert_eq!(shown("abc", "xabyc"), "124");
        assert_eq!(shown("abc", ""), "---");
        assert_eq!(shown("", "abc"), "");
    }

    #[test]
    fn repeated_lines_stay_in_their_place() {
        assert_eq!(shown("a}b}c}", "a}x}c}"), "01-345");
        assert_eq!(shown("}}}}", "}}"), "01--");
        assert_eq!(shown("ab", "ba").matches('-').count(), 1);
    }

    #[test]
    fn the_order_is_kept() {
        for (a, b) in [("abcdefg", "gfabed"), ("aabbcc", "abcabc"), ("xyxyxy", "yxyx")] {
            let found: Vec<usize> = align(&lines(a), &lines(b)).into_iter().flatten().collect();
            assert!(found.windows(2).all(|w| w[0] < w[1]), "{a} {b} {found:?}");
        }
    }
}
