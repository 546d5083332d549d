//! `hotfix note -F`: what happened before anybody typed, a line each.

use crate::command::Desk;
use crate::model::event::{Draft, Kind};
use crate::model::failure::{Failure, Problem};
use crate::model::text::{safe, safe_lines, shorten};
use crate::model::time;
use std::io::Read;
use std::path::Path;

/// The most words a time has: `2026-11-22 14:02`, `15m ago`, `yesterday 23:50`.
const TIME_WORDS: usize = 2;

/// Lines of `TIME KIND TEXT`, all understood before the first is written.
///
/// # Errors
/// When there is no such file, or any line makes no sense; every such line is named.
pub(super) fn read(desk: &Desk, file: &Path) -> anyhow::Result<Vec<Draft>> {
    let text = content(file)?;
    let mut drafts = Vec::new();
    let mut wrong: Vec<(usize, Failure)> = Vec::new();
    for (n, line) in text.lines().enumerate() {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        match one(desk, line) {
            Ok(draft) => drafts.push(draft),
            Err(failure) => wrong.push((n + 1, failure)),
        }
    }
    if let [(n, failure)] = wrong.as_slice() {
        let mut failure = failure.clone();
        failure.message = format!("line {n}: {}; nothing was written", failure.message);
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
        return Err(Failure::usage("there is no line to write").hint(EXAMPLE).into());
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
        crate::system::files::read_optional(file)
    };
    let name = safe(&file.display().to_string());
    match read {
        Ok(Some(text)) => Ok(text),
        Ok(None) => Err(Failure::usage(format!("there is no file {name}; nothing was written")).into()),
        Err(error) => Err(Failure::usage(format!("cannot read {name}: {error}; nothing was written")).into()),
    }
}

fn one(desk: &Desk, line: &str) -> Result<Draft, Failure> {
    let words: Vec<&str> = line.split_whitespace().collect();
    for n in (1..=TIME_WORDS.min(words.len())).rev() {
        let (time_words, rest) = words.split_at(n);
        let Some((kind, text)) = rest.split_first() else { continue };
        let Some(kind) = kind_of(kind) else { continue };
        let at = time::parse(&time_words.join(" "), &desk.env.now_local())?;
        return Ok(Draft::new(kind, safe_lines(&text.join(" "))).at(Some(at)).by_person());
    }
    Err(Failure::usage(format!(
        "'{}' is not TIME KIND TEXT; KIND is note, observation, hypothesis, action, decision, followup or a milestone",
        shorten(&safe(line), 60)
    ))
    .hint(EXAMPLE))
}

fn kind_of(word: &str) -> Option<Kind> {
    let word = word.trim_end_matches(':');
    Kind::from_note_flag(word).or_else(|| Kind::from_mark_flag(word))
}
