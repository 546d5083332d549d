//! What `finish` has to know, as plain data.

pub use super::progress::Progress;
use super::version::Versions;
use crate::model::astray::Astray;
use crate::model::checked_out::{self, CheckedOut, Unfinished};
use crate::model::checklist::Standing;
use crate::model::oid::Oid;
use crate::model::plan::{CommitLine, DiffStat, Size};
use crate::model::text::{count, safe, shell_word};
use std::path::PathBuf;

/// How the hotfix branch here relates to the one on the remote.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Publication {
    /// It is only here.
    Unpublished,
    /// It is only there.
    OnlyRemote,
    Same,
    /// This many commits are only here.
    Ahead(usize),
    /// This many commits are only there.
    Behind(usize),
    /// Each side has commits of its own.
    Diverged,
}

/// A tag of this hotfix that reached the remote without production, which has moved on since: the
/// server died between the two. It is public, so it stays where it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stranded {
    pub tag: String,
    /// The commit it stands on.
    pub commit: Oid,
    /// Whether that commit holds all of the hotfix, so that it can be merged instead of the tip.
    pub has_all: bool,
}

/// A commit that a submodule shall be at and that is only in one copy of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stray {
    /// The submodule.
    pub path: String,
    pub commit: Oid,
    /// The copy that has it.
    pub copy: String,
}

/// A release that has some commits of the branch, and not all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PartlyOut {
    pub tag: String,
    /// Who made it and how many commits of the branch it has, where this clone's record does not know it.
    pub by: Option<(String, usize)>,
}

impl PartlyOut {
    /// `grace released v1.2.1 with 1 commit of this branch`; `None` for a release of this clone.
    pub fn words(&self) -> Option<String> {
        let (by, out) = self.by.as_ref()?;
        Some(format!("{} released {} with {} of this branch", safe(by), self.tag, count(*out, "commit")))
    }
}

/// What a rollback takes back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Revert {
    /// The release that is undone.
    pub tag: String,
    pub commit: Oid,
    /// The release that is restored, as far as nothing else was released with the one that is undone.
    pub back_to: String,
    /// The version that the files have there.
    pub version: semver::Version,
    /// The commit whose content replaces what the undone release brought.
    pub onto: Oid,
}

/// What a plan does with one merge-back target.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Fate {
    /// It gets what production got.
    #[default]
    Gets,
    /// It keeps its content; the merge is only recorded.
    Keeps,
    /// It has nothing of what is undone.
    Lacks,
}

/// A branch the fix is merged back to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TargetFacts {
    pub branch: String,
    pub tip: Oid,
    /// Why it was taken off the list, when it was.
    pub skipped: Option<String>,
    /// A fix for an old line is ported: production's history does not belong here.
    pub port: bool,
    pub fate: Fate,
    /// How it lost the fix that it already had, when it did.
    pub lost: Option<Lost>,
}

/// A branch has the commits of a fix and not the fix.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Lost {
    /// The merge that brought it took the other side; named in words.
    Merge(String),
    /// A later commit took it back; named in words.
    Back(String),
}

/// The hotfix's branch, or production as it is for a rollback, which has no branch of its own.
#[derive(Clone, Debug)]
pub struct BranchFacts {
    /// Without `refs/heads/`.
    pub name: String,
    pub tip: Oid,
    /// The tree that was tested: without the version commit that finish makes.
    pub tree: Oid,
    pub local: Option<Oid>,
    pub published: Option<Oid>,
    pub publication: Publication,
    /// Its commits that production does not have, newest first.
    pub commits: Vec<CommitLine>,
    /// Its own commits since it started, newest first, without merges: what is cherry-picked where
    /// merging is not the way.
    pub own: Vec<Oid>,
    /// Those among them that come from a merge-back target.
    pub foreign: Vec<CommitLine>,
    /// The branches those come from.
    pub foreign_from: Vec<String>,
    pub stat: DiffStat,
    /// Changed lines and files that count for the size limits, and the largest such file.
    pub size: Size,
    pub strays: Vec<Stray>,
    /// Files of the change with conflict markers.
    pub marked: Vec<String>,
    /// Commits with which it was merged and that the branch here does not have, newest first.
    pub added: Vec<CommitLine>,
}

/// Production, and where it is.
#[derive(Clone, Debug)]
pub struct ProductionFacts {
    /// Without `refs/heads/`.
    pub name: String,
    pub tip: Oid,
    /// Its commits that no release has.
    pub also_ships: Vec<CommitLine>,
    /// The commit that took the fix back out of it after it was merged.
    pub reverted: Option<CommitLine>,
    /// The merge that gave it the commits of the fix and not the fix, in words.
    pub dropped: Option<String>,
    pub remote: Option<String>,
    pub url: Option<String>,
}

/// The release that is made, and those before it.
#[derive(Clone, Debug)]
pub struct ReleaseFacts {
    pub versions: Versions,
    /// The directory of the package that is released, where the repository holds several.
    pub directory: Option<String>,
    /// The newest release below production.
    pub previous: Option<String>,
    /// A release that was made of it earlier, when the branch has new commits since.
    pub earlier: Option<PartlyOut>,
    pub stranded: Option<Stranded>,
    /// The tag of an earlier run is on the remote already: what it names is not made again.
    pub tag_is_out: bool,
}

/// The worktrees that have a part in it, and what is in them.
#[derive(Clone, Debug, Default)]
pub struct WorktreeFacts {
    /// Where the hotfix branch is checked out.
    pub hotfix: Option<CheckedOut>,
    /// What was done on another branch than the hotfix's.
    pub astray: Option<Astray>,
    /// What no commit there has yet.
    pub unfinished: Unfinished,
    pub untracked: Vec<String>,
    /// Those that have the hotfix branch checked out, and whether finish removes each: `start` made it,
    /// it is clean, and it is not the current one.
    pub on_branch: Vec<(PathBuf, bool)>,
    /// The one that the command runs in.
    pub here: Option<PathBuf>,
    /// Without a remote: branches that have to move but are checked out elsewhere, and where.
    pub occupied: Vec<(String, String)>,
}

/// What `finish` has to know before it plans a single merge.
#[derive(Clone, Debug)]
pub struct FinishFacts {
    pub name: String,
    pub title: String,
    /// What its entry in the changelog is filed under: "Fixed".
    pub kind: &'static str,
    pub incident: Option<String>,
    /// ` --hotfix NAME`, where `hotfix check` needs it.
    pub flag: String,
    pub progress: Progress,
    pub branch: BranchFacts,
    pub production: ProductionFacts,
    pub release: ReleaseFacts,
    pub worktrees: WorktreeFacts,
    /// Set for a rollback.
    pub revert: Option<Revert>,
    pub standings: Vec<Standing>,
    pub targets: Vec<TargetFacts>,
    /// Whether git knows who commits.
    pub identity: bool,
    /// Things worth saying that stop nothing.
    pub remarks: Vec<String>,
}

impl FinishFacts {
    /// The command that these facts are for, to be typed again.
    pub fn command(&self) -> String {
        match &self.revert {
            Some(revert) => format!("hotfix rollback {}", shell_word(&revert.tag)),
            None => format!("hotfix finish {}", shell_word(&self.name)),
        }
    }

    /// A git command about the hotfix's branch, as it is typed here.
    pub fn git(&self, arguments: &str) -> String {
        checked_out::git(self.worktrees.hotfix.as_ref(), &self.branch.name, arguments)
    }
}
