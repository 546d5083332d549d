//! What the hotfix itself wrote under "Unreleased".

use super::super::merge::matches;
use super::outline::{Heading, headings, links_start};

/// A changelog without the hotfix's own lines, and those lines.
pub(super) struct Own {
    pub(super) rest: String,
    /// With the headings of their kinds, without blank lines around.
    pub(super) lines: String,
}

/// The body of the section of what is unreleased, as a range of the text.
fn unreleased(text: &str, headings: &[Heading]) -> Option<std::ops::Range<usize>> {
    let at = headings.iter().position(|heading| heading.title.is_none())?;
    let end = headings.get(at + 1).map_or_else(|| links_start(text), |next| next.start);
    let start = headings.get(at)?.end;
    (start <= end).then_some(start..end)
}

/// Takes what was added since `before` out of the section; `None` when nothing was.
pub(super) fn take(text: &str, before: Option<&str>, found: &[Heading]) -> Option<Own> {
    let range = unreleased(text, found)?;
    let now: Vec<&str> = text.get(range.clone())?.split_inclusive('\n').collect();
    let before = before?;
    let known = headings(before).unwrap_or_default();
    let was: Vec<&str> = match unreleased(before, &known) {
        Some(range) => before.get(range)?.split_inclusive('\n').collect(),
        None => Vec::new(),
    };
    let kept: Vec<usize> = matches(&was, &now)?.into_iter().map(|(_, at)| at).collect();
    let is_added = |at: usize| !kept.contains(&at);
    let is_kind = |line: &str| line.starts_with("###");
    let is_blank = |line: &str| line.trim().is_empty();
    if !now.iter().enumerate().any(|(at, line)| is_added(at) && !is_blank(line) && !is_kind(line)) {
        return None;
    }
    let (mut rest, mut own) = (text.get(..range.start)?.to_owned(), String::new());
    // The heading that the next line of the hotfix belongs to, and the space below it.
    let mut kind: Vec<&str> = Vec::new();
    for (at, line) in now.iter().enumerate() {
        if is_kind(line) {
            kind = vec![line];
        } else if is_blank(line) && kind.len() == 1 {
            kind.push(line);
        }
        if !is_added(at) {
            rest.push_str(line);
        } else if !is_kind(line) && !is_blank(line) {
            if !kind.is_empty() && !own.is_empty() && !own.ends_with("\n\n") && !own.ends_with("\n\r\n") {
                let eol = if line.ends_with("\r\n") { "\r\n" } else { "\n" };
                own.push_str(eol);
            }
            kind.drain(..).for_each(|line| own.push_str(line));
            own.push_str(line);
        } else if is_blank(line) && !own.is_empty() && !own.ends_with("\n\n") && kind.is_empty() {
            own.push_str(line);
        }
    }
    // One blank line is left above what follows, as there was before.
    let tail = text.get(range.end..)?;
    let eol = if text.contains("\r\n") { "\r\n" } else { "\n" };
    let ended = rest.trim_end().len();
    let was_roomy =
        text.get(..range.end).is_some_and(|head| head.ends_with("\n\n") || head.ends_with("\n\r\n"));
    if rest.len() > ended {
        rest.truncate(ended);
        rest.push_str(eol);
        rest.push_str(if was_roomy { eol } else { "" });
    }
    rest.push_str(tail);
    Some(Own { rest, lines: own.trim().to_owned() })
}
