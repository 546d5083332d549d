//! The version files of a release, between git's trees and the pure bump.

use crate::config;
use crate::facts::lazy_tree::LazyTree;
use crate::git::access::Access;
use crate::git::repo::Repo;
use crate::model::oid::Oid;
use crate::plan::bump::{self, Edits, File, Places, Release, Tree};
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
    let changed: Vec<(&str, &[u8])> =
        edits.edits.iter().map(|edit| (edit.path.as_str(), edit.new.as_bytes())).collect();
    Ok(Bumped { tree: Some(repo.edit_tree(content, &changed)?), edits })
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
    let without = config::Version { changelog: config::Changelog::Never, ..config.clone() };
    let moved = bump(repo, &without, (content, content), release)?.tree.unwrap_or_else(|| content.clone());
    let there = LazyTree::new(repo, other.clone())?;
    let Some(path) = there.checked(bump::changelog(&there, config, release.dir))? else {
        return Ok(moved);
    };
    Ok(match repo.tree_blob(other, &path)? {
        Some(text) => repo.edit_tree(&moved, &[(path.as_str(), text.as_slice())])?,
        None => moved,
    })
}

/// A merge of a release into a target that conflicts, or one of its commits that is picked there.
pub struct Conflict<'a> {
    /// What both began with; `None` for what their history has in common.
    pub base: Option<&'a Oid>,
    /// The target's commit.
    pub ours: &'a Oid,
    /// The released commit.
    pub theirs: &'a Oid,
    pub paths: &'a [String],
}

/// The files of a conflict that are about nothing but versions and the changelog, resolved: the
/// target keeps its own version, and the changelog has the releases of both. What is not among them
/// needs a human.
///
/// # Errors
/// When git cannot read the commits.
pub fn resolve(
    repo: &Repo,
    config: &config::Version,
    (dir, version): (&str, &str),
    conflict: &Conflict<'_>,
) -> anyhow::Result<BTreeMap<String, String>> {
    let mut resolved = BTreeMap::new();
    let common = match conflict.base {
        Some(base) => Some(base.clone()),
        None => repo.merge_base(conflict.ours, conflict.theirs)?,
    };
    let Some(base) = common else { return Ok(resolved) };
    let released = LazyTree::of_commit(repo, conflict.theirs)?;
    let places: Places = released.checked(bump::places(&released, config, dir, version))?;
    let (base, ours) = (repo.commit(&base)?.tree, repo.commit(conflict.ours)?.tree);
    let (base, ours) = (LazyTree::unlisted(repo, base), LazyTree::unlisted(repo, ours));
    // Not of a link: its text is the place that it leads to.
    let text = |tree: &LazyTree<'_>, path: &str| match tree.checked(tree.read(path))? {
        Some(File::Text(text)) => Ok::<_, anyhow::Error>(Some(text)),
        _ => Ok(None),
    };
    for path in conflict.paths {
        let (Some(base), Some(ours), Some(theirs)) =
            (text(&base, path)?, text(&ours, path)?, text(&released, path)?)
        else {
            continue;
        };
        if let Some(text) = bump::resolve(path, &base, &ours, &theirs, &places) {
            resolved.insert(path.clone(), text);
        }
    }
    Ok(resolved)
}
