//! How far a fix has come towards production, and what the next release would be called.

use super::brought_otherwise::{bringer, brought_otherwise};
use super::hotfix::Hotfix;
use super::named_release;
use super::numbering::{self, Learnt, Wanted};
use super::squashed;
use super::workspace::Workspace;
use crate::git::Repo;
use crate::git::access::Access;
use crate::git::fetch::{Tags, View, last_known};
use crate::git::line::Line;
use crate::git::tags::{ReleaseTag, Releases};
use crate::model::name::refused_by_git;
use crate::model::oid::Oid;
use crate::model::version::{TagScheme, split_tag};
use crate::plan::finish::Progress;
use crate::plan::version::{Doubt, Versions};
use chrono::{Datelike, NaiveDate};
use semver::Version;

/// The releases around a production branch.
#[derive(Clone, Debug)]
pub struct Around {
    pub releases: Releases,
    pub scheme: TagScheme,
    /// The newest release below the given tips. One that was squash-merged is on the commit of
    /// production that has its content.
    pub newest: Option<ReleaseTag>,
    /// Why nobody but a person can say what the next release is called.
    pub doubt: Option<Doubt>,
    /// The directory of the package that is released, where the repository holds several.
    pub directory: Option<String>,
    /// What a release that is named after its date would be named after.
    today: NaiveDate,
}

/// Reads the releases below `tips`: the configured way of writing tags, else the one learnt.
///
/// # Errors
/// When tags or history cannot be read.
pub fn around(workspace: &Workspace, view: &View, tips: &[&Oid]) -> anyhow::Result<Around> {
    around_of(workspace, view, tips, &Wanted::default())
}

/// As [`around`], of one package where the repository holds several.
///
/// # Errors
/// As [`around`].
pub fn around_of(
    workspace: &Workspace,
    view: &View,
    tips: &[&Oid],
    wanted: &Wanted<'_>,
) -> anyhow::Result<Around> {
    let repo = &workspace.repo;
    let releases = named_release::releases(workspace, view)?;
    let Learnt { scheme, mut doubt, directory } = numbering::learn(workspace, &releases, tips, wanted)?;
    let mut newest = releases.newest_below(repo, &scheme, tips)?;
    if let (Some(newest), None) = (&newest, &doubt) {
        doubt = beside(repo, &releases, &scheme, newest, tips)?;
    }
    // Only of production: a maintained line has higher releases beside it as a matter of course.
    let production = view.heads.get(&workspace.config.branches.production);
    if let Some(production) = production.filter(|p| tips.first() == Some(p)) {
        let (squashed, above) = squashed::above(repo, &releases, &scheme, newest.as_ref(), production)?;
        newest = squashed.or(newest);
        if let Some(above) = above {
            doubt.get_or_insert(Doubt::Above { tag: above.0, version: above.1 });
        }
    }
    let scheme = match &newest {
        Some(newest) => scheme.written_like(&newest.name),
        None => scheme,
    };
    if doubt.is_none() {
        doubt = match &newest {
            Some(newest) => releases.odd_above(repo, newest, tips)?.map(Doubt::Odd),
            None => match releases.resembling().first().cloned() {
                Some(tag) => Some(Doubt::Unread(tag)),
                None => releases.unfinished().map(|tag| Doubt::Unfinished(tag.to_owned())),
            },
        };
    }
    if doubt.is_none() && newest.is_some() && scheme.is_dated() {
        doubt = Some(Doubt::Dated);
    }
    let today = workspace.env.now_local().date_naive();
    Ok(Around { releases, scheme, newest, doubt, directory, today })
}

/// Why a tag cannot be told to be the newest release: another number is on its commit, or came after it.
fn beside(
    repo: &Repo,
    releases: &Releases,
    scheme: &TagScheme,
    newest: &ReleaseTag,
    tips: &[&Oid],
) -> anyhow::Result<Option<Doubt>> {
    if let Some(other) = releases.doubtful_beside(newest) {
        return Ok(Some(Doubt::Beside { tag: other.to_owned() }));
    }
    if scheme.is_dated() {
        return Ok(None);
    }
    let later = releases.later_than(repo, scheme, newest, tips)?;
    Ok(later.map(|later| Doubt::OutOfOrder { tag: newest.name.clone(), later: later.name }))
}

