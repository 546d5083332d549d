//! Whether a branch got a fix by other commits than ours: squashed or rebased in a pull request, or
//! picked by hand. Found by patch-id, git's fingerprint of a change without its place in history.

use crate::git::Repo;
use crate::git::access::Access;
use crate::git::compare::{self, Pair};
use crate::git::merge::{Merged, back};
use crate::git::object::{Commit, FileChange};
use crate::model::oid::Oid;
use std::cell::OnceCell;
use std::collections::BTreeSet;

/// How many of a branch's newest commits are looked at.
const REACH: usize = 500;
/// So few commits are compared without asking first.
const FEW: usize = 30;
/// How many commits a hotfix may have to be looked for one by one.
const OWN: usize = 50;

/// A fix as a series of commits on top of `base`.
#[derive(Clone, Copy, Debug)]
pub struct Series<'a> {
    pub base: &'a Oid,
    pub tip: &'a Oid,
    /// Its commits, merges aside.
    pub own: &'a [Oid],
}

/// The commit with which a branch got all of a fix, as one commit or as each of its own; `None`
/// when it did not, or took it back since.
///
/// # Errors
/// When history cannot be read.
pub fn carrier(repo: &Repo, fix: Series<'_>, branch: &Oid) -> anyhow::Result<Option<Oid>> {
    let Some(fork) = repo.merge_base(fix.tip, branch)? else { return Ok(None) };
    let mut gained = repo.log(branch, &[fork, fix.tip.clone()], REACH)?;
    gained.retain(|commit| commit.parents.len() == 1);
    // Rebasing and picking keep the time of the author: where one of the commits' is not there, they were not
    // brought one by one.
    let own: Vec<Commit> =
        fix.own.iter().take(OWN + 1).map(|own| repo.commit(own)).collect::<Result<_, _>>()?;
    let times: BTreeSet<_> = gained.iter().map(|commit| commit.author.when).collect();
    let singly = own.len() <= OWN && own.iter().all(|commit| times.contains(&commit.author.when));
    let own: Vec<Commit> = if singly { own } else { Vec::new() };
    let gained = alike(repo, fix, &own, gained)?;
    if gained.is_empty() {
        return Ok(None);
    }
    let Some(whole) = Change::between(repo, fix.base, fix.tip)? else { return Ok(None) };
    let mut parts = Vec::new();
    for own in &own {
        match Change::of(repo, own)? {
            Some(part) => parts.push(part),
            None => return Ok(None),
        }
    }
    let mut found: BTreeSet<usize> = BTreeSet::new();
    let mut last: Option<Oid> = None;
    // Newest first: what was taken back later is met before what it takes back.
    for commit in gained {
        let Some(parent) = commit.parents.first() else { continue };
        let files = repo.changes(parent, &commit.oid)?;
        if whole.is_undone_by(repo, &files, parent, &commit.oid)? {
            return Ok(None);
        }
        if whole.is(repo, &files, parent, &commit.oid)? {
            return Ok(Some(commit.oid));
        }
        for (n, part) in parts.iter().enumerate() {
            if !found.contains(&n) && part.is(repo, &files, parent, &commit.oid)? {
                found.insert(n);
                last.get_or_insert_with(|| commit.oid.clone());
            }
        }
        if !parts.is_empty() && found.len() == parts.len() {
            return Ok(last);
        }
    }
    Ok(None)
}

/// The commit on a branch that took a change back after `since`, unless it came again later.
///
/// # Errors
/// When history cannot be read.
pub fn undone(
    repo: &Repo,
    (base, tip): (&Oid, &Oid),
    since: &Oid,
    branch: &Oid,
) -> anyhow::Result<Option<Oid>> {
    let gained = repo.log(branch, std::slice::from_ref(since), REACH)?;
    if gained.is_empty() {
        return Ok(None);
    }
    let Some(whole) = Change::between(repo, base, tip)? else { return Ok(None) };
    for commit in gained {
        let Some(parent) = commit.parents.first().filter(|_| commit.parents.len() == 1) else { continue };
        let files = repo.changes(parent, &commit.oid)?;
        if whole.is(repo, &files, parent, &commit.oid)? {
            return Ok(None);
        }
        if whole.is_undone_by(repo, &files, parent, &commit.oid)? {
            return Ok(Some(commit.oid));
        }
    }
    Ok(None)
}

