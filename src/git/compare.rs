//! Many comparisons of commits in one process: which files differ, or the whole text of it.

use super::repo::Repo;
use super::{GitError, Result};
use crate::model::oid::Oid;

/// What is compared: a commit with an older one, or with nothing.
pub type Pair = (Oid, Option<Oid>);

/// How many paths a comparison is limited to at most. git holds every file against each of them, so
/// that with more it is faster to hear of everything.
const MOST_PATHS: usize = 20;

/// One file that differs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Where it was, and where it is: different for a rename.
    pub old_path: String,
    pub path: String,
    /// Its content before and after; `None` where there is no such file.
    pub old: Option<Oid>,
    pub new: Option<Oid>,
    /// Whether both are ordinary files: no link, no submodule.
    pub is_file: bool,
}

/// The files that differ in each pair, in the order of the pairs. `renames`: a file that went
/// elsewhere is one entry. With `paths`, those are
/// among them, and others perhaps too.
///
/// # Errors
/// When a commit cannot be read.
pub fn files(repo: &Repo, pairs: &[Pair], paths: &[String], renames: bool) -> Result<Vec<Vec<Entry>>> {
    let renames = if renames { "-M" } else { "--no-renames" };
    let answer = ask(repo, pairs, paths, &["--raw", "-z", "--no-abbrev", renames])?;
    let text = String::from_utf8_lossy(&answer);
    let mut found: Vec<Vec<Entry>> = Vec::new();
    let mut fields = text.split('\0');
    while let Some(field) = fields.next() {
        match field.strip_prefix(':') {
            Some(columns) => {
                let entry = entry(columns, &mut fields).ok_or_else(|| odd(field))?;
                found.last_mut().ok_or_else(|| odd(field))?.push(entry);
            }
            None if field.is_empty() => {}
            None => found.push(Vec::new()),
        }
    }
    if found.len() == pairs.len() { Ok(found) } else { Err(odd("fewer answers than questions")) }
}

/// The patch of each pair, in the order of the pairs: three lines of context, renames as removal
/// and addition.
///
/// # Errors
/// When a commit cannot be read.
pub fn patches(repo: &Repo, pairs: &[Pair]) -> Result<Vec<String>> {
    let shape = ["-p", "-U3", "--full-index", "--no-renames", "--no-ext-diff", "--no-textconv", "--no-color"];
    let answer = ask(repo, pairs, &[], &shape)?;
    let text = String::from_utf8_lossy(&answer);
    let mut found: Vec<String> = Vec::new();
    for line in text.split_inclusive('\n') {
        // Lines of a patch start with a sign or a word, never with an object id.
        if Oid::parse(line).is_some() && line.trim_end().len() + 1 == line.len() {
            found.push(String::new());
        } else if let Some(patch) = found.last_mut() {
            patch.push_str(line);
        }
    }
    if found.len() == pairs.len() { Ok(found) } else { Err(odd("fewer patches than questions")) }
}

fn ask(repo: &Repo, pairs: &[Pair], paths: &[String], shape: &[&str]) -> Result<Vec<u8>> {
    if pairs.is_empty() {
        return Ok(Vec::new());
    }
    let lines: String = pairs
        .iter()
        .map(|(new, old)| match old {
            // Parents that are given replace the real ones.
            Some(old) => format!("{new} {old}\n"),
            None => format!("{new}\n"),
        })
        .collect();
    let mut run = repo
        .call("diff-tree")
        .args(["--stdin", "-r", "--root", "--always"])
        .args(shape)
        .env("GIT_LITERAL_PATHSPECS", "1")
        .stdin(lines);
    if !paths.is_empty() && paths.len() <= MOST_PATHS {
        run = run.arg("--").args(paths);
    }
    Ok(repo.git().ok(run)?.stdout)
}

/// `100644 100644 <old> <new> M`, then one path, or two for a rename.
fn entry<'a>(columns: &str, fields: &mut impl Iterator<Item = &'a str>) -> Option<Entry> {
    let mut columns = columns.split(' ');
    let (old_mode, new_mode) = (columns.next()?, columns.next()?);
    let (old, new) = (Oid::parse(columns.next()?), Oid::parse(columns.next()?));
    let status = columns.next()?;
    let old_path = fields.next()?.to_owned();
    let path = if status.starts_with(['R', 'C']) { fields.next()?.to_owned() } else { old_path.clone() };
    let is_file = [old_mode, new_mode].iter().all(|mode| mode.starts_with("100") || *mode == "000000");
    Some(Entry { old_path, path, old, new, is_file })
}

fn odd(answer: &str) -> GitError {
    GitError::Unexpected { what: "diff-tree".into(), answer: answer.to_owned() }
}
