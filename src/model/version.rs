//! Versions and the tags that carry them.
//!
//! A version is kept as [`semver::Version`], whatever its tag looks like: the first three numbers are
//! major, minor and patch, further ones the build part, which [`by_precedence`] compares as well. How
//! the numbers are written is the [`TagScheme`]'s business.

use super::tag_form::{Form, Numbers, Parts};
use semver::Version;
use std::cmp::Ordering;
use std::hash::{Hash, Hasher};

/// How a repository writes its release tags: `v1.2.3`, `app@1.2.3`, `REL_1_2_3`, `24.04`.
///
/// Two tags are of one scheme when prefix, separator, kind and the word behind are the same; how many numbers there
/// are and how they are padded is only for writing the next one.
#[derive(Clone, Debug)]
pub struct TagScheme {
    /// Everything in front of the version.
    pub prefix: String,
    form: Form,
    /// The word behind it: `.Final`, `-release`.
    suffix: String,
}

impl TagScheme {
    fn key(&self) -> (&str, &str, char, bool) {
        (&self.prefix, &self.suffix, self.form.separator, self.form.dated)
    }
}

impl PartialEq for TagScheme {
    fn eq(&self, other: &Self) -> bool {
        self.key() == other.key()
    }
}

impl Eq for TagScheme {}

impl Hash for TagScheme {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.key().hash(state);
    }
}

impl Ord for TagScheme {
    fn cmp(&self, other: &Self) -> Ordering {
        self.key().cmp(&other.key())
    }
}

impl PartialOrd for TagScheme {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// Words in front of a version that name no package.
const PLAIN: [&str; 14] = [
    "v",
    "ver",
    "version",
    "r",
    "rel",
    "release",
    "releases",
    "tag",
    "tags",
    "stable",
    "prod",
    "production",
    "final",
    "deploy",
];

impl TagScheme {
    /// The scheme of a repository without releases: `v1.2.3`.
    pub fn default_scheme() -> Self {
        Self::with_prefix("v")
    }

    /// The scheme of three numbers with dots behind a prefix.
    pub fn with_prefix(prefix: &str) -> Self {
        Self { prefix: prefix.to_owned(), form: Form::classic(), suffix: String::new() }
    }

    /// Reads the configured pattern: `v{version}`, `{version}.Final`, `{package}@{version}` with the
    /// package filled in.
    pub fn from_pattern(pattern: &str) -> Option<Self> {
        let (prefix, suffix) = pattern.split_once("{version}")?;
        // Only a word that is read in the tags there are.
        let is_read = split_tag(&format!("1.2.3{suffix}")).is_some_and(|(scheme, _)| scheme.suffix == suffix);
        let fits = is_read && !prefix.contains('{');
        fits.then(|| Self { suffix: suffix.to_owned(), ..Self::with_prefix(prefix) })
    }

    /// This prefix with the numbers written as in `tag`.
    #[must_use]
    pub fn written_like(&self, tag: &str) -> Self {
        let numbers = self.body(tag).and_then(Numbers::read);
        // What the numbers are taken for is not in the tag alone.
        let written = numbers.map_or_else(|| self.form.clone(), |n| n.form());
        let form = Form { dated: self.form.dated, ..written };
        Self { prefix: self.prefix.clone(), form, suffix: self.suffix.clone() }
    }

    fn body<'t>(&self, tag: &'t str) -> Option<&'t str> {
        tag.strip_prefix(&self.prefix)?.strip_suffix(&self.suffix)
    }

    /// The pattern of these tags: `v{version}`, `{version}.Final`.
    pub fn pattern(&self) -> String {
        format!("{}{{version}}{}", self.prefix, self.suffix)
    }

    /// Whether the numbers are three, separated by dots and without padding, as in semver.
    pub fn is_classic(&self) -> bool {
        self.form.is_classic()
    }

    /// The same numbers, counted up even where they look like a date.
    #[must_use]
    pub fn counting(self) -> Self {
        Self { form: Form { dated: false, ..self.form }, ..self }
    }

    /// Whether the numbers are a date.
    pub const fn is_dated(&self) -> bool {
        self.form.dated
    }

    /// The package whose releases are tagged so: `app` of `app/v`, `app@`, `@shop/app@` and `app-v`.
    pub fn package(&self) -> Option<&str> {
        let prefix = self.prefix.strip_suffix(['v', 'V']).unwrap_or(&self.prefix);
        let name = prefix.strip_suffix(['/', '@', '-', '_'])?;
        let name = name.rsplit('/').next().filter(|name| !name.is_empty())?;
        (!PLAIN.contains(&name.to_ascii_lowercase().as_str())).then_some(name)
    }

    /// The tag for a version.
    pub fn tag(&self, version: &Version) -> String {
        format!("{}{}{}", self.prefix, self.form.write(version, self.form.separator), self.suffix)
    }

    /// The version as people write it, with dots: `1.2.3`, `2024.11.02`.
    pub fn number(&self, version: &Version) -> String {
        self.form.write(version, '.')
    }

    /// The pattern of all tags with the same major and minor version: `v1.2.*`.
    pub fn line(&self, version: &Version) -> String {
        let dotted = if self.is_classic() { self.form.separator.to_string() } else { String::new() };
        let first_two = Form { parts: 2, ..self.form.clone() };
        let base = Version::new(version.major, version.minor, 0);
        format!("{}{}{dotted}*", self.prefix, first_two.write(&base, self.form.separator))
    }

    /// The version a tag of this scheme names. Pre-releases and anything else are `None`.
    pub fn version(&self, tag: &str) -> Option<Version> {
        let numbers = Numbers::read(self.body(tag)?)?;
        let form = numbers.form();
        // Numbers that look like a date may count up; a date is always one.
        let fits = form.separator == self.form.separator && (form.dated || !self.form.dated);
        fits.then(|| numbers.version())
    }
}

