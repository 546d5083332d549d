//! Conflict markers that somebody left in a file.

use std::collections::BTreeMap;

/// Whether a text has conflict markers that are in neither side: a file may show some as an example.
pub fn are_left(text: &[u8], ours: &[u8], theirs: &[u8]) -> bool {
    let (found, ours, theirs) = (of(text), of(ours), of(theirs));
    found.iter().any(|(line, n)| {
        let count = |side: &BTreeMap<&[u8], usize>| side.get(line).copied().unwrap_or_default();
        // A line of seven `=` may also underline a heading, of which each side may add some.
        let known = if line.starts_with(b"=") {
            count(&ours) + count(&theirs)
        } else {
            count(&ours).max(count(&theirs))
        };
        *n > known
    })
}

/// Whether a change brings a conflict that nobody resolved: a marker with its label, as git writes the
/// first and the last one. A line of signs alone may be the line below a heading.
pub fn are_added(new: &[u8], old: &[u8]) -> bool {
    let old = of(old);
    let is_labelled = |line: &[u8]| line.len() > 8 && (line.starts_with(b"<") || line.starts_with(b">"));
    of(new).iter().any(|(line, n)| is_labelled(line) && *n > old.get(line).copied().unwrap_or_default())
}

/// The lines that look like conflict markers, and how often each is there.
fn of(text: &[u8]) -> BTreeMap<&[u8], usize> {
    let mut found = BTreeMap::new();
    for line in text.split(|byte| *byte == b'\n').map(|line| line.strip_suffix(b"\r").unwrap_or(line)) {
        let Some(sign) = line.first().filter(|sign| b"<>|=".contains(sign)) else { continue };
        let run = line.iter().take_while(|byte| *byte == sign).count();
        let ends = line.get(run).is_none_or(|byte| *byte == b' ');
        if ends && (run == 7 || (run > 7 && *sign != b'=' && *sign != b'|')) {
            *found.entry(line).or_default() += 1;
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markers_are_lines_that_neither_side_has() {
        let conflict = "a\n<<<<<<< HEAD\nb\n=======\nc\n>>>>>>> 1234567\n";
        assert!(are_left(conflict.as_bytes(), b"a\nb\n", b"a\nc\n"));
        assert!(!are_left(conflict.as_bytes(), conflict.as_bytes(), b""), "an example stays one");
        assert!(are_left(conflict.repeat(2).as_bytes(), conflict.as_bytes(), conflict.as_bytes()));
        for left in
            ["a\n=======\nc\n", "a\r\n>>>>>>> 1234567\r\n", "||||||| base\n", "<<<<<<<<<<<<<<<< HEAD\n"]
        {
            assert!(are_left(left.as_bytes(), b"", b""), "{left}");
        }
        for good in ["<<<<<<<", "Summary\n========\n", "x <<<<<<< HEAD\n", "<<<<<< HEAD\n", "||||||||\n"] {
            assert!(!are_left(good.as_bytes(), b"<<<<<<<", b""), "{good}");
        }
        assert!(are_added(conflict.as_bytes(), b"a\nb\n"));
        assert!(are_added(b"a\n>>>>>>> 1234567\n", b"a\n"), "what is left of one");
        assert!(!are_added(conflict.as_bytes(), conflict.as_bytes()), "an example stays one");
        assert!(!are_added(b"Summary\n=======\n", b""), "a heading");
        let heading = |n: usize| "Summary\n=======\n".repeat(n);
        assert!(!are_left(heading(2).as_bytes(), heading(1).as_bytes(), heading(1).as_bytes()));
    }
}
