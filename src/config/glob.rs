//! Patterns for branches and for paths.

/// Whether a branch matches: `*` stands for any characters, also `/`, as in git's refspecs.
pub fn branch(pattern: &str, name: &str) -> bool {
    let (pattern, name): (Vec<char>, Vec<char>) = (pattern.chars().collect(), name.chars().collect());
    wild(&pattern, &name, |p| *p == '*', |p, c| p == c)
}

/// Whether any of the patterns matches a branch.
pub fn any_branch<S: AsRef<str>>(patterns: &[S], name: &str) -> bool {
    patterns.iter().any(|p| branch(p.as_ref(), name))
}

/// Whether any of the patterns for maintained lines matches a branch. One that says only how a line ends (`*.x`) does
/// not match in a folder: `feature/1.4.x` is work for that line.
pub fn any_line<S: AsRef<str>>(patterns: &[S], name: &str) -> bool {
    let is_end = |p: &str| p.len() > 1 && p.starts_with('*') && !p.contains('/');
    patterns.iter().map(AsRef::as_ref).any(|p| branch(p, name) && !(is_end(p) && name.contains('/')))
}

/// Whether a path matches, with the habits of `.gitignore`: `*` and `?` stay within one
/// directory, `**` spans any number of them, a pattern without a slash matches at any depth, and
/// one that matches a directory matches everything in it.
pub fn path(pattern: &str, path: &str) -> bool {
    let only_directories = pattern.ends_with('/');
    let trimmed = pattern.trim_end_matches('/');
    let anchored = trimmed.contains('/');
    let pattern: Vec<&str> = trimmed.split('/').filter(|p| !p.is_empty()).collect();
    let parts: Vec<&str> = path.split('/').filter(|p| !p.is_empty()).collect();
    let longest = if only_directories { parts.len().saturating_sub(1) } else { parts.len() };
    if !anchored {
        let name = pattern.first().copied().unwrap_or_default();
        return parts.iter().take(longest).any(|part| segment(name, part));
    }
    // Every leading directory is tried, and the path itself.
    (1..=longest).any(|n| parts.get(..n).is_some_and(|head| segments(&pattern, head)))
}

/// Whether any of the patterns matches a path.
pub fn any_path<S: AsRef<str>>(patterns: &[S], at: &str) -> bool {
    patterns.iter().any(|p| path(p.as_ref(), at))
}

fn segments(pattern: &[&str], parts: &[&str]) -> bool {
    match pattern.split_last() {
        // What is *in* a directory: at least one more part.
        Some((&"**", rest)) if !rest.is_empty() => {
            parts.split_last().is_some_and(|(_, head)| segments_with_tail(rest, head))
        }
        _ => wild(pattern, parts, |p| *p == "**", |p, part| segment(p, part)),
    }
}

fn segments_with_tail(rest: &[&str], head: &[&str]) -> bool {
    let mut pattern = rest.to_vec();
    pattern.push("**");
    wild(&pattern, head, |p| *p == "**", |p, part| segment(p, part))
}

fn segment(pattern: &str, part: &str) -> bool {
    let (pattern, part): (Vec<char>, Vec<char>) = (pattern.chars().collect(), part.chars().collect());
    wild(&pattern, &part, |p| *p == '*', |p, c| *p == '?' || p == c)
}

/// Matches a sequence against one with stars that stand for any run. On a mismatch only the last
/// star takes one more, so that no pattern can make it slow.
fn wild<P, T>(
    pattern: &[P],
    text: &[T],
    is_star: impl Fn(&P) -> bool,
    same: impl Fn(&P, &T) -> bool,
) -> bool {
    let (mut p, mut t) = (0, 0);
    let mut retry: Option<(usize, usize)> = None;
    while let Some(item) = text.get(t) {
        match pattern.get(p) {
            Some(star) if is_star(star) => {
                p += 1;
                retry = Some((p, t));
            }
            Some(one) if same(one, item) => {
                p += 1;
                t += 1;
            }
            _ => match retry {
                Some((after, from)) => {
                    p = after;
                    t = from + 1;
                    retry = Some((after, t));
                }
                None => return false,
            },
        }
    }
    pattern.iter().skip(p).all(is_star)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn branches() {
        assert!(branch("develop", "develop"));
        assert!(!branch("develop", "develop2"));
        assert!(branch("release/*", "release/1.2"));
        assert!(branch("release/*", "release/a/b"), "as in refspecs");
        assert!(!branch("release/*", "prerelease/1"));
        assert!(branch("release/*.x", "release/1.4.x"));
        assert!(branch("*.x", "1.4.x"));
        assert!(branch("*", ""));
        assert!(any_line(&["*.x"], "1.4.x") && !any_line(&["*.x"], "feature/1.4.x"));
        assert!(any_line(&["*"], "a/b") && any_line(&["*/1.x"], "team/1.x"));
        assert!(!branch("", "x"));
        assert!(any_branch(&["a", "b*"], "bc"));
    }

    #[test]
    fn paths() {
        assert!(path("*.lock", "Cargo.lock") && path("*.lock", "a/b/x.lock"));
        assert!(!path("*.lock", "lock"));
        assert!(path("CHANGELOG.md", "docs/CHANGELOG.md"));
        assert!(path("**/vendor/**", "vendor/a.go") && path("**/vendor/**", "x/y/vendor/a/b.go"));
        assert!(!path("**/vendor/**", "vendor") && !path("**/vendor/**", "x/vendors/a"));
        assert!(path(".github/workflows/**", ".github/workflows/ci.yml"));
        assert!(!path(".github/workflows/**", "x/.github/workflows/ci.yml"));
        assert!(path("**/*.tf", "main.tf") && path("**/*.tf", "infra/x/main.tf"));
        assert!(path("src/*.rs", "src/a.rs") && !path("src/*.rs", "src/a/b.rs"));
        assert!(path("/x.txt", "x.txt") && !path("/x.txt", "a/x.txt"));
        assert!(path("a/**/b", "a/b") && path("a/**/b", "a/x/y/b"));
        assert!(path("docs", "docs/a.md") && path("docs/", "docs/a.md") && !path("docs/", "docs"));
        assert!(path("file?.txt", "file1.txt") && !path("file?.txt", "file.txt"));
        assert!(any_path(&["a", "**/*.sql"], "db/1.sql"));
        assert!(!path("", "a"));
    }

    #[test]
    fn no_pattern_is_slow() {
        assert!(!branch(&("*a".repeat(40) + "b"), &"a".repeat(2000)));
        let deep = "a/".repeat(300) + "x";
        assert!(!path(&("**/a/".repeat(40) + "y"), &deep));
    }
}
