//! Keys wait for the question they are meant for.

use rustix::termios::{LocalModes, OptionalActions, Termios, tcgetattr, tcsetattr};
use std::io;

/// While this lives, what is typed is neither shown by the terminal nor taken for a signal.
///
/// A prompt listens to one key at a time, and the terminal is in its ordinary state in between: a
/// Ctrl-C that came just then was a signal instead of a key, and the question never heard of it.
#[derive(Debug)]
pub struct Held {
    /// The terminal as it was; `None` when standard input is none.
    before: Option<Termios>,
}

impl Held {
    /// Holds the keys of the terminal on standard input.
    pub fn new() -> Self {
        let before = tcgetattr(io::stdin()).ok();
        if let Some(before) = &before {
            let mut held = before.clone();
            held.local_modes.remove(LocalModes::ISIG | LocalModes::ICANON | LocalModes::ECHO);
            set(&held);
        }
        Self { before }
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        if let Some(before) = &self.before {
            set(before);
        }
    }
}

fn set(state: &Termios) {
    if let Err(error) = tcsetattr(io::stdin(), OptionalActions::Drain, state) {
        log::debug!("the terminal's state could not be changed: {error}");
    }
}
