//! What differs between two texts, line by line.

/// The lines that are only in one of them: `- old`, `+ new`, in their order. Where the texts are
/// too long to compare, all lines count as different.
pub fn lines(old: &str, new: &str) -> Vec<String> {
    const CELLS: usize = 4_000_000;
    let (old, new): (Vec<&str>, Vec<&str>) = (old.lines().collect(), new.lines().collect());
    let same = if old.len() * new.len() > CELLS { Vec::new() } else { common(&old, &new) };
    let mut out = Vec::new();
    let (mut a, mut b) = (0, 0);
    for (in_old, in_new) in same.into_iter().chain([(old.len(), new.len())]) {
        out.extend(old.iter().take(in_old).skip(a).map(|line| format!("- {line}").trim_end().to_owned()));
        out.extend(new.iter().take(in_new).skip(b).map(|line| format!("+ {line}").trim_end().to_owned()));
        (a, b) = (in_old + 1, in_new + 1);
    }
    out
}

/// The longest common subsequence, as pairs of positions.
fn common(old: &[&str], new: &[&str]) -> Vec<(usize, usize)> {
    let width = new.len() + 1;
    let mut lengths = vec![0_u32; (old.len() + 1) * width];
    let at = |lengths: &[u32], a: usize, b: usize| lengths.get(a * width + b).copied().unwrap_or_default();
    for (a, x) in old.iter().enumerate().rev() {
        for (b, y) in new.iter().enumerate().rev() {
            let length = if x == y {
                at(&lengths, a + 1, b + 1) + 1
            } else {
                at(&lengths, a + 1, b).max(at(&lengths, a, b + 1))
            };
            if let Some(cell) = lengths.get_mut(a * width + b) {
                *cell = length;
            }
        }
    }
    let (mut a, mut b, mut pairs) = (0, 0, Vec::new());
    while let (Some(x), Some(y)) = (old.get(a), new.get(b)) {
        if x == y {
            pairs.push((a, b));
            (a, b) = (a + 1, b + 1);
        } else if at(&lengths, a + 1, b) >= at(&lengths, a, b + 1) {
            a += 1;
        } else {
            b += 1;
        }
    }
    pairs
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_differs_is_told() {
        assert_eq!(lines("a\nb\nc\n", "a\nx\nc\nd\n"), ["- b", "+ x", "+ d"]);
        assert_eq!(lines("a\nb", "a\nb"), [""; 0]);
        assert_eq!(lines("", "a\n\nb"), ["+ a", "+", "+ b"]);
        assert_eq!(lines("a\nb\na\nc", "a\nc").len(), 2);
    }
}
