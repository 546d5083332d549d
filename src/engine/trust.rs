//! Commands that a repository's configuration names run only after somebody has said yes to their
//! exact text. The yes is kept in the git directory, which no clone or push carries.

use crate::git::Repo;
use crate::system::files;
use std::path::PathBuf;

fn path(repo: &Repo) -> PathBuf {
    repo.common_dir().join("hotfix").join("trusted.jsonl")
}

/// Whether somebody has said yes to this command.
pub fn is_trusted(repo: &Repo, command: &str) -> bool {
    let text = files::read_optional(&path(repo)).ok().flatten().unwrap_or_default();
    text.lines().any(|line| serde_json::from_str::<String>(line).is_ok_and(|known| known == command))
}

/// Keeps a yes.
///
/// # Errors
/// When the git directory cannot be written.
pub fn trust(repo: &Repo, command: &str) -> std::io::Result<()> {
    if is_trusted(repo, command) {
        return Ok(());
    }
    files::append_line_synced(&path(repo), &serde_json::to_string(command)?)
}
