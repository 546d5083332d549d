//! The trees that were tested, held against the tree that was tagged.

use super::workspace::Workspace;
use crate::config::Changelog;
use crate::git::access::Access;
use crate::insight::shipped::{Tested, is_notes, only_the_version};
use crate::model::checklist::{Standing, Verdict};
use crate::model::incident::Incident;
use crate::model::oid::Oid;
use crate::model::version::number_of;

/// What was tested for a release, tree by tree; nothing before there is one, or where it is not here.
///
/// # Errors
/// When objects cannot be read.
pub fn against(
    workspace: &Workspace,
    incident: &Incident,
    standings: &[Standing],
) -> anyhow::Result<Vec<Tested>> {
    let repo = &workspace.repo;
    let Some(released) = &incident.released else { return Ok(Vec::new()) };
    if !repo.has(released)? {
        return Ok(Vec::new());
    }
    let shipped = repo.commit(released)?.tree;
    let (from, to) = (version(incident.base_tag.as_deref()), version(incident.tag.as_deref()));
    let mut found: Vec<Tested> = Vec::new();
    for answer in standings.iter().filter_map(|s| s.answer.as_ref()) {
        let (Some(tree), Verdict::Pass) = (&answer.tree, answer.verdict) else { continue };
        if let Some(known) = found.iter_mut().find(|t| t.tree == *tree) {
            known.checks.push(answer.id.clone());
            continue;
        }
        let (differs, version_files) = differences(workspace, tree, &shipped, (&from, &to))?;
        found.push(Tested { tree: tree.clone(), checks: vec![answer.id.clone()], differs, version_files });
    }
    Ok(found)
}

/// Whether two commits differ in nothing but the number of the release and its notes.
///
/// # Errors
/// When objects cannot be read.
pub fn differ_in_version_only(
    workspace: &Workspace,
    old: &Oid,
    new: &Oid,
    (from, to): (Option<&str>, Option<&str>),
) -> anyhow::Result<bool> {
    let tree = |commit: &Oid| workspace.repo.commit(commit).map(|c| c.tree);
    let (differs, _) = differences(workspace, &tree(old)?, &tree(new)?, (&version(from), &version(to)))?;
    Ok(differs.is_some_and(|files| files.is_empty()))
}

fn version(tag: Option<&str>) -> String {
    tag.and_then(number_of).unwrap_or_default()
}

/// The files that differ, and those that differ only in the number of the release.
fn differences(
    workspace: &Workspace,
    tree: &Oid,
    shipped: &Oid,
    (from, to): (&str, &str),
) -> anyhow::Result<(Option<Vec<String>>, Vec<String>)> {
    let repo = &workspace.repo;
    if tree == shipped {
        return Ok((Some(Vec::new()), Vec::new()));
    }
    if !repo.has(tree)? {
        return Ok((None, Vec::new()));
    }
    let (mut differs, mut version_files) = (Vec::new(), Vec::new());
    for file in repo.changes(tree, shipped)? {
        let (old, new) = (repo.tree_blob(tree, &file.path)?, repo.tree_blob(shipped, &file.path)?);
        let bumped = old.zip(new).is_some_and(|(old, new)| only_the_version(&old, &new, from, to));
        let changelog = match &workspace.config.version.changelog {
            Changelog::File(path) => Some(path.as_str()),
            _ => None,
        };
        if bumped || is_notes(&file.path, changelog) {
            version_files.push(file.path);
        } else {
            differs.push(file.path);
        }
    }
    Ok((Some(differs), version_files))
}
