//! How the numbers in a release tag are written: how many, what is between them, how they are padded.

use semver::{BuildMetadata, Version};

/// The separators that numbers may have.
const SEPARATORS: [char; 3] = ['.', '_', '-'];
/// Words that make a tag a pre-release.
const UNFINISHED: [&str; 14] = [
    "rc",
    "alpha",
    "beta",
    "pre",
    "prerelease",
    "preview",
    "dev",
    "snapshot",
    "nightly",
    "canary",
    "candidate",
    "milestone",
    "test",
    "wip",
];

/// The form of a tag's numbers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Form {
    pub(super) separator: char,
    /// How many numbers there are at least.
    pub(super) parts: usize,
    /// The numbers are a date: a year, a month, a day.
    pub(super) dated: bool,
    /// The width that each number is padded to; 0 where it is not.
    pub(super) widths: Vec<usize>,
}

impl Form {
    /// `1.2.3`.
    pub(super) const fn classic() -> Self {
        Self { separator: '.', parts: 3, dated: false, widths: Vec::new() }
    }

    pub(super) fn is_classic(&self) -> bool {
        self.separator == '.' && self.parts == 3 && !self.dated && self.widths.iter().all(|w| *w == 0)
    }

    /// Writes a version in this form.
    pub(super) fn write(&self, version: &Version, separator: char) -> String {
        let mut numbers = vec![version.major, version.minor, version.patch];
        numbers.extend(version.build.split('.').filter_map(|n| n.parse::<u64>().ok()));
        if self.parts < 3 && numbers.len() == 3 && version.patch == 0 {
            numbers.truncate(2);
        }
        let written = numbers.iter().enumerate().map(|(i, n)| {
            let width = self.widths.get(i).copied().unwrap_or_default();
            format!("{n:0width$}")
        });
        written.collect::<Vec<_>>().join(&separator.to_string())
    }
}

/// The numbers of a tag as they are written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Numbers<'a> {
    texts: Vec<&'a str>,
    separator: char,
}

impl<'a> Numbers<'a> {
    /// Reads `1.2.3`, `1.2`, `1_2_3`, `2024-11-01`, `1.2.3.4`; nothing else may be in it.
    pub(super) fn read(text: &'a str) -> Option<Self> {
        let separator = text.chars().find(|c| !c.is_ascii_digit()).filter(|c| SEPARATORS.contains(c))?;
        let texts: Vec<&str> = text.split(separator).collect();
        let fits = |t: &&str| !t.is_empty() && t.len() < 12 && t.bytes().all(|b| b.is_ascii_digit());
        ((2..=6).contains(&texts.len()) && texts.iter().all(fits)).then_some(Self { texts, separator })
    }

    pub(super) fn len(&self) -> usize {
        self.texts.len()
    }

    /// Whether the number at this place has zeros in front of it.
    pub(super) fn is_padded(&self, at: usize) -> bool {
        self.texts.get(at).is_some_and(|t| t.len() > 1 && t.starts_with('0'))
    }

    /// Whether the number at this place has one digit.
    pub(super) fn is_short(&self, at: usize) -> bool {
        self.texts.get(at).is_some_and(|t| t.len() == 1)
    }

    fn values(&self) -> Vec<u64> {
        self.texts.iter().filter_map(|t| t.parse().ok()).collect()
    }

    pub(super) fn form(&self) -> Form {
        let values = self.values();
        let year = values.first().is_some_and(|y| (1990..2100).contains(y));
        let month = values.get(1).is_some_and(|m| (1..=12).contains(m));
        let day = values.get(2).is_some_and(|d| (1..=31).contains(d));
        let width = |t: &&str| if t.len() > 1 && t.starts_with('0') { t.len() } else { 0 };
        let mut widths: Vec<usize> = self.texts.iter().map(width).collect();
        let dated = year && month && day;
        // A day of two digits does not show that it is padded; the month or an earlier day may.
        if dated && (self.separator != '.' || widths.iter().any(|w| *w > 0)) {
            widths = vec![4, 2, 2];
        }
        Form { separator: self.separator, parts: self.texts.len(), dated, widths }
    }

    pub(super) fn version(&self) -> Version {
        let values = self.values();
        let at = |i: usize| values.get(i).copied().unwrap_or_default();
        let mut version = Version::new(at(0), at(1), at(2));
        let more: Vec<String> = values.iter().skip(3).map(u64::to_string).collect();
        version.build = BuildMetadata::new(&more.join(".")).unwrap_or_default();
        version
    }
}

/// Words behind the numbers that say that it is a release, which others write without them.
const FINISHED: [&str; 6] = ["final", "release", "ga", "stable", "prod", "lts"];

/// A release tag in its parts.
pub(super) struct Parts<'a> {
    pub(super) prefix: &'a str,
    pub(super) numbers: Numbers<'a>,
    /// `.Final`, `-release`; empty where nothing is behind the numbers.
    pub(super) suffix: &'a str,
}

/// Splits a release tag into what is in front of its numbers, these, and the word behind them.
pub(super) fn split(tag: &str) -> Option<Parts<'_>> {
    let suffix = suffix(tag);
    let body = tag.strip_suffix(suffix).unwrap_or(tag);
    // The longest run of numbers at the end that has one separator.
    let longest =
        SEPARATORS.iter().filter_map(|separator| tail(body, *separator)).max_by_key(|(_, n)| n.len());
    longest.map(|(prefix, numbers)| Parts { prefix, numbers, suffix })
}

