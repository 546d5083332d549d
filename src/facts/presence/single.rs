//! Whether one place has one fix, for those who ask about a single hotfix.

use super::Series;
use super::{Answer, Asked, Holder, Presence, Subject};
use crate::config::Guard;
use crate::git::Repo;
use crate::git::history::{self, Detail};
use crate::insight::graph::{Graph, Node};
use crate::insight::presence::{Decision, Verdict, Why};
use crate::model::oid::Oid;
use crate::model::text::{safe, shorten};
use std::collections::BTreeSet;

/// The judgement about one place.
#[derive(Clone, Debug)]
pub struct Single {
    pub verdict: Verdict,
    /// What took the fix out, in words: `abc1234 (subject)`.
    pub culprit: Option<String>,
}

impl Single {
    /// Whether the fix came here and was lost again.
    pub const fn was_lost(&self) -> bool {
        matches!(self.verdict.why, Why::Dropped(_) | Why::Reverted(_) | Why::Undone(_))
            && matches!(self.verdict.standing, crate::insight::presence::Standing::Lost)
    }
}

/// Judges places, in their order.
///
/// # Errors
/// When history cannot be read.
pub fn judge_places(
    repo: &Repo,
    guard: &Guard,
    fix: Series<'_>,
    places: &[(&Oid, Option<Decision>)],
) -> anyhow::Result<Vec<Option<Single>>> {
    let mut tips: Vec<&Oid> = places.iter().map(|(tip, _)| *tip).chain([fix.tip]).collect();
    tips.sort();
    tips.dedup();
    let cut: BTreeSet<Oid> = repo.cut()?.into_iter().collect();
    let past = history::read(repo, &tips, Some(fix.base), Detail::Messages, None)?;
    let graph = Graph::new(past, &cut);
    let Some(tip) = graph.find(fix.tip) else { return Ok(vec![None; places.len()]) };
    let subject = Subject {
        tip,
        base: graph.find(fix.base),
        own: fix.own.iter().rev().filter_map(|own| graph.find(own)).collect(),
        ..Subject::default()
    };
    let holders: Vec<Option<Holder>> = places.iter().map(|(tip, _)| Holder::new(&graph, tip)).collect();
    let known: Vec<Holder> = holders.iter().flatten().cloned().collect();
    let asked = |(holder, (_, decision)): (usize, &(&Oid, Option<Decision>))| Asked {
        subject: 0,
        holder,
        is_owed: true,
        decision: decision.clone(),
    };
    let here = places.iter().zip(&holders).filter(|(_, holder)| holder.is_some()).map(|(place, _)| place);
    let asked: Vec<Asked> = here.enumerate().map(asked).collect();
    let presence =
        Presence { repo, guard, graph: &graph, subjects: std::slice::from_ref(&subject), holders: &known };
    let (_, answers) = presence.look(asked)?;
    let mut answers = answers.into_iter().map(|answer| single(&graph, answer));
    Ok(holders.iter().map(|holder| holder.as_ref().and_then(|_| answers.next())).collect())
}

fn single(graph: &Graph, answer: Answer) -> Single {
    let culprit = answer.verdict.why.commit().and_then(|place| graph.get(place)).map(told);
    Single { verdict: answer.verdict, culprit }
}

fn told(node: &Node) -> String {
    format!("{} ({})", node.oid.short(), shorten(&safe(node.subject()), 40))
}
