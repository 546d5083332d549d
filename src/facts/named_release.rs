//! The release that a word on the command line names, and what there is where it names none.

use super::workspace::Workspace;
use crate::git::GitError;
use crate::git::fetch::{View, last_known, local_tags};
use crate::git::tags::Releases;
use crate::model::failure::Failure;
use crate::model::text::safe;

/// The release tags, those of the remote before those here.
///
/// # Errors
/// When tags cannot be read.
pub fn releases(workspace: &Workspace, view: &View) -> Result<Releases, GitError> {
    let repo = &workspace.repo;
    Releases::of(view, &local_tags(repo)?, workspace.config.version.scheme).without_strays(repo)
}

/// The tag of the release that a word names by its number, as far as is known here; the word itself where
/// it names none.
///
/// # Errors
/// When tags cannot be read.
pub fn tag_of(workspace: &Workspace, typed: &str) -> Result<String, GitError> {
    let view = last_known(&workspace.repo, workspace.remote())?;
    Ok(releases(workspace, &view)?.called(typed).unwrap_or(typed).to_owned())
}

/// Says that a word names no release, and which are nearest to it.
pub fn unknown(releases: &Releases, typed: &str) -> Failure {
    let near = releases.nearest(typed);
    let what = match releases.alike(typed).len() > 1 {
        true => format!("several releases have the number {}; name the tag", safe(typed)),
        false => format!("there is no release {}", safe(typed)),
    };
    Failure::usage(what).nearest(typed, near)
}
