//! What became of a change after it had arrived: who took it out, and whether on purpose.

use super::content::{Change, State};
use super::purpose::{gives_a_reason, is_told};
use crate::insight::graph::{Graph, Place, Scope};
use crate::model::oid::Oid;
use crate::model::tree::Entry;
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::rc::Rc;

/// Why a part of a change is not there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cause {
    /// It never was.
    Never,
    /// A later commit rewrote the lines.
    Rewritten(Place),
    /// A later commit took out what the change had only added, or the file went.
    Removed(Place),
    /// A merge joined it with other changes by hand; whether its words are still there.
    ByHand { merge: Place, is_kept: bool },
    /// A merge took the other side, on which the code had become something else.
    Superseded(Place),
    /// A later commit brought the old lines back.
    Undone(Place),
    /// A commit that says so reverted it.
    Reverted(Place),
    /// A merge took the other side's lines, and what was repaired is as it was.
    Dropped(Place),
}

impl Cause {
    /// How bad it is: of several, the worst counts.
    const fn rank(self) -> u8 {
        match self {
            Self::ByHand { is_kept: true, .. } => 0,
            Self::Rewritten(_) | Self::Removed(_) | Self::Superseded(_) => 1,
            Self::ByHand { is_kept: false, .. } => 2,
            Self::Never => 3,
            Self::Undone(_) => 4,
            Self::Dropped(_) => 5,
            Self::Reverted(_) => 6,
        }
    }

    /// The commit that did it.
    pub const fn commit(self) -> Option<Place> {
        match self {
            Self::Never => None,
            Self::Rewritten(place)
            | Self::Removed(place)
            | Self::ByHand { merge: place, .. }
            | Self::Superseded(place)
            | Self::Undone(place)
            | Self::Reverted(place)
            | Self::Dropped(place) => Some(place),
        }
    }
}

/// A file of a change and the paths it has had since, the newest first.
#[derive(Clone, Debug)]
pub struct Tracked<'a> {
    pub change: &'a Change,
    pub paths: Vec<String>,
}

/// Which commits changed a path against their first parent, and to what.
pub type Steps = HashMap<String, BTreeMap<Place, Option<Entry>>>;

/// Where history is followed.
pub struct Trail<'a> {
    pub graph: &'a Graph,
    /// The commits that are looked at: what the branch has and the change's base does not.
    pub scope: &'a Scope<'a>,
    pub steps: &'a Steps,
    /// What is in a file; `None` where it cannot be read.
    pub contents: &'a dyn Fn(&Oid) -> Option<Rc<[u8]>>,
    /// Commits that say that they revert the change.
    pub reverts: &'a BTreeSet<Place>,
    /// Whether the change says of itself that it is to go again, or takes back another one.
    pub is_passing: bool,
}

/// The state of each part of a file.
type States = Rc<[State]>;

/// What is at each path, as far as it is known.
type Version = BTreeMap<String, Option<Entry>>;

/// For each part of each file why it is not there; `None` for those that are.
pub fn causes(trail: &Trail<'_>, files: &[Tracked<'_>]) -> Vec<Vec<Option<Cause>>> {
    let walk = Walk::new(trail, files);
    let tip = Some(trail.scope.tip).filter(|tip| trail.scope.has(*tip));
    let of_file = |(file, tracked): (usize, &Tracked<'_>)| {
        let causes: Vec<Option<Cause>> =
            (0..tracked.change.len()).map(|part| tip.and_then(|tip| walk.cause(file, part, tip))).collect();
        superseded_together(tracked.change, causes)
    };
    files.iter().enumerate().map(of_file).collect()
}

