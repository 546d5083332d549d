//! Merges that were left to a human, judged by the tree that would be pushed: what is committed, or
//! what is added while nothing is committed yet, and never by the files that happen to be in the
//! worktree.

use super::by_hand::{self, ByHand};
use super::left_worktree::{LEFT, in_worktree, was_never_left};
use crate::facts::Workspace;
use crate::git::access::Access;
use crate::git::compare::{self, Difference};
use crate::git::state::{self, Changes, Sides};
use crate::git::worktree;
use crate::model::event::{Event, Kind, Pointer};
use crate::model::event_data::MergeBack;
use crate::model::incident::Incident;
use crate::model::markers;
use crate::model::oid::Oid;
use crate::model::text::{list, path_word, safe, shell_word};
use crate::system::fault::fault;
use crate::system::files;
use std::path::{Path, PathBuf};

/// A merge that was left to a human, as it is now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resolution {
    pub branch: String,
    pub worktree: PathBuf,
    /// The merge commit, once there is one and nothing is open.
    pub commit: Option<Oid>,
    /// What will be committed there once the plan is approved: nothing is open any more.
    pub staged: Option<Staged>,
    /// Whether the commits were picked, so that history does not tell where they come from.
    pub is_pick: bool,
    /// What is still to do before its tree can be pushed.
    pub open: Vec<Open>,
    /// What somebody does about it on the branch itself.
    pub by_hand: Option<ByHand>,
}

/// The commit that a worktree is about to make.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Staged {
    pub tree: Oid,
    pub parents: Vec<Oid>,
}

impl Resolution {
    /// Whether nothing is open: it is committed, or only the commit is missing.
    pub const fn is_resolved(&self) -> bool {
        self.commit.is_some() || self.staged.is_some()
    }

    /// Whether nothing is open and the commit is still to be made.
    pub const fn is_uncommitted(&self) -> bool {
        self.commit.is_none() && self.open.is_empty()
    }

    /// How it stands, as the rest of a sentence that begins with the branch.
    pub fn words(&self) -> String {
        let paths: Vec<String> = self.open.iter().filter_map(Open::path).map(safe).collect();
        match &self.by_hand {
            Some(ByHand::Merged { remote }) => {
                format!("has the fix in the local branch, which is not on {} yet", safe(remote))
            }
            Some(ByHand::UnderWay { unfinished, .. }) => {
                format!("is being merged by hand: {}", unfinished.words().unwrap_or_default())
            }
            None if self.staged.is_some() => "is resolved in its worktree and not committed".to_owned(),
            None if paths.is_empty() => "is not resolved".to_owned(),
            None => format!("is not resolved: {}", list(&paths)),
        }
    }

    /// What the lines are for.
    pub const fn ask(&self) -> &'static str {
        match &self.by_hand {
            Some(ByHand::Merged { .. }) => "Push it",
            Some(ByHand::UnderWay { .. }) => "Complete that merge",
            None => "Resolve it in its worktree",
        }
    }

    /// The lines to type until nothing is open, each thing that is open in words above its own.
    pub fn lines(&self) -> Vec<String> {
        if let Some(by_hand) = &self.by_hand {
            return by_hand.lines(&self.branch);
        }
        let mut lines = vec![format!("cd {}", shell_word(&self.worktree.display().to_string()))];
        for open in &self.open {
            lines.push(format!("{}:", open.words(&self.branch)));
            lines.extend(open.lines().into_iter().map(|line| format!("  {line}")));
        }
        lines
    }
}

/// Something that is still to do in the worktree of a merge.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Open {
    /// git counts the path as unresolved.
    Unmerged { path: String, sides: Sides },
    /// What would be pushed has conflict markers in this path.
    Markers { path: String, committed: bool },
    /// The file differs from what would be pushed.
    Left { path: String, committed: bool },
    /// Another operation than the merge is in progress there.
    Busy(&'static str),
}

impl Open {
    /// The path it is about.
    pub fn path(&self) -> Option<&str> {
        match self {
            Self::Unmerged { path, .. } | Self::Markers { path, .. } | Self::Left { path, .. } => Some(path),
            Self::Busy(_) => None,
        }
    }

