//! Which release is which: the newest below a commit, and the one that carries a fix.

use super::Result;
use super::fetch::View;
use super::repo::Repo;
use crate::git::access::Access;
use crate::model::habit::{Reading, sort_out};
use crate::model::nearest::nearest;
use crate::model::oid::Oid;
use crate::model::plan::tag_ref;
use crate::model::version::{TagScheme, by_precedence, is_pre_release, looks_like_a_release};
use semver::Version;
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

/// How many tags are tried one by one.
const ONE_BY_ONE: usize = 16;
/// How many of them before git is asked for all merged ones at once: whether a commit of others is below another one
/// takes reading all that is between.
const OTHERS: usize = 6;
/// How many releases below the newest one are looked at to see whether it is.
const NEARBY: usize = 4;

/// A release tag and the commit it names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReleaseTag {
    pub name: String,
    pub version: Version,
    pub commit: Oid,
}

/// Every tag and the object it stands for in the end, in one process however many there are.
///
/// # Errors
/// When git cannot list them, or not within `limit`.
pub fn all(repo: &Repo, limit: Option<Duration>) -> Result<Vec<(String, Oid)>> {
    let run = repo
        .call("for-each-ref")
        .args(["--format=%(objectname) %(*objectname) %(refname:lstrip=2)", "refs/tags"])
        .limit(limit);
    Ok(peeled(&repo.git().text(run)?))
}

/// The commit that a tag here is on; `None` as well where that was not fetched.
///
/// # Errors
/// When the tag cannot be read.
pub fn commit_of(repo: &Repo, tag: &str) -> Result<Option<Oid>> {
    let object = repo.find_ref(&tag_ref(tag))?;
    Ok(object.map(|object| repo.peel(&object)).transpose()?.flatten())
}

/// Whether a release below `to` is not below `from`.
///
/// # Errors
/// When git cannot list tags.
pub fn has_release_between(repo: &Repo, from: &Oid, to: &Oid) -> Result<bool> {
    let run = repo
        .call("for-each-ref")
        .args([format!("--no-merged={from}"), format!("--merged={to}")])
        .args(["--format=%(refname:lstrip=2)", "refs/tags"]);
    Ok(repo.git().text(run)?.lines().any(looks_like_a_release))
}

/// How many releases are looked at one after the other.
const FEW: usize = 20;

/// The first releases of a branch after a commit, oldest first, with their commits.
///
/// # Errors
/// When git cannot list tags.
pub fn since(repo: &Repo, tip: &Oid, base: Option<&Oid>) -> Result<Vec<(String, Oid)>> {
    let base = match base {
        Some(base) if repo.has(base)? => Some(format!("--no-merged={base}")),
        _ => None,
    };
    let run = repo
        .call("for-each-ref")
        .args(["--sort=creatordate", "--format=%(objectname) %(*objectname) %(refname:lstrip=2)"])
        .args(base)
        .args([format!("--merged={tip}"), "refs/tags".to_owned()]);
    let found = peeled(&repo.git().text(run)?).into_iter().filter(|(name, _)| looks_like_a_release(name));
    Ok(found.take(FEW).collect())
}

fn peeled(text: &str) -> Vec<(String, Oid)> {
    let tag = |line: &str| {
        let mut words = line.splitn(3, ' ');
        let (own, peeled, name) = (words.next()?, words.next()?, words.next()?);
        Some((name.to_owned(), Oid::parse(if peeled.is_empty() { own } else { peeled })?))
    };
    text.lines().filter_map(tag).collect()
}

/// A release tag, as [`Releases`] keeps them.
pub(super) type Tag = (Version, String, Oid);

/// All release tags, local and remote, by scheme.
#[derive(Clone, Debug, Default)]
pub struct Releases {
    pub(super) by_scheme: BTreeMap<TagScheme, Vec<(Version, String, Oid)>>,
    /// What tags have above a slash: git lets no tag be called so.
    folders: BTreeSet<String>,
    /// Tags with numbers that are not written as the others are.
    odd: Vec<(Version, String, Oid)>,
    /// Tags that stand beside a release: a number that is taken, and no release.
    pub(super) strays: BTreeMap<TagScheme, Vec<Tag>>,
    /// Those of them for which only a person can say so, with their commit.
    pub(super) doubtful: Vec<(Oid, String)>,
    /// Some tags that may be releases though nothing understands them.
    resembling: Vec<String>,
    /// A pre-release, where there is no release.
    unfinished: Option<String>,
}

