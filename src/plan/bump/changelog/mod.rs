//! A changelog in Keep a Changelog form: the section of a new release, and merging two of them.

mod combine;
mod links;
mod outline;

pub(super) use combine::combine;

use crate::model::text::markdown;
use chrono::NaiveDate;
use outline::{Heading, Line, headings, lines, links_start};
use semver::Version;

/// What a new section says.
pub(super) struct Release<'a> {
    pub(super) next: &'a Version,
    pub(super) date: NaiveDate,
    /// Plain text.
    pub(super) entry: &'a str,
}

/// How sections are written in this file.
struct Style {
    /// `v` where the headings have one.
    prefix: &'static str,
    eol: &'static str,
    bullet: char,
    /// A blank line below a version's heading, and below a kind's.
    roomy: (bool, bool),
}

impl Style {
    fn of(text: &str, headings: &[Heading]) -> Self {
        let eol = if text.contains("\r\n") { "\r\n" } else { "\n" };
        let newest = headings.iter().find(|heading| heading.version.is_some());
        let prefix = newest.map_or("", |heading| heading.prefix);
        let all = lines(text);
        let after =
            |line: &Line<'_>| all.iter().find(|next| next.start > line.start).is_none_or(Line::is_blank);
        // The first release that has entries shows how it is done; one without entries does not.
        let from = newest.map_or(text.len(), |heading| heading.start);
        let kind = all.iter().find(|line| line.start > from && line.plain && line.text.starts_with("### "));
        let from = kind.map_or(text.len(), |kind| kind.start);
        let top = all.iter().rfind(|line| line.start < from && line.plain && line.text.starts_with("## "));
        let bullet = |line: &Line<'_>| ['-', '*', '+'].into_iter().find(|b| line.is_bullet(*b));
        let bullet = all.iter().filter(|line| line.start > from && line.plain).find_map(bullet);
        let roomy = (kind.and(top).is_none_or(after), kind.is_none_or(after));
        Self { prefix, eol, bullet: bullet.unwrap_or('-'), roomy }
    }

    /// The new section, without a blank line above or below.
    fn section(&self, release: &Release<'_>) -> String {
        let Self { prefix, eol, bullet, roomy } = self;
        let gap = |wanted: bool| if wanted { *eol } else { "" };
        let (below_version, below_kind) = (gap(roomy.0), gap(roomy.1));
        let (date, entry) = (release.date.format("%Y-%m-%d"), markdown(release.entry));
        let heading = format!("## [{prefix}{}] - {date}{eol}{below_version}", release.next);
        format!("{heading}### Fixed{eol}{below_kind}{bullet} {entry}{eol}")
    }
}

/// Adds a section for a release above the newest one that came before it, and its link.
/// What is unreleased stays unreleased.
///
/// # Errors
/// Why it cannot be done, as the end of a sentence.
pub(super) fn add(text: &str, release: &Release<'_>) -> Result<String, String> {
    let headings = headings(text).ok_or("is not in Keep a Changelog form")?;
    let released: Vec<&Version> = headings.iter().filter_map(|heading| heading.version.as_ref()).collect();
    if released.contains(&release.next) {
        return Err(format!("has a section for {} already", release.next));
    }
    if let (Some(first), Some(last)) = (released.first(), released.last())
        && first.cmp_precedence(last).is_lt()
    {
        return Err("has its oldest release on top".to_owned());
    }
    let style = Style::of(text, &headings);
    let below = headings.iter().find(|heading| heading.is_before(release.next));
    let section = style.section(release);
    let new = below.map_or_else(
        || append(text, &section, style.eol),
        |below| insert(text, below.start, &section, style.eol),
    );
    let new = new.ok_or("could not be read")?;
    let previous = below.and_then(|below| below.version.as_ref());
    Ok(links::add(&new, previous, release.next).unwrap_or(new))
}

/// Above the heading of an older release, with as much room as that has.
fn insert(text: &str, at: usize, section: &str, eol: &str) -> Option<String> {
    let (before, after) = text.split_at_checked(at)?;
    let roomy = before.is_empty() || ends_blank(before);
    Some(format!("{before}{section}{}{after}", if roomy { eol } else { "" }))
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
