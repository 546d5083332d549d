//! What is said where no hotfix is open: the last one and what it still waits for, and how to begin.

use super::{steps_json, untold};
use crate::cli::Status;
use crate::command::{Outcome, Session, again};
use crate::facts::families::last_finished;
use crate::facts::{Workspace, brought_back, hotfix_names, open_incident};
use crate::git::access::Access;
use crate::git::state;
use crate::insight::next::{BETTER_FIX, Next};
use crate::insight::steps::none;
use crate::insight::updates;
use crate::model::event::Kind;
use crate::model::incident::Incident;
use crate::model::text::{list, list_first, safe, shell_word};
use crate::model::time::say_duration;
use crate::plan::deployment::{Deployment, deployment};
use crate::system::files;
use serde_json::json;

pub(super) fn nothing_open(session: &Session, workspace: &Workspace, args: &Status) -> Outcome {
    let next = Next::new("hotfix start NAME", "no hotfix is open");
    if args.porcelain {
        return Ok(0);
    }
    let remote = hotfix_names::remote_names(workspace)?;
    session.ui.document(json!({
        "hotfix": null,
        "steps": steps_json(&none()),
        "checks": [],
        "updates": [],
        "next": { "command": next.command, "why": next.why },
        "elsewhere": remote,
    }));
    let all = workspace.record().incidents()?;
    let last = last_finished(all.iter()).map(|(_, last)| last.clone());
    session.ui.answer("No hotfix is open.");
    untold(session, workspace);
    if let Some(first) = remote.first() {
        let names: Vec<String> = remote.iter().map(|n| safe(n)).collect();
        let place = workspace.remote().unwrap_or_default();
        session.ui.answer(format!("Not here, but on {place}: {}", list(&names)));
        session.ui.say(format!("  {}", again("hotfix status", first)));
    }
    match last {
        Some(last) => {
            let tag = last.tag.clone().unwrap_or_default();
            let finished = last.of_kind(&Kind::Finished).map(|e| e.at).max().unwrap_or(last.started_at);
            let ago = say_duration(session.env.now() - finished.to_utc());
            session.ui.answer(format!("The last one was {} ({tag}), finished {ago} ago.", safe(&last.name)));
            let families = open_incident::Families::of(&all);
            let whole = families.whole(&last);
            if brought_back::unrepaired(&all, &families).is_some() {
                session.ui.say(format!("Next: {BETTER_FIX}:  hotfix start NAME"));
            }
            if !families.is_over(&last) {
                if deployment(&last, &tag) == Deployment::NotYet {
                    session.ui.say(format!(
                        "It is not recorded as deployed:  hotfix mark deployed --hotfix {}",
                        shell_word(&last.name)
                    ));
                } else if by_hand(workspace) && last.of_kind(&Kind::Verified).next().is_none() {
                    session.ui.say(format!("It is not verified:  hotfix verify {}", shell_word(&last.name)));
                }
                session.ui.say(format!(
                    "It is not marked as resolved:  {} --hotfix {}",
                    "hotfix mark resolved",
                    safe(&whole.name)
                ));
            }
            // Who never heard of it is not told late.
            let waiting = updates::due(&whole, &workspace.config.updates, session.env.now());
            for due in waiting.iter().filter(|d| d.overdue && d.last.is_some()) {
                let who = due.audience;
                let name = shell_word(&whole.name);
                session
                    .ui
                    .say(format!("An update for {} is overdue:  hotfix update {who} {name}", who.people()));
            }
        }
        None => session.ui.say("Rehearse one before you need it:  hotfix drill"),
    }
    say_left_over(session, workspace)?;
    session.ui.say("When production breaks:  hotfix start NAME");
    Ok(0)
}

/// Whether a release is deployed by hand and looked at afterwards.
fn by_hand(workspace: &Workspace) -> bool {
    let config = &workspace.config;
    !config.verify.is_empty() && config.deploy.command.is_empty() && config.deploy.watch.is_empty()
}

/// That this worktree is left over, and what leaves and removes it.
fn say_left_over(session: &Session, workspace: &Workspace) -> anyhow::Result<()> {
    let (Some(path), Some(here)) = (way_back(workspace)?, workspace.repo.worktree()) else { return Ok(()) };
    let changes = state::changes(&workspace.repo, here)?;
    let changed: Vec<String> =
        changes.tracked.iter().chain(&changes.untracked).map(|path| safe(path)).collect();
    let (with, force) = match changed.is_empty() {
        true => (String::new(), ""),
        false => (format!(", with what is not committed in it ({})", list_first(&changed, 3)), "--force "),
    };
    session.ui.say(format!("This worktree is left over from a hotfix. To leave and remove it{with}:"));
    session.ui.say(format!("  cd {}", shell_word(&path)));
    session.ui.say(format!("  git worktree remove {force}{}", shell_word(&here.display().to_string())));
    Ok(())
}

/// The same beside what is said of an open hotfix, in the worktree of a merge for one that is over.
pub(super) fn left_over_beside(session: &Session, workspace: &Workspace) -> anyhow::Result<()> {
    let Some(here) =
        workspace.repo.worktree().filter(|_| workspace.repo.git_dir() != workspace.repo.common_dir())
    else {
        return Ok(());
    };
    let here = files::canonical(here);
    let is_its = |i: &Incident| i.left_worktrees().any(|path| files::canonical(&path) == here);
    let all = workspace.record().incidents()?;
    if all.iter().any(|i| !i.is_open() && is_its(i)) && !all.iter().any(|i| i.is_open() && is_its(i)) {
        session.ui.say("");
        say_left_over(session, workspace)?;
    }
    Ok(())
}

/// The main worktree, if this one is left over from a hotfix that is over: it has no branch, and nothing is
/// open.
fn way_back(workspace: &Workspace) -> anyhow::Result<Option<String>> {
    let repo = &workspace.repo;
    if repo.git_dir() == repo.common_dir() || repo.head()?.branch.is_some() {
        return Ok(None);
    }
    // A bare repository, or one inside another, has none.
    let main = workspace.root();
    Ok(main.join(".git").is_dir().then(|| main.display().to_string()))
}
