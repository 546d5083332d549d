//! Tags beside a release. Whoever can push can put any number on production's own commits: `V1.2.9`, `v1.2.0.1` or
//! `v7.0.0` beside `v1.2.0`. What the many tags show is the release; another one never takes its place.

use super::Result;
use super::repo::Repo;
use super::tags::{ReleaseTag, Releases, Tag, found};
use crate::git::access::Access;
use crate::model::oid::Oid;
use crate::model::version::{TagScheme, by_precedence};
use semver::Version;
use std::collections::{BTreeMap, BTreeSet};

/// How many times as many tags another form must have to be the one that counts.
const MANY: usize = 3;
/// How many releases are looked at to find out whether a number is out of order.
const LOOKED_AT: usize = 64;

/// How a tag is written: its scheme, and how many numbers it has beyond three.
type Form = (TagScheme, usize);

fn form(scheme: &TagScheme, version: &Version) -> Form {
    (scheme.clone(), version.build.split('.').filter(|part| !part.is_empty()).count())
}

/// A tag among all.
struct Placed<'a> {
    scheme: &'a TagScheme,
    tag: &'a Tag,
}

/// The tags that only stand beside a release.
#[derive(Default)]
pub(super) struct Strays {
    pub names: BTreeSet<String>,
    /// Those of them for which nothing but a leap in the number speaks, with their commit.
    pub doubtful: Vec<(Oid, String)>,
}

/// Which of these tags only stand beside a release.
pub(super) fn strays(repo: &Repo, by_scheme: &BTreeMap<TagScheme, Vec<Tag>>) -> Result<Strays> {
    let all: Vec<(&TagScheme, &Tag)> =
        by_scheme.iter().flat_map(|(scheme, tags)| tags.iter().map(move |tag| (scheme, tag))).collect();
    let objects: Vec<Oid> = all.iter().map(|(_, tag)| tag.2.clone()).collect();
    let mut strays = Strays::default();
    let mut habits: BTreeMap<Form, usize> = BTreeMap::new();
    let mut places: BTreeMap<(Oid, Option<&str>), Vec<Placed<'_>>> = BTreeMap::new();
    for ((scheme, tag), commit) in all.into_iter().zip(repo.peel_all(&objects)?) {
        // What is here and is no commit was never released.
        if commit.is_none() && repo.has(&tag.2)? {
            strays.names.insert(tag.1.clone());
            continue;
        }
        *habits.entry(form(scheme, &tag.0)).or_default() += 1;
        if let Some(commit) = commit {
            places.entry((commit, scheme.package())).or_default().push(Placed { scheme, tag });
        }
    }
    for ((commit, _), mut place) in places.into_iter().filter(|(_, place)| place.len() > 1) {
        let count = |p: &Placed<'_>| habits.get(&form(p.scheme, &p.tag.0)).copied().unwrap_or_default();
        let most = place.iter().map(count).max().unwrap_or_default();
        place.retain(|p| {
            let is_odd = count(p) * MANY <= most;
            if is_odd {
                strays.names.insert(p.tag.1.clone());
            }
            !is_odd
        });
        place.sort_by(|a, b| by_precedence(&a.tag.0, &b.tag.0));
        let Some((lowest, higher)) = place.split_first() else { continue };
        for p in higher.iter().filter(|p| p.scheme == lowest.scheme && !p.scheme.is_dated()) {
            if has_later_release_between(repo, by_scheme, (lowest, p), &commit)? {
                strays.names.insert(p.tag.1.clone());
            } else if p.tag.0.major > lowest.tag.0.major + 1 {
                strays.names.insert(p.tag.1.clone());
                strays.doubtful.push((commit.clone(), p.tag.1.clone()));
            }
        }
    }
    Ok(strays)
}

/// Whether a release with a number between those of two tags on one commit came after that commit: then the higher
/// one is out of order.
fn has_later_release_between(
    repo: &Repo,
    by_scheme: &BTreeMap<TagScheme, Vec<Tag>>,
    (lower, higher): (&Placed<'_>, &Placed<'_>),
    commit: &Oid,
) -> Result<bool> {
    let is_between = |tag: &&Tag| {
        by_precedence(&tag.0, &lower.tag.0).is_gt() && by_precedence(&tag.0, &higher.tag.0).is_lt()
    };
    let between = by_scheme.get(lower.scheme).into_iter().flatten().rev().filter(is_between);
    for tag in between.take(LOOKED_AT) {
        if comes_after(repo, tag, commit)? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Whether a release is on a commit above this one.
fn comes_after(repo: &Repo, tag: &Tag, commit: &Oid) -> Result<bool> {
    match found(repo, tag)? {
        Some(there) if there.commit != *commit => repo.is_ancestor(commit, &there.commit),
        _ => Ok(false),
    }
}

impl Releases {
    /// The releases without the tags that only stand beside one.
    ///
    /// # Errors
    /// When tags cannot be read.
    pub fn without_strays(mut self, repo: &Repo) -> Result<Self> {
        if self.by_scheme.is_empty() {
            return Ok(self);
        }
        let Strays { names, doubtful } = strays(repo, &self.by_scheme)?;
        if names.is_empty() {
            return Ok(self);
        }
        for (scheme, tags) in &mut self.by_scheme {
            let (out, kept): (Vec<_>, Vec<_>) = tags.drain(..).partition(|tag| names.contains(&tag.1));
            *tags = kept;
            if !out.is_empty() {
                self.strays.insert(scheme.clone(), out);
            }
        }
        self.by_scheme.retain(|_, tags| !tags.is_empty());
        self.doubtful = doubtful;
        Ok(self)
    }

    /// A release that came after the newest one by its number, below one of `tips`: numbers and history disagree.
    ///
    /// # Errors
    /// When history cannot be read.
    pub fn later_than(
        &self,
        repo: &Repo,
        scheme: &TagScheme,
        newest: &ReleaseTag,
        tips: &[&Oid],
    ) -> Result<Option<ReleaseTag>> {
        let when = repo.commit(&newest.commit)?.committer.when;
        for release in self.around_below(repo, scheme, newest, tips)? {
            if release.commit != newest.commit
                && repo.commit(&release.commit)?.committer.when >= when
                && repo.is_ancestor(&newest.commit, &release.commit)?
            {
                return Ok(Some(release));
            }
        }
        Ok(None)
    }
}
