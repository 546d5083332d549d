//! What two sequences have in common, in the same order.

/// The longest common subsequence, as pairs of positions. It looks at every pair of elements, so the
/// caller bounds how long the sequences may be.
pub fn longest_common<T: PartialEq>(a: &[T], b: &[T]) -> Vec<(usize, usize)> {
    let width = b.len() + 1;
    // How much the rests of both have in common, from each pair of positions on.
    let mut best = vec![0_u32; (a.len() + 1) * width];
    let at = |best: &[u32], i: usize, j: usize| best.get(i * width + j).copied().unwrap_or(0);
    for (i, x) in a.iter().enumerate().rev() {
        for (j, y) in b.iter().enumerate().rev() {
            let value = if x == y {
                at(&best, i + 1, j + 1) + 1
            } else {
                at(&best, i + 1, j).max(at(&best, i, j + 1))
            };
            if let Some(cell) = best.get_mut(i * width + j) {
                *cell = value;
            }
        }
    }
    let (mut i, mut j, mut pairs) = (0, 0, Vec::new());
    while let (Some(x), Some(y)) = (a.get(i), b.get(j)) {
        if x == y {
            pairs.push((i, j));
            (i, j) = (i + 1, j + 1);
        } else if at(&best, i + 1, j) >= at(&best, i, j + 1) {
            i += 1;
        } else {
            j += 1;
        }
    }
    pairs
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
