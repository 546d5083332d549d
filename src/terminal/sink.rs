//! The one door to the terminal: whatever a line holds, nothing but text and the colours of this
//! program goes out. Call sites need not clean what they print.

use super::style::{Tone, columns};
use super::wrap::wrap;
use crate::model::text::{is_invisible, safe_lines, without_logins};
use std::io::{self, IsTerminal, Write};
use std::sync::Mutex;

/// Why stdout did not take everything.
static LOST: Mutex<Option<String>> = Mutex::new(None);

/// Writes a line of the answer to stdout.
pub(super) fn answer(line: &str) {
    note(writeln!(anstream::stdout(), "{}", fitted(line, io::stdout().is_terminal())));
}

/// Writes bytes to stdout as they are: a document, a file. A terminal gets their text alone.
pub(super) fn bytes(content: &[u8]) -> io::Result<()> {
    let mut out = io::stdout().lock();
    let shown = out.is_terminal().then(|| plain(&String::from_utf8_lossy(content)));
    let result = out.write_all(shown.as_deref().map_or(content, str::as_bytes)).and_then(|()| out.flush());
    note(result.as_ref().map(|_| ()).map_err(|e| io::Error::new(e.kind(), e.to_string())));
    result
}

/// Writes a JSON document to stdout. Every character that a terminal acts upon is escaped, which
/// means the same to whoever parses it.
pub(super) fn json(text: &str) {
    note(writeln!(io::stdout(), "{}", plain_json(&without_logins(text))));
}

/// Writes a line to stderr. A failure is nobody's to hear of.
pub(super) fn err(line: &str) {
    drop(writeln!(anstream::stderr(), "{}", fitted(line, io::stderr().is_terminal())));
}

/// What kept stdout from taking everything, if anything did. A closed pipe (`| head`) is no failure.
pub fn lost() -> Option<String> {
    LOST.lock().ok().and_then(|lost| lost.clone())
}

/// Remembers a write to stdout that failed.
pub fn note(result: io::Result<()>) {
    if let Err(error) = result
        && error.kind() != io::ErrorKind::BrokenPipe
        && let Ok(mut lost) = LOST.lock()
    {
        lost.get_or_insert_with(|| error.to_string());
    }
}

/// The line as a terminal shows it, or as anything else gets it.
fn fitted(line: &str, terminal: bool) -> String {
    let line = clean(line);
    if terminal { wrap(&line, columns()) } else { line }
}

/// The line without anything a terminal acts upon, but for the colours of this program.
pub(super) fn clean(line: &str) -> String {
    let mut out = String::with_capacity(line.len());
    let mut rest = line;
    while let Some((at, mark)) = next_colour(rest) {
        let (text, tail) = rest.split_at(at);
        out.push_str(&plain(text));
        out.push_str(&mark);
        rest = tail.strip_prefix(mark.as_str()).unwrap_or_default();
    }
    out.push_str(&plain(rest));
    out
}

/// Text without anything a terminal acts upon; a tab separates columns for scripts, and stays.
fn plain(text: &str) -> String {
    without_logins(&text.split('\t').map(safe_lines).collect::<Vec<_>>().join("\t"))
}

/// Where the next colour of ours begins or ends.
fn next_colour(text: &str) -> Option<(usize, String)> {
    if !text.contains('\u{1b}') {
        return None;
    }
    Tone::marks().into_iter().filter_map(|mark| Some((text.find(&mark)?, mark))).min()
}

fn plain_json(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if c == '\n' || !(c.is_control() || is_invisible(c)) {
            out.push(c);
        } else {
            let mut units = [0; 2];
            out.extend(c.encode_utf16(&mut units).iter().map(|unit| format!("\\u{unit:04x}")));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_our_colours_pass() {
        let ours = Tone::Good.paint("done");
        assert_eq!(clean(&ours), ours);
        for hostile in
            ["\u{1b}]0;x\u{7}", "\u{1b}[2J", "\u{9b}31m", "\u{202e}", "\u{1b}[8m", "\u{1b}]8;;x\u{1b}\\"]
        {
            let line = format!("{} {hostile}after", Tone::Bad.paint("a"));
            assert_eq!(clean(&line), format!("{} after", Tone::Bad.paint("a")), "{hostile:?}");
        }
        assert_eq!(clean("one\n\ttwo\u{7}"), "one\n\ttwo");
    }

    #[test]
    fn passwords_of_addresses_stay_here() {
        assert_eq!(clean("git fetch https://me:s3cret@host/x.git"), "git fetch https://host/x.git");
        assert_eq!(
            clean("[\"https://a:b@c/\", \"ssh://git@host/\"]"),
            "[\"https://c/\", \"ssh://git@host/\"]"
        );
    }

    #[test]
    fn json_means_the_same_and_moves_no_cursor() {
        let value = serde_json::json!({ "a": "\u{9b}2J \u{202e} \u{e0001} \u{1b}[2J ä" });
        let text = plain_json(&serde_json::to_string_pretty(&value).unwrap());
        assert!(text.chars().all(|c| c == '\n' || !(c.is_control() || is_invisible(c))), "{text}");
        assert_eq!(serde_json::from_str::<serde_json::Value>(&text).unwrap(), value);
    }
}
