//! A three-way merge of texts, line by line.

use std::collections::BTreeMap;

/// More differing lines than this are not worth the time: no two revisions of a version file
/// that anyone wants merged unseen are so far apart.
const MAX_DISTANCE: usize = 2000;

/// Joins what both sides changed; `None` where they changed the same or neighbouring lines.
pub(super) fn three_way(base: &str, ours: &str, theirs: &str) -> Option<String> {
    let (base, ours, theirs) = (lines(base), lines(ours), lines(theirs));
    let in_theirs: BTreeMap<usize, usize> = matches(&base, &theirs)?.into_iter().collect();
    let mut stable: Vec<(usize, usize, usize)> = Vec::new();
    for (b, o) in matches(&base, &ours)? {
        stable.extend(in_theirs.get(&b).map(|t| (b, o, *t)));
    }
    let mut out = String::new();
    let (mut b, mut o, mut t) = (0, 0, 0);
    let end = (base.len(), ours.len(), theirs.len());
    for (next_b, next_o, next_t) in stable.into_iter().chain([end]) {
        let (was, mine, other) = (base.get(b..next_b)?, ours.get(o..next_o)?, theirs.get(t..next_t)?);
        let chosen = if mine == was { other } else { mine };
        if mine != was && other != was && mine != other {
            return None;
        }
        chosen.iter().for_each(|line| out.push_str(line));
        out.extend(base.get(next_b).copied());
        (b, o, t) = (next_b + 1, next_o + 1, next_t + 1);
    }
    Some(out)
}

fn lines(text: &str) -> Vec<&str> {
    text.split_inclusive('\n').collect()
}

/// Pairs of equal lines, a longest common subsequence after Myers: `(in a, in b)`, ascending.
pub(super) fn matches(a: &[&str], b: &[&str]) -> Option<Vec<(usize, usize)>> {
    let same = |x: usize, y: usize| matches!((a.get(x), b.get(y)), (Some(l), Some(r)) if l == r);
    let slide = |mut x: usize, mut y: usize| {
        while same(x, y) {
            (x, y) = (x + 1, y + 1);
        }
        x
    };
    // Row d holds how far d edits reach in `a` on the diagonals -d, -d+2, … d.
    let mut rows: Vec<Vec<Option<usize>>> = vec![vec![Some(slide(0, 0))]];
    let reached = |row: &[Option<usize>], d: usize| {
        // Diagonal x - y = 2j - d.
        row.iter().enumerate().any(|(j, x)| *x == Some(a.len()) && a.len() + d == b.len() + 2 * j)
    };
    while !reached(rows.last()?, rows.len() - 1) {
        let d = rows.len();
        if d > MAX_DISTANCE {
            return None;
        }
        let last = rows.last()?;
        let row = (0..=d).map(|j| {
            let (x, _) = step(last, j)?;
            let y = (x + d).checked_sub(2 * j)?;
            (x <= a.len() && y <= b.len()).then(|| slide(x, y))
        });
        let row = row.collect();
        rows.push(row);
    }
    walk_back(&rows, a.len(), b.len())
}

/// How far one more edit gets on diagonal `j` of the next row, and from which one of this row.
fn step(row: &[Option<usize>], j: usize) -> Option<(usize, usize)> {
    let down = row.get(j).copied().flatten().map(|x| (x, j));
    let right = j.checked_sub(1).and_then(|i| Some((row.get(i).copied().flatten()? + 1, i)));
    down.max(right)
}

fn walk_back(rows: &[Vec<Option<usize>>], mut x: usize, mut y: usize) -> Option<Vec<(usize, usize)>> {
    let mut pairs = Vec::new();
    for d in (0..rows.len()).rev() {
        let (start, before) = match d.checked_sub(1) {
            None => (0, None),
            Some(earlier) => {
                let j = (x + d).checked_sub(y)? / 2;
                let row = rows.get(earlier)?;
                let (start, i) = step(row, j)?;
                (start, Some((row.get(i).copied().flatten()?, earlier, i)))
            }
        };
        while x > start {
            (x, y) = (x - 1, y.checked_sub(1)?);
            pairs.push((x, y));
        }
        if let Some((px, earlier, i)) = before {
            (x, y) = (px, (px + earlier).checked_sub(2 * i)?);
        }
    }
    pairs.reverse();
    Some(pairs)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn both_sides_changes_are_joined() {
        let merged = three_way("a\nb\nc\nd\n", "A\nb\nc\nd\n", "a\nb\nc\nD\nE\n");
        assert_eq!(merged.as_deref(), Some("A\nb\nc\nD\nE\n"));
        assert_eq!(three_way("a\nb", "a\nb\nc", "x\na\nb").as_deref(), Some("x\na\nb\nc"));
        assert_eq!(three_way("", "x", "").as_deref(), Some("x"));
        assert_eq!(three_way("a\n", "", "a\n").as_deref(), Some(""));
    }

    #[test]
    fn the_same_or_neighbouring_lines_conflict() {
        assert_eq!(three_way("a\nb\n", "x\nb\n", "y\nb\n"), None);
        assert_eq!(three_way("a\nb\nc\n", "x\nb\nc\n", "a\ny\nc\n"), None);
        assert_eq!(three_way("a\nb\n", "a\nx\nb\n", "a\ny\nb\n"), None);
        assert_eq!(three_way("a\nb\n", "a\nx\nb\n", "a\nx\nb\n").as_deref(), Some("a\nx\nb\n"));
    }

    #[test]
    fn texts_too_far_apart_are_given_up() {
        let lines = |prefix: &str| (0..6000).map(|n| format!("{prefix}{n}\n")).collect::<String>();
        assert_eq!(three_way(&lines("a"), &lines("b"), &lines("a")), None);
    }

    proptest! {
        #[test]
        fn one_sided_changes_win(base in "[ab\n]{0,40}", other in "[ab\n]{0,40}") {
            prop_assert_eq!(three_way(&base, &base, &other), Some(other.clone()));
            prop_assert_eq!(three_way(&base, &other, &base), Some(other.clone()));
            prop_assert_eq!(three_way(&base, &other, &other), Some(other));
        }

        #[test]
        fn matches_are_longest_and_true(a in "[abc]{0,12}", b in "[abc]{0,12}") {
            let (a, b): (Vec<&str>, Vec<&str>) = (a.split("").collect(), b.split("").collect());
            let pairs = matches(&a, &b).unwrap();
            prop_assert!(pairs.iter().all(|(x, y)| a[*x] == b[*y]));
            prop_assert!(pairs.windows(2).all(|w| w[0].0 < w[1].0 && w[0].1 < w[1].1));
            let mut table = vec![vec![0; b.len() + 1]; a.len() + 1];
            for x in 0..a.len() {
                for y in 0..b.len() {
                    let longer = table[x + 1][y].max(table[x][y + 1]);
                    table[x + 1][y + 1] = if a[x] == b[y] { table[x][y] + 1 } else { longer };
                }
            }
            prop_assert_eq!(pairs.len(), table[a.len()][b.len()]);
        }
    }
}
