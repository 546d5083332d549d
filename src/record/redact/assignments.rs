//! Values whose name says that they are secret: `password=…`, `"api_key": "…"`, `X-Auth-Token: …`.

use super::{REDACTED, SHORTEST};

/// Last words of a name that stand for a secret.
const NOUNS: [&str; 14] = [
    "token",
    "password",
    "passwd",
    "passphrase",
    "pwd",
    "pass",
    "secret",
    "credential",
    "credentials",
    "apikey",
    "webhook",
    "auth",
    "authtoken",
    "signature",
];

/// What makes a key a secret one: a cache key is none.
const KEYS: [&str; 18] = [
    "access",
    "account",
    "api",
    "app",
    "auth",
    "client",
    "deploy",
    "encryption",
    "integration",
    "license",
    "master",
    "private",
    "routing",
    "secret",
    "service",
    "signing",
    "storage",
    "subscription",
];

/// Parts of a variable's name that make its value a secret.
const PARTS: [&str; 10] = [
    "TOKEN",
    "SECRET",
    "PASSWORD",
    "PASSWD",
    "PASSPHRASE",
    "CREDENTIAL",
    "APIKEY",
    "API_KEY",
    "PRIVATE_KEY",
    "WEBHOOK",
];

/// Whether a variable of the environment holds a secret.
pub(super) fn is_secret_variable(name: &str, value: &str) -> bool {
    let name = name.to_ascii_uppercase();
    let words: Vec<&str> = name.split(['_', '-', '.']).collect();
    let strong = PARTS.iter().any(|part| name.contains(part));
    let weak = words.iter().any(|w| matches!(*w, "KEY" | "AUTH" | "PASS" | "PWD")) && name != "PWD";
    value.len() >= SHORTEST && !names_a_place(&name, value) && (strong || (weak && !is_a_word(value)))
}

/// `SSH_AUTH_SOCK` and friends name places, not secrets.
fn names_a_place(name: &str, value: &str) -> bool {
    let ends = ["_SOCK", "_FILE", "_PATH", "_DIR", "_HOME", "_ID", "_NAME", "_URI_PATH"];
    value.starts_with('/') || ends.iter().any(|end| name.ends_with(end))
}

fn is_a_word(value: &str) -> bool {
    value.chars().all(|c| c.is_ascii_lowercase() || matches!(c, '-' | '_'))
        || value.chars().all(|c| c.is_ascii_uppercase())
}

/// Whether a name in a text stands for a secret.
pub(super) fn names_secret(name: &str) -> bool {
    let words: Vec<String> =
        name.split(['_', '-', '.']).filter(|w| !w.is_empty()).map(str::to_ascii_lowercase).collect();
    let Some((last, before)) = words.split_last() else { return false };
    // apiKey, dbPassword
    let camel = ["Password", "Secret", "Token", "apiKey", "ApiKey", "accessKey", "privateKey"];
    // DB_PASSWORD_PROD
    let shouted = name.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_');
    NOUNS.contains(&last.as_str())
        || (last == "key" && before.last().is_some_and(|w| KEYS.contains(&w.as_str())))
        || is_access_signature(name)
        || (shouted && last == "key" && !before.is_empty() && !is_plain_key(before))
        || camel.iter().any(|end| name.ends_with(end))
        || (shouted && PARTS.iter().any(|p| name.contains(p)) && !names_a_place(name, ""))
}

/// `sig=` of a signed address, `AccountKey=` of a connection string.
fn is_access_signature(name: &str) -> bool {
    matches!(
        name,
        "sig" | "Signature" | "X-Amz-Signature" | "X-Goog-Signature" | "AccountKey" | "SharedAccessKey"
    )
}

/// `CACHE_KEY`, `PRIMARY_KEY`: keys of data.
fn is_plain_key(before: &[String]) -> bool {
    const DATA: [&str; 14] = [
        "cache",
        "primary",
        "foreign",
        "sort",
        "partition",
        "public",
        "index",
        "group",
        "range",
        "hash",
        "host",
        "lookup",
        "unique",
        "object",
    ];
    before.last().is_some_and(|word| DATA.contains(&word.as_str()))
}

/// `Authorization: …` and cookies up to the end of the line or the closing quote.
pub(super) fn without_headers(line: &str) -> String {
    let lower = line.to_ascii_lowercase();
    let ends =
        |header: &str| lower.match_indices(header).map(|(at, _)| at + header.len()).collect::<Vec<_>>();
    let mut headers = [ends("authorization:"), ends("cookie:")].concat();
    headers.sort_unstable();
    let (mut out, mut done) = (String::with_capacity(line.len()), 0);
    for header in headers {
        // One within the value of another goes with it.
        let Some((head, tail)) =
            header.checked_sub(done).and_then(|at| line.get(done..)?.split_at_checked(at))
        else {
            continue;
        };
        let value = tail.get(..tail.find(['"', '\'', '\n', '\\']).unwrap_or(tail.len())).unwrap_or_default();
        out.push_str(head);
        done = header;
        if !value.trim().is_empty() {
            out.push(' ');
            out.push_str(REDACTED);
            done += value.len();
        }
    }
    out + line.get(done..).unwrap_or_default()
}

