//! Keeping secrets out of the record: what looks like one, and what the environment holds as one.

use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// Shorter values are too likely to be ordinary words.
const SHORTEST: usize = 5;

/// Beginnings of tokens whose issuers mark them, and the least number of characters behind.
const MARKED: [(&str, usize); 17] = [
    ("ghp_", 20),
    ("gho_", 20),
    ("ghu_", 20),
    ("ghs_", 20),
    ("ghr_", 20),
    ("github_pat_", 20),
    ("glpat-", 16),
    ("xoxb-", 10),
    ("xoxa-", 10),
    ("xoxp-", 10),
    ("xapp-", 10),
    ("AKIA", 16),
    ("ASIA", 16),
    ("AIza", 30),
    ("sk_live_", 10),
    ("npm_", 30),
    ("eyJ", 30),
];

/// Words that name a secret, in variable names and in front of `=` or `:`.
const NAMES: [&str; 10] = [
    "token",
    "password",
    "passwd",
    "secret",
    "credential",
    "private",
    "apikey",
    "api_key",
    "auth",
    "webhook",
];

/// Removes secrets from text.
#[derive(Clone, Debug)]
pub struct Redactor {
    values: Vec<String>,
}

impl Redactor {
    /// Learns the secret values of the environment.
    pub fn new(vars: &BTreeMap<String, String>) -> Self {
        let mut values: Vec<String> = vars
            .iter()
            .filter(|(name, value)| {
                value.len() >= SHORTEST && names_secret(name) && !is_path_like(name, value)
            })
            .map(|(_, value)| value.clone())
            .collect();
        // The longest first, so that a secret inside another does not leave the rest of it behind.
        values.sort_by_key(|v| std::cmp::Reverse(v.len()));
        values.dedup();
        Self { values }
    }

    /// The text with every secret replaced by `[redacted]`.
    pub fn clean(&self, text: &str) -> String {
        let mut out = text.to_owned();
        for value in &self.values {
            if out.contains(value.as_str()) {
                out = out.replace(value.as_str(), "[redacted]");
            }
        }
        let mut result = String::with_capacity(out.len());
        let mut in_key = false;
        for line in out.split_inclusive('\n') {
            if line.contains("-----BEGIN") && line.contains("PRIVATE KEY") {
                in_key = true;
                result.push_str("[redacted private key]\n");
            }
            if !in_key {
                result.push_str(&clean_line(line));
            }
            if line.contains("-----END") && line.contains("PRIVATE KEY") {
                in_key = false;
            }
        }
        result
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

fn names_secret(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    NAMES.iter().any(|n| name.contains(n)) || name.ends_with("_key") || name == "key"
}

/// `SSH_AUTH_SOCK` and friends name places, not secrets.
fn is_path_like(name: &str, value: &str) -> bool {
    value.starts_with('/') || name.ends_with("_SOCK") || name.ends_with("_FILE") || name.ends_with("_PATH")
}

fn clean_line(line: &str) -> String {
    let line = userinfo(line);
    let line = after_header(&line);
    let mut out = String::with_capacity(line.len());
    let mut word = String::new();
    for c in line.chars() {
        if c.is_whitespace() || matches!(c, '"' | '\'' | ',' | ';' | '(' | ')' | '<' | '>' | '`') {
            out.push_str(&clean_word(&word));
            word.clear();
            out.push(c);
        } else {
            word.push(c);
        }
    }
    out.push_str(&clean_word(&word));
    out
}

/// `scheme://user:password@host` without the part in front of the `@`.
fn userinfo(line: &str) -> String {
    let mut out = String::new();
    let mut rest = line;
    while let Some(at) = rest.find("://") {
        let (before, after) = rest.split_at(at + 3);
        out.push_str(before);
        let end = after
            .find(|c: char| c.is_whitespace() || matches!(c, '/' | '"' | '\'' | '?'))
            .unwrap_or(after.len());
        let (authority, tail) = after.split_at(end);
        match authority.rsplit_once('@') {
            Some((user, host)) if user != "git" => {
                out.push_str("[redacted]@");
                out.push_str(host);
            }
            _ => out.push_str(authority),
        }
        rest = tail;
    }
    out.push_str(rest);
    out
}

/// `Authorization: …` to the end of the line or the closing quote.
fn after_header(line: &str) -> String {
    let lower = line.to_ascii_lowercase();
    let Some(at) = lower.find("authorization:").map(|i| i + "authorization:".len()) else {
        return line.to_owned();
    };
    let (head, tail) = line.split_at(at);
    let end = tail.find(['"', '\'', '\n']).unwrap_or(tail.len());
    let (_, rest) = tail.split_at(end);
    format!("{head} [redacted]{rest}")
}

fn clean_word(word: &str) -> String {
    for (mark, least) in MARKED {
        if let Some(at) = word.find(mark) {
            let (before, token) = word.split_at(at);
            let body: usize = token
                .chars()
                .skip(mark.len())
                .take_while(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.'))
                .count();
            if body >= least {
                let rest: String = token.chars().skip(mark.len() + body).collect();
                return format!("{before}[redacted]{rest}");
            }
        }
    }
    if let Some((name, value)) = word.split_once(['=', ':']) {
        let quiet = value.is_empty() || value.starts_with("//") || value.starts_with("[redacted");
        if !quiet && names_secret(name.trim_start_matches('-')) {
            let separator = word.chars().nth(name.chars().count()).unwrap_or('=');
            return format!("{name}{separator}[redacted]");
        }
    }
    word.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn clean(text: &str) -> String {
        let vars = BTreeMap::from([
            ("DEPLOY_TOKEN".to_owned(), "hunter2hunter2".to_owned()),
            ("SSH_AUTH_SOCK".to_owned(), "/tmp/agent.1".to_owned()),
            ("MY_SECRET".to_owned(), "abc".to_owned()),
        ]);
        Redactor::new(&vars).clean(text)
    }

    #[test]
    fn secrets_go() {
        assert_eq!(clean("curl -H x hunter2hunter2"), "curl -H x [redacted]");
        assert_eq!(clean("https://me:pw@host/x"), "https://[redacted]@host/x");
        assert_eq!(clean("Authorization: Bearer abc def"), "Authorization: [redacted]");
        assert_eq!(clean("--password=geheim ok"), "--password=[redacted] ok");
        assert_eq!(clean(&format!("key ghp_{}!", "a1".repeat(18))), "key [redacted]!");
        let key = "-----BEGIN OPENSSH PRIVATE KEY-----\nabc\n-----END OPENSSH PRIVATE KEY-----\nafter";
        assert_eq!(clean(key), "[redacted private key]\nafter");
    }

    #[test]
    fn ordinary_words_stay() {
        for text in [
            "turned the login flag off at 14:02",
            "ssh://git@host/x.git",
            "see https://host/a@b",
            "author: Ada",
            "/tmp/agent.1",
            "abc",
            "token bucket is full",
        ] {
            assert_eq!(clean(text), text);
        }
    }
}
