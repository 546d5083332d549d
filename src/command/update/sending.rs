//! `hotfix update AUDIENCE --send`: where it goes, and what came of it.

use super::Telling;
use crate::cli::Update;
use crate::command::{Outcome, Session, courier};
use crate::config::Notify;
use crate::engine::notify::limit;
use crate::facts::Workspace;
use crate::model::event::Event;
use crate::model::failure::{Failure, Kind};
use crate::model::text::{list, safe, shell_word};
use crate::record::outbox::{Entry, State};
use crate::report::lint::Finding;
use crate::terminal::style::Tone;
use serde_json::json;
use std::time::Instant;

/// The places for this audience; none where nothing is sent.
///
/// # Errors
/// Nothing is configured for it, or nobody has agreed to what is.
pub(super) fn places(session: &Session, workspace: &Workspace, args: &Update) -> anyhow::Result<Vec<String>> {
    if !args.send {
        return Ok(Vec::new());
    }
    let audience = args.audience;
    let all = &workspace.config.notify;
    let mine: Vec<&Notify> = all.iter().filter(|n| n.audiences.contains(&audience)).collect();
    if mine.is_empty() {
        let what = if all.is_empty() {
            "nothing can be sent: there is no [[notify]] in the configuration. Nothing was recorded"
                .to_owned()
        } else {
            format!(
                "nothing can be sent: no [[notify]] entry has {audience} among its audiences. Nothing was recorded"
            )
        };
        return Err(Failure::refused(what)
            .hint(format!("hotfix update {audience} --copy"))
            .hint("hotfix config notify --explain")
            .into());
    }
    if !session.dry_run() && !args.trust {
        courier::ask(session, workspace)?;
    }
    let allowed = |n: &&&Notify| session.dry_run() || courier::is_allowed(workspace, n, args.trust);
    let (yes, no): (Vec<&Notify>, Vec<&Notify>) = mine.iter().copied().partition(|n| allowed(&n));
    if yes.is_empty() {
        let no: Vec<String> = no.iter().map(|n| safe(&n.place())).collect();
        let words =
            format!("nobody has agreed in this clone to sending to {}; nothing was recorded", list(&no));
        let command = format!("hotfix update {audience} --send --trust");
        return Err(Failure::refused(words).hint("hotfix notify --trust").hint(command).into());
    }
    for place in no {
        session.ui.warn(format!("{} is left out: nobody has agreed to it here", safe(&place.place())));
    }
    Ok(yes.iter().map(|n| n.place()).collect())
}

impl Telling<'_> {
    /// Sends what was recorded. What does not arrive waits; only where every service refuses it the command
    /// fails, because then nobody hears of it.
    pub(super) fn send(&self, text: &str, found: &[Finding], event: &Event) -> Outcome {
        let ui = &self.session.ui;
        let working = ui.working("Sending…");
        self.session.courier.leave_it();
        let delivered = courier::send(self.workspace, self.args.trust, false, Instant::now() + limit())?;
        drop(working);
        let mine: Vec<&Entry> = delivered.entries.iter().filter(|e| e.event == event.id).collect();
        let state =
            |place: &String| mine.iter().find(|e| e.place == *place).map(|e| (e.state, e.why.as_str()));
        let mut outcomes = Vec::new();
        for place in &self.places {
            let (state, why) = state(place).unwrap_or((State::Waiting, ""));
            let why = if why.is_empty() && delivered.busy { "another command is sending" } else { why };
            let behind = if why.is_empty() { String::new() } else { format!(" ({})", safe(why)) };
            let (sign, words) = match state {
                State::Sent => (Tone::Good, "sent to"),
                State::Maybe | State::Sending => (Tone::Attention, "may have been sent to"),
                State::Refused => (Tone::Bad, "refused by"),
                State::Waiting => (Tone::Attention, "waits for"),
            };
            ui.say(format!("{} {words} {}{behind}", ui.sign(sign), safe(place)));
            outcomes.push((state, json!({ "place": place, "state": state, "why": why })));
        }
        let has = |wanted: &[State]| outcomes.iter().any(|(state, _)| wanted.contains(state));
        if has(&[State::Waiting]) {
            let waiting = delivered.entries.iter().filter(|e| self.places.contains(&e.place));
            let when = match courier::held_until(waiting, self.session.env.now()) {
                Some(until) => format!("by the first command after {until}"),
                None => "by the next command".to_owned(),
            };
            ui.say(format!("What waits is sent {when}:  hotfix notify --list"));
        }
        if let Some(at) = self.next.filter(|_| self.state != crate::model::update::State::Resolved) {
            ui.say(format!("  The next one: by {} UTC.", at.to_utc().format("%H:%M")));
        }
        let mut document = self.json(text, found, true);
        if let Some(document) = document.as_object_mut() {
            let sent: Vec<_> = outcomes.iter().map(|(_, outcome)| outcome.clone()).collect();
            document.insert("sent".to_owned(), json!(sent));
        }
        ui.document(document);
        if has(&[State::Sent, State::Waiting, State::Maybe, State::Sending]) {
            return Ok(0);
        }
        let name = shell_word(&self.hotfix.name);
        ui.complain(
            &Failure::failed("no service took the update; it is recorded as not sent")
                .hint("hotfix notify --retry    # once the address is right")
                .hint(format!("hotfix update {} {name} --copy", self.audience())),
        );
        Ok(Kind::Failed.exit_code())
    }
}
