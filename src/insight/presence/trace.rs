//! What became of a change after it had arrived: who took it out, and whether on purpose.

use super::content::{Change, State};
use super::lineage::Lineage;
use super::purpose::{gives_a_reason, is_told, names};
use super::sieve::{Need, Sieve};
use crate::insight::graph::{Graph, Node, Place, Scope};
use crate::model::oid::Oid;
use crate::model::tree::Entry;
use std::cell::RefCell;
use std::collections::{BTreeSet, BinaryHeap, HashMap, HashSet};
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

/// A file of a change, and what it looks like along the way.
#[derive(Clone, Copy)]
pub struct Tracked<'a> {
    pub change: &'a Change,
    pub lineage: &'a Lineage,
    /// Which versions can hold a part at all.
    pub sieve: &'a Sieve,
    /// What that needs to know of each part.
    pub needs: &'a [Need],
}

/// Where history is followed.
pub struct Trail<'a> {
    pub graph: &'a Graph,
    /// The commits that are looked at: what the branch has and the change's base does not.
    pub scope: &'a Scope<'a>,
    /// What is in a file; `None` where it cannot be read.
    pub contents: &'a dyn Fn(&Oid) -> Option<Rc<[u8]>>,
    /// What the file was before a commit, also where that is not looked at.
    pub before: &'a dyn Fn(Place) -> Option<Rc<[u8]>>,
    /// Commits that say that they revert the change.
    pub reverts: &'a BTreeSet<Place>,
    /// Whether the change says of itself that it is to go again, or takes back another one.
    pub is_passing: bool,
    /// When the change was made, in seconds since 1970: nobody decided against it before.
    pub since: i64,
}

/// The state of each part of a file.
type States = Rc<[State]>;

/// For each part of a file why it is not there; `None` for those that are.
pub fn causes(trail: &Trail<'_>, tracked: Tracked<'_>) -> Vec<Option<Cause>> {
    let walk = Walk { trail, tracked, states: RefCell::default(), there: RefCell::default() };
    let tip = Some(trail.scope.tip).filter(|tip| trail.scope.has(*tip)).map(|tip| tracked.lineage.tip(tip));
    let causes = (0..tracked.change.len()).map(|part| tip.and_then(|tip| walk.cause(part, tip)));
    superseded_together(tracked.change, causes.collect())
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
    tracked: Tracked<'a>,
    /// The state of each part in each version that was asked for: histories are long, and few of their versions
    /// decide anything.
    states: RefCell<HashMap<usize, States>>,
    /// Whether a part is there in a version.
    there: RefCell<HashMap<(usize, usize), bool>>,
}

/// Since when a part was there: which points go back to one that had it.
struct Had<'w, 'a> {
    walk: &'w Walk<'a>,
    part: usize,
    /// What is known of each point.
    known: RefCell<Vec<Option<bool>>>,
}

impl Had<'_, '_> {
    /// Whether this point or one before it had the part. The newest are asked first: most of what is gone was there
    /// until not long ago.
    fn has(&self, point: usize) -> bool {
        if let Some(known) = self.known.borrow().get(point).copied().flatten() {
            return known;
        }
        let mut open = BinaryHeap::from([point]);
        let mut seen = HashSet::from([point]);
        while let Some(next) = open.pop() {
            match self.known.borrow().get(next).copied().flatten() {
                Some(false) => continue,
                Some(true) => {}
                None if !self.walk.is_seen(next) => continue,
                None if self.walk.is_in(self.part, next) => {}
                None => {
                    let parents = self.walk.tracked.lineage.parents(next);
                    open.extend(parents.iter().copied().filter(|parent| seen.insert(*parent)));
                    continue;
                }
            }
            self.mark(next);
            return true;
        }
        let mut known = self.known.borrow_mut();
        for point in seen {
            if let Some(slot) = known.get_mut(point) {
                *slot = Some(false);
            }
        }
        false
    }

    /// What goes back to a point that had it had it, too.
    fn mark(&self, since: usize) {
        let lineage = self.walk.tracked.lineage;
        let mut known = self.known.borrow_mut();
        for point in since..lineage.points() {
            let before = |parent: &usize| known.get(*parent).copied().flatten() == Some(true);
            let had = point == since || lineage.parents(point).iter().any(before);
            if let Some(slot) = known.get_mut(point).filter(|_| had && self.walk.is_seen(point)) {
                *slot = Some(true);
            }
        }
    }
}

