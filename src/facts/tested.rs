//! The trees that were tested, held against the tree that was tagged.

use super::site::Site;
use crate::config::Changelog;
use crate::git::access::Access;
use crate::insight::shipped::{Tested, is_notes, only_the_version};
use crate::model::checklist::{Standing, Verdict};
use crate::model::incident::Incident;
use crate::model::oid::Oid;
use crate::model::version::split_tag;

/// What was tested for a release, tree by tree; nothing before there is one, or where it is not here.
///
/// # Errors
/// When objects cannot be read.
pub fn against(site: &Site, incident: &Incident, standings: &[Standing]) -> anyhow::Result<Vec<Tested>> {
    let repo = &site.repo;
    let Some(released) = &incident.released else { return Ok(Vec::new()) };
    if !repo.has(released)? {
        return Ok(Vec::new());
    }
    let shipped = repo.commit(released)?.tree;
    let version = |tag: &Option<String>| tag.as_deref().and_then(split_tag).map(|(_, v)| v.to_string());
    let from = version(&incident.base_tag).unwrap_or_default();
    let to = version(&incident.tag).unwrap_or_default();
    let mut found: Vec<Tested> = Vec::new();
    for answer in standings.iter().filter_map(|s| s.answer.as_ref()) {
        let (Some(tree), Verdict::Pass) = (&answer.tree, answer.verdict) else { continue };
        if let Some(known) = found.iter_mut().find(|t| t.tree == *tree) {
            known.checks.push(answer.id.clone());
            continue;
        }
        let (differs, version_files) = differences(site, tree, &shipped, (&from, &to))?;
        found.push(Tested { tree: tree.clone(), checks: vec![answer.id.clone()], differs, version_files });
    }
    Ok(found)
}

/// The files that differ, and those that differ only in the number of the release.
fn differences(
    site: &Site,
    tree: &Oid,
    shipped: &Oid,
    (from, to): (&str, &str),
) -> anyhow::Result<(Option<Vec<String>>, Vec<String>)> {
    let repo = &site.repo;
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
        let changelog = match &site.config.version.changelog {
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
