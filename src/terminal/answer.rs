//! Short answers: `y` is taken at once, and so is `y` with Enter. A key that is followed by another
//! is the beginning of a word, which ends with Enter: a name, or text that was meant for elsewhere.

use dialoguer::console::Term;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use std::io;

/// How long after a key Enter may follow and still belong to it.
const BELONGS: Timespec = Timespec { tv_sec: 0, tv_nsec: 300_000_000 };

/// Throws away what was typed before a question was on the screen: it was meant for another.
pub fn drain() {
    if let Err(error) = rustix::termios::tcflush(io::stdin(), rustix::termios::QueueSelector::IFlush) {
        log::debug!("typed-ahead input could not be discarded: {error}");
    }
}

/// Reads an answer behind a prompt that is on the screen. One of `keys` alone is one; `None` at the
/// end of the input. The terminal must hand on keys as they come.
///
/// # Errors
/// Ctrl-C, as an interruption, and a terminal that is gone.
pub fn read(keys: &[&str]) -> io::Result<Option<String>> {
    let term = Term::stderr();
    let mut typed: Vec<u8> = Vec::new();
    loop {
        let is_key = std::str::from_utf8(&typed).is_ok_and(|text| keys.contains(&text));
        if is_key && !more_comes()? {
            break;
        }
        match next()? {
            Some(b'\r' | b'\n') => break,
            Some(3) => return Err(io::ErrorKind::Interrupted.into()),
            None | Some(4) if typed.is_empty() => {
                term.write_line("")?;
                return Ok(None);
            }
            None => break,
            Some(8 | 0x7f) => {
                while typed.pop().is_some_and(|byte| byte & 0xc0 == 0x80) {}
                term.clear_chars(1)?;
            }
            // An arrow or another key that is no text.
            Some(0x1b) => while more_comes_now()? && next()?.is_some_and(|b| !b.is_ascii_alphabetic()) {},
            Some(byte) if byte < b' ' => {}
            Some(byte) => {
                typed.push(byte);
                if std::str::from_utf8(&typed).is_ok() {
                    let start = typed.iter().rposition(|b| b & 0xc0 != 0x80).unwrap_or_default();
                    term.write_str(&String::from_utf8_lossy(typed.get(start..).unwrap_or_default()))?;
                }
            }
        }
    }
    term.write_line("")?;
    Ok(Some(String::from_utf8_lossy(&typed).into_owned()))
}

fn more_comes() -> io::Result<bool> {
    comes_within(&BELONGS)
}

fn more_comes_now() -> io::Result<bool> {
    comes_within(&Timespec { tv_sec: 0, tv_nsec: 20_000_000 })
}

fn comes_within(time: &Timespec) -> io::Result<bool> {
    let stdin = io::stdin();
    let mut on_keys = [PollFd::new(&stdin, PollFlags::IN)];
    Ok(poll(&mut on_keys, Some(time))? > 0)
}

fn next() -> io::Result<Option<u8>> {
    let mut byte = [0];
    // Unbuffered: what follows belongs to the next question, or to a program that is started.
    let count = rustix::io::read(io::stdin(), &mut byte)?;
    Ok((count > 0).then(|| byte.first().copied()).flatten())
}
