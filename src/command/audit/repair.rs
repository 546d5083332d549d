//! The commands that bring a lost fix back. They work as printed.

use super::words::is_revert;
use crate::facts::audit::{Audit, Audited, Found, Kind};
use crate::insight::audit::verdict::{Standing, Why};
use crate::model::text::shell_word;

/// More commits than this are named as a range.
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
        Why::Undone(at) if is_revert(audit, at) => {
            audit.graph.oid(at).map(|oid| format!("git revert {}", oid.short()))
        }
        _ => None,
    };
    let Some(bring) = undo.or_else(|| pick(audit, fix)) else { return Vec::new() };
    let branch = &place.branch.name;
    match place.branch.kind {
        Kind::MergeBack => vec![format!("git switch {} && {bring}", shell_word(branch))],
        Kind::Production => vec![format!("hotfix start restore-{}", slug(&fix.fix.name)), bring],
        Kind::Line => {
            let from = fix.fix.tag.as_deref().map(|tag| format!(" --from {}", shell_word(tag)));
            let start =
                format!("hotfix start restore-{}{} --line", slug(&fix.fix.name), from.unwrap_or_default());
            vec![start, bring]
        }
        // A tag stays as it is: the next release of production has what production has then.
        Kind::Release => Vec::new(),
    }
}

fn pick(audit: &Audit, fix: &Audited) -> Option<String> {
    let short = |place: &usize| audit.graph.oid(*place).map(|oid| oid.short().to_owned());
    let own: Vec<String> = fix.own.iter().filter_map(short).collect();
    match own.as_slice() {
        [] => {
            let brought = audit.graph.get(fix.fix.brought)?;
            let main = if brought.is_merge() { "-m 1 " } else { "" };
            Some(format!("git cherry-pick -x {main}{}", brought.oid.short()))
        }
        [first, .., last] if own.len() > ONE_BY_ONE => Some(format!("git cherry-pick -x {first}^..{last}")),
        own => Some(format!("git cherry-pick -x {}", own.join(" "))),
    }
}

/// A name for a hotfix, from whatever a fix is called.
fn slug(name: &str) -> String {
    let plain = |c: char| {
        if c.is_ascii_alphanumeric() || c == '.' || c == '_' { c.to_ascii_lowercase() } else { '-' }
    };
    let slug: String = name.chars().map(plain).take(40).collect();
    slug.trim_matches(['-', '.']).to_owned()
}
