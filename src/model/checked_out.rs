//! Where a branch is checked out, and what to type to work on it.

use super::text::shell_word;

/// Where a branch is checked out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CheckedOut {
    Here,
    /// In the worktree at this path.
    At(String),
}

/// A git command that is about the branch, wherever it is typed.
pub fn git(stand: Option<&CheckedOut>, branch: &str, arguments: &str) -> String {
    match stand {
        Some(CheckedOut::Here) => format!("git {arguments}"),
        Some(CheckedOut::At(path)) => format!("git -C {} {arguments}", shell_word(path)),
        None => format!("git switch {} && git {arguments}", shell_word(branch)),
    }
}

/// The first thing to type for a commit on the branch: who stands elsewhere has to go there first,
/// or would commit something else.
pub fn commit(stand: Option<&CheckedOut>, branch: &str) -> String {
    match stand {
        Some(CheckedOut::Here) => "git commit -a".to_owned(),
        Some(CheckedOut::At(path)) => format!("cd {}", shell_word(path)),
        None => format!("git switch {}", shell_word(branch)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_commit_is_never_proposed_on_another_branch() {
        let there = CheckedOut::At("/work/a fix".to_owned());
        assert_eq!(commit(Some(&CheckedOut::Here), "hotfix/x"), "git commit -a");
        assert_eq!(commit(Some(&there), "hotfix/x"), "cd '/work/a fix'");
        assert_eq!(commit(None, "hotfix/x"), "git switch hotfix/x");
        assert_eq!(git(Some(&there), "hotfix/x", "stash"), "git -C '/work/a fix' stash");
        assert_eq!(git(None, "hotfix/x", "merge main"), "git switch hotfix/x && git merge main");
    }
}
