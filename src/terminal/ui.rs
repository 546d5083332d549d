//! Where words go: stdout is the answer, stderr everything else.

use super::page::Kept;
use super::patience::Patience;
use super::sink;
use super::style::{ASCII, Symbols, Tone, UNICODE};
use crate::model::failure::Failure;
use crate::system::env::Env;
use serde_json::{Value, json};
use std::cell::{Cell, RefCell};
use std::io::Write;

/// How the command wants to be talked to.
#[derive(Clone, Copy, Debug, Default)]
pub struct Manners {
    pub json: bool,
    pub no_input: bool,
    pub yes: bool,
    pub quiet: bool,
}

/// The terminal, or whatever stands in its place.
#[derive(Debug)]
pub struct Ui {
    manners: Manners,
    interactive: bool,
    progress: bool,
    /// The signs this terminal can draw.
    pub symbols: Symbols,
    answered: Cell<bool>,
    /// Lines of an answer that may be too long for the screen.
    pub(super) kept: RefCell<Option<Vec<Kept>>>,
}

impl Ui {
    /// Decides from the flags and the environment how to talk.
    pub fn new(env: &Env, manners: Manners) -> Self {
        Self {
            manners,
            interactive: env.interactive && !manners.no_input && !manners.json,
            progress: env.stderr_tty && !manners.quiet && env.var("TERM") != Some("dumb"),
            symbols: if draws_unicode(env) { UNICODE } else { ASCII },
            answered: Cell::new(false),
            kept: RefCell::new(None),
        }
    }

    /// Whether a person can be asked.
    pub const fn is_interactive(&self) -> bool {
        self.interactive
    }

    /// Whether ordinary confirmations are given.
    pub const fn yes(&self) -> bool {
        self.manners.yes
    }

    /// Whether the answer is JSON.
    pub const fn json(&self) -> bool {
        self.manners.json
    }

    /// A line of the answer. Nothing in JSON mode, where the answer is one document.
    pub fn answer(&self, line: impl AsRef<str>) {
        if !self.manners.json && !self.keeps(Kept::Answer(line.as_ref().to_owned())) {
            sink::answer(line.as_ref());
        }
    }

    /// The answer as a JSON document. `schema` is added in front.
    pub fn document(&self, value: Value) {
        if !self.manners.json || self.answered.replace(true) {
            return;
        }
        let mut document = serde_json::Map::new();
        document.insert("schema".to_owned(), json!(1));
        if let Value::Object(map) = value {
            document.extend(map);
        }
        let text = serde_json::to_string_pretty(&Value::Object(document)).unwrap_or_default();
        sink::json(&text);
    }

    /// Text for stdout exactly as it is: a document, a completion script.
    pub fn raw(&self, text: &str) {
        if self.keeps(Kept::Answer(text.trim_end_matches('\n').to_owned())) {
            return;
        }
        self.bytes(text.as_bytes());
    }

    /// A file for stdout.
    pub fn bytes(&self, content: &[u8]) {
        drop(sink::bytes(content));
    }

    /// A piece of a command's own output, as it is: `out` says from which stream. With JSON all of it
    /// goes to stderr. False when nobody reads it any more.
    pub fn pass(&self, out: bool, piece: &[u8]) -> bool {
        if out && !self.manners.json {
            return sink::bytes(piece).is_ok();
        }
        std::io::stderr().lock().write_all(piece).is_ok()
    }

    /// What is going on, on stderr.
    pub fn say(&self, line: impl AsRef<str>) {
        if !self.manners.quiet && !self.keeps(Kept::Say(line.as_ref().to_owned())) {
            sink::err(line.as_ref());
        }
    }

    /// Context nobody has to read.
    pub fn dim(&self, line: impl AsRef<str>) {
        self.say(Tone::Dim.paint(line.as_ref()));
    }

    /// Something that needs somebody's eye but stops nothing.
    pub fn warn(&self, line: impl AsRef<str>) {
        let line = format!("{} {}", Tone::Attention.paint("warning:"), line.as_ref());
        if !self.keeps(Kept::Say(line.clone())) {
            sink::err(&line);
        }
    }

