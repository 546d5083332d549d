//! The commands that bring a lost fix back. They work as printed.

use super::words::is_revert;
use crate::facts::audit::{Audit, Audited, Found, Kind};
use crate::insight::presence::{Standing, Why};
use crate::model::name::slug;
use crate::model::text::shell_word;

/// More commits than this are named as a range, where they follow each other.
const ONE_BY_ONE: usize = 6;

/// What to type; nothing where nothing is lost.
pub fn commands(audit: &Audit, fix: &Audited, place: &Found) -> Vec<String> {
    if place.verdict.standing != Standing::Lost {
        return Vec::new();
    }
    if fix.fix.record.as_ref().is_some_and(|r| r.is_open) {
        return vec![format!("hotfix finish {}", shell_word(&fix.fix.name))];
    }
    let undo = match place.verdict.why {
        Why::Undone(at) | Why::Reverted(at) if is_revert(audit, at) => {
            audit.graph.oid(at).map(|oid| format!("git revert --no-edit {}", oid.short()))
        }
        _ => None,
    };
    let Some(bring) = undo.or_else(|| pick(audit, fix, place)) else { return Vec::new() };
    let branch = shell_word(&place.branch.name);
    let name = slug(&format!("restore-{}", fix.fix.name));
    match place.branch.kind {
        Kind::MergeBack => {
            let push = audit.remote.as_ref().map(|to| format!("git push {} {branch}", shell_word(to)));
            std::iter::once(format!("git switch {branch} && {bring}")).chain(push).collect()
        }
        Kind::Production => vec![format!("hotfix start {name}"), bring],
        Kind::Line => {
            let from = place.branch.newest.as_ref().or(fix.fix.tag.as_ref());
            let from = from.map(|tag| format!(" --from {}", shell_word(tag))).unwrap_or_default();
            vec![format!("hotfix start {name}{from} --line"), bring]
        }
        // A tag stays as it is: the next release of production has what production has then.
        Kind::Release => Vec::new(),
    }
}

fn pick(audit: &Audit, fix: &Audited, place: &Found) -> Option<String> {
    let graph = &audit.graph;
    let short = |place: &usize| graph.oid(*place).map(|oid| oid.short().to_owned());
    let names: Vec<String> = place.owed.iter().filter_map(short).collect();
    let is_row = place.owed.iter().zip(place.owed.iter().skip(1)).all(|(a, b)| *graph.parents(*b) == [*a]);
    match names.as_slice() {
        [] => {
            let brought = graph.get(fix.fix.brought)?;
            let main = if brought.is_merge() { "-m 1 " } else { "" };
            Some(format!("git cherry-pick -x {main}{}", brought.oid.short()))
        }
        // A range takes along what lies in between.
        [first, .., last] if is_row && names.len() > ONE_BY_ONE => {
            Some(format!("git cherry-pick -x {first}^..{last}"))
        }
        names => Some(format!("git cherry-pick -x {}", names.join(" "))),
    }
}
