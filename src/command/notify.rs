//! `hotfix notify`: what others were told, what waits, and trying it out.

use super::{Outcome, Session, courier};
use crate::cli::Notify as Args;
use crate::config::Notify;
use crate::engine::notify::{Outcome as Sent, Way, limit};
use crate::facts::Workspace;
use crate::git::http::reach_anywhere;
use crate::model::failure::{Failure, Kind};
use crate::model::text::{count, list, safe};
use crate::record::outbox::{Entry, Kept, Outbox, State};
use crate::report::notify::{Message, payload};
use crate::system::env::unique_hex;
use crate::terminal::style::{Tone, pad, width};
use serde_json::{Value, json};
use std::time::Instant;

/// How many that were sent are shown.
const RECENT: usize = 10;

pub fn run(session: &Session, args: &Args) -> Outcome {
    let workspace = session.workspace()?;
    session.courier.leave_it();
    let places = chosen(&workspace, args.service.as_deref())?;
    if args.drop {
        return forget(session, &workspace, &places);
    }
    let sends = args.test || args.retry;
    if args.trust && !sends && !session.ui.is_interactive() {
        return Err(Failure::refused(
            "--trust alone asks on a terminal, and there is none; nothing was changed",
        )
        .hint("hotfix notify --retry --trust    # for this run")
        .into());
    }
    if !session.dry_run() && ((args.trust && !sends) || (sends && !args.trust)) {
        courier::ask(session, &workspace)?;
    }
    if args.test {
        return test(session, &workspace, args, &places);
    }
    if args.retry && !session.dry_run() {
        return retry(session, &workspace, args);
    }
    let kept = Outbox::of(workspace.repo.common_dir()).look();
    show(session, &workspace, &places, &kept);
    Ok(0)
}

/// All places, or those that were asked for.
fn chosen<'a>(workspace: &'a Workspace, wanted: Option<&str>) -> Result<Vec<&'a Notify>, Failure> {
    let all = &workspace.config.notify;
    let Some(wanted) = wanted else { return Ok(all.iter().collect()) };
    let found: Vec<&Notify> =
        all.iter().filter(|n| n.kind.as_str() == wanted || n.place() == wanted).collect();
    if found.is_empty() {
        let names: Vec<String> = all.iter().map(|n| safe(&n.place())).collect();
        let known = if names.is_empty() { "there are none".to_owned() } else { list(&names) };
        return Err(Failure::usage(format!("no service is called '{}' ({known})", safe(wanted)))
            .hint("hotfix notify --list"));
    }
    Ok(found)
}

fn test(session: &Session, workspace: &Workspace, args: &Args, places: &[&Notify]) -> Outcome {
    let ui = &session.ui;
    if places.is_empty() {
        return Err(Failure::refused("there is no [[notify]] in the configuration, so nobody is told")
            .hint("hotfix config notify --explain")
            .hint("hotfix help notify")
            .into());
    }
    let reach = reach_anywhere(&workspace.repo, &workspace.env);
    let message = Message::test(&unique_hex(12), &workspace.repo_name(), session.env.now());
    let mut outcomes = Vec::new();
    let mut all_well = true;
    for place in places {
        let allowed = courier::is_allowed(workspace, place, args.trust);
        let (state, why) = if session.dry_run() {
            (if allowed { "ready" } else { "untrusted" }, String::new())
        } else if allowed {
            let until = Instant::now() + limit();
            let mut way = Way::new(place, &session.env, &reach, workspace.root(), until);
            match way.send(&message.id, &payload(place.kind, &message, &[]), None) {
                Sent::Sent(_) => ("sent", String::new()),
                Sent::NotYet { why, .. } => ("failed", why),
                Sent::Refused(why) => ("refused", why),
                Sent::Unknown(why) => ("maybe", why),
            }
        } else {
            ("untrusted", "nobody has agreed to it in this clone".to_owned())
        };
        let is_well = matches!(state, "sent" | "ready");
        all_well &= is_well;
        let words = match state {
            "sent" => "a test was sent".to_owned(),
            "ready" => "would be sent a test".to_owned(),
            "maybe" => format!("a test may have been sent: {}", safe(&why)),
            _ => format!("not sent: {}", safe(&why)),
        };
        ui.answer(format!(
            "{} {}  {words}",
            ui.sign(if is_well { Tone::Good } else { Tone::Bad }),
            safe(&place.place())
        ));
        outcomes.push(json!({ "place": place.place(), "state": state, "why": why }));
    }
    ui.document(json!({ "test": outcomes }));
    if outcomes.iter().any(|o| o["state"] == "untrusted") {
        ui.hint("hotfix notify --test --trust");
    }
    Ok(if all_well { 0 } else { Kind::Failed.exit_code() })
}

fn retry(session: &Session, workspace: &Workspace, args: &Args) -> Outcome {
    let working = session.ui.working("Sending…");
    let delivered = courier::send(workspace, args.trust, true, Instant::now() + limit())?;
    drop(working);
    let outbox = Outbox::of(workspace.repo.common_dir());
    let kept = outbox.look();
    let sent = delivered.entries.iter().filter(|e| e.state == State::Sent).count();
    let left: Vec<&Entry> = kept.entries.iter().filter(|e| e.state != State::Sent).collect();
    let ui = &session.ui;
    if delivered.busy {
        ui.warn("another command is sending; nothing was done here");
    }
    if sent > 0 {
        ui.answer(format!("{} {} sent.", ui.sign(Tone::Good), count(sent, "message")));
    }
    for (place, why) in courier::trouble(left.iter().copied(), session.env.now()) {
        ui.answer(format!("{} {}: {why}", Tone::Attention.paint("!"), safe(&place)));
    }
    for place in &delivered.untrusted {
        ui.warn(format!("{} is not told: nobody has agreed to it in this clone yet", safe(place)));
        ui.hint("hotfix notify --retry --trust");
    }
    if sent == 0 && left.is_empty() {
        ui.answer("Nothing waits to be sent.");
    }
    ui.document(json!({ "sent": sent, "left": left.len(), "entries": entries(&left) }));
    Ok(if left.is_empty() { 0 } else { Kind::Failed.exit_code() })
}

