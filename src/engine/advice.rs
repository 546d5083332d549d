//! What to do about a refusal, by the server's own words. Forges say it in their own ways; nothing but
//! the advice depends on it.

/// What a server has against a push.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Against {
    Secret,
    Size,
    Signature,
    Identity,
    Message,
    Linear,
    Tag,
    Branch,
}

/// Words and what they are about, the most telling ones first. Lower case.
const SIGNS: [(Against, &[&str]); 8] = [
    (
        Against::Secret,
        &[
            "secret",
            "leaked",
            "push protection",
            "gitleaks",
            "vs403654",
            "api key",
            "private key",
            "credential",
        ],
    ),
    (
        Against::Size,
        &[
            "file size limit",
            "gh001",
            "large file",
            "too large",
            "larger than",
            "exceeds the maximum",
            "exceeds the limit",
        ],
    ),
    (
        Against::Signature,
        &["signature", "must be signed", "not signed", "unsigned", "gpg", "verified sign", "signed-off-by"],
    ),
    (
        Against::Identity,
        &[
            "email",
            "e-mail",
            "committer",
            "author ",
            "author's",
            "not registered in your account",
            "invalid author",
            "not a member of team",
        ],
    ),
    (
        Against::Message,
        &[
            "commit message",
            "message does not",
            "message must",
            "does not follow the pattern",
            "change-id",
            "jira",
            "ticket",
            "issue key",
            "work item",
            "conventional",
        ],
    ),
    (
        Against::Linear,
        &["linear history", "merge commit", "must not contain merge", "merges are not allowed", "no merges"],
    ),
    (
        Against::Tag,
        &[
            "protected tag",
            "tag is protected",
            "create this tag",
            "tag protection",
            "not allowed to create tag",
            "create tag",
            "tags/",
        ],
    ),
    (
        Against::Branch,
        &[
            "protected branch",
            "gh006",
            "pull request",
            "merge request",
            "not allowed to push",
            "tf402455",
            "refs/for/",
            "prohibited by gerrit",
            "changes must be made through",
            "branch is protected",
            "only allow",
            "restrict",
            "code review",
            "update for creation not permitted",
        ],
    ),
];

impl Against {
    /// Reads a refusal; `None` where nothing in it is known.
    pub fn read(words: &str) -> Option<Self> {
        let words = words.to_ascii_lowercase();
        SIGNS
            .iter()
            .find(|(_, signs)| signs.iter().any(|sign| words.contains(sign)))
            .map(|(against, _)| *against)
    }
}

/// The ref of the remote that git says is in the way of another one, by its full name.
pub fn in_the_way(words: &str) -> Option<&str> {
    let (before, _) = words.split_once("' exists; cannot create '")?;
    before.rsplit('\'').next().filter(|name| name.starts_with("refs/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forges_in_their_own_words() {
        for (words, against) in [
            (
                "GH006: Protected branch update failed for refs/heads/main. Changes must be made through a pull request.",
                Against::Branch,
            ),
            (
                "GitLab: You are not allowed to push code to protected branches on this project.",
                Against::Branch,
            ),
            (
                "TF402455: Pushes to this branch are not permitted; you must use a pull request to update this branch.",
                Against::Branch,
            ),
            ("Gitea: Not allowed to push to protected branch main", Against::Branch),
            ("Branch refs/heads/main can only be modified through pull requests.", Against::Branch),
            ("prohibited by Gerrit: not permitted: update", Against::Branch),
            ("GitLab: You are not allowed to create this tag as it is protected.", Against::Tag),
            (
                "GH013: Repository rule violations found for refs/tags/v1.2.1. Cannot create ref due to creations being restricted.",
                Against::Tag,
            ),
            ("GH006: This branch must not contain merge commits.", Against::Linear),
            ("Commits must have verified signatures.", Against::Signature),
            ("GitLab: Commit must be signed with a GPG key", Against::Signature),
            (
                "GitLab: You cannot push commits for 'a@b'. You can only push commits if the committer email is one of your own verified emails.",
                Against::Identity,
            ),
            ("ERROR: commit 1a2b: email address x@y is not registered in your account", Against::Identity),
            ("GitLab: Commit message does not follow the pattern 'JIRA-'", Against::Message),
            ("ERROR: missing Change-Id in message footer", Against::Message),
            ("error: GH001: Large files detected.", Against::Size),
            ("File big.bin is 120.00 MB; this exceeds GitHub's file size limit of 100.00 MB", Against::Size),
            ("- Push cannot contain secrets", Against::Secret),
            ("VS403654: The push was rejected because it contains one or more secrets.", Against::Secret),
        ] {
            assert_eq!(Against::read(words), Some(against), "{words}");
        }
        assert_eq!(Against::read("the freeze is on"), None);
    }
}