    /// What is wrong, in words. `branch` is the one that is merged into.
    pub fn words(&self, branch: &str) -> String {
        let path = safe(self.path().unwrap_or_default());
        let branch = safe(branch);
        match self {
            Self::Unmerged { sides: Sides::Theirs, .. } => {
                format!("{path} is not in {branch}; the hotfix changes it")
            }
            Self::Unmerged { sides: Sides::Ours, .. } => {
                format!("{path} is in {branch}; the hotfix deletes it")
            }
            Self::Unmerged { sides: Sides::Neither, .. } => format!("{path} was moved to two places"),
            Self::Unmerged { sides: Sides::Both, .. } => format!("{path} conflicts"),
            Self::Markers { committed: false, .. } => format!("{path} was added with conflict markers"),
            Self::Markers { committed: true, .. } => format!("{path} was committed with conflict markers"),
            Self::Left { committed: false, .. } => format!("{path} is changed but not added"),
            Self::Left { committed: true, .. } => format!("{path} is changed but not committed"),
            Self::Busy(what) => format!("{what} is in progress there"),
        }
    }

    /// The lines to type in the worktree, each with a comment where there is a choice.
    pub fn lines(&self) -> Vec<String> {
        let path = path_word(self.path().unwrap_or_default());
        let amend = "git commit --amend --no-edit";
        match self {
            Self::Unmerged { sides: Sides::Theirs | Sides::Ours, .. } => {
                vec![
                    format!("git rm {path}     # leave it deleted"),
                    format!("git add {path}    # or keep the file as it is there"),
                ]
            }
            Self::Unmerged { sides: Sides::Neither, .. } => vec![format!("git rm {path}")],
            Self::Unmerged { sides: Sides::Both, .. } | Self::Markers { committed: false, .. } => {
                vec![format!("git add {path}    # after editing it")]
            }
            Self::Markers { committed: true, .. } => {
                vec![format!("git add {path}    # after editing it"), amend.to_owned()]
            }
            Self::Left { committed: false, .. } => vec![format!("git add {path}")],
            Self::Left { committed: true, .. } => vec![format!("git add {path}"), amend.to_owned()],
            Self::Busy(_) => vec!["git status".to_owned()],
        }
    }
}

/// Looks at the merges that this clone left to a human. With `complete`, one in which nothing is open
/// any more is committed, as `git commit` would, hooks and all; without, it is said what that commit will
/// hold. Worktrees are known from this clone's own events
/// alone: a shared log names none.
///
/// # Errors
/// When a worktree cannot be read, or a hook refuses the commit.
pub fn resolutions(
    workspace: &Workspace,
    incident: &Incident,
    complete: bool,
) -> anyhow::Result<Vec<Resolution>> {
    let mut found: Vec<Resolution> = Vec::new();
    for left in incident.own(&Kind::MergeConflict).filter_map(Merge::of) {
        // One that git no longer knows is planned again, too.
        if !is_of_this_clone(workspace, &left.path)
            || was_never_left(workspace, &left.path, &left.old).unwrap_or(true)
        {
            continue;
        }
        if let Some(mut resolution) = left.look(workspace, complete)? {
            if !resolution.is_resolved() {
                resolution.by_hand = by_hand::look(workspace, left.branch, &left.old, &left.source)?;
            }
            found.retain(|r| r.branch != resolution.branch);
            found.push(resolution);
        }
    }
    Ok(found)
}

/// What is open in a merge that was just left.
///
/// # Errors
/// When the worktree cannot be read.
pub(super) fn open_in(workspace: &Workspace, path: &Path) -> anyhow::Result<Vec<Open>> {
    Ok(unmerged(&state::changes(&workspace.repo, path)?))
}

/// Whether `path` is a linked worktree of this very repository.
pub(super) fn is_of_this_clone(workspace: &Workspace, path: &Path) -> bool {
    if !path.join(".git").exists() {
        return false;
    }
    let places = files::canonical(&workspace.repo.common_dir().join("worktrees"));
    worktree::git_dir_of(&workspace.repo, path).is_ok_and(|dir| files::canonical(&dir).starts_with(places))
}

/// A merge that was left, as it was recorded.
struct Merge<'a> {
    branch: &'a str,
    path: PathBuf,
    /// The target's commit.
    old: Oid,
    /// What is merged into it.
    source: Oid,
    is_pick: bool,
}

