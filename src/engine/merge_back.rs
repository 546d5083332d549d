//! Merge-backs that need a human: left as an ordinary git merge in a worktree of its own.

use super::left_worktree::{LEFT, in_worktree, was_never_left};
use super::resolution::{Resolution, is_of_this_clone, open_in};
use super::versions::{self, Settled};
use crate::facts::Workspace;
use crate::facts::start::worktree_path;
use crate::git::access::Access;
use crate::git::merge::Clash;
use crate::git::{state, worktree};
use crate::model::event::{Draft, Event, Kind, Pointer};
use crate::model::event_data::MergeBack;
use crate::model::incident::Incident;
use crate::model::oid::Oid;
use crate::model::plan::{Method, Release, Target, head};
use crate::model::text::list;
use crate::record::Record;
use crate::system::fault::fault;
use crate::system::files;
use std::path::{Path, PathBuf};

/// Leaves a conflicting target as a merge in progress in a worktree of its own, and says where. Where
/// a human has resolved an earlier merge, what came in since (on either side) is merged into that.
///
/// # Errors
/// When the worktree cannot be made or read.
pub fn leave(
    workspace: &Workspace,
    record: &Record<'_>,
    id: &str,
    target: &Target,
    source: &Oid,
    (own, earlier): (&[Oid], Option<&Resolution>),
    release: &Release,
) -> anyhow::Result<Resolution> {
    let old = target.old.clone().unwrap_or_else(|| source.clone());
    let picks = target.method == Method::CherryPick;
    let begun = match record.incident(id)? {
        Some(incident) => begun(workspace, &incident, &target.branch, &old, source)?,
        None => None,
    };
    let path = match (earlier, &begun) {
        (Some(earlier), _) => earlier.worktree.clone(),
        (None, Some(begun)) => begun.clone(),
        (None, None) => free_path(workspace, &target.branch),
    };
    if begun.is_none() {
        // Recorded before it is made: a run that is killed in between finds it again.
        let said = MergeBack {
            worktree: Some(path.display().to_string()),
            paths: Some(target.conflicts.clone()),
            method: Some(if picks { "cherry-pick" } else { "merge" }.to_owned()),
            ..MergeBack::default()
        };
        let text = format!("{} conflicts: {}", target.branch, target.conflicts.join(", "));
        let draft = Draft::new(Kind::MergeConflict, text)
            .refer(Pointer::Branch, &target.branch)
            .refer(Pointer::Base, &old)
            .refer(Pointer::Commit, source)
            .data(&said);
        record.note(id, draft);
    }
    if earlier.is_some() {
        // It stands on what was resolved.
    } else if path.join(".git").exists() {
        workspace.repo.git().ok(in_worktree(workspace, "reset", &path).args([
            "--hard",
            "--quiet",
            old.as_str(),
        ]))?;
    } else {
        worktree::add_detached(&workspace.repo, &path, &old)?;
    }
    if picks {
        let run =
            in_worktree(workspace, "cherry-pick", &path).arg("-x").args(own.iter().rev().map(Oid::as_str));
        workspace.repo.git().finish(run)?;
    } else {
        for what in [source, &old] {
            let message = format!("Merge {} into {}", what.short(), target.branch);
            let run = in_worktree(workspace, "merge", &path)
                .args(["--no-ff", "--no-verify-signatures", "--quiet", "-m", &message])
                .arg(&called(workspace, id, record, what, &target.branch)?);
            // Not successful: the conflict we came for. Resolved by rerere or clean after all is
            // fine too.
            if !workspace.repo.git().finish(run)?.success() {
                versions_in(workspace, &path, what, release)?;
                break;
            }
        }
    }
    fault!("merge-back: a merge is about to be left");
    // What git calls changed in a fresh worktree already (line ends, a filter) is nobody's work.
    let noise = state::changes(&workspace.repo, &path)?.not_added.join("\0");
    files::write_atomically(&worktree::git_dir_of(&workspace.repo, &path)?.join(LEFT), &noise)?;
    let (branch, open) = (target.branch.clone(), open_in(workspace, &path)?);
    Ok(Resolution { branch, open, worktree: path, commit: None, staged: None, is_pick: picks, by_hand: None })
}

/// What a commit is called in the conflict markers: the branch that it is the tip of, for a hash tells
/// nobody which side is which.
fn called(
    workspace: &Workspace,
    id: &str,
    record: &Record<'_>,
    commit: &Oid,
    target: &str,
) -> anyhow::Result<String> {
    let incident = record.incident(id)?;
    for branch in [workspace.production_of(incident.as_ref()), target] {
        let there = workspace.remote().map(|remote| format!("refs/remotes/{remote}/{branch}"));
        for name in there.into_iter().chain([head(branch)]) {
            if workspace.repo.find_ref(&name)?.as_ref() == Some(commit) {
                return Ok(name);
            }
        }
    }
    Ok(commit.as_str().to_owned())
}

