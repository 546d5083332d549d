//! Client hooks: which of them there are. git runs them; we only have to know when one is there.

use super::repo::Repo;
use crate::system::files;
use std::path::PathBuf;

/// Whether a hook is there and will run.
pub fn has(repo: &Repo, name: &str) -> bool {
    files::is_executable(&dir(repo).join(name))
}

/// The directory git takes hooks from.
pub fn dir(repo: &Repo) -> PathBuf {
    let configured = repo.config().ok().and_then(|c| c.get("core.hookspath").map(str::to_owned));
    match configured {
        Some(path) => match path.strip_prefix("~/") {
            Some(rest) => repo.home().join(rest),
            None => repo.dir().join(path),
        },
        None => repo.common_dir().join("hooks"),
    }
}
