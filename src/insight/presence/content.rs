//! Whether a text holds a change: its added lines in their place, and not the removed ones.

use super::align::align;
use super::lines::{
    Hunk, Line, Lines, Numbers, count_words, differ_in_versions, hunks, tells, text_of, version_that_moved,
};
use super::look::{Look, Sides};
pub use super::state::State;
use crate::model::oid::Oid;
use crate::model::tree::{Entry, Mode};
use std::cell::{OnceCell, RefCell};
use std::collections::{BTreeSet, HashMap};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::rc::Rc;

/// One file of a change, taken apart.
#[derive(Clone, Debug)]
pub struct Change {
    old: Option<Print>,
    new: Option<Print>,
    parts: Parts,
    /// What contents were found to look like, by their id: many branches have the same.
    seen: RefCell<HashMap<Oid, Vec<State>>>,
    /// What comparing contents line by line showed, until the next rest.
    looked: RefCell<HashMap<Print, Rc<Looked>>>,
}

/// What comparing one content line by line shows of each part.
#[derive(Debug)]
struct Looked {
    states: Vec<State>,
    /// The lines between those that are certain.
    regions: Vec<(usize, usize)>,
    /// Whether it is as if the part had never been made: asked for rarely, and dear.
    undone: OnceCell<Vec<bool>>,
}

/// What tells a content from others, without keeping it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Print(usize, u64);

impl Print {
    fn of(content: &[u8]) -> Self {
        let mut hasher = DefaultHasher::new();
        content.hash(&mut hasher);
        Self(content.len(), hasher.finish())
    }
}

#[derive(Clone, Debug)]
enum Parts {
    /// Added, removed, binary or very large: the file as a whole.
    Whole {
        /// The lines of one that was added.
        added: Vec<Line>,
        /// How many lines say something.
        told: usize,
    },
    /// No content: whether a file can be run, where a link points, the commit of a submodule.
    Entry {
        before: Option<Entry>,
        after: Option<Entry>,
    },
    Hunks {
        sides: Box<Sides>,
        hunks: Vec<Hunk>,
    },
}

impl Change {
    /// Takes the change from one content to another apart; `None` where there is no file.
    pub fn new(old: Option<&[u8]>, new: Option<&[u8]>) -> Self {
        Self::sharing(old, new, &mut Lines::default())
    }

    /// As [`Change::new`], with the lines that other changes have as well.
    pub fn sharing(old: Option<&[u8]>, new: Option<&[u8]>, lines: &mut Lines) -> Self {
        let (before, after) = (old.and_then(|old| lines.of(old)), new.and_then(|new| lines.of(new)));
        let parts = match (before, after) {
            (Some(before), Some(after)) => {
                // Indentation counts only where the change is about it.
                let (loose, strict) = (hunks(&before, &after, false), hunks(&before, &after, true));
                let exact = loose.len() != strict.len();
                let hunks = if exact { strict } else { loose };
                Parts::Hunks { sides: Box::new(Sides::new(before, after, exact)), hunks }
            }
            (before, after) => {
                let told = after.as_ref().or(before.as_ref());
                let told = told.map_or(1, |text| text.iter().filter(|line| tells(line)).count());
                Parts::Whole { added: after.filter(|_| old.is_none()).unwrap_or_default(), told }
            }
        };
        let (old, new) = (old.map(Print::of), new.map(Print::of));
        Self { old, new, parts, seen: RefCell::default(), looked: RefCell::default() }
    }

    /// Lets go of what can be computed again, where contents are not compared for now.
    pub fn rest(&self) {
        if let Parts::Hunks { sides, .. } = &self.parts {
            sides.rest();
        }
        self.looked.borrow_mut().clear();
    }

    /// Compares a content line by line, once for all parts.
    fn look(&self, sides: &Sides, hunks: &[Hunk], content: &[u8], text: &str) -> Rc<Looked> {
        let print = Print::of(content);
        if let Some(known) = self.looked.borrow().get(&print) {
            return Rc::clone(known);
        }
        let look = Look::new(sides, text);
        let looked = Rc::new(Looked {
            states: hunks.iter().map(|hunk| look.state(*hunk)).collect(),
            regions: hunks.iter().map(|hunk| look.region(*hunk)).collect(),
            undone: OnceCell::new(),
        });
        self.looked.borrow_mut().insert(print, Rc::clone(&looked));
        looked
    }

