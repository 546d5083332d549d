//! What a section's heading says, and the same for another release.

use super::super::leaf::{replace, swapped};
use super::address::{follow, versions};
use super::number::Number;
use chrono::NaiveDate;
use std::ops::Range;

/// The heading of a release, taken apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in super::super) struct Title {
    pub(in super::super) version: Number,
    /// Where the version is in the title.
    range: Range<usize>,
    day: Option<(Range<usize>, Day)>,
    /// The address of an inline link on the version.
    link: Option<Range<usize>>,
    /// Nothing is in the title but these: it can be written for another release.
    is_plain: bool,
}

/// How a date is written.
pub(super) type Day = &'static str;

/// How dates are written. One that could be read in two ways is not among them.
const DATES: [Day; 10] = [
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

/// Words that say that something is not released yet.
const PENDING: [&str; 15] = [
    "unreleased",
    "not released",
    "not yet released",
    "to be released",
    "in development",
    "under development",
    "development version",
    "in progress",
    "wip",
    "tbd",
    "tba",
    "upcoming",
    "yyyy mm dd",
    "xxxx xx xx",
    "xx xx",
];

/// Names of what comes next, where the heading says nothing else.
const NEXT: [&str; 10] =
    ["next", "vnext", "head", "master", "main", "develop", "development", "dev", "trunk", "pending"];

/// Whether a heading is about what is not released yet.
pub(super) fn is_unreleased(title: &str) -> bool {
    let lower = title.split("](").next().unwrap_or_default().to_lowercase();
    let words: Vec<&str> = lower.split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty()).collect();
    if words.first() == Some(&"unreleased") || is_in_development(&lower) {
        return true;
    }
    let said = format!(" {} ", words.join(" "));
    let is_pending = PENDING.iter().any(|phrase| said.contains(&format!(" {phrase} ")));
    let names: Vec<&str> =
        words.into_iter().filter(|w| !w.starts_with(|c: char| c.is_ascii_digit())).collect();
    // A sentence that has such a word is another thing.
    (is_pending && names.len() <= 5)
        || matches!(names.as_slice(), [name] | [name, "release" | "version" | "branch"]
            if !said.contains(char::is_numeric) && NEXT.contains(name))
}

/// `1.3.0-dev`, `1.3.0-SNAPSHOT`, `1.3.0.dev0`, without a date.
fn is_in_development(lower: &str) -> bool {
    let Some((range, _)) = number(lower) else { return false };
    let rest = lower.get(range.end..).unwrap_or_default().trim_start_matches(['.', '-', '+', '_']);
    let name: String = rest.chars().take_while(char::is_ascii_alphabetic).collect();
    matches!(name.as_str(), "dev" | "develop" | "snapshot" | "next" | "unreleased")
        && date(lower, range.end).is_none()
}

/// The numbers of the first version in a title, without a pre-release's name.
fn number(title: &str) -> Option<(Range<usize>, Number)> {
    let start = title.find(|c: char| c.is_ascii_digit())?;
    let run = title.get(start..)?;
    let end = run.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(run.len());
    let text = run.get(..end)?.trim_end_matches('.');
    Some((start..start + text.len(), Number::parse(text)?))
}

/// The version that a heading of something unreleased names.
pub(super) fn planned(title: &str) -> Option<Number> {
    number(title).map(|(_, number)| number)
}

