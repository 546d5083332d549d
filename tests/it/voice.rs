//! The program speaks plain English: phrases that make an engineer read a sentence twice are kept out of
//! messages, help, templates and documents. CONTRIBUTING.md has the rules, with right and wrong pairs.

use std::iter::Peekable;
use std::path::Path;
use std::str::Chars;

/// A phrase, and what to write instead. Letters are compared in lower case, whole words only.
const BANNED: [(&str, &str); 22] = [
    ("somebody", "the role: you, a reviewer, another clone, a colleague"),
    ("anybody", "the role, or 'anyone'"),
    ("meanwhile", "the event, or 'at the same time'"),
    ("anew", "again"),
    ("aloud", "leave it out"),
    ("shall", "the present tense, or 'must'"),
    ("in the way", "the problem"),
    ("wants credentials", "authentication required"),
    ("that are not there", "not found, missing"),
    ("length of time", "duration"),
    ("what is public", "anything already pushed"),
    ("goes on where", "continues"),
    ("the same command goes on", "the same command continues"),
    ("cannot be called back", "cannot be undone"),
    ("is said first", "is reported first"),
    ("lies ahead", "is ahead"),
    ("stands on", "is checked out"),
    ("takes no push", "rejects pushes"),
    ("is no word", "is not a word"),
    ("left half-way", "interrupted"),
    ("exists already", "already exists"),
    ("of the past", "past"),
];

/// Text for people: where it is, its line, and the words.
struct Text {
    place: String,
    words: String,
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The string literals of a Rust source, each with its line.
fn literals(source: &str) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    let mut line = 1;
    let mut chars = source.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\n' => line += 1,
            '/' if chars.peek() == Some(&'/') => while chars.next_if(|c| *c != '\n').is_some() {},
            '\'' => skip_character(&mut chars),
            'r' if matches!(chars.peek(), Some('"' | '#')) => {
                let start = line;
                if let Some(text) = raw(&mut chars) {
                    line += text.matches('\n').count();
                    found.push((start, text));
                }
            }
            '"' => {
                let start = line;
                let text = quoted(&mut chars, &mut line);
                found.push((start, text));
            }
            _ => {}
        }
    }
    found
}

/// A character such as '"' or '\n'; a lifetime is left as it is.
fn skip_character(chars: &mut Peekable<Chars<'_>>) {
    let mut ahead = chars.clone();
    let escaped = ahead.next() == Some('\\');
    if escaped {
        ahead.next();
        if ahead.clone().next() == Some('{') || ahead.clone().next().is_some_and(|c| c != '\'') {
            while ahead.clone().next().is_some_and(|c| c != '\'') {
                ahead.next();
            }
        }
    }
    if ahead.next() == Some('\'') {
        *chars = ahead;
    }
}

fn raw(chars: &mut Peekable<Chars<'_>>) -> Option<String> {
    let mut ahead = chars.clone();
    let mut fence = 0;
    while ahead.next_if_eq(&'#').is_some() {
        fence += 1;
    }
    ahead.next_if_eq(&'"')?;
    let end = format!("\"{}", "#".repeat(fence));
    let mut text = String::new();
    while !text.ends_with(&end) {
        text.push(ahead.next()?);
    }
    *chars = ahead;
    text.truncate(text.len() - end.len());
    Some(text)
}

/// The rest of a literal, joined where it is continued on the next line.
fn quoted(chars: &mut Peekable<Chars<'_>>, line: &mut usize) -> String {
    let mut text = String::new();
    while let Some(c) = chars.next() {
        match c {
            '"' => break,
            '\\' => match chars.next() {
                Some('\n') => {
                    *line += 1;
                    while let Some(space) = chars.next_if(|c| c.is_whitespace()) {
                        *line += usize::from(space == '\n');
                    }
                }
                Some('n') => text.push('\n'),
                Some(other) => text.push(other),
                None => break,
            },
            '\n' => {
                *line += 1;
                text.push('\n');
            }
            c => text.push(c),
        }
    }
    text
}