/// The commit on a branch since which nothing of a change is there, though `since` brought it: in whatever
/// words, and among whatever else.
///
/// # Errors
/// When history cannot be read.
pub fn gone(
    repo: &Repo,
    (base, tip): (&Oid, &Oid),
    since: &Oid,
    branch: &Oid,
) -> anyhow::Result<Option<Oid>> {
    // There is nothing to take back where taking it back changes nothing.
    let lacks = |at: &Oid| -> anyhow::Result<bool> {
        Ok(back(repo, at, tip, base)? == Merged::Clean(repo.commit(at)?.tree))
    };
    if since == branch || !lacks(branch)? || lacks(since)? {
        return Ok(None);
    }
    let mut at = branch.clone();
    loop {
        match repo.commit(&at)?.parents.first() {
            Some(parent) if parent != since && lacks(parent)? => at = parent.clone(),
            _ => return Ok(Some(at)),
        }
    }
}

/// Those of a branch's commits that touch the very files which the fix or one of its commits touches: in a large
/// repository the names are known in no time, and counting lines takes long.
fn alike(repo: &Repo, fix: Series<'_>, own: &[Commit], commits: Vec<Commit>) -> anyhow::Result<Vec<Commit>> {
    if commits.len() < FEW {
        return Ok(commits);
    }
    let pair = |c: &Commit| (c.oid.clone(), c.parents.first().cloned());
    let pairs: Vec<Pair> = std::iter::once((fix.tip.clone(), Some(fix.base.clone())))
        .chain(own.iter().map(pair))
        .chain(commits.iter().map(pair))
        .collect();
    let mut touched = compare::files(repo, &pairs, &[], false)?.into_iter().map(|files| {
        let paths = files.into_iter().map(|file| file.path);
        paths.collect::<BTreeSet<String>>()
    });
    let wanted: Vec<BTreeSet<String>> = touched.by_ref().take(1 + own.len()).collect();
    let near = commits.into_iter().zip(touched).filter(|(_, paths)| wanted.contains(paths));
    Ok(near.map(|(commit, _)| commit).collect())
}

/// What a change does, and its fingerprint.
struct Change {
    old: Oid,
    new: Oid,
    files: Vec<FileChange>,
    /// Computed when the files agree, which they rarely do.
    id: OnceCell<String>,
}

impl Change {
    /// `None` where there is nothing to tell it by: no change, or files that are not text.
    fn between(repo: &Repo, old: &Oid, new: &Oid) -> anyhow::Result<Option<Self>> {
        let files = repo.changes(old, new)?;
        if files.is_empty() || files.iter().any(|f| f.binary) {
            return Ok(None);
        }
        Ok(Some(Self { old: old.clone(), new: new.clone(), files, id: OnceCell::new() }))
    }

    fn of(repo: &Repo, commit: &Commit) -> anyhow::Result<Option<Self>> {
        match commit.parents.first() {
            Some(parent) => Self::between(repo, parent, &commit.oid),
            None => Ok(None),
        }
    }

    /// The files are compared first: they tell most commits apart without their text.
    fn is(&self, repo: &Repo, files: &[FileChange], old: &Oid, new: &Oid) -> anyhow::Result<bool> {
        Ok(self.files == files && *self.id(repo)? == repo.patch_id(old, new)?)
    }

    fn id(&self, repo: &Repo) -> anyhow::Result<&String> {
        if let Some(id) = self.id.get() {
            return Ok(id);
        }
        let id = repo.patch_id(&self.old, &self.new)?;
        Ok(self.id.get_or_init(|| id))
    }

    /// Whether a commit is this change backwards.
    fn is_undone_by(&self, repo: &Repo, files: &[FileChange], old: &Oid, new: &Oid) -> anyhow::Result<bool> {
        let back = |f: &FileChange| FileChange { added: f.removed, removed: f.added, ..f.clone() };
        let backwards =
            self.files.len() == files.len() && self.files.iter().map(back).eq(files.iter().cloned());
        Ok(backwards && repo.patch_id(&self.new, &self.old)? == repo.patch_id(old, new)?)
    }
}
