//! The night in which production is protected: the same two commands, with a colleague in between.

use super::Tale;
use super::forge_box::{ForgeBox, REVIEWER};

impl Tale<'_> {
    /// From the plan to a release, through a pull request at a forge in a box.
    pub(super) fn through_a_request(&self, forge: &ForgeBox) -> anyhow::Result<()> {
        self.heading(
            "6 deploy",
            &[
                "Production is protected here: it takes pull requests only, and each needs an approval.",
                "The plan knows it, because the forge was asked. Nothing is changed yet.",
            ],
        );
        self.hotfix(&["finish", "--dry-run"])?;
        self.heading(
            "7 merge",
            &[
                "Now for real: the branch is published with the version on it, and the pull request is",
                "opened. Then it waits for a person, says for whom, and ends with 8. Nothing is lost: the",
                "same command goes on.",
            ],
        );
        self.hotfix_exits(&["finish", "--yes"], 8)?;
        self.hotfix(&["status"])?;
        self.heading(
            &format!("({REVIEWER} reads the change at the forge and approves it)"),
            &[
                "The same command again. What was approved is merged, what production has then is tagged,",
                "and the fix goes back to the other branches. The approval answers the checklist.",
            ],
        );
        forge.approve();
        self.hotfix(&["finish", "--yes"])
    }
}
