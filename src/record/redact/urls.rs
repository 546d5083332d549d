//! Addresses with a secret in them: a user and a password, or the path of an incoming webhook.

use super::{REDACTED, tokens};

/// `scheme://user:password@host` without the part in front of the `@`, and webhooks without the end of their path. A
/// user without a password is a secret only where tokens are given so.
pub(super) fn without_secrets(line: &str) -> String {
    let mut out = String::new();
    let mut rest = line;
    while let Some((before, address)) = split(rest) {
        out.push_str(before);
        let (authority, tail) = address.split_at(end_of_userinfo(address));
        match authority.rsplit_once('@') {
            Some((user, host))
                if user.contains(':') || before.ends_with("http://") || before.ends_with("https://") =>
            {
                out.push_str(REDACTED);
                out.push('@');
                out.push_str(host);
            }
            _ => out.push_str(authority),
        }
        let (path, behind) = tail.split_at(end_of_path(tail));
        if let Some(begins) = secret_of_hook(path) {
            out.push_str(path.split_at(begins).0);
            out.push_str(REDACTED);
            rest = behind;
        } else {
            rest = tail;
        }
    }
    out.push_str(rest);
    out
}

/// Where the secret begins in the path of an address to which anybody may post: behind a part called `hooks` or the
/// like, where that looks like anything but words.
fn secret_of_hook(path: &str) -> Option<usize> {
    let names = ["hooks", "hook", "webhook", "webhooks", "webhookb2", "webhookbot", "incoming-webhook"];
    let mut begins = 0;
    for part in path.split_inclusive('/') {
        begins += part.len();
        if part.strip_suffix('/').is_some_and(|part| names.contains(&part.to_ascii_lowercase().as_str())) {
            let (_, behind) = path.split_at(begins);
            return behind.split(['/', '?', '&', '=']).any(looks_random).then_some(begins);
        }
    }
    None
}

/// Where a path ends; at the latest where another address begins, so that a line full of them is read once.
fn end_of_path(path: &str) -> usize {
    let is_address = |at| path.get(at..).is_some_and(|rest| rest.starts_with("://"));
    let mut ends = path.char_indices().filter(|(at, c)| tokens::is_end(*c) || (*c == ':' && is_address(*at)));
    ends.next().map_or(path.len(), |(at, _)| at)
}

fn looks_random(part: &str) -> bool {
    part.len() >= 16
        && part.chars().any(|c| c.is_ascii_digit())
        && part.chars().any(|c| c.is_ascii_alphabetic())
}

/// The password in an address.
pub(super) fn password(text: &str) -> Option<&str> {
    let (_, address) = split(text)?;
    let (authority, _) = address.split_at(end_of_userinfo(address));
    authority.rsplit_once('@')?.0.split_once(':').map(|(_, password)| password)
}

/// The text up to and with the first `://`, and what follows.
fn split(text: &str) -> Option<(&str, &str)> {
    text.find("://").map(|at| text.split_at(at + 3))
}

fn end_of_authority(address: &str) -> usize {
    let ends = |c: char| c.is_whitespace() || matches!(c, '/' | '"' | '\'' | '?' | '#' | '<' | '>');
    address.find(ends).unwrap_or(address.len())
}

/// The end of the host; or further where what stands before the first slash is no host with its port: a password that
/// is not encoded may hold one.
fn end_of_userinfo(address: &str) -> usize {
    let end = end_of_authority(address);
    let (authority, tail) = address.split_at(end);
    let is_port =
        |port: &str| port.is_empty() || port.ends_with(']') || port.chars().all(|c| c.is_ascii_digit());
    if authority.contains('@') || authority.rsplit_once(':').is_none_or(|(_, port)| is_port(port)) {
        return end;
    }
    let (word, _) = tail.split_at(end_of_path(tail));
    word.rfind('@').map_or(end, |at| {
        let (_, host) = address.split_at(end + at);
        end + at + end_of_authority(host)
    })
}
