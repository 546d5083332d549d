//! Numbers of commits and files that the text gives the hotfix, where git has others.
//!
//! Only what is plainly said of the fix is compared: "the hotfix changes 3 files", "a two-commit fix",
//! "4 commits went into the fix". A number that could be about something else is left alone.

use super::lists::lists;
use super::section::Section;
use super::spans::spelled;
use super::wording::Span;
use super::words::Word;
use crate::model::text::count;

/// How large the fix is, in every way in which it can be counted: its own commits, without its tests,
/// all between the two releases. The first number is the one that the document has.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Size {
    pub commits: Vec<usize>,
    pub files: Vec<usize>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Unit {
    Commit,
    File,
}

/// How many words may name the fix: "the hotfix **for the login crash** changes".
const NAME: usize = 6;

impl Size {
    /// Every number in a sentence that is said of the fix and is not the fix's.
    pub fn contradictions(&self, words: &[Word<'_>], section: Section) -> Vec<(Span, String)> {
        if words.iter().any(|w| w.is(&lists().ahead)) {
            return Vec::new();
        }
        (0..words.len()).filter_map(|n| self.contradiction(words, section, n)).collect()
    }

    fn contradiction(&self, words: &[Word<'_>], section: Section, n: usize) -> Option<(Span, String)> {
        let (stated, unit, used) = counted(words, n)?;
        let before = words.get(..n)?;
        let vague = before.last().is_some_and(|w| w.is(&lists().about));
        let known = if unit == Unit::Commit { &self.commits } else { &self.files };
        let near = |known: &usize| known.abs_diff(stated) <= if vague { known.div_ceil(4) } else { 0 };
        let about_it =
            follows(words, n, section) || precedes(words, n, used, section) || describes(words, n, section);
        if !about_it || is_bound(before) || known.iter().any(near) {
            return None;
        }
        let says = match unit {
            Unit::Commit => format!("the fix has {}", count(*known.first()?, "commit")),
            Unit::File => format!("the fix changes {}", count(*known.first()?, "file")),
        };
        Some(((n, used), says))
    }
}

/// `3 files`, `three changed files`, `a single commit`, `two-file`: the number, and how many words it takes.
fn counted(words: &[Word<'_>], n: usize) -> Option<(usize, Unit, usize)> {
    let word = words.get(n)?;
    if let Some((number, unit)) = word.lower.split_once('-') {
        return Some((number_of(number)?, unit_of(unit)?, 1));
    }
    let number = number_of(&word.lower).filter(|_| !word.pause)?;
    let next = words.get(n + 1)?;
    if let Some(unit) = unit_of(&next.lower) {
        return Some((number, unit, 2));
    }
    let kind = next.is(&lists().size_kinds) && !next.pause;
    Some((number, unit_of(&words.get(n + 2).filter(|_| kind)?.lower)?, 3))
}

fn number_of(word: &str) -> Option<usize> {
    match word {
        "a" | "an" => None,
        "single" => Some(1),
        _ => word
            .parse()
            .ok()
            .or_else(|| (1..=90).find(|n: &u8| spelled(word) == Some(f64::from(*n))).map(usize::from)),
    }
}

fn unit_of(word: &str) -> Option<Unit> {
    match word {
        "commit" | "commits" => Some(Unit::Commit),
        "file" | "files" => Some(Unit::File),
        _ => None,
    }
}

/// `at least`, `up to`, `more than`: no number is meant.
fn is_bound(before: &[Word<'_>]) -> bool {
    let tail = |n: usize| before.len().checked_sub(n).and_then(|n| before.get(n));
    let pair = [("at", "least"), ("at", "most"), ("up", "to")];
    let last = tail(1).map_or("", |w| w.lower.as_str());
    ["than", "under", "over", "another", "other"].contains(&last)
        || tail(2).is_some_and(|w| pair.contains(&(w.lower.as_str(), last)))
}

/// Whether these words end in the fix that was released: `the hotfix`, `our small patch`, not `the next fix`.
fn ends_in_fix(words: &[Word<'_>], section: Section) -> bool {
    let Some((last, before)) = words.split_last() else { return false };
    // In a section about the fix, it is called the change as well.
    if !(last.is(&lists().ours) || section == Section::Work && last.is(&["change"])) {
        return false;
    }
    let known = |w: &Word<'_>| w.is(&["the", "this", "our", "its"]) && !w.pause;
    match before {
        [] => last.is(&["hotfix"]),
        [.., which, kind] if kind.is(&lists().fix_kinds) => known(which),
        [.., which] => known(which),
    }
}

/// `the hotfix (4 commits, 3 files)`, `the fix for the crash touched only 3 files`.
fn follows(words: &[Word<'_>], n: usize, section: Section) -> bool {
    let (mut from, mut said) = (n, opens(words, n));
    while let Some(word) = from.checked_sub(1).and_then(|n| words.get(n)) {
        let other = (1..=3)
            .filter_map(|back| from.checked_sub(back))
            .find(|at| counted(words, *at).is_some_and(|(_, _, used)| at + used == from));
        if let Some(at) = other {
            said |= opens(words, at);
            from = at;
        } else if word.is(&lists().size_verbs) {
            (said, from) = (true, from - 1);
        } else if word.is(&lists().size_glue) || word.is(&lists().about) {
            from -= 1;
        } else {
            break;
        }
    }
    let subject = words.get(..from).unwrap_or_default();
    said && (ends_in_fix(subject, section) || is_named_fix(subject, section))
}

/// Whether a bracket opens in front of this word.
fn opens(words: &[Word<'_>], n: usize) -> bool {
    let before = n.checked_sub(1).and_then(|b| words.get(b)).filter(|b| !b.pause);
    before.zip(words.get(n)).is_some_and(|(b, w)| w.at > b.at + b.text.len() + 1)
}

/// `the hotfix v1.2.1`, `the fix for the login crash`.
fn is_named_fix(words: &[Word<'_>], section: Section) -> bool {
    (1..=NAME.min(words.len())).any(|length| {
        let (fix, name) = words.split_at(words.len() - length);
        let linked = name.first().is_some_and(|w| w.is(&["for", "of", "to", "in"])) || length == 1;
        let plain = name.iter().all(|w| !w.pause && !w.is(&lists().size_breaks));
        linked && plain && fix.last().is_some_and(|w| !w.pause) && ends_in_fix(fix, section)
    })
}

/// `3 files were changed by the hotfix`, `two commits went into the fix`.
fn precedes(words: &[Word<'_>], n: usize, used: usize, section: Section) -> bool {
    // "2 of the 3 files": the larger number is about something else.
    let part = words.get(n.saturating_sub(2)..n).unwrap_or_default().iter().any(|w| w.is(&["of"]));
    let rest = words.get(n + used..).unwrap_or_default();
    let way = rest.iter().take_while(|w| w.is(&lists().size_ways) && !w.pause).count();
    let said = rest.iter().take(way).any(|w| !w.is(&["in", "by", "were", "was", "up", "into"]));
    let linked = rest.get(way.saturating_sub(1)).is_some_and(|w| w.is(&["in", "by", "up", "into"]));
    let ends = !words.get(n + used - 1).is_none_or(|w| w.pause);
    ends && !part
        && said
        && linked
        && (2..=3).any(|length| ends_in_fix(rest.get(way..way + length).unwrap_or_default(), section))
}

/// `a two-file fix`.
fn describes(words: &[Word<'_>], n: usize, section: Section) -> bool {
    let hyphen = words.get(n).is_some_and(|w| w.lower.contains('-') && !w.pause);
    let which = n.checked_sub(1).and_then(|b| words.get(b));
    let fix = words
        .get(n + 1)
        .is_some_and(|w| w.is(&lists().ours) || section == Section::Work && w.is(&["change"]));
    hyphen && fix && which.is_some_and(|w| w.is(&["a", "the", "this", "our"]))
}

#[cfg(test)]
#[path = "size_tests.rs"]
mod tests;
