//! Questions. Each one has a flag; none is asked where nobody can answer.

use super::{Ui, sink};
use crate::model::failure::{Failure, Kind};
use crate::system::signals;
use dialoguer::console::Term;
use dialoguer::theme::{ColorfulTheme, Theme};
use dialoguer::{Input, MultiSelect, Select};
use std::io;
use std::sync::atomic::{AtomicBool, Ordering};

/// Set while a question is on the screen: then Ctrl-C ends that, not us.
static ASKING: AtomicBool = AtomicBool::new(false);
/// Set while another program has the terminal: then Ctrl-C is its business.
static LENT: AtomicBool = AtomicBool::new(false);
/// Set by Ctrl-C in a question.
static HEARD: AtomicBool = AtomicBool::new(false);

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
    } else if cfg!(unix) && ASKING.load(Ordering::SeqCst) && signal == signals::INTERRUPT {
        // Elsewhere a question cannot be left: it would wait for Enter, and then go on.
        HEARD.store(true, Ordering::SeqCst);
    } else {
        let term = Term::stderr();
        drop(term.show_cursor());
        drop(term.write_line("\nerror: interrupted; the same command goes on where it was"));
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
    Failure::new(Kind::Interrupted, "interrupted")
}

fn ask<T>(question: impl FnOnce() -> dialoguer::Result<T>) -> Result<T, Failure> {
    HEARD.store(false, Ordering::SeqCst);
    ASKING.store(true, Ordering::SeqCst);
    #[cfg(unix)]
    let held = super::keys::Held::new();
    #[cfg(unix)]
    super::answer::drain();
    let result = question().map_err(|dialoguer::Error::IO(error)| {
        drop(Term::stderr().show_cursor());
        if error.kind() == io::ErrorKind::Interrupted {
            await_the_signal();
            // What is said next does not belong behind the question.
            drop(Term::stderr().write_line(""));
            interrupted()
        } else {
            Failure::failed(format!("the question could not be asked: {error}"))
        }
    });
    #[cfg(unix)]
    drop(held);
    ASKING.store(false, Ordering::SeqCst);
    result
}

#[cfg(unix)]
fn read_short(keys: &[&str]) -> io::Result<Option<String>> {
    super::answer::read(keys)
}

#[cfg(not(unix))]
fn read_short(_: &[&str]) -> io::Result<Option<String>> {
    Term::stderr().read_line().map(Some)
}

/// A Ctrl-C that was typed into a question comes as a signal, too, which is handled on a thread of
/// its own: until then the question is not over, or that thread would end the program.
fn await_the_signal() {
    for _ in 0..100 {
        if HEARD.load(Ordering::SeqCst) {
            return;
        }
        std::thread::sleep(std::time::Duration::from_millis(1));
    }
}

impl Ui {
    /// A yes-or-no question; `default` is what Enter means.
    ///
    /// # Errors
    /// Ctrl-C.
    pub fn confirm(&self, question: &str, default: bool) -> Result<bool, Failure> {
        let question = format!("{question} [{}]", if default { "Y/n" } else { "y/N" });
        loop {
            let answer = self.short(&question, &["y", "Y", "n", "N"])?.map(|a| a.to_ascii_lowercase());
            match answer.as_deref() {
                Some("") => return Ok(default),
                Some("y" | "yes") => return Ok(true),
                Some("n" | "no") | None => return Ok(false),
                Some(_) => self.dim("Type y or n; Enter takes the capital one."),
            }
        }
    }

    /// A short answer, ended by Enter; one of `keys` needs none. Empty for Enter alone, `None` at the
    /// end of the input.
    ///
    /// # Errors
    /// Ctrl-C.
    pub fn short(&self, question: &str, keys: &[&str]) -> Result<Option<String>, Failure> {
        let answer = ask(|| {
            let mut prompt = String::new();
            if ColorfulTheme::default().format_input_prompt(&mut prompt, question, None).is_err() {
                prompt = format!("{question} ");
            }
            Term::stderr().write_str(&prompt)?;
            Ok(read_short(keys)?)
        })?;
        Ok(answer.map(|text| crate::model::text::safe(text.trim())))
    }

    /// A line of text; Enter alone skips.
    ///
    /// # Errors
    /// Ctrl-C.
    pub fn line(&self, question: &str) -> Result<Option<String>, Failure> {
        let theme = ColorfulTheme::default();
        let text: String = ask(|| {
            Input::with_theme(&theme)
                .with_prompt(sink::clean(question))
                .allow_empty(true)
                .interact_text_on(&Term::stderr())
        })?;
        let text = crate::model::text::safe(text.trim());
        Ok((!text.is_empty()).then_some(text))
    }

    /// One of several; Esc skips.
    ///
    /// # Errors
    /// Ctrl-C.
    pub fn choose(&self, question: &str, items: &[&str], default: usize) -> Result<Option<usize>, Failure> {
        let theme = ColorfulTheme::default();
        let items: Vec<String> = items.iter().map(|item| sink::clean(item)).collect();
        ask(|| {
            Select::with_theme(&theme)
                .with_prompt(sink::clean(question))
                .items(&items)
                .default(default)
                .interact_on_opt(&Term::stderr())
        })
    }

    /// Any of several; Esc or an empty choice skips.
    ///
    /// # Errors
    /// Ctrl-C.
    pub fn choose_any(&self, question: &str, items: &[&str]) -> Result<Vec<usize>, Failure> {
        let theme = ColorfulTheme::default();
        let items: Vec<String> = items.iter().map(|item| sink::clean(item)).collect();
        let chosen = ask(|| {
            MultiSelect::with_theme(&theme)
                .with_prompt(sink::clean(question))
                .items(&items)
                .interact_on_opt(&Term::stderr())
        })?;
        Ok(chosen.unwrap_or_default())
    }
}
