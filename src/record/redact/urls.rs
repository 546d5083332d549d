//! Addresses with a user and a password in them.

use super::REDACTED;

/// `scheme://user:password@host` without the part in front of the `@`. A user without a password
/// is a secret only where tokens are given so.
pub(super) fn without_userinfo(line: &str) -> String {
    let mut out = String::new();
    let mut rest = line;
    while let Some((before, address)) = split(rest) {
        out.push_str(before);
        let (authority, tail) = address.split_at(end_of_authority(address));
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
        rest = tail;
    }
    out.push_str(rest);
    out
}

/// The password in an address.
pub(super) fn password(text: &str) -> Option<&str> {
    let (_, address) = split(text)?;
    let (authority, _) = address.split_at(end_of_authority(address));
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
