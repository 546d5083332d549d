//! `hotfix review --request`: the branch published, and the line to send to a colleague.

use crate::command::{Outcome, Session, adopt, check};
use crate::engine::publish::{Settled, publish};
use crate::facts::Workspace;
use crate::facts::forge::push_remote;
use crate::facts::review::Subject;
use crate::git::access::Access;
use crate::git::worktree;
use crate::model::checked_out;
use crate::model::event::{Draft, Kind, Pointer};
use crate::model::event_data::Requested;
use crate::model::failure::Failure;
use crate::model::plan::{Update, head};
use crate::model::text::{count, safe, safe_lines, shell_word};
use crate::terminal::style::Tone;
use serde_json::json;

pub(super) fn run(
    session: &Session,
    workspace: &Workspace,
    subject: &Subject,
    message: Option<&str>,
) -> Outcome {
    let Some(mut remote) = workspace.remote().map(str::to_owned) else {
        return Err(Failure::usage("there is no remote, so no colleague can see the branch")
            .hint("git remote add origin URL")
            .into());
    };
    if subject.commits.is_empty() {
        return Err(Failure::refused(format!(
            "{} has no commit yet, so there is nothing to review; nothing was published",
            subject.hotfix.branch
        ))
        .hint(checked_out::commit(
            subject.hotfix.stand(workspace, &worktree::list(&workspace.repo)?).as_ref(),
            &subject.hotfix.branch,
        ))
        .into());
    }
    let update = update(workspace, subject, &remote)?;
    if session.dry_run() {
        let what = match &update {
            Some(update) => {
                format!("Would publish {} at {} on {remote}", subject.hotfix.branch, update.new.short())
            }
            None => format!("{} is already on {remote}", subject.hotfix.branch),
        };
        session.ui.answer(what);
        session.ui.dim("Nothing was changed.");
        session.ui.document(json!({
            "name": subject.hotfix.name,
            "branch": subject.hotfix.branch,
            "tip": subject.tip,
            "published": false,
            "dry_run": true,
        }));
        return Ok(0);
    }
    if let Some(update) = &update {
        remote = send(session, workspace, subject, remote, update)?;
        let said = format!("{} {} is on {remote}", session.ui.sign(Tone::Good), safe(&subject.hotfix.branch));
        session.ui.say(said);
    }
    keep(workspace, subject, &remote, message)?;
    let opened = super::forge::open(session, workspace, subject, &remote)?;
    if let Some(request) = &opened {
        session.ui.say(format!(
            "{} {} is open: {}",
            session.ui.sign(Tone::Good),
            request.name(),
            safe(&request.url)
        ));
    }
    let command = format!("hotfix review {}", shell_word(&subject.hotfix.name));
    let place = workspace
        .repo
        .config()?
        .push_urls(&remote)
        .into_iter()
        .next()
        .filter(|url| url.contains(':') && !url.starts_with("file:"));
    let place = place.map(|url| format!(" of {}", safe(&url))).unwrap_or_default();
    let stat = subject.stat;
    let line = format!(
        "Please review {}{place} ({}, +{} {}{}):  {command}",
        safe(&subject.hotfix.branch),
        count(stat.files, "file"),
        stat.added,
        session.ui.symbols.minus,
        stat.removed,
    );
    session.ui.say("Send this to a colleague, who types the command in their own clone:");
    session.ui.answer(&line);
    session.ui.document(json!({
        "name": subject.hotfix.name,
        "branch": subject.hotfix.branch,
        "tip": subject.tip,
        "published": update.is_some(),
        "request": opened,
        "command": command,
        "line": line,
    }));
    Ok(0)
}

/// What has to be published, if anything.
fn update(workspace: &Workspace, subject: &Subject, remote: &str) -> anyhow::Result<Option<Update>> {
    let Some(here) = &subject.hotfix.local else { return Ok(None) };
    match &subject.published {
        Some(there) if workspace.repo.is_ancestor(here, there)? => Ok(None),
        Some(there) if !workspace.repo.is_ancestor(there, here)? => Err(Failure::refused(format!(
            "{} has commits on {remote} that are not here; nothing was published",
            subject.hotfix.branch
        ))
        .hint(format!("git pull --rebase {} {}", shell_word(remote), shell_word(&subject.hotfix.branch)))
        .into()),
        there => {
            Ok(Some(Update { name: head(&subject.hotfix.branch), expect: there.clone(), new: here.clone() }))
        }
    }
}

fn send(
    session: &Session,
    workspace: &Workspace,
    subject: &Subject,
    remote: String,
    update: &Update,
) -> anyhow::Result<String> {
    let again = format!("hotfix review {} --request", shell_word(&subject.hotfix.name));
    let working = session.ui.working(&format!("Publishing {}…", subject.hotfix.branch));
    let settled = publish(workspace, &remote, std::slice::from_ref(update), &[], None);
    drop(working);
    let settled = settled.map_err(|error| match error.downcast::<Failure>() {
        Ok(mut failure) => {
            failure.hints = vec![again.clone()];
            failure.into()
        }
        Err(error) => error,
    })?;
    // Where we may not push to production's repository, our fork of it has the branch.
    let fork = push_remote(workspace).map(|(fork, _)| fork);
    match settled {
        Settled::Published => Ok(remote),
        Settled::Stale(branch) => Err(Failure::failed(format!(
            "another clone pushed {branch} at the same time; nothing was \
                                         changed"
        ))
        .hint(again)
        .into()),
        Settled::Torn { .. } => Err(Failure::failed(
            "the remote accepted only part of \
                                                     it",
        )
        .hint(again)
        .into()),
        Settled::Refused(refusal) if refusal.forbidden && fork.as_ref().is_some_and(|f| *f != remote) => {
            send(session, workspace, subject, fork.unwrap_or(remote), update)
        }
        Settled::Refused(refusal) => {
            let message = format!(
                "{remote} refused {}: {}\nNothing was published and nothing was changed here.",
                refusal.name,
                safe_lines(&refusal.sentence())
            );
            let push = format!("git push {} {}", shell_word(&remote), shell_word(&subject.hotfix.branch));
            Err(match refusal.in_the_way(&remote) {
                Some((line, delete)) => {
                    Failure::failed(format!("{message}\n{line}")).hint(delete).hint(again)
                }
                None => Failure::failed(message).hint(push),
            }
            .into())
        }
    }
}

fn keep(workspace: &Workspace, subject: &Subject, remote: &str, message: Option<&str>) -> anyhow::Result<()> {
    let incident = match &subject.hotfix.incident {
        Some(incident) => incident.clone(),
        None => adopt::record(workspace, &subject.hotfix)?,
    };
    let record = workspace.record();
    check::note_commits(workspace, &record, &incident, &subject.tip)?;
    let draft = Draft::new(Kind::ReviewRequested, safe_lines(message.unwrap_or_default()).trim())
        .data(&Requested { remote: Some(remote.to_owned()), ..Requested::default() })
        .refer(Pointer::Branch, &subject.hotfix.branch)
        .refer(Pointer::Commit, &subject.tip)
        .refer(Pointer::Tree, &subject.tree);
    record.append(&incident.id, draft)?;
    Ok(())
}
