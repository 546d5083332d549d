//! Putting text that came from outside into HTML and SVG, so that it stays text.

use crate::model::text::{safe, safe_lines, shorten};

/// Text for HTML, line breaks kept: nothing in it is markup, and control and direction-changing
/// characters are gone.
pub fn escape(outside: &str) -> String {
    escaped(&safe_lines(outside))
}

/// As [`escape`], on one line of at most `width` characters.
pub fn escape_short(outside: &str, width: usize) -> String {
    escaped(&shorten(safe(outside).trim(), width))
}

/// As [`escape`], on one line.
pub fn escape_line(outside: &str) -> String {
    escaped(&safe(outside))
}

fn escaped(plain: &str) -> String {
    let mut out = String::with_capacity(plain.len() + 16);
    for c in plain.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
    out
}

/// About how wide a text is in a picture whose letters are 11 units high.
pub fn width(text: &str) -> f64 {
    let of = |c: char| match c {
        'i' | 'l' | 'j' | '.' | ',' | ':' | ';' | '\'' | '|' | '!' => 3.6,
        'm' | 'w' | 'M' | 'W' | '@' | '%' | '…' | '→' => 10.0,
        'A'..='Z' => 7.6,
        c if c < '\u{1100}' => 6.2,
        _ => 12.0,
    };
    text.chars().map(of).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_markup() {
        assert_eq!(escape("<b title=\"x\" id='y'>&"), "&lt;b title=&quot;x&quot; id=&#39;y&#39;&gt;&amp;");
        assert_eq!(escape("a\u{202e}b\u{0}c\u{1b}[31md\ne"), "abcd\ne");
        assert_eq!(escape_short("  two\nlines & more", 8), "two lin…");
    }
}
