//! Which releases carry a fault and which have its fix, from history alone. Candidates, never causes:
//! blame knows who wrote a line, not what went wrong.

use super::graph::{Graph, Reach};
use super::suspect::By;
use crate::model::oid::Oid;
use crate::model::version::{TagScheme, by_precedence};
use chrono::{DateTime, Utc};
use semver::Version;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A release and where it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tag {
    pub name: String,
    pub scheme: TagScheme,
    pub version: Version,
    pub commit: Oid,
}

/// A commit that may have brought the fault.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Candidate {
    pub commit: Oid,
    pub subject: String,
    /// When it was written.
    pub date: DateTime<Utc>,
    /// How many of the lines asked about it wrote.
    pub lines: usize,
    pub by: By,
    /// The lowest release that has it.
    pub first_tag: Option<String>,
    /// When that release was committed.
    pub released_at: Option<DateTime<Utc>>,
    /// A shallow clone ends here: the lines may be older.
    pub or_older: bool,
    /// The earlier attempt at the same fault, before which the lines were its.
    #[serde(default)]
    pub before: Option<Oid>,
}

/// A fix as history may hold it.
#[derive(Clone, Debug, Default)]
pub struct Fix {
    /// Commits each of which brings all of it.
    pub whole: Vec<Oid>,
    /// Its parts; each with the commits that bring that part.
    pub parts: Vec<Vec<Oid>>,
}

/// What a branch has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    /// A candidate, and not the fix.
    Affected,
    Fixed,
    /// A person resolved the merge that brought the fix without some of it.
    ByHand,
    /// Neither.
    Free,
}

/// A branch and what it has.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    pub branch: String,
    pub state: State,
    /// Files in which a merge by hand left the fix out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub without: Vec<String>,
}

/// Releases that follow each other, all affected.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Span {
    pub from: String,
    pub to: String,
    pub count: usize,
    /// The release to take instead: the next one of the same line that has the fix, else the
    /// next one at all.
    pub update_to: Option<String>,
}

/// The answer.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Affected {
    /// The ones that wrote most lines first.
    pub candidates: Vec<Candidate>,
    /// Commits that bring all of the fix: its own and its copies.
    #[serde(default)]
    pub fixes: Vec<Oid>,
    /// In the order of their versions.
    pub affected_tags: Vec<String>,
    pub fixed_tags: Vec<String>,
    /// Those of the fixed ones that were taken back: never offered.
    #[serde(default)]
    pub withdrawn: Vec<String>,
    pub spans: Vec<Span>,
    pub branches: Vec<Line>,
    /// Files of the fix without a line that a candidate wrote, when others have some.
    pub outside: Vec<String>,
    /// What could not be seen, in sentences.
    pub notes: Vec<String>,
}

impl Affected {
    /// Adds a fix for the same fault that came in the place of this one: what has it is fixed.
    pub fn join(&mut self, forward: &Self, releases: &[Tag]) {
        let has = |tag: &Tag| forward.fixed_tags.contains(&tag.name);
        let mut tags: Vec<&Tag> = releases.iter().collect();
        tags.sort_by(|a, b| a.scheme.cmp(&b.scheme).then(by_precedence(&a.version, &b.version)));
        let state = |tag: &Tag| match tag {
            tag if has(tag) || self.fixed_tags.contains(&tag.name) => State::Fixed,
            tag if self.affected_tags.contains(&tag.name) => State::Affected,
            _ => State::Free,
        };
        let states: Vec<(&Tag, State)> = tags.into_iter().map(|tag| (tag, state(tag))).collect();
        let spans = spans(&states, &self.withdrawn);
        let (affected, fixed) = (named(&states, State::Affected), named(&states, State::Fixed));
        (self.affected_tags, self.fixed_tags, self.spans) = (affected, fixed, spans);
        for line in &mut self.branches {
            let is_fixed = |other: &Line| other.branch == line.branch && other.state == State::Fixed;
            if forward.branches.iter().any(is_fixed) {
                line.state = State::Fixed;
            }
        }
        self.fixes.extend(forward.fixes.iter().cloned());
    }

    /// The releases with the fix that stand.
    pub fn standing(&self) -> Vec<&String> {
        self.fixed_tags.iter().filter(|tag| !self.withdrawn.contains(tag)).collect()
    }

    /// The earliest release that has a candidate.
    pub fn first_tag(&self) -> Option<&str> {
        self.first().and_then(|c| c.first_tag.as_deref())
    }

    /// The candidate that was released first.
    pub fn first(&self) -> Option<&Candidate> {
        self.candidates.iter().filter(|c| c.first_tag.is_some()).min_by_key(|c| c.released_at)
    }
}

