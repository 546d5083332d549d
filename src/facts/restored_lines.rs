//! Who wrote lines that a rollback or a revert put back: it restored them, and the fault is older.

use crate::git::Repo;
use crate::git::access::Access;
use crate::git::blame::{self, Writer};
use crate::git::patch::Spaces;
use crate::git::tags::commit_of;
use crate::insight::suspect;
use crate::model::oid::Oid;
use std::collections::BTreeMap;
use std::time::Duration;

/// How many rollbacks of rollbacks are looked behind.
const MOST: usize = 4;

/// The writers, with those of the lines before in the place of a commit that only restored them.
///
/// # Errors
/// When history cannot be read, or not within `limit`.
pub fn behind(
    repo: &Repo,
    writers: Vec<Writer>,
    spaces: Spaces,
    limit: Option<Duration>,
) -> anyhow::Result<Vec<Writer>> {
    let mut open: Vec<(Writer, usize)> = writers.into_iter().map(|writer| (writer, 0)).collect();
    let mut found = Vec::new();
    while let Some((writer, depth)) = open.pop() {
        match before(repo, &writer).filter(|_| depth < MOST) {
            Some(commit) => match written_in(repo, &commit, &writer, spaces, limit)? {
                Some(older) => open.extend(older.into_iter().map(|writer| (writer, depth + 1))),
                None => found.push(writer),
            },
            None => found.push(writer),
        }
    }
    found.reverse();
    Ok(found)
}

/// The commit before what a commit takes back, where it says that it takes something back.
fn before(repo: &Repo, writer: &Writer) -> Option<Oid> {
    let message = repo.commit(&writer.commit).ok()?.message;
    let (commits, releases) = suspect::takes_back(&message);
    let undone = match releases {
        Some((undone, _)) => commit_of(repo, &undone).ok()??,
        None => commits.into_iter().next()?,
    };
    // A message can claim anything.
    let is_older = repo.has(&undone).ok()? && repo.is_ancestor(&undone, &writer.commit).ok()?;
    let parent = repo.commit(&undone).ok().filter(|_| is_older)?.parents.into_iter().next()?;
    (undone != writer.commit && repo.has(&parent).ok()?).then_some(parent)
}

/// Who wrote those lines as they were in a commit; `None` where one of them is not there.
fn written_in(
    repo: &Repo,
    commit: &Oid,
    writer: &Writer,
    spaces: Spaces,
    limit: Option<Duration>,
) -> anyhow::Result<Option<Vec<Writer>>> {
    let mut by_path: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (path, line) in &writer.wrote {
        by_path.entry(path).or_default().push(line.trim());
    }
    let mut found = Vec::new();
    for (path, wanted) in by_path {
        let Some(content) = repo.blob(commit, path)? else { return Ok(None) };
        let content = String::from_utf8_lossy(&content);
        let lines: Vec<&str> = content.lines().map(str::trim).collect();
        let mut ranges = Vec::new();
        for line in wanted {
            let Some(at) = lines.iter().position(|known| *known == line) else { return Ok(None) };
            ranges.push((at + 1, at + 1));
        }
        ranges.sort_unstable();
        ranges.dedup();
        found.extend(blame::blame(repo, commit, path, &ranges, spaces, limit)?);
    }
    Ok((!found.is_empty()).then_some(found))
}
