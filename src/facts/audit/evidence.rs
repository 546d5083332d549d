//! What a verdict is made of, for people who want to see it: the lines then, the lines now, and the
//! commits between.

use super::{Audit, Audited, Found};
use crate::facts::presence::File;
use crate::facts::workspace::Workspace;
use crate::git::access::Access;
use crate::git::history;
use crate::insight::presence::content::State;

/// How many parts are shown for each place.
const PARTS: usize = 5;
/// How many commits are shown for each part.
const COMMITS: usize = 8;

/// One part of a fix that is not as it was made.
#[derive(Clone, Debug, serde::Serialize)]
pub struct Evidence {
    pub path: String,
    /// The line in the fix's own version of the file, counted from 1.
    pub line: Option<usize>,
    pub removed: Vec<String>,
    pub added: Vec<String>,
    /// The lines that are there now, between those that are as they were; `None` without the file.
    pub now: Option<Vec<String>>,
    /// Commits that changed the file since, newest first: id, day, subject.
    pub between: Vec<(String, String, String)>,
    pub is_lost: bool,
}

/// The evidence for one place.
///
/// # Errors
/// When contents or history cannot be read.
pub fn read(
    workspace: &Workspace,
    audit: &Audit,
    fix: &Audited,
    place: &Found,
) -> anyhow::Result<Vec<Evidence>> {
    let repo = &workspace.repo;
    let verdict = &place.verdict;
    let mut found = Vec::new();
    for (at, part) in place.answer.facts.parts.iter().enumerate() {
        let is_lost = verdict.lost.contains(&at);
        if part.state == State::In || (!verdict.lost.is_empty() && !is_lost) || found.len() >= PARTS {
            continue;
        }
        let is_its = |(_, file): &(usize, &File)| file.path == part.path && !file.change.is_entry();
        let Some((position, file)) = fix.material.files.iter().enumerate().find(is_its) else { continue };
        let paths = place.answer.paths.get(position).cloned().unwrap_or_default();
        let mut here = paths.iter().map(|path| repo.blob(&place.branch.tip, path));
        // Of a content that cannot be read there is nothing to show; the verdict says so.
        let Ok(content) = here.find_map(Result::transpose).transpose() else { continue };
        let since = audit.graph.oid(fix.fix.tip);
        let between = match since {
            Some(since) => history::touching(repo, &place.branch.tip, since, &paths, COMMITS)?,
            None => Vec::new(),
        };
        found.push(Evidence {
            path: part.path.clone(),
            line: file.change.line_of(part.part),
            removed: file.change.removed(part.part).iter().map(ToString::to_string).collect(),
            added: file.change.added(part.part).iter().map(ToString::to_string).collect(),
            now: content.map(|content| file.change.now(part.part, &content)),
            between,
            is_lost,
        });
    }
    Ok(found)
}
