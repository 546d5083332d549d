//! The commit with the version of the release on top of a hotfix, which `finish` puts on the branch
//! where production takes pull requests: what was tested is the commit below it.

use super::workspace::Workspace;
use crate::git::access::Access;
use crate::insight::shipped::{is_notes, only_a_version};
use crate::model::oid::Oid;
use crate::model::trailer::{self, HOTFIX};

/// Such a commit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VersionCommit {
    /// The commit below it.
    pub parent: Oid,
    /// The tag of the release that it was made for.
    pub tag: String,
    /// The files it changes, each in nothing but the version or the notes.
    pub files: Vec<String>,
}

/// Whether this commit is one. Its message alone is not believed: what it changes is looked at.
///
/// # Errors
/// When objects cannot be read.
pub fn of(workspace: &Workspace, oid: &Oid) -> anyhow::Result<Option<VersionCommit>> {
    let commit = workspace.repo.commit(oid)?;
    let tags = trailer::values(&commit.message, HOTFIX);
    let ([parent], [tag]) = (commit.parents.as_slice(), tags.as_slice()) else {
        return Ok(None);
    };
    // Below the words that were given for every commit, if any were.
    if !commit.message.lines().any(|line| line.starts_with("Version ")) {
        return Ok(None);
    }
    let mut files = Vec::new();
    for file in workspace.repo.changes(parent, oid)? {
        let below = workspace.repo.commit(parent)?.tree;
        let old = workspace.repo.tree_blob(&below, &file.path)?;
        let new = workspace.repo.tree_blob(&commit.tree, &file.path)?;
        let changelog = match &workspace.config.version.changelog {
            crate::config::Changelog::File(path) => Some(path.as_str()),
            _ => None,
        };
        let harmless = is_notes(&file.path, changelog)
            || old.zip(new).is_some_and(|(old, new)| only_a_version(&old, &new));
        if !harmless {
            return Ok(None);
        }
        files.push(file.path);
    }
    Ok(Some(VersionCommit { parent: parent.clone(), tag: (*tag).to_owned(), files }))
}

/// Whether a file holds release notes rather than a version.
pub fn is_paper(path: &str) -> bool {
    is_notes(path, None)
}

/// The commit below any version commits.
///
/// # Errors
/// When objects cannot be read.
pub fn below(workspace: &Workspace, tip: &Oid) -> anyhow::Result<Oid> {
    let mut at = tip.clone();
    while let Some(version) = of(workspace, &at)? {
        at = version.parent;
    }
    Ok(at)
}
