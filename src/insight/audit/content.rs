//! Whether a text holds a change: its added lines in their place, and not the removed ones.

use super::align::align;
use crate::model::oid::Oid;
use crate::model::tree::{Entry, Mode};
use std::cell::RefCell;
use std::cmp::Ordering;
use std::collections::{BTreeSet, HashMap};

/// Text that is larger is compared as a whole.
const LARGEST: usize = 2_000_000;
/// How many lines around a change tell its place.
const AROUND: usize = 3;

/// What one part of a change looks like in some text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum State {
    /// It is there.
    In,
    /// The lines are as they were before the change.
    Out,
    /// Neither: the lines were changed otherwise.
    Changed,
    /// The place is not there.
    Gone,
}

/// One file of a change, taken apart.
#[derive(Clone, Debug)]
pub struct Change {
    old: Option<Vec<u8>>,
    new: Option<Vec<u8>>,
    parts: Parts,
    /// What contents were found to look like, by their id: many branches have the same.
    seen: RefCell<HashMap<Oid, Vec<State>>>,
}

#[derive(Clone, Debug)]
enum Parts {
    /// Added, removed, binary or very large: the file as a whole.
    Whole,
    /// No content: whether a file can be run, where a link points, the commit of a submodule.
    Entry {
        before: Option<Entry>,
        after: Option<Entry>,
    },
    Hunks {
        before: Vec<String>,
        after: Vec<String>,
        hunks: Vec<Hunk>,
        exact: bool,
    },
}

/// Lines that were replaced: from–to in the old and in the new text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Hunk {
    old: (usize, usize),
    new: (usize, usize),
}

impl Change {
    /// Takes the change from one content to another apart; `None` where there is no file.
    pub fn new(old: Option<Vec<u8>>, new: Option<Vec<u8>>) -> Self {
        let text = |bytes: &Option<Vec<u8>>| bytes.as_deref().and_then(text_of);
        let parts = match (text(&old), text(&new)) {
            (Some(before), Some(after)) => {
                // Indentation counts only where the change is about it.
                let (loose, strict) = (hunks(&before, &after, false), hunks(&before, &after, true));
                let exact = loose.len() != strict.len();
                let hunks = if exact { strict } else { loose };
                Parts::Hunks { before, after, hunks, exact }
            }
            _ => Parts::Whole,
        };
        Self { old, new, parts, seen: RefCell::default() }
    }

    /// What changes beside the content of a file; `None` where nothing does.
    pub fn of_entry(before: Option<Entry>, after: Option<Entry>) -> Option<Self> {
        let is_odd = |side: &Option<Entry>| side.as_ref().is_some_and(|e| !e.mode.is_file());
        let has_other_mode = matches!((&before, &after), (Some(a), Some(b)) if a.mode != b.mode);
        let counts = has_other_mode || is_odd(&before) || is_odd(&after);
        let parts = Parts::Entry { before, after };
        counts.then(|| Self { old: None, new: None, parts, seen: RefCell::default() })
    }

    /// Whether it is about something else than the content of a file.
    pub const fn is_entry(&self) -> bool {
        matches!(self.parts, Parts::Entry { .. })
    }

    /// What it leaves at its path, where it is about that and not about content.
    pub const fn entry(&self) -> Option<&Entry> {
        match &self.parts {
            Parts::Entry { after, .. } => after.as_ref(),
            _ => None,
        }
    }

    /// Whether it moves a submodule to another commit: which commits that one holds is not known here.
    pub fn is_module(&self) -> bool {
        self.entry().is_some_and(|entry| entry.mode == Mode::Module)
    }

    /// What each part of the change looks like where this is at its path.
    pub fn states_at(&self, entry: Option<&Entry>, content: Option<&[u8]>) -> Vec<State> {
        match (&self.parts, entry) {
            (Parts::Entry { before, after }, _) => {
                let is = |side: &Option<Entry>| match (side, entry) {
                    // What is in a file is a question of its own.
                    (Some(side), Some(entry)) if side.mode.is_file() => side.mode == entry.mode,
                    (side, entry) => side.as_ref() == entry,
                };
                vec![match (is(after), is(before), entry) {
                    (true, _, _) => State::In,
                    (_, true, _) => State::Out,
                    (_, _, None) => State::Gone,
                    _ => State::Changed,
                }]
            }
            (_, None) => self.states(None),
            (_, Some(entry)) => match content {
                Some(content) => self.states_of(&entry.id, content),
                None => vec![State::Changed; self.len()],
            },
        }
    }

