//! Why a verdict is what it is, in words.

use crate::facts::audit::{Audit, Audited, Found};
use crate::insight::audit::spelling::{REVERTS, named_after};
use crate::insight::graph::{Node, Place};
use crate::insight::presence::{Standing, Why};
use crate::model::text::{list, safe, shorten};

/// The evidence, in a few words.
pub fn why(audit: &Audit, fix: &Audited, place: &Found) -> String {
    let verdict = &place.verdict;
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
        Why::Moved(path) => format!("its lines are in {} now", safe(path)),
        Why::Rewritten(at) => format!("rewritten since by {}", named(at)),
        Why::Removed(at) if audit.graph.parents(*at).len() > 1 => {
            format!("removed in the merge {}: {paths}", short(audit, *at))
        }
        Why::Removed(at) => format!("removed since by {}: {paths}", named(at)),
        Why::Superseded(at) => {
            format!("the merge {} kept different code instead: {paths}", short(audit, *at))
        }
        Why::ByHand(at) if verdict.standing == Standing::Kept => {
            format!("merged by hand in {}", named(at))
        }
        Why::ByHand(at) => format!("the merge {} changed its lines by hand: {paths}", short(audit, *at)),
        Why::Reverted(at) => format!("reverted by {}: {paths}", named(at)),
        Why::Undone(at) if is_revert(audit, *at) => format!("reverted by {}: {paths}", named(at)),
        Why::Undone(at) => format!("undone by {}, which has the old lines again: {paths}", named(at)),
        Why::Dropped(at) => format!("dropped in the merge {}: {paths}", short(audit, *at)),
        Why::Nearly(gone, all) => {
            format!(
                "{gone} of its {all} lines are back as they were, and the code was changed since: \
                     {paths}"
            )
        }
        Why::Missing => format!("never brought here: {paths}"),
        Why::Partly => format!("only a part of it was brought here, not {paths}"),
        Why::ToGo => format!("never brought here; its own lines say that they are to go again: {paths}"),
        Why::NoSuchCode => format!("the code that it repaired is not here: {paths}"),
        Why::Differs => format!("the code differs here, and no commit shows why: {paths}"),
        Why::CutOff => "history is cut off there".to_owned(),
        Why::Unread => format!("could not be read: {paths}"),
        Why::Nothing => "it changed nothing that can be searched for".to_owned(),
        // A decision is told whole: what it left out is in no other list.
        Why::Resolved => {
            let all: Vec<String> = verdict.paths.iter().map(|path| safe(path)).collect();
            format!("a person resolved the merge without it: {}", list(&all))
        }
        Why::Decided(reason) => shorten(&safe(reason), 60),
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
