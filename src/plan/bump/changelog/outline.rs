//! What is where in a changelog.

use super::number::Number;
use super::title::{Title, is_unreleased};

/// A line without its end.
pub(super) struct Line<'a> {
    /// Its first byte in the text.
    pub(super) start: usize,
    /// The byte after its end, the line break included.
    pub(super) end: usize,
    pub(super) text: &'a str,
    /// Neither in a code block nor in a comment.
    pub(super) plain: bool,
}

impl Line<'_> {
    pub(super) fn is_blank(&self) -> bool {
        self.text.trim().is_empty()
    }

    pub(super) fn bullet(&self) -> Option<char> {
        let bare = self.text.trim_start();
        ['-', '*', '+', '•']
            .into_iter()
            .find(|b| bare.strip_prefix(*b).is_some_and(|rest| rest.starts_with([' ', '\t'])))
    }

    /// A line of nothing but marks below a heading.
    fn is_underline(&self) -> bool {
        let text = self.text.trim_end();
        let mark = text.chars().next().filter(|c| "=-~^\"*+#".contains(*c));
        text.chars().count() >= 3 && mark.is_some_and(|mark| text.chars().all(|c| c == mark))
    }
}

/// All lines of a text.
pub(super) fn lines(text: &str) -> Vec<Line<'_>> {
    let mut fence: Option<&str> = None;
    let mut comment = false;
    let mut at = 0;
    let mut all = Vec::new();
    for raw in text.split_inclusive('\n') {
        let start = at;
        at += raw.len();
        let line = raw.trim_end_matches(['\n', '\r']);
        let line = if start == 0 { line.trim_start_matches('\u{feff}') } else { line };
        let mut plain = fence.is_none() && !comment;
        let mark = fence_mark(line);
        if let Some(open) = fence {
            if mark.is_some_and(|mark| mark.starts_with(open) && line.trim() == mark) {
                fence = None;
            }
        } else if comment {
            comment = !line.contains("-->");
        } else if let Some(open) = mark {
            (fence, plain) = (Some(open), false);
        } else if let Some((_, inside)) = line.rsplit_once("<!--") {
            comment = !inside.contains("-->");
            plain = !line.trim_start().starts_with("<!--");
        }
        all.push(Line { start, end: at, text: line, plain });
    }
    all
}

/// The run of marks that opens or closes a code block.
fn fence_mark(line: &str) -> Option<&str> {
    let trimmed = line.trim_start();
    let mark = trimmed.chars().next().filter(|c| matches!(c, '`' | '~'))?;
    let run = trimmed.get(..trimmed.len() - trimmed.trim_start_matches(mark).len())?;
    // A long run of tildes alone below a title is an underline.
    let is_underline = mark == '~' && run.len() > 3 && run.len() == trimmed.trim_end().len();
    (run.len() >= 3 && line.len() - trimmed.len() < 4 && !is_underline).then_some(run)
}

/// How a heading is marked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mark {
    /// So many `#`.
    Hash(usize),
    /// A line of this character below the title.
    Under(char),
    /// Nothing: a title that begins a line, as in many a NEWS.
    None,
}

/// The heading of a section: a release's, or of what is not released.
#[derive(Clone, Debug)]
pub(super) struct Heading {
    /// Where the section begins: an anchor above the heading belongs to it.
    pub(super) start: usize,
    /// Where the title's line begins.
    pub(super) line: usize,
    /// The first byte after the heading, its underline included.
    pub(super) end: usize,
    pub(super) mark: Mark,
    /// None: what is not released yet.
    pub(super) title: Option<Title>,
}

impl Heading {
    pub(super) fn version(&self) -> Option<&Number> {
        self.title.as_ref().map(|title| &title.version)
    }

    /// A release before this one.
    pub(super) fn is_before(&self, version: &Number) -> bool {
        self.version().is_some_and(|own| own.is_below(version))
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
    // The sections are where the newest release is; what is further below another is part of it.
    let mark = found.iter().find(|heading| heading.title.is_some()).or_else(|| found.first())?.mark;
    let level = |mark: Mark| match mark {
        Mark::Hash(level) => Some(level),
        _ => None,
    };
    // Some give a minor release a larger heading than its patches.
    found.retain(|heading| {
        heading.mark == mark
            || level(heading.mark).is_some_and(|own| {
                level(mark).is_some_and(|m| own.abs_diff(m) <= 1) && heading.title.is_some()
            })
    });
    (!found.is_empty()).then_some(found)
}

fn candidates(all: &[Line<'_>], bare: bool) -> Vec<Heading> {
    let mut found: Vec<Heading> = Vec::new();
    for (at, line) in all.iter().enumerate().filter(|(_, line)| line.plain && !line.is_blank()) {
        let under = all.get(at + 1).filter(|next| next.is_underline() && !line.is_underline() && next.plain);
        let hashes = line.text.len() - line.text.trim_start_matches('#').len();
        let (mark, title, end) =
            if (1..=4).contains(&hashes) && line.text.get(hashes..).is_some_and(|t| t.starts_with(' ')) {
                (
                    Mark::Hash(hashes),
                    line.text.get(hashes..).unwrap_or_default().trim().trim_end_matches('#').trim_end(),
                    line.end,
                )
            } else if let (Some(under), false) = (under, line.text.starts_with([' ', '\t'])) {
                (Mark::Under(under.text.chars().next().unwrap_or('=')), line.text.trim(), under.end)
            } else if bare && line.bullet().is_none() && !line.text.starts_with([' ', '\t']) {
                (Mark::None, line.text.trim(), line.end)
            } else {
                continue;
            };
        let title = title.split("<!--").next().unwrap_or_default().trim_end();
        let release = if is_unreleased(title) { None } else { Some(Title::parse(title)) };
        let title = match release {
            None => None,
            Some(Some(title)) if !bare || title.is_plain() => Some(title),
            Some(_) => continue,
        };
        let above = at.checked_sub(1).and_then(|above| all.get(above)).filter(|above| is_anchor(above.text));
        let start = above.map_or(line.start, |above| above.start);
        found.push(Heading { start, line: line.start, end, mark, title });
    }
    found
}

/// `<a name="1.2.0"></a>`, or a label of reStructuredText.
fn is_anchor(line: &str) -> bool {
    let line = line.trim();
    (line.starts_with("<a ") && line.ends_with("</a>")) || (line.starts_with(".. _") && line.ends_with(':'))
}

/// Where the links at the end begin; the end of the text when it does not end with links.
pub(super) fn links_start(text: &str) -> usize {
    let mut start = text.len();
    for line in lines(text).iter().rev() {
        if definition(line.text).is_some() && line.plain {
            start = line.start;
        } else if !line.is_blank() {
            break;
        }
    }
    start
}

/// The label and the address of `[label]: address`.
pub(super) fn definition(line: &str) -> Option<(&str, &str)> {
    let (label, address) = line.strip_prefix('[')?.split_once("]:")?;
    let address = address.trim();
    (!label.is_empty() && !label.contains(['[', ']']) && !address.is_empty()).then_some((label, address))
}

/// The version a link's label names, and what comes before it there: `v`, `app-v`.
pub(super) fn labelled(label: &str) -> Option<(&str, Number)> {
    let at = label.find(|c: char| c.is_ascii_digit())?;
    let (prefix, version) = label.split_at_checked(at)?;
    let is_name = !prefix.contains(char::is_whitespace) || prefix.eq_ignore_ascii_case("version ");
    Some((prefix, Number::parse(version)?)).filter(|_| is_name)
}
