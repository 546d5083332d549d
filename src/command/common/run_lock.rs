//! The lock of this clone: what publishes, and what takes back what was not published, takes it.

use super::session::Session;
use crate::facts::Workspace;
use crate::model::failure::Failure;
use crate::model::text::shell_word;
use crate::system::lock::{Locked, RunLock};
use std::time::Duration;

/// Takes the lock of this clone; waits for a run that has it.
///
/// # Errors
/// When the git directory cannot be written.
pub fn lock(session: &Session, workspace: &Workspace) -> anyhow::Result<Option<RunLock>> {
    let path = workspace.run_lock();
    let mut told = false;
    loop {
        match RunLock::acquire(&path) {
            Ok(Locked::Held(_)) if told && !workspace.repo.dir().exists() => {
                return Err(removed(workspace).into());
            }
            Ok(Locked::Held(lock)) => return Ok(Some(lock)),
            Ok(Locked::Orphaned) => {
                log::warn!("a push of an earlier run may still be in progress; the remote decides");
                return Ok(None);
            }
            Ok(Locked::Busy { pid }) => {
                if !told {
                    let who = pid.map(|pid| format!(" (process {pid})")).unwrap_or_default();
                    session.ui.say(format!("Another run works in this clone{who}; waiting for it…"));
                    told = true;
                }
                std::thread::sleep(Duration::from_millis(100));
            }
            Err(error) => {
                return Err(Failure::failed(format!(
                    "the git directory cannot be written ({}: {error}); nothing was changed",
                    path.display()
                ))
                .into());
            }
        }
    }
}

/// The run that was waited for has removed the worktree that this one was started in.
fn removed(workspace: &Workspace) -> Failure {
    Failure::failed(
        "the current directory no longer exists: the finish that was waited for removed this worktree.\n\
         This run changed nothing.",
    )
    .hint(format!("cd {} && hotfix", shell_word(&workspace.root().display().to_string())))
}
