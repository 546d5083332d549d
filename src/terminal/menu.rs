//! Menus: numbered items, answered by a number or by the beginning of a word; the arrow keys change what
//! Enter means. Text that is not an item is never taken for a choice: it stays on the screen, and the
//! question is asked again.

use super::style::{Tone, columns};
use super::{Ui, sink};
use crate::model::failure::Failure;
use crate::model::text::{hang, shorten};
use dialoguer::console::Term;

impl Ui {
    /// One of several; `default` is what Enter means. Esc skips.
    ///
    /// # Errors
    /// Ctrl-C.
    pub fn choose(&self, question: &str, items: &[&str], default: usize) -> Result<Option<usize>, Failure> {
        let items: Vec<String> = items.iter().map(|item| sink::clean(item)).collect();
        let mut rows = show(question, &items);
        let numbers: Vec<String> = (1..=items.len()).map(|n| n.to_string()).collect();
        // With ten items or more, a digit may be the beginning of a number.
        let keys: Vec<&str> =
            if items.len() < 10 { numbers.iter().map(String::as_str).collect() } else { Vec::new() };
        let prompt = |meant: usize| {
            let meant = items.get(meant).map(|item| brief(item)).unwrap_or_default();
            format!("1-{}, Enter: {meant}", items.len())
        };
        let mut meant = default;
        loop {
            let typed = self.ask_moving(&prompt(meant), "", &keys, &mut |down| {
                let last = items.len().saturating_sub(1);
                meant = if down { last.min(meant + 1) } else { meant.saturating_sub(1) };
                Some(prompt(meant))
            })?;
            rows += 1;
            let chosen = match typed.as_deref() {
                None => None,
                Some("") => Some(meant),
                Some(text) => {
                    let Some(item) = find(text, &items) else {
                        self.dim(not_an_item(text, items.len()));
                        rows += 1;
                        continue;
                    };
                    Some(item)
                }
            };
            let answer = chosen.and_then(|n| items.get(n)).map_or_else(|| "skipped".to_owned(), |i| brief(i));
            collapse(rows, question, &answer);
            return Ok(chosen);
        }
    }

    /// Any of several; Enter alone and Esc choose none.
    ///
    /// # Errors
    /// Ctrl-C.
    pub fn choose_any(&self, question: &str, items: &[&str]) -> Result<Vec<usize>, Failure> {
        let items: Vec<String> = items.iter().map(|item| sink::clean(item)).collect();
        let mut rows = show(question, &items);
        loop {
            let typed = self.ask("one or more, such as 1 3, Enter: none of these", "", &[])?;
            rows += 1;
            let chosen = match find_all(typed.as_deref().unwrap_or_default(), &items) {
                Ok(chosen) => chosen,
                Err(text) => {
                    self.dim(not_an_item(&text, items.len()));
                    rows += 1;
                    continue;
                }
            };
            let names: Vec<&str> =
                chosen.iter().filter_map(|n| items.get(*n)).map(|item| item.trim()).collect();
            collapse(
                rows,
                question,
                &if names.is_empty() { "none of these".to_owned() } else { names.join(", ") },
            );
            return Ok(chosen);
        }
    }
}

/// Shows the question and its items, and returns how many rows that took.
fn show(question: &str, items: &[String]) -> usize {
    let term = Term::stderr();
    let mut lines = hang("", &sink::clean(question), Some(columns()));
    for (n, item) in items.iter().enumerate() {
        lines.extend(hang(&format!("{:>3}  ", n + 1), item, Some(columns())));
    }
    for line in &lines {
        drop(term.write_line(line));
    }
    lines.len()
}

/// Puts the question and its answer on one line, in place of the menu.
fn collapse(rows: usize, question: &str, answer: &str) {
    let term = Term::stderr();
    if rows < usize::from(term.size().0) {
        drop(term.move_cursor_up(rows));
        drop(term.write_str("\r"));
        drop(term.clear_to_end_of_screen());
    }
    let line = shorten(&format!("{} {answer}", sink::clean(question)), columns().saturating_sub(3));
    sink::err(&format!("{} {line}", Tone::Good.paint("?")));
}

fn not_an_item(typed: &str, count: usize) -> String {
    format!("'{}' is not one of these: type a number from 1 to {count}, or Enter.", shorten(typed, 30))
}

/// The item without what explains it.
fn brief(item: &str) -> String {
    let item = item.trim();
    shorten(item.split_once("  ").map_or(item, |(name, _)| name), 40)
}

/// The item that was typed: its number, or the beginning of one of its words that no other item has.
fn find(typed: &str, items: &[String]) -> Option<usize> {
    if let Ok(number) = typed.parse::<usize>() {
        return number.checked_sub(1).filter(|n| *n < items.len());
    }
    let typed = typed.to_lowercase();
    let begins = |item: &String| item.trim().to_lowercase().starts_with(&typed);
    let has_word =
        |item: &String| item.to_lowercase().split_whitespace().any(|word| word.starts_with(&typed));
    only(items, begins).or_else(|| only(items, has_word))
}

fn only(items: &[String], fits: impl Fn(&String) -> bool) -> Option<usize> {
    let mut found = items.iter().enumerate().filter(|(_, item)| fits(item)).map(|(n, _)| n);
    found.next().filter(|_| found.next().is_none())
}

/// Every item that was typed, in any form that [`find`] takes, with spaces or commas between.
///
/// # Errors
/// The text that is not an item.
fn find_all(typed: &str, items: &[String]) -> Result<Vec<usize>, String> {
    let typed = typed.trim();
    if let Some(item) = find(typed, items).filter(|_| !typed.is_empty()) {
        return Ok(vec![item]);
    }
    let mut chosen = Vec::new();
    for part in typed.split([',', ';']).flat_map(|part| {
        // A part is one item in words, or several numbers.
        let is_item = find(part.trim(), items).is_some();
        if is_item { vec![part] } else { part.split_whitespace().collect() }
    }) {
        let part = part.trim();
        if part.is_empty() {
            continue;
        }
        chosen.push(find(part, items).ok_or_else(|| typed.to_owned())?);
    }
    chosen.sort_unstable();
    chosen.dedup();
    Ok(chosen)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn items() -> Vec<String> {
        ["complete feature failure", "security vulnerability", "data corruption", "significant revenue loss"]
            .map(str::to_owned)
            .to_vec()
    }

    #[test]
    fn an_item_is_found_by_number_and_by_word() {
        for (typed, item) in
            [("1", Some(0)), ("4", Some(3)), ("sec", Some(1)), ("Revenue", Some(3)), ("data c", Some(2))]
        {
            assert_eq!(find(typed, &items()), item, "{typed}");
        }
        for typed in ["0", "5", "users cannot log in", "x", "-1"] {
            assert_eq!(find(typed, &items()), None, "{typed}");
        }
        // Two items begin so.
        assert_eq!(find("s", &items()), None);
    }

    #[test]
    fn several_items_are_found_in_any_form() {
        for (typed, chosen) in [
            ("", &[][..]),
            ("1 3", &[0, 2]),
            ("3,1", &[0, 2]),
            ("security vulnerability, data", &[1, 2]),
            ("security data", &[1, 2]),
            ("2 2", &[1]),
        ] {
            assert_eq!(find_all(typed, &items()).unwrap(), chosen, "{typed}");
        }
        assert_eq!(find_all("1 users", &items()), Err("1 users".to_owned()));
    }
}
