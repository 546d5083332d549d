//! Why a verdict is what it is, in words.

use crate::facts::audit::{Audit, Audited, Found};
use crate::insight::audit::spelling::{REVERTS, named_after};
use crate::insight::audit::verdict::{Standing, Why};
use crate::insight::graph::{Node, Place};
use crate::model::text::{safe, shorten};

/// The commit that a verdict blames.
pub const fn culprit(why: &Why) -> Option<Place> {
    match why {
        Why::Rewritten(place) | Why::ByHand(place) | Why::Undone(place) | Why::Dropped(place) => Some(*place),
        _ => None,
    }
}

/// The evidence, in a few words.
pub fn why(audit: &Audit, fix: &Audited, place: &Found) -> String {
    let verdict = &place.verdict;
    if let (Standing::Skipped, Some(reason)) = (verdict.standing, &place.skipped) {
        return shorten(&safe(reason), 60);
    }
    if verdict.standing == Standing::RolledBack {
        return match fix.fix.rolled_back_by {
            Some(by) => format!("by {}", commit(audit, by)),
            None => "as its record says".to_owned(),
        };
    }
    let paths = paths(&verdict.paths);
    let named = |at: &Place| commit(audit, *at);
    match &verdict.why {
        Why::There => verdict.by.map_or_else(String::new, |by| by.as_str().to_owned()),
        Why::Rewritten(at) => format!("rewritten since by {}", named(at)),
        Why::ByHand(at) if verdict.standing == Standing::Kept => {
            format!("joined by hand in {}", named(at))
        }
        Why::ByHand(at) => format!("merge {} changed its lines by hand: {paths}", short(audit, *at)),
        Why::Undone(at) if is_revert(audit, *at) => format!("reverted by {}", named(at)),
        Why::Undone(at) => format!("undone by {}: {paths}", short(audit, *at)),
        Why::Dropped(at) => format!("dropped in the merge {}: {paths}", short(audit, *at)),
        Why::Missing => "never brought here".to_owned(),
        Why::Partly => format!("only a part of it is here, not {paths}"),
        Why::NoSuchCode => format!("the code that it repaired is not here: {paths}"),
        Why::Differs => format!("these lines were changed on both sides: {paths}"),
        Why::CutOff => "history is cut off there".to_owned(),
        Why::Nothing => "it changed nothing that can be looked for".to_owned(),
    }
}

/// Whether a commit says that it reverts another.
pub fn is_revert(audit: &Audit, at: Place) -> bool {
    audit.graph.get(at).is_some_and(|node| !named_after(&node.message, REVERTS).is_empty())
}

fn short(audit: &Audit, at: Place) -> &str {
    audit.graph.oid(at).map_or("", |oid| oid.short())
}

fn commit(audit: &Audit, at: Place) -> String {
    let subject = audit.graph.get(at).map(Node::subject).unwrap_or_default();
    format!("{} ({})", short(audit, at), shorten(&safe(subject), 32))
}

fn paths(paths: &[String]) -> String {
    match paths {
        [] => String::new(),
        [one] => safe(one),
        [one, rest @ ..] => format!("{} and {} more", safe(one), rest.len()),
    }
}
