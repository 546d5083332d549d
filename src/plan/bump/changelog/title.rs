//! What a section's heading says, and the same for another release.

use super::super::leaf::swapped;
use super::links::follow;
use super::number::Number;
use chrono::NaiveDate;
use std::ops::Range;

/// The heading of a release, taken apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in super::super) struct Title {
    pub(in super::super) version: Number,
    /// Where the version is in the title.
    range: Range<usize>,
    date: Option<(Range<usize>, &'static str)>,
    /// The address of an inline link on the version.
    link: Option<Range<usize>>,
    /// Nothing is in the title but these: it can be written for another release.
    is_plain: bool,
}

/// How dates are written. One that could be read in two ways is not among them.
const DATES: [&str; 10] = [
    "%Y-%m-%d",
    "%Y/%m/%d",
    "%Y.%m.%d",
    "%d.%m.%Y",
    "%B %-d, %Y",
    "%b %-d, %Y",
    "%-d %B %Y",
    "%-d %b %Y",
    "%d %B %Y",
    "%d %b %Y",
];

/// Whether a heading is about what is not released yet.
pub(super) fn is_unreleased(title: &str) -> bool {
    let plain: String =
        title.to_lowercase().chars().filter(|c| c.is_alphanumeric() || c.is_whitespace()).collect();
    let words: Vec<&str> = plain.split_whitespace().collect();
    let first = words.first().copied().unwrap_or_default();
    first == "unreleased"
        || matches!(words.as_slice(), ["next" | "upcoming" | "head" | "master" | "main" | "develop"])
        || matches!(
            words.as_slice(),
            ["next", "release" | "version"] | ["upcoming", "release"] | ["in", "development"]
        )
}

impl Title {
    /// Reads a heading without its marks; `None` where it is not about a release.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (range, version) = versions(text).next()?;
        let before = text.get(..range.start)?;
        if !is_prefix(before) {
            return None;
        }
        let rest = text.get(range.end..)?;
        let link = rest.strip_prefix("](").and_then(|inner| {
            let length = inner.find(')')?;
            Some(range.end + 2..range.end + 2 + length)
        });
        let from = link.as_ref().map_or(range.end, |link| link.end);
        let date = date(text, from);
        let tail = match &date {
            Some((at, _)) => format!("{}{}", text.get(from..at.start)?, text.get(at.end..)?),
            None => text.get(from..)?.to_owned(),
        };
        let is_plain = !tail.contains(char::is_alphanumeric);
        // A year or a number may well begin a sentence: a heading of words is another thing.
        let is_sentence =
            tail.split_whitespace().filter(|word| word.contains(char::is_alphabetic)).count() > 4;
        (!is_sentence).then_some(Self { version, range, date, link, is_plain })
    }

    pub(super) const fn is_plain(&self) -> bool {
        self.is_plain
    }

    /// The same heading for the next release; `text` is the one this was read from.
    pub(super) fn write(&self, text: &str, next: &str, day: NaiveDate) -> Option<String> {
        let mut parts: Vec<(Range<usize>, String)> = vec![(self.range.clone(), next.to_owned())];
        if let Some((range, format)) = &self.date {
            parts.push((range.clone(), day.format(format).to_string()));
        }
        if let Some(link) = &self.link {
            let was = self.version.to_string();
            let address = text.get(link.clone())?;
            let new = follow(address, &was, next).or_else(|| swapped(address, &was, next))?;
            parts.push((link.clone(), new));
        }
        super::super::leaf::replace(
            text,
            parts.iter().map(|(range, new)| (range.clone(), new.as_str())).collect(),
        )
    }
}

/// Version-like words, each whole.
fn versions(text: &str) -> impl Iterator<Item = (Range<usize>, Number)> + '_ {
    let inside = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '+');
    let mut at = 0;
    std::iter::from_fn(move || {
        loop {
            let rest = text.get(at..)?;
            let start = at + rest.find(|c: char| c.is_ascii_digit())?;
            let run = text.get(start..)?;
            let end = run.find(|c: char| !inside(c)).unwrap_or(run.len());
            let word = run.get(..end)?.trim_end_matches(['.', '-', '+']);
            at = start + end.max(1);
            if let Some(number) = Number::parse(word) {
                return Some((start..start + word.len(), number));
            }
        }
    })
}

