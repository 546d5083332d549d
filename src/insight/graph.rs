//! Who descends from whom, in memory.

use crate::model::oid::Oid;
use std::collections::HashMap;

/// A part of history.
#[derive(Clone, Debug, Default)]
pub struct Graph {
    places: HashMap<Oid, usize>,
    /// The parents of each commit, parents in front of their children.
    parents: Vec<Vec<usize>>,
}

/// Some commits of a graph.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Set(Vec<bool>);

impl Graph {
    /// Builds it from commits with their parents, children first. Parents that are not among them
    /// lie below what was looked at.
    pub fn new(children_first: Vec<(Oid, Vec<Oid>)>) -> Self {
        let mut graph = Self::default();
        for (oid, parents) in children_first.into_iter().rev() {
            let parents = parents.iter().filter_map(|p| graph.places.get(p).copied()).collect();
            graph.places.insert(oid, graph.parents.len());
            graph.parents.push(parents);
        }
        graph
    }

    /// Whether the commit is part of it.
    pub fn knows(&self, commit: &Oid) -> bool {
        self.places.contains_key(commit)
    }

    /// A commit and everything that descends from it; nothing when it is not part of the graph.
    pub fn descendants(&self, of: &Oid) -> Set {
        let mut found = vec![false; self.parents.len()];
        let Some(first) = self.places.get(of) else { return Set(found) };
        for (place, parents) in self.parents.iter().enumerate().skip(*first) {
            let is_in = place == *first || parents.iter().any(|p| found.get(*p) == Some(&true));
            if let Some(slot) = found.get_mut(place) {
                *slot = is_in;
            }
        }
        Set(found)
    }

    /// No commit at all.
    pub fn nothing(&self) -> Set {
        Set(vec![false; self.parents.len()])
    }

    /// Whether the set holds the commit.
    pub fn holds(&self, set: &Set, commit: &Oid) -> bool {
        self.places.get(commit).is_some_and(|place| set.0.get(*place) == Some(&true))
    }
}

impl Set {
    fn each(&mut self, other: &Self, f: impl Fn(bool, bool) -> bool) {
        for (mine, theirs) in self.0.iter_mut().zip(&other.0) {
            *mine = f(*mine, *theirs);
        }
    }

    /// Adds another set.
    pub fn add(&mut self, other: &Self) {
        self.each(other, |a, b| a || b);
    }

    /// Keeps what is in both.
    pub fn keep(&mut self, other: &Self) {
        self.each(other, |a, b| a && b);
    }

    /// Takes another set away.
    pub fn remove(&mut self, other: &Self) {
        self.each(other, |a, b| a && !b);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn oid(n: usize) -> Oid {
        Oid::parse(&format!("{:040x}", n + 1)).unwrap()
    }

    #[test]
    fn descendants_pass_through_merges_and_stop_at_the_edge() {
        // 0 - 1 - 3(merge of 1 and 2), 2 on 0, 4 unrelated.
        let graph = Graph::new(vec![
            (oid(3), vec![oid(1), oid(2)]),
            (oid(4), vec![]),
            (oid(2), vec![oid(0)]),
            (oid(1), vec![oid(0)]),
            (oid(0), vec![oid(99)]),
        ]);
        let of = |n: usize| {
            let set = graph.descendants(&oid(n));
            (0..5).filter(|m| graph.holds(&set, &oid(*m))).collect::<Vec<_>>()
        };
        assert_eq!(of(0), [0, 1, 2, 3]);
        assert_eq!(of(2), [2, 3]);
        assert_eq!(of(4), [4]);
        assert!(of(99).is_empty());
        let mut both = graph.descendants(&oid(1));
        both.remove(&graph.descendants(&oid(3)));
        assert!(graph.holds(&both, &oid(1)) && !graph.holds(&both, &oid(3)));
    }
}
