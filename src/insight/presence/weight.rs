//! What a changed file is to a fix: the fix itself, what goes with it, or a release's paperwork.

use crate::config::{Guard, glob};
use crate::insight::scope::{Class, class};

/// How much a file says about whether a fix is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Weight {
    /// Change logs, lock files, version files: they come with every release and repair nothing.
    Paperwork,
    /// Tests, documents, CI, generated files: they say nothing where code was changed as well.
    Beside,
    /// What runs.
    Code,
}

/// Folders that hold documents, examples or the configuration of CI.
const FOLDERS: [&str; 19] = [
    "doc",
    "docs",
    "documentation",
    "man",
    "examples",
    "example",
    "changes",
    "changelog.d",
    "changelogs",
    "newsfragments",
    ".changeset",
    ".github",
    ".gitlab",
    ".circleci",
    ".buildkite",
    ".travis",
    ".vscode",
    ".idea",
    "androidtest",
];

/// Endings of documents.
const DOCUMENTS: [&str; 6] = ["md", "markdown", "rst", "adoc", "textile", "org"];

/// Names, in lower case and without their ending, of files that tell about a project.
const ABOUT: [&str; 11] = [
    "readme",
    "license",
    "licence",
    "copying",
    "notice",
    "authors",
    "contributors",
    "maintainers",
    "codeowners",
    "contributing",
    "security",
];

/// Files that tell machines how to check or build a project.
const CI: [&str; 15] = [
    "jenkinsfile",
    "appveyor.yml",
    ".appveyor.yml",
    "azure-pipelines.yml",
    ".drone.yml",
    ".travis.yml",
    ".gitlab-ci.yml",
    "bitbucket-pipelines.yml",
    "codecov.yml",
    ".codecov.yml",
    "tox.ini",
    "noxfile.py",
    ".pre-commit-config.yaml",
    ".editorconfig",
    ".gitignore",
];

/// What a file is to a fix, by its path alone.
pub fn weight(path: &str, guard: &Guard) -> Weight {
    let lower = path.to_ascii_lowercase();
    let mut parts = lower.rsplit('/');
    let file = parts.next().unwrap_or(&lower);
    let stem = file.split('.').find(|part| !part.is_empty()).unwrap_or(file);
    let ending = file.rsplit_once('.').map(|(_, ending)| ending).unwrap_or_default();
    let mut folders = parts;
    if is_paperwork(path, stem, guard) {
        return Weight::Paperwork;
    }
    let is_beside = !class(path, guard).counts()
        || folders.any(|folder| FOLDERS.contains(&folder))
        || DOCUMENTS.contains(&ending)
        || ABOUT.contains(&stem)
        || (stem.contains("licens") && ["", "txt", "html", "csv"].contains(&ending))
        || CI.contains(&file);
    if is_beside { Weight::Beside } else { Weight::Code }
}

fn is_paperwork(path: &str, stem: &str, guard: &Guard) -> bool {
    const CHANGES: [&str; 8] =
        ["changelog", "changes", "news", "history", "releases", "release-notes", "release_notes", "whatsnew"];
    let file = path.rsplit('/').next().unwrap_or(path).to_ascii_lowercase();
    // Other files of that name hold code; in those only the lines with a number are paperwork.
    let is_version = matches!(file.as_str(), "version" | "version.txt" | "version.properties")
        || (stem.starts_with('_') && stem.trim_matches('_') == "version");
    class(path, guard) == Class::Lock
        || glob::any_path(&guard.ignore, path)
        || CHANGES.contains(&stem)
        || is_version
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Limit;

    fn of(path: &str) -> Weight {
        let none = Limit { lines: 0, files: 0 };
        let guard = Guard { warn: none, block: none, ignore: vec!["dist/**".into()], sensitive: vec![] };
        weight(path, &guard)
    }

    #[test]
    fn paperwork_is_no_part_of_a_fix() {
        for path in [
            "CHANGELOG.md",
            "sub/CHANGES.rst",
            "NEWS",
            "HISTORY.md",
            "RELEASE-NOTES.txt",
            "Cargo.lock",
            "go.sum",
            "dist/app.js",
            "VERSION",
            "src/requests/__version__.py",
            "version.txt",
        ] {
            assert_eq!(of(path), Weight::Paperwork, "{path}");
        }
    }

    #[test]
    fn tests_documents_and_ci_stand_beside() {
        for path in [
            "README.md",
            "docs/usage.html",
            "AUTHORS",
            ".github/workflows/ci.yml",
            ".travis.yml",
            "tox.ini",
            "tests/a.rs",
            "src/login_test.go",
            "src/Shop.AcceptanceTests/When_paying.cs",
            "src/Shop.UnitTests/Retries.cs",
            "app/src/integrationTest/Login.kt",
            "src/LoginTest.java",
            "src/LoginTests.cs",
            "src/LoginSpec.scala",
            "t/t0021/filter.pl",
            "lib/login.t",
            "vendor/x/y.go",
            ".gitignore",
        ] {
            assert_eq!(of(path), Weight::Beside, "{path}");
        }
        for path in ["src/login.rs", "requirements.txt", "CMakeLists.txt", "bin/deploy", "git-flow", ".env"]
            .into_iter()
            .chain([
                "src/ABTest.java",
                "src/Contest.java",
                "src/PodSpec.java",
                "src/Contests/a.cs",
                "src/Latest.kt",
            ])
        {
            assert_eq!(of(path), Weight::Code, "{path}");
        }
    }
}
