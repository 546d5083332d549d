//! The kinds of change that entries are filed under: `### Fixed`, `**Fixed**`, `BUG FIXES:`.

use super::lines::Line;
use super::outline::{Mark, overline, signs};
use super::title::Title;

/// How the heading of a kind is marked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// So many of a character in front.
    Signs(char, usize),
    /// A line of this character below.
    Under(char),
    /// A line in bold.
    Bold,
    /// A line that ends with a colon.
    Label,
}

/// The heading of a kind.
#[derive(Clone, Copy, Debug)]
pub(super) struct Kind<'a> {
    /// Its first byte in the text.
    pub(super) start: usize,
    /// The first byte after it, its underline included.
    pub(super) end: usize,
    pub(super) form: Form,
    /// Its first line.
    pub(super) line: &'a str,
}

/// A line alone in bold or with a colon is such a heading only if it has one of these words.
const WORDS: [&str; 15] = [
    "add", "bug", "change", "deprecat", "enhance", "feature", "fix", "improve", "internal", "new", "remov",
    "secur", "break", "depend", "perform",
];

/// The headings of kinds below the headings of releases with this mark.
pub(super) fn kinds<'a>(all: &[Line<'a>], mark: Mark) -> Vec<Kind<'a>> {
    let mut found = Vec::new();
    for (at, line) in all.iter().enumerate().filter(|(_, line)| line.plain && !line.is_blank()) {
        let under = all.get(at + 1).filter(|next| next.is_underline() && next.plain && !line.is_underline());
        let is_over = under.is_some_and(|under| overline(all, at, under).is_some());
        if let Some((form, end)) = form(line, under, mark).filter(|_| !is_over && !is_release(line.text)) {
            found.push(Kind { start: line.start, end, form, line: line.text });
        }
    }
    found
}

/// A heading that names a version is of a release, or of a group of them.
fn is_release(line: &str) -> bool {
    Title::parse(line.trim_matches(['#', '=', ' '])).is_some()
}

fn form(line: &Line<'_>, under: Option<&Line<'_>>, mark: Mark) -> Option<(Form, usize)> {
    let text = line.text.trim_end();
    if let Some((sign, level)) = signs(text) {
        let is_below = !matches!(mark, Mark::Signs(_, above) if level <= above);
        return is_below.then_some((Form::Signs(sign, level), line.end));
    }
    if line.text.starts_with([' ', '\t']) || line.bullet().is_some() {
        return None;
    }
    if let Some(under) = under {
        let below = under.text.chars().next()?;
        let is_below = matches!(mark, Mark::Under(..)) && mark != Mark::Under(below, false);
        return is_below.then_some((Form::Under(below), under.end));
    }
    let lower = text.to_lowercase();
    let is_known = lower.split_whitespace().count() <= 3 && WORDS.iter().any(|word| lower.contains(word));
    let bold = ["**", "__"].iter().find_map(|mark| text.strip_prefix(*mark)?.strip_suffix(*mark));
    let form = match bold.map(|inside| inside.contains(['*', '_'])) {
        Some(false) => Form::Bold,
        None if text.ends_with(':') && !text.ends_with("::") => Form::Label,
        _ => return None,
    };
    is_known.then_some((form, line.end))
}

impl Kind<'_> {
    /// `### Bug Fixes`, `### Fixed`, `### 🐛 Fixes` are one kind.
    pub(super) fn is(&self, wanted: &str) -> bool {
        let lower = self.line.to_lowercase();
        lower.contains(&wanted.to_lowercase())
            || (wanted == "Fixed" && (lower.contains("fixes") || lower.contains("bugfix")))
    }

    /// The heading of another kind, written as this one is.
    pub(super) fn renamed(&self, name: &str, eol: &str) -> String {
        let colon = if self.line.contains(':') { ":" } else { "" };
        match self.form {
            Form::Signs(sign, level) => format!("{} {name}", sign.to_string().repeat(level)),
            Form::Under(mark) => format!("{name}{eol}{}", mark.to_string().repeat(name.len())),
            Form::Bold => format!("**{name}{colon}**"),
            Form::Label if self.line.contains(char::is_lowercase) => format!("{name}:"),
            Form::Label => format!("{}:", name.to_uppercase()),
        }
    }
}
