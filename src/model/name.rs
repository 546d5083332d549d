//! The name of a hotfix: what a person types, made into something every tool can carry.

use super::failure::Failure;
use super::text::{is_invisible, safe};
use super::version::is_plain_version;

/// The longest slug that is made from a title, in characters.
pub const SLUG_MAX: usize = 40;

/// What was typed after `hotfix start`, understood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Named {
    /// The part of the branch name behind the prefix.
    pub slug: String,
    /// The title, when a title was typed rather than a slug.
    pub title: Option<String>,
    /// The version, when a version was typed (`1.2.1`).
    pub version: Option<semver::Version>,
}

/// Whether what stands behind the prefix of a branch can be a hotfix's name: `start` makes no other one, and
/// a name that reads as an option cannot be typed.
pub fn is_one(name: &str) -> bool {
    !name.is_empty() && !name.starts_with('-')
}

/// Whether a name, whoever wrote it, is one that can be printed in a line and typed: one word without
/// invisible characters.
pub fn is_plain(name: &str) -> bool {
    is_one(name) && !name.chars().any(|c| c.is_whitespace() || c.is_control() || is_invisible(c))
}

/// Whether a name can be given to a script, and offered to a person as it is: a slug, with slashes.
pub fn is_slug(name: &str) -> bool {
    let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-' | '/');
    is_one(name) && name.chars().all(fits)
}

/// Reads the NAME of `hotfix start`: a slug, a title with white space, or a version. A leading
/// branch prefix (`hotfix/`) is accepted and dropped.
///
/// # Errors
/// Names that git refuses, that look like an option, or that hide characters.
pub fn parse(typed: &str, prefix: &str) -> Result<Named, Failure> {
    let bad = |why: &str| {
        Failure::usage(format!("'{}' cannot name a hotfix: {why}", safe(typed)))
            .hint("hotfix start fix-login-crash")
            .hint("hotfix start \"Users get a 500 on /login\"")
    };
    if typed.trim().is_empty() {
        return Err(bad("it is empty"));
    }
    if typed.starts_with('-') {
        return Err(bad("it starts with '-', which git and other programs read as an option"));
    }
    if typed.chars().any(char::is_control) {
        return Err(bad("it contains a control character"));
    }
    if typed.chars().any(is_invisible) {
        return Err(bad("it contains an invisible or direction-changing character"));
    }
    let bare = typed.strip_prefix(prefix).unwrap_or(typed);
    let bare = bare.strip_prefix("hotfix/").unwrap_or(bare);
    if !is_one(bare) {
        return Err(bad("nothing usable is left behind the prefix"));
    }
    if bare.trim().chars().any(char::is_whitespace) {
        let mut slug = slug(bare);
        if slug.is_empty() {
            if !bare.chars().any(char::is_alphanumeric) {
                return Err(bad("no letter or digit is left for a branch name"));
            }
            // A title in another script: the same title has the same name again.
            slug = format!("fix-{:08x}", fingerprint(bare.trim()));
        }
        if refused_elsewhere(&slug).is_some() {
            slug = format!("fix-{slug}");
        }
        return Ok(Named { slug, title: Some(bare.trim().to_owned()), version: None });
    }
    let bare = bare.trim();
    if let Some(why) = refused_by_git(bare).or_else(|| refused_elsewhere(bare)) {
        return Err(bad(why));
    }
    let version = is_plain_version(bare);
    Ok(Named { slug: bare.to_owned(), title: None, version })
}

/// A number that a text always has, on every machine.
pub fn fingerprint(text: &str) -> u32 {
    text.bytes().fold(0x811c_9dc5, |hash: u32, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193))
}

/// A slug of a title: lower case, `a-z0-9._`, `-` for everything else, at most [`SLUG_MAX`], cut between words
/// where there are any.
pub fn slug(title: &str) -> String {
    let whole = whole_slug(title);
    let mut out: String = whole.chars().take(SLUG_MAX).collect();
    let is_within_a_word = whole.chars().nth(SLUG_MAX).is_some_and(|c| c != '-');
    if is_within_a_word && let Some((words, _)) = out.rsplit_once('-') {
        out = words.to_owned();
    }
    out = trimmed(&out);
    while let Some(rest) = out.strip_suffix(".lock") {
        out = trimmed(rest);
    }
    out
}

/// Whether the slug of a title holds less than the title.
pub fn is_shortened(title: &str) -> bool {
    whole_slug(title).chars().count() > SLUG_MAX
}

fn trimmed(slug: &str) -> String {
    slug.trim_matches(['-', '.', '_']).to_owned()
}

fn whole_slug(title: &str) -> String {
    let mut out = String::new();
    for c in title.chars().flat_map(char::to_lowercase) {
        if c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '.' | '_') {
            out.push(c);
        } else if !out.ends_with('-') {
            out.push('-');
        }
    }
    while out.contains("..") {
        out = out.replace("..", ".");
    }
    trimmed(&out)
}

