//! The same fix in other commits (cherry-picks, squashes, forward-ports), and what was taken back.

use crate::facts::fix::Fix;
use crate::facts::workspace::Workspace;
use crate::git::history;
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
    pub workspace: &'a Workspace,
    pub fix: &'a Fix,
    pub change: &'a Patch,
    pub paths: &'a [&'a str],
    pub made: &'a [Made],
    /// What the candidates changed in those paths, as far as it was looked at.
    pub faults: &'a [Made],
    pub graph: &'a Graph,
    pub tags: &'a [Tag],
}

/// Commits that bring the same thing, and the change it is.
pub struct Group {
    commits: Vec<Oid>,
    change: Option<Essence>,
}

/// What is looked for in history.
pub struct Sought {
    pub fix: affected::Fix,
    /// For each candidate the other commits that bring the same.
    pub copies: BTreeMap<Oid, Vec<Oid>>,
    pub groups: Vec<Group>,
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

    /// The fix with all its copies, the copies of the candidates, and everything that may have been
    /// taken back.
    pub fn sought(&self, candidates: &[Candidate]) -> Sought {
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
        let mut faults = BTreeMap::new();
        for candidate in candidates {
            let fault = self.faults.iter().find(|m| m.commit == candidate.commit);
            let change = fault.and_then(|m| self.essence(&m.patch));
            let group = self.group(std::slice::from_ref(&candidate.commit), change);
            let copies = group.commits.iter().filter(|c| **c != candidate.commit).cloned().collect();
            faults.insert(candidate.commit.clone(), copies);
            // Only its copies are of interest: what takes a fault back says so.
            groups.push(Group { change: None, ..group });
        }
        Sought { fix: affected::Fix { whole, parts }, copies: faults, groups }
    }

    /// Whether a commit is an ancestor of another.
    fn above(&self, old: &Oid, new: &Oid) -> bool {
        old != new && self.graph.holds(&self.graph.descendants(old), new)
    }

    /// The commits of two releases that a rollback names.
    fn ends(&self, undone: &str, back_to: &str) -> Option<(&Oid, &Oid)> {
        let at = |name: &str| self.tags.iter().find(|t| t.name == name).map(|t| &t.commit);
        Some((at(undone)?, at(back_to)?))
    }

    /// Whether a commit came with what such a rollback undid.
    fn between(&self, commit: &Oid, (undone, back_to): (&Oid, &Oid)) -> bool {
        let set = self.graph.descendants(commit);
        self.graph.holds(&set, undone) && !self.graph.holds(&set, back_to)
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
        let whole = groups.first().map(|g| g.commits.as_slice()).unwrap_or_default();
        let mut rolled_back = Vec::new();
        for made in self.made {
            let by = &made.commit;
            let (named, releases) = suspect::takes_back(&made.message);
            // A revert may itself be reverted.
            named.iter().filter(|of| self.above(of, by)).for_each(|of| note(of, by));
            let opposite = self.essence(&made.patch).map(|e| e.inverse());
            let ends = releases.and_then(|(undone, back_to)| self.ends(&undone, &back_to));
            if ends.is_some() {
                rolled_back.push(by.clone());
            }
            for group in groups {
                let is_fix = group.change.is_some();
                let by_change = opposite.is_some() && opposite == group.change;
                let by_whole = is_fix && whole.iter().any(|c| named.contains(c));
                let is_meant = |c: &&Oid| {
                    named.contains(c)
                        || ((by_change || by_whole) && self.above(c, by))
                        || ends.is_some_and(|ends| self.between(c, ends) && self.above(c, by))
                };
                let meant: Vec<&Oid> = group.commits.iter().filter(is_meant).collect();
                // What brought the fix by merging one of them goes with it; a copy of its own does not.
                let goes = |c: &&Oid| {
                    let lies_on_top = meant.iter().any(|m| m == c || self.above(m, c));
                    lies_on_top && !self.above(by, c)
                };
                group.commits.iter().filter(goes).for_each(|c| note(c, by));
            }
        }
        if !rolled_back.is_empty() {
            for merge in history::merges_that_keep(&self.workspace.repo, tips, base, limit)? {
                for parent in merge.parents.iter().filter(|p| rolled_back.contains(p)) {
                    note(parent, &merge.oid);
                }
            }
        }
        Ok(found.into_iter().map(|(of, by)| (of, by.into_iter().collect())).collect())
    }
}
