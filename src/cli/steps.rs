//! The commands that take a hotfix forward, and back.

use crate::model::severity::{DetectedBy, Reason, Reproduced, Severity};
use clap::{Args, ValueEnum, ValueHint};
use std::path::PathBuf;

/// Start a hotfix: triage, then a branch from production as it is on the remote.
///
/// NAME is a slug (fix-login-crash), a title in quotes, or a version (1.2.1). On a terminal a few
/// questions are asked while the remote is read; every one can be skipped with Enter and has a
/// flag. Work that is not committed is never touched: the hotfix then gets a worktree of its own.
#[derive(Debug, Args)]
pub struct Start {
    /// A slug, a title in quotes, or a version.
    #[arg(allow_hyphen_values = false)]
    pub name: String,
    /// What is broken, in one line; NAME made readable by default.
    #[arg(long, value_name = "T")]
    pub title: Option<String>,
    /// How bad it is: sev1 (worst) to sev5, or 1 to 5.
    #[arg(long, value_name = "SEV")]
    pub severity: Option<Severity>,
    /// Why it cannot wait; may be given several times.
    #[arg(long, value_enum, value_name = "WHY", value_delimiter = ',')]
    pub reason: Vec<Reason>,
    /// What people see.
    #[arg(long, value_name = "S")]
    pub symptom: Option<String>,
    /// Who and how many are affected.
    #[arg(long, value_name = "S")]
    pub impact: Option<String>,
    /// What helps until it is fixed.
    #[arg(long, value_name = "S")]
    pub workaround: Option<String>,
    /// Whether somebody has reproduced it.
    #[arg(long, value_enum, value_name = "ANSWER")]
    pub reproduced: Option<Reproduced>,
    /// When it began for users: 14:02, -15m, 'yesterday 23:50'.
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    pub impact_started: Option<String>,
    /// When it was noticed.
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    pub detected: Option<String>,
    /// Who or what noticed it.
    #[arg(long, value_enum, value_name = "WHO")]
    pub detected_by: Option<DetectedBy>,
    /// The open incident it belongs to, or 'new'; the only open one by default.
    #[arg(long, value_name = "NAME")]
    pub incident: Option<String>,
    /// It can wait for the next scheduled release: record that and stop.
    #[arg(long)]
    pub can_wait: bool,
    /// Start even though it can wait.
    #[arg(long)]
    pub force: bool,
    /// Fix an old release instead of production: v1.4.2.
    #[arg(long, value_name = "REV")]
    pub from: Option<String>,
    /// Treat --from as a line of its own although it is production's newest release.
    #[arg(long, requires = "from")]
    pub line: bool,
    /// Work in a worktree of its own, at PATH or beside this one.
    #[arg(long, value_name = "PATH", num_args = 0..=1, require_equals = true, value_hint = ValueHint::DirPath, conflicts_with_all = ["stash", "carry"])]
    pub worktree: Option<Option<PathBuf>>,
    /// Put uncommitted changes into the stash first.
    #[arg(long, conflicts_with = "carry")]
    pub stash: bool,
    /// Take uncommitted changes along.
    #[arg(long)]
    pub carry: bool,
    /// Do not read the remote; go on from what is known.
    #[arg(long)]
    pub no_fetch: bool,
    /// Publish the new branch right away.
    #[arg(long)]
    pub push: bool,
}

/// Which releases carry the fault that a fix repairs, and which have the fix.
///
/// The lines that the fix changes are blamed as they were before it. The commits that wrote them
/// are candidates for where the fault came from; they are never called its cause. Without a name
/// the current or last hotfix is looked at. Any commit, merge, release tag or range will do.
#[derive(Debug, Args)]
pub struct Affected {
    /// A hotfix, or any commit, merge, tag or range.
    #[arg(value_name = "NAME|REV")]
    pub what: Option<String>,
    /// Print a paragraph for users: which versions are affected, and where to go from each.
    #[arg(long)]
    pub advisory: bool,
}

