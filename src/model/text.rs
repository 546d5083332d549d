//! Making text that came from outside safe to show: on a terminal, in Markdown.

/// Characters that draw nothing but change how their neighbours are read: zero-width,
/// direction-changing, and invisible operators.
pub const fn is_invisible(c: char) -> bool {
    matches!(c,
        '\u{00AD}' | '\u{034F}' | '\u{061C}' | '\u{115F}' | '\u{1160}' | '\u{17B4}' | '\u{17B5}' | '\u{180B}'..='\u{180E}'
        | '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{3164}'
        | '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}' | '\u{FFA0}' | '\u{FFF9}'..='\u{FFFB}' | '\u{E0000}'..='\u{E0FFF}')
}

/// Direction changes and other invisible characters that can make a line read as another one.
/// The joiners that scripts and emoji need are left alone in running text.
const fn is_deceptive(c: char) -> bool {
    is_invisible(c) && !matches!(c, '\u{200C}' | '\u{200D}' | '\u{FE0E}' | '\u{FE0F}')
}

/// Text for a terminal, line breaks kept: escape sequences, control and deceptive characters
/// are removed, tabs become spaces.
pub fn safe_lines(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\u{1b}' => skip_escape(&mut chars),
            '\u{9b}' => skip_csi(&mut chars),
            '\u{90}' | '\u{98}' | '\u{9d}' | '\u{9e}' | '\u{9f}' => skip_string(&mut chars),
            '\r' if chars.peek() == Some(&'\n') => {}
            '\n' | '\r' => out.push('\n'),
            '\t' => out.push(' '),
            c if c.is_control() || is_deceptive(c) => {}
            c => out.push(c),
        }
    }
    out
}

/// Text for one line of a terminal: as [`safe_lines`], and every line break is a space.
pub fn safe(text: &str) -> String {
    safe_lines(text).trim_end().replace('\n', " ")
}

/// Addresses without their `user:password@`. A user without a password names an account.
pub fn without_logins(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("://") {
        let (before, address) = rest.split_at(at + 3);
        let ends = |c: char| c.is_whitespace() || matches!(c, '/' | '"' | '\'' | '?' | '#' | '<' | '>');
        let (authority, tail) = address.split_at(address.find(ends).unwrap_or(address.len()));
        out.push_str(before);
        out.push_str(match authority.rsplit_once('@') {
            Some((user, host)) if user.contains(':') => host,
            _ => authority,
        });
        rest = tail;
    }
    out.push_str(rest);
    out
}

/// Text exactly as it is, line by line, for a decision about it: a character that would not show, or
/// would change what shows, is written as its number.
pub fn exact_lines(text: &str) -> Vec<String> {
    let shown = |c: char| match c {
        ' ' => " ".to_owned(),
        c if c.is_control() || is_invisible(c) || c.is_whitespace() => c.escape_unicode().to_string(),
        c => c.to_string(),
    };
    text.split('\n').map(|line| line.chars().map(shown).collect()).collect()
}

/// As [`exact_lines`], on one line.
pub fn exact(text: &str) -> String {
    exact_lines(text).join("\\n")
}

type Chars<'a> = std::iter::Peekable<std::str::Chars<'a>>;

fn skip_escape(chars: &mut Chars<'_>) {
    match chars.peek() {
        Some('[') => {
            chars.next();
            skip_csi(chars);
        }
        Some(']' | 'P' | 'X' | '^' | '_') => {
            chars.next();
            skip_string(chars);
        }
        Some(c) if (' '..='/').contains(c) => {
            while chars.next_if(|c| (' '..='/').contains(c)).is_some() {}
            chars.next_if(|c| ('0'..='~').contains(c));
        }
        Some(c) if ('0'..='~').contains(c) => {
            chars.next();
        }
        _ => {}
    }
}

fn skip_csi(chars: &mut Chars<'_>) {
    while chars.next_if(|c| (' '..='?').contains(c)).is_some() {}
    chars.next_if(|c| ('@'..='~').contains(c));
}

/// An operating-system command or similar: up to BEL or the string terminator. An unterminated
/// one ends with its line, so that it cannot swallow the rest of the text.
fn skip_string(chars: &mut Chars<'_>) {
    while let Some(&c) = chars.peek() {
        if c == '\n' {
            return;
        }
        chars.next();
        match c {
            '\u{07}' | '\u{9c}' => return,
            '\u{1b}' => {
                chars.next_if_eq(&'\\');
                return;
            }
            _ => {}
        }
    }
}

