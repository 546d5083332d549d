//! Reading an answer key by key. `y` is taken at once, and so is `y` with Enter. A key that is followed
//! by another is the beginning of a word, which ends with Enter: a name, or text that was meant for
//! elsewhere. Esc empties the line; on an empty line it skips the question.

use super::line::{Edit, Line};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use std::io;

/// How long after a key Enter may follow and still belong to it.
const BELONGS: Timespec = Timespec { tv_sec: 0, tv_nsec: 300_000_000 };
/// How long after Esc the rest of an arrow key may follow.
const SEQUENCE: Timespec = Timespec { tv_sec: 0, tv_nsec: 20_000_000 };

/// What a key means to a line of text.
enum Key {
    Text(char),
    Enter,
    Escape,
    Interrupt,
    /// Ctrl-D, or a terminal that was closed.
    End {
        closed: bool,
    },
    Edit(Edit),
    Up,
    Down,
    Other,
}

/// Discards what was typed before a question was on the screen: it was meant for another.
pub fn drain() {
    if let Err(error) = rustix::termios::tcflush(io::stdin(), rustix::termios::QueueSelector::IFlush) {
        log::debug!("typed-ahead input could not be discarded: {error}");
    }
}

/// Shows a prompt and reads an answer behind it. One of `keys` alone is an answer; `None` for Esc and at
/// the end of the input. `moved` gets an arrow up (false) or down (true), and says what the prompt is
/// then. The terminal must pass on keys as they come.
///
/// # Errors
/// Ctrl-C, as an interruption, and a terminal that is closed.
pub fn read(
    prompt: &str,
    keys: &[&str],
    moved: &mut dyn FnMut(bool) -> Option<String>,
) -> io::Result<Option<String>> {
    let mut line = Line::begin(prompt)?;
    let mut skipped = false;
    loop {
        let is_key = keys.contains(&line.text().as_str());
        if is_key && !comes_within(&BELONGS)? {
            break;
        }
        match key()? {
            Key::Enter => break,
            Key::Interrupt => {
                line.end()?;
                return Err(io::ErrorKind::Interrupted.into());
            }
            Key::Escape if !line.is_empty() => line.edit(Edit::EraseLine)?,
            Key::Escape => {
                skipped = true;
                break;
            }
            Key::End { closed } if closed || line.is_empty() => {
                skipped = line.is_empty();
                break;
            }
            Key::Text(c) => line.insert(c)?,
            Key::Edit(edit) => line.edit(edit)?,
            key @ (Key::Up | Key::Down) => {
                if let Some(prompt) = moved(matches!(key, Key::Down)) {
                    line.reword(prompt)?;
                }
            }
            Key::End { .. } | Key::Other => {}
        }
    }
    line.end()?;
    Ok((!skipped).then(|| line.text()))
}

fn key() -> io::Result<Key> {
    Ok(match byte()? {
        None => Key::End { closed: true },
        Some(b'\r' | b'\n') => Key::Enter,
        Some(1) => Key::Edit(Edit::Home),
        Some(3) => Key::Interrupt,
        Some(4) => Key::End { closed: false },
        Some(5) => Key::Edit(Edit::End),
        Some(8 | 0x7f) => Key::Edit(Edit::Back),
        Some(0x15) => Key::Edit(Edit::EraseLine),
        Some(0x17) => Key::Edit(Edit::EraseWord),
        Some(0x1b) => escape()?,
        // A tab in pasted text.
        Some(b'\t') => Key::Text(' '),
        Some(first) if first < b' ' => Key::Other,
        Some(first) => character(first)?.map_or(Key::Other, Key::Text),
    })
}

/// The rest of a character that takes several bytes.
fn character(first: u8) -> io::Result<Option<char>> {
    let length = match first {
        0xc0..=0xdf => 2,
        0xe0..=0xef => 3,
        0xf0..=0xff => 4,
        _ => 1,
    };
    let mut bytes = vec![first];
    while bytes.len() < length {
        let Some(next) = byte()? else { return Ok(None) };
        bytes.push(next);
    }
    let c = std::str::from_utf8(&bytes).ok().and_then(|text| text.chars().next());
    Ok(c.filter(|c| !crate::model::text::is_invisible(*c)))
}

/// Esc alone, or a key that the terminal sends as a sequence.
fn escape() -> io::Result<Key> {
    if !comes_within(&SEQUENCE)? {
        return Ok(Key::Escape);
    }
    let Some(b'[' | b'O') = byte()? else { return Ok(Key::Other) };
    let mut number = 0_u32;
    loop {
        match byte()? {
            Some(digit @ b'0'..=b'9') => {
                number = number.saturating_mul(10).saturating_add(u32::from(digit - b'0'))
            }
            Some(b';') => number = 0,
            Some(b'A') => return Ok(Key::Up),
            Some(b'B') => return Ok(Key::Down),
            Some(b'D') => return Ok(Key::Edit(Edit::Left)),
            Some(b'C') => return Ok(Key::Edit(Edit::Right)),
            Some(b'H') => return Ok(Key::Edit(Edit::Home)),
            Some(b'F') => return Ok(Key::Edit(Edit::End)),
            Some(b'~') => {
                return Ok(match number {
                    1 | 7 => Key::Edit(Edit::Home),
                    3 => Key::Edit(Edit::Delete),
                    4 | 8 => Key::Edit(Edit::End),
                    _ => Key::Other,
                });
            }
            Some(_) => return Ok(Key::Other),
            None => return Ok(Key::End { closed: true }),
        }
    }
}

fn comes_within(time: &Timespec) -> io::Result<bool> {
    let stdin = io::stdin();
    let mut on_keys = [PollFd::new(&stdin, PollFlags::IN)];
    Ok(poll(&mut on_keys, Some(time))? > 0)
}

fn byte() -> io::Result<Option<u8>> {
    let mut byte = [0];
    // Unbuffered: what follows belongs to the next question, or to a program that is started.
    let count = rustix::io::read(io::stdin(), &mut byte)?;
    Ok((count > 0).then(|| byte.first().copied()).flatten())
}
