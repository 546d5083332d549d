//! Views that several commands share: the checklist, the plan of a finish.

use super::Desk;
use crate::model::checklist::{Standing, State};
use crate::model::plan::{FinishPlan, Method, Outcome, Role, Target};
use crate::model::text::{count, safe, shell_word};
use crate::terminal::style::{Tone, pad, width};
use serde_json::{Value, json};

/// The checklist, one item a line.
pub fn checklist(desk: &Desk, standings: &[Standing]) {
    let wide = width(standings.iter().map(|s| s.item.id.as_str()));
    for standing in standings {
        let (tone, words) = words(standing);
        let id = pad(&standing.item.id, wide);
        desk.ui.answer(format!("  {} {id}  {words}", sign(desk, standing.state, tone)));
    }
}

fn sign(desk: &Desk, state: State, tone: Tone) -> String {
    match state {
        State::Waived => tone.paint(desk.ui.symbols.skipped),
        _ => desk.ui.sign(tone),
    }
}

fn words(standing: &Standing) -> (Tone, String) {
    let by = |by: &str| safe(by);
    match (standing.state, &standing.answer) {
        (State::Pass, Some(a)) => match &a.command {
            Some(command) => (Tone::Good, format!("passed: {}", safe(command))),
            None => (Tone::Good, format!("yes, said {}", by(&a.by))),
        },
        (State::Fail, Some(a)) => {
            let why = a.reason.as_deref().map_or_else(|| format!("no, said {}", by(&a.by)), safe);
            (Tone::Bad, why)
        }
        (State::Waived, Some(a)) => {
            (Tone::Attention, format!("waived: {}", safe(a.reason.as_deref().unwrap_or_default())))
        }
        (State::Stale, _) => (Tone::Attention, format!("the branch changed since: {}", standing.item.question)),
        _ => (Tone::Dim, standing.item.question.clone()),
    }
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
            })
        })
        .collect()
}

/// The plan of a finish, as a person reads it.
pub fn plan(desk: &Desk, plan: &FinishPlan) {
    let ui = &desk.ui;
    let arrow = ui.symbols.arrow;
    let was = plan.release.previous.as_deref().unwrap_or("no release");
    ui.answer(format!("{}   {was} {arrow} {}", Tone::Strong.paint(&plan.name), Tone::Strong.paint(&plan.release.tag)));
    ui.answer("");
    let tag = format!("tag {}", plan.release.tag);
    let wide = width(plan.targets.iter().map(|t| t.branch.as_str()).chain([tag.as_str()]));
    for target in &plan.targets {
        ui.answer(format!("  {}  {}", pad(&target.branch, wide), target_words(desk, plan, target)));
        if target.role == Role::Production
            && let (Some(_), Some(commit)) = (&plan.release.tag_object, &plan.release.commit)
        {
            ui.answer(format!("  {}  on {}", pad(&tag, wide), commit.short()));
        }
    }
    ui.answer("");
    pushes(desk, plan);
    if !plan.also_ships.is_empty() {
        ui.answer("");
        let since = plan.release.previous.as_deref().unwrap_or("the beginning");
        ui.answer(Tone::Attention.paint(format!(
            "Also ships {} that no release has yet (since {since}):",
            count(plan.also_ships.len(), "commit")
        )));
        for commit in plan.also_ships.iter().take(5) {
            ui.answer(format!("  {} {}", commit.commit.short(), safe(&commit.subject)));
        }
        if plan.also_ships.len() > 5 {
            ui.answer(format!("  and {} more", plan.also_ships.len() - 5));
        }
    }
    remarks(desk, plan);
}

fn remarks(desk: &Desk, plan: &FinishPlan) {
    let ui = &desk.ui;
    if let Some(shipped) = &plan.shipped_tree {
        ui.answer("");
        if *shipped == plan.tested_tree {
            ui.answer(format!("Tested tree {} is the tree that will be tagged.", shipped.short()));
        } else {
            ui.answer(Tone::Attention.paint(format!(
                "Production moved since the tests: {} in what will be tagged {} from what was tested:",
                count(plan.untested_files.len(), "file"),
                if plan.untested_files.len() == 1 { "differs" } else { "differ" }
            )));
            for path in plan.untested_files.iter().take(8) {
                ui.answer(format!("  {}", safe(path)));
            }
        }
    }
    for remark in &plan.remarks {
        ui.answer(Tone::Attention.paint(safe(remark)));
    }
    if !plan.untracked.is_empty() {
        let shown: Vec<String> = plan.untracked.iter().take(4).map(|p| safe(p)).collect();
        ui.dim(format!("Untracked files stay as they are: {}", shown.join(", ")));
    }
}

