//! Which commits say that they take another one back.

use super::Subject;
use crate::insight::audit::spelling::{REVERTS, named_after};
use crate::insight::graph::{Graph, Node, Place};
use std::collections::BTreeSet;

/// Every commit of a history that says it reverts something.
pub struct Reverts<'a> {
    graph: &'a Graph,
    all: Vec<Revert<'a>>,
}

struct Revert<'a> {
    by: Place,
    /// The commits that it names, as far as they are here.
    of: Vec<Place>,
    /// The subject that it quotes.
    subject: Option<&'a str>,
}

impl<'a> Reverts<'a> {
    /// Reads the messages.
    pub fn of(graph: &'a Graph) -> Self {
        let all = graph
            .iter()
            .filter_map(|(by, node)| {
                let of: Vec<Place> =
                    named_after(&node.message, REVERTS).iter().filter_map(|name| graph.named(name)).collect();
                let subject = quoted(node.subject());
                (!of.is_empty() || subject.is_some()).then_some(Revert { by, of, subject })
            })
            .collect();
        Self { graph, all }
    }

    /// Those that revert a fix: one of its commits or copies, or a merge that brought it.
    pub fn reverting(&self, fix: &Subject) -> BTreeSet<Place> {
        let commits: BTreeSet<Place> =
            fix.own.iter().chain(&fix.brought).chain(std::iter::once(&fix.tip)).copied().collect();
        let subjects: BTreeSet<&str> =
            commits.iter().filter_map(|place| self.graph.get(*place)).map(plain).collect();
        let takes_back = |revert: &&Revert<'_>| {
            // Nothing can be taken back before it was made.
            revert.by < fix.tip.max(commits.iter().copied().max().unwrap_or(0))
                && (revert.subject.is_some_and(|subject| subjects.contains(subject))
                    || revert.of.iter().any(|of| {
                        commits.contains(of) || self.is_copy(*of, &subjects) || self.brought(*of, fix.tip)
                    }))
        };
        self.all.iter().filter(takes_back).map(|revert| revert.by).collect()
    }

    /// Whether a commit has the subject of one of these, as a cherry-pick has.
    fn is_copy(&self, of: Place, subjects: &BTreeSet<&str>) -> bool {
        self.graph.get(of).is_some_and(|node| !node.is_merge() && subjects.contains(plain(node)))
    }

    /// Whether a commit is a merge by which its branch got another one.
    fn brought(&self, merge: Place, tip: Place) -> bool {
        match self.graph.parents(merge) {
            [main, _, ..] => self.graph.only(merge, &[*main]).contains(&tip),
            _ => false,
        }
    }
}

/// A subject without the number of a request: `Fix it (#12)`.
fn plain(node: &Node) -> &str {
    let subject = node.subject();
    match subject.rsplit_once(" (#") {
        Some((title, number)) if number.ends_with(')') => title,
        _ => subject,
    }
}

/// `x` in `Revert "x"` and `Revert "x (#12)" (#13)`.
fn quoted(subject: &str) -> Option<&str> {
    let inner = subject.strip_prefix("Revert \"")?;
    let inner = inner.get(..inner.rfind('"')?)?;
    Some(match inner.rsplit_once(" (#") {
        Some((title, number)) if number.ends_with(')') => title,
        _ => inner,
    })
}
