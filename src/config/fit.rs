//! Small tests of a piece of text: is it a branch, a path that stays inside, a tag pattern…

use crate::model::text::is_invisible;
use crate::model::version::TagScheme;

/// What git would take as a branch, or "auto". A pattern's `*` is not allowed.
pub fn branch(text: &str) -> bool {
    ref_like(text) && !text.contains('*') && !text.ends_with('/')
}

/// The beginning of a branch's name.
pub fn prefix(text: &str) -> bool {
    ref_like(text) && !text.contains('*')
}

/// A branch in which `*` matches anything.
pub fn pattern(text: &str) -> bool {
    ref_like(text) && !text.ends_with('/')
}

/// The rules of `git check-ref-format` that a typing error can break.
fn ref_like(text: &str) -> bool {
    let bad = |c: char| c.is_whitespace() || c.is_control() || is_invisible(c) || "~^:?[\\".contains(c);
    !text.is_empty()
        && !text.contains(bad)
        && !text.starts_with(['-', '/', '.'])
        && !text.ends_with('.')
        && !text.ends_with(".lock")
        && !["..", "//", "/.", "@{"].iter().any(|part| text.contains(part))
}

/// Something to hand to git as a remote: never an option.
pub fn url(text: &str) -> bool {
    !text.starts_with('-') && !text.contains(char::is_control)
}

/// A path that cannot leave the repository.
pub fn inside(text: &str) -> bool {
    let drive = text.chars().nth(1) == Some(':');
    !text.trim().is_empty()
        && !text.contains(char::is_control)
        && !text.starts_with(['/', '\\', '~'])
        && !drive
        && !text.split(['/', '\\']).any(|part| part == "..")
}

/// A path with no other `{hole}` than these, and `{name}` among them: without it two hotfixes
/// would share one path.
pub fn template(text: &str, holes: &[&str]) -> bool {
    let mut rest = text.to_owned();
    for hole in holes {
        rest = rest.replace(&format!("{{{hole}}}"), "");
    }
    text.contains("{name}") && !rest.contains(['{', '}']) && !text.contains(char::is_control)
}

/// A tag pattern: `{version}`, perhaps `{package}` before it and a word such as `.Final` behind it.
pub fn tag(text: &str) -> bool {
    let filled = text.replacen("{package}", "package", 1);
    let named = filled.replace("{version}", "1.2.3");
    TagScheme::from_pattern(&filled).is_some() && branch(&named)
}

/// The id of a check.
pub fn id(text: &str) -> bool {
    !text.is_empty()
        && !text.starts_with('-')
        && text.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
}

/// Whether this says where a secret is found, instead of being one.
pub fn reference(text: &str) -> bool {
    let Some((kind, rest)) = text.split_once(':') else { return false };
    let plain = !rest.trim().is_empty() && !rest.contains(char::is_control);
    plain
        && match kind {
            "env" => rest.chars().all(|c| c.is_ascii_alphanumeric() || c == '_'),
            "file" | "command" => true,
            _ => false,
        }
}

/// Whether this is the base address of an API: encrypted, or on this machine, and without an account.
pub fn api(text: &str) -> bool {
    let Some((scheme, rest)) = text.split_once("://") else { return false };
    let host = rest.split(['/', ':']).next().unwrap_or_default();
    let local = host == "localhost" || host.ends_with(".localhost") || rest.starts_with("127.");
    let plain = !text.contains(['@', '?', '#', ' ', '\0', '\\']) && !host.is_empty();
    plain && (scheme == "https" || (scheme == "http" && local))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn branches_and_patterns() {
        assert!(branch("main") && branch("release/1.2") && branch("naïve"));
        for bad in
            ["", "-x", "a b", "a..b", "a:b", "x.lock", "a/", "/a", "rel/*", "a//b", "@{0}x", "ma\u{200b}in"]
        {
            assert!(!branch(bad), "{bad}");
        }
        assert!(prefix("hotfix/") && prefix("hotfix-") && !prefix(""));
        assert!(pattern("release/*") && pattern("*.x") && !pattern("release/"));
    }

    #[test]
    fn paths_stay_inside() {
        assert!(inside(".env") && inside("a/b.txt") && inside("a..b"));
        for bad in ["", "/etc/passwd", "../x", "a/../../x", "~/x", "C:\\x", "a\\..\\..\\x"] {
            assert!(!inside(bad), "{bad}");
        }
    }

    #[test]
    fn templates_and_tags() {
        assert!(template("../{repo}.hotfix-{name}", &["repo", "name"]));
        assert!(!template("../{repo}", &["repo", "name"]), "no name");
        assert!(!template("{name}-{when}", &["repo", "name"]));
        assert!(tag("v{version}") && tag("{package}/v{version}") && tag("{version}"));
        assert!(tag("{version}.Final") && !tag("{version}Final"));
        assert!(!tag("v1") && !tag("{version}-x") && !tag("{app}@{version}") && !tag("a b{version}"));
        assert!(id("critical-paths") && !id("Tests") && !id("") && !id("-x") && !id("a b"));
    }
}
