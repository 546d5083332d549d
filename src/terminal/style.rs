//! Colour says state and nothing else; symbols have ASCII stand-ins.

use anstyle::{AnsiColor, Style};
use std::fmt::Display;

/// What a word's colour means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    /// Done.
    Good,
    /// Needs somebody.
    Attention,
    /// Refused or failed.
    Bad,
    /// Context.
    Dim,
    /// The answer.
    Strong,
    Plain,
}

impl Tone {
    const fn style(self) -> Style {
        match self {
            Self::Good => AnsiColor::Green.on_default(),
            Self::Attention => AnsiColor::Yellow.on_default(),
            Self::Bad => AnsiColor::Red.on_default(),
            Self::Dim => Style::new().dimmed(),
            Self::Strong => Style::new().bold(),
            Self::Plain => Style::new(),
        }
    }

    /// Every sequence that [`Tone::paint`] writes.
    pub(super) fn marks() -> Vec<String> {
        let styles = [Self::Good, Self::Attention, Self::Bad, Self::Dim, Self::Strong].map(Self::style);
        let mut marks: Vec<String> = styles.iter().map(ToString::to_string).collect();
        marks.extend(styles.first().map(|style| format!("{style:#}")));
        marks
    }

    /// The text in this tone. The streams drop the colour where it does not belong.
    pub fn paint(self, text: impl Display) -> String {
        let style = self.style();
        format!("{style}{text}{style:#}")
    }
}

/// The signs in front of lines.
#[derive(Clone, Copy, Debug)]
pub struct Symbols {
    pub done: &'static str,
    pub current: &'static str,
    pub todo: &'static str,
    pub skipped: &'static str,
    pub failed: &'static str,
    pub arrow: &'static str,
    pub minus: &'static str,
}

impl Symbols {
    /// Whether more than ASCII can be drawn.
    pub const fn is_unicode(&self) -> bool {
        !self.arrow.is_ascii()
    }
}

/// For terminals that draw Unicode.
pub const UNICODE: Symbols =
    Symbols {
        done: "✓", current: "●", todo: "○", skipped: "–", failed: "✗", arrow: "→", minus: "−"
    };

/// For all others.
pub const ASCII: Symbols =
    Symbols { done: "+", current: "*", todo: "o", skipped: "-", failed: "x", arrow: "->", minus: "-" };

/// How many columns the terminal has; 80 where it does not say.
pub fn columns() -> usize {
    size().map(|(_, columns)| columns).filter(|n| *n > 0).unwrap_or(80)
}

/// How many rows the terminal has; 24 where it does not say.
pub fn rows() -> usize {
    size().map(|(rows, _)| rows).filter(|n| *n > 0).unwrap_or(24)
}

/// Rows and columns of the terminal on standard output.
fn size() -> Option<(usize, usize)> {
    let (rows, columns) = dialoguer::console::Term::stdout().size_checked()?;
    Some((usize::from(rows), usize::from(columns)))
}

/// `text` and spaces up to `width` columns.
pub fn pad(text: &str, width: usize) -> String {
    let len = text.chars().count();
    format!("{text}{}", " ".repeat(width.saturating_sub(len)))
}

/// The widest of some texts, in columns.
pub fn width<'a>(texts: impl Iterator<Item = &'a str>) -> usize {
    texts.map(|t| t.chars().count()).max().unwrap_or(0)
}