/// What is judged.
pub struct Question<'a> {
    pub graph: &'a Graph,
    pub tags: &'a [Tag],
    pub branches: &'a [(String, Oid)],
    pub fix: &'a Fix,
    /// Other commits that bring what a candidate brought.
    pub copies: &'a BTreeMap<Oid, Vec<Oid>>,
    /// Which commits take back a commit.
    pub reverts: &'a BTreeMap<Oid, Vec<Oid>>,
    /// Merges that were resolved by hand without some of the fix, with the branch and the files.
    pub left_out: &'a [(String, Oid, Vec<String>)],
    /// Releases that say that they take one back, and the tag that they name.
    pub rollbacks: &'a [(Oid, String)],
    /// Of releases and branches whose content shows it, whether they have the fix.
    pub content: &'a BTreeMap<Oid, bool>,
}

impl Question<'_> {
    /// Where a commit is and is not taken back.
    fn has(&self, commit: &Oid, depth: usize) -> Reach {
        let mut set = self.graph.descendants(commit);
        // A message can claim anything, even that two commits revert each other.
        if depth < 8 {
            for revert in self.reverts.get(commit).into_iter().flatten() {
                set.remove(&self.has(revert, depth + 1));
            }
        }
        set
    }

    fn any(&self, commits: &[Oid]) -> Reach {
        let mut set = self.graph.nothing();
        for commit in commits {
            set.add(&self.has(commit, 0));
        }
        set
    }

    fn fixed(&self) -> Reach {
        let mut fixed = self.any(&self.fix.whole);
        let mut parts = self.fix.parts.iter();
        if let Some(first) = parts.next() {
            let mut all = self.any(first);
            for part in parts {
                all.keep(&self.any(part));
            }
            fixed.add(&all);
        }
        fixed
    }

    /// A branch and what it has. What a person left out there was decided, and is told as that.
    fn line(&self, branch: &str, tip: &Oid, state: State) -> Line {
        let here = self.left_out.iter().find(|(name, ..)| name == branch);
        match here.filter(|_| state != State::Free && self.content.get(tip) != Some(&true)) {
            Some((_, _, paths)) => {
                Line { branch: branch.to_owned(), state: State::ByHand, without: paths.clone() }
            }
            None => Line { branch: branch.to_owned(), state, without: Vec::new() },
        }
    }

    /// Releases with the fix that a later one takes back, by its own word or by a revert that is known, and
    /// indeed does not have it.
    fn withdrawn(&self, states: &[(&Tag, State)], fixed: &Reach) -> Vec<String> {
        let mut had = self.graph.nothing();
        let all = self.fix.whole.iter().chain(self.fix.parts.iter().flatten());
        all.for_each(|commit| had.add(&self.graph.descendants(commit)));
        let is_revert =
            |later: &Tag| self.graph.holds(&had, &later.commit) && !self.graph.holds(fixed, &later.commit);
        let taken_back = |later: &Tag| -> Vec<&str> {
            let by = self.rollbacks.iter().filter(|(by, _)| *by == later.commit);
            by.map(|(_, undone)| undone.as_str()).collect()
        };
        let lost = states.iter().filter(|(_, state)| *state == State::Affected).map(|(tag, _)| *tag);
        let takers: Vec<&Tag> =
            lost.filter(|later| is_revert(later) || !taken_back(later).is_empty()).collect();
        if takers.is_empty() {
            return Vec::new();
        }
        let is_withdrawn = |tag: &Tag| {
            let has = self.graph.descendants(&tag.commit);
            takers.iter().any(|later| {
                later.commit != tag.commit
                    && self.graph.holds(&has, &later.commit)
                    && (is_revert(later) || taken_back(later).contains(&tag.name.as_str()))
            })
        };
        let with_fix = states.iter().filter(|(_, state)| *state == State::Fixed);
        with_fix.filter(|(tag, _)| is_withdrawn(tag)).map(|(tag, _)| tag.name.clone()).collect()
    }

    /// Fills in where each candidate was released first, and which releases and branches have
    /// what. `released_at` tells when a release was committed.
    pub fn judge(
        &self,
        mut candidates: Vec<Candidate>,
        released_at: impl Fn(&Tag) -> Option<DateTime<Utc>>,
    ) -> Affected {
        let mut tags: Vec<&Tag> = self.tags.iter().collect();
        tags.sort_by(|a, b| a.scheme.cmp(&b.scheme).then(by_precedence(&a.version, &b.version)));
        let fixed = self.fixed();
        let mut faulty = self.graph.nothing();
        for candidate in &mut candidates {
            let has = self.has(&candidate.commit, 0);
            if let Some(first) = tags.iter().find(|t| self.graph.holds(&has, &t.commit)) {
                candidate.first_tag = Some(first.name.clone());
                candidate.released_at = released_at(first);
            }
            faulty.add(&has);
            faulty.add(&self.any(self.copies.get(&candidate.commit).map_or(&[], Vec::as_slice)));
        }
        candidates
            .sort_by(|a, b| b.lines.cmp(&a.lines).then(b.date.cmp(&a.date)).then(a.commit.cmp(&b.commit)));
        let mut by_hand = self.graph.nothing();
        self.left_out.iter().for_each(|(_, merge, _)| by_hand.add(&self.graph.descendants(merge)));
        // Content proves more than history: a backport in other words, a merge that dropped the fix.
        let state = |commit: &Oid| match (self.graph.holds(&fixed, commit), self.content.get(commit)) {
            (true, Some(false)) => State::Affected,
            // A release of the branch on which the merge left it out.
            (true, None) if self.graph.holds(&by_hand, commit) => State::Affected,
            (true, _) => State::Fixed,
            (false, has_fix) if self.graph.holds(&faulty, commit) => match has_fix {
                Some(true) => State::Fixed,
                _ => State::Affected,
            },
            (false, _) => State::Free,
        };
        let states: Vec<(&Tag, State)> = tags.into_iter().map(|t| (t, state(&t.commit))).collect();
        let withdrawn = self.withdrawn(&states, &fixed);
        let gone: Vec<&Tag> =
            states.iter().map(|(tag, _)| *tag).filter(|tag| withdrawn.contains(&tag.name)).collect();
        let is_gone = |commit: &Oid| {
            let has = self.graph.descendants(commit);
            gone.iter().any(|tag| self.graph.holds(&has, &tag.commit))
        };
        Affected {
            affected_tags: named(&states, State::Affected),
            fixed_tags: named(&states, State::Fixed),
            spans: spans(&states, &withdrawn),
            branches: self.branches.iter().map(|(branch, tip)| self.line(branch, tip, state(tip))).collect(),
            fixes: self
                .fix
                .whole
                .iter()
                .filter(|c| self.graph.find(c).is_some() && !is_gone(c))
                .cloned()
                .collect(),
            candidates,
            withdrawn,
            ..Affected::default()
        }
    }
}

