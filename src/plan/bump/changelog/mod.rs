//! A changelog: the section of a new release in the form of its neighbours, and merging two of them.

mod combine;
mod links;
mod number;
mod outline;
mod own;
mod title;

pub(super) use combine::combine;
pub(super) use number::Number;

use crate::model::text::markdown;
use chrono::NaiveDate;
use outline::{Heading, Line, Mark, headings, lines, links_start};

/// The names a changelog goes by, the usual ones first, without case.
const NAMES: [&str; 16] = [
    "changelog.md",
    "changelog",
    "changelog.rst",
    "changelog.txt",
    "changes.md",
    "changes.rst",
    "changes",
    "changes.txt",
    "history.md",
    "history.rst",
    "history",
    "history.txt",
    "news.md",
    "news.rst",
    "news",
    "releases.md",
];

/// Whether a file is called like a changelog.
pub(super) fn is_changelog(name: &str) -> bool {
    NAMES.contains(&name.to_lowercase().as_str()) || name == "debian/changelog"
}

/// The paths of the changelogs in a directory and in its `docs`, the one that counts first.
pub(super) fn paths<'a>(dir: &str, tracked: &'a [String]) -> Vec<&'a str> {
    let mut found: Vec<(usize, &str)> = Vec::new();
    for path in tracked {
        let rest = if dir.is_empty() {
            Some(path.as_str())
        } else {
            path.strip_prefix(dir).and_then(|r| r.strip_prefix('/'))
        };
        let Some((place, name)) = rest.map(|rest| rest.rsplit_once('/').unwrap_or(("", rest))) else {
            continue;
        };
        let places = [("", 0), ("docs", 100), ("doc", 200)];
        let far = places.iter().find(|(known, _)| known.eq_ignore_ascii_case(place));
        let rank = far.and_then(|(_, far)| {
            NAMES.iter().position(|known| known.eq_ignore_ascii_case(name)).map(|at| at + far)
        });
        found.extend(rank.map(|rank| (rank, path.as_str())));
    }
    found.sort();
    found.into_iter().map(|(_, path)| path).collect()
}

/// What a new section says.
pub(super) struct Release<'a> {
    pub(super) next: &'a Number,
    pub(super) date: NaiveDate,
    /// Plain text, for when the hotfix wrote nothing of its own.
    pub(super) entry: &'a str,
    /// The kind of change that the entry is: "Fixed".
    pub(super) kind: &'a str,
}

/// What became of a changelog.
pub(super) struct Added {
    pub(super) text: String,
    /// The entry was used, because nothing was added under what is unreleased.
    pub(super) used_entry: bool,
}

/// How sections are written in this file.
struct Style<'a> {
    text: &'a str,
    eol: &'static str,
    /// The heading of a release that the new one is like.
    like: Option<&'a Heading>,
    /// The mark of the first heading.
    mark: Mark,
    bullet: char,
    /// The heading of a kind of change, as it is written here; `None` where there are none.
    kind: Option<String>,
    /// A blank line below a version's heading, and below a kind's.
    roomy: (bool, bool),
}

impl<'a> Style<'a> {
    fn of(text: &'a str, headings: &'a [Heading], wanted: &str) -> Self {
        let eol = if text.contains("\r\n") { "\r\n" } else { "\n" };
        let like = headings.iter().find(|heading| heading.title.as_ref().is_some_and(title::Title::is_plain));
        let newest = headings.iter().find(|heading| heading.title.is_some());
        let mark = like.or(newest).or_else(|| headings.first()).map_or(Mark::Hash(2), |heading| heading.mark);
        let all = lines(text);
        let is_roomy = |end: usize| all.iter().find(|line| line.start >= end).is_none_or(Line::is_blank);
        let from = newest.map_or(text.len(), |heading| heading.end);
        let above = if let Mark::Hash(level) = mark { level } else { 2 };
        let deeper = |line: &&Line<'_>| line.start >= from && line.plain && hashes(line.text) > above;
        let level = all.iter().find(deeper).map_or(above + 1, |line| hashes(line.text));
        let is_kind = |line: &&Line<'_>| line.start >= from && line.plain && hashes(line.text) == level;
        // The first release that has entries shows how it is done; one without entries does not.
        let first = all.iter().find(is_kind);
        let kinds: Vec<&Line<'_>> = all.iter().filter(is_kind).collect();
        let same = kinds
            .iter()
            .find(|line| is_kind_of(line.text, wanted))
            .map(|line| line.text.trim_end().to_owned());
        let bullets: Vec<&Line<'_>> =
            all.iter().filter(|line| line.start >= from && line.plain && line.bullet().is_some()).collect();
        let has_none = kinds.is_empty() && !bullets.is_empty();
        let plain = format!("{} {wanted}", "#".repeat(level));
        let kind = same.or_else(|| (!has_none && matches!(mark, Mark::Hash(_))).then_some(plain));
        let holder = first.or_else(|| bullets.first().copied());
        let top = headings
            .iter()
            .rfind(|heading| heading.title.is_some() && holder.is_none_or(|line| heading.end <= line.start));
        let roomy = (
            holder.and(top).is_none_or(|heading| is_roomy(heading.end)),
            first.is_none_or(|kind| is_roomy(kind.end)),
        );
        let bullet = bullets.first().and_then(|line| line.bullet()).unwrap_or('-');
        Self { text, eol, like, mark, bullet, kind, roomy }
    }

