//! Where a branch is checked out, and what to type to work on it.

use super::text::{count, list_first, path_word, safe, shell_word};

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

/// The commit of one file that has to be edited first.
pub fn commit_edited(stand: Option<&CheckedOut>, branch: &str, path: &str) -> String {
    git(stand, branch, &format!("commit {}    # after editing it", path_word(path)))
}

/// What a worktree holds that no commit has yet.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Unfinished {
    /// What it is in the middle of, in words: `a merge`.
    pub operation: Option<&'static str>,
    /// Paths with unresolved conflicts.
    pub unmerged: Vec<String>,
    /// Tracked paths that differ from the last commit; the unmerged ones too.
    pub changed: Vec<String>,
}

impl Unfinished {
    /// Whether nothing is under way and nothing conflicts: what there is can be committed, or stashed.
    pub const fn is_only_changes(&self) -> bool {
        self.operation.is_none() && self.unmerged.is_empty()
    }

    /// What it is, as the start of a sentence; `None` where everything is committed.
    pub fn words(&self) -> Option<String> {
        let first = |paths: &[String]| list_first(&paths.iter().map(|p| safe(p)).collect::<Vec<_>>(), 3);
        let verb = |paths: &[String]| if paths.len() == 1 { "conflicts" } else { "conflict" };
        match (self.operation, self.unmerged.as_slice()) {
            (Some(operation), []) => Some(format!("{operation} is in progress")),
            (Some(operation), paths) => {
                Some(format!("{operation} is in progress: {} {}", first(paths), verb(paths)))
            }
            (None, []) if self.changed.is_empty() => None,
            (None, []) => {
                let (n, is) = (self.changed.len(), if self.changed.len() == 1 { "is" } else { "are" });
                Some(format!("{} {is} not committed ({})", count(n, "change"), first(&self.changed)))
            }
            (None, paths) => Some(format!("{} {}", first(paths), verb(paths))),
        }
    }

    /// What to type next for it. `stand` is where the branch is checked out.
    pub fn command(&self, stand: Option<&CheckedOut>, branch: &str) -> String {
        let git = |arguments: &str| git(stand, branch, arguments);
        match (self.operation, self.unmerged.as_slice()) {
            (Some("a rebase" | "a bisect"), _) => format!("{}    # shows how to end it", git("status")),
            (_, [path, ..]) => format!("{}    # after editing it", git(&format!("add {}", shell_word(path)))),
            (Some("a cherry-pick"), []) => git("cherry-pick --continue"),
            (Some("a revert"), []) => git("revert --continue"),
            (Some(_), []) => git("commit"),
            (None, []) => commit(stand, branch),
        }
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
