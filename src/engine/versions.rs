//! The version files of a release, between git's trees and the pure bump.

use crate::config;
use crate::facts::lazy_tree::LazyTree;
use crate::git::access::Access;
use crate::git::merge::Clash;
use crate::git::repo::Repo;
use crate::model::oid::Oid;
use crate::plan::bump::{self, Edits, File, Places, Release};
use std::collections::BTreeMap;

/// Who makes the tag of a release of this commit, when it is not this program: the name of the tool,
/// and what it needs for this version, which may be nothing.
///
/// # Errors
/// When git cannot read the commit.
pub fn tagged_by(
    repo: &Repo,
    config: &config::Version,
    commit: &Oid,
    (dir, version): (&str, &str),
) -> anyhow::Result<Option<(String, String)>> {
    if config.tag_by == config::TagBy::Own {
        return Ok(None);
    }
    let tree = LazyTree::of_commit(repo, commit)?;
    let owner = tree.checked(bump::owner(&tree, config, dir))?.filter(|owner| owner.tags);
    Ok(match owner {
        Some(owner) => Some((owner.tool.to_owned(), owner.needs(version))),
        None => (config.tag_by == config::TagBy::Other).then(|| ("another tool".to_owned(), String::new())),
    })
}

/// A commit's tree with the version files and the changelog of a release.
pub struct Bumped {
    /// The new tree; `None` where nothing changes.
    pub tree: Option<Oid>,
    /// What changed, and what is to be said.
    pub edits: Edits,
}

/// Makes the tree of a release: `content` with its version files and its changelog. What was added
/// to the changelog under "Unreleased" since `before` becomes the release's section. `finish` and
/// `rollback` both release this way; a rollback says "Reverted" for the kind, and gives production
/// as it is for `before`.
///
/// # Errors
/// When git cannot read the trees or write the new one.
pub fn bump(
    repo: &Repo,
    config: &config::Version,
    (content, before): (&Oid, &Oid),
    release: &Release<'_>,
) -> anyhow::Result<Bumped> {
    let tree = LazyTree::new(repo, content.clone())?;
    // One file of it is read; listing a large tree for that would cost more than all the rest.
    let before = LazyTree::unlisted(repo, before.clone());
    let edits = bump::edits(&tree, &before, config, release);
    let edits = before.checked(tree.checked(edits)?)?;
    if edits.edits.is_empty() {
        return Ok(Bumped { tree: None, edits });
    }
    let changed: Vec<(&str, Option<&[u8]>)> =
        edits.edits.iter().map(|edit| (edit.path.as_str(), Some(edit.new.as_bytes()))).collect();
    Ok(Bumped { tree: Some(repo.edit_tree(content, &changed)?), edits })
}

/// Whether a tree has manifests that another one has not, or other ones.
///
/// # Errors
/// When git cannot read the trees.
pub(super) fn has_other_manifests(repo: &Repo, tree: &Oid, other: &Oid) -> anyhow::Result<bool> {
    Ok(repo.only_in(tree, other)?.iter().any(|path| bump::is_manifest(path)))
}

/// A tree with its version files moved, and its changelog as it is.
///
/// # Errors
/// When git cannot read the tree or write the new one.
pub(super) fn moved(
    repo: &Repo,
    config: &config::Version,
    content: &Oid,
    release: &Release<'_>,
) -> anyhow::Result<Oid> {
    let without = config::Version { changelog: config::Changelog::Never, ..config.clone() };
    Ok(bump(repo, &without, (content, content), release)?.tree.unwrap_or_else(|| content.clone()))
}

/// A tree with the version and the changelog of another one, so that the two differ in what a release
/// brought and in nothing that a release writes itself.
///
/// # Errors
/// When git cannot read the trees or write the new one.
pub(super) fn as_in(
    repo: &Repo,
    config: &config::Version,
    (content, other): (&Oid, &Oid),
    release: &Release<'_>,
) -> anyhow::Result<Oid> {
    let moved = moved(repo, config, content, release)?;
    let there = LazyTree::new(repo, other.clone())?;
    let Some(path) = there.checked(bump::changelog(&there, config, release.dir))? else {
        return Ok(moved);
    };
    Ok(match repo.tree_blob(other, &path)? {
        Some(text) => repo.edit_tree(&moved, &[(path.as_str(), Some(text.as_slice()))])?,
        None => moved,
    })
}

/// What becomes of a file of a conflict.
pub enum Settled {
    /// It holds this.
    Text(String),
    /// The target has deleted it, and so it stays.
    Gone,
}

impl Settled {
    /// The bytes of the file, where it stays.
    pub const fn content(&self) -> Option<&[u8]> {
        match self {
            Self::Text(text) => Some(text.as_bytes()),
            Self::Gone => None,
        }
    }
}

/// The files of a conflict that are about nothing but versions and the changelog, resolved: the
/// target keeps its own version, and the changelog has the releases of both. What is not among them
/// needs a human.
///
/// # Errors
/// When git cannot read the released commit or the contents.
pub fn resolve(
    repo: &Repo,
    config: &config::Version,
    (dir, version): (&str, &str),
    (released, clashes): (&Oid, &[Clash]),
) -> anyhow::Result<BTreeMap<String, Settled>> {
    let mut settled = BTreeMap::new();
    if clashes.is_empty() {
        return Ok(settled);
    }
    let released = LazyTree::of_commit(repo, released)?;
    let places: Places = released.checked(bump::places(&released, config, dir, version))?;
    for clash in clashes.iter().filter(|clash| !clash.is_odd) {
        let [base, ours, theirs] = &clash.sides;
        let (Some(base), Some(theirs)) = (base, theirs) else { continue };
        // Where the target has moved the file, the release knows it by the path that it had.
        let path =
            if ours.is_some() { released.path_of(theirs, &clash.path) } else { Some(clash.path.as_str()) };
        let wanted: Vec<Oid> =
            [Some(base), Some(theirs), ours.as_ref()].into_iter().flatten().cloned().collect();
        let mut texts = repo.read_blobs(&wanted)?.into_iter().map(|bytes| match bytes.map(File::of_bytes) {
            Some(File::Text(text)) => Some(text),
            _ => None,
        });
        let (Some(path), Some(Some(base)), Some(Some(theirs))) = (path, texts.next(), texts.next()) else {
            continue;
        };
        let found = match (ours, texts.next().flatten()) {
            (Some(_), Some(ours)) => bump::resolve(path, &base, &ours, &theirs, &places).map(Settled::Text),
            (None, _) => bump::moves_only(path, &base, &theirs, &places).then_some(Settled::Gone),
            (Some(_), None) => None,
        };
        settled.extend(found.map(|found| (clash.path.clone(), found)));
    }
    Ok(settled)
}
