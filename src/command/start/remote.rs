//! What start asks of the remote, and what it puts there.

use crate::cli::Start;
use crate::command::Session;
use crate::engine::publish::pushing;
use crate::facts::Workspace;
use crate::facts::named_release;
use crate::facts::release::wanted_tags;
use crate::facts::start as facts;
use crate::git::fetch::{self, View};
use crate::git::{GitError, push};
use crate::model::failure::Failure;
use crate::model::name::Named;
use crate::model::plan::Push;
use crate::model::text::shell_word;
use crate::terminal::style::Tone;
use std::thread::JoinHandle;

/// The remote being read while somebody answers questions.
pub(super) type Fetching = JoinHandle<Result<View, GitError>>;

/// Begins to read the remote; `None` where there is none, or it is not to be read.
pub(super) fn fetching(
    workspace: &Workspace,
    args: &Start,
    named: &Named,
) -> anyhow::Result<Option<Fetching>> {
    let Some(remote) = workspace.remote().filter(|_| !args.no_fetch) else { return Ok(None) };
    let config = workspace.repo.config().ok().cloned();
    let version = named.version.as_ref().map(|v| format!("*{v}"));
    let from = args.from.as_deref().map(|from| named_release::tag_of(workspace, from)).transpose()?;
    let also: Vec<String> = from.into_iter().chain(version).collect();
    let tags = wanted_tags(workspace, &also)?;
    Ok(Some(facts::fetch_quietly(
        workspace.env.clone(),
        remote.to_owned(),
        facts::wanted(workspace),
        tags,
        config,
    )))
}

/// What the remote has; what was last known of it when it cannot be read, and why.
pub(super) fn remote_view(
    session: &Session,
    workspace: &Workspace,
    fetching: Option<Fetching>,
) -> anyhow::Result<(View, Option<String>)> {
    let Some(fetching) = fetching else {
        return Ok((fetch::last_known(&workspace.repo, workspace.remote())?, None));
    };
    let remote = workspace.remote().unwrap_or_default();
    let working = session.ui.waiting(&format!("Fetching {remote}…"), facts::PATIENCE);
    let result = fetching.join();
    drop(working);
    match result {
        Ok(Ok(view)) => Ok((view, None)),
        Ok(Err(error)) => {
            let why = if error.is_timeout() {
                "it did not answer within 5 s".to_owned()
            } else {
                error.detail().lines().next().unwrap_or_default().trim().to_owned()
            };
            Ok((fetch::last_known(&workspace.repo, workspace.remote())?, Some(why)))
        }
        Err(_) => Err(Failure::failed("reading the remote failed; nothing was changed").into()),
    }
}

/// Publishes the new branch. A refusal is said, and nothing fails for it.
pub(super) fn publish(
    session: &Session,
    workspace: &Workspace,
    view: &View,
    branch: &str,
    step: &Push,
) -> anyhow::Result<()> {
    let (remote, updates) = (step.remote.as_str(), step.release.as_slice());
    let what = push::Push { updates, ..push::Push::default() };
    let policy = pushing();
    // A run that was killed may have pushed it.
    let is_there = updates.iter().all(|update| view.heads.get(branch) == Some(&update.new));
    let report = if is_there { None } else { Some(push::push(&workspace.repo, remote, what, policy)?) };
    let refused = report.filter(|report| !report.confirms(updates.iter().map(|update| update.name.as_str())));
    let Some(report) = refused else {
        session.ui.say(format!("{} {branch} is on {remote}", session.ui.sign(Tone::Good)));
        let upstream = format!("{remote}/{branch}");
        let run = workspace.repo.call("branch").args(["--quiet", "--set-upstream-to", &upstream, branch]);
        if let Err(error) = workspace.repo.git().ok(run) {
            log::debug!("the upstream could not be set: {error}");
        }
        return Ok(());
    };
    let why = report.words.lines().last().unwrap_or_default();
    session.ui.warn(format!("{remote} rejected {branch}: {why}"));
    session.ui.hint(format!("git push -u {remote} {}", shell_word(branch)));
    Ok(())
}
