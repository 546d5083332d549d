//! Tokens whose issuers mark them.

use super::REDACTED;

/// What may follow a mark.
#[derive(Clone, Copy)]
enum Body {
    /// Letters and digits.
    Plain,
    /// Capital letters and digits.
    Capitals,
    /// Digits to the base of sixteen.
    Digits,
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
            Self::Digits => c.is_ascii_hexdigit(),
            Self::Word => c.is_ascii_alphanumeric() || matches!(c, '_' | '-'),
            Self::Dotted => c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.'),
        }
    }
}

/// Beginnings of tokens, what follows them, and at least how much of it.
const MARKED: [(&str, Body, usize); 75] = [
    ("ghp_", Body::Plain, 20),
    ("gho_", Body::Plain, 20),
    ("ghu_", Body::Plain, 20),
    ("ghs_", Body::Plain, 20),
    ("ghr_", Body::Plain, 20),
    ("github_pat_", Body::Word, 20),
    ("glpat-", Body::Dotted, 16),
    ("gldt-", Body::Word, 16),
    ("glrt-", Body::Dotted, 16),
    ("glptt-", Body::Word, 16),
    ("glcbt-", Body::Word, 16),
    ("glft-", Body::Word, 16),
    ("glimt-", Body::Word, 16),
    ("glagent-", Body::Word, 16),
    ("gloas-", Body::Word, 16),
    ("glsoat-", Body::Word, 16),
    ("ATATT3", Body::Word, 30),
    ("ATCTT3", Body::Word, 30),
    ("ATBB", Body::Plain, 28),
    ("xoxb-", Body::Word, 10),
    ("xoxa-", Body::Word, 10),
    ("xoxp-", Body::Word, 10),
    ("xoxr-", Body::Word, 10),
    ("xoxs-", Body::Word, 10),
    ("xoxe", Body::Dotted, 20),
    ("xapp-", Body::Word, 10),
    ("AKIA", Body::Capitals, 16),
    ("ASIA", Body::Capitals, 16),
    ("AIza", Body::Word, 30),
    ("GOCSPX-", Body::Word, 20),
    ("ya29.", Body::Word, 20),
    ("1//0", Body::Word, 40),
    ("sk_live_", Body::Plain, 10),
    ("rk_live_", Body::Plain, 10),
    ("sk_test_", Body::Plain, 10),
    ("rk_test_", Body::Plain, 10),
    ("whsec_", Body::Plain, 20),
    ("sk-", Body::Word, 32),
    ("gsk_", Body::Plain, 30),
    ("SG.", Body::Dotted, 30),
    ("hf_", Body::Plain, 30),
    ("npm_", Body::Plain, 30),
    ("pypi-", Body::Word, 30),
    ("rubygems_", Body::Plain, 32),
    ("dckr_pat_", Body::Word, 20),
    ("dckr_oat_", Body::Word, 20),
    ("hvs.", Body::Word, 20),
    ("hvb.", Body::Word, 20),
    ("hvr.", Body::Word, 20),
    ("eyJ", Body::Dotted, 30),
    ("dop_v1_", Body::Plain, 32),
    ("doo_v1_", Body::Plain, 32),
    ("dor_v1_", Body::Plain, 32),
    ("shpat_", Body::Plain, 20),
    ("shpss_", Body::Plain, 20),
    ("shpca_", Body::Plain, 20),
    ("shppa_", Body::Plain, 20),
    ("AGE-SECRET-KEY-1", Body::Capitals, 40),
    ("tskey-", Body::Word, 16),
    ("NRAK-", Body::Capitals, 20),
    ("NRJS-", Body::Plain, 16),
    ("dapi", Body::Digits, 32),
    ("glsa_", Body::Word, 30),
    ("glc_", Body::Word, 30),
    ("sntrys_", Body::Word, 30),
    ("sntryu_", Body::Word, 30),
    ("figd_", Body::Word, 20),
    ("lin_api_", Body::Plain, 20),
    ("ntn_", Body::Plain, 30),
    ("nfp_", Body::Plain, 30),
    ("pul-", Body::Digits, 32),
    ("key-", Body::Digits, 32),
    ("PMAK-", Body::Word, 30),
    ("dp.st.", Body::Dotted, 30),
    ("dp.pt.", Body::Dotted, 30),
];

/// Addresses whose path is the secret, up to where it begins. Those of other hosts are told by their path
/// ([`super::urls`]).
const SECRET_PLACES: [&str; 9] = [
    "hooks.slack.com/services/",
    "hooks.slack.com/workflows/",
    "hooks.slack.com/triggers/",
    "discord.com/api/webhooks/",
    "discordapp.com/api/webhooks/",
    "webhook.office.com/webhookb2/",
    "api.telegram.org/bot",
    "hc-ping.com/",
    "hooks.zapier.com/hooks/",
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
        let is_token = long >= least
            && match mark {
                "AKIA" | "ASIA" => long == least,
                _ => true,
            };
        if is_token {
            return Some(mark.len() + long);
        }
    }
    place(text).or_else(|| bearer(text))
}

/// An address that is a secret, with every part of its path.
fn place(text: &str) -> Option<usize> {
    let mark = SECRET_PLACES.iter().find(|mark| text.starts_with(**mark))?;
    let long = text.split_at(mark.len()).1.chars().take_while(|c| !is_end(*c)).count();
    (long >= 6).then_some(mark.len() + long)
}

pub(super) fn is_end(c: char) -> bool {
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
