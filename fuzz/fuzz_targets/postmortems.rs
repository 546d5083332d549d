//! An arbitrary post-mortem: checking it never panics, and what is found lies in the document.
#![no_main]

use hotfix::report::lint::names::Names;
use hotfix::report::lint::{Against, check};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|source: &str| {
    let names = Names::new([("Grace Hopper", "grace@example.com")]);
    let clean = |line: &str| line.to_owned();
    let against = Against { names: &names, record: None, size: None, fresh: Some(source), clean: &clean };
    let checked = check(source, &against);
    let lines = source.lines().count().max(1);
    for found in &checked.findings {
        assert!((1..=lines).contains(&found.line), "{found:?} of {lines} lines");
    }
    assert!(checked.prompts.iter().all(|line| (1..=lines).contains(line)));
});
