//! What a rollback would do and what came of it, for a person and for a script.

use super::{Going, evidence};
use crate::command::{plan_view, show};
use crate::engine::finish::Report;
use crate::engine::resolution::Open;
use crate::model::failure::Kind as FailureKind;
use crate::model::plan::FinishPlan;
use crate::model::text::{count, safe, shell_word};
use crate::terminal::style::Tone;
use serde_json::json;

impl Going<'_> {
    pub(super) fn show(&self, plan: &FinishPlan, answer: bool) {
        let (ui, facts) = (&self.desk.ui, self.facts);
        let say = |line: String| if answer { ui.answer(line) } else { ui.say(line) };
        say(format!(
            "Going back from {} to {} undoes {} ({} +{} {}{}):",
            facts.undone.name,
            facts.back_to.name,
            count(facts.commits.len(), "commit"),
            count(facts.stat.files, "file"),
            facts.stat.added,
            ui.symbols.minus,
            facts.stat.removed
        ));
        for commit in facts.commits.iter().take(10) {
            say(format!("  {} {}", commit.commit.short(), safe(&commit.subject)));
        }
        if facts.commits.len() > 10 {
            say(format!("  and {} more", facts.commits.len() - 10));
        }
        for (what, paths) in [
            ("deserve a second look before going back", &facts.sensitive),
            ("pin dependencies, which go back too", &facts.locks),
        ] {
            if !paths.is_empty() {
                let paths: Vec<String> = paths.iter().map(|p| safe(p)).collect();
                say(Tone::Attention.paint(format!("These {what}: {}", paths.join(", "))));
            }
        }
        say(String::new());
        let known = evidence::lines(&facts.evidence, ui.symbols.minus);
        let gap = if known.is_empty() { None } else { Some(String::new()) };
        for line in known.into_iter().chain(gap).chain(plan_view::lines(plan, ui.symbols)) {
            say(line);
        }
    }

    pub(super) fn dry(&self, plan: &FinishPlan) -> u8 {
        let facts = self.facts;
        let mut value = show::plan_json(plan);
        if let serde_json::Value::Object(map) = &mut value {
            map.insert("undone".into(), json!({ "tag": facts.undone.name, "commits": facts.commits }));
            map.insert("back_to".into(), json!(facts.back_to.name));
            map.insert("sensitive".into(), json!(facts.sensitive));
            map.insert("locks".into(), json!(facts.locks));
            map.insert("evidence".into(), json!(facts.evidence));
        }
        self.desk.ui.document(value);
        self.desk.say_unchanged(self.site.remote().is_some());
        if plan.conflicts().next().is_some() { FailureKind::Conflict.exit_code() } else { 0 }
    }

    pub(super) fn outcome(&self, plan: &FinishPlan, report: &Report) -> u8 {
        let (ui, facts) = (&self.desk.ui, self.facts);
        ui.answer(format!(
            "{} {} is {} {}: the content of {} again{}",
            ui.sign(Tone::Good),
            facts.production,
            if plan.remote.is_some() { "public as" } else { "now" },
            plan.release.tag,
            facts.back_to.name,
            if plan.remote.is_some() { "" } else { "; not pushed, there is no remote" },
        ));
        for (branch, ..) in &facts.targets {
            if report.has_fix.contains(branch) {
                ui.answer(format!("{} {branch}", ui.sign(Tone::Good)));
            }
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
        let again = format!("hotfix rollback {}", shell_word(&facts.undone.name));
        let helped = format!("hotfix mark mitigated --hotfix {}", shell_word(&plan.name));
        let next = if code == 0 { helped } else { again };
        if code == 0 {
            ui.say("");
            ui.say("Next: say when it helped");
        }
        ui.say(format!("  {next}"));
        ui.document(json!({
            "state": state, "tag": plan.release.tag, "version": plan.release.number(),
            "undone": facts.undone.name, "back_to": facts.back_to.name, "targets": plan.targets,
            "next": { "command": next, "why": "" },
        }));
        code
    }
}
