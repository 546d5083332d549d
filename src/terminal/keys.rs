//! Keys wait for the question they are meant for.

use rustix::termios::{LocalModes, OptionalActions, Termios, tcgetattr, tcsetattr};
use std::io;
use std::sync::{Mutex, PoisonError};

/// The terminal as it was before a question holds its keys.
static BEFORE: Mutex<Option<Termios>> = Mutex::new(None);

/// While this lives, what is typed is neither shown by the terminal nor taken for a signal.
///
/// A prompt listens to one key at a time, and the terminal is in its ordinary state in between: a
/// Ctrl-C that came just then was a signal instead of a key, and the question never heard of it.
#[derive(Debug)]
pub struct Held;

impl Held {
    /// Holds the keys of the terminal on standard input.
    pub fn new() -> Self {
        let before = tcgetattr(io::stdin()).ok();
        // A signal may come right behind it.
        BEFORE.lock().unwrap_or_else(PoisonError::into_inner).clone_from(&before);
        if let Some(mut held) = before {
            held.local_modes.remove(LocalModes::ISIG | LocalModes::ICANON | LocalModes::ECHO);
            set(&held);
        }
        Self
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        give_back();
    }
}

/// Puts the terminal back as it was, where a question holds its keys: also for a signal that ends the program.
pub fn give_back() {
    let before = BEFORE.lock().unwrap_or_else(PoisonError::into_inner).take();
    before.iter().for_each(set);
}

fn set(state: &Termios) {
    if let Err(error) = tcsetattr(io::stdin(), OptionalActions::Drain, state) {
        log::debug!("the terminal's state could not be changed: {error}");
    }
}
