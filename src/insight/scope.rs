//! Is this still a hotfix? How much of a change counts, and what in it deserves a second look.

use crate::config::{Guard, glob};
use crate::model::plan::Size;
use crate::model::text::{count, first, list, safe};

/// A changed file, as far as size goes.
#[derive(Clone, Debug, Default)]
pub struct Changed<'a> {
    pub path: &'a str,
    pub lines: u64,
    /// How many of them differ in white space only.
    pub formatting: u64,
    /// `.gitattributes` calls it generated or vendored.
    pub made: bool,
}

/// What kind of file a path is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Class {
    /// What a reviewer reads.
    Code,
    Test,
    Lock,
    Vendored,
    Generated,
    /// Named by `guard.ignore`.
    Ignored,
}

impl Class {
    /// Whether it counts towards the size.
    pub const fn counts(self) -> bool {
        matches!(self, Self::Code)
    }

    /// Several of them, for a list of what does not count.
    const fn words(self) -> &'static str {
        match self {
            Self::Code => "code",
            Self::Test => "tests",
            Self::Lock => "lock files",
            Self::Vendored => "vendored",
            Self::Generated => "generated",
            Self::Ignored => "ignored",
        }
    }
}

/// What kind of file a path is, by its name alone.
pub fn class(path: &str, guard: &Guard) -> Class {
    const VENDORED: [&str; 4] = ["vendor/", "node_modules/", "third_party/", "Pods/"];
    const GENERATED: [&str; 12] = [
        "*.min.js",
        "*.min.css",
        "*.js.map",
        "*.css.map",
        "*.pb.go",
        "*.pb.h",
        "*.pb.cc",
        "*_pb2.py",
        "*_pb2_grpc.py",
        "*.g.dart",
        "*.generated.*",
        "*.designer.cs",
    ];
    if is_lock(path) {
        Class::Lock
    } else if glob::any_path(&VENDORED, path) {
        Class::Vendored
    } else if glob::any_path(&GENERATED, path) {
        Class::Generated
    } else if glob::any_path(&guard.ignore, path) {
        Class::Ignored
    } else if is_test(path) {
        Class::Test
    } else {
        Class::Code
    }
}

/// A change, weighed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Scope {
    pub size: Size,
    /// What does not count: which kind, how many files and lines.
    pub apart: Vec<(&'static str, usize, u64)>,
    /// Files with lines that differ in white space only, and how many.
    pub formatting: Vec<(String, u64)>,
    /// Paths that are always named: migrations, deployment, infrastructure.
    pub sensitive: Vec<String>,
    /// Lines of earlier hotfixes, where there are enough to compare with.
    pub past: Vec<u64>,
    /// Files without a line that a candidate for the fault wrote.
    pub outside: Vec<String>,
}

/// Below this many lines nothing is compared with the past: it is small anywhere.
pub const SMALL: u64 = 20;
/// Fewer earlier hotfixes than this say nothing.
const ENOUGH: usize = 3;
/// Fewer lines of white space than this are not worth a word.
const FORMATTING: u64 = 3;

/// Weighs a change: what is generated, vendored, locked or a test does not count.
pub fn weigh(changes: &[Changed<'_>], guard: &Guard) -> Scope {
    let kind = |c: &Changed<'_>| match class(c.path, guard) {
        Class::Code if c.made => Class::Generated,
        class => class,
    };
    let counted: Vec<&Changed<'_>> = changes.iter().filter(|c| kind(c).counts()).collect();
    let largest = counted.iter().max_by_key(|c| c.lines).map(|c| (c.path.to_owned(), c.lines));
    let mut apart: Vec<(Class, usize, u64)> = Vec::new();
    for change in changes {
        let class = kind(change);
        match apart.iter_mut().find(|(c, ..)| *c == class) {
            _ if class.counts() => {}
            Some((_, files, lines)) => (*files, *lines) = (*files + 1, *lines + change.lines),
            None => apart.push((class, 1, change.lines)),
        }
    }
    apart.sort();
    let white = counted.iter().filter(|c| c.formatting >= FORMATTING);
    Scope {
        size: Size {
            lines: counted.iter().map(|c| c.lines).sum(),
            files: counted.len() as u64,
            largest,
            max_lines: guard.block.lines,
            max_files: guard.block.files,
        },
        apart: apart.into_iter().map(|(class, files, lines)| (class.words(), files, lines)).collect(),
        formatting: white.map(|c| (c.path.to_owned(), c.formatting)).collect(),
        sensitive: changes
            .iter()
            .map(|c| c.path)
            .filter(|path| glob::any_path(&guard.sensitive, path))
            .map(str::to_owned)
            .collect(),
        ..Scope::default()
    }
}

