//! The commands that take a hotfix forward, and back.

use crate::model::severity::{DetectedBy, Reason, Reproduced, Severity};
use clap::{Args, ValueEnum, ValueHint};
use std::path::PathBuf;

/// Start a hotfix: triage, then a branch from production as it is on the remote.
///
/// NAME is a slug (fix-login-crash), a title in quotes, or a version (1.2.1); on a terminal it asks for a
/// missing one. It asks a few more questions while it reads the remote; Enter skips one, and each has a
/// flag. Uncommitted work is never touched: the hotfix then gets a separate worktree.
#[derive(Debug, Args)]
pub struct Start {
    /// A slug, a title in quotes, or a version.
    #[arg(allow_hyphen_values = false)]
    pub name: Option<String>,
    /// Set the title: what is broken, in one line (default: from NAME).
    #[arg(long, value_name = "T")]
    pub title: Option<String>,
    /// Set the severity: sev1 (worst) to sev5, or 1 to 5.
    #[arg(long, value_name = "SEV")]
    pub severity: Option<Severity>,
    /// Say why it cannot wait; can be repeated.
    #[arg(long, value_enum, value_name = "WHY", value_delimiter = ',')]
    pub reason: Vec<Reason>,
    /// Describe what users see.
    #[arg(long, value_name = "S")]
    pub symptom: Option<String>,
    /// Who and how many are affected.
    #[arg(long, value_name = "S")]
    pub impact: Option<String>,
    /// Describe the workaround, if there is one.
    #[arg(long, value_name = "S")]
    pub workaround: Option<String>,
    /// Say whether the fault was reproduced.
    #[arg(long, value_enum, value_name = "ANSWER")]
    pub reproduced: Option<Reproduced>,
    /// Set when it started for users: 14:02, -15m, 'yesterday 23:50'.
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    pub impact_started: Option<String>,
    /// Set when it was detected.
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    pub detected: Option<String>,
    /// Say who or what detected it.
    #[arg(long, value_enum, value_name = "WHO")]
    pub detected_by: Option<DetectedBy>,
    /// Name the open incident it belongs to, or 'new' (default: it asks; else the only one that waits for another fix, or 'new').
    #[arg(long, value_name = "NAME")]
    pub incident: Option<String>,
    /// Record that it can wait for the next scheduled release, and stop.
    #[arg(long)]
    pub can_wait: bool,
    /// Start even though it can wait.
    #[arg(long)]
    pub force: bool,
    /// Fix an old release instead of production: v1.4.2.
    #[arg(long, value_name = "REV")]
    pub from: Option<String>,
    /// Treat --from as a separate line although it is production's newest release.
    #[arg(long, requires = "from")]
    pub line: bool,
    /// Work in a separate worktree, at PATH or next to this one.
    #[arg(long, value_name = "PATH", num_args = 0..=1, require_equals = true, value_hint = ValueHint::DirPath, conflicts_with_all = ["stash", "carry"])]
    pub worktree: Option<Option<PathBuf>>,
    /// Stash uncommitted changes first.
    #[arg(long, conflicts_with = "carry")]
    pub stash: bool,
    /// Carry uncommitted changes over to the hotfix branch.
    #[arg(long)]
    pub carry: bool,
    /// Do not read the remote; use the last fetched state.
    #[arg(long)]
    pub no_fetch: bool,
    /// Push the new branch right away.
    #[arg(long)]
    pub push: bool,
}

/// Which releases carry the fault that a fix repairs, and which have the fix.
///
/// The lines that the fix changes are blamed as they were before it. The commits that wrote them
/// are candidates for where the fault came from; they are never called its cause. Without an argument it
/// examines the current or last hotfix. It also takes a commit, merge, release tag or range.
#[derive(Debug, Args)]
pub struct Affected {
    /// A hotfix, or any commit, merge, tag or range.
    #[arg(value_name = "NAME|REV")]
    pub what: Option<String>,
    /// Print a paragraph for users: affected versions and the version to update to.
    #[arg(long)]
    pub advisory: bool,
    /// Print it as a record in the OSV format, for a vulnerability database: the releases, and the
    /// commits between which it is.
    #[arg(long, conflicts_with = "advisory")]
    pub osv: bool,
}

