//! What start tells: the production it begins from, other hotfixes, what it made.

use super::Starting;
use crate::command::{Outcome, Session, step_view};
use crate::engine::start::Started;
use crate::facts::earlier::Earlier;
use crate::facts::open_incident::told_as;
use crate::facts::start::Production;
use crate::facts::{Workspace, hotfix_names};
use crate::git::fetch::View;
use crate::model::incident::{End, Incident};
use crate::model::milestone::Milestone;
use crate::model::name::is_one;
use crate::model::plan::{Progress, steps_json};
use crate::model::text::{count, list, safe, shell_word, shorten};
use crate::model::time::say_duration;
use crate::plan::start::{Place, StartFacts, StartPlan};
use crate::plan::version::{Outlook, Versions};
use crate::terminal::style::{Tone, pad};
use serde_json::{Value, json};

pub(super) fn tell_about(
    session: &Session,
    workspace: &Workspace,
    production: Option<&Production>,
    trouble: Option<&str>,
    skipped: bool,
) {
    let ui = &session.ui;
    match (workspace.remote(), trouble) {
        (Some(remote), Some(why)) => ui.warn(format!(
            "{remote} could not be read ({why})\n  Continuing from the last known production; finish will \
             read it again."
        )),
        (Some(remote), None) if skipped => {
            ui.dim(format!("{remote} was not read; continuing from the last known production."))
        }
        _ => {}
    }
    let Some(production) = production else { return };
    let place = match (workspace.remote(), workspace.address()) {
        (Some(remote), Some(address)) => format!(" on {remote} ({})", safe(&address)),
        (Some(remote), None) => format!(" on {remote}"),
        (None, _) => String::new(),
    };
    let at = production.tip.short();
    let line = match (&production.around.newest, production.released_at) {
        (Some(newest), Some(when)) => {
            let age = say_duration(session.env.now() - when.to_utc());
            let how = if production.unreleased.is_empty() { "released as" } else { "after" };
            format!("at {at}, {how} {} ({age} ago).", newest.name)
        }
        _ => format!("at {at}, without a release."),
    };
    ui.dim(format!("Production: {}{place}", production.branch));
    ui.dim(format!("  {line}"));
    if let Some((tag, undone)) = &production.rollback {
        // Without a tag the newest release of production is meant.
        let newest = production.around.newest.as_ref().map(|newest| shell_word(&newest.name));
        let is_line = production.branch != workspace.config.branches.production;
        let what = newest.filter(|_| is_line).map(|newest| format!("{newest} ")).unwrap_or_default();
        ui.dim(format!(
            "Rolling back to {tag} would undo {}:\n  hotfix rollback {what}--to {} --dry-run",
            count(*undone, "commit"),
            shell_word(tag)
        ));
    }
    if !production.unreleased.is_empty() {
        let newest = production.around.newest.as_ref().map(|t| t.name.as_str()).unwrap_or_default();
        let n = count(production.unreleased.len(), "commit");
        ui.say(format!(
            "{} also ships {n} that no release has yet (after {newest})",
            ui.sign(Tone::Attention)
        ));
    }
}

impl Starting<'_> {
    /// What a start that is continued does not ask any more, and nobody has recorded.
    fn tell_unasked(&self, incident: &Incident) {
        if self.begun.is_none() {
            return;
        }
        let flag = format!("--hotfix {}", shell_word(&incident.name));
        let asked = [
            (incident.severity.is_some(), format!("hotfix severity SEVERITY {flag}")),
            (
                incident.course.milestone(Milestone::ImpactStarted).is_some(),
                format!("hotfix mark impact-started {flag} --at TIME"),
            ),
            (
                incident.detected_by.is_some(),
                format!("hotfix mark detected {flag} --detected-by WHO --at TIME"),
            ),
        ];
        if asked.iter().any(|(is_known, _)| !is_known) {
            self.session.ui.say("Not recorded yet:");
        }
        for (_, command) in asked.iter().filter(|(is_known, _)| !is_known) {
            self.session.ui.say(format!("  {command}"));
        }
    }
}

pub(super) fn name_others(
    session: &Session,
    workspace: &Workspace,
    view: &View,
    slug: &str,
) -> anyhow::Result<()> {
    let mut names = hotfix_names::open_names(workspace)?;
    if workspace.remote().is_some() {
        let prefix = &workspace.config.branches.prefix;
        let there = view.heads.keys().filter_map(|b| b.strip_prefix(prefix.as_str()));
        names.extend(there.filter(|name| is_one(name)).map(str::to_owned));
    }
    names.retain(|n| n != slug);
    names.sort();
    names.dedup();
    if !names.is_empty() {
        let names: Vec<String> = names.iter().map(|n| safe(n)).collect();
        session.ui.dim(format!("Also open: {}", list(&names)));
    }
    Ok(())
}

