//! The commands of checks that run again need the same consent as those of a deployment.

use super::Attempt;
use crate::command::{again, check, trust};
use crate::engine::trust::Purpose;
use crate::model::failure::Problem;
use crate::model::plan::FinishPlan;
use crate::model::text::exact;

impl Attempt<'_> {
    /// Commands that nobody has said yes to stand in the way, as those of a deployment do.
    pub(super) fn trust_rechecks(&self, plan: &mut FinishPlan) -> anyhow::Result<()> {
        for item in &plan.rechecks {
            let Some(command) = &item.command else { continue };
            let given = self.args.trust || self.session.dry_run();
            if check::is_personal(self.workspace, &item.id)
                || trust::is_allowed(
                    self.session,
                    self.workspace,
                    (Purpose::Check(&item.id), command),
                    given,
                )?
            {
                continue;
            }
            plan.problems.push(Problem::new(
                "trust",
                format!("the command of '{}' is not trusted here yet: {}", item.id, exact(command)),
                format!("{} --trust", again("hotfix finish", &plan.name)),
            ));
        }
        Ok(())
    }
}