/// Answer the checklist: each answer is for the tree of the branch as it is now.
///
/// Naming items answers them with yes. Without arguments, items that have a command are run, and
/// open ones are asked on a terminal. When the branch changes, answers become stale and are asked
/// again.
#[derive(Debug, Args)]
pub struct Check {
    /// Items answered with yes.
    #[arg(value_name = "ID")]
    pub ids: Vec<String>,
    /// Answer an item; 'reviewed=EMAIL' says who told you.
    #[arg(long, value_name = "ID=yes|no")]
    pub answer: Vec<String>,
    /// Go without an item; the reason stays visible in the post-mortem.
    #[arg(long, value_name = "ID=REASON")]
    pub waive: Vec<String>,
    /// Run or ask only these.
    #[arg(long, value_name = "ID")]
    pub only: Vec<String>,
    /// Run the commands of this repository's hotfix.toml without asking.
    #[arg(long)]
    pub trust: bool,
    /// The hotfix it belongs to.
    #[arg(long, value_name = "NAME")]
    pub hotfix: Option<String>,
}

/// Release the hotfix: merge into production, tag, publish both at once, merge back, clean up.
///
/// Everything that stands in the way is listed before anything is changed. Running the same
/// command again always continues: after a refusal, a conflict, Ctrl-C or a power cut. With
/// --dry-run the plan is shown and nothing is changed.
///
/// The deploy and verify commands run in a checkout of the released tag, whatever is checked out
/// here, with HOTFIX_NAME, HOTFIX_BRANCH, HOTFIX_INCIDENT, HOTFIX_TAG, HOTFIX_VERSION,
/// HOTFIX_PREVIOUS_TAG and HOTFIX_COMMIT in the environment. The checkout is beside the repository
/// (shop.deploy-v1.2.1), holds the ignored files of start.copy, and is removed after a success.
#[derive(Debug, Args)]
pub struct Finish {
    /// The hotfix; the current one by default.
    pub name: Option<String>,
    /// Go without a checklist item.
    #[arg(long, value_name = "ID=REASON")]
    pub waive: Vec<String>,
    /// Take this commit of production as the one that brought the hotfix.
    #[arg(long, value_name = "COMMIT")]
    pub merged_as: Option<String>,
    /// Release this package, where the repository holds several with tags of their own.
    #[arg(long, value_name = "NAME")]
    pub package: Option<String>,
    /// Release as this version instead of the next patch.
    #[arg(long, value_name = "X.Y.Z")]
    pub version: Option<String>,
    /// The message of the merge and the tag.
    #[arg(short, long, value_name = "MSG")]
    pub message: Option<String>,
    /// How the fix gets onto production: auto, direct or pr.
    ///
    /// Direct pushes it. Pr publishes the branch, opens a pull request, merges it once nothing holds it
    /// up, and goes on from there. Auto pushes, and takes the way through a pull request where the
    /// remote refuses that.
    #[arg(long, value_name = "MODE", value_parser = ["auto", "direct", "pr"])]
    pub mode: Option<String>,
    /// Wait for what holds a pull request or a merge-back up, 10 minutes by default.
    ///
    /// One line for each change. Production is never held up by a merge-back. Ctrl-C ends the waiting;
    /// the same command goes on later.
    #[arg(long, value_name = "DUR", num_args = 0..=1, require_equals = true, default_missing_value = "10m")]
    pub wait: Option<String>,
    /// Have the forge merge the pull request once nothing holds it up.
    #[arg(long)]
    pub auto: bool,
    /// Put the pull request at the front of the merge queue.
    #[arg(long)]
    pub jump: bool,
    /// Open the pull request as a draft.
    #[arg(long)]
    pub draft: bool,
    /// Open a closed pull request again, or give it the right base.
    #[arg(long)]
    pub reopen: bool,
    /// Open the pull request in the browser when it waits.
    #[arg(long)]
    pub open: bool,
    /// Merge and tag here only; a later finish publishes the same commits.
    #[arg(long)]
    pub no_push: bool,
    /// Neither deploy nor verify.
    #[arg(long)]
    pub no_deploy: bool,
    /// Say whether a deployment whose end is not known happened.
    ///
    /// After a crash, or when the log of another clone speaks of a deployment, hotfix does not guess:
    /// yes goes on without deploying, no deploys again.
    #[arg(long, value_enum, value_name = "yes|no", hide_possible_values = true)]
    pub deployed: Option<YesNo>,
    /// Keep the hotfix branch.
    #[arg(long)]
    pub keep_branch: bool,
    /// Take a branch off the merge-back list; may be given several times.
    #[arg(long, value_name = "BRANCH=REASON")]
    pub skip: Vec<String>,
    /// Release although the change is larger than a hotfix should be.
    #[arg(long, value_name = "REASON")]
    pub allow_large: Option<String>,
    /// Release although it holds commits of a branch that is not released.
    #[arg(long, value_name = "REASON")]
    pub allow_unreleased: Option<String>,
    /// Release commits that were added after the release as the next patch.
    #[arg(long)]
    pub next: bool,
    /// Mark the incident as resolved when all of it is done.
    #[arg(long)]
    pub resolved: bool,
    /// Run the commands of this repository's hotfix.toml without asking.
    #[arg(long)]
    pub trust: bool,
}

