//! What a package calls itself in its manifest.

use super::leaf::word;
use super::look::{Look, is_foreign};
use super::read::read;
use super::tree::File;
use crate::model::path::file_name;
use std::collections::BTreeSet;

/// Where manifests have their package's name.
const NAMES: &[(&str, &[&[&str]])] = &[
    ("Cargo.toml", &[&["package", "name"]]),
    ("package.json", &[&["name"]]),
    ("composer.json", &[&["name"]]),
    ("deno.json", &[&["name"]]),
    ("jsr.json", &[&["name"]]),
    ("pyproject.toml", &[&["project", "name"], &["tool", "poetry", "name"]]),
    ("pubspec.yaml", &[&["name"]]),
    ("Chart.yaml", &[&["name"]]),
    ("pom.xml", &[&["project", "artifactId"]]),
];

/// Whether a path is a manifest of this repository's own: the package is the directory it lies in.
pub fn is_manifest(path: &str) -> bool {
    let name = file_name(path);
    !is_foreign(path) && (NAMES.iter().any(|(manifest, _)| *manifest == name) || stem(path).is_some())
}

/// Whether the manifest of this path and text is that of a package as a tag names it: without the
/// scope, in any case, with `-` for `_`.
pub fn is_named(path: &str, text: &str, package: &str) -> bool {
    let same = |a: &str, b: &str| a.replace('_', "-").eq_ignore_ascii_case(&b.replace('_', "-"));
    let fits = |name: &str| same(name, package) || name.rsplit('/').next().is_some_and(|n| same(n, package));
    if stem(path).is_some_and(fits) {
        return true;
    }
    let keys = NAMES.iter().find(|(manifest, _)| *manifest == file_name(path)).map_or(&[][..], |(_, k)| *k);
    let leaves = read(path, text).unwrap_or_default();
    keys.iter().filter_map(|key| word(&leaves, key)).any(fits)
}

/// What the repository's packages are called, without their scopes, and the groups that they are in.
pub(super) fn names(look: &Look<'_>) -> (BTreeSet<String>, BTreeSet<String>) {
    let (mut names, mut groups) = (BTreeSet::new(), BTreeSet::new());
    for (manifest, keys) in NAMES {
        for path in look.named(manifest).filter(|path| !look.is_made_up(path)) {
            let Some(file) = look.other(path) else { continue };
            names.extend(keys.iter().filter_map(|key| word(&file.leaves, key)).map(str::to_owned));
            let of = [&["project", "groupId"][..], &["project", "parent", "groupId"]];
            groups.extend(of.iter().filter_map(|key| word(&file.leaves, key)).map(str::to_owned));
        }
    }
    for end in [".csproj", ".fsproj", ".vbproj", ".gemspec"] {
        names.extend(look.ending(end).into_iter().filter_map(stem).map(str::to_owned));
    }
    // Gradle's settings and scripts are programs.
    let assigned = |name: &str, key: &str| {
        let File::Text(text) = look.tree.read(&look.at(name))? else { return None };
        let line = text.lines().find_map(|line| line.trim().strip_prefix(key).map(str::to_owned))?;
        let value = line.trim().strip_prefix('=').unwrap_or(&line).trim().trim_matches(['"', '\'']);
        Some(value.to_owned())
    };
    for name in ["settings.gradle", "settings.gradle.kts"] {
        names.extend(assigned(name, "rootProject.name"));
    }
    for name in ["build.gradle", "build.gradle.kts", "gradle.properties"] {
        groups.extend(assigned(name, "group "));
        groups.extend(assigned(name, "group="));
        groups.extend(assigned(name, "GROUP="));
    }
    (names, groups)
}

/// The name of a manifest that is called as its package is.
fn stem(path: &str) -> Option<&str> {
    let (stem, end) = file_name(path).rsplit_once('.')?;
    matches!(end, "csproj" | "fsproj" | "vbproj" | "gemspec").then_some(stem)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_manifest_says_what_its_package_is_called() {
        let cargo = "[package]\nname = \"shop_core\"\nversion = \"1.0.0\"\n";
        assert!(is_named("crates/core/Cargo.toml", cargo, "shop-core"));
        assert!(!is_named("crates/core/Cargo.toml", cargo, "core"));
        assert!(is_named("a/package.json", "{\"name\": \"@shop/web\"}", "web"));
        assert!(is_named("a/pyproject.toml", "[tool.poetry]\nname = \"Api\"\n", "api"));
        assert!(is_named("src/a/Shop.Web.csproj", "", "shop.web") && is_manifest("src/a/Shop.Web.csproj"));
        assert!(!is_named("a/package.json", "no JSON", "web") && !is_manifest("a/main.rs"));
    }
}
