//! The directories that manifests declare as their own: members of a workspace, modules, projects of a
//! solution. What is declared is the repository's, whatever its directory is called.

use super::leaf::Leaf;
use super::look::{Look, Parsed, is_foreign, is_made_up, is_member};
use crate::config::glob;
use crate::model::path::{file_name, is_below, join, parent, resolve, up};
use std::collections::BTreeSet;

impl Look<'_> {
    /// Whether a path is in a directory of somebody else's files that nothing declares as the repository's.
    pub(super) fn is_foreign(&self, path: &str) -> bool {
        is_foreign(path) && !self.is_declared(path, is_foreign)
    }

    /// Whether a path is in a directory of samples or of data for tests that nothing declares either.
    pub(super) fn is_made_up(&self, path: &str) -> bool {
        is_made_up(path) && !self.is_declared(path, is_made_up)
    }

    /// Whether a path is in a declared directory, and what leads on from there is not of that sort again.
    fn is_declared(&self, path: &str, sort: fn(&str) -> bool) -> bool {
        let all = self.declared.get_or_init(|| declared(self));
        let rest = |dir: &str| path.get(dir.len()..).unwrap_or_default();
        up(parent(path)).any(|dir| all.contains(dir) && !sort(rest(dir)))
    }
}

/// A manifest that declares others.
struct Manifest {
    name: &'static str,
    /// Where its patterns of directories are. One with `!` in front takes away.
    members: &'static [&'static [&'static str]],
    /// Where the directories are that do not belong to it.
    excluded: &'static [&'static [&'static str]],
    /// The manifest that a member has.
    of: &'static str,
}

const fn manifest(
    name: &'static str,
    members: &'static [&'static [&'static str]],
    of: &'static str,
) -> Manifest {
    Manifest { name, members, excluded: &[], of }
}

const MANIFESTS: &[Manifest] = &[
    Manifest {
        excluded: &[&["workspace", "exclude", "*"]],
        ..manifest("Cargo.toml", &[&["workspace", "members", "*"]], "Cargo.toml")
    },
    manifest("package.json", &[&["workspaces", "*"], &["workspaces", "packages", "*"]], "package.json"),
    manifest("pnpm-workspace.yaml", &[&["packages", "*"]], "package.json"),
    manifest("lerna.json", &[&["packages", "*"]], "package.json"),
    Manifest {
        excluded: &[&["tool", "uv", "workspace", "exclude", "*"]],
        ..manifest("pyproject.toml", &[&["tool", "uv", "workspace", "members", "*"]], "pyproject.toml")
    },
    manifest("pubspec.yaml", &[&["workspace", "*"]], "pubspec.yaml"),
    manifest(
        "pom.xml",
        &[
            &["project", "modules", "module"],
            &["project", "subprojects", "subproject"],
            &["project", "*", "*", "modules", "module"],
        ],
        "pom.xml",
    ),
    manifest("settings.gradle", &[&["include", "*"]], "build.gradle"),
    manifest("settings.gradle", &[&["include", "*"]], "build.gradle.kts"),
    manifest("settings.gradle.kts", &[&["include", "*"]], "build.gradle"),
    manifest("settings.gradle.kts", &[&["include", "*"]], "build.gradle.kts"),
];

/// The directories that the manifests of the package, those above it and those of its members declare.
pub(super) fn declared(look: &Look<'_>) -> BTreeSet<String> {
    let mut found: BTreeSet<String> = BTreeSet::from([look.dir.to_owned()]);
    let mut due: Vec<String> = up(look.dir).map(str::to_owned).collect();
    while let Some(dir) = due.pop() {
        for manifest in MANIFESTS {
            let Some(file) = look.other(&join(&dir, manifest.name)) else { continue };
            for member in members(look, &dir, manifest, &file) {
                if found.insert(member.clone()) {
                    due.push(member);
                }
            }
        }
    }
    found
}

fn members(look: &Look<'_>, dir: &str, manifest: &Manifest, file: &Parsed) -> Vec<String> {
    let says = |keys: &[&[&str]]| -> Vec<String> {
        let leaves = file.leaves.iter().filter(|leaf: &&Leaf| keys.iter().any(|keys| leaf.is(keys)));
        // Gradle writes `:core:api`.
        leaves.map(|leaf| leaf.says.trim_start_matches(':').replace(':', "/")).collect()
    };
    let (mut patterns, excluded) = (says(manifest.members), says(manifest.excluded));
    if patterns.is_empty() {
        return Vec::new();
    }
    let mut out: Vec<String> = Vec::new();
    patterns.retain(|pattern| {
        out.extend(pattern.strip_prefix('!').map(str::to_owned));
        !pattern.starts_with('!')
    });
    let is_out = |at: &str| {
        out.iter().any(|pattern| is_member(pattern, dir, at))
            || excluded.iter().filter_map(|pattern| resolve(dir, pattern)).any(|pattern| {
                at == pattern || is_below(at, &pattern) || glob::path(&format!("/{pattern}"), at)
            })
    };
    let is_in = |at: &&str| {
        let named = |pattern: &String| {
            // A module may be named by its file.
            let pattern = pattern.strip_suffix(manifest.of).filter(|rest| rest.ends_with('/'));
            pattern.is_some_and(|pattern| is_member(pattern, dir, at))
        };
        let is_installed = at.split('/').any(|part| part == "node_modules");
        !is_installed
            && patterns.iter().any(|pattern| is_member(pattern, dir, at) || named(pattern))
            && !is_out(at)
    };
    let every = look.every(manifest.of);
    let paths = every.into_iter().filter(|path| file_name(path) == manifest.of);
    paths.map(parent).filter(is_in).map(str::to_owned).collect()
}
