//! `HOTFIX_TRACE_HTTP`: calls and answers in a file, for a bug report. Headers are left out, and so
//! is every value whose name says that it is a secret.

use super::{Answer, Call, HttpError};
use crate::system::files;
use serde_json::{Map, Value, json};
use std::path::Path;

/// Words in a name whose value is nobody's business.
const SECRETS: [&str; 7] =
    ["token", "secret", "password", "authorization", "private", "signature", "routing_key"];

/// Adds one line. That it cannot be written holds nothing up.
pub fn append(path: &Path, call: &Call, result: &Result<Answer, HttpError>) {
    let mut line = json!({
        "method": call.method,
        "url": call.shown(),
        "body": call.body.as_deref().map(|text| cleaned(text.as_bytes())),
    });
    if let Some(map) = line.as_object_mut() {
        match result {
            Ok(answer) => {
                map.insert("status".to_owned(), answer.status.into());
                map.insert("answer".to_owned(), cleaned(&answer.body));
            }
            Err(error) => {
                map.insert("error".to_owned(), error.to_string().into());
            }
        }
    }
    let text = without(&line.to_string(), call.secret.iter().map(|(_, value)| value.as_str()));
    drop(files::append_line_synced(path, &text));
}

/// A text without these values of headers.
pub fn without<'a>(text: &str, secrets: impl Iterator<Item = &'a str>) -> String {
    // `Bearer x` and `Basic x` hold the secret in their second word.
    let words = secrets.flat_map(str::split_whitespace).filter(|word| word.len() >= 6);
    words.fold(text.to_owned(), |text, word| text.replace(word, "[redacted]"))
}

/// JSON without its secrets; anything else only by its size.
fn cleaned(body: &[u8]) -> Value {
    match serde_json::from_slice(body) {
        Ok(value) => without_secrets(value),
        Err(_) if body.is_empty() => Value::Null,
        Err(_) => format!("{} bytes that are not JSON", body.len()).into(),
    }
}

fn without_secrets(value: Value) -> Value {
    match value {
        Value::Array(items) => Value::Array(items.into_iter().map(without_secrets).collect()),
        Value::Object(map) => {
            let fields = map.into_iter().map(|(name, value)| {
                let lower = name.to_ascii_lowercase();
                let secret = value.is_string() && SECRETS.iter().any(|word| lower.contains(word));
                let value = if secret { "[redacted]".into() } else { without_secrets(value) };
                (name, value)
            });
            Value::Object(fields.collect::<Map<_, _>>())
        }
        other => other,
    }
}
