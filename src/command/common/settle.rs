//! Settles which remote and which branch production is, before anything is made or published: where
//! that is unclear, it is asked on a terminal and refused without one.

use crate::command::Session;
use crate::facts::Workspace;
use crate::facts::forked_from::forked_from;
use crate::facts::workspace::keeping;
use crate::git::fetch::{self, View};
use crate::git::git_command::NetworkPolicy;
use crate::model::failure::Failure;
use crate::model::text::safe;
use std::time::Duration;

/// The longest the remote is asked for its main branch.
const PATIENCE: Duration = Duration::from_secs(5);

/// Settles which remote production is on.
///
/// # Errors
/// When it is unclear and there is no terminal, and Ctrl-C.
pub fn remote(session: &Session, workspace: &mut Workspace) -> anyhow::Result<()> {
    let Err(unclear) = workspace.demand_remote() else { return Ok(()) };
    let config = workspace.repo.config()?;
    let remotes = config.remotes();
    let shown: Vec<String> =
        remotes.iter().map(|r| format!("{r}  {}", config.fetch_url(r).unwrap_or_default())).collect();
    let Some(chosen) = ask(session, "Which remote is production on?", &shown)? else { return Err(unclear) };
    let Some(remote) = remotes.get(chosen).cloned() else { return Err(unclear) };
    workspace.answer("branches.remote", &remote, None)?;
    keep(session, workspace, "branches.remote", &remote)
}

/// Settles which branch is in production, from what the remote has said. True where it was settled
/// only now, so that the remote has to be read again.
///
/// # Errors
/// When it is unclear and there is no terminal, and Ctrl-C.
pub fn production(session: &Session, workspace: &mut Workspace, view: &View) -> anyhow::Result<bool> {
    let settled = only_now(session, workspace, view)?;
    if !session.dry_run() {
        workspace.remember_production();
    }
    Ok(settled)
}

fn only_now(session: &Session, workspace: &mut Workspace, view: &View) -> anyhow::Result<bool> {
    refuse_fork(workspace, view)?;
    let Err(unclear) = workspace.demand_production() else { return Ok(false) };
    let candidates = workspace.config.branches.candidates.clone();
    if let Some(head) = main_by_now(workspace, view, &candidates) {
        workspace.answer("branches.production", &head, Some(view))?;
        return Ok(true);
    }
    let Some(chosen) = ask(session, "Which branch is in production?", &candidates)? else {
        return Err(unclear);
    };
    let Some(branch) = candidates.get(chosen) else { return Err(unclear) };
    workspace.answer("branches.production", branch, Some(view))?;
    keep(session, workspace, "branches.production", branch)?;
    Ok(true)
}

/// A fork is not where production is, until a person says so.
fn refuse_fork(workspace: &Workspace, view: &View) -> anyhow::Result<()> {
    // Patterns say that the remote was read by this run.
    let Some(remote) = workspace.remote().filter(|_| !view.patterns.is_empty()) else { return Ok(()) };
    let Some(parent) = forked_from(workspace) else { return Ok(()) };
    Err(Failure::refused(format!(
        "{remote} is a fork of {}: a release from it is not in production; nothing was changed",
        safe(&parent.path)
    ))
    .hint(parent.line())
    .hint(format!("{}    # where the fork itself is production", keeping("branches.remote", remote)))
    .into())
}

/// Where main and master are both there and nothing else is: the one that the remote calls its main
/// branch now. What is tracked of that here may be from before the change.
fn main_by_now(workspace: &Workspace, view: &View, candidates: &[String]) -> Option<String> {
    let only_mains = !candidates.is_empty() && candidates.iter().all(|c| c == "main" || c == "master");
    // Patterns say that the remote was read by this run.
    let remote = workspace.remote().filter(|_| only_mains && !view.patterns.is_empty())?;
    let policy = NetworkPolicy { may_ask: false, limit: Some(PATIENCE), silence: None };
    let head = fetch::head(&workspace.repo, remote, policy).ok().flatten()?;
    candidates.contains(&head).then_some(head)
}

/// Which of these, if there is a terminal: an index.
///
/// # Errors
/// Ctrl-C.
pub fn ask(session: &Session, question: &str, items: &[String]) -> anyhow::Result<Option<usize>> {
    if !session.ui.is_interactive() || items.is_empty() {
        return Ok(None);
    }
    let items: Vec<String> = items.iter().map(|item| safe(item)).collect();
    let items: Vec<&str> = items.iter().map(String::as_str).collect();
    Ok(session.ui.choose(question, &items, 0)?)
}

/// Offers to keep an answer in git's configuration.
fn keep(session: &Session, workspace: &Workspace, key: &str, value: &str) -> anyhow::Result<()> {
    if session.dry_run() || !session.ui.confirm("Keep this answer in git's configuration?", true)? {
        session.ui.dim(format!("To keep it later: {}", keeping(key, value)));
        return Ok(());
    }
    let run = workspace.repo.call("config").args(["--local", &format!("hotfix.{key}"), value]);
    workspace.repo.git().ok(run)?;
    Ok(())
}
