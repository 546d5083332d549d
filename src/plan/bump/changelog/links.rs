//! The links of a changelog: `[1.2.0]: https://…/compare/v1.1.0...v1.2.0`.

use super::super::leaf::replace;
use super::address::{Compare, follow, tag_prefix};
use super::lines::{Line, lines};
use super::number::Number;
use super::outline::{Definition, headings, labelled, links_start};
use super::own::body;
use std::ops::Range;

fn is_unreleased(label: &str) -> bool {
    label.eq_ignore_ascii_case("unreleased")
}

/// Adds the link of a new release, and moves the start of what is unreleased to it. `None` when
/// there is nothing to go by.
pub(super) fn add(text: &str, previous: Option<&Number>, next: &Number) -> Option<String> {
    let (was, now) = (previous?.to_string(), next.to_string());
    let eol = if text.contains("\r\n") { "\r\n" } else { "\n" };
    let all = lines(text);
    let mut changes = inline(text, &was, &now);
    // The new link is like the one of the previous release, else like that of what is unreleased.
    let (mut pending, mut latest, mut is_there) = (None, None, false);
    for (at, line) in all.iter().enumerate().filter(|(_, line)| line.plain) {
        let Some(link) = Definition::parse(line.text) else { continue };
        let compare = Compare::parse(link.address());
        let number = labelled(link.label());
        is_there |= number.as_ref().is_some_and(|(_, version)| version == next);
        if let Some((prefix, version)) = &number
            && Some(version) == previous
        {
            latest = Some((at, *prefix, link));
            continue;
        }
        let Some(compare) = compare else { continue };
        let is_planned = number.is_some_and(|(_, version)| version == *next);
        let tag = |from: &str| Some(format!("{}{now}", tag_prefix(from, &was)?));
        let moved = match tag(compare.from).filter(|_| is_planned) {
            // Planned as this release, it leads to its tag now.
            Some(tag) => (compare.to != tag).then(|| compare.write(compare.from, &tag)),
            None => compare.moved(is_unreleased(link.label()), &was, &now),
        };
        let Some(moved) = moved else { continue };
        let new = link.write(link.label(), &moved);
        changes.push((line.start..line.start + line.text.len(), new));
        if is_unreleased(link.label()) {
            let released = compare.write(compare.from, &tag(compare.from)?);
            pending = Some((at, released, link));
        }
    }
    if !is_there && let Some((at, line)) = new_link(text, &all, (pending, latest), (&was, next)) {
        // The file may end with the line that the new one comes after.
        let unended = at == text.len() && !text.ends_with('\n');
        changes.push((at..at, if unended { format!("{eol}{line}") } else { format!("{line}{eol}") }));
    }
    if changes.is_empty() {
        return None;
    }
    replace(text, changes.iter().map(|(range, new)| (range.clone(), new.as_str())).collect())
}

/// A link, and which line it is on; with the address of the next release, or with what stands in front
/// of the version in its label.
type Pending<'a> = (usize, String, Definition<'a>);
type Latest<'a> = (usize, &'a str, Definition<'a>);

/// The line of the link of a new release, and where it goes.
fn new_link(
    text: &str,
    all: &[Line<'_>],
    (pending, latest): (Option<Pending<'_>>, Option<Latest<'_>>),
    (was, next): (&str, &Number),
) -> Option<(usize, String)> {
    let now = next.to_string();
    let released = pending.as_ref().map(|(_, address, _)| address.clone());
    let Some((line, prefix, link)) = latest else {
        let (line, address, link) = pending?;
        return Some((all.get(line)?.end, link.write(&now, &address)));
    };
    let address = released.or_else(|| follow(link.address(), was, &now))?;
    let start = all.get(line)?.start;
    let is_listed = start >= links_start(text) || is_beside_another(all, line);
    // A link inside its section goes into the new one, below the heading.
    let at = if is_listed { start } else { below_heading(text, next)? };
    Some((at, link.write(&format!("{prefix}{now}"), &address)))
}

/// Whether a link has another release's next to it.
fn is_beside_another(all: &[Line<'_>], at: usize) -> bool {
    let beside = [at.checked_sub(1), Some(at + 1)];
    let mut links = beside
        .into_iter()
        .flatten()
        .filter_map(|at| all.get(at))
        .filter_map(|line| Definition::parse(line.text));
    links.any(|link| is_unreleased(link.label()) || labelled(link.label()).is_some())
}

/// The comparisons in the sections of what is unreleased that start at the previous release.
fn inline(text: &str, was: &str, now: &str) -> Vec<(Range<usize>, String)> {
    let found = headings(text).unwrap_or_default();
    let mut changes = Vec::new();
    for (at, heading) in found.iter().enumerate().filter(|(_, heading)| heading.title.is_none()) {
        let end = body(text, &found, at).map_or(heading.end, |body| body.end);
        let mut from = heading.line;
        let opening = |from: usize| {
            let rest = text.get(from..end)?;
            ["](", " <"].into_iter().filter_map(|open| Some(from + rest.find(open)? + 2)).min()
        };
        while let Some(start) = opening(from) {
            let Some(rest) = text.get(start..end) else { break };
            let address = rest.split([')', '>', ' ', '\n']).next().unwrap_or_default();
            let moved = Compare::parse(address).and_then(|link| link.moved(true, was, now));
            changes.extend(moved.map(|moved| (start..start + address.len(), moved)));
            from = start;
        }
    }
    changes
}

fn below_heading(text: &str, version: &Number) -> Option<usize> {
    headings(text)?.into_iter().find(|heading| heading.version() == Some(version)).map(|heading| heading.end)
}
