//! How releases are numbered here: learnt once, from the tags, for every command.

use super::workspace::Workspace;
use crate::git::access::Access;
use crate::git::repo::Repo;
use crate::git::tags::Releases;
use crate::model::oid::Oid;
use crate::model::version::{TagScheme, split_tag};
use crate::plan::version::Doubt;
use std::collections::BTreeSet;

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
    let mut packages: Vec<String> = Vec::new();
    let mut whole = false;
    for scheme in releases.schemes() {
        // Only what production has: the tags of an abandoned package elsewhere count for nothing.
        if releases.newest_below(repo, scheme, tips)?.is_none() {
            continue;
        }
        match scheme.package() {
            Some(package) if !packages.iter().any(|p| p == package) => packages.push(package.to_owned()),
            Some(_) => {}
            None => whole = true,
        }
    }
    let several = packages.len() + usize::from(whole) > 1;
    let configured = workspace.config.version.tag.as_deref().and_then(TagScheme::from_pattern);
    let made = wanted.tag.filter(|_| wanted.package.is_none()).and_then(split_tag).map(|(scheme, _)| scheme);
    let fixed = made.or_else(|| configured.filter(|_| wanted.package.is_none()));
    if let Some(fixed) = fixed {
        let of_prefix = releases.learn_scheme(repo, tips, |s| s.prefix == fixed.prefix)?;
        let directory = if several { directory_of(repo, &fixed, tips, wanted.paths)? } else { None };
        return Ok(Learnt { scheme: of_prefix.map_or(fixed, |(scheme, _)| scheme), doubt: None, directory });
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
        None if several => packages.iter().find(|p| holds_all(p, wanted.paths)).cloned(),
        None => None,
    };
    let mut doubt = None;
    let learnt = match &chosen {
        Some(package) => releases.learn_scheme(repo, tips, |s| is_of(s, package))?,
        None if whole => releases.learn_scheme(repo, tips, |s| s.package().is_none())?,
        None => releases.learn_scheme(repo, tips, |_| true)?,
    };
    let touched: Vec<String> = packages.iter().filter(|p| holds_any(p, wanted.paths)).cloned().collect();
    if several && chosen.is_none() && (!whole || !touched.is_empty()) {
        doubt = Some(Doubt::Packages { packages });
    }
    let (scheme, beside) = learnt.map_or((None, None), |(scheme, beside)| (Some(scheme), beside));
    if let (Some(scheme), Some(beside), None) = (&scheme, beside, &doubt) {
        doubt = Some(Doubt::SideBySide { one: scheme.pattern(), other: beside.pattern() });
    }
    // Where production has no release, the tags there are still show how they are written.
    let scheme =
        scheme.or_else(|| releases.schemes().next().cloned()).unwrap_or_else(TagScheme::default_scheme);
    let directory = if several { directory_of(repo, &scheme, tips, wanted.paths)? } else { None };
    Ok(Learnt { scheme, doubt, directory })
}

/// The directory of a package as a path has it: up to the folder of its name.
fn folder<'a>(package: &str, path: &'a str) -> Option<&'a str> {
    let mut end = 0;
    for part in path.split('/') {
        let start = end;
        end = start + part.len();
        if end < path.len() && part.eq_ignore_ascii_case(package) {
            return path.get(..end);
        }
        end += 1;
    }
    None
}

fn holds_all(package: &str, paths: &[String]) -> bool {
    !paths.is_empty() && paths.iter().all(|path| folder(package, path).is_some())
}

fn holds_any(package: &str, paths: &[String]) -> bool {
    paths.iter().any(|path| folder(package, path).is_some())
}

/// The directory of the package of a scheme: the one that the hotfix changes, or else the only one of
/// its name, which a release in which nothing of it was changed needs as well.
fn directory_of(
    repo: &Repo,
    scheme: &TagScheme,
    tips: &[&Oid],
    paths: &[String],
) -> anyhow::Result<Option<String>> {
    let Some(package) = scheme.package() else { return Ok(None) };
    if let Some(changed) = paths.iter().find_map(|path| folder(package, path)) {
        return Ok(Some(changed.to_owned()));
    }
    let Some(tip) = tips.first() else { return Ok(None) };
    let files = repo.list_tree(&repo.commit(tip)?.tree)?;
    Ok(only_folder(package, files.iter().map(|file| file.path.as_str())).map(str::to_owned))
}

/// The folder of a package's name that is least deep, if there is just one of that depth.
fn only_folder<'a>(package: &str, paths: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let folders: BTreeSet<&str> = paths.filter_map(|path| folder(package, path)).collect();
    let depth = |folder: &str| folder.matches('/').count();
    let least = folders.iter().map(|folder| depth(folder)).min()?;
    let mut best = folders.iter().filter(|folder| depth(folder) == least);
    let first = best.next().copied();
    first.filter(|_| best.next().is_none())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_package_that_nothing_was_changed_in_is_the_only_folder_of_its_name() {
        let only = |paths: &[&'static str]| only_folder("web", paths.iter().copied());
        assert_eq!(only(&["README", "packages/web/a", "packages/web/test/web/b"]), Some("packages/web"));
        assert_eq!(only(&["apps/web/a", "packages/web/a"]), None, "which of both nobody can know");
        assert_eq!(only(&["README"]), None);
    }

    #[test]
    fn a_package_is_the_folder_of_its_name() {
        assert_eq!(folder("web", "packages/web/src/a.ts"), Some("packages/web"));
        assert_eq!(folder("web", "web/a.ts"), Some("web"));
        assert_eq!(folder("web", "src/web"), None, "a file is not a folder");
        assert_eq!(folder("web", "website/a.ts"), None);
        let paths = |list: &[&str]| list.iter().map(|p| (*p).to_owned()).collect::<Vec<_>>();
        assert!(
            holds_all("web", &paths(&["web/a", "web/b/c"]))
                && !holds_all("web", &paths(&["web/a", "core/b"]))
        );
        assert!(holds_any("web", &paths(&["web/a", "core/b"])) && !holds_all("web", &[]));
    }
}
