//! `hotfix run`: a command, as it would run without us, and an event about it.

use super::{Desk, Outcome, note};
use crate::cli::Run as Args;
use crate::facts::Site;
use crate::model::event::{Draft, Kind};
use crate::model::failure::Failure;
use crate::model::text::{safe, shell_word};
use crate::model::time::say_duration;
use crate::record::Tail;
use crate::system::process::{Done, Run, Stream};
use crate::terminal::prompt;
use crate::terminal::style::Tone;
use serde_json::json;
use std::io::ErrorKind;

/// What a shell answers when it cannot find or run a command.
const NOT_FOUND: u8 = 127;
const NOT_RUNNABLE: u8 = 126;

pub fn run(desk: &Desk, args: &Args) -> Outcome {
    let site = desk.site_for_log()?;
    let id = note::id_for(desk, &site, args.hotfix.as_deref())?;
    let words: Vec<String> = args.command.iter().map(|w| w.to_string_lossy().into_owned()).collect();
    let shown = site.record().clean_words(&words).iter().map(|w| shell_word(w)).collect::<Vec<_>>().join(" ");
    if desk.dry_run() {
        desk.ui.answer(format!("Would run  {}  and add it to {id}.", safe(&shown)));
        desk.ui.document(json!({ "id": id, "command": shown, "dry_run": true }));
        return Ok(0);
    }
    let began = desk.env.now_local().fixed_offset();
    let mut tail = Tail::default();
    let done = match start(desk, args, &mut tail) {
        Ok(done) => done,
        Err(error) => {
            let code = if error.kind() == ErrorKind::NotFound { NOT_FOUND } else { NOT_RUNNABLE };
            return cannot_start(desk, &words, &error, code);
        }
    };
    let code = exit_code(&done);
    let mut draft = Draft::new(Kind::Action, shown.clone())
        .at(Some(began))
        .by_person()
        .with("command", shown.clone())
        .with("seconds", (done.took.as_secs_f64() * 10.0).round() / 10.0);
    draft = match done.signal {
        Some(signal) => draft.with("signal", signal),
        None => draft.with("exit", code),
    };
    draft.output = tail.text();
    record(desk, &site, &id, draft, &shown, &done);
    Ok(code)
}

fn start(desk: &Desk, args: &Args, tail: &mut Tail) -> std::io::Result<Done> {
    let (program, rest) = args.command.split_first().ok_or(ErrorKind::InvalidInput)?;
    let run = Run::new(program).args(rest);
    // From here on Ctrl-C is meant for the command; what it did is written down all the same.
    prompt::leave_signals_to_a_command();
    if args.tty && !desk.ui.json() {
        return run.attached();
    }
    let by_hand = desk.env.stdin_tty;
    run.pass(
        || !by_hand && prompt::was_signalled(),
        |stream, piece| {
            tail.take(piece);
            desk.ui.pass(stream == Stream::Out, piece)
        },
    )
}

/// Writes it down; a log that cannot be written is a warning, and the command has run.
fn record(desk: &Desk, site: &Site, id: &str, draft: Draft, shown: &str, done: &Done) {
    let ended = match done.signal {
        Some(signal) => format!("signal {signal}"),
        None => format!("exit {}", exit_code(done)),
    };
    let took = say_duration(chrono::Duration::from_std(done.took).unwrap_or_default());
    match site.record().append(id, draft) {
        Ok(event) => {
            let sign = desk.ui.sign(if done.success() { Tone::Good } else { Tone::Attention });
            desk.ui.say(format!(
                "{sign} recorded  {}  {}",
                safe(shown),
                Tone::Dim.paint(format!("{ended}, {took}"))
            ));
            desk.ui.document(json!({
                "id": id, "event": event.id, "command": event.text, "exit": exit_code(done),
                "signal": done.signal, "seconds": done.took.as_secs_f64(),
            }));
        }
        Err(error) => {
            desk.ui
                .warn(format!("the command ran ({ended}), the log could not be written: {}", error.detail()));
            desk.ui.document(json!({
                "id": id, "event": null, "command": shown, "exit": exit_code(done),
                "signal": done.signal, "seconds": done.took.as_secs_f64(),
            }));
        }
    }
}

fn cannot_start(desk: &Desk, words: &[String], error: &std::io::Error, code: u8) -> Outcome {
    let typed = words.first().map(String::as_str).unwrap_or_default();
    let why = if code == NOT_FOUND { "there is no such command".to_owned() } else { error.to_string() };
    let mut failure = Failure::failed(format!("cannot run {}: {why}; nothing was recorded", safe(typed)));
    if typed.contains(char::is_whitespace) {
        failure = failure.hint(format!("hotfix run -- sh -c {}", shell_word(&words.join(" "))));
    }
    desk.ui.failure(&failure);
    Ok(code)
}

/// As a shell says it: 128 + n after signal n.
fn exit_code(done: &Done) -> u8 {
    let code = done.code.or_else(|| done.signal.map(|n| 128 + n)).unwrap_or(1);
    u8::try_from(code & 0xff).unwrap_or(1)
}