impl<'a> Walk<'a> {
    /// The best that any of the file's paths shows.
    fn states_of(&self, version: usize) -> Vec<State> {
        let change = self.tracked.change;
        let mut best: Option<Vec<State>> = None;
        for entry in self.tracked.lineage.known(version, self.trail.scope).map(Option::as_ref) {
            let content = || entry.and_then(|e| self.read(e));
            let states = change.states_at(entry, content);
            best = Some(match best {
                Some(old) => old.into_iter().zip(states).map(|(a, b)| a.min(b)).collect(),
                None => states,
            });
        }
        // What nobody has touched since the base is as it was there.
        best.unwrap_or_else(|| vec![State::Out; change.len()])
    }

    /// Only a file's content is asked for.
    fn read(&self, entry: &Entry) -> Option<Rc<[u8]>> {
        (self.trail.contents)(entry.file()?)
    }

    /// Whether a point is one of the commits that are looked at.
    fn is_seen(&self, point: usize) -> bool {
        self.tracked.lineage.place(point).is_some_and(|place| self.trail.scope.has(place))
    }

    fn state(&self, part: usize, point: usize) -> State {
        let version = self.tracked.lineage.version(point);
        let known = self.states.borrow().get(&version).cloned();
        let states = known.unwrap_or_else(|| {
            let states: States = self.states_of(version).into();
            self.states.borrow_mut().insert(version, states.clone());
            states
        });
        states.get(part).copied().unwrap_or(State::Out)
    }

    /// Whether a part is there. Where its lines are not in the file at all, nothing has to be compared.
    fn is_in(&self, part: usize, point: usize) -> bool {
        let version = self.tracked.lineage.version(point);
        if let Some(known) = self.there.borrow().get(&(version, part)) {
            return *known;
        }
        let is_known = self.states.borrow().contains_key(&version);
        let is_in = (is_known || self.may_be_in(part, version)) && self.state(part, point) == State::In;
        self.there.borrow_mut().insert((version, part), is_in);
        is_in
    }

    fn may_be_in(&self, part: usize, version: usize) -> bool {
        let Some(need) = self.tracked.needs.get(part) else { return true };
        let mut entries = self.tracked.lineage.known(version, self.trail.scope);
        entries.any(|entry| match entry.as_ref().and_then(Entry::file) {
            Some(id) => self.tracked.sieve.may_hold(need, id, || (self.trail.contents)(id)),
            None => true,
        })
    }

    fn entry(&self, point: usize) -> Option<&Entry> {
        let lineage = self.tracked.lineage;
        lineage.known(lineage.version(point), self.trail.scope).find_map(Option::as_ref)
    }

    fn content(&self, point: usize) -> Option<Rc<[u8]>> {
        self.read(self.entry(point)?)
    }

    /// In the first parent of a commit.
    fn content_before(&self, point: usize) -> Option<Rc<[u8]>> {
        self.content(*self.tracked.lineage.parents(point).first()?)
    }

    /// The commit of a point.
    fn place(&self, point: usize) -> Place {
        self.tracked.lineage.place(point).unwrap_or(self.trail.scope.tip)
    }

    fn cause(&self, part: usize, tip: usize) -> Option<Cause> {
        let is_in = |point: usize| self.is_in(part, point);
        if is_in(tip) {
            return None;
        }
        let lineage = self.tracked.lineage;
        let had = Had { walk: self, part, known: RefCell::new(vec![None; lineage.points()]) };
        if !had.has(tip) {
            return Some(Cause::Never);
        }
        let mut worst: Option<Cause> = None;
        let mut open = vec![tip];
        let mut seen = HashSet::from([tip]);
        while let Some(mut point) = open.pop() {
            // Along a plain line without it there is nothing to decide.
            while let [parent] = lineage.parents(point)
                && !is_in(*parent)
                && had.has(*parent)
            {
                point = *parent;
            }
            let (with, without): (Vec<usize>, Vec<usize>) =
                lineage.parents(point).iter().partition(|p| is_in(**p));
            let lost_before: Vec<usize> = without.iter().copied().filter(|p| had.has(*p)).collect();
            if with.is_empty() || !lost_before.is_empty() {
                // It was taken out further back, and merging carried that here.
                open.extend(lost_before.into_iter().filter(|p| seen.insert(*p)));
                continue;
            }
            let cause = self.judge(part, point, &without);
            if worst.is_none_or(|w| cause.rank() > w.rank()) {
                worst = Some(cause);
            }
        }
        let cause = worst.unwrap_or(Cause::Never);
        let is_on_purpose = cause.rank() < Cause::Never.rank();
        if is_on_purpose && self.tracked.change.replaces(part) && self.state(part, tip) == State::Out {
            // It was rewritten first, and later the old lines came back.
            let at = self.return_of_the_old(part, tip, &had);
            return Some(match self.trail.reverts.contains(&self.place(at)) {
                true => self.reverted(self.place(at)),
                false => self.undone(part, at),
            });
        }
        Some(cause)
    }