impl Releases {
    /// Sorts out the release tags among the remote's and our own; the remote's win.
    pub fn of(view: &View, local: &BTreeMap<String, Oid>, reading: Reading) -> Self {
        let mut all: BTreeMap<&String, &Oid> = local.iter().collect();
        all.extend(&view.tags);
        let sorted = sort_out(all.iter().map(|(name, oid)| ((*name).clone(), (*oid).clone())), reading);
        let mut by_scheme: BTreeMap<TagScheme, Vec<(Version, String, Oid)>> = BTreeMap::new();
        for tag in sorted.releases {
            by_scheme.entry(tag.scheme).or_default().push((tag.version, tag.name, tag.of));
        }
        let folders = all.keys().filter_map(|name| Some(name.rsplit_once('/')?.0.to_owned())).collect();
        let odd = sorted.odd.into_iter().map(|tag| (tag.version, tag.name, tag.of)).collect();
        let (mut resembling, mut unfinished) = (Vec::new(), None);
        if by_scheme.is_empty() {
            unfinished = all.keys().find(|t| is_pre_release(t)).map(|t| (*t).clone());
            resembling = all.into_keys().filter(|t| looks_like_a_release(t)).take(3).cloned().collect();
        }
        let (strays, doubtful) = (BTreeMap::new(), Vec::new());
        Self { by_scheme, folders, odd, strays, doubtful, resembling, unfinished }
    }

    /// A tag on the commit of a release that may be another number of it: nothing but a person can say so.
    pub fn doubtful_beside(&self, release: &ReleaseTag) -> Option<&str> {
        self.doubtful.iter().find(|(commit, _)| *commit == release.commit).map(|(_, name)| name.as_str())
    }

    /// The releases with the next lower numbers, on the history of `tips`.
    pub(super) fn around_below(
        &self,
        repo: &Repo,
        scheme: &TagScheme,
        of: &ReleaseTag,
        tips: &[&Oid],
    ) -> Result<Vec<ReleaseTag>> {
        let tags = self.by_scheme.get(scheme).map(Vec::as_slice).unwrap_or_default();
        let lower = tags.iter().filter(|t| by_precedence(&t.0, &of.version).is_lt()).take(NEARBY);
        let found: Result<Vec<Option<ReleaseTag>>> = lower.map(|tag| reachable(repo, tag, tips)).collect();
        Ok(found?.into_iter().flatten().collect())
    }

    /// The schemes there are.
    pub fn schemes(&self) -> impl Iterator<Item = &TagScheme> {
        self.by_scheme.keys()
    }

    /// Tags that look like releases and are not understood; only where nothing else is there.
    pub fn resembling(&self) -> &[String] {
        &self.resembling
    }

    /// A pre-release; only where there is no release.
    pub fn unfinished(&self) -> Option<&str> {
        self.unfinished.as_deref()
    }

    /// The releases of a scheme that are above a version, highest first.
    pub fn above(&self, scheme: &TagScheme, version: Option<&Version>) -> Vec<(Version, String, Oid)> {
        let all = self.by_scheme.get(scheme).into_iter().flatten();
        all.take_while(|t| version.is_none_or(|v| by_precedence(&t.0, v).is_gt())).cloned().collect()
    }

    /// A tag that is written in another form, is above the newest release and later than it.
    ///
    /// # Errors
    /// When history cannot be read.
    pub fn odd_above(&self, repo: &Repo, newest: &ReleaseTag, tips: &[&Oid]) -> Result<Option<String>> {
        for tag in self.odd.iter().filter(|t| by_precedence(&t.0, &newest.version).is_gt()) {
            if let Some(found) = reachable(repo, tag, tips)?
                && !repo.is_ancestor(&found.commit, &newest.commit)?
            {
                return Ok(Some(found.name));
            }
        }
        Ok(None)
    }

    /// Every version of a scheme whose tag cannot be made any more, whichever commit has it.
    pub fn versions(&self, scheme: &TagScheme) -> BTreeSet<Version> {
        let beside = self.strays.get(scheme).into_iter().flatten();
        let tags = self.by_scheme.get(scheme).into_iter().flatten().chain(beside).map(|(v, _, _)| v.clone());
        tags.chain(self.folders.iter().filter_map(|name| scheme.version(name))).collect()
    }

