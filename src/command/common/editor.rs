//! A person writes in git's editor.

use crate::command::Session;
use crate::facts::Workspace;
use crate::model::failure::Failure;
use crate::system::files;
use crate::system::process::Run;
use std::path::Path;

/// Whether an editor can be more than a wait for ever: on a terminal, or where somebody chose one.
pub fn is_at_hand(session: &Session) -> bool {
    let chosen = ["GIT_EDITOR", "VISUAL", "EDITOR"].iter().any(|v| session.env.var(v).is_some());
    !session.global.no_input && (session.ui.is_interactive() || chosen)
}

/// Puts a text into `path`, opens git's editor on it and returns what was saved. The file stays.
///
/// # Errors
/// When the editor fails, which is how people call it off.
pub fn edit(workspace: &Workspace, path: &Path, text: &str) -> anyhow::Result<String> {
    files::write_atomically(path, text)?;
    let editor =
        workspace.repo.git().text(Run::new("git").args(["var", "GIT_EDITOR"]).dir(workspace.repo.dir()))?;
    let done = Run::shell(&format!("{} \"$HOTFIX_EDIT_FILE\"", editor.trim()))
        .env("HOTFIX_EDIT_FILE", path)
        .attached()?;
    if !done.success() {
        return Err(Failure::failed("the editor failed; nothing was written").into());
    }
    Ok(files::read_optional(path)?.unwrap_or_default())
}
