//! What the name of a branch says of it: a maintained line, a release, work for one.

use crate::config::glob;
use crate::model::text::is_invisible;

/// Whether a branch is called like those that people release or maintain.
pub fn looks_like_a_target(branch: &str) -> bool {
    let name = branch.to_ascii_lowercase();
    let (first, rest) = name.split_once(['/', '-', '_']).unwrap_or((name.as_str(), ""));
    let has_number = rest.chars().any(|c| c.is_ascii_digit());
    let is_release =
        ["release", "releases", "rel", "rc", "support", "stable", "maint", "maintenance", "lts", "series"];
    let by_number = name.strip_prefix('v').unwrap_or(&name);
    let is_number =
        by_number.contains('.') && by_number.chars().all(|c| c.is_ascii_digit() || c == '.' || c == 'x');
    (is_release.contains(&first) && (has_number || rest.is_empty()))
        || ["-series", "-stable", "-maint", "-lts", ".x"].iter().any(|end| name.ends_with(end))
        || is_number
}

/// The number in the name of a line's branch: `1.4` of `support/1.4`, `release-1.4.x`.
pub fn line_number(branch: &str) -> &str {
    let last = branch.rsplit(['/', '@']).next().unwrap_or(branch);
    let digits = last.trim_start_matches(|c: char| !c.is_ascii_digit());
    digits.trim_end_matches(".x").trim_end_matches("-stable")
}

/// Whether a name reads as another one: anybody who can push a branch could have one stand for another in
/// a plan.
pub fn is_deceptive(branch: &str) -> bool {
    branch.chars().any(|c| c.is_control() || is_invisible(c))
}

/// Whether a branch fits one of these patterns of lines, or is called like a line.
pub fn is_called_like_a_line(lines: &[String], branch: &str) -> bool {
    glob::any_line(lines, branch)
        || (line_number(branch).contains(['.', '-']) && !is_deceptive(branch) && looks_like_a_target(branch))
}

/// Branches that programs push, whose names may look like those of lines.
pub fn is_bots(branch: &str) -> bool {
    const BOTS: [&str; 8] = [
        "renovate/",
        "dependabot/",
        "renovate-bot/",
        "snyk-",
        "pre-commit-ci",
        "release-please--",
        "changeset-release/",
        "all-contributors/",
    ];
    BOTS.iter().any(|bot| branch.starts_with(bot))
        || branch.contains("/renovate/")
        || branch.contains("/dependabot/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_misses_are_told_from_work() {
        for name in [
            "releases/1.3",
            "rel/1.3",
            "1.25-series",
            "maint",
            "maint-1.2",
            "1.2",
            "v2.x",
            "stable",
            "Release_2",
        ] {
            assert!(looks_like_a_target(name), "{name}");
        }
        for name in [
            "feature/x",
            "release-notes",
            "stable-diffusion",
            "relabel/2",
            "main",
            "alice/1.2-fix",
            "supportive",
        ] {
            assert!(!looks_like_a_target(name), "{name}");
        }
    }

    #[test]
    fn bots_make_no_lines() {
        for name in ["renovate/foo-1.x", "dependabot/npm/a-2.x", "release-please--branches--main"] {
            assert!(is_bots(name), "{name}");
        }
        assert!(!is_bots("release/1.3.0") && !is_bots("renovated"));
    }
}