fn named(states: &[(&Tag, State)], wanted: State) -> Vec<String> {
    states.iter().filter(|(_, s)| *s == wanted).map(|(t, _)| t.name.clone()).collect()
}

/// Affected releases that follow each other, of one package. What was withdrawn is not offered instead.
fn spans(states: &[(&Tag, State)], withdrawn: &[String]) -> Vec<Span> {
    let mut spans: Vec<Span> = Vec::new();
    let mut open: Option<(&Tag, &Tag, usize)> = None;
    let mut close = |run: (&Tag, &Tag, usize)| {
        let (from, to, count) = run;
        let above = |t: &&Tag| {
            let is_above = t.scheme == to.scheme && by_precedence(&t.version, &to.version).is_gt();
            is_above && !withdrawn.contains(&t.name)
        };
        let fixed: Vec<&Tag> =
            states.iter().filter(|(_, s)| *s == State::Fixed).map(|(t, _)| *t).filter(above).collect();
        let line = |t: &&&Tag| (t.version.major, t.version.minor) == (to.version.major, to.version.minor);
        let update_to = fixed.iter().find(line).or_else(|| fixed.first()).map(|t| t.name.clone());
        spans.push(Span { from: from.name.clone(), to: to.name.clone(), count, update_to });
    };
    for (tag, state) in states {
        open = match (open, *state == State::Affected) {
            (Some((from, _, count)), true) if from.scheme == tag.scheme => Some((from, *tag, count + 1)),
            (run, affected) => {
                if let Some(run) = run {
                    close(run);
                }
                affected.then_some((*tag, *tag, 1))
            }
        };
    }
    if let Some(run) = open {
        close(run);
    }
    spans
}

/// The schemes of the packages that a change lies in, by the names in its paths; empty when the
/// repository releases as a whole, or the paths say nothing.
pub fn packages<'a>(schemes: impl Iterator<Item = &'a TagScheme>, paths: &[&str]) -> Vec<TagScheme> {
    let inside = |package: &str| {
        paths.iter().any(|path| path.rsplit('/').skip(1).any(|folder| folder.eq_ignore_ascii_case(package)))
    };
    schemes.filter(|s| s.package().is_some_and(inside)).cloned().collect()
}

#[cfg(test)]
#[path = "affected_tests.rs"]
mod tests;