/// Answer the checklist; an answer counts for the current tree of the branch.
///
/// Naming items answers them with yes. Without arguments, it runs the items that have a command and asks
/// the others on a terminal. When the branch changes, answers become stale and are asked again.
#[derive(Debug, Args)]
pub struct Check {
    /// Answer these items with yes.
    #[arg(value_name = "ID")]
    pub ids: Vec<String>,
    /// Answer an item; 'reviewed=EMAIL' names the reviewer.
    #[arg(long, value_name = "ID=yes|no")]
    pub answer: Vec<String>,
    /// Waive an item; the reason is shown in the post-mortem.
    #[arg(long, value_name = "ID=REASON")]
    pub waive: Vec<String>,
    /// Run or ask only these items.
    #[arg(long, value_name = "ID")]
    pub only: Vec<String>,
    /// Run the commands of this repository's hotfix.toml without asking.
    #[arg(long)]
    pub trust: bool,
    /// Use this hotfix.
    #[arg(long, value_name = "NAME")]
    pub hotfix: Option<String>,
}

/// Release the hotfix: merge into production, tag, publish both at once, merge back, clean up.
///
/// It lists every problem before it changes anything. Running the same command again continues: after a
/// rejection, a conflict, Ctrl-C or a power cut. With --dry-run it shows the plan and changes nothing.
///
/// The deploy and verify commands run in a checkout of the released tag, whatever is checked out
/// here, with HOTFIX_NAME, HOTFIX_BRANCH, HOTFIX_INCIDENT, HOTFIX_TAG, HOTFIX_VERSION,
/// HOTFIX_PREVIOUS_TAG and HOTFIX_COMMIT in the environment. The checkout is next to the repository
/// (shop.deploy-v1.2.1), contains the ignored files of start.copy, and is removed after a success.
#[derive(Debug, Args)]
pub struct Finish {
    /// The hotfix; the current one by default.
    pub name: Option<String>,
    /// Waive a checklist item.
    #[arg(long, value_name = "ID=REASON")]
    pub waive: Vec<String>,
    /// Use this commit of production as the merge of the hotfix.
    #[arg(long, value_name = "COMMIT")]
    pub merged_as: Option<String>,
    /// Release this package, if the repository has several with their own tags.
    #[arg(long, value_name = "NAME")]
    pub package: Option<String>,
    /// Release on this maintained line, if only another clone's log says that it is for it.
    #[arg(long, value_name = "BRANCH")]
    pub line: Option<String>,
    /// Release as this version instead of the next patch.
    #[arg(long, value_name = "X.Y.Z")]
    pub version: Option<String>,
    /// Set the message of the merge and the tag.
    #[arg(short, long, value_name = "MSG")]
    pub message: Option<String>,
    /// Choose how the fix reaches production: auto, direct or pr.
    ///
    /// direct pushes it. pr pushes the branch, opens a pull request, merges it once nothing blocks it, and
    /// continues from there. auto pushes, and goes through a pull request if the remote rejects that.
    #[arg(long, value_name = "MODE", value_parser = ["auto", "direct", "pr"])]
    pub mode: Option<String>,
    /// Wait for a pull request or a rejected merge-back (default: 10 minutes).
    ///
    /// It prints one line per change. A merge-back never holds up production. Ctrl-C stops the waiting;
    /// the same command continues later.
    #[arg(long, value_name = "DUR", num_args = 0..=1, require_equals = true, default_missing_value = "10m")]
    pub wait: Option<String>,
    /// Let the forge merge the pull request once nothing blocks it.
    #[arg(long)]
    pub auto: bool,
    /// Put the pull request at the front of the merge queue.
    #[arg(long)]
    pub jump: bool,
    /// Open the pull request as a draft.
    #[arg(long)]
    pub draft: bool,
    /// Reopen a closed pull request, or correct its base.
    #[arg(long)]
    pub reopen: bool,
    /// Open a pending pull request in the browser.
    #[arg(long)]
    pub open: bool,
    /// Merge and tag here only; a later finish pushes the same commits.
    #[arg(long)]
    pub no_push: bool,
    /// Do not deploy or verify.
    #[arg(long)]
    pub no_deploy: bool,
    /// Say whether the interrupted deployment completed.
    ///
    /// After a crash, or when another clone's log mentions a deployment, hotfix does not guess: yes
    /// continues without deploying, no deploys again.
    #[arg(long, value_enum, value_name = "yes|no", hide_possible_values = true)]
    pub deployed: Option<YesNo>,
    /// Keep the hotfix branch.
    #[arg(long)]
    pub keep_branch: bool,
    /// Leave out a merge-back branch; can be repeated.
    #[arg(long, value_name = "BRANCH=REASON")]
    pub skip: Vec<String>,
    /// Release although the change exceeds the size limit.
    #[arg(long, value_name = "REASON")]
    pub allow_large: Option<String>,
    /// Release although it contains commits of an unreleased branch.
    #[arg(long, value_name = "REASON")]
    pub allow_unreleased: Option<String>,
    /// Release commits that were added after the release as the next patch.
    #[arg(long)]
    pub next: bool,
    /// Mark the incident as resolved when everything is done.
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
/// HOTFIX_PREVIOUS_TAG and HOTFIX_COMMIT in the environment. The checkout is next to the repository
/// (shop.deploy-v1.2.1), contains the ignored files of start.copy, and is removed after a success.
#[derive(Debug, Args)]
pub struct Deploy {
    /// The hotfix; the current or last one by default.
    pub name: Option<String>,
    /// Say whether the interrupted deployment completed: yes records it, no deploys.
    #[arg(long, value_enum, value_name = "yes|no", hide_possible_values = true)]
    pub deployed: Option<YesNo>,
    /// Confirm this release, where only another clone's log says that the hotfix became it.
    #[arg(long, value_name = "TAG")]
    pub release: Option<String>,
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
    /// Watch for this long instead of the configured time.
    #[arg(long = "for", value_name = "DUR")]
    pub window: Option<String>,
    /// Set the time between two checks.
    #[arg(long, value_name = "DUR")]
    pub every: Option<String>,
    /// Run the commands of this repository's hotfix.toml without asking.
    #[arg(long)]
    pub trust: bool,
}

/// Roll back: release an earlier release's content as a new patch release.
///
/// It first shows what going back would undo. Then it reverts on production, tags, publishes and deploys
/// as finish does, and says for every other branch whether its next release keeps the fix.
#[derive(Clone, Debug, Args)]
pub struct Rollback {
    /// The release to undo; production's newest by default.
    pub tag: Option<String>,
    /// Take back everything released after this one (default: only the release that is undone).
    #[arg(long, value_name = "TAG")]
    pub to: Option<String>,
    /// Confirm the release to undo, when there is no terminal.
    #[arg(long, value_name = "TAG")]
    pub confirm: Option<String>,
    /// Release as this version instead of the next patch.
    #[arg(long, value_name = "X.Y.Z")]
    pub version: Option<String>,
    /// Keep the fix in this branch; can be repeated.
    #[arg(long, value_name = "BRANCH")]
    pub keep_fix_in: Vec<String>,
    /// Do not deploy or verify.
    #[arg(long)]
    pub no_deploy: bool,
    /// Say whether the interrupted deployment completed.
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
    /// Record the reason.
    #[arg(short, long, value_name = "WHY")]
    pub message: Option<String>,
}

/// Reverse the last local change. Anything already pushed is reported and left alone.
#[derive(Debug, Args)]
pub struct Undo {
    /// The hotfix; the current or last one by default.
    pub name: Option<String>,
}
