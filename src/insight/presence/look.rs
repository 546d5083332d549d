//! One text held against both sides of a change: whether a part of it is there, in its place.

use super::align::align;
use super::lines::{Hunk, Line, Numbers, count_words, tells};
use super::state::State;
use std::cell::RefCell;
use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::rc::Rc;

/// How many lines around a change tell its place.
const AROUND: usize = 3;

/// How many letters and digits lines must have together to be known again in another place.
const DISTINCT: usize = 8;

/// Both sides of a change, to hold texts against.
#[derive(Clone, Debug)]
pub struct Sides {
    pub before: Vec<Line>,
    pub after: Vec<Line>,
    exact: bool,
    /// Made when a text is held against them, and let go of between two of a long row.
    index: RefCell<Option<Rc<Index>>>,
}

/// The lines of both sides as numbers.
#[derive(Debug)]
struct Index {
    numbers: Numbers,
    lines: [Vec<u32>; 2],
    /// How often each number occurs in each.
    counts: Vec<[u32; 2]>,
}

impl Sides {
    pub fn new(before: Vec<Line>, after: Vec<Line>, exact: bool) -> Self {
        Self { before, after, exact, index: RefCell::default() }
    }

    /// Whether indentation counts.
    pub const fn is_exact(&self) -> bool {
        self.exact
    }

    /// Lets go of the index.
    pub fn rest(&self) {
        *self.index.borrow_mut() = None;
    }

    fn index(&self) -> Rc<Index> {
        if let Some(index) = &*self.index.borrow() {
            return Rc::clone(index);
        }
        let mut numbers = Numbers::new(self.exact);
        let lines = [numbers.learn(&self.before), numbers.learn(&self.after)];
        let mut counts = Vec::new();
        for (side, text) in lines.iter().enumerate() {
            count(text, &mut counts, side);
        }
        let index = Rc::new(Index { numbers, lines, counts });
        *self.index.borrow_mut() = Some(Rc::clone(&index));
        index
    }
}

/// Counts the lines of a text in the column `side`.
fn count<const N: usize>(text: &[u32], counts: &mut Vec<[u32; N]>, side: usize) {
    for line in text.iter().filter(|line| **line != u32::MAX) {
        let at = *line as usize;
        if counts.len() <= at {
            counts.resize(at + 1, [0; N]);
        }
        if let Some(count) = counts.get_mut(at).and_then(|c| c.get_mut(side)) {
            *count += 1;
        }
    }
}

/// One text, held against both sides of a change.
pub struct Look<'a> {
    sides: &'a Sides,
    index: Rc<Index>,
    there: Vec<&'a str>,
    /// Its lines as numbers.
    now: Vec<u32>,
    from_before: Vec<Option<usize>>,
    from_after: Vec<Option<usize>>,
    /// How often each line of the two sides occurs in the text.
    counts: Vec<[u32; 1]>,
}

/// One side of a change: its lines and where they are now.
struct Side<'a> {
    /// 0 for the one before, 1 for the one after.
    which: usize,
    lines: &'a [Line],
    found: &'a [Option<usize>],
}

impl<'a> Look<'a> {
    pub fn new(sides: &'a Sides, there: &'a str) -> Self {
        let there: Vec<&str> = there.lines().collect();
        let index = sides.index();
        let now = index.numbers.of(&there);
        let [old, new] = &index.lines;
        let (from_before, from_after) = (align(old, &now), align(new, &now));
        let mut counts = Vec::new();
        count(&now, &mut counts, 0);
        Self { sides, index, there, now, from_before, from_after, counts }
    }

