//! The directory of each of a repository's packages.

use crate::git::access::Access;
use crate::git::repo::Repo;
use crate::model::oid::Oid;
use crate::model::path::{file_name, is_below, parent};
use crate::plan::bump::{is_manifest, is_named};
use std::collections::{BTreeMap, BTreeSet};

/// More manifests than this are not read for their names.
const MANY: usize = 2_000;

/// The directories of packages, where they are certain.
#[derive(Debug, Default)]
pub struct Homes {
    /// Directories by package, without a slash at the end.
    known: BTreeMap<String, String>,
}

impl Homes {
    /// The directories of these packages in the tree of a commit: the folder of its name with a
    /// manifest, else the manifest that names it, else the only folder of its name.
    ///
    /// # Errors
    /// When git cannot read the tree.
    pub fn of(repo: &Repo, commit: &Oid, packages: &[String]) -> anyhow::Result<Self> {
        let files = repo.listing(&repo.commit(commit)?.tree)?;
        let paths = files.paths.iter().map(String::as_str);
        let manifests: Vec<&str> = paths.filter(|path| path.contains('/') && is_manifest(path)).collect();
        let mut homes = Self::default();
        let mut unknown = Vec::new();
        for package in packages {
            let called = |path: &&str| file_name(path).eq_ignore_ascii_case(package);
            match only(manifests.iter().map(|path| parent(path)).filter(called)) {
                Some(dir) => homes.put(package, dir),
                None => unknown.push(package),
            }
        }
        let texts = if unknown.is_empty() || manifests.len() > MANY {
            Vec::new()
        } else {
            let blobs: Vec<Oid> = manifests.iter().filter_map(|path| files.get(path)?.blob()).collect();
            repo.read_blobs(&blobs)?
        };
        let texts: Vec<(&str, String)> = manifests
            .iter()
            .zip(texts)
            .filter_map(|(path, blob)| Some((*path, String::from_utf8(blob?).ok()?)))
            .collect();
        for package in unknown {
            let named = texts.iter().filter(|(path, text)| is_named(path, text, package));
            let dir = only(named.map(|(path, _)| parent(path)))
                .or_else(|| only(files.paths.iter().filter_map(|path| folder(package, path))));
            if let Some(dir) = dir {
                homes.put(package, dir);
            }
        }
        Ok(homes)
    }

    fn put(&mut self, package: &str, dir: &str) {
        self.known.insert(package.to_owned(), dir.to_owned());
    }

    /// The directory of a package, if it is certain.
    pub fn get(&self, package: &str) -> Option<&str> {
        self.known.get(package).map(String::as_str)
    }

    /// The directory of the package, if this path is in it.
    pub fn holds<'a>(&'a self, package: &str, path: &'a str) -> Option<&'a str> {
        match self.get(package) {
            Some(dir) => is_below(path, dir).then_some(dir),
            None => folder(package, path),
        }
    }
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

/// The folder that is least deep, if there is just one of that depth.
fn only<'a>(folders: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let folders: BTreeSet<&str> = folders.collect();
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
    fn a_package_is_the_folder_of_its_name() {
        assert_eq!(folder("web", "packages/web/src/a.ts"), Some("packages/web"));
        assert_eq!(folder("web", "web/a.ts"), Some("web"));
        assert_eq!(folder("web", "src/web"), None, "a file is not a folder");
        assert_eq!(folder("web", "website/a.ts"), None);
    }

    #[test]
    fn of_two_folders_nobody_knows_which_is_meant() {
        assert_eq!(only(["packages/web", "packages/web/test/web"].into_iter()), Some("packages/web"));
        assert_eq!(only(["apps/web", "packages/web"].into_iter()), None);
        assert_eq!(only(std::iter::empty()), None);
    }

    #[test]
    fn a_path_lies_in_a_directory_and_not_beside_it() {
        let mut homes = Homes::default();
        homes.put("shop-core", "crates/core");
        assert_eq!(homes.holds("shop-core", "crates/core/src/a.rs"), Some("crates/core"));
        assert_eq!(homes.holds("shop-core", "crates/core-extra/a.rs"), None);
        assert_eq!(
            homes.holds("web", "apps/web/a.ts"),
            Some("apps/web"),
            "what is not known is read from the path"
        );
    }
}
