//! Many comparisons of commits in one process: which files differ, or the whole text of it.

use super::promised;
use super::repo::Repo;
use super::{GitError, Result};
use crate::model::oid::Oid;
use crate::model::tree::{Entry, Mode};
use crate::system::process::Run;
use std::collections::HashSet;
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

/// What is at some paths in the commits of the pairs, where it differs: with the pair, by position. Handed on as git
/// finds it, because a long history differs in millions of other paths.
///
/// # Errors
/// When a commit cannot be read.
pub fn each(
    repo: &Repo,
    pairs: &[Pair],
    paths: &[String],
    mut found: impl FnMut(usize, &str, Option<Entry>),
) -> Result<()> {
    if pairs.is_empty() {
        return Ok(());
    }
    let shape = ["--raw", "-z", "--no-abbrev", "--no-renames"];
    let run = asking(repo, pairs, paths, &shape);
    let wanted: HashSet<&str> = paths.iter().map(String::as_str).collect();
    let mut at: Option<usize> = None;
    let mut columns: Option<String> = None;
    let is_whole = repo.git().pieces(run, 0, |field| match columns.take() {
        Some(columns) => {
            if let Some(path) = wanted.get(field)
                && let Some(entry) = difference(&columns, &mut std::iter::once(field))
            {
                found(at.unwrap_or_default(), path, entry.new);
            }
        }
        None if field.starts_with(':') => columns = Some(field.to_owned()),
        None if field.is_empty() => {}
        None => at = Some(at.map_or(0, |at| at + 1)),
    })?;
    // What went wrong is in the answer to the same question.
    if !is_whole || at.map_or(0, |at| at + 1) != pairs.len() {
        ask(repo, pairs, paths, &shape)?;
        return Err(odd("fewer answers than questions"));
    }
    Ok(())
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

/// The lines of each pair's patch, with its position: three lines of context, renames as removal and addition.
/// Returns the pairs with a content that cannot be read, by position: what was handed on of them is not all.
///
/// # Errors
/// When git answers what it never does.
pub fn patches(repo: &Repo, pairs: &[Pair], mut line: impl FnMut(usize, &str)) -> Result<Vec<usize>> {
    let mut first = 0;
    let mut unread = Vec::new();
    while let Some(left) = pairs.get(first..).filter(|left| !left.is_empty()) {
        let (begun, is_whole) = patches_until(repo, left, |at, text| line(first + at, text))?;
        first += begun;
        unread.extend((!is_whole).then(|| first - 1));
    }
    Ok(unread)
}

/// As far as git gets: how many patches it began, and whether it got to the end.
fn patches_until(repo: &Repo, pairs: &[Pair], mut line: impl FnMut(usize, &str)) -> Result<(usize, bool)> {
    let shape = ["-p", "-U3", "--full-index", "--no-renames", "--no-ext-diff", "--no-textconv", "--no-color"];
    let mut begun: usize = 0;
    let is_whole = repo.git().pieces(asking(repo, pairs, &[], &shape), b'\n', |text| {
        // Lines of a patch start with a sign or a word, never with an object id.
        if Oid::parse(text).is_some() && text.trim_end().len() == text.len() {
            begun += 1;
        } else if let Some(at) = begun.checked_sub(1) {
            line(at, text);
        }
    })?;
    match is_whole {
        true if begun == pairs.len() => Ok((begun, true)),
        true => Err(odd("fewer patches than questions")),
        // It says nothing of a commit that it cannot read.
        false => Ok((begun.max(1), false)),
    }
}

fn ask(repo: &Repo, pairs: &[Pair], paths: &[String], shape: &[&str]) -> Result<Vec<u8>> {
    if pairs.is_empty() {
        return Ok(Vec::new());
    }
    Ok(repo.git().ok(asking(repo, pairs, paths, shape))?.stdout)
}

fn asking(repo: &Repo, pairs: &[Pair], paths: &[String], shape: &[&str]) -> Run {
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
    run
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
