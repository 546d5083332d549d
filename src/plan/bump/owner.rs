//! Other tools that own a repository's version: they bump its files, write its changelog or make its
//! tags, and lose track when somebody else does.

use super::Release;
use crate::model::path::{join, up};

use super::tree::{File, Tree};

/// A tool that owns the version.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Owner {
    /// Its name.
    pub tool: &'static str,
    /// It writes the version into files.
    bumps: bool,
    /// It makes the release's tag.
    pub tags: bool,
    /// What it needs for this release, with `{next}` for the version.
    needs: &'static str,
}

/// How a tool is recognised.
struct Sign {
    /// A file, or with a slash at the end a directory.
    path: &'static str,
    /// What the file holds; empty for anything.
    holds: &'static str,
    owner: Owner,
}

const fn sign(
    path: &'static str,
    holds: &'static str,
    tool: &'static str,
    (bumps, tags): (bool, bool),
    needs: &'static str,
) -> Sign {
    Sign { path, holds, owner: Owner { tool, bumps, tags, needs } }
}

const RELEASE_PLEASE: &str =
    "its next pull request makes the release; a commit with the trailer Release-As: {next} sets the version";
const CHANGESETS: &str = "add a changeset with a patch bump (npx changeset); it releases from that";
const SEMANTIC: &str = "a commit whose subject starts with fix: triggers its release";
const RELEASE_PLZ: &str = "its next pull request makes the release";
const FROM_TAGS: &str = "it reads the version from the tag";

/// The signs, those of tools that make tags first.
const SIGNS: &[Sign] = &[
    sign("release-please-config.json", "", "release-please", (true, true), RELEASE_PLEASE),
    sign(".release-please-manifest.json", "", "release-please", (true, true), RELEASE_PLEASE),
    sign(".github/release-please.yml", "", "release-please", (true, true), RELEASE_PLEASE),
    sign(".changeset/config.json", "", "changesets", (true, true), CHANGESETS),
    sign(".releaserc", "", "semantic-release", (true, true), SEMANTIC),
    sign(".releaserc.json", "", "semantic-release", (true, true), SEMANTIC),
    sign(".releaserc.yaml", "", "semantic-release", (true, true), SEMANTIC),
    sign(".releaserc.yml", "", "semantic-release", (true, true), SEMANTIC),
    sign("release.config.js", "", "semantic-release", (true, true), SEMANTIC),
    sign("release.config.cjs", "", "semantic-release", (true, true), SEMANTIC),
    sign("release.config.mjs", "", "semantic-release", (true, true), SEMANTIC),
    sign("package.json", "\"semantic-release\": {", "semantic-release", (true, true), SEMANTIC),
    sign("pyproject.toml", "[tool.semantic_release", "semantic-release", (true, true), SEMANTIC),
    sign("release-plz.toml", "", "release-plz", (true, true), RELEASE_PLZ),
    sign(".release-plz.toml", "", "release-plz", (true, true), RELEASE_PLZ),
    sign("GitVersion.yml", "", "GitVersion", (false, false), FROM_TAGS),
    sign("GitVersion.yaml", "", "GitVersion", (false, false), FROM_TAGS),
    sign("pyproject.toml", "[tool.setuptools_scm", "setuptools-scm", (false, false), FROM_TAGS),
    sign("pyproject.toml", "hatch-vcs", "hatch-vcs", (false, false), FROM_TAGS),
    sign("release.toml", "", "cargo-release", (false, false), ""),
    sign("lerna.json", "", "lerna", (false, false), ""),
];

/// The tool that owns the version of a package, found in its directory or above it.
pub fn owner(tree: &dyn Tree, dir: &str) -> Option<Owner> {
    let paths = tree.paths();
    let has = |path: &String| paths.binary_search(path).is_ok();
    let fits = |sign: &&Sign| {
        up(dir).map(|dir| join(dir, sign.path)).filter(has).any(|path| {
            sign.holds.is_empty()
                || matches!(tree.read(&path), Some(File::Text(text)) if text.contains(sign.holds))
        })
    };
    SIGNS.iter().find(fits).map(|sign| sign.owner)
}

impl Owner {
    /// Whether it writes the version into files: then nothing else may.
    pub const fn bumps(&self) -> bool {
        self.bumps
    }

    /// What it needs for the release of this version.
    pub fn needs(&self, next: &str) -> String {
        self.needs.replace("{next}", next)
    }

    /// Why nothing was bumped, as a sentence without its full stop.
    pub(super) fn note(&self, release: &Release<'_>) -> String {
        let tool = self.tool;
        format!("{tool} owns the version here, so no file was bumped; {}", self.needs(release.next))
    }
}
