//! `hotfix run`: a command, as it would run without us, and an event about it.

use super::{Outcome, Session, note};
use crate::cli::Run as Args;
use crate::facts::Workspace;
use crate::model::event::{Draft, Kind};
use crate::model::event_data::RanCommand;
use crate::model::failure::Failure;
use crate::model::text::{safe, shell_word};
use crate::model::time::say_duration;
use crate::record::Tail;
use crate::system::process::{Done, Run, Stream};
use crate::terminal::prompt;
use crate::terminal::style::Tone;
use serde_json::Number;
use serde_json::json;
use std::io::ErrorKind;

/// What a shell answers when it cannot find or run a command.
const NOT_FOUND: u8 = 127;
const NOT_RUNNABLE: u8 = 126;

pub fn run(session: &Session, args: &Args) -> Outcome {
    let workspace = session.site_for_log()?;
    let id = note::id_for(session, &workspace, args.hotfix.as_deref())?;
    let words: Vec<String> = args.command.iter().map(|w| w.to_string_lossy().into_owned()).collect();
    let shown =
        workspace.record().clean_words(&words).iter().map(|w| shell_word(w)).collect::<Vec<_>>().join(" ");
    if session.dry_run() {
        session.ui.answer(format!("Would run  {}  and add it to {id}.", safe(&shown)));
        session.ui.document(json!({ "id": id, "command": shown, "dry_run": true }));
        return Ok(0);
    }
    let began = session.env.now_local().fixed_offset();
    let mut tail = Tail::default();
    let done = match start(session, args, &mut tail) {
        Ok(done) => done,
        Err(error) => {
            let code = if error.kind() == ErrorKind::NotFound { NOT_FOUND } else { NOT_RUNNABLE };
            return cannot_start(session, &words, &error, code);
        }
    };
    let code = exit_code(&done);
    let said = RanCommand {
        command: Some(shown.clone()),
        seconds: Number::from_f64((done.took.as_secs_f64() * 10.0).round() / 10.0),
        signal: done.signal.map(i64::from),
        exit: done.signal.is_none().then_some(code.into()),
        duration_ms: None,
    };
    let mut draft = Draft::new(Kind::Action, shown.clone()).at(Some(began)).by_person().data(&said);
    draft.output = tail.text();
    record(session, &workspace, &id, draft, &shown, &done);
    Ok(code)
}

fn start(session: &Session, args: &Args, tail: &mut Tail) -> std::io::Result<Done> {
    let (program, rest) = args.command.split_first().ok_or(ErrorKind::InvalidInput)?;
    let run = Run::new(program).args(rest);
    // From here on Ctrl-C is meant for the command; what it did is written down all the same.
    prompt::leave_signals_to_a_command();
    if args.tty && !session.ui.json() {
        return run.attached();
    }
    let by_hand = session.env.stdin_tty;
    run.pass(
        || !by_hand && prompt::was_signalled(),
        |stream, piece| {
            tail.take(piece);
            session.ui.pass(stream == Stream::Out, piece)
        },
    )
}

/// Writes it down; a log that cannot be written is a warning, and the command has run.
fn record(session: &Session, workspace: &Workspace, id: &str, draft: Draft, shown: &str, done: &Done) {
    let ended = match done.signal {
        Some(signal) => format!("signal {signal}"),
        None => format!("exit {}", exit_code(done)),
    };
    let took = say_duration(chrono::Duration::from_std(done.took).unwrap_or_default());
    match workspace.record().append(id, draft) {
        Ok(event) => {
            let sign = session.ui.sign(if done.success() { Tone::Good } else { Tone::Attention });
            session.ui.say(format!(
                "{sign} recorded  {}  {}",
                safe(shown),
                Tone::Dim.paint(format!("{ended}, {took}"))
            ));
            session.ui.document(json!({
                "id": id, "event": event.id, "command": event.text, "exit": exit_code(done),
                "signal": done.signal, "seconds": done.took.as_secs_f64(),
            }));
        }
        Err(error) => {
            session.ui.warn(format!(
                "the command ran ({ended}), but the log could not be written: \
                               {}",
                error.detail()
            ));
            session.ui.document(json!({
                "id": id, "event": null, "command": shown, "exit": exit_code(done),
                "signal": done.signal, "seconds": done.took.as_secs_f64(),
            }));
        }
    }
}

fn cannot_start(session: &Session, words: &[String], error: &std::io::Error, code: u8) -> Outcome {
    let typed = words.first().map(String::as_str).unwrap_or_default();
    let why = if code == NOT_FOUND { "command not found".to_owned() } else { error.to_string() };
    let mut failure = Failure::failed(format!("cannot run {}: {why}; nothing was recorded", safe(typed)));
    if typed.contains(char::is_whitespace) {
        failure = failure.hint(format!("hotfix run -- sh -c {}", shell_word(&words.join(" "))));
    }
    session.ui.failure(&failure);
    Ok(code)
}

/// As a shell says it: 128 + n after signal n.
fn exit_code(done: &Done) -> u8 {
    let code = done.code.or_else(|| done.signal.map(|n| 128 + n)).unwrap_or(1);
    u8::try_from(code & 0xff).unwrap_or(1)
}
