//! What came of a finish, for a person and for a script.

use super::Attempt;
use crate::command::{Outcome, again, plan_view, show, step_view, trust};
use crate::engine::advice::Against;
use crate::engine::left_over;
use crate::engine::publish::Refusal;
use crate::engine::resolution::{Open, Resolution};
use crate::engine::run::Report;
use crate::facts::open_incident::told_as;
use crate::model::failure::{Failure, Kind as FailureKind};
use crate::model::incident::Incident;
use crate::model::plan::{Approved, FinishPlan, Outcome as TargetOutcome, Role};
use crate::model::text::{count, list, safe, shell_word};
use crate::plan::deployment::{Deployment, deployment};
use crate::terminal::style::{Tone, pad, width};
use serde_json::{Value, json};

impl Attempt<'_> {
    pub(super) fn show_only(&self, plan: &FinishPlan) -> Outcome {
        let session = self.session;
        for line in plan_view::lines(plan, session.ui.symbols) {
            session.ui.answer(line);
        }
        let commands = step_view::git(&plan.steps);
        if !commands.is_empty() && plan.problems.is_empty() {
            session.ui.answer("");
            session.ui.answer("Equivalent git commands:");
            for line in commands {
                session.ui.answer(Tone::Dim.paint(format!("  {line}")));
            }
        }
        session.ui.document(show::plan_json(plan));
        session.ui.say("");
        if plan.remote.is_some() {
            session.ui.dim("Server-side rules are only checked by the real push.");
        }
        session.say_unchanged(self.workspace.remote().is_some());
        if !plan.problems.is_empty() {
            let failure =
                Failure::refused(format!("cannot finish: {}", count(plan.problems.len(), "problem")))
                    .problems(plan.problems.clone());
            if !session.ui.json() {
                session.ui.failure(&failure);
            }
            return Ok(FailureKind::Refused.exit_code());
        }
        Ok(if plan.conflicts().next().is_some() { FailureKind::Conflict.exit_code() } else { 0 })
    }

    pub(super) fn show(&self, approved: &Approved<FinishPlan>, report: &Report, id: &str) -> Outcome {
        let plan = approved.plan();
        let ui = &self.session.ui;
        let incident = self.workspace.record().incident(id)?;
        let production = plan.production().map(|t| t.branch.clone()).unwrap_or_default();
        let wide = width(plan.targets.iter().map(|t| t.branch.as_str()).chain([plan.branch.as_str()]));
        let here = plan.remote.is_none();
        let state = |i: &Incident| deployment(i, &plan.release.tag) != Deployment::NotYet;
        let deployed = incident.as_ref().is_some_and(state);
        let waits = report.awaits.is_some();
        let waits_for_deployment = !here && plan.stages.is_empty() && !deployed && !waits;
        for target in &plan.targets {
            let name = pad(&target.branch, wide);
            if target.role == Role::Production {
                if report.tag_refused.is_some() {
                    ui.answer(format!("{} {name}   has the fix, without its tag", ui.sign(Tone::Attention)));
                    continue;
                }
                let public = match here {
                    true => "merged here, not pushed",
                    false if waits_for_deployment => "is public; not deployed by hotfix",
                    false => "is public",
                };
                let what = if waits { "the fix" } else { &plan.release.tag };
                ui.answer(format!("{} {name}   {what} {public}", ui.sign(Tone::Good)));
            } else if report.has_fix.contains(&target.branch) && !target.without.is_empty() {
                let paths: Vec<String> = target.without.iter().map(|path| safe(path)).collect();
                ui.answer(format!(
                    "{} {name}   merged by hand, with nothing of the fix in {}",
                    ui.sign(Tone::Attention),
                    list(&paths)
                ));
                let todo =
                    shell_word(&format!("bring the fix in {} to {}", list(&paths), safe(&target.branch)));
                let to = shell_word(&plan.name);
                ui.say(format!("  To keep it in mind: hotfix note --kind followup {todo} --hotfix {to}"));
            } else if report.has_fix.contains(&target.branch) {
                ui.answer(format!("{} {name}   has the fix", ui.sign(Tone::Good)));
            } else if target.outcome == TargetOutcome::Skipped {
                let why = incident
                    .as_ref()
                    .and_then(|i| i.skipped.get(&target.branch))
                    .cloned()
                    .unwrap_or_default();
                ui.answer(format!(
                    "{} {name}   skipped: {}",
                    Tone::Attention.paint(ui.symbols.skipped),
                    safe(&why)
                ));
            }
        }
        if report.branch_deleted {
            let there = if plan.published_branch.is_some() && !here { " and on the remote" } else { "" };
            ui.answer(format!("{} {}   deleted here{there}", ui.sign(Tone::Good), pad(&plan.branch, wide)));
        } else if report.is_complete() && !plan.delete_branch {
            ui.answer(format!(
                "{} {}   kept",
                Tone::Attention.paint(ui.symbols.skipped),
                pad(&plan.branch, wide)
            ));
        }
        if let (Some(refusal), Some(commit)) = (&report.tag_refused, &plan.release.commit) {
            let (tag, remote) = (shell_word(&plan.release.tag), plan.remote.as_deref().unwrap_or("origin"));
            ui.answer(format!(
                "{} {}   refused: {}",
                ui.sign(Tone::Attention),
                pad(&plan.release.tag, wide),
                safe(&refusal.sentence())
            ));
            ui.say(
                "    A person or a CI job with permission creates it like this; then run the same \
                    command again:",
            );
            ui.say(format!("    git push {} {commit}:refs/tags/{tag}", shell_word(remote)));
            ui.say(format!("  {}", self.retry(plan)));
        }
        for address in &report.addresses {
            let sign = ui.sign(if address.lacks.is_empty() { Tone::Good } else { Tone::Bad });
            ui.answer(format!("{sign} {}", safe(&address.sentence())));
        }
        for line in &report.lines {
            ui.say(format!("  {}", safe(line)));
        }
        if let (true, Some(incident)) = (report.is_complete(), &incident) {
            // Everything is done, also where something cannot be read now.
            for line in left_over::clear(self.workspace, incident).unwrap_or_default() {
                ui.say(format!("  {line}"));
            }
        }
        if let Some(root) = &report.go_to {
            ui.say(format!(
                "  The worktree you were in was removed: cd {}",
                shell_word(&root.display().to_string())
            ));
        }
        self.show_owed(plan, report, &production);
        self.show_conflicts(plan, report, &production);
        if waits_for_deployment && !(report.owed.is_empty() && report.conflicts.is_empty()) {
            for line in show::deploy_now(&plan.release.tag, &plan.name) {
                ui.say(line);
            }
        }
        if !report.agrees() {
            ui.say("");
            ui.say("The addresses disagree. Once the others accept it, the same command completes it:");
            ui.say(format!("  {}", self.retry(plan)));
        }
        let (state, code) = match (report.conflicts.is_empty(), report.is_complete()) {
            _ if !report.agrees() => ("failed", FailureKind::Failed.exit_code()),
            (false, _) => ("conflict", FailureKind::Conflict.exit_code()),
            _ if report.requests.iter().any(|(_, d, _)| d.ends() == FailureKind::Conflict) => {
                ("conflict", FailureKind::Conflict.exit_code())
            }
            (_, false) => ("waiting", FailureKind::Waiting.exit_code()),
            _ => ("done", 0),
        };
        let next = self.next(plan, report, incident.as_ref());
        ui.document(json!({
            "state": state, "tag": plan.release.tag, "version": plan.release.number(),
            "addresses": report.addresses.iter().map(|a| json!({ "address": a.address, "has": a.has, "lacks": a.lacks })).collect::<Vec<_>>(),
            "commit": plan.release.commit, "targets": targets_json(plan, report), "next": next,
            "steps": steps_json(plan, report),
            "replanned": approved.is_replanned(), "untested_files": plan.untested_files,
        }));
        Ok(code)
    }

    /// The same command again, with what it needs.
    pub(super) fn retry(&self, plan: &FinishPlan) -> String {
        let line = again("hotfix finish", &plan.name);
        if self.args.trust { trust::keep(&line) } else { line }
    }

    fn show_owed(&self, plan: &FinishPlan, report: &Report, production: &str) {
        let ui = &self.session.ui;
        for (branch, refusal) in &report.owed {
            if let Some((_, decision, _)) = report.requests.iter().find(|(b, ..)| b == branch) {
                ui.answer(format!(
                    "{} {branch} is still owed. {production} is not affected.",
                    ui.sign(Tone::Attention)
                ));
                for line in &decision.words {
                    ui.answer(format!("    {}", safe(line)));
                }
                continue;
            }
            ui.answer(format!(
                "{} {branch} is still owed: the server rejected it. {production} is not affected.",
                ui.sign(Tone::Attention)
            ));
            ui.say(format!("    {}", safe(&refusal.sentence())));
        }
        if !report.owed.is_empty() {
            ui.say("");
            ui.say(format!(
                "{} is kept until then. Once the server accepts it, the same command completes it:",
                plan.branch
            ));
            ui.say(format!("  {}", self.retry(plan)));
            let by_push = report.owed.iter().filter(|(b, _)| report.requests.iter().all(|(r, ..)| r != b));
            for way in by_push.filter_map(|(branch, refusal)| other_way(plan, branch, refusal)) {
                ui.say(way);
            }
            if let Some((branch, _)) = report.owed.first() {
                ui.say(format!(
                    "Give up on this branch:  hotfix finish {} --skip {}=\"why\"",
                    shell_word(&plan.name),
                    shell_word(branch)
                ));
            }
        }
    }

    fn show_conflicts(&self, plan: &FinishPlan, report: &Report, production: &str) {
        let ui = &self.session.ui;
        for left in &report.conflicts {
            let branch = safe(&left.branch);
            let what = left.words();
            ui.answer(format!("{} {branch} {what}. {production} is not affected.", ui.sign(Tone::Attention)));
            ui.say("");
            ui.say(format!("{}, then run the same command again:", left.ask()));
            for line in left.lines() {
                ui.say(format!("  {line}"));
            }
            ui.say(format!("  {}", self.retry(plan)));
            ui.say(format!(
                "Give up on this branch:  hotfix finish {} --skip {}=\"why\"",
                shell_word(&plan.name),
                shell_word(&left.branch)
            ));
        }
    }

    fn next(&self, plan: &FinishPlan, report: &Report, incident: Option<&Incident>) -> Value {
        let ui = &self.session.ui;
        let finish = self.retry(plan);
        if !report.conflicts.is_empty() {
            return json!({ "command": finish, "why": "after the merge is resolved" });
        }
        if !report.owed.is_empty() {
            return json!({ "command": finish, "why": "once the server accepts the branch" });
        }
        if report.late_commits {
            let ship = format!("{finish} --next");
            ui.say("");
            ui.say("Next: ship the commits that came too late as the next patch");
            ui.say(format!("  {ship}"));
            return json!({ "command": ship, "why": "commits were pushed to the branch during the release" });
        }
        if let Some(tool) = &report.awaits {
            ui.say("");
            ui.say(format!("Next: once {tool} has created the tag, deploy and merge back"));
            ui.say(format!("  {finish}"));
            return json!({ "command": finish, "why": format!("{tool} creates the tag") });
        }
        if report.held_back {
            ui.say("");
            ui.say("Next: publish exactly these commits once the remote can be reached");
            ui.say(format!("  {finish}"));
            return json!({ "command": finish, "why": "nothing is published yet" });
        }
        let name = shell_word(&plan.name);
        let resolved = incident.is_some_and(Incident::is_resolved);
        let is_deployed = |i: &Incident| deployment(i, &plan.release.tag) != Deployment::NotYet;
        let told = incident.map_or_else(|| plan.name.clone(), |i| told_as(self.workspace, i));
        let mut lines = Vec::new();
        if !resolved && !incident.is_some_and(is_deployed) {
            lines.push((format!("hotfix mark deployed --hotfix {name}"), "record the deployment"));
            lines.extend(show::verify_by_hand(self.workspace, &plan.name));
        }
        if !resolved {
            lines.push((
                format!("hotfix mark resolved --hotfix {}", shell_word(&told)),
                "resolve the incident",
            ));
        }
        lines.push((again("hotfix postmortem", &told), "write it up while you remember"));
        show::next(self.session, &lines)
    }
}