/// The line without the values that stand behind a name of a secret.
pub(super) fn without_values(line: &str) -> String {
    let mut out = String::with_capacity(line.len());
    let mut rest = line;
    while !rest.is_empty() {
        let (name, tail) = rest.split_at(rest.find(|c| !in_name(c)).unwrap_or(rest.len()));
        out.push_str(name);
        rest = tail;
        if let Some((link, value, after)) = value_behind(name, tail) {
            out.push_str(link);
            out.push_str(if value.is_empty() { "" } else { REDACTED });
            rest = after;
        } else if let Some(c) = rest.chars().next() {
            out.push(c);
            rest = rest.split_at(c.len_utf8()).1;
        }
    }
    out
}

const fn in_name(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.')
}

/// What links a secret's name to its value, the value, and the rest.
fn value_behind<'a>(name: &str, tail: &'a str) -> Option<(&'a str, &'a str, &'a str)> {
    if name.starts_with('-') && tail.starts_with(' ') {
        return option_value(name, tail);
    }
    let name = name.trim_start_matches(['-', '.']);
    if !names_secret(name) {
        return None;
    }
    // `"name": "value"`, `name = value`, `name=value`; escaped quotes are those of JSON in a shell.
    let quote = |c: char| matches!(c, '"' | '\'' | '\\');
    let unquoted = tail.trim_start_matches(quote);
    let named_in_quotes = unquoted.len() != tail.len();
    let sign = unquoted.trim_start_matches(' ');
    let after_sign = sign.strip_prefix(['=', ':'])?;
    // A comparison, a path, an address.
    if after_sign.starts_with(['=', ':', '/']) {
        return None;
    }
    let colon = sign.starts_with(':');
    let value = after_sign.trim_start_matches(' ');
    let spaced = value.len() != after_sign.len();
    let opened = value.trim_start_matches(quote);
    let in_quotes = opened.len() != value.len();
    let weak = matches!(name.to_ascii_lowercase().as_str(), "auth" | "pass" | "signature" | "sig");
    // Asked before the value is looked for: a line full of these is read once.
    if opened.starts_with(PLACEHOLDERS) || (weak && colon && !named_in_quotes) {
        return None;
    }
    let ends = |c: char| {
        if in_quotes {
            quote(c) || c == '\n'
        } else {
            c.is_whitespace() || matches!(c, '"' | '\'' | ',' | ';' | '&' | ')' | '}' | '>' | '`')
        }
    };
    let (found, rest) = opened.split_at(opened.find(ends).unwrap_or(opened.len()));
    let link = tail.split_at(tail.len() - opened.len()).0;
    let certain = named_in_quotes || in_quotes || !(colon && spaced);
    let secret = !is_placeholder(found) && (certain || looks_secret(found)) && (!weak || looks_secret(found));
    secret.then_some((link, found, rest))
}

/// The word behind `--password`, in a command line within a text.
fn option_value<'a>(name: &str, tail: &'a str) -> Option<(&'a str, &'a str, &'a str)> {
    const PROSE: [&str; 22] = [
        "a", "an", "and", "as", "because", "by", "flag", "for", "from", "in", "instead", "is", "not", "of",
        "on", "option", "or", "that", "the", "to", "was", "with",
    ];
    let value = tail.trim_start_matches(' ');
    let (found, rest) = value.split_at(value.find(char::is_whitespace).unwrap_or(value.len()));
    let word = found.trim_end_matches(['.', ',', ';', ':']);
    let is_value = !found.starts_with('-') && !is_placeholder(found) && !PROSE.contains(&word);
    let is_secret = match name {
        // A user and a password.
        "-u" | "--user" | "--proxy-user" => is_user_with_password(found),
        _ => name.starts_with("--") && names_secret(name.trim_start_matches('-')),
    };
    let link = tail.split_at(tail.len() - value.len()).0;
    (is_value && is_secret).then_some((link, found, rest))
}

/// `ada:secret`, as curl takes it; `1000:1000` is a user and a group.
pub(super) fn is_user_with_password(value: &str) -> bool {
    value.split_once(':').is_some_and(|(_, password)| !password.chars().all(|c| c.is_ascii_digit()))
}

/// What stands for a value begins with one of these.
const PLACEHOLDERS: [char; 6] = ['$', '<', '*', '[', '%', '{'];

fn is_placeholder(value: &str) -> bool {
    let plain = ["null", "none", "nil", "true", "false", "yes", "no", "unset"];
    value.is_empty()
        || value.starts_with(PLACEHOLDERS)
        || plain.contains(&value.to_ascii_lowercase().as_str())
}

/// Anything but a word of a sentence.
fn looks_secret(value: &str) -> bool {
    value.len() >= 6
        && value.chars().any(|c| c.is_ascii_digit() || c.is_ascii_punctuation() && c != '-' && c != '.')
}
