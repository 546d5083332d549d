//! A changelog: the section of a new release in the form of its neighbours, and merging two of them.

mod address;
mod combine;
mod fragment;
mod keep;
mod kind;
mod lines;
mod links;
mod names;
mod number;
mod outline;
mod own;
mod style;
mod title;

pub(super) use combine::combine;
pub(super) use fragment::added as fragments;
pub(super) use keep::keep;
pub(super) use names::{is_changelog, paths};
pub(super) use number::Number;

use chrono::NaiveDate;
use lines::{Line, lines};
use outline::{Definition, Heading, headings, links_start};
use std::collections::BTreeMap;
use style::Style;

/// What a new section says.
pub(super) struct Release<'a> {
    pub(super) next: &'a Number,
    pub(super) date: NaiveDate,
    /// Plain text, for when the hotfix wrote nothing of its own.
    pub(super) entry: &'a str,
    /// The entries in files of their own, which come in its place.
    pub(super) fragments: &'a [String],
    /// The kind of change that the entry is: "Fixed".
    pub(super) kind: &'a str,
}

/// What became of a changelog.
pub(super) struct Added {
    pub(super) text: String,
    /// The entry was used, because nothing was added under what is unreleased.
    pub(super) used_entry: bool,
}

/// Adds a section for a release above the newest one that came before it, and its link. The lines
/// that the hotfix added under what is unreleased (`before` is the file it started from) become
/// that section; the rest stays unreleased.
///
/// # Errors
/// Why it cannot be done, as the end of a sentence.
pub(super) fn add(text: &str, before: Option<&str>, release: &Release<'_>) -> Result<Added, String> {
    const UNKNOWN: &str = "has headings in an unknown format";
    let found = headings(text).ok_or("has no release heading in a known format")?;
    let released: Vec<&Number> = found.iter().filter_map(Heading::version).collect();
    if released.contains(&release.next) {
        return Err(format!("already has a section for {}", release.next));
    }
    if let (Some(first), Some(last)) = (released.first(), released.last())
        && first.is_below(last)
    {
        return Err("has its oldest release on top".to_owned());
    }
    let planned = found.iter().position(|heading| heading.planned.as_ref() == Some(release.next));
    let is_open = |at: &usize| found.get(*at).is_some_and(|heading| heading.title.is_none());
    let own = (0..found.len())
        .filter(|at| is_open(at) && planned.is_none_or(|planned| planned == *at))
        .find_map(|at| own::take(text, before, &found, at));
    let used_entry = own.is_none();
    let new = if let Some(at) = planned {
        finished(text, &found, at, (release, used_entry)).ok_or(UNKNOWN)?
    } else {
        let rest = own.as_ref().map_or(text, |own| own.rest.as_str());
        let found = headings(rest).ok_or("could not be read")?;
        let style = Style::of(rest, &found, release).ok_or(UNKNOWN)?;
        let written = own.as_ref().map(|own| own.lines.as_str());
        let section = style.section(release, written).ok_or(UNKNOWN)?;
        let below = found.iter().find(|heading| heading.is_before(release.next));
        let new = below.map_or_else(
            || append(rest, &section, style.eol),
            |below| insert(rest, below.start, &section, style.eol),
        );
        new.ok_or("could not be read")?
    };
    let previous = found.iter().filter_map(Heading::version).find(|number| number.is_below(release.next));
    let text = links::add(&new, previous, release.next).unwrap_or(new);
    Ok(Added { text, used_entry })
}

