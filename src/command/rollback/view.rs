//! What a rollback would do and what came of it, for a person and for a script.

use super::{Going, evidence};
use crate::command::finish::steps_json;
use crate::command::{plan_view, show};
use crate::engine::resolution::Open;
use crate::engine::run::Report;
use crate::facts::brought_back;
use crate::facts::open_incident::{Families, told_as};
use crate::insight::next::BETTER_FIX;
use crate::model::failure::Kind as FailureKind;
use crate::model::incident::Incident;
use crate::model::oid::Oid;
use crate::model::plan::{Approved, CommitLine, FinishPlan};
use crate::model::text::{count, safe, shell_word, shorten};
use crate::plan::deployment::{Deployment, deployment};
use crate::terminal::style::{Tone, rows};
use serde_json::{Value, json};

impl Going<'_> {
    /// What going back means, and the plan: all of it is to be seen beside the question.
    pub(super) fn lines(&self, plan: &FinishPlan) -> Vec<String> {
        let is_asked = self.session.ui.is_interactive() && !self.session.dry_run();
        let whole = self.lines_with(plan, 10);
        if is_asked && whole.len() + 2 >= rows() { self.lines_with(plan, 2) } else { whole }
    }

    /// With so many commits of each kind.
    fn lines_with(&self, plan: &FinishPlan, most: usize) -> Vec<String> {
        let (symbols, facts) = (self.session.ui.symbols, self.facts);
        let mut lines = Vec::new();
        let mut what = format!("Going back from {} to {}", facts.undone.name, facts.back_to.name);
        if let Some(newest) = &facts.newer {
            let line = super::which::back_to(newest, &facts.undone.name);
            lines.push(Tone::Attention.paint(format!("{newest} is newer and stays.")));
            lines.push(format!("To go back to {}: {line}", facts.undone.name));
            what = format!("Taking back {}", facts.undone.name);
        }
        lines.push(format!(
            "{what} undoes {} ({} +{} {}{}):",
            count(facts.commits.len(), "commit"),
            count(facts.stat.files, "file"),
            facts.stat.added,
            symbols.minus,
            facts.stat.removed
        ));
        let listed = |commits: &[CommitLine], lines: &mut Vec<String>| {
            let shown = commits.iter().take(most);
            lines.extend(shown.map(|c| format!("  {} {}", c.commit.short(), shorten(&safe(&c.subject), 68))));
            if commits.len() > most {
                lines.push(format!("  and {} more", commits.len() - most));
            }
        };
        listed(&facts.commits, &mut lines);
        if !facts.stays.is_empty() {
            let n = count(facts.stays.len(), "commit");
            let undone = &facts.undone.name;
            lines.push(format!(
                "{n} first released with {undone} stay; --to {} takes them back too:",
                facts.back_to.name
            ));
            listed(&facts.stays, &mut lines);
        }
        for (what, paths) in [
            ("need a closer look before going back", &facts.sensitive),
            ("pin dependencies, which go back too", &facts.locks),
        ] {
            if !paths.is_empty() {
                let paths: Vec<String> = paths.iter().map(|p| safe(p)).collect();
                lines.push(Tone::Attention.paint(format!("These {what}: {}", paths.join(", "))));
            }
        }
        lines.push(String::new());
        let known = evidence::lines(&facts.evidence, symbols.minus);
        if !known.is_empty() {
            lines.extend(known);
            lines.push(String::new());
        }
        let is_asked = self.session.ui.is_interactive() && !self.session.dry_run();
        lines.extend(match is_asked {
            true => plan_view::for_a_question(plan, symbols, lines.len()),
            false => plan_view::lines(plan, symbols),
        });
        lines
    }

    /// What becomes of the fix in each target's next release: a plain revert would drop it silently.
    pub(super) fn fates(&self) -> Vec<String> {
        let undone = &self.facts.undone.name;
        let mut lines = Vec::new();
        for (branch, _, has) in &self.facts.targets {
            let port = self.facts.ports.iter().find(|(name, _)| name == branch);
            if let Some((_, commit)) = port {
                lines.push(self.kept_port(branch, commit));
            } else if !has {
                lines.push(format!("{branch} does not have {undone}; nothing changes there"));
            } else if self.args.keep_fix_in.contains(branch) {
                lines
                    .push(format!("{branch} keeps the change of {undone}: its next release will contain it"));
            } else {
                lines.push(format!(
                    "{branch} loses the change of {undone}: its next release will not contain it"
                ));
                lines.push(format!("  --keep-fix-in {branch} keeps it there"));
            }
        }
        lines
    }

    /// A target that does not have the release, but its change.
    fn kept_port(&self, branch: &str, commit: &Oid) -> String {
        let (undone, commit) = (&self.facts.undone.name, commit.short());
        format!("{} keeps the port of {undone}; git revert {commit} takes it back there", safe(branch))
    }

    pub(super) fn dry(&self, plan: &FinishPlan) -> u8 {
        let (ui, facts) = (&self.session.ui, self.facts);
        for line in self.lines(plan) {
            ui.answer(line);
        }
        let mut value = show::plan_json(plan);
        if let Value::Object(map) = &mut value {
            map.insert("undone".into(), json!({ "tag": facts.undone.name, "commits": facts.commits }));
            map.insert("back_to".into(), json!(facts.back_to.name));
            map.insert("newer".into(), json!(facts.newer));
            map.insert("stays".into(), json!(facts.stays));
            map.insert("sensitive".into(), json!(facts.sensitive));
            map.insert("locks".into(), json!(facts.locks));
            map.insert("evidence".into(), json!(facts.evidence));
        }
        ui.document(value);
        self.session.say_unchanged(self.workspace.remote().is_some());
        if !plan.problems.is_empty() {
            return FailureKind::Refused.exit_code();
        }
        if plan.conflicts().next().is_some() { FailureKind::Conflict.exit_code() } else { 0 }
    }

    pub(super) fn outcome(
        &self,
        approved: &Approved<FinishPlan>,
        report: &Report,
        incident: &Incident,
    ) -> u8 {
        let plan = approved.plan();
        let (ui, facts) = (&self.session.ui, self.facts);
        ui.answer(format!(
            "{} {} is {} {}, without the change of {}{}",
            ui.sign(Tone::Good),
            facts.production,
            if plan.remote.is_some() { "public as" } else { "now" },
            plan.release.tag,
            facts.undone.name,
            if plan.remote.is_some() { "" } else { "; not pushed, there is no remote" },
        ));
        for (branch, _, has) in &facts.targets {
            if *has && report.has_fix.contains(branch) {
                let kept = self.args.keep_fix_in.contains(branch);
                let words = if kept { "keeps" } else { "no longer has" };
                ui.answer(format!(
                    "{} {branch} {words} the change of {}",
                    ui.sign(Tone::Good),
                    facts.undone.name
                ));
            }
        }
        for (branch, commit) in &facts.ports {
            ui.answer(format!("{} {}", ui.sign(Tone::Attention), self.kept_port(branch, commit)));
        }
        for line in &report.lines {
            ui.say(format!("  {}", safe(line)));
        }
        for (branch, refusal) in &report.owed {
            ui.answer(format!(
                "{} {branch} is still owed: {}",
                ui.sign(Tone::Attention),
                safe(&refusal.sentence())
            ));
        }
        for left in &report.conflicts {
            let paths: Vec<&str> = left.open.iter().filter_map(Open::path).collect();
            let what = format!("is not resolved: {}", paths.join(", "));
            ui.answer(format!("{} {} {}", ui.sign(Tone::Attention), safe(&left.branch), safe(&what)));
            for line in left.lines() {
                ui.say(format!("  {line}"));
            }
        }
        let (state, code) = match (report.conflicts.is_empty(), report.owed.is_empty()) {
            (false, _) => ("conflict", FailureKind::Conflict.exit_code()),
            (_, false) => ("waiting", FailureKind::Waiting.exit_code()),
            _ => ("done", 0),
        };
        let next = if code == 0 {
            self.next(plan, incident)
        } else {
            let again = format!("hotfix rollback {}", shell_word(&facts.undone.name));
            ui.say(format!("  {again}"));
            json!({ "command": again, "why": "" })
        };
        ui.document(json!({
            "state": state, "tag": plan.release.tag, "version": plan.release.number(),
            "undone": facts.undone.name, "back_to": facts.back_to.name, "targets": plan.targets,
            "next": next, "steps": steps_json(plan, report),
            "replanned": approved.is_replanned(), "untested_files": plan.untested_files,
        }));
        code
    }
    fn next(&self, plan: &FinishPlan, incident: &Incident) -> Value {
        let told = shell_word(&told_as(self.workspace, incident));
        let mut lines = Vec::new();
        let now = self.workspace.record().incident(&incident.id).ok().flatten();
        let waits = now.is_none_or(|i| deployment(&i, &plan.release.tag) == Deployment::NotYet);
        if waits && plan.remote.is_some() {
            let deployed = format!("hotfix mark deployed --hotfix {}", shell_word(&plan.name));
            lines.push((deployed, "deploy it yourself and say so"));
            lines.extend(show::verify_by_hand(self.workspace, &plan.name));
        }
        let all = self.workspace.record().incidents().unwrap_or_default();
        let unrepaired = brought_back::unrepaired(&all, &Families::of(&all));
        if unrepaired.is_some_and(|i| i.tag.as_ref() == Some(&self.facts.undone.name)) {
            lines.push(("hotfix start NAME".to_owned(), BETTER_FIX));
        }
        lines.push((format!("hotfix mark mitigated --hotfix {told}"), "record when going back helped"));
        show::next(self.session, &lines)
    }
}