    /// The heading of the new section, with its line breaks.
    fn heading(&self, release: &Release<'_>) -> Option<String> {
        let (next, eol) = (release.next.to_string(), self.eol);
        let Some(like) = self.like else {
            let day = release.date.format("%Y-%m-%d");
            return Some(match self.mark {
                Mark::Hash(level) => format!("{} [{next}] - {day}{eol}", "#".repeat(level)),
                Mark::Under(mark) => {
                    let title = format!("{next} ({day})");
                    format!("{title}{eol}{}{eol}", mark.to_string().repeat(title.len()))
                }
                Mark::None => format!("{next} ({day}){eol}"),
            });
        };
        let known = like.title.as_ref()?;
        let anchor = self.text.get(like.start..like.line)?;
        let was = known.version.to_string();
        let anchor = if anchor.is_empty() {
            String::new()
        } else {
            super::leaf::swapped(anchor, &was, &next).unwrap_or_default()
        };
        let whole = self.text.get(like.line..like.end)?;
        let (line, under) = whole.split_once('\n').map_or((whole, ""), |(line, under)| (line, under.trim()));
        let line = line.trim_end_matches('\r').split("<!--").next()?.trim_end();
        let start = line.find(|c: char| c != '#' && !c.is_whitespace()).unwrap_or_default();
        let (marks, title) = line.split_at_checked(start)?;
        let new = title::Title::parse(title)?.write(title, &next, release.date)?;
        let mut heading = format!("{anchor}{marks}{new}{eol}");
        if let (Mark::Under(mark), false) = (self.mark, under.is_empty()) {
            let exact = under.chars().count() == title.chars().count();
            let count =
                if exact { new.chars().count() } else { under.chars().count().max(new.chars().count()) };
            heading.push_str(&format!("{}{eol}", mark.to_string().repeat(count)));
        }
        Some(heading)
    }

    /// The new section, without a blank line above or below.
    fn section(&self, release: &Release<'_>, written: Option<&str>) -> Option<String> {
        let eol = self.eol;
        let gap = |wanted: bool| if wanted { eol } else { "" };
        let heading = self.heading(release)?;
        if let Some(written) = written {
            return Some(format!("{heading}{}{}{eol}", gap(self.roomy.0), written.trim_end()));
        }
        let kind =
            self.kind.as_ref().map_or_else(String::new, |kind| format!("{kind}{eol}{}", gap(self.roomy.1)));
        let (bullet, entry) = (self.bullet, markdown(release.entry));
        Some(format!("{heading}{}{kind}{bullet} {entry}{eol}", gap(self.roomy.0)))
    }
}

/// How many `#` make a line a heading; 0 when it is none.
fn hashes(text: &str) -> usize {
    let count = text.len() - text.trim_start_matches('#').len();
    if text.get(count..).is_some_and(|rest| rest.starts_with(' ')) { count } else { 0 }
}

/// `### Bug Fixes`, `### Fixed`, `### 🐛 Fixes` are one kind.
fn is_kind_of(heading: &str, wanted: &str) -> bool {
    let lower = heading.to_lowercase();
    lower.contains(&wanted.to_lowercase())
        || (wanted == "Fixed" && (lower.contains("fixes") || lower.contains("bugfix")))
}

/// Adds a section for a release above the newest one that came before it, and its link. The lines
/// that the hotfix added under what is unreleased (`before` is the file it started from) become
/// that section; the rest stays unreleased.
///
/// # Errors
/// Why it cannot be done, as the end of a sentence.
pub(super) fn add(text: &str, before: Option<&str>, release: &Release<'_>) -> Result<Added, String> {
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
    let own = own::take(text, before, &found);
    let rest = own.as_ref().map_or(text, |own| own.rest.as_str());
    let found = headings(rest).ok_or("could not be read")?;
    let style = Style::of(rest, &found, release.kind);
    if style.like.is_none() && found.iter().any(|heading| heading.title.is_some()) {
        return Err("has headings in an unknown format".to_owned());
    }
    let below = found.iter().find(|heading| heading.is_before(release.next));
    let section = style
        .section(release, own.as_ref().map(|own| own.lines.as_str()))
        .ok_or("has headings in an unknown format")?;
    let new = below.map_or_else(
        || append(rest, &section, style.eol),
        |below| insert(rest, below.start, &section, style.eol),
    );
    let new = new.ok_or("could not be read")?;
    let previous = below.and_then(Heading::version);
    let text = links::add(&new, previous, release.next).unwrap_or(new);
    Ok(Added { text, used_entry: own.is_none() })
}

/// Above the heading of an older release, with as much room as that has.
fn insert(text: &str, at: usize, section: &str, eol: &str) -> Option<String> {
    let (before, after) = text.split_at_checked(at)?;
    let roomy = before.is_empty() || before == "\u{feff}" || ends_blank(before);
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
