//! The commit with the version of the release on top of a hotfix, which `finish` puts on the branch
//! where production takes pull requests: what was tested is the commit below it.

use super::lazy_tree::LazyTree;
use super::workspace::Workspace;
use crate::git::access::Access;
use crate::insight::shipped::is_notes;
use crate::model::oid::Oid;
use crate::model::path::{parent as parent_of, up};
use crate::model::trailer::{self, HOTFIX};
use crate::model::version::number_of;
use crate::plan::bump::{self, File, Tree};

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

/// Whether this commit is one. Its message is not believed: it may move nothing but the version, where the
/// version files of the release have it, and add lines to the changelog.
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
    let Some(version) = number_of(tag) else { return Ok(None) };
    let files = moves(workspace, (parent, oid), &version)?;
    Ok(files.map(|files| VersionCommit { parent: parent.clone(), tag: (*tag).to_owned(), files }))
}

/// The files that a commit changes, where it moves nothing but the version to this one, and adds to the changelog.
///
/// # Errors
/// When objects cannot be read.
pub fn moves(
    workspace: &Workspace,
    (parent, oid): (&Oid, &Oid),
    version: &str,
) -> anyhow::Result<Option<Vec<String>>> {
    let repo = &workspace.repo;
    let commit = repo.commit(oid)?;
    let files: Vec<String> = repo.changes(parent, oid)?.into_iter().map(|file| file.path).collect();
    let old = LazyTree::unlisted(repo, repo.commit(parent)?.tree);
    let new = LazyTree::new(repo, commit.tree.clone())?;
    // A package's version is below a directory that holds all that moves with it, or at the top.
    let first = files.first().map_or("", |path| parent_of(path));
    let mut dirs: Vec<&str> = up(first).collect();
    dirs.push("");
    for dir in dirs {
        let places = new.checked(bump::places(&new, &workspace.config.version, dir, version))?;
        let moved = |path: &String| match (old.read(path), new.read(path)) {
            (Some(File::Text(before)), Some(File::Text(after))) => {
                old.mode(path) == new.mode(path) && bump::moves_only(path, &before, &after, &places)
            }
            _ => false,
        };
        if files.iter().all(moved) {
            return Ok(Some(files));
        }
    }
    Ok(None)
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
