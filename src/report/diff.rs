//! What differs between two texts, line by line.

use crate::insight::common::longest_common;

/// The lines that are only in one of them: `- old`, `+ new`, in their order. Where the texts are
/// too long to compare, all lines count as different.
pub fn lines(old: &str, new: &str) -> Vec<String> {
    const CELLS: usize = 4_000_000;
    let (old, new): (Vec<&str>, Vec<&str>) = (old.lines().collect(), new.lines().collect());
    let same = if old.len() * new.len() > CELLS { Vec::new() } else { longest_common(&old, &new) };
    let mut out = Vec::new();
    let (mut a, mut b) = (0, 0);
    for (in_old, in_new) in same.into_iter().chain([(old.len(), new.len())]) {
        out.extend(old.iter().take(in_old).skip(a).map(|line| format!("- {line}").trim_end().to_owned()));
        out.extend(new.iter().take(in_new).skip(b).map(|line| format!("+ {line}").trim_end().to_owned()));
        (a, b) = (in_old + 1, in_new + 1);
    }
    out
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
