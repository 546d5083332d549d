//! Action items that can never be called done, or that have no owner and no date.

use super::document::{Item, Row};
use super::lists::lists;
use super::words::Word;

/// How many words at the beginning of an item make it endless, and where they begin; `None` when
/// none do, or when the rest of the sentence gives it an end.
pub fn vague(words: &[Word<'_>]) -> Option<(usize, usize)> {
    let skip = words.iter().take_while(|w| w.is(&lists().lead_ins)).count();
    let rest = words.get(skip..)?;
    let longest = lists().vague.iter().filter_map(|phrase| starts(rest, phrase)).max()?;
    let bounded = (longest..rest.len())
        .any(|n| rest.get(n..).is_some_and(|tail| lists().ends.iter().any(|e| starts(tail, e).is_some())));
    (!bounded).then_some((skip, longest))
}

/// How many words a phrase takes at the beginning of these.
fn starts(words: &[Word<'_>], phrase: &str) -> Option<usize> {
    let parts: Vec<&str> = phrase.split(' ').collect();
    let same = words.len() >= parts.len() && words.iter().zip(&parts).all(|(w, p)| w.lower == *p);
    same.then_some(parts.len())
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
            text.is_empty() || ["-", "–", "—", "?", "tbd", "n/a"].contains(&text.to_lowercase().as_str())
        };
        if found.is_some_and(|(_, text)| is_empty(text)) {
            missing.push(words);
        }
    }
    missing
}

/// What an item of a list lacks: an owner, a date. Nothing where it is done already.
pub fn lacks(item: &Item) -> Vec<&'static str> {
    let lower = item.text.to_lowercase();
    let words: Vec<&str> = lower.split(|c: char| !c.is_alphanumeric() && !"-/@:".contains(c)).collect();
    let mut begins = words.iter().filter(|w| !w.is_empty()).map(|w| w.trim_end_matches(':'));
    let begins_done = match (begins.next(), begins.next()) {
        (Some("done" | "completed" | "fixed" | "already" | "shipped"), _) => true,
        // "We added an alert", not "we will add one".
        (Some("we"), Some(verb)) => verb.ends_with("ed") || ["have", "now", "built", "wrote"].contains(&verb),
        _ => false,
    };
    let ends_done = ["(done", "(merged", "(fixed", "(shipped", "(completed", "— done", "✅", "✓"]
        .iter()
        .any(|w| lower.contains(w));
    if item.is_done || begins_done || ends_done {
        return Vec::new();
    }
    let owner = lower.contains("owner")
        || item.text.contains('@')
        || lower.contains("assignee")
        || lower.contains("assigned to")
        || words.iter().any(|w| ["team", "team:", "dri", "dri:", "squad", "guild"].contains(w))
        || in_brackets(&item.text);
    let mut lacking = Vec::new();
    lacking.extend((!owner).then_some("an owner"));
    lacking.extend((!has_date(&lower, &words)).then_some("a date"));
    lacking
}

/// `(support, 2026-12-20)`: whoever is named in brackets or behind a dash owns it.
fn in_brackets(text: &str) -> bool {
    text.split(['(', '[', '—', '–']).skip(1).any(|part| {
        let first = part.trim().split([',', ')', ']', ';', ':']).next().unwrap_or_default().trim();
        let alphabetic = first.chars().all(|c| c.is_alphabetic() || " -'’&.".contains(c));
        !first.is_empty() && alphabetic && first.split_whitespace().count() <= 3
    })
}

fn has_date(lower: &str, words: &[&str]) -> bool {
    const MONTHS: [&str; 12] =
        ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
    const DAYS: [&str; 12] = [
        "monday",
        "tuesday",
        "wednesday",
        "thursday",
        "friday",
        "saturday",
        "sunday",
        "tomorrow",
        "week",
        "month",
        "quarter",
        "sprint",
    ];
    let number = |w: &&str| !w.is_empty() && w.bytes().all(|b| b.is_ascii_digit());
    let month = |w: &str| MONTHS.iter().any(|m| w.starts_with(m)) && w.len() <= 9;
    words.iter().enumerate().any(|(n, w)| {
        let beside = [n.checked_sub(1), n.checked_add(1)];
        let numbered = beside
            .into_iter()
            .flatten()
            .filter_map(|i| words.get(i))
            .any(|w| number(&w.trim_end_matches(|c: char| c.is_alphabetic())));
        let quarter = w.len() == 2 && w.starts_with('q') && w.ends_with(['1', '2', '3', '4']);
        let parts: Vec<&str> = w.split(['-', '/']).collect();
        let dated = parts.len() >= 2 && parts.iter().all(number) && parts.iter().any(|p| p.len() >= 2);
        (month(w) && numbered) || quarter || dated || (DAYS.contains(w) && !lower.contains("per "))
    })
}