/// The separator and the word behind a release's numbers; empty where there is none.
fn suffix(tag: &str) -> &str {
    let word = tag.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let Some(letters) = tag.get(word.len()..) else { return "" };
    let front = word.trim_end_matches(['.', '-', '_', '+']);
    let is_word = FINISHED.contains(&letters.to_ascii_lowercase().as_str());
    let is_apart = word.len() == front.len() + 1 && front.ends_with(|c: char| c.is_ascii_digit());
    tag.get(front.len()..).filter(|_| is_word && is_apart).unwrap_or("")
}

fn tail(tag: &str, separator: char) -> Option<(&str, Numbers<'_>)> {
    let is_part = |c: char| c.is_ascii_digit() || c == separator;
    let start = tag.char_indices().rev().take_while(|(_, c)| is_part(*c)).last().map(|(i, _)| i)?;
    let rest = tag.get(start..)?.trim_start_matches(separator);
    let prefix = tag.get(..tag.len() - rest.len())?;
    let numbers = Numbers::read(rest)?;
    // `v1.2.0-1.0` and `1.2-3-4` go on behind a version: what they are, nobody knows.
    let goes_on = prefix.trim_end_matches(SEPARATORS).ends_with(|c: char| c.is_ascii_digit());
    let is_version = numbers.len() >= 3 && separator == '.' && prefix.ends_with('-');
    ((!goes_on || is_version) && !is_unfinished(prefix)).then_some((prefix, numbers))
}

/// Whether text in front of numbers, or behind them, says that they are not a release.
fn is_unfinished(text: &str) -> bool {
    let word = text.trim_end_matches(SEPARATORS).trim_end_matches('/');
    let letters =
        word.rfind(|c: char| !c.is_ascii_alphabetic()).map_or(word, |i| word.get(i + 1..).unwrap_or(""));
    UNFINISHED.contains(&letters.to_ascii_lowercase().as_str())
}

/// Words in front of a single number that releases are called by.
const COUNTED: [&str; 16] = [
    "v",
    "ver",
    "version",
    "r",
    "rel",
    "release",
    "build",
    "deploy",
    "deployment",
    "prod",
    "production",
    "rev",
    "tag",
    "live",
    "sprint",
    "edition",
];

/// Whether a tag says of itself that it is not finished: a pre-release.
pub(super) fn is_pre_release(tag: &str) -> bool {
    let lower = tag.to_ascii_lowercase();
    let body = lower.trim_end_matches(|c: char| c.is_ascii_digit() || SEPARATORS.contains(&c));
    let letters =
        body.rfind(|c: char| !c.is_ascii_alphabetic()).map_or("", |i| body.get(i + 1..).unwrap_or(""));
    const SHORT: [&str; 5] = ["a", "b", "m", "c", "cr"];
    const NO_RELEASE: [&str; 4] = ["nightly", "canary", "test", "wip"];
    let is_word =
        SHORT.contains(&letters) || (UNFINISHED.contains(&letters) && !NO_RELEASE.contains(&letters));
    let numbers = body.get(..body.len() - letters.len()).unwrap_or_default();
    let front = numbers.trim_end_matches(SEPARATORS).trim_end_matches('+');
    is_word && split(front).is_some()
}

/// Whether a tag has numbers like those of a release and no word against it.
pub(super) fn resembles(tag: &str) -> bool {
    if split(tag).is_some() {
        return true;
    }
    let lower = tag.to_ascii_lowercase();
    let words = lower.split(|c: char| !c.is_ascii_alphabetic()).filter(|w| !w.is_empty());
    if words.into_iter().any(|w| UNFINISHED.contains(&w) || w == "b" || w == "a" || w == "m" || w == "hotfix")
    {
        return false;
    }
    let is_number = |t: &str| !t.is_empty() && t.bytes().all(|b| b.is_ascii_digit());
    // `5`, `v5`, `r123`, `build-451`, `prod/eu-12`: one number that counts.
    let name = lower.trim_end_matches(|c: char| c.is_ascii_digit());
    let mut words = name.split(|c: char| !c.is_ascii_alphabetic());
    let is_counted = words.any(|word| COUNTED.contains(&word) || FINISHED.contains(&word));
    if name.len() < lower.len() && (is_counted || name.is_empty()) {
        return true;
    }
    // `2024.w05`, `2024-W5`: a year and a week.
    let mut halves = lower.splitn(2, ['w', 'q']);
    let year = halves.next().map(|half| half.trim_end_matches(SEPARATORS)).unwrap_or_default();
    let ends_with_year =
        year.len() >= 4 && year.get(year.len() - 4..).is_some_and(|y| is_number(y) && y.starts_with("20"));
    if ends_with_year && halves.next().is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit())) {
        return true;
    }
    let is_day = |t: &str| t.len() == 8 && is_number(t) && t.starts_with("20");
    if lower.split(|c: char| !c.is_ascii_digit()).any(is_day) {
        return true;
    }
    // A number, a separator and a number, anywhere.
    let bytes = lower.as_bytes();
    bytes.windows(3).any(|w| match w {
        [a, s, b] => a.is_ascii_digit() && SEPARATORS.contains(&char::from(*s)) && b.is_ascii_digit(),
        _ => false,
    })
}
