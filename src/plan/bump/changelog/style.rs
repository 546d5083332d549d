//! How a changelog writes its sections.

use super::super::leaf::swapped;
use super::Release;
use super::kind::{Form, Kind, kinds};
use super::lines::{Line, lines};
use super::outline::{Heading, Mark};
use super::title::Title;
use crate::model::text::markdown;

/// How sections are written in this file.
pub(super) struct Style<'a> {
    text: &'a str,
    pub(super) eol: &'static str,
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
    /// `None` where releases are headed in a way that cannot be written for another one.
    pub(super) fn of(text: &'a str, headings: &'a [Heading], release: &Release<'_>) -> Option<Self> {
        let eol = if text.contains("\r\n") { "\r\n" } else { "\n" };
        let newest = headings.iter().find(|heading| heading.title.is_some());
        let like = model(headings, release);
        if like.is_none() && newest.is_some() {
            return None;
        }
        let mark = like.or_else(|| headings.first()).map_or(Mark::Signs('#', 2), |heading| heading.mark);
        let all = lines(text);
        let is_roomy = |end: usize| all.iter().find(|line| line.start >= end).is_none_or(Line::is_blank);
        let from = newest.map_or(text.len(), |heading| heading.end);
        // The first release that has entries shows how it is done; one without entries does not.
        let mut kinds = kinds(&all, mark);
        kinds.retain(|kind| kind.start >= from);
        let first = kinds.first().copied();
        kinds.retain(|kind| first.is_some_and(|first| first.form == kind.form));
        let bullets: Vec<&Line<'_>> =
            all.iter().filter(|line| line.start >= from && line.plain && line.bullet().is_some()).collect();
        let kind = match (kinds.iter().find(|kind| kind.is(release.kind)), first, mark) {
            (Some(same), ..) => text.get(same.start..same.end).map(|kind| kind.trim_end().to_owned()),
            (None, Some(first), _) => Some(first.renamed(release.kind, eol)),
            (None, None, Mark::Signs(sign, level)) if bullets.is_empty() => {
                let plain = Kind { start: 0, end: 0, form: Form::Signs(sign, level + 1), line: "" };
                Some(plain.renamed(release.kind, eol))
            }
            _ => None,
        };
        let holder = first.map(|kind| kind.start).or_else(|| bullets.first().map(|line| line.start));
        let top = headings
            .iter()
            .rfind(|heading| heading.title.is_some() && holder.is_none_or(|start| heading.end <= start));
        let roomy = (
            holder.and(top).is_none_or(|heading| is_roomy(heading.end)),
            first.is_none_or(|kind| is_roomy(kind.end)),
        );
        let bullet = bullets.first().and_then(|line| line.bullet()).unwrap_or('-');
        Some(Self { text, eol, like, mark, bullet, kind, roomy })
    }

    /// The anchors above the new heading.
    pub(super) fn anchor(&self, release: &Release<'_>) -> Option<String> {
        let Some(like) = self.like else { return Some(String::new()) };
        let (was, next) = (like.version()?.to_string(), release.next.to_string());
        let mut anchors = String::new();
        for line in self.text.get(like.start..like.line)?.split_inclusive('\n') {
            let dashed = |sign: &str| swapped(line, &was.replace('.', sign), &next.replace('.', sign));
            let new = swapped(line, &was, &next).or_else(|| dashed("-")).or_else(|| dashed("_"));
            // One that does not name the version is about that release alone.
            let is_gap = line.trim().is_empty() && !anchors.is_empty();
            anchors.push_str(&new.unwrap_or_else(|| if is_gap { line.to_owned() } else { String::new() }));
        }
        Some(anchors)
    }

    /// The heading of the new section, with its line breaks.
    fn heading(&self, release: &Release<'_>) -> Option<String> {
        let (next, eol) = (release.next.to_string(), self.eol);
        let rule = |mark: char, count: usize| format!("{}{eol}", mark.to_string().repeat(count));
        let Some(like) = self.like else {
            let day = release.date.format("%Y-%m-%d");
            let title = format!("{next} ({day})");
            return Some(match self.mark {
                Mark::Signs('#', level) => format!("{} [{next}] - {day}{eol}", "#".repeat(level)),
                Mark::Signs(sign, level) => format!("{} {title}{eol}", sign.to_string().repeat(level)),
                Mark::Under(mark, is_over) => {
                    let rule = rule(mark, title.len());
                    format!("{}{title}{eol}{rule}", if is_over { rule.as_str() } else { "" })
                }
                Mark::None => format!("{title}{eol}"),
            });
        };
        let mut rest = self.text.get(like.line..like.end)?.split_inclusive('\n');
        if matches!(self.mark, Mark::Under(_, true)) {
            rest.next()?;
        }
        let line = rest.next()?.trim_end().split("<!--").next()?.trim_end();
        let start = line.find(|c: char| !matches!(c, '#' | '=') && !c.is_whitespace())?;
        let (marks, title) = line.split_at_checked(start)?;
        let new = Title::parse(title)?.write(title, &next, release.date)?;
        let mut heading = format!("{marks}{new}{eol}");
        if let Mark::Under(mark, is_over) = self.mark {
            // As far beyond the title as it was, unless all of them are of one length.
            let (was, count) = (title.chars().count(), rest.next()?.trim_end().chars().count());
            let length = new.chars().count();
            let beyond = count.checked_sub(was).filter(|beyond| *beyond <= 2);
            let rule = rule(mark, beyond.map_or(count.max(length), |beyond| length + beyond));
            heading = format!("{}{heading}{rule}", if is_over { rule.as_str() } else { "" });
        }
        if let Some((range, day)) = &like.day {
            let gap = rest.take_while(|line| line.trim().is_empty()).collect::<String>();
            let from = self.text.get(..range.start)?.rfind('\n')? + 1;
            let (before, after) = (self.text.get(from..range.start)?, self.text.get(range.end..like.end)?);
            let date = release.date.format(day);
            heading.push_str(&format!("{gap}{before}{date}{}{eol}", after.trim_end_matches(['\r', '\n'])));
        }
        Some(format!("{}{heading}", self.anchor(release)?))
    }

    /// The new section, without a blank line above or below.
    pub(super) fn section(&self, release: &Release<'_>, written: Option<&str>) -> Option<String> {
        let eol = self.eol;
        let heading = self.heading(release)?;
        let entries = written.map_or_else(|| self.entry(release), |written| written.trim_end().to_owned());
        Some(format!("{heading}{}{entries}{eol}", self.gap(self.roomy.0)))
    }

    /// The entry below the heading of its kind.
    fn entry(&self, release: &Release<'_>) -> String {
        let kind = self.kind.as_ref().map(|kind| format!("{kind}{}{}", self.eol, self.gap(self.roomy.1)));
        format!("{}{}", kind.unwrap_or_default(), self.bullets(release))
    }

    /// The entries alone: the title, if nothing was written in a file of its own.
    fn bullets(&self, release: &Release<'_>) -> String {
        let bullet = |entry: &str| format!("{} {entry}", self.bullet);
        if release.fragments.is_empty() {
            return bullet(&markdown(release.entry));
        }
        release.fragments.iter().map(|entry| bullet(entry)).collect::<Vec<_>>().join(self.eol)
    }

    /// What was written already, with the entry among its kind.
    pub(super) fn with_entry(&self, written: &str, release: &Release<'_>) -> String {
        let eol = self.eol;
        let all = lines(written);
        let kinds = kinds(&all, self.mark);
        let same = kinds.iter().position(|kind| kind.is(release.kind));
        let Some(at) = same.or_else(|| kinds.is_empty().then_some(0)) else {
            return format!("{written}{eol}{eol}{}", self.entry(release));
        };
        let end = kinds.get(at + 1).map_or(written.len(), |next| next.start);
        let (head, tail) = written.split_at_checked(end).unwrap_or((written, ""));
        let entries = head.trim_end();
        let is_empty = kinds.get(at).is_some_and(|kind| kind.end >= entries.len());
        let gap = self.gap(is_empty && self.roomy.1);
        let space = head.get(entries.len()..).unwrap_or_default();
        format!("{entries}{eol}{gap}{}{space}{tail}", self.bullets(release))
    }

    const fn gap(&self, wanted: bool) -> &'static str {
        if wanted { self.eol } else { "" }
    }
}

/// The heading of the newest release before this one, else of the newest one, pre-releases last: the date
/// of what comes later may not be known yet.
fn model<'a>(headings: &'a [Heading], release: &Release<'_>) -> Option<&'a Heading> {
    let plain = || headings.iter().filter(|heading| heading.title.as_ref().is_some_and(Title::is_plain));
    let is_full = |heading: &&Heading| heading.version().is_some_and(|number| !number.is_pre_release());
    plain()
        .filter(is_full)
        .find(|heading| heading.is_before(release.next))
        .or_else(|| plain().find(is_full))
        .or_else(|| plain().next())
}
