//! History as a whole: every tag with its commit, and who descends from whom, in one walk of git.

use super::Result;
use super::blame::Writer;
use super::repo::Repo;
use crate::model::oid::Oid;
use chrono::DateTime;
use std::time::Duration;

/// Every tag and the object it stands for in the end, in one process however many there are.
///
/// # Errors
/// When git cannot list them, or not within `limit`.
pub fn tags(repo: &Repo, limit: Option<Duration>) -> Result<Vec<(String, Oid)>> {
    let run = repo
        .call("for-each-ref")
        .args(["--format=%(objectname) %(*objectname) %(refname:lstrip=2)", "refs/tags"])
        .limit(limit);
    let text = repo.git().text(run)?;
    Ok(text
        .lines()
        .filter_map(|line| {
            let mut words = line.splitn(3, ' ');
            let (own, peeled, name) = (words.next()?, words.next()?, words.next()?);
            Some((name.to_owned(), Oid::parse(if peeled.is_empty() { own } else { peeled })?))
        })
        .collect())
}

/// The commits reachable from `tips` and not from the parents of `floor`, children before their
/// parents, each with its parents.
///
/// # Errors
/// When git cannot walk, or not within `limit`.
pub fn walk(
    repo: &Repo,
    tips: &[&Oid],
    floor: Option<&Oid>,
    limit: Option<Duration>,
) -> Result<Vec<(Oid, Vec<Oid>)>> {
    let mut revisions: String = tips.iter().map(|tip| format!("{tip}\n")).collect();
    if let Some(floor) = floor {
        revisions.push_str(&format!("^{floor}^@\n"));
    }
    let run = repo.call("rev-list").args(["--topo-order", "--parents", "--stdin"]);
    Ok(with_parents(&repo.git().text(run.stdin(revisions).limit(limit))?))
}

fn with_parents(text: &str) -> Vec<(Oid, Vec<Oid>)> {
    let read = |line: &str| {
        let mut oids = line.split(' ').map(Oid::parse);
        Some((oids.next()??, oids.flatten().collect()))
    };
    text.lines().filter_map(read).collect()
}

/// Who changed a file last, up to a commit; nothing when it was never there.
///
/// # Errors
/// When git cannot read history, or not within `limit`.
pub fn last_change(repo: &Repo, tip: &Oid, path: &str, limit: Option<Duration>) -> Result<Option<Writer>> {
    let run = repo
        .call("log")
        .args(["-1", "--no-show-signature", "--encoding=UTF-8", "--format=%H%x00%at%x00%P%x00%s"])
        .args([tip.as_str(), "--", path])
        .env("GIT_LITERAL_PATHSPECS", "1")
        .limit(limit);
    let text = repo.git().text(run)?;
    let mut fields = text.trim_end_matches('\n').splitn(4, '\0');
    let Some(commit) = fields.next().and_then(Oid::parse) else { return Ok(None) };
    let at = fields.next().and_then(|s| s.parse().ok()).and_then(|s| DateTime::from_timestamp(s, 0));
    let is_edge = fields.next().is_some_and(str::is_empty);
    let subject = fields.next().unwrap_or_default().to_owned();
    Ok(Some(Writer { commit, subject, at: at.unwrap_or_default(), lines: 0, is_edge }))
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
) -> Result<Vec<(Oid, Vec<Oid>)>> {
    let mut revisions: String = tips.iter().map(|tip| format!("{tip}\n")).collect();
    revisions.push_str(&format!("^{hide}\n"));
    let run = repo
        .call("rev-list")
        .args(["--merges", "--parents", "--grep=^Keep the fix of ", "--stdin"])
        .stdin(revisions)
        .limit(limit);
    Ok(with_parents(&repo.git().text(run)?))
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