    /// The commit since which the old lines are there again.
    fn return_of_the_old(&self, part: usize, tip: usize, had: &Had<'_, '_>) -> usize {
        let mut point = tip;
        let is_old_again = |parent: &&usize| had.has(**parent) && self.state(part, **parent) == State::Out;
        while let Some(parent) = self.tracked.lineage.parents(point).iter().find(is_old_again) {
            point = *parent;
        }
        point
    }

    /// The commit in which it went: its parents had it, or those on one side did.
    fn judge(&self, part: usize, point: usize, without: &[usize]) -> Cause {
        let (place, change) = (self.place(point), self.tracked.change);
        if self.trail.reverts.contains(&place) {
            return self.reverted(place);
        }
        let is_out = self.state(part, point) == State::Out;
        let content = self.content(point);
        let content = content.as_deref();
        if self.trail.graph.parents(place).len() < 2 {
            return match (is_out, content) {
                (true, Some(now)) if change.replaces(part) || self.is_overwritten(point, now) => {
                    self.undone(part, point)
                }
                (true, None) if change.is_entry() => Cause::Undone(place),
                (true, _) | (_, None) if !change.is_entry() => Cause::Removed(place),
                _ => Cause::Rewritten(place),
            };
        }
        if change.is_entry() {
            let same = |other: &usize| self.entry(*other) == self.entry(point);
            // A submodule's other commit may well stand on the one of the fix.
            let is_dropped = is_out || (!change.is_module() && without.iter().any(same));
            return match is_dropped {
                true => Cause::Dropped(place),
                false => Cause::ByHand { merge: place, is_kept: false },
            };
        }
        let Some(content) = content else {
            // A file that the change had added and the other side never had, or one that was deleted.
            return if is_out { Cause::Dropped(place) } else { Cause::Removed(place) };
        };
        if change.is_undone(part, content) {
            return self.told_on_a_side(part, without).map_or(Cause::Dropped(place), Cause::Rewritten);
        }
        let taken = |other: &usize| change.is_same_place(part, content, self.content(*other).as_deref());
        match without.iter().any(taken) {
            true => Cause::Superseded(place),
            false => Cause::ByHand { merge: place, is_kept: change.is_kept_by_hand(part, content) },
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
    fn undone(&self, part: usize, point: usize) -> Cause {
        let (place, change) = (self.place(point), self.tracked.change);
        let is_told = || is_told(self.message(place), change.removed(part), change.added(part));
        if self.trail.is_passing || is_told() {
            return Cause::Removed(place);
        }
        let sides = self.tracked.lineage.parents(point);
        let is_merge = self.trail.graph.parents(place).len() > 1;
        if let Some(told) = is_merge.then(|| self.told_on_a_side(part, sides)).flatten() {
            return Cause::Rewritten(told);
        }
        match self.edits_further(part, point) {
            true => Cause::Rewritten(place),
            false => Cause::Undone(place),
        }
    }

    /// The commit on one of a merge's sides which wrote the lines that look like the old ones after the change was
    /// made, and names them in its message.
    fn told_on_a_side(&self, part: usize, sides: &[usize]) -> Option<Place> {
        let (mut open, mut seen) = (sides.to_vec(), HashSet::new());
        while let Some(point) = open.pop() {
            if !self.is_seen(point) || !seen.insert(point) {
                continue;
            }
            if self.tells_of_the_old(part, point) {
                return Some(self.place(point));
            }
            open.extend(self.tracked.lineage.parents(point));
        }
        None
    }

    fn tells_of_the_old(&self, part: usize, point: usize) -> bool {
        let (place, change) = (self.place(point), self.tracked.change);
        let is_later = |node: &Node| !node.is_merge() && node.seconds >= self.trail.since;
        let named = |node: &&Node| names(&node.message, change.removed(part), change.added(part));
        let is_old = |content: &[u8]| change.is_undone(part, content);
        self.trail.graph.get(place).filter(|node| is_later(node)).filter(named).is_some()
            && self.content(point).is_some_and(|now| is_old(&now))
            && (self.trail.before)(place).is_some_and(|then| !is_old(&then))
    }

    /// Whether a commit changed what the part had put in and put nothing back: the old lines that are found
    /// are others that look the same.
    fn edits_further(&self, part: usize, point: usize) -> bool {
        let change = self.tracked.change;
        if !change.replaces(part) {
            return false;
        }
        let both = self.content(point).zip(self.content_before(point));
        both.is_some_and(|(now, then)| !change.brings_back(part, &then, &now))
    }

    fn is_overwritten(&self, point: usize, now: &[u8]) -> bool {
        let before = self.content_before(point);
        before.is_some_and(|then| self.tracked.change.is_overwritten(&then, now))
    }
}

#[cfg(test)]
#[path = "trace_tests.rs"]
mod tests;
