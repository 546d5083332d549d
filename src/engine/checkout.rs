//! A checkout of a release, in which its deploy and verify commands run: whichever branch is checked
//! out here, what they see is what was released.

use super::resolution::is_of_this_clone;
use crate::facts::Workspace;
use crate::facts::start::worktree_path;
use crate::git::git_command::NetworkPolicy;
use crate::git::{state, worktree};
use crate::model::failure::Failure;
use crate::model::oid::Oid;
use crate::model::text::shell_word;
use crate::system::fault::fault;
use crate::system::files;
use crate::system::process::Run;
use std::path::PathBuf;
use std::time::Duration;

/// What git tells its own commands about a repository; a command in another worktree must not hear
/// it.
const OF_ANOTHER: [&str; 5] =
    ["GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX", "GIT_OBJECT_DIRECTORY"];

/// How long fetching the submodules may take.
const LONGEST: Duration = Duration::from_secs(600);

/// A checkout of a release, beside the repository.
#[derive(Debug)]
pub struct Checkout {
    pub path: PathBuf,
    /// Whether it was made now, and not by an earlier run.
    is_new: bool,
}

impl Checkout {
    /// Checks the release out, in the place that an earlier run made for it, or in a new one: with the
    /// ignored files that a new worktree gets, and its submodules.
    ///
    /// # Errors
    /// When git cannot check it out.
    pub fn of(workspace: &Workspace, tag: &str, commit: &Oid) -> anyhow::Result<Self> {
        let pattern = worktree_path(workspace, "../{repo}.deploy-{name}", tag);
        let known = made(workspace);
        let mut path = pattern.clone();
        let mut n = 1;
        while path.exists() && !(known.contains(&path) && is_of_this_clone(workspace, &path)) {
            n += 1;
            path = PathBuf::from(format!("{}-{n}", pattern.display()));
        }
        let is_new = !path.exists();
        if !is_new {
            // A killed run may have left half of it, or a failed one its changes.
            let reset = apart(workspace.repo.git().call("checkout")).dir(&path);
            workspace.repo.git().ok(reset.args(["--quiet", "--force", "--detach", commit.as_str()]))?;
        } else {
            // Written down before it is made: nothing else tells it from a worktree of the user's.
            files::append_line_synced(&list(workspace), &path.display().to_string())?;
            fault!("deploy: the checkout is about to be made");
            worktree::add_detached(&workspace.repo, &path, commit)?;
        }
        fault!("deploy: the release is checked out");
        if path.join(".gitmodules").exists() {
            // Their addresses come with the release: a server that says nothing must not hold it up.
            let policy = NetworkPolicy { may_ask: false, limit: Some(LONGEST), silence: None };
            let update = apart(workspace.repo.network("submodule", policy)).dir(&path);
            let update = workspace.repo.git().ok(update.args(["--quiet", "update", "--init", "--recursive"]));
            update.map_err(|error| {
                let place = shell_word(&path.display().to_string());
                Failure::failed(format!("its submodules cannot be fetched: {error}"))
                    .hint(format!("git -C {place} submodule update --init --recursive    # shows why"))
            })?;
        }
        if let Some(root) = workspace.repo.worktree() {
            for name in &workspace.config.start.copy {
                drop(files::copy_file(root, &path, name));
            }
        }
        Ok(Self { path: files::canonical(&path), is_new })
    }

    /// Removes it, and with `all` those that earlier runs have kept; without, one that an earlier run
    /// made stays. One in which something was changed that git does not ignore stays as well, and the
    /// line that comes back says so.
    pub fn leave(self, workspace: &Workspace, all: bool) -> Option<String> {
        let mut kept = None;
        let mut left = Vec::new();
        for path in made(workspace) {
            if !is_of_this_clone(workspace, &path) {
                continue;
            }
            let is_own = self.is_new && files::canonical(&path) == self.path;
            if !all && !is_own {
                left.push(path.display().to_string());
                continue;
            }
            let copied = &workspace.config.start.copy;
            let is_clean = state::changes(&workspace.repo, &path)
                .is_ok_and(|c| c.tracked.is_empty() && c.untracked.iter().all(|p| copied.contains(p)));
            if is_clean && worktree::discard(&workspace.repo, &path).is_ok() {
                continue;
            }
            let place = shell_word(&path.display().to_string());
            kept = Some(format!(
                "{place} is kept: commands left files in it. Remove it: git worktree remove --force {place}"
            ));
            left.push(path.display().to_string());
        }
        let text: String = left.iter().map(|line| format!("{line}\n")).collect();
        if let Err(error) = files::write_atomically(&list(workspace), &text) {
            log::debug!("the list of checkouts could not be written: {error}");
        }
        kept
    }
}

/// A command that is about another worktree than the one git was called in.
pub fn apart(run: Run) -> Run {
    OF_ANOTHER.into_iter().fold(run, |run, key| run.without_env(key))
}

/// The checkouts that this clone made and did not remove.
fn made(workspace: &Workspace) -> Vec<PathBuf> {
    let text = files::read_optional(&list(workspace)).ok().flatten().unwrap_or_default();
    text.lines().map(PathBuf::from).collect()
}

fn list(workspace: &Workspace) -> PathBuf {
    workspace.repo.common_dir().join("hotfix").join("checkouts")
}
