//! History as a whole, read in one walk, for questions about many commits at once.

use super::repo::Repo;
use super::{GitError, Result};
use crate::model::history::Past;
use crate::model::oid::Oid;
use std::time::Duration;

/// What is read of each commit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Detail {
    /// Only its parents: with a commit graph no commit has to be opened.
    Parents,
    /// Its time and message as well.
    Messages,
}

/// Every commit reachable from `tips` and not from the parents of `floor`, none before all of its
/// children.
///
/// # Errors
/// When history cannot be read, or not within `limit`.
pub fn read(
    repo: &Repo,
    tips: &[&Oid],
    floor: Option<&Oid>,
    detail: Detail,
    limit: Option<Duration>,
) -> Result<Vec<Past>> {
    if tips.is_empty() {
        return Ok(Vec::new());
    }
    let mut revisions = lines(tips);
    if let Some(floor) = floor {
        revisions.push_str(&format!("^{floor}^@\n"));
    }
    let run = match detail {
        Detail::Parents => repo.call("rev-list").arg("--parents"),
        Detail::Messages => repo
            .call("log")
            .args(["-z", "--no-show-signature", "--no-mailmap", "--encoding=UTF-8"])
            .arg("--format=%H%x00%P%x00%ct%x00%B"),
    };
    let text = repo.git().text(run.args(["--topo-order", "--stdin"]).stdin(revisions).limit(limit))?;
    match detail {
        Detail::Parents => Ok(with_parents(&text)),
        Detail::Messages => with_messages(&text),
    }
}

fn lines(tips: &[&Oid]) -> String {
    tips.iter().map(|tip| format!("{tip}\n")).collect()
}

fn with_parents(text: &str) -> Vec<Past> {
    let read = |line: &str| {
        let mut oids = line.split(' ').map(Oid::parse);
        let oid = oids.next()??;
        Some(Past { oid, parents: oids.flatten().collect(), seconds: 0, message: String::new() })
    };
    text.lines().filter_map(read).collect()
}

fn with_messages(text: &str) -> Result<Vec<Past>> {
    let text = text.strip_suffix('\0').unwrap_or(text);
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

/// The merges that record a rollback in a branch that keeps the fix, with their parents.
///
/// # Errors
/// When git cannot read history, or not within `limit`.
pub fn merges_that_keep(
    repo: &Repo,
    tips: &[&Oid],
    hide: &Oid,
    limit: Option<Duration>,
) -> Result<Vec<Past>> {
    let mut revisions = lines(tips);
    revisions.push_str(&format!("^{hide}\n"));
    let run = repo
        .call("rev-list")
        .args(["--merges", "--parents", "--grep=^Keep the fix of ", "--stdin"])
        .stdin(revisions)
        .limit(limit);
    Ok(with_parents(&repo.git().text(run)?))
}

/// The commits, merges left out, whose messages name one of these commits or a rollback.
///
/// # Errors
/// When git cannot read history, or not within `limit`.
pub fn naming(
    repo: &Repo,
    tips: &[&Oid],
    hide: &Oid,
    named: &[&Oid],
    limit: Option<Duration>,
) -> Result<Vec<Oid>> {
    let mut revisions = lines(tips);
    revisions.push_str(&format!("^{hide}\n"));
    let run = repo
        .call("rev-list")
        .args(["--no-merges", "--fixed-strings", "--grep=Rollback: "])
        .args(named.iter().map(|oid| format!("--grep={oid}")))
        .arg("--stdin")
        .stdin(revisions)
        .limit(limit);
    Ok(repo.git().text(run)?.lines().filter_map(Oid::parse).collect())
}

/// How far back production's own line is looked at.
const FAR: &str = "2000";

/// The parents and subjects of the commits on a branch's first-parent line, newest first.
///
/// # Errors
/// When git cannot read history.
pub fn first_parents(repo: &Repo, tip: &Oid) -> Result<Vec<(Vec<Oid>, String)>> {
    let run = repo
        .call("log")
        .args(["--first-parent", "--no-show-signature", "--encoding=UTF-8", "--format=%P%x00%s", "-n", FAR])
        .arg(tip.as_str());
    let read = |line: &str| {
        let (parents, subject) = line.split_once('\0')?;
        Some((parents.split(' ').filter_map(Oid::parse).collect(), subject.to_owned()))
    };
    Ok(repo.git().text(run)?.lines().filter_map(read).collect())
}

/// The newest commits above `since` that changed one of these paths: id, day and subject.
///
/// # Errors
/// When git cannot read history.
pub fn touching(
    repo: &Repo,
    tip: &Oid,
    since: &Oid,
    paths: &[String],
    most: usize,
) -> Result<Vec<(String, String, String)>> {
    let run = repo
        .call("log")
        .args(["--no-show-signature", "--encoding=UTF-8", "--format=%h%x00%cs%x00%s", "-m", "--first-parent"])
        .args([format!("-n{most}"), tip.to_string(), format!("^{since}")])
        .arg("--")
        .args(paths)
        .env("GIT_LITERAL_PATHSPECS", "1");
    let read = |line: &str| {
        let mut fields = line.splitn(3, '\0').map(str::to_owned);
        Some((fields.next()?, fields.next()?, fields.next()?))
    };
    Ok(repo.git().text(run)?.lines().filter_map(read).collect())
}