impl<'a> Merge<'a> {
    fn of(event: &'a Event) -> Option<Self> {
        let said: MergeBack = event.read();
        Some(Self {
            branch: event.reference(Pointer::Branch)?,
            path: said.worktree?.into(),
            old: event.oid(Pointer::Base)?,
            source: event.oid(Pointer::Commit)?,
            is_pick: said.method.as_deref() == Some("cherry-pick"),
        })
    }

    fn look(&self, workspace: &Workspace, complete: bool) -> anyhow::Result<Option<Resolution>> {
        let git_dir = worktree::git_dir_of(&workspace.repo, &self.path)?;
        let mut under_way = state::operation(&git_dir);
        let mut open = self.open(workspace, &git_dir, under_way)?;
        let mut staged = None;
        if under_way.is_some() && open.is_empty() && !complete {
            staged = self.staged(workspace, &git_dir)?;
        } else if under_way.is_some() && open.is_empty() {
            self.commit(workspace, &git_dir)?;
            fault!("merge-back: the resolution is committed");
            // The next commit of a series may conflict as well, and a hook may have changed a file.
            under_way = state::operation(&git_dir);
            open = self.open(workspace, &git_dir, under_way)?;
        }
        let resolution = |commit, open| {
            let (branch, worktree, is_pick) = (self.branch.to_owned(), self.path.clone(), self.is_pick);
            Some(Resolution { branch, worktree, commit, staged, is_pick, open, by_hand: None })
        };
        if under_way.is_some() || !open.is_empty() {
            return Ok(resolution(None, open));
        }
        Ok(self.merged(workspace)?.and_then(|head| resolution(Some(head), Vec::new())))
    }

    /// What `git commit` would hold; `None` for a series of picks that goes on after it, since the next
    /// one may conflict as well.
    fn staged(&self, workspace: &Workspace, git_dir: &Path) -> anyhow::Result<Option<Staged>> {
        let read = |name: &str| files::read_optional(&git_dir.join(name)).map(Option::unwrap_or_default);
        let picks = read("sequencer/todo")?;
        if picks.lines().filter(|line| !line.trim().is_empty() && !line.starts_with('#')).count() > 1 {
            return Ok(None);
        }
        let git = workspace.repo.git();
        let text =
            |command: &str, args: &[&str]| git.text(in_worktree(workspace, command, &self.path).args(args));
        let head = text("rev-parse", &["--verify", "HEAD^{commit}"])?;
        let tree = text("write-tree", &[])?;
        let merged = read("MERGE_HEAD")?;
        let parents = [head.as_str()].into_iter().chain(merged.lines()).filter_map(Oid::parse).collect();
        Ok(Oid::parse(&tree).map(|tree| Staged { tree, parents }))
    }

    /// The commit in which the merge is; `None` where it was given up, and is planned again.
    fn merged(&self, workspace: &Workspace) -> anyhow::Result<Option<Oid>> {
        let repo = &workspace.repo;
        let head = in_worktree(workspace, "rev-parse", &self.path).args(["--verify", "HEAD^{commit}"]);
        let Some(head) = Oid::parse(&repo.git().text(head)?) else { return Ok(None) };
        // A cherry-pick leaves no trace of the commit it came from in the history.
        let has_source = self.is_pick || repo.is_ancestor(&self.source, &head)?;
        Ok((head != self.old && has_source && repo.is_ancestor(&self.old, &head)?).then_some(head))
    }

    fn open(
        &self,
        workspace: &Workspace,
        git_dir: &Path,
        under_way: Option<&'static str>,
    ) -> anyhow::Result<Vec<Open>> {
        if let Some(what) = under_way.filter(|what| !matches!(*what, "a merge" | "a cherry-pick")) {
            return Ok(vec![Open::Busy(what)]);
        }
        let changes = state::changes(&workspace.repo, &self.path)?;
        let committed = under_way.is_none();
        let head = if committed { self.merged(workspace)? } else { None };
        if committed && head.is_none() {
            return Ok(Vec::new());
        }
        let mut open = unmerged(&changes);
        let noise = files::read_optional(&git_dir.join(LEFT)).ok().flatten().unwrap_or_default();
        let is_noise = |path: &&String| noise.split('\0').any(|n| n == path.as_str());
        let left = if committed { &changes.tracked } else { &changes.not_added };
        let left: Vec<&String> =
            left.iter().filter(|p| !is_noise(p) && !changes.submodules.contains(p)).collect();
        for path in self.marked(workspace, head.as_ref())? {
            // What is in the file now may be right already.
            if !left.contains(&&path) || has_markers(&self.path.join(&path)) {
                open.push(Open::Markers { path, committed });
            }
        }
        for path in left {
            if !open.iter().any(|o| o.path() == Some(path.as_str())) {
                open.push(Open::Left { path: path.clone(), committed });
            }
        }
        Ok(open)
    }

