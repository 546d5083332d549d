//! What programs take as a password by their own habit: `mysql -psecret`, `docker login -p secret`.

use super::REDACTED;

/// What was read of a command so far.
#[derive(Default)]
pub(super) struct Habits {
    /// It takes a password right behind `-p`.
    glued: bool,
    /// It takes one as the word behind `-p`.
    apart: bool,
    is_next: bool,
}

impl Habits {
    /// The next word without a password in it; `None` where there is none.
    pub(super) fn without(&mut self, word: &str) -> Option<String> {
        if std::mem::take(&mut self.is_next) && !word.starts_with(['-', '$', '<']) {
            return Some(REDACTED.to_owned());
        }
        if matches!(word, ";" | "&&" | "||" | "|") {
            *self = Self::default();
        }
        let name = word.rsplit('/').next().unwrap_or_default();
        let name = name.trim_start_matches(|c: char| !c.is_ascii_alphanumeric() && c != '-');
        self.glued |= ["mysql", "mariadb", "mycli"].iter().any(|program| name.starts_with(program));
        self.apart |= matches!(name, "sshpass" | "login");
        self.is_next = self.apart && word == "-p";
        let password = word.strip_prefix("-p").filter(|password| self.glued && !password.is_empty())?;
        let ends = |c: char| matches!(c, '"' | '\'' | '`' | ')' | ',' | ';');
        let (password, rest) = password.split_at(password.find(ends).unwrap_or(password.len()));
        (!password.is_empty()).then(|| format!("-p{REDACTED}{rest}"))
    }
}

/// The same for a command within a text.
pub(super) fn without_habits(line: &str) -> String {
    let mut habits = Habits::default();
    let words = line.split_inclusive(char::is_whitespace).map(|piece| {
        let word = piece.trim_end_matches(char::is_whitespace);
        match habits.without(word).filter(|_| !word.is_empty()) {
            Some(clean) => clean + piece.split_at(word.len()).1,
            None => piece.to_owned(),
        }
    });
    words.collect()
}
