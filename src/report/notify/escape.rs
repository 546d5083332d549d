//! Text from the log on its way to a chat: it stays text, and mentions no one.

use crate::model::text::{safe, safe_lines, shorten};

/// Put behind an `@`, so that no service sees a name there. It draws nothing.
const GAP: char = '\u{200b}';

/// On one line, at most so many characters.
pub fn one_line(text: &str, most: usize) -> String {
    shorten(safe(text).trim(), most)
}

/// As many lines as there are, at most so many characters. Whole lines are kept where that is possible.
pub fn lines(text: &str, most: usize) -> String {
    let text = safe_lines(text);
    let text = text.trim();
    if text.chars().count() <= most {
        return text.to_owned();
    }
    let mut out = String::new();
    let mut left = most.saturating_sub(2);
    for line in text.split_inclusive('\n') {
        let length = line.chars().count();
        if length > left {
            if out.is_empty() {
                out = line.chars().take(left).collect();
            }
            break;
        }
        left -= length;
        out.push_str(line);
    }
    format!("{}\n…", out.trim_end())
}

/// No `@name` calls anybody.
pub fn uncalled(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        out.push(c);
        if c == '@' {
            out.push(GAP);
        }
    }
    out
}

/// For Slack: `&`, `<` and `>` begin links, mentions and dates there.
pub fn slack(text: &str) -> String {
    uncalled(text).replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// For chats that read Markdown (Discord, Mattermost), line by line. Web addresses stay what they are.
pub fn markdown(text: &str) -> String {
    text.split('\n').map(markdown_line).collect::<Vec<_>>().join("\n")
}

fn markdown_line(line: &str) -> String {
    let words: Vec<String> =
        line.split(' ').map(|word| if is_address(word) { word.to_owned() } else { marks(word) }).collect();
    let line = words.join(" ");
    let front = line.len() - line.trim_start().len();
    let (front, rest) = line.split_at(front);
    let digits = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let (number, after) = rest.split_at(digits);
    match after.chars().next() {
        Some('-' | '+') if digits == 0 => format!("{front}\\{rest}"),
        Some('.' | ')') if digits > 0 => format!("{front}{number}\\{after}"),
        _ => line,
    }
}

fn marks(word: &str) -> String {
    let mut out = String::with_capacity(word.len() + 8);
    for c in word.chars() {
        if matches!(c, '\\' | '*' | '_' | '~' | '`' | '|' | '<' | '>' | '[' | ']' | '#' | '!' | '$') {
            out.push('\\');
        }
        out.push(c);
        if c == '@' {
            out.push(GAP);
        }
    }
    out
}

/// Whether a word is a web address with nothing in it that could end it, or call anybody.
pub fn is_address(word: &str) -> bool {
    let Some(rest) = word.strip_prefix("https://").or_else(|| word.strip_prefix("http://")) else {
        return false;
    };
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    !host.is_empty()
        && host.bytes().all(|b| b.is_ascii_alphanumeric() || b".-:".contains(&b))
        && rest.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._~/?#=&%+,:;".contains(&b))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_is_called() {
        for text in ["@here", "@channel now", "<!here>", "<@U123>", "a @everyone b", "<at>Ada</at>"] {
            for out in [slack(text), markdown(text)] {
                assert!(
                    !out.contains("@here") && !out.contains("@channel") && !out.contains("@everyone"),
                    "{out}"
                );
                assert!(!out.contains("@U") && !out.starts_with('<'), "{out}");
            }
        }
        assert_eq!(slack("<!here> & co"), "&lt;!here&gt; &amp; co");
    }

    #[test]
    fn markdown_stays_text() {
        assert_eq!(markdown("**bold** `x` [a](b) | c"), "\\*\\*bold\\*\\* \\`x\\` \\[a\\](b) \\| c");
        assert_eq!(markdown("# title\n- item\n1. one\n> quote"), "\\# title\n\\- item\n1\\. one\n\\> quote");
        assert_eq!(markdown("see https://example.org/a_b?c=1"), "see https://example.org/a_b?c=1");
        assert_eq!(markdown("https://example.org/@here"), "https://example.org/@\u{200b}here");
    }

    #[test]
    fn long_texts_end_with_a_whole_line() {
        assert_eq!(lines("one\ntwo\nthree", 100), "one\ntwo\nthree");
        assert_eq!(lines("one\ntwo\nthree", 11), "one\ntwo\n…");
        assert_eq!(lines(&"ü".repeat(50), 10), format!("{}\n…", "ü".repeat(8)));
        assert_eq!(one_line("a\n\u{1b}[31mb", 10), "a b");
    }
}