    /// A command that works as printed.
    pub fn hint(&self, command: impl AsRef<str>) {
        self.say(format!("{} {}", Tone::Dim.paint("hint:"), command.as_ref()));
    }

    /// A failure, in words or as JSON.
    pub fn failure(&self, failure: &Failure) {
        if self.manners.json {
            let error = json!({
                "kind": failure.kind,
                "message": failure.message,
                "hints": failure.hints,
                "problems": failure.problems,
            });
            self.document(json!({ "error": error }));
        }
        self.complain(failure);
    }

    /// A failure in words, whatever was asked for.
    pub fn complain(&self, failure: &Failure) {
        sink::err(&format!("{} {}", Tone::Bad.paint("error:"), failure.message));
        if !failure.problems.is_empty() {
            self.problems(failure);
        }
        for hint in failure.hints.iter().flat_map(|hint| hint.lines()) {
            sink::err(&format!("{} {hint}", Tone::Dim.paint("hint:")));
        }
    }

    fn problems(&self, failure: &Failure) {
        let width = super::style::width(failure.problems.iter().map(|p| p.id.as_str()));
        sink::err("");
        for problem in &failure.problems {
            let id = super::style::pad(&problem.id, width);
            sink::err(&format!("  {}  {}", Tone::Attention.paint(&id), problem.message));
            for hint in problem.hint.lines() {
                sink::err(&format!("  {}  {}", " ".repeat(width), Tone::Dim.paint(hint)));
            }
        }
        if !failure.hints.is_empty() {
            sink::err("");
        }
    }

    /// A sign in its colour.
    pub fn sign(&self, tone: Tone) -> String {
        let symbol = match tone {
            Tone::Good => self.symbols.done,
            Tone::Attention => self.symbols.current,
            Tone::Bad => self.symbols.failed,
            _ => self.symbols.todo,
        };
        tone.paint(symbol)
    }

    /// Shows that something is waited for, and how many seconds are left of `limit`.
    pub fn waiting(&self, words: &str, limit: std::time::Duration) -> Working {
        let working = self.working(words);
        let style = indicatif::ProgressStyle::with_template("{spinner} {msg} {left}");
        if let (Some(bar), Ok(style)) = (&working.bar, style) {
            let left = move |state: &indicatif::ProgressState, out: &mut dyn std::fmt::Write| {
                _ = write!(out, "{} s", limit.saturating_sub(state.elapsed()).as_secs_f32().ceil());
            };
            bar.set_style(style.with_key("left", left));
        }
        working
    }

    /// Says now and then that a remote is waited for, until the guard is dropped.
    pub fn patient(&self, remote: &str, limit: std::time::Duration) -> Patience {
        if self.progress { Patience::begin(remote, limit) } else { Patience::default() }
    }

    /// Shows that something takes a while; gone when the guard is dropped.
    pub fn working(&self, words: &str) -> Working {
        let bar = self.progress.then(|| {
            let bar = indicatif::ProgressBar::new_spinner();
            bar.set_message(sink::clean(words));
            bar.enable_steady_tick(std::time::Duration::from_millis(120));
            bar
        });
        Working { bar }
    }
}

/// A running progress line.
#[derive(Debug)]
pub struct Working {
    bar: Option<indicatif::ProgressBar>,
}

impl Working {
    /// Shows the latest line of a running command.
    pub fn show(&self, words: &str) {
        if let Some(bar) = &self.bar {
            bar.set_message(crate::model::text::shorten(&crate::model::text::safe(words), 70));
        }
    }
}

impl Drop for Working {
    fn drop(&mut self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

/// UTF-8 by the locale, and a terminal that is more than dumb. A pipe gets Unicode: it is read by
/// programs and files that handle it.
fn draws_unicode(env: &Env) -> bool {
    if env.var("TERM") == Some("dumb") || env.var("TERM") == Some("linux") {
        return false;
    }
    let locale = env.var("LC_ALL").or_else(|| env.var("LC_CTYPE")).or_else(|| env.var("LANG"));
    locale.is_some_and(|l| {
        let l = l.to_ascii_lowercase();
        l.contains("utf-8") || l.contains("utf8")
    })
}
