//! A version file of each kind with arbitrary text: a bump changes numbers alone, and no panic.
#![no_main]

use hotfix_fuzz::{Files, two, version};
use hotfix::plan::bump::{Release, edits};
use libfuzzer_sys::fuzz_target;

/// A file of each kind that is read, `a` the first: the first byte chooses one, the second one beside it.
const NAMES: [&str; 16] = [
    "Cargo.toml", "Cargo.lock", "package.json", "package-lock.json", "pom.xml", "build.gradle.kts",
    "gradle.properties", "pyproject.toml", "setup.cfg", "src/shop/__init__.py", "Directory.Build.props",
    "shop.gemspec", "Gemfile.lock", "pubspec.yaml", "Chart.yaml", "VERSION",
];

fuzz_target!(|data: &[u8]| {
    let [first, second, rest @ ..] = data else { return };
    let Some((text, other)) = two(rest) else { return };
    let name = |n: &u8| NAMES[usize::from(n.wrapping_sub(b'a')) % NAMES.len()];
    let tree = Files::new([(name(first), text), (name(second), other)]);
    let date = chrono::NaiveDate::from_ymd_opt(2026, 2, 1).expect("a day");
    let release = Release { dir: "", base: "1.2.0", next: "1.2.1", date, entry: "x", kind: "Fixed" };
    for edit in edits(&tree, &Files::default(), &version(), &release).edits {
        // Numbers are all that may have changed: what stands between them stays. A lock that is behind
        // its manifest gets the new number, too.
        let rest = |text: &str| text.replace(|c: char| c.is_ascii_digit() || c == '.', "");
        assert!(rest(&edit.new) == rest(&edit.old) || edit.path.contains("lock"), "{}", edit.path);
    }
});