    /// Whether nothing but version numbers differs: a release's paperwork, not a fix.
    pub fn is_only_versions(&self) -> bool {
        let Parts::Hunks { before, after, hunks, .. } = &self.parts else { return false };
        let plain = |lines: &[String], (from, to): (usize, usize)| -> Vec<String> {
            lines.get(from..to).into_iter().flatten().map(|line| without_versions(line)).collect()
        };
        !hunks.is_empty() && hunks.iter().all(|h| plain(before, h.old) == plain(after, h.new))
    }

    /// As [`Change::states`], for a content that has this id.
    pub fn states_of(&self, id: &Oid, content: &[u8]) -> Vec<State> {
        if let Some(states) = self.seen.borrow().get(id) {
            return states.clone();
        }
        let states = self.states(Some(content));
        self.seen.borrow_mut().insert(id.clone(), states.clone());
        states
    }

    /// What each part of the change looks like in this content; `None` where there is no file.
    pub fn states(&self, content: Option<&[u8]>) -> Vec<State> {
        match (&self.parts, content) {
            (Parts::Entry { .. }, _) => vec![State::Changed],
            (_, content) if content == self.new.as_deref() => vec![State::In; self.len()],
            (_, content) if content == self.old.as_deref() => vec![State::Out; self.len()],
            (Parts::Whole, Some(content)) => vec![self.whole(content)],
            (Parts::Whole, None) => vec![State::Gone],
            (Parts::Hunks { .. }, None) => vec![State::Gone; self.len()],
            (Parts::Hunks { before, after, hunks, exact }, Some(content)) => {
                let Some(there) = text_of(content) else { return vec![State::Changed; self.len()] };
                let look = Look::new(before, after, &there, *exact);
                hunks.iter().map(|hunk| look.state(*hunk)).collect()
            }
        }
    }

    /// How many parts there are.
    pub const fn len(&self) -> usize {
        match &self.parts {
            Parts::Whole | Parts::Entry { .. } => 1,
            Parts::Hunks { hunks, .. } => hunks.len(),
        }
    }

    /// Whether it changes nothing that can be looked for.
    pub const fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// A file that the change added or removed, and that is different now.
    fn whole(&self, content: &[u8]) -> State {
        let (Some(new), Some(there)) = (self.new.as_deref().and_then(text_of), text_of(content)) else {
            return State::Changed;
        };
        // A new file holds the change while all of its lines are there.
        let (new, there) = (numbers(&[&new, &there], false), there.len());
        match new.as_slice() {
            [new, other] if self.old.is_none() && there > 0 => {
                if align(new, other).iter().all(Option::is_some) { State::In } else { State::Changed }
            }
            _ => State::Changed,
        }
    }

    /// Whether somebody who joined the change with other changes by hand kept it: the words that it
    /// added in this part are there, and the words that it removed are not.
    pub fn is_kept_by_hand(&self, part: usize, content: &[u8]) -> bool {
        let (Parts::Hunks { before, after, hunks, exact }, Some(there)) = (&self.parts, text_of(content))
        else {
            return false;
        };
        let Some(hunk) = hunks.get(part) else { return false };
        let look = Look::new(before, after, &there, *exact);
        let words = |lines: &[String], (from, to): (usize, usize)| {
            count_words(lines.get(from..to).unwrap_or_default())
        };
        let (old, new) = (words(before, hunk.old), words(after, hunk.new));
        let region = look.region(*hunk);
        let now = words(&there, region);
        let of = |counts: &HashMap<String, usize>, word: &str| counts.get(word).copied().unwrap_or(0);
        let mut tells = false;
        for word in old.keys().chain(new.keys()) {
            let (was, is, now) = (of(&old, word), of(&new, word), of(&now, word));
            tells |= was != is;
            if (is > was && now < is) || (was > is && now > is) {
                return false;
            }
        }
        tells
    }

    /// Whether two contents are the same where this part of the change belongs.
    pub fn is_same_place(&self, part: usize, one: &[u8], other: Option<&[u8]>) -> bool {
        let Some(other) = other else { return false };
        let (Parts::Hunks { before, after, hunks, exact }, Some(one), Some(other)) =
            (&self.parts, text_of(one), text_of(other))
        else {
            return one == other;
        };
        let Some(hunk) = hunks.get(part) else { return false };
        let lines = |text: &[String]| -> Vec<String> {
            let (from, to) = Look::new(before, after, text, *exact).region(*hunk);
            text.get(from..to).into_iter().flatten().map(|line| line.trim().to_owned()).collect()
        };
        lines(&one) == lines(&other)
    }
}

/// One text, held against both sides of a change.
struct Look<'a> {
    before: &'a [String],
    after: &'a [String],
    there: &'a [String],
    exact: bool,
    from_before: Vec<Option<usize>>,
    from_after: Vec<Option<usize>>,
}

/// One side of a change: its lines, where they are now, and the lines of the other side.
struct Side<'a> {
    lines: &'a [String],
    found: &'a [Option<usize>],
    other: &'a [String],
}

