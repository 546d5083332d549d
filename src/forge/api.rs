//! Calls that every forge has in common: where they go, who asks, and how a refusal is read.

use super::error::{ForgeError, Result};
use super::patience::Patience;
use super::token::Token;
use crate::model::text::{safe, shell_word, shorten};
use crate::system::http::{Answer, Call, Http, Origin, without};
use serde_json::Value;
use std::time::Instant;

/// A forge's API.
#[derive(Debug)]
pub struct Api {
    http: Http,
    /// Without a slash at the end.
    pub base: String,
    headers: Vec<(&'static str, String)>,
    secret: Vec<(String, String)>,
    patience: Patience,
}

/// Items in a page, as many as a forge gives, and how many pages of them are read.
const PAGE: usize = 100;
const MOST_PAGES: usize = 10;

impl Api {
    /// Calls below `base`, with these headers. The token goes along where the base is, nowhere else.
    pub fn new(http: Http, base: &str, headers: Vec<(&'static str, String)>, token: Option<&Token>) -> Self {
        let base = base.trim_end_matches('/').to_owned();
        let secret = token.map(|t| ("Authorization".to_owned(), t.header())).into_iter().collect();
        Self { http, base, headers, secret, patience: Patience::default() }
    }

    /// The host, for people.
    pub fn host(&self) -> String {
        Origin::of(&self.base).map(|o| o.host).unwrap_or_default()
    }

    /// Reads.
    pub fn get(&self, path: &str) -> Result<Value> {
        self.run(Call::get(self.at(path)))
    }

    /// Reads something that may not be there.
    pub fn find(&self, path: &str) -> Result<Option<Value>> {
        match self.get(path) {
            Ok(value) => Ok(Some(value)),
            Err(ForgeError::Denied { status: 404, .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Reads a list that comes in pages of a hundred; `at` is where the items are in a page.
    pub fn every(&self, path: &str, at: &str) -> Result<Vec<Value>> {
        let mut all = Vec::new();
        for page in 1..=MOST_PAGES {
            let found = self.find(&format!("{path}?per_page={PAGE}&page={page}"))?.unwrap_or_default();
            let items = found.items(at);
            all.extend(items.iter().cloned());
            if items.len() < PAGE {
                break;
            }
        }
        Ok(all)
    }

    /// Changes something.
    pub fn send(&self, method: &'static str, path: &str, body: &Value) -> Result<Value> {
        self.run(Call::send(method, self.at(path), body.to_string()))
    }

    /// Asks by POST what changes nothing.
    pub fn ask(&self, path: &str, body: &Value) -> Result<Value> {
        let mut call = Call::send("POST", self.at(path), body.to_string());
        call.reads = true;
        self.run(call)
    }

    fn at(&self, path: &str) -> String {
        if path.contains("://") { path.to_owned() } else { format!("{}{path}", self.base) }
    }

    fn run(&self, mut call: Call) -> Result<Value> {
        call.headers.clone_from(&self.headers);
        call.secret.clone_from(&self.secret);
        if self.patience.is_over() {
            return Err(ForgeError::Slow { host: self.host() });
        }
        let began = Instant::now();
        let answer = self.http.call(&call);
        self.patience.took(began.elapsed());
        let answer = answer?;
        if answer.is_success() {
            if answer.body.iter().all(u8::is_ascii_whitespace) {
                return Ok(Value::Null);
            }
            let strange = ForgeError::Strange { host: self.host(), status: answer.status };
            return answer.json().ok_or(strange);
        }
        Err(self.refusal(&answer))
    }

    /// What a forge said, without what it was asked with: some echo the request.
    fn without_secrets(&self, words: &str) -> String {
        let sent = self.secret.iter().map(|(_, value)| value.as_str());
        shorten(&without(words, sent), MOST_WORDS)
    }

    fn refusal(&self, answer: &Answer) -> ForgeError {
        let host = self.host();
        let words = self.without_secrets(&message(answer));
        let limited = answer.status == 429
            || (answer.status == 403
                && (answer.header("x-ratelimit-remaining") == Some("0")
                    || answer.retry_after().is_some()
                    || words.contains("rate limit")));
        if limited {
            return ForgeError::Limited { host, seconds: answer.retry_after().map(|d| d.as_secs()) };
        }
        match answer.status {
            401 | 403 | 404 => ForgeError::Denied {
                host,
                status: answer.status,
                words,
                hint: hint(answer).map(|hint| self.without_secrets(&hint)),
            },
            status if answer.json().is_none() && !answer.body.is_empty() => {
                ForgeError::Strange { host, status }
            }
            status => ForgeError::Refused { status, words },
        }
    }
}

/// The most that is shown of a refusal, in characters.
const MOST_WORDS: usize = 500;

/// What a refusal tells one to do.
fn hint(answer: &Answer) -> Option<String> {
    if let Some(sso) = answer.header("x-github-sso").and_then(|h| h.split_once("url=")) {
        return Some(format!("open {}    # allows the token in this organisation", shell_word(sso.1)));
    }
    let needs = answer.header("x-accepted-github-permissions").filter(|p| !p.is_empty())?;
    Some(format!("the token needs {}", safe(needs)))
}

/// The words of a refusal: `message` may be text, a list or lists by field, `errors` objects or text.
fn message(answer: &Answer) -> String {
    let Some(body) = answer.json() else { return String::new() };
    let mut words: Vec<String> = Vec::new();
    for key in ["message", "error", "error_description", "errors"] {
        if let Some(value) = body.get(key) {
            gather(value, &mut words);
        }
    }
    words.retain(|w| !w.is_empty() && !w.starts_with("http"));
    words.dedup();
    safe(&words.join("; "))
}

fn gather(value: &Value, words: &mut Vec<String>) {
    match value {
        Value::String(text) => words.push(text.clone()),
        Value::Array(items) => items.iter().for_each(|item| gather(item, words)),
        Value::Object(map) => match map.get("message") {
            Some(message) => gather(message, words),
            None if map.contains_key("code") => {
                let word = |key: &str| map.get(key).and_then(Value::as_str).unwrap_or_default();
                words.push(format!("{} {}", word("field"), word("code")).trim().to_owned());
            }
            None => {
                for (field, value) in map {
                    let mut inner = Vec::new();
                    gather(value, &mut inner);
                    words.extend(inner.into_iter().map(|w| format!("{field} {w}")));
                }
            }
        },
        _ => {}
    }
}

/// Reading JSON of which nothing is certain.
pub trait Lenient {
    /// Text at a pointer (`/head/ref`); empty when there is none.
    fn text(&self, at: &str) -> String;
    /// A number.
    fn number(&self, at: &str) -> Option<u64>;
    /// True only where it says so.
    fn flag(&self, at: &str) -> bool;
    /// The entries of a list.
    fn items(&self, at: &str) -> &[Value];
    /// An object id.
    fn oid(&self, at: &str) -> Option<crate::model::oid::Oid>;
}

impl Lenient for Value {
    fn text(&self, at: &str) -> String {
        self.pointer(at).and_then(Value::as_str).map(safe).unwrap_or_default()
    }

    fn number(&self, at: &str) -> Option<u64> {
        self.pointer(at).and_then(Value::as_u64)
    }

    fn flag(&self, at: &str) -> bool {
        self.pointer(at).and_then(Value::as_bool).unwrap_or_default()
    }

    fn items(&self, at: &str) -> &[Value] {
        let list = if at.is_empty() { Some(self) } else { self.pointer(at) };
        list.and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default()
    }

    fn oid(&self, at: &str) -> Option<crate::model::oid::Oid> {
        crate::model::oid::Oid::parse(self.pointer(at)?.as_str()?)
    }
}
