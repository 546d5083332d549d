//! What must not stand in a text for users: internals, people, blame, and promises.

use super::Finding;
use super::lists::lists;
use super::names::Names;
use super::wording::{guilt, human_error, person_failure};
use super::words::{Word, place, sentences};
use std::net::{Ipv4Addr, Ipv6Addr};

/// Words of the incident itself that mean nothing outside.
#[derive(Clone, Copy, Debug)]
pub struct Internals<'a> {
    pub incident: &'a str,
    pub branch: &'a str,
}

/// Everything in the text that users should not read.
pub fn check(text: &str, names: &Names, internals: Internals<'_>) -> Vec<Finding> {
    let mut found = Vec::new();
    for sentence in sentences(text) {
        let mut add = |rule, (first, length): (usize, usize), message: &str| {
            let span = sentence.iter().skip(first).take(length);
            // A thought ends at a comma, and so do the words that are shown.
            let until = span.clone().position(|w| w.pause).map_or(length, |n| n + 1);
            let words: Vec<&str> = span.take(until).map(|w| w.text).collect();
            let (line, column) = place(text, sentence.get(first).map_or(0, |w| w.at));
            let message = message.to_owned();
            found.push(Finding { rule, line, column, text: words.join(" "), message });
        };
        for n in 0..sentence.len() {
            let rest = sentence.get(n..).unwrap_or_default();
            if let Some((rule, message)) = rest.first().and_then(|w| internal(w, internals)) {
                add(rule, (n, 1), message);
            }
            let name = names.at(rest);
            let is_inside_one = n > 0 && names.at(sentence.get(n - 1..).unwrap_or_default()) > 1;
            if name > 0 && !is_inside_one {
                add("name", (n, name), "is a person's name");
            }
        }
        if let Some(span) = promise(&sentence) {
            add("promise", span, "promises when it ends; say when the next update comes instead");
        }
        let blame = human_error(&sentence).or_else(|| person_failure(&sentence)).or_else(|| guilt(&sentence));
        if let Some(span) = blame {
            add("blame", span, "blames a person or team");
        }
    }
    found
}

fn internal(word: &Word<'_>, internals: Internals<'_>) -> Option<(&'static str, &'static str)> {
    let lower = word.lower.as_str();
    let host = lower.split_once("://").map_or(lower, |(_, rest)| rest);
    let host = host.split(['/', '?', '#']).next().unwrap_or(host);
    let host = host.rsplit('@').next().unwrap_or(host);
    if is_address(host) {
        return Some(("address", "is an IP address"));
    }
    if lower == internals.incident.to_lowercase() || lower == internals.branch.to_lowercase() {
        return Some(("internal", "is an internal name"));
    }
    if is_commit(lower) {
        return Some(("commit", "is a commit id"));
    }
    if lower.starts_with("cve-") || lower.starts_with("ghsa-") {
        return Some(("advisory", "is an advisory id, which belongs in an advisory"));
    }
    let host = host.rsplit_once(':').map_or(host, |(name, port)| if is_number(port) { name } else { host });
    is_inside(host).then_some(("host", "is the name of a host"))
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())
}

pub(super) fn is_address(text: &str) -> bool {
    let bare = text.trim_start_matches('[').split(']').next().unwrap_or(text);
    let without_port = bare.split(':').next().unwrap_or(bare);
    bare.parse::<Ipv6Addr>().is_ok() || without_port.parse::<Ipv4Addr>().is_ok()
}

/// 7 to 40 (or 64) hexadecimal digits, letters and figures both.
fn is_commit(text: &str) -> bool {
    let hex = text.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
    let mixed = text.bytes().any(|b| b.is_ascii_digit()) && text.bytes().any(|b| b.is_ascii_alphabetic());
    hex && mixed && ((7..=40).contains(&text.len()) || text.len() == 64)
}

/// `db-1`, `db1.prod.example.com`, `queue.internal`; not `www.example.com`, `v1.2.1`, `e.g`.
pub(super) fn is_inside(host: &str) -> bool {
    if host == "localhost" {
        return true;
    }
    let labels: Vec<&str> = host.split('.').collect();
    let is_label =
        |l: &&str| !l.is_empty() && l.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_');
    if !labels.iter().all(is_label) {
        return false;
    }
    let is_machine = |label: &&str| {
        let parts: Vec<&str> =
            label.split(['-', '_']).map(|p| p.trim_end_matches(|c: char| c.is_ascii_digit())).collect();
        let numbered = label.bytes().any(|b| b.is_ascii_digit());
        parts.iter().any(|p| lists().machines.iter().any(|m| m == p))
            && (numbered || labels.len() > 2 || parts.len() > 2)
    };
    match labels.as_slice() {
        [one] => is_machine(one) && one.bytes().any(|b| b.is_ascii_digit()),
        [.., last] if lists().inside.iter().any(|i| i == last) => true,
        [.., last] if last.bytes().any(|b| b.is_ascii_digit()) => false,
        many => many.iter().any(is_machine),
    }
}

