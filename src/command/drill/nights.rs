//! The nights that people fear: a merge-back that conflicts, and a release that has to be taken back.

use super::Tale;
use super::stage::Clash;

impl Tale<'_> {
    /// From the plan to a merge that a person resolves.
    pub(super) fn with_a_conflict(&self, clash: &Clash) -> anyhow::Result<()> {
        let branch = &clash.branch;
        self.heading(
            "6 deploy",
            &[
                &format!(
                    "{branch} has changed the same lines since. The plan says so before anything is changed:"
                ),
                "production is released all the same.",
            ],
        );
        self.hotfix_exits(&["finish", "--dry-run"], 5)?;
        self.heading(
            "7 merge",
            &[
                "Production and its tag are published. The merge that conflicts is left to you, in a",
                "worktree of its own, and the exit status is 5.",
            ],
        );
        self.hotfix_exits(&["finish", "--yes"], 5)?;
        self.say("");
        self.say(&format!(
            "The fix is released and can be deployed while {branch} waits. The status names the place:"
        ));
        self.hotfix(&["status"])?;
        let there = self.stage.beside(&format!("merge-back-{}", branch.replace('/', "-")));
        self.cd(&there)?;
        self.shown(&["diff"], true)?;
        let both = format!("keep what {branch} changed and what the fix changed, and no marker");
        self.edit(&clash.path, &clash.resolved, &both)?;
        self.git(&["add", &clash.path])?;
        self.say("");
        self.say("The same command again completes it:");
        self.hotfix(&["finish", "--yes"])?;
        let clone = self.stage.clone.clone();
        self.cd(&clone)
    }

    /// Going back to the release before.
    pub(super) fn roll_back(&self, tag: &str) -> anyhow::Result<()> {
        self.heading(
            "1 detect   2 assess",
            &[
                &format!(
                    "It is 3 am. {tag} went out, and something is badly broken since. Nobody knows why, and"
                ),
                "the release before it was good: going back is faster than a fix. First, what that means:",
                "which commits are undone, and what becomes of them on the other branches.",
            ],
        );
        self.hotfix(&["rollback", "--dry-run"])?;
        self.heading(
            "3 branch   4 fix   5 test",
            &["Not needed: what was in production before is known to work."],
        );
        self.heading(
            "6 deploy   7 merge",
            &[
                "History goes forward: the revert is a new patch release, published and deployed like any",
                &format!(
                    "other. --confirm names the release that is undone; without it, {tag} is asked about."
                ),
            ],
        );
        self.hotfix(&["rollback", "--confirm", tag])
    }
}