/// The steps of a plan and how far each is.
pub fn steps_json(plan: &FinishPlan, report: &Report) -> Vec<Value> {
    let progress = report.progress.iter().copied().chain(std::iter::repeat(Default::default()));
    plan.steps.iter().zip(progress).map(|(step, progress)| step.json(progress)).collect()
}

fn targets_json(plan: &FinishPlan, report: &Report) -> Vec<Value> {
    plan.targets
        .iter()
        .map(|target| {
            let mut value = json!(target);
            let owed = report.owed.iter().find(|(branch, _)| *branch == target.branch);
            let conflict = report.conflicts.iter().find(|left| left.branch == target.branch);
            if let Value::Object(map) = &mut value {
                map.insert("has_fix".into(), json!(report.has_fix.contains(&target.branch)));
                map.insert("refused".into(), json!(owed.map(|(_, refusal)| refusal.sentence())));
                let request = report.requests.iter().find(|(branch, ..)| *branch == target.branch);
                map.insert("request".into(), json!(request.map(|(_, _, request)| request)));
                map.insert(
                    "worktree".into(),
                    json!(conflict.map(|left| left.worktree.display().to_string())),
                );
                map.insert("open".into(), json!(conflict.map(open_json)));
            }
            value
        })
        .collect()
}

/// What is still to do in the worktree of a merge.
fn open_json(left: &Resolution) -> Vec<Value> {
    let one = |open: &Open| json!({ "path": open.path(), "why": open.words(&left.branch), "commands": open.lines() });
    left.open.iter().map(one).collect()
}

/// What can be done about a merge-back that the server will not accept as it is.
fn other_way(plan: &FinishPlan, branch: &str, refusal: &Refusal) -> Option<String> {
    let (from, remote) = (&plan.branch, plan.remote.as_deref()?);
    match Against::read(&format!("{}\n{}", refusal.reason, refusal.words.join("\n")))? {
        Against::Linear => Some(format!(
            "{branch} accepts no merge commits:  git config hotfix.finish.mergeBackBy cherry-pick"
        )),
        Against::Branch if plan.published_branch.is_some() => {
            Some(format!("If {branch} accepts only pull requests, merge {from} into it there."))
        }
        Against::Branch => Some(format!(
            "If {branch} accepts only pull requests, merge {from} into it there:  git push -u {} {}",
            shell_word(remote),
            shell_word(from)
        )),
        _ => None,
    }
}