    fn side(&self, which: usize) -> Side<'_> {
        match which {
            0 => Side { which, lines: &self.sides.before, found: &self.from_before },
            _ => Side { which, lines: &self.sides.after, found: &self.from_after },
        }
    }

    /// The numbers of some lines of a side.
    fn numbers(&self, which: usize, (from, to): (usize, usize)) -> &[u32] {
        self.index.lines.get(which).and_then(|lines| lines.get(from..to)).unwrap_or_default()
    }

    pub fn state(&self, hunk: Hunk) -> State {
        let (old, new) = (self.side(0), self.side(1));
        let is_in = self.holds(&new, hunk.new, hunk.old) || self.stays_away(&new, hunk);
        let is_out = self.holds(&old, hunk.old, hunk.new);
        match (is_in, is_out) {
            (true, false) => State::In,
            (false, _) if self.is_elsewhere(hunk, true) => State::In,
            (false, true) => State::Out,
            (false, false) if self.is_elsewhere(hunk, false) => State::Out,
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

    /// Whether the lines of one side (`new` or old) are there as often as on that side, and those of
    /// the other no more often than there, in whatever place: moved within the file.
    fn is_elsewhere(&self, hunk: Hunk, new: bool) -> bool {
        let (mine, theirs) = if new { (1, 0) } else { (0, 1) };
        let ((from, to), (other_from, other_to)) =
            if new { (hunk.new, hunk.old) } else { (hunk.old, hunk.new) };
        let count = |line: &u32| {
            let [old, new] = self.index.counts.get(*line as usize).copied().unwrap_or_default();
            let [now] = self.counts.get(*line as usize).copied().unwrap_or_default();
            [old, new, now]
        };
        let side = |which: usize| self.index.lines.get(which).map(Vec::as_slice).unwrap_or_default();
        let text = if new { &self.sides.after } else { &self.sides.before };
        let mut letters = 0;
        for (line, words) in side(mine).iter().zip(text).take(to).skip(from) {
            let counts = count(line);
            if !tells(words) || counts.get(mine) <= counts.get(theirs) {
                continue;
            }
            if counts.get(2) < counts.get(mine) {
                return false;
            }
            letters += words.chars().filter(|c| c.is_alphanumeric()).count();
        }
        let others = side(theirs).get(other_from..other_to).unwrap_or_default();
        letters >= DISTINCT
            && others.iter().map(count).all(|c| c.get(theirs) <= c.get(mine) || c.get(2) <= c.get(mine))
    }

    /// For each of these parts whether the file is as if it had never been made: the words that it took
    /// out are there and those that it put in are not, between lines that are where they were.
    pub fn undone(&self, hunks: &[Hunk]) -> Vec<bool> {
        // A word that the file had anyway may come from anything.
        let known: HashSet<String> = count_words(&self.sides.before).into_keys().collect();
        hunks.iter().map(|hunk| self.is_undone(*hunk, &known)).collect()
    }

    fn is_undone(&self, hunk: Hunk, known: &HashSet<String>) -> bool {
        if self.state(hunk) == State::Out {
            return true;
        }
        let old = self.side(0);
        let (from, to) = old.region(hunk.old, self.there.len());
        let most = 2 * (hunk.old.1 - hunk.old.0) + 4 * AROUND;
        if !old.touches_near(hunk.old) || to < from || to - from > most {
            return false;
        }
        fn words<T: AsRef<str>>(lines: &[T], (from, to): (usize, usize)) -> BTreeMap<String, usize> {
            count_words(lines.get(from..to).unwrap_or_default()).into_iter().collect()
        }
        let (was, is) = (words(&self.sides.before, hunk.old), words(&self.sides.after, hunk.new));
        let now = words(&self.there, (from, to));
        let of = |counts: &BTreeMap<String, usize>, word: &String| counts.get(word).copied().unwrap_or(0);
        let mut added: Vec<&String> = is.keys().filter(|word| of(&was, word) == 0).collect();
        if added.iter().any(|word| !known.contains(*word)) {
            added.retain(|word| !known.contains(*word));
        }
        let mut removed = was.keys().filter(|word| of(&is, word) < of(&was, word)).peekable();
        let has_kept = removed.peek().is_some() || hunk.old.0 == hunk.old.1;
        has_kept
            && !added.is_empty()
            && added.iter().all(|word| of(&now, word) == 0)
            && removed.all(|word| of(&now, word) > 0)
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
        let numbers = self.numbers(side.which, range);
        let in_other = |line: &u32| {
            let counts = self.index.counts.get(*line as usize);
            counts.and_then(|counts| counts.get(1 - side.which)).is_some_and(|count| *count > 0)
        };
        let mut both = mine.iter().zip(numbers);
        let wanted = if both.any(|(line, number)| !in_other(number) && tells(line)) {
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
        let theirs = self.numbers(1 - side.which, other);
        let mine = self.numbers(side.which, range);
        (from..to).filter(|at| !taken.contains(at)).any(|at| {
            let is_theirs = |number: &u32| theirs.contains(number) && !mine.contains(number);
            self.now.get(at).is_some_and(is_theirs) && self.there.get(at).is_some_and(|line| tells(line))
        })
    }

    /// For a change that only removes: whether the lines are gone, whatever else was put there.
    fn stays_away(&self, side: &Side<'_>, hunk: Hunk) -> bool {
        let removed = self.sides.before.get(hunk.old.0..hunk.old.1).unwrap_or_default();
        hunk.new.0 == hunk.new.1
            && removed.iter().any(|line| tells(line))
            && side.touches_near(hunk.new)
            && !self.left_over(side, hunk.new, hunk.old)
    }

    /// The lines between those that are certain, around a part of the change.
    pub fn region(&self, hunk: Hunk) -> (usize, usize) {
        let (from, to) = self.side(1).region(hunk.new, self.there.len());
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
