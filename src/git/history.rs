//! All of the history below some commits, read in one go, for questions about many commits at once.

use super::repo::Repo;
use super::{GitError, Result};
use crate::model::oid::Oid;

/// A commit as far as history is concerned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Past {
    pub oid: Oid,
    pub parents: Vec<Oid>,
    /// When it was committed, in seconds since 1970.
    pub seconds: i64,
    pub message: String,
}

/// Every commit reachable from `tips`, no commit before all of its children.
///
/// # Errors
/// When history cannot be read.
pub fn read(repo: &Repo, tips: &[Oid]) -> Result<Vec<Past>> {
    if tips.is_empty() {
        return Ok(Vec::new());
    }
    let names: String = tips.iter().map(|tip| format!("{tip}\n")).collect();
    let run = repo
        .call("log")
        .args(["--stdin", "-z", "--topo-order", "--no-show-signature", "--no-mailmap", "--encoding=UTF-8"])
        .arg("--format=%H%x00%P%x00%ct%x00%B")
        .stdin(names);
    let text = repo.git().text(run)?;
    let text = text.strip_suffix('\0').unwrap_or(&text);
    let mut fields = text.split('\0');
    let mut commits = Vec::new();
    // No field can hold a NUL, so four of them are one commit.
    while let Some(oid) = fields.next().filter(|f| !f.is_empty()) {
        let past = past(oid, [fields.next(), fields.next(), fields.next()])
            .ok_or_else(|| GitError::Unexpected { what: "log".into(), answer: oid.to_owned() })?;
        commits.push(past);
    }
    Ok(commits)
}

fn past(oid: &str, [parents, seconds, message]: [Option<&str>; 3]) -> Option<Past> {
    Some(Past {
        oid: Oid::parse(oid)?,
        parents: parents?.split_whitespace().map(Oid::parse).collect::<Option<_>>()?,
        seconds: seconds?.parse().ok()?,
        message: message?.trim_end().to_owned(),
    })
}
