//! What the hotfix itself wrote under "Unreleased".

use super::super::merge::matches;
use super::ends_blank;
use super::kind::kinds;
use super::lines::lines;
use super::outline::{Heading, headings, links_start};
use std::collections::BTreeSet;
use std::ops::Range;

/// A changelog without the hotfix's own lines, and those lines.
pub(super) struct Own {
    pub(super) rest: String,
    /// With the headings of their kinds, without blank lines around.
    pub(super) lines: String,
}

/// A line, or the heading of a kind with its underline.
struct Part<'a> {
    text: &'a str,
    is_kind: bool,
}

impl Part<'_> {
    fn is_blank(&self) -> bool {
        self.text.trim().is_empty()
    }

    fn is_entry(&self) -> bool {
        !self.is_kind && !self.is_blank()
    }
}

/// The body of a section, as a range of the text.
pub(super) fn body(text: &str, headings: &[Heading], at: usize) -> Option<Range<usize>> {
    let end = headings.get(at + 1).map_or_else(|| links_start(text), |next| next.start);
    let start = headings.get(at)?.end;
    (start <= end).then_some(start..end)
}

/// The section of what is unreleased that is like this one, else the first.
fn same(headings: &[Heading], like: &Heading) -> Option<usize> {
    let is_same = |heading: &Heading| heading.title.is_none() && heading.planned == like.planned;
    headings.iter().position(is_same).or_else(|| headings.iter().position(|heading| heading.title.is_none()))
}

/// The parts of a section's body.
fn split<'a>(text: &'a str, range: &Range<usize>, found: &[Heading]) -> Option<Vec<Part<'a>>> {
    let all = lines(text);
    let kinds = kinds(&all, found.first()?.mark);
    let mut parts = Vec::new();
    let mut at = range.start;
    for line in all.iter().filter(|line| range.contains(&line.start)) {
        if line.start < at {
            continue;
        }
        let kind = kinds.iter().find(|kind| kind.start == line.start);
        at = kind.map_or(line.end, |kind| kind.end).min(range.end);
        parts.push(Part { text: text.get(line.start..at)?, is_kind: kind.is_some() });
    }
    Some(parts)
}

/// Whether a line only says that there is nothing yet.
pub(super) fn is_placeholder(line: &str) -> bool {
    const SAID: [&str; 12] = [
        "",
        "nothing changed yet",
        "nothing yet",
        "nothing",
        "no changes yet",
        "no changes",
        "no unreleased changes",
        "none",
        "none yet",
        "n/a",
        "tbd",
        "todo",
    ];
    let said = line.trim().trim_matches(|c: char| matches!(c, '-' | '*' | '+' | '_' | '.' | '(' | ')' | ' '));
    // Several marks alone are a line across the page.
    SAID.contains(&said.to_lowercase().as_str()) && (!said.is_empty() || line.trim().len() == 1)
}

/// Takes what was added since `before` out of a section of what is unreleased; `None` when nothing was.
pub(super) fn take(text: &str, before: Option<&str>, found: &[Heading], at: usize) -> Option<Own> {
    let range = body(text, found, at)?;
    let now = split(text, &range, found)?;
    let before = before?;
    let known = headings(before).unwrap_or_default();
    let earlier = same(&known, found.get(at)?).and_then(|at| body(before, &known, at));
    let was = match &earlier {
        Some(range) => split(before, range, &known)?,
        None => Vec::new(),
    };
    let old: Vec<&str> = was.iter().map(|part| part.text).collect();
    let new: Vec<&str> = now.iter().map(|part| part.text).collect();
    let (stays, kept): (BTreeSet<usize>, BTreeSet<usize>) = matches(&old, &new)?.into_iter().unzip();
    let is_added = |at: usize| !kept.contains(&at);
    let is_own = |at: usize, part: &Part<'_>| is_added(at) && part.is_entry() && !is_placeholder(part.text);
    if !now.iter().enumerate().any(|(at, part)| is_own(at, part)) {
        return None;
    }
    let (mut left, mut own) = (String::new(), String::new());
    let eol = if text.contains("\r\n") { "\r\n" } else { "\n" };
    // The heading that the next line of the hotfix belongs to, and the space below it.
    let mut kind: Vec<&str> = Vec::new();
    for (at, part) in now.iter().enumerate() {
        let line = part.text;
        if part.is_kind {
            kind = vec![line];
        } else if part.is_blank() && kind.len() == 1 {
            kind.push(line);
        }
        if !is_added(at) {
            left.push_str(line);
        } else if part.is_entry() {
            if !kind.is_empty() && !own.is_empty() && !ends_blank(&own) {
                own.push_str(eol);
            }
            kind.drain(..).for_each(|line| own.push_str(line));
            own.push_str(line);
        } else if part.is_blank() && !own.is_empty() && !ends_blank(&own) && kind.is_empty() {
            own.push_str(line);
        }
    }
    let (head, tail) = (text.get(..range.start)?, text.get(range.end..)?);
    let is_kept =
        |(at, part): (usize, &Part<'_>)| stays.contains(&at) || !part.is_entry() || is_placeholder(part.text);
    match earlier {
        // What was there stays as it was, also a line that says that there is nothing yet.
        Some(range) if was.iter().enumerate().all(is_kept) => before.get(range)?.clone_into(&mut left),
        // One blank line is left above what follows, as there was before.
        _ => {
            let was_roomy = text.get(..range.end).is_some_and(ends_blank);
            let ended = left.trim_end().len();
            left.truncate(ended);
            left.push_str(if ended > 0 { eol } else { "" });
            left.push_str(if was_roomy { eol } else { "" });
        }
    }
    if !tail.is_empty() && !left.ends_with('\n') {
        left.push_str(eol);
    }
    Some(Own { rest: format!("{head}{left}{tail}"), lines: own.trim_end().to_owned() })
}
