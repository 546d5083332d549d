//! What is where in a changelog.

use semver::Version;

/// A line without its end.
pub(super) struct Line<'a> {
    /// Its first byte in the text.
    pub(super) start: usize,
    pub(super) text: &'a str,
    /// Neither in a code block nor in a comment.
    pub(super) plain: bool,
}

impl Line<'_> {
    pub(super) fn is_blank(&self) -> bool {
        self.text.trim().is_empty()
    }

    pub(super) fn is_bullet(&self, bullet: char) -> bool {
        self.text.strip_prefix(bullet).is_some_and(|rest| rest.starts_with(' '))
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
        all.push(Line { start, text: line, plain });
    }
    all
}

/// The run of marks that opens or closes a code block.
fn fence_mark(line: &str) -> Option<&str> {
    let trimmed = line.trim_start();
    let mark = trimmed.chars().next().filter(|c| matches!(c, '`' | '~'))?;
    let run = trimmed.get(..trimmed.len() - trimmed.trim_start_matches(mark).len())?;
    (run.len() >= 3 && line.len() - trimmed.len() < 4).then_some(run)
}

/// `## [Unreleased]` or `## [1.2.0] - 2026-01-31`.
pub(super) struct Heading {
    pub(super) start: usize,
    /// None: what is not released yet.
    pub(super) version: Option<Version>,
    /// `v` in `## [v1.2.0]`.
    pub(super) prefix: &'static str,
}

impl Heading {
    /// A release before this one.
    pub(super) fn is_before(&self, version: &Version) -> bool {
        self.version.as_ref().is_some_and(|own| own.cmp_precedence(version).is_lt())
    }
}

/// The headings of the sections; `None` when the newest release is headed in another way, or
/// nothing is.
pub(super) fn headings(text: &str) -> Option<Vec<Heading>> {
    let mut found: Vec<Heading> = Vec::new();
    for line in lines(text) {
        let Some(title) = line.text.strip_prefix("## ").filter(|_| line.plain) else { continue };
        let title = title.trim();
        let heading = if is_unreleased(title) { Some((None, "")) } else { release(title) };
        if let Some((version, prefix)) = heading {
            found.push(Heading { start: line.start, version, prefix });
        } else if looks_like_release(title) && !found.iter().any(|heading| heading.version.is_some()) {
            return None;
        }
    }
    (!found.is_empty()).then_some(found)
}

fn is_unreleased(title: &str) -> bool {
    let title = title.to_lowercase();
    title.starts_with("[unreleased]") || title == "unreleased"
}

fn release(title: &str) -> Option<(Option<Version>, &'static str)> {
    let (label, rest) = title.strip_prefix('[')?.split_once(']')?;
    if !rest.is_empty() && !rest.starts_with([' ', '\t']) {
        return None;
    }
    let (version, prefix) = label.strip_prefix('v').map_or((label, ""), |rest| (rest, "v"));
    Some((Some(Version::parse(version).ok()?), prefix))
}

fn looks_like_release(title: &str) -> bool {
    let digit = |text: &str| text.starts_with(|c: char| c.is_ascii_digit());
    let title = title.trim_start_matches('[');
    digit(title) || title.strip_prefix(['v', 'V']).is_some_and(digit)
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

/// The version a link's label names.
pub(super) fn labelled(label: &str) -> Option<Version> {
    Version::parse(label.strip_prefix('v').unwrap_or(label)).ok()
}
