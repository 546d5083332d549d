//! Production moved since the tests: checks with `recheck = true` run again on the very commit that is
//! about to be tagged, before anything is published.

use super::checks::{self, answer, ending};
use super::run_context::Run;
use super::throw_away::ThrowAway;
use crate::model::checked_out;
use crate::model::checklist::{Item, Verdict, waive_options};
use crate::model::event_data::Answered;
use crate::model::failure::Failure;
use crate::model::plan::{FinishPlan, Progress};
use crate::model::text::shell_word;

/// The checks of one run, in one checkout.
pub(super) struct Rechecks<'a> {
    run: &'a Run<'a>,
    plan: &'a FinishPlan,
    place: Option<ThrowAway<'a>>,
    failed: Vec<String>,
}

impl<'a> Rechecks<'a> {
    pub(super) const fn new(run: &'a Run<'a>, plan: &'a FinishPlan) -> Self {
        Self { run, plan, place: None, failed: Vec::new() }
    }

    /// Runs one; what it says is recorded for the tree that it saw.
    pub(super) fn perform(&mut self, item: &Item) -> anyhow::Result<Progress> {
        let (run, plan) = (self.run, self.plan);
        let (Some(commit), Some(tree), Some(command), Some(hotfix)) =
            (&plan.release.commit, &plan.shipped_tree, &item.command, run.hotfix)
        else {
            return Ok(Progress::Todo);
        };
        let dir = match &self.place {
            Some(place) => place.path.clone(),
            None => self.place.insert(ThrowAway::of(run.workspace, commit)?).path.clone(),
        };
        run.watch.rechecks(&item.id, &run.record.redact(command), tree.short());
        let at = checks::Place { dir: &dir, commit };
        let ran = checks::run(hotfix, item, command, at, |line| run.watch.line(&run.record.redact(line)))?;
        let ending = ending(&ran.done);
        let failed = (ran.verdict == Verdict::Fail).then(|| format!("{ending}, on the merged tree"));
        let said = Answered { recheck: Some(true), reason: failed, ..Answered::default() };
        let mut draft = answer(&item.id, ran.verdict, tree, commit)
            .data(&checks::ran(command.clone(), &ran.done))
            .data(&said);
        draft.text = format!("{} on the merged tree: {ending}", item.id);
        draft.source = "git";
        let passed = ran.verdict != Verdict::Fail;
        if !passed {
            self.failed.push(item.id.clone());
        }
        run.watch.rechecked(&item.id, &ending, passed);
        draft.output = Some(ran.output);
        run.record.note(run.id, draft);
        Ok(if passed { Progress::Done } else { Progress::Failed })
    }

    /// Refuses to go on after one that failed. Nothing was published until here.
    pub(super) fn demand(&mut self) -> anyhow::Result<()> {
        if self.place.take().is_some() {
            self.run.record.settle();
        }
        let Some(first) = self.failed.first() else { return Ok(()) };
        let plan = self.plan;
        let production = plan.production().map(|t| t.branch.clone()).unwrap_or_default();
        let upstream =
            plan.remote.as_ref().map_or_else(|| production.clone(), |r| format!("{r}/{production}"));
        let merge = format!("merge {}", shell_word(&upstream));
        let tree = plan.shipped_tree.as_ref().map_or("", |t| t.short());
        let again = self.run.again;
        Err(Failure::refused(format!(
            "{production} moved since the tests; on the merged tree {tree} this fails: {}\nNothing was published and no branch was changed.",
            self.failed.join(", ")
        ))
        .hint(format!("{}    # to reproduce it there", checked_out::git(plan.stands_at.as_ref(), &plan.branch, &merge)))
        .hint(format!("{again}{}", waive_options(&[first])))
        .into())
    }
}