/// A version as somebody types it, with or without `v`: `1.2.1`, `v1.2.1`, `2026.11.29`, `1.2.3.5`.
pub fn typed(text: &str) -> Option<Version> {
    let bare = text.strip_prefix(['v', 'V']).unwrap_or(text);
    Numbers::read(bare).map(|n| n.version())
}

/// The version that a text is or leads up to: `2.0.0` for `2.0.0-rc.1`, `2.0.0b3` and `2.0.0-SNAPSHOT`.
pub fn begun_by(text: &str) -> Option<Version> {
    let bare = text.strip_prefix(['v', 'V']).unwrap_or(text);
    let end = bare.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(bare.len());
    typed(bare.get(..end)?.trim_end_matches('.'))
}

/// `1.2.1` or `v1.2.1` typed as a name.
pub fn is_plain_version(text: &str) -> Option<Version> {
    let bare = text.strip_prefix('v').unwrap_or(text);
    let numbers = Numbers::read(bare).filter(|n| n.form().separator == '.' && n.len() >= 3)?;
    Some(numbers.version())
}

/// Splits a release tag into its scheme and its version, whatever the scheme.
pub fn split_tag(tag: &str) -> Option<(TagScheme, Version)> {
    super::tag_form::split(tag).map(|parts| read_parts(&parts))
}

/// The scheme and the version that a tag's parts say.
pub(super) fn read_parts(parts: &Parts<'_>) -> (TagScheme, Version) {
    let (prefix, suffix) = (parts.prefix.to_owned(), parts.suffix.to_owned());
    (TagScheme { prefix, form: parts.numbers.form(), suffix }, parts.numbers.version())
}

/// The version that a release tag names, as people write it: `8.21.1` of `curl-8_21_1`.
pub fn number_of(tag: &str) -> Option<String> {
    split_tag(tag).map(|(scheme, version)| scheme.number(&version))
}

/// Whether a tag may be a release though its form is not one that is understood: where there are such
/// tags, a repository has releases. Pre-releases and nightly builds are not meant.
pub fn looks_like_a_release(tag: &str) -> bool {
    super::tag_form::resembles(tag)
}

/// Whether a tag is a pre-release of something: `v1.3.0-rc.1`, `1.2.0b2`. Never a release, and a sign that
/// there will be one.
pub fn is_pre_release(tag: &str) -> bool {
    super::tag_form::is_pre_release(tag)
}

/// The number that comes after the ones a tag holds, whatever its form: `1.2.1` of `1.2.0-jre`.
pub fn number_after(tag: &str) -> Option<Version> {
    let mut numbers = tag.split(|c: char| !c.is_ascii_digit()).filter(|t| !t.is_empty()).map(str::parse);
    let first: u64 = numbers.next()?.ok()?;
    let mut next = || numbers.next().and_then(Result::ok).unwrap_or_default();
    let (minor, patch): (u64, u64) = (next(), next());
    Some(Version::new(first, minor, patch.saturating_add(1)))
}

/// Orders versions: semver's order, and further numbers behind the patch.
pub fn by_precedence(a: &Version, b: &Version) -> Ordering {
    a.cmp(b)
}

/// The next free version after `base`, given a test for versions that are taken anywhere: the last
/// number counts up, which is the patch unless there are more than three.
pub fn next_patch(base: &Version, taken: impl Fn(&Version) -> bool) -> Version {
    let mut next = counted_up(base);
    while taken(&next) {
        next = counted_up(&next);
    }
    next
}

/// The first free version that is dated `today`, or as `base` where that is later: the date alone, else
/// with a count behind it, which there always is where `base` has one.
pub fn next_on(today: &Version, base: &Version, taken: impl Fn(&Version) -> bool) -> Version {
    let day = |v: &Version| (v.major, v.minor, v.patch);
    let count = |v: &Version| {
        let build = semver::BuildMetadata::new("1").unwrap_or_default();
        Version { build, ..v.clone() }
    };
    let mut next = match (day(today) > day(base), base.build.is_empty()) {
        (true, true) => today.clone(),
        (true, false) => count(today),
        (false, true) => count(base),
        (false, false) => counted_up(base),
    };
    while taken(&next) {
        next = if next.build.is_empty() { count(&next) } else { counted_up(&next) };
    }
    next
}

fn counted_up(version: &Version) -> Version {
    let mut next = version.clone();
    let build = version.build.as_str();
    let (front, last) = build.rsplit_once('.').map_or(("", build), |(front, last)| (front, last));
    match last.parse::<u64>() {
        Ok(number) => {
            let dot = if front.is_empty() { "" } else { "." };
            let text = format!("{front}{dot}{}", number.saturating_add(1));
            next.build = semver::BuildMetadata::new(&text).unwrap_or_default();
        }
        Err(_) => next.patch = version.patch.saturating_add(1),
    }
    next
}

#[cfg(test)]
#[path = "version_tests.rs"]
mod tests;
