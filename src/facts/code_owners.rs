//! Who can approve a change: the CODEOWNERS file of the branch that it goes to.

use super::workspace::Workspace;
use crate::git::access::Access;
use crate::model::oid::Oid;
use crate::plan::request::owners;

/// Where forges look for it, in this order.
const PLACES: [&str; 7] = [
    ".github/CODEOWNERS",
    ".gitlab/CODEOWNERS",
    ".forgejo/CODEOWNERS",
    ".gitea/CODEOWNERS",
    "CODEOWNERS",
    "docs/CODEOWNERS",
    ".bitbucket/CODEOWNERS",
];

/// The owners of what a commit changes beside its base; none where there is no such file.
pub fn of_change(workspace: &Workspace, base: &Oid, commit: &Oid) -> Vec<String> {
    let repo = &workspace.repo;
    let text = PLACES.iter().find_map(|path| repo.blob(base, path).ok().flatten());
    let Some(text) = text else { return Vec::new() };
    let fork = repo.merge_base(base, commit).ok().flatten().unwrap_or_else(|| base.clone());
    let Ok(changes) = repo.changes(&fork, commit) else { return Vec::new() };
    let paths: Vec<String> = changes.into_iter().map(|c| c.path).collect();
    owners(&String::from_utf8_lossy(&text), &paths)
}
