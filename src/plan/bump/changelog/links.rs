//! The links at the end of a changelog: `[1.2.0]: https://…/compare/v1.1.0...v1.2.0`.

use super::super::leaf::replace;
use super::number::Number;
use super::outline::{definition, headings, labelled, lines, links_start};

/// A link that compares two tags.
struct Compare<'a> {
    /// Up to and with `/compare/`.
    head: &'a str,
    from: &'a str,
    dots: &'a str,
    to: &'a str,
}

impl<'a> Compare<'a> {
    fn parse(address: &'a str) -> Option<Self> {
        let split = address.rfind("/compare/")? + "/compare/".len();
        let (head, range) = address.split_at_checked(split)?;
        let dots = if range.contains("...") { "..." } else { ".." };
        let (from, to) = range.split_once(dots)?;
        let plain = |side: &str| !side.is_empty() && !side.contains([' ', '>', '?', '#']);
        (plain(from) && plain(to)).then_some(Self { head, from, dots, to })
    }

    fn write(&self, from: &str, to: &str) -> String {
        format!("{}{from}{}{to}", self.head, self.dots)
    }
}

/// What stands before a version in a tag: `v`, `app-v`.
fn tag_prefix<'a>(tag: &'a str, version: &str) -> Option<&'a str> {
    let prefix = tag.strip_suffix(version)?;
    (!prefix.ends_with(|c: char| c.is_ascii_digit() || c == '.')).then_some(prefix)
}

/// Adds the link of a new release, and moves the start of what is unreleased to it. `None` when
/// there is nothing to go by.
pub(super) fn add(text: &str, previous: Option<&Number>, next: &Number) -> Option<String> {
    let (was, now) = (previous?.to_string(), next.to_string());
    let eol = if text.contains("\r\n") { "\r\n" } else { "\n" };
    let from = links_start(text);
    let (mut unreleased, mut latest) = (None, None);
    for line in lines(text).into_iter().filter(|line| line.plain) {
        let Some((label, address)) = definition(line.text) else { continue };
        if label.eq_ignore_ascii_case("unreleased") {
            unreleased = Compare::parse(address).map(|link| (line, address, link));
        } else if let Some((prefix, version)) = labelled(label) {
            if version == *next {
                return None;
            }
            if Some(&version) == previous {
                latest = Some((line, prefix, address));
            }
        }
    }
    let mut changes = Vec::new();
    let mut address = None;
    let mut moved = String::new();
    let mut at = None;
    if let Some((line, old, link)) = &unreleased
        && let Some(prefix) = tag_prefix(link.from, &was)
    {
        let tag = format!("{prefix}{now}");
        address = Some(link.write(link.from, &tag));
        moved = link.write(&tag, link.to);
        let start = line.start + line.text.rfind(old)?;
        changes.push(start..start + old.len());
        at = Some(line.end);
    }
    let mut label_prefix = "";
    if let Some((line, prefix, old)) = &latest {
        address = address.or_else(|| follow(old, &was, &now));
        label_prefix = prefix;
        // A link inside its section goes into the new one, below the heading.
        at = if line.start >= from { Some(line.start) } else { below_heading(text, next) };
    }
    let link = format!("[{label_prefix}{now}]: {}{eol}", address?);
    let at = at?;
    // The file may end with the line that the new one comes after.
    let unended = at == text.len() && !text.ends_with('\n');
    let link = if unended { format!("{eol}{}", link.trim_end()) } else { link };
    let mut parts: Vec<_> = changes.into_iter().map(|range| (range, moved.as_str())).collect();
    parts.push((at..at, link.as_str()));
    replace(text, parts)
}

fn below_heading(text: &str, version: &Number) -> Option<usize> {
    headings(text)?.into_iter().find(|heading| heading.version() == Some(version)).map(|heading| heading.end)
}

/// The address for the next release, after the one of the previous release.
pub(super) fn follow(address: &str, was: &str, now: &str) -> Option<String> {
    if let Some(link) = Compare::parse(address) {
        let prefix = tag_prefix(link.to, was)?;
        return Some(link.write(link.to, &format!("{prefix}{now}")));
    }
    let (head, tag) = address.rsplit_once('/')?;
    let prefix = tag_prefix(tag, was).filter(|_| head.ends_with("/tag") || head.ends_with("/tags"))?;
    Some(format!("{head}/{prefix}{now}"))
}