/// Where a merge took another repair of the same code, what this one had only added for its own went with it.
fn superseded_together(change: &Change, causes: Vec<Option<Cause>>) -> Vec<Option<Cause>> {
    let of_merge = |merge: Place| {
        let superseded =
            causes.iter().enumerate().filter(move |(_, c)| **c == Some(Cause::Superseded(merge)));
        superseded.map(|(part, _)| part).collect::<Vec<usize>>()
    };
    let settle = |(part, cause): (usize, &Option<Cause>)| match cause {
        Some(Cause::Dropped(merge)) if change.only_serves(part, &of_merge(*merge)) => {
            Some(Cause::Superseded(*merge))
        }
        other => *other,
    };
    causes.iter().enumerate().map(settle).collect()
}

struct Walk<'a> {
    trail: &'a Trail<'a>,
    files: &'a [Tracked<'a>],
    /// Which version each commit has, by place; outside of the scope the first one, which is empty.
    at: Vec<usize>,
    versions: Vec<Version>,
    /// The state of each part of each file in each version that was asked for: histories are long, and few of their
    /// versions decide anything.
    states: RefCell<HashMap<(usize, usize), States>>,
    /// Whether a part of a file is there in a version.
    there: RefCell<HashMap<(usize, usize, usize), bool>>,
}

