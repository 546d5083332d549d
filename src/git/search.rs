//! Searching the files of a tree.

use super::Result;
use super::git_command::failed;
use super::repo::Repo;
use crate::model::oid::Oid;

/// What is looked for.
#[derive(Clone, Copy, Debug, Default)]
pub struct Wanted<'a> {
    /// These very characters.
    pub text: &'a str,
    /// Whether they have to stand as a word.
    pub as_word: bool,
    /// Pathspecs that limit where; all files where there is none.
    pub paths: &'a [&'a str],
}

/// The paths of the text files in a tree, or in that of a commit, which hold what is wanted; sorted.
/// None in a partial clone, where a search would fetch every file.
///
/// # Errors
/// When git cannot read the tree.
pub fn holding(repo: &Repo, tree: &Oid, wanted: Wanted<'_>) -> Result<Vec<String>> {
    if super::promised::remote(repo).is_some() {
        return Ok(Vec::new());
    }
    let mut run = repo.call("grep").args(["--no-color", "-I", "-l", "-z", "-F", "--full-name"]);
    run = run.args(wanted.as_word.then_some("-w"));
    run = run.args(["--no-recurse-submodules", "-e", wanted.text, tree.as_str(), "--"]).args(wanted.paths);
    let done = repo.git().finish(run)?;
    // Exit status 1 without words: nothing was found.
    if !matches!(done.code, Some(0 | 1)) {
        return Err(failed("grep", &done));
    }
    let text = done.text();
    let prefix = format!("{tree}:");
    let mut paths: Vec<String> =
        text.split('\0').filter_map(|path| path.strip_prefix(&prefix)).map(str::to_owned).collect();
    paths.sort();
    Ok(paths)
}

/// As [`holding`], and remembered until something else is searched for.
///
/// # Errors
/// As [`holding`].
pub fn holding_once(repo: &Repo, tree: &Oid, wanted: Wanted<'_>) -> Result<Vec<String>> {
    let is_same = |(of, text, _): &&(Oid, String, Vec<String>)| of == tree && text == wanted.text;
    if let Some((.., known)) = repo.searched.borrow().as_ref().filter(is_same) {
        return Ok(known.clone());
    }
    let found = holding(repo, tree, wanted)?;
    *repo.searched.borrow_mut() = Some((tree.clone(), wanted.text.to_owned(), found.clone()));
    Ok(found)
}
