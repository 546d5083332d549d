//! How merges of a hotfix are spelled: by git, by forges, by other tools.

/// What a commit message says about the hotfix it brings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spelled {
    /// The branch without its prefix, or what the title says behind "hotfix".
    pub name: String,
    /// Whether a branch of that name was merged; else it is only in a title.
    pub is_branch: bool,
}

/// What hotfix branches are called where nothing else is configured.
const USUAL_PREFIXES: [&str; 3] = ["hotfix/", "hotfixes/", "hotfix-"];

/// The hotfix that a commit brings, as its message tells. `prefix` is the configured one.
pub fn read(message: &str, prefix: &str) -> Option<Spelled> {
    let branch = merged_branch(message).and_then(|branch| strip(branch, prefix));
    if let Some(name) = branch {
        return Some(Spelled { name: name.to_owned(), is_branch: true });
    }
    let name = title(message).and_then(|title| titled(title, prefix))?;
    Some(Spelled { name, is_branch: false })
}

/// The branch that a message says was merged.
pub fn merged_branch(message: &str) -> Option<&str> {
    let subject = message.lines().next()?.trim();
    let quoted = |text: &'_ str| -> Option<(usize, usize)> {
        let open = text.find(['\'', '"'])?;
        let close = text.get(open + 1..)?.find(['\'', '"'])?;
        Some((open + 1, open + 1 + close))
    };
    // git, GitLab, git-flow (AVH and -next), Git Town: Merge branch 'x' [of url] [into 'y']
    for start in ["Merge branch ", "Merge branches ", "Merge remote-tracking branch ", "Merged branch "] {
        if let Some(rest) = subject.strip_prefix(start) {
            let (from, to) = quoted(rest)?;
            let branch = rest.get(from..to)?;
            return Some(if start.contains("remote") { without_remote(branch) } else { branch });
        }
    }
    // GitHub: Merge pull request #12 from org/x; Azure DevOps: Merge pull request 12 from x into y;
    // Gitea and Forgejo: Merge pull request 'title' (#12) from x into y
    if subject.starts_with("Merge pull request ") {
        let number = subject
            .strip_prefix("Merge pull request #")
            .map(|r| r.trim_start_matches(|c: char| c.is_ascii_digit()));
        let from = match number.and_then(|r| r.strip_prefix(" from ")) {
            Some(from) => from,
            None => subject.rsplit_once(" from ")?.1,
        };
        let branch = from.split(' ').next()?;
        // An organisation stands in front of the branch only where nothing stands behind it.
        let is_github = !from.contains(" into ");
        return if is_github { branch.split_once('/').map(|(_, b)| b) } else { Some(branch) };
    }
    // Bitbucket Cloud: Merged in x (pull request #12)
    if let Some(rest) = subject.strip_prefix("Merged in ") {
        return rest.split(' ').next();
    }
    // Bitbucket Server: Pull request #12: title / Merge in PROJ/repo from x to y
    if subject.starts_with("Pull request #") {
        let line = message.lines().find(|line| line.starts_with("Merge in "))?;
        return line.split_once(" from ")?.1.split(' ').next();
    }
    None
}

/// `origin/x` as a remote-tracking branch is spelled, without its remote.
fn without_remote(branch: &str) -> &str {
    let branch = branch.strip_prefix("remotes/").unwrap_or(branch);
    branch.split_once('/').map_or(branch, |(_, branch)| branch)
}

fn strip<'a>(branch: &'a str, prefix: &str) -> Option<&'a str> {
    let mut prefixes = std::iter::once(prefix).chain(USUAL_PREFIXES).filter(|p| !p.is_empty());
    match prefixes.find_map(|prefix| branch.strip_prefix(prefix)) {
        Some(name) => Some(name).filter(|name| !name.is_empty()),
        None => containing(branch),
    }
}

