//! How releases are numbered here: learnt once, from the tags, for every command.

use super::homes::Homes;
use super::workspace::Workspace;
use crate::git::repo::Repo;
use crate::git::tags::Releases;
use crate::model::oid::Oid;
use crate::model::version::{TagScheme, split_tag};
use crate::plan::version::Doubt;

/// What is known about what shall be released.
#[derive(Clone, Copy, Debug, Default)]
pub struct Wanted<'a> {
    /// The package that was asked for.
    pub package: Option<&'a str>,
    /// A tag that this hotfix made or was about to make.
    pub tag: Option<&'a str>,
    /// The files that the hotfix changes.
    pub paths: &'a [String],
}

/// What was learnt.
pub struct Learnt {
    pub scheme: TagScheme,
    pub doubt: Option<Doubt>,
    /// The directory of the package, where the repository holds several.
    pub directory: Option<String>,
}

/// Learns the scheme of the next release from the releases below `tips`.
///
/// # Errors
/// When history cannot be read.
pub fn learn(
    workspace: &Workspace,
    releases: &Releases,
    tips: &[&Oid],
    wanted: &Wanted<'_>,
) -> anyhow::Result<Learnt> {
    let repo = &workspace.repo;
    let configured = workspace.config.version.tag.as_deref().and_then(TagScheme::from_pattern);
    let made = wanted.tag.filter(|_| wanted.package.is_none()).and_then(split_tag).map(|(scheme, _)| scheme);
    let fixed = made.or_else(|| configured.filter(|_| wanted.package.is_none()));
    if let Some(fixed) = fixed.as_ref().filter(|fixed| fixed.package().is_none()) {
        return fixed_as(repo, releases, tips, fixed, None);
    }
    let Lines { packages, whole } = Lines::of(repo, releases, tips)?;
    let several = packages.len() + usize::from(whole) > 1;
    let asks = !wanted.paths.is_empty() || wanted.tag.is_some() || wanted.package.is_some();
    let homes = match tips.first() {
        Some(tip) if several && asks => Homes::of(repo, tip, &packages)?,
        _ => Homes::default(),
    };
    let holds = |package: &str, path: &String| homes.holds(package, path).is_some();
    let directory = |scheme: &TagScheme| {
        let package = scheme.package().filter(|_| several)?;
        let changed = wanted.paths.iter().find_map(|path| homes.holds(package, path));
        changed.or_else(|| homes.get(package)).map(str::to_owned)
    };
    if let Some(fixed) = &fixed {
        return fixed_as(repo, releases, tips, fixed, directory(fixed));
    }
    let is_of = |scheme: &TagScheme, package: &str| scheme.package() == Some(package);
    let chosen = match wanted.package {
        Some(asked) => {
            let known = releases.schemes().any(|s| is_of(s, asked));
            if !known {
                let doubt = Some(Doubt::NoSuchPackage { asked: asked.to_owned(), packages });
                return Ok(Learnt { scheme: TagScheme::default_scheme(), doubt, directory: None });
            }
            Some(asked.to_owned())
        }
        None if several && !wanted.paths.is_empty() => {
            // Of a package in another one's directory, the inner one.
            let all = packages.iter().filter(|p| wanted.paths.iter().all(|path| holds(p, path)));
            all.max_by_key(|p| homes.get(p).map_or(0, str::len)).cloned()
        }
        None => None,
    };
    let mut doubt = None;
    let learnt = match &chosen {
        Some(package) => releases.learn_scheme(repo, tips, |s| is_of(s, package))?,
        None if whole => releases.learn_scheme(repo, tips, |s| s.package().is_none())?,
        None => releases.learn_scheme(repo, tips, |_| true)?,
    };
    let touches_one = || packages.iter().any(|p| wanted.paths.iter().any(|path| holds(p, path)));
    if several && chosen.is_none() && (!whole || touches_one()) {
        doubt = Some(Doubt::Packages { packages });
    }
    let (scheme, beside) = learnt.map_or((None, None), |(scheme, beside)| (Some(scheme), beside));
    if let (Some(scheme), Some(beside), None) = (&scheme, beside, &doubt) {
        doubt = Some(Doubt::SideBySide { one: scheme.pattern(), other: beside.pattern() });
    }
    // Where production has no release, the tags there are still show how they are written.
    let scheme =
        scheme.or_else(|| releases.schemes().next().cloned()).unwrap_or_else(TagScheme::default_scheme);
    let directory = directory(&scheme);
    Ok(Learnt { scheme, doubt, directory })
}

/// A scheme that is known already, as production's tags write it.
fn fixed_as(
    repo: &Repo,
    releases: &Releases,
    tips: &[&Oid],
    fixed: &TagScheme,
    directory: Option<String>,
) -> anyhow::Result<Learnt> {
    let found = releases.learn_scheme(repo, tips, |s| s.prefix == fixed.prefix)?;
    let scheme = found.map_or_else(|| fixed.clone(), |(scheme, _)| scheme);
    Ok(Learnt { scheme, doubt: None, directory })
}

/// What has releases of its own in production.
struct Lines {
    packages: Vec<String>,
    /// The repository as a whole has some.
    whole: bool,
}

impl Lines {
    fn of(repo: &Repo, releases: &Releases, tips: &[&Oid]) -> anyhow::Result<Self> {
        let mut lines = Self { packages: Vec::new(), whole: false };
        for scheme in releases.schemes() {
            // Only what production has: the tags of an abandoned package elsewhere count for nothing.
            if releases.newest_below(repo, scheme, tips)?.is_none() {
                continue;
            }
            match scheme.package() {
                Some(package) if !lines.packages.iter().any(|p| p == package) => {
                    lines.packages.push(package.to_owned());
                }
                Some(_) => {}
                None => lines.whole = true,
            }
        }
        Ok(lines)
    }
}