/// The tags to ask the remote for by name: those of the line that the next release belongs to, as
/// far as is known here, and those of the lines of `also`, which may be patterns. All of them where
/// nothing is known, or where the user keeps git from following tags.
///
/// # Errors
/// When tags or history cannot be read.
pub fn wanted_tags(workspace: &Workspace, also: &[String]) -> anyhow::Result<Tags> {
    let known = last_known(&workspace.repo, workspace.remote())?;
    let follow = workspace.remote().map(|remote| format!("remote.{remote}.tagopt"));
    let follows = follow.is_none_or(|key| workspace.repo.config().is_ok_and(|c| c.get(&key).is_none()));
    let newest = match known.heads.get(&workspace.config.branches.production) {
        Some(tip) if follows => around(workspace, &known, &[tip])?.lines(),
        _ => None,
    };
    let Some(newest) = newest else { return Ok(Tags::All) };
    let also = also.iter().map(|tag| match split_tag(tag) {
        Some((scheme, version)) => scheme.line(&version),
        None => tag.clone(),
    });
    // What a human typed may be no name at all, and one bad name would fail the whole fetch.
    let mut patterns: Vec<String> =
        also.chain(newest).filter(|p| refused_by_git(&p.replacen('*', "x", 1)).is_none()).collect();
    patterns.sort();
    patterns.dedup();
    Ok(Tags::Named(patterns))
}

/// The line of the next release, should nobody have asked for its tags: production has brought a
/// release that was not known here. `was` is production as it was known before.
///
/// # Errors
/// When tags or history cannot be read.
pub fn unasked(workspace: &Workspace, view: &View, was: Option<&Oid>) -> anyhow::Result<Option<String>> {
    let Some(tip) = view.heads.get(&workspace.config.branches.production) else { return Ok(None) };
    // The same commit with no new tag is in the same line; sorting all tags again would tell as much.
    if was == Some(tip) && view.tags.keys().all(|tag| view.asked.cover(tag)) {
        return Ok(None);
    }
    let lines = around(workspace, view, &[tip])?.lines();
    let line = lines.and_then(|lines| lines.into_iter().next());
    Ok(line.filter(|line| !view.asked.cover(line)))
}

/// The tag that the next finish of a hotfix makes, as far as is known here.
///
/// # Errors
/// When tags or history cannot be read.
pub fn next_tag(
    workspace: &Workspace,
    view: &View,
    hotfix: &Hotfix,
    production_tip: &Oid,
) -> anyhow::Result<String> {
    let asked = hotfix.incident.as_ref().and_then(|i| Version::parse(i.version.as_deref()?).ok());
    let versions = around(workspace, view, &[production_tip])?.versions(asked);
    Ok(versions.scheme.tag(&versions.next()))
}

impl Around {
    /// The tags of the newest release's line, `v1.2.*`, and of the next ones: a release that production
    /// does not contain may be there.
    fn lines(&self) -> Option<Vec<String>> {
        let newest = &self.newest.as_ref()?.version;
        let next = (0..4).map(|n| Version::new(newest.major, newest.minor.saturating_add(n), 0));
        let lines = next.chain([Version::new(newest.major.saturating_add(1), 0, 0)]);
        Some(lines.map(|version| self.scheme.line(&version)).collect())
    }

    /// What the next version depends on.
    pub fn versions(&self, requested: Option<Version>) -> Versions {
        Versions {
            scheme: self.scheme.clone(),
            base: self.newest.as_ref().map(|t| t.version.clone()),
            taken: self.releases.versions(&self.scheme),
            requested,
            doubt: self.doubt.clone(),
            today: self.scheme.is_dated().then(|| {
                let day = |n: u32| u64::from(n);
                Version::new(
                    u64::from(self.today.year().unsigned_abs()),
                    day(self.today.month()),
                    day(self.today.day()),
                )
            }),
        }
    }

    /// Whether the fix is in production, and released.
    ///
    /// # Errors
    /// When history cannot be read.
    pub fn progress(
        &self,
        repo: &Repo,
        fix: &Oid,
        base: Option<&Oid>,
        production: &Oid,
    ) -> anyhow::Result<Progress> {
        // A branch on which nothing happened yet is part of production, but no fix.
        if base == Some(fix) {
            return Ok(Progress::Ahead);
        }
        if !repo.is_ancestor(fix, production)? {
            let Some(commit) = brought_otherwise(repo, fix, production)? else { return Ok(Progress::Ahead) };
            let tag = self.releases.first_with(repo, &self.scheme, &commit, production)?;
            return Ok(match tag {
                Some(tag) => Progress::Released { tag: tag.name, version: tag.version, commit: tag.commit },
                None => Progress::Merged(commit),
            });
        }
        let first = self.releases.first_with(repo, &self.scheme, fix, production)?;
        // Whoever may push tags can put one on the hotfix's own tip: production was never that, where a merge
        // brought it.
        let first = match first {
            Some(tag) if tag.commit == *fix && !Line::of(repo, production)?.has(fix) => None,
            other => other,
        };
        if let Some(tag) = first {
            // Without a record, a branch whose tip an old release has is an empty one.
            if base.is_none() && tag.commit == *fix {
                return Ok(Progress::Ahead);
            }
            return Ok(Progress::Released { tag: tag.name, version: tag.version, commit: tag.commit });
        }
        if base.is_none() && fix == production {
            return Ok(Progress::Ahead);
        }
        Ok(Progress::Merged(bringer(repo, fix, production)?))
    }
}
