//! Ends: locks that are in use, commands typed again, and what a killed run left.

use crate::support::{HOTFIX, Shop};

const NAME: &str = "fix-login-crash";

#[cfg(target_os = "linux")]
#[test]
fn the_lock_of_a_commit_whose_hook_takes_a_note_stays() {
    let shop = Shop::new();
    shop.start(NAME);
    // A run of ours was killed some time ago.
    let mark = shop.common_dir().join("hotfix/runs/run-1-dead");
    std::fs::create_dir_all(mark.parent().unwrap()).unwrap();
    let script = format!(
        "#!/bin/sh\ntest -e .git/index.lock || exit 7\nunset GIT_INDEX_FILE\n\"{HOTFIX}\" --no-input note 'from the hook' >&2 || exit 8\ntest -e .git/index.lock || exit 9\n"
    );
    shop.hook("pre-commit", &script);
    shop.write("src/login.rs", "// fixed\n");
    shop.git(["add", "."]);
    std::fs::write(&mark, "").unwrap();
    let ran = shop.git_call(["commit", "-q", "-a", "-m", "fix"]).run();
    ran.ok();
    assert!(shop.texts(NAME).contains(&"from the hook".to_owned()));
}