/// Yes or no.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum YesNo {
    Yes,
    No,
}

/// Run the deploy command for the hotfix's release again.
///
/// It is the deploy command of production's hotfix.toml as it was before the hotfix.
///
/// It runs in a checkout of the released tag, whatever is checked out
/// here, with HOTFIX_NAME, HOTFIX_BRANCH, HOTFIX_INCIDENT, HOTFIX_TAG, HOTFIX_VERSION,
/// HOTFIX_PREVIOUS_TAG and HOTFIX_COMMIT in the environment. The checkout is beside the repository
/// (shop.deploy-v1.2.1), holds the ignored files of start.copy, and is removed after a success.
#[derive(Debug, Args)]
pub struct Deploy {
    /// The hotfix; the current or last one by default.
    pub name: Option<String>,
    /// Say whether a deployment whose end is not known happened: yes records it, no deploys.
    #[arg(long, value_enum, value_name = "yes|no", hide_possible_values = true)]
    pub deployed: Option<YesNo>,
    /// Wait for a deployment that the forge knows of ([deploy] watch), at most so long.
    #[arg(long, value_name = "DUR", num_args = 0..=1, default_missing_value = "30m", require_equals = true)]
    pub wait: Option<String>,
    /// Run the commands of this repository's hotfix.toml without asking.
    #[arg(long)]
    pub trust: bool,
}

/// Run the verify checks for the hotfix's release again.
///
/// They run where the deploy command runs, with the same variables: hotfix help deploy.
#[derive(Debug, Args)]
pub struct Verify {
    /// The hotfix; the current or last one by default.
    pub name: Option<String>,
    /// Watch this long instead of what is configured.
    #[arg(long = "for", value_name = "DUR")]
    pub window: Option<String>,
    /// The time between two looks.
    #[arg(long, value_name = "DUR")]
    pub every: Option<String>,
    /// Run the commands of this repository's hotfix.toml without asking.
    #[arg(long)]
    pub trust: bool,
}

/// Go back: release an earlier release's content as a new patch release.
///
/// Shows first what going back means. It reverts on production, tags, publishes and deploys by the
/// same path as finish, and says for every other branch whether its next release keeps the fix.
#[derive(Clone, Debug, Args)]
pub struct Rollback {
    /// The release to undo; production's newest by default.
    pub tag: Option<String>,
    /// The release whose content production shall have again; the one before by default.
    #[arg(long, value_name = "TAG")]
    pub to: Option<String>,
    /// Without a terminal: the release that is undone, typed once more.
    #[arg(long, value_name = "TAG")]
    pub confirm: Option<String>,
    /// A branch that keeps the fix; may be given several times.
    #[arg(long, value_name = "BRANCH")]
    pub keep_fix_in: Vec<String>,
    /// Neither deploy nor verify.
    #[arg(long)]
    pub no_deploy: bool,
    /// Say whether a deployment whose end is not known happened.
    #[arg(long, value_enum, value_name = "yes|no", hide_possible_values = true)]
    pub deployed: Option<YesNo>,
    /// Run the commands of this repository's hotfix.toml without asking.
    #[arg(long)]
    pub trust: bool,
}

/// Give the hotfix up. Its commits stay reachable, its log is closed as cancelled.
#[derive(Debug, Args)]
pub struct Abort {
    /// The hotfix; the current one by default.
    pub name: Option<String>,
    /// Why.
    #[arg(short, long, value_name = "WHY")]
    pub message: Option<String>,
}

/// Reverse the last local change. What is public is named and left.
#[derive(Debug, Args)]
pub struct Undo {
    /// The hotfix; the current or last one by default.
    pub name: Option<String>,
}
