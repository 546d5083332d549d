//! Merge-backs that need a human: left as an ordinary git merge in a worktree of its own, and
//! picked up again when it is resolved.

use crate::facts::Site;
use crate::facts::start::worktree_path;
use crate::git::access::Access;
use crate::git::{state, worktree};
use crate::model::event::{Draft, Event, Kind};
use crate::model::incident::Incident;
use crate::model::oid::Oid;
use crate::model::plan::{Method, Target};
use crate::model::text::list;
use crate::record::Record;
use crate::system::files;
use std::path::{Path, PathBuf};

/// The file in a worktree's git directory that says that its merge was left to a human.
pub(super) const LEFT: &str = "HOTFIX_LEFT_TO_A_HUMAN";

/// A merge that was left to a human, as it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resolution {
    pub branch: String,
    pub worktree: PathBuf,
    /// The merge commit, once there is one.
    pub commit: Option<Oid>,
    /// Paths that still have conflicts.
    pub unmerged: Vec<String>,
}

/// Looks at the merges that were left to a human. With `complete`, one whose conflicts are all
/// resolved is committed, as `git commit` would.
///
/// # Errors
/// When a worktree cannot be read, or a hook refuses the commit.
pub fn resolutions(site: &Site, incident: &Incident, complete: bool) -> anyhow::Result<Vec<Resolution>> {
    let mut found: Vec<Resolution> = Vec::new();
    for event in incident.of_kind(&Kind::MergeConflict) {
        let (Some(branch), Some(path)) = (event.reference("branch"), event.data_str("worktree")) else {
            continue;
        };
        let (Some(old), Some(source)) =
            (event.reference("base").and_then(Oid::parse), event.reference("commit").and_then(Oid::parse))
        else {
            continue;
        };
        let path = PathBuf::from(path);
        if !path.join(".git").exists() {
            continue;
        }
        // One that git no longer knows is planned afresh, too.
        if was_never_left(site, &path, &old).unwrap_or(true) {
            continue;
        }
        let paths: Vec<String> =
            event.data.get("paths").and_then(|p| serde_json::from_value(p.clone()).ok()).unwrap_or_default();
        // What was committed on purpose counts, markers or not: a file may show them as an example.
        let open = worktree::git_dir_of(&site.repo, &path).is_ok_and(|dir| state::operation(&dir).is_some());
        let marked = if open { with_markers(&path, &paths) } else { Vec::new() };
        if !marked.is_empty() {
            // Added or committed with the conflict still in it: not resolved, whatever git thinks.
            found.retain(|r| r.branch != branch);
            found.push(Resolution {
                branch: branch.to_owned(),
                worktree: path,
                commit: None,
                unmerged: marked,
            });
            continue;
        }
        // A cherry-pick leaves no trace of the commit it came from in the history.
        let source = if event.data_str("method") == Some("cherry-pick") { old.clone() } else { source };
        if let Some(resolution) = look(site, branch, &path, &old, &source, complete)? {
            found.retain(|r| r.branch != branch);
            found.push(resolution);
        }
    }
    Ok(found)
}

fn look(
    site: &Site,
    branch: &str,
    path: &Path,
    old: &Oid,
    source: &Oid,
    complete: bool,
) -> anyhow::Result<Option<Resolution>> {
    let repo = &site.repo;
    let git_dir = worktree::git_dir_of(repo, path)?;
    let changes = state::changes(repo, path)?;
    let merging = state::operation(&git_dir).is_some();
    let resolution = |commit, unmerged| {
        Some(Resolution { branch: branch.to_owned(), worktree: path.to_owned(), commit, unmerged })
    };
    if merging && !changes.unmerged.is_empty() {
        return Ok(resolution(None, changes.unmerged));
    }
    if merging {
        if !complete {
            return Ok(resolution(None, Vec::new()));
        }
        let run = if git_dir.join("CHERRY_PICK_HEAD").exists() {
            in_worktree(site, "cherry-pick", path).arg("--continue")
        } else {
            // git leaves its list of conflicts in the message, as a comment for the editor.
            in_worktree(site, "commit", path).args(["--quiet", "--no-edit", "--cleanup=strip"])
        };
        let done = repo.git().finish(run)?;
        if !done.success() {
            // The next commit of a series may conflict as well.
            let changes = state::changes(repo, path)?;
            if !changes.unmerged.is_empty() {
                return Ok(resolution(None, changes.unmerged));
            }
            return Err(crate::git::door::failed("commit", &done).into());
        }
    }
    let head = in_worktree(site, "rev-parse", path).args(["--verify", "HEAD^{commit}"]);
    let head = Oid::parse(&repo.git().text(head)?);
    match head {
        Some(head) if head != *old && repo.is_ancestor(source, &head)? && repo.is_ancestor(old, &head)? => {
            Ok(resolution(Some(head), Vec::new()))
        }
        // The merge was given up in there: the target is planned afresh.
        _ => Ok(None),
    }
}