/// What may come before the version: marks, `v`, one word or name, or "Changes in".
fn is_prefix(text: &str) -> bool {
    let plain = text
        .trim_start_matches(['[', '*', '`', '_', '(', '<', '\u{1f680}', ' '])
        .trim_end_matches(['[', '*', '`', '(']);
    let lower = plain.trim().to_lowercase();
    let known = [
        "changes in",
        "changes in version",
        "what's new in",
        "new in",
        "new in version",
        "release notes for",
    ];
    let one_word = !lower.contains(char::is_whitespace) && !lower.contains("://");
    let two_words = lower.split_whitespace().count() == 2
        && (lower.ends_with(" v") || lower.ends_with("version") || lower.ends_with("release"));
    one_word || two_words || known.contains(&lower.as_str())
}

/// The first date after a place, and how it is written.
fn date(text: &str, from: usize) -> Option<(Range<usize>, &'static str)> {
    let rest = text.get(from..)?;
    let starts = rest.char_indices().filter(|(at, c)| {
        c.is_alphanumeric() && !rest.get(..*at).is_some_and(|head| head.ends_with(char::is_alphanumeric))
    });
    for (start, _) in starts {
        for format in DATES {
            let tail = rest.get(start..)?;
            let ends =
                tail.char_indices().map(|(at, c)| at + c.len_utf8()).filter(|end| (8..=18).contains(end));
            for end in ends {
                let Some(word) = tail.get(..end) else { continue };
                let whole = !tail.get(end..).is_some_and(|next| next.starts_with(char::is_alphanumeric));
                let read = NaiveDate::parse_from_str(word, format).ok();
                if whole && read.is_some_and(|day| day.format(format).to_string() == word) {
                    return Some((from + start..from + start + end, format));
                }
            }
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(text: &str) -> Option<String> {
        let day = NaiveDate::from_ymd_opt(2026, 2, 1).unwrap();
        Title::parse(text).filter(Title::is_plain)?.write(text, "1.2.1", day)
    }

    #[test]
    fn each_dialect_is_followed() {
        for (text, expected) in [
            ("[1.2.0] - 2026-01-02", "[1.2.1] - 2026-02-01"),
            ("1.2.0 (2026-01-02)", "1.2.1 (2026-02-01)"),
            ("v1.2.0 — 2026-01-02", "v1.2.1 — 2026-02-01"),
            ("Version 1.2.0", "Version 1.2.1"),
            ("[app-v1.2.0]", "[app-v1.2.1]"),
            ("Shop v1.2.0, January 2, 2026", "Shop v1.2.1, February 1, 2026"),
            ("1.2.0 / 2 Jan 2026", "1.2.1 / 1 Feb 2026"),
            ("[1.2.0] [2026-01-02]", "[1.2.1] [2026-02-01]"),
            (
                "[1.2.0](https://x/compare/v1.1.0...v1.2.0) (2026-01-02)",
                "[1.2.1](https://x/compare/v1.2.0...v1.2.1) (2026-02-01)",
            ),
            ("[v1.2.0](https://x/releases/tag/v1.2.0)", "[v1.2.1](https://x/releases/tag/v1.2.1)"),
            ("Changes in 1.2.0", "Changes in 1.2.1"),
        ] {
            assert_eq!(written(text).as_deref(), Some(expected), "{text}");
        }
        for text in ["1.2.0 The Big One", "Upgrading from 1.2.0", "Features", "1.2.0 - 01/02/2026"] {
            assert_eq!(written(text), None, "{text}");
        }
        assert!(
            is_unreleased("[Unreleased]")
                && is_unreleased("Unreleased changes")
                && !is_unreleased("Next steps")
        );
    }
}
