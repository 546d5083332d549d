//! A review at the forge: the request that is opened for it, and the verdict said there as well. What
//! does not work there is a remark; the review is in the log.

use crate::command::{Session, templates, trust};
use crate::config::Mode;
use crate::facts::forge::{Door, committed, door};
use crate::facts::review::Subject;
use crate::facts::{Workspace, affected_cache};
use crate::forge::{Forge, ForgeError, Wanted};
use crate::model::event::{Draft, Kind, Pointer};
use crate::model::event_data::Requested;
use crate::model::request::{NewRequest, Push, Request, RequestState, Seen};
use crate::model::text::safe;
use crate::report::request as text;

/// Opens the request of a branch that is published, where production takes requests; the one there is
/// else.
///
/// # Errors
/// A template of the repository that cannot be used, Ctrl-C.
pub(super) fn open(
    session: &Session,
    workspace: &Workspace,
    subject: &Subject,
    remote: &str,
) -> anyhow::Result<Option<Request>> {
    let Some(door) = found(session, workspace)? else { return Ok(None) };
    let Some(forge) = &door.forge else { return Ok(None) };
    match opened(workspace, subject, &door, forge.as_ref(), remote) {
        Ok(Some(request)) => {
            note(workspace, subject, &request);
            Ok(Some(request))
        }
        Ok(None) => Ok(None),
        Err(error) => {
            session.ui.warn(format!("no {} was opened: {error}", door.place.kind.request()));
            Ok(None)
        }
    }
}

fn opened(
    workspace: &Workspace,
    subject: &Subject,
    door: &Door,
    forge: &dyn Forge,
    remote: &str,
) -> anyhow::Result<Option<Request>> {
    let seen = look(subject, door, forge)?;
    let is_open = |seen: &Seen| seen.request.clone().filter(|r| r.state == RequestState::Open);
    if let Some(request) = is_open(&seen) {
        return Ok(Some(request));
    }
    if seen.rules.push != Push::Refused && workspace.config.finish.mode != Mode::Pr {
        return Ok(None);
    }
    let told = subject.hotfix.incident.as_ref().and_then(crate::model::incident::Incident::tellable);
    let standings = crate::facts::finish::standings(workspace, &subject.hotfix, Some(&subject.tree));
    let affected =
        affected_cache::known(workspace, &subject.hotfix).map(|a| a.affected_tags).unwrap_or_default();
    let body = match &told {
        Some(incident) => text::render(
            templates::of(workspace, text::BUILTIN)?.template(),
            &text::Facts {
                incident,
                standings: &standings,
                tag: &subject.tag,
                previous: incident.base_tag.as_deref(),
                stat: subject.stat,
                affected: &affected,
            },
        )?,
        None => String::new(),
    };
    let new = NewRequest {
        head: subject.hotfix.branch.clone(),
        fork: door.fork.as_ref().filter(|fork| fork.remote == remote).map(|fork| fork.path.clone()),
        base: subject.production.clone(),
        title: safe(&subject.hotfix.title_to_publish()),
        body,
        draft: false,
        labels: workspace.config.forge.labels.clone(),
        reviewers: workspace.config.forge.reviewers.clone(),
    };
    let done = forge.open(&new);
    // Whatever it said: what is there decides.
    match (is_open(&look(subject, door, forge)?), done) {
        (Some(request), _) => Ok(Some(request)),
        (None, Err(error)) => Err(error.into()),
        (None, Ok(())) => Ok(None),
    }
}

/// Says the verdict at the forge, where the request has the commit that was reviewed at its head.
///
/// # Errors
/// Ctrl-C.
pub(super) fn say(
    session: &Session,
    workspace: &Workspace,
    subject: &Subject,
    approve: bool,
    text: &str,
) -> anyhow::Result<()> {
    let asked =
        subject.hotfix.incident.as_ref().is_some_and(|i| i.of_kind(&Kind::RequestOpened).next().is_some());
    if !asked && workspace.config.finish.mode != Mode::Pr && workspace.config.forge.kind.is_none() {
        return Ok(());
    }
    let Some(door) = found(session, workspace)? else { return Ok(()) };
    let Some(forge) = &door.forge else { return Ok(()) };
    let said = look(subject, &door, forge.as_ref()).and_then(|seen| match seen.request {
        Some(request)
            if request.state == RequestState::Open && request.head_sha.as_ref() == Some(&subject.tip) =>
        {
            forge.review(&request, approve, text).map(|()| Some(request))
        }
        _ => Ok(None),
    });
    match said {
        Ok(Some(request)) => {
            session.ui.say(format!("also recorded on {}: {}", request.name(), safe(&request.url)))
        }
        Ok(None) => {}
        Err(error) => session.ui.warn(format!("the verdict could not be recorded on the forge: {error}")),
    }
    Ok(())
}

fn found(session: &Session, workspace: &Workspace) -> anyhow::Result<Option<Door>> {
    if workspace.remote().is_none() || workspace.config.finish.mode == Mode::Direct {
        return Ok(None);
    }
    let mut believed = true;
    for line in committed(&workspace.config) {
        believed &= trust::is_believed(session, workspace, &line, false)?;
    }
    match door(workspace, believed) {
        Ok(door) => Ok(door),
        Err(error) => {
            session.ui.warn(error.to_string());
            Ok(None)
        }
    }
}

fn look(subject: &Subject, door: &Door, forge: &dyn Forge) -> Result<Seen, ForgeError> {
    forge.look(Wanted {
        head: &subject.hotfix.branch,
        base: &subject.production,
        tip: &subject.tip,
        by_name: false,
        fork: door.fork.as_ref().map(|fork| fork.path.as_str()),
    })
}

fn note(workspace: &Workspace, subject: &Subject, request: &Request) {
    let Some(incident) = &subject.hotfix.incident else { return };
    if !incident.of_kind(&Kind::RequestOpened).any(|e| e.read::<Requested>().is_at(&request.url)) {
        let draft = Draft::new(Kind::RequestOpened, request.name())
            .refer(Pointer::Branch, &subject.production)
            .data(&Requested::at(request.number, &request.url));
        workspace.record().note(&incident.id, draft);
    }
}
