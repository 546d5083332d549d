//! Names that a reader takes for each other: `fix-login` with a Cyrillic `о`, `v1` and `vl`, `FIX` and `fix`.

use super::text::is_invisible;
use unicode_security::confusable_detection::skeleton;

/// How a name looks: the same for all that look alike.
pub fn look(name: &str) -> String {
    let shown = |text: &str| -> String {
        let seen: String = text.chars().filter(|c| !is_invisible(*c)).collect();
        skeleton(&seen).collect()
    };
    // What looks alike in capitals may not do so in small letters, and the other way round.
    let small = |text: String| text.chars().flat_map(char::to_lowercase).collect::<String>();
    small(shown(&small(shown(name))))
}

/// Whether a reader takes one of two different names for the other.
pub fn are_alike(a: &str, b: &str) -> bool {
    a != b && look(a) == look(b)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_reader_cannot_tell_apart() {
        for (a, b) in [
            ("fix-login", "fix-l\u{43e}gin"),
            ("fix-api", "fix-\u{430}p\u{456}"),
            ("fix-v1", "fix-vl"),
            ("fix-v1", "fix-vI"),
            ("fix-0auth", "fix-oauth"),
            ("Fix-Login", "fix-login"),
            ("fix-login", "fix-lo\u{200b}gin"),
        ] {
            assert!(are_alike(a, b) && are_alike(b, a), "{a} {b}: {} {}", look(a), look(b));
        }
    }

    #[test]
    fn what_is_told_apart() {
        for (a, b) in [("fix-login", "fix-logout"), ("fix-1", "fix-2"), ("fix-login", "fix-login")] {
            assert!(!are_alike(a, b), "{a} {b}");
        }
    }
}
