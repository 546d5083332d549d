//! The versions of one file, joined as history joins them. Of tens of thousands of commits a few hundred matter to a
//! file: those that change it, and the merges of sides that differ in it.

use crate::insight::graph::{Graph, Place, Scope};
use crate::model::tree::Entry;
use std::collections::{BTreeMap, HashMap, HashSet};

/// Which commits changed a path against their first parent, and to what.
pub type Steps = HashMap<String, BTreeMap<Place, Option<Entry>>>;

/// One of the points at which a file's history joins or goes on.
#[derive(Debug)]
struct Point {
    /// The commit; all that follow it up to the next point have the same.
    place: Place,
    parents: Vec<usize>,
    /// What it has, as a position.
    version: usize,
}

/// The commit that left something at a path, and what.
type Left = Option<(Place, Option<Entry>)>;

/// A file's history. Point 0 stands for everything before the first commit that is known to have changed it.
#[derive(Debug)]
pub struct Lineage {
    points: Vec<Point>,
    /// For each version what is at each path.
    versions: Vec<Vec<Left>>,
    tips: HashMap<Place, usize>,
}

impl Lineage {
    /// Of a file that has had these paths, as far as `tips` see it.
    pub fn new(graph: &Graph, steps: &Steps, paths: &[String], tips: impl Iterator<Item = Place>) -> Self {
        let mut changed: HashMap<Place, Vec<(usize, Option<Entry>)>> = HashMap::new();
        for (at, path) in paths.iter().enumerate() {
            for (place, entry) in steps.get(path).into_iter().flatten() {
                changed.entry(*place).or_default().push((at, entry.clone()));
            }
        }
        let mut build = Build {
            points: vec![Point { place: usize::MAX, parents: Vec::new(), version: 0 }],
            versions: vec![vec![None; paths.len()]],
            older: HashMap::new(),
        };
        let mut at: Vec<usize> = vec![0; graph.len()];
        let oldest = changed.keys().max().map_or(0, |oldest| oldest + 1);
        for place in (0..oldest).rev() {
            let parents = graph.parents(place);
            let of = |parent: &Place| at.get(*parent).copied().unwrap_or(0);
            let first = parents.first().map_or(0, of);
            let step = changed.remove(&place);
            let others = parents.get(1..).unwrap_or_default();
            if step.is_none() && others.iter().map(of).all(|other| build.is_older(other, first)) {
                if let Some(point) = at.get_mut(place) {
                    *point = first;
                }
                continue;
            }
            let mut joined: Vec<usize> = parents.iter().map(of).collect();
            let mut seen = HashSet::new();
            joined.retain(|point| seen.insert(*point));
            let now = build.add(place, joined, first, step);
            if let Some(point) = at.get_mut(place) {
                *point = now;
            }
        }
        let tips = tips.map(|tip| (tip, at.get(tip).copied().unwrap_or(0))).collect();
        Self { points: build.points, versions: build.versions, tips }
    }

    /// How many points there are.
    pub const fn points(&self) -> usize {
        self.points.len()
    }

    /// The point that a tip is at.
    pub fn tip(&self, tip: Place) -> usize {
        self.tips.get(&tip).copied().unwrap_or(0)
    }

    /// The commit of a point; none for what was before.
    pub fn place(&self, point: usize) -> Option<Place> {
        self.points.get(point).map(|p| p.place).filter(|place| *place != usize::MAX)
    }

    /// Those that a point goes on from.
    pub fn parents(&self, point: usize) -> &[usize] {
        self.points.get(point).map(|p| p.parents.as_slice()).unwrap_or_default()
    }

    /// The version at a point, as a number: equal ones have equal contents.
    pub fn version(&self, point: usize) -> usize {
        self.points.get(point).map_or(0, |p| p.version)
    }

    /// What the commits of a scope left at each path, where they changed it.
    pub fn known<'a>(
        &'a self,
        version: usize,
        scope: &'a Scope<'a>,
    ) -> impl Iterator<Item = &'a Option<Entry>> {
        let lefts = self.versions.get(version).map(Vec::as_slice).unwrap_or_default();
        lefts.iter().flatten().filter(|(place, _)| scope.has(*place)).map(|(_, entry)| entry)
    }
}