/// The section that was begun for this very release becomes its section, with all that is in it.
fn finished(
    text: &str,
    found: &[Heading],
    at: usize,
    (release, use_entry): (&Release<'_>, bool),
) -> Option<String> {
    let (heading, body) = (found.get(at)?, own::body(text, found, at)?);
    let style = Style::of(text, found, release)?;
    let whole = text.get(body.clone())?;
    let entries: Vec<&str> = whole
        .split_inclusive('\n')
        .filter(|line| line.trim().is_empty() || !own::is_placeholder(line))
        .collect();
    let written = entries.concat();
    let written = written.trim_matches(['\r', '\n']).trim_end();
    let written = match (written.is_empty(), use_entry) {
        (true, _) => None,
        (false, true) => Some(style.with_entry(written, release)),
        (false, false) => Some(written.to_owned()),
    };
    // An anchor that it has already stays.
    let anchor = text.get(heading.start..heading.line)?;
    let section = style.section(release, written.as_deref())?;
    let section =
        if anchor.is_empty() { section.as_str() } else { section.get(style.anchor(release)?.len()..)? };
    let gap = whole.get(whole.trim_end().len()..)?;
    let gap = gap.strip_prefix(style.eol).unwrap_or(gap);
    let (head, tail) = (text.get(..heading.line)?, text.get(body.end..)?);
    Some(format!("{head}{section}{gap}{tail}"))
}

/// Whether the text became the other one by what a release adds: each line is still there but those that a
/// release writes anew, which are links, the heading of what is unreleased, and kinds in that section.
pub(super) fn only_adds(old: &str, new: &str) -> bool {
    let found = headings(old).unwrap_or_default();
    let pending: Vec<_> = found.iter().enumerate().filter(|(_, heading)| heading.title.is_none()).collect();
    let labels: Vec<String> = lines(new)
        .iter()
        .filter_map(|line| Definition::parse(line.text))
        .map(|link| link.label().to_lowercase())
        .collect();
    let all = lines(old);
    let kinds = found.first().map(|heading| kind::kinds(&all, heading.mark)).unwrap_or_default();
    let is_rewritten = |line: &Line<'_>| {
        let is_in_section =
            |at: usize| own::body(old, &found, at).is_some_and(|body| body.contains(&line.start));
        let is_kind = kinds.iter().any(|kind| (kind.start..kind.end).contains(&line.start));
        let is_link =
            Definition::parse(line.text).is_some_and(|link| labels.contains(&link.label().to_lowercase()));
        is_link
            || pending.iter().any(|(at, heading)| {
                (heading.start..heading.end).contains(&line.start)
                    || (is_in_section(*at) && (is_kind || own::is_placeholder(line.text)))
            })
    };
    let mut left: BTreeMap<&str, usize> = BTreeMap::new();
    new.lines().for_each(|line| *left.entry(line.trim_end()).or_default() += 1);
    all.iter().filter(|line| !line.is_blank() && !is_rewritten(line)).all(|line| {
        let count = left.get_mut(line.text.trim_end()).filter(|count| **count > 0);
        count.map(|count| *count -= 1).is_some()
    })
}

/// Above the heading of an older release, with as much room as that has.
fn insert(text: &str, at: usize, section: &str, eol: &str) -> Option<String> {
    let (before, after) = text.split_at_checked(at)?;
    let is_first = before.is_empty() || before == "\u{feff}";
    let above = before.get(before.trim_end().len()..)?.matches('\n').count();
    let gap = eol.repeat(if is_first { 1 } else { above.saturating_sub(1) });
    Some(format!("{before}{section}{gap}{after}"))
}

/// Below everything but the links, when there is no older release.
fn append(text: &str, section: &str, eol: &str) -> Option<String> {
    let (before, after) = text.split_at_checked(links_start(text))?;
    let mut out = before.to_owned();
    make_room(&mut out, eol);
    out.push_str(section);
    if after.is_empty() {
        return Some(out);
    }
    Some(format!("{out}{eol}{after}"))
}

fn ends_blank(text: &str) -> bool {
    text.ends_with("\n\n") || text.ends_with("\n\r\n")
}

/// Ends a text with a blank line, unless there is one or nothing at all.
fn make_room(text: &mut String, eol: &str) {
    if !text.is_empty() && !text.ends_with('\n') {
        text.push_str(eol);
    }
    if !text.is_empty() && !ends_blank(text) {
        text.push_str(eol);
    }
}
