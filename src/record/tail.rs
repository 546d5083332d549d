//! The end of what a command printed, as text for the record.

use crate::model::text::{count, safe_lines};

/// How much of the output's end is kept, in bytes.
const KEPT: usize = 64 * 1024;

/// Collects output and keeps the end of it.
#[derive(Debug, Default)]
pub struct Tail {
    bytes: Vec<u8>,
    total: usize,
}

impl Tail {
    /// Takes the next piece.
    pub fn take(&mut self, piece: &[u8]) {
        self.total += piece.len();
        self.bytes.extend_from_slice(piece);
        // Only now and then, because it moves everything.
        if self.bytes.len() > 4 * KEPT {
            self.bytes.drain(..self.bytes.len() - KEPT);
        }
    }

    /// The end of the output as plain text; `None` when nothing was printed. Output that is no text
    /// is only counted.
    pub fn text(&self) -> Option<String> {
        let kept = self.bytes.get(self.bytes.len().saturating_sub(KEPT)..).unwrap_or_default();
        let cut = self.total - kept.len();
        // Half a line may hold half a secret, which nobody would recognize.
        let whole = match kept.iter().position(|b| *b == b'\n').filter(|_| cut > 0) {
            Some(end) => kept.get(end + 1..).unwrap_or_default(),
            None => kept,
        };
        if is_binary(kept) {
            return Some(format!("({} of output that is not text)\n", count(self.total, "byte")));
        }
        let text: String = String::from_utf8_lossy(whole).lines().map(|l| settled(l) + "\n").collect();
        let left_out = self.total - whole.len();
        match (left_out, self.total) {
            (_, 0) => None,
            (0, _) => Some(text),
            _ => Some(format!("({} before this left out)\n{text}", count(left_out, "byte"))),
        }
    }
}

/// What a line showed in the end: progress bars draw over themselves.
fn settled(line: &str) -> String {
    let line = line.trim_end_matches('\r');
    safe_lines(line.rsplit('\r').next().unwrap_or_default()).trim_end().to_owned()
}

fn is_binary(bytes: &[u8]) -> bool {
    let odd = String::from_utf8_lossy(bytes).chars().filter(|c| *c == char::REPLACEMENT_CHARACTER).count();
    bytes.contains(&0) || odd > bytes.len() / 10 + 3
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tail(pieces: &[&[u8]]) -> Option<String> {
        let mut tail = Tail::default();
        pieces.iter().for_each(|p| tail.take(p));
        tail.text()
    }

    #[test]
    fn text_is_kept_without_what_was_drawn_over() {
        assert_eq!(tail(&[]), None);
        assert_eq!(tail(&[b"one\r\ntw", b"o"]).unwrap(), "one\ntwo\n");
        assert_eq!(tail(&[b"10%\r50%\r100%\n\x1b[32mok\x1b[0m\n"]).unwrap(), "100%\nok\n");
    }

    #[test]
    fn what_is_no_text_is_counted() {
        assert_eq!(tail(&[b"\x7fELF\0\0"]).unwrap(), "(6 bytes of output that is not text)\n");
        assert_eq!(tail(&[&[0xff; 100]]).unwrap(), "(100 bytes of output that is not text)\n");
        assert_eq!(tail(&["grün\n".as_bytes(), b"gr\xfcn\n"]).unwrap(), "grün\ngr\u{fffd}n\n");
    }

    #[test]
    fn of_a_long_output_the_end_is_kept_in_whole_lines() {
        let lines: Vec<String> = (0..200_000).map(|n| format!("line {n}\n")).collect();
        let all: usize = lines.iter().map(String::len).sum();
        let pieces: Vec<&[u8]> = lines.iter().map(String::as_bytes).collect();
        let text = tail(&pieces).unwrap();
        let (first, rest) = text.split_once('\n').unwrap();
        assert_eq!(first, format!("({} bytes before this left out)", all - rest.len()));
        assert!(rest.len() <= KEPT && rest.len() > KEPT - 100);
        assert!(rest.starts_with("line ") && rest.ends_with("line 199999\n"));
    }
}
