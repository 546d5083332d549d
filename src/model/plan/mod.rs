//! What `finish` and `rollback` are going to do, as data: shown before it is done, and the only thing
//! the engine takes.

mod approval;
mod refs;
mod stage;
mod step;
mod target;

pub use approval::{Answer, Approved, Approver, Change, Proposal, approve};
pub use refs::{Deletion, Update, head, short_ref, tag_ref};
pub use stage::{Stage, StageKind};
pub use step::{Fact, Progress, Push, RequestStep, Step, pushes, steps_json};
pub use target::{Method, Outcome, Role, Target};

use super::checked_out::CheckedOut;
use super::checklist::Item;
use super::failure::Problem;
use super::oid::Oid;
use semver::Version;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::PathBuf;

/// A commit named to a person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CommitLine {
    pub commit: Oid,
    pub subject: String,
    pub author: String,
}

/// How much a change is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DiffStat {
    pub files: usize,
    pub added: usize,
    pub removed: usize,
}

/// How much of the change counts, and the limit it is held against.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Size {
    pub lines: u64,
    pub files: u64,
    pub largest: Option<(String, u64)>,
    pub max_lines: u64,
    pub max_files: u64,
}

impl Size {
    /// Whether the change is larger than a hotfix may be.
    pub const fn is_too_large(&self) -> bool {
        self.lines > self.max_lines || self.files > self.max_files
    }
}

/// The release that a finish makes or has made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Release {
    pub version: Version,
    /// The tag's name.
    pub tag: String,
    /// The release before it, if any.
    pub previous: Option<String>,
    /// The production commit the tag stands on; `None` when production does not merge.
    pub commit: Option<Oid>,
    /// The hotfix's tip with the version files of the release on top: what is merged.
    pub head: Option<Oid>,
    /// The tag object to publish; `None` when the tag is public already or there is a problem.
    pub tag_object: Option<Oid>,
    /// Files that name the version, or the changelog, which change with it.
    pub version_files: Vec<String>,
    /// The hotfix's tree with those files changed.
    pub bumped_tree: Option<Oid>,
    /// Version files that were left alone, and why.
    pub notes: Vec<String>,
    /// What would be wrong with the released tree, by the rules of its own formats.
    pub faults: Vec<String>,
    /// The directory of the package that is released; empty for the whole repository.
    pub directory: String,
    /// The tool that makes the tag, where this program does not and the tag is not there yet.
    pub awaits: Option<String>,
    /// A version file that is above the newest release already, and what it says.
    pub ahead: Option<(String, String)>,
    /// Version files of production that still say the version before, where others merged the fix.
    pub unversioned: Vec<String>,
}

impl Release {
    /// The version as people write it, which is not always three numbers.
    pub fn number(&self) -> String {
        crate::model::version::number_of(&self.tag).unwrap_or_else(|| self.version.to_string())
    }
}

impl Default for Release {
    fn default() -> Self {
        Self {
            version: Version::new(0, 0, 0),
            tag: String::new(),
            previous: None,
            commit: None,
            head: None,
            tag_object: None,
            version_files: Vec::new(),
            bumped_tree: None,
            notes: Vec::new(),
            faults: Vec::new(),
            directory: String::new(),
            awaits: None,
            ahead: None,
            unversioned: Vec::new(),
        }
    }
}

/// Everything `finish` will do.
#[derive(Clone, Debug)]
pub struct FinishPlan {
    /// The hotfix's name.
    pub name: String,
    /// The hotfix branch, without `refs/heads/`.
    pub branch: String,
    /// The tip that ships.
    pub tip: Oid,
    /// That tip's tree: what the checklist was answered for.
    pub tested_tree: Oid,
    /// The tree that is tagged.
    pub shipped_tree: Option<Oid>,
    /// Files that differ between the two.
    pub untested_files: Vec<String>,
    /// The release that a rollback undoes.
    pub undoes: Option<String>,
    /// The remote everything is published to; `None` keeps it local.
    pub remote: Option<String>,
    /// Where that remote pushes to, without user-info.
    pub url: Option<String>,
    pub release: Release,
    /// Production first.
    pub targets: Vec<Target>,
    /// Commits in production's tip that no release has yet.
    pub also_ships: Vec<CommitLine>,
    /// The hotfix's own commits, newest first: what is cherry-picked.
    pub own: Vec<Oid>,
    pub stat: DiffStat,
    /// The hotfix branch on the remote, when it is published there.
    pub published_branch: Option<Oid>,
    /// The hotfix branch here.
    pub local_branch: Option<Oid>,
    pub delete_branch: bool,
    /// Untracked files, left alone.
    pub untracked: Vec<String>,
    /// Items whose command runs again on what is about to be tagged, before it is published.
    pub rechecks: Vec<Item>,
    /// Commands between publishing production and merging back, in order.
    pub stages: Vec<Stage>,
    /// Everything that stands in the way.
    pub problems: Vec<Problem>,
    /// Said in the plan, no obstacle.
    pub remarks: Vec<String>,
    /// What becomes of a tag of this hotfix that was published without production.
    pub left_behind: Option<String>,
    /// Production takes requests only: instead of a push of production this branch is published and
    /// a request opened.
    pub request: Option<RequestStep>,
    /// The worktrees that have the hotfix branch checked out, and whether each is removed.
    pub worktrees: Vec<(PathBuf, bool)>,
    /// The worktrees of merges that a person has resolved, by branch.
    pub resolved: Vec<(String, PathBuf)>,
    /// Where the hotfix branch is checked out.
    pub stands_at: Option<CheckedOut>,
    /// The worktree that the command runs in.
    pub worktree_here: Option<PathBuf>,
    /// Further addresses of the remote, which get what the deciding one has accepted.
    pub mirrors: Vec<String>,
    /// Kept here on request although there is a remote.
    pub held: bool,
    /// Signatures and hooks come after approval: the ids of the commits are not final yet.
    pub provisional: bool,
    /// The trees that are published, by branch.
    pub trees: BTreeMap<String, Oid>,
    /// What happens, in order.
    pub steps: Vec<Step>,
}

impl FinishPlan {
    /// The production target.
    pub fn production(&self) -> Option<&Target> {
        self.targets.iter().find(|t| t.role == Role::Production)
    }

    /// The merge-back targets.
    pub fn merge_backs(&self) -> impl Iterator<Item = &Target> {
        self.targets.iter().filter(|t| t.role == Role::MergeBack)
    }

    /// Targets that a person has to merge.
    pub fn conflicts(&self) -> impl Iterator<Item = &Target> {
        self.targets.iter().filter(|t| t.outcome == Outcome::Conflict)
    }

    /// Production and its tag, which are published together or not at all.
    pub fn release_updates(&self) -> Vec<Update> {
        let production = self.production().and_then(Target::update);
        let tag = self.release.tag_object.clone().map(|new| Update {
            name: tag_ref(&self.release.tag),
            expect: None,
            new,
        });
        production.into_iter().chain(tag).collect()
    }

    /// The merge-backs that can be published.
    pub fn merge_back_updates(&self) -> Vec<Update> {
        self.merge_backs().filter_map(Target::update).collect()
    }
}

impl Proposal for FinishPlan {
    fn trees(&self) -> BTreeMap<String, Oid> {
        self.trees.clone()
    }

    fn untested(&self) -> &[String] {
        &self.untested_files
    }
}
