//! The same fix in other commits (cherry-picks, squashes, forward-ports), and what was taken back.

use super::fix::Fix;
use super::site::Site;
use crate::git::graph;
use crate::git::patch::Made;
use crate::insight::affected::{self, Candidate, Tag};
use crate::insight::graph::Graph;
use crate::insight::suspect::{self, Essence};
use crate::model::oid::Oid;
use crate::model::patch::Patch;
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

/// What was read, for finding other copies of the fix.
pub struct Known<'a> {
    pub site: &'a Site,
    pub fix: &'a Fix,
    pub change: &'a Patch,
    pub paths: &'a [&'a str],
    pub made: &'a [Made],
    pub graph: &'a Graph,
    pub tags: &'a [Tag],
}

/// Commits that bring the same thing, and the change it is.
pub struct Group {
    commits: Vec<Oid>,
    pub change: Option<Essence>,
}

impl Known<'_> {
    fn essence(&self, patch: &Patch) -> Option<Essence> {
        Essence::of(patch, self.paths)
    }

    /// The commits that say they are a copy of one of these, or make the same change.
    fn group(&self, originals: &[Oid], change: Option<Essence>) -> Group {
        let mut commits = originals.to_vec();
        for made in self.made {
            let says_so = suspect::copies(&made.message).iter().any(|c| originals.contains(c));
            let is_same = change.is_some() && self.essence(&made.patch) == change;
            if (says_so || is_same) && !commits.contains(&made.commit) {
                commits.push(made.commit.clone());
            }
        }
        Group { commits, change }
    }

    /// The fix with all its copies, and everything that may have been taken back.
    pub fn sought(&self, candidates: &[Candidate]) -> (affected::Fix, Vec<Group>) {
        let mut groups = vec![self.group(&self.fix.whole, self.essence(self.change))];
        let mut parts = Vec::new();
        for part in &self.fix.parts {
            let change = self.made.iter().find(|m| m.commit == *part).and_then(|m| self.essence(&m.patch));
            // What touches other files only, a test for example, makes no difference.
            if change.is_some() {
                let group = self.group(std::slice::from_ref(part), change);
                parts.push(group.commits.clone());
                groups.push(group);
            }
        }
        let whole = groups.first().map(|g| g.commits.clone()).unwrap_or_default();
        for candidate in candidates {
            groups.push(self.group(std::slice::from_ref(&candidate.commit), None));
        }
        (affected::Fix { whole, parts }, groups)
    }

    /// Which commit is taken back by which later ones: by their messages, by making the opposite
    /// change, or by a rollback of the release.
    pub fn reverts(
        &self,
        groups: &[Group],
        tips: &[&Oid],
        base: &Oid,
        limit: Option<Duration>,
    ) -> anyhow::Result<BTreeMap<Oid, Vec<Oid>>> {
        let mut found: BTreeMap<Oid, BTreeSet<Oid>> = BTreeMap::new();
        let mut note = |of: &Oid, by: &Oid| {
            found.entry(of.clone()).or_default().insert(by.clone());
        };
        let above = |of: &Oid, by: &Oid| of != by && self.graph.holds(&self.graph.descendants(of), by);
        let whole = groups.first().map(|g| g.commits.as_slice()).unwrap_or_default();
        let mut rolled_back = Vec::new();
        for made in self.made {
            let (named, releases) = suspect::takes_back(&made.message);
            // A revert may itself be reverted.
            named.iter().filter(|of| above(of, &made.commit)).for_each(|of| note(of, &made.commit));
            let opposite = self.essence(&made.patch).map(|e| e.inverse());
            for group in groups {
                let by_name = group.commits.iter().any(|c| named.contains(c));
                let by_whole = whole.iter().any(|c| named.contains(c));
                let by_change = opposite.is_some() && opposite == group.change;
                let is_part = group.change.is_some();
                if by_name || by_change || (by_whole && is_part) {
                    group
                        .commits
                        .iter()
                        .filter(|c| above(c, &made.commit))
                        .for_each(|c| note(c, &made.commit));
                }
            }
            if let Some((undone, back_to)) = releases {
                let at = |name: &str| self.tags.iter().find(|t| t.name == name).map(|t| &t.commit);
                let (Some(undone), Some(back_to)) = (at(&undone), at(&back_to)) else { continue };
                rolled_back.push(made.commit.clone());
                for commit in groups.iter().flat_map(|g| &g.commits) {
                    let set = self.graph.descendants(commit);
                    let lies_between = self.graph.holds(&set, undone) && !self.graph.holds(&set, back_to);
                    if lies_between && self.graph.holds(&set, &made.commit) {
                        note(commit, &made.commit);
                    }
                }
            }
        }
        if !rolled_back.is_empty() {
            for (merge, parents) in graph::merges_that_keep(&self.site.repo, tips, base, limit)? {
                for parent in parents.iter().filter(|p| rolled_back.contains(p)) {
                    note(parent, &merge);
                }
            }
        }
        Ok(found.into_iter().map(|(of, by)| (of, by.into_iter().collect())).collect())
    }
}
