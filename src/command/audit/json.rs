//! The answer as JSON.

use super::words;
use crate::facts::audit::{Audit, Audited, Found};
use crate::insight::presence::Standing;
use chrono::{DateTime, Utc};
use serde_json::{Value, json};

/// The document.
pub fn document(audit: &Audit) -> Value {
    let number = |standing: Standing| audit.fixes.iter().filter(|f| f.standing == standing).count();
    json!({
        "fixes": audit.fixes.iter().map(|fix| one(audit, fix)).collect::<Vec<_>>(),
        "lost": number(Standing::Lost),
        "unknown": number(Standing::Unknown),
        "changed": number(Standing::Changed),
        "accepted": number(Standing::Accepted),
        "warnings": audit.warnings,
    })
}

fn one(audit: &Audit, fix: &Audited) -> Value {
    let oid = |place| audit.graph.oid(place);
    let newest = fix.own.last().copied().unwrap_or(fix.fix.tip);
    let at: Option<DateTime<Utc>> = DateTime::from_timestamp(fix.fix.seconds, 0);
    json!({
        "name": fix.fix.name,
        "tag": fix.fix.tag,
        "commit": oid(newest),
        "state": fix.standing.as_str(),
        "incident": fix.fix.incident,
        "commits": fix.own.iter().filter_map(|place| oid(*place)).collect::<Vec<_>>(),
        "brought_by": oid(fix.fix.brought),
        "at": at.map(|at| at.to_rfc3339()),
        "released": !fix.is_unreleased,
        "targets": fix.places.iter().map(|place| target(audit, fix, place)).collect::<Vec<_>>(),
    })
}

fn target(audit: &Audit, fix: &Audited, place: &Found) -> Value {
    let verdict = &place.verdict;
    json!({
        "ref": place.branch.name,
        "present": verdict.is_present(),
        "by": verdict.by.map(|by| by.as_str()),
        "state": verdict.standing.as_str(),
        "tip": place.branch.tip,
        "because": verdict.why.commit().and_then(|place| audit.graph.oid(place)),
        "note": words::why(audit, fix, place),
        "paths": verdict.paths,
        "repair": place.repair.commands,
        "look": place.repair.look,
    })
}