/// `hotfix` itself, `alice-hotfix/91`, `alice/hotfix-login`: the word anywhere but behind a folder of
/// everyday work.
fn containing(branch: &str) -> Option<&str> {
    const WORK: [&str; 10] = [
        "feature",
        "features",
        "feat",
        "release",
        "chore",
        "docs",
        "revert",
        "renovate",
        "dependabot",
        "test",
    ];
    if WORK.contains(&branch.split(['/', '-']).next().unwrap_or(branch)) {
        return None;
    }
    let at = branch.find("hotfix")?;
    let is_word = |c: Option<char>| c.is_none_or(|c| !c.is_alphanumeric());
    let (before, rest) = (branch.get(..at)?, branch.get(at + "hotfix".len()..)?);
    if !is_word(before.chars().next_back()) || !is_word(rest.chars().next()) {
        return None;
    }
    match rest.trim_start_matches(['/', '-', '_']) {
        "" if rest.is_empty() => branch.rsplit('/').next(),
        "" => None,
        name => Some(name),
    }
}

/// The title of a pull or merge request that became one commit.
fn title(message: &str) -> Option<&str> {
    let subject = message.lines().next()?.trim();
    // GitHub, Gitea: Title (#12); GitLab: Title (!12)
    let numbered = |text: &str| {
        let inside = text.strip_prefix("(#").or_else(|| text.strip_prefix("(!"))?.strip_suffix(')')?;
        (!inside.is_empty() && inside.bytes().all(|b| b.is_ascii_digit())).then_some(())
    };
    if let Some((title, last)) = subject.rsplit_once(' ')
        && numbered(last).is_some()
    {
        return Some(title.trim());
    }
    // Azure DevOps: Merged PR 12: Title; Bitbucket Server: Pull request #12: Title
    for start in ["Merged PR ", "Pull request #"] {
        if let Some((number, title)) = subject.strip_prefix(start).and_then(|rest| rest.split_once(':')) {
            return number.bytes().all(|b| b.is_ascii_digit()).then(|| title.trim());
        }
    }
    // GitLab squash: the title, and "See merge request group/project!12" below
    let is_gitlab = message.lines().skip(1).any(|line| line.starts_with("See merge request "));
    is_gitlab.then_some(subject)
}

/// What a title says behind the word: `Hotfix/login crash`, `hotfix(login): crash`, `[Hotfix] crash`.
fn titled(title: &str, prefix: &str) -> Option<String> {
    let lower = title.to_lowercase();
    let word = prefix.trim_end_matches(['/', '-']).to_lowercase();
    let words = [word.as_str(), "hotfix", "hotfixes"];
    let rest = words.iter().filter(|w| !w.is_empty()).find_map(|word| {
        let bracketed = lower.strip_prefix('[').and_then(|l| l.strip_prefix(word)?.strip_prefix(']'));
        let plain =
            || lower.strip_prefix(word).filter(|rest| rest.starts_with(['/', '-', ':', '(', ' ', '!']));
        bracketed.or_else(plain)
    })?;
    let rest = title.get(title.len().checked_sub(rest.len())?..)?;
    let name = rest.trim_start_matches(['/', '-', ':', '!', ' ']).trim();
    (!name.is_empty()).then(|| name.to_owned())
}

/// The value of a trailer: `Incident: id` in the last paragraph.
pub fn trailer<'a>(message: &'a str, key: &str) -> Option<&'a str> {
    // A subject alone is none.
    message.trim_end().rsplit_once("\n\n")?;
    crate::model::trailer::values(message, key).first().copied()
}

/// The commits that a message says it was picked from or reverts, as they are written.
pub fn named_after<'a>(message: &'a str, words: &str) -> Vec<&'a str> {
    let mut found = Vec::new();
    for part in message.split(words).skip(1) {
        let digits = part.split(|c: char| !c.is_ascii_hexdigit()).next().unwrap_or_default();
        if digits.len() >= 7 {
            found.push(digits);
        }
    }
    found
}

/// What `git cherry-pick -x` writes in front of a commit.
pub const PICKED: &str = "(cherry picked from commit ";
/// What `git revert` writes in front of a commit.
pub const REVERTS: &str = "This reverts commit ";

#[cfg(test)]
mod tests {
    use super::*;

    fn branch(message: &str) -> Option<String> {
        read(message, "hotfix/").filter(|s| s.is_branch).map(|s| s.name)
    }

    fn any(message: &str) -> Option<String> {
        read(message, "hotfix/").map(|s| s.name)
    }