fn forget(session: &Session, workspace: &Workspace, places: &[&Notify]) -> Outcome {
    let outbox = Outbox::of(workspace.repo.common_dir());
    let all: Vec<String> = places.iter().map(|n| n.place()).collect();
    let configured: Vec<String> = workspace.config.notify.iter().map(Notify::place).collect();
    // What is for a place that is no longer in the configuration goes with all of it.
    let goes = |e: &Entry| {
        e.state != State::Sent
            && (all.contains(&e.place) || (all == configured && !configured.contains(&e.place)))
    };
    let n = if session.dry_run() {
        outbox.look().entries.iter().filter(|e| goes(e)).count()
    } else {
        let Some(mut held) = outbox.open(limit(), session.env.now())? else {
            return Err(Failure::failed("another command is sending; nothing was changed")
                .hint("hotfix notify --drop")
                .into());
        };
        let before = held.kept.entries.len();
        held.kept.entries.retain(|e| !goes(e));
        held.kept.dropped = 0;
        held.save()?;
        before - held.kept.entries.len()
    };
    let words = if session.dry_run() { "would be forgotten" } else { "forgotten" };
    session.ui.answer(format!("{} {words}.", count(n, "message")));
    session.ui.document(json!({ "dropped": n }));
    Ok(0)
}

fn show(session: &Session, workspace: &Workspace, places: &[&Notify], kept: &Kept) {
    let ui = &session.ui;
    let of = |entry: &&Entry| {
        places.iter().any(|n| n.place() == entry.place) || places.len() == workspace.config.notify.len()
    };
    let mine: Vec<&Entry> = kept.entries.iter().filter(of).collect();
    if places.is_empty() {
        ui.answer("There is no [[notify]] in the configuration, so nobody is told.");
    }
    let names: Vec<String> = places.iter().map(|n| safe(&n.place())).collect();
    let wide = width(names.iter().map(String::as_str));
    let trusted = |n: &Notify| courier::is_allowed(workspace, n, false);
    for (place, name) in places.iter().zip(&names) {
        let on: Vec<&str> = place.on.iter().map(|f| f.as_str()).collect();
        let audiences: Vec<&str> = place.audiences.iter().map(|a| a.as_str()).collect();
        let mut about = format!("{}; updates for {}", none_or(&on), none_or(&audiences));
        if !trusted(place) {
            about = format!(
                "{}  {}",
                Tone::Attention.paint("not agreed to in this clone"),
                Tone::Dim.paint(about)
            );
        }
        ui.answer(format!("{}  {about}", pad(name, wide)));
    }
    let (sent, open): (Vec<&Entry>, Vec<&Entry>) = mine.iter().partition(|e| e.state == State::Sent);
    let recent = sent.get(sent.len().saturating_sub(RECENT)..).unwrap_or_default();
    if !mine.is_empty() {
        ui.answer("");
    }
    for entry in recent.iter().chain(&open) {
        let (tone, words) = match entry.state {
            State::Sent => (Tone::Good, "sent"),
            State::Waiting => (Tone::Attention, "waits"),
            State::Maybe | State::Sending => (Tone::Attention, "may have been sent"),
            State::Refused => (Tone::Bad, "refused"),
        };
        let behind = match (&entry.why, entry.not_before) {
            (why, _) if why.is_empty() => String::new(),
            (why, Some(at)) if entry.state == State::Waiting => {
                format!(": {}, not before {} UTC", safe(why), at.format("%H:%M:%S"))
            }
            (why, _) => format!(": {}", safe(why)),
        };
        let time = entry.at.format("%H:%M UTC");
        ui.answer(format!(
            "{} {time}  {}  {}  {words}{behind}",
            ui.sign(tone),
            safe(&entry.what),
            safe(&entry.place)
        ));
    }
    if kept.dropped > 0 {
        ui.answer(format!(
            "{} dropped: there were too many, or they were too old.",
            count(usize::try_from(kept.dropped).unwrap_or(usize::MAX), "message")
        ));
    }
    if places.iter().any(|n| !trusted(n)) {
        ui.hint("hotfix notify --trust");
    }
    if !open.is_empty() {
        ui.hint("hotfix notify --retry");
    }
    ui.document(json!({
        "places": places.iter().map(|n| json!({
            "place": n.place(), "kind": n.kind, "on": n.on, "audiences": n.audiences,
            "trusted": trusted(n), "origin": n.origin.to_string(),
        })).collect::<Vec<_>>(),
        "entries": entries(&mine),
        "dropped": kept.dropped,
    }));
}

fn none_or(words: &[&str]) -> String {
    if words.is_empty() { "nothing".to_owned() } else { words.join(", ") }
}

fn entries(entries: &[&Entry]) -> Vec<Value> {
    let one = |e: &&Entry| {
        json!({
            "place": e.place, "incident": e.incident, "event": e.event, "what": e.what, "at": e.at,
            "state": e.state, "tries": e.tries, "not_before": e.not_before, "why": e.why,
        })
    };
    entries.iter().map(one).collect()
}
