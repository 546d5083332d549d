//! Keeping secrets out of the record: what looks like one, and what the environment holds as one.

mod assignments;
mod habits;
mod tokens;
mod urls;

use habits::Habits;
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// What stands where a secret was.
const REDACTED: &str = "[redacted]";

/// Values of the environment that are shorter are too likely to be ordinary words.
const SHORTEST: usize = 8;

/// Removes secrets from text.
#[derive(Clone, Debug)]
pub struct Redactor {
    values: Vec<String>,
}

impl Redactor {
    /// Learns the secret values of the environment: those whose name says so, and passwords in
    /// addresses.
    pub fn new(vars: &BTreeMap<String, String>) -> Self {
        let named = vars.iter().filter(|(name, value)| assignments::is_secret_variable(name, value));
        let mut values: Vec<String> = named.map(|(_, value)| value.trim().to_owned()).collect();
        values.extend(vars.values().filter_map(|value| urls::password(value)).map(str::to_owned));
        values.retain(|v| v.len() >= SHORTEST);
        // The longest first, so that a secret inside another does not leave the rest of it behind.
        values.sort_by(|a, b| b.len().cmp(&a.len()).then_with(|| a.cmp(b)));
        values.dedup();
        Self { values }
    }

    /// The text with every secret replaced by `[redacted]`.
    pub fn clean(&self, text: &str) -> String {
        let mut out = text.to_owned();
        for value in &self.values {
            if out.contains(value.as_str()) {
                out = out.replace(value.as_str(), REDACTED);
            }
        }
        without_keys(&out).split_inclusive('\n').map(clean_line).collect()
    }

    /// A command line, word by word: also the word behind `--password`, and what programs take as a
    /// password by their own habit.
    pub fn clean_words(&self, words: &[String]) -> Vec<String> {
        let mut out: Vec<String> = Vec::with_capacity(words.len());
        let (mut before, mut habits) = ("", Habits::default());
        for word in words {
            let is_flag = before.starts_with('-') && !before.contains('=');
            let named = is_flag && assignments::names_secret(before.trim_start_matches('-'));
            let user = matches!(before, "-u" | "--user" | "--proxy-user")
                && assignments::is_user_with_password(word);
            out.push(match habits.without(word) {
                _ if (named && !word.starts_with('-')) || user => REDACTED.to_owned(),
                Some(clean) => clean,
                None => self.clean(word),
            });
            before = word;
        }
        out
    }

    /// The same for every string inside JSON data.
    pub fn clean_map(&self, map: Map<String, Value>) -> Map<String, Value> {
        map.into_iter().map(|(key, value)| (key, self.clean_value(value))).collect()
    }

    fn clean_value(&self, value: Value) -> Value {
        match value {
            Value::String(text) => Value::String(self.clean(&text)),
            Value::Array(items) => Value::Array(items.into_iter().map(|v| self.clean_value(v)).collect()),
            Value::Object(map) => Value::Object(self.clean_map(map)),
            other => other,
        }
    }
}

fn clean_line(line: &str) -> String {
    let line = urls::without_secrets(line);
    let line = assignments::without_headers(&line);
    let line = assignments::without_values(&line);
    let line = habits::without_habits(&line);
    tokens::without_tokens(&line)
}

/// Private keys, whole ones and the two halves that the cut of a long output may leave.
fn without_keys(text: &str) -> String {
    let marks = |line: &str, mark: &str| line.contains(mark) && line.contains("PRIVATE KEY");
    if !text.contains("PRIVATE KEY") {
        return text.to_owned();
    }
    let mut out: Vec<&str> = Vec::new();
    let mut inside = false;
    for line in text.split_inclusive('\n') {
        let (begins, ends) = (marks(line, "-----BEGIN"), marks(line, "-----END"));
        if ends && !inside && !begins {
            while out.last().is_some_and(|l| is_key_material(l)) {
                out.pop();
            }
        }
        if begins || (ends && !inside) {
            out.push("[redacted private key]\n");
        } else if inside && !ends && !is_key_material(line) {
            // The end is missing: what follows is ordinary text again.
            inside = false;
            out.push(line);
        } else if !inside {
            out.push(line);
        }
        inside = (inside || begins) && !ends;
    }
    out.concat()
}

/// A line of a key: base64, or one of the headers of old ones.
fn is_key_material(line: &str) -> bool {
    let line = line.trim();
    let base64 = |c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '/' | '=');
    line.is_empty()
        || line.starts_with("Proc-Type:")
        || line.starts_with("DEK-Info:")
        || (line.chars().all(base64) && (line.len() >= 16 || line.ends_with('=')))
}

#[cfg(test)]
mod tests;
