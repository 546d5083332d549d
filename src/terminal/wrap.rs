//! Lines for a terminal: nothing breaks inside a word. Prose is continued below its own column; a command
//! is continued as a shell allows it, so that it still works as printed.

use super::style::Tone;
use crate::model::text;

/// The narrowest column in which text is wrapped; below that it runs on.
const NARROWEST: usize = 30;
/// The rightmost column in which a second line may begin.
const DEEPEST: usize = 40;

/// The line, in lines of at most `columns` where that is possible. Text that has line breaks is taken
/// line by line.
pub fn wrap(text: &str, columns: usize) -> String {
    text.split('\n').map(|line| one(line, columns)).collect::<Vec<_>>().join("\n")
}

fn one(line: &str, columns: usize) -> String {
    // A tab separates columns for scripts.
    if width(line) <= columns || columns < NARROWEST || line.contains('\t') {
        return line.to_owned();
    }
    let plain = plain(line);
    let body = plain.trim_start();
    let is_hint = body.strip_prefix("hint: ").is_some_and(is_command);
    if is_hint || is_command(body) {
        return command(line, &plain, columns);
    }
    match text::command_within(line) {
        // A command at the end of a sentence gets a line of its own.
        Some((words, typed)) => {
            let margin = plain.len() - body.len() + 2;
            format!("{}\n{}", one(words, columns), one(&format!("{}{typed}", " ".repeat(margin)), columns))
        }
        None => prose(line, &plain, columns),
    }
}

fn is_command(text: &str) -> bool {
    text::is_command(text.strip_prefix("$ ").unwrap_or(text))
}

/// Continues below the last column that begins in the first half of the line.
fn prose(line: &str, plain: &str, columns: usize) -> String {
    let chars: Vec<char> = plain.chars().collect();
    let is_space = |n: usize| chars.get(n).is_some_and(|c| *c == ' ');
    let margin = chars.iter().take_while(|c| **c == ' ').count();
    let begins = |n: &usize| !is_space(*n) && is_space(n - 1) && (is_space(n - 2) || *n == margin + 2);
    let limit = DEEPEST.min(columns.saturating_sub(NARROWEST)).min(chars.len());
    let column = (margin + 2..limit).rev().find(begins);
    let signed = chars.get(margin).is_some_and(|c| !c.is_ascii_alphanumeric());
    let indent = column.filter(|n| *n > margin + 2 || signed).unwrap_or(margin);
    join(&words(line), columns, indent, "")
}

/// Continues with a backslash, and never inside quotes; a comment goes on a line of its own.
fn command(line: &str, plain: &str, columns: usize) -> String {
    let margin = plain.chars().take_while(|c| *c == ' ').count() + 4;
    let (line, comment) = match line.split_once("    # ") {
        Some((line, comment)) => (line, Some(comment)),
        None => (line, None),
    };
    let mut quote = None;
    let mut parts: Vec<String> = Vec::new();
    for word in words(line) {
        let inside = quote.is_some();
        for c in word.chars() {
            match quote {
                None if c == '\'' || c == '"' => quote = Some(c),
                Some(open) if open == c => quote = None,
                _ => {}
            }
        }
        match parts.last_mut() {
            // A value stays with its option.
            Some(part) if inside || (is_option(part) && !is_option(&word)) => part.push_str(&word),
            _ => parts.push(word),
        }
    }
    let mut lines = join(&parts, columns.saturating_sub(2), margin, " \\");
    if let Some(comment) = comment {
        lines.push('\n');
        lines.push_str(&prose(&format!("{}# {comment}", " ".repeat(margin)), "", columns));
    }
    lines
}

fn is_option(word: &str) -> bool {
    word.trim_start().starts_with('-') && !word.trim_start().contains(' ')
}

/// Puts words on lines; each has the spaces before it in front.
fn join(words: &[String], columns: usize, indent: usize, continued: &str) -> String {
    let mut out = String::new();
    let mut used = 0;
    for word in words {
        let wide = width(word);
        let fresh = used == 0 || out.ends_with('\n');
        if !fresh && used + wide > columns {
            out.push_str(continued);
            out.push('\n');
            out.push_str(&" ".repeat(indent));
            let bare = word.trim_start_matches(' ');
            out.push_str(bare);
            used = indent + width(bare);
        } else {
            out.push_str(word);
            used += wide;
        }
    }
    out
}

/// The words of a line, each with the spaces before it.
fn words(line: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut in_word = false;
    for c in line.chars() {
        if c == ' ' && in_word {
            words.push(String::new());
            in_word = false;
        }
        in_word |= c != ' ';
        if let Some(word) = words.last_mut() {
            word.push(c);
        }
    }
    words
}

fn plain(text: &str) -> String {
    Tone::marks().iter().fold(text.to_owned(), |text, mark| text.replace(mark.as_str(), ""))
}

/// How many columns a text takes, colours left out.
fn width(text: &str) -> usize {
    dialoguer::console::measure_text_width(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_breaks_inside_a_word() {
        let text = "error: hotfix/x has no change yet; an answer would be about production's files";
        assert_eq!(
            wrap(text, 40),
            "error: hotfix/x has no change yet; an\nanswer would be about production's files"
        );
        let word = "w".repeat(50);
        assert_eq!(wrap(&word, 40), word);
        assert_eq!(wrap("short", 40), "short");
    }

    #[test]
    fn a_row_is_continued_in_its_column() {
        let row = "  x staging   no, said Ada, who looked at it for a long time";
        assert_eq!(
            wrap(row, 48),
            "  x staging   no, said Ada, who looked at it for\n              a long time"
        );
        let signed = "  * one two three four five six seven eight nine";
        assert_eq!(wrap(signed, 40), "  * one two three four five six seven\n    eight nine");
    }

    #[test]
    fn a_command_still_works_as_printed() {
        let hint = "hint: hotfix finish fix-login --skip release/1.4.0=\"not needed there\" --no-deploy";
        assert_eq!(
            wrap(hint, 50),
            "hint: hotfix finish fix-login \\\n    --skip release/1.4.0=\"not needed there\" \\\n    --no-deploy"
        );
        let comment = "hint: hotfix start fix-login --force    # start it all the same";
        assert_eq!(wrap(comment, 45), "hint: hotfix start fix-login --force\n    # start it all the same");
    }

    #[test]
    fn a_command_in_a_sentence_is_not_broken() {
        assert_eq!(
            wrap("It is not marked as resolved:  hotfix mark resolved --hotfix fix-login-crash", 60),
            "It is not marked as resolved:\n  hotfix mark resolved --hotfix fix-login-crash"
        );
        assert_eq!(
            wrap("  it stays reachable: git switch -c hotfix/mail-is-late refs/incidents/x/keep/aborted", 76),
            "  it stays reachable:\n    git switch -c hotfix/mail-is-late refs/incidents/x/keep/aborted"
        );
        assert_eq!(wrap("see hotfix help for: hotfix start", 60), "see hotfix help for: hotfix start");
    }

    #[test]
    fn colours_take_no_room() {
        let text = format!("{} and more", Tone::Good.paint("x".repeat(30)));
        assert_eq!(wrap(&text, 40), text);
    }
}
