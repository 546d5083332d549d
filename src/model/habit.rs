//! Which of a repository's tags are its releases, by the habit that most of them show. The one place
//! where that is decided.

use super::tag_form::{Numbers, split};
use super::version::{TagScheme, by_precedence, read_parts};
use semver::Version;
use std::collections::BTreeMap;

/// What numbers in tags are taken for: `version.scheme`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Reading {
    /// What the tags look like.
    #[default]
    Auto,
    /// Three numbers with dots; nothing else is a release.
    Semver,
    /// Numbers that count up, dates among them.
    Numbers,
}

/// A tag with what it says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Read<T> {
    pub name: String,
    pub scheme: TagScheme,
    pub version: Version,
    /// What the caller knows about it.
    pub of: T,
}

/// Tags sorted out.
#[derive(Clone, Debug, Default)]
pub struct Sorted<T> {
    /// The releases, in the order they came in.
    pub releases: Vec<Read<T>>,
    /// Tags with numbers that are not in the form of the others: `v2` and `v2.0`, which move, beside
    /// `v2.0.4`.
    pub odd: Vec<Read<T>>,
}

impl<T: PartialEq> Sorted<T> {
    /// The releases, and those that are written otherwise: `v1.15` before `v1.15.1`. A tag that stands where
    /// another one does, or has the number of another one, moves with the newest and is none.
    #[must_use]
    pub fn every_release(self) -> Vec<Read<T>> {
        let Self { releases: mut all, odd } = self;
        for tag in odd {
            let is_another = |other: &Read<T>| {
                other.of == tag.of
                    || (other.scheme.prefix == tag.scheme.prefix && other.version == tag.version)
            };
            if !all.iter().any(is_another) {
                all.push(tag);
            }
        }
        all.sort_by(|a, b| by_precedence(&b.version, &a.version));
        all
    }
}

/// Sorts out which tags are releases.
///
/// Two numbers are a release where three are not written with a zero at the end (`1.24`, `1.24.1`), and
/// numbers with zeros in front where the others have them, too.
pub fn sort_out<T>(tags: impl IntoIterator<Item = (String, T)>, reading: Reading) -> Sorted<T> {
    let mut read = Vec::new();
    for (name, of) in tags {
        let Some(parts) = split(&name) else { continue };
        let (scheme, version) = read_parts(&parts);
        let scheme = if reading == Reading::Numbers { scheme.counting() } else { scheme };
        let written = Written::of(&parts.numbers);
        read.push((Read { name, scheme, version, of }, written));
    }
    let mut habits: BTreeMap<TagScheme, Habit> = BTreeMap::new();
    for (tag, written) in &read {
        match habits.get_mut(&tag.scheme) {
            Some(habit) => habit.see(*written, &tag.version),
            None => habits.entry(tag.scheme.clone()).or_default().see(*written, &tag.version),
        }
    }
    let mut sorted = Sorted { releases: Vec::new(), odd: Vec::new() };
    for (tag, written) in read {
        let is_odd = habits.get(&tag.scheme).is_some_and(|habit| habit.is_against(written));
        let is_odd = is_odd || (reading == Reading::Semver && !tag.scheme.is_classic());
        if is_odd { sorted.odd.push(tag) } else { sorted.releases.push(tag) }
    }
    sorted.releases.sort_by(|a, b| by_precedence(&b.version, &a.version));
    sorted
}

/// How the numbers of one tag are written.
#[derive(Clone, Copy, Debug)]
struct Written {
    parts: usize,
    /// At each place: a single digit.
    short: [bool; 3],
    /// At each place: zeros in front.
    padded: [bool; 3],
}

impl Written {
    fn of(numbers: &Numbers<'_>) -> Self {
        let places = [0, 1, 2];
        Self {
            parts: numbers.len(),
            short: places.map(|at| numbers.is_short(at)),
            padded: places.map(|at| numbers.is_padded(at)),
        }
    }
}

/// How the numbers of one scheme are written.
#[derive(Clone, Copy, Debug, Default)]
struct Habit {
    /// Three numbers of which the last is zero: nothing is left out.
    spells_out: bool,
    /// At each place: a single digit, so nothing is padded there.
    short: [bool; 3],
}

impl Habit {
    fn see(&mut self, written: Written, version: &Version) {
        self.spells_out |= written.parts == 3 && version.patch == 0;
        for (habit, short) in self.short.iter_mut().zip(written.short) {
            // A zero alone is written so in either way.
            *habit |= short;
        }
    }

    fn is_against(self, written: Written) -> bool {
        let padded = self.short.into_iter().zip(written.padded).any(|(short, padded)| short && padded);
        padded || (self.spells_out && written.parts == 2)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn releases(names: &[&str], reading: Reading) -> (Vec<String>, Vec<String>) {
        let sorted = sort_out(names.iter().map(|n| ((*n).to_owned(), ())), reading);
        let names = |tags: Vec<Read<()>>| tags.into_iter().map(|t| t.name).collect();
        (names(sorted.releases), names(sorted.odd))
    }

    #[test]
    fn what_moves_is_not_a_release() {
        let (found, odd) = releases(&["v1", "v1.2", "v1.2.0", "v1.2.3"], Reading::Auto);
        assert_eq!((found, odd), (vec!["v1.2.3".to_owned(), "v1.2.0".into()], vec!["v1.2".to_owned()]));
        assert_eq!(releases(&["v01.2.0", "v1.1.0"], Reading::Auto).1, ["v01.2.0"]);
    }

    #[test]
    fn a_release_that_is_written_otherwise_is_one_where_nothing_else_stands() {
        let tags = [("v1.8.0", 1), ("v1.15", 2), ("v1.15.1", 3), ("v1.15.2", 4), ("v1.16", 4), ("v1.8", 5)];
        let sorted = sort_out(tags.map(|(name, at)| (name.to_owned(), at)), Reading::Auto);
        let names: Vec<String> = sorted.every_release().into_iter().map(|tag| tag.name).collect();
        assert_eq!(names, ["v1.15.2", "v1.15.1", "v1.15", "v1.8.0"], "v1.16 moves, and v1.8 is v1.8.0");
    }

    #[test]
    fn a_zero_that_is_left_out() {
        let (found, odd) = releases(&["1.24", "1.24.1", "1.25", "1.25.11"], Reading::Auto);
        assert_eq!(found, ["1.25.11", "1.25", "1.24.1", "1.24"]);
        assert!(odd.is_empty());
    }

    #[test]
    fn calendars() {
        assert_eq!(releases(&["24.04", "24.10", "24.04.1"], Reading::Auto).0, ["24.10", "24.04.1", "24.04"]);
        let (found, _) = releases(&["2024.11.01", "2024.10.12"], Reading::Auto);
        assert_eq!(found, ["2024.11.01", "2024.10.12"]);
    }

    #[test]
    fn semver_alone_where_that_is_asked_for() {
        assert_eq!(releases(&["v1.2.0", "1.2.3.4", "2024.11.01"], Reading::Semver).0, ["v1.2.0"]);
    }
}