struct Build {
    points: Vec<Point>,
    versions: Vec<Vec<Left>>,
    /// What was found out about pairs of points.
    older: HashMap<(usize, usize), bool>,
}

impl Build {
    fn add(
        &mut self,
        place: Place,
        parents: Vec<usize>,
        first: usize,
        step: Option<Vec<(usize, Option<Entry>)>>,
    ) -> usize {
        let before = self.points.get(first).map_or(0, |p| p.version);
        let version = match step {
            Some(step) => {
                let mut version = self.versions.get(before).cloned().unwrap_or_default();
                for (path, entry) in step {
                    if let Some(left) = version.get_mut(path) {
                        *left = Some((place, entry));
                    }
                }
                self.versions.push(version);
                self.versions.len() - 1
            }
            None => before,
        };
        self.points.push(Point { place, parents, version });
        self.points.len() - 1
    }

    /// Whether a point is the other one, or one that it goes back to.
    fn is_older(&mut self, older: usize, than: usize) -> bool {
        if older == than || older == 0 {
            return true;
        }
        if older > than {
            return false;
        }
        if let Some(known) = self.older.get(&(older, than)) {
            return *known;
        }
        let mut open = vec![than];
        let mut seen = HashSet::new();
        let mut is_found = false;
        while let Some(point) = open.pop() {
            is_found |= point == older;
            if is_found {
                break;
            }
            let parents = self.points.get(point).map(|p| p.parents.as_slice()).unwrap_or_default();
            open.extend(parents.iter().copied().filter(|p| *p >= older && seen.insert(*p)));
        }
        self.older.insert((older, than), is_found);
        is_found
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::insight::graph::tests::{graph, id};
    use crate::model::tree::Mode;

    /// The points of a file that these commits change, newest first, and what each goes back to.
    fn points(lines: &[(&str, &[&str])], changed: &[&str]) -> Vec<String> {
        let graph = graph(lines);
        let mut steps = Steps::new();
        let file = steps.entry("f".to_owned()).or_default();
        for name in changed {
            file.insert(graph.find(&id(name)).unwrap(), Some(Entry { mode: Mode::File, id: id(name) }));
        }
        let lineage = Lineage::new(&graph, &steps, &["f".to_owned()], [0].into_iter());
        let name = |point: usize| match lineage.place(point) {
            Some(place) => graph.get(place).unwrap().message.clone(),
            None => "-".to_owned(),
        };
        let shown = |point: usize| {
            let parents: Vec<String> = lineage.parents(point).iter().map(|p| name(*p)).collect();
            format!("{} {}", name(point), parents.join(","))
        };
        assert_eq!(lineage.tip(0), lineage.points() - 1);
        (1..lineage.points()).rev().map(shown).collect()
    }

    #[test]
    fn commits_that_leave_a_file_alone_do_not_count() {
        let line: [(&str, &[&str]); 4] = [("d", &["c"]), ("c", &["b"]), ("b", &["a"]), ("a", &[])];
        assert_eq!(points(&line, &["a", "c"]), ["c a", "a "]);
        assert_eq!(points(&line, &["b"]), ["b -"]);
    }

    #[test]
    fn a_merge_of_an_older_version_changes_nothing() {
        // The branch of s was made from a, and b changed the file since.
        let lines: [(&str, &[&str]); 4] = [("m", &["b", "s"]), ("b", &["a"]), ("s", &["a"]), ("a", &[])];
        assert_eq!(points(&lines, &["a", "b"]), ["b a", "a "]);
    }

    #[test]
    fn a_merge_that_takes_one_of_two_sides_counts() {
        let lines: [(&str, &[&str]); 4] = [("m", &["b", "s"]), ("b", &["a"]), ("s", &["a"]), ("a", &[])];
        assert_eq!(points(&lines, &["a", "b", "s"]), ["m b,s", "b a", "s a", "a "]);
        // It went back to what was before s changed it.
        let lines: [(&str, &[&str]); 3] = [("m", &["a", "s"]), ("s", &["a"]), ("a", &[])];
        assert_eq!(points(&lines, &["a", "s"]), ["m a,s", "s a", "a "]);
    }
}
