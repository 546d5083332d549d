//! `hotfix status --json`.

use crate::engine::resolution::{Open, Resolution};
use crate::facts::Hotfix;
use crate::model::step::StepLine;
use serde_json::{Value, json};

pub(super) fn conflict_json(left: &Resolution) -> Value {
    json!({
        "branch": left.branch, "worktree": left.worktree.display().to_string(), "resolved": left.commit.is_some(),
        "paths": left.open.iter().filter_map(Open::path).collect::<Vec<_>>(),
    })
}

pub(super) fn hotfix_json(hotfix: &Hotfix, tag: Option<&str>) -> Value {
    let incident = hotfix.incident.as_ref();
    json!({
        "id": hotfix.id(),
        "name": hotfix.name,
        "title": hotfix.title(),
        "branch": hotfix.branch,
        "severity": incident.and_then(|i| i.severity),
        "status": incident.map(|i| i.status()),
        "tag": incident.and_then(|i| i.tag.clone()),
        "next_tag": tag,
        "base": incident.and_then(|i| i.base.clone()),
        "worktree": incident.and_then(|i| i.worktree.clone()),
        "started_at": incident.map(|i| i.started_at),
        "ended": incident.and_then(|i| i.end),
        "review_status": incident.map(|i| i.review_status),
    })
}

pub(super) fn steps_json(lines: &[StepLine]) -> Vec<Value> {
    lines.iter().map(|l| json!({ "id": l.step, "state": l.state, "detail": l.detail })).collect()
}
