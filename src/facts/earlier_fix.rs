//! What was there before an earlier attempt at the same fault: whoever wrote those lines may have brought
//! it.

use super::fix::Fix;
use crate::git::Repo;
use crate::git::access::Access;
use crate::git::blame::{self, Writer};
use crate::git::patch::{self, Spaces};
use crate::insight::earlier_fix::is_attempt;
use crate::model::oid::Oid;
use crate::model::patch::{FilePatch, Hunk};
use std::collections::BTreeSet;
use std::time::Duration;

/// How many attempts are looked behind.
const MOST: usize = 4;

/// An earlier attempt, and who wrote the lines that it replaced.
pub struct Attempt {
    pub commit: Oid,
    pub subject: String,
    pub writers: Vec<Writer>,
}

/// The attempts among the writers of faulty lines, and behind those.
///
/// # Errors
/// When history cannot be read, or not within `limit`.
pub fn attempts(
    repo: &Repo,
    fix: &Fix,
    writers: &[Writer],
    spaces: Spaces,
    limit: Option<Duration>,
) -> anyhow::Result<Vec<Attempt>> {
    let mut said = String::new();
    for commit in fix.parts.iter().chain(&fix.whole) {
        if let Ok(commit) = repo.commit(commit) {
            said.push_str(&commit.message);
            said.push('\n');
        }
    }
    let mut found: Vec<Attempt> = Vec::new();
    let mut open: Vec<Writer> = writers.to_vec();
    let mut seen: BTreeSet<Oid> = BTreeSet::new();
    while let Some(writer) = open.pop().filter(|_| found.len() < MOST) {
        if !seen.insert(writer.commit.clone()) {
            continue;
        }
        let commit = repo.commit(&writer.commit)?;
        let Some(parent) = commit.parents.first().filter(|_| commit.parents.len() == 1) else { continue };
        if !is_attempt(&said, &commit.message, &writer.commit) {
            continue;
        }
        let change = patch::between(repo, parent, &writer.commit, spaces, limit)?;
        let mut before = Vec::new();
        for file in &change {
            let (Some(old), ranges) = (&file.old, replaced(file, &writer)) else { continue };
            if !ranges.is_empty() {
                before.extend(blame::blame(repo, parent, old, &ranges, spaces, limit)?);
            }
        }
        if !before.is_empty() {
            open.extend(before.clone());
            found.push(Attempt { commit: writer.commit, subject: writer.subject, writers: before });
        }
    }
    Ok(found)
}

/// The lines that a commit replaced by those that it wrote, as they were numbered before it.
fn replaced(file: &FilePatch, writer: &Writer) -> Vec<(usize, usize)> {
    let wrote = |line: &String| {
        let here = |(path, text): &(String, String)| path == file.path() && text.trim() == line.trim();
        line.chars().any(char::is_alphanumeric) && writer.wrote.iter().any(here)
    };
    let says_something = |hunk: &&Hunk| hunk.removed.iter().any(|l| l.chars().any(char::is_alphanumeric));
    let hunks = file.hunks.iter().filter(says_something).filter(|hunk| hunk.added.iter().any(wrote));
    hunks.map(|hunk| (hunk.at, hunk.at + hunk.removed.len() - 1)).collect()
}