/// The date in a line that says nothing else: `*2026-01-02*`, `Released on 2026-01-02`.
pub(super) fn day_alone(line: &str) -> Option<(Range<usize>, Day)> {
    let (range, day) = date(line, 0)?;
    let rest = format!("{} {}", line.get(..range.start)?, line.get(range.end..)?).to_lowercase();
    let mut words = rest.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    words
        .all(|word| matches!(word, "release" | "released" | "date" | "on" | "published"))
        .then_some((range, day))
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
        // As Markdown, reStructuredText and AsciiDoc write it.
        let link = [("](", ')'), (" <", '>')].into_iter().find_map(|(open, close)| {
            let length = rest.strip_prefix(open)?.find(close)?;
            Some(range.end + 2..range.end + 2 + length)
        });
        let from = link.as_ref().map_or(range.end, |link| link.end);
        let day = date(text, from);
        let tail = match &day {
            Some((at, _)) => format!("{}{}", text.get(from..at.start)?, text.get(at.end..)?),
            None => text.get(from..)?.to_owned(),
        };
        let is_plain = !tail.contains(char::is_alphanumeric);
        // A year or a number may well begin a sentence: a heading of words is another thing.
        let is_sentence =
            tail.split_whitespace().filter(|word| word.contains(char::is_alphabetic)).count() > 4;
        (!is_sentence).then_some(Self { version, range, day, link, is_plain })
    }

    pub(super) const fn is_plain(&self) -> bool {
        self.is_plain
    }

    pub(super) const fn has_day(&self) -> bool {
        self.day.is_some()
    }

    /// The same heading for the next release; `text` is the one this was read from.
    pub(super) fn write(&self, text: &str, next: &str, day: NaiveDate) -> Option<String> {
        let mut parts: Vec<(Range<usize>, String)> = vec![(self.range.clone(), next.to_owned())];
        if let Some((range, format)) = &self.day {
            parts.push((range.clone(), day.format(format).to_string()));
        }
        if let Some(link) = &self.link {
            let (address, was) = (text.get(link.clone())?, self.version.to_string());
            let new = follow(address, &was, next).or_else(|| swapped(address, &was, next))?;
            parts.push((link.clone(), new));
        }
        replace(text, parts.iter().map(|(range, new)| (range.clone(), new.as_str())).collect())
    }
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
fn date(text: &str, from: usize) -> Option<(Range<usize>, Day)> {
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
            (
                "`1.2.0 <https://x/compare/v1.1.0...v1.2.0>`__ - 2026-01-02",
                "`1.2.1 <https://x/compare/v1.2.0...v1.2.1>`__ - 2026-02-01",
            ),
            ("[1.2.0](https://x/project/shop/1.2.0/)", "[1.2.1](https://x/project/shop/1.2.1/)"),
        ] {
            assert_eq!(written(text).as_deref(), Some(expected), "{text}");
        }
        for text in ["1.2.0 The Big One", "Upgrading from 1.2.0", "Features", "1.2.0 - 01/02/2026"] {
            assert_eq!(written(text), None, "{text}");
        }
    }

    #[test]
    fn what_is_not_released_is_known() {
        for (text, number) in [
            ("[Unreleased]", None),
            ("Unreleased changes", None),
            ("1.2.1 (unreleased)", Some("1.2.1")),
            ("[1.2.1] - Unreleased", Some("1.2.1")),
            ("v1.3.0 (Not yet released)", Some("1.3.0")),
            ("master (unreleased)", None),
            ("**WORK IN PROGRESS**", None),
            ("shop (development version)", None),
            ("Version 1.3.0 - TBD", Some("1.3.0")),
            ("[1.3.0] - YYYY-MM-DD", Some("1.3.0")),
            ("1.3.0-dev", Some("1.3.0")),
            ("1.3.0.dev0", Some("1.3.0")),
            ("v1.3.0-SNAPSHOT", Some("1.3.0")),
            ("Next release", None),
            ("[unreleased](https://x/compare/v1.2.0...HEAD)", None),
        ] {
            assert!(is_unreleased(text), "{text}");
            let planned = planned(text.split("](").next().unwrap());
            assert_eq!(planned.map(|number| number.to_string()).as_deref(), number, "{text}");
        }
        for text in [
            "Next steps",
            "1.2.0",
            "1.3.0-rc.1",
            "1.2.0-dev (2026-01-02)",
            "Work in progress on the till is in the wiki",
            "Main 1.2.0",
            "[1.2.0](https://x/compare/v1.1.0...develop) (2026-01-02)",
        ] {
            assert!(!is_unreleased(text), "{text}");
        }
    }
}
