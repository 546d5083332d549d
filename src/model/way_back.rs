//! The lines that lead back from a release, or bring it on.

use super::text::shell_word;

/// The line that shows what taking a release back would do.
pub fn way_back(tag: &str) -> String {
    format!("hotfix rollback {} --dry-run    # what going back would undo", shell_word(tag))
}

/// The line that brings a release to a branch that was skipped.
pub fn brings(branch: &str, tag: &str) -> String {
    format!("git switch {} && git merge {}", shell_word(branch), shell_word(tag))
}

/// What can be done instead of going on with a release that fails. Going back from a rollback, which has `undone` a
/// release, would release what was bad.
pub fn other_way(undone: Option<&str>, tag: Option<&str>) -> String {
    match (undone, tag) {
        (None, Some(tag)) => way_back(tag),
        _ => "hotfix start NAME    # or a fix of its own".to_owned(),
    }
}