/// Everything in the program and its documents that people read.
fn texts() -> Vec<Text> {
    let mut found = Vec::new();
    for file in super::architecture::sources() {
        let place = file.strip_prefix(root()).unwrap().display().to_string();
        // The words that the check of a post-mortem looks for are not words of the program.
        let is_test = ["tests", "fixture", "lint/wording.rs"].iter().any(|part| place.contains(part));
        let source = std::fs::read_to_string(&file).unwrap();
        let source = source.split("#[cfg(test)]").next().unwrap_or_default();
        if is_test {
            continue;
        }
        let literal = |(line, words)| Text { place: format!("{place}:{line}"), words };
        found.extend(literals(source).into_iter().map(literal));
        // What clap shows as help.
        if place.starts_with("src/cli") {
            found.extend(lines(&place, source).filter(|text| text.words.trim_start().starts_with("///")));
        }
    }
    for directory in ["templates", "templates/drill"] {
        for entry in std::fs::read_dir(root().join(directory)).unwrap() {
            let path = entry.unwrap().path();
            // The lists of words that the check of a post-mortem looks for.
            if path.is_file() && !path.ends_with("words.toml") {
                let place = path.strip_prefix(root()).unwrap().display().to_string();
                found.extend(lines(&place, &std::fs::read_to_string(&path).unwrap()));
            }
        }
    }
    for (place, text) in super::book::documents() {
        found.extend(lines(&place, &text));
    }
    let example = std::fs::read_to_string(root().join("hotfix.toml.example")).unwrap();
    found.extend(lines("hotfix.toml.example", &example));
    found
}

fn lines<'a>(place: &'a str, text: &'a str) -> impl Iterator<Item = Text> + 'a {
    let line = move |(at, line): (usize, &str)| Text {
        place: format!("{place}:{}", at + 1),
        words: line.to_owned(),
    };
    text.lines().enumerate().map(line)
}

/// Whether these words are in the text, with nothing else in front of or behind them.
fn has(text: &str, phrase: &str) -> bool {
    let is_word = |c: char| c.is_alphanumeric() || c == '_' || c == '-';
    text.match_indices(phrase).any(|(at, _)| {
        let (before, after) = (&text[..at], &text[at + phrase.len()..]);
        !before.ends_with(is_word) && !after.starts_with(is_word)
    })
}

/// "is no release": fine behind "there", and before "longer".
fn says_is_no(text: &str) -> bool {
    ["is no ", "are no ", "was no "].iter().any(|phrase| {
        text.match_indices(phrase).any(|(at, _)| {
            let (before, after) = (&text[..at], &text[at + phrase.len()..]);
            let there = before.trim_end().ends_with("there");
            !there && !after.starts_with("longer") && !before.ends_with(char::is_alphanumeric)
        })
    })
}

#[test]
fn plain_english() {
    let texts = texts();
    assert!(texts.len() > 3000, "only {} texts were found", texts.len());
    let mut wrong = Vec::new();
    for Text { place, words } in &texts {
        // The pairs of right and wrong.
        if place.starts_with("CONTRIBUTING.md") && (words.starts_with('|') || words.starts_with("4. ")) {
            continue;
        }
        let lower = words.to_lowercase();
        for (phrase, better) in BANNED.iter().filter(|(phrase, _)| has(&lower, phrase)) {
            wrong.push(format!("{place}: '{phrase}': {better}"));
        }
        if says_is_no(&lower) {
            wrong.push(format!("{place}: 'is no …': is not a …"));
        }
    }
    assert!(
        wrong.is_empty(),
        "{} phrases to rewrite (CONTRIBUTING.md, Words):\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}

#[test]
fn the_reader_of_literals_can_read() {
    let source = "// \"no\"\nlet a = \"one \\\n     two\"; let b = '\"'; let c: &'static str = r#\"three \"x\" \"#;\n\"\\\"four\\n\"";
    let words: Vec<String> = literals(source).into_iter().map(|(_, words)| words).collect();
    assert_eq!(words, ["one two", "three \"x\" ", "\"four\n"]);
    assert_eq!(literals(source)[2].0, 4);
    assert!(has("it is there anew.", "anew") && !has("newanew", "anew"));
    assert!(says_is_no("x is no tag") && !says_is_no("there is no tag") && !says_is_no("it is no longer"));
}
