//! Up to which commit a person was shown a branch in this clone: an approval is for that, whoever has pushed since.

use super::brought_in;
use super::commit_lines::line;
use super::workspace::Workspace;
use crate::git::access::Access;
use crate::model::oid::Oid;
use crate::model::plan::CommitLine;
use crate::system::files;
use std::path::PathBuf;

/// The most commits that are looked at.
const MOST: usize = 1000;

fn list(workspace: &Workspace) -> PathBuf {
    workspace.repo.common_dir().join("hotfix").join("shown")
}

/// Remembers that somebody was shown a branch as it is at `tip`. Without it nothing is compared later.
pub fn remember(workspace: &Workspace, branch: &str, tip: &Oid) {
    if let Err(error) = files::append_lines(&list(workspace), &[&format!("{tip} {branch}")], false) {
        log::debug!("what was shown could not be written down: {error}");
    }
}

/// The commits of a branch that came since it was last shown, newest first; none where it was never shown. Versions
/// and what production has bring nothing to look at.
///
/// # Errors
/// When history cannot be read.
pub fn since(
    workspace: &Workspace,
    branch: &str,
    tip: &Oid,
    production: &Oid,
) -> anyhow::Result<Vec<CommitLine>> {
    let text = files::read_optional(&list(workspace))?.unwrap_or_default();
    let of_branch = |line: &str| {
        let (tip, name) = line.split_once(' ')?;
        (name == branch).then(|| Oid::parse(tip)).flatten()
    };
    let repo = &workspace.repo;
    let Some(shown) = text.lines().rev().find_map(of_branch).filter(|shown| shown != tip) else {
        return Ok(Vec::new());
    };
    let mut hide = vec![production.clone()];
    if repo.has(&shown)? {
        if brought_in::grew_from(workspace, tip, &shown, production)? {
            return Ok(Vec::new());
        }
        hide.push(shown);
    }
    let mut new = repo.log(tip, &hide, MOST)?;
    if new.is_empty() {
        // It went back to an older commit.
        new.push(repo.commit(tip)?);
    }
    Ok(new.into_iter().map(line).collect())
}
