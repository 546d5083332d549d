//! Views that several commands share: the checklist, and a finish plan as data.

use super::step_view;
use crate::command::Session;
use crate::facts::{Hotfix, Workspace, scope};
use crate::git::fetch;
use crate::model::checklist::{Standing, State};
use crate::model::plan::{FinishPlan, Progress, pushes, steps_json};
use crate::model::text::{count, safe, shell_word};
use crate::terminal::style::{Tone, pad, width};
use serde_json::{Value, json};

/// What to type next and why, in order; the first one is what scripts are told.
pub fn next(session: &Session, lines: &[(String, &str)]) -> Value {
    let whys: Vec<&str> = lines.iter().map(|(_, why)| *why).collect();
    session.ui.say("");
    session.ui.say(format!("Next: {}", whys.join(", then ")));
    for (command, _) in lines {
        session.ui.say(format!("  {command}"));
    }
    let first = lines.first().map(|(command, why)| json!({ "command": command, "why": why }));
    first.unwrap_or(Value::Null)
}

/// The checklist, one item a line.
pub fn checklist(session: &Session, standings: &[Standing]) {
    let wide = width(standings.iter().map(|s| s.item.id.as_str()));
    for standing in standings {
        let (tone, words) = words(standing);
        let id = pad(&standing.item.id, wide);
        session.ui.answer(format!("  {} {id}  {words}", sign(session, standing.state, tone)));
    }
}

fn sign(session: &Session, state: State, tone: Tone) -> String {
    match state {
        State::Waived => tone.paint(session.ui.symbols.skipped),
        _ => session.ui.sign(tone),
    }
}

fn words(standing: &Standing) -> (Tone, String) {
    let (tone, words) = told(standing);
    let is_theirs = standing.answer.as_ref().is_some_and(|a| !a.own);
    let counts = matches!(standing.state, State::Pass | State::Waived | State::Fail);
    (tone, if is_theirs && counts { format!("{words} (in another clone)") } else { words })
}

fn told(standing: &Standing) -> (Tone, String) {
    let by = |by: &str| safe(by);
    match (standing.state, &standing.answer) {
        (State::Pass, Some(a)) => match &a.command {
            Some(command) => (Tone::Good, format!("passed: {}", safe(command))),
            None if a.review => (Tone::Good, format!("approved by {}", by(&a.by))),
            None => (Tone::Good, format!("yes, said {}", by(&a.by))),
        },
        (State::Fail, Some(a)) if a.review => (
            Tone::Bad,
            format!("rejected by {}: {}", by(&a.by), safe(a.reason.as_deref().unwrap_or_default())),
        ),
        (State::Fail, Some(a)) => {
            let why = a.reason.as_deref().map_or_else(|| format!("no, said {}", by(&a.by)), safe);
            (Tone::Bad, why)
        }
        (State::Waived, Some(a)) => {
            (Tone::Attention, format!("waived: {}", safe(a.reason.as_deref().unwrap_or_default())))
        }
        (State::Stale, _) => {
            (Tone::Attention, format!("the branch changed since: {}", standing.item.question))
        }
        (State::Open, Some(a)) if a.self_review => {
            (Tone::Attention, format!("only by {}, who wrote the change", by(&a.by)))
        }
        _ if !standing.item.required => (Tone::Dim, format!("{} (optional)", standing.item.question)),
        _ => (Tone::Dim, standing.item.question.clone()),
    }
}

/// What is worth knowing about the size of a hotfix, long before `finish` refuses it.
pub fn size(session: &Session, workspace: &Workspace, hotfix: &Hotfix) -> anyhow::Result<()> {
    let view = fetch::last_known(&workspace.repo, workspace.remote())?;
    let Some(measured) = scope::of_hotfix(workspace, &view, hotfix)? else { return Ok(()) };
    let (scope, guard) = (&measured.scope, &workspace.config.guard);
    let mut remarks = scope.remarks(guard);
    if scope.size.is_too_large() {
        let files = count(usize::try_from(scope.size.files).unwrap_or(usize::MAX), "file");
        remarks.insert(
            0,
            format!("{} lines in {files}: finish will refuse it without --allow-large", scope.size.lines),
        );
    }
    if !remarks.is_empty() {
        session.ui.say("");
    }
    for remark in remarks {
        session.ui.say(Tone::Attention.paint(safe(&remark)));
    }
    Ok(())
}

/// What is said of a release that hotfix does not deploy while something else still waits.
pub fn deploy_now(tag: &str, name: &str) -> [String; 2] {
    [
        format!("Deploy {} now: it waits for no merge. Record it afterwards:", safe(tag)),
        format!("  hotfix mark deployed --hotfix {}", shell_word(name)),
    ]
}

/// What looks whether a release works that was deployed by hand.
pub fn verify_by_hand(workspace: &Workspace, name: &str) -> Option<(String, &'static str)> {
    (!workspace.config.verify.is_empty())
        .then(|| (format!("hotfix verify {}", shell_word(name)), "look whether it works"))
}

/// The checklist as `status` and `check` give it in JSON.
pub fn checks_json(standings: &[Standing]) -> Vec<Value> {
    standings
        .iter()
        .map(|s| {
            json!({
                "id": s.item.id,
                "question": s.item.question,
                "state": s.state,
                "by": s.answer.as_ref().map(|a| a.by.clone()),
                "tree": s.answer.as_ref().and_then(|a| a.tree.clone()),
                "reason": s.answer.as_ref().and_then(|a| a.reason.clone()),
                "self_review": s.answer.as_ref().is_some_and(|a| a.self_review),
            })
        })
        .collect()
}

/// The commands of the configuration that run, in order.
fn commands(plan: &FinishPlan) -> Vec<String> {
    let checks = plan.rechecks.iter().filter_map(|i| i.command.clone());
    checks.chain(plan.stages.iter().map(|s| s.command.clone())).collect()
}

/// The plan as `finish --dry-run` gives it in JSON.
pub fn plan_json(plan: &FinishPlan) -> Value {
    json!({
        "name": plan.name,
        "version": plan.release.number(),
        "tag": plan.release.tag,
        "mode": if plan.request.is_some() { "pr" } else { "direct" },
        "also_ships": plan.also_ships,
        "targets": plan.targets,
        "pushes": pushes(&plan.steps),
        "steps": steps_json(&plan.steps, Progress::Todo),
        "commands": commands(plan),
        "rechecks": plan.rechecks.iter().map(|i| i.id.clone()).collect::<Vec<_>>(),
        "stages": plan.stages.iter().map(|s| json!({ "kind": s.kind, "name": s.name, "command": s.command })).collect::<Vec<_>>(),
        "git": step_view::git(&plan.steps),
        "problems": plan.problems,
        "tested_tree": plan.tested_tree,
        "shipped_tree": plan.shipped_tree,
        "version_files": plan.release.version_files,
        "untested_files": plan.untested_files,
        "untracked": plan.untracked,
        "remarks": plan.remarks,
    })
}