/// Leaves a conflicting target as a merge in progress in a worktree of its own, and says where. Where
/// a human has resolved an earlier merge, what came in since (on either side) is merged into that.
///
/// # Errors
/// When the worktree cannot be made.
pub fn leave(
    site: &Site,
    record: &Record<'_>,
    id: &str,
    target: &Target,
    source: &Oid,
    (own, earlier): (&[Oid], Option<&Resolution>),
) -> anyhow::Result<PathBuf> {
    let old = target.old.clone().unwrap_or_else(|| source.clone());
    let picks = target.method == Method::CherryPick;
    let begun = match record.incident(id)? {
        Some(incident) => begun(site, &incident, &target.branch, &old, source)?,
        None => None,
    };
    let path = match (earlier, &begun) {
        (Some(earlier), _) => earlier.worktree.clone(),
        (None, Some(begun)) => begun.clone(),
        (None, None) => free_path(site, &target.branch),
    };
    if begun.is_none() {
        // Recorded before it is made: a run that is killed in between finds it again.
        record.note(
            id,
            Draft::new(
                Kind::MergeConflict,
                format!("{} conflicts: {}", target.branch, target.conflicts.join(", ")),
            )
            .refer("branch", &target.branch)
            .refer("base", &old)
            .refer("commit", source)
            .with("worktree", path.display().to_string())
            .with("paths", target.conflicts.clone())
            .with("method", if picks { "cherry-pick" } else { "merge" }),
        );
    }
    if earlier.is_some() {
        // It stands on what was resolved.
    } else if path.join(".git").exists() {
        site.repo.git().ok(in_worktree(site, "reset", &path).args(["--hard", "--quiet", old.as_str()]))?;
    } else {
        worktree::add_detached(&site.repo, &path, &old)?;
    }
    if picks {
        let run = in_worktree(site, "cherry-pick", &path).arg("-x").args(own.iter().rev().map(Oid::as_str));
        site.repo.git().finish(run)?;
    } else {
        for what in [source, &old] {
            let message = format!("Merge {} into {}", what.short(), target.branch);
            let run = in_worktree(site, "merge", &path)
                .args(["--no-ff", "--no-verify-signatures", "--quiet", "-m", &message])
                .arg(what.as_str());
            // Not successful: the conflict we came for. Resolved by rerere or clean after all is
            // fine too.
            if !site.repo.git().finish(run)?.success() {
                break;
            }
        }
    }
    files::write_atomically(&worktree::git_dir_of(&site.repo, &path)?.join(LEFT), "")?;
    Ok(path)
}

/// The conflicts of a merge just left that git has resolved as it remembers them (rerere), in a line
/// that says so.
pub fn remembered(site: &Site, target: &Target, worktree: &Path) -> Option<String> {
    let set = site.repo.config().ok()?.get_bool("rerere.enabled");
    if !set.unwrap_or_else(|| site.repo.common_dir().join("rr-cache").is_dir()) {
        return None;
    }
    let run = in_worktree(site, "rerere", worktree).arg("remaining");
    let remaining = site.repo.git().text(run).ok()?;
    let left = |path: &&String| !remaining.lines().any(|line| line == path.as_str());
    let resolved: Vec<String> = target.conflicts.iter().filter(left).cloned().collect();
    (!resolved.is_empty()).then(|| {
        format!(
            "{}: git has put in the resolution it remembers for {}; look at it, then git add it",
            target.branch,
            list(&resolved)
        )
    })
}

/// The place of the same merge, when an earlier run has recorded it and was killed before the merge
/// was ready for a human: nothing is there yet, or a worktree that nobody was ever sent to.
fn begun(
    site: &Site,
    incident: &Incident,
    branch: &str,
    old: &Oid,
    source: &Oid,
) -> anyhow::Result<Option<PathBuf>> {
    let kind = Kind::MergeConflict;
    let same = |event: &&Event| {
        event.reference("branch") == Some(branch)
            && event.reference("base") == Some(old.as_str())
            && event.reference("commit") == Some(source.as_str())
    };
    let event = incident.of_kind(&kind).rfind(same);
    let Some(path) = event.and_then(|e| e.data_str("worktree")).map(PathBuf::from) else { return Ok(None) };
    if !path.exists() {
        return Ok(Some(path));
    }
    if !path.join(".git").exists() {
        return Ok(None);
    }
    Ok(was_never_left(site, &path, old).unwrap_or(false).then_some(path))
}

/// Whether the run that made this worktree was killed before its merge was ready for a human.
fn was_never_left(site: &Site, path: &Path, old: &Oid) -> anyhow::Result<bool> {
    let git_dir = worktree::git_dir_of(&site.repo, path)?;
    if state::operation(&git_dir).is_some() || git_dir.join(LEFT).exists() {
        return Ok(false);
    }
    let head = site.repo.git().text(in_worktree(site, "rev-parse", path).args(["--verify", "HEAD"]))?;
    Ok(Oid::parse(&head).as_ref() == Some(old))
}

/// The files that still hold conflict markers.
fn with_markers(worktree: &Path, paths: &[String]) -> Vec<String> {
    let marked = |path: &&String| {
        let text = files::read_optional(&worktree.join(path)).ok().flatten().unwrap_or_default();
        let has = |mark: &str| text.lines().any(|line| line.starts_with(mark));
        has("<<<<<<< ") && has(">>>>>>> ")
    };
    paths.iter().filter(marked).cloned().collect()
}

fn in_worktree(site: &Site, subcommand: &str, path: &Path) -> crate::system::process::Run {
    site.repo
        .git()
        .call(subcommand)
        .dir(path)
        .without_env("GIT_DIR")
        .without_env("GIT_WORK_TREE")
        .without_env("GIT_INDEX_FILE")
}

fn free_path(site: &Site, branch: &str) -> PathBuf {
    let path = worktree_path(site, "../{repo}.merge-back-{name}", branch);
    let mut candidate = path.clone();
    let mut n = 1;
    while candidate.exists() {
        n += 1;
        candidate = PathBuf::from(format!("{}-{n}", path.display()));
    }
    candidate
}
