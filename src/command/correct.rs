//! `hotfix amend`, `hotfix retract` and `hotfix redact`: an event that is wrong, or says too much.

use super::pick::{self, Picked};
use super::{Outcome, Session, note};
use crate::cli::{Amend, Redact, Retract};
use crate::model::correction::retracted;
use crate::model::event::{Draft, Event, Kind};
use crate::model::event_data::Amended;
use crate::model::failure::Failure;
use crate::model::text::{list, safe, safe_lines, shorten};
use crate::model::time;
use crate::record::Erased;
use crate::terminal::style::Tone;
use chrono::SecondsFormat;
use serde_json::json;

pub fn amend(session: &Session, args: &Amend) -> Outcome {
    let workspace = session.site_for_log()?;
    let at = args.at.as_deref().map(|t| time::parse(t, &session.env.now_local())).transpose()?;
    let text = safe_lines(&args.text.join(" ")).trim().to_owned();
    let mut picked = pick::event(&workspace, &args.event, args.hotfix.as_deref())?;
    if picked.event.kind == Kind::Amendment
        && let Some(target) = picked.incident.log.iter().find(|e| Some(&e.id) == picked.event.amends.as_ref())
    {
        picked.event = target.clone();
    }
    if at.is_none() && text.is_empty() {
        let id = &picked.event.id;
        return Err(Failure::usage("an amendment needs --at, a text or both; nothing was changed")
            .hint(format!("hotfix amend {id} --at 14:02"))
            .hint(format!("hotfix amend {id} \"what it should say\""))
            .into());
    }
    pick::demand_correctable(&picked)?;
    let Some(now) = picked.current() else { return Err(gone(&picked).into()) };
    let said = Amended {
        at: at.map(|at| at.to_rfc3339_opts(SecondsFormat::Secs, true)),
        replaces: now.amends.clone(),
    };
    let mut draft = Draft::new(Kind::Amendment, text).by_person().data(&said);
    draft.amends = Some(picked.event.id.clone());
    let was = format!("it was {}  {}", now.at.to_utc().format("%Y-%m-%d %H:%M UTC"), first_line(now));
    note::append(session, &workspace, &picked.incident.id, vec![draft])?;
    if !session.dry_run() {
        session.ui.dim(format!("  {}", was.trim_end()));
    }
    Ok(0)
}

pub fn retract(session: &Session, args: &Retract) -> Outcome {
    let workspace = session.site_for_log()?;
    let picked = pick::event(&workspace, &args.event, args.hotfix.as_deref())?;
    let event = &picked.event;
    if !matches!(event.kind, Kind::Amendment | Kind::Retraction) {
        pick::demand_correctable(&picked)?;
    }
    if retracted(&picked.incident.log).contains(&event.id) {
        return Err(gone(&picked).into());
    }
    let mut draft = Draft::new(Kind::Retraction, safe_lines(&args.why.join(" ")).trim()).by_person();
    draft.amends = Some(event.id.clone());
    note::append(session, &workspace, &picked.incident.id, vec![draft])?;
    if !session.dry_run() {
        let (kind, text) = (event.kind.words(), first_line(event));
        session.ui.dim(format!("  taken back: {kind}  {text}").trim_end());
    }
    Ok(0)
}

pub fn redact(session: &Session, args: &Redact) -> Outcome {
    let workspace = session.site_for_log()?;
    let picked = pick::event(&workspace, &args.event, args.hotfix.as_deref())?;
    let (event, id) = (&picked.event, &picked.incident.id);
    if matches!(event.kind, Kind::Publishing | Kind::Redaction) {
        return Err(Failure::refused(format!(
            "'{}' contains no text that a person wrote; nothing was changed",
            event.kind.words()
        ))
        .into());
    }
    if session.dry_run() {
        session.ui.answer(format!("Would remove the words of {} in {id}.", event.id));
        session.ui.document(json!({ "id": id, "event": event.id, "dry_run": true }));
        return Ok(0);
    }
    match workspace.record().erase(id, &event.id)? {
        Erased::Gone(events) => {
            session.ui.answer(format!(
                "{} The words of {} {} are removed from the log of this clone.",
                session.ui.sign(Tone::Good),
                event.kind.words(),
                event.id
            ));
            session.ui.say("Copies elsewhere keep them: a manual push, a bundle, a backup.");
            session.ui.say("git deletes the old text with its next gc; to do it now:");
            session.ui.say("  git gc --prune=now");
            session.ui.document(json!({ "id": id, "event": event.id, "redacted": events }));
            Ok(0)
        }
        Erased::Held(refs) => Err(held(id, event, &refs).into()),
        Erased::Waiting => Err(Failure::failed(
            "the log cannot be written, the event is in a spool file; nothing was changed",
        )
        .hint(format!("hotfix redact {}", event.id))
        .into()),
    }
}

fn held(id: &str, event: &Event, refs: &[String]) -> Failure {
    let shared: Vec<String> = refs
        .iter()
        .filter(|r| r.starts_with("refs/incidents-remote/") || r.starts_with("refs/remotes/"))
        .cloned()
        .collect();
    let take_back = format!("hotfix retract {} \"why\"", event.id);
    if shared.is_empty() {
        let names = list(&refs.iter().map(|r| safe(r)).collect::<Vec<_>>());
        return Failure::refused(format!(
            "{names} also contains this event, so its words would stay; nothing was changed"
        ))
        .hint(format!(
            "git update-ref -d {}",
            refs.first().map_or_else(String::new, |r| crate::model::text::shell_word(r))
        ))
        .hint(take_back);
    }
    Failure::refused(format!(
        "this event was shared ({}); clones that fetched it still have it and would bring it back; \
         nothing was changed",
        list(&shared.iter().map(|r| safe(r)).collect::<Vec<_>>())
    ))
    .hint(take_back)
    .hint(format!("rotate the secret itself; the log is {}", crate::record::store::log_ref(id)))
}

fn gone(picked: &Picked) -> Failure {
    let (id, kind) = (&picked.event.id, picked.event.kind.words());
    let by = |e: &&Event| e.kind == Kind::Retraction && e.amends.as_ref() == Some(id);
    let failure = Failure::usage(format!("{kind} {id} is already retracted; nothing was changed"));
    match picked.incident.log.iter().rev().find(by) {
        Some(retraction) => failure.hint(format!("hotfix retract {}", retraction.id)),
        None => failure.hint("hotfix timeline --all"),
    }
}

fn first_line(event: &Event) -> String {
    shorten(&safe(event.text.lines().next().unwrap_or_default()), 60)
}
