//! The answer of `affected`, kept beside the repository for as long as nothing moved, so that
//! looking at a hotfix costs its price once. The file can be deleted at any time.

use super::Hotfix;
use super::affected::affected;
use super::fix::{self, Fix};
use super::workspace::Workspace;
use crate::git::GitError;
use crate::git::config::GitConfig;
use crate::git::fetch::{View, last_known};
use crate::insight::affected::Affected;
use crate::system::files;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash, Hasher};
use std::path::PathBuf;
use std::time::Duration;

/// The longest one git process may take where nobody asked for the answer.
const IN_PASSING: Duration = Duration::from_millis(400);
/// How many hotfixes are remembered.
const MOST: usize = 8;

#[derive(Debug, Serialize, Deserialize)]
struct Kept {
    /// What the answer depends on.
    key: u64,
    /// `None`: it took too long.
    found: Option<Affected>,
}

type Book = BTreeMap<String, Kept>;

fn path(workspace: &Workspace) -> PathBuf {
    workspace.repo.common_dir().join("hotfix").join("affected")
}

fn read(workspace: &Workspace) -> Book {
    let text = files::read_optional(&path(workspace)).ok().flatten().unwrap_or_default();
    // Damaged, or from another version: found out again.
    serde_json::from_str(&text).unwrap_or_default()
}

/// Everything the answer depends on: the fix, the branches, the tags, the settings.
fn key(workspace: &Workspace, view: &View, fix: &Fix) -> u64 {
    let mut hasher = DefaultHasher::new();
    let (guard, branches) = (&workspace.config.guard, &workspace.config.branches);
    (env!("CARGO_PKG_VERSION"), &fix.base, &fix.tip, &fix.whole, &fix.prefix).hash(&mut hasher);
    fix.left_out.iter().for_each(|left| (&left.commit, &left.paths).hash(&mut hasher));
    fix.forward.iter().for_each(|other| (&other.base, &other.tip, &other.whole).hash(&mut hasher));
    (&guard.ignore, &branches.lines, &branches.merge_back, &branches.production).hash(&mut hasher);
    (&workspace.config.version.tag, workspace.repo.is_shallow()).hash(&mut hasher);
    (&view.heads, &view.tags).hash(&mut hasher);
    hasher.finish()
}

/// Finds out, however long it takes, and remembers it.
///
/// # Errors
/// When history cannot be read.
pub fn look(workspace: &Workspace, view: &View, fix: &Fix) -> anyhow::Result<Affected> {
    let key = key(workspace, view, fix);
    if let Some(found) = kept(workspace, fix, key).flatten() {
        return Ok(found);
    }
    let found = affected(workspace, view, fix, None)?;
    keep(workspace, fix, key, Some(found.clone()));
    Ok(found)
}

/// What is remembered of a hotfix as it is now.
pub fn known(workspace: &Workspace, hotfix: &Hotfix) -> Option<Affected> {
    if read(workspace).is_empty() {
        return None;
    }
    let (view, fix) = here(workspace, hotfix)?;
    kept(workspace, &fix, key(workspace, &view, &fix)).flatten()
}

/// The fix and what is known here of everything around it, whatever the remote has said meanwhile.
fn here(workspace: &Workspace, hotfix: &Hotfix) -> Option<(View, Fix)> {
    let view = last_known(&workspace.repo, workspace.remote()).ok()?;
    let fix = fix::of_hotfix(workspace, &view, hotfix).ok().flatten()?;
    Some((view, fix))
}

/// The answer if it is remembered or quickly found; `None` where it takes long, which is
/// remembered, too.
pub fn in_passing(workspace: &Workspace, hotfix: &Hotfix) -> Option<Affected> {
    let (view, fix) = here(workspace, hotfix)?;
    let key = key(workspace, &view, &fix);
    if let Some(answer) = kept(workspace, &fix, key) {
        return answer;
    }
    // A partial clone would fetch old files, and nobody asked for the network.
    let partial = |c: &GitConfig| c.entries().iter().any(|e| e.key.ends_with(".promisor"));
    if workspace.repo.config().is_ok_and(partial) {
        return None;
    }
    let found = match affected(workspace, &view, &fix, Some(IN_PASSING)) {
        Ok(found) => Some(found),
        Err(error) if error.downcast_ref::<GitError>().is_some_and(GitError::is_timeout) => None,
        Err(error) => {
            log::debug!("cannot determine the affected releases: {error:#}");
            return None;
        }
    };
    keep(workspace, &fix, key, found.clone());
    found
}

fn kept(workspace: &Workspace, fix: &Fix, key: u64) -> Option<Option<Affected>> {
    let entry = read(workspace).remove(fix.name.as_deref()?)?;
    (entry.key == key).then_some(entry.found)
}

fn keep(workspace: &Workspace, fix: &Fix, key: u64, found: Option<Affected>) {
    let Some(name) = &fix.name else { return };
    let mut book = read(workspace);
    if book.len() >= MOST && !book.contains_key(name) {
        book.clear();
    }
    book.insert(name.clone(), Kept { key, found });
    let written = serde_json::to_string(&book).map_err(std::io::Error::from);
    if let Err(error) = written.and_then(|text| files::write_atomically(&path(workspace), &text)) {
        log::debug!("the answer could not be cached: {error}");
    }
}
