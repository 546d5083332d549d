//! Other tools that own a repository's version: they bump its files, write its changelog or make its
//! tags, and lose track when another program does.

use super::Release;
use super::tree::{File, Tree};
use crate::config;
use crate::model::path::{is_below, join, up};

/// A tool that owns the version.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Owner {
    /// Its name.
    pub tool: &'static str,
    /// The version in files is its own.
    bumps: bool,
    /// It makes the release's tag.
    pub tags: bool,
    /// What it needs for this release, with `{next}` for the version.
    needs: &'static str,
}

/// How a tool is recognised.
struct Sign {
    /// Files in the package's directory or above it; with a slash at the end any file of the
    /// repository's directory of that name, with a `*` in front any whose name ends so.
    paths: &'static [&'static str],
    holds: Holds,
    owner: Owner,
}

/// What a line of a file has.
enum Holds {
    /// This text; empty for anything.
    Text(&'static str),
    /// A command that runs this program.
    Runs(&'static str),
}

const fn sign(paths: &'static [&'static str], holds: &'static str, owner: Owner) -> Sign {
    Sign { paths, holds: Holds::Text(holds), owner }
}

const fn runs(program: &'static str, owner: Owner) -> Sign {
    Sign { paths: PIPELINES, holds: Holds::Runs(program), owner }
}

const fn tagger(tool: &'static str, needs: &'static str) -> Owner {
    Owner { tool, bumps: true, tags: true, needs }
}

const fn calculator(tool: &'static str, needs: &'static str) -> Owner {
    Owner { tool, bumps: true, tags: false, needs }
}

const fn helper(tool: &'static str, needs: &'static str) -> Owner {
    Owner { tool, bumps: false, tags: false, needs }
}

const RELEASE_PLEASE: Owner = tagger(
    "release-please",
    "its next pull request makes the release; a commit with the trailer Release-As: {next} sets the version",
);
const CHANGESETS: Owner =
    tagger("changesets", "add a changeset with a patch bump (npx changeset); it releases from that");
const SEMANTIC: Owner =
    tagger("semantic-release", "a commit whose subject starts with fix: triggers its release");
const RELEASE_PLZ: Owner = tagger("release-plz", "its next pull request makes the release");
const GIT_VERSION: Owner = calculator("GitVersion", FROM_TAG);
const NERDBANK: Owner =
    calculator("Nerdbank.GitVersioning", "it counts the commits since version.json was changed");
const SETUPTOOLS_SCM: Owner = helper("setuptools-scm", FROM_TAG);
const VERSIONEER: Owner = helper("versioneer", FROM_TAG);
const RELEASE_IT: Owner = helper("release-it", HOOKS);
const FROM_TAG: &str = "it reads the version from the tag";
const HOOKS: &str = "finish does its part; its hooks and replacements do not run";

/// The signs, those of tools that make tags first.
const SIGNS: &[Sign] = &[
    sign(
        &["release-please-config.json", ".release-please-manifest.json", ".github/release-please.yml"],
        "",
        RELEASE_PLEASE,
    ),
    sign(PIPELINES, "release-please-action@", RELEASE_PLEASE),
    sign(&[".changeset/config.json"], "", CHANGESETS),
    sign(
        &[
            ".releaserc",
            ".releaserc.json",
            ".releaserc.yaml",
            ".releaserc.yml",
            ".releaserc.js",
            ".releaserc.cjs",
            ".releaserc.mjs",
            "release.config.js",
            "release.config.cjs",
            "release.config.mjs",
            "release.config.ts",
        ],
        "",
        SEMANTIC,
    ),
    sign(&["package.json"], "\"semantic-release\":", SEMANTIC),
    sign(&["pyproject.toml"], "[tool.semantic_release", SEMANTIC),
    sign(PIPELINES, "semantic-release-action@", SEMANTIC),
    sign(PIPELINES, "python-semantic-release@", SEMANTIC),
    sign(PIPELINES, "go-semantic-release/action@", SEMANTIC),
    sign(&["setup.cfg"], "[semantic_release]", SEMANTIC),
    runs("semantic-release", SEMANTIC),
    runs("python-semantic-release", SEMANTIC),
    runs("release-please", RELEASE_PLEASE),
    runs("release-plz", RELEASE_PLZ),
    sign(&["release-plz.toml", ".release-plz.toml"], "", RELEASE_PLZ),
    sign(PIPELINES, "release-plz/action@", RELEASE_PLZ),
    sign(&["GitVersion.yml", "GitVersion.yaml", ".GitVersion.yml", ".GitVersion.yaml"], "", GIT_VERSION),
    sign(PIPELINES, "gittools/actions/gitversion", GIT_VERSION),
    sign(PIPELINES, "gitversion/execute@", GIT_VERSION),
    sign(&["*.csproj", "*.fsproj", "*.vbproj", "*.props"], "\"GitVersion.MsBuild\"", GIT_VERSION),
    runs("gitversion", GIT_VERSION),
    runs("dotnet-gitversion", GIT_VERSION),
    sign(&["version.json"], "Nerdbank.GitVersioning", NERDBANK),
    sign(&["pyproject.toml"], "setuptools_scm", SETUPTOOLS_SCM),
    sign(&["pyproject.toml"], "setuptools-scm", SETUPTOOLS_SCM),
    sign(&["pyproject.toml"], "hatch-vcs", helper("hatch-vcs", FROM_TAG)),
    sign(&["pyproject.toml"], "poetry-dynamic-versioning", helper("poetry-dynamic-versioning", FROM_TAG)),
    sign(&["setup.cfg"], "[versioneer]", VERSIONEER),
    sign(&["pyproject.toml"], "[tool.versioneer]", VERSIONEER),
    sign(&[".goreleaser.yml", ".goreleaser.yaml"], "", helper("GoReleaser", FROM_TAG)),
    sign(&["release.toml", "Cargo.toml"], "pre-release-", helper("cargo-release", HOOKS)),
    sign(&[".release-it.json"], "\"hooks\":", RELEASE_IT),
    sign(&["package.json"], "\"release-it\": {", RELEASE_IT),
];

/// What runs after a push.
const PIPELINES: &[&str] = &[
    ".github/workflows/",
    ".gitea/workflows/",
    ".forgejo/workflows/",
    ".gitlab-ci.yml",
    ".gitlab-ci.yaml",
    ".gitlab/",
    ".circleci/",
    ".woodpecker/",
    ".woodpecker.yml",
    ".drone.yml",
    ".travis.yml",
    "azure-pipelines.yml",
    ".azure-pipelines/",
    "bitbucket-pipelines.yml",
    "Jenkinsfile",
];
/// Keys of a pipeline whose values are commands, and shells.
const SHELLS: [&str; 14] = [
    "-",
    "run:",
    "script:",
    "command:",
    "bash:",
    "sh:",
    "pwsh:",
    "powershell:",
    "sh",
    "bash",
    "bat",
    "-c",
    "|",
    ">",
];
/// Programs that run others, which they may install first.
const RUNNERS: [&str; 16] = [
    "npx", "bunx", "pnpx", "pnpm", "yarn", "npm", "bun", "uvx", "uv", "pipx", "poetry", "pdm", "hatch",
    "python", "python3", "dotnet",
];

/// Whether one of the commands of a line runs a program: itself, or by a runner.
fn is_run(line: &str, program: &str) -> bool {
    let plain = line.replace(['"', '\'', '`', '[', ']', '(', ')'], " ");
    plain.split(['&', ';', '|', ',']).any(|command| {
        let is_before = |word: &&str| SHELLS.contains(word) || word.contains('=') || *word == "sudo";
        let mut words = command.split_whitespace().skip_while(is_before);
        let Some(first) = words.next() else { return false };
        // A version may follow.
        let is_it = |word: &str| {
            let word = word.replace("-m=", "").replace('_', "-");
            word.strip_prefix(program).is_some_and(|rest| rest.is_empty() || rest.starts_with('@'))
        };
        is_it(first) || (RUNNERS.contains(&first) && words.any(is_it))
    })
}

/// A line without what is commented out, which does not run.
fn without_comment(line: &str) -> &str {
    let bare = line.trim_start();
    if bare.starts_with(['#', '/']) { "" } else { bare.split(" #").next().unwrap_or_default() }
}

/// The tool that owns the version of a package, found in its directory or above it, or in what runs after
/// a push; none where the settings say that the version is this program's.
pub fn owner(tree: &dyn Tree, config: &config::Version, dir: &str) -> Option<Owner> {
    if config.tag_by == config::TagBy::Own {
        return None;
    }
    let tracked = tree.paths();
    let holds = |path: &str, what: &Holds| {
        let is_there = |line: &str| match what {
            Holds::Text(text) => line.contains(text),
            Holds::Runs(program) => is_run(line, program),
        };
        matches!(what, Holds::Text(""))
            || matches!(tree.read(path), Some(File::Text(text)) if text.lines().map(without_comment).any(is_there))
    };
    let fits = |path: &str, what: &Holds| {
        if let Some(end) = path.strip_prefix('*') {
            let ends = |known: &&String| known.ends_with(end) && is_below(known, dir);
            return tracked.iter().filter(ends).take(FILES).any(|known| holds(known, what));
        }
        if path.ends_with('/') {
            let from = tracked.partition_point(|known| known.as_str() < path);
            let below = tracked.iter().skip(from).take_while(|known| known.starts_with(path));
            return below.take(FILES).any(|known| holds(known, what));
        }
        let mut places = up(dir).map(|dir| join(dir, path));
        places.any(|path| tracked.binary_search(&path).is_ok() && holds(&path, what))
    };
    let is_there = |sign: &&Sign| sign.paths.iter().any(|path| fits(path, &sign.holds));
    SIGNS.iter().find(is_there).map(|sign| sign.owner)
}

/// How many files of a directory are looked at.
const FILES: usize = 100;

impl Owner {
    /// Whether the version in files is its own: then nothing else may change it.
    pub const fn bumps(&self) -> bool {
        self.bumps
    }

    /// What it needs for the release of this version.
    pub fn needs(&self, next: &str) -> String {
        self.needs.replace("{next}", next)
    }

    /// What is to be said, as a sentence without its full stop: why nothing was bumped, or what the tool
    /// does or does not do.
    pub(super) fn note(&self, release: &Release<'_>) -> String {
        let (tool, needs) = (self.tool, self.needs(release.next));
        if self.bumps {
            format!("{tool} owns the version here, so no file was bumped; {needs}")
        } else {
            format!("{tool} is set up here: {needs}")
        }
    }
}
