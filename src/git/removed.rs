//! What is left of a worktree that was removed.

use std::path::{Path, PathBuf};

/// How many directories are looked at for a repository.
const NEAR: usize = 200;

/// The repository that a removed worktree belonged to: around it, beside it with a name that its own begins
/// with, or the only one near it in which hotfix was used.
pub fn repository_of_removed(gone: &Path) -> Option<PathBuf> {
    let removed = gone.ancestors().take_while(|path| !path.exists()).last()?;
    let (name, parent) = (removed.file_name()?.to_str()?, removed.parent()?);
    let names = name.rmatch_indices('.').filter_map(|(at, _)| name.get(..at)).filter(|name| !name.is_empty());
    let beside = names.map(|name| parent.join(name)).find(|path| path.join(".git").exists());
    beside.or_else(|| removed.ancestors().skip(1).take(3).find_map(near).flatten())
}

/// The repository at this place or directly below it; `Some(None)` where there are several.
fn near(place: &Path) -> Option<Option<PathBuf>> {
    if place.join(".git").exists() {
        return Some(Some(place.to_owned()));
    }
    let entries = std::fs::read_dir(place).into_iter().flatten().flatten().take(NEAR);
    let mut used = entries.map(|entry| entry.path()).filter(|path| path.join(".git/hotfix").is_dir());
    let first = used.next()?;
    Some(used.next().is_none().then_some(first))
}
