//! What a release brought, as the lines of `git revert` that take it back by hand.

use super::version_commit;
use super::workspace::Workspace;
use crate::git::access::Access;
use crate::git::tags::ReleaseTag;
use crate::model::oid::Oid;
use crate::model::text::shell_word;

/// More commits than this are not named one by one.
const NAMED: usize = 5;

/// One line for each commit of production from `onto` to the release, the newest first. What only moved the version
/// is left out: a release that takes another one back has a number of its own.
///
/// # Errors
/// When git cannot be read.
pub fn lines(workspace: &Workspace, undone: &ReleaseTag, onto: &Oid) -> anyhow::Result<Vec<String>> {
    let (repo, version) = (&workspace.repo, undone.version.to_string());
    let (mut found, mut at) = (Vec::new(), undone.commit.clone());
    while at != *onto && !repo.is_ancestor(&at, onto)? {
        let parents = repo.commit(&at)?.parents;
        let Some(first) = parents.first() else { break };
        if parents.len() > 1 {
            found.push(format!("git revert -m 1 {}", at.short()));
        } else if version_commit::moves(workspace, (first, &at), &version)?.is_none() {
            found.push(format!("git revert {}", at.short()));
        }
        if found.len() > NAMED {
            let range = format!("{}..{}", onto.short(), shell_word(&undone.name));
            return Ok(vec![format!(
                "git log --first-parent {range}    # what is to be reverted, newest first"
            )]);
        }
        at = first.clone();
    }
    Ok(found)
}