/// Whether what follows an `&` makes a character of both: `lt;`, `#60;`.
fn is_reference(rest: &str) -> bool {
    let name = rest.trim_start_matches(|c: char| c.is_ascii_alphanumeric());
    rest.starts_with('#') || (name.len() < rest.len() && name.starts_with(';'))
}

/// Text inside Markdown, on one line: HTML's and Markdown's own characters lose their meaning,
/// and `@name` and `#123` do not become mentions on a forge.
pub fn markdown(text: &str) -> String {
    let safe = safe(text);
    let plain = safe.trim();
    let mut out = String::with_capacity(plain.len() + 8);
    let mut line_start = true;
    for (at, c) in plain.char_indices() {
        match c {
            '&' if is_reference(plain.get(at + 1..).unwrap_or_default()) => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '@' => out.push_str("&#64;"),
            '#' => out.push_str("&#35;"),
            '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '~' | '!' => {
                out.push('\\');
                out.push(c);
            }
            '-' | '+' | '=' if line_start => {
                out.push('\\');
                out.push(c);
            }
            c => out.push(c),
        }
        line_start = false;
    }
    escape_ordered_list(out)
}

fn escape_ordered_list(text: String) -> String {
    let digits = text.chars().take_while(char::is_ascii_digit).count();
    match text.chars().nth(digits) {
        Some('.' | ')') if digits > 0 => {
            let (number, rest) = text.split_at(digits);
            format!("{number}\\{rest}")
        }
        _ => text,
    }
}

/// Text for a fenced code block: control characters removed, and the fence that is longer than
/// any run of backticks inside. Returns `(fence, content)`.
pub fn fenced(text: &str) -> (String, String) {
    let content = safe_lines(text);
    let longest = content.split(|c| c != '`').map(str::len).max().unwrap_or_default();
    ("`".repeat(longest.max(2) + 1), content)
}

/// `1 file`, `2 files`.
pub fn count(n: usize, noun: &str) -> String {
    if n == 1 { format!("1 {noun}") } else { format!("{n} {noun}s") }
}

/// `a`, `a and b`, `a, b and c`.
pub fn list<S: AsRef<str>>(items: &[S]) -> String {
    match items {
        [] => String::new(),
        [one] => one.as_ref().to_owned(),
        [head @ .., last] => {
            let head: Vec<&str> = head.iter().map(AsRef::as_ref).collect();
            format!("{} and {}", head.join(", "), last.as_ref())
        }
    }
}

/// `a, b, c and 2 more`: the first `most` items by name.
pub fn first<S: AsRef<str>>(items: &[S], most: usize) -> String {
    let named: Vec<&str> = items.iter().take(most).map(AsRef::as_ref).collect();
    match items.len() - named.len() {
        0 => named.join(", "),
        more => format!("{} and {more} more", named.join(", ")),
    }
}

/// As [`list`] for up to `most` items, as [`first`] for more.
pub fn list_first<S: AsRef<str>>(items: &[S], most: usize) -> String {
    if items.len() > most { first(items, most) } else { list(items) }
}

/// At most `width` characters, with an ellipsis when something was cut.
pub fn shorten(text: &str, width: usize) -> String {
    if text.chars().count() <= width {
        return text.to_owned();
    }
    let mut out: String = text.chars().take(width.saturating_sub(1)).collect();
    out.push('…');
    out
}

/// A word for a POSIX shell, quoted only when it needs to be: hints must work as printed.
pub fn shell_word(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./:=@%+,^~".contains(c);
    if !word.is_empty() && word.chars().all(plain) && !word.starts_with('~') {
        word.to_owned()
    } else if word.contains(['\n', '\r']) {
        // What is printed stays one line, whoever named the file.
        let text = word.replace('\\', r"\\").replace('\'', r"\'").replace('\n', r"\n").replace('\r', r"\r");
        format!("$'{}'", safe(&text))
    } else {
        format!("'{}'", safe_lines(word).replace('\'', r"'\''"))
    }
}

/// A path as an argument of git's, which would read `:`, `*` and `-` otherwise.
pub fn path_word(path: &str) -> String {
    if path.starts_with([':', '-']) || path.contains(['*', '?', '[', '\\']) {
        return format!("-- {}", shell_word(&format!(":(literal){path}")));
    }
    shell_word(path)
}

/// The narrowest column in which text is wrapped; below that it runs on.
const NARROWEST: usize = 20;

/// What a command that is printed begins with.
const COMMANDS: [&str; 6] = ["hotfix ", "git ", "cd ", "gh ", "glab ", "ssh "];