impl<'a> Walk<'a> {
    fn new(trail: &'a Trail<'a>, files: &'a [Tracked<'a>]) -> Self {
        let mut changed: HashMap<Place, Version> = HashMap::new();
        for path in files.iter().flat_map(|f| &f.paths) {
            let steps = trail.steps.get(path).into_iter().flatten();
            for (place, entry) in steps.filter(|step| trail.scope.has(*step.0)) {
                changed.entry(*place).or_default().insert(path.clone(), entry.clone());
            }
        }
        let mut at = vec![0; trail.graph.len()];
        let mut versions = vec![Version::new()];
        for place in trail.scope.oldest_first() {
            let before = trail.graph.parents(place).first().and_then(|p| at.get(*p)).copied().unwrap_or(0);
            let now = match changed.remove(&place) {
                Some(step) => {
                    let mut version = versions.get(before).cloned().unwrap_or_default();
                    version.extend(step);
                    versions.push(version);
                    versions.len() - 1
                }
                None => before,
            };
            if let Some(version) = at.get_mut(place) {
                *version = now;
            }
        }
        Self { trail, files, at, versions, states: RefCell::default(), there: RefCell::default() }
    }

    /// The best that any of a file's paths shows.
    fn states_of(&self, file: &Tracked<'_>, version: &Version) -> Vec<State> {
        let mut best: Option<Vec<State>> = None;
        for path in &file.paths {
            let Some(entry) = version.get(path).map(Option::as_ref) else { continue };
            let content = entry.and_then(|e| self.read(e));
            let states = file.change.states_at(entry, content.as_deref());
            best = Some(match best {
                Some(old) => old.into_iter().zip(states).map(|(a, b)| a.min(b)).collect(),
                None => states,
            });
        }
        // What nobody has touched since the base is as it was there.
        best.unwrap_or_else(|| vec![State::Out; file.change.len()])
    }

    /// Only a file's content is asked for.
    fn read(&self, entry: &Entry) -> Option<Rc<[u8]>> {
        (self.trail.contents)(entry.file()?)
    }

    fn state(&self, file: usize, part: usize, place: Place) -> State {
        let at = (self.at.get(place).copied().unwrap_or(0), file);
        let known = self.states.borrow().get(&at).cloned();
        let states = known.unwrap_or_else(|| {
            let version = self.versions.get(at.0);
            let states =
                self.files.get(file).zip(version).map(|(file, version)| self.states_of(file, version));
            let states: States = states.unwrap_or_default().into();
            self.states.borrow_mut().insert(at, states.clone());
            states
        });
        states.get(part).copied().unwrap_or(State::Out)
    }

    /// Whether a part is there. Where its lines are not in the file at all, nothing has to be compared.
    fn is_in(&self, file: usize, part: usize, place: Place) -> bool {
        let version = self.at.get(place).copied().unwrap_or(0);
        let at = (version, file, part);
        if let Some(known) = self.there.borrow().get(&at) {
            return *known;
        }
        let is_known = self.states.borrow().contains_key(&(version, file));
        let is_in =
            (is_known || self.may_be_in(file, part, version)) && self.state(file, part, place) == State::In;
        self.there.borrow_mut().insert(at, is_in);
        is_in
    }

    fn may_be_in(&self, file: usize, part: usize, version: usize) -> bool {
        let (Some(tracked), Some(version)) = (self.files.get(file), self.versions.get(version)) else {
            return false;
        };
        let mut entries = tracked.paths.iter().filter_map(|path| version.get(path));
        entries.any(|entry| match entry.as_ref().and_then(Entry::file) {
            Some(id) => tracked.change.may_be_in(part, id, || (self.trail.contents)(id)),
            None => true,
        })
    }

    fn entry(&self, file: usize, place: Place) -> Option<&Entry> {
        let version = self.versions.get(self.at.get(place).copied().unwrap_or(0))?;
        let paths = &self.files.get(file)?.paths;
        paths.iter().find_map(|path| version.get(path)?.as_ref())
    }

    fn content(&self, file: usize, place: Place) -> Option<Rc<[u8]>> {
        self.read(self.entry(file, place)?)
    }

    /// In the first parent of a commit.
    fn content_before(&self, file: usize, place: Place) -> Option<Rc<[u8]>> {
        self.content(file, *self.trail.graph.parents(place).first()?)
    }

    fn cause(&self, file: usize, part: usize, tip: Place) -> Option<Cause> {
        let is_in = |place: Place| self.is_in(file, part, place);
        if is_in(tip) {
            return None;
        }
        let had = self.had(file, part);
        let has_had = |place: &Place| had.get(*place).copied().unwrap_or(false);
        if !has_had(&tip) {
            return Some(Cause::Never);
        }
        let mut worst: Option<Cause> = None;
        let mut open = vec![tip];
        let mut seen = HashSet::from([tip]);
        while let Some(mut place) = open.pop() {
            // Along a plain line without it there is nothing to decide.
            while let [parent] = self.trail.graph.parents(place)
                && !is_in(*parent)
                && has_had(parent)
            {
                place = *parent;
            }
            let parents = self.trail.graph.parents(place);
            let (with, without): (Vec<Place>, Vec<Place>) = parents.iter().partition(|p| is_in(**p));
            let lost_before: Vec<Place> = without.iter().copied().filter(has_had).collect();
            if with.is_empty() || !lost_before.is_empty() {
                // It was taken out further back, and merging carried that here.
                open.extend(lost_before.into_iter().filter(|p| seen.insert(*p)));
                continue;
            }
            let cause = self.judge(file, part, place, &without);
            if worst.is_none_or(|w| cause.rank() > w.rank()) {
                worst = Some(cause);
            }
        }
        let cause = worst.unwrap_or(Cause::Never);
        let is_on_purpose = cause.rank() < Cause::Never.rank();
        let replaces = self.files.get(file).is_some_and(|f| f.change.replaces(part));
        if is_on_purpose && replaces && self.state(file, part, tip) == State::Out {
            // It was rewritten first, and later the old lines came back.
            let at = self.return_of_the_old(file, part, tip, &had);
            return Some(match self.trail.reverts.contains(&at) {
                true => self.reverted(at),
                false => self.undone(file, part, at),
            });
        }
        Some(cause)
    }

    /// The commit since which the old lines are there again.
    fn return_of_the_old(&self, file: usize, part: usize, tip: Place, had: &[bool]) -> Place {
        let mut place = tip;
        let is_old_again = |parent: &&Place| {
            had.get(**parent).copied().unwrap_or(false) && self.state(file, part, **parent) == State::Out
        };
        while let Some(parent) = self.trail.graph.parents(place).iter().find(is_old_again) {
            place = *parent;
        }
        place
    }

    /// Whether each commit or one before it had this part.
    fn had(&self, file: usize, part: usize) -> Vec<bool> {
        let mut had = vec![false; self.trail.graph.len()];
        for place in self.trail.scope.oldest_first() {
            let parents = self.trail.graph.parents(place);
            let before = parents.iter().any(|p| had.get(*p).copied().unwrap_or(false));
            if let Some(mark) = had.get_mut(place) {
                *mark = before || self.is_in(file, part, place);
            }
        }
        had
    }

    /// The commit in which it went: its parents had it, or those on one side did.
    fn judge(&self, file: usize, part: usize, place: Place, without: &[Place]) -> Cause {
        if self.trail.reverts.contains(&place) {
            return self.reverted(place);
        }
        let Some(tracked) = self.files.get(file) else { return Cause::Rewritten(place) };
        let is_out = self.state(file, part, place) == State::Out;
        let content = self.content(file, place);
        let content = content.as_deref();
        if self.trail.graph.parents(place).len() < 2 {
            return match (is_out, content) {
                (true, Some(now))
                    if tracked.change.replaces(part) || self.is_overwritten(file, place, now) =>
                {
                    self.undone(file, part, place)
                }
                (true, None) if tracked.change.is_entry() => Cause::Undone(place),
                (true, _) | (_, None) if !tracked.change.is_entry() => Cause::Removed(place),
                _ => Cause::Rewritten(place),
            };
        }
        if tracked.change.is_entry() {
            let same = |other: &Place| self.entry(file, *other) == self.entry(file, place);
            // A submodule's other commit may well stand on the one of the fix.
            let is_dropped = is_out || (!tracked.change.is_module() && without.iter().any(same));
            return match is_dropped {
                true => Cause::Dropped(place),
                false => Cause::ByHand { merge: place, is_kept: false },
            };
        }
        let Some(content) = content else {
            // A file that the change had added and the other side never had, or one that was deleted.
            return if is_out { Cause::Dropped(place) } else { Cause::Removed(place) };
        };
        if tracked.change.is_undone(part, content) {
            return Cause::Dropped(place);
        }
        let taken = |other: &Place| {
            tracked.change.is_same_place(part, content, self.content(file, *other).as_deref())
        };
        match without.iter().any(taken) {
            true => Cause::Superseded(place),
            false => Cause::ByHand { merge: place, is_kept: tracked.change.is_kept_by_hand(part, content) },
        }
    }

    fn message(&self, place: Place) -> &str {
        self.trail.graph.get(place).map(|node| node.message.as_str()).unwrap_or_default()
    }

    /// A revert that names the change: a decision where it says why, or the change said that it was to go.
    fn reverted(&self, place: Place) -> Cause {
        match self.trail.is_passing || gives_a_reason(self.message(place)) {
            true => Cause::Removed(place),
            false => Cause::Reverted(place),
        }
    }

    /// The old lines are back: by accident, unless the commit says so or the change said that it was to go.
    fn undone(&self, file: usize, part: usize, place: Place) -> Cause {
        let message = self.message(place);
        let change = self.files.get(file).map(|f| f.change);
        let is_told =
            self.trail.is_passing || change.is_some_and(|c| is_told(message, c.removed(part), c.added(part)));
        match is_told {
            true => Cause::Removed(place),
            false if self.edits_further(file, part, place) => Cause::Rewritten(place),
            false => Cause::Undone(place),
        }
    }

    /// Whether a commit changed what the part had put in and put nothing back: the old lines that are found
    /// are others that look the same.
    fn edits_further(&self, file: usize, part: usize, place: Place) -> bool {
        let change = self.files.get(file).map(|f| f.change).filter(|c| c.replaces(part));
        let (now, then) = (self.content(file, place), self.content_before(file, place));
        change.zip(now).zip(then).is_some_and(|((c, now), then)| !c.brings_back(part, &then, &now))
    }

    fn is_overwritten(&self, file: usize, place: Place, now: &[u8]) -> bool {
        let change = self.files.get(file).map(|f| f.change);
        change
            .zip(self.content_before(file, place))
            .is_some_and(|(change, then)| change.is_overwritten(&then, now))
    }
}

#[cfg(test)]
#[path = "trace_tests.rs"]
mod tests;