    /// The scheme in use on the history of `tips`, of those that `fits` lets through: the one whose
    /// newest reachable release is the most recent, written as that one is. `None` when no release is
    /// reachable. On one commit three numbers with dots count before any other form.
    ///
    /// # Errors
    /// When history cannot be read.
    pub fn learn_scheme(
        &self,
        repo: &Repo,
        tips: &[&Oid],
        fits: impl Fn(&TagScheme) -> bool,
    ) -> Result<Option<(TagScheme, Option<TagScheme>)>> {
        let mut best: Option<(TagScheme, ReleaseTag)> = None;
        let mut beside: Option<TagScheme> = None;
        for scheme in self.by_scheme.keys().filter(|s| fits(s)) {
            let Some(found) = self.newest_below(repo, scheme, tips)? else { continue };
            let scheme = scheme.written_like(&found.name);
            let is_newer = match &best {
                None => true,
                Some((old_scheme, old)) if old.commit == found.commit => {
                    let (now, was) = (scheme.is_classic(), old_scheme.is_classic());
                    if now == was && !now {
                        beside = Some(scheme.clone());
                    }
                    if now == was { found.version > old.version } else { now }
                }
                Some((_, old)) => {
                    repo.is_ancestor(&old.commit, &found.commit)?
                        || (!repo.is_ancestor(&found.commit, &old.commit)?
                            && repo.commit(&found.commit)?.committer.when
                                > repo.commit(&old.commit)?.committer.when)
                }
            };
            if is_newer {
                if best.as_ref().is_some_and(|(_, old)| old.commit != found.commit) {
                    beside = None;
                }
                best = Some((scheme, found));
            }
        }
        Ok(best.map(|(scheme, _)| (scheme, beside)))
    }

    /// The highest release of a scheme that is reachable from one of `tips`.
    ///
    /// # Errors
    /// When history cannot be read.
    pub fn newest_below(&self, repo: &Repo, scheme: &TagScheme, tips: &[&Oid]) -> Result<Option<ReleaseTag>> {
        let tags = self.by_scheme.get(scheme).map(Vec::as_slice).unwrap_or_default();
        for tag in tags.iter().take(OTHERS) {
            if let Some(found) = reachable(repo, tag, tips)? {
                return Ok(Some(found));
            }
        }
        if tags.len() <= OTHERS {
            return Ok(None);
        }
        let merged = merged_tags(repo, tips)?;
        for tag in tags.iter().skip(OTHERS).filter(|t| merged.contains(&t.1)) {
            if let Some(found) = reachable(repo, tag, tips)? {
                return Ok(Some(found));
            }
        }
        Ok(None)
    }

    /// A release by the name of its tag, when it is reachable from `tip`.
    ///
    /// # Errors
    /// When history cannot be read.
    pub fn find(&self, repo: &Repo, name: &str, tip: &Oid) -> Result<Option<ReleaseTag>> {
        let named =
            self.by_scheme.values().chain(self.strays.values()).flatten().find(|(_, tag, _)| tag == name);
        named.map_or(Ok(None), |tag| reachable(repo, tag, &[tip]))
    }

    /// The release tags that a word may name: the tag itself, else all with that number, with or without `v`.
    pub fn alike(&self, typed: &str) -> Vec<&str> {
        let all =
            || self.by_scheme.iter().flat_map(|(scheme, tags)| tags.iter().map(move |tag| (scheme, tag)));
        if let Some((_, (_, name, _))) = all().find(|(_, (_, name, _))| name == typed) {
            return vec![name];
        }
        let number = typed.strip_prefix(['v', 'V', '=']).unwrap_or(typed);
        let fits = |(scheme, (version, name, _)): &(&TagScheme, &(Version, String, Oid))| {
            name.eq_ignore_ascii_case(typed) || scheme.written_like(name).number(version) == number
        };
        all().filter(fits).map(|(_, (_, name, _))| name.as_str()).collect()
    }

    /// The release that a word names, where it is exactly one: `v1.2.1` of `1.2.1`.
    pub fn called(&self, typed: &str) -> Option<&str> {
        match self.alike(typed).as_slice() {
            [one] => Some(*one),
            _ => None,
        }
    }

    /// The release tags that are nearest to a word that names none: of an unknown number, those next to it.
    pub fn nearest(&self, typed: &str) -> Vec<String> {
        let alike = self.alike(typed);
        if !alike.is_empty() {
            return alike.into_iter().map(str::to_owned).collect();
        }
        let names = || self.by_scheme.values().flatten().map(|(_, name, _)| name.as_str());
        let as_tag = self.by_scheme.keys().map(|scheme| format!("{}{typed}", scheme.prefix));
        let near = std::iter::once(typed.to_owned()).chain(as_tag).map(|word| nearest(&word, names()));
        near.into_iter().find(|found| !found.is_empty()).into_iter().flatten().map(str::to_owned).collect()
    }

    /// A release by the name of its tag, whichever branch has it; `None` where its commit is not here.
    ///
    /// # Errors
    /// When the repository cannot be read.
    pub fn get(&self, repo: &Repo, name: &str) -> Result<Option<ReleaseTag>> {
        let named = self.by_scheme.values().flatten().find(|(_, tag, _)| tag == name);
        named.map_or(Ok(None), |tag| found(repo, tag))
    }

