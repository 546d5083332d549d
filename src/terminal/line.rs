//! A line of text that is being typed behind a prompt, on as many rows as it takes.

use dialoguer::console::{Term, measure_text_width};
use std::io;

/// What a key changes.
#[derive(Clone, Copy)]
pub enum Edit {
    Back,
    Delete,
    Left,
    Right,
    Home,
    End,
    EraseWord,
    EraseLine,
}

/// The line, and where the cursor is.
pub struct Line {
    term: Term,
    prompt: String,
    text: Vec<char>,
    /// The character that the cursor is on.
    at: usize,
    /// The row of the cursor, counted from the first row of the prompt.
    row: usize,
}

impl Line {
    /// Shows the prompt.
    pub fn begin(prompt: &str) -> io::Result<Self> {
        let mut line =
            Self { term: Term::stderr(), prompt: prompt.to_owned(), text: Vec::new(), at: 0, row: 0 };
        line.draw()?;
        Ok(line)
    }

    /// Shows another prompt in place of the one before.
    pub fn reword(&mut self, prompt: String) -> io::Result<()> {
        self.prompt = prompt;
        self.draw()
    }

    /// What was typed.
    pub fn text(&self) -> String {
        self.text.iter().collect()
    }

    /// Whether nothing was typed.
    pub fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    /// Types a character.
    pub fn insert(&mut self, c: char) -> io::Result<()> {
        self.text.insert(self.at.min(self.text.len()), c);
        self.at += 1;
        self.draw()
    }

    /// Moves the cursor, or takes characters away.
    pub fn edit(&mut self, edit: Edit) -> io::Result<()> {
        match edit {
            Edit::Left => self.at = self.at.saturating_sub(1),
            Edit::Right => self.at = self.text.len().min(self.at + 1),
            Edit::Home => self.at = 0,
            Edit::End => self.at = self.text.len(),
            Edit::Back if self.at > 0 => {
                self.at -= 1;
                self.text.remove(self.at);
            }
            Edit::Delete if self.at < self.text.len() => {
                self.text.remove(self.at);
            }
            Edit::Back | Edit::Delete => {}
            Edit::EraseWord => {
                let typed = self.text.get(..self.at).unwrap_or_default();
                let is_space = |c: &char| c.is_whitespace();
                let word = typed.iter().rposition(|c| !is_space(c)).unwrap_or_default();
                let start = typed.get(..word).unwrap_or_default().iter().rposition(is_space);
                let start = start.map_or(0, |space| space + 1);
                self.text.drain(start..self.at);
                self.at = start;
            }
            Edit::EraseLine => {
                self.text.clear();
                self.at = 0;
            }
        }
        self.draw()
    }

    /// Leaves the line as it is, with the cursor below it.
    pub fn end(&mut self) -> io::Result<()> {
        self.at = self.text.len();
        self.draw()?;
        self.term.write_line("")
    }

    fn draw(&mut self) -> io::Result<()> {
        let columns = usize::from(self.term.size().1).max(2);
        let width = |chars: &[char]| measure_text_width(&chars.iter().collect::<String>());
        let start = measure_text_width(&self.prompt);
        let end = start + width(&self.text);
        let target = start + width(self.text.get(..self.at).unwrap_or_default());
        self.term.move_cursor_up(self.row)?;
        self.term.write_str("\r")?;
        self.term.clear_to_end_of_screen()?;
        self.term.write_str(&format!("{}{}", self.prompt, self.text()))?;
        if end > 0 && end.is_multiple_of(columns) {
            // A terminal goes to the next row only with the next character.
            self.term.write_str(" \r")?;
        }
        if target != end {
            self.term.move_cursor_up(end / columns - target / columns)?;
            self.term.write_str("\r")?;
            self.term.move_cursor_right(target % columns)?;
        }
        self.row = target / columns;
        self.term.flush()
    }
}
