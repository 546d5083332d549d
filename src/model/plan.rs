//! What `finish` is going to do, as data: shown before it is done, and the only thing the engine takes.

use super::checklist::Item;
use super::failure::Problem;
use super::oid::Oid;
use chrono::Duration;
use semver::Version;
use serde::{Deserialize, Serialize};

/// Whether a branch is what is in production, or receives the fix afterwards.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    Production,
    MergeBack,
}

/// How the fix gets onto a branch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Method {
    Merge,
    Squash,
    CherryPick,
    FastForward,
    None,
}

/// What the attempt in the object database gave.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    Clean,
    /// The branch has the fix already.
    Contained,
    Conflict,
    /// Taken off the list by a person.
    Skipped,
}

/// One branch and what happens to it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Target {
    /// Without `refs/heads/`.
    pub branch: String,
    pub role: Role,
    pub method: Method,
    pub outcome: Outcome,
    /// Its tip on the remote (or here, without a remote).
    pub old: Option<Oid>,
    /// Its tip afterwards, when something is published.
    pub new: Option<Oid>,
    /// Paths that do not merge.
    pub conflicts: Vec<String>,
}

impl Target {
    /// A branch at its tip, with nothing to do there.
    pub fn untouched(branch: &str, role: Role, tip: &Oid) -> Self {
        Self {
            branch: branch.to_owned(),
            role,
            method: Method::None,
            outcome: Outcome::Contained,
            old: Some(tip.clone()),
            new: None,
            conflicts: Vec::new(),
        }
    }

    /// The update that publishes this target, when there is something to publish.
    pub fn update(&self) -> Option<Update> {
        let (old, new) = (self.old.clone()?, self.new.clone()?);
        (self.outcome == Outcome::Clean && old != new).then(|| Update {
            name: head(&self.branch),
            expect: Some(old),
            new,
        })
    }
}

/// A ref that is created or moved, with the value it must have until then.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Update {
    /// Fully qualified: `refs/heads/main`.
    pub name: String,
    /// The expected old value; `None` means the ref must not exist.
    pub expect: Option<Oid>,
    pub new: Oid,
}

/// A ref that is deleted, with the value it must have until then. A type of its own, so that an
/// update can never turn into a deletion.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Deletion {
    /// Fully qualified.
    pub name: String,
    pub expect: Oid,
}

/// The full name of a branch.
pub fn head(branch: &str) -> String {
    format!("refs/heads/{branch}")
}

/// The full name of a tag.
pub fn tag_ref(tag: &str) -> String {
    format!("refs/tags/{tag}")
}

/// A full ref name as people say it: `main`, `v1.2.1`.
pub fn short_ref(name: &str) -> &str {
    name.strip_prefix("refs/heads/").or_else(|| name.strip_prefix("refs/tags/")).unwrap_or(name)
}

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
            unversioned: Vec::new(),
        }
    }
}

/// Whether a command deploys or looks whether the deployment works.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum StageKind {
    Deploy,
    Verify,
}

/// A command that runs between publishing production and merging back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stage {
    pub kind: StageKind,
    /// `deploy`, or the name of the verify check.
    pub name: String,
    pub command: String,
    /// The time between two runs of a verify check.
    pub every: Duration,
    /// How long a verify check is watched; zero means one run.
    pub window: Duration,
    /// The longest one run may take.
    pub timeout: Option<Duration>,
}

/// The way onto production where it takes requests only.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestStep {
    /// The hotfix branch with the version on top, when the remote does not have it yet.
    pub publish: Option<Update>,
    /// `pull request`, `merge request`.
    pub what: &'static str,
    /// Where it is opened, for people.
    pub place: String,
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

    /// Targets that a human has to merge.
    pub fn conflicts(&self) -> impl Iterator<Item = &Target> {
        self.targets.iter().filter(|t| t.outcome == Outcome::Conflict)
    }

    /// Production and its tag, which are published together or not at all.
    pub fn release_updates(&self) -> Vec<Update> {
        if let Some(request) = &self.request {
            return request.publish.clone().into_iter().collect();
        }
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
        if self.request.is_some() {
            return Vec::new();
        }
        self.merge_backs().filter_map(Target::update).collect()
    }

    /// What is deleted on the remote at the very end.
    pub fn remote_deletion(&self) -> Option<Deletion> {
        let expect = self.published_branch.clone()?;
        self.delete_branch.then(|| Deletion { name: head(&self.branch), expect })
    }

    /// Whether the merge-backs ride in the same push as production: nothing stands between.
    pub fn is_joint(&self) -> bool {
        self.stages.is_empty() && self.conflicts().next().is_none()
    }

    /// What is pushed together, in order; the deletion of the branch comes behind.
    pub fn push_groups(&self) -> Vec<Vec<Update>> {
        let (release, backs) = (self.release_updates(), self.merge_back_updates());
        let groups = if self.is_joint() {
            vec![release.into_iter().chain(backs).collect()]
        } else {
            let mut groups = vec![release];
            groups.extend(backs.into_iter().map(|back| vec![back]));
            groups
        };
        groups.into_iter().filter(|g: &Vec<Update>| !g.is_empty()).collect()
    }

    /// The pushes, in order, as full ref names; a deletion has a colon in front.
    pub fn pushes(&self) -> Vec<Vec<String>> {
        if self.remote.is_none() {
            return Vec::new();
        }
        let names = |updates: Vec<Update>| updates.into_iter().map(|u| u.name).collect::<Vec<_>>();
        let mut pushes: Vec<Vec<String>> = self.push_groups().into_iter().map(names).collect();
        if self.conflicts().next().is_none() {
            pushes.extend(self.remote_deletion().map(|d| vec![format!(":{}", d.name)]));
        }
        pushes
    }
}

/// A plan that somebody has seen and agreed to, or for which no problem was left and nobody had
/// to be asked. The engine takes nothing else.
#[derive(Debug)]
pub struct Approved<P>(P);

impl<P> Approved<P> {
    /// Marks a plan as approved. Only the commands call this, after showing it.
    pub const fn new(plan: P) -> Self {
        Self(plan)
    }

    /// The plan.
    pub const fn plan(&self) -> &P {
        &self.0
    }
}
