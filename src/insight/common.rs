//! What two sequences have in common, in the same order.

use similar::{Algorithm, DiffOp, capture_diff_slices};
use std::hash::Hash;

/// The longest common subsequence, as pairs of positions.
pub fn longest_common<T: Hash + Ord>(a: &[T], b: &[T]) -> Vec<(usize, usize)> {
    let equal = |op| match op {
        DiffOp::Equal { old_index, new_index, len } => {
            Some((0..len).map(move |n| (old_index + n, new_index + n)))
        }
        _ => None,
    };
    capture_diff_slices(Algorithm::Myers, a, b).into_iter().filter_map(equal).flatten().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_much_as_possible_in_order() {
        let pairs = |a: &str, b: &str| longest_common(a.as_bytes(), b.as_bytes());
        assert_eq!(pairs("abcd", "axcd"), [(0, 0), (2, 2), (3, 3)]);
        assert_eq!(pairs("ab", "ba").len(), 1);
        assert_eq!(pairs("xaby", "ab"), [(1, 0), (2, 1)]);
        assert_eq!(pairs("", "ab"), []);
        assert_eq!(pairs("ab", "cd"), []);
    }
}
