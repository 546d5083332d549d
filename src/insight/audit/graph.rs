//! Who descends from whom, for thousands of questions about the same history.

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

/// Which commits something reaches, by place.
#[derive(Clone, Debug, Default)]
pub struct Reach(Vec<bool>);

impl Reach {
    /// Whether it reaches this commit.
    pub fn has(&self, place: Place) -> bool {
        self.0.get(place).copied().unwrap_or(false)
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
    /// parents are not here.
    pub fn new(commits: impl IntoIterator<Item = (Oid, Vec<Oid>, i64, String)>, cut: &BTreeSet<Oid>) -> Self {
        let commits: Vec<_> = commits.into_iter().collect();
        let places: HashMap<Oid, Place> =
            commits.iter().enumerate().map(|(place, commit)| (commit.0.clone(), place)).collect();
        let nodes = commits
            .into_iter()
            .map(|(oid, parents, seconds, message)| {
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
        let commits = lines.iter().map(|(name, parents)| {
            (id(name), parents.iter().map(|p| id(p)).collect(), 0, (*name).to_owned())
        });
        Graph::new(commits, &BTreeSet::new())
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
}
