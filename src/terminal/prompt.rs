//! Questions. Each one has a flag; none is asked where nobody can answer.

use super::style::columns;
use super::{Ui, sink};
use crate::model::failure::{Failure, Kind};
use crate::model::text::hang;
use crate::system::signals;
use dialoguer::console::Term;
use dialoguer::theme::{ColorfulTheme, Theme};
use std::io;
use std::sync::atomic::{AtomicBool, Ordering};

/// Set while another program has the terminal: then Ctrl-C is its business.
static LENT: AtomicBool = AtomicBool::new(false);

/// Set by Ctrl-C while something is only watched.
static LEFT: AtomicBool = AtomicBool::new(false);
/// Set while something is only watched: then Ctrl-C ends the watching, not the program.
static WATCHING: AtomicBool = AtomicBool::new(false);

/// Set while a command of the user's runs: then signals are its own business.
static HANDED_OVER: AtomicBool = AtomicBool::new(false);
/// Set by a signal while that is so.
static SIGNALLED: AtomicBool = AtomicBool::new(false);

/// From now on Ctrl-C and termination do not end the program: a command that it runs gets them
/// from the terminal, and its end is waited for.
pub fn leave_signals_to_a_command() {
    HANDED_OVER.store(true, Ordering::SeqCst);
    handle_interrupts();
}

/// Whether a signal came since then.
pub fn was_signalled() -> bool {
    SIGNALLED.load(Ordering::SeqCst)
}

/// Says that it waits, and waits; true when the person pressed Ctrl-C meanwhile. What saying so
/// returns is kept until then.
pub fn wait<T>(time: std::time::Duration, say: impl FnOnce() -> T) -> bool {
    let until = std::time::Instant::now() + time;
    LEFT.store(false, Ordering::SeqCst);
    WATCHING.store(true, Ordering::SeqCst);
    // Ctrl-C counts from the moment it is offered.
    let said = say();
    while !LEFT.load(Ordering::SeqCst) {
        let rest = until.saturating_duration_since(std::time::Instant::now());
        if rest.is_zero() {
            break;
        }
        std::thread::sleep(rest.min(std::time::Duration::from_millis(100)));
    }
    drop(said);
    WATCHING.store(false, Ordering::SeqCst);
    LEFT.load(Ordering::SeqCst)
}

/// Lets another program have the terminal, a pager for instance: then Ctrl-C is for that one.
pub fn lend<T>(program: impl FnOnce() -> T) -> T {
    LENT.store(true, Ordering::SeqCst);
    let result = program();
    LENT.store(false, Ordering::SeqCst);
    result
}

/// Makes Ctrl-C and termination end the program with a line that says so, exit status 130 or 143,
/// and a visible cursor, unless a question is on the screen or a command runs that they are for.
/// There is nothing to clean up: every command continues where it was when it is run again.
pub fn handle_interrupts() {
    static ONCE: std::sync::Once = std::sync::Once::new();
    ONCE.call_once(|| {
        if let Err(error) = signals::install(heard) {
            log::debug!("no handler for signals: {error}");
        }
    });
}

fn heard(signal: i32) {
    if HANDED_OVER.load(Ordering::SeqCst) {
        SIGNALLED.store(true, Ordering::SeqCst);
    } else if WATCHING.load(Ordering::SeqCst) {
        signals::keep(signal);
        LEFT.store(true, Ordering::SeqCst);
    } else if signals::keep(signal) {
        // Whoever runs the command hands it on.
    } else if LENT.load(Ordering::SeqCst) && signal == signals::INTERRUPT {
        // It is for the program that has the terminal.
    } else {
        #[cfg(unix)]
        super::keys::give_back();
        let term = Term::stderr();
        drop(term.show_cursor());
        let line = format!("error: interrupted; {}", sink::clean(&signals::standing()));
        drop(term.write_line(&format!("\n{}", super::wrap::wrap(&line, columns()))));
        #[allow(
            clippy::exit,
            clippy::disallowed_methods,
            reason = "the one way out of a signal handler thread"
        )]
        std::process::exit(i32::from(Kind::of_signal(signal).exit_code()));
    }
}

/// Somebody pressed Ctrl-C in a question.
pub fn interrupted() -> Failure {
    Failure::new(Kind::Interrupted, format!("interrupted; {}", signals::standing()))
}

