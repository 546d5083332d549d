//! Many comparisons of commits in one process: which files differ, or the whole text of it.

use super::promised;
use super::repo::Repo;
use super::{GitError, Result};
use crate::model::oid::Oid;
use crate::model::tree::{Entry, Mode};
use std::path::Path;

/// What is compared: a commit with an older one, or with nothing.
pub type Pair = (Oid, Option<Oid>);

/// How many paths a comparison is limited to at most. git holds every file against each of them, so
/// that with more it is faster to hear of everything.
const MOST_PATHS: usize = 20;

/// One path that differs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// Where it was, and where it is: different for a rename.
    pub old_path: String,
    pub path: String,
    /// What is there before and after; `None` where there is nothing.
    pub old: Option<Entry>,
    pub new: Option<Entry>,
}

/// The files that differ in each pair, in the order of the pairs. `renames`: a file that went
/// elsewhere is one entry. With `paths`, those are among them, and others perhaps too.
///
/// # Errors
/// When a commit cannot be read.
pub fn files(repo: &Repo, pairs: &[Pair], paths: &[String], renames: bool) -> Result<Vec<Vec<Difference>>> {
    // Files that went elsewhere unchanged are found by their ids alone. Looking for similar ones
    // needs contents: a partial clone would fetch them one by one, and one that is damaged ends it.
    const EXACT: &str = "-M100%";
    let raw = |renames| ask(repo, pairs, paths, &["--raw", "-z", "--no-abbrev", renames]);
    let answer = match renames {
        false => raw("--no-renames")?,
        true if promised::remote(repo).is_some() => raw(EXACT)?,
        true => raw("-M").or_else(|error| {
            log::debug!("only files that were moved unchanged are followed: {error}");
            raw(EXACT)
        })?,
    };
    let text = String::from_utf8_lossy(&answer);
    let mut found: Vec<Vec<Difference>> = Vec::new();
    let mut fields = text.split('\0');
    while let Some(field) = fields.next() {
        match field.strip_prefix(':') {
            Some(columns) => {
                let entry = difference(columns, &mut fields).ok_or_else(|| odd(field))?;
                found.last_mut().ok_or_else(|| odd(field))?.push(entry);
            }
            None if field.is_empty() => {}
            None => found.push(Vec::new()),
        }
    }
    if found.len() == pairs.len() { Ok(found) } else { Err(odd("fewer answers than questions")) }
}

/// The files that differ between a commit and what is added in the worktree at `dir`, those with
/// unresolved conflicts left out.
///
/// # Errors
/// When git cannot read either.
pub fn added(repo: &Repo, dir: &Path, commit: &Oid) -> Result<Vec<Difference>> {
    let run = repo
        .call("diff-index")
        .args(["--cached", "--raw", "-z", "--no-abbrev", "--no-renames", "--ignore-submodules=none"])
        .arg(commit.as_str())
        .dir(dir)
        .without_env("GIT_DIR")
        .without_env("GIT_WORK_TREE")
        .without_env("GIT_INDEX_FILE");
    let text = repo.git().text(run)?;
    let mut found = Vec::new();
    let mut fields = text.split('\0');
    while let Some(columns) = fields.next().and_then(|field| field.strip_prefix(':')) {
        let entry = difference(columns, &mut fields).ok_or_else(|| odd(columns))?;
        if !columns.ends_with(" U") {
            found.push(entry);
        }
    }
    Ok(found)
}

/// The patch of each pair, in the order of the pairs: three lines of context, renames as removal
/// and addition. Empty for a pair with a content that cannot be read; the others are read all the same.
///
/// # Errors
/// When git answers what it never does.
pub fn patches(repo: &Repo, pairs: &[Pair]) -> Result<Vec<String>> {
    match (whole_patches(repo, pairs), pairs) {
        (Err(GitError::Failed { .. }), [_]) => Ok(vec![String::new()]),
        (Err(GitError::Failed { .. }), _) => {
            let (first, second) = pairs.split_at(pairs.len() / 2);
            Ok([patches(repo, first)?, patches(repo, second)?].concat())
        }
        (answer, _) => answer,
    }
}

fn whole_patches(repo: &Repo, pairs: &[Pair]) -> Result<Vec<String>> {
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
        .args(["--stdin", "-r", "--root", "--always", "--ignore-submodules=none"])
        .args(shape)
        .env("GIT_LITERAL_PATHSPECS", "1")
        .stdin(lines);
    if !paths.is_empty() && paths.len() <= MOST_PATHS {
        run = run.arg("--").args(paths);
    }
    Ok(repo.git().ok(run)?.stdout)
}

/// `100644 100644 <old> <new> M`, then one path, or two for a rename.
fn difference<'a>(columns: &str, fields: &mut impl Iterator<Item = &'a str>) -> Option<Difference> {
    let mut columns = columns.split(' ');
    let modes = (Mode::parse(columns.next()?), Mode::parse(columns.next()?));
    let ids = (Oid::parse(columns.next()?), Oid::parse(columns.next()?));
    let entry = |mode: Option<Mode>, id: Option<Oid>| Some(Entry { mode: mode?, id: id? });
    let status = columns.next()?;
    let old_path = fields.next()?.to_owned();
    let path = if status.starts_with(['R', 'C']) { fields.next()?.to_owned() } else { old_path.clone() };
    Some(Difference { old_path, path, old: entry(modes.0, ids.0), new: entry(modes.1, ids.1) })
}

fn odd(answer: &str) -> GitError {
    GitError::Unexpected { what: "diff-tree".into(), answer: answer.to_owned() }
}
