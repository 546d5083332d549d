//! Versions in `package.json` and its locks.

use super::place::{Found, Place};
use serde::de::IgnoredAny;

/// The strings at these paths of keys. Of a key that is there twice the last one counts, as it
/// does for everyone who reads such a file.
pub(super) fn read(text: &str, paths: &[&[&str]]) -> Found {
    let body = text.strip_prefix('\u{feff}').unwrap_or(text);
    if serde_json::from_str::<IgnoredAny>(body).is_err() {
        return Err("is no valid JSON");
    }
    Ok(scan(text, paths))
}

/// Walks over text that is known to be valid.
fn scan(text: &str, paths: &[&[&str]]) -> Vec<Place> {
    let mut found: Vec<Place> = Vec::new();
    // For each thing that is open: an object's current key, or nothing for an array.
    let mut open: Vec<Option<String>> = Vec::new();
    let mut key_next = false;
    let mut at = 0;
    while let Some(c) = text.get(at..).and_then(|rest| rest.chars().next()) {
        let mut width = c.len_utf8();
        match c {
            '{' => open.push(Some(String::new())),
            '[' => open.push(None),
            '}' | ']' => drop(open.pop()),
            '"' => {
                let raw = string(text.get(at..).unwrap_or_default());
                width = raw.len();
                let value = serde_json::from_str::<String>(raw).unwrap_or_default();
                if key_next {
                    if let Some(top) = open.last_mut() {
                        *top = Some(value);
                    }
                } else if let Some(path) = paths.iter().find(|path| is_at(&open, path)) {
                    let key = path.join(".");
                    found.retain(|place| place.key != key);
                    if raw.len() == value.len() + 2 {
                        found.push(Place::new(&key, at + 1, &value));
                    }
                }
            }
            _ => {}
        }
        match c {
            '{' | ',' => key_next = matches!(open.last(), Some(Some(_))),
            '[' | ':' => key_next = false,
            _ => {}
        }
        at += width;
    }
    found
}

/// The string literal a text begins with, quotes included.
fn string(text: &str) -> &str {
    let mut escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return text.get(..=at).unwrap_or(text),
            _ => {}
        }
    }
    text
}

fn is_at(open: &[Option<String>], path: &[&str]) -> bool {
    open.len() == path.len() && open.iter().zip(path).all(|(open, key)| open.as_deref() == Some(*key))
}
