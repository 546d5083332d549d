//! Versions in `Cargo.toml`, `Cargo.lock`, `pyproject.toml` and `uv.lock`.

use super::place::{Found, Place};
use semver::Version;
use std::collections::BTreeMap;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

type Item<'a> = Spanned<DeValue<'a>>;

fn parse(text: &str) -> Result<DeTable<'_>, &'static str> {
    DeTable::parse(text).map(Spanned::into_inner).map_err(|_| "is no valid TOML")
}

/// The value at a path of tables.
fn find<'t, 'a>(table: &'t DeTable<'a>, path: &[&str]) -> Option<&'t Item<'a>> {
    let (first, rest) = path.split_first()?;
    let item = table.get(*first)?;
    if rest.is_empty() { Some(item) } else { find(item.get_ref().as_table()?, rest) }
}

fn word<'t>(table: &'t DeTable<'_>, path: &[&str]) -> Option<&'t str> {
    find(table, path)?.get_ref().as_str()
}

/// A string that stands in the file as it is, without escapes.
fn place(text: &str, item: &Item<'_>, key: &str) -> Option<Place> {
    let says = item.get_ref().as_str()?;
    let raw = text.get(item.span())?;
    let quotes = raw.len() - raw.trim_start_matches(['"', '\'']).len();
    let start = item.span().start + quotes;
    (text.get(start..start + says.len())? == says).then(|| Place::new(key, start, says))
}

fn places(text: &str, paths: &[&[&str]]) -> Found {
    let table = parse(text)?;
    let at = |path: &&[&str]| place(text, find(&table, path)?, &path.join("."));
    Ok(paths.iter().filter_map(at).collect())
}

/// `[package]` and `[workspace.package]`; `version.workspace = true` is no version.
pub(super) fn cargo_manifest(text: &str) -> Found {
    places(text, &[&["package", "version"], &["workspace", "package", "version"]])
}

/// `[project]` and `[tool.poetry]`.
pub(super) fn python(text: &str) -> Found {
    places(text, &[&["project", "version"], &["tool", "poetry", "version"]])
}

fn packages<'t, 'a>(lock: &'t DeTable<'a>) -> impl Iterator<Item = &'t DeTable<'a>> + Clone {
    let list = lock.get("package").and_then(|list| list.get_ref().as_array());
    list.into_iter().flat_map(|list| list.iter()).filter_map(|package| package.get_ref().as_table())
}

/// The packages of the repository itself: those that come from nowhere else. A dependency that
/// is named with its version because two packages share the name counts too.
pub(super) fn cargo_lock(text: &str) -> Found {
    let lock = parse(text)?;
    let own: BTreeMap<&str, &str> = packages(&lock)
        .filter(|package| !package.contains_key("source"))
        .filter_map(|package| Some((word(package, &["name"])?, word(package, &["version"])?)))
        .collect();
    let mut found = Vec::new();
    for package in packages(&lock) {
        let Some(name) = word(package, &["name"]) else { continue };
        let source = word(package, &["source"]);
        if let (None, Some(version)) = (source, package.get("version")) {
            let here = place(text, version, &format!("package {name}"));
            found.extend(here.map(|place| Place { package: Some(name.to_owned()), ..place }));
        }
        let needs = package.get("dependencies").and_then(|list| list.get_ref().as_array());
        for need in needs.into_iter().flat_map(|list| list.iter()) {
            let owner = format!("{name} {}", source.unwrap_or_default());
            found.extend(place(text, need, &owner).and_then(|place| reference(&place, &own)));
        }
    }
    Ok(found)
}

/// The version in `"name 1.2.0"`, where that is one of the repository's own packages.
fn reference(need: &Place, own: &BTreeMap<&str, &str>) -> Option<Place> {
    let (name, version) = need.says.split_once(' ')?;
    (own.get(name) == Some(&version)).then(|| Place {
        package: Some(name.to_owned()),
        optional: true,
        ..Place::new(&format!("{} needs {name}", need.key), need.range.start + name.len() + 1, version)
    })
}

/// The project itself.
pub(super) fn uv_lock(text: &str) -> Found {
    let lock = parse(text)?;
    let here = |package: &&DeTable<'_>| {
        ["editable", "virtual", "directory"].iter().any(|how| word(package, &["source", how]) == Some("."))
    };
    let version = |package: &DeTable<'_>| {
        let name = word(package, &["name"])?;
        let found = place(text, package.get("version")?, &format!("package {name}"))?;
        Some(Place { package: Some(name.to_owned()), ..found })
    };
    Ok(packages(&lock).filter(here).filter_map(version).collect())
}

/// Which packages of `Cargo.lock` get the new version along with `Cargo.toml`.
pub(super) struct Followers {
    /// By name, where the manifest is known.
    follows: BTreeMap<String, bool>,
    /// Those whose manifest is not known.
    others: bool,
}

impl Followers {
    /// Looks at every manifest that was read.
    pub(super) fn new(files: &BTreeMap<String, String>, base: &Version) -> Self {
        let base = base.to_string();
        let root = files.get("Cargo.toml").and_then(|text| parse(text).ok()).unwrap_or_default();
        let others = word(&root, &["workspace", "package", "version"]) == Some(&base);
        let mut follows = BTreeMap::new();
        for (_, text) in files.iter().filter(|(path, _)| path.ends_with("/Cargo.toml")) {
            let Ok(member) = parse(text) else { continue };
            if let Some(name) = word(&member, &["package", "name"]) {
                follows.insert(
                    name.to_owned(),
                    others && inherits(&member) && !member.contains_key("workspace"),
                );
            }
        }
        if let Some(name) = word(&root, &["package", "name"]) {
            let own = word(&root, &["package", "version"]) == Some(&base);
            follows.insert(name.to_owned(), own || (others && inherits(&root)));
        }
        Self { follows, others }
    }

    pub(super) fn has(&self, name: Option<&str>) -> bool {
        name.is_some_and(|name| self.follows.get(name).copied().unwrap_or(self.others))
    }
}

fn inherits(manifest: &DeTable<'_>) -> bool {
    let inherited = find(manifest, &["package", "version", "workspace"]);
    inherited.and_then(|item| item.get_ref().as_bool()).unwrap_or(false)
}
