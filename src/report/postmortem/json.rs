//! The facts of a post-mortem as one JSON document.

use super::Facts;
use crate::insight::metrics::{Metric, Metrics};
use crate::model::checklist::Standing;
use crate::model::done_when;
use crate::model::event::Kind;
use crate::report::public::answers::Answers;
use crate::report::timeline;
use serde_json::{Value, json};

/// The same facts as one JSON document.
pub fn json(facts: &Facts<'_>) -> Value {
    let incident = facts.incident;
    let m = Metrics::of(incident);
    json!({
        "schema": 1,
        "id": incident.id,
        "name": incident.name,
        "title": incident.title,
        "severity": incident.severity,
        "status": incident.status(),
        "reasons": incident.reasons,
        "detected_by": incident.detected_by,
        "branch": incident.branch,
        "base": incident.base,
        "base_tag": facts.base_tag,
        "previous_tag": facts.previous_tag,
        "tag": incident.tag,
        "started_at": incident.started_at,
        "metrics": {
            "ttd": m.ttd,
            "tta": m.tta,
            "tti": m.tti,
            "ttm": m.ttm,
            "ttr": m.ttr,
            "ttr_final": m.ttr_final,
            "ttr_from_declared": m.ttr_declared,
            "repair": m.repair,
            "impact": m.impact,
            "legs": m.legs,
        },
        "timeline": timeline::events(incident),
        "checks": checks(facts.checks),
        "commits": commits(facts),
        "stat": facts.stat,
        "affected": facts.affected,
        "tested": facts.tested,
        "followups": followups(facts),
        "targets": pairs(facts.targets, "branch", "state"),
        "earlier": pairs(facts.earlier, "id", "title"),
        "parts": facts.parts.iter().map(part).collect::<Vec<_>>(),
        "tool_version": facts.tool_version,
    })
}

/// What is about the commits of one hotfix that belongs to the incident.
fn part(facts: &Facts<'_>) -> Value {
    let i = facts.incident;
    json!({
        "id": i.id,
        "name": i.name,
        "branch": i.branch,
        "base": i.base,
        "base_tag": facts.base_tag,
        "tag": i.tag,
        "undone": i.undone(),
        "checks": checks(facts.checks),
        "commits": commits(facts),
        "stat": facts.stat,
        "affected": facts.affected,
        "tested": facts.tested,
        "targets": pairs(facts.targets, "branch", "state"),
    })
}

fn commits(facts: &Facts<'_>) -> Vec<Value> {
    facts.commits.iter().map(|c| json!({ "commit": c.commit, "subject": c.subject })).collect()
}

fn pairs(list: &[(String, String)], first: &str, second: &str) -> Vec<Value> {
    list.iter().map(|(a, b)| json!({ first: a, second: b })).collect()
}

/// The same for readers outside, from facts that are public already.
pub fn json_public(facts: &Facts<'_>, answers: &Answers) -> Value {
    let incident = facts.incident;
    let m = Metrics::of(incident);
    // How a number could still be recorded is of no use outside.
    let number = |metric: &Metric| json!({ "seconds": metric.seconds, "from": metric.from.name, "to": metric.to.name });
    let timeline: Vec<Value> = timeline::rows(incident, timeline::Scope::Curated)
        .into_iter()
        .map(|row| json!({ "at": row.at, "kind": row.kind, "text": row.text }))
        .collect();
    json!({
        "schema": 1,
        "id": incident.id,
        "title": incident.title,
        "severity": incident.severity,
        "status": incident.status(),
        "symptom": incident.symptom,
        "impact": incident.impact,
        "workaround": incident.workaround,
        "detected_by": incident.detected_by,
        "tag": incident.tag,
        "metrics": {
            "impact": number(&m.impact),
            "ttd": number(&m.ttd),
            "ttm": number(&m.ttm),
            "ttr": number(&m.ttr),
        },
        "timeline": timeline,
        "answers": {
            "summary": answers.summary,
            "impact": answers.impact,
            "causes": answers.causes,
            "actions": answers.actions,
        },
        "tool_version": facts.tool_version,
    })
}

fn checks(checks: &[Standing]) -> Vec<Value> {
    let json = |check: &Standing| {
        let answer = check.answer.as_ref();
        json!({
            "id": check.item.id,
            "question": check.item.question,
            "state": check.state,
            "by": answer.map(|a| &a.by),
            "reason": answer.and_then(|a| a.reason.as_ref()),
            "tree": answer.and_then(|a| a.tree.as_ref()),
        })
    };
    checks.iter().map(json).collect()
}

fn followups(facts: &Facts<'_>) -> Vec<Value> {
    let topics = facts.incident.topics(&Kind::Followup);
    let json = topics.iter().map(|topic| {
        let (text, done_when) = done_when::of(topic);
        let met = facts.followups.get(&topic.id);
        let f = &topic.followup;
        json!({
            "id": topic.id, "text": text, "said": topic.state, "done_when": done_when, "state": met,
            "owner": f.owner, "due": f.due, "ticket": f.ticket,
        })
    });
    json.collect()
}