/// The middle of some numbers, with the smallest and the largest.
pub fn median(numbers: &[u64]) -> Option<(u64, u64, u64)> {
    let mut sorted = numbers.to_vec();
    sorted.sort_unstable();
    let (low, high) = (*sorted.first()?, *sorted.last()?);
    let (left, right) = (sorted.get((sorted.len() - 1) / 2)?, sorted.get(sorted.len() / 2)?);
    Some((low, left.midpoint(*right), high))
}

impl Scope {
    /// Whether the change is larger than hotfixes usually are, but not yet too large.
    pub const fn is_large(&self, guard: &Guard) -> bool {
        self.size.lines > guard.warn.lines || self.size.files > guard.warn.files
    }

    /// Whether it is larger than every earlier hotfix of this repository.
    fn is_record(&self) -> bool {
        self.size.lines > SMALL
            && self.past.len() >= ENOUGH
            && self.past.iter().all(|lines| self.size.lines > *lines)
    }

    /// The one thing to know about it, for a line of `status`.
    pub fn headline(&self, guard: &Guard) -> Option<String> {
        if self.size.is_too_large() {
            Some("too large for a hotfix".to_owned())
        } else if self.is_large(guard) {
            Some("larger than most hotfixes".to_owned())
        } else if self.is_record() {
            Some("larger than any hotfix before it".to_owned())
        } else {
            self.sensitive.first().map(|path| match self.sensitive.len() {
                1 => format!("touches {path}"),
                n => format!("touches {path} and {} more", n - 1),
            })
        }
    }

    /// Everything worth saying about it that stops nothing; paths are as git has them.
    pub fn remarks(&self, guard: &Guard) -> Vec<String> {
        let mut remarks = Vec::new();
        let size = &self.size;
        if !self.sensitive.is_empty() {
            remarks.push(format!("changes files that need a closer look: {}", shown(&self.sensitive)));
        }
        let files = count(usize::try_from(size.files).unwrap_or(usize::MAX), "file");
        if self.is_large(guard) && !size.is_too_large() {
            remarks.push(format!("{} lines in {files}: larger than most hotfixes", size.lines));
        }
        if let Some((low, middle, high)) = median(&self.past).filter(|_| self.is_record()) {
            remarks.push(format!(
                "{} lines: more than any of the last {} hotfixes here ({low} to {high}, median {middle})",
                size.lines,
                self.past.len()
            ));
        }
        if !self.formatting.is_empty() {
            let lines: u64 = self.formatting.iter().map(|(_, n)| n).sum();
            let paths: Vec<String> = self.formatting.iter().map(|(p, _)| p.clone()).collect();
            remarks.push(format!("{lines} lines change white space only: {}", shown(&paths)));
        }
        if !self.outside.is_empty() && (self.is_large(guard) || self.is_record()) {
            remarks.push(format!("no line of the fault was found in {}", shown(&self.outside)));
        }
        if !self.apart.is_empty() && (self.is_large(guard) || size.is_too_large()) {
            let apart: Vec<String> = self
                .apart
                .iter()
                .map(|(words, files, lines)| format!("{words} ({}, {lines} lines)", count(*files, "file")))
                .collect();
            remarks.push(format!("not counted: {}", list(&apart)));
        }
        remarks
    }
}

/// A few paths and how many more there are.
fn shown(paths: &[String]) -> String {
    first(&paths.iter().map(|p| safe(p)).collect::<Vec<_>>(), 4)
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
    let in_folder = lower.split('/').rev().skip(1).any(|part| {
        matches!(part, "test" | "tests" | "spec" | "specs" | "__tests__" | "__snapshots__" | "testdata")
            || [".test", ".tests", "-tests", "_tests"].iter().any(|end| part.ends_with(end))
    });
    let file = lower.rsplit('/').next().unwrap_or(&lower);
    let stem = file.split('.').next().unwrap_or(file);
    in_folder
        // Perl's, and git's own.
        || lower.starts_with("t/")
        || file.ends_with(".t")
        || path.split('/').rev().skip(1).any(|folder| ends_with_word(folder, &["Test", "Tests"]))
        || is_named_test(path)
        || stem.starts_with("test_")
        || stem.ends_with("_test")
        || stem.ends_with("_spec")
        || file.contains(".test.")
        || file.contains(".spec.")
}

