//! Tokens whose issuers mark them.

use super::REDACTED;

/// What may follow a mark.
#[derive(Clone, Copy)]
enum Body {
    /// Letters and digits.
    Plain,
    /// Capital letters and digits.
    Capitals,
    /// Letters, digits, `_` and `-`.
    Word,
    /// As `Word`, with dots between parts.
    Dotted,
}

impl Body {
    const fn has(self, c: char) -> bool {
        match self {
            Self::Plain => c.is_ascii_alphanumeric(),
            Self::Capitals => c.is_ascii_uppercase() || c.is_ascii_digit(),
            Self::Word => c.is_ascii_alphanumeric() || matches!(c, '_' | '-'),
            Self::Dotted => c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.'),
        }
    }
}

/// Beginnings of tokens, what follows them, and at least how much of it.
const MARKED: [(&str, Body, usize); 37] = [
    ("ghp_", Body::Plain, 20),
    ("gho_", Body::Plain, 20),
    ("ghu_", Body::Plain, 20),
    ("ghs_", Body::Plain, 20),
    ("ghr_", Body::Plain, 20),
    ("github_pat_", Body::Word, 20),
    ("glpat-", Body::Dotted, 16),
    ("gldt-", Body::Word, 16),
    ("glrt-", Body::Dotted, 16),
    ("xoxb-", Body::Word, 10),
    ("xoxa-", Body::Word, 10),
    ("xoxp-", Body::Word, 10),
    ("xoxs-", Body::Word, 10),
    ("xapp-", Body::Word, 10),
    ("hooks.slack.com/services/", Body::Plain, 6),
    ("AKIA", Body::Capitals, 16),
    ("ASIA", Body::Capitals, 16),
    ("AIza", Body::Word, 30),
    ("sk_live_", Body::Plain, 10),
    ("rk_live_", Body::Plain, 10),
    ("sk-", Body::Word, 32),
    ("SG.", Body::Dotted, 30),
    ("hf_", Body::Plain, 30),
    ("npm_", Body::Plain, 30),
    ("pypi-", Body::Word, 30),
    ("hvs.", Body::Word, 20),
    ("eyJ", Body::Dotted, 30),
    ("ya29.", Body::Word, 20),
    ("dop_v1_", Body::Plain, 32),
    ("doo_v1_", Body::Plain, 32),
    ("sk_test_", Body::Plain, 10),
    ("rk_test_", Body::Plain, 10),
    ("whsec_", Body::Plain, 20),
    ("shpat_", Body::Plain, 20),
    ("dckr_pat_", Body::Word, 20),
    ("discord.com/api/webhooks/", Body::Plain, 6),
    ("discordapp.com/api/webhooks/", Body::Plain, 6),
];

/// The longest first part of a signed token that is looked for.
const FIRST_PART: usize = 4096;

/// The line without marked tokens, and without what follows `Bearer`.
pub(super) fn without_tokens(line: &str) -> String {
    let mut out = String::with_capacity(line.len());
    let mut rest = line;
    let mut before = None;
    while let Some(c) = rest.chars().next() {
        if let Some(length) = token(rest, before) {
            let (_, tail) = rest.split_at(length);
            out.push_str(REDACTED);
            (rest, before) = (tail, Some(']'));
            continue;
        }
        out.push(c);
        before = Some(c);
        rest = rest.split_at(c.len_utf8()).1;
    }
    out
}

/// How long the token is that stands at the beginning of `text`.
fn token(text: &str, before: Option<char>) -> Option<usize> {
    // In the middle of a word nothing begins.
    if before.is_some_and(|c| c.is_ascii_alphanumeric()) {
        return None;
    }
    for (mark, body, least) in MARKED {
        let Some(rest) = text.strip_prefix(mark) else { continue };
        // A signed token has a dot behind its first part, and a line full of such marks is read once.
        if mark == "eyJ" && !rest.chars().take(FIRST_PART).take_while(|c| body.has(*c)).any(|c| c == '.') {
            continue;
        }
        let long = rest.chars().take_while(|c| body.has(*c)).count();
        // Of a path every part belongs to the secret.
        let long = if mark.ends_with('/') { rest.chars().take_while(|c| !is_end(*c)).count() } else { long };
        let is_token = long >= least
            && match mark {
                "AKIA" | "ASIA" => long == least,
                _ => true,
            };
        if is_token {
            return Some(mark.len() + long);
        }
    }
    bearer(text)
}

fn is_end(c: char) -> bool {
    c.is_whitespace() || !c.is_ascii() || matches!(c, '"' | '\'' | ')' | '>' | ',')
}

/// `Bearer` and what looks like anything but a word behind it.
fn bearer(text: &str) -> Option<usize> {
    let (word, rest) =
        text.split_at_checked("bearer ".len()).filter(|(word, _)| word.eq_ignore_ascii_case("bearer "))?;
    let long = rest.chars().take_while(|c| !is_end(*c)).count();
    let is_token = long >= 12 && rest.chars().take(long).any(|c| !c.is_ascii_alphabetic());
    is_token.then_some(word.len() + long)
}