/// What is known from before, in at most three dim lines; nothing when there is nothing. A look back
/// never stops a start.
pub(super) fn tell_earlier(session: &Session, earlier: &[Earlier]) {
    for one in earlier {
        let incident = &one.incident;
        let day = || incident.started_at.to_utc().format("%Y-%m-%d").to_string();
        let mut line =
            format!("Earlier: {} ({}", safe(&incident.name), incident.tag.as_deref().map_or_else(day, safe));
        if incident.end == Some(End::RolledBack) {
            line.push_str(", taken back");
        }
        match one.files.as_slice() {
            [] => {}
            [file] => line.push_str(&format!(", {}", safe(file))),
            [file, more @ ..] => line.push_str(&format!(", {} and {} more", safe(file), more.len())),
        }
        line.push(')');
        if let [first, more @ ..] = one.open.as_slice() {
            let more = if more.is_empty() { String::new() } else { format!(" (+{})", more.len()) };
            line.push_str(&format!("; still to do{more}: {}", safe(&first.what)));
        }
        session.ui.dim(shorten(&line, 79));
    }
}

/// The earlier hotfixes as JSON.
fn earlier_json(earlier: &[Earlier]) -> Vec<Value> {
    let left = |one: &Earlier| one.open.iter().map(|f| f.topic.text.clone()).collect::<Vec<_>>();
    let json = |one: &Earlier| {
        let incident = &one.incident;
        json!({
            "id": incident.id, "name": incident.name, "tag": incident.tag, "files": one.files, "followups": left(one),
        })
    };
    earlier.iter().map(json).collect()
}

pub(super) fn show_dry(
    session: &Session,
    plan: &StartPlan,
    found: &StartFacts,
    remote_was_read: bool,
) -> Outcome {
    let place = match &plan.place {
        Place::Here => "in this worktree".to_owned(),
        Place::Worktree(path) => format!("in a new worktree, {}", path.display()),
        Place::Stash => "in this worktree, your changes stashed".to_owned(),
        Place::Carry => "in this worktree, your changes carried along".to_owned(),
    };
    session.ui.answer(format!(
        "Would make {} from {} at {} {place}.",
        plan.branch,
        found.production,
        plan.at.short()
    ));
    let remote = found.wish.publish.as_deref().unwrap_or_default();
    for line in step_view::lines(&plan.steps, remote) {
        session.ui.answer(line);
    }
    session.say_unchanged(remote_was_read);
    session.ui.document(json!({
        "name": plan.name, "branch": plan.branch, "base": plan.at, "production": found.production,
        "steps": steps_json(&plan.steps, Progress::Todo), "git": step_view::git(&plan.steps),
        "worktree": match &plan.place { Place::Worktree(path) => Some(path.display().to_string()), _ => None },
        "dry_run": true,
    }));
    Ok(0)
}

impl Starting<'_> {
    pub(super) fn show(&self, incident: &Incident, plan: &StartPlan, started: &Started, earlier: &[Earlier]) {
        let ui = &self.session.ui;
        let production = self.production.as_ref();
        let versions = production.map(|p| p.around.versions(self.named.version.clone()));
        let next = versions.as_ref().and_then(Versions::certain_tag);
        let from = production.map(|p| p.branch.as_str()).unwrap_or_default();
        let width = plan.branch.chars().count().max(8);
        let pad = |t: &str| pad(t, width);
        ui.say("");
        let will = next.as_ref().map_or_else(String::new, |n| format!("   will be {n}"));
        ui.answer(format!(
            "{} {}   from {from} at {}{will}",
            ui.sign(Tone::Good),
            pad(&plan.branch),
            plan.at.short()
        ));
        let which = match incident.belongs_to() {
            Some(_) => format!("part of {}", safe(&told_as(&self.workspace, incident))),
            None => incident.id.clone(),
        };
        ui.answer(format!("{} {}   {which}", ui.sign(Tone::Good), pad("incident")));
        match versions.as_ref().map(|v| v.outlook("hotfix finish")) {
            Some(Outlook::Open(how)) => ui.say(format!("  {how}")),
            Some(Outlook::Doubtful(doubt)) => ui.warn(format!("{}\n  {}", doubt.message, doubt.hint)),
            _ if versions.is_some_and(|v| v.base.is_none()) => {
                ui.say("  No release tag yet: finish creates the first one.");
            }
            _ => {}
        }
        if started.stashed {
            ui.say("  Your changes are in the stash. Once you are back on your own branch:");
            ui.say("  git stash pop --index");
        }
        if let Some(path) = &started.worktree {
            let path = path.display().to_string();
            ui.say(format!("  in a new worktree; {} stays as it is.", self.workspace.repo.dir().display()));
            if !started.copied.is_empty() {
                ui.say(format!("  copied: {}", started.copied.join(", ")));
            }
            if !started.lacks.is_empty() {
                ui.say(format!("  not there yet: {}", started.lacks.join(", ")));
            }
            ui.say("");
            ui.say("Next: go there, make the smallest change that fixes it, commit, then check");
            ui.say(format!("  cd {}", shell_word(&path)));
        } else {
            ui.say("");
            ui.say("Next: make the smallest change that fixes it, commit, then");
        }
        ui.say("  hotfix check");
        self.tell_unasked(incident);
        ui.document(json!({
            "id": incident.id, "name": incident.name, "title": incident.title, "branch": plan.branch,
            "base": plan.at, "production": from, "tag": next,
            "worktree": started.worktree.as_ref().map(|p| p.display().to_string()),
            "earlier": earlier_json(earlier),
            "next": { "command": "hotfix check", "why": "make the smallest change that fixes it and \
                                                         commit first" },
        }));
    }
}
