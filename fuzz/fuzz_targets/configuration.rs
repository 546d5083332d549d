//! Two arbitrary files, production's and a branch's: reading them never panics, and the branch's never
//! changes a setting that production's makes.
#![no_main]

use hotfix::config::{Inputs, load};
use libfuzzer_sys::fuzz_target;
use std::collections::BTreeMap;

fuzz_target!(|data: &[u8]| {
    let Some(files) = hotfix_fuzz::two(data) else { return };
    let (env, none, heads) = (BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
    let inputs = |added| Inputs {
        toml: Some(("hotfix.toml", files.0)),
        added,
        git: &[],
        env: &env,
        remotes: &[],
        local_branches: &[],
        remote_branches: &none,
        remote_head: &heads,
        released_from: None,
        used: None,
        git_town: None,
        gitflow_shared: None,
    };
    let alone = load(&inputs(None));
    let both = load(&inputs(Some(("hotfix.toml", files.1))));
    if let (Ok(alone), Ok(both)) = (alone, both) {
        assert_eq!(alone.branches, both.branches);
        assert_eq!(alone.deploy, both.deploy);
        assert_eq!(alone.verify, both.verify);
        assert_eq!(alone.incident, both.incident);
        for check in alone.checks.iter().filter(|c| c.required) {
            assert!(both.checks.iter().any(|c| c.id == check.id && c.required));
        }
    }
});
