//! Files that are written into the worktree: never through a link that leads out of it.

use crate::model::failure::Failure;
use crate::system::files;
use std::fmt::Display;
use std::path::Path;

/// Refuses to write a file of the worktree at `root` that lies elsewhere; `shown` is its name in the words.
///
/// # Errors
/// It lies elsewhere, or is a link.
pub fn within(root: &Path, path: &Path, shown: impl Display) -> Result<(), Failure> {
    match files::stays_inside(root, path) {
        true => Ok(()),
        false => Err(Failure::refused(format!("{shown} leads out of the working tree; nothing was written"))),
    }
}
