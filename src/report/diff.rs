//! What differs between two texts, line by line.

use similar::{ChangeTag, TextDiff};

/// The lines that are only in one of them: `- old`, `+ new`, in their order.
pub fn lines(old: &str, new: &str) -> Vec<String> {
    let (old, new): (Vec<&str>, Vec<&str>) = (old.lines().collect(), new.lines().collect());
    let diff = TextDiff::from_slices(&old, &new);
    diff.iter_all_changes()
        .filter_map(|change| {
            let sign = match change.tag() {
                ChangeTag::Delete => '-',
                ChangeTag::Insert => '+',
                ChangeTag::Equal => return None,
            };
            Some(format!("{sign} {}", change.value()).trim_end().to_owned())
        })
        .collect()
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