fn ask<T>(question: impl FnOnce() -> io::Result<T>) -> Result<T, Failure> {
    #[cfg(unix)]
    let held = super::keys::Held::new();
    #[cfg(unix)]
    super::answer::drain();
    let result = question().map_err(|error| {
        drop(Term::stderr().show_cursor());
        if error.kind() == io::ErrorKind::Interrupted {
            interrupted()
        } else {
            Failure::failed(format!("the question could not be asked: {error}"))
        }
    });
    #[cfg(unix)]
    drop(held);
    result
}

#[cfg(unix)]
fn read(
    prompt: &str,
    keys: &[&str],
    moved: &mut dyn FnMut(bool) -> Option<String>,
) -> io::Result<Option<String>> {
    super::answer::read(prompt, keys, moved)
}

#[cfg(not(unix))]
fn read(prompt: &str, _: &[&str], _: &mut dyn FnMut(bool) -> Option<String>) -> io::Result<Option<String>> {
    Term::stderr().write_str(prompt)?;
    Term::stderr().read_line().map(Some)
}

fn prompt(question: &str) -> String {
    let mut prompt = String::new();
    match ColorfulTheme::default().format_input_prompt(&mut prompt, question, None) {
        Ok(()) => prompt,
        Err(_) => format!("{question} "),
    }
}

/// The room that is left for an answer on the line of its question, in columns.
const ROOM: usize = 8;

/// The question as it is shown: what does not fit a line beside an answer goes on lines above it.
/// `hint` says what can be typed.
fn worded(question: &str, hint: &str, columns: usize) -> (Vec<String>, String) {
    let question = sink::clean(question);
    let hint = if hint.is_empty() { String::new() } else { format!(" [{hint}]") };
    let width = |text: &str| text.chars().count();
    if width(&question) + width(&hint) + ROOM <= columns {
        return (Vec::new(), format!("{question}{hint}"));
    }
    let mut lines = hang("", &question, Some(columns.saturating_sub(2)));
    let last = lines.pop().unwrap_or_default();
    if width(&last) + width(&hint) + ROOM <= columns {
        return (lines, format!("{last}{hint}"));
    }
    lines.push(last);
    (lines, hint.trim_start().to_owned())
}

impl Ui {
    /// A yes-or-no question; `default` is what Enter means.
    ///
    /// # Errors
    /// Ctrl-C.
    pub fn confirm(&self, question: &str, default: bool) -> Result<bool, Failure> {
        loop {
            let keys = if default { "Y/n" } else { "y/N" };
            let answer = self.ask(question, keys, &["y", "Y", "n", "N"])?.map(|a| a.to_ascii_lowercase());
            match answer.as_deref() {
                Some("") => return Ok(default),
                Some("y" | "yes") => return Ok(true),
                Some("n" | "no") | None => return Ok(false),
                Some(_) => {
                    self.dim(format!("Type y or n; Enter means {}.", if default { "yes" } else { "no" }))
                }
            }
        }
    }

    /// A short answer, ended by Enter; one of `keys` needs none. `hint` says what can be typed. Empty for
    /// Enter alone, `None` for Esc and at the end of the input.
    ///
    /// # Errors
    /// Ctrl-C.
    pub fn ask(&self, question: &str, hint: &str, keys: &[&str]) -> Result<Option<String>, Failure> {
        self.ask_moving(question, hint, keys, &mut |_| None)
    }

    /// As [`Ui::ask`]; `moved` gets an arrow up (false) or down (true), and says what the question is then.
    ///
    /// # Errors
    /// Ctrl-C.
    pub(super) fn ask_moving(
        &self,
        question: &str,
        hint: &str,
        keys: &[&str],
        moved: &mut dyn FnMut(bool) -> Option<String>,
    ) -> Result<Option<String>, Failure> {
        // A question is read before it is answered.
        if let Some(text) = self.release() {
            drop(sink::bytes(text.as_bytes()));
        }
        let (above, question) = worded(question, hint, columns());
        let answer = ask(|| {
            for line in &above {
                Term::stderr().write_line(line)?;
            }
            read(&prompt(&question), keys, &mut |down| moved(down).map(|question| prompt(&question)))
        })?;
        Ok(answer.map(|text| crate::model::text::safe(text.trim())))
    }

    /// A line of text; Enter alone and Esc skip.
    ///
    /// # Errors
    /// Ctrl-C.
    pub fn line(&self, question: &str) -> Result<Option<String>, Failure> {
        Ok(self.ask(question, "", &[])?.filter(|text| !text.is_empty()))
    }
}