/// `will be fixed by 15:00`, `back in 20 minutes`, `ETA 15:00`. When the next update comes may be
/// promised, and what is over may be told.
fn promise(words: &[Word<'_>]) -> Option<(usize, usize)> {
    let about = |list: &[String]| words.iter().any(|w| w.is(list));
    if words.iter().any(|w| w.is(&["update", "updates", "report", "postmortem", "post-mortem"])) {
        return None;
    }
    if let Some(n) = words.iter().position(|w| w.is(&["eta"])) {
        return Some((n, 1));
    }
    let over = about(&lists().over);
    let ends = about(&lists().promised_ends);
    let ahead = about(&lists().ahead) || words.iter().any(|w| w.lower.ends_with("'ll"));
    let n = (0..words.len()).find(|n| {
        let (word, rest) = (words.get(*n), words.get(n + 1..).unwrap_or_default());
        let Some(word) = word else { return false };
        let vague = word.is(&lists().soon) && ends && ahead;
        let within = word.is(&["in", "within"]) && is_length(rest) && (!over || ahead);
        let until = word.is(&["by", "before", "until", "at", "around", "till"])
            && is_moment(rest)
            && ends
            && ahead
            && !over;
        let until = until || (word.is(&["by", "before"]) && is_moment(rest) && ends && !over);
        vague || within || until
    })?;
    Some((n, if words.get(n).is_some_and(|w| w.is(&lists().soon)) { 1 } else { 3 }))
}

/// `20 minutes`, `20min`, `the next hour`, `an hour`, `a few minutes`.
fn is_length(words: &[Word<'_>]) -> bool {
    let filler = [
        "the",
        "next",
        "about",
        "around",
        "a",
        "an",
        "few",
        "couple",
        "of",
        "less",
        "than",
        "some",
        "half",
        "at",
        "most",
        "approximately",
        "roughly",
    ];
    let fillers = words.iter().take_while(|w| w.is(&filler)).count();
    let rest = words.get(fillers..).unwrap_or_default();
    let Some(first) = rest.first() else { return false };
    let digits = first.lower.trim_start_matches(['~', '≈']);
    let number = digits.trim_end_matches(char::is_alphabetic);
    let unit = digits.trim_start_matches(|c: char| c.is_ascii_digit() || "-–.".contains(c));
    let numbered = number.chars().next().is_some_and(|c| c.is_ascii_digit());
    if numbered && lists().units.iter().any(|u| u == unit) {
        return true;
    }
    let counted = numbered && unit.is_empty()
        || first.is(&["one", "two", "three", "four", "five", "ten", "fifteen", "twenty", "thirty", "sixty"]);
    let unit = if counted { rest.get(1) } else { Some(first) };
    (counted || fillers > 0) && unit.is_some_and(|w| w.is(&lists().units))
}

/// `15:00`, `3pm`, `noon`, `tomorrow`, `the end of the day`.
fn is_moment(words: &[Word<'_>]) -> bool {
    let skip =
        words.iter().take_while(|w| w.is(&["the", "about", "around", "end", "of", "this", "today"])).count();
    if words.iter().take(skip).any(|w| w.is(&["end", "today"])) {
        return true;
    }
    words.get(skip).is_some_and(|w| {
        let named = w.is(&[
            "noon",
            "midnight",
            "tonight",
            "tomorrow",
            "morning",
            "evening",
            "afternoon",
            "monday",
            "tuesday",
            "wednesday",
            "thursday",
            "friday",
            "saturday",
            "sunday",
            "eod",
            "cob",
        ]);
        let digits = w.lower.trim_start_matches(['~', '≈']);
        let clock =
            digits.split_once(':').is_some_and(|(h, m)| is_number(h) && m.get(..2).is_some_and(is_number));
        let am = digits.strip_suffix("am").or_else(|| digits.strip_suffix("pm")).is_some_and(is_number);
        named || clock || am
    })
}

#[cfg(test)]
#[path = "users_tests.rs"]
mod tests;
