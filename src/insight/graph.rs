//! Who descends from whom, in memory, for thousands of questions about the same history.

use crate::model::history::Past;
use crate::model::oid::Oid;
use std::cmp::Reverse;
use std::collections::{BTreeSet, BinaryHeap, HashMap, HashSet};
use std::rc::Rc;

/// A commit's place in the history. A smaller one is never an ancestor of a larger one.
pub type Place = usize;

/// A commit.
#[derive(Clone, Debug)]
pub struct Node {
    pub oid: Oid,
    /// Those that are here.
    pub parents: Vec<Place>,
    /// Whether it has parents that are not here.
    pub is_cut: bool,
    /// When it was committed, in seconds since 1970.
    pub seconds: i64,
    pub message: String,
}

impl Node {
    /// The first line of the message.
    pub fn subject(&self) -> &str {
        self.message.lines().next().unwrap_or_default()
    }

    /// Whether it joins histories.
    pub const fn is_merge(&self) -> bool {
        self.parents.len() > 1
    }
}

/// A history.
#[derive(Clone, Debug, Default)]
pub struct Graph {
    nodes: Vec<Node>,
    places: HashMap<Oid, Place>,
}

/// Some commits of a graph, by place: what something reaches, or what descends from it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reach(Vec<bool>);

impl Reach {
    /// Whether it has this commit.
    pub fn has(&self, place: Place) -> bool {
        self.0.get(place).copied().unwrap_or(false)
    }

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

/// The commits of a branch without those that something was made on.
#[derive(Clone, Debug)]
pub struct Scope<'a> {
    pub branch: &'a Reach,
    pub without: Rc<Reach>,
    pub tip: Place,
}

impl Scope<'_> {
    /// Whether it has this commit.
    pub fn has(&self, place: Place) -> bool {
        self.branch.has(place) && !self.without.has(place)
    }

    /// Its commits, oldest first.
    pub fn oldest_first(&self) -> impl Iterator<Item = Place> {
        (self.tip..self.branch.0.len()).rev().filter(|place| self.has(*place))
    }
}

impl Graph {
    /// Builds it from commits that stand before all of their ancestors. `cut` are those whose
    /// parents are not here, beside those of which it can be seen.
    pub fn new(commits: Vec<Past>, cut: &BTreeSet<Oid>) -> Self {
        let places: HashMap<Oid, Place> =
            commits.iter().enumerate().map(|(place, commit)| (commit.oid.clone(), place)).collect();
        let nodes = commits
            .into_iter()
            .map(|Past { oid, parents, seconds, message }| {
                let known: Vec<Place> = parents.iter().filter_map(|p| places.get(p).copied()).collect();
                let is_cut = known.len() < parents.len() || cut.contains(&oid);
                Node { oid, parents: known, is_cut, seconds, message }
            })
            .collect();
        Self { nodes, places }
    }

    /// How many commits there are.
    pub const fn len(&self) -> usize {
        self.nodes.len()
    }

    /// Whether there is none.
    pub const fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }

    /// Every commit with its place, no commit before all of its children.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = (Place, &Node)> + ExactSizeIterator {
        self.nodes.iter().enumerate()
    }

    /// Where a commit is.
    pub fn find(&self, oid: &Oid) -> Option<Place> {
        self.places.get(oid).copied()
    }

    /// The commit whose id starts so, as messages name commits.
    pub fn named(&self, start: &str) -> Option<Place> {
        match Oid::parse(start) {
            Some(oid) => self.find(&oid),
            None => self.nodes.iter().position(|node| node.oid.as_str().starts_with(start)),
        }
    }

    /// The commit at a place.
    pub fn get(&self, place: Place) -> Option<&Node> {
        self.nodes.get(place)
    }

    /// The id of the commit at a place.
    pub fn oid(&self, place: Place) -> Option<&Oid> {
        self.nodes.get(place).map(|node| &node.oid)
    }

    /// The parents of the commit at a place.
    pub fn parents(&self, place: Place) -> &[Place] {
        self.nodes.get(place).map(|node| node.parents.as_slice()).unwrap_or_default()
    }

    /// Everything that these reach, themselves included.
    pub fn reach(&self, tips: impl IntoIterator<Item = Place>) -> Reach {
        let mut seen = vec![false; self.nodes.len()];
        let mut open: Vec<Place> = tips.into_iter().collect();
        while let Some(place) = open.pop() {
            match seen.get_mut(place) {
                Some(mark) if !*mark => *mark = true,
                _ => continue,
            }
            open.extend(self.parents(place));
        }
        Reach(seen)
    }

    /// A commit and everything that descends from it; nothing when it is not part of the graph.
    pub fn descendants(&self, of: &Oid) -> Reach {
        let mut found = self.nothing();
        let Some(first) = self.find(of) else { return found };
        for place in (0..=first).rev() {
            let is_in = place == first || self.parents(place).iter().any(|p| found.has(*p));
            if let Some(slot) = found.0.get_mut(place) {
                *slot = is_in;
            }
        }
        found
    }

    /// No commit at all.
    pub fn nothing(&self) -> Reach {
        Reach(vec![false; self.nodes.len()])
    }

    /// Whether some commits have one of this id among them.
    pub fn holds(&self, some: &Reach, commit: &Oid) -> bool {
        self.find(commit).is_some_and(|place| some.has(place))
    }

    /// What `tip` reaches and none of `hide` does, newest first. Looks no further than it has to.
    pub fn only(&self, tip: Place, hide: &[Place]) -> Vec<Place> {
        let mut hidden: HashSet<Place> = hide.iter().copied().collect();
        let mut wanted: HashSet<Place> = HashSet::from([tip]);
        let mut open: BinaryHeap<Reverse<Place>> = hide.iter().chain([&tip]).map(|p| Reverse(*p)).collect();
        // How many that are waiting belong to the answer: without any, the rest is of no interest.
        let mut left = usize::from(!hidden.contains(&tip));
        let mut found = Vec::new();
        let mut done: HashSet<Place> = HashSet::new();
        while let Some(Reverse(place)) = open.pop() {
            if !done.insert(place) {
                continue;
            }
            let is_hidden = hidden.contains(&place);
            if !is_hidden {
                left -= 1;
                found.push(place);
            }
            for &parent in self.parents(place) {
                let was_wanted = wanted.contains(&parent) && !hidden.contains(&parent);
                if is_hidden {
                    left -= usize::from(was_wanted);
                    hidden.insert(parent);
                } else {
                    left += usize::from(!was_wanted && !hidden.contains(&parent));
                    wanted.insert(parent);
                }
                open.push(Reverse(parent));
            }
            if left == 0 {
                break;
            }
        }
        found
    }

    /// The commits from `tip` along first parents, newest first.
    pub fn first_parents(&self, tip: Place) -> impl Iterator<Item = Place> {
        std::iter::successors(Some(tip), |place| self.parents(*place).first().copied())
    }
}

