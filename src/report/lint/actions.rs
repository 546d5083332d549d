//! Action items that nobody can call done.

use super::document::Row;
use super::words::Word;

/// What an item begins with that has no end.
const ENDLESS: &[&[&str]] = &[
    &["investigate"],
    &["improve"],
    &["look", "into"],
    &["looking", "into"],
    &["consider"],
    &["make", "sure"],
    &["ensure"],
    &["remind"],
    &["train"],
    &["think", "about"],
    &["be", "more", "careful"],
    &["be", "careful"],
    &["raise", "awareness"],
];

/// How many words at the beginning of an item make it endless; 0 when none do.
pub fn vague(words: &[Word<'_>]) -> usize {
    let starts = |phrase: &&[&str]| {
        words.len() >= phrase.len() && words.iter().zip(phrase.iter()).all(|(w, p)| w.lower == *p)
    };
    ENDLESS.iter().filter(|p| starts(p)).map(|p| p.len()).max().unwrap_or(0)
}

/// The columns of an action's row that are there and empty: owner, date, done when.
pub fn missing(row: &Row) -> Vec<&'static str> {
    let Some((_, action)) = row.cells.first() else { return Vec::new() };
    if action.is_empty() {
        return Vec::new();
    }
    let mut missing = Vec::new();
    for (column, words) in
        [("owner", "an owner"), ("due", "a date"), ("done when", "an end that can be checked")]
    {
        let found = row.cells.iter().find(|(name, _)| name.starts_with(column));
        let is_empty = |text: &str| {
            text.is_empty() || ["-", "–", "?", "tbd", "n/a"].contains(&text.to_lowercase().as_str())
        };
        if found.is_some_and(|(_, text)| is_empty(text)) {
            missing.push(words);
        }
    }
    missing
}