impl<'a> Look<'a> {
    fn new(before: &'a [String], after: &'a [String], there: &'a [String], exact: bool) -> Self {
        let (from_before, from_after) = match numbers(&[before, after, there], exact).as_slice() {
            [before, after, there] => (align(before, there), align(after, there)),
            _ => (Vec::new(), Vec::new()),
        };
        Self { before, after, there, exact, from_before, from_after }
    }

    fn state(&self, hunk: Hunk) -> State {
        let new = Side { lines: self.after, found: &self.from_after, other: self.before };
        let old = Side { lines: self.before, found: &self.from_before, other: self.after };
        let is_in = self.holds(&new, hunk.new, hunk.old) || self.stays_away(&new, hunk);
        let is_out = self.holds(&old, hunk.old, hunk.new);
        match (is_in, is_out) {
            (true, false) => State::In,
            (false, true) => State::Out,
            // Repeated lines can look like both: the side that is closer on the whole is meant.
            (true, true) => match self.distance(&self.from_after).cmp(&self.distance(&self.from_before)) {
                Ordering::Less => State::In,
                Ordering::Greater => State::Out,
                Ordering::Equal => State::Changed,
            },
            (false, false) if new.is_near(hunk.new) || old.is_near(hunk.old) => State::Changed,
            (false, false) => State::Gone,
        }
    }

    /// How many lines differ between one side and what is there.
    fn distance(&self, found: &[Option<usize>]) -> usize {
        let same = found.iter().flatten().count();
        found.len() + self.there.len() - 2 * same
    }

    /// Whether the lines of one side are there, in their place, and those of the other are not.
    fn holds(&self, side: &Side<'_>, range: (usize, usize), other: (usize, usize)) -> bool {
        let (from, to) = range;
        let places = side.found.get(from..to).unwrap_or_default();
        let touches = side.touches(range, self.there.len());
        if places.is_empty() {
            // Only removed: what stood around it stands together.
            return side.gap(range, self.there.len()) == Some(0);
        }
        if places.iter().any(Option::is_none) {
            return false;
        }
        let mine = side.lines.get(from..to).unwrap_or_default();
        let is_own = |line: &String| tells(line) && !self.contains(side.other, line);
        let wanted = if mine.iter().any(is_own) {
            0
        } else if mine.iter().any(|line| tells(line)) {
            1
        } else {
            2
        };
        touches >= wanted && !self.left_over(side, range, other)
    }

    /// Whether lines of the other side stand in the same place.
    fn left_over(&self, side: &Side<'_>, range: (usize, usize), other: (usize, usize)) -> bool {
        let (from, to) = side.region(range, self.there.len());
        let taken: BTreeSet<usize> =
            side.found.get(range.0..range.1).unwrap_or_default().iter().flatten().copied().collect();
        let theirs = side.other.get(other.0..other.1).unwrap_or_default();
        let mine = side.lines.get(range.0..range.1).unwrap_or_default();
        (from..to)
            .filter(|at| !taken.contains(at))
            .filter_map(|at| self.there.get(at))
            .any(|line| tells(line) && self.contains(theirs, line) && !self.contains(mine, line))
    }

    /// For a change that only removes: whether the lines are gone, whatever else was put there.
    fn stays_away(&self, side: &Side<'_>, hunk: Hunk) -> bool {
        let removed = self.before.get(hunk.old.0..hunk.old.1).unwrap_or_default();
        hunk.new.0 == hunk.new.1
            && removed.iter().any(|line| tells(line))
            && side.touches_near(hunk.new)
            && !self.left_over(side, hunk.new, hunk.old)
    }

    fn contains(&self, lines: &[String], line: &str) -> bool {
        lines.iter().any(|l| if self.exact { l == line } else { l.trim() == line.trim() })
    }

    /// The lines between those that are certain, around a part of the change.
    fn region(&self, hunk: Hunk) -> (usize, usize) {
        let new = Side { lines: self.after, found: &self.from_after, other: self.before };
        let (from, to) = new.region(hunk.new, self.there.len());
        (from, to.max(from))
    }
}