#[cfg(test)]
pub mod tests {
    use super::*;

    /// A graph from lines of `name: parent parent`, newest first; the name is the message.
    pub fn graph(lines: &[(&str, &[&str])]) -> Graph {
        let commits = lines.iter().map(|(name, parents)| Past {
            oid: id(name),
            parents: parents.iter().map(|p| id(p)).collect(),
            seconds: 0,
            message: (*name).to_owned(),
        });
        Graph::new(commits.collect(), &BTreeSet::new())
    }

    /// An object id made from a name.
    pub fn id(name: &str) -> Oid {
        let hex: String = name.bytes().map(|b| format!("{b:02x}")).collect();
        Oid::parse(&format!("{hex:1<40}")).unwrap()
    }

    fn names(graph: &Graph, places: &[Place]) -> Vec<String> {
        places.iter().map(|p| graph.get(*p).unwrap().message.clone()).collect()
    }

    #[test]
    fn what_a_branch_adds() {
        let g = graph(&[
            ("m", &["b", "h2"]),
            ("h2", &["h1"]),
            ("b", &["a"]),
            ("h1", &["a"]),
            ("a", &["o"]),
            ("o", &[]),
        ]);
        let at = |name: &str| g.find(&id(name)).unwrap();
        assert_eq!(names(&g, &g.only(at("h2"), &[at("b")])), ["h2", "h1"]);
        assert_eq!(names(&g, &g.only(at("a"), &[at("b")])), Vec::<String>::new());
        assert_eq!(names(&g, &g.only(at("b"), &[])), ["b", "a", "o"]);
        assert!(g.reach([at("m")]).has(at("o")));
        assert!(!g.reach([at("h1")]).has(at("b")));
        assert_eq!(names(&g, &g.first_parents(at("m")).collect::<Vec<_>>()), ["m", "b", "a", "o"]);
    }

    #[test]
    fn what_is_hidden_late_is_still_hidden() {
        // The tip reaches "a" at once, the hidden side only after a detour.
        let g =
            graph(&[("t", &["a"]), ("x", &["y"]), ("y", &["z"]), ("z", &["a"]), ("a", &["o"]), ("o", &[])]);
        let at = |name: &str| g.find(&id(name)).unwrap();
        assert_eq!(names(&g, &g.only(at("t"), &[at("x")])), ["t"]);
    }

    #[test]
    fn commits_at_the_edge_of_a_shallow_clone_are_known() {
        let g = graph(&[("b", &["a"])]);
        assert!(g.get(0).unwrap().is_cut);
    }

    #[test]
    fn descendants_pass_through_merges_and_stop_at_the_edge() {
        let names = ["m", "x", "b", "a", "o"];
        let g = graph(&[("m", &["a", "b"]), ("x", &[]), ("b", &["o"]), ("a", &["o"]), ("o", &["below"])]);
        let of = |name: &str| {
            let set = g.descendants(&id(name));
            names.into_iter().filter(|n| g.holds(&set, &id(n))).collect::<Vec<_>>()
        };
        assert_eq!(of("o"), ["m", "b", "a", "o"]);
        assert_eq!(of("b"), ["m", "b"]);
        assert_eq!(of("x"), ["x"]);
        assert!(of("below").is_empty());
        let mut both = g.descendants(&id("a"));
        both.remove(&g.descendants(&id("m")));
        assert!(g.holds(&both, &id("a")) && !g.holds(&both, &id("m")));
    }
}
