//! A branch that only another clone has.

use super::text::{safe, shell_word};

/// The branch of a hotfix that was begun in another clone and is not published, as far as is known here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Absent {
    /// Without `refs/heads/`.
    pub branch: String,
    /// Who worked on it last, as the log tells.
    pub who: String,
    pub remote: String,
}

impl Absent {
    /// `hotfix/x was not on origin when it was last read; Nina has it and can publish it: git push -u origin hotfix/x`.
    pub fn words(&self) -> String {
        let (branch, remote, who) = (safe(&self.branch), safe(&self.remote), safe(&self.who));
        format!(
            "{branch} was not on {remote} when it was last read; {who} has it and can publish it: {}",
            self.publish()
        )
    }

    /// What publishes it, where it is.
    pub fn publish(&self) -> String {
        publish(&self.remote, &self.branch)
    }
}

/// What publishes a branch, in the clone that has it.
pub fn publish(remote: &str, branch: &str) -> String {
    format!("git push -u {} {}", shell_word(remote), shell_word(branch))
}