/// Resolves what is about nothing but versions and the changelog in a merge that was just left, so
/// that only the code waits for a human.
fn versions_in(workspace: &Workspace, path: &Path, theirs: &Oid, release: &Release) -> anyhow::Result<()> {
    let listed =
        workspace.repo.git().text(in_worktree(workspace, "ls-files", path).args(["--unmerged", "-z"]))?;
    let clashes = Clash::read(listed.split('\0'));
    let number = release.number();
    let what = (release.directory.as_str(), number.as_str());
    let config = &workspace.config.version;
    for (name, settled) in versions::resolve(&workspace.repo, config, what, (theirs, &clashes))? {
        let file = path.join(&name);
        if !files::stays_inside(path, &file) {
            continue;
        }
        match settled {
            Settled::Text(text) => {
                files::write_atomically(&file, &text)?;
                workspace.repo.git().ok(in_worktree(workspace, "add", path).args(["--", &name]))?;
            }
            Settled::Gone => {
                let run = in_worktree(workspace, "rm", path).args(["--quiet", "--", &name]);
                workspace.repo.git().ok(run)?;
            }
        }
    }
    Ok(())
}

/// The conflicts of a merge just left that git has resolved as it remembers them (rerere), in a line
/// that says so.
pub fn remembered(workspace: &Workspace, target: &Target, worktree: &Path) -> Option<String> {
    let set = workspace.repo.config().ok()?.get_bool("rerere.enabled");
    if !set.unwrap_or_else(|| workspace.repo.common_dir().join("rr-cache").is_dir()) {
        return None;
    }
    let run = in_worktree(workspace, "rerere", worktree).arg("remaining");
    let remaining = workspace.repo.git().text(run).ok()?;
    let left = |path: &&String| !remaining.lines().any(|line| line == path.as_str());
    let resolved: Vec<String> = target.conflicts.iter().filter(left).cloned().collect();
    (!resolved.is_empty()).then(|| {
        format!(
            "{}: git applied its recorded resolution for {}; review it, then git add it",
            target.branch,
            list(&resolved)
        )
    })
}

/// The place of the same merge, when an earlier run has recorded it and was killed before the merge
/// was ready for a human: nothing is there yet, or a worktree that was never shown to anyone. A worktree in which
/// somebody aborted the merge is used again.
fn begun(
    workspace: &Workspace,
    incident: &Incident,
    branch: &str,
    old: &Oid,
    source: &Oid,
) -> anyhow::Result<Option<PathBuf>> {
    let kind = Kind::MergeConflict;
    let same = |event: &&Event| {
        event.reference(Pointer::Branch) == Some(branch)
            && event.reference(Pointer::Base) == Some(old.as_str())
            && event.reference(Pointer::Commit) == Some(source.as_str())
    };
    let event = incident.own(&kind).rfind(same);
    let path = event.and_then(|e| e.read::<MergeBack>().worktree).map(PathBuf::from);
    let Some(path) = path else { return Ok(None) };
    if !path.exists() {
        return Ok(Some(path));
    }
    if !is_of_this_clone(workspace, &path) {
        return Ok(None);
    }
    let is_free = was_never_left(workspace, &path, old).unwrap_or(false)
        || was_given_up(workspace, &path, old).unwrap_or(false);
    Ok(is_free.then_some(path))
}

/// Whether a human has given the merge up (`git merge --abort`) and left nothing of it.
fn was_given_up(workspace: &Workspace, path: &Path, old: &Oid) -> anyhow::Result<bool> {
    let head =
        workspace.repo.git().text(in_worktree(workspace, "rev-parse", path).args(["--verify", "HEAD"]))?;
    let is_under_way = state::operation(&worktree::git_dir_of(&workspace.repo, path)?).is_some();
    let changes = state::changes(&workspace.repo, path)?;
    let is_as_before = Oid::parse(&head).as_ref() == Some(old);
    Ok(!is_under_way && is_as_before && changes.tracked.is_empty() && changes.unmerged.is_empty())
}

fn free_path(workspace: &Workspace, branch: &str) -> PathBuf {
    let path = worktree_path(workspace, "../{repo}.merge-back-{name}", branch);
    let mut candidate = path.clone();
    let mut n = 1;
    while candidate.exists() {
        n += 1;
        candidate = PathBuf::from(format!("{}-{n}", path.display()));
    }
    candidate
}
