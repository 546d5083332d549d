//! `hotfix note -F`: what happened before anybody typed, a line each.

use crate::command::Session;
use crate::model::event::{Draft, Kind};
use crate::model::failure::{Failure, Problem};
use crate::model::milestone;
use crate::model::text::{safe, safe_lines, shorten};
use crate::model::time;
use std::io::Read;
use std::path::Path;

/// The most words a time has: `2026-11-22 2:54 PM UTC`, `half an hour ago`, `1 hour 5 minutes ago`.
const TIME_WORDS: usize = 5;

/// Lines of `TIME [KIND] TEXT`, all understood before the first is written.
///
/// # Errors
/// When there is no such file, or any line makes no sense; every such line is named.
pub(super) fn read(session: &Session, file: &Path) -> anyhow::Result<Vec<Draft>> {
    let text = content(file)?;
    let mut drafts = Vec::new();
    let mut wrong: Vec<(usize, Failure)> = Vec::new();
    for (n, line) in text.lines().enumerate() {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        match one(session, line) {
            Ok(draft) => drafts.push(draft),
            Err(failure) => wrong.push((n + 1, failure)),
        }
    }
    if let [(n, failure)] = wrong.as_slice() {
        let mut failure = failure.clone();
        failure.message = format!("line {n}: {}\nNothing was written.", failure.message);
        return Err(failure.into());
    }
    if !wrong.is_empty() {
        let all = wrong.len() + drafts.len();
        let problem = |(n, f): &(usize, Failure)| Problem::new(&format!("line {n}"), f.message.clone(), "");
        return Err(Failure::usage(format!(
            "{} of {all} lines cannot be read; nothing was written",
            wrong.len()
        ))
        .problems(wrong.iter().map(problem).collect())
        .hint(EXAMPLE)
        .into());
    }
    if drafts.is_empty() {
        return Err(Failure::usage("no lines to record").hint(EXAMPLE).into());
    }
    Ok(drafts)
}

/// How lines are written afterwards.
const EXAMPLE: &str = "echo '14:02 mitigated flag off' | hotfix note -F -";

fn content(file: &Path) -> anyhow::Result<String> {
    let read = if file == Path::new("-") {
        let mut text = String::new();
        std::io::stdin().read_to_string(&mut text).map(|_| Some(text))
    } else {
        crate::system::files::read_given(file)
    };
    let name = safe(&file.display().to_string());
    match read {
        Ok(Some(text)) => Ok(text),
        Ok(None) => Err(Failure::usage(format!("there is no file {name}; nothing was written")).into()),
        Err(error) => Err(Failure::usage(format!("cannot read {name}: {error}; nothing was written")).into()),
    }
}

fn one(session: &Session, line: &str) -> Result<Draft, Failure> {
    let words: Vec<&str> = line.split_whitespace().collect();
    let now = session.env.now_local();
    let parse = |n: usize| {
        let (time, rest) = words.split_at_checked(n).unwrap_or((&words, &[]));
        (time::parse(time.join(" ").trim_end_matches(':'), &now), rest)
    };
    // The longest beginning that is a time is the time.
    for n in (1..=TIME_WORDS.min(words.len())).rev() {
        if let (Ok(at), rest) = parse(n) {
            let (kind, text) = kind_of(rest);
            if text.is_empty() && kind.is_human() {
                return Err(
                    Failure::usage(format!("'{}' has no text", shorten(&safe(line), 60))).hint(EXAMPLE)
                );
            }
            return Ok(Draft::new(kind, safe_lines(&text.join(" "))).at(Some(at)).by_person());
        }
    }
    // A time that cannot be used says why.
    let until_kind = (1..=TIME_WORDS.min(words.len()))
        .find(|n| kind_of(words.get(*n..).unwrap_or_default()).0 != Kind::Note);
    let begins_as_time = line.starts_with(|c: char| c.is_ascii_digit() || c == '-');
    match until_kind.or_else(|| begins_as_time.then_some(1)) {
        Some(n) => Err(parse(n).0.err().unwrap_or_else(|| Failure::usage("not a time"))),
        None => Err(Failure::usage(format!(
            "'{}' does not start with a time; a line is TIME TEXT or TIME KIND TEXT, where KIND is a note \
             kind or a milestone",
            shorten(&safe(line), 60)
        ))
        .hint(EXAMPLE)),
    }
}

/// What kind of line it is, and its words: a note where no kind is given. A milestone may be written
/// in two words.
fn kind_of<'a>(words: &'a [&'a str]) -> (Kind, &'a [&'a str]) {
    let read = |word: &str| {
        let word = word.trim_end_matches(':').to_ascii_lowercase();
        Kind::from_note_flag(&word).or_else(|| milestone::marked(&word))
    };
    if let [first, second, rest @ ..] = words
        && let Some(kind) = read(&format!("{first}-{second}"))
    {
        return (kind, rest);
    }
    match words.split_first().and_then(|(first, rest)| Some((read(first)?, rest))) {
        Some(found) => found,
        None => (Kind::Note, words),
    }
}