    /// The release just below `version` that is reachable from `tip`.
    ///
    /// # Errors
    /// When history cannot be read.
    pub fn before(
        &self,
        repo: &Repo,
        scheme: &TagScheme,
        version: &Version,
        tip: &Oid,
    ) -> Result<Option<ReleaseTag>> {
        let tags = self.by_scheme.get(scheme).map(Vec::as_slice).unwrap_or_default();
        for tag in tags.iter().filter(|t| by_precedence(&t.0, version).is_lt()).take(ONE_BY_ONE) {
            if let Some(found) = reachable(repo, tag, &[tip])? {
                return Ok(Some(found));
            }
        }
        Ok(None)
    }

    /// The releases below one that come before it in its history, newest first, at most `most`.
    ///
    /// # Errors
    /// When history cannot be read.
    pub fn below(
        &self,
        repo: &Repo,
        scheme: &TagScheme,
        of: &ReleaseTag,
        most: usize,
    ) -> Result<Vec<ReleaseTag>> {
        let tags = self.by_scheme.get(scheme).map(Vec::as_slice).unwrap_or_default();
        let mut found = Vec::new();
        for tag in tags.iter().filter(|t| by_precedence(&t.0, &of.version).is_lt()).take(ONE_BY_ONE) {
            found.extend(reachable(repo, tag, &[&of.commit])?);
            if found.len() == most {
                break;
            }
        }
        Ok(found)
    }

    /// The lowest release that is reachable from `tip` and contains `fix`.
    ///
    /// # Errors
    /// When history cannot be read.
    pub fn first_with(
        &self,
        repo: &Repo,
        scheme: &TagScheme,
        fix: &Oid,
        tip: &Oid,
    ) -> Result<Option<ReleaseTag>> {
        let mut lowest = None;
        let (mut misses, mut others) = (0, 0);
        let tags = self.by_scheme.get(scheme).map(Vec::as_slice).unwrap_or_default();
        for (at, tag) in tags.iter().enumerate() {
            if others == OTHERS {
                let rest = tags.get(at..).unwrap_or_default();
                return Ok(lowest_with(repo, rest, fix, tip)?.or(lowest));
            }
            let Some(found) = reachable(repo, tag, &[tip])? else {
                others += 1;
                continue;
            };
            if repo.is_ancestor(fix, &found.commit)? {
                lowest = Some(found);
                misses = 0;
            } else {
                misses += 1;
                // Releases in production are linear: below one without the fix there is none with it.
                if misses == ONE_BY_ONE {
                    break;
                }
            }
        }
        Ok(lowest)
    }
}

/// The release that a tag names; `None` where its objects were not fetched.
pub(super) fn found(repo: &Repo, (version, name, oid): &Tag) -> Result<Option<ReleaseTag>> {
    if !repo.has(oid)? {
        return Ok(None);
    }
    let commit = repo.peel(oid)?;
    Ok(commit.map(|commit| ReleaseTag { name: name.clone(), version: version.clone(), commit }))
}

/// A release that is below one of `tips`: one that is not here is below none that is.
fn reachable(repo: &Repo, tag: &Tag, tips: &[&Oid]) -> Result<Option<ReleaseTag>> {
    let Some(release) = found(repo, tag)? else { return Ok(None) };
    for tip in tips {
        if repo.is_ancestor(&release.commit, tip)? {
            return Ok(Some(release));
        }
    }
    Ok(None)
}

/// The last of these releases that is below `tip` and contains `fix`. Where many are on commits of others, knowing the
/// commits since the fix costs less than a question about each.
fn lowest_with(repo: &Repo, tags: &[Tag], fix: &Oid, tip: &Oid) -> Result<Option<ReleaseTag>> {
    let links = repo.links(tip, &repo.commit(fix)?.parents, usize::MAX)?;
    let since: BTreeSet<Oid> = links.into_iter().map(|link| link.oid).collect();
    let objects: Vec<Oid> = tags.iter().map(|(_, _, oid)| oid.clone()).collect();
    for (tag, commit) in tags.iter().zip(repo.peel_all(&objects)?).rev() {
        let Some(commit) = commit.filter(|commit| since.contains(commit)) else { continue };
        if repo.is_ancestor(fix, &commit)? {
            return found(repo, tag);
        }
    }
    Ok(None)
}

fn merged_tags(repo: &Repo, tips: &[&Oid]) -> Result<BTreeSet<String>> {
    let mut names = BTreeSet::new();
    for tip in tips {
        let run = repo
            .call("for-each-ref")
            .arg(format!("--merged={tip}"))
            .args(["--format=%(refname:lstrip=2)", "refs/tags"]);
        names.extend(repo.git().text(run)?.lines().map(str::to_owned));
    }
    Ok(names)
}