    /// The lines of a content that are where a part belongs; `None` where it has no lines to compare.
    fn lines_at<'t>(&self, part: usize, content: &[u8], text: &'t str) -> Option<Vec<&'t str>> {
        let Parts::Hunks { sides, hunks } = &self.parts else { return None };
        let (from, to) = *self.look(sides, hunks, content, text).regions.get(part)?;
        Some(text.lines().take(to).skip(from).collect())
    }

    /// What changes beside the content of a file; `None` where nothing does.
    pub fn of_entry(before: Option<Entry>, after: Option<Entry>) -> Option<Self> {
        let is_odd = |side: &Option<Entry>| side.as_ref().is_some_and(|e| !e.mode.is_file());
        let has_other_mode = matches!((&before, &after), (Some(a), Some(b)) if a.mode != b.mode);
        let counts = has_other_mode || is_odd(&before) || is_odd(&after);
        let parts = Parts::Entry { before, after };
        let (seen, looked) = (RefCell::default(), RefCell::default());
        counts.then_some(Self { old: None, new: None, parts, seen, looked })
    }

    /// Whether indentation counts, where it is taken apart into lines.
    pub fn is_exact(&self) -> Option<bool> {
        match &self.parts {
            Parts::Hunks { sides, .. } => Some(sides.is_exact()),
            _ => None,
        }
    }

    /// Whether it adds the file.
    pub const fn is_new(&self) -> bool {
        matches!(self.parts, Parts::Whole { .. }) && self.old.is_none()
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

    /// What each part of the change looks like where this is at its path. Its content is read if it is not known yet.
    pub fn states_at(&self, entry: Option<&Entry>, content: impl FnOnce() -> Option<Rc<[u8]>>) -> Vec<State> {
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
            (_, Some(entry)) => {
                self.states_of(&entry.id, content).unwrap_or_else(|| vec![State::Changed; self.len()])
            }
        }
    }

    /// The same without the parts in which only the numbers of a release differ.
    #[must_use]
    pub fn without_versions(mut self, release: Option<&str>) -> Self {
        if let Parts::Hunks { sides, hunks } = &mut self.parts {
            let (before, after) = (&sides.before, &sides.after);
            let of =
                |text: &[Line], (from, to): (usize, usize)| text.get(from..to).unwrap_or_default().to_vec();
            // A file that says its own version says the release's number to others as well: `version` here, a
            // package of the same release there.
            let own: Vec<String> = hunks
                .iter()
                .filter_map(|h| version_that_moved(&of(before, h.old), &of(after, h.new)))
                .collect();
            let releases: Vec<&str> = release.into_iter().chain(own.iter().map(String::as_str)).collect();
            hunks.retain(|h| !differ_in_versions(&of(before, h.old), &of(after, h.new), &releases));
        }
        self
    }

    /// How many lines that say something a part takes out or puts in; at least one.
    pub fn lines_of(&self, part: usize) -> usize {
        let count = |text: &[Line]| text.iter().filter(|line| tells(line)).count();
        let lines = match &self.parts {
            Parts::Entry { .. } => 1,
            Parts::Whole { told, .. } => *told,
            Parts::Hunks { .. } => count(self.removed(part)) + count(self.added(part)),
        };
        lines.max(1)
    }

    /// The lines that a part takes out.
    pub fn removed(&self, part: usize) -> &[Line] {
        match &self.parts {
            Parts::Hunks { sides, hunks } => {
                hunks.get(part).and_then(|h| sides.before.get(h.old.0..h.old.1)).unwrap_or_default()
            }
            _ => &[],
        }
    }

    /// The lines that a part puts in.
    pub fn added(&self, part: usize) -> &[Line] {
        match &self.parts {
            Parts::Hunks { sides, hunks } => {
                hunks.get(part).and_then(|h| sides.after.get(h.new.0..h.new.1)).unwrap_or_default()
            }
            _ => &[],
        }
    }

    /// The same, also of a file that is new as a whole.
    pub fn written(&self, part: usize) -> &[Line] {
        match &self.parts {
            Parts::Whole { added, .. } => added,
            _ => self.added(part),
        }
    }

    /// Where a part is in the file that the change made: the first line, counted from 1.
    pub fn line_of(&self, part: usize) -> Option<usize> {
        match &self.parts {
            Parts::Hunks { hunks, .. } => hunks.get(part).map(|h| h.new.0 + 1),
            _ => None,
        }
    }

    /// Whether a part replaces something: then what was there before can come back. Of one that only
    /// adds it cannot be told why it was taken out later.
    pub fn replaces(&self, part: usize) -> bool {
        match &self.parts {
            Parts::Entry { .. } => true,
            Parts::Whole { .. } => self.old.is_some(),
            Parts::Hunks { .. } => self.removed(part).iter().any(|line| tells(line)),
        }
    }

    /// Whether this content is as if a part had never been made.
    pub fn is_undone(&self, part: usize, content: &[u8]) -> bool {
        let (Parts::Hunks { sides, hunks }, Some(there)) = (&self.parts, text_of(content)) else {
            return self.states(Some(content)).get(part) == Some(&State::Out);
        };
        let looked = self.look(sides, hunks, content, &there);
        let undone = looked.undone.get_or_init(|| Look::new(sides, &there).undone(hunks));
        undone.get(part).copied().unwrap_or(false)
    }

    /// Whether somebody put an old version of the whole file over a newer one: it is as it was before
    /// the change, and what `then` had elsewhere in the file is gone as well.
    pub fn is_overwritten(&self, then: &[u8], now: &[u8]) -> bool {
        let (Parts::Hunks { sides, hunks: own }, Some(then)) = (&self.parts, Lines::default().of(then))
        else {
            return false;
        };
        let is_apart = |other: &Hunk| own.iter().all(|h| other.old.1 < h.old.0 || other.old.0 > h.old.1);
        self.old == Some(Print::of(now)) && hunks(&sides.before, &then, false).iter().any(is_apart)
    }

    /// Whether somebody who made one content of another put back lines that a part had taken out. Old lines that
    /// stand elsewhere in the file as well, and did before, were not put back.
    pub fn brings_back(&self, part: usize, then: &[u8], now: &[u8]) -> bool {
        let (Parts::Hunks { .. }, Some(then), Some(now)) = (&self.parts, text_of(then), text_of(now)) else {
            return true;
        };
        let removed: BTreeSet<&str> =
            self.removed(part).iter().filter(|line| tells(line)).map(|line| line.trim()).collect();
        let counts = |text: &str| {
            let mut counts: HashMap<&str, usize> = HashMap::new();
            for line in text.lines().filter_map(|line| removed.get(line.trim())) {
                *counts.entry(line).or_default() += 1;
            }
            counts
        };
        let (then, now) = (counts(&then), counts(&now));
        now.iter().any(|(line, count)| then.get(line).is_none_or(|before| count > before))
    }

    /// Whether a part only adds, and each of its lines is about something new that these other parts use.
    pub fn only_serves(&self, part: usize, others: &[usize]) -> bool {
        let Parts::Hunks { sides, .. } = &self.parts else { return false };
        if self.replaces(part) || others.is_empty() {
            return false;
        }
        let old = count_words(&sides.before);
        let used: Vec<Line> = others.iter().flat_map(|other| self.added(*other)).cloned().collect();
        let used = count_words(&used);
        let serves = |line: &Line| {
            let words = count_words(std::slice::from_ref(line));
            words.keys().any(|word| used.contains_key(word) && !old.contains_key(word))
        };
        let mut told = self.added(part).iter().filter(|line| tells(line)).peekable();
        told.peek().is_some() && told.all(serves)
    }

    /// Whether lines of a text are most of what a part puts in: it was moved there.
    pub fn is_moved_into(&self, part: usize, content: &[u8]) -> bool {
        let Some(there) = text_of(content) else { return false };
        let there: BTreeSet<&str> = there.lines().map(|line| line.trim()).collect();
        let wanted: Vec<&str> = self.sought(part).collect();
        let found = wanted.iter().filter(|line| there.contains(*line)).count();
        let letters: usize = wanted.iter().map(|line| line.len()).sum();
        letters >= 16 && found * 4 >= wanted.len() * 3
    }

    /// What a part puts in that the file did not have before, for looking elsewhere.
    pub fn sought(&self, part: usize) -> impl Iterator<Item = &str> {
        let old: &[Line] = match &self.parts {
            Parts::Hunks { sides, .. } => &sides.before,
            _ => &[],
        };
        let is_new = move |line: &&Line| tells(line) && !old.iter().any(|o| o.trim() == line.trim());
        self.added(part).iter().filter(is_new).map(|line| line.trim())
    }

    /// As [`Change::states`], for the content with this id, which is read once; `None` where it cannot be.
    pub fn states_of(&self, id: &Oid, read: impl FnOnce() -> Option<Rc<[u8]>>) -> Option<Vec<State>> {
        if let Some(states) = self.seen.borrow().get(id) {
            return Some(states.clone());
        }
        let states = self.states(Some(&read()?));
        self.seen.borrow_mut().insert(id.clone(), states.clone());
        Some(states)
    }

    /// What each part of the change looks like in this content; `None` where there is no file.
    pub fn states(&self, content: Option<&[u8]>) -> Vec<State> {
        let print = content.map(Print::of);
        match (&self.parts, content) {
            (Parts::Entry { .. }, _) => vec![State::Changed],
            _ if print == self.new => vec![State::In; self.len()],
            _ if print == self.old => vec![State::Out; self.len()],
            (Parts::Whole { added, .. }, Some(content)) => vec![self.whole(added, content)],
            (Parts::Whole { .. }, None) => vec![State::Gone],
            (Parts::Hunks { .. }, None) => vec![State::Gone; self.len()],
            (Parts::Hunks { sides, hunks }, Some(content)) => {
                let Some(there) = text_of(content) else { return vec![State::Changed; self.len()] };
                self.look(sides, hunks, content, &there).states.clone()
            }
        }
    }

    /// How many parts there are.
    pub const fn len(&self) -> usize {
        match &self.parts {
            Parts::Whole { .. } | Parts::Entry { .. } => 1,
            Parts::Hunks { hunks, .. } => hunks.len(),
        }
    }

    /// Whether it changes nothing that can be looked for.
    pub const fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// A file that the change added or removed, and that is different now.
    fn whole(&self, added: &[Line], content: &[u8]) -> State {
        let Some(there) = text_of(content).filter(|_| self.old.is_none()) else { return State::Changed };
        let there: Vec<&str> = there.lines().collect();
        // A new file holds the change while all of its lines are there.
        let mut numbers = Numbers::new(false);
        let (new, there) = (numbers.learn(added), numbers.of(&there));
        let is_in = || align(&new, &there).iter().all(Option::is_some);
        // What is no text has no lines here.
        let is_text = !added.is_empty() || self.new == Some(Print::of(&[]));
        if is_text && !there.is_empty() && is_in() { State::In } else { State::Changed }
    }

    /// Whether somebody who joined the change with other changes by hand kept it: the words that it
    /// added in this part are there, and the words that it removed are not.
    pub fn is_kept_by_hand(&self, part: usize, content: &[u8]) -> bool {
        let Some(there) = text_of(content) else { return false };
        let Some(lines) = self.lines_at(part, content, &there) else { return false };
        let (old, new) = (count_words(self.removed(part)), count_words(self.added(part)));
        let now = count_words(&lines);
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

    /// The lines that are where this part of the change belongs.
    pub fn now(&self, part: usize, content: &[u8]) -> Vec<String> {
        let lines = text_of(content).and_then(|there| {
            Some(self.lines_at(part, content, &there)?.into_iter().map(str::to_owned).collect())
        });
        lines.unwrap_or_default()
    }

    /// Whether two contents are the same where this part of the change belongs.
    pub fn is_same_place(&self, part: usize, one: &[u8], other: Option<&[u8]>) -> bool {
        let Some(other) = other else { return false };
        let (Parts::Hunks { .. }, Some(text), Some(other_text)) = (&self.parts, text_of(one), text_of(other))
        else {
            return one == other;
        };
        let (lines, others) = (self.lines_at(part, one, &text), self.lines_at(part, other, &other_text));
        let same = |(a, b): (Vec<&str>, Vec<&str>)| a.iter().map(|l| l.trim()).eq(b.iter().map(|l| l.trim()));
        lines.zip(others).is_some_and(same)
    }
}

#[cfg(test)]
#[path = "content_tests.rs"]
mod tests;
