//! What is where in a changelog.

use super::lines::{Line, lines};
use super::number::Number;
use super::title::{Day, Title, day_alone, is_unreleased, planned};
use std::ops::Range;

/// How a heading is marked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mark {
    /// So many `#`, or `=` in AsciiDoc.
    Signs(char, usize),
    /// A line of this character below the title, and whether there is one above it too.
    Under(char, bool),
    /// Nothing: a title that begins a line, as in many a NEWS.
    None,
}

/// The character in front of a heading, and how many of it there are.
pub(super) fn signs(text: &str) -> Option<(char, usize)> {
    let sign = text.chars().next().filter(|c| matches!(c, '#' | '='))?;
    let rest = text.trim_start_matches(sign);
    let is_heading = rest.starts_with(' ') && rest.contains(char::is_alphanumeric);
    is_heading.then_some((sign, text.len() - rest.len()))
}

/// The heading of a section: a release's, or of what is not released.
#[derive(Clone, Debug)]
pub(super) struct Heading {
    /// Where the section begins: anchors above the heading belong to it.
    pub(super) start: usize,
    /// Where the heading's first line begins.
    pub(super) line: usize,
    /// The first byte after the heading, its underline and its date included.
    pub(super) end: usize,
    pub(super) mark: Mark,
    /// None: what is not released yet.
    pub(super) title: Option<Title>,
    /// The version that is not released yet.
    pub(super) planned: Option<Number>,
    /// A date on a line of its own below the title.
    pub(super) day: Option<(Range<usize>, Day)>,
}

impl Heading {
    pub(super) fn version(&self) -> Option<&Number> {
        self.title.as_ref().map(|title| &title.version)
    }

    /// A release before this one.
    pub(super) fn is_before(&self, version: &Number) -> bool {
        self.version().is_some_and(|own| own.is_below(version))
    }

    /// `1.2` above `1.2.1`, each marked in its own way: not a release, but a group of them.
    fn is_group(&self, next: Option<&Self>) -> bool {
        let (Some(own), Some(next)) = (self.version(), next.filter(|next| next.mark != self.mark)) else {
            return false;
        };
        next.version().is_some_and(|below| own.begins(below))
    }
}

/// The headings of the sections, in their order; `None` when the newest release is headed in a way
/// that is not understood, or nothing is.
pub(super) fn headings(text: &str) -> Option<Vec<Heading>> {
    let all = lines(text);
    let mut found = candidates(&all, false);
    if found.is_empty() {
        let bare = candidates(&all, true);
        // A number alone is a heading only above something.
        let has_entry = |heading: &Heading| {
            let below = all.iter().find(|line| line.start >= heading.end && !line.is_blank());
            below.is_some_and(|line| line.bullet().is_some() || line.text.starts_with([' ', '\t']))
        };
        if bare.iter().any(|heading| heading.title.is_some() && has_entry(heading)) {
            found = bare;
        }
    }
    let groups: Vec<bool> =
        found.iter().enumerate().map(|(at, heading)| heading.is_group(found.get(at + 1))).collect();
    let mut is_group = groups.iter();
    let group = found.iter().zip(&groups).find(|(_, is_group)| **is_group).map(|(heading, _)| heading.mark);
    found.retain(|_| !is_group.next().is_some_and(|is_group| *is_group));
    // The sections are where the newest release is; what is further below another is part of it.
    let mark = found.iter().find(|heading| heading.title.is_some()).or_else(|| found.first())?.mark;
    // Some give a minor release a larger heading than its patches.
    let is_near = |other: Mark| match (mark, other) {
        (Mark::Signs(sign, level), Mark::Signs(other, own)) => sign == other && own.abs_diff(level) <= 1,
        _ => false,
    };
    found.retain(|heading| {
        heading.mark == mark
            || (heading.title.is_some() && is_near(heading.mark))
            || (heading.title.is_none() && Some(heading.mark) == group)
    });
    (!found.is_empty()).then_some(found)
}

fn candidates(all: &[Line<'_>], bare: bool) -> Vec<Heading> {
    let mut found: Vec<Heading> = Vec::new();
    for (at, line) in all.iter().enumerate().filter(|(_, line)| line.plain && !line.is_blank()) {
        let under = all.get(at + 1).filter(|next| next.is_underline() && !line.is_underline() && next.plain);
        let over = under.and_then(|under| overline(all, at, under));
        let is_indented = line.text.starts_with([' ', '\t']);
        let (mark, title, end) =
            if let Some((sign, level)) = signs(line.text).filter(|(_, level)| *level <= 4) {
                (Mark::Signs(sign, level), line.text.trim_matches(sign).trim(), at + 1)
            } else if let Some(under) = under.filter(|_| !is_indented || over.is_some()) {
                let below = under.text.chars().next().unwrap_or('=');
                (Mark::Under(below, over.is_some()), line.text.trim(), at + 2)
            } else if bare && line.bullet().is_none() && !is_indented {
                (Mark::None, line.text.trim(), at + 1)
            } else {
                continue;
            };
        let title = title.split("<!--").next().unwrap_or_default().trim_end();
        let planned = planned(title);
        let release = if is_unreleased(title) { None } else { Some(Title::parse(title)) };
        let title = match release {
            None => None,
            Some(Some(title)) if !bare || title.is_plain() => Some(title),
            Some(_) => continue,
        };
        let planned = planned.filter(|_| title.is_none());
        let day = title.as_ref().filter(|title| !title.has_day()).and_then(|_| day_below(all, end));
        let first = if over.is_some() { at - 1 } else { at };
        let last = day.as_ref().map_or(end - 1, |(at, ..)| *at);
        found.push(Heading {
            start: section_start(all, first),
            line: all.get(first).map_or(line.start, |line| line.start),
            end: all.get(last).map_or(line.end, |line| line.end),
            mark,
            title,
            planned,
            day: day.map(|(_, range, day)| (range, day)),
        });
    }
    found
}

/// The line above a title that is like the one below it, and not the end of another heading.
pub(super) fn overline<'l, 'a>(all: &'l [Line<'a>], at: usize, under: &Line<'_>) -> Option<&'l Line<'a>> {
    let above = all.get(at.checked_sub(1)?).filter(|above| above.plain)?;
    let before = at.checked_sub(2).and_then(|before| all.get(before));
    let is_free = before.is_none_or(|before| before.is_blank() || is_anchor(before.text) || !before.plain);
    (is_free && above.text.trim_end() == under.text.trim_end()).then_some(above)
}

