//! A long answer is kept back until it is known how long it is: then a pager shows it.

use super::style::{columns, rows};
use super::wrap::wrap;
use super::{Ui, sink};

/// A line that was kept back, and where it goes when nothing pages it.
#[derive(Clone, Debug)]
pub(super) enum Kept {
    Answer(String),
    Say(String),
}

impl Kept {
    fn text(&self) -> &str {
        match self {
            Self::Answer(line) | Self::Say(line) => line,
        }
    }
}

impl Ui {
    /// From now on keeps the answer back, where a person reads it on a terminal.
    pub fn hold(&self, stdout_tty: bool) {
        if stdout_tty && self.is_interactive() {
            self.kept.replace(Some(Vec::new()));
        }
    }

    /// Whether a line was kept back.
    pub(super) fn keeps(&self, line: Kept) -> bool {
        let mut kept = self.kept.borrow_mut();
        kept.as_mut().map(|lines| lines.push(line)).is_some()
    }

    /// What was kept back as one text for a pager, where it does not fit the screen; otherwise it is
    /// printed.
    pub fn release(&self) -> Option<String> {
        let kept = self.kept.take()?;
        let text: Vec<String> = kept.iter().map(|line| wrap(&sink::clean(line.text()), columns())).collect();
        let text = text.join("\n");
        // The prompt of the shell takes a row, too.
        if text.lines().count() + 1 > rows() {
            let choice = anstream::AutoStream::choice(&std::io::stdout());
            let plain = choice == anstream::ColorChoice::Never;
            return Some(if plain { anstream::adapter::strip_str(&text).to_string() } else { text });
        }
        for line in kept {
            match line {
                Kept::Answer(line) => sink::answer(&line),
                Kept::Say(line) => sink::err(&line),
            }
        }
        None
    }
}