/// `UserTests.cs`, `LoginTest.java`, `LoginSpec.scala`.
fn is_named_test(path: &str) -> bool {
    const SPECS: [&str; 5] = ["scala", "groovy", "hs", "js", "ts"];
    let file = path.rsplit('/').next().unwrap_or(path);
    let Some((stem, ending)) = file.rsplit_once('.') else { return false };
    ends_with_word(stem, &["Test", "Tests", "TestCase"])
        || (SPECS.contains(&ending) && ends_with_word(stem, &["Spec"]))
}

/// Whether the last word of a name in capitals is one of these: `UnitTests`, but neither `ABTest`, which
/// is a feature, nor `Contest`.
fn ends_with_word(name: &str, words: &[&str]) -> bool {
    let before =
        words.iter().find_map(|word| name.strip_suffix(word)).and_then(|rest| rest.chars().next_back());
    before.is_some_and(|c| c.is_lowercase() || c.is_ascii_digit() || c == '.')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Limit;

    fn guard() -> Guard {
        Guard {
            warn: Limit { lines: 100, files: 5 },
            block: Limit { lines: 400, files: 15 },
            ignore: vec!["CHANGELOG.md".into()],
            sensitive: vec!["**/migrations/**".into()],
        }
    }

    fn changed(path: &str, lines: u64) -> Changed<'_> {
        Changed { path, lines, ..Changed::default() }
    }

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

    #[test]
    fn only_what_a_reviewer_reads_counts() {
        let generated = Changed { made: true, ..changed("src/schema.rs", 900) };
        let scope = weigh(
            &[
                changed("src/a.rs", 10),
                changed("tests/a.rs", 500),
                changed("Cargo.lock", 70),
                changed("vendor/x/y.go", 3000),
                changed("web/app.min.js", 1),
                changed("CHANGELOG.md", 4),
                generated,
            ],
            &guard(),
        );
        assert_eq!((scope.size.lines, scope.size.files), (10, 1));
        let apart: Vec<(&str, usize, u64)> = scope.apart.clone();
        assert_eq!(
            apart,
            [
                ("tests", 1, 500),
                ("lock files", 1, 70),
                ("vendored", 1, 3000),
                ("generated", 2, 901),
                ("ignored", 1, 4)
            ]
        );
        assert!(scope.remarks(&guard()).is_empty(), "a small change needs no words");
    }

    #[test]
    fn sensitive_files_are_named_however_small_the_change() {
        let scope = weigh(&[changed("db/migrations/1.sql", 1)], &guard());
        assert_eq!(scope.headline(&guard()).as_deref(), Some("touches db/migrations/1.sql"));
        assert_eq!(scope.remarks(&guard()), ["changes files that need a closer look: db/migrations/1.sql"]);
    }

    #[test]
    fn compared_with_what_was_usual_here() {
        let mut scope = weigh(&[changed("src/a.rs", 60)], &guard());
        assert_eq!(scope.headline(&guard()), None);
        scope.past = vec![2, 40, 6, 8];
        assert_eq!(
            scope.remarks(&guard()),
            ["60 lines: more than any of the last 4 hotfixes here (2 to 40, median 7)"]
        );
        scope.past.push(61);
        assert!(scope.remarks(&guard()).is_empty());
        scope.past = vec![1, 2];
        assert!(scope.remarks(&guard()).is_empty(), "two are no habit");
    }

    #[test]
    fn white_space_and_files_beside_the_fault_are_named() {
        let mut scope = weigh(&[Changed { formatting: 90, ..changed("src/a.rs", 120) }], &guard());
        scope.outside = vec!["src/b.rs".into()];
        let remarks = scope.remarks(&guard()).join("\n");
        assert!(remarks.contains("90 lines change white space only: src/a.rs"), "{remarks}");
        assert!(remarks.contains("no line of the fault was found in src/b.rs"), "{remarks}");
        assert_eq!(median(&[]), None);
    }
}