/// A date alone on the first line below a heading: which line, where in the text, and how it is written.
fn day_below(all: &[Line<'_>], from: usize) -> Option<(usize, Range<usize>, Day)> {
    let at = (from..from + 2).find(|at| all.get(*at).is_some_and(|line| !line.is_blank()))?;
    let line = all.get(at).filter(|line| line.plain && line.bullet().is_none())?;
    let (range, day) = day_alone(line.text)?;
    Some((at, line.start + range.start..line.start + range.end, day))
}

/// Where a section begins: the anchors above its heading belong to it.
fn section_start(all: &[Line<'_>], at: usize) -> usize {
    let mut start = at;
    for above in (0..at).rev() {
        match all.get(above) {
            Some(line) if is_anchor(line.text) => start = above,
            Some(line) if line.is_blank() => {}
            _ => break,
        }
    }
    all.get(start).map_or(0, |line| line.start)
}

/// `<a name="1.2.0"></a>`, or a label of reStructuredText or AsciiDoc.
fn is_anchor(line: &str) -> bool {
    let line = line.trim();
    let is_html = line.starts_with("<a ") && line.ends_with("</a>") && !line.contains("href=");
    let is_ascii_doc = line.starts_with("[[") && line.ends_with("]]");
    is_html || is_ascii_doc || (line.starts_with(".. _") && line.ends_with(':'))
}

/// Where the links at the end begin; the end of the text when it does not end with links. Comments
/// may stand between and below them.
pub(super) fn links_start(text: &str) -> usize {
    let mut start = text.len();
    for line in lines(text).iter().rev() {
        if line.plain && Definition::parse(line.text).is_some() {
            start = line.start;
        } else if !line.is_blank() && !line.is_comment && !is_rst_comment(line.text) {
            break;
        }
    }
    start
}

/// `.. generated by a tool`, and not a directive, a footnote or a label.
fn is_rst_comment(line: &str) -> bool {
    line.strip_prefix(".. ").is_some_and(|rest| !rest.contains("::") && !rest.starts_with(['_', '[', '|']))
}

/// A link: `[label]: address`, or `.. _label: address` in reStructuredText.
pub(super) struct Definition<'a> {
    line: &'a str,
    label: Range<usize>,
    address: Range<usize>,
}

impl<'a> Definition<'a> {
    pub(super) fn parse(line: &'a str) -> Option<Self> {
        let (open, close) = if line.starts_with('[') {
            ("[", "]:")
        } else if line.starts_with(".. _`") {
            (".. _`", "`:")
        } else {
            (".. _", ":")
        };
        let (label, rest) = line.strip_prefix(open)?.split_once(close)?;
        let label = open.len()..open.len() + label.len();
        let from = label.end + close.len();
        let start = from + (rest.len() - rest.trim_start_matches([' ', '\t', '<']).len());
        let rest = line.get(start..)?;
        let address = start..start + rest.find([' ', '\t', '>', '\r']).unwrap_or(rest.len());
        let found = Self { line, label, address };
        let is_one = !found.label().is_empty() && !found.label().contains(['[', ']']);
        (is_one && !found.address().is_empty()).then_some(found)
    }

    pub(super) fn label(&self) -> &'a str {
        self.line.get(self.label.clone()).unwrap_or_default()
    }

    pub(super) fn address(&self) -> &'a str {
        self.line.get(self.address.clone()).unwrap_or_default()
    }

    /// The same line for another label and address.
    pub(super) fn write(&self, label: &str, address: &str) -> String {
        let part = |range: Range<usize>| self.line.get(range).unwrap_or_default();
        let between = part(self.label.end..self.address.start);
        let rest = part(self.address.end..self.line.len());
        format!("{}{label}{between}{address}{rest}", part(0..self.label.start))
    }
}

/// The version a link's label names, and what comes before it there: `v`, `app-v`.
pub(super) fn labelled(label: &str) -> Option<(&str, Number)> {
    let at = label.find(|c: char| c.is_ascii_digit())?;
    let (prefix, version) = label.split_at_checked(at)?;
    let is_name = !prefix.contains(char::is_whitespace) || prefix.eq_ignore_ascii_case("version ");
    Some((prefix, Number::parse(version)?)).filter(|_| is_name)
}