/// The rules of `git check-ref-format` for the part of a branch name behind the prefix, with the
/// reason when one is broken.
pub fn refused_by_git(name: &str) -> Option<&'static str> {
    if name.len() > 200 {
        return Some("it is longer than 200 bytes, too long for a file name with git's additions");
    }
    if name == "@" || name == "HEAD" {
        return Some("git keeps that word for itself");
    }
    if name.contains("..") {
        return Some("git refuses '..' in a branch name");
    }
    if name.contains("@{") {
        return Some("git refuses '@{' in a branch name");
    }
    if name.contains(['~', '^', ':', '?', '*', '[', '\\', ' ']) {
        return Some("git refuses ~ ^ : ? * [ \\ and spaces in a branch name");
    }
    for part in name.split('/') {
        if part.is_empty() {
            return Some("git refuses an empty part between slashes");
        }
        if part.starts_with('.') || part.starts_with('-') {
            return Some("a part of it starts with '.' or '-'");
        }
        if part.ends_with('.') {
            return Some("a part of it ends with '.'");
        }
        if part.len() > 5 && part.to_ascii_lowercase().ends_with(".lock") || part == ".lock" {
            return Some("git keeps names that end in .lock for itself");
        }
    }
    None
}

/// Why a colleague's machine could not check the branch out: a branch is a file, and Windows keeps some
/// names of files, with whatever ending, for devices, and some characters for itself.
pub fn refused_elsewhere(name: &str) -> Option<&'static str> {
    if name.contains(['<', '>', '"', '|']) {
        return Some("Windows refuses < > \" | in the name of a file, which a branch is");
    }
    name.split('/')
        .any(is_device)
        .then_some("Windows keeps that word for a device, so no colleague could fetch it there")
}

/// `con`, `NUL.txt`, `com1`, `LPT³`: the part before the first dot decides, in any case.
fn is_device(part: &str) -> bool {
    let stem = part.split('.').next().unwrap_or(part).trim_end().to_ascii_lowercase();
    let numbered = ["com", "lpt"].iter().find_map(|device| stem.strip_prefix(device));
    let digit = |rest: &str| {
        let mut chars = rest.chars();
        matches!(chars.next(), Some('0'..='9' | '¹' | '²' | '³')) && chars.next().is_none()
    };
    matches!(stem.as_str(), "con" | "prn" | "aux" | "nul" | "conin$" | "conout$")
        || numbered.is_some_and(digit)
}

/// A name as file systems see it that take `Fix` and `fix`, or the two ways to write `é`, for one.
pub fn folded(name: &str) -> String {
    use unicode_normalization::UnicodeNormalization;
    name.nfc().flat_map(char::to_lowercase).nfc().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn slug_of(typed: &str) -> String {
        parse(typed, "hotfix/").unwrap().slug
    }

    #[test]
    fn slugs_titles_versions_and_full_names() {
        assert_eq!(slug_of("fix-login-crash"), "fix-login-crash");
        assert_eq!(slug_of("hotfix/fix-login-crash"), "fix-login-crash");
        let titled = parse("Users get a 500 on /login", "hotfix/").unwrap();
        assert_eq!(titled.slug, "users-get-a-500-on-login");
        assert_eq!(titled.title.as_deref(), Some("Users get a 500 on /login"));
        let version = parse("1.2.1", "hotfix/").unwrap();
        assert_eq!(version.version, Some(semver::Version::new(1, 2, 1)));
        assert_eq!(parse("v1.2.1", "hotfix/").unwrap().version, Some(semver::Version::new(1, 2, 1)));
        assert_eq!(slug_of("Ünïcode Fehler"), "n-code-fehler");
    }

    #[test]
    fn refuses_what_would_hurt_later() {
        for bad in [
            "",
            "  ",
            "-x",
            "--force",
            "a..b",
            "a~1",
            "a^",
            "a:b",
            "a?b",
            "a*b",
            "a[b",
            "a\\b",
            "x.lock",
            "a/",
            "/a",
            "a//b",
            ".a",
            "a/.b",
            "a.",
            "@",
            "HEAD",
            "a@{1}",
            "a\u{7}b",
            "a\nb",
            "a\u{202e}b",
            "a\u{200b}b",
            "hotfix/",
            "hotfix/-x",
            "🔥 🔥",
        ] {
            assert!(parse(bad, "hotfix/").is_err(), "{bad:?}");
        }
        assert!(parse(&"a".repeat(300), "hotfix/").is_err());
    }

    #[test]
    fn names_of_devices_are_refused_and_their_neighbours_are_not() {
        for device in [
            "con",
            "CON",
            "Con.txt",
            "prn",
            "aux.1",
            "nul",
            "NUL.tar.gz",
            "com1",
            "COM0",
            "lpt9",
            "com¹",
            "LPT³.x",
            "conin$",
            "CONOUT$",
            "team/aux",
            "aux/team",
            "a<b",
            "a>b",
            "a|b",
            "a\"b",
        ] {
            assert!(parse(device, "hotfix/").is_err(), "{device}");
        }
        for fine in [
            "console",
            "conf",
            "aux-1",
            "auxiliary",
            "fix.con",
            "com10",
            "com",
            "lpt",
            "comx",
            "null",
            "x-nul",
            "con_",
        ] {
            assert_eq!(slug_of(fine), fine);
        }
        assert_eq!(slug_of("AUX. Not again"), "fix-aux.-not-again");
    }

    #[test]
    fn one_name_in_two_spellings() {
        assert_eq!(folded("Fix-Login"), folded("fix-login"));
        assert_eq!(folded("caf\u{e9}"), folded("CAFE\u{301}"));
        assert_eq!(folded("ÅNGSTRÖM"), folded("a\u{30a}ngstro\u{308}m"));
        assert_ne!(folded("fix_login"), folded("fix-login"));
    }

    #[test]
    fn a_long_title_is_cut_at_sixty() {
        let s = slug(&"word ".repeat(40));
        assert!(s.len() <= SLUG_MAX && !s.ends_with('-'), "{s}");
    }
}
