//! A session in a terminal of 80 columns, as the person sees it.

use super::stable::Stable;
use crate::support::{Repo, Shop, Terminal, World};

pub const COLUMNS: u16 = 80;
/// Tall enough for every screen that is taken.
const ROWS: u16 = 160;

/// Some characters that look the same.
#[derive(Clone, PartialEq)]
pub struct Span {
    pub text: String,
    pub colour: vt100::Color,
    pub is_bold: bool,
    pub is_dim: bool,
}

/// A command with what it printed.
pub struct Screen {
    pub command: String,
    pub rows: Vec<Vec<Span>>,
    /// The screen as it is, 80 columns wide.
    pub text: String,
    /// The same with the lines that were broken at the edge in one piece.
    pub unbroken: String,
}

/// What was typed and printed so far.
pub struct Session {
    root: String,
    stable: Stable,
    hidden: Vec<(String, String)>,
    pub screens: Vec<Screen>,
}

/// The shop of all screens.
pub fn shop() -> Shop {
    Shop::build().at_a_short_path().go()
}

impl Session {
    pub fn new(world: &World) -> Self {
        Self {
            root: world.root.display().to_string(),
            stable: Stable::default(),
            hidden: Vec::new(),
            screens: Vec::new(),
        }
    }

    /// Shows other words of the same length instead of these.
    pub fn hide(mut self, word: &str, instead: &str) -> Self {
        self.hidden.push((word.to_owned(), instead.to_owned()));
        self
    }

    /// A session of one command, with its exit status.
    pub fn of(repo: &Repo, args: &[&str]) -> Self {
        let mut session = Self::new(&repo.world);
        let status = session.run(repo, args);
        if let Some(screen) = session.screens.last_mut().filter(|_| status != 0) {
            screen.text.push_str(&format!("\n[exit status {status}]"));
        }
        session
    }

    /// Runs the program and keeps the screen.
    #[track_caller]
    pub fn hotfix(&mut self, repo: &Repo, args: &[&str], status: u32) -> &mut Self {
        let found = self.run(repo, args);
        assert_eq!(found, status, "exit status of {}", self.last(1));
        self
    }

    #[track_caller]
    fn run(&mut self, repo: &Repo, args: &[&str]) -> u32 {
        let variables = [("HOTFIX_NO_INPUT", "1"), ("GIT_PAGER", "cat"), ("LC_ALL", "C.UTF-8")];
        let all = [&["--no-input"], args].concat();
        let mut terminal = Terminal::sized(repo, &all, &variables, ROWS, COLUMNS);
        let status = terminal.exit_status();
        let rows = terminal.look(rows);
        let mut printed = terminal.screen();
        for (word, instead) in &self.hidden {
            printed = printed.replace(word, instead);
        }
        let printed = self.stable.text(&self.root, printed.trim_end());
        let command = shown(args);
        let text = format!("{command}\n{}", broken(&printed)).trim_end().to_owned();
        let unbroken = format!("{command}\n{printed}").trim_end().to_owned();
        let rows = rows.into_iter().map(|row| self.stable_row(row)).collect();
        self.screens.push(Screen { command, rows, text, unbroken });
        status
    }

    /// What a person typed to git.
    pub fn typed(&mut self, line: &str) -> &mut Self {
        let command = format!("$ {line}");
        let (text, unbroken) = (command.clone(), command.clone());
        self.screens.push(Screen { command, rows: Vec::new(), text, unbroken });
        self
    }

    /// Every screen so far.
    pub fn text(&self) -> String {
        let texts: Vec<&str> = self.screens.iter().map(|screen| screen.text.as_str()).collect();
        texts.join("\n\n")
    }

    /// The last screens, with lines as long as they are.
    pub fn last(&self, count: usize) -> String {
        let from = self.screens.len().saturating_sub(count);
        let texts: Vec<&str> = self.screens[from..].iter().map(|screen| screen.unbroken.as_str()).collect();
        texts.join("\n\n")
    }

    fn stable_row(&mut self, row: Vec<Span>) -> Vec<Span> {
        let stable = |span: Span| Span { text: self.stable.text(&self.root, &span.text), ..span };
        row.into_iter().map(stable).collect()
    }
}

/// A command line as somebody would type it, on lines that fit.
fn shown(args: &[&str]) -> String {
    let mut lines = vec!["$ hotfix".to_owned()];
    let mut words: Vec<String> = Vec::new();
    for arg in args {
        let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_./=:@#,".contains(c);
        let word = if arg.chars().all(is_plain) {
            (*arg).to_owned()
        } else {
            match arg.split_once('=') {
                Some((key, value)) if key.chars().all(is_plain) => format!("{key}=\"{value}\""),
                _ => format!("\"{arg}\""),
            }
        };
        // A flag and its value stay on one line.
        match words.last_mut() {
            Some(flag) if flag.starts_with("--") && !flag.contains(' ') && !word.starts_with('-') => {
                flag.push(' ');
                flag.push_str(&word);
            }
            _ => words.push(word),
        }
    }
    for word in words {
        let line = lines.last_mut().unwrap();
        if line.chars().count() + word.chars().count() + 3 > usize::from(COLUMNS) {
            line.push_str(" \\");
            lines.push(format!("    {word}"));
        } else {
            line.push(' ');
            line.push_str(&word);
        }
    }
    lines.join("\n")
}

/// Lines broken at the edge, as the terminal does it. Paths and ids are replaced in whole lines first.
fn broken(text: &str) -> String {
    let mut out: Vec<String> = Vec::new();
    for line in text.lines() {
        let characters: Vec<char> = line.chars().collect();
        let pieces = characters.chunks(usize::from(COLUMNS)).map(|piece| {
            let piece: String = piece.iter().collect();
            piece.trim_end().to_owned()
        });
        out.extend(pieces.chain(characters.is_empty().then(String::new)));
    }
    out.join("\n")
}

/// The rows of a screen without the empty ones at its end.
fn rows(screen: &vt100::Screen) -> Vec<Vec<Span>> {
    let mut rows: Vec<Vec<Span>> = (0..ROWS).map(|row| spans(screen, row)).collect();
    while rows.last().is_some_and(Vec::is_empty) {
        rows.pop();
    }
    rows
}

fn spans(screen: &vt100::Screen, row: u16) -> Vec<Span> {
    let mut spans: Vec<Span> = Vec::new();
    for column in 0..COLUMNS {
        let Some(cell) = screen.cell(row, column) else { continue };
        if cell.is_wide_continuation() {
            continue;
        }
        let text = if cell.has_contents() { cell.contents() } else { " " };
        let (colour, is_bold, is_dim) = (cell.fgcolor(), cell.bold(), cell.dim());
        match spans.last_mut() {
            Some(last) if last.colour == colour && last.is_bold == is_bold && last.is_dim == is_dim => {
                last.text.push_str(text);
            }
            _ => spans.push(Span { text: text.to_owned(), colour, is_bold, is_dim }),
        }
    }
    while let Some(last) = spans.last_mut() {
        last.text.truncate(last.text.trim_end().len());
        if !last.text.is_empty() {
            break;
        }
        spans.pop();
    }
    spans
}
