//! Production's own line: its commits from parent to first parent. Whoever may push tags can put one on any commit
//! that a merge brought; what was in production is what stood on this line.

use super::Result;
use super::repo::Repo;
use crate::git::access::Access;
use crate::model::oid::Oid;
use std::collections::HashMap;

/// How far back it is read.
const LONGEST: usize = 5_000;

/// The line below one commit, newest first.
#[derive(Debug, Default)]
pub struct Line {
    /// Where each of its commits is, 0 being the newest, with its tree.
    places: HashMap<Oid, usize>,
    trees: Vec<Oid>,
    /// Where what a merge brought was brought.
    sides: HashMap<Oid, usize>,
}

impl Line {
    /// Reads it.
    ///
    /// # Errors
    /// When history cannot be read.
    pub fn of(repo: &Repo, tip: &Oid) -> Result<Self> {
        let run = repo
            .call("log")
            .args(["--first-parent", "--no-show-signature", "--format=%H %T %P"])
            .args([format!("--max-count={LONGEST}").as_str(), tip.as_str(), "--"]);
        let text = repo.git().text(run)?;
        let mut line = Self::default();
        for (place, row) in text.lines().enumerate() {
            let mut words = row.split(' ').filter_map(Oid::parse);
            let (Some(oid), Some(tree)) = (words.next(), words.next()) else { continue };
            line.places.insert(oid, place);
            line.trees.push(tree);
            for side in words.skip(1) {
                line.sides.insert(side, place);
            }
        }
        Ok(line)
    }

    /// Where a commit stands on it: there itself, or as what a merge brought.
    pub fn place(&self, commit: &Oid) -> Option<usize> {
        self.places.get(commit).or_else(|| self.sides.get(commit)).copied()
    }

    /// Whether it is one of the line's own commits.
    pub fn has(&self, commit: &Oid) -> bool {
        self.places.contains_key(commit)
    }

    /// Whether what a merge brought is all that the merge then was: production was that.
    ///
    /// # Errors
    /// When the commit cannot be read.
    pub fn was(&self, repo: &Repo, commit: &Oid) -> Result<bool> {
        let tree = self.place(commit).and_then(|place| self.trees.get(place));
        Ok(self.has(commit) || tree == Some(&repo.commit(commit)?.tree))
    }
}
