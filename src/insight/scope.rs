//! Is this still a hotfix? How much of a change counts, and what in it deserves a second look.

use crate::config::{Guard, glob};
use crate::model::change::FileChange;
use crate::model::plan::Size;

/// Counts what counts: files that are generated, vendored or tests do not.
pub fn size(changes: &[FileChange], guard: &Guard) -> Size {
    let counted: Vec<&FileChange> =
        changes.iter().filter(|c| !glob::any_path(&guard.ignore, &c.path) && !is_test(&c.path)).collect();
    let largest = counted.iter().max_by_key(|c| c.lines()).map(|c| (c.path.clone(), c.lines()));
    Size {
        lines: counted.iter().map(|c| c.lines()).sum(),
        files: counted.len() as u64,
        largest,
        max_lines: guard.block.lines,
        max_files: guard.block.files,
    }
}

/// Whether the change is larger than hotfixes usually are, but not yet too large.
pub const fn is_large(size: &Size, guard: &Guard) -> bool {
    size.lines > guard.warn.lines || size.files > guard.warn.files
}

/// The paths that are always named: migrations, deployment, infrastructure.
pub fn sensitive<'a>(changes: &'a [FileChange], guard: &Guard) -> Vec<&'a str> {
    changes.iter().map(|c| c.path.as_str()).filter(|path| glob::any_path(&guard.sensitive, path)).collect()
}

/// Whether a path is a lock file: it pins what the program is built with.
pub fn is_lock(path: &str) -> bool {
    let file = path.rsplit('/').next().unwrap_or(path);
    file.ends_with(".lock")
        || matches!(
            file,
            "package-lock.json" | "npm-shrinkwrap.json" | "pnpm-lock.yaml" | "go.sum" | "gradle.lockfile"
        )
}

/// Whether a path looks like a test, in the usual layouts.
pub fn is_test(path: &str) -> bool {
    let lower = path.to_ascii_lowercase();
    let in_folder = lower
        .split('/')
        .rev()
        .skip(1)
        .any(|part| matches!(part, "test" | "tests" | "spec" | "specs" | "__tests__" | "testdata"));
    let file = lower.rsplit('/').next().unwrap_or(&lower);
    let stem = file.split('.').next().unwrap_or(file);
    in_folder
        || stem.starts_with("test_")
        || stem.ends_with("_test")
        || stem.ends_with("_spec")
        || file.contains(".test.")
        || file.contains(".spec.")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tests_are_recognised() {
        for path in [
            "tests/login.rs",
            "src/login_test.go",
            "src/login.test.ts",
            "a/__tests__/b.js",
            "test_x.py",
            "spec/x_spec.rb",
        ] {
            assert!(is_test(path), "{path}");
        }
        for path in ["src/login.rs", "src/contest.rs", "latest/x.rs", "src/attestation.go"] {
            assert!(!is_test(path), "{path}");
        }
    }
}