    /// The paths with conflict markers that neither side has: in a commit, or in what is added.
    fn marked(&self, workspace: &Workspace, head: Option<&Oid>) -> anyhow::Result<Vec<String>> {
        let repo = &workspace.repo;
        let differences = match head {
            Some(head) => compare::files(repo, &[(head.clone(), Some(self.old.clone()))], &[], false)?
                .into_iter()
                .flatten()
                .collect(),
            None => compare::added(repo, &self.path, &self.old)?,
        };
        let changed: Vec<(&Difference, &Oid)> = differences
            .iter()
            .filter_map(|d| Some((d, d.new.as_ref().filter(|new| new.mode.is_file()).map(|new| &new.id)?)))
            .collect();
        let places: Vec<(Oid, String)> =
            changed.iter().map(|(d, _)| (self.source.clone(), d.path.clone())).collect();
        let theirs = repo.find_blobs(&places)?;
        let mut marked = Vec::new();
        for ((difference, new), theirs) in changed.iter().zip(theirs) {
            if theirs.as_ref() == Some(*new) {
                continue;
            }
            let ours = difference.old.as_ref().map(|old| old.id.clone());
            let text = |blob: Option<Oid>| -> anyhow::Result<Vec<u8>> {
                let Some(blob) = blob else { return Ok(Vec::new()) };
                Ok(repo.read_blobs(&[blob])?.pop().flatten().unwrap_or_default())
            };
            if markers::are_left(&text(Some((*new).clone()))?, &text(ours)?, &text(theirs)?) {
                marked.push(difference.path.clone());
            }
        }
        Ok(marked)
    }

    fn commit(&self, workspace: &Workspace, git_dir: &Path) -> anyhow::Result<()> {
        let git = workspace.repo.git();
        let commit = |run| -> anyhow::Result<bool> {
            let done = git.finish(run)?;
            let conflicts_again =
                || state::changes(&workspace.repo, &self.path).map(|c| !c.unmerged.is_empty());
            if done.success() || conflicts_again()? {
                return Ok(done.success());
            }
            Err(crate::git::git_command::failed("commit", &done).into())
        };
        if !git_dir.join("CHERRY_PICK_HEAD").exists() {
            return commit(commit_of(workspace, &self.path)).map(drop);
        }
        // A pick that comes to nothing here is committed all the same: its message says for ever which
        // commit was looked at.
        let same = in_worktree(workspace, "diff-index", &self.path).args(["--cached", "--quiet", "HEAD"]);
        if git.finish(same)?.success() && !commit(commit_of(workspace, &self.path).arg("--allow-empty"))? {
            return Ok(());
        }
        if state::operation(git_dir).is_some() || git_dir.join("sequencer").exists() {
            commit(in_worktree(workspace, "cherry-pick", &self.path).arg("--continue"))?;
        }
        Ok(())
    }
}

/// A commit as `git commit` makes it, without an editor.
fn commit_of(workspace: &Workspace, path: &Path) -> crate::system::process::Run {
    // git leaves its list of conflicts in the message, as a comment for the editor.
    in_worktree(workspace, "commit", path).args(["--quiet", "--no-edit", "--cleanup=strip"])
}

fn unmerged(changes: &Changes) -> Vec<Open> {
    changes.unmerged.iter().map(|u| Open::Unmerged { path: u.path.clone(), sides: u.sides }).collect()
}

fn has_markers(file: &Path) -> bool {
    std::fs::read(file).is_ok_and(|text| markers::are_left(&text, b"", b""))
}