fn target_words(desk: &Desk, plan: &FinishPlan, target: &Target) -> String {
    let arrow = desk.ui.symbols.arrow;
    let old = target.old.as_ref().map_or("", |o| o.short());
    let stat = format!(
        "{} +{} {}{}",
        count(plan.stat.files, "file"),
        plan.stat.added,
        desk.ui.symbols.minus,
        plan.stat.removed
    );
    match (target.outcome, &target.new) {
        (Outcome::Clean, Some(new)) => {
            let how = match target.method {
                Method::Merge => "merge",
                Method::Squash => "squash",
                Method::CherryPick => "cherry-pick",
                Method::FastForward => "fast-forward",
                Method::None => "",
            };
            let more = if target.role == Role::Production { stat } else { "clean".to_owned() };
            format!("{old} {arrow} {}   {how}   {more}", new.short())
        }
        (Outcome::Conflict, _) => {
            let paths: Vec<String> = target.conflicts.iter().map(|p| safe(p)).collect();
            let paths = if paths.is_empty() { "no common history".to_owned() } else { paths.join(", ") };
            Tone::Attention.paint(format!("{old}   conflict in {paths}"))
        }
        (Outcome::Skipped, _) => Tone::Attention.paint("skipped"),
        _ => Tone::Dim.paint(format!("{old}   {}", if target.role == Role::Production && !plan.commits.is_empty() { "not planned" } else { "has the fix" })),
    }
}

fn pushes(desk: &Desk, plan: &FinishPlan) {
    let ui = &desk.ui;
    let Some(remote) = &plan.remote else {
        ui.answer("  1. here only, nothing is pushed: all branches and the tag in one step");
        return;
    };
    let place = plan.url.as_ref().map_or_else(|| remote.clone(), |url| format!("{remote} ({url})"));
    let short = |name: &str| crate::model::plan::short_ref(name).to_owned();
    let mut n = 0;
    let first: Vec<String> =
        plan.release_updates().iter().chain(&plan.merge_back_updates()).map(|u| short(&u.name)).collect();
    if !first.is_empty() {
        n += 1;
        ui.answer(format!("  {n}. push    {}", first.join(", ")));
        ui.answer(Tone::Dim.paint(format!("             one atomic push to {}", safe(&place))));
    }
    for target in plan.conflicts() {
        n += 1;
        ui.answer(format!("  {n}. leave   the merge into {} to you, in a worktree of its own", target.branch));
    }
    if plan.conflicts().next().is_none() && plan.delete_branch {
        n += 1;
        let where_ = match (&plan.published_branch, &plan.local_branch) {
            (Some(_), Some(_)) => format!("here and on {remote}"),
            (Some(_), None) => format!("on {remote}"),
            _ => "here".to_owned(),
        };
        ui.answer(format!("  {n}. delete  {} {where_}", plan.branch));
    }
}

/// The git commands that would do the same, for somebody who wants to see them.
pub fn equivalent(plan: &FinishPlan) -> Vec<String> {
    let mut lines = Vec::new();
    let Some(remote) = &plan.remote else { return lines };
    let mut updates = plan.release_updates();
    updates.extend(plan.merge_back_updates());
    if !updates.is_empty() {
        let mut line = String::from("git push --atomic");
        for update in &updates {
            let expect = update.expect.as_ref().map_or("", |e| e.as_str());
            line.push_str(&format!(" --force-with-lease={}:{expect}", shell_word(&update.name)));
        }
        line.push_str(&format!(" {}", shell_word(remote)));
        for update in &updates {
            line.push_str(&format!(" {}:{}", update.new, shell_word(&update.name)));
        }
        lines.push(line);
    }
    if let Some(deletion) = plan.remote_deletion() {
        lines.push(format!(
            "git push --force-with-lease={0}:{1} {2} :{0}",
            shell_word(&deletion.name),
            deletion.expect,
            shell_word(remote)
        ));
    }
    lines
}

/// The plan as `finish --dry-run` gives it in JSON.
pub fn plan_json(plan: &FinishPlan) -> Value {
    json!({
        "name": plan.name,
        "version": plan.release.version.to_string(),
        "tag": plan.release.tag,
        "mode": "direct",
        "also_ships": plan.also_ships,
        "targets": plan.targets,
        "pushes": plan.pushes(),
        "commands": Vec::<String>::new(),
        "git": equivalent(plan),
        "problems": plan.problems,
        "tested_tree": plan.tested_tree,
        "shipped_tree": plan.shipped_tree,
        "untested_files": plan.untested_files,
        "untracked": plan.untracked,
        "remarks": plan.remarks,
    })
}
