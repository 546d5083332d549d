//! Production moved since the tests: items with `recheck = true` run again on the very commit that
//! is about to be tagged, before anything is published.

use super::Attempt;
use crate::command::{again, check, trust};
use crate::engine::checks::{answer, ending};
use crate::engine::{checks, throw_away::ThrowAway};
use crate::facts::Hotfix;
use crate::model::checklist::Verdict;
use crate::model::failure::{Failure, Problem};
use crate::model::plan::FinishPlan;
use crate::model::text::{exact, safe, shell_word};
use crate::plan::finish::FinishFacts;
use crate::terminal::style::Tone;

impl Attempt<'_> {
    /// Commands that nobody has said yes to stand in the way, as those of a deployment do.
    pub(super) fn trust_rechecks(&self, plan: &mut FinishPlan) -> anyhow::Result<()> {
        for item in &plan.rechecks {
            let Some(command) = &item.command else { continue };
            let given = self.args.trust || self.desk.dry_run();
            if check::is_personal(self.site, &item.id)
                || trust::is_allowed(self.desk, self.site, command, given)?
            {
                continue;
            }
            plan.problems.push(Problem::new(
                "trust",
                format!("the command of '{}' has not been allowed here: {}", item.id, exact(command)),
                format!("{} --trust", again("hotfix finish", &plan.name)),
            ));
        }
        Ok(())
    }

    /// Runs them; what they say is recorded for the tree they saw.
    ///
    /// # Errors
    /// When one fails; nothing was published then.
    pub(super) fn recheck(
        &self,
        hotfix: &Hotfix,
        plan: &FinishPlan,
        facts: &FinishFacts,
    ) -> anyhow::Result<()> {
        let (Some(commit), Some(tree), Some(id)) = (&plan.release.commit, &plan.shipped_tree, hotfix.id())
        else {
            return Ok(());
        };
        if plan.rechecks.is_empty() {
            return Ok(());
        }
        let (ui, record) = (&self.desk.ui, self.site.record());
        let place = ThrowAway::of(self.site, commit)?;
        let mut failed = Vec::new();
        for item in &plan.rechecks {
            let Some(command) = &item.command else { continue };
            let shown = safe(&record.redact(command));
            ui.dim(format!("{}: running {shown} on the merged tree {}", item.id, tree.short()));
            let working = ui.working(&shown);
            let at = checks::Place { dir: &place.path, commit };
            let ran = checks::run(hotfix, item, command, at, |line| working.show(line))?;
            drop(working);
            let ending = ending(&ran.done);
            let mut draft = answer(&item.id, ran.verdict, tree, commit)
                .with("command", command.clone())
                .with("exit", ran.done.code)
                .with("duration_ms", u64::try_from(ran.done.took.as_millis()).unwrap_or(u64::MAX))
                .with("recheck", true);
            draft.text = format!("{} on the merged tree: {ending}", item.id);
            draft.source = "git";
            if ran.verdict == Verdict::Fail {
                draft = draft.with("reason", format!("{ending}, on the merged tree"));
                ui.say(format!("{} {}: {ending}", ui.sign(Tone::Bad), item.id));
                let tail: Vec<&str> = ran.output.lines().rev().take(15).collect();
                for line in tail.iter().rev() {
                    ui.dim(format!("  {}", safe(&record.redact(line))));
                }
                failed.push(item.id.clone());
            }
            draft.output = Some(ran.output);
            record.note(id, draft);
        }
        record.settle();
        let Some(first) = failed.first() else { return Ok(()) };
        let production = plan.production().map(|t| t.branch.clone()).unwrap_or_default();
        let upstream =
            plan.remote.as_ref().map_or_else(|| production.clone(), |r| format!("{r}/{production}"));
        let finish = again("hotfix finish", &plan.name);
        Err(Failure::refused(format!(
            "{production} moved since the tests; on the merged tree {} this fails: {}\nNothing was published and no branch was changed.",
            tree.short(),
            failed.join(", ")
        ))
        .hint(format!("{}    # to see it there", facts.git(&format!("merge {}", shell_word(&upstream)))))
        .hint(format!("{finish} --waive {first}=\"why\""))
        .into())
    }
}
