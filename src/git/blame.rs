//! Who wrote which lines.

use super::Result;
use super::repo::Repo;
use crate::git::patch::{self, Spaces};
use crate::model::oid::Oid;
use chrono::{DateTime, Utc};
use std::collections::BTreeMap;
use std::time::Duration;

/// A commit that wrote some of the lines asked about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Writer {
    pub commit: Oid,
    pub subject: String,
    /// When it was written.
    pub at: DateTime<Utc>,
    /// How many of the lines.
    pub lines: usize,
    /// History ends here: the first commit of all, or the edge of a shallow clone.
    pub is_edge: bool,
    /// Where they were when it wrote them, and the lines themselves.
    pub wrote: Vec<(String, String)>,
}

/// Blames `lines` (first and last, counted from 1) of a file as it is in `commit`, in one process.
/// Moves, copies and, with [`Spaces::DoNotCount`], new indentation are seen through;
/// `blame.ignoreRevsFile` is honoured.
///
/// # Errors
/// When git cannot blame the file, or not within `limit`.
pub fn blame(
    repo: &Repo,
    commit: &Oid,
    path: &str,
    lines: &[(usize, usize)],
    spaces: Spaces,
    limit: Option<Duration>,
) -> Result<Vec<Writer>> {
    let mut run = repo.call("blame").args(["--porcelain", "-M", "-C", "--no-progress"]);
    if spaces == Spaces::DoNotCount {
        run = run.arg("-w");
    }
    let ranges = lines.iter().map(|(from, to)| format!("-L{from},{to}"));
    let text = repo.git().text(run.args(ranges).args([commit.as_str(), "--", path]).limit(limit))?;
    Ok(parse(&text))
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
    Ok(Some(Writer { commit, subject, at: at.unwrap_or_default(), lines: 0, is_edge, wrote: Vec::new() }))
}

/// `<commit> <before> <now> [<count>]` begins each line; what is known of a commit follows once.
fn parse(text: &str) -> Vec<Writer> {
    let mut writers: BTreeMap<Oid, Writer> = BTreeMap::new();
    // The path of a line is told when it differs from the one before of the same commit.
    let mut paths: BTreeMap<Oid, String> = BTreeMap::new();
    let mut current: Option<Oid> = None;
    for line in text.split('\n') {
        // The line itself.
        if let Some(text) = line.strip_prefix('\t') {
            if let Some((oid, writer)) =
                current.take().and_then(|oid| Some((oid.clone(), writers.get_mut(&oid)?)))
            {
                writer.lines += 1;
                let path = paths.get(&oid).cloned().unwrap_or_default();
                writer.wrote.push((path, text.to_owned()));
            }
            continue;
        }
        let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
        match &current {
            None => {
                let Some(oid) = Oid::parse(word) else { continue };
                writers.entry(oid.clone()).or_insert_with(|| Writer {
                    commit: oid.clone(),
                    subject: String::new(),
                    at: DateTime::UNIX_EPOCH,
                    lines: 0,
                    is_edge: false,
                    wrote: Vec::new(),
                });
                current = Some(oid);
            }
            Some(oid) => {
                let Some(writer) = writers.get_mut(oid) else { continue };
                match word {
                    "summary" => rest.clone_into(&mut writer.subject),
                    "author-time" => {
                        let at = rest.parse().ok().and_then(|s| DateTime::from_timestamp(s, 0));
                        writer.at = at.unwrap_or_default();
                    }
                    "boundary" => writer.is_edge = true,
                    "filename" => drop(paths.insert(oid.clone(), patch::unquoted(rest))),
                    _ => {}
                }
            }
        }
    }
    writers.into_values().filter(|w| w.lines > 0).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_counted_for_their_writers() {
        let (a, b) = ("a".repeat(40), "b".repeat(40));
        let text = format!(
            "{a} 1 1 2\nauthor Ada\nauthor-time 1000\nsummary Add it\nboundary\nfilename x\n\tone\n{a} 2 2\n\ttwo\n\
             {b} 7 3 1\nauthor-time 2000\nsummary \nfilename x\n\t{a} 1 1 2\n"
        );
        let writers = parse(&text);
        assert_eq!(writers.len(), 2);
        assert_eq!((writers[0].lines, writers[0].subject.as_str(), writers[0].is_edge), (2, "Add it", true));
        assert_eq!((writers[1].lines, writers[1].at.timestamp(), writers[1].is_edge), (1, 2000, false));
        assert_eq!(writers[0].wrote[1], ("x".to_owned(), "two".to_owned()));
        assert!(parse("").is_empty());
    }
}
