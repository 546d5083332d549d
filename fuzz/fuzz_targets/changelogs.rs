//! Arbitrary changelogs, before and after a fix: the release's section is added, and no panic.
#![no_main]

use hotfix::plan::bump::{Release, edits};
use hotfix_fuzz::{Files, two, version};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let Some((before, after)) = two(data) else { return };
    let name = if before.starts_with('=') { "CHANGES.rst" } else { "CHANGELOG.md" };
    let date = chrono::NaiveDate::from_ymd_opt(2026, 2, 1).expect("a day");
    let release = Release { dir: "", base: "1.2.0", next: "1.2.1", date, entry: "Login *crashes*", kind: "Fixed" };
    let (old, new) = (Files::new([(name, before)]), Files::new([(name, after)]));
    let done = edits(&new, &old, &version(), &release);
    for edit in done.edits {
        assert!(edit.new.contains("1.2.1"), "no section: {:?}", edit.new);
    }
});