/// Whether a text is a command to type.
pub fn is_command(text: &str) -> bool {
    COMMANDS.iter().any(|command| text.starts_with(command))
}

/// A sentence and the command at its end, which cannot be pasted once it is broken.
pub fn command_within(line: &str) -> Option<(&str, &str)> {
    let begins = |(at, sign): (usize, &str)| {
        let (words, rest) = line.split_at_checked(at + sign.trim_end().len())?;
        let typed = rest.trim_start();
        (is_command(typed) && !words.trim().is_empty()).then(|| (words.trim_end(), typed))
    };
    line.match_indices(": ").chain(line.match_indices("  ")).find_map(begins)
}

/// Text behind `head`, in lines of at most `columns` that stay in its column; one line where that is not
/// given, or leaves no room.
pub fn hang(head: &str, text: &str, columns: Option<usize>) -> Vec<String> {
    let indent = head.chars().count();
    let room = columns.map(|c| c.saturating_sub(indent)).filter(|room| *room >= NARROWEST);
    let room = room.filter(|room| text.chars().count() > *room);
    let Some(room) = room else { return vec![format!("{head}{text}").trim_end().to_owned()] };
    let (prose, typed) = command_within(text).map_or((text, None), |(words, typed)| (words, Some(typed)));
    let mut lines = vec![String::new()];
    for word in prose.split_whitespace() {
        let mut word = word;
        while let Some(line) = lines.last_mut() {
            let used = line.chars().count();
            let space = usize::from(used > 0);
            let length = word.chars().count();
            if used + space + length <= room {
                line.push_str(if used > 0 { " " } else { "" });
                line.push_str(word);
                break;
            }
            if used > 0 {
                lines.push(String::new());
                continue;
            }
            // A word that is longer than the column is cut.
            let at = word.char_indices().nth(room).map_or(word.len(), |(at, _)| at);
            let (here, rest) = word.split_at_checked(at).unwrap_or((word, ""));
            line.push_str(here);
            lines.push(String::new());
            word = rest;
        }
    }
    lines.extend(typed.map(|typed| typed.trim().to_owned()));
    let margin = " ".repeat(indent);
    let line = |(n, line): (usize, &String)| format!("{}{line}", if n == 0 { head } else { &margin });
    lines.iter().enumerate().map(line).map(|l| l.trim_end().to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escape_sequences_never_reach_the_terminal() {
        assert_eq!(safe("\u{1b}[31mred\u{1b}[0m"), "red");
        assert_eq!(safe("\u{1b}]0;owned\u{7}title"), "title");
        assert_eq!(safe("\u{9b}2Jcleared"), "cleared");
        assert_eq!(safe("\u{1b}]8;;http://x\u{1b}\\link"), "link");
        assert_eq!(safe("\u{1b}(0box"), "box");
        assert_eq!(safe("a\u{202e}b\u{200b}c\u{7f}d\re"), "abcd e");
        assert_eq!(safe_lines("one\r\ntwo\u{1b}]unterminated\nthree"), "one\ntwo\nthree");
    }

    #[test]
    fn markdown_loses_its_meaning() {
        assert_eq!(markdown("<script>&"), "&lt;script&gt;&");
        assert_eq!(markdown("fast & slow &lt; &#60; &;"), "fast & slow &amp;lt; &amp;&#35;60; &;");
        assert_eq!(markdown("a|b`c`*d*"), "a\\|b\\`c\\`\\*d\\*");
        assert_eq!(markdown("@team #12"), "&#64;team &#35;12");
        assert_eq!(markdown("- item"), "\\- item");
        assert_eq!(markdown("1. item"), "1\\. item");
        assert_eq!(markdown("[x](javascript:1)"), "\\[x\\](javascript:1)");
    }

    #[test]
    fn a_fence_is_longer_than_what_it_holds() {
        assert_eq!(fenced("a").0, "```");
        assert_eq!(fenced("````").0, "`````");
    }

    #[test]
    fn shell_words_survive_a_shell() {
        assert_eq!(shell_word("fix-1"), "fix-1");
        assert_eq!(shell_word("it's $(x)"), r"'it'\''s $(x)'");
        assert_eq!(shell_word(""), "''");
        assert_eq!(shell_word("a\nhint: it's\\x"), r"$'a\nhint: it\'s\\x'");
    }

    #[test]
    fn grammar() {
        assert_eq!(count(1, "file"), "1 file");
        assert_eq!(count(0, "file"), "0 files");
        assert_eq!(list(&["a", "b", "c"]), "a, b and c");
        assert_eq!(shorten("abcdef", 4), "abc…");
    }
}