    #[test]
    fn every_usual_spelling_of_a_merge() {
        for message in [
            "Merge branch 'hotfix/x'",
            "Merge branch 'hotfix/x' into develop",
            "Merge branch 'hotfix/x' into 'main'\n\nFix it\n\nSee merge request group/shop!12",
            "Merge branch 'hotfix/x' of https://example.com/shop into main",
            "Merge branch \"hotfix/x\"",
            "Merge remote-tracking branch 'origin/hotfix/x'",
            "Merge remote-tracking branch 'team/hotfix/x' into main",
            "Merge remote-tracking branch 'remotes/origin/hotfix/x'",
            "Merge branches 'hotfix/x' and 'other'",
            "Merge pull request #12 from org/hotfix/x",
            "Merge pull request #12 from some-one/hotfix/x\n\nFix it",
            "Merge pull request 12 from hotfix/x into main",
            "Merge pull request #12 from hotfix/x into main",
            "Merge pull request 'Fix from far' (#12) from hotfix/x into main",
            "Merged in hotfix/x (pull request #12)",
            "Pull request #12: Fix it\n\nMerge in SHOP/shop from hotfix/x to master\n\n* commit 'abc'",
            "Merge branch 'hotfix-x'",
            "Merge branch 'hotfixes/x'",
        ] {
            assert_eq!(branch(message), Some("x".to_owned()), "{message}");
        }
        assert_eq!(read("Merge branch 'emergency/x'", "emergency/").unwrap().name, "x");
        assert_eq!(branch("Merge branch 'hotfix'").as_deref(), Some("hotfix"));
        assert_eq!(branch("Merge branch 'alice-hotfix/91'").as_deref(), Some("91"));
        assert_eq!(branch("Merge branch 'alice/hotfix-login' into main").as_deref(), Some("login"));
        assert_eq!(branch("Merge branch 'bug/login-hotfix'").as_deref(), Some("login-hotfix"));
    }

    #[test]
    fn titles_of_squashed_requests() {
        assert_eq!(any("Hotfix/login crash (#12)").as_deref(), Some("login crash"));
        assert_eq!(any("hotfix: login crash (#12)").as_deref(), Some("login crash"));
        assert_eq!(any("[Hotfix] login crash (#12)").as_deref(), Some("login crash"));
        assert_eq!(any("Merged PR 12: Hotfix login crash").as_deref(), Some("login crash"));
        assert_eq!(any("Pull request #12: hotfix/x").as_deref(), Some("x"));
        assert_eq!(any("Hotfix login\n\nSee merge request shop!3").as_deref(), Some("login"));
    }

    #[test]
    fn what_is_no_hotfix() {
        for message in [
            "",
            "Merge branch 'feature/hotfix'",
            "Merge branch 'feature/hotfix-login'",
            "Merge branch 'bug/hotfixing'",
            "Merge branch 'renovate/hotfix-1.x'",
            "Merge branch 'develop'",
            "Merge tag 'v1.2.1' into develop",
            "Merge pull request #12 from hotfix/feature",
            "Merge branch 'hotfix/'",
            "Merge branch ",
            "hotfix: only a commit",
            "Fix the hotfix (#12)",
            "Hotfixing (#12)",
            "Hotfix x (#twelve)",
            "Merged PR 12: Fix login",
            "Merge pull request ",
            "Pull request #",
        ] {
            assert_eq!(any(message), None, "{message}");
        }
    }

    #[test]
    fn trailers_stand_at_the_end() {
        let message = "Merge branch 'hotfix/x'\n\nTitle\n\nIncident: 2026-x\nHotfix: v1.2.1\n";
        assert_eq!(trailer(message, "Incident"), Some("2026-x"));
        assert_eq!(trailer(message, "hotfix"), Some("v1.2.1"));
        assert_eq!(trailer("Incident: x", "Incident"), None, "a subject is no trailer");
        assert_eq!(trailer("s\n\nIncident: x\n\nmore", "Incident"), None);
    }

    #[test]
    fn commits_that_a_message_names() {
        let message = "Revert \"x\"\n\nThis reverts commit 1234567890, reversing\nchanges made to abc.";
        assert_eq!(named_after(message, REVERTS), ["1234567890"]);
        assert!(named_after("This reverts commit xyz", REVERTS).is_empty());
    }
}