impl Side<'_> {
    fn place(&self, at: usize) -> Option<usize> {
        self.found.get(at).copied().flatten()
    }

    /// The nearest lines above and below that are there, and what lies between.
    fn region(&self, (from, to): (usize, usize), end: usize) -> (usize, usize) {
        let above = (0..from).rev().find_map(|at| self.place(at)).map_or(0, |at| at + 1);
        let below = (to..self.lines.len()).find_map(|at| self.place(at)).unwrap_or(end);
        (above, below)
    }

    /// How many lines stand between the one above and the one below; `None` when one of the two
    /// is not there.
    fn gap(&self, (from, to): (usize, usize), end: usize) -> Option<usize> {
        let above = if from == 0 { 0 } else { self.place(from - 1)? + 1 };
        let below = if to == self.lines.len() { end } else { self.place(to)? };
        below.checked_sub(above)
    }

    /// On how many sides (0 to 2) the neighbour stands where it stood.
    fn touches(&self, (from, to): (usize, usize), end: usize) -> usize {
        if from == to {
            return 0;
        }
        let first = self.place(from);
        let last = to.checked_sub(1).and_then(|at| self.place(at));
        let above = match from {
            0 => first == Some(0),
            _ => first.is_some() && self.place(from - 1).map(|at| at + 1) == first,
        };
        let below = match self.place(to) {
            Some(below) => last.map(|at| at + 1) == Some(below),
            None => to == self.lines.len() && last.map(|at| at + 1) == Some(end),
        };
        usize::from(above) + usize::from(below)
    }

    /// Whether a line that tells something stands near on each side, or the text ends there.
    fn touches_near(&self, (from, to): (usize, usize)) -> bool {
        let near = |mut range: std::ops::Range<usize>| range.any(|at| self.place(at).is_some());
        let above = from == 0 || near(from.saturating_sub(AROUND)..from);
        let below = to == self.lines.len() || near(to..(to + AROUND).min(self.lines.len()));
        above && below
    }

    /// Whether anything of the neighbourhood is there.
    fn is_near(&self, (from, to): (usize, usize)) -> bool {
        let around = from.saturating_sub(AROUND)..(to + AROUND).min(self.lines.len());
        around.into_iter().any(|at| self.place(at).is_some() && self.lines.get(at).is_some_and(|l| tells(l)))
    }
}

/// Whether a line is more than brackets and blanks.
fn tells(line: &str) -> bool {
    line.chars().filter(|c| c.is_alphanumeric()).count() >= 3
}

/// The lines of a text; `None` for what is none, or too large.
fn text_of(bytes: &[u8]) -> Option<Vec<String>> {
    if bytes.len() > LARGEST || bytes.contains(&0) {
        return None;
    }
    Some(String::from_utf8_lossy(bytes).lines().map(str::to_owned).collect())
}

/// Equal lines get equal numbers, across several texts.
fn numbers(texts: &[&[String]], exact: bool) -> Vec<Vec<u32>> {
    let mut known: HashMap<&str, u32> = HashMap::new();
    let mut all = Vec::with_capacity(texts.len());
    for text in texts {
        let mut lines = Vec::with_capacity(text.len());
        for line in *text {
            let line = if exact { line.as_str() } else { line.trim() };
            let next = u32::try_from(known.len()).unwrap_or(u32::MAX);
            lines.push(*known.entry(line).or_insert(next));
        }
        all.push(lines);
    }
    all
}

fn hunks(before: &[String], after: &[String], exact: bool) -> Vec<Hunk> {
    let (before, after) = match numbers(&[before, after], exact).as_slice() {
        [before, after] => (before.clone(), after.clone()),
        _ => return Vec::new(),
    };
    let found = align(&before, &after);
    let mut hunks = Vec::new();
    let (mut i, mut j) = (0, 0);
    let pairs = found.iter().enumerate().filter_map(|(i, j)| Some((i, (*j)?)));
    for (next_i, next_j) in pairs.chain([(before.len(), after.len())]) {
        if next_i > i || next_j > j {
            hunks.push(Hunk { old: (i, next_i), new: (j, next_j) });
        }
        (i, j) = (next_i + 1, next_j + 1);
    }
    hunks
}

fn count_words(lines: &[String]) -> HashMap<String, usize> {
    let mut counts = HashMap::new();
    for line in lines {
        for word in line.split(|c: char| !c.is_alphanumeric() && c != '_').filter(|w| !w.is_empty()) {
            *counts.entry(word.to_owned()).or_insert(0) += 1;
        }
    }
    counts
}

/// `version = "1.2.1"` and `version = "1.2.0"` are the same line to a release.
fn without_versions(line: &str) -> String {
    let is_number = |c: char| c.is_ascii_digit() || c == '.';
    let mut plain = String::with_capacity(line.len());
    let mut rest = line.trim();
    while let Some(start) = rest.find(|c: char| c.is_ascii_digit()) {
        let (text, from) = rest.split_at(start);
        let end = from.find(|c| !is_number(c)).unwrap_or(from.len());
        let (number, after) = from.split_at(end);
        plain.push_str(text);
        let dots = number.trim_end_matches('.').matches('.').count();
        plain.push_str(if dots == 2 { "#" } else { number });
        rest = after;
    }
    plain.push_str(rest);
    plain
}

#[cfg(test)]
#[path = "content_tests.rs"]
mod tests;
